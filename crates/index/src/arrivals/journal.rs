//! The journal of arrivals and its file.

use std::collections::{HashMap, HashSet};
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use tantivy::directory::Directory;

use crate::durable::names::ARRIVALS_PREFIX;
use crate::durable::packed::{Input, put, unzigzag, zigzag};
use crate::durable::{META, StateFile};
use crate::error::{Result, damaged};

/// The articles that were ever indexed, in the order of their arrival.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Journal {
    pub(super) batches: Vec<Batch>,
    /// The articles of all batches, one batch after the other.
    pub(super) entries: Vec<Entry>,
}

/// The articles that arrived with one commit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Batch {
    /// Distinguishes it from the batches of other histories, such as those of an
    /// index that was restored from a backup.
    pub(super) id: u64,
    /// The time by the clock of the machine, in milliseconds since 1970. The order
    /// of batches does not depend on it.
    pub(super) time: i64,
    /// Whether the articles were indexed before the journal began.
    pub(super) is_origin: bool,
    /// Number of articles.
    pub(super) entries: u64,
}

/// An article.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Entry {
    /// Its number in the manifest, or its last one.
    pub(super) number: u64,
    /// Its [identity](timbao_articles::Article::identity).
    pub(super) name: u64,
    /// The hash of its bytes in the source.
    pub(super) content: u64,
    /// The fingerprint of its document in the index.
    pub(super) fingerprint: u64,
    /// The name it arrived under.
    pub(super) first_name: u64,
}

/// An article that a commit indexes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Written {
    pub(crate) number: u64,
    pub(crate) name: u64,
    pub(crate) fingerprint: u64,
}

fn first_of(hash: &blake3::Hash) -> u64 {
    u64::from_le_bytes(hash.as_bytes().first_chunk().copied().unwrap_or_default())
}

/// The part of a hash of an article's bytes that the journal keeps.
fn content_of(hash: &[u8]) -> u64 {
    u64::from_le_bytes(hash.first_chunk().copied().unwrap_or_default())
}

/// The articles of a commit.
pub(crate) struct Indexed<'a> {
    /// The articles that it writes; those that are not in `hashes` are discarded.
    pub(crate) written: Vec<Written>,
    /// The numbers of all articles in the index after it, with the hashes of their
    /// bytes.
    pub(crate) hashes: &'a HashMap<u64, [u8; 16]>,
    /// Whether none of the former numbers is valid.
    pub(crate) is_rebuilt: bool,
}

impl Journal {
    /// Returns `true` if nothing was recorded yet.
    pub(crate) fn is_empty(&self) -> bool {
        self.batches.is_empty()
    }

    /// Begins with the articles that an index has without a journal.
    pub(crate) fn begin(
        &mut self,
        articles: impl IntoIterator<Item = Written>,
        hashes: &HashMap<u64, [u8; 16]>,
    ) {
        let articles = articles.into_iter().map(|written| entry(written, hashes));
        let articles: Vec<Entry> = articles.collect();
        self.push(articles, true);
    }

    /// Records the articles of a commit. A new article gets an arrival. An article
    /// keeps its own if it was indexed again, edited or moved: if its id is that of
    /// an article that is replaced or gone, or else its content is.
    pub(crate) fn record(&mut self, indexed: Indexed<'_>) {
        let Indexed {
            mut written,
            hashes,
            is_rebuilt,
        } = indexed;
        written.retain(|article| hashes.contains_key(&article.number));
        if written.is_empty() {
            return;
        }
        written.sort_by_key(|article| article.number);
        written.dedup_by_key(|article| article.number);
        if is_rebuilt {
            self.entries.iter_mut().for_each(|entry| entry.number = 0);
        }
        let fresh: HashSet<u64> = written.iter().map(|article| article.number).collect();
        let mut new: Vec<Entry> = written.into_iter().map(|w| entry(w, hashes)).collect();
        let is_free =
            |entry: &Entry| !hashes.contains_key(&entry.number) || fresh.contains(&entry.number);
        let mut free: HashSet<usize> = (0..self.entries.len())
            .filter(|&at| self.entries.get(at).is_some_and(is_free))
            .collect();
        self.inherit(&mut new, &mut free, |entry| {
            Some((entry.name, entry.content))
        });
        self.inherit(&mut new, &mut free, |entry| Some((entry.name, 0)));
        // The content of articles from a lost manifest is unknown.
        let content = |entry: &Entry| (entry.content != 0).then_some((0, entry.content));
        self.inherit(&mut new, &mut free, content);
        self.push(new, false);
    }

    /// Gives those of `new` that agree with a free entry its place, and removes
    /// both from the lists.
    fn inherit(
        &mut self,
        new: &mut Vec<Entry>,
        free: &mut HashSet<usize>,
        key: impl Fn(&Entry) -> Option<(u64, u64)>,
    ) {
        if new.is_empty() || free.is_empty() {
            return;
        }
        let wanted: HashSet<(u64, u64)> = new.iter().filter_map(&key).collect();
        let mut by_key: HashMap<(u64, u64), Vec<usize>> = HashMap::new();
        for &at in free.iter() {
            let key = self.entries.get(at).and_then(&key);
            if let Some(key) = key.filter(|key| wanted.contains(key)) {
                by_key.entry(key).or_default().push(at);
            }
        }
        for places in by_key.values_mut() {
            // The earliest is taken first.
            places.sort_unstable_by(|a, b| b.cmp(a));
        }
        new.retain(|article| {
            let places = key(article).and_then(|key| by_key.get_mut(&key));
            let Some(at) = places.and_then(Vec::pop) else {
                return true;
            };
            if let Some(entry) = self.entries.get_mut(at) {
                *entry = Entry {
                    first_name: entry.first_name,
                    ..*article
                };
            }
            free.remove(&at);
            false
        });
    }

    fn push(&mut self, entries: Vec<Entry>, is_origin: bool) {
        if entries.is_empty() {
            return;
        }
        let now = SystemTime::now().duration_since(UNIX_EPOCH);
        let now = now.unwrap_or_default();
        let mut hasher = blake3::Hasher::new();
        let before = self.batches.last().map_or(0, |batch| batch.id);
        hasher.update(&before.to_le_bytes());
        hasher.update(&now.as_nanos().to_le_bytes());
        hasher.update(&std::process::id().to_le_bytes());
        for entry in &entries {
            hasher.update(&entry.name.to_le_bytes());
        }
        self.batches.push(Batch {
            id: first_of(&hasher.finalize()),
            time: i64::try_from(now.as_millis()).unwrap_or(i64::MAX),
            is_origin,
            entries: entries.len() as u64,
        });
        self.entries.extend(entries);
    }

    /// The numbers of articles that have no arrival.
    pub(crate) fn missing<'n>(
        &self,
        numbers: impl Iterator<Item = u64> + 'n,
    ) -> impl Iterator<Item = u64> + 'n {
        let known: HashSet<u64> = self.entries.iter().map(|entry| entry.number).collect();
        numbers.filter(move |number| !known.contains(number))
    }
}

fn entry(written: Written, hashes: &HashMap<u64, [u8; 16]>) -> Entry {
    let Written {
        number,
        name,
        fingerprint,
    } = written;
    let hash = hashes.get(&number);
    Entry {
        number,
        name,
        content: hash.map_or(0, |hash| content_of(hash)),
        fingerprint,
        first_name: name,
    }
}

/// The first bytes of the file; the last of them is the version of the format.
const MAGIC: &[u8] = b"timbao arrivals\x01";

impl Journal {
    /// Encodes the journal: batches, then articles with numbers as deltas.
    pub(crate) fn encode(&self) -> Vec<u8> {
        let mut out = MAGIC.to_vec();
        put(&mut out, self.batches.len() as u64);
        for batch in &self.batches {
            out.extend_from_slice(&batch.id.to_le_bytes());
            put(&mut out, zigzag(batch.time));
            out.push(u8::from(batch.is_origin));
            put(&mut out, batch.entries);
        }
        let mut number = 0u64;
        for entry in &self.entries {
            let delta = zigzag(entry.number.wrapping_sub(number) as i64);
            number = entry.number;
            let is_renamed = entry.first_name != entry.name;
            out.push(u8::from(is_renamed));
            put(&mut out, delta);
            for hash in [entry.name, entry.content, entry.fingerprint] {
                out.extend_from_slice(&hash.to_le_bytes());
            }
            if is_renamed {
                out.extend_from_slice(&entry.first_name.to_le_bytes());
            }
        }
        out
    }

    /// Decodes a journal; `None` if it is damaged.
    pub(crate) fn decode(bytes: &[u8]) -> Option<Self> {
        let mut input = Input::new(bytes.strip_prefix(MAGIC)?);
        let mut batches = Vec::new();
        let mut count = 0u64;
        for _ in 0..input.number()? {
            let batch = Batch {
                id: word(&mut input)?,
                time: unzigzag(input.number()?),
                is_origin: flag(&mut input)?,
                entries: input.number()?,
            };
            count = count.checked_add(batch.entries)?;
            batches.push(batch);
        }
        let mut entries = Vec::new();
        let mut number = 0u64;
        for _ in 0..count {
            let is_renamed = flag(&mut input)?;
            number = number.wrapping_add(unzigzag(input.number()?) as u64);
            let name = word(&mut input)?;
            let content = word(&mut input)?;
            let fingerprint = word(&mut input)?;
            let first_name = match is_renamed {
                true => word(&mut input)?,
                false => name,
            };
            entries.push(Entry {
                number,
                name,
                content,
                fingerprint,
                first_name,
            });
        }
        input.is_empty().then_some(Self { batches, entries })
    }

    /// Reads and verifies the file of a journal.
    ///
    /// # Errors
    ///
    /// [`Error::Damaged`](crate::Error::Damaged) if it is missing or its bytes changed.
    pub(crate) fn read(file: &StateFile, storage: &dyn Directory) -> Result<Self> {
        let bytes = file.read(storage, WHAT)?;
        Self::of_bytes(&bytes, &file.name)
    }

    /// Decodes the verified bytes of a file.
    ///
    /// # Errors
    ///
    /// [`Error::Damaged`](crate::Error::Damaged) if they are of another version.
    pub(super) fn of_bytes(bytes: &[u8], name: &str) -> Result<Self> {
        Self::decode(bytes).ok_or_else(|| damaged(format!("{WHAT} {name} cannot be read")))
    }

    /// The journal of a directory whose commit cannot be read, or belongs to
    /// another version: the longest of those that are intact. Empty if there is
    /// none.
    pub(crate) fn salvage(dir: &Path) -> Self {
        let states = StateFile::salvage(dir, ARRIVALS_PREFIX);
        let states = states.into_iter().flatten();
        let journals = states.filter_map(|bytes| Self::decode(&bytes));
        let longest = journals.max_by_key(|journal| journal.entries.len());
        longest.unwrap_or_default()
    }
}

/// What errors call the file.
pub(super) const WHAT: &str = "the journal of arrivals";

fn word(input: &mut Input<'_>) -> Option<u64> {
    Some(u64::from_le_bytes(input.take(8)?.try_into().ok()?))
}

fn flag(input: &mut Input<'_>) -> Option<bool> {
    match input.byte()? {
        0 => Some(false),
        1 => Some(true),
        _ => None,
    }
}

/// The time of the last commit, for an index without a journal.
pub(super) fn committed(dir: &Path) -> i64 {
    let modified = std::fs::metadata(dir.join(META)).and_then(|meta| meta.modified());
    let since = modified
        .ok()
        .and_then(|time| time.duration_since(UNIX_EPOCH).ok());
    i64::try_from(since.unwrap_or_default().as_millis()).unwrap_or(i64::MAX)
}
