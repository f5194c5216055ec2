//! The options of an update.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use timbao_articles::{Article, FileSystem, Limits, SystemFiles, WalkOptions};

use crate::writer_options::WriterOptions;

/// Metadata of the articles of a collection that do not state their own.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SourceDefaults {
    /// The folder or archive, as in [`Article::collection`]. Those inside it have these defaults
    /// too, unless they have defaults of their own for the same metadata.
    pub collection: String,
    /// The publication or site.
    pub source: Option<String>,
    /// The section.
    pub section: Option<String>,
    /// The place.
    pub place: Option<String>,
    /// The news agency.
    pub agency: Option<String>,
    /// The author.
    pub author: Option<String>,
}

impl SourceDefaults {
    /// Returns `true` if the defaults are for articles of this collection.
    fn hold_for(&self, collection: &str) -> bool {
        let own = self.collection.trim_end_matches('/');
        collection
            .strip_prefix(own)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    }

    /// Adds the metadata that an article does not state, those of the innermost collection first.
    pub fn complete(all: &[Self], article: &mut Article) {
        let Some(collection) = &article.collection else {
            return;
        };
        let mut here: Vec<&Self> = all.iter().filter(|d| d.hold_for(collection)).collect();
        here.sort_by_key(|defaults| std::cmp::Reverse(defaults.collection.len()));
        let add = |value: &mut Option<String>, default: fn(&Self) -> &Option<String>| {
            if value.is_none() {
                *value = here.iter().find_map(|defaults| default(defaults).clone());
            }
        };
        add(&mut article.source, |defaults| &defaults.source);
        add(&mut article.section, |defaults| &defaults.section);
        add(&mut article.place, |defaults| &defaults.place);
        add(&mut article.agency, |defaults| &defaults.agency);
        add(&mut article.author, |defaults| &defaults.author);
    }
}

/// Options of an update.
#[derive(Debug, Clone)]
pub struct UpdateOptions {
    /// Threads and memory for writing.
    pub writer: WriterOptions,
    /// Options for walking the given paths; remembered with them.
    pub walk: WalkOptions,
    /// Limits on the cost of one file.
    pub limits: Limits,
    /// Metadata of articles that do not state their own. Indexed articles keep what they have
    /// until they are read again, as with [`full`](Self::full).
    pub defaults: Vec<SourceDefaults>,
    /// Read all files again, and rebuild an index written by another version.
    pub full: bool,
    /// Only report the changes an update would make.
    pub dry_run: bool,
    /// Remove the articles of missing files even if these seem to be
    /// unavailable; see [`Vanished`](super::Vanished).
    pub allow_vanished: bool,
    /// Fail at the first unreadable or unavailable file, without any change.
    pub strict: bool,
    /// The file system of the sources.
    pub files: Arc<dyn FileSystem>,
    /// Maximum time to wait for another writer, in this process or another.
    pub wait_for_lock: Duration,
    /// Set this to interrupt the update. The articles read so far are
    /// committed, and the next update continues from there; a full update is
    /// rolled back instead.
    ///
    /// A handler of Ctrl-C that only sets it does not end the program. It should do so when it is
    /// already set, and the program should set it after the update, so that the next Ctrl-C ends it.
    pub stop: Arc<AtomicBool>,
}

impl Default for UpdateOptions {
    fn default() -> Self {
        Self {
            writer: WriterOptions::default(),
            walk: WalkOptions::default(),
            limits: Limits::default(),
            defaults: Vec::new(),
            full: false,
            dry_run: false,
            allow_vanished: false,
            strict: false,
            files: SystemFiles::shared(),
            wait_for_lock: Duration::from_secs(10),
            stop: Arc::default(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn articles_get_the_defaults_of_the_innermost_folder() {
        let defaults =
            |collection: &str, source: Option<&str>, section: Option<&str>| SourceDefaults {
                collection: collection.to_owned(),
                source: source.map(str::to_owned),
                section: section.map(str::to_owned),
                ..SourceDefaults::default()
            };
        let all = [
            defaults("bao", Some("Báo Sông Trà"), Some("Thời sự")),
            defaults("bao/kinh-te/", None, Some("Kinh tế")),
        ];
        for (collection, own, expected) in [
            (Some("bao"), None, (Some("Báo Sông Trà"), Some("Thời sự"))),
            (
                Some("bao/kinh-te/2026"),
                None,
                (Some("Báo Sông Trà"), Some("Kinh tế")),
            ),
            (
                Some("bao/kinh-te-so"),
                None,
                (Some("Báo Sông Trà"), Some("Thời sự")),
            ),
            (
                Some("bao"),
                Some("Báo Khác"),
                (Some("Báo Khác"), Some("Thời sự")),
            ),
            (Some("baogiay"), None, (None, None)),
            (None, None, (None, None)),
        ] {
            let mut article = Article {
                collection: collection.map(str::to_owned),
                source: own.map(str::to_owned),
                ..Article::default()
            };
            SourceDefaults::complete(&all, &mut article);
            let found = (article.source.as_deref(), article.section.as_deref());
            assert_eq!(found, expected, "{collection:?}");
        }
    }
}
