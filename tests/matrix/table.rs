//! What is expected of each client: a cell is green unless `lacks` says why there is none.

/// The steps, and what each of them is.
pub const STEPS: [(&str, &str); 16] = [
    ("create", "a topic of four partitions with a config"),
    ("plain", "produce with keys and headers to every partition"),
    ("gzip", "the same, compressed"),
    ("snappy", "the same, compressed"),
    ("lz4", "the same, compressed"),
    ("zstd", "the same, compressed"),
    ("idempotent", "the same, by an idempotent producer"),
    ("group", "read it all in a group of two, two partitions each; keys, values and headers hold"),
    ("commit", "commit, and ask the broker for what is committed"),
    ("leave", "one leaves, the other has all partitions"),
    ("resume", "come back later and read only what is new"),
    ("seek", "ask for the offsets of a time, and read from there"),
    ("list", "the topic, and the group where the client can"),
    ("describe", "the topic; its configs and the group where the client can"),
    ("forget", "delete the group, and it is not listed"),
    ("delete", "delete the topic, until it is not listed"),
];

/// How a client's program is had and run.
#[derive(Clone, Copy)]
pub enum Program {
    /// `java/Matrix.java` with the jars of a pom file beside it.
    Java(&'static str),
    /// A script below `python/` with a file of requirements.
    Python(&'static str, &'static str),
    /// A script below `node/`.
    Node(&'static str),
    /// A command below `go/`.
    Go(&'static str),
    /// The package `rdkafka/`.
    Rust,
    /// The script `python/kcat.py` around the system's kcat.
    Kcat,
}

/// A row of the matrix.
pub struct Client {
    pub name: &'static str,
    pub version: &'static str,
    pub program: Program,
    /// The file below `tests/` that pins it, and the words that do.
    pub pin: Option<(&'static str, &'static str)>,
    /// Steps that the client does not have, and why.
    pub empty: &'static [(&'static str, &'static str)],
}

impl Client {
    /// Why it does not have a step.
    pub fn lacks(&self, step: &str) -> Option<&'static str> {
        self.empty.iter().find(|(name, _)| *name == step).map(|(_, why)| *why)
    }
}

pub const JAVA_2_8: Client = Client {
    name: "Java client 2.8",
    version: "2.8.2",
    program: Program::Java("kafka-2.8.xml"),
    pin: Some(("matrix/java/kafka-2.8.xml", "<version>2.8.2</version>")),
    empty: &[],
};
pub const JAVA_3_9: Client = Client {
    name: "Java client 3.9",
    version: "3.9.2",
    program: Program::Java("kafka-3.9.xml"),
    pin: Some(("matrix/java/kafka-3.9.xml", "<version>3.9.2</version>")),
    empty: &[],
};
pub const JAVA_4_3: Client = Client {
    name: "Java client 4.3",
    version: "4.3.1",
    program: Program::Java("kafka-4.3.xml"),
    pin: Some(("matrix/java/kafka-4.3.xml", "<version>4.3.1</version>")),
    empty: &[],
};
pub const CONFLUENT: Client = Client {
    name: "confluent_kafka (librdkafka)",
    version: "2.16.1",
    program: Program::Python("confluent.py", "clients/requirements.txt"),
    pin: Some(("clients/requirements.txt", "confluent-kafka==2.16.1")),
    empty: &[],
};
pub const CONFLUENT_OLD: Client = Client {
    name: "confluent_kafka (old librdkafka)",
    version: "2.0.2",
    program: Program::Python("confluent.py", "matrix/python/confluent-2.0.txt"),
    pin: Some(("matrix/python/confluent-2.0.txt", "confluent-kafka==2.0.2")),
    empty: &[],
};
pub const KCAT: Client = Client {
    name: "kcat",
    version: "1.7",
    program: Program::Kcat,
    pin: None,
    empty: &[
        ("create", "no call for it; the broker creates the topic"),
        ("commit", "commits by itself when it leaves"),
        ("forget", "no call for it"),
        ("delete", "no call for it"),
    ],
};
pub const RDKAFKA: Client = Client {
    name: "rdkafka (Rust)",
    version: "0.39.0",
    program: Program::Rust,
    pin: Some(("matrix/rdkafka/Cargo.toml", "=0.39.0")),
    empty: &[],
};
pub const KAFKA_PYTHON: Client = Client {
    name: "kafka-python",
    version: "3.0.12",
    program: Program::Python("kafka_python.py", "clients/requirements.txt"),
    pin: Some(("clients/requirements.txt", "kafka-python==3.0.12")),
    empty: &[],
};
pub const AIOKAFKA: Client = Client {
    name: "aiokafka",
    version: "0.14.0",
    program: Program::Python("aio_kafka.py", "clients/requirements.txt"),
    pin: Some(("clients/requirements.txt", "aiokafka==0.14.0")),
    empty: &[("forget", "no call for it")],
};
pub const KAFKAJS: Client = Client {
    name: "kafkajs",
    version: "2.2.4",
    program: Program::Node("kafkajs.js"),
    pin: Some(("matrix/node/package.json", "\"kafkajs\": \"2.2.4\"")),
    empty: &[],
};
pub const PLATFORMATIC: Client = Client {
    name: "@platformatic/kafka",
    version: "1.35.0",
    program: Program::Node("platformatic.js"),
    pin: Some(("matrix/node/package.json", "\"@platformatic/kafka\": \"1.35.0\"")),
    empty: &[("zstd", "uses the zstd of Node, which has none before 22.15")],
};
pub const FRANZ_GO: Client = Client {
    name: "franz-go",
    version: "1.22.3",
    program: Program::Go("franz"),
    pin: Some(("matrix/go/go.mod", "franz-go v1.22.3")),
    empty: &[],
};
pub const SARAMA: Client = Client {
    name: "sarama",
    version: "1.61.1",
    program: Program::Go("sarama"),
    pin: Some(("matrix/go/go.mod", "sarama v1.61.1")),
    empty: &[],
};
