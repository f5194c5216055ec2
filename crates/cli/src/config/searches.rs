//! Saved searches.
//!
//! ```toml
//! [searches]
//! "Diễn biến" = '"tự diễn biến"'
//! ```

use timbao_alerts::SavedSearch;

use crate::error::{Failure, Result};

use super::origin::Origin;

/// Reads the table `searches` of a file.
///
/// # Errors
///
/// If an entry is not a search.
pub(super) fn read(file: &toml::Table, origin: &Origin) -> Result<Vec<SavedSearch>> {
    let Some(searches) = file.get("searches") else {
        return Ok(Vec::new());
    };
    let hint = "write [searches], and below it \"Diễn biến\" = '\"tự diễn biến\"'";
    let searches = searches
        .as_table()
        .ok_or_else(|| Failure::new(format!("`searches` is not a table ({origin})")).hint(hint))?;
    let searches = searches.iter().map(|(name, value)| {
        SavedSearch::of_toml(name, value).map_err(|error| {
            Failure::new(format!("searches.\"{name}\": {error} ({origin})")).hint(hint)
        })
    });
    searches.collect()
}
