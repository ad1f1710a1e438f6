//! The http port: metrics for Prometheus, and health for whoever starts and watches the process.
//!
//! `/metrics`, `/livez` (the process answers), `/readyz` (it also takes Kafka requests).

use std::convert::Infallible;
use std::sync::Arc;

use bytes::Bytes;
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::header::{ALLOW, CONTENT_TYPE};
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};

use crate::broker::{Broker, scrape};

/// What every plain answer is.
const TEXT: &str = "text/plain; charset=utf-8";
/// How long a client may take for its request's head.
const HEAD_TIMEOUT: std::time::Duration = std::time::Duration::from_secs(10);

/// Serves the port until the broker closes.
pub async fn serve(listener: TcpListener, broker: Arc<Broker>) {
    let mut closing = broker.closing();
    loop {
        let accepted = tokio::select! {
            biased;
            () = &mut closing => return,
            accepted = listener.accept() => accepted,
        };
        match accepted {
            Ok((socket, _)) => drop(tokio::spawn(connection(socket, Arc::clone(&broker)))),
            Err(error) => {
                tracing::warn!(%error, "cannot accept http connections");
                tokio::time::sleep(std::time::Duration::from_millis(100)).await;
            }
        }
    }
}

async fn connection(socket: TcpStream, broker: Arc<Broker>) {
    let service = service_fn(|request| {
        let answer = answer(&request, &broker);
        async move { Ok::<_, Infallible>(answer) }
    });
    let served = hyper::server::conn::http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_TIMEOUT)
        .serve_connection(TokioIo::new(socket), service)
        .await;
    if let Err(error) = served {
        tracing::debug!(%error, "http connection ended early");
    }
}

fn answer(request: &Request<Incoming>, broker: &Broker) -> Response<Full<Bytes>> {
    if request.method() != Method::GET && request.method() != Method::HEAD {
        let mut refused = text(StatusCode::METHOD_NOT_ALLOWED, "only GET and HEAD\n");
        refused.headers_mut().insert(ALLOW, hyper::header::HeaderValue::from_static("GET, HEAD"));
        return refused;
    }
    match request.uri().path() {
        "/metrics" => metrics(broker),
        "/livez" | "/health" | "/healthz" => text(StatusCode::OK, "ok\n"),
        "/readyz" | "/ready" => match broker.is_closing() {
            false => text(StatusCode::OK, "ok\n"),
            true => text(StatusCode::SERVICE_UNAVAILABLE, "stopping\n"),
        },
        "/" => text(StatusCode::OK, "ottla: /metrics /livez /readyz\n"),
        _ => text(StatusCode::NOT_FOUND, "not found; there are /metrics /livez /readyz\n"),
    }
}

fn metrics(broker: &Broker) -> Response<Full<Bytes>> {
    match scrape::scrape(broker) {
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
