//! Tests of the server over its socket.

mod access;
mod answers;
mod clients;
mod feeds;
mod nested;
mod pages;
mod safety;
mod support;
mod views;
