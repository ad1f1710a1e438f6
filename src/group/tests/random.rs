//! Random steps of several members in two groups, on a disk that now and then refuses.

use std::collections::{BTreeMap, BTreeSet};

use bytes::Bytes;
use proptest::collection::vec;
use proptest::prelude::*;

use crate::base::{
    ErrorCode, LeaderEpoch, Mono, Now, Offset, PartitionId, Random, Timestamp, TopicId,
};
use crate::group::*;

const PEOPLE: usize = 5;

/// One step; numbers are taken modulo what there is.
#[derive(Clone, Debug)]
enum Act {
    /// Everybody does what a client does: hears whether to join again, joins, fetches its
    /// assignment.
    Live,
    Join {
        who: usize,
        group: usize,
        fresh: bool,
        old: bool,
        flavour: u8,
    },
    Sync {
        who: usize,
    },
    Beat {
        who: usize,
        stale: bool,
    },
    Leave {
        who: usize,
        by_instance: bool,
    },
    Commit {
        who: usize,
        partition: i32,
        offset: i64,
        own: bool,
    },
    CommitAlone {
        group: usize,
        partition: i32,
    },
    DeleteOffsets {
        group: usize,
        partition: i32,
    },
    DeleteGroup {
        group: usize,
    },
    ForgetTopic,
    Wait {
        ms: u64,
    },
    Refuse,
    Restart,
}

fn act() -> impl Strategy<Value = Act> {
    let who = 0..PEOPLE;
    prop_oneof![
        30 => Just(Act::Live),
        8 => (who.clone(), 0..2_usize, any::<bool>(), any::<bool>(), 0..3_u8).prop_map(
            |(who, group, fresh, old, flavour)| Act::Join { who, group, fresh, old, flavour }
        ),
        8 => who.clone().prop_map(|who| Act::Sync { who }),
        4 => (who.clone(), any::<bool>()).prop_map(|(who, stale)| Act::Beat { who, stale }),
        2 => (who.clone(), any::<bool>())
            .prop_map(|(who, by_instance)| Act::Leave { who, by_instance }),
        4 => (who, 0..3, any::<i64>(), any::<bool>())
            .prop_map(|(who, partition, offset, own)| Act::Commit { who, partition, offset, own }),
        1 => (0..2_usize, 0..3)
            .prop_map(|(group, partition)| Act::CommitAlone { group, partition }),
        1 => (0..2_usize, 0..3)
            .prop_map(|(group, partition)| Act::DeleteOffsets { group, partition }),
        1 => (0..2_usize).prop_map(|group| Act::DeleteGroup { group }),
        1 => Just(Act::ForgetTopic),
        6 => prop_oneof![0..2_000_u64, 0..30_000_u64, 0..2_000_000_u64]
            .prop_map(|ms| Act::Wait { ms }),
        2 => Just(Act::Refuse),
        1 => Just(Act::Restart),
    ]
}

/// A client as far as it knows itself.
#[derive(Clone, Debug, Default)]
struct Person {
    group: String,
    member_id: String,
    generation: i32,
    leads: bool,
    unsynced: bool,
    others: Vec<String>,
}

struct World {
    shard: Shard,
    settings: GroupSettings,
    log: Vec<GroupRecord>,
    now: Now,
    random: Xorshift,
    people: Vec<Person>,
    /// Who waits for which token.
    open: BTreeMap<Token, (usize, String)>,
    tokens: u64,
    refuses: bool,
    /// Who was told to lead a generation of a group's life.
    leaders: BTreeMap<(String, u32, i32), BTreeSet<String>>,
    /// How often a group was forgotten, and its latest generation since.
    lives: BTreeMap<String, (u32, i32)>,
}

struct Xorshift(u64);

impl Random for Xorshift {
    fn fill(&mut self, bytes: &mut [u8]) {
        for byte in bytes {
            self.0 ^= self.0 << 13;
            self.0 ^= self.0 >> 7;
            self.0 ^= self.0 << 17;
            *byte = self.0 as u8;
        }
    }
}

impl World {
    fn new(delay_ms: u64) -> World {
        let settings = GroupSettings {
            initial_rebalance_delay_ms: delay_ms,
            group_size_max: 4,
            offsets_retention_ms: 3_000_000,
            ..GroupSettings::default()
        };
        let now = Now { wall: Timestamp(1_000_000), mono: Mono(0) };
        let mut shard = Shard::new(settings.clone());
        shard.loaded(now);
        World {
            shard,
            settings,
            log: Vec::new(),
            now,
            random: Xorshift(7),
            people: vec![Person::default(); PEOPLE],
            open: BTreeMap::new(),
            tokens: 0,
            refuses: false,
            leaders: BTreeMap::new(),
            lives: BTreeMap::new(),
        }
    }

    fn token(&mut self, who: usize) -> Token {
        self.tokens += 1;
        let group = self.people[who].group.clone();
        self.open.insert(Token(self.tokens), (who, group));
        Token(self.tokens)
    }

    fn act(&mut self, act: Act) {
        match act {
            Act::Live => (0..PEOPLE).for_each(|who| self.live(who)),
            Act::Join { who, group, fresh, old, flavour } => {
                self.join(who, group, fresh, old, flavour);
            }
            Act::Sync { who } => self.sync(who),
            Act::Beat { who, stale } => {
                let person = &self.people[who];
                let beat = Heartbeat {
                    group_id: person.group.clone(),
                    generation: person.generation - i32::from(stale),
                    member_id: person.member_id.clone(),
                    instance_id: instance(who),
                };
                self.shard.heartbeat(self.now, &beat);
            }
            Act::Leave { who, by_instance } => {
                let person = self.people[who].clone();
                let member_id = if by_instance { String::new() } else { person.member_id };
                let members = vec![Leaving { member_id, instance_id: instance(who) }];
                let token = self.token(who);
                let leave = LeaveGroup { group_id: person.group, members };
                let out = self.shard.leave(self.now, token, leave);
                self.carry_out(out);
            }
            Act::Commit { who, partition, offset, own } => {
                self.commit(self.people[who].clone(), who, partition, offset, own);
            }
            Act::CommitAlone { group, partition } => {
                let group = group_id(group);
                self.commit(
                    Person { group, generation: -1, ..Person::default() },
                    0,
                    partition,
                    1,
                    false,
                );
            }
            Act::DeleteOffsets { group, partition } => {
                let token = self.token(0);
                let partitions = vec![PartitionId(partition)];
                let topic = OffsetTopic { name: "t".to_owned(), id: TopicId::ZERO, partitions };
                let delete = DeleteOffsets { group_id: group_id(group), topics: vec![topic] };
                let out = self.shard.delete_offsets(token, delete);
                self.carry_out(out);
            }
            Act::DeleteGroup { group } => {
                let token = self.token(0);
                let out = self.shard.delete_groups(token, vec![group_id(group)]);
                self.carry_out(out);
            }
            Act::ForgetTopic => {
                let out = self.shard.forget_topics(&[("t".to_owned(), TopicId::ZERO)]);
                self.carry_out(out);
            }
            Act::Wait { ms } => self.wait(ms),
            Act::Refuse => self.refuses = true,
            Act::Restart => self.restart(),
        }
        self.check();
    }

    fn join(&mut self, who: usize, group: usize, fresh: bool, old: bool, flavour: u8) {
        let person = &mut self.people[who];
        if fresh || person.group.is_empty() {
            *person = Person { group: group_id(group), ..Person::default() };
        }
        let names: &[&str] = match flavour {
            0 => &["range"],
            1 => &["range", "sticky"],
            _ => &["sticky", "range"],
        };
        let protocol = |name: &&str| Protocol {
            name: (*name).to_owned(),
            metadata: Bytes::from_static(b"\0\0\0\0\0\x01\0\x01u\xff\xff\xff\xff"),
        };
        let join = JoinGroup {
            group_id: person.group.clone(),
            member_id: person.member_id.clone(),
            instance_id: instance(who),
            client_id: format!("c{who}"),
            session_timeout_ms: 10_000,
            rebalance_timeout_ms: 20_000,
            protocol_type: "consumer".to_owned(),
            protocols: names.iter().map(protocol).collect(),
            member_id_required: !old,
            can_skip_assignment: !old,
            ..JoinGroup::default()
        };
        let token = self.token(who);
        let out = self.shard.join(self.now, &mut self.random, token, join);
        self.carry_out(out);
    }

    fn live(&mut self, who: usize) {
        let person = self.people[who].clone();
        let waits = self.open.values().any(|(waiting, _)| *waiting == who);
        if person.group.is_empty() || waits {
            return;
        }
        if person.unsynced {
            return self.sync(who);
        }
        let beat = Heartbeat {
            group_id: person.group,
            generation: person.generation,
            member_id: person.member_id,
            instance_id: instance(who),
        };
        match self.shard.heartbeat(self.now, &beat) {
            ErrorCode::None => {}
            ErrorCode::RebalanceInProgress => self.join(who, 0, false, true, 1),
            _ => {
                let group = usize::from(beat.group_id == group_id(1));
                self.join(who, group, true, true, 1);
            }
        }
    }

    fn sync(&mut self, who: usize) {
        self.people[who].unsynced = false;
        let person = self.people[who].clone();
        let give = |id: &String| (id.clone(), Bytes::copy_from_slice(id.as_bytes()));
        let assignments =
            if person.leads { person.others.iter().map(give).collect() } else { vec![] };
        let sync = SyncGroup {
            group_id: person.group,
            generation: person.generation,
            member_id: person.member_id,
            instance_id: instance(who),
            assignments,
            ..SyncGroup::default()
        };
        let token = self.token(who);
        let out = self.shard.sync(self.now, token, sync);
        self.carry_out(out);
    }

    fn commit(&mut self, person: Person, who: usize, partition: i32, offset: i64, own: bool) {
        let partition = CommitPartition {
            partition: PartitionId(partition),
            offset: Offset(offset),
            leader_epoch: LeaderEpoch(if own { -1 } else { 4 }),
            metadata: None,
        };
        let partitions = vec![partition];
        let commit = CommitOffsets {
            group_id: person.group,
            generation: person.generation,
            instance_id: instance(who).filter(|_| person.generation >= 0),
            member_id: person.member_id,
            retention_ms: if own { 100_000 } else { -1 },
            version: 9,
            topics: vec![CommitTopic { name: "t".to_owned(), id: TopicId::ZERO, partitions }],
        };
        let token = self.token(who);
        let out = self.shard.commit(self.now, token, commit);
        self.carry_out(out);
    }

    fn wait(&mut self, ms: u64) {
        let until = self.now.mono.plus_ms(ms);
        let mut steps = 0;
        while let Some(next) = self.shard.next_deadline().filter(|at| *at <= until) {
            self.pass(next.max(self.now.mono));
            let out = self.shard.tick(self.now);
            self.carry_out(out);
            self.check();
            steps += 1;
            assert!(steps < 10_000, "ticks get somewhere");
        }
        self.pass(until);
    }

    fn pass(&mut self, until: Mono) {
        self.now.wall.0 += i64::try_from(until.0 - self.now.mono.0).expect("a wait");
        self.now.mono = until;
    }

    fn carry_out(&mut self, out: Outcome) {
        let refused = !out.records.is_empty() && std::mem::take(&mut self.refuses);
        let out = if refused {
            self.shard.refused(self.now, out, AppendRefused::Unavailable)
        } else {
            out
        };
        for record in &out.records {
            let replayed = self.shard.replay(self.now, &record.key, record.value.as_deref());
            replayed.expect("our own record");
        }
        self.log.extend(out.records);
        for (token, reply) in out.replies {
            let (who, group) = self.open.remove(&token).expect("a token is answered once");
            if let Reply::Join(reply) = reply {
                self.joined(who, group, reply);
            }
        }
    }

    fn joined(&mut self, who: usize, group: String, reply: JoinReply) {
        let leads = reply.leader == reply.member_id;
        let person = &mut self.people[who];
        if reply.error == ErrorCode::MemberIdRequired {
            person.member_id = reply.member_id.clone();
        }
        if !reply.error.is_ok() {
            return;
        }
        if person.group == group {
            person.leads = leads;
            person.unsynced = !reply.skip_assignment;
            person.member_id = reply.member_id.clone();
            person.generation = reply.generation;
            person.others = reply.members.iter().map(|m| m.member_id.clone()).collect();
        }
        assert!(!reply.leader.is_empty() && reply.protocol_name.is_some());
        assert!(leads || reply.members.is_empty(), "followers are not told who is in");
        let (life, latest) = self.lives.entry(group.clone()).or_default();
        assert!(reply.generation >= *latest, "generations go up");
        *latest = reply.generation;
        if leads {
            let named = instance(who).unwrap_or(reply.member_id);
            let leaders = self.leaders.entry((group, *life, reply.generation)).or_default();
            leaders.insert(named);
            assert_eq!(leaders.len(), 1, "a generation has one leader");
        }
    }

    /// The same records give the same hard state.
    fn restart(&mut self) {
        let mut again = Shard::new(self.settings.clone());
        for record in &self.log {
            let replayed = again.replay(self.now, &record.key, record.value.as_deref());
            replayed.expect("our own record");
        }
        assert_eq!(hard(&again), hard(&self.shard));
        again.loaded(self.now);
        assert_eq!(hard(&again), hard(&self.shard));
        self.shard = again;
        self.open.clear();
        self.leaders.clear();
        for (life, latest) in self.lives.values_mut() {
            *life += 1; // what was not stored may be lived through again
            *latest = 0;
        }
    }

    fn check(&mut self) {
        let gone = |id: &String| self.shard.group(id).is_none();
        for (_, (life, latest)) in self.lives.iter_mut().filter(|(id, _)| gone(id)) {
            *life += 1; // a group that was forgotten starts anew
            *latest = 0;
        }
        let deadline = self.shard.next_deadline().expect("there is a next look for the expired");
        for (_, group) in self.shard.groups() {
            group.classic.check_invariants();
            assert!(group.classic.wake() >= deadline);
            if group.classic.state().name() == "Stable" {
                let stored = group.stored.as_ref().expect("a Stable group is stored");
                assert_eq!(stored.generation, group.classic.generation());
                let stored = stored.members.iter().map(|m| (&m.member_id, &m.assignment));
                let members = group.classic.described();
                assert!(stored.eq(members.iter().map(|m| (&m.member_id, &m.assignment))));
            }
        }
    }
}

type Hard<'a> = (&'a str, Option<&'a records::GroupMetadataValue>, &'a offsets::Offsets);

fn hard(shard: &Shard) -> Vec<Hard<'_>> {
    let kept = shard.groups().filter(|(_, g)| g.stored.is_some() || !g.offsets.is_empty());
    kept.map(|(id, group)| (&**id, group.stored.as_ref(), &group.offsets)).collect()
}

/// The first two are static members.
fn instance(who: usize) -> Option<String> {
    (who < 2).then(|| format!("i{who}"))
}

fn group_id(group: usize) -> String {
    if group == 0 { "g".to_owned() } else { "h".to_owned() }
}

proptest! {
    /// G8, G10: one generation at a time, one leader each, every token answered once, and what
    /// is replayed is what was.
    #[test]
    fn any_steps_keep_the_group_in_order(
        delay_ms in prop_oneof![Just(0_u64), Just(3_000_u64)],
        acts in vec(act(), 1..120),
    ) {
        let mut world = World::new(delay_ms);
        for act in acts {
            world.act(act);
        }
        world.refuses = false;
        world.wait(5_000_000);
        prop_assert_eq!(&world.open, &BTreeMap::new(), "everybody is answered in the end");
        world.restart();
    }
}
