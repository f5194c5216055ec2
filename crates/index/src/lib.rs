#![doc = include_str!("../README.md")]
// A library leaves standard output and standard error to the program.
#![cfg_attr(not(test), deny(clippy::print_stdout, clippy::print_stderr))]

mod arrivals;
mod document;
mod durable;
mod engine;
mod error;
pub mod maintain;
mod reload;
mod research;
mod resources;
mod schema;
mod search;
mod session;
mod store;
mod text;
pub mod update;
#[cfg(feature = "watch")]
pub mod watch;
mod writer_options;

// Tests inside the crate share this with those outside, where it has a name.
#[cfg(test)]
extern crate self as timbao_index;
#[cfg(test)]
#[path = "../tests/newsroom/mod.rs"]
mod newsroom;
#[cfg(test)]
mod testing;

pub use timbao_articles as articles;
pub use timbao_query as query;
pub use timbao_tokenizer::ANALYZER_VERSION;
pub use timbao_views as views;

pub use error::{EngineError, Error, Owner, Result};
pub use reload::Reloader;
pub use schema::{INDEX_VERSION, MAX_KEY_BYTES};
pub use search::{Address, Found, Hit, SearchOptions, Searcher, Sort, UniqueFound, UniqueHit};
pub use session::Session;
pub use store::{ArticleWriter, CacheOptions, Index};
pub use timbao_views::{ReloadOptions, ViewId};
pub use writer_options::WriterOptions;
