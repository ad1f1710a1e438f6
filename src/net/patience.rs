//! How long a connection may take: to send a request, to read a reply, to say anything at all.
//!
//! Each connection has one timer. It is set anew only where a nearer deadline comes up; one that
//! has moved away is noticed when the timer rings.

use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::time::{Instant, Sleep, sleep};

use crate::base::limits::{
    REPLY_STALLS_MAX, REQUEST_ARRIVES_WITHIN, REQUEST_BYTES_PER_SECOND_MIN, REQUEST_ROOM_WAIT,
};

use super::ended::Ended;

/// How often a connection asks again that waits for room.
const ROOM_RETRY: Duration = Duration::from_millis(20);

/// What a connection is at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Doing {
    /// Nothing has been asked.
    Nothing,
    /// So much of a request has come, and more is to come.
    Receiving {
        /// Bytes that have arrived.
        bytes: usize,
    },
    /// Requests wait for the broker.
    Waiting,
    /// Replies wait for the peer.
    Sending,
}

/// The time that one connection takes.
pub struct Patience {
    timer: Pin<Box<Sleep>>,
    idle_after: Duration,
    /// When something last happened that the peer waits for, or is waited for with.
    moved: Instant,
    /// Since when a request has been coming in.
    request_since: Option<Instant>,
    /// Since when there has been no room to read more.
    short_since: Option<Instant>,
}

impl Patience {
    /// With a connection that is closed after `idle_after` without a request.
    pub fn new(idle_after: Duration) -> Patience {
        Patience {
            timer: Box::pin(sleep(idle_after)),
            idle_after,
            moved: Instant::now(),
            request_since: None,
            short_since: None,
        }
    }

    /// A request was taken or settled, or a reply moved on.
    pub fn moved(&mut self) {
        self.moved = Instant::now();
        // What lies behind it may have been held up until now.
        self.request_since = None;
    }

    /// Bytes have come.
    pub fn received(&mut self) {
        self.request_since.get_or_insert_with(Instant::now);
    }

    /// Whether reading waits for room.
    pub fn is_short_of_room(&self) -> bool {
        self.short_since.is_some()
    }

    /// There is room.
    pub fn has_room(&mut self) {
        self.short_since = None;
    }

    /// There is no room to read more; asks to be rung soon.
    ///
    /// # Errors
    /// [`Ended::Overload`] where that has been so for too long.
    pub fn room_is_short(&mut self, peer: SocketAddr) -> Result<(), Ended> {
        let now = Instant::now();
        if self.short_since.is_none() {
            tracing::debug!(%peer, "waits for room for its request");
        }
        let since = *self.short_since.get_or_insert(now);
        if since + REQUEST_ROOM_WAIT <= now {
            return Err(Ended::Overload);
        }
        self.timer.as_mut().reset(now + ROOM_RETRY);
        Ok(())
    }

    /// Sees to it that the timer rings in time.
    pub fn arm(&mut self, doing: Doing) {
        let (due, _) = self.due(doing);
        if due < self.timer.deadline() {
            self.timer.as_mut().reset(due);
        }
    }

    /// Sets the timer anew that has rung.
    ///
    /// # Errors
    /// How the connection ends where its time is over.
    pub fn check(&mut self, doing: Doing) -> Result<(), Ended> {
        let (due, ended) = self.due(doing);
        if due <= Instant::now()
            && let Some(ended) = ended
        {
            return Err(ended);
        }
        self.timer.as_mut().reset(due);
        Ok(())
    }

    /// Resolves when the timer rings.
    pub fn poll(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        self.timer.as_mut().poll(cx)
    }

    /// When time is over, and what that means.
    fn due(&self, doing: Doing) -> (Instant, Option<Ended>) {
        match doing {
            Doing::Nothing => (self.moved + self.idle_after, Some(Ended::Idle)),
            Doing::Sending => (self.moved + REPLY_STALLS_MAX, Some(Ended::SlowReader)),
            Doing::Waiting => (Instant::now() + self.idle_after, None),
            Doing::Receiving { bytes } => {
                let more = Duration::from_secs((bytes / REQUEST_BYTES_PER_SECOND_MIN) as u64);
                let since = self.request_since.unwrap_or(self.moved);
                (since + REQUEST_ARRIVES_WITHIN + more, Some(Ended::SlowRequest))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::broker::fixture::wait;

    /// What becomes of a connection that has been at it for so long.
    fn after(seconds: u64, doing: Doing) -> Option<Ended> {
        wait(async {
            let mut patience = Patience::new(Duration::from_secs(600));
            let ago = |at: Instant| at.checked_sub(Duration::from_secs(seconds)).expect("a while");
            patience.received();
            patience.moved = ago(patience.moved);
            patience.request_since = patience.request_since.map(ago);
            patience.check(doing).err()
        })
    }

    #[test]
    fn n3_a_connection_that_asks_nothing_is_closed_and_one_that_waits_for_us_is_not() {
        assert!(after(599, Doing::Nothing).is_none());
        assert!(matches!(after(600, Doing::Nothing), Some(Ended::Idle)));
        assert!(after(3600, Doing::Waiting).is_none());
    }

    #[test]
    fn a_request_that_drips_in_is_closed_and_a_large_one_has_more_time() {
        let few = Doing::Receiving { bytes: 100 };
        assert!(after(29, few).is_none());
        assert!(matches!(after(30, few), Some(Ended::SlowRequest)));
        assert!(after(60, Doing::Receiving { bytes: 1024 * 1024 }).is_none());
    }

    #[test]
    fn a_client_that_takes_no_reply_is_closed() {
        assert!(after(59, Doing::Sending).is_none());
        assert!(matches!(after(60, Doing::Sending), Some(Ended::SlowReader)));
    }

    #[test]
    fn who_waits_for_room_is_rung_soon_and_closed_at_last() {
        wait(async {
            let mut patience = Patience::new(Duration::from_secs(600));
            let peer = SocketAddr::from(([127, 0, 0, 1], 1));
            assert!(patience.room_is_short(peer).is_ok() && patience.is_short_of_room());
            std::future::poll_fn(|cx| patience.poll(cx)).await;
            patience.short_since = Instant::now().checked_sub(REQUEST_ROOM_WAIT);
            assert!(matches!(patience.room_is_short(peer), Err(Ended::Overload)));
        });
    }

    #[test]
    fn a_nearer_deadline_moves_the_timer_and_a_later_one_leaves_it() {
        wait(async {
            let mut patience = Patience::new(Duration::from_secs(600));
            patience.arm(Doing::Nothing);
            let idle = patience.timer.deadline();
            patience.arm(Doing::Sending);
            let sending = patience.timer.deadline();
            assert!(sending < idle);
            patience.arm(Doing::Nothing);
            assert_eq!(patience.timer.deadline(), sending);
        });
    }
}
