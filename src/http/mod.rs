//! The http port: metrics for Prometheus, and health for whoever starts and watches the process.
//!
//! `/metrics`, `/livez` (the process answers), `/readyz` (it also takes Kafka requests).

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::header::{ALLOW, CONTENT_TYPE};
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;

use crate::broker::{Broker, scrape};

/// What every plain answer is.
const TEXT: &str = "text/plain; charset=utf-8";
/// How long a client may take for its request's head.
const HEAD_TIMEOUT: Duration = Duration::from_secs(10);
/// How long a connection lasts at most: longer than scrapes are apart, so that it can be kept.
const CONNECTION_TIMEOUT: Duration = Duration::from_secs(300);
/// Largest head of a request.
const HEAD_BYTES_MAX: usize = 16 * 1024;
/// Connections that are served at once; more wait in the system's queue.
const CONNECTIONS_MAX: usize = 64;
/// Pause after a failed accept: the process is out of file descriptors.
const ACCEPT_RETRY: Duration = Duration::from_secs(1);

/// Serves the port until the broker closes.
pub async fn serve(listener: TcpListener, broker: Arc<Broker>) {
    let mut closing = broker.closing();
    let places = Arc::new(Semaphore::new(CONNECTIONS_MAX));
    let accept = async || {
        // Never closed, so that there is always a place in the end.
        let place = Arc::clone(&places).acquire_owned().await;
        (place, listener.accept().await)
    };
    loop {
        let (place, accepted) = tokio::select! {
            biased;
            () = &mut closing => return,
            accepted = accept() => accepted,
        };
        match accepted {
            Ok((socket, _)) => {
                let served = connection(socket, Arc::clone(&broker));
                tokio::spawn(async move {
                    if tokio::time::timeout(CONNECTION_TIMEOUT, served).await.is_err() {
                        tracing::debug!("http connection was open for too long");
                    }
                    drop(place);
                });
            }
            Err(error) => {
                tracing::warn!(%error, "cannot accept http connections");
                tokio::time::sleep(ACCEPT_RETRY).await;
            }
        }
    }
}

async fn connection(socket: TcpStream, broker: Arc<Broker>) {
    let service = service_fn(|request| {
        let broker = Arc::clone(&broker);
        async move { Ok::<_, Infallible>(answer(&request, broker).await) }
    });
    let served = hyper::server::conn::http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_TIMEOUT)
        .max_buf_size(HEAD_BYTES_MAX)
        .serve_connection(TokioIo::new(socket), service)
        .await;
    if let Err(error) = served {
        tracing::debug!(%error, "http connection ended early");
    }
}

async fn answer(request: &Request<Incoming>, broker: Arc<Broker>) -> Response<Full<Bytes>> {
    if request.method() != Method::GET && request.method() != Method::HEAD {
        let mut refused = text(StatusCode::METHOD_NOT_ALLOWED, "only GET and HEAD\n");
        refused.headers_mut().insert(ALLOW, hyper::header::HeaderValue::from_static("GET, HEAD"));
        return refused;
    }
    match request.uri().path() {
        "/metrics" => metrics(broker).await,
        "/livez" | "/health" | "/healthz" => text(StatusCode::OK, "ok\n"),
        "/readyz" | "/ready" => match broker.is_closing() {
            false => text(StatusCode::OK, "ok\n"),
            true => text(StatusCode::SERVICE_UNAVAILABLE, "stopping\n"),
        },
        "/" => text(StatusCode::OK, "ottla: /metrics /livez /readyz\n"),
        _ => text(StatusCode::NOT_FOUND, "not found; there are /metrics /livez /readyz\n"),
    }
}

async fn metrics(broker: Arc<Broker>) -> Response<Full<Bytes>> {
    // Thousands of partitions take their time: Kafka's clients do not wait for it.
    let page = tokio::task::spawn_blocking(move || scrape::scrape(&broker)).await;
    let page = page.map_err(|error| error.to_string());
    match page.and_then(|page| page.map_err(|error| error.to_string())) {
        Ok(page) => response(StatusCode::OK, scrape::CONTENT_TYPE, page.into()),
        Err(error) => {
            tracing::error!(%error, "metrics cannot be written");
            text(StatusCode::INTERNAL_SERVER_ERROR, "metrics cannot be written; see the log\n")
        }
    }
}

fn text(status: StatusCode, body: &'static str) -> Response<Full<Bytes>> {
    response(status, TEXT, Bytes::from_static(body.as_bytes()))
}

fn response(status: StatusCode, kind: &'static str, body: Bytes) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(body));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, hyper::header::HeaderValue::from_static(kind));
    response
}
