//! What the black-box tests share: the broker as a process, the clients as processes, a raw
//! socket that speaks frames, and the reference broker.
//!
//! Nothing here knows the broker's code: it sees the binary, its ports, its output and its folder.
#![allow(dead_code, reason = "each test binary uses its own part of this")]

pub mod batch;
pub mod broker;
pub mod http;
pub mod java;
pub mod port;
pub mod process;
pub mod python;
pub mod raw;
pub mod reference;
pub mod strace;
pub mod topics;
pub mod wait;
