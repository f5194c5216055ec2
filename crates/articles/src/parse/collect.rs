//! Puts an article together from named values: which of several texts is the
//! body, and which text is in no field and has to be reported.

use std::borrow::Cow;
use std::sync::LazyLock;

use memchr::memmem;

use super::json::value::document;
use super::markup::{self, Running};
use super::tags;
use super::{dateline, html};
use crate::fields::{Draft, Field};
use crate::problem::{Fault, LONG, ProblemKind};
use crate::provenance::Trace;
use crate::tidy::{has, letters};
use crate::{Article, Caption};

/// Texts of one record that are compared with its body.
const COMPARED: usize = 32;

/// The named values of one record.
#[derive(Default)]
pub(crate) struct Collector<'r> {
    pub draft: Draft,
    bodies: Vec<Body<'r>>,
    unread: Vec<Unread<'r>>,
    /// Of several summaries without a body, the shortest.
    short_summary: Option<String>,
    /// The part of the body that is shown before "read more" (Joomla).
    opening: Option<String>,
    /// The reason why the record is not an article.
    excluded: Option<String>,
}

struct Body<'r> {
    rank: u8,
    name: Cow<'r, str>,
    text: String,
}

/// Text under a name that is not known.
struct Unread<'r> {
    name: Cow<'r, str>,
    text: Cow<'r, str>,
    /// Whether it is inside an object of its own.
    nested: bool,
}

impl<'r> Collector<'r> {
    /// Takes a value of a field.
    pub fn offer(
        &mut self,
        field: Field,
        rank: u8,
        value: String,
        name: impl Into<Cow<'r, str>>,
        trace: &mut Trace,
    ) {
        let name = name.into();
        match field {
            Field::Body => {
                if !value.trim().is_empty() && crate::fields::is_value(field, value.trim()) {
                    let text = value;
                    self.bodies.push(Body { rank, name, text });
                }
            }
            Field::Summary => {
                if let Some(known) = self.draft.get(field) {
                    let short = if known.len() < value.len() {
                        known
                    } else {
                        &value
                    };
                    self.short_summary =
                        Some(short.to_owned()).filter(|text| !text.trim().is_empty());
                }
                let known = self.draft.get(field).filter(|known| known.len() >= LONG);
                let known = known.map(str::to_owned);
                if !self.draft.wants(field, rank) {
                    return self.unread(name, value, false);
                }
                self.draft.offer(field, rank, value, &name, trace);
                if let Some(known) = known {
                    self.unread("summary", known, false);
                }
            }
            _ => self.draft.offer(field, rank, value, &name, trace),
        }
    }

    /// Takes one of several values of a field.
    pub fn join(&mut self, field: Field, rank: u8, value: &str, name: &str, trace: &mut Trace) {
        self.draft.join(field, rank, value.to_owned(), name, trace);
    }

    /// Takes text under a name that is not known.
    pub fn unread(
        &mut self,
        name: impl Into<Cow<'r, str>>,
        text: impl Into<Cow<'r, str>>,
        nested: bool,
    ) {
        let text = text.into();
        if text.len() >= LONG {
            self.unread.push(Unread {
                name: name.into(),
                text,
                nested,
            });
        }
    }

    /// Takes the part of the body that precedes the rest.
    pub fn opening(&mut self, text: String) {
        self.opening = Some(text).filter(|text| !text.trim().is_empty());
    }

    /// Notes that the record is not a published article.
    pub fn exclude(&mut self, reason: impl Into<String>) {
        self.excluded.get_or_insert_with(|| reason.into());
    }

    /// Returns `true` if a text has been taken for the body.
    pub fn has_body(&self) -> bool {
        !self.bodies.is_empty()
    }

    /// Returns `true` if something of an article has been taken, published or not.
    pub fn has_article(&self) -> bool {
        self.has_body()
            || self.opening.is_some()
            || self.draft.get(Field::Title).is_some()
            || self.draft.get(Field::Summary).is_some()
            || self.excluded.is_some()
    }

    /// Returns `true` if the fields can be those of the answer of a service, which says "OK" around
    /// the article.
    pub fn may_be_answer(&self) -> bool {
        let is_short = self.bodies.iter().all(|body| body.text.len() < LONG);
        self.draft.get(Field::Title).is_none() && self.opening.is_none() && is_short
    }

    /// Puts the article together.
    ///
    /// # Errors
    /// If the record is not a published article.
    pub fn finish(mut self, trace: &mut Trace) -> Result<Article, Fault> {
        if let Some(reason) = self.excluded {
            return Err(Fault::not_published(&reason));
        }
        let (body, doubtful) = self.choose_body();
        let body = body.or_else(|| self.long_summary());
        let mut page = None;
        let mut running = Running::default();
        if let Some(body) = body {
            trace.field("body", body.name.into_owned());
            if is_page(&body.text) {
                page = Some(html::parse(&body.text, trace)?);
            } else if let Some((text, captions)) = document(&body.text) {
                trace.note(|| "the body was a document of an editor".to_owned());
                running = markup::running(text);
                running.captions.extend(captions);
            } else {
                running = markup::running(body.text);
            }
        }
        if running.was_html {
            trace.note(|| "the body was HTML".to_owned());
        }
        if let Some(fault) = running.fault.take() {
            trace.fault(fault);
        }
        running.dropped.iter().for_each(|text| trace.dropped(text));
        self.draft.add_captions(running.captions, "body", trace);
        let mut article = self.draft.finish();
        if running.was_html && article.author.is_none() {
            article.author = take_signature(&mut running.body, trace);
        }
        // The first heading repeats the title.
        if running.was_markdown
            && let Some((first, rest)) = running.body.split_once('\n')
            && Some(first) == article.title.as_deref()
        {
            running.body = rest.to_owned();
        }
        article.body = running.body;
        cut_feed_mark(&mut article.body);
        article.summary.as_mut().map(cut_feed_mark);
        if let Some(page) = page {
            fill(&mut article, page);
        }
        report(&article, doubtful, trace);
        if article.agency.is_none()
            && may_open_with_dateline(&article.body)
            && let Some(dateline) = article.body.lines().next().and_then(dateline::read)
        {
            dateline::apply(dateline, &mut article, trace);
        }
        Ok(article)
    }

    /// The summary as the body, where a shorter one is next to it.
    fn long_summary(&mut self) -> Option<Body<'r>> {
        let short = self.short_summary.take()?;
        let is_text = |long: &str| long.len() >= 2 * LONG && long.len() >= 2 * short.len();
        self.draft
            .get(Field::Summary)
            .filter(|long| is_text(long))?;
        Some(Body {
            rank: 0,
            name: "summary".into(),
            text: self.draft.replace(Field::Summary, short)?,
        })
    }

    /// The body, and the texts that may be in the article or not.
    fn choose_body(&mut self) -> (Option<Body<'r>>, Vec<Unread<'r>>) {
        let mut doubtful = std::mem::take(&mut self.unread);
        self.bodies.sort_by_key(|body| body.rank);
        // That of the service: "Success".
        if self.bodies.iter().any(|body| body.text.len() >= LONG) {
            let is_message = |body: &Body<'_>| body.name == "message" && body.text.len() < LONG;
            self.bodies.retain(|body| !is_message(body));
        }
        let mut bodies = std::mem::take(&mut self.bodies).into_iter();
        let mut best = bodies.next();
        for (at, other) in bodies.enumerate() {
            let Some(body) = &mut best else { break };
            // One is a shortened version of the other.
            if at < COMPARED && other.text.len() > body.text.len() && holds(&other.text, &body.text)
            {
                *body = other;
            } else {
                doubtful.push(Unread {
                    name: other.name,
                    text: Cow::Owned(other.text),
                    nested: false,
                });
            }
        }
        if let Some(opening) = self.opening.take() {
            best = Some(match best {
                Some(mut body) if !holds(&body.text, &opening) => {
                    body.text = format!("{opening}\n\n{}", body.text);
                    body
                }
                Some(body) => body,
                None => Body {
                    rank: 0,
                    name: "introtext".into(),
                    text: opening,
                },
            });
        }
        if best.is_none() {
            let longest = (0..doubtful.len())
                .filter(|at| {
                    doubtful.get(*at).is_some_and(|text| {
                        !text.nested && !is_aside(&text.name) && is_prose(&text.text)
                    })
                })
                .max_by_key(|at| doubtful.get(*at).map(|text| text.text.len()));
            if let Some(at) = longest {
                let Unread { name, text, .. } = doubtful.swap_remove(at);
                let text = text.into_owned();
                best = Some(Body {
                    rank: 0,
                    name,
                    text,
                });
            }
        }
        (best, doubtful)
    }
}

/// Removes the sentence that WordPress adds in feeds: "The post Bến đò appeared first on Báo Đò."
fn cut_feed_mark(text: &mut String) {
    const REACH: usize = 500;
    // Each text is asked for the rare words, and only then for the opening.
    static MARKS: LazyLock<[(&str, memmem::FinderRev<'_>); 2]> = LazyLock::new(|| {
        [
            ("The post ", " appeared first on "),
            ("Bài viết ", " xuất hiện đầu tiên "),
        ]
        .map(|(opening, amid)| (opening, memmem::FinderRev::new(amid)))
    });
    let start = text.floor_char_boundary(text.len().saturating_sub(REACH));
    let end = text.get(start..).unwrap_or_default();
    let found = MARKS.iter().find_map(|(opening, amid)| {
        let amid = amid.rfind(end.as_bytes())?;
        let at = end.get(..amid)?.rfind(opening)?;
        let is_mark = !end.get(at..)?.contains('\n');
        is_mark.then_some(start + at)
    });
    if let Some(at) = found {
        text.truncate(at);
        text.truncate(text.trim_end().len());
    }
}

/// Removes the last paragraph if it is the name of the author.
fn take_signature(body: &mut String, trace: &mut Trace) -> Option<String> {
    let (text, line) = body.rsplit_once('\n')?;
    let author = super::text::sign_off(line)?.author?;
    let end = text.contains('\n').then_some(text.len())?;
    trace.field("author", "last line");
    body.truncate(end);
    Some(author)
}

/// Names whose text is not the article's.
fn is_aside(name: &str) -> bool {
    const ASIDES: &[&str] = &[
        "comment",
        "related",
        "tags",
        "keyword",
        "schema",
        "jsonld",
        "_links",
        "yoast",
        "script",
        "css",
        "footer",
        "sidebar",
        "menu",
        "license",
        "copyright",
        "prompt",
        "reasoning",
    ];
    let name = name.to_ascii_lowercase();
    ASIDES.iter().any(|aside| name.contains(aside))
}

/// Returns `true` if a text is a whole page.
fn is_page(text: &str) -> bool {
    let text = text.trim_start();
    let opens = |mark| tags::starts_ignoring_case(text, mark);
    opens("<!doctype html") || opens("<html")
}

/// Fills in missing fields from the page.
fn fill(article: &mut Article, page: Article) {
    let or = |known: &mut Option<String>, found: Option<String>| {
        if known.is_none() {
            *known = found;
        }
    };
    or(&mut article.title, page.title);
    or(&mut article.summary, page.summary);
    or(&mut article.url, page.url);
    or(&mut article.section, page.section);
    or(&mut article.place, page.place);
    or(&mut article.agency, page.agency);
    or(&mut article.author, page.author);
    or(&mut article.source, page.source);
    article.published = article.published.or(page.published);
    article.body = page.body;
    if article.captions.is_empty() {
        article.captions = page.captions;
    }
}

/// Reports the texts that are in no field of the article.
fn report(article: &Article, doubtful: Vec<Unread<'_>>, trace: &mut Trace) {
    if doubtful.is_empty() {
        return;
    }
    let mut known = letters(&article.body);
    for text in [&article.title, &article.summary].into_iter().flatten() {
        known.push_str(&letters(text));
    }
    for Caption { text, .. } in &article.captions {
        known.push_str(&letters(text));
    }
    let more = doubtful.len().saturating_sub(COMPARED);
    if more > 0 {
        let message = format!("the text under {more} more names is not read");
        trace.fault(Fault::new(ProblemKind::LeftOut, message));
    }
    for Unread { name, text, .. } in doubtful.into_iter().take(COMPARED) {
        let plain = tags::line(&text);
        if !is_prose(&plain) || mostly_in(&letters(&plain), &known) {
            continue;
        }
        let message = format!(
            "the text under `{}` is not read; name it like a field of an article to include it",
            shortened(&name)
        );
        trace.fault(Fault::new(ProblemKind::LeftOut, message));
    }
}

fn shortened(name: &str) -> String {
    const MOST: usize = 60;
    match name.char_indices().nth(MOST) {
        Some((at, _)) => format!("{}…", &name[..at]),
        None => name.to_owned(),
    }
}

/// Returns `true` for running text, and not lists of addresses, numbers, codes.
fn is_prose(text: &str) -> bool {
    const LEAST_WORDS: usize = 20;
    const REACH: usize = 400;
    if text.len() < LONG {
        return false;
    }
    let text = tags::line(text);
    let (mut words, mut all) = (0, 0);
    for word in text.split_whitespace().take(REACH) {
        all += 1;
        let is_word = word.len() <= 40
            && word.chars().any(char::is_alphabetic)
            && !word.contains(['{', '}', '=', '/', '_', '<', '>', '\\']);
        words += usize::from(is_word);
    }
    words >= LEAST_WORDS && words * 4 >= all * 3
}

/// Returns `true` if the letters of `part` are in `whole`, markup aside.
fn holds(whole: &str, part: &str) -> bool {
    mostly_in(&letters(&tags::line(part)), &letters(&tags::line(whole)))
}

/// Compares samples of texts: the text between two of them may differ.
fn mostly_in(part: &str, whole: &str) -> bool {
    const SAMPLE: usize = 48;
    const SAMPLES: usize = 5;
    if part.len() <= SAMPLE * 2 {
        return whole.contains(part);
    }
    let last = part.len() - SAMPLE;
    let found = (0..SAMPLES)
        .filter(|at| {
            let start = last * at / (SAMPLES - 1);
            let sample = part.as_bytes().get(start..start + SAMPLE);
            sample.is_some_and(|sample| memmem::find(whole.as_bytes(), sample).is_some())
        })
        .count();
    found + 1 >= SAMPLES
}

/// A quick check whether a text may open with a dateline, which is set off by a
/// dash or in brackets. Most do not, and parsing one takes time.
fn may_open_with_dateline(body: &str) -> bool {
    const REACH: usize = 64;
    let head = &body[..body.floor_char_boundary(REACH)];
    memchr::memchr2(b'(', b'-', head.as_bytes()).is_some() || has(head, '–')
}
