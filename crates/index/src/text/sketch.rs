//! Data of a segment for finding reprints: the smallest hashes of the shingles
//! of each article, and its number of tokens.
//!
//! The file has, in little-endian numbers of 32 bits: magic letters, the number of articles, a
//! row for each article (its tokens, its distinct shingles, where its sample ends), and the samples, each in
//! ascending order.

use tantivy::directory::OwnedBytes;

use timbao_views::reprints::{key_hash, sample_size, shingles};

use super::tokens::FIRST_KEY;

/// The extension of the file.
pub(crate) const EXTENSION: &str = "sketch";
const MAGIC: &[u8; 4] = b"TMS1";
const HEADER: usize = 8;
const ROW: usize = 12;

/// Writes the file of a segment.
pub(crate) struct SketchWriter {
    hashes: Vec<u64>,
    rows: Vec<[u32; 3]>,
    samples: Vec<u32>,
    scratch: Vec<u64>,
}

impl SketchWriter {
    /// For a segment whose keys are these, by their ids.
    pub(crate) fn new<'k>(keys: impl Iterator<Item = &'k str>) -> Self {
        Self {
            hashes: keys.map(key_hash).collect(),
            rows: Vec::new(),
            samples: Vec::new(),
            scratch: Vec::new(),
        }
    }

    /// Adds the next article.
    pub(crate) fn add(&mut self, tokens: &[u32]) {
        let hash_of = |key: u32| self.hashes.get(key as usize).copied().unwrap_or(0);
        shingles(tokens.iter().copied(), hash_of, &mut self.scratch);
        let all = self.scratch.len();
        let sample = self.scratch.iter().take(sample_size(all));
        self.samples.extend(sample.map(|hash| (hash >> 32) as u32));
        let words = tokens.iter().filter(|&&t| t >= FIRST_KEY).count();
        self.rows
            .push([words as u32, all as u32, self.samples.len() as u32]);
    }

    /// Adds an article of another segment as the next one.
    pub(crate) fn copy(&mut self, sketches: &Sketches, article: u32) {
        self.samples.extend(sketches.sample(article));
        let row = sketches.row(article).unwrap_or_default();
        self.rows.push([row[0], row[1], self.samples.len() as u32]);
    }

    /// The bytes of the file.
    pub(crate) fn finish(self) -> Vec<u8> {
        let mut out = Vec::with_capacity(HEADER + ROW * self.rows.len() + 4 * self.samples.len());
        out.extend_from_slice(MAGIC);
        out.extend_from_slice(&(self.rows.len() as u32).to_le_bytes());
        for number in self.rows.iter().flatten().chain(&self.samples) {
            out.extend_from_slice(&number.to_le_bytes());
        }
        out
    }
}

/// The file of a segment, as it is read.
#[derive(Clone)]
pub(crate) struct Sketches {
    bytes: OwnedBytes,
    articles: u32,
}

impl Sketches {
    /// Opens a file.
    ///
    /// # Errors
    ///
    /// A description of the defect.
    pub(crate) fn open(bytes: OwnedBytes) -> Result<Self, String> {
        let number = |at: usize| load(&bytes, at);
        let articles = number(4).ok_or("the sketches end too early")?;
        let sketches = Self {
            articles,
            bytes: bytes.clone(),
        };
        let samples = match articles {
            0 => 0,
            n => sketches
                .row(n - 1)
                .map_or(usize::MAX, |row| row[2] as usize),
        };
        let length = ROW
            .checked_mul(articles as usize)
            .and_then(|rows| samples.checked_mul(4)?.checked_add(rows + HEADER));
        if bytes.get(..4) != Some(MAGIC) || length != Some(bytes.len()) {
            return Err("the sketches have another length than their header says".into());
        }
        Ok(sketches)
    }

    /// Number of articles.
    pub(crate) fn articles(&self) -> u32 {
        self.articles
    }

    /// Number of tokens of an article.
    #[inline]
    pub(crate) fn tokens(&self, article: u32) -> u32 {
        self.row(article).map_or(0, |row| row[0])
    }

    /// Number of distinct shingles of an article.
    pub(crate) fn shingles(&self, article: u32) -> usize {
        self.row(article).map_or(0, |row| row[1] as usize)
    }

    /// The sample of an article's shingles, in ascending order.
    pub(crate) fn sample(&self, article: u32) -> impl Iterator<Item = u32> + '_ {
        let start = match article.checked_sub(1) {
            Some(before) => self.row(before).map_or(0, |row| row[2] as usize),
            None => 0,
        };
        let end = self.row(article).map_or(0, |row| row[2] as usize);
        let base = HEADER + ROW * self.articles as usize;
        (start..end).filter_map(move |i| load(&self.bytes, base + 4 * i))
    }

    fn row(&self, article: u32) -> Option<[u32; 3]> {
        let at = HEADER + ROW * article as usize;
        (article < self.articles).then_some(())?;
        Some([
            load(&self.bytes, at)?,
            load(&self.bytes, at + 4)?,
            load(&self.bytes, at + 8)?,
        ])
    }
}

#[inline]
fn load(bytes: &[u8], at: usize) -> Option<u32> {
    let four = bytes.get(at..at + 4)?;
    four.try_into().ok().map(u32::from_le_bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn file(articles: &[Vec<u32>]) -> Vec<u8> {
        let keys: Vec<String> = (0..300).map(|i| i.to_string()).collect();
        let mut writer = SketchWriter::new(keys.iter().map(String::as_str));
        articles.iter().for_each(|tokens| writer.add(tokens));
        writer.finish()
    }

    proptest! {
        #[test]
        fn files_give_back_counts_and_samples(
            articles in proptest::collection::vec(
                proptest::collection::vec(0u32..300, 0..200), 0..8),
        ) {
            let read = Sketches::open(OwnedBytes::new(file(&articles))).unwrap();
            prop_assert_eq!(read.articles() as usize, articles.len());
            for (number, tokens) in (0..).zip(&articles) {
                let words = tokens.iter().filter(|&&t| t >= FIRST_KEY).count();
                prop_assert_eq!(read.tokens(number) as usize, words);
                let sample: Vec<u32> = read.sample(number).collect();
                prop_assert!(sample.is_sorted());
                prop_assert_eq!(sample.len(), read.shingles(number).min(sample_size(0)));
            }
        }

        #[test]
        fn damaged_files_do_not_open(cut in 0usize..100, articles in 1usize..4) {
            let whole = file(&vec![(0..80).collect(); articles]);
            let cut = cut.min(whole.len() - 1);
            prop_assert!(Sketches::open(OwnedBytes::new(whole[..cut].to_vec())).is_err());
        }
    }
}
