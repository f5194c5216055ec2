//! A bigram of a query as a source of articles.

use crate::text::TextSegment;
use crate::text::elias_fano::{Cursor, EliasFano};
use crate::text::pairs::{Accepted, PairList, Summary, Summed};
use crate::text::score::Saturation;
use crate::text::tokens::FIRST_KEY;

use super::positions::group_by_article;
use super::slots::Group;

/// The positions of a bigram of the query.
#[allow(
    clippy::large_enum_variant,
    reason = "there are few, and each is used at once"
)]
pub(crate) enum PairSource<'a> {
    Simple {
        list: PairList<'a>,
        accepted: Accepted,
        groups: (Group, Group),
    },
    Merged(Vec<u32>),
}

impl<'a> PairSource<'a> {
    /// Resolves a bigram of two folded keys; `None` if it does not occur.
    pub(crate) fn simple(segment: &'a TextSegment, x: &Group, y: &Group) -> Option<Self> {
        let list = segment.pair(x.folded, y.folded)?;
        let accepted = x.accept(y, &list);
        (!accepted.is_none()).then(|| Self::Simple {
            list,
            accepted,
            groups: (x.clone(), y.clone()),
        })
    }

    /// Upper limit of the number of positions.
    pub(crate) fn len(&self) -> usize {
        match self {
            Self::Simple { list, .. } => list.len() as usize,
            Self::Merged(starts) => starts.len(),
        }
    }

    /// Returns about how many positions there are; exact where they are few.
    pub(crate) fn estimate(&self) -> usize {
        match self {
            Self::Simple { list, accepted, .. } => list.estimate(*accepted) as usize,
            Self::Merged(starts) => starts.len(),
        }
    }

    /// Calls `f` with every article and its weighted frequency, in order.
    #[inline]
    pub(crate) fn for_each(&self, segment: &TextSegment, f: impl FnMut(u32, u32)) {
        match self {
            Self::Simple {
                list,
                accepted,
                groups,
            } => {
                if let Some(summary) = list.summary() {
                    return self.for_each_summed(segment, summary, f);
                }
                let mut starts = Vec::new();
                if accepted.asks() {
                    list.for_each(*accepted, |position, ask| {
                        if !ask || spelled_so(segment, position, groups) {
                            starts.push(position);
                        }
                    });
                } else {
                    list.read_into(*accepted, 0, &mut starts);
                }
                group_by_article(segment, &starts, None, f);
            }
            Self::Merged(starts) => group_by_article(segment, starts, None, f),
        }
    }

    fn for_each_summed(
        &self,
        segment: &TextSegment,
        summary: Summary<'_>,
        mut f: impl FnMut(u32, u32),
    ) {
        let Self::Simple { accepted, .. } = self else {
            return;
        };
        let mut asker = None;
        summary
            .articles()
            .for_each(|article, value| match summary.read(value, *accepted) {
                Summed::Frequency(frequency) => f(article, frequency),
                Summed::Unwanted => {}
                Summed::Open(_) => {
                    let asker = asker.get_or_insert_with(|| Asker::new(self, segment));
                    if let Some(frequency) = asker.frequency(article) {
                        f(article, frequency);
                    }
                }
            });
    }

    /// Calls `f` with articles and weighted frequencies, in order. Articles
    /// whose saturated tf, which `share` returns by article and frequency, is
    /// sure to be below the current `threshold` may be skipped. Returns the
    /// number of all articles.
    ///
    /// Returns `None` without any call if all articles would have to be read.
    pub(crate) fn for_each_above(
        &self,
        segment: &TextSegment,
        stretch: f32,
        share: impl Fn(u32, u32) -> f32,
        threshold: impl Fn() -> f32,
        mut f: impl FnMut(u32, u32),
    ) -> Option<u32> {
        let Self::Simple { list, accepted, .. } = self else {
            return None;
        };
        let summary = list.summary()?;
        let total = summary.count(*accepted)?;
        let mut asker = None;
        let bound = |byte: u8| Saturation::bound(byte, stretch);
        summary.articles().for_each_where(
            |byte| bound(byte) >= threshold(),
            |article, value| match summary.read(value, *accepted) {
                Summed::Frequency(frequency) => f(article, frequency),
                Summed::Unwanted => {}
                Summed::Open(most) if share(article, most) < threshold() => {}
                Summed::Open(_) => {
                    let asker = asker.get_or_insert_with(|| Asker::new(self, segment));
                    if let Some(frequency) = asker.frequency(article) {
                        f(article, frequency);
                    }
                }
            },
        );
        Some(total)
    }
}

/// Checks the spelling of a bigram against the tokens.
fn spelled_so(segment: &TextSegment, position: u32, groups: &(Group, Group)) -> bool {
    let mut tokens = segment.tokens().range(position, position.saturating_add(2));
    [&groups.0, &groups.1].into_iter().all(|group| {
        let exact = tokens.next().and_then(|t| t.checked_sub(FIRST_KEY));
        group
            .only
            .as_ref()
            .is_none_or(|only| only.iter().any(|s| Some(s.exact) == exact))
    })
}

/// Counts occurrences in single articles, which come in order.
struct Asker<'a, 'p> {
    source: &'p PairSource<'a>,
    segment: &'p TextSegment,
    cursor: Cursor<'a>,
}

impl<'a, 'p> Asker<'a, 'p> {
    fn new(source: &'p PairSource<'a>, segment: &'p TextSegment) -> Self {
        let positions = match source {
            PairSource::Simple { list, .. } => list.positions,
            PairSource::Merged(_) => EliasFano::default(),
        };
        Self {
            source,
            segment,
            cursor: positions.cursor(),
        }
    }

    /// The weighted frequency in an article, if the bigram occurs in it.
    fn frequency(&mut self, article: u32) -> Option<u32> {
        let PairSource::Simple {
            list,
            accepted,
            groups,
        } = self.source
        else {
            return None;
        };
        let rows = self.segment.rows();
        let row = rows.row(article);
        let end = rows.start(article + 1);
        let mut frequency = 0;
        let mut target = row.start;
        while let Some((index, position)) = self.cursor.seek(target) {
            if position >= end {
                break;
            }
            let counts = accepted.is_all()
                || accepted
                    .check(list.code(index))
                    .unwrap_or_else(|| spelled_so(self.segment, position, groups));
            if counts {
                frequency += row.weight(position);
            }
            target = position + 1;
        }
        (frequency > 0).then_some(frequency)
    }
}
