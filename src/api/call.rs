//! One request on its way in, and what its reply needs on the way out.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Instant;

use crate::base::Now;
use crate::broker::{Broker, WaitKey};
use crate::codec::{Message, Reader, WireError, Writer};
use crate::wire::{ApiKey, RequestHeader, ResponseHeader};

use super::answer::Reply;
use super::table;

/// Where a connection comes from, and where it came in.
#[derive(Clone, Copy, Debug)]
pub struct Peer {
    /// The client's address.
    pub peer: SocketAddr,
    /// The address that the client came in on; it is what the client is told (protocol.md N7).
    pub local: SocketAddr,
    /// Names the connection among those that wait.
    pub id: WaitKey,
}

/// One request.
pub struct Call<'a> {
    /// Its header.
    pub header: RequestHeader,
    /// Its body, not read yet.
    pub body: &'a [u8],
    /// Who asks.
    pub peer: &'a Peer,
    /// Whom it asks.
    pub broker: &'a Arc<Broker>,
    /// When it was read.
    pub now: Now,
    started: Instant,
}

/// Why a request gets no answer but the end of its connection (protocol.md 1.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// The header is malformed.
    #[error("malformed request header: {0}")]
    Header(WireError),
    /// No such API, or not in this broker.
    #[error("unknown api key {0}")]
    ApiKey(i16),
    /// The API does not have that version.
    #[error("{0:?} has no version {1}")]
    Version(ApiKey, i16),
    /// The body is malformed.
    #[error("malformed {0:?} request, version {1}: {2}")]
    Body(ApiKey, i16, WireError),
    /// The reply does not fit its version: a bug, and the client must not wait for ever.
    #[error("the reply to {0:?} version {1} cannot be written: {2}")]
    Reply(ApiKey, i16, WireError),
}

impl<'a> Call<'a> {
    /// Reads a frame's header.
    ///
    /// # Errors
    /// [`Refused::Header`].
    pub fn read(
        frame: &'a [u8],
        peer: &'a Peer,
        broker: &'a Arc<Broker>,
    ) -> Result<Call<'a>, Refused> {
        let mut reader = Reader::new(frame);
        let header = RequestHeader::read(&mut reader).map_err(Refused::Header)?;
        let now = broker.now();
        Ok(Call { header, body: reader.rest(), peer, broker, now, started: Instant::now() })
    }

    /// The request's version.
    #[must_use]
    pub fn version(&self) -> i16 {
        self.header.api_version
    }

    /// The client's id, `""` where it gave none (protocol.md N4).
    #[must_use]
    pub fn client_id(&self) -> &str {
        self.header.client_id.as_deref().unwrap_or_default()
    }

    /// Reads the body. Bytes after it are ignored, as in Kafka.
    ///
    /// # Errors
    /// [`WireError`] if it is no such message.
    pub fn request<M: Message>(&self) -> Result<M, WireError> {
        M::read(&mut Reader::new(self.body), self.version())
    }

    /// What the reply needs.
    ///
    /// # Errors
    /// [`Refused::ApiKey`] for an API that is not in the table.
    pub fn envelope(&self) -> Result<Envelope, Refused> {
        let api = table::find(self.header.api_key).ok_or(Refused::ApiKey(self.header.api_key))?;
        let version = self.version();
        // An ApiVersions version that this broker does not know is answered in version 0.
        let version = if api.served.contains(&version) { version } else { 0 };
        Ok(Envelope {
            key: api.key,
            version,
            correlation_id: self.header.correlation_id,
            started: self.started,
        })
    }
}

/// What is known of a reply before its body is.
#[derive(Clone, Copy, Debug)]
pub struct Envelope {
    key: ApiKey,
    version: i16,
    correlation_id: i32,
    started: Instant,
}

impl Envelope {
    /// Which API answers.
    #[must_use]
    pub fn key(&self) -> ApiKey {
        self.key
    }

    /// When the request was read.
    #[must_use]
    pub fn started(&self) -> Instant {
        self.started
    }

    /// Writes the whole frame; nothing of it where that fails.
    ///
    /// # Errors
    /// [`Refused::Reply`].
    pub fn write(&self, reply: &dyn Reply, out: &mut Writer) -> Result<(), Refused> {
        let frame = out.frame_begin();
        let header = ResponseHeader { correlation_id: self.correlation_id };
        header.write(out, self.key, self.version);
        let written = reply.encode(out, self.version);
        match written.and_then(|()| out.frame_end(frame)) {
            Ok(()) => Ok(()),
            Err(error) => {
                out.frame_drop(frame);
                Err(Refused::Reply(self.key, self.version, error))
            }
        }
    }
}
