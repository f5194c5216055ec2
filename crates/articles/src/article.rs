//! The article, the one thing every reader produces.

use serde::{Deserialize, Serialize};

use crate::Published;

/// A news article, whatever file it came from.
///
/// Text fields are UTF-8 as the source spells them: not lower-cased, not
/// re-composed. A field the source does not state is `None`, never an empty
/// string; only the body may be empty.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Article {
    /// The id in the source, else the path relative to the source root
    /// (`/`-separated), followed by `#member` inside a container. Ids need not
    /// be unique.
    pub id: String,
    /// The file's path as it was given.
    pub path: String,
    /// The place inside a container: a line number (`12`), an entry
    /// (`a/b.html`) or both (`a.jsonl#12`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub member: Option<String>,
    /// The directory or archive it came from: the name of the source root and the
    /// directories below it (`bao/2026`), inside a container also the name of the
    /// container (`bao/tin.zip`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub collection: Option<String>,
    /// The address the article was published under.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// The headline.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// The summary under the headline, called *sapo* in Vietnamese newsrooms.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub summary: Option<String>,
    /// The running text, one paragraph a line.
    pub body: String,
    /// The section or column it ran in ("Xây dựng Đảng").
    #[serde(skip_serializing_if = "Option::is_none")]
    pub section: Option<String>,
    /// The place it was filed from or is about ("Cần Thơ").
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<String>,
    /// The news agency ("TTXVN").
    #[serde(skip_serializing_if = "Option::is_none")]
    pub agency: Option<String>,
    /// The author; several names are separated by `, `.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub author: Option<String>,
    /// The publication or site.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// When it was published, as far as the source says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub published: Option<Published>,
    /// Captions of its pictures, in order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub captions: Vec<Caption>,
}

/// The caption of a picture, and its photographer.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Caption {
    /// The caption without the credit.
    pub text: String,
    /// The photographer or agency ("An Bình/TTXVN").
    #[serde(skip_serializing_if = "Option::is_none")]
    pub credit: Option<String>,
}

impl Article {
    /// A hash of everything that the article says, wherever its file is: two articles with the same
    /// fingerprint differ at most in their path and collection.
    ///
    /// The article is unchanged afterwards; it is borrowed mutably so that its text need not be copied.
    pub fn fingerprint(&mut self) -> u64 {
        let path = std::mem::take(&mut self.path);
        let collection = self.collection.take();
        // Enough for most, so that no text is copied while it grows.
        let mut json = Vec::with_capacity(self.body.len() + self.body.len() / 8 + 4096);
        // Plain data of strings and numbers always serializes.
        let _ = serde_json::to_writer(&mut json, self);
        self.path = path;
        self.collection = collection;
        let hash = blake3::hash(&json);
        let first = hash.as_bytes().first_chunk().copied().unwrap_or_default();
        u64::from_le_bytes(first)
    }

    /// A hash of the id, by which an edited article is recognised.
    ///
    /// An id that is only the place of the article in its file, such as a line, may belong to
    /// another article after the file has changed. Such an id counts together with headline and
    /// date.
    pub fn identity(&self) -> u64 {
        let mut hasher = blake3::Hasher::new();
        hasher.update(self.id.as_bytes());
        let place = match &self.member {
            Some(member) => self.id.strip_suffix(&format!("#{member}")),
            None => Some(self.id.as_str()),
        };
        if place.is_some_and(|place| self.path.ends_with(place)) {
            let begin: String;
            let title = match &self.title {
                Some(title) => title,
                None => {
                    begin = self.body.chars().take(80).collect();
                    &begin
                }
            };
            hasher.update(b"\0");
            hasher.update(title.as_bytes());
            let day = self.published.and_then(|published| published.day_number());
            hasher.update(&day.unwrap_or(i32::MIN).to_le_bytes());
        }
        let hash = hasher.finalize();
        let first = hash.as_bytes().first_chunk().copied().unwrap_or_default();
        u64::from_le_bytes(first)
    }

    /// The location of the article: its path, with `#member` inside a container.
    pub fn location(&self) -> String {
        match &self.member {
            Some(member) => format!("{}#{member}", self.path),
            None => self.path.clone(),
        }
    }

    /// The path for readers who may not know where files are: a relative path stays as it is, of
    /// an absolute one the part below the directory above the source is kept.
    pub fn public_path(&self) -> String {
        let is_absolute = std::path::Path::new(&self.path).is_absolute();
        let name = self.path.rsplit(is_separator).next().unwrap_or_default();
        match (&self.collection, &self.member) {
            _ if !is_absolute => self.path.clone(),
            (Some(container), Some(_)) => container.clone(),
            (Some(directory), None) => format!("{directory}/{name}"),
            (None, _) => name.to_owned(),
        }
    }

    /// Sets the place of the article in the files of a source; `relative` is
    /// the end of `path` below the source root, `/`-separated.
    pub fn set_location(&mut self, path: &str, relative: &str, member: Option<String>) {
        self.collection = Some(collection(path, relative, member.is_some()))
            .filter(|collection| !collection.is_empty());
        path.clone_into(&mut self.path);
        self.member = member;
    }

    /// Returns `true` if there is any text to search: a title, a summary, a body
    /// or a caption.
    pub fn has_text(&self) -> bool {
        self.title.is_some()
            || self.summary.is_some()
            || !self.body.is_empty()
            || !self.captions.is_empty()
    }
}

/// The collection of the articles of a file: the directory, or for a container the file itself,
/// below the directory above the source; `/`-separated. `relative` is the end of `path` below the
/// source root.
pub fn collection(path: &str, relative: &str, is_container: bool) -> String {
    let root = path.get(..path.len().saturating_sub(relative.len()));
    let root = root.unwrap_or_default().trim_end_matches(is_separator);
    let root = root.rsplit(is_separator).next().unwrap_or_default();
    let below = match is_container {
        true => relative,
        false => relative
            .rsplit_once('/')
            .map_or("", |(directory, _)| directory),
    };
    match (root, below) {
        ("", below) => below.to_owned(),
        (root, "") => root.to_owned(),
        (root, below) => format!("{root}/{below}"),
    }
}

fn is_separator(c: char) -> bool {
    std::path::is_separator(c)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn public_paths_name_no_directory_of_the_machine() {
        for (path, relative, member, expected) in [
            ("/srv/bao/2026/a.txt", "2026/a.txt", None, "bao/2026/a.txt"),
            ("/srv/bao/tin.zip", "tin.zip", Some("a.html"), "bao/tin.zip"),
            ("/a.txt", "a.txt", None, "a.txt"),
            ("bao/a.txt", "a.txt", None, "bao/a.txt"),
        ] {
            let mut article = Article::default();
            article.set_location(path, relative, member.map(str::to_owned));
            assert_eq!(article.public_path(), expected, "{path}");
        }
        assert_eq!(Article::default().public_path(), "");
    }

    #[test]
    fn a_collection_is_the_folder_or_the_container() {
        for (path, relative, member, expected) in [
            (
                "/srv/bao/2026/3/a.txt",
                "2026/3/a.txt",
                None,
                Some("bao/2026/3"),
            ),
            ("/srv/bao/a.txt", "a.txt", None, Some("bao")),
            (
                "/srv/bao/2026/tin.zip",
                "2026/tin.zip",
                Some("x/a.html"),
                Some("bao/2026/tin.zip"),
            ),
            (
                "bao/tin.jsonl",
                "tin.jsonl",
                Some("12"),
                Some("bao/tin.jsonl"),
            ),
            ("/a.txt", "a.txt", None, None),
            ("/tin.jsonl", "tin.jsonl", Some("1"), Some("tin.jsonl")),
            (
                "a.txt",
                "longer/than/the/path.txt",
                None,
                Some("longer/than/the"),
            ),
        ] {
            let mut article = Article::default();
            article.set_location(path, relative, member.map(str::to_owned));
            assert_eq!(article.collection.as_deref(), expected, "{path}");
            assert_eq!(
                (article.path.as_str(), article.member.as_deref()),
                (path, member)
            );
        }
    }
}
