//! Statistics of an index.

use std::fs;
use std::ops::Range;
use std::path::Path;

use rustc_hash::FxHashSet;
use timbao_views::Stats;

use crate::error::{Error, Result};
use crate::schema::INDEX_VERSION;
use timbao_tokenizer::ANALYZER_VERSION;

use super::filter::days;
use super::{Searcher, SegmentView, lives};
use crate::text::KeyInfo;

impl Searcher {
    /// Returns the statistics of this view. The first call for a view reads every key of the
    /// index; later ones return the same figures.
    ///
    /// # Errors
    ///
    /// When a file is missing or damaged.
    pub fn stats(&self) -> Result<Stats> {
        match self.stats.get() {
            Some(stats) => Ok(stats.clone()),
            None => {
                let stats = self.compute_stats()?;
                Ok(self.stats.get_or_init(|| stats).clone())
            }
        }
    }

    fn compute_stats(&self) -> Result<Stats> {
        let views = || self.segments.iter();
        let exact = views().flat_map(|view| {
            let text = &view.text;
            let used = used(view, 0..text.exact_keys(), |id| text.exact_info(id));
            used.map(|id| text.exact_key(id))
        });
        let folded = views().flat_map(|view| {
            let text = &view.text;
            let used = used(view, 0..text.folded_keys(), |id| text.folded_info(id));
            used.map(|id| text.folded_key(id))
        });
        let (mut first_day, mut last_day) = (None, None);
        for view in self.segments.iter() {
            if let Some((first, last)) = day_range(view)? {
                first_day = Some(first_day.map_or(first, |day: i32| day.min(first)));
                last_day = Some(last_day.map_or(last, |day: i32| day.max(last)));
            }
        }
        self.whole(Stats {
            articles: self.article_count(),
            tokens: views().map(tokens).sum::<Result<u64>>()?,
            distinct_syllables: distinct(exact),
            distinct_folded: distinct(folded),
            bytes_on_disk: bytes_in(&self.dir)?,
            segments: self.segments.len(),
            first_day,
            last_day,
            index_version: INDEX_VERSION,
            analyzer_version: ANALYZER_VERSION,
        })
    }
}

/// The number of tokens of the articles that are not deleted.
fn tokens(view: &SegmentView) -> Result<u64> {
    if !view.reader.has_deletes() {
        return Ok(u64::from(view.text.words()));
    }
    let sketches = view.sketches()?;
    let articles = view.reader.doc_ids_alive();
    Ok(articles
        .map(|article| u64::from(sketches.tokens(article)))
        .sum())
}

/// The keys that articles use which are not deleted.
fn used<'v>(
    view: &'v SegmentView,
    keys: Range<u32>,
    info: impl Fn(u32) -> KeyInfo + 'v,
) -> impl Iterator<Item = u32> + 'v {
    let alive = view.reader.alive_bitset();
    keys.filter(move |id| {
        alive.is_none() || {
            let mut is_used = false;
            let postings = view.text.postings(&info(*id));
            postings.for_each(|article, _| is_used |= lives(alive, article));
            is_used
        }
    })
}

fn distinct<'k>(keys: impl Iterator<Item = &'k str>) -> u64 {
    keys.collect::<FxHashSet<_>>().len() as u64
}

/// The first and the last day of the articles that are not deleted.
fn day_range(view: &SegmentView) -> Result<Option<(i32, i32)>> {
    let days = days(view)?;
    let days = view
        .reader
        .doc_ids_alive()
        .filter_map(|article| days.first(article))
        .filter_map(|day| i32::try_from(day).ok());
    Ok(days.fold(None, |range, day| match range {
        None => Some((day, day)),
        Some((first, last)) => Some((day.min(first), day.max(last))),
    }))
}

/// The bytes of the files in a directory. A file that vanishes during the count
/// has none.
fn bytes_in(dir: &Path) -> Result<u64> {
    let mut bytes = 0;
    for entry in fs::read_dir(dir).map_err(Error::io(dir))? {
        let metadata = entry.and_then(|entry| entry.metadata());
        bytes += metadata.map_or(0, |metadata| {
            if metadata.is_file() {
                metadata.len()
            } else {
                0
            }
        });
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use timbao_articles::{Article, Published};

    use crate::{Index, WriterOptions};

    #[test]
    fn figures_of_several_segments_are_of_the_whole() {
        let dir = tempfile::tempdir().unwrap();
        let index = Index::open_or_create(dir.path()).unwrap();
        let empty = index.searcher().unwrap().stats().unwrap();
        assert_eq!(
            (empty.articles, empty.tokens, empty.first_day),
            (0, 0, None)
        );
        for (key, body, date) in [
            ("a", "hoá hóa hoa", Published::new(2026, Some(3), Some(25))),
            ("b", "Hòa hoa", Published::new(1970, Some(1), Some(2))),
            ("c", "bình", None),
        ] {
            let options = WriterOptions {
                threads: 1,
                memory: 20_000_000,
            };
            let mut writer = index.writer(options).unwrap();
            let article = Article {
                body: body.to_owned(),
                published: date,
                ..Article::default()
            };
            writer.add(key, article).unwrap();
            writer.commit().unwrap();
            writer.finish().unwrap();
        }
        let stats = index.searcher().unwrap().stats().unwrap();
        assert_eq!((stats.articles, stats.tokens), (3, 6));
        // hoá, hoa, hòa, bình; hoa, binh
        assert_eq!((stats.distinct_syllables, stats.distinct_folded), (4, 2));
        assert_eq!((stats.first_day, stats.last_day), (Some(1), Some(20_537)));
        assert!(stats.bytes_on_disk > 1000);
    }

    #[test]
    fn deleted_articles_do_not_count() {
        let dir = tempfile::tempdir().unwrap();
        let index = Index::open_or_create(dir.path()).unwrap();
        let article = |body: &str| Article {
            body: body.to_owned(),
            ..Article::default()
        };
        let commit = |key: &str, body: &str| {
            let other = ("b".to_owned(), article("hội nghị"));
            let articles = match key {
                "b" => vec![other],
                key => vec![(key.to_owned(), article(body)), other],
            };
            crate::testing::commit(&index, articles);
        };
        commit("a", "hoá hóa hoa bình");
        commit("a", "hoa");
        let stats = index.searcher().unwrap().stats().unwrap();
        assert_eq!((stats.articles, stats.tokens), (2, 3));
        assert_eq!((stats.distinct_syllables, stats.distinct_folded), (3, 3));
    }
}
