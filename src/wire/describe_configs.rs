//! DescribeConfigs (key 32): values, sources and meaning of configuration keys.
//!
//! - 1: the lowest since Apache Kafka 4.0; sources and synonyms (KIP-226).
//! - 2: a throttled reply is sent before the wait.
//! - 3: types and documentation (KIP-569).
//! - 4: flexible.

use crate::codec::message;

message! {
    /// DescribeConfigs (key 32), request.
    DescribeConfigsRequest, versions 1..=4, flexible 4.. {
        resources: Vec<DescribeConfigsResource>, 0..;
        include_synonyms: bool, 1..;
        include_documentation: bool, 3..;
    }
    struct DescribeConfigsResource {
        resource_type: i8, 0..;
        resource_name: String, 0..;
        configuration_keys: Option<Vec<String>>, 0.., null 0..;
    }
}

message! {
    /// DescribeConfigs (key 32), response.
    DescribeConfigsResponse, versions 1..=4, flexible 4.. {
        throttle_time_ms: i32, 0..;
        results: Vec<DescribeConfigsResult>, 0..;
    }
    struct DescribeConfigsResult {
        error_code: i16, 0..;
        error_message: Option<String>, 0.., null 0..;
        resource_type: i8, 0..;
        resource_name: String, 0..;
        configs: Vec<DescribeConfigsResourceResult>, 0..;
    }
    struct DescribeConfigsResourceResult {
        name: String, 0..;
        value: Option<String>, 0.., null 0..;
        read_only: bool, 0..;
        config_source: i8, 1.., default -1, else ignored;
        is_sensitive: bool, 0..;
        synonyms: Vec<DescribeConfigsSynonym>, 1.., else ignored;
        config_type: i8, 3.., else ignored;
        documentation: Option<String>, 3.., null 0.., else ignored;
    }
    struct DescribeConfigsSynonym {
        name: String, 1..;
        value: Option<String>, 1.., null 0..;
        source: i8, 1..;
    }
}
