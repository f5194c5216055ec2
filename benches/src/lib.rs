//! What the benchmarks of Timbao share.

pub mod data;
pub mod measure;
pub mod plain;
pub mod queries;
pub mod timbao;
