//! Carries stories out: a shard, its log, a clock that stands still, and short names for the
//! random parts of member ids.
//!
//! Commands are words; a word `key=value` is an option. `a#1` is the first member id that was
//! made for client (or instance) `a`; `-` is no member id. The group is `g` unless `group=` says
//! otherwise.

use std::collections::BTreeMap;

use bytes::{BufMut, Bytes, BytesMut};

use crate::base::{LeaderEpoch, Mono, Now, Offset, PartitionId, Random, Timestamp, TopicId};
use crate::group::*;

/// Bytes that count, so that a story is the same each time.
struct Counting(u64);

impl Random for Counting {
    fn fill(&mut self, bytes: &mut [u8]) {
        self.0 += 1;
        let count = self.0.to_be_bytes();
        bytes.iter_mut().zip(count.iter().cycle()).for_each(|(b, c)| *b = *c);
    }
}

pub(super) struct Driver {
    shard: Shard,
    settings: GroupSettings,
    log: Vec<GroupRecord>,
    now: Now,
    random: Counting,
    /// The real member id of a short one.
    ids: BTreeMap<String, String>,
    /// What a parked token's request was.
    asked: BTreeMap<Token, String>,
    tokens: u64,
    refuse: Option<AppendRefused>,
    told: Vec<String>,
}

/// A command's words and options.
struct Words<'a> {
    words: Vec<&'a str>,
    options: BTreeMap<&'a str, &'a str>,
}

impl<'a> Words<'a> {
    fn new(line: &'a str) -> Words<'a> {
        let (options, words) = line.split(' ').partition(|word: &&str| word.contains('='));
        let options: Vec<&str> = options;
        let pair = |word: &'a str| word.split_once('=').expect("partitioned by it");
        Words { words, options: options.into_iter().map(pair).collect() }
    }

    fn word(&self, index: usize) -> &'a str {
        self.words.get(index).copied().unwrap_or_default()
    }

    fn has(&self, word: &str) -> bool {
        self.words.contains(&word)
    }

    fn text(&self, key: &str, otherwise: &str) -> String {
        self.options.get(key).copied().unwrap_or(otherwise).to_owned()
    }

    fn optional(&self, key: &str) -> Option<String> {
        self.options.get(key).map(|value| (*value).to_owned())
    }

    fn number<T: std::str::FromStr>(&self, key: &str, otherwise: T) -> T {
        let number = self.options.get(key).map(|value| value.parse().ok().expect("a number"));
        number.unwrap_or(otherwise)
    }
}

impl Driver {
    pub(super) fn new() -> Driver {
        let settings = GroupSettings { group_size_max: 3, ..GroupSettings::default() };
        let now = Now { wall: Timestamp(1_000_000), mono: Mono(0) };
        let mut shard = Shard::new(settings.clone());
        shard.loaded(now);
        Driver {
            shard,
            settings,
            log: Vec::new(),
            now,
            random: Counting(0),
            ids: BTreeMap::new(),
            asked: BTreeMap::new(),
            tokens: 0,
            refuse: None,
            told: Vec::new(),
        }
    }

    pub(super) fn run(&mut self, line: &str) -> Vec<String> {
        let words = Words::new(line);
        match words.word(0) {
            "join" => self.join(&words),
            "sync" => self.sync(&words),
            "beat" => self.beat(&words),
            "leave" => self.leave(&words),
            "commit" => self.commit(&words),
            "fetch" => self.fetch(&words),
            "delete-offsets" => self.delete_offsets(&words),
            "delete" => {
                let token = self.token("delete");
                let ids = words.words.iter().skip(1).map(|id| (*id).to_owned()).collect();
                let out = self.shard.delete_groups(token, ids);
                self.carry_out(out);
            }
            "forget" => {
                let topic = (words.word(1).to_owned(), topic_id(&words));
                let out = self.shard.forget_topics(&[topic]);
                self.carry_out(out);
            }
            "describe" => self.describe(&words),
            "list" => self.list(&words),
            "wait" => self.wait(words.word(1).parse().expect("milliseconds")),
            "restart" => self.restart(),
            "refuse" if words.has("large") => self.refuse = Some(AppendRefused::TooLarge),
            "refuse" => self.refuse = Some(AppendRefused::Unavailable),
            "set" => {
                let settings = &mut self.settings;
                settings.initial_rebalance_delay_ms = words.number("delay", 0);
                settings.offset_metadata_max = words.number("metadata", 4_096);
                settings.offsets_retention_ms = words.number("retention", 604_800_000);
                self.shard = Shard::new(settings.clone());
                self.shard.loaded(self.now);
            }
            other => panic!("no command {other}"),
        }
        std::mem::take(&mut self.told)
    }

    fn join(&mut self, words: &Words<'_>) {
        let token = self.token(&format!("join {}", words.word(1)));
        let client = words.word(1).split('#').next().unwrap_or_default().to_owned();
        let known = words.word(1).contains('#');
        let protocols = words.text("protocols", "range");
        let topics = words.text("topics", "t");
        let session = words.number("session", 10_000);
        let old = words.has("old");
        let join = JoinGroup {
            group_id: words.text("group", "g"),
            member_id: if known { self.real(words.word(1)) } else { String::new() },
            instance_id: words.optional("instance"),
            client_id: client,
            client_host: "/127.0.0.1".to_owned(),
            session_timeout_ms: session,
            rebalance_timeout_ms: words.number("rebalance", 20_000),
            protocol_type: words.text("type", "consumer"),
            protocols: protocols
                .split(',')
                .filter(|name| !name.is_empty())
                .map(|name| Protocol { name: name.to_owned(), metadata: subscription(&topics) })
                .collect(),
            member_id_required: !old,
            can_skip_assignment: !old,
        };
        let out = self.shard.join(self.now, &mut self.random, token, join);
        self.carry_out(out);
    }

    fn sync(&mut self, words: &Words<'_>) {
        let token = self.token(&format!("sync {}", words.word(1)));
        let given = words.text("give", "");
        let give = |pair: &str| {
            let (id, bytes) = pair.split_once(':').expect("id:assignment");
            (self.real(id), Bytes::copy_from_slice(bytes.as_bytes()))
        };
        let sync = SyncGroup {
            group_id: words.text("group", "g"),
            generation: words.number("gen", 1),
            member_id: self.real(words.word(1)),
            instance_id: words.optional("instance"),
            protocol_type: words.optional("type"),
            protocol_name: words.optional("protocol"),
            protocol_required: words.has("required"),
            assignments: given.split(',').filter(|pair| !pair.is_empty()).map(give).collect(),
        };
        let out = self.shard.sync(self.now, token, sync);
        self.carry_out(out);
    }

    fn beat(&mut self, words: &Words<'_>) {
        let beat = Heartbeat {
            group_id: words.text("group", "g"),
            generation: words.number("gen", 1),
            member_id: self.real(words.word(1)),
            instance_id: words.optional("instance"),
        };
        let error = self.shard.heartbeat(self.now, &beat);
        self.told.push(format!("  {error}"));
    }

    fn leave(&mut self, words: &Words<'_>) {
        let token = self.token("leave");
        let leaving = |word: &&str| {
            let (id, instance) = word.split_once('/').unwrap_or((word, ""));
            let instance_id = (!instance.is_empty()).then(|| instance.to_owned());
            Leaving { member_id: self.real(id), instance_id }
        };
        let members = words.words.iter().skip(1).map(leaving).collect();
        let leave = LeaveGroup { group_id: words.text("group", "g"), members };
        let out = self.shard.leave(self.now, token, leave);
        self.carry_out(out);
    }

    /// `commit a#1 t/0:5 gen=1`
    fn commit(&mut self, words: &Words<'_>) {
        let token = self.token("commit");
        let position = |word: &&str| {
            let (place, offset) = word.split_once(':').expect("topic/partition:offset");
            let (topic, partition) = place.split_once('/').expect("topic/partition");
            let partition = CommitPartition {
                partition: PartitionId(partition.parse().expect("a partition")),
                offset: Offset(offset.parse().expect("an offset")),
                leader_epoch: LeaderEpoch(words.number("epoch", -1)),
                metadata: words.optional("metadata"),
            };
            CommitTopic { name: topic.to_owned(), id: topic_id(words), partitions: vec![partition] }
        };
        let commit = CommitOffsets {
            group_id: words.text("group", "g"),
            generation: words.number("gen", -1),
            member_id: self.real(words.word(1)),
            instance_id: words.optional("instance"),
            retention_ms: words.number("retention", -1),
            version: words.number("version", 9),
            topics: words.words.iter().skip(2).map(position).collect(),
        };
        let out = self.shard.commit(self.now, token, commit);
        self.carry_out(out);
    }

    fn fetch(&mut self, words: &Words<'_>) {
        let topics: Vec<OffsetTopic> = topics(words);
        let topics = (!topics.is_empty()).then_some(topics);
        let fetched =
            self.shard.fetch(&FetchOffsets { group_id: words.text("group", "g"), topics });
        for topic in fetched.topics {
            for found in topic.partitions {
                let (name, partition) = (&topic.name, found.partition);
                let (offset, epoch) = (found.offset, found.leader_epoch);
                let metadata = found.metadata;
                self.told.push(format!("  {name}/{partition}:{offset} epoch={epoch} {metadata:?}"));
            }
        }
    }

    fn delete_offsets(&mut self, words: &Words<'_>) {
        let token = self.token("delete-offsets");
        let delete = DeleteOffsets { group_id: words.text("group", "g"), topics: topics(words) };
        let out = self.shard.delete_offsets(token, delete);
        self.carry_out(out);
    }

    fn describe(&mut self, words: &Words<'_>) {
        let Some(group) = self.shard.describe(&words.text("group", "g")) else {
            return self.told.push("  unknown".to_owned());
        };
        let DescribedGroup { state, protocol_type, protocol, members } = group;
        self.told.push(format!("  {state} {protocol_type:?} {protocol:?}"));
        for member in members {
            let id = self.short(&member.member_id);
            let (metadata, assignment) = (member.metadata.len(), text(&member.assignment));
            let instance = member.instance_id;
            self.told.push(format!("  {id} {instance:?} metadata={metadata} has {assignment:?}"));
        }
    }

    fn list(&mut self, words: &Words<'_>) {
        let filter = |key| words.optional(key).into_iter().collect::<Vec<_>>();
        for group in self.shard.list(&filter("state"), &filter("kind")) {
            let ListedGroup { group_id, protocol_type, state, group_type } = group;
            self.told.push(format!("  {group_id} {protocol_type:?} {state} {group_type}"));
        }
    }

    /// Lets time pass, serving every deadline on the way.
    fn wait(&mut self, ms: u64) {
        let until = self.now.mono.plus_ms(ms);
        for _ in 0..1_000 {
            let Some(next) = self.shard.next_deadline().filter(|at| *at <= until) else {
                return self.pass(until);
            };
            self.pass(next.max(self.now.mono));
            let out = self.shard.tick(self.now);
            self.carry_out(out);
        }
        panic!("the clock stands still");
    }

    fn pass(&mut self, until: Mono) {
        let ms = until.0 - self.now.mono.0;
        self.now.wall.0 += i64::try_from(ms).expect("a short wait");
        self.now.mono = until;
    }

    fn restart(&mut self) {
        self.shard = Shard::new(self.settings.clone());
        for record in &self.log {
            let replayed = self.shard.replay(self.now, &record.key, record.value.as_deref());
            replayed.expect("our own record");
        }
        self.now.mono = Mono(0);
        self.shard.loaded(self.now);
        self.told.extend(self.asked.values().map(|asked| format!("  {asked}: never answered")));
        self.asked.clear();
    }

    /// Append, replay, reply: what the runtime does.
    fn carry_out(&mut self, out: Outcome) {
        let out = match self.refuse.take_if(|_| !out.records.is_empty()) {
            Some(why) => {
                self.told.push(format!("  (append refused: {why:?})"));
                self.shard.refused(self.now, out, why)
            }
            None => out,
        };
        for record in &out.records {
            let shown = self.shown(record);
            self.told.push(format!("  + {shown}"));
            let replayed = self.shard.replay(self.now, &record.key, record.value.as_deref());
            replayed.expect("our own record");
        }
        self.log.extend(out.records.iter().cloned());
        for (token, reply) in out.replies {
            let asked = self.asked.remove(&token).expect("a token is answered once");
            let reply = self.told_reply(reply);
            self.told.push(format!("  {asked}: {reply}"));
        }
    }

    fn told_reply(&mut self, reply: Reply) -> String {
        match reply {
            Reply::Join(reply) => self.told_join(reply),
            Reply::Sync(SyncReply { error, protocol_type, protocol_name, assignment }) => {
                let names = [protocol_type, protocol_name].map(Option::unwrap_or_default);
                format!("{error} {} {:?}", names.join("/"), text(&assignment))
            }
            Reply::Leave(LeaveReply { error, members }) => {
                let show = |(leaving, error)| {
                    let Leaving { member_id, instance_id } = leaving;
                    format!("{}{instance_id:?} {error}", self.short(&member_id))
                };
                let members: Vec<String> = members.into_iter().map(show).collect();
                format!("{error} [{}]", members.join(", "))
            }
            Reply::Commit(reply) => told_topics(reply.topics),
            Reply::DeleteGroups(errors) => {
                let show = |(id, error)| format!("{id} {error}");
                errors.into_iter().map(show).collect::<Vec<_>>().join(", ")
            }
            Reply::DeleteOffsets(DeleteOffsetsReply { error, topics }) => {
                format!("{error} {}", told_topics(topics))
            }
        }
    }

    fn told_join(&mut self, reply: JoinReply) -> String {
        let id = self.short(&reply.member_id);
        if !reply.error.is_ok() {
            return format!("{} {id}", reply.error);
        }
        let leader = self.short(&reply.leader);
        let members: Vec<String> =
            reply.members.iter().map(|member| self.short(&member.member_id)).collect();
        let skip = if reply.skip_assignment { " skip" } else { "" };
        let protocol = reply.protocol_name.unwrap_or_default();
        let generation = reply.generation;
        format!("{id} gen={generation} {protocol} leader={leader} [{}]{skip}", members.join(" "))
    }

    fn shown(&mut self, record: &GroupRecord) -> String {
        use crate::group::records::{Stored, read};
        match read(&record.key, record.value.as_deref()).expect("our own record") {
            Stored::Group(id, None) => format!("group {id} forgotten"),
            Stored::Group(id, Some(value)) => {
                let member = |m: &crate::group::records::MemberMetadata| {
                    format!("{}:{}", self.short(&m.member_id), text(&m.assignment))
                };
                let members: Vec<String> = value.members.iter().map(member).collect();
                format!("group {id} gen={} [{}]", value.generation, members.join(" "))
            }
            Stored::Offset(key, None) => {
                format!("{} {}/{} forgotten", key.group, key.topic, key.partition)
            }
            Stored::Offset(key, Some(value)) => {
                format!("{} {}/{}:{}", key.group, key.topic, key.partition, value.offset)
            }
        }
    }

    fn token(&mut self, asked: &str) -> Token {
        self.tokens += 1;
        self.asked.insert(Token(self.tokens), asked.to_owned());
        Token(self.tokens)
    }

    fn real(&self, short: &str) -> String {
        if short == "-" {
            return String::new();
        }
        self.ids.get(short).cloned().unwrap_or_else(|| short.to_owned())
    }

    /// The short name of a member id: its client and the how-manieth of it.
    fn short(&mut self, real: &str) -> String {
        if real.is_empty() {
            return "-".to_owned();
        }
        if let Some((short, _)) = self.ids.iter().find(|(_, id)| *id == real) {
            return short.clone();
        }
        let Some(client) = real.len().checked_sub(37).and_then(|end| real.get(..end)) else {
            return real.to_owned();
        };
        let count = self.ids.keys().filter(|id| id.split('#').next() == Some(client)).count();
        let short = format!("{client}#{}", count + 1);
        self.ids.insert(short.clone(), real.to_owned());
        short
    }
}

fn told_topics(topics: Vec<TopicErrors>) -> String {
    let show = |topic: TopicErrors| {
        let name = topic.name;
        topic.partitions.into_iter().map(move |(p, error)| format!("{name}/{p} {error}"))
    };
    topics.into_iter().flat_map(show).collect::<Vec<_>>().join(", ")
}

fn topics(words: &Words<'_>) -> Vec<OffsetTopic> {
    let topic = |word: &&str| {
        let (topic, partition) = word.split_once('/').expect("topic/partition");
        OffsetTopic {
            name: topic.to_owned(),
            id: topic_id(words),
            partitions: vec![PartitionId(partition.parse().expect("a partition"))],
        }
    };
    words.words.iter().skip(1).map(topic).collect()
}

fn topic_id(words: &Words<'_>) -> TopicId {
    crate::base::Uuid([words.number("id", 0); 16])
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// A consumer's subscription in version 0.
fn subscription(topics: &str) -> Bytes {
    let mut bytes = BytesMut::new();
    bytes.put_i16(0);
    bytes.put_i32(i32::try_from(topics.split(',').count()).expect("few"));
    for topic in topics.split(',') {
        bytes.put_i16(i16::try_from(topic.len()).expect("short"));
        bytes.put_slice(topic.as_bytes());
    }
    bytes.put_i32(-1);
    bytes.freeze()
}
