//! Searching one committed state of an index.

mod address;
mod arrived;
mod boolean;
mod clauses;
mod corpus;
mod deadline;
mod explain;
mod facets;
mod filter;
mod helpers;
mod impacts;
mod lookup;
mod matcher;
mod occurrences;
mod pair;
mod phrase;
mod positions;
mod ranked;
mod reading;
mod results;
mod scan;
mod scans;
mod scored;
mod searcher;
mod sentences;
mod slot_articles;
mod slots;
mod state;
mod stats;
mod sums;
mod top;
mod unique;
mod values;

use std::sync::{Arc, OnceLock};

use tantivy::schema::Term;
use tantivy::schema::document::Value;
use tantivy::{SegmentReader, TantivyDocument, TantivyError};
use timbao_articles::Article;
use timbao_query::plan::Plan;
use timbao_views::{Match, Snippet, SnippetOptions, Task, snippets};

use crate::arrivals::JournalFile;
use crate::error::{Error, Result};
use crate::schema::id_term;
use crate::store::Index;
use crate::text::score::Saturation;
use crate::text::{ResidueBlock, TextPlugin, TextSegment};

use deadline::Deadline;
use helpers::Helpers;
use impacts::SegmentRows;
use reading::MatchReader;
use values::Values;

pub(crate) use crate::error::damaged;
pub use address::Address;
pub(crate) use impacts::ImpactCache;
pub use results::{Found, Hit};
pub use searcher::Searcher;
pub(crate) use searcher::{SegmentView, lives};
pub use timbao_views::{SearchOptions, Sort};
pub use unique::{UniqueFound, UniqueHit};

/// Blocks of a segment's records that are kept unpacked.
const RECORD_BLOCKS: usize = 32;
/// Maximum number of attempts to open a commit together with its journal.
const TRIES: usize = 50;

impl Index {
    /// Opens the latest commit for searching.
    ///
    /// With [`CacheOptions::huge_pages`](crate::CacheOptions::huge_pages), the randomly accessed
    /// parts of the index are copied to memory.
    ///
    /// # Errors
    ///
    /// When a file is missing or damaged.
    pub fn searcher(&self) -> Result<Searcher> {
        self.open_searcher(None)
    }

    /// Opens the latest commit; unchanged segments share the memory of those in `before`.
    pub(crate) fn open_searcher(&self, before: Option<&Searcher>) -> Result<Searcher> {
        let open_text = |reader: &SegmentReader| {
            let mut before = before.iter().flat_map(|before| before.segments.iter());
            match before.find(|view| view.reader.segment_id() == reader.segment_id()) {
                Some(same) => Ok(same.text.clone()),
                None => TextPlugin::open(&self.storage, reader).map_err(Error::engine),
            }
        };
        let open = || self.of_latest_commit(|readers| self.open_segments(readers, &open_text));
        let mut journal = JournalFile::open(&self.engine, &self.storage)?;
        let mut segments = open()?;
        for _ in 1..TRIES {
            if journal.is_latest(&self.engine)? {
                break;
            }
            // There was a commit in between.
            journal = JournalFile::open(&self.engine, &self.storage)?;
            segments = open()?;
        }
        for view in Arc::get_mut(&mut segments).into_iter().flatten() {
            view.text.preload(&self.caches.copies);
        }
        Ok(self.searcher_of(segments, journal))
    }

    /// Opens some segments of the latest commit, as if there were no others.
    pub(crate) fn searcher_over(&self, readers: &[SegmentReader]) -> Result<Searcher> {
        let segments = self.open_segments(readers, &|reader| {
            TextPlugin::open(&self.storage, reader).map_err(Error::engine)
        })?;
        Ok(self.searcher_of(segments, JournalFile::default()))
    }

    fn open_segments(
        &self,
        readers: &[SegmentReader],
        open_text: &(impl Fn(&SegmentReader) -> Result<TextSegment> + Sync),
    ) -> Result<Arc<[SegmentView]>> {
        let open = |reader: &SegmentReader| {
            Ok(SegmentView {
                text: open_text(reader)?,
                sketches: TextPlugin::open_sketches(reader).map_err(Error::engine)?,
                records: reader
                    .get_store_reader(RECORD_BLOCKS)
                    .map_err(TantivyError::from)
                    .map_err(Error::engine)?,
                rows: SegmentRows::new(&self.caches.impacts),
                values: Values::default(),
                key_hashes: OnceLock::new(),
                reader: reader.clone(),
            })
        };
        let mut views: Vec<Option<Result<SegmentView>>> = readers.iter().map(|_| None).collect();
        let tasks = readers.iter().zip(&mut views).map(|(reader, view)| {
            let task: Task<'_> = Box::new(move || *view = Some(open(reader)));
            task
        });
        Helpers::of_program().run(tasks.collect());
        // Each task has run.
        views.into_iter().flatten().collect()
    }

    fn searcher_of(&self, segments: Arc<[SegmentView]>, journal: JournalFile) -> Searcher {
        let articles: u64 = segments.iter().map(|s| u64::from(s.text.articles())).sum();
        let words: u64 = segments.iter().map(|s| u64::from(s.text.words())).sum();
        let average_length = words as f32 / articles.max(1) as f32;
        let deadline = Deadline::none(segments.iter().map(|view| view.text.damage().clone()));
        Searcher {
            dir: self.dir().to_owned(),
            hides_paths: self.hides_paths,
            view: address::view_id(segments.iter().map(|segment| &segment.reader)),
            segments,
            fields: self.fields.clone(),
            articles,
            saturation: Saturation::new(average_length),
            bigram_saturation: Saturation::of_bigrams(average_length),
            average_length,
            deadline,
            scans: None,
            helpers: Helpers::of_program(),
            groups: Arc::default(),
            memo: Arc::default(),
            stats: Arc::default(),
            state: Arc::default(),
            journal: Arc::new(journal),
        }
    }
}

impl Searcher {
    /// Runs a plan.
    ///
    /// # Errors
    ///
    /// When a file is damaged.
    pub fn search(&self, plan: &Plan, options: &SearchOptions) -> Result<Found> {
        self.whole(boolean::search(self, plan, options)?)
    }

    /// The addresses of the articles with an id.
    ///
    /// # Errors
    ///
    /// When a file is damaged.
    pub fn find_id(&self, id: &str) -> Result<Vec<Address>> {
        let term = Term::from_field_text(self.fields.id, &id_term(id));
        let mut found = Vec::new();
        for (segment, view) in self.segments.iter().enumerate() {
            for article in filter::articles_with_term(view, &term)? {
                found.push(self.address(segment as u32, article));
            }
        }
        Ok(found)
    }

    /// The address of the article that was [added](crate::ArticleWriter::add) with a key.
    ///
    /// # Errors
    ///
    /// When a file is damaged.
    pub fn find_key(&self, key: &str) -> Result<Option<Address>> {
        let term = Term::from_field_text(self.fields.key, key);
        for (segment, view) in self.segments.iter().enumerate() {
            if let Some(&article) = filter::articles_with_term(view, &term)?.first() {
                return Ok(Some(self.address(segment as u32, article)));
            }
        }
        Ok(None)
    }

    /// An article's record: everything but title, summary, body, which are
    /// empty.
    ///
    /// # Errors
    ///
    /// When a file is damaged.
    pub fn record(&self, address: Address) -> Result<Article> {
        let view = self.segment(address)?;
        let document: TantivyDocument = view.records.get(address.article).map_err(Error::engine)?;
        let bytes = document
            .get_first(self.fields.record)
            .and_then(|v| v.as_bytes())
            .unwrap_or_default();
        let mut article: Article = serde_json::from_slice(bytes).map_err(|e| Error::Damaged {
            reason: format!("an article's record does not read: {e}"),
        })?;
        if self.hides_paths {
            article.path = article.public_path();
        }
        Ok(article)
    }

    /// An article with its text.
    ///
    /// # Errors
    ///
    /// When a file is damaged.
    pub fn article(&self, address: Address) -> Result<Article> {
        let mut article = self.record(address)?;
        let text = self
            .segment(address)?
            .text
            .text(address.article)
            .map_err(damaged)?;
        let [title, summary, body, _] = text.fields;
        article.title = Some(title).filter(|t| !t.is_empty());
        article.summary = Some(summary).filter(|s| !s.is_empty());
        article.body = body;
        Ok(article)
    }

    /// An article's title as it was given, empty if it has none.
    ///
    /// # Errors
    ///
    /// When a file is damaged.
    pub fn title(&self, address: Address) -> Result<String> {
        let text = &self.segment(address)?.text;
        let [title, ..] = text
            .first_parts(address.article, 1, &mut ResidueBlock::default())
            .map_err(damaged)?
            .fields;
        Ok(title)
    }

    /// The occurrences of a plan's words and phrases in an article, in the
    /// order of the text.
    ///
    /// # Errors
    ///
    /// When a file is damaged.
    pub fn matches(&self, plan: &Plan, address: Address) -> Result<Vec<Match>> {
        self.whole(MatchReader::new(self, plan).read(address)?.matches)
    }

    /// The passages of an article that best show why it matches.
    ///
    /// # Errors
    ///
    /// When a file is damaged.
    pub fn snippets(
        &self,
        plan: &Plan,
        address: Address,
        options: &SnippetOptions,
    ) -> Result<Vec<Snippet>> {
        let read = MatchReader::new(self, plan).read(address)?;
        self.whole(snippets(&read, options))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::CacheOptions;
    use crate::testing::commit;
    use timbao_query::{LowerOptions, lower, parse};

    #[test]
    fn a_preloaded_view_answers_as_another_and_shares_its_copies() {
        let dir = tempfile::tempdir().unwrap();
        let index = Index::open_or_create(dir.path()).unwrap();
        let plain = index.clone();
        let index = index.with_caches(CacheOptions::for_many_queries());
        let add = |key: &str| {
            let body = format!("Tự diễn biến, tự chuyển hoá trong nội bộ {key}");
            let article = Article {
                body,
                ..Article::default()
            };
            commit(&index, vec![(key, article)]);
        };
        add("một");
        let first = index.searcher().unwrap();
        add("hai");
        let second = index.refresh(&first).unwrap().unwrap();
        for query in [
            "\"tu chuyen hoa\"",
            "tự biến nội",
            "một",
            "\"nội bộ hai\"~3",
        ] {
            let plan = lower(&parse(query).ast, &LowerOptions::default()).plan;
            let options = SearchOptions::default();
            let expected = plain.searcher().unwrap().search(&plan, &options).unwrap();
            assert!(expected.total > 0, "{query}");
            assert_eq!(second.search(&plan, &options).unwrap(), expected, "{query}");
        }
        let before = &first.segments[0];
        for view in second.segments.iter() {
            let same = view.reader.segment_id() == before.reader.segment_id();
            // Some systems do not offer huge pages.
            assert!(
                view.text
                    .shares_copy(&before.text)
                    .is_none_or(|s| s == same)
            );
        }
    }
}
