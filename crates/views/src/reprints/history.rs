//! The publications of one text, in order of time.

use serde::Serialize;
use timbao_articles::Article;

use crate::corpus::{ArticleId, ArticleText, Corpus, FIELD, FIRST_WORD, Result};
use crate::lexicon::Lexicon;

use super::diff::{DiffKind, DiffPart, diff};
use super::group::{common, groups};

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
    /// The position in the file, if it contains several articles.
    pub member: Option<String>,
    /// The headline.
    pub title: Option<String>,
    /// Date of publication as far as it is known, ISO 8601.
    pub date: Option<String>,
    /// The publication or site.
    pub source: Option<String>,
    /// The news agency.
    pub agency: Option<String>,
    /// Tokens of headline, summary and body.
    pub tokens: u64,
    /// The share of the shorter text's shingles that the longer one contains.
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
    /// The position in the file, if it contains several articles.
    pub member: Option<String>,
    /// The headline.
    pub title: Option<String>,
    /// The date as far as it is known, ISO 8601.
    pub date: Option<String>,
    /// The publication or site.
    pub source: Option<String>,
    /// Number of publications, the first one included.
    pub publications: u64,
}

/// The texts that were published several times.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ReprintGroups {
    /// Number of such texts.
    pub texts: u64,
    /// Number of their publications.
    pub publications: u64,
    /// Some of them, those with most publications first.
    pub groups: Vec<ReprintGroup>,
}

/// Lists the texts that were published most often.
///
/// # Errors
///
/// If the engine fails.
pub fn reprint_groups(corpus: &dyn Corpus, limit: usize) -> Result<ReprintGroups> {
    let all = groups(corpus)?.all();
    let mut order: Vec<&Vec<ArticleId>> = all.iter().collect();
    // The sort is stable: ties stay in the order of their first publications.
    order.sort_by_key(|group| std::cmp::Reverse(group.len()));
    order.truncate(limit);
    let firsts: Vec<ArticleId> = order
        .iter()
        .filter_map(|group| group.first().copied())
        .collect();
    let shown = corpus
        .records(&firsts)?
        .into_iter()
        .zip(corpus.titles(&firsts)?);
    let groups = order
        .iter()
        .zip(shown)
        .map(|(group, (record, title))| ReprintGroup {
            id: record.id,
            path: record.path,
            member: record.member,
            title: Some(title).filter(|title| !title.is_empty()),
            date: record.published.map(|date| date.to_string()),
            source: record.source,
            publications: group.len() as u64,
        });
    Ok(ReprintGroups {
        texts: all.len() as u64,
        publications: all.iter().map(|group| group.len() as u64).sum(),
        groups: groups.collect(),
    })
}

/// Lists all publications of an article's text, each compared with the first.
///
/// # Errors
///
/// If the engine fails.
pub fn reprints(corpus: &dyn Corpus, article: ArticleId) -> Result<ReprintHistory> {
    let members = match groups(corpus)?.of(article) {
        [] => &[article],
        members => members,
    };
    let mut records = corpus.records(members)?.into_iter();
    let mut shingles = corpus.shingles(members)?.into_iter();
    let mut publications = Vec::with_capacity(members.len());
    let mut first: Option<Text> = None;
    corpus.read_texts(members, &mut Lexicon::new(), &mut |_, tokens, text| {
        let text = Text::new(tokens, text, shingles.next().unwrap_or_default());
        let record = records.next().unwrap_or_default();
        publications.push(compare(first.as_ref(), &text, record));
        first.get_or_insert(text);
        Ok(())
    })?;
    Ok(ReprintHistory { publications })
}

/// An article's words and their positions.
struct Text {
    text: ArticleText,
    /// By word of headline, summary and body: its number, its part of the text, its bytes there.
    words: Vec<(u32, usize, (u32, u32))>,
    shingles: Vec<u64>,
}

impl Text {
    fn new(tokens: &[u32], text: ArticleText, shingles: Vec<u64>) -> Self {
        let mut field = 0;
        let mut words = Vec::new();
        for (&token, &span) in tokens.iter().zip(&text.spans) {
            if token == FIELD {
                field += 1;
            } else if let Some(word) = token.checked_sub(FIRST_WORD)
                && field <= 2
            {
                words.push((word, field, span));
            }
        }
        Self {
            text,
            words,
            shingles,
        }
    }

    /// Words as the source spells them, with the text between them.
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
        let keys = |text: &Text| text.words.iter().map(|w| w.0).collect::<Vec<_>>();
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
