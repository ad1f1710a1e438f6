//! The one look into members' metadata: which topics a group of type "consumer" reads (G20).
//!
//! Only the part that every version begins with is read (version, topic names, user data), and
//! what cannot be read is taken as it is: opaque.

use std::collections::BTreeSet;

use bytes::{Buf, Bytes};

use super::{CONSUMER, Classic};

impl Classic {
    /// What all members together read; none where the group is of another type, or a member's
    /// metadata is not understood.
    pub(super) fn subscriptions(&self) -> Option<BTreeSet<String>> {
        if self.protocol_type() != Some(CONSUMER) {
            return None;
        }
        let mut all = BTreeSet::new();
        if self.members.is_empty() {
            return Some(all);
        }
        let protocol = self.protocol.as_deref()?;
        for member in self.members.values() {
            all.extend(topics(member.metadata(protocol))?);
        }
        Some(all)
    }
}

/// The topics of one member's consumer subscription.
fn topics(mut metadata: Bytes) -> Option<Vec<String>> {
    if metadata.try_get_i16().ok()? < 0 {
        return None;
    }
    let count = usize::try_from(metadata.try_get_i32().ok()?).ok()?;
    if count > metadata.remaining() / size_of::<i16>() {
        return None;
    }
    let mut topics = Vec::with_capacity(count);
    for _ in 0..count {
        let len = usize::try_from(metadata.try_get_i16().ok()?).ok()?;
        if len > metadata.remaining() {
            return None;
        }
        topics.push(String::from_utf8_lossy(&metadata.split_to(len)).into_owned());
    }
    let user_data = metadata.try_get_i32().ok()?;
    let fits = usize::try_from(user_data).is_ok_and(|len| len <= metadata.remaining());
    (user_data == -1 || fits).then_some(topics)
}

#[cfg(test)]
mod tests {
    use super::*;
    use bytes::{BufMut, BytesMut};

    fn subscription(count: i32, names: &[&str], user_data: i32) -> Bytes {
        let mut bytes = BytesMut::new();
        bytes.put_i16(1);
        bytes.put_i32(count);
        for name in names {
            bytes.put_i16(name.len() as i16);
            bytes.put_slice(name.as_bytes());
        }
        bytes.put_i32(user_data);
        bytes.freeze()
    }

    #[test]
    fn topics_of_a_subscription_are_found() {
        let found = topics(subscription(2, &["a", "b"], -1));
        assert_eq!(found, Some(vec!["a".to_owned(), "b".to_owned()]));
    }

    #[test]
    fn absurd_subscriptions_are_opaque() {
        for count in [-1, 3, i32::MAX] {
            assert_eq!(topics(subscription(count, &["a", "b"], -1)), None);
        }
        assert_eq!(topics(subscription(1, &["a"], 5)), None);
        assert_eq!(topics(subscription(1, &["a"], -2)), None);
        assert_eq!(topics(Bytes::from_static(b"range")), None);
        assert_eq!(topics(Bytes::new()), None);
    }
}
