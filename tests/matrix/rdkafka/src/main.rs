//! The steps of the client matrix with rdkafka: matrix-rdkafka BOOTSTRAP PREFIX.

use futures_executor::block_on;
use rdkafka::admin::{
    AdminClient, AdminOptions, NewTopic, OwnedResourceSpecifier, ResourceSpecifier,
    TopicReplication,
};
use rdkafka::client::DefaultClientContext;
use rdkafka::config::ClientConfig;
use rdkafka::consumer::{BaseConsumer, CommitMode, Consumer};
use rdkafka::message::{Header, Headers, Message, OwnedHeaders};
use rdkafka::producer::{BaseRecord, DefaultProducerContext, Producer, ThreadedProducer};
use rdkafka::{Offset, TopicPartitionList};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Display;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

const PARTITIONS: i32 = 4;
const RECORDS: i32 = 8;
const LIMIT: Duration = Duration::from_secs(30);

type Step = Result<(), String>;

fn text(error: impl Display) -> String {
    error.to_string().replace('\n', " ")
}

fn check(holds: bool, what: impl Display) -> Step {
    if holds { Ok(()) } else { Err(text(what)) }
}

fn step(name: &str, body: impl FnOnce() -> Step) {
    match body() {
        Ok(()) => println!("{name} ok"),
        Err(why) => println!("{name} fail: {why}"),
    }
}

fn value(name: &str) -> String {
    format!("{name}{}", "x".repeat(200))
}

/// A consumer, and what it has read where it is now.
struct Member {
    consumer: BaseConsumer,
    next: BTreeMap<i32, i64>,
    keys: BTreeSet<String>,
}

impl Member {
    fn assigned(&self) -> Vec<i32> {
        let assignment = self.consumer.assignment().unwrap_or_default();
        assignment.elements().iter().map(|part| part.partition()).collect()
    }

    fn positions(&self) -> Vec<(i32, i64)> {
        let known = |part: i32| self.next.get(&part).map(|next| (part, *next));
        self.assigned().into_iter().filter_map(known).collect()
    }

    fn read(&mut self) -> Step {
        let Some(found) = self.consumer.poll(Duration::from_millis(20)) else { return Ok(()) };
        let found = found.map_err(text)?;
        let key = String::from_utf8_lossy(found.key().unwrap_or_default()).into_owned();
        let sent = key.rsplit_once('-').map_or("", |(sent, _)| sent);
        check(found.payload() == Some(value(sent).as_bytes()), format!("wrong value of {key}"))?;
        let header = found.headers().map(|headers| headers.get(0));
        let wanted = Header { key: "step", value: Some(sent.as_bytes()) };
        check(header == Some(wanted), format!("wrong headers of {key}"))?;
        self.next.insert(found.partition(), found.offset() + 1);
        self.keys.insert(key);
        Ok(())
    }
}

fn until(what: &str, members: &mut [Member], mut holds: impl FnMut(&[Member]) -> bool) -> Step {
    let start = Instant::now();
    while !holds(members) {
        check(start.elapsed() < LIMIT, format!("waited in vain for {what}"))?;
        members.iter_mut().try_for_each(Member::read)?;
    }
    Ok(())
}

fn only_resumed(member: Member) -> Step {
    let mut alone = [member];
    let all = PARTITIONS as usize;
    until("what came later", &mut alone, |alone| alone[0].keys.len() >= all)?;
    let again = alone[0].keys.iter().find(|key| !key.starts_with("resume-"));
    check(again.is_none(), format!("read again: {again:?}"))
}

struct Run {
    common: ClientConfig,
    admin: AdminClient<DefaultClientContext>,
    topic: String,
    group: String,
    total: i64,
    mark: i64,
}

impl Run {
    fn new(bootstrap: &str, prefix: &str) -> Self {
        let mut common = ClientConfig::new();
        common.set("bootstrap.servers", bootstrap);
        let admin = common.create().expect("an admin client");
        let (topic, group) = (format!("{prefix}-topic"), format!("{prefix}-group"));
        Self { common, admin, topic, group, total: 0, mark: 0 }
    }

    fn create(&self) -> Step {
        let new = NewTopic::new(&self.topic, PARTITIONS, TopicReplication::Fixed(1));
        let new = new.set("retention.ms", "3600000");
        let made = block_on(self.admin.create_topics([&new], &AdminOptions::new()));
        made.map_err(text)?.remove(0).map(drop).map_err(|(topic, why)| format!("{topic}: {why}"))
    }

    fn send(&self, name: &str, codec: &str, idempotent: bool, count: i32) -> Step {
        let mut config = self.common.clone();
        config.set("compression.type", codec).set("acks", "all").set("linger.ms", "5");
        config.set("enable.idempotence", idempotent.to_string());
        let producer: ThreadedProducer<DefaultProducerContext> = config.create().map_err(text)?;
        for number in 0..count {
            let (key, value) = (format!("{name}-{number}"), value(name));
            let headers = OwnedHeaders::new().insert(Header { key: "step", value: Some(name) });
            let record = BaseRecord::to(&self.topic).key(&key).payload(&value);
            let record = record.partition(number % PARTITIONS).headers(headers);
            producer.send(record).map_err(|(why, _)| text(why))?;
        }
        producer.flush(LIMIT).map_err(text)
    }

    fn produce(&mut self, name: &str, codec: &str, idempotent: bool) -> Step {
        self.send(name, codec, idempotent, RECORDS)?;
        self.total += i64::from(RECORDS);
        Ok(())
    }

    fn consumer(&self, group: &str) -> Result<Member, String> {
        let mut config = self.common.clone();
        config.set("group.id", group).set("enable.auto.commit", "false");
        config.set("auto.offset.reset", "earliest").set("session.timeout.ms", "10000");
        config.set("heartbeat.interval.ms", "200");
        let consumer = config.create().map_err(text)?;
        Ok(Member { consumer, next: BTreeMap::new(), keys: BTreeSet::new() })
    }

    fn member(&self) -> Result<Member, String> {
        let member = self.consumer(&self.group)?;
        member.consumer.subscribe(&[&self.topic]).map_err(text)?;
        Ok(member)
    }

    fn both(&self, pair: &mut Vec<Member>) -> Step {
        pair.extend([self.member()?, self.member()?]);
        until("a group of two that has read all", pair, |pair| {
            let read = pair.iter().flat_map(Member::positions).map(|(_, next)| next);
            pair.iter().all(|one| one.assigned().len() == 2) && read.sum::<i64>() == self.total
        })?;
        let keys = pair[0].keys.union(&pair[1].keys).count();
        check(keys as i64 == self.total, format!("{keys} keys of {}", self.total))
    }

    fn commit(&self, pair: &[Member]) -> Step {
        for member in pair {
            let mut list = TopicPartitionList::new();
            for (part, next) in member.positions() {
                let added = list.add_partition_offset(&self.topic, part, Offset::Offset(next));
                added.map_err(text)?;
            }
            member.consumer.commit(&list, CommitMode::Sync).map_err(text)?;
        }
        let asked = self.every(|_| Offset::Invalid);
        let found = pair[0].consumer.committed_offsets(asked, LIMIT).map_err(text)?;
        let sum = sum(&found);
        check(sum == self.total, format!("committed {sum} of {}", self.total))
    }

    fn leave(&self, pair: &mut Vec<Member>) -> Step {
        drop(pair.pop());
        let whole = |left: &[Member]| left[0].assigned().len() == PARTITIONS as usize;
        until("the partitions of the one that left", pair, whole)?;
        pair.clear();
        Ok(())
    }

    fn resume(&mut self) -> Step {
        std::thread::park_timeout(Duration::from_millis(20));
        let now = SystemTime::now().duration_since(UNIX_EPOCH).map_err(text)?;
        self.mark = now.as_millis() as i64;
        self.send("resume", "none", false, PARTITIONS)?;
        only_resumed(self.member()?)
    }

    fn seek(&self) -> Step {
        let member = self.consumer("unused")?;
        let times = self.every(|_| Offset::Offset(self.mark));
        let found = member.consumer.offsets_for_times(times, LIMIT).map_err(text)?;
        check(sum(&found) == self.total, format!("offsets for the time: {found:?}"))?;
        member.consumer.assign(&found).map_err(text)?;
        only_resumed(member)
    }

    fn every(&self, offset: impl Fn(i32) -> Offset) -> TopicPartitionList {
        let mut list = TopicPartitionList::new();
        for part in 0..PARTITIONS {
            let _ = list.add_partition_offset(&self.topic, part, offset(part));
        }
        list
    }

    fn topics(&self) -> Result<Vec<(String, usize)>, String> {
        let found = self.admin.inner().fetch_metadata(None, LIMIT).map_err(text)?;
        let topics = found.topics().iter();
        Ok(topics.map(|one| (one.name().to_owned(), one.partitions().len())).collect())
    }

    fn list(&self) -> Step {
        let topics = self.topics()?;
        let listed = topics.contains(&(self.topic.clone(), PARTITIONS as usize));
        check(listed, format!("the topic is not listed: {topics:?}"))?;
        let groups = self.admin.inner().fetch_group_list(None, LIMIT).map_err(text)?;
        let listed = groups.groups().iter().any(|one| one.name() == self.group);
        check(listed, "the group is not listed")
    }

    fn describe(&self) -> Step {
        let wanted = [ResourceSpecifier::Topic(&self.topic)];
        let asked = self.admin.describe_configs(&wanted, &AdminOptions::new());
        let found = block_on(asked).map_err(text)?.remove(0).map_err(text)?;
        let named =
            matches!(&found.specifier, OwnedResourceSpecifier::Topic(t) if *t == self.topic);
        let retention = found.get("retention.ms").and_then(|entry| entry.value.clone());
        check(named && retention.as_deref() == Some("3600000"), format!("{retention:?}"))?;
        let groups = self.admin.inner().fetch_group_list(Some(&self.group), LIMIT).map_err(text)?;
        let members = groups.groups().first().map(|group| group.members().len());
        check(members == Some(0), format!("members: {members:?}"))
    }

    fn forget(&self) -> Step {
        let gone = block_on(self.admin.delete_groups(&[&self.group], &AdminOptions::new()));
        gone.map_err(text)?.remove(0).map_err(|(group, why)| format!("{group}: {why}"))?;
        let groups = self.admin.inner().fetch_group_list(None, LIMIT).map_err(text)?;
        let listed = groups.groups().iter().any(|one| one.name() == self.group);
        check(!listed, "the group is still listed")
    }

    fn delete(&self) -> Step {
        let gone = block_on(self.admin.delete_topics(&[&self.topic], &AdminOptions::new()));
        gone.map_err(text)?.remove(0).map_err(|(topic, why)| format!("{topic}: {why}"))?;
        let start = Instant::now();
        while self.topics()?.iter().any(|(name, _)| *name == self.topic) {
            check(start.elapsed() < LIMIT, "the topic is still listed")?;
        }
        Ok(())
    }
}

fn sum(list: &TopicPartitionList) -> i64 {
    list.elements().iter().filter_map(|part| part.offset().to_raw()).sum()
}

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let mut run = Run::new(&arguments[1], &arguments[2]);
    let mut pair = Vec::new();
    step("create", || run.create());
    step("plain", || run.produce("plain", "none", false));
    for codec in ["gzip", "snappy", "lz4", "zstd"] {
        step(codec, || run.produce(codec, codec, false));
    }
    step("idempotent", || run.produce("idempotent", "none", true));
    step("group", || run.both(&mut pair));
    step("commit", || run.commit(&pair));
    step("leave", || run.leave(&mut pair));
    step("resume", || run.resume());
    step("seek", || run.seek());
    step("list", || run.list());
    step("describe", || run.describe());
    step("forget", || run.forget());
    step("delete", || run.delete());
}
