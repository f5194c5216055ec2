//! What the benchmarks of Timbao share.

pub mod data;
pub mod generate;
pub mod goals;
pub mod known_item;
pub mod machine;
pub mod measure;
pub mod plain;
pub mod plot;
pub mod queries;
pub mod reprints;
pub mod sample;
pub mod timbao;
