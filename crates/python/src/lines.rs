//! The lines of a concordance as columns.

use std::mem::take;
use std::ops::Range;

use arrow_array::RecordBatch;
use timbao_views::{Concordance, Engine, KwicArticle, KwicOptions, KwicText};

use crate::errors::Result;
use crate::table::{Columns, Joined, day_of};

/// Lines that are read at a time. Each article of them is read once.
const LINES: usize = 1 << 16;
/// The same for lines with much context, which would take too much memory.
const LONG_LINES: usize = 5_000;
/// Tokens of context from which there is much.
const MUCH_CONTEXT: u32 = 100;
/// Bytes of the texts of a batch: offsets in a column have 31 bits.
const BATCH_BYTES: usize = 1 << 29;

/// Reads a range of lines.
///
/// # Errors
///
/// If the index is damaged or the cluster does not answer.
pub(crate) fn batches(
    engine: &dyn Engine,
    concordance: &Concordance,
    range: Range<usize>,
    options: &KwicOptions,
) -> Result<Vec<RecordBatch>> {
    let most = match options.left.max(options.right) < MUCH_CONTEXT {
        true => LINES,
        false => LONG_LINES,
    };
    let mut batches = Vec::new();
    let mut start = range.start.min(range.end);
    // An empty table has its columns too.
    while start < range.end || batches.is_empty() {
        let end = range.end.min(start.saturating_add(most));
        let lines = Lines::read(engine, concordance, start..end)?;
        for columns in lines.columns() {
            batches.push(columns.batch()?);
        }
        start = end;
    }
    Ok(batches)
}

/// Lines in the order in which they were read.
#[derive(Default)]
struct Lines {
    /// The number of each line of the concordance among those read.
    order: Vec<u32>,
    articles: Vec<KwicArticle>,
    /// The number of the article of each line.
    article: Vec<u32>,
    field: Vec<&'static str>,
    token: Vec<u32>,
    start: Vec<u32>,
    end: Vec<u32>,
    left: Joined,
    matched: Joined,
    right: Joined,
}

impl Lines {
    fn read(engine: &dyn Engine, concordance: &Concordance, range: Range<usize>) -> Result<Self> {
        let mut lines = Self {
            order: vec![0; range.len()],
            ..Self::default()
        };
        concordance.each_article(engine, range, &mut |article, texts| {
            for (number, text) in texts {
                lines.push(number, &text);
            }
            lines.articles.push(article);
        })?;
        Ok(lines)
    }

    fn push(&mut self, number: usize, text: &KwicText<'_>) {
        if let Some(place) = self.order.get_mut(number) {
            *place = self.article.len() as u32;
        }
        self.article.push(self.articles.len() as u32);
        self.field.push(text.field.name());
        self.token.push(text.token);
        self.start.push(text.range.start as u32);
        self.end.push(text.range.end as u32);
        self.left.push(text.left);
        self.matched.push(text.matched);
        self.right.push(text.right);
    }

    /// The columns of each batch. Texts are dropped when they are copied, so that not all are in
    /// memory twice.
    fn columns(mut self) -> Vec<Columns> {
        let batches = self.batches();
        let order = take(&mut self.order);
        let rows = |batch: &Range<usize>| {
            let rows = order.get(batch.clone()).unwrap_or_default();
            rows.iter().map(|&row| row as usize)
        };
        let days = self.articles.iter();
        let days: Vec<Option<i32>> = days
            .map(|article| day_of(article.date.as_deref()?))
            .collect();
        let mut all: Vec<Columns> = Vec::new();
        for batch in &batches {
            let articles = || rows(batch).map(|row| &self.articles[self.article[row] as usize]);
            let number = |numbers: &[u32], row: usize| u64::from(numbers[row]);
            let columns = Columns::default()
                .text("id", articles().map(|article| article.id.as_str()))
                .text("path", articles().map(|article| article.path.as_str()))
                .maybe(
                    "member",
                    articles().map(|article| article.member.as_deref()),
                )
                .day(
                    "date",
                    rows(batch).map(|row| days[self.article[row] as usize]),
                )
                .maybe(
                    "section",
                    articles().map(|article| article.section.as_deref()),
                )
                .maybe(
                    "source",
                    articles().map(|article| article.source.as_deref()),
                )
                .maybe("title", articles().map(|article| article.title.as_deref()))
                .text("field", rows(batch).map(|row| self.field[row]))
                .count("token", rows(batch).map(|row| number(&self.token, row)))
                .count("start", rows(batch).map(|row| number(&self.start, row)))
                .count("end", rows(batch).map(|row| number(&self.end, row)));
            all.push(columns);
        }
        self.articles = Vec::new();
        let texts = [
            ("left", self.left),
            ("match", self.matched),
            ("right", self.right),
        ];
        for (name, texts) in texts {
            for (columns, batch) in all.iter_mut().zip(&batches) {
                *columns = take(columns).text(name, rows(batch).map(|row| texts.get(row)));
            }
        }
        all
    }

    /// The lines of each batch: as many as offsets allow.
    fn batches(&self) -> Vec<Range<usize>> {
        let mut batches = Vec::new();
        let (mut start, mut bytes) = (0, 0);
        for (number, &row) in self.order.iter().enumerate() {
            let row = row as usize;
            let texts = [&self.left, &self.matched, &self.right].map(|texts| texts.get(row).len());
            let title = self.articles[self.article[row] as usize].title.as_deref();
            let line = texts.iter().sum::<usize>() + title.map_or(0, str::len);
            if bytes + line > BATCH_BYTES {
                batches.push(start..number);
                (start, bytes) = (number, 0);
            }
            bytes += line;
        }
        batches.push(start..self.order.len());
        batches
    }
}
