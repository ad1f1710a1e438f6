//! DescribeAcls (key 29), CreateAcls (key 30), DeleteAcls (key 31): there is no authorizer, and all
//! of them say so (protocol.md A13).
//!
//! v2 flexible · v3 user resources (KIP-373)

use crate::base::ErrorCode;
use crate::codec::WireError;
use crate::wire::create_acls::{AclCreationResult, CreateAclsRequest, CreateAclsResponse};
use crate::wire::delete_acls::{DeleteAclsFilterResult, DeleteAclsRequest, DeleteAclsResponse};
use crate::wire::describe_acls::{DescribeAclsRequest, DescribeAclsResponse};

use super::answer::Answer;
use super::call::Call;

const CODE: ErrorCode = ErrorCode::SecurityDisabled;
const MESSAGE: &str = "No Authorizer is configured.";

pub(super) fn describe(call: &Call<'_>) -> Result<Answer, WireError> {
    let _: DescribeAclsRequest = call.request()?;
    Ok(Answer::reply(DescribeAclsResponse {
        error_code: CODE.code(),
        error_message: Some("No Authorizer is configured on the broker".to_owned()),
        ..DescribeAclsResponse::default()
    }))
}

pub(super) fn create(call: &Call<'_>) -> Result<Answer, WireError> {
    let request: CreateAclsRequest = call.request()?;
    let refused =
        AclCreationResult { error_code: CODE.code(), error_message: Some(MESSAGE.to_owned()) };
    Ok(Answer::reply(CreateAclsResponse {
        results: vec![refused; request.creations.len()],
        ..CreateAclsResponse::default()
    }))
}

pub(super) fn delete(call: &Call<'_>) -> Result<Answer, WireError> {
    let request: DeleteAclsRequest = call.request()?;
    let refused = DeleteAclsFilterResult {
        error_code: CODE.code(),
        error_message: Some(MESSAGE.to_owned()),
        matching_acls: Vec::new(),
    };
    Ok(Answer::reply(DeleteAclsResponse {
        filter_results: vec![refused; request.filters.len()],
        ..DeleteAclsResponse::default()
    }))
}
