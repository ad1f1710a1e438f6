//! stub
mod support;
