//! DescribeUserScramCredentials (key 50): which users have SCRAM credentials.
//!
//! - 0: the only one, flexible (KIP-554).

use crate::codec::message;

message! {
    /// DescribeUserScramCredentials (key 50), request.
    DescribeUserScramCredentialsRequest, versions 0..=0, flexible 0.. {
        users: Option<Vec<UserName>>, 0.., null 0..;
    }
    struct UserName { name: String, 0..; }
}

message! {
    /// DescribeUserScramCredentials (key 50), response.
    DescribeUserScramCredentialsResponse, versions 0..=0, flexible 0.. {
        throttle_time_ms: i32, 0..;
        error_code: i16, 0..;
        error_message: Option<String>, 0.., null 0..;
        results: Vec<DescribeUserScramCredentialsResult>, 0..;
    }
    struct DescribeUserScramCredentialsResult {
        user: String, 0..;
        error_code: i16, 0..;
        error_message: Option<String>, 0.., null 0..;
        credential_infos: Vec<CredentialInfo>, 0..;
    }
    struct CredentialInfo { mechanism: i8, 0..; iterations: i32, 0..; }
}
