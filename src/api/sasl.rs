//! SaslHandshake (key 17) and SaslAuthenticate (key 36) on a plaintext listener, where there is
//! nothing to authenticate: ILLEGAL_SASL_STATE, and the connection stays (protocol-errata.md).

use crate::base::ErrorCode;
use crate::codec::WireError;
use crate::wire::sasl_authenticate::{SaslAuthenticateRequest, SaslAuthenticateResponse};
use crate::wire::sasl_handshake::{SaslHandshakeRequest, SaslHandshakeResponse};

use super::answer::Answer;
use super::call::Call;

pub(super) fn handshake(call: &Call<'_>) -> Result<Answer, WireError> {
    let request: SaslHandshakeRequest = call.request()?;
    let what = format!(
        "the client wants to authenticate by {:?} on a plaintext listener; set \
         security.protocol=PLAINTEXT",
        request.mechanism
    );
    call.broker.complain(call.peer.peer, &what);
    Ok(Answer::reply(SaslHandshakeResponse {
        error_code: ErrorCode::IllegalSaslState.code(),
        ..SaslHandshakeResponse::default()
    }))
}

pub(super) fn authenticate(call: &Call<'_>) -> Result<Answer, WireError> {
    let _: SaslAuthenticateRequest = call.request()?;
    Ok(Answer::reply(SaslAuthenticateResponse {
        error_code: ErrorCode::IllegalSaslState.code(),
        error_message: Some("this listener is plaintext: there is nothing to authenticate".into()),
        ..SaslAuthenticateResponse::default()
    }))
}
