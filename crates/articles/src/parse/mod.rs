//! Parsers: one raw record in, one article out.

mod boilerplate;
mod dateline;
mod entity;
mod front_matter;
mod html;
mod json;
mod markdown;
mod text;
mod wrap;

use std::borrow::Cow;

use crate::problem::Fault;
use crate::provenance::Trace;
use crate::{Article, Format};

/// Parses the bytes of one record; `name` is the file's relative path. Also
/// gives the encoding the bytes were in.
pub(crate) fn parse(
    format: Format,
    bytes: &[u8],
    name: &str,
    trace: &mut Trace,
) -> Result<(Article, &'static str), Fault> {
    match format {
        Format::JsonLines | Format::Json => {
            json::parse(bytes, trace).map(|article| (article, "UTF-8"))
        }
        Format::Text | Format::Markdown | Format::Html => {
            let (text, encoding) = decode(bytes)?;
            let article = match format {
                Format::Markdown => markdown::parse(&text, trace),
                Format::Html => html::parse(&text, trace)?,
                _ => text::parse(&text, name, trace),
            };
            Ok((with_agency_of_author(article, trace), encoding))
        }
    }
}

/// Decodes text.
fn decode(bytes: &[u8]) -> Result<(Cow<'_, str>, &'static str), Fault> {
    let bytes = bytes.strip_prefix(&[0xef, 0xbb, 0xbf]).unwrap_or(bytes);
    match std::str::from_utf8(bytes) {
        Ok(text) => Ok((Cow::Borrowed(text), "UTF-8")),
        Err(error) => Err(Fault::malformed(format!(
            "not UTF-8 from byte {} on; convert it to UTF-8",
            error.valid_up_to()
        ))),
    }
}

/// Moves an agency that an author's name carries to where it belongs.
fn with_agency_of_author(mut article: Article, trace: &mut Trace) -> Article {
    if let Some((person, agency)) = article.author.as_deref().and_then(text::split_agency) {
        let person = (!person.is_empty()).then(|| person.to_owned());
        if article.agency.is_none() {
            article.agency = Some(agency.to_owned());
            trace.field("agency", "after the author's name");
        }
        article.author = person;
    }
    article
}
