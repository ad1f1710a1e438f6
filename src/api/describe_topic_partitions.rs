//! DescribeTopicPartitions (key 75): topics page by page (KIP-966, protocol.md M8).
//!
//! Topics come sorted by name; a page holds so many partitions, and the cursor tells where the next
//! one begins. A limit of 0 or below counts as 1 (protocol-errata.md).

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::base::limits::DESCRIBE_PARTITIONS_MAX;
use crate::base::{ErrorCode, Uuid};
use crate::broker::{Partition, Topic};
use crate::catalog::is_topic_name;
use crate::codec::WireError;
use crate::wire::describe_topic_partitions::{
    Cursor, DescribeTopicPartitionsRequest, DescribeTopicPartitionsResponse,
    DescribeTopicPartitionsResponsePartition, DescribeTopicPartitionsResponseTopic, NextCursor,
};

use super::answer::Answer;
use super::call::Call;
use super::operations::TOPIC_OPERATIONS;

pub(super) fn handle(call: &Call<'_>) -> Result<Answer, WireError> {
    let request: DescribeTopicPartitionsRequest = call.request()?;
    let asked: Vec<String> = request.topics.into_iter().map(|topic| topic.name).collect();
    if let Some(cursor) = &request.cursor
        && let Err(code) = check(cursor, &asked)
    {
        let refused = asked.iter().map(|name| DescribeTopicPartitionsResponseTopic {
            topic_authorized_operations: i32::MIN,
            ..refused(name, code)
        });
        return Ok(Answer::reply(DescribeTopicPartitionsResponse {
            topics: refused.collect(),
            ..Default::default()
        }));
    }
    let names: BTreeSet<String> = match asked.is_empty() {
        true => call.broker.topics().all().iter().map(|topic| topic.name.clone()).collect(),
        false => asked.into_iter().collect(),
    };
    let limit = request.response_partition_limit.clamp(1, DESCRIBE_PARTITIONS_MAX);
    let mut page = Page { node: call.broker.node_id(), left: limit as usize, ..Page::default() };
    let first = request.cursor.unwrap_or_default();
    for name in names.range(first.topic_name.clone()..) {
        let from = if *name == first.topic_name { first.partition_index } else { 0 };
        if !page.add(name, call.broker.topics().by_name(name), from as usize) {
            break;
        }
    }
    Ok(Answer::reply(page.reply()))
}

/// protocol.md M8: a cursor must point into the list.
fn check(cursor: &Cursor, asked: &[String]) -> Result<(), ErrorCode> {
    let is_listed = asked.is_empty() || asked.contains(&cursor.topic_name);
    if cursor.partition_index < 0 || !is_listed {
        return Err(ErrorCode::InvalidRequest);
    }
    Ok(())
}

#[derive(Default)]
struct Page {
    node: i32,
    left: usize,
    topics: Vec<DescribeTopicPartitionsResponseTopic>,
    next: Option<NextCursor>,
}

impl Page {
    /// Adds a topic from that partition on. False when the page is full.
    fn add(&mut self, name: &str, topic: Option<Arc<Topic>>, from: usize) -> bool {
        if self.left == 0 {
            self.next = Some(cursor(name, from));
            return false;
        }
        let Some(topic) = topic else {
            let code = match is_topic_name(name) {
                true => ErrorCode::UnknownTopicOrPartition,
                false => ErrorCode::InvalidTopicException,
            };
            self.topics.push(refused(name, code));
            return true;
        };
        let wanted = topic.partitions().get(from..).unwrap_or_default();
        let fitting = wanted.len().min(self.left);
        self.left -= fitting;
        self.topics.push(DescribeTopicPartitionsResponseTopic {
            name: Some(topic.name.clone()),
            topic_id: topic.id,
            is_internal: topic.is_internal(),
            partitions: wanted[..fitting].iter().map(|p| partition(p, self.node)).collect(),
            topic_authorized_operations: TOPIC_OPERATIONS,
            ..Default::default()
        });
        if fitting < wanted.len() {
            self.next = Some(cursor(name, from + fitting));
            return false;
        }
        true
    }

    fn reply(self) -> DescribeTopicPartitionsResponse {
        DescribeTopicPartitionsResponse {
            topics: self.topics,
            next_cursor: self.next,
            ..Default::default()
        }
    }
}

fn cursor(name: &str, partition: usize) -> NextCursor {
    let partition_index = i32::try_from(partition).unwrap_or(i32::MAX);
    NextCursor { topic_name: name.to_owned(), partition_index }
}

fn refused(name: &str, code: ErrorCode) -> DescribeTopicPartitionsResponseTopic {
    DescribeTopicPartitionsResponseTopic {
        error_code: code.code(),
        name: Some(name.to_owned()),
        topic_id: Uuid::ZERO,
        topic_authorized_operations: TOPIC_OPERATIONS,
        ..Default::default()
    }
}

fn partition(partition: &Arc<Partition>, node: i32) -> DescribeTopicPartitionsResponsePartition {
    DescribeTopicPartitionsResponsePartition {
        partition_index: partition.id().partition.0,
        leader_id: node,
        leader_epoch: partition.epoch().0,
        replica_nodes: vec![node],
        isr_nodes: vec![node],
        eligible_leader_replicas: Some(Vec::new()),
        last_known_elr: Some(Vec::new()),
        ..Default::default()
    }
}
