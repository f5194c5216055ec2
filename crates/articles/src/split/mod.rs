//! Splitters: cut a stream of bytes into raw records.

mod csv;
mod json;
mod lines;
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
pub(crate) use zip::{Zip, fault as zip_fault};

/// Cuts one stream into records, a step at a time.
pub(crate) trait Splitter: Send {
    /// Reads some more and puts what it found into `batch`. After an error or
    /// [`Step::Done`] it is not called again.
    fn step(&mut self, limits: &Limits, batch: &mut Filler<'_>) -> Result<Step, Fault>;
}

/// What came of a step.
pub(crate) enum Step {
    /// There may be more.
    More,
    /// The stream is at its end.
    Done,
    /// An entry of a container, to be read before the next step.
    Enter { name: String, stream: Stream },
}

/// The splitter for a format; `head` are the first bytes of the stream.
pub(crate) fn splitter(
    format: Format,
    stream: Stream,
    name: &str,
    head: &[u8],
) -> Box<dyn Splitter> {
    match format {
        Format::JsonLines => Box::new(lines::Lines::new(stream)),
        Format::Json => Box::new(json::Values::new(stream)),
        Format::Csv => Box::new(csv::Rows::new(stream, name, head)),
        Format::Xml | Format::Feed | Format::NewsMl | Format::Nitf => {
            Box::new(xml::Items::new(stream))
        }
        Format::Warc => Box::new(warc::Pages::new(stream)),
        Format::Text | Format::Markdown | Format::Html | Format::Docx | Format::Pdf => {
            Box::new(whole::Whole::new(format, stream))
        }
    }
}

/// What is wrong with the name of an archive's entry, if anything: it climbs
/// out of the archive, or names a place outside it.
fn unsafe_path(name: &str) -> Option<Fault> {
    let climbs = name.split(['/', '\\']).any(|part| part == "..");
    let absolute = name.starts_with(['/', '\\'])
        || name
            .get(1..3)
            .is_some_and(|drive| drive == ":\\" || drive == ":/");
    (climbs || absolute || name.contains('\0')).then(|| {
        Fault::new(
            crate::ProblemKind::UnsafePath,
            "its name climbs out of the archive; it was not read",
        )
    })
}

/// Tells whether an entry is left out like a file of its name would be.
fn is_left_out(name: &str) -> bool {
    let hidden = name
        .split('/')
        .any(|part| part.starts_with('.') && part != "." || part == "__MACOSX");
    hidden || crate::discover::foreign(std::path::Path::new(name)).is_some()
}
