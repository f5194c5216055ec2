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
    /// The id the source gives, else the path relative to the source root
    /// (`/`-separated), followed by `#member` inside a container. Ids need not
    /// be unique.
    pub id: String,
    /// The file's path as it was given.
    pub path: String,
    /// The place inside a container: a line number (`12`), an entry
    /// (`a/b.html`) or both (`a.jsonl#12`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub member: Option<String>,
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
    /// Who wrote it; several names are separated by `, `.
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

/// The caption of a picture, and who took it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Caption {
    /// What the picture shows.
    pub text: String,
    /// The photographer or agency ("An Bình/TTXVN").
    #[serde(skip_serializing_if = "Option::is_none")]
    pub credit: Option<String>,
}

impl Article {
    /// Tells whether there is any text to search: a title, a summary, a body
    /// or a caption.
    pub fn has_text(&self) -> bool {
        self.title.is_some()
            || self.summary.is_some()
            || !self.body.is_empty()
            || !self.captions.is_empty()
    }
}
