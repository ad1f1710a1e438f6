//! Settings in Kafka's own forms: a `server.properties` file, and the `KAFKA_…` variables of
//! Kafka's images. Set-ups hand them over as they are, so what means nothing here is warned of.
//!
//! Invariant: what is read here is judged by the same table as everything else.

use super::given::Origin;
use super::problem::Problem;
use super::raw::Raw;

/// Variables that Kafka's image keeps out of the broker's properties.
const NO_PROPERTIES: &[&str] = &[
    "DEBUG",
    "GC_LOG_OPTS",
    "HEAP_OPTS",
    "HOME",
    "JMX_HOSTNAME",
    "JMX_OPTS",
    "JMX_PORT",
    "JVM_PERFORMANCE_OPTS",
    "LOG4J_LOGGERS",
    "LOG4J_OPTS",
    "LOG4J_ROOT_LOGLEVEL",
    "OPTS",
    "PORT",
    "TOOLS_LOG4J_LOGLEVEL",
    "VERSION",
];
/// What Kubernetes sets in the neighbourhood of a service called `kafka`.
const OF_A_SERVICE: &[&str] = &["PORT_", "SERVICE_"];

/// Reads a file in the grammar of `java.util.Properties`.
pub(super) fn from_properties(path: &str, text: &str) -> Vec<Raw> {
    let mut raw = Vec::new();
    let mut lines = text.lines().enumerate();
    while let Some((index, first)) = lines.next() {
        let mut line = first.trim_start().to_owned();
        if line.is_empty() || line.starts_with(['#', '!']) {
            continue;
        }
        while ends_in_backslash(&line) {
            line.pop();
            match lines.next() {
                Some((_, more)) => line.push_str(more.trim_start()),
                None => break,
            }
        }
        let (name, value) = split(&line);
        let origin = Origin::File { path: path.to_owned(), line: index + 1 };
        raw.push(Raw { name: unescape(name), text: unescape(value), origin });
    }
    raw
}

/// An odd number of backslashes continues the line.
fn ends_in_backslash(line: &str) -> bool {
    line.bytes().rev().take_while(|byte| *byte == b'\\').count() % 2 == 1
}

/// Name and value: between them is `=`, `:` or space, unless a backslash stands before it.
fn split(line: &str) -> (&str, &str) {
    let mut escaped = false;
    let end = line.char_indices().find(|(_, c)| {
        let ends = !escaped && (c.is_whitespace() || "=:".contains(*c));
        escaped = !escaped && *c == '\\';
        ends
    });
    let (name, rest) = line.split_at(end.map_or(line.len(), |(at, _)| at));
    let rest = rest.trim_start();
    (name, rest.strip_prefix(['=', ':']).unwrap_or(rest).trim_start())
}

fn unescape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut letters = text.chars();
    while let Some(letter) = letters.next() {
        if letter != '\\' {
            out.push(letter);
            continue;
        }
        match letters.next() {
            Some('t') => out.push('\t'),
            Some('n') => out.push('\n'),
            Some('r') => out.push('\r'),
            Some('f') => out.push('\u{c}'),
            Some('u') => {
                let digits: String = letters.by_ref().take(4).collect();
                let code = u32::from_str_radix(&digits, 16).ok();
                out.push(code.and_then(char::from_u32).unwrap_or(char::REPLACEMENT_CHARACTER));
            }
            Some(other) => out.push(other),
            None => {}
        }
    }
    out
}

/// `KAFKA_LOG_DIRS` is `log.dirs`: of underscores one is a dot, two are one, three are a dash.
pub(super) fn from_kafka_env(env: &[(String, String)]) -> Vec<Raw> {
    let foreign = |name: &str| {
        NO_PROPERTIES.contains(&name) || OF_A_SERVICE.iter().any(|first| name.starts_with(first))
    };
    env.iter()
        .filter_map(|(variable, text)| {
            let name = variable.strip_prefix("KAFKA_").filter(|name| !foreign(name))?;
            let name = name.to_lowercase().replace("___", "-").replace("__", "\0");
            let name = name.replace('_', ".").replace('\0', "_");
            Some(Raw { name, text: text.clone(), origin: Origin::Env(variable.clone()) })
        })
        .collect()
}

/// Fits a set-up of several listeners and folders to a broker that has one of each: the first
/// PLAINTEXT listener for clients, and the first folder. The rest is warned of.
pub(super) fn fit(said: &mut [Raw], warnings: &mut Vec<Problem>) {
    let said_of = |name: &str, said: &[Raw]| {
        let last = said.iter().rfind(|raw| raw.name == name);
        last.map(|raw| raw.text.clone()).unwrap_or_default()
    };
    let map = said_of("listener.security.protocol.map", said);
    let setup = Listeners {
        map: list(&map).filter_map(|pair| pair.split_once(':')).collect(),
        controllers: &said_of("controller.listener.names", said),
        between_brokers: &said_of("inter.broker.listener.name", said),
    };
    let mut chosen = None;
    for raw in said.iter_mut().filter(|raw| raw.name == "listeners") {
        if let Some(listener) = setup.choose(&raw.text) {
            warn_of_others(raw, &listener, "listener", warnings);
            chosen = Some(listener.split_once("://").map_or("", |(name, _)| name).to_owned());
            raw.text = plaintext(&listener);
        }
    }
    for raw in said.iter_mut().filter(|raw| raw.name == "advertised.listeners") {
        let named = |listener: &&str| {
            let name = listener.split_once("://").map_or("", |(name, _)| name);
            chosen.as_deref().is_some_and(|chosen| chosen.eq_ignore_ascii_case(name))
        };
        let listener = list(&raw.text).find(named).map(str::to_owned);
        if let Some(listener) = listener.or_else(|| setup.choose(&raw.text)) {
            warn_of_others(raw, &listener, "listener", warnings);
            raw.text = plaintext(&listener);
        }
    }
    for raw in said.iter_mut().filter(|raw| matches!(raw.name.as_str(), "log.dirs" | "log.dir")) {
        let first = list(&raw.text).next().map(str::to_owned);
        if let Some(first) = first {
            warn_of_others(raw, &first, "folder", warnings);
            raw.text = first;
        }
    }
}

fn list(text: &str) -> impl Iterator<Item = &str> {
    text.split(',').map(str::trim).filter(|word| !word.is_empty())
}

fn warn_of_others(raw: &Raw, kept: &str, what: &str, warnings: &mut Vec<Problem>) {
    let others: Vec<&str> = list(&raw.text).filter(|word| *word != kept).collect();
    if !others.is_empty() {
        let text = format!(
            "{}: there is one {what}, {kept}; without effect: {}",
            raw.name,
            others.join(", ")
        );
        warnings.push(Problem::at(raw.origin.clone(), &text));
    }
}

/// The listener under the name of its protocol.
fn plaintext(listener: &str) -> String {
    match listener.split_once("://") {
        Some((_, address)) => format!("PLAINTEXT://{address}"),
        None => listener.to_owned(),
    }
}

/// What tells a listener for clients from the others.
struct Listeners<'a> {
    map: Vec<(&'a str, &'a str)>,
    controllers: &'a str,
    between_brokers: &'a str,
}

impl Listeners<'_> {
    fn choose(&self, listeners: &str) -> Option<String> {
        let usable = || list(listeners).filter(|listener| self.is_for_clients(listener));
        let between = |listener: &&str| {
            let name = listener.split_once("://").map_or("", |(name, _)| name);
            !name.eq_ignore_ascii_case(self.between_brokers)
        };
        usable().find(between).or_else(|| usable().next()).map(str::to_owned)
    }

    fn is_for_clients(&self, listener: &str) -> bool {
        let Some((name, _)) = listener.split_once("://") else { return true };
        let mapped = self.map.iter().find(|(from, _)| from.eq_ignore_ascii_case(name));
        let protocol = mapped.map_or(name, |(_, to)| *to);
        protocol.eq_ignore_ascii_case("PLAINTEXT")
            && !list(self.controllers).any(|controller| controller.eq_ignore_ascii_case(name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(raw: &[Raw]) -> Vec<(&str, &str)> {
        raw.iter().map(|raw| (raw.name.as_str(), raw.text.as_str())).collect()
    }

    #[test]
    fn properties_are_read_as_java_reads_them() {
        let text =
            "# no\n ! no\n\na=1\n b : 2\nc 3\nd\\ e\\=f=\\u0041\\tB\\\n   C\ng\nh=x=y \\\\\n";
        let raw = from_properties("p", text);
        let expect =
            [("a", "1"), ("b", "2"), ("c", "3"), ("d e=f", "A\tBC"), ("g", ""), ("h", "x=y \\")];
        assert_eq!(pairs(&raw), expect);
        assert_eq!(raw[5].origin, Origin::File { path: "p".into(), line: 10 });
    }

    #[test]
    fn what_test_set_ups_hand_over_is_known() {
        let without_security = "
            advertised.listeners auto.create.topics.enable default.replication.factor
            delete.topic.enable group.consumer.assignment.interval.ms
            group.consumer.heartbeat.interval.ms group.consumer.min.heartbeat.interval.ms
            group.coordinator.append.linger.ms group.initial.rebalance.delay.ms group.max.size
            group.max.session.timeout.ms group.min.session.timeout.ms
            group.share.delivery.count.limit group.share.max.partition.max.record.locks
            group.share.max.share.sessions group.share.max.size
            group.share.min.record.lock.duration.ms group.share.partition.max.record.locks
            group.share.record.lock.duration.ms group.streams.assignment.interval.ms
            group.streams.min.heartbeat.interval.ms group.streams.min.session.timeout.ms
            group.streams.num.standby.replicas listeners log.cleaner.dedupe.buffer.size
            log.cleaner.enable log.cleanup.policy log.dirs log.flush.interval.messages
            log.initial.task.delay.ms log.retention.ms log.segment.bytes
            log.segment.delete.delay.ms message.max.bytes min.insync.replicas node.id
            num.partitions offsets.retention.minutes offsets.topic.num.partitions
            offsets.topic.replication.factor producer.id.expiration.check.interval.ms
            producer.id.expiration.ms share.coordinator.state.topic.min.isr
            share.coordinator.state.topic.num.partitions
            share.coordinator.state.topic.replication.factor
            transaction.abort.timed.out.transaction.cleanup.interval.ms
            transaction.max.timeout.ms
            transaction.remove.expired.transaction.cleanup.interval.ms
            transaction.state.log.min.isr transaction.state.log.num.partitions
            transaction.state.log.replication.factor transactional.id.expiration.ms
            fetch.max.bytes socket.request.max.bytes socket.send.buffer.bytes max.connections
            max.connections.per.ip connections.max.idle.ms queued.max.requests
            request.timeout.ms num.network.threads num.io.threads quota.window.num
            max.incremental.fetch.session.cache.slots max.request.partition.size.limit
            broker.rack broker.id compression.type log.roll.ms log.roll.hours
            log.retention.check.interval.ms log.index.size.max.bytes
            num.recovery.threads.per.data.dir offset.metadata.max.bytes
            group.coordinator.rebalance.protocols transaction.two.phase.commit.enable";
        for name in without_security.split_whitespace() {
            let meaning = super::super::names::meaning(name);
            assert!(
                !matches!(meaning, super::super::names::Meaning::Unknown { .. }),
                "{name}: {meaning:?}"
            );
        }
    }

    #[test]
    fn variables_are_named_as_in_kafka_s_images() {
        let env = ["KAFKA_LOG_DIRS", "KAFKA_A__B_C___D", "KAFKA_HEAP_OPTS", "KAFKA_PORT_9092_TCP"];
        let env: Vec<(String, String)> =
            env.iter().map(|name| ((*name).to_owned(), "x".to_owned())).collect();
        assert_eq!(pairs(&from_kafka_env(&env)), [("log.dirs", "x"), ("a_b.c-d", "x")]);
    }

    #[test]
    fn of_several_listeners_the_first_for_clients_is_taken() {
        let text = "listeners=CONTROLLER://:9093,SSL://:1,BROKER://:2,OUT://localhost:3,X://:4\n\
                    advertised.listeners=BROKER://b:2,OUT://out:3\n\
                    controller.listener.names=CONTROLLER\n\
                    inter.broker.listener.name=BROKER\n\
                    listener.security.protocol.map=CONTROLLER:PLAINTEXT,BROKER:PLAINTEXT,\
                    OUT:PLAINTEXT,X:SASL_SSL\n\
                    log.dirs=/a, /b\n";
        let mut raw = from_properties("p", text);
        let mut warnings = Vec::new();
        fit(&mut raw, &mut warnings);
        let said = pairs(&raw);
        assert_eq!(said[0].1, "PLAINTEXT://localhost:3");
        assert_eq!(said[1].1, "PLAINTEXT://out:3");
        assert_eq!(said[5].1, "/a");
        assert_eq!(warnings.len(), 3, "{warnings:?}");
    }
}
