//! Word documents (Office Open XML): their paragraphs, read as plain text.

use std::io::{Cursor, Read};

use quick_xml::Reader;
use quick_xml::events::Event;
use zip::ZipArchive;

use super::{entity, text};
use crate::Article;
use crate::problem::{Fault, ProblemKind};
use crate::provenance::Trace;

/// How large the text of a document may be unpacked, in bytes.
const LARGEST: u64 = 128 << 20;

/// Parses a Word document.
pub(crate) fn parse(bytes: &[u8], name: &str, trace: &mut Trace) -> Result<Article, Fault> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(Fault::from)?;
    let document = part(&mut archive, "word/document.xml")?.ok_or_else(|| {
        Fault::malformed("a zip archive without word/document.xml; is it a Word document?")
    })?;
    let (styled_title, lines) = paragraphs(&document)?;
    let mut article = text::parse(&lines.join("\n\n"), name, trace);
    let core = part(&mut archive, "docProps/core.xml").ok().flatten();
    let stated = core.and_then(|core| paragraphs_title(&core));
    let found = styled_title
        .map(|title| (title, "paragraph in the title style"))
        .or(stated.map(|title| (title, "document properties")));
    if let (Some((title, from)), true) = (found, article.title.is_none()) {
        article.title = Some(title);
        trace.field("title", from);
    }
    Ok(article)
}

fn part(archive: &mut ZipArchive<Cursor<&[u8]>>, name: &str) -> Result<Option<String>, Fault> {
    let entry = match archive.by_name(name) {
        Ok(entry) => entry,
        Err(zip::result::ZipError::FileNotFound) => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    if entry.encrypted() {
        return Err(Fault::new(
            ProblemKind::Encrypted,
            "encrypted; save it without a password",
        ));
    }
    let mut bytes = Vec::new();
    entry.take(LARGEST + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > LARGEST {
        return Err(Fault::new(
            ProblemKind::Bomb,
            format!("its text unpacks to more than {LARGEST} bytes"),
        ));
    }
    Ok(Some(String::from_utf8_lossy(&bytes).into_owned()))
}

/// The paragraph in the title style, if there is one, and all paragraphs.
fn paragraphs(xml: &str) -> Result<(Option<String>, Vec<String>), Fault> {
    let mut reader = Reader::from_str(xml);
    reader.config_mut().check_end_names = false;
    let (mut lines, mut line, mut title) = (Vec::new(), String::new(), None);
    let (mut in_text, mut in_title) = (false, false);
    loop {
        let event = reader.read_event().map_err(|error| {
            Fault::malformed(format!("its text is not well-formed XML: {error}"))
        })?;
        match event {
            Event::Start(start) | Event::Empty(start)
                if start.local_name().as_ref() == "pStyle" =>
            {
                let style = start
                    .attributes()
                    .with_checks(false)
                    .flatten()
                    .find(|attribute| attribute.key.as_ref().ends_with("val"));
                in_title = style.is_some_and(|style| matches!(&*style.value, "Title" | "Heading1"));
            }
            Event::Start(start) => match start.local_name().as_ref() {
                "t" => in_text = true,
                // What was deleted in revision is not text.
                "delText" | "instrText" => in_text = false,
                _ => {}
            },
            Event::Empty(start) => match start.local_name().as_ref() {
                "tab" => line.push(' '),
                "br" | "cr" => line.push('\n'),
                "noBreakHyphen" => line.push('-'),
                _ => {}
            },
            Event::Text(text) if in_text => line.push_str(&text),
            Event::CData(text) if in_text => line.push_str(&text),
            Event::GeneralRef(name) if in_text => {
                line.push_str(&entity::named(&name).unwrap_or_default())
            }
            Event::End(end) => match end.local_name().as_ref() {
                "t" => in_text = false,
                "p" => {
                    let text = std::mem::take(&mut line);
                    if std::mem::take(&mut in_title) && title.is_none() && !text.trim().is_empty() {
                        title = Some(text.trim().to_owned());
                    }
                    lines.push(text);
                }
                _ => {}
            },
            Event::Eof => break,
            _ => {}
        }
    }
    Ok((title, lines))
}

/// The title in the document's properties.
fn paragraphs_title(core: &str) -> Option<String> {
    let (_, rest) = core.split_once("<dc:title>")?;
    let (title, _) = rest.split_once("</dc:title>")?;
    let title = title.trim();
    (!title.is_empty() && !title.contains(['<', '&'])).then(|| title.to_owned())
}
