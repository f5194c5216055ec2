//! Records the arrivals of an update.

use std::collections::HashMap;

use super::carry::numbers;
use super::manifest::{Hash, Manifest};
use super::state::State;
use crate::arrivals::{Indexed, Written};
use crate::error::Result;
use crate::store::Index;

/// Records the articles that an update has written in the journal of its state.
/// The index still has the commit before, with the manifest `before`.
///
/// # Errors
///
/// If the journal begins with this update, and an article of the index cannot be
/// read.
pub(super) fn record(
    state: &mut State,
    before: &Manifest,
    written: Vec<Written>,
    index: &Index,
    is_rebuilt: bool,
) -> Result<()> {
    if written.is_empty() {
        return Ok(());
    }
    if state.arrivals.is_empty() && before.articles() > 0 {
        match indexed(index) {
            Ok(articles) => state.arrivals.begin(articles, &hashes(before)),
            // All articles are written again, and count as new.
            Err(_) if is_rebuilt => {}
            Err(error) => return Err(error),
        }
    }
    state.arrivals.record(Indexed {
        written,
        hashes: &hashes(&state.manifest),
        is_rebuilt,
    });
    Ok(())
}

/// The articles of the last commit.
fn indexed(index: &Index) -> Result<Vec<Written>> {
    let searcher = index.searcher()?;
    let mut articles = Vec::new();
    for (segment, view) in (0..).zip(searcher.segments.iter()) {
        let numbers = numbers(index, &view.reader)?;
        for (number, article) in numbers {
            let address = searcher.address(segment, article);
            let fingerprint = searcher.fingerprints_of(&[address])?;
            articles.push(Written {
                number,
                name: searcher.article(address)?.identity(),
                fingerprint: fingerprint.first().copied().unwrap_or(0),
            });
        }
    }
    articles.sort_by_key(|article| article.number);
    Ok(articles)
}

/// The hashes of the articles of a manifest, by number.
fn hashes(manifest: &Manifest) -> HashMap<u64, Hash> {
    let members = manifest.files.values().flat_map(|file| &file.members);
    let indexed = members.filter(|member| member.number != 0);
    indexed.map(|member| (member.number, member.hash)).collect()
}
