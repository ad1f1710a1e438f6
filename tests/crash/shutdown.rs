//! SIGTERM and SIGINT: an end within a second that leaves nothing to repair.

use crate::support::batch::Batch;
use crate::support::broker::Broker;
use crate::support::process::signal;
use crate::support::raw::Raw;
use crate::support::topics::{FETCH, append, create, end_offset, fetch_request};
use crate::support::wait::seconds;
use kafka_protocol::messages::FetchRequest;
use std::time::{Duration, Instant};

#[test]
fn sigterm_ends_it_with_0_within_a_second_and_the_next_start_finds_everything() {
    let mut broker = Broker::options().fixed_port().start();
    let mut raw = Raw::connect(broker.port());
    create(&mut raw, "kept", 1, &[]);
    for number in 0..10 {
        append(&mut raw, "kept", 0, Batch::of(&[&format!("value {number}")]).bytes());
    }
    let (status, time) = broker.terminate();
    assert_eq!(status.code(), Some(0), "{status}\n{}", broker.log());
    assert!(time < Duration::from_secs(1), "it took {time:?}");

    let start = Instant::now();
    broker.restart();
    let time = start.elapsed();
    assert!(time < seconds(5), "the start after a clean end took {time:?}");
    assert_eq!(end_offset(&mut Raw::connect(broker.port()), "kept"), 10);
    let told = broker.log().to_lowercase();
    assert!(!told.contains("unclean"), "a clean end must not look like a crash:\n{told}");
}

#[test]
fn sigterm_answers_a_parked_fetch_and_does_not_wait_for_it() {
    let mut broker = Broker::start();
    let mut raw = Raw::connect(broker.port());
    create(&mut raw, "quiet", 1, &[]);
    let request = fetch_request("quiet", 0, 0).with_max_wait_ms(60_000);
    raw.send(FETCH, &request);
    // Long enough for it to have been read, and then it is parked.
    assert!(raw.is_silent_for(Duration::from_millis(500)));
    let parked = std::thread::spawn(move || raw.receive::<FetchRequest>(FETCH).1);
    let (status, time) = broker.terminate();
    assert_eq!(status.code(), Some(0), "{status}");
    assert!(time < Duration::from_secs(1), "it took {time:?}");
    let reply = parked.join().expect("the parked fetch is answered before the end");
    assert_eq!(reply.error_code, 0);
}

#[test]
fn sigint_ends_it_with_0_too() {
    let mut broker = Broker::start();
    signal(broker.pid(), rustix::process::Signal::INT);
    let status = broker.wait_end();
    assert_eq!(status.code(), Some(0), "{status}");
}
