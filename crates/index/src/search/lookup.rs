//! Articles by id or path.

use timbao_views::Engine;

use crate::error::Result;

use super::{Address, Searcher};

impl Searcher {
    /// Finds the articles that a user names: those with an id, otherwise those at a path, with
    /// `#member` inside a container. A relative path starts at the current directory.
    ///
    /// # Errors
    ///
    /// If a file is damaged.
    pub fn find(&self, id_or_path: &str) -> Result<Vec<Address>> {
        let engine: &dyn Engine = self;
        let found = engine.find(id_or_path)?;
        self.addresses(&found).map(|address| Ok(address?)).collect()
    }
}
