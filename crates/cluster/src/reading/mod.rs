//! Searching and reading the articles of a cluster.
//!
//! Queries run in the cluster, at one point in time. The text of articles is
//! analysed here, once more, wherever matches are shown, views read tokens, or
//! the cluster cannot decide by itself whether an article matches.

mod analysed;
mod arrived;
mod checked;
mod corpus;
mod counts;
mod engine;
mod follow;
mod known;
mod matcher;
mod pages;
mod store;

pub use engine::Archive;
pub use follow::Follower;
