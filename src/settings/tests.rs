//! Stories of whole sources, and the files that are printed from the table.

use super::*;
use proptest::prelude::*;

fn sources(toml: &str, env: &[(&str, &str)], set: &[&str]) -> Sources {
    let mut env: Vec<(String, String)> =
        env.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect();
    env.push(("HOME".into(), "/home/someone".into()));
    Sources {
        file: Some(("ottla.toml".into(), toml.into())),
        env,
        flags: Flags { set: set.iter().map(|s| (*s).to_owned()).collect(), ..Flags::default() },
    }
}

fn loaded(toml: &str, env: &[(&str, &str)], set: &[&str]) -> Settings {
    load(&sources(toml, env, set)).unwrap_or_else(|problems| panic!("{problems}")).settings
}

fn problems(toml: &str, env: &[(&str, &str)], set: &[&str]) -> Vec<String> {
    match load(&sources(toml, env, set)) {
        Ok(_) => Vec::new(),
        Err(Problems(problems)) => problems.iter().map(Problem::to_string).collect(),
    }
}

#[test]
fn every_default_lies_in_its_range() {
    for key in all_keys().chain(TOPIC_KEYS.iter().map(|row| &row.key)) {
        let _ = key.default_value();
    }
}

#[test]
fn nothing_said_gives_the_defaults() {
    let settings = loaded("", &[], &[]);
    assert_eq!(settings.listen, Address::new("localhost", 9092));
    assert_eq!(settings.http, Some(Address::new("localhost", 9644)));
    assert_eq!(settings.advertised, None);
    assert_eq!(settings.durability, Durability::Fsync);
    assert_eq!(settings.data_dir.to_str(), Some("/home/someone/.local/share/ottla"));
    assert_eq!(settings.offsets_retention_ms, 604_800_000);
    assert_eq!(settings.fetch_bytes_max, 57_671_680);
    assert_eq!(settings.group_max_session_timeout_ms, 1_800_000);
}

#[test]
fn the_data_folder_follows_xdg_where_it_is_absolute() {
    let dir = |value| loaded("", &[("XDG_DATA_HOME", value)], &[]).data_dir;
    assert_eq!(dir("/x/").to_str(), Some("/x/ottla"));
    assert_eq!(dir("relative").to_str(), Some("/home/someone/.local/share/ottla"));
}

#[test]
fn flags_beat_the_environment_which_beats_the_file() {
    let toml = "[topics]\npartitions = 2\nauto_create = false\n";
    let env = [("OTTLA_TOPICS__PARTITIONS", "3")];
    assert_eq!(loaded(toml, &[], &[]).num_partitions, 2);
    assert_eq!(loaded(toml, &env, &[]).num_partitions, 3);
    let settings = loaded(toml, &env, &["num.partitions=4"]);
    assert_eq!(settings.num_partitions, 4);
    assert!(!settings.auto_create_topics);
    let mut both = sources("", &[], &["listen=localhost:1"]);
    both.flags.listen = Some("localhost:2".into());
    assert_eq!(load(&both).unwrap().settings.listen.port, 2);
    assert_eq!(loaded("", &[], &["num.partitions=4", "num.partitions=5"]).num_partitions, 5);
}

#[test]
fn kafka_s_names_do_in_every_layer() {
    let toml = "\"num.partitions\" = 4\nlog.retention.hours = 2\n";
    let settings = loaded(toml, &[("OTTLA_NODE__ID", "7")], &["auto.create.topics.enable=false"]);
    assert_eq!((settings.num_partitions, settings.node_id), (4, 7));
    assert!(!settings.auto_create_topics);
    let retention = topic_key("retention.ms").unwrap();
    assert_eq!(settings.topic_default(retention), Value::Int(7_200_000));
    let settings = loaded("", &[], &["listeners=PLAINTEXT://localhost:0", "log.dirs=/d"]);
    assert_eq!((settings.listen.port, settings.data_dir.to_str()), (0, Some("/d")));
}

#[test]
fn the_finer_unit_wins_within_a_layer_as_in_kafka() {
    let retention = topic_key("retention.ms").unwrap();
    let value = |set: &[&str]| loaded("", &[], set).topic_default(retention);
    let all = ["log.retention.hours=1", "log.retention.ms=5", "log.retention.minutes=1"];
    assert_eq!(value(&all), Value::Int(5));
    assert_eq!(value(&["log.retention.minutes=1", "log.retention.hours=1"]), Value::Int(60_000));
    assert_eq!(value(&["log.retention.ms=-1"]), Value::Int(-1));
    assert_eq!(value(&["topic_defaults.retention.ms=3d"]), Value::Int(259_200_000));
    let toml = "[topic_defaults]\n\"retention.ms\" = 60000\n";
    assert_eq!(loaded(toml, &[], &[]).topic_default(retention), Value::Int(60_000));
}

#[test]
fn all_errors_come_at_once_each_with_its_place() {
    let toml = "listen = \"localhost\"\n\n[topics]\nauto_craete = true\npartitions = \"many\"\n";
    let found = problems(toml, &[("OTTLA_NODE_ID", "-1")], &["retention.check=5", "nonsense"]);
    assert_eq!(
        found,
        [
            "ottla.toml:1: listen: \"localhost\" does not do: write it as HOST:PORT",
            "ottla.toml:4: unknown key topics.auto_craete; did you mean topics.auto_create?",
            "ottla.toml:5: topics.partitions: \"many\" does not do: not a number of type INT",
            "OTTLA_NODE_ID: node_id: \"-1\" does not do: value must be at least 0",
            "--set nonsense: write it as --set key=value",
            "--set retention.check=5: retention.check: \"5\" does not do: write a unit with it, \
             such as \"500ms\", \"30s\", \"5m\", \"12h\" or \"7d\"",
        ]
    );
}

#[test]
fn bad_toml_is_told_with_its_line() {
    let found = problems("node_id = 1\nlisten = \n[topics\npartitions = 0\n", &[], &[]);
    assert!(found.iter().any(|problem| problem.starts_with("ottla.toml:2: ")), "{found:?}");
    assert!(problems("node_id = [1979-05-27]", &[], &[])[0].contains("must be a text"));
}

#[test]
fn an_open_broker_must_be_meant() {
    let found = problems("", &[], &["listen=0.0.0.0:9092"]);
    assert!(found[0].starts_with("--set listen=0.0.0.0:9092: listen: 0.0.0.0:9092 can be reached"));
    assert!(found[0].contains("OTTLA_ALLOW_INSECURE=1"), "{found:?}");
    assert_eq!(problems("http = \":9644\"", &[], &[]).len(), 1);
    let meant = [("OTTLA_ALLOW_INSECURE", "1")];
    assert!(loaded("listen = \":9092\"", &meant, &[]).allow_insecure);
}

#[test]
fn ephemeral_means_page_cache_unless_said_otherwise() {
    assert_eq!(loaded("ephemeral = true", &[], &[]).durability, Durability::PageCache);
    let settings = loaded("ephemeral = true\ndurability = \"fsync\"", &[], &[]);
    assert_eq!(settings.durability, Durability::Fsync);
    assert_eq!(problems("ephemeral = true\ndata = \"/d\"", &[], &[]).len(), 1);
}

#[test]
fn what_only_shows_together_is_checked() {
    assert_eq!(problems("groups.session_timeout_min = \"2h\"", &[], &[]).len(), 1);
    assert_eq!(problems("advertised = \":9092\"", &[], &[]).len(), 1);
    assert_eq!(problems("\"log.dirs\" = \"/a,/b\"", &[], &[]).len(), 1);
    assert_eq!(
        problems(
            "",
            &[],
            &["log.cleaner.max.compaction.lag.ms=1", "log.cleaner.min.compaction.lag.ms=2"]
        )
        .len(),
        1
    );
}

#[test]
fn names_without_effect_are_warned_of_and_foreign_variables_left_alone() {
    let env = [
        ("OTTLA_PORT", "tcp://10.0.0.1:9092"),
        ("OTTLA_SERVICE_HOST", "10.0.0.1"),
        ("OTTLA_TEST_SEED", "1"),
        ("OTTLA_CONFIG", "x"),
    ];
    let set = ["log.cleaner.dedupe.buffer.size=1", "replica.fetch.max.bytes=1"];
    let loaded = load(&sources("", &env, &set)).unwrap();
    assert_eq!(loaded.warnings.len(), 2);
    assert_eq!(problems("", &[("OTTLA_NOPE", "1")], &[]), ["OTTLA_NOPE: unknown key nope"]);
}

#[test]
fn described_shows_kafka_s_names_values_and_sources_a10() {
    let settings = loaded("", &[], &["topics.partitions=4", "log.retention.minutes=90"]);
    let all = settings.described();
    let find = |name: &str| all.iter().find(|d| d.name == name).unwrap();
    let partitions = find("num.partitions");
    assert_eq!((partitions.value.as_deref(), partitions.source), (Some("4"), Source::Static));
    assert_eq!(partitions.synonyms[1].value.as_deref(), Some("1"));
    assert_eq!(find("log.retention.minutes").value.as_deref(), Some("90"));
    assert_eq!(find("log.retention.ms").value, None);
    assert_eq!(find("log.retention.hours").value.as_deref(), Some("168"));
    assert_eq!(find("log.retention.hours").source, Source::Default);
    assert_eq!(find("advertised.listeners").value, None);
    assert_eq!(find("listeners").value.as_deref(), Some("PLAINTEXT://localhost:9092"));
    assert_eq!(find("log.dirs").value.as_deref(), Some("/home/someone/.local/share/ottla"));
    assert_eq!(find("offsets.retention.minutes").value.as_deref(), Some("10080"));
    assert!(find("num.partitions").read_only && !find("message.max.bytes").read_only);
    assert!(all.is_sorted_by_key(|described| described.name.clone()));
}

#[test]
fn synonyms_of_a_topic_config_are_kafka_s_a10() {
    let settings = loaded("", &[], &["log.retention.minutes=90", "message.max.bytes=1MiB"]);
    let of = |name: &str| {
        let synonyms = settings.topic_synonyms(topic_key(name).unwrap());
        let shown = |value: &Option<String>| value.clone().unwrap_or_default();
        let shown = synonyms.iter().map(|s| format!("{}={}", s.name, shown(&s.value)));
        shown.collect::<Vec<_>>()
    };
    assert_eq!(of("retention.ms"), ["log.retention.minutes=90"]);
    assert_eq!(of("max.message.bytes"), ["message.max.bytes=1048576", "message.max.bytes=1048588"]);
    assert_eq!(of("segment.ms"), [""; 0]);
    assert_eq!(of("remote.storage.enable"), [""; 0]);
}

/// Compares a file of the repository with what it must be; `BLESS=1` writes it.
fn check_file(path: &str, expect: &str) {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(&path, expect).unwrap();
    }
    let found = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(found == expect, "{} is not what the table says; BLESS=1 writes it", path.display());
}

#[test]
fn the_file_of_defaults_and_the_reference_are_printed_from_the_table() {
    check_file("config/ottla.toml", &defaults_toml());
    check_file("docs/config.md", &reference());
}

#[test]
fn the_file_of_defaults_is_read_back_as_the_defaults() {
    assert_eq!(loaded(&defaults_toml(), &[], &[]), loaded("", &[], &[]));
    let uncommented: String = defaults_toml()
        .lines()
        .map(|line| match line.strip_prefix("# ") {
            Some(line) if line.contains(" = ") && !line.contains("  ") => line,
            Some(_) => "",
            None => line,
        })
        .map(|line| format!("{line}\n"))
        .collect();
    let mut settings = loaded(&uncommented, &[], &[]);
    assert_eq!(settings.given.len(), all_keys().count());
    settings.given = Given::new();
    assert_eq!(settings, loaded("", &[], &[]));
}

#[test]
fn what_holds_is_printed_and_read_back() {
    let set = ["log.retention.ms=90m", "net.request_bytes_max=1000", "advertised=h:1"];
    let settings = loaded("", &[], &set);
    let again = loaded(&settings.to_toml(true), &[], &[]);
    assert_eq!(again.to_toml(false), settings.to_toml(false));
    assert!(
        settings.to_toml(true).contains("\"retention.ms\" = \"90m\"  # --set log.retention.ms=90m")
    );
}

proptest! {
    #[test]
    fn no_source_makes_the_check_panic(
        toml in "([a-z\\[\\]\\.=\"_#{},0-9 -]|\n){0,80}",
        env in "[A-Z_]{0,12}",
        set in "\\PC{0,30}",
    ) {
        let name = format!("OTTLA_{env}");
        let _ = load(&sources(&toml, &[(&name, &set)], &[&set]));
    }

    #[test]
    fn no_value_makes_the_check_panic(i in 0..200_usize, value in "[0-9a-zA-Z:./,*+-]{0,12}") {
        let keys: Vec<_> = all_keys().collect();
        let key = keys[i % keys.len()];
        let _ = load(&sources("", &[], &[&format!("{}={value}", key.name)]));
    }
}
