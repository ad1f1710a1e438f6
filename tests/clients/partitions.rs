//! More full partitions than fit into an answer (F2): one fetch asks for 100 of them, 1 MiB each,
//! and takes 50 MiB in all, as librdkafka does by default.

use crate::support::broker::Broker;
use crate::support::python;

const PARTITIONS: i64 = 100;
/// As the script has them.
const EACH: i64 = 18;
const VALUE_BYTES: i64 = 65_536;

#[test]
fn a_consumer_reads_100_full_partitions_with_the_defaults_of_librdkafka() {
    let broker = Broker::options().set("durability", "page-cache").start();
    let bootstrap = broker.bootstrap();
    let run = python::script("partitions.py", &[&bootstrap, "many", &PARTITIONS.to_string()]);
    let read = run.last_json();
    assert_eq!(read["failed"], serde_json::json!([]));
    assert_eq!((read["least"].as_i64(), read["most"].as_i64()), (Some(EACH), Some(EACH)), "{read}");
    assert_eq!(read["bytes"].as_i64(), Some(PARTITIONS * EACH * VALUE_BYTES));
}
