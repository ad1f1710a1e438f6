//! Idempotent producers: InitProducerId (T1) and the sequences of P16 to P21.

use crate::code;
use crate::connect;
use crate::support::batch::Batch;
use crate::support::broker::Broker;
use crate::support::raw::{Raw, text};
use crate::support::topics::{append, create, end_offset, produce};
use kafka_protocol::messages::{InitProducerIdRequest, InitProducerIdResponse, TransactionalId};

fn init(raw: &mut Raw, change: impl FnOnce(&mut InitProducerIdRequest)) -> InitProducerIdResponse {
    let mut request = InitProducerIdRequest::default()
        .with_transactional_id(None)
        .with_transaction_timeout_ms(60_000);
    change(&mut request);
    raw.call(4, &request)
}

fn new_producer(raw: &mut Raw) -> i64 {
    let reply = init(raw, |_| ());
    assert_eq!(reply.error_code, 0, "{reply:?}");
    reply.producer_id.0
}

/// Produces one record under a sequence; returns the error and the base offset.
fn send(raw: &mut Raw, topic: &str, id: i64, epoch: i16, sequence: i32) -> (i16, i64) {
    let batch = Batch::of(&["x"]).by_producer(id, epoch, sequence);
    let answer = produce(raw, topic, 0, batch.bytes());
    (answer.error_code, answer.base_offset)
}

#[test]
fn t1_every_producer_gets_an_id_of_its_own_also_after_a_restart() {
    let mut broker = Broker::options().fixed_port().start();
    let mut raw = Raw::connect(broker.port());
    let mut ids = Vec::new();
    for _ in 0..3 {
        let reply = init(&mut raw, |_| ());
        assert_eq!((reply.error_code, reply.producer_epoch), (0, 0));
        ids.push(reply.producer_id.0);
    }
    broker.kill();
    broker.restart();
    ids.push(new_producer(&mut Raw::connect(broker.port())));
    broker.terminate();
    broker.restart();
    ids.push(new_producer(&mut Raw::connect(broker.port())));
    let mut distinct = ids.clone();
    distinct.sort_unstable();
    distinct.dedup();
    assert_eq!(distinct.len(), ids.len(), "{ids:?}");
}

#[test]
fn t1_half_a_producer_and_an_empty_transactional_id_are_invalid_requests() {
    let (_broker, mut raw) = connect();
    let reply = init(&mut raw, |request| request.producer_id = 5.into());
    assert_eq!(reply.error_code, code::INVALID_REQUEST);
    let reply = init(&mut raw, |request| request.producer_epoch = 0);
    assert_eq!(reply.error_code, code::INVALID_REQUEST);
    let empty = Some(TransactionalId(text("")));
    let reply = init(&mut raw, |request| request.transactional_id = empty);
    assert_eq!(reply.error_code, code::INVALID_REQUEST);
}

#[test]
fn p16_each_of_the_last_five_batches_is_answered_with_its_first_offset() {
    let (_broker, mut raw) = connect();
    create(&mut raw, "p16", 1, &[]);
    let id = new_producer(&mut raw);
    for sequence in 0..7 {
        assert_eq!(send(&mut raw, "p16", id, 0, sequence), (0, i64::from(sequence)));
    }
    for sequence in 2..7 {
        assert_eq!(send(&mut raw, "p16", id, 0, sequence), (0, i64::from(sequence)), "again");
    }
    assert_eq!(end_offset(&mut raw, "p16"), 7, "nothing was appended twice");
    let (error, _) = send(&mut raw, "p16", id, 0, 1);
    assert_eq!(error, code::OUT_OF_ORDER_SEQUENCE, "the sixth is forgotten");
}

#[test]
fn p16_the_same_first_sequence_with_another_last_is_out_of_order() {
    let (_broker, mut raw) = connect();
    create(&mut raw, "p16-last", 1, &[]);
    let id = new_producer(&mut raw);
    append(&mut raw, "p16-last", 0, Batch::of(&["a", "b"]).by_producer(id, 0, 0).bytes());
    assert_eq!(send(&mut raw, "p16-last", id, 0, 0).0, code::OUT_OF_ORDER_SEQUENCE);
}

#[test]
fn p17_a_gap_in_the_sequence_is_out_of_order() {
    let (_broker, mut raw) = connect();
    create(&mut raw, "p17", 1, &[]);
    let id = new_producer(&mut raw);
    assert_eq!(send(&mut raw, "p17", id, 0, 0), (0, 0));
    assert_eq!(send(&mut raw, "p17", id, 0, 2).0, code::OUT_OF_ORDER_SEQUENCE);
    assert_eq!(send(&mut raw, "p17", id, 0, 1), (0, 1), "the right one still fits");
}

#[test]
fn p17_the_sequence_wraps_from_the_greatest_to_0() {
    let (_broker, mut raw) = connect();
    create(&mut raw, "p17-wrap", 1, &[]);
    let id = new_producer(&mut raw);
    assert_eq!(send(&mut raw, "p17-wrap", id, 0, i32::MAX), (0, 0));
    assert_eq!(send(&mut raw, "p17-wrap", id, 0, 0), (0, 1));
}

#[test]
fn p18_without_state_any_sequence_begins_and_a_new_epoch_begins_at_0() {
    let (_broker, mut raw) = connect();
    create(&mut raw, "p18", 1, &[]);
    let id = new_producer(&mut raw);
    assert_eq!(send(&mut raw, "p18", id, 0, 41), (0, 0));
    assert_eq!(send(&mut raw, "p18", id, 1, 5).0, code::OUT_OF_ORDER_SEQUENCE);
    assert_eq!(send(&mut raw, "p18", id, 1, 0), (0, 1));
}

#[test]
fn p19_an_older_epoch_is_an_invalid_one() {
    let (_broker, mut raw) = connect();
    create(&mut raw, "p19", 1, &[]);
    let id = new_producer(&mut raw);
    assert_eq!(send(&mut raw, "p19", id, 3, 0), (0, 0));
    assert_eq!(send(&mut raw, "p19", id, 2, 1).0, code::INVALID_PRODUCER_EPOCH);
    assert_eq!(end_offset(&mut raw, "p19"), 1);
}

#[test]
fn p21_sequences_survive_a_crash_and_a_clean_end() {
    let mut broker = Broker::options().fixed_port().start();
    let mut raw = Raw::connect(broker.port());
    create(&mut raw, "p21", 1, &[]);
    let id = new_producer(&mut raw);
    for sequence in 0..3 {
        assert_eq!(send(&mut raw, "p21", id, 0, sequence), (0, i64::from(sequence)));
    }
    broker.kill();
    broker.restart();
    let mut raw = Raw::connect(broker.port());
    assert_eq!(send(&mut raw, "p21", id, 0, 2), (0, 2), "the retry after a crash");
    assert_eq!(send(&mut raw, "p21", id, 0, 3), (0, 3));
    broker.terminate();
    broker.restart();
    let mut raw = Raw::connect(broker.port());
    assert_eq!(send(&mut raw, "p21", id, 0, 3), (0, 3), "the retry after a clean end");
    assert_eq!(send(&mut raw, "p21", id, 0, 5).0, code::OUT_OF_ORDER_SEQUENCE);
    assert_eq!(end_offset(&mut raw, "p21"), 4);
}
