//! Tests of the server over its socket.

mod answers;
mod nested;
mod pages;
mod safety;
mod support;
mod views;
