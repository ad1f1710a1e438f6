//! DescribeUserScramCredentials (key 50): nobody has any here, which `kafka-configs.sh` must be
//! told before it shows a user's quotas (protocol.md S8).
//!
//! v0 KIP-554

use std::collections::BTreeMap;

use crate::base::ErrorCode;
use crate::codec::WireError;
use crate::wire::describe_user_scram_credentials::{
    DescribeUserScramCredentialsRequest, DescribeUserScramCredentialsResponse,
    DescribeUserScramCredentialsResult,
};

use super::answer::Answer;
use super::call::Call;

pub(super) fn handle(call: &Call<'_>) -> Result<Answer, WireError> {
    let request: DescribeUserScramCredentialsRequest = call.request()?;
    let mut times: BTreeMap<String, usize> = BTreeMap::new();
    for user in request.users.into_iter().flatten() {
        *times.entry(user.name).or_default() += 1;
    }
    let results = times.into_iter().map(|(user, times)| {
        let (code, why) = match times {
            1 => (
                ErrorCode::ResourceNotFound,
                "Attempt to describe a user credential that does not exist",
            ),
            _ => (
                ErrorCode::DuplicateResource,
                "Cannot describe SCRAM credentials for the same user twice in a single request",
            ),
        };
        DescribeUserScramCredentialsResult {
            error_code: code.code(),
            error_message: Some(format!("{why}: {user}")),
            user,
            ..Default::default()
        }
    });
    Ok(Answer::reply(DescribeUserScramCredentialsResponse {
        error_message: Some(String::new()),
        results: results.collect(),
        ..Default::default()
    }))
}
