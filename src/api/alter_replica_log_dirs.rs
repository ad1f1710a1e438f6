//! AlterReplicaLogDirs (key 34): there is one folder, so a replica can only be sent to where it is
//! (protocol.md A11).
//!
//! v2 flexible

use std::collections::BTreeMap;

use crate::base::{ErrorCode, PartitionId};
use crate::codec::WireError;
use crate::wire::alter_replica_log_dirs::{
    AlterReplicaLogDir, AlterReplicaLogDirPartitionResult, AlterReplicaLogDirTopicResult,
    AlterReplicaLogDirsRequest, AlterReplicaLogDirsResponse,
};

use super::answer::Answer;
use super::call::Call;

/// Of every partition that is named, whether the folder that it shall be in is the one there is.
type Wanted = BTreeMap<String, BTreeMap<i32, bool>>;

pub(super) fn handle(call: &Call<'_>) -> Result<Answer, WireError> {
    let request: AlterReplicaLogDirsRequest = call.request()?;
    let dir = call.broker.log_dir().path;
    let wanted = wanted(request.dirs, &dir.to_string_lossy());
    let results = wanted.into_iter().map(|(name, partitions)| moved(call, name, partitions));
    let results = results.collect();
    Ok(Answer::reply(AlterReplicaLogDirsResponse { throttle_time_ms: 0, results }))
}

/// What is named twice is answered once, for the folder named last; a topic without partitions is
/// not answered: both as in Kafka, which also compares paths by their letters.
fn wanted(dirs: Vec<AlterReplicaLogDir>, dir: &str) -> Wanted {
    let mut wanted = Wanted::new();
    for asked in dirs {
        let is_here = asked.path == dir;
        for topic in asked.topics.into_iter().filter(|topic| !topic.partitions.is_empty()) {
            let partitions = topic.partitions.into_iter().map(|index| (index, is_here));
            wanted.entry(topic.name).or_default().extend(partitions);
        }
    }
    wanted
}

fn moved(
    call: &Call<'_>,
    name: String,
    partitions: BTreeMap<i32, bool>,
) -> AlterReplicaLogDirTopicResult {
    let topic = call.broker.topics().by_name(&name);
    let result = |(index, is_here)| {
        let exists =
            || topic.as_ref().is_some_and(|topic| topic.partition(PartitionId(index)).is_some());
        let error = match is_here {
            false => ErrorCode::LogDirNotFound,
            true if exists() => ErrorCode::None,
            true => ErrorCode::UnknownTopicOrPartition,
        };
        AlterReplicaLogDirPartitionResult { partition_index: index, error_code: error.code() }
    };
    let partitions = partitions.into_iter().map(result).collect();
    AlterReplicaLogDirTopicResult { topic_name: name, partitions }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::alter_replica_log_dirs::AlterReplicaLogDirTopic;

    fn dir(path: &str, topic: &str, partitions: &[i32]) -> AlterReplicaLogDir {
        let topic = AlterReplicaLogDirTopic { name: topic.into(), partitions: partitions.to_vec() };
        AlterReplicaLogDir { path: path.into(), topics: vec![topic] }
    }

    #[test]
    fn a_partition_named_twice_goes_to_the_folder_named_last() {
        let named = vec![dir("/d", "t", &[1, 0, 0]), dir("/e", "t", &[1])];
        let told = BTreeMap::from([("t".to_owned(), BTreeMap::from([(0, true), (1, false)]))]);
        assert_eq!(wanted(named, "/d"), told);
    }

    #[test]
    fn a_path_is_compared_by_its_letters() {
        let told = BTreeMap::from([("t".to_owned(), BTreeMap::from([(0, false)]))]);
        assert_eq!(wanted(vec![dir("/d/", "t", &[0])], "/d"), told);
    }

    #[test]
    fn a_topic_without_partitions_is_not_answered() {
        assert_eq!(wanted(vec![dir("/d", "t", &[])], "/d"), Wanted::new());
    }
}
