//! The articles of a state of the cluster: their numbers, and those that were read.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::sync_channel;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard};
use std::thread;

use rustc_hash::FxHashMap;
use serde_json::{Value, json};
use timbao_articles::Article;
use timbao_query::plan::Facet;
use timbao_views::{ArticleId, ViewId};

use crate::error::{Error, Result};
use crate::packed::unpack;
use crate::schema::{COLUMNS, STORED};

use super::analysed::{Analysed, Vocabulary};
use super::pages::{ARTICLES, Snapshot, hits};

/// Articles that are kept in memory, some 10 KB each.
const KEPT: usize = 20_000;
/// Requests for articles at the same time.
const READERS: usize = 4;
/// Articles whose metadata are read together.
const BATCH: usize = 2000;

/// What is known of an article without its text.
#[derive(Debug, Clone)]
pub(crate) struct Known {
    /// The id of its document.
    pub(crate) id: String,
    /// The tie-breaker of the local engine.
    pub(crate) tie: u64,
    /// The day of publication.
    pub(crate) day: Option<i32>,
    /// Minutes since midnight.
    pub(crate) minute: u16,
    /// Number of words.
    pub(crate) words: u32,
}

/// Articles in the order in which they were met.
#[derive(Debug, Default)]
struct Numbers {
    known: Vec<Known>,
    numbers: FxHashMap<String, u32>,
}

/// The articles of one state, shared by its clones.
#[derive(Debug, Clone)]
pub(crate) struct Store {
    pub(crate) snapshot: Snapshot,
    /// Whether articles have public paths only.
    pub(crate) hides_paths: bool,
    numbers: Arc<Mutex<Numbers>>,
    /// Identifies the numbers: two stores of one state number articles differently.
    numbering: ViewId,
    vocabulary: Arc<RwLock<Vocabulary>>,
    kept: Arc<Mutex<FxHashMap<ArticleId, Arc<Analysed>>>>,
}

/// The fields that a search fetches of its hits so that their [numbers](Store::number) are known, and
/// some more. All of them are [columns](COLUMNS).
pub(crate) fn fetched(more: &[&str]) -> Value {
    let known = ["uid", "tie", "day", "minute", "words"];
    let fields: Vec<&str> = known.iter().chain(more).copied().collect();
    json!(fields)
}

impl Store {
    pub(crate) fn new(snapshot: Snapshot) -> Self {
        static STORES: AtomicU64 = AtomicU64::new(0);
        Self {
            snapshot,
            hides_paths: false,
            numbers: Arc::default(),
            numbering: ViewId(STORES.fetch_add(1, Ordering::Relaxed)),
            vocabulary: Arc::default(),
            kept: Arc::default(),
        }
    }

    /// The words of all articles that were read.
    pub(crate) fn vocabulary(&self) -> RwLockReadGuard<'_, Vocabulary> {
        self.vocabulary
            .read()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// The number of the article of a hit, with the fields that are [fetched].
    pub(crate) fn number(&self, hit: &Value) -> Result<ArticleId> {
        let id = hit.pointer("/fields/uid/0").and_then(Value::as_str);
        let id = id.ok_or_else(|| self.foreign("a hit without the field uid"))?;
        let mut numbers = self.numbers();
        if let Some(&number) = numbers.numbers.get(id) {
            return Ok(ArticleId::new(number, self.numbering));
        }
        let field = |name: &str| {
            let fields = hit.get("fields")?;
            fields.get(name)?.get(0)?.as_i64()
        };
        let Some(tie) = field("tie") else {
            return Err(self.foreign("a hit without the field tie"));
        };
        let number = numbers.known.len() as u32;
        numbers.known.push(Known {
            id: id.to_owned(),
            // The sign is the highest bit, flipped so that numbers sort alike.
            tie: tie as u64 ^ 1 << 63,
            day: field("day").and_then(|day| day.try_into().ok()),
            minute: field("minute").and_then(|m| m.try_into().ok()).unwrap_or(0),
            words: field("words").and_then(|w| w.try_into().ok()).unwrap_or(0),
        });
        numbers.numbers.insert(id.to_owned(), number);
        Ok(ArticleId::new(number, self.numbering))
    }

    /// An article, or the record of one, as readers see it.
    pub(crate) fn shown(&self, mut article: Article) -> Article {
        if self.hides_paths {
            article.path = article.public_path();
        }
        article
    }

    fn other_state(&self) -> Error {
        self.foreign("an article of another state was asked for")
    }

    fn number_of(&self, article: ArticleId) -> Option<u32> {
        article.number(self.numbering)
    }

    /// What is known of articles.
    pub(crate) fn known<T>(
        &self,
        articles: &[ArticleId],
        f: impl Fn(&Known) -> T,
    ) -> Result<Vec<T>> {
        let numbers = self.numbers();
        let known = articles.iter().map(|&article| {
            let number = self.number_of(article);
            let known = number.and_then(|number| numbers.known.get(number as usize));
            known.map(&f).ok_or_else(|| self.other_state())
        });
        known.collect()
    }

    /// Analyses the article of a hit, with its [packed article](STORED), and keeps it.
    pub(crate) fn read(&self, article: ArticleId, hit: &Value) -> Result<Arc<Analysed>> {
        if let Some(kept) = self.kept().get(&article) {
            return Ok(Arc::clone(kept));
        }
        let stored = hit.pointer("/fields/stored/0").and_then(Value::as_str);
        let read = unpack(stored.unwrap_or_default())
            .map_err(|error| self.foreign(&format!("an article does not read: {error}")))?;
        let analysed = {
            let vocabulary = self.vocabulary.write();
            let mut vocabulary = vocabulary.unwrap_or_else(PoisonError::into_inner);
            Arc::new(Analysed::new(read, &mut vocabulary))
        };
        let mut kept = self.kept();
        if kept.len() >= KEPT {
            kept.clear();
        }
        kept.insert(article, Arc::clone(&analysed));
        Ok(analysed)
    }

    /// Calls `f` with each of some articles, in their order. While it runs, the next articles are
    /// read.
    pub(crate) fn each<E: From<Error>>(
        &self,
        articles: &[ArticleId],
        mut f: impl FnMut(ArticleId, &Analysed) -> Result<(), E>,
    ) -> Result<(), E> {
        let batches: Vec<&[ArticleId]> = articles.chunks(ARTICLES).collect();
        let readers = READERS.min(batches.len());
        thread::scope(|scope| {
            let mut queues = Vec::new();
            // One batch is read here.
            for first in (0..readers).filter(|_| readers > 1) {
                let (sender, queue) = sync_channel(1);
                let mine = batches.iter().skip(first).step_by(readers);
                let read = move || mine.map(|b| self.load(b)).try_for_each(|b| sender.send(b));
                // What a thread that does not start would have read is read here, too.
                let _ = thread::Builder::new().spawn_scoped(scope, read);
                queues.push(queue);
            }
            for (number, batch) in batches.iter().enumerate() {
                self.snapshot.check_deadline()?;
                let queue = queues.get(number % readers);
                let read = queue.and_then(|queue| queue.recv().ok());
                let read = read.unwrap_or_else(|| self.load(batch))?;
                for (&article, read) in batch.iter().zip(read) {
                    f(article, &read)?;
                }
            }
            Ok(())
        })
    }

    fn load(&self, articles: &[ArticleId]) -> Result<Vec<Arc<Analysed>>> {
        let mut found: FxHashMap<ArticleId, Arc<Analysed>> = FxHashMap::default();
        let mut missing = Vec::new();
        {
            let kept = self.kept();
            let numbers = self.numbers();
            for article in articles {
                let known = || numbers.known.get(self.number_of(*article)? as usize);
                match (kept.get(article), known()) {
                    (Some(read), _) => drop(found.insert(*article, Arc::clone(read))),
                    (None, Some(known)) => missing.push(known.id.clone()),
                    (None, None) => {}
                }
            }
        }
        if !missing.is_empty() {
            let answer = self.snapshot.search(json!({
                "query": { "ids": { "values": missing } },
                "size": missing.len(),
                "stored_fields": COLUMNS,
                "docvalue_fields": fetched(&[STORED]),
            }))?;
            for hit in hits(&answer) {
                let article = self.number(hit)?;
                found.insert(article, self.read(article, hit)?);
            }
        }
        let wanted = articles.iter().map(|article| {
            let read = found.get(article).map(Arc::clone);
            read.ok_or_else(|| self.other_state())
        });
        wanted.collect()
    }

    /// The values of a facet, as articles spell them.
    pub(crate) fn facet_values(
        &self,
        facet: Facet,
        articles: &[ArticleId],
    ) -> Result<FxHashMap<ArticleId, String>> {
        let mut values = FxHashMap::default();
        for batch in articles.chunks(BATCH) {
            let ids = self.known(batch, |known| known.id.clone())?;
            let answer = self.snapshot.search(json!({
                "query": { "bool": { "filter": [
                    { "ids": { "values": ids } },
                    { "exists": { "field": facet.name() } },
                ] } },
                "size": ids.len(),
                "stored_fields": COLUMNS,
                "docvalue_fields": fetched(&[facet.name()]),
            }))?;
            for hit in hits(&answer) {
                let value = hit
                    .get("fields")
                    .and_then(|fields| fields.get(facet.name()));
                let value = value.and_then(|value| value.get(0)).and_then(Value::as_str);
                if let Some(value) = value {
                    values.insert(self.number(hit)?, value.to_owned());
                }
            }
        }
        Ok(values)
    }

    fn numbers(&self) -> MutexGuard<'_, Numbers> {
        self.numbers.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn kept(&self) -> MutexGuard<'_, FxHashMap<ArticleId, Arc<Analysed>>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The error for an answer that is not that of an index of this program.
    pub(crate) fn foreign(&self, reason: &str) -> Error {
        Error::Foreign {
            node: self.snapshot.client().address().to_string(),
            reason: reason.to_owned(),
        }
    }
}
