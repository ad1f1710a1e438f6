//! SaslAuthenticate (key 36): one round of SASL tokens.
//!
//! - 1: the reply tells the session's lifetime (KIP-368).
//! - 2: flexible.

use bytes::Bytes;

use crate::codec::message;

message! {
    /// SaslAuthenticate (key 36), request.
    SaslAuthenticateRequest, versions 0..=2, flexible 2.. {
        auth_bytes: Bytes, 0..;
    }
}

message! {
    /// SaslAuthenticate (key 36), response.
    SaslAuthenticateResponse, versions 0..=2, flexible 2.. {
        error_code: i16, 0..;
        error_message: Option<String>, 0.., null 0..;
        auth_bytes: Bytes, 0..;
        session_lifetime_ms: i64, 1.., else ignored;
    }
}
