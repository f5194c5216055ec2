//! The server, asked over its socket.

mod answers;
mod pages;
mod safety;
mod support;
mod views;
