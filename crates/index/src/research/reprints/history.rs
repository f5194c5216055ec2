//! The publications of one text, in order of time.

use serde::Serialize;
use timbao_articles::Article;

use crate::error::Result;
use crate::search::{Address, Searcher, damaged};
use crate::text::ArticleText;
use crate::text::tokens::{FIELD, FIRST_KEY};

use super::diff::{DiffKind, DiffPart, diff};
use super::group::{Place, article_shingles, common, key_hashes};

/// All publications of the text of an article.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ReprintHistory {
    /// In order of time, the first publication first. An article without reprints is alone.
    pub publications: Vec<Reprint>,
}

/// A publication, compared with the first one.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Reprint {
    /// The article's id.
    pub id: String,
    /// The file it is in.
    pub path: String,
    /// The place in the file, if it holds several articles.
    pub member: Option<String>,
    /// The headline.
    pub title: Option<String>,
    /// Date of publication as far as it is known, ISO 8601.
    pub date: Option<String>,
    /// The publication or site.
    pub source: Option<String>,
    /// The news agency.
    pub agency: Option<String>,
    /// How many tokens headline, summary and body have.
    pub tokens: u64,
    /// The share of the shorter text's shingles that the longer one holds.
    pub shared: f64,
    /// Tokens that the first publication does not have there.
    pub added: u64,
    /// Tokens of the first publication that are missing.
    pub removed: u64,
    /// The differences in headline, summary and body, in order; empty for the first.
    pub diff: Vec<DiffPart>,
}

/// A text and how often it was published.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ReprintGroup {
    /// The id of its first publication.
    pub id: String,
    /// The file that is in.
    pub path: String,
    /// The place in the file, if it holds several articles.
    pub member: Option<String>,
    /// Its headline.
    pub title: Option<String>,
    /// Its date as far as it is known, ISO 8601.
    pub date: Option<String>,
    /// Where it was published.
    pub source: Option<String>,
    /// How many publications there are, the first among them.
    pub publications: u64,
}

/// The texts that were published several times.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ReprintGroups {
    /// How many such texts there are.
    pub texts: u64,
    /// How many publications of them.
    pub publications: u64,
    /// Some of them, those with most publications first.
    pub groups: Vec<ReprintGroup>,
}

impl Searcher {
    /// Lists the texts that were published most often.
    ///
    /// # Errors
    ///
    /// When a file is damaged, or there is no time left.
    pub fn reprint_groups(&self, limit: usize) -> Result<ReprintGroups> {
        let all = self.groups()?.all();
        let mut order: Vec<&Vec<Place>> = all.iter().collect();
        // The sort is stable: equal ones stay in the order of their first publications.
        order.sort_by_key(|group| std::cmp::Reverse(group.len()));
        let mut groups = Vec::new();
        for group in order.into_iter().take(limit) {
            let Some(&(segment, article)) = group.first() else {
                continue;
            };
            let address = Address { segment, article };
            let record = self.record(address)?;
            let title = self.title(address)?;
            groups.push(ReprintGroup {
                id: record.id,
                path: record.path,
                member: record.member,
                title: Some(title).filter(|title| !title.is_empty()),
                date: record.published.map(|date| date.to_string()),
                source: record.source,
                publications: group.len() as u64,
            });
        }
        Ok(ReprintGroups {
            texts: all.len() as u64,
            publications: all.iter().map(|group| group.len() as u64).sum(),
            groups,
        })
    }

    /// Lists all publications of an article's text, each compared with the first.
    ///
    /// # Errors
    ///
    /// When a file is damaged.
    pub fn reprints(&self, address: Address) -> Result<ReprintHistory> {
        let place = (address.segment, address.article);
        let members = match self.groups()?.of(place) {
            [] => &[place],
            members => members,
        };
        let mut publications = Vec::with_capacity(members.len());
        let mut first: Option<Text> = None;
        for &member in members {
            let record = self.record(Address {
                segment: member.0,
                article: member.1,
            })?;
            let text = Text::read(self, member)?;
            publications.push(compare(first.as_ref(), &text, record));
            first.get_or_insert(text);
        }
        Ok(ReprintHistory { publications })
    }
}

/// An article's words and where they are.
struct Text {
    text: ArticleText,
    /// By word of headline, summary and body: its key, its part of the text, its bytes there.
    words: Vec<(String, usize, (u32, u32))>,
    shingles: Vec<u64>,
}

impl Text {
    fn read(searcher: &Searcher, (segment, article): Place) -> Result<Self> {
        let view = searcher
            .segments
            .get(segment as usize)
            .ok_or_else(|| damaged("an address of another view was used".into()))?;
        let text = view.text.text(article).map_err(damaged)?;
        let mut field = 0;
        let mut words = Vec::new();
        for (token, &span) in view.text.tokens_of(article).zip(&text.spans) {
            if token == FIELD {
                field += 1;
            } else if let Some(id) = token.checked_sub(FIRST_KEY)
                && field <= 2
            {
                words.push((view.text.exact_key(id).to_owned(), field, span));
            }
        }
        let mut shingles = Vec::new();
        article_shingles(view, article, &key_hashes(view), &mut shingles);
        Ok(Self {
            text,
            words,
            shingles,
        })
    }

    /// Words as the source spells them, with what stands between them.
    fn slice(&self, range: std::ops::Range<usize>) -> String {
        let words = self.words.get(range).unwrap_or_default();
        let mut slice = String::new();
        for same in words.chunk_by(|a, b| a.1 == b.1) {
            if let (Some(first), Some(last)) = (same.first(), same.last()) {
                if !slice.is_empty() {
                    slice.push('\n');
                }
                let bytes = first.2.0 as usize..last.2.1 as usize;
                let field = self.text.fields.get(first.1).map_or("", String::as_str);
                slice.push_str(field.get(bytes).unwrap_or_default());
            }
        }
        slice
    }
}

fn compare(first: Option<&Text>, text: &Text, record: Article) -> Reprint {
    let mut parts = Vec::new();
    let (mut added, mut removed) = (0, 0);
    let mut shared = 1.0;
    if let Some(first) = first {
        let keys = |text: &Text| text.words.iter().map(|w| w.0.clone()).collect::<Vec<_>>();
        for run in diff(&keys(first), &keys(text)) {
            let slice = match run.kind {
                DiffKind::Removed => {
                    removed += run.old.len() as u64;
                    first.slice(run.old)
                }
                DiffKind::Added => {
                    added += run.new.len() as u64;
                    text.slice(run.new)
                }
                DiffKind::Same => text.slice(run.new),
            };
            parts.push(DiffPart {
                kind: run.kind,
                text: slice,
            });
        }
        let shorter = first.shingles.len().min(text.shingles.len()).max(1);
        shared = common(&first.shingles, &text.shingles) as f64 / shorter as f64;
    }
    let title = text.text.fields.first().filter(|title| !title.is_empty());
    Reprint {
        id: record.id,
        path: record.path,
        member: record.member,
        title: title.cloned(),
        date: record.published.map(|date| date.to_string()),
        source: record.source,
        agency: record.agency,
        tokens: text.words.len() as u64,
        shared,
        added,
        removed,
        diff: parts,
    }
}
