//! Concordances: every match in the middle of its line (*key word in context*,
//! Luhn 1960).

use std::ops::Range;

use ecow::EcoString;
use serde::Serialize;
use timbao_articles::Article;
use timbao_query::plan::{Plan, TextField};

use crate::columns::{GroupKey, SortKey, after, before, group, sort};
use crate::corpus::{
    ArticleText, Corpus, Error, FIRST_WORD, Occurrence, Result, TEXT_FIELDS, articles_of,
};
use crate::hash::mix;
use crate::lexicon::Lexicon;
use crate::texts::Count;

/// Articles that are read at a time.
const ARTICLES: usize = 1_000;

/// How a concordance is made.
#[derive(Debug, Clone, PartialEq)]
pub struct KwicOptions {
    /// Tokens before the match.
    pub left: u32,
    /// Tokens after the match.
    pub right: u32,
    /// The sort keys, the most important first. Ties are ordered by date, then by position.
    pub sort: Vec<SortKey>,
    /// A random sample of the lines instead of all.
    pub sample: Option<Sample>,
    /// The seed of a random order, in place of the sort keys.
    pub shuffle: Option<u64>,
    /// The articles whose lines are listed: all, or the first publication of each text.
    pub count: Count,
}

impl Default for KwicOptions {
    /// Ten tokens on each side, the oldest first, all lines.
    fn default() -> Self {
        Self {
            left: 10,
            right: 10,
            sort: Vec::new(),
            sample: None,
            shuffle: None,
            count: Count::Publications,
        }
    }
}

/// A random sample. The same seed takes the same lines out of the same
/// articles, however they are spread over segments.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Sample {
    /// Maximum number of lines.
    pub size: usize,
    /// The seed of the choice.
    pub seed: u64,
}

/// The matches of a query, in order; the text of lines is read by [`lines`](Self::lines).
#[derive(Debug, Clone)]
pub struct Concordance {
    places: Vec<Occurrence>,
    left: u32,
    right: u32,
    matches: u64,
    articles: u64,
}

/// A line of a concordance. Lines of one article share its metadata.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct KwicLine {
    /// The text before the match, as in the source.
    pub left: String,
    /// The match, as in the source.
    #[serde(rename = "match")]
    pub matched: String,
    /// The text after the match, as in the source.
    pub right: String,
    /// The article's id.
    pub id: EcoString,
    /// The file it is in.
    pub path: EcoString,
    /// The position in the file, if it contains several articles.
    pub member: Option<EcoString>,
    /// The headline.
    pub title: Option<EcoString>,
    /// Date of publication as far as it is known, ISO 8601.
    pub date: Option<EcoString>,
    /// The section it ran in.
    pub section: Option<EcoString>,
    /// The publication.
    pub source: Option<EcoString>,
    /// The part of the text that the match is in.
    pub field: TextField,
    /// The number of the first token of the match in that part, from 1.
    pub token: u32,
    /// The position of the match in that part, in Unicode code points.
    pub range: CharRange,
}

/// The metadata of an article that its lines share.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KwicArticle {
    /// The article's id.
    pub id: EcoString,
    /// The file it is in.
    pub path: EcoString,
    /// The position in the file, if it contains several articles.
    pub member: Option<EcoString>,
    /// The headline.
    pub title: Option<EcoString>,
    /// Date of publication as far as it is known, ISO 8601.
    pub date: Option<EcoString>,
    /// The section it ran in.
    pub section: Option<EcoString>,
    /// The publication.
    pub source: Option<EcoString>,
}

impl KwicArticle {
    fn new(record: Article, text: &ArticleText) -> Self {
        let title = text.fields[0].as_str();
        Self {
            id: record.id.into(),
            path: record.path.into(),
            member: record.member.map(EcoString::from),
            title: (!title.is_empty()).then(|| title.into()),
            date: record.published.map(|date| date.to_string().into()),
            section: record.section.map(EcoString::from),
            source: record.source.map(EcoString::from),
        }
    }
}

/// The text of a line, borrowed from its article.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KwicText<'a> {
    /// The text before the match, as in the source.
    pub left: &'a str,
    /// The match, as in the source.
    pub matched: &'a str,
    /// The text after the match, as in the source.
    pub right: &'a str,
    /// The part of the text that the match is in.
    pub field: TextField,
    /// The number of the first token of the match in that part, from 1.
    pub token: u32,
    /// The position of the match in that part, in Unicode code points.
    pub range: CharRange,
}

/// Receives the lines of an article: its metadata, and the number of each line in the range that is
/// read with its text.
pub type OnLines<'f> =
    &'f mut dyn FnMut(KwicArticle, &mut dyn Iterator<Item = (usize, KwicText<'_>)>);

/// A range of Unicode code points, the end exclusive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct CharRange {
    /// The first.
    pub start: usize,
    /// The code point after the last.
    pub end: usize,
}

/// Lines that have something in common.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct KwicGroup {
    /// The values of the keys; `None` if the article has no such value or the text ends.
    pub values: Vec<Option<String>>,
    /// Number of lines.
    pub matches: u64,
    /// In how many articles.
    pub articles: u64,
}

/// Finds all matches of the words and phrases of a plan, which
/// [`Request::view_plan`](timbao_query::Request::view_plan) made.
///
/// # Errors
///
/// If the engine fails.
pub fn concordance(corpus: &dyn Corpus, plan: &Plan, options: &KwicOptions) -> Result<Concordance> {
    let mut places = options.count.places(corpus, corpus.occurrences(plan)?)?;
    let matches = places.len() as u64;
    let articles = articles_of(&places).len() as u64;
    if let Some(sample) = options.sample {
        places = take(corpus, places, sample)?;
    }
    let places = match options.shuffle {
        Some(seed) => shuffled(corpus, places, seed)?,
        None => sort(corpus, places, &options.sort)?,
    };
    Ok(Concordance {
        places,
        left: options.left,
        right: options.right,
        matches,
        articles,
    })
}

/// The occurrences with the smallest hashes, in their order.
fn take(corpus: &dyn Corpus, places: Vec<Occurrence>, sample: Sample) -> Result<Vec<Occurrence>> {
    if places.len() <= sample.size {
        return Ok(places);
    }
    let mut hashes = hashes(corpus, &places, sample.seed)?;
    if sample.size > 0 {
        hashes.select_nth_unstable(sample.size - 1);
    }
    hashes.truncate(sample.size);
    hashes.sort_unstable_by_key(|&(_, i)| i);
    Ok(hashes.iter().map(|&(_, i)| places[i as usize]).collect())
}

/// The occurrences in a random order. The same seed has the same order of the same articles,
/// however they are spread over segments.
fn shuffled(corpus: &dyn Corpus, places: Vec<Occurrence>, seed: u64) -> Result<Vec<Occurrence>> {
    let mut hashes = hashes(corpus, &places, seed)?;
    hashes.sort_unstable();
    Ok(hashes.iter().map(|&(_, i)| places[i as usize]).collect())
}

/// A hash of each occurrence, and its number.
fn hashes(corpus: &dyn Corpus, places: &[Occurrence], seed: u64) -> Result<Vec<(u64, u32)>> {
    let times = corpus.times(&articles_of(places))?;
    let same = places.chunk_by(|a, b| a.article == b.article);
    let hashes = same
        .zip(times)
        .flat_map(|(same, time)| same.iter().map(move |place| (place, time.tie_key)))
        .zip(0..)
        .map(|((place, tie_key), number)| {
            let hash = mix(mix(mix(seed) ^ tie_key) ^ u64::from(place.start));
            (hash, number)
        });
    Ok(hashes.collect())
}

impl Concordance {
    /// Number of lines.
    pub fn len(&self) -> usize {
        self.places.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.places.is_empty()
    }

    /// Number of matches; more than lines if these are a sample.
    pub fn matches(&self) -> u64 {
        self.matches
    }

    /// In how many articles the matches are.
    pub fn articles(&self) -> u64 {
        self.articles
    }

    /// Reads some lines of the corpus that the concordance was made of. Lines that do not exist
    /// are skipped. Each article is read once, so read some thousand lines at a time.
    ///
    /// # Errors
    ///
    /// If the engine fails.
    pub fn lines(&self, corpus: &dyn Corpus, range: Range<usize>) -> Result<Vec<KwicLine>> {
        let mut lines: Vec<Option<KwicLine>> = vec![None; self.clamp(&range).len()];
        self.each_article(corpus, range, &mut |article, texts| {
            for (number, text) in texts {
                lines[number] = Some(KwicLine {
                    left: text.left.to_owned(),
                    matched: text.matched.to_owned(),
                    right: text.right.to_owned(),
                    id: article.id.clone(),
                    path: article.path.clone(),
                    member: article.member.clone(),
                    title: article.title.clone(),
                    date: article.date.clone(),
                    section: article.section.clone(),
                    source: article.source.clone(),
                    field: text.field,
                    token: text.token,
                    range: text.range,
                });
            }
        })?;
        Ok(lines.into_iter().flatten().collect())
    }

    /// Reads the same lines without copying their texts, article by article in the order in which
    /// the corpus stores them. Every line of the range is passed once, with its number in the range.
    ///
    /// # Errors
    ///
    /// If the engine fails.
    pub fn each_article(
        &self,
        corpus: &dyn Corpus,
        range: Range<usize>,
        f: OnLines<'_>,
    ) -> Result<()> {
        let places = &self.places[self.clamp(&range)];
        let mut order: Vec<u32> = (0..places.len() as u32).collect();
        order.sort_unstable_by_key(|&i| places[i as usize]);
        let sorted: Vec<Occurrence> = order.iter().map(|&i| places[i as usize]).collect();
        let (mut order, mut sorted) = (order.as_slice(), sorted.as_slice());
        let mut lexicon = Lexicon::new();
        for articles in articles_of(sorted).chunks(ARTICLES) {
            let mut records = corpus.records(articles)?.into_iter();
            corpus.read_texts(articles, &mut lexicon, &mut |article, tokens, text| {
                let count = sorted.iter().take_while(|place| place.article == article);
                let (numbers, places);
                (places, sorted) = sorted.split_at(count.count());
                (numbers, order) = order.split_at(places.len());
                let mut counted = Counted::default();
                let texts = places
                    .iter()
                    .map(|&place| self.text_of(&text, tokens, place, &mut counted));
                let texts = texts.collect::<Option<Vec<_>>>();
                let texts = texts.ok_or(Error::Damaged("a match is outside of its article"))?;
                let numbers = numbers.iter().map(|&number| number as usize);
                let about = KwicArticle::new(records.next().unwrap_or_default(), &text);
                f(about, &mut numbers.zip(texts));
                Ok(())
            })?;
        }
        Ok(())
    }

    fn clamp(&self, range: &Range<usize>) -> Range<usize> {
        let end = range.end.min(self.places.len());
        range.start.min(end)..end
    }

    /// Counts the lines by keys, the most common group first.
    ///
    /// # Errors
    ///
    /// If the engine fails.
    pub fn groups(&self, corpus: &dyn Corpus, keys: &[GroupKey]) -> Result<Vec<KwicGroup>> {
        let mut places = self.places.clone();
        places.sort_unstable();
        let groups = group(corpus, &places, keys)?;
        Ok(groups
            .into_iter()
            .map(|(values, matches, articles)| KwicGroup {
                values,
                matches,
                articles,
            })
            .collect())
    }

    /// The text of an occurrence. Those of an article are read in their order, with what was
    /// `counted` up to the one before.
    fn text_of<'t>(
        &self,
        text: &'t ArticleText,
        tokens: &[u32],
        place: Occurrence,
        counted: &mut Counted,
    ) -> Option<KwicText<'t>> {
        let number = text.field_at(place.start as usize)?;
        let source = text.fields[number].as_str();
        let span = |at: usize| {
            let &(start, end) = text.spans.get(at)?;
            Some(start as usize..end as usize)
        };
        let first = span(place.start as usize)?;
        let last = span(place.end.checked_sub(1)? as usize)?;
        let left = match before(tokens, place.start).nth((self.left as usize).wrapping_sub(1)) {
            _ if self.left == 0 => first.start,
            Some((at, _)) => span(at)?.start,
            None => 0,
        };
        let right = match after(tokens, place.end).nth((self.right as usize).wrapping_sub(1)) {
            _ if self.right == 0 => last.end,
            Some((at, _)) => span(at)?.end,
            None => source.len(),
        };
        let matched = source.get(first.start..last.end)?;
        let (token, start) =
            counted.up_to(text, tokens, number, place.start as usize, first.start)?;
        Some(KwicText {
            left: source.get(left..first.start)?,
            matched,
            right: source.get(last.end..right)?,
            field: TEXT_FIELDS[number],
            token: token + 1,
            range: CharRange {
                start,
                end: start + matched.chars().count(),
            },
        })
    }
}

/// The tokens and code points of a part of an article before a place in it.
#[derive(Debug, Default)]
struct Counted {
    field: usize,
    /// The place, as a position among the tokens and as a byte of the part.
    position: usize,
    byte: usize,
    tokens: u32,
    chars: usize,
}

impl Counted {
    /// Counts up to a place, which is not before the last one.
    fn up_to(
        &mut self,
        text: &ArticleText,
        tokens: &[u32],
        field: usize,
        position: usize,
        byte: usize,
    ) -> Option<(u32, usize)> {
        if field != self.field {
            let end = text.field_ends.get(field.checked_sub(1)?)?;
            *self = Self {
                field,
                position: *end as usize + 1,
                ..Self::default()
            };
        }
        let words = tokens.get(self.position..position)?.iter();
        self.tokens += words.filter(|&&token| token >= FIRST_WORD).count() as u32;
        self.chars += text.fields[field].get(self.byte..byte)?.chars().count();
        (self.position, self.byte) = (position, byte);
        Some((self.tokens, self.chars))
    }
}
