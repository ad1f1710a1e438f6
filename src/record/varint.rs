//! Zigzag varints as records use them: Kafka's signed `varint` and `varlong`.
//!
//! The wire's unsigned varints belong to `codec`; records have their own because they are walked in
//! a tight loop over a slice and nothing else.
//!
//! Invariant: reading never looks beyond the slice, and a value of more than ten bytes is refused.

/// Longest encoding of a 32-bit value.
const VARINT_BYTES_MAX: u32 = 5;
/// Longest encoding of a 64-bit value.
const VARLONG_BYTES_MAX: u32 = 10;

/// The 32-bit value in front of `bytes`, which are moved behind it. `None`: they end first, or the
/// value takes more than five bytes.
#[inline(always)]
pub fn read_i32(bytes: &mut &[u8]) -> Option<i32> {
    let value = match **bytes {
        [a, ref rest @ ..] if a < 0x80 => {
            *bytes = rest;
            u32::from(a)
        }
        [a, b, ref rest @ ..] if b < 0x80 => {
            *bytes = rest;
            u32::from(a & 0x7f) | u32::from(b) << 7
        }
        _ => read_long(bytes, VARINT_BYTES_MAX)? as u32,
    };
    Some((value >> 1) as i32 ^ -((value & 1) as i32))
}

/// The 64-bit value in front of `bytes`, which are moved behind it. `None`: they end first, or the
/// value takes more than ten bytes.
#[inline(always)]
pub fn read_i64(bytes: &mut &[u8]) -> Option<i64> {
    let value = match **bytes {
        [a, ref rest @ ..] if a < 0x80 => {
            *bytes = rest;
            u64::from(a)
        }
        [a, b, ref rest @ ..] if b < 0x80 => {
            *bytes = rest;
            u64::from(a & 0x7f) | u64::from(b) << 7
        }
        _ => read_long(bytes, VARLONG_BYTES_MAX)?,
    };
    Some((value >> 1) as i64 ^ -((value & 1) as i64))
}

#[cold]
fn read_long(bytes: &mut &[u8], bytes_max: u32) -> Option<u64> {
    let mut value = 0u64;
    for index in 0..bytes_max {
        let (byte, rest) = bytes.split_first()?;
        *bytes = rest;
        value |= u64::from(byte & 0x7f) << (7 * index);
        if *byte < 0x80 {
            return Some(value);
        }
    }
    None
}

/// Appends a 32-bit value.
pub fn write_i32(out: &mut Vec<u8>, value: i32) {
    write_unsigned(out, u64::from(((value << 1) ^ (value >> 31)) as u32));
}

/// Appends a 64-bit value.
pub fn write_i64(out: &mut Vec<u8>, value: i64) {
    write_unsigned(out, ((value << 1) ^ (value >> 63)) as u64);
}

fn write_unsigned(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_value_comes_back() {
        for value in [0, 1, -1, 63, -64, 64, -65, 300, i64::from(i32::MAX), i64::MAX, i64::MIN] {
            let mut out = Vec::new();
            write_i64(&mut out, value);
            let mut bytes = &out[..];
            assert_eq!(read_i64(&mut bytes), Some(value));
            assert!(bytes.is_empty());
        }
        for value in [0, 1, -1, 63, -64, 64, -65, 8191, 8192, i32::MAX, i32::MIN] {
            let mut out = Vec::new();
            write_i32(&mut out, value);
            let mut bytes = &out[..];
            assert_eq!(read_i32(&mut bytes), Some(value));
            assert!(bytes.is_empty());
        }
    }

    #[test]
    fn a_value_that_is_cut_or_too_long_is_none() {
        assert_eq!(read_i32(&mut &[][..]), None);
        assert_eq!(read_i32(&mut &[0x80][..]), None);
        assert_eq!(read_i32(&mut &[0xff; 5][..]), None);
        assert_eq!(read_i64(&mut &[0xff; 10][..]), None);
    }
}
