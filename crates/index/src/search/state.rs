//! The fingerprints of an index and of its articles.

use timbao_views::{Fingerprints, IndexState};

use crate::error::{Error, Result};
use timbao_tokenizer::ANALYZER_VERSION;

use super::{Address, Searcher};

impl Searcher {
    /// Computes the content fingerprint of the index.
    ///
    /// # Errors
    ///
    /// If a file is damaged.
    pub fn state(&self) -> Result<IndexState> {
        match self.state.get() {
            Some(state) => Ok(state.clone()),
            None => {
                let state = self.compute_state()?;
                Ok(self.state.get_or_init(|| state).clone())
            }
        }
    }

    /// The articles with their fingerprints, which change with whatever an article says or is said
    /// of it, but not with its path.
    ///
    /// # Errors
    ///
    /// If a file is damaged.
    pub fn fingerprints(&self) -> Result<Vec<(Address, u64)>> {
        let mut all = Vec::new();
        for (segment, view) in (0..).zip(self.segments.iter()) {
            let column = view
                .reader
                .fast_fields()
                .u64("fingerprint")
                .map_err(Error::engine)?;
            for article in view.reader.doc_ids_alive() {
                let fingerprint = column.first(article).unwrap_or(0);
                all.push((self.address(segment, article), fingerprint));
            }
        }
        self.whole(all)
    }

    /// The fingerprints of some articles.
    ///
    /// # Errors
    ///
    /// If a file is damaged, or an address is of another view.
    pub fn fingerprints_of(&self, addresses: &[Address]) -> Result<Vec<u64>> {
        let columns = self.segments.iter();
        let columns = columns
            .map(|view| view.reader.fast_fields().u64("fingerprint"))
            .collect::<Result<Vec<_>, _>>()
            .map_err(Error::engine)?;
        let fingerprints = addresses.iter().map(|&address| {
            self.check(address)?;
            let column = columns.get(address.segment as usize);
            let fingerprint = column.and_then(|column| column.first(address.article));
            Ok(fingerprint.unwrap_or(0))
        });
        self.whole(fingerprints.collect::<Result<_>>()?)
    }

    fn compute_state(&self) -> Result<IndexState> {
        let mut sums = Fingerprints::default();
        for view in self.segments.iter() {
            let fingerprints = view
                .reader
                .fast_fields()
                .u64("fingerprint")
                .map_err(Error::engine)?;
            let sketches = view.sketches()?;
            for article in view.reader.doc_ids_alive() {
                let fingerprint = fingerprints.first(article).unwrap_or(0);
                sums.add(fingerprint, sketches.tokens(article));
            }
        }
        let hex = blake3::hash(sums.text(ANALYZER_VERSION).as_bytes()).to_hex();
        let name = hex.chars().take(16).collect();
        self.whole(sums.state(name, ANALYZER_VERSION))
    }
}
