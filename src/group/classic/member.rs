//! One member of a classic group.

use bytes::Bytes;

use crate::base::Mono;
use crate::group::{JoinGroup, Protocol, Token};

/// A time that does not come.
pub(in crate::group) const NEVER: Mono = Mono(u64::MAX);

/// A member that has joined, its session and what of it is parked.
#[derive(Clone, Debug)]
pub(super) struct Member {
    pub(super) member_id: String,
    pub(super) instance_id: Option<String>,
    pub(super) client_id: String,
    pub(super) client_host: String,
    pub(super) rebalance_timeout_ms: u64,
    pub(super) session_timeout_ms: u64,
    /// Best first.
    pub(super) protocols: Vec<Protocol>,
    pub(super) assignment: Bytes,
    /// It has not been answered yet, so it cannot heartbeat: even a parked join does not keep it
    /// (G6).
    pub(super) is_new: bool,
    pub(super) join: Option<Token>,
    pub(super) sync: Option<Token>,
    pub(super) expires: Mono,
}

impl Member {
    pub(super) fn new(member_id: String, join: JoinGroup) -> Member {
        let mut member = Member {
            member_id,
            instance_id: join.instance_id.clone(),
            client_id: join.client_id.clone(),
            client_host: join.client_host.clone(),
            rebalance_timeout_ms: 0,
            session_timeout_ms: 0,
            protocols: Vec::new(),
            assignment: Bytes::new(),
            is_new: true,
            join: None,
            sync: None,
            expires: NEVER,
        };
        member.update(join);
        member
    }

    /// Takes what a new join says of the member.
    pub(super) fn update(&mut self, join: JoinGroup) {
        self.session_timeout_ms = u64::try_from(join.session_timeout_ms).unwrap_or(0);
        self.rebalance_timeout_ms =
            u64::try_from(join.rebalance_timeout_ms).unwrap_or(self.session_timeout_ms);
        self.protocols = join.protocols;
    }

    /// What the member says of itself in a protocol; nothing where it does not know it.
    pub(super) fn metadata(&self, protocol: &str) -> Bytes {
        let known = self.protocols.iter().find(|p| p.name == protocol);
        known.map(|p| p.metadata.clone()).unwrap_or_default()
    }

    /// Whether silence is excused: the member waits for us, not we for it.
    pub(super) fn waits(&self) -> bool {
        !self.is_new && (self.join.is_some() || self.sync.is_some())
    }
}
