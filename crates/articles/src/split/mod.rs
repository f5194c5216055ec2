//! Splitters: cut a stream of bytes into raw records.

mod arc;
mod csv;
mod json;
mod lines;
mod sections;
mod tar;
mod warc;
mod whole;
mod xml;
mod zip;

use crate::problem::Fault;
use crate::record::Filler;
use crate::stream::Stream;
use crate::{Format, Limits};

pub(crate) use tar::Tar;
pub(crate) use zip::Zip;

/// Cuts one stream into records, a step at a time.
pub(crate) trait Splitter: Send {
    /// Reads some more and adds records to `batch`. After an error or
    /// [`Step::Done`] it is not called again.
    fn step(&mut self, limits: &Limits, batch: &mut Filler<'_>) -> Result<Step, Fault>;
}

/// The result of a step.
pub(crate) enum Step {
    /// There may be more.
    More,
    /// The stream is at its end.
    Done,
    /// An entry of a container, to be read before the next step.
    Enter { name: String, stream: Stream },
}

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
    Box::new(lines::Lines::new(start.stream))
}

pub(crate) fn json_values(start: Start<'_>) -> Box<dyn Splitter> {
    Box::new(json::Values::new(start.stream))
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

/// The fault of an archive entry's name that points outside the archive.
fn unsafe_path(name: &str) -> Option<Fault> {
    let climbs = name.split(['/', '\\']).any(|part| part == "..");
    let absolute = name.starts_with(['/', '\\'])
        || name
            .get(1..3)
            .is_some_and(|drive| drive == ":\\" || drive == ":/");
    (climbs || absolute || name.contains('\0')).then(|| {
        Fault::new(
            crate::ProblemKind::UnsafePath,
            "skipped: its path points outside the archive",
        )
    })
}

/// Returns `true` if an entry is skipped, as a file of its name would be.
fn is_left_out(name: &str) -> bool {
    let hidden = name
        .split('/')
        .any(|part| part.starts_with('.') && part != "." || part == "__MACOSX");
    hidden || crate::discover::foreign(std::path::Path::new(name)).is_some()
}
