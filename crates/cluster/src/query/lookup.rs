//! What a translation needs to know of an index.

use timbao_query::plan::{Key, Plan};

use crate::error::Result;
use crate::feed::WordKey;

/// What a plan needs to know of the index.
pub(crate) trait Lookup {
    /// Words of the vocabulary, among them every one that has the key.
    fn words(&self, key: &Key) -> Result<Vec<WordKey>>;

    /// Reads the words of several keys at once, if a request for each would take longer.
    fn prepare(&self, keys: &[Key]) -> Result<()> {
        let _ = keys;
        Ok(())
    }

    /// The numbers of articles that match plans.
    fn counts(&self, plans: &[Plan]) -> Result<Vec<u64>>;

    /// The number of articles.
    fn articles(&self) -> Result<u64>;

    /// The number of words of all articles.
    fn tokens(&self) -> Result<u64>;
}
