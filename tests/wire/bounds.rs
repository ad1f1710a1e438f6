//! Bytes of strangers: whatever they are, reading them never panics, and never holds more memory
//! than a small multiple of them.

use ottla::codec::{Message, Reader, Schema, WireError};
use ottla::wire;
use ottla::wire::RequestHeader;
use ottla::wire::produce::ProduceView;

use crate::allocator::peak;
use crate::catalogue::with_messages;
use crate::dice::Dice;
use crate::samples::sample;

/// Bytes of memory that a byte of input may cost, and what is free.
const TIMES: usize = 32;
const FREE: usize = 4 * 1024;

const SAMPLES: u64 = 30;
const PADDING: usize = 32 * 1024;

macro_rules! check_all {
    ($($module:ident, $request:ident, $response:ident;)*) => { $(
        check::<wire::$module::$request>();
        check::<wire::$module::$response>();
    )* };
}

#[test]
fn no_message_costs_more_than_a_small_multiple_of_its_bytes() {
    with_messages!(check_all);
}

#[test]
fn a_produce_view_costs_no_more_than_a_small_multiple_of_its_bytes() {
    let schema = wire::produce::ProduceRequest::schema();
    for version in wire::produce::ProduceRequest::VERSIONS {
        for_each_input(&schema, version, |bytes| {
            bounded(bytes, "ProduceView", || {
                ProduceView::read(&mut Reader::new(bytes), version).is_ok()
            });
        });
    }
}

#[test]
fn twelve_bytes_that_claim_two_billion_topics_cost_nothing() {
    let bytes = b"\xff\xff\0\x01\0\0\x03\xe8\x7f\xff\xff\xff";
    let (view, cost) = peak(|| ProduceView::read(&mut Reader::new(bytes), 3));
    assert_eq!((view, cost), (Err(WireError::Short), 0));
    let read = || wire::produce::ProduceRequest::read(&mut Reader::new(bytes), 3);
    assert_eq!(peak(read), (Err(WireError::Short), 0));
}

#[test]
fn a_header_costs_no_more_than_a_small_multiple_of_its_bytes() {
    for seed in 0..10_000 {
        let mut dice = Dice::new(seed);
        let mut bytes = dice.bytes(8);
        bytes.extend([0, dice.below(40) as u8]);
        bytes.extend(dice.bytes(seed as usize % 64));
        bytes[0] = 0;
        bytes[1] %= 80;
        bytes[2] = 0;
        bytes[3] %= 16;
        bounded(&bytes, "RequestHeader", || RequestHeader::read(&mut Reader::new(&bytes)).is_ok());
    }
}

fn check<M: Message>() {
    let schema = M::schema();
    for version in M::VERSIONS {
        for_each_input(&schema, version, |bytes| {
            let what = format!("{} v{version}", M::NAME);
            bounded(bytes, &what, || M::read(&mut Reader::new(bytes), version).is_ok());
        });
    }
}

fn bounded(bytes: &[u8], what: &str, read: impl FnOnce() -> bool) {
    let (_, cost) = peak(read);
    assert!(
        cost <= TIMES * bytes.len() + FREE,
        "{what}: {} bytes cost {cost}, {:?}…",
        bytes.len(),
        &bytes[..bytes.len().min(64)]
    );
}

/// Good messages, cut and damaged ones, ones with a count out of proportion, and noise.
fn for_each_input(schema: &Schema, version: i16, mut check: impl FnMut(&[u8])) {
    for seed in 0..SAMPLES {
        let dice = &mut Dice::new(seed);
        let mut bytes = sample(schema, version, dice);
        check(&bytes);
        check(&bytes[..dice.below(bytes.len() + 1)]);
        check(&count_out_of_proportion(&bytes, dice));
        for _ in 0..4 {
            if !bytes.is_empty() {
                let at = dice.below(bytes.len());
                let extremes = [0, 1, 0x7f, 0x80, 0xff, dice.next() as u8];
                bytes[at] = extremes[dice.below(extremes.len())];
                check(&bytes);
            }
        }
        check(&dice.bytes(seed as usize * 7));
        let same = dice.next() as u8;
        check(&vec![same; 999]);
    }
    (0..=255).for_each(|byte| check(&[byte; 99]));
}

/// A good start, a count of either form, and one byte over and over, from which as many items as
/// possible are made.
fn count_out_of_proportion(good: &[u8], dice: &mut Dice) -> Vec<u8> {
    let mut bytes = good[..dice.below(good.len() + 1)].to_vec();
    let count = PADDING as i32 / (1 + dice.below(24) as i32);
    if dice.once_in(2) {
        bytes.extend(count.to_be_bytes());
    } else {
        let groups = [count as u8 | 0x80, (count >> 7) as u8 | 0x80, (count >> 14) as u8];
        bytes.extend(groups);
    }
    let filling = [0, 0, 1, dice.below(4) as u8][dice.below(4)];
    bytes.resize(bytes.len() + PADDING, filling);
    bytes
}
