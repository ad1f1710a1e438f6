//! `ottla serve`: settings, log lines, banner, and then the broker until it is told to stop.

use std::io::{self, IsTerminal};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::task::JoinHandle;
use tracing::level_filters::LevelFilter;

use super::ephemeral::EphemeralDir;
use super::{SettingsArgs, banner, config, err, out};
use crate::base::SystemClock;
use crate::broker::{BootError, Broker, Metrics, Parts, bind, boot};
use crate::disk::{RealDisk, raise_open_files};
use crate::settings::{Address, Loaded, LogFormat, Settings};
use crate::{api, http, net};

/// Threads that cold reads and housekeeping may take at once.
const BLOCKING_THREADS_MAX: usize = 16;
/// How long what is parked at the end may take to be answered.
const ANSWERS: Duration = Duration::from_millis(600);
/// How long tasks may take to notice the end.
const STRAGGLERS: Duration = Duration::from_millis(100);

pub(super) fn run(args: &SettingsArgs) -> ExitCode {
    let Loaded { mut settings, warnings } = match config::gather(args) {
        Ok(loaded) => loaded,
        Err(problems) => return config::refuse(&problems),
    };
    log_to_stderr(&settings);
    if let Err(error) = raise_open_files() {
        tracing::warn!(%error, "the limit of open files stays as it is");
    }
    for warning in warnings {
        let origin = warning.origin.map(|origin| origin.to_string());
        tracing::warn!(origin, setting = warning.text, "setting without effect");
    }
    let ephemeral = match settings.ephemeral.then(EphemeralDir::create).transpose() {
        Ok(dir) => dir,
        Err(error) => {
            err(&format!("error: no temporary data folder: {error}"));
            return ExitCode::FAILURE;
        }
    };
    if let Some(dir) = &ephemeral {
        settings.data_dir = dir.path().to_owned();
    }
    out(&banner::banner(&settings));
    // The temporary folder outlives the broker and goes when it has stopped.
    let code = start(settings);
    drop(ephemeral);
    code
}

/// Runs the broker until it is told to stop.
fn start(settings: Settings) -> ExitCode {
    let workers = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(workers)
        .max_blocking_threads(BLOCKING_THREADS_MAX)
        .enable_all()
        .build();
    let served = match runtime {
        Ok(runtime) => {
            let served = runtime.block_on(serve(settings));
            runtime.shutdown_timeout(STRAGGLERS);
            served
        }
        Err(error) => Err(error.into()),
    };
    match served {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            err(&format!("error: {error}"));
            ExitCode::FAILURE
        }
    }
}

/// Why the broker does not serve.
#[derive(Debug, thiserror::Error)]
enum ServeError {
    #[error(transparent)]
    Boot(#[from] BootError),
    #[error(transparent)]
    Io(#[from] io::Error),
}

/// From boot to the end. True if the broker ended in order, because it was told to.
async fn serve(settings: Settings) -> Result<bool, ServeError> {
    let mut stop = StopSignals::new()?;
    let parts = Parts {
        disk: Arc::new(RealDisk),
        clock: Arc::new(SystemClock::new()),
        metrics: Metrics::new(api::TABLE.iter().map(|api| (api.key as i16, api.key.name()))),
    };
    let broker = tokio::task::block_in_place(|| boot(settings, parts))?;
    // The ports open last: who can connect is served.
    let ports = match Ports::bind(broker.settings()).await {
        Ok(ports) => ports,
        Err(error) => {
            broker.begin_close();
            tokio::task::block_in_place(|| broker.finish_close());
            return Err(error.into());
        }
    };
    let connections = ports.serve(&broker);
    broker.start_tasks();
    let told = tokio::select! {
        signal = stop.next() => {
            tracing::info!(signal, "stopping");
            true
        }
        () = broker.closing() => false,
    };
    broker.begin_close();
    if tokio::time::timeout(ANSWERS, connections).await.is_err() {
        tracing::warn!("some connections were cut off: their answers took too long");
    }
    let in_order = tokio::task::block_in_place(|| broker.finish_close());
    Ok(told && in_order)
}

/// Bound listeners with the ports they have got.
struct Ports {
    kafka: Vec<TcpListener>,
    kafka_address: Address,
    http: Option<(Vec<TcpListener>, Address)>,
}

impl Ports {
    async fn bind(settings: &Settings) -> io::Result<Ports> {
        let kafka = bind(&settings.listen).await?;
        let kafka_address = Address { port: net::port(&kafka)?, ..settings.listen.clone() };
        let http = match &settings.http {
            None => None,
            Some(address) => {
                let listeners = bind(address).await?;
                let port = net::port(&listeners)?;
                Some((listeners, Address { port, ..address.clone() }))
            }
        };
        Ok(Ports { kafka, kafka_address, http })
    }

    /// Serves, and says that it does. The task ends when every Kafka connection has.
    fn serve(self, broker: &Arc<Broker>) -> JoinHandle<()> {
        broker.listens(self.kafka_address.clone());
        let connections = tokio::spawn(net::serve(self.kafka, Arc::clone(broker)));
        let http_address = self.http.map(|(listeners, address)| {
            for listener in listeners {
                tokio::spawn(http::serve(listener, Arc::clone(broker)));
            }
            address
        });
        out(&banner::ready_line(&self.kafka_address, http_address.as_ref()));
        connections
    }
}

/// SIGTERM and SIGINT.
struct StopSignals {
    terminate: Signal,
    interrupt: Signal,
}

impl StopSignals {
    fn new() -> io::Result<StopSignals> {
        Ok(StopSignals {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
        })
    }

    async fn next(&mut self) -> &'static str {
        tokio::select! {
            _ = self.terminate.recv() => "SIGTERM",
            _ = self.interrupt.recv() => "SIGINT",
        }
    }
}

fn log_to_stderr(settings: &Settings) {
    let level = settings.log_level.parse().unwrap_or(LevelFilter::INFO);
    let lines = tracing_subscriber::fmt()
        .with_max_level(level)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal())
        .with_target(false);
    // It fails only where a subscriber is set already, and then that one does.
    let _ = match settings.log_format {
        LogFormat::Text => lines.try_init(),
        LogFormat::Json => lines.json().flatten_event(true).try_init(),
    };
}
