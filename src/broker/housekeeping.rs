//! What is done from time to time, off the async threads: retention, files whose delay is over,
//! syncs that are due by `flush.ms`, and files that nobody uses.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::MissedTickBehavior;

use super::Broker;

/// How often files of deleted segments are looked through.
const DELETE_CHECK: Duration = Duration::from_secs(10);

/// How soon after a change of configs retention looks at them.
const AFTER_CHANGE: Duration = Duration::from_secs(1);

/// Runs until the broker closes.
pub async fn run(broker: Arc<Broker>) {
    let settings = broker.settings();
    let check = Duration::from_millis(settings.retention_check_ms);
    let mut retention = tokio::time::interval_at(
        tokio::time::Instant::now() + Duration::from_millis(settings.retention_initial_delay_ms),
        check,
    );
    let mut deletion = tokio::time::interval(DELETE_CHECK);
    // A sweep that took long is not made up for.
    retention.set_missed_tick_behavior(MissedTickBehavior::Delay);
    deletion.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut closing = broker.closing();
    loop {
        let retain = tokio::select! {
            () = &mut closing => return,
            _ = retention.tick() => true,
            () = broker.live.changed() => {
                retention.reset_after(AFTER_CHANGE);
                continue;
            }
            _ = deletion.tick() => false,
        };
        let worker = Arc::clone(&broker);
        let swept = tokio::task::spawn_blocking(move || sweep(&worker, retain)).await;
        if let Err(error) = swept {
            tracing::error!(%error, "housekeeping failed");
        }
    }
}

fn sweep(broker: &Broker, retain: bool) {
    for topic in broker.topics().all() {
        for partition in topic.partitions() {
            let now = broker.now();
            if retain {
                partition.retain(&topic.name, now);
            }
            partition.delete_due(now);
            partition.flush_due(now);
            if !retain {
                partition.release_idle();
            }
        }
    }
}
