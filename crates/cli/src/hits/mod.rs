//! Hits and their counts, in the formats they are written in.

mod explain;
pub(crate) mod facets;
pub(crate) mod text;
