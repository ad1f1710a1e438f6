//! The records of internal topics against Kafka's own schemas.

use crate::schemas::{check, folder};

#[test]
fn records_of_groups_are_kafkas() {
    check(&folder("kafka-group-coordinator"), &ottla::group::schemas());
}
