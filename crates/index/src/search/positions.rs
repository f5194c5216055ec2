//! Positions by article and by part of the text.

use timbao_query::plan::TextField;
use timbao_views::TEXT_FIELDS;

use crate::text::TextSegment;
use crate::text::tokens::FIELD;

/// Positions resolved per batch.
const BATCH: usize = 64;

/// Counts sorted positions by article.
pub(crate) fn group_by_article(
    segment: &TextSegment,
    starts: &[u32],
    field: Option<TextField>,
    mut f: impl FnMut(u32, u32),
) {
    let rows = segment.rows();
    let mut articles = [0; BATCH];
    // Articles with frequencies; the last one may continue in the next batch.
    let mut counted = [(0, 0); BATCH + 1];
    let mut call = |counted: &[(u32, u32)]| {
        for &(article, frequency) in counted {
            if frequency > 0 {
                f(article, frequency);
            }
        }
    };
    for starts in starts.chunks(BATCH) {
        rows.articles_of(starts, &mut articles);
        let mut last = 0;
        for (&position, &article) in starts.iter().zip(&articles) {
            let row = rows.row(article);
            let counts = match field {
                None => true,
                Some(TextField::Title) => position < row.title_end,
                Some(_) => position >= row.title_end && position < row.summary_end,
            };
            let weight = if counts { row.weight(position) } else { 0 };
            // Branch-free: whether two are in the same article is hard to
            // predict.
            let (before, frequency) = counted[last];
            let same = article == before;
            last += usize::from(!same);
            counted[last] = (article, weight + if same { frequency } else { 0 });
        }
        call(&counted[..last]);
        counted[0] = counted[last];
    }
    call(&counted[..1]);
}

/// The ends of the parts of an article's text among its tokens.
pub(crate) struct FieldEnds([usize; TEXT_FIELDS.len() - 1]);

impl FieldEnds {
    /// Reads the ends from the tokens of an article.
    pub(crate) fn of(tokens: &[u32]) -> Self {
        let mut ends = [tokens.len(); TEXT_FIELDS.len() - 1];
        let marks = tokens.iter().enumerate().filter(|&(_, &t)| t == FIELD);
        for (end, (at, _)) in ends.iter_mut().zip(marks) {
            *end = at;
        }
        Self(ends)
    }

    /// The part of the text that contains a position.
    pub(crate) fn at(&self, position: usize) -> TextField {
        let passed = self.0.iter().filter(|&&end| end < position).count();
        TEXT_FIELDS
            .get(passed)
            .copied()
            .unwrap_or(TextField::Caption)
    }
}
