//! The journal as readers see it.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use rustc_hash::FxHashMap;
use serde::Deserialize;
use timbao_views::Arrival;

use crate::durable::{StateFile, Storage};
use crate::error::{Error, Result, damaged};

use super::journal::{Batch, Journal, WHAT, committed};

/// The arrivals of the articles of a view.
#[derive(Debug)]
pub(crate) struct Arrivals {
    batches: Vec<Batch>,
    /// The batch and the key of each article, by its fingerprint.
    articles: FxHashMap<u64, (u32, u64)>,
    /// The time of articles without a batch.
    first: i64,
}

impl Arrivals {
    pub(super) fn new(journal: Journal, committed: i64) -> Self {
        let mut articles = FxHashMap::default();
        let mut entries = journal.entries.iter();
        for (number, batch) in (0..).zip(&journal.batches) {
            let count = usize::try_from(batch.entries).unwrap_or(usize::MAX);
            for entry in entries.by_ref().take(count) {
                // Of identical articles the first to arrive counts.
                let arrival = (number, entry.first_name);
                articles.entry(entry.fingerprint).or_insert(arrival);
            }
        }
        Self {
            first: journal
                .batches
                .first()
                .map_or(committed, |batch| batch.time),
            batches: journal.batches,
            articles,
        }
    }

    /// The arrival of the article with a fingerprint. Its order is the place of its commit among those
    /// that indexed new articles, from 1; 0 if it was indexed before the index recorded arrivals.
    pub(crate) fn of(&self, fingerprint: u64) -> Arrival {
        let known = self.articles.get(&fingerprint);
        let known = known.and_then(|&(number, key)| {
            let batch = self.batches.get(number as usize)?;
            Some(Arrival {
                order: self.order(number as usize),
                time: batch.time,
                key,
            })
        });
        known.unwrap_or(Arrival {
            order: 0,
            time: self.first,
            key: fingerprint,
        })
    }

    /// The order of the articles of a batch.
    fn order(&self, number: usize) -> u64 {
        let is_origin = self
            .batches
            .get(number)
            .is_some_and(|batch| batch.is_origin);
        if is_origin { 0 } else { number as u64 + 1 }
    }

    /// The time of the last commit that indexed new articles, in milliseconds since
    /// 1970.
    pub(crate) fn last(&self) -> i64 {
        self.batches.last().map_or(self.first, |batch| batch.time)
    }

    /// The ids of the last commit and of some before it, fewer the older they are.
    pub(crate) fn mark(&self) -> Vec<u64> {
        let mut batches = Vec::new();
        let count = self.batches.len();
        let mut back = 1;
        while let Some(batch) = count.checked_sub(back).and_then(|at| self.batches.get(at)) {
            batches.push(batch.id);
            // The last eight, and then at growing distances.
            back = if back < 8 { back + 1 } else { back * 2 };
        }
        batches.extend(self.batches.first().map(|batch| batch.id));
        batches.dedup();
        batches
    }

    /// The highest [`Arrival::order`] before a mark. If the journal does not have
    /// the commit of the mark, since the index was restored from a backup, it is
    /// that of the last commit that both are known to have.
    pub(crate) fn before(&self, mark: &[u64]) -> u64 {
        let common = self
            .batches
            .iter()
            .rposition(|batch| mark.contains(&batch.id));
        common.map_or(0, |number| self.order(number))
    }

    /// The highest [`Arrival::order`] before a time, in milliseconds since 1970: that
    /// of the last commit before the first one of that time or later.
    pub(crate) fn before_time(&self, time: i64) -> u64 {
        let first = self.batches.iter().position(|batch| batch.time >= time);
        let before = first.unwrap_or(self.batches.len());
        before.checked_sub(1).map_or(0, |number| self.order(number))
    }
}

/// The journal that a commit refers to, read on first use.
#[derive(Debug, Default)]
pub(crate) struct JournalFile {
    named: Option<StateFile>,
    /// Open, as the next commit removes some of them: the files of the journal, by name.
    files: Mutex<FxHashMap<String, File>>,
    /// The time of the commit.
    committed: i64,
    loaded: OnceLock<Arc<Arrivals>>,
}

/// The part of a payload that names the journal.
#[derive(Deserialize)]
struct Named {
    #[serde(default)]
    arrivals: Option<StateFile>,
}

impl JournalFile {
    /// The journal that the last commit names.
    fn named(engine: &tantivy::Index) -> Result<Option<StateFile>> {
        let payload = engine.load_metas().map_err(Error::engine)?.payload;
        let named = payload.and_then(|json| serde_json::from_str::<Named>(&json).ok());
        Ok(named.and_then(|named| named.arrivals))
    }

    /// Opens the journal of the last commit.
    ///
    /// # Errors
    ///
    /// If the commit cannot be read. A missing or damaged journal is an error when
    /// it is [read](Self::read).
    pub(crate) fn open(engine: &tantivy::Index, storage: &Storage) -> Result<Self> {
        let named = Self::named(engine)?;
        let files = named.iter().flat_map(StateFile::files);
        let files = files.filter_map(|file| {
            let opened = File::open(storage.dir().join(&file.name)).ok()?;
            Some((file.name.clone(), opened))
        });
        let files = files.collect();
        Ok(Self {
            committed: committed(storage.dir()),
            named,
            files: Mutex::new(files),
            loaded: OnceLock::new(),
        })
    }

    /// Returns `true` if the last commit has the same journal.
    ///
    /// # Errors
    ///
    /// If the commit cannot be read.
    pub(crate) fn is_latest(&self, engine: &tantivy::Index) -> Result<bool> {
        Ok(self.named == Self::named(engine)?)
    }

    /// The arrivals of the journal.
    ///
    /// # Errors
    ///
    /// [`Error::Damaged`] if it is missing or damaged.
    pub(crate) fn read(&self) -> Result<Arc<Arrivals>> {
        match self.loaded.get() {
            Some(arrivals) => Ok(Arc::clone(arrivals)),
            None => {
                let arrivals = Arc::new(Arrivals::new(self.load()?, self.committed));
                Ok(Arc::clone(self.loaded.get_or_init(|| arrivals)))
            }
        }
    }

    fn load(&self) -> Result<Journal> {
        let Some(named) = &self.named else {
            return Ok(Journal::default());
        };
        let files = self.files.lock().unwrap_or_else(PoisonError::into_inner);
        let bytes = named.read_with(WHAT, &mut |StateFile { name, .. }| match files.get(name) {
            Some(file) => content(file).map_err(Error::io(name)),
            None => Err(damaged(format!("{WHAT} {name} is missing"))),
        })?;
        Journal::of_bytes(&bytes, &named.name)
    }
}

/// The bytes of an open file.
fn content(mut file: &File) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    file.seek(SeekFrom::Start(0))?;
    file.read_to_end(&mut bytes)?;
    Ok(bytes)
}
