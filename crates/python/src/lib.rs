//! The extension module of the Python package `timbao`.
//!
//! It hands the library's answers to Python: rows as Arrow tables, everything else as JSON. Names,
//! defaults and documentation are those of the Python modules in `python/timbao`.

mod archive;
mod argument;
mod errors;
mod hits;
mod index;
mod indexing;
mod lines;
mod query;
mod table;
mod text;
mod views;

/// The extension module.
#[pyo3::pymodule]
mod _timbao {
    use pyo3::prelude::*;

    #[pymodule_export]
    use super::hits::Hits;
    #[pymodule_export]
    use super::index::Index;
    #[pymodule_export]
    use super::indexing::index;
    #[pymodule_export]
    use super::table::Table;
    #[pymodule_export]
    use super::text::{analyze, decode, detect, exact_key, fold, read, tokens};

    #[pymodule_init]
    fn init(module: &Bound<'_, PyModule>) -> PyResult<()> {
        module.add("__version__", env!("CARGO_PKG_VERSION"))
    }
}
