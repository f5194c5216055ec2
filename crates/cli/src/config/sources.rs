//! Defaults of sources: metadata of the articles that do not state their own.
//!
//! ```toml
//! [sources."bao/song-tra"]
//! source = "Báo Sông Trà"
//! ```

use timbao_index::update::SourceDefaults;

use crate::error::{Failure, Result};

use super::origin::{Origin, nearest};

/// The metadata that can have a default.
const KEYS: [&str; 5] = ["source", "section", "place", "agency", "author"];

/// Reads the table `sources` of a file.
///
/// # Errors
///
/// If a value is not text, or a source is not a table.
pub(super) fn read(
    file: &toml::Table,
    origin: &Origin,
    warnings: &mut Vec<String>,
) -> Result<Vec<SourceDefaults>> {
    let Some(sources) = file.get("sources") else {
        return Ok(Vec::new());
    };
    let wrong = |what: &str| {
        Failure::new(format!("`{what}` is not a table ({origin})"))
            .hint("write [sources.\"bao/song-tra\"], and below it source = \"Báo Sông Trà\"")
    };
    let sources = sources.as_table().ok_or_else(|| wrong("sources"))?;
    let mut all = Vec::with_capacity(sources.len());
    for (collection, defaults) in sources {
        let name = format!("sources.\"{collection}\"");
        let table = defaults.as_table().ok_or_else(|| wrong(&name))?;
        for key in table.keys().filter(|key| !KEYS.contains(&key.as_str())) {
            let guess = nearest(key, &KEYS)
                .map(|guess| format!("; did you mean `{guess}`?"))
                .unwrap_or_default();
            warnings.push(format!("{origin}: unknown key `{key}` in {name}{guess}"));
        }
        let text = |key: &str| match table.get(key) {
            None => Ok(None),
            Some(toml::Value::String(text)) if !text.trim().is_empty() => {
                Ok(Some(text.trim().to_owned()))
            }
            Some(_) => Err(Failure::new(format!(
                "`{key}` in {name} is not a text ({origin})"
            ))),
        };
        all.push(SourceDefaults {
            collection: collection.trim_end_matches('/').to_owned(),
            source: text("source")?,
            section: text("section")?,
            place: text("place")?,
            agency: text("agency")?,
            author: text("author")?,
        });
    }
    Ok(all)
}
