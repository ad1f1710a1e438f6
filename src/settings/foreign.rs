//! Kafka's broker configs that mean nothing to a single broker without replication, tiering, KRaft
//! and security: files and tools hand them over all the same.
//!
//! Names of security are not among them: who sets one expects protection, and is told that there
//! is none.

use super::kind::{Kind, Unit, Width};

/// A config of Kafka's that has no effect here.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Foreign {
    /// Kafka's name.
    pub name: &'static str,
    /// Its type, where a running Kafka takes a change.
    pub live: Option<Kind>,
    /// Whether its type is Kafka's LIST.
    pub list: bool,
}

const INT: Kind = Kind::Number {
    width: Width::Int,
    min: i32::MIN as i64,
    max: i32::MAX as i64,
    unit: Unit::Plain,
};
const LONG: Kind =
    Kind::Number { width: Width::Long, min: i64::MIN, max: i64::MAX, unit: Unit::Plain };
const DOUBLE: Kind = Kind::Float { min: f64::MIN, max: f64::MAX };

/// Those that a running Kafka takes a change of.
const LIVE: &[(Kind, bool, &str)] = &[
    (
        Kind::Bool,
        false,
        "\
    follower.fetch.last.tiered.offset.enable transaction.partition.verification.enable",
    ),
    (
        INT,
        false,
        "\
    background.threads group.consumer.assignment.interval.ms \
    group.coordinator.cached.buffer.max.bytes group.share.assignment.interval.ms \
    group.streams.assignment.interval.ms log.cleaner.io.buffer.size log.cleaner.threads \
    max.connection.creation.rate max.connections max.connections.per.ip num.io.threads \
    num.network.threads num.recovery.threads.per.data.dir num.replica.fetchers \
    remote.fetch.max.wait.ms remote.log.manager.copier.thread.pool.size \
    remote.log.manager.expiration.thread.pool.size \
    remote.log.manager.follower.thread.pool.size remote.log.reader.threads \
    share.coordinator.cached.buffer.max.bytes",
    ),
    (
        LONG,
        false,
        "\
    log.cleaner.backoff.ms log.cleaner.dedupe.buffer.size \
    remote.list.offsets.request.timeout.ms remote.log.index.file.cache.total.size.bytes \
    remote.log.manager.copy.max.bytes.per.second remote.log.manager.fetch.max.bytes.per.second",
    ),
    (
        DOUBLE,
        false,
        "\
    log.cleaner.io.buffer.load.factor log.cleaner.io.max.bytes.per.second",
    ),
    (
        Kind::Text,
        false,
        "\
    max.connections.per.ip.overrides",
    ),
    (
        Kind::Text,
        true,
        "\
    cordoned.log.dirs metric.reporters",
    ),
];

/// Those that are set at the start.
const AT_START: &str = "\
    add.partitions.to.txn.retry.backoff.max.ms add.partitions.to.txn.retry.backoff.ms \
    alter.config.policy.class.name alter.log.dirs.replication.quota.window.num \
    alter.log.dirs.replication.quota.window.size.seconds auto.leader.rebalance.enable \
    broker.heartbeat.interval.ms broker.session.timeout.ms client.quota.callback.class \
    connection.failed.authentication.delay.ms controlled.shutdown.enable \
    controller.listener.names controller.quorum.append.linger.ms \
    controller.quorum.auto.join.enable controller.quorum.bootstrap.servers \
    controller.quorum.election.backoff.max.ms controller.quorum.election.timeout.ms \
    controller.quorum.fetch.max.bytes controller.quorum.fetch.snapshot.max.bytes \
    controller.quorum.fetch.timeout.ms controller.quorum.request.timeout.ms \
    controller.quorum.retry.backoff.ms controller.quorum.voters controller.quota.window.num \
    controller.quota.window.size.seconds controller.socket.timeout.ms \
    create.topic.policy.class.name delete.records.purgatory.purge.interval.requests \
    early.start.listeners fetch.purgatory.purge.interval.requests group.consumer.assignors \
    group.consumer.heartbeat.interval.ms group.consumer.max.assignment.interval.ms \
    group.consumer.max.heartbeat.interval.ms group.consumer.max.session.timeout.ms \
    group.consumer.max.size group.consumer.migration.policy \
    group.consumer.min.assignment.interval.ms group.consumer.min.heartbeat.interval.ms \
    group.consumer.min.session.timeout.ms group.consumer.session.timeout.ms \
    group.coordinator.append.linger.ms group.coordinator.background.threads \
    group.coordinator.rebalance.protocols group.coordinator.threads group.share.assignors \
    group.share.delivery.count.limit group.share.heartbeat.interval.ms \
    group.share.max.assignment.interval.ms group.share.max.delivery.count.limit \
    group.share.max.heartbeat.interval.ms group.share.max.partition.max.record.locks \
    group.share.max.record.lock.duration.ms group.share.max.session.timeout.ms \
    group.share.max.share.sessions group.share.max.size group.share.min.assignment.interval.ms \
    group.share.min.delivery.count.limit group.share.min.heartbeat.interval.ms \
    group.share.min.partition.max.record.locks group.share.min.record.lock.duration.ms \
    group.share.min.session.timeout.ms group.share.partition.max.record.locks \
    group.share.record.lock.duration.ms group.share.session.timeout.ms \
    group.streams.heartbeat.interval.ms group.streams.initial.rebalance.delay.ms \
    group.streams.max.assignment.interval.ms group.streams.max.heartbeat.interval.ms \
    group.streams.max.session.timeout.ms group.streams.max.size \
    group.streams.max.standby.replicas group.streams.min.assignment.interval.ms \
    group.streams.min.heartbeat.interval.ms group.streams.min.session.timeout.ms \
    group.streams.num.standby.replicas group.streams.session.timeout.ms \
    initial.broker.registration.timeout.ms inter.broker.listener.name \
    kafka.metrics.polling.interval.secs kafka.metrics.reporters \
    leader.imbalance.check.interval.seconds listener.security.protocol.map log.cleaner.enable \
    log.dir.failure.timeout.ms log.flush.offset.checkpoint.interval.ms \
    log.flush.scheduler.interval.ms log.flush.start.offset.checkpoint.interval.ms \
    max.request.partition.size.limit \
    metadata.log.dir metadata.log.max.record.bytes.between.snapshots \
    metadata.log.max.snapshot.interval.ms metadata.log.segment.bytes metadata.log.segment.ms \
    metadata.max.idle.interval.ms metadata.max.retention.bytes metadata.max.retention.ms \
    metrics.num.samples metrics.recording.level metrics.sample.window.ms \
    num.replica.alter.log.dirs.threads offsets.commit.timeout.ms offsets.load.buffer.size \
    offsets.topic.compression.codec offsets.topic.replication.factor process.roles \
    producer.id.expiration.check.interval.ms producer.purgatory.purge.interval.requests \
    queued.max.request.bytes queued.max.requests quota.window.num quota.window.size.seconds \
    remote.log.manager.copy.quota.window.num remote.log.manager.copy.quota.window.size.seconds \
    remote.log.manager.fetch.quota.window.num \
    remote.log.manager.fetch.quota.window.size.seconds remote.log.manager.task.interval.ms \
    remote.log.manager.thread.pool.size remote.log.metadata.custom.metadata.max.bytes \
    remote.log.metadata.manager.class.name remote.log.metadata.manager.class.path \
    remote.log.metadata.manager.impl.prefix remote.log.metadata.manager.listener.name \
    remote.log.reader.max.pending.tasks remote.log.storage.manager.class.name \
    remote.log.storage.manager.class.path remote.log.storage.manager.impl.prefix \
    remote.log.storage.system.enable replica.fetch.backoff.ms replica.fetch.max.bytes \
    replica.fetch.min.bytes replica.fetch.response.max.bytes replica.fetch.wait.max.ms \
    replica.high.watermark.checkpoint.interval.ms replica.lag.time.max.ms \
    replica.selector.class replica.socket.receive.buffer.bytes replica.socket.timeout.ms \
    replication.quota.window.num replication.quota.window.size.seconds request.timeout.ms \
    security.inter.broker.protocol share.coordinator.append.linger.ms \
    share.coordinator.load.buffer.size share.coordinator.snapshot.update.records.per.snapshot \
    share.coordinator.state.topic.compression.codec share.coordinator.state.topic.min.isr \
    share.coordinator.state.topic.num.partitions \
    share.coordinator.state.topic.replication.factor \
    share.coordinator.state.topic.segment.bytes share.coordinator.threads \
    share.coordinator.write.timeout.ms share.fetch.purgatory.purge.interval.requests \
    socket.connection.setup.timeout.max.ms socket.connection.setup.timeout.ms \
    socket.listen.backlog.size socket.receive.buffer.bytes socket.send.buffer.bytes \
    telemetry.max.bytes transaction.abort.timed.out.transaction.cleanup.interval.ms \
    transaction.max.timeout.ms transaction.remove.expired.transaction.cleanup.interval.ms \
    transaction.state.log.load.buffer.size transaction.state.log.min.isr \
    transaction.state.log.num.partitions transaction.state.log.replication.factor \
    transaction.state.log.segment.bytes transaction.two.phase.commit.enable \
    transactional.id.expiration.ms unstable.api.versions.enable \
    unstable.feature.versions.enable";

/// Whatever begins with these is set at the start, too.
const AT_START_BELOW: &[&str] = &[
    "controller.",
    "group.consumer.",
    "group.coordinator.",
    "group.share.",
    "group.streams.",
    "metadata.log.",
    "remote.log.",
    "replica.",
];

/// The config of that name, if it is one of these.
pub(super) fn foreign(name: &str) -> Option<Foreign> {
    for (kind, list, names) in LIVE {
        if let Some(name) = names.split_whitespace().find(|known| *known == name) {
            return Some(Foreign { name, live: Some(*kind), list: *list });
        }
    }
    let at_start = AT_START.split_whitespace().find(|known| *known == name);
    let below = || AT_START_BELOW.iter().find(|prefix| name.starts_with(**prefix)).copied();
    let name = at_start.or_else(below)?;
    Some(Foreign { name, live: None, list: false })
}

/// Names of security begin with these.
const SECURITY: &[&str] = &[
    "allow.everyone.",
    "authorizer.",
    "connections.max.reauth.ms",
    "delegation.token.",
    "listener.name.",
    "principal.builder.",
    "sasl.",
    "ssl.",
    "super.users",
];

/// Whether who sets it expects to be protected.
pub(super) fn is_security(name: &str) -> bool {
    SECURITY.iter().any(|first| name.starts_with(first))
}

/// Every name of these tables.
#[cfg(test)]
pub(super) fn foreign_names() -> impl Iterator<Item = &'static str> {
    let live = LIVE.iter().flat_map(|(_, _, names)| names.split_whitespace());
    live.chain(AT_START.split_whitespace())
}
