//! Tests of the server over its socket.

mod access;
mod answers;
mod clients;
mod nested;
mod pages;
mod safety;
mod support;
mod views;
