//! Shared code of the benchmarks.

#![allow(missing_debug_implementations)]

pub mod agreement;
pub mod data;
pub mod generate;
pub mod goals;
pub mod growth;
pub mod http;
#[cfg(test)]
mod imports;
pub mod known_item;
#[cfg(test)]
mod layers;
pub mod machine;
pub mod measure;
pub mod plain;
pub mod plot;
pub mod program;
pub mod queries;
pub mod questions;
pub mod reprints;
pub mod sample;
pub mod timbao;
pub mod twins;

/// The README of the project, so that its example is compiled.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
struct Readme;

/// The README of the views, whose example needs an index.
#[cfg(doctest)]
#[doc = include_str!("../../crates/views/README.md")]
struct ViewsReadme;
