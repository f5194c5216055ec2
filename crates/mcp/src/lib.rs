#![doc = include_str!("../README.md")]
// Standard output belongs to the protocol.
#![cfg_attr(not(test), deny(clippy::print_stdout, clippy::print_stderr))]

mod answers;
mod arguments;
mod server;
mod tools;

pub use server::{Error, Server, serve};
