//! Parsers: one raw record in, one article out.

mod boilerplate;
mod collect;
mod dateline;
mod document;
mod docx;
pub(crate) mod entity;
mod feed;
mod fonts;
mod forwarded;
mod front_matter;
mod html;
pub(crate) mod http;
mod json;
mod mail;
mod markdown;
mod markup;
mod official;
#[cfg(feature = "pdf")]
mod pdf;
mod rtf;
mod shortcode;
pub(crate) mod tags;
mod text;
mod vertical;
mod wrap;
mod xml;

pub(crate) use self::json::{FEED, is_read, repaired};
pub(crate) use self::text::byline;
use crate::Article;
use crate::encoding::{UTF_8, decode};
use crate::problem::Fault;
use crate::provenance::Trace;

/// Parses the bytes of one record; `name` is the file's relative path. Also
/// returns the encoding the bytes were in.
pub(crate) type Parser = fn(bytes: &[u8], name: &str, &mut Trace) -> Outcome;

type Outcome = Result<(Article, &'static str), Fault>;

/// A JSON object, or a row of a table as one: cut as UTF-8, and its fields are
/// taken as they are stated.
pub(crate) fn record_of_json(bytes: &[u8], _: &str, trace: &mut Trace) -> Outcome {
    Ok((json::parse(bytes, trace)?, UTF_8))
}

pub(crate) fn xml_item(bytes: &[u8], _: &str, trace: &mut Trace) -> Outcome {
    let (xml, encoding) = decode(bytes, None, trace)?;
    let article = xml::parse(&xml, trace)?;
    Ok((with_agency_of_author(article, trace), encoding))
}

pub(crate) fn plain_text(bytes: &[u8], name: &str, trace: &mut Trace) -> Outcome {
    let (text, encoding) = decode(bytes, None, trace)?;
    let article = text::parse(&text, name, trace);
    Ok((with_agency_of_author(article, trace), encoding))
}

pub(crate) fn markdown(bytes: &[u8], name: &str, trace: &mut Trace) -> Outcome {
    let (text, encoding) = decode(bytes, None, trace)?;
    let article = markdown::parse(&text, name, trace)?;
    Ok((with_agency_of_author(article, trace), encoding))
}

pub(crate) fn html(bytes: &[u8], _: &str, trace: &mut Trace) -> Outcome {
    let (html, encoding) = decode(bytes, None, trace)?;
    let article = html::parse(&html, trace)?;
    Ok((with_agency_of_author(article, trace), encoding))
}

pub(crate) fn warc_page(bytes: &[u8], name: &str, trace: &mut Trace) -> Outcome {
    let (article, encoding) = http::parse(bytes, name, trace)?;
    Ok((with_agency_of_author(article, trace), encoding))
}

pub(crate) fn docx(bytes: &[u8], name: &str, trace: &mut Trace) -> Outcome {
    let article = docx::parse(bytes, name, trace)?;
    Ok((with_agency_of_author(article, trace), UTF_8))
}

pub(crate) fn mhtml(bytes: &[u8], name: &str, trace: &mut Trace) -> Outcome {
    let (article, encoding) = mail::mhtml(bytes, name, trace)?;
    Ok((with_agency_of_author(article, trace), encoding))
}

pub(crate) fn mail(bytes: &[u8], name: &str, trace: &mut Trace) -> Outcome {
    let (article, encoding) = mail::mail(bytes, name, trace)?;
    Ok((with_agency_of_author(article, trace), encoding))
}

pub(crate) fn vertical(bytes: &[u8], _: &str, trace: &mut Trace) -> Outcome {
    let (text, encoding) = decode(bytes, None, trace)?;
    Ok((vertical::parse(&text, trace)?, encoding))
}

pub(crate) fn rtf(bytes: &[u8], name: &str, trace: &mut Trace) -> Outcome {
    let article = rtf::parse(bytes, name, trace)?;
    Ok((with_agency_of_author(article, trace), UTF_8))
}

#[cfg(feature = "pdf")]
pub(crate) fn pdf(bytes: &[u8], name: &str, trace: &mut Trace) -> Outcome {
    let article = pdf::parse(bytes, name, trace)?;
    Ok((with_agency_of_author(article, trace), UTF_8))
}

#[cfg(not(feature = "pdf"))]
pub(crate) fn pdf(_: &[u8], _: &str, _: &mut Trace) -> Outcome {
    let message = "PDF is not read by this build; convert it to text";
    Err(Fault::new(crate::ProblemKind::Unsupported, message))
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
