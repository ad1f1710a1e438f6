//! The codec held against bytes written by hand, in Kafka's grammar.

use bytes::Bytes;

use super::{Kind, Message, Reader, Records, Versions, WireError, Writer, message};
use crate::base::Uuid;

message! {
    /// Every feature of the grammar once.
    Sample, versions 0..=4, flexible 3.. {
        id: i32, 0.., default -1;
        name: Option<String>, 0.., null 2.., default None;
        /// Fields may have words of their own.
        old: bool, 0..=1, else ignored;
        items: Option<Vec<SampleItem>>, 1.., null 1..;
        strict: i16, 2..;
        cursor: Option<SampleCursor>, 2.., null 2.., default None, else ignored;
        records: Records, 4.., null 4..;
        extra: String, 3.., tag 0;
        bound: i64, 4.., default i64::MAX, tag 7, else ignored;
    }
    struct SampleItem { key: Uuid, 1..; count: u16, 2..; tags: Vec<i32>, 3.., tag 1; }
    struct SampleCursor { at: i64, 2..; }
}

message! {
    /// A message without fields.
    Nothing, versions 0..=1, flexible 1.. {}
}

message! {
    /// Never flexible; the types that the other sample lacks.
    Rigid, versions 0..=0 { small: i8, 0..; unsigned: u32, 0..; float: f64, 0..; raw: Bytes, 0..; }
}

fn written<M: Message>(message: &M, version: i16) -> Result<Vec<u8>, WireError> {
    let mut writer = Writer::new();
    message.write(&mut writer, version)?;
    assert_eq!(writer.to_vec().len(), writer.len());
    Ok(writer.to_vec())
}

fn read<M: Message>(bytes: &[u8], version: i16) -> Result<M, WireError> {
    M::read(&mut Reader::new(bytes), version)
}

fn check<M: Message>(message: &M, version: i16, bytes: &[u8]) {
    assert_eq!(written(message, version).as_deref(), Ok(bytes));
    assert_eq!(read::<M>(bytes, version).as_ref(), Ok(message));
    for end in 0..bytes.len() {
        assert!(read::<M>(&bytes[..end], version).is_err(), "cut at {end}");
    }
}

fn sample() -> Sample {
    Sample { id: 7, name: Some("ab".into()), ..Sample::default() }
}

#[test]
fn defaults_are_those_of_the_schema() {
    let default = Sample::default();
    assert_eq!((default.id, default.name, default.bound), (-1, None, i64::MAX));
    assert_eq!(default.items, Some(vec![]), "nullable without a default is empty, as in Kafka");
}

#[test]
fn plain_form_has_two_and_four_byte_lengths() {
    check(&Sample { old: true, ..sample() }, 0, b"\0\0\0\x07\0\x02ab\x01");
    let items = Some(vec![SampleItem { key: Uuid(*b"0123456789abcdef"), ..Default::default() }]);
    check(&Sample { items, ..sample() }, 1, b"\0\0\0\x07\0\x02ab\0\0\0\0\x010123456789abcdef");
    let null = Sample { name: None, items: None, ..sample() };
    check(&null, 2, b"\0\0\0\x07\xff\xff\xff\xff\xff\xff\0\0\xff");
}

#[test]
fn flexible_form_has_compact_lengths_and_tags() {
    let item = SampleItem { count: 258, tags: vec![5], ..Default::default() };
    let full = Sample {
        items: Some(vec![item]),
        cursor: Some(SampleCursor { at: 1 }),
        records: Records(Some(Bytes::from_static(b"RR"))),
        extra: "x".into(),
        bound: 9,
        ..sample()
    };
    let mut bytes = b"\0\0\0\x07\x03ab\x02".to_vec();
    bytes.extend([0; 16]);
    bytes.extend(b"\x01\x02\x01\x01\x05\x02\0\0\0\x05"); // count, one tag: 1, five bytes
    bytes.extend(b"\0\0\x01\0\0\0\0\0\0\0\x01\0\x03RR"); // strict, cursor, records
    bytes.extend(b"\x02\0\x02\x02x\x07\x08\0\0\0\0\0\0\0\x09"); // two tags: 0 and 7
    check(&full, 4, &bytes);
    check(&Nothing {}, 0, b"");
    check(&Nothing {}, 1, b"\0");
}

#[test]
fn records_leave_by_reference() {
    let records = Bytes::from_static(b"not copied");
    let mut writer = Writer::new();
    let frame = writer.frame_begin();
    let message = Sample { records: Records(Some(records.clone())), ..sample() };
    message.write(&mut writer, 4).unwrap();
    writer.frame_end(frame).unwrap();
    assert!(writer.chunks().any(|chunk| chunk.as_ptr() == records.as_ptr()));
    let all = writer.to_vec();
    assert_eq!(all[..4], (all.len() as i32 - 4).to_be_bytes());

    let second = writer.frame_begin();
    message.write(&mut writer, 4).unwrap();
    writer.frame_end(second).unwrap();
    assert_eq!(writer.to_vec(), [&all[..], &all[..]].concat());
    let third = writer.frame_begin();
    message.write(&mut writer, 4).unwrap();
    writer.frame_drop(third);
    assert_eq!(writer.to_vec(), [&all[..], &all[..]].concat());
    writer.clear();
    assert!(writer.is_empty());
    assert_eq!(writer.chunks().count(), 0);
}

#[test]
fn a_field_that_the_version_lacks_is_dropped_only_if_the_schema_says_so() {
    let ignorable = Sample { cursor: Some(SampleCursor { at: 1 }), bound: 1, ..sample() };
    assert_eq!(written(&ignorable, 0), Ok(b"\0\0\0\x07\0\x02ab\0".to_vec()));
    let strict = Sample { strict: 1, ..sample() };
    assert_eq!(written(&strict, 1), Err(WireError::Absent("strict")));
    let tagged = Sample { extra: "x".into(), ..sample() };
    assert_eq!(written(&tagged, 2), Err(WireError::Absent("extra")));
}

#[test]
fn null_is_refused_where_the_version_has_none() {
    assert_eq!(written(&Sample::default(), 0), Err(WireError::Null));
    assert_eq!(read::<Sample>(b"\0\0\0\x07\xff\xff\0", 0), Err(WireError::Null));
    assert_eq!(
        read::<Rigid>(b"\0\0\0\0\0\0\0\0\0\0\0\0\0\xff\xff\xff\xff", 0),
        Err(WireError::Null)
    );
}

#[test]
fn kafka_tolerates_and_so_do_we() {
    // Framing row of the errata: any negative length is null, any byte but 0 is true, text that is
    // not UTF-8 is taken, unknown tags are skipped, bytes after the body are left alone.
    let null = Sample { name: None, items: None, ..sample() };
    assert_eq!(read(b"\0\0\0\x07\xff\xfe\x80\0\0\0\0\0\xff", 2), Ok(null));
    let odd: Sample = read(b"\0\0\0\x07\0\x01\xff\x09and more", 0).unwrap();
    assert_eq!((odd.name.as_deref(), odd.old), (Some("\u{fffd}"), true));
    assert_eq!(read(b"\x02\x05\x01x\x63\0", 1), Ok(Nothing {}));
}

#[test]
fn numbers_that_never_end_are_refused() {
    assert_eq!(read::<Nothing>(b"\xff\xff\xff\xff\xff\x01", 1), Err(WireError::Varint));
    assert_eq!(Reader::new(b"\xff\xff\xff\xff\x0f").unsigned_varint(), Ok(u32::MAX));
    for value in [0, 1, 127, 128, 16_383, 16_384, u32::MAX >> 4, u32::MAX] {
        let mut writer = Writer::new();
        writer.unsigned_varint(value);
        assert_eq!(Reader::new(&writer.to_vec()).unsigned_varint(), Ok(value));
    }
}

#[test]
fn a_count_beyond_the_bytes_left_is_refused_before_anything_is_reserved() {
    assert_eq!(read::<Sample>(b"\0\0\0\x07\0\0\0\x7f\xff\xff\xff", 1), Err(WireError::Short));
    // 40 bytes hold two items of version 1 (16 bytes each), not three.
    let mut bytes = b"\0\0\0\x07\0\0\0\0\0\0\x03".to_vec();
    bytes.extend([0; 40]);
    assert_eq!(read::<Sample>(&bytes, 1), Err(WireError::Short));
}

#[test]
fn versions_outside_the_range_are_refused() {
    assert_eq!(read::<Sample>(&[0; 99], 5), Err(WireError::Version(5)));
    assert_eq!(written(&Nothing {}, -1), Err(WireError::Version(-1)));
}

#[test]
fn texts_too_long_for_their_prefix_are_refused() {
    let long = Sample { name: Some("x".repeat(32_768)), ..sample() };
    assert_eq!(written(&long, 0), Err(WireError::Long));
    assert!(written(&long, 3).is_ok());
}

#[test]
fn the_schema_speaks_in_kafkas_terms() {
    let schema = Sample::schema();
    assert_eq!((schema.name, schema.versions), ("Sample", Versions::of(&(0..=4))));
    assert_eq!(schema.flexible.to_string(), "3+");
    let field = |name| schema.fields.iter().find(|field| field.name == name).unwrap();
    assert_eq!(field("old").versions.to_string(), "0-1");
    assert!(field("old").ignorable && !field("strict").ignorable);
    assert_eq!(
        (field("name").nullable.to_string(), &*field("name").default),
        ("2+".into(), "null")
    );
    assert_eq!((field("bound").tag, &*field("id").default), (Some(7), "-1"));
    assert!(matches!(&field("items").kind, Kind::Array(item)
        if matches!(&**item, Kind::Struct("SampleItem", fields) if fields.len() == 3)));
    assert_eq!(Rigid::schema().flexible, Versions::NONE);
}

#[test]
fn every_plain_type_round_trips() {
    let rigid = Rigid { small: -2, unsigned: 1 << 31, float: 1.5, raw: Bytes::from_static(b"z") };
    check(&rigid, 0, b"\xfe\x80\0\0\0\x3f\xf8\0\0\0\0\0\0\0\0\0\x01z");
}
