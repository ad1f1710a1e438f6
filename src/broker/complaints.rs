//! What clients do wrong, said once and counted after that: a client that tries again every few
//! milliseconds does not fill the log.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};

use crate::base::Mono;

/// The same complaint about the same client is not said again for so long.
const QUIET_MS: u64 = 10_000;
/// Complaints that are remembered; with more, all are forgotten and said once more.
const REMEMBERED_MAX: usize = 1_000;

/// What has been said lately.
#[derive(Default)]
pub struct Complaints {
    said: Mutex<HashMap<(IpAddr, String), Said>>,
}

struct Said {
    at: Mono,
    unsaid: u64,
}

impl Complaints {
    /// Whether to say `what` about `client` now: then how often it has happened unsaid since the
    /// last time.
    pub fn say(&self, client: IpAddr, what: &str, now: Mono) -> Option<u64> {
        let mut said = self.said.lock().unwrap_or_else(PoisonError::into_inner);
        if said.len() >= REMEMBERED_MAX {
            said.clear();
        }
        let key = (client, what.to_owned());
        let Some(last) = said.get_mut(&key) else {
            said.insert(key, Said { at: now, unsaid: 0 });
            return Some(0);
        };
        if now < last.at.plus_ms(QUIET_MS) {
            last.unsaid += 1;
            return None;
        }
        last.at = now;
        Some(std::mem::take(&mut last.unsaid))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_complaint_is_said_once_and_then_counted() {
        let complaints = Complaints::default();
        let one = IpAddr::from([127, 0, 0, 1]);
        let two = IpAddr::from([127, 0, 0, 2]);
        assert_eq!(complaints.say(one, "tls", Mono(0)), Some(0));
        assert_eq!(complaints.say(one, "tls", Mono(5)), None);
        assert_eq!(complaints.say(one, "tls", Mono(9_999)), None);
        assert_eq!(complaints.say(one, "http", Mono(9_999)), Some(0));
        assert_eq!(complaints.say(two, "tls", Mono(9_999)), Some(0));
        assert_eq!(complaints.say(one, "tls", Mono(10_000)), Some(2));
        assert_eq!(complaints.say(one, "tls", Mono(20_000)), Some(0));
    }
}
