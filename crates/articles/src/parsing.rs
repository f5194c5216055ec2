//! Parses a raw record into an article.

use timbao_tokenizer::charset;

use crate::encoding::{self, UTF_8};
use crate::problem::Fault;
use crate::provenance::{Parsed, Trace};
use crate::tidy;
use crate::twice;
use crate::unwind::caught;
use crate::{Article, Problem, ProblemKind, Record};

impl Record<'_> {
    /// Parses the record.
    ///
    /// # Errors
    /// When it is not of its format, or contains no text.
    pub fn parse(&self) -> Result<Parsed, Problem> {
        self.parse_with(Trace::off())
    }

    /// Parses the record and records the origin of each field.
    ///
    /// # Errors
    /// When it is not of its format, or contains no text.
    pub fn parse_explained(&self) -> Result<Parsed, Problem> {
        self.parse_with(Trace::on(self.format()))
    }

    fn parse_with(&self, mut trace: Trace) -> Result<Parsed, Problem> {
        let problem = |fault: Fault| {
            let problem = fault.at(self.path(), self.member());
            // A file or entry that is one record counts as unread. A line is
            // known not to be an article.
            match self.is_whole() {
                true => problem.unread(),
                false => problem,
            }
        };
        let parse = self.format().traits().parse;
        let (mut article, encoding) = caught(|| parse(self.bytes(), self.relative(), &mut trace))
            .and_then(|parsed| parsed)
            .map_err(problem)?;
        if !article.has_text() {
            return Err(problem(Fault::new(
                ProblemKind::Empty,
                "there is no text in it",
            )));
        }
        caught(|| repair(&mut article, &mut trace)).map_err(problem)?;
        // Not earlier: in the letters of TCVN3 the soft hyphen is an "ư".
        remove_soft_hyphens(&mut article);
        article.set_location(self.path(), self.relative(), self.member());
        if article.id.is_empty() {
            article.id = match &article.member {
                Some(member) => format!("{}#{member}", self.relative()),
                None => self.relative().to_owned(),
            };
        }
        let converted = self.encoding();
        let (provenance, faults) = trace.finish();
        Ok(Parsed {
            article,
            encoding: if converted == UTF_8 {
                encoding
            } else {
                converted
            },
            // The article was read in spite of these.
            problems: faults
                .into_iter()
                .map(|fault| fault.at(self.path(), self.member()))
                .collect(),
            provenance,
        })
    }
}

/// Removes the marks of places where a browser may divide a word.
fn remove_soft_hyphens(article: &mut Article) {
    const SOFT_HYPHEN: char = '\u{ad}';
    let fields = [
        &mut article.title,
        &mut article.summary,
        &mut article.section,
        &mut article.place,
        &mut article.author,
        &mut article.source,
    ];
    let captions = article.captions.iter_mut().map(|caption| &mut caption.text);
    for text in fields
        .into_iter()
        .flatten()
        .chain([&mut article.body])
        .chain(captions)
    {
        if tidy::has(text, SOFT_HYPHEN) {
            *text = text.replace(SOFT_HYPHEN, "");
        }
    }
}

/// Repairs fields in letters of an eight-bit set that had been taken for
/// Latin-1, which a record may have escaped or stored apart.
fn repair(article: &mut Article, trace: &mut Trace) {
    let fields = [
        &article.title,
        &article.summary,
        &article.section,
        &article.author,
    ];
    let fields = fields.into_iter().flatten().chain([&article.body]);
    let suspect: Vec<&str> = fields
        .map(String::as_str)
        .filter(|text| encoding::may_be_mistaken(text))
        .collect();
    if suspect.is_empty() {
        return;
    }
    let suspect = suspect.join("\n");
    if twice::undone(&suspect).is_some() {
        encoding::note_twice(trace);
        replace(article, twice::undone);
    } else if let Some(charset) = charset::mistaken(&suspect) {
        encoding::note_repaired(charset, trace);
        replace(article, |text| Some(charset::repair(text, charset)));
    }
}

/// Replaces the texts of an article by what `read` makes of them.
fn replace(article: &mut Article, read: impl Fn(&str) -> Option<String>) {
    let Article {
        title,
        summary,
        section,
        place,
        author,
        source,
        captions,
        body,
        ..
    } = article;
    for field in [title, summary, section, place, author, source]
        .into_iter()
        .flatten()
    {
        if let Some(text) = read(field) {
            *field = text;
        }
    }
    for caption in captions {
        if let Some(text) = read(&caption.text) {
            caption.text = text;
        }
    }
    if let Some(text) = read(body) {
        *body = text;
    }
}
