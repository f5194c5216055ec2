//! Splitters: cut a stream of bytes into raw records.

mod arc;
mod csv;
mod entry;
mod json;
mod lines;
pub(crate) mod script;
mod sections;
mod splitter;
mod tar;
mod warc;
mod whole;
mod xml;
mod zip;

use crate::Format;
use crate::stream::{self, Stream};

pub(crate) use splitter::{Splitter, Step};
pub(crate) use tar::Tar;
pub(crate) use zip::Zip;

/// The input of a splitter.
pub(crate) struct Start<'a> {
    pub format: Format,
    pub stream: Stream,
    pub name: &'a str,
}

/// Makes the splitter of a format.
pub(crate) type SplitterOf = fn(Start<'_>) -> Box<dyn Splitter>;

/// Takes the whole stream for one record.
pub(crate) fn whole(start: Start<'_>) -> Box<dyn Splitter> {
    Box::new(whole::Whole::new(start.format, start.stream))
}

pub(crate) fn lines(start: Start<'_>) -> Box<dyn Splitter> {
    match stream::look_ahead(start.stream) {
        // Objects over several lines are JSON, whatever the name says.
        Ok((head, stream)) if lines::spans_lines(&head) => Box::new(json::Values::new(stream)),
        Ok((_, stream)) => Box::new(lines::Lines::new(stream)),
        Err(error) => Box::new(lines::Lines::new(Box::new(stream::Failing::new(error)))),
    }
}

pub(crate) fn json_values(start: Start<'_>) -> Box<dyn Splitter> {
    match stream::look_ahead(start.stream) {
        Ok((head, stream)) if script::is_script(&head) => {
            Box::new(script::Script::new(stream, start.name))
        }
        Ok((_, stream)) => Box::new(json::Values::new(stream)),
        Err(error) => Box::new(json::Values::new(Box::new(stream::Failing::new(error)))),
    }
}

pub(crate) fn csv_rows(start: Start<'_>) -> Box<dyn Splitter> {
    Box::new(csv::Rows::new(start.stream, start.name))
}

/// Cuts a mailbox into its messages.
pub(crate) fn messages(start: Start<'_>) -> Box<dyn Splitter> {
    let begins = sections::begins_message;
    Box::new(sections::Sections::new(start.format, start.stream, begins))
}

/// Cuts a corpus into its documents.
pub(crate) fn documents(start: Start<'_>) -> Box<dyn Splitter> {
    let begins = sections::begins_document;
    Box::new(sections::Sections::new(start.format, start.stream, begins))
}

pub(crate) fn xml_items(start: Start<'_>) -> Box<dyn Splitter> {
    Box::new(xml::Items::new(start.stream))
}

pub(crate) fn warc_pages(start: Start<'_>) -> Box<dyn Splitter> {
    Box::new(warc::Pages::new(start.stream))
}

pub(crate) fn arc_pages(start: Start<'_>) -> Box<dyn Splitter> {
    Box::new(arc::Pages::new(start.stream))
}
