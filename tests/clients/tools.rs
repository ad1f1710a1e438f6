//! Apache Kafka's own shell tools, unmodified.

use crate::support::broker::Broker;
use crate::support::java;
use crate::support::process::Finished;
use serde_json::Value;

fn tool(broker: &Broker, class: &str, arguments: &[&str]) -> Finished {
    let bootstrap = broker.bootstrap();
    java::tool(class, &[&["--bootstrap-server", &bootstrap], arguments].concat())
}

#[test]
fn kafka_topics_creates_lists_describes_and_deletes() {
    let broker = Broker::start();
    let sizes = ["--partitions", "3", "--replication-factor", "1"];
    let config = ["--config", "retention.ms=60000"];
    let create = [&["--create", "--topic", "orders"], &sizes[..], &config[..]].concat();
    let created = tool(&broker, java::TOPICS, &create);
    assert!(created.stdout.contains("Created topic orders."), "{created}");

    let listed = tool(&broker, java::TOPICS, &["--list"]);
    assert!(listed.stdout.lines().any(|line| line == "orders"), "{listed}");

    let described = tool(&broker, java::TOPICS, &["--describe", "--topic", "orders"]);
    assert!(described.stdout.contains("PartitionCount: 3"), "{described}");
    assert!(described.stdout.contains("ReplicationFactor: 1"), "{described}");
    assert!(described.stdout.contains("retention.ms=60000"), "{described}");
    let partitions = described.stdout.matches("Partition: ").count();
    assert_eq!(partitions, 3, "{described}");

    tool(&broker, java::TOPICS, &["--delete", "--topic", "orders"]);
    let listed = tool(&broker, java::TOPICS, &["--list"]);
    assert!(!listed.stdout.contains("orders"), "{listed}");
}

#[test]
fn the_console_consumer_reads_what_the_console_producer_sent_and_its_group_shows_it() {
    let broker = Broker::start();
    let bootstrap = broker.bootstrap();
    let lines: Vec<String> = (0..20).map(|number| format!("line {number}")).collect();
    let input = lines.join("\n") + "\n";
    let to = ["--bootstrap-server", &bootstrap, "--topic", "console"];
    java::tool_with_input(java::CONSOLE_PRODUCER, &to, Some(&input)).success();

    let from = ["--topic", "console", "--from-beginning", "--max-messages", "20"];
    let group = ["--group", "readers"];
    let read = tool(&broker, java::CONSOLE_CONSUMER, &[&from[..], &group[..]].concat());
    assert_eq!(read.stdout.lines().collect::<Vec<_>>(), lines, "{read}");

    let offsets = tool(&broker, java::GET_OFFSETS, &["--topic", "console"]);
    assert_eq!(offsets.stdout.trim(), "console:0:20", "{offsets}");

    let listed = tool(&broker, java::GROUPS, &["--list"]);
    assert_eq!(listed.stdout.trim(), "readers", "{listed}");
    let described = tool(&broker, java::GROUPS, &["--describe", "--group", "readers"]);
    let row = row(&described, "console");
    assert_eq!(row[2..6], ["0", "20", "20", "0"], "partition, current, end, lag: {described}");
    let state = tool(&broker, java::GROUPS, &["--describe", "--group", "readers", "--state"]);
    assert!(state.stdout.contains("Empty"), "{state}");
}

#[test]
fn kafka_configs_changes_and_describes_topics_brokers_and_quotas() {
    let broker = Broker::start();
    tool(&broker, java::TOPICS, &["--create", "--topic", "orders"]);
    let alter = |words: &[&str]| {
        let altered = tool(&broker, java::CONFIGS, &[&["--alter"], words].concat());
        assert!(altered.stdout.contains("Completed updating"), "{altered}");
    };
    let described = |words: &[&str]| {
        let described = tool(&broker, java::CONFIGS, &[&["--describe"], words].concat());
        described.success().stdout
    };
    let topic = ["--entity-type", "topics", "--entity-name", "orders"];
    let list = "retention.ms=5000,cleanup.policy=[compact,delete]";
    alter(&[&topic[..], &["--add-config", list]].concat());
    let told = described(&topic);
    assert!(told.contains("synonyms={DYNAMIC_TOPIC_CONFIG:retention.ms=5000}"), "{told}");
    assert!(told.contains("cleanup.policy=compact,delete"), "{told}");
    alter(&[&topic[..], &["--delete-config", "retention.ms"]].concat());
    assert!(!described(&topic).contains("retention.ms"));

    let node = ["--entity-type", "brokers", "--entity-name", "1"];
    alter(&[&node[..], &["--add-config", "log.retention.ms=7777"]].concat());
    let told = described(&node);
    let synonyms = "synonyms={DYNAMIC_BROKER_CONFIG:log.retention.ms=7777, \
                    DEFAULT_CONFIG:log.retention.hours=168}";
    assert!(told.contains(synonyms), "{told}");

    let user = ["--entity-type", "users", "--entity-name", "someone"];
    alter(&[&user[..], &["--add-config", "producer_byte_rate=1000"]].concat());
    let told = described(&user);
    assert!(told.contains("Quota configs for user-principal 'someone' are"), "{told}");
    assert!(told.contains("producer_byte_rate=1000"), "{told}");
}

#[test]
fn verifiable_clients_agree_and_consumer_groups_shows_the_member_while_it_reads() {
    let broker = Broker::start();
    let count = ["--max-messages", "2000"];
    let produce = [&["--topic", "verified", "--acks", "-1"], &count[..]].concat();
    let produced = tool(&broker, java::VERIFIABLE_PRODUCER, &produce);
    let summary = event(&produced.json(), "tool_data");
    assert_eq!(summary["acked"], 2000, "{produced}");
    assert_eq!(summary["sent"], 2000, "{produced}");

    let bootstrap = broker.bootstrap();
    let consume =
        ["--bootstrap-server", &bootstrap, "--topic", "verified", "--group-id", "verifiers"];
    let reset = ["--reset-policy", "earliest"];
    let arguments = [&consume[..], &reset[..]].concat();
    let mut consumer = java::start(java::VERIFIABLE_CONSUMER, &arguments, None);
    let mut seen = 0;
    while seen < 2000 {
        seen += consumer.running.line(crate::support::wait::seconds(60), |line| {
            let event: Value = serde_json::from_str(line).ok()?;
            (event["name"] == "records_consumed").then(|| event["count"].as_u64())?
        });
    }
    assert_eq!(seen, 2000);

    let members = ["--describe", "--group", "verifiers", "--members", "--verbose"];
    let members = tool(&broker, java::GROUPS, &members);
    let row = row(&members, "verifiers");
    assert!(row.contains(&"1".to_owned()), "one partition assigned: {members}");
    assert!(members.stdout.contains("verified"), "{members}");
    let state = tool(&broker, java::GROUPS, &["--describe", "--group", "verifiers", "--state"]);
    assert!(state.stdout.contains("Stable"), "{state}");

    consumer.running.terminate();
    let ended = consumer.running.finish(crate::support::wait::seconds(30));
    assert!(!ended.stdout.contains("\"success\":false"), "{ended}");
}

/// The event of this name among the lines of a verifiable client.
fn event(lines: &[Value], name: &str) -> Value {
    let found = lines.iter().find(|line| line["name"] == name);
    found.unwrap_or_else(|| panic!("no {name} among {lines:#?}")).clone()
}

/// The words of the one line of a table that holds `word`.
fn row(printed: &Finished, word: &str) -> Vec<String> {
    let split = |line: &str| line.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
    let mut rows = printed.stdout.lines().map(split);
    let found = rows.find(|row| row.iter().any(|cell| cell == word));
    found.unwrap_or_else(|| panic!("no row with {word} in {printed}"))
}
