//! Every codec round trip, under its cap and against damage.

use super::*;
use proptest::prelude::*;

const CAP: usize = 1 << 20;

fn packed(codec: Codec, bytes: &[u8]) -> Vec<u8> {
    compress(Encoding::of(codec), bytes)
}

fn mixed(length: usize) -> Vec<u8> {
    (0..length).map(|index| (index * index / 7) as u8).collect()
}

#[test]
fn every_codec_gives_back_what_it_took() {
    for codec in Codec::ALL {
        for length in [0, 1, 100, 32 * 1024, 32 * 1024 + 1, 300_000] {
            let bytes = mixed(length);
            let packed = packed(codec, &bytes);
            assert_eq!(decompress(codec, &packed, CAP).as_ref(), Ok(&bytes), "{codec:?} {length}");
            assert_eq!(decompress(codec, &packed, length), Ok(bytes), "{codec:?} {length}");
        }
    }
}

#[test]
fn one_byte_over_the_cap_is_too_large() {
    for codec in Codec::ALL {
        let packed = packed(codec, &mixed(50_000));
        let refused = decompress(codec, &packed, 49_999);
        assert_eq!(refused, Err(DecompressError::TooLarge(49_999)), "{codec:?}");
    }
}

#[test]
fn a_bomb_is_refused_and_holds_no_more_than_the_cap() {
    let zeros = vec![0; 64 << 20];
    for codec in [Codec::Gzip, Codec::Snappy, Codec::Lz4, Codec::Zstd] {
        let packed = packed(codec, &zeros);
        assert_eq!(decompress(codec, &packed, CAP), Err(DecompressError::TooLarge(CAP)));
    }
    let within = packed(Codec::Zstd, &zeros[..CAP]);
    let opened = decompress(Codec::Zstd, &within, CAP).expect("it fits");
    assert_eq!(opened.capacity(), CAP);
}

#[test]
fn a_zstd_window_beyond_the_cap_is_refused() {
    let mut out = zstd::stream::write::Encoder::new(Vec::new(), 1).expect("level 1 exists");
    out.window_log(27).expect("27 is allowed");
    out.write_all(&mixed(100_000)).expect("memory");
    let packed = out.finish().expect("memory");
    assert_eq!(decompress(Codec::Zstd, &packed, CAP), Err(DecompressError::Malformed));
    let large = decompress(Codec::Zstd, &packed, 100 << 20).expect("a level 22 producer's window");
    assert_eq!(large.len(), 100_000);
}

#[test]
fn snappy_is_read_bare_and_in_streams_that_follow_one_another() {
    let bytes = mixed(70_000);
    let bare = snap::raw::Encoder::new().compress_vec(&bytes).expect("small");
    assert_eq!(decompress(Codec::Snappy, &bare, CAP).as_ref(), Ok(&bytes));
    let twice = [packed(Codec::Snappy, &bytes), packed(Codec::Snappy, &bytes)].concat();
    assert_eq!(decompress(Codec::Snappy, &twice, CAP), Ok([bytes.clone(), bytes].concat()));
}

#[test]
fn a_snappy_block_that_lies_about_its_size_reserves_nothing() {
    let mut lie = STREAM.to_vec();
    lie.extend_from_slice(&[0, 0, 0, 6, 0xff, 0xff, 0xff, 0xff, 0x0f, 0]);
    assert_eq!(decompress(Codec::Snappy, &lie, CAP), Err(DecompressError::Malformed));
    assert_eq!(decompress(Codec::Snappy, &STREAM[..12], CAP), Err(DecompressError::Malformed));
}

const STREAM: &[u8] = b"\x82SNAPPY\0\0\0\0\x01\0\0\0\x01";

#[test]
fn a_cut_stream_is_malformed() {
    for codec in [Codec::Gzip, Codec::Snappy, Codec::Lz4, Codec::Zstd] {
        let packed = packed(codec, &mixed(5_000));
        let cut = decompress(codec, &packed[..packed.len() - 5], CAP);
        assert_eq!(cut, Err(DecompressError::Malformed), "{codec:?}");
    }
}

#[test]
fn codec_bits_five_to_seven_name_none() {
    for bits in 5..=7 {
        assert_eq!(Codec::from_bits(bits), None);
    }
    for codec in Codec::ALL {
        assert_eq!(Codec::from_bits(codec.bits()), Some(codec));
    }
}

proptest! {
    #[test]
    fn any_bytes_come_back(bytes in prop::collection::vec(any::<u8>(), 0..5_000)) {
        for codec in Codec::ALL {
            let packed = packed(codec, &bytes);
            let unpacked = decompress(codec, &packed, CAP);
            prop_assert_eq!(unpacked.as_ref(), Ok(&bytes));
        }
    }

    #[test]
    fn damaged_or_random_bytes_never_panic(
        bytes in prop::collection::vec(any::<u8>(), 0..300),
        at in any::<prop::sample::Index>(),
        damage in 1u8..,
    ) {
        for codec in Codec::ALL {
            let mut packed = packed(codec, &bytes);
            if !packed.is_empty() {
                let at = at.index(packed.len());
                packed[at] ^= damage;
            }
            for input in [&packed, &bytes] {
                if let Ok(out) = decompress(codec, input, 1_000) {
                    prop_assert!(out.len() <= 1_000 && out.capacity() <= 1_000.max(input.len()));
                }
            }
        }
    }
}
