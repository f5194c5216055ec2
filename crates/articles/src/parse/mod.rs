//! Parsers: one raw record in, one article out.

mod boilerplate;
mod collect;
mod dateline;
mod docx;
pub(crate) mod entity;
mod front_matter;
mod html;
pub(crate) mod http;
mod json;
mod markdown;
pub(crate) mod markup;
#[cfg(feature = "pdf")]
mod pdf;
mod shortcode;
mod text;
mod wrap;
mod xml;

use crate::encoding::{UTF_8, decode};
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
    let (article, encoding) = match format {
        // Cut into records as UTF-8; the fields are as they should be.
        Format::JsonLines | Format::Json | Format::Csv => {
            return Ok((json::parse(bytes, trace)?, UTF_8));
        }
        Format::Xml | Format::Feed | Format::NewsMl | Format::Nitf => {
            let (xml, encoding) = decode(bytes, None, trace)?;
            (xml::parse(&xml, trace)?, encoding)
        }
        Format::Text => {
            let (text, encoding) = decode(bytes, None, trace)?;
            (text::parse(&text, name, trace), encoding)
        }
        Format::Markdown => {
            let (text, encoding) = decode(bytes, None, trace)?;
            (markdown::parse(&text, trace), encoding)
        }
        Format::Html => {
            let (html, encoding) = decode(bytes, None, trace)?;
            (html::parse(&html, trace)?, encoding)
        }
        Format::Warc => http::parse(bytes, name, trace)?,
        Format::Docx => (docx::parse(bytes, name, trace)?, UTF_8),
        #[cfg(feature = "pdf")]
        Format::Pdf => (pdf::parse(bytes, name, trace)?, UTF_8),
        #[cfg(not(feature = "pdf"))]
        Format::Pdf => {
            let message = "PDF is not read by this build; convert it to text";
            return Err(Fault::new(crate::ProblemKind::Unsupported, message));
        }
    };
    Ok((with_agency_of_author(article, trace), encoding))
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
