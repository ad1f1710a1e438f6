//! SaslHandshake (key 17): the client names its SASL mechanism. Never flexible.
//!
//! - 0: raw SASL tokens follow.
//! - 1: SaslAuthenticate requests follow (KIP-152).

use crate::codec::message;

message! {
    /// SaslHandshake (key 17), request.
    SaslHandshakeRequest, versions 0..=1 {
        mechanism: String, 0..;
    }
}

message! {
    /// SaslHandshake (key 17), response.
    SaslHandshakeResponse, versions 0..=1 {
        error_code: i16, 0..;
        mechanisms: Vec<String>, 0..;
    }
}
