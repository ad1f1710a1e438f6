//! Classic groups: FindCoordinator (C1), joining, syncing, heart beats, leaving, describing (G1
//! to G18).

use crate::code;
use crate::connect;
use crate::support::broker::Broker;
use crate::support::raw::{Raw, text};
use crate::support::wait::{seconds, until_true};
use bytes::Bytes;
use kafka_protocol::messages::describe_groups_response::DescribedGroup;
use kafka_protocol::messages::join_group_request::JoinGroupRequestProtocol;
use kafka_protocol::messages::leave_group_request::MemberIdentity;
use kafka_protocol::messages::sync_group_request::SyncGroupRequestAssignment;
use kafka_protocol::messages::{
    DescribeGroupsRequest, FindCoordinatorRequest, GroupId, HeartbeatRequest, JoinGroupRequest,
    JoinGroupResponse, LeaveGroupRequest, ListGroupsRequest, SyncGroupRequest, SyncGroupResponse,
};

const JOIN: i16 = 7;

/// A subscription of version 0 to the topic `t`, as every consumer's protocol begins.
const METADATA: &[u8] = b"\0\0\0\0\0\x01\0\x01t\xff\xff\xff\xff";

fn group(name: &str) -> GroupId {
    GroupId(text(name))
}

fn join_request(name: &str, member: &str) -> JoinGroupRequest {
    let protocol = JoinGroupRequestProtocol::default()
        .with_name(text("range"))
        .with_metadata(Bytes::from_static(METADATA));
    JoinGroupRequest::default()
        .with_group_id(group(name))
        .with_session_timeout_ms(10_000)
        .with_rebalance_timeout_ms(20_000)
        .with_member_id(text(member))
        .with_protocol_type(text("consumer"))
        .with_protocols(vec![protocol])
}

/// Joins as a new member would: asks for an id, then joins under it.
pub fn join_new(raw: &mut Raw, name: &str) -> JoinGroupResponse {
    let first = raw.call(JOIN, &join_request(name, ""));
    assert_eq!(first.error_code, code::MEMBER_ID_REQUIRED, "{first:?}");
    raw.call(JOIN, &join_request(name, &first.member_id))
}

fn sync_request(name: &str, joined: &JoinGroupResponse) -> SyncGroupRequest {
    SyncGroupRequest::default()
        .with_group_id(group(name))
        .with_generation_id(joined.generation_id)
        .with_member_id(joined.member_id.clone())
        .with_protocol_type(Some(text("consumer")))
        .with_protocol_name(Some(text("range")))
}

/// Syncs as the leader, giving each member its own id as assignment.
pub fn sync_as_leader(raw: &mut Raw, name: &str, joined: &JoinGroupResponse) -> SyncGroupResponse {
    let assignment = |member: &kafka_protocol::protocol::StrBytes| {
        SyncGroupRequestAssignment::default()
            .with_member_id(member.clone())
            .with_assignment(Bytes::from(member.to_string()))
    };
    let members = joined.members.iter().map(|member| assignment(&member.member_id));
    raw.call(5, &sync_request(name, joined).with_assignments(members.collect()))
}

fn heartbeat(raw: &mut Raw, name: &str, member: &str, generation: i32) -> i16 {
    let request = HeartbeatRequest::default()
        .with_group_id(group(name))
        .with_generation_id(generation)
        .with_member_id(text(member));
    raw.call(4, &request).error_code
}

fn leave(raw: &mut Raw, name: &str, member: &str) -> (i16, Vec<i16>) {
    let identity = MemberIdentity::default().with_member_id(text(member));
    let request =
        LeaveGroupRequest::default().with_group_id(group(name)).with_members(vec![identity]);
    let reply = raw.call(4, &request);
    (reply.error_code, reply.members.iter().map(|member| member.error_code).collect())
}

fn describe(raw: &mut Raw, version: i16, name: &str) -> DescribedGroup {
    let request = DescribeGroupsRequest::default().with_groups(vec![group(name)]);
    raw.call(version, &request).groups.remove(0)
}

#[test]
fn c1_the_coordinator_is_this_broker_for_one_key_and_for_many() {
    let (broker, mut raw) = connect();
    let port = i32::from(broker.port());
    for version in 0..4 {
        let request = FindCoordinatorRequest::default().with_key(text("c1"));
        let reply = raw.call(version, &request);
        assert_eq!((reply.error_code, reply.port), (0, port), "version {version}");
    }
    for version in 4..=6 {
        let keys = vec![text("c1"), text("")];
        let request = FindCoordinatorRequest::default().with_coordinator_keys(keys);
        let reply = raw.call(version, &request);
        let found: Vec<_> =
            reply.coordinators.iter().map(|found| (found.error_code, found.port)).collect();
        assert_eq!(found, [(0, port), (0, port)], "version {version}");
    }
}

#[test]
fn c1_an_unknown_kind_of_coordinator_is_an_invalid_request() {
    let (_broker, mut raw) = connect();
    let request = FindCoordinatorRequest::default().with_key(text("c1")).with_key_type(3);
    let reply = raw.call(3, &request);
    assert_eq!((reply.error_code, reply.node_id.0), (code::INVALID_REQUEST, -1));
    assert_eq!(reply.host.as_str(), "");
}

#[test]
fn g1_an_empty_group_id_is_invalid() {
    let (_broker, mut raw) = connect();
    let error = raw.call(JOIN, &join_request("", "")).error_code;
    assert_eq!(error, code::INVALID_GROUP_ID);
    assert_eq!(heartbeat(&mut raw, "", "m", 1), code::INVALID_GROUP_ID);
    assert_eq!(leave(&mut raw, "", "m").0, code::INVALID_GROUP_ID);
}

#[test]
fn g2_a_session_timeout_out_of_bounds_is_invalid() {
    let (_broker, mut raw) = connect();
    for timeout in [5_999, 1_800_001, 0, -1] {
        let request = join_request("g2", "").with_session_timeout_ms(timeout);
        let error = raw.call(JOIN, &request).error_code;
        assert_eq!(error, code::INVALID_SESSION_TIMEOUT, "{timeout}");
    }
}

#[test]
fn g3_a_new_member_is_told_its_id_first_from_version_4_on() {
    let (_broker, raw) = connect();
    let mut raw = raw.named("teller");
    let first = raw.call(JOIN, &join_request("g3", ""));
    assert_eq!(first.error_code, code::MEMBER_ID_REQUIRED);
    let id = first.member_id.to_string();
    assert!(id.starts_with("teller-") && id.len() == "teller-".len() + 36, "{id}");
    let joined = raw.call(JOIN, &join_request("g3", &id));
    assert_eq!((joined.error_code, joined.generation_id), (0, 1));
    assert_eq!(joined.leader, joined.member_id);
    assert_eq!(joined.members.len(), 1);

    let old = raw.call(3, &join_request("g3-old", ""));
    assert_eq!((old.error_code, old.generation_id), (0, 1), "at once in version 3");
}

#[test]
fn g3_a_static_member_joins_at_once_and_a_foreign_id_is_unknown() {
    let (_broker, mut raw) = connect();
    let request = join_request("g3-static", "").with_group_instance_id(Some(text("desk-1")));
    let joined = raw.call(JOIN, &request);
    assert_eq!((joined.error_code, joined.generation_id), (0, 1));
    assert!(joined.member_id.starts_with("desk-1-"), "{}", joined.member_id);
    let error = raw.call(JOIN, &join_request("g3-nobody", "somebody")).error_code;
    assert_eq!(error, code::UNKNOWN_MEMBER_ID);
}

#[test]
fn g4_a_group_has_one_type_and_a_protocol_that_all_members_speak() {
    let (broker, mut raw) = connect();
    let error = raw.call(JOIN, &join_request("g4-none", "").with_protocols(Vec::new())).error_code;
    assert_eq!(error, code::INCONSISTENT_GROUP_PROTOCOL);
    let joined = join_new(&mut raw, "g4");
    assert_eq!(sync_as_leader(&mut raw, "g4", &joined).error_code, 0);
    let mut other = Raw::connect(broker.port());
    let request = join_request("g4", "").with_protocol_type(text("connect"));
    let error = other.call(JOIN, &request).error_code;
    assert_eq!(error, code::INCONSISTENT_GROUP_PROTOCOL, "another type");
    let protocol = JoinGroupRequestProtocol::default().with_name(text("sticky"));
    let request = join_request("g4", "").with_protocols(vec![protocol]);
    let error = other.call(JOIN, &request).error_code;
    assert_eq!(error, code::INCONSISTENT_GROUP_PROTOCOL, "no protocol in common");
}

#[test]
fn g5_g8_a_second_member_makes_a_rebalance_and_only_the_leader_learns_who_is_in() {
    let (broker, mut leader) = connect();
    let first = join_new(&mut leader, "g5");
    assert_eq!(sync_as_leader(&mut leader, "g5", &first).error_code, 0);

    let mut follower = Raw::connect(broker.port());
    let asked = follower.call(JOIN, &join_request("g5", ""));
    follower.send(JOIN, &join_request("g5", &asked.member_id));
    // The leader learns of it by its heart beat, and joins again.
    let id = first.member_id.to_string();
    until_true("the rebalance to show", seconds(10), || {
        heartbeat(&mut leader, "g5", &id, 1) == code::REBALANCE_IN_PROGRESS
    });
    let again = leader.call(JOIN, &join_request("g5", &id));
    let (_, joined) = follower.receive::<JoinGroupRequest>(JOIN);
    assert_eq!((again.error_code, again.generation_id), (0, 2));
    assert_eq!((joined.error_code, joined.generation_id), (0, 2));
    assert_eq!((again.members.len(), joined.members.len()), (2, 0));
    assert_eq!((&again.leader, &joined.leader), (&first.member_id, &first.member_id));
    assert_eq!(again.protocol_name, Some(text("range")));

    // The follower's sync waits for the leader's.
    follower.send(5, &sync_request("g5", &joined));
    let own = sync_as_leader(&mut leader, "g5", &again);
    let (_, theirs) = follower.receive::<SyncGroupRequest>(5);
    assert_eq!(own.assignment, Bytes::from(id.clone()));
    assert_eq!(theirs.assignment, Bytes::from(joined.member_id.to_string()));
    assert_eq!(heartbeat(&mut leader, "g5", &id, 2), 0);
    assert_eq!(heartbeat(&mut leader, "g5", &id, 1), code::ILLEGAL_GENERATION);

    assert_eq!(leave(&mut follower, "g5", &joined.member_id), (0, vec![0]));
    assert_eq!(heartbeat(&mut leader, "g5", &id, 2), code::REBALANCE_IN_PROGRESS);
}

#[test]
fn g9_a_static_member_that_comes_back_takes_its_place_without_a_rebalance() {
    let (broker, mut raw) = connect();
    let request = join_request("g9", "").with_group_instance_id(Some(text("desk-1")));
    let joined = raw.call(JOIN, &request);
    let instance = Some(text("desk-1"));
    let sync = sync_request("g9", &joined).with_group_instance_id(instance.clone());
    let assignment = SyncGroupRequestAssignment::default()
        .with_member_id(joined.member_id.clone())
        .with_assignment(Bytes::from_static(b"all of it"));
    assert_eq!(raw.call(5, &sync.with_assignments(vec![assignment])).error_code, 0);

    let mut restarted = Raw::connect(broker.port());
    let again = restarted.call(9, &request);
    assert_eq!((again.error_code, again.generation_id), (0, 1), "the generation stays");
    assert_ne!(again.member_id, joined.member_id);
    let sync = sync_request("g9", &again).with_group_instance_id(instance.clone());
    assert_eq!(restarted.call(5, &sync).assignment, Bytes::from_static(b"all of it"));
    let old = HeartbeatRequest::default()
        .with_group_id(group("g9"))
        .with_generation_id(1)
        .with_member_id(joined.member_id)
        .with_group_instance_id(instance);
    assert_eq!(raw.call(4, &old).error_code, code::FENCED_INSTANCE_ID);
}

#[test]
fn g10_sync_knows_its_members_their_generation_and_their_protocol() {
    let (_broker, mut raw) = connect();
    let joined = join_new(&mut raw, "g10");
    let right = sync_request("g10", &joined);
    let mut error = |request: SyncGroupRequest| raw.call(5, &request).error_code;
    let stranger = right.clone().with_member_id(text("somebody"));
    assert_eq!(error(stranger), code::UNKNOWN_MEMBER_ID);
    assert_eq!(error(right.clone().with_generation_id(9)), code::ILLEGAL_GENERATION);
    let other = right.clone().with_protocol_name(Some(text("sticky")));
    assert_eq!(error(other), code::INCONSISTENT_GROUP_PROTOCOL);
    assert_eq!(error(right), 0);
}

#[test]
fn g11_g12_unknown_groups_and_members_are_unknown_members() {
    let (_broker, mut raw) = connect();
    let unknown = code::UNKNOWN_MEMBER_ID;
    assert_eq!(heartbeat(&mut raw, "g11", "somebody", 1), unknown);
    assert_eq!(leave(&mut raw, "g11", "somebody"), (0, vec![unknown]));
    let joined = join_new(&mut raw, "g11");
    assert_eq!(sync_as_leader(&mut raw, "g11", &joined).error_code, 0);
    assert_eq!(heartbeat(&mut raw, "g11", "somebody", 1), unknown);
    assert_eq!(leave(&mut raw, "g11", "somebody"), (0, vec![unknown]));
    assert_eq!(leave(&mut raw, "g11", &joined.member_id), (0, vec![0]));
    assert_eq!(heartbeat(&mut raw, "g11", &joined.member_id, 1), unknown);
}

#[test]
fn g20_metadata_is_opaque_whatever_it_looks_like() {
    // Apache Kafka tries to read it, and never answers this one.
    let (_broker, mut raw) = connect();
    let protocol = JoinGroupRequestProtocol::default()
        .with_name(text("range"))
        .with_metadata(Bytes::from_static(b"what only members read"));
    let request = join_request("g20", "").with_protocols(vec![protocol]);
    let asked = raw.call(JOIN, &request);
    let joined = raw.call(JOIN, &request.with_member_id(asked.member_id));
    assert_eq!(joined.error_code, 0);
    assert_eq!(joined.members[0].metadata, Bytes::from_static(b"what only members read"));
}

#[test]
fn g13_a_closed_connection_removes_nobody_and_the_session_timeout_does() {
    let broker = Broker::options().set("group.min.session.timeout.ms", "500").start();
    let mut raw = Raw::connect(broker.port());
    let timed = |member: &str| join_request("g13", member).with_session_timeout_ms(1500);
    let first = raw.call(JOIN, &timed(""));
    let joined = raw.call(JOIN, &timed(&first.member_id));
    assert_eq!(sync_as_leader(&mut raw, "g13", &joined).error_code, 0);
    drop(raw);
    let mut watcher = Raw::connect(broker.port());
    assert_eq!(describe(&mut watcher, 5, "g13").members.len(), 1, "still there");
    until_true("the member to be expired", seconds(10), || {
        describe(&mut watcher, 5, "g13").group_state.as_str() == "Empty"
    });
}

#[test]
fn c2_a_group_survives_a_crash_with_its_generation_and_assignments() {
    let mut broker = Broker::options().fixed_port().start();
    let mut raw = Raw::connect(broker.port());
    let joined = join_new(&mut raw, "survivors");
    assert_eq!(sync_as_leader(&mut raw, "survivors", &joined).error_code, 0);
    broker.kill();
    broker.restart();
    let mut raw = Raw::connect(broker.port());
    assert_eq!(heartbeat(&mut raw, "survivors", &joined.member_id, 1), 0);
    let synced = raw.call(5, &sync_request("survivors", &joined));
    assert_eq!(synced.assignment, Bytes::from(joined.member_id.to_string()));
    let described = describe(&mut raw, 5, "survivors");
    assert_eq!((described.group_state.as_str(), described.members.len()), ("Stable", 1));
}

#[test]
fn g17_g18_groups_are_described_and_listed_in_their_states() {
    let (_broker, mut raw) = connect();
    let dead = describe(&mut raw, 5, "g17");
    assert_eq!((dead.error_code, dead.group_state.as_str()), (0, "Dead"));
    let dead = describe(&mut raw, 6, "g17");
    assert_eq!((dead.error_code, dead.group_state.as_str()), (code::GROUP_ID_NOT_FOUND, "Dead"));

    let joined = join_new(&mut raw, "g17");
    let waiting = describe(&mut raw, 5, "g17");
    assert_eq!(waiting.group_state.as_str(), "CompletingRebalance");
    assert_eq!(waiting.members[0].member_metadata, Bytes::new());
    assert_eq!(sync_as_leader(&mut raw, "g17", &joined).error_code, 0);
    let stable = describe(&mut raw, 5, "g17");
    assert_eq!(stable.group_state.as_str(), "Stable");
    assert_eq!(stable.protocol_type.as_str(), "consumer");
    assert_eq!(stable.protocol_data.as_str(), "range");
    let member = &stable.members[0];
    assert_eq!(member.member_metadata, Bytes::from_static(METADATA));
    assert_eq!(member.member_assignment, Bytes::from(joined.member_id.to_string()));
    assert!(!member.client_host.is_empty());

    let mut listed = |states: &[&str]| {
        let states = states.iter().map(|state| text(state)).collect();
        let reply = raw.call(4, &ListGroupsRequest::default().with_states_filter(states));
        let names = reply.groups.iter().map(|group| group.group_id.to_string());
        names.collect::<Vec<_>>()
    };
    assert_eq!(listed(&[]), ["g17"]);
    assert_eq!(listed(&["stable"]), ["g17"], "whatever the case");
    assert_eq!(listed(&["Empty"]), [""; 0]);
}
