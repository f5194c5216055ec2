//! Splitters: cut a stream of bytes into raw records.

mod lines;
mod whole;

use crate::problem::Fault;
use crate::record::Filler;
use crate::stream::Stream;
use crate::{Format, Limits};

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

/// The splitter for a format.
pub(crate) fn splitter(format: Format, stream: Stream) -> Box<dyn Splitter> {
    match format {
        Format::JsonLines => Box::new(lines::Lines::new(stream)),
        Format::Json | Format::Text | Format::Markdown | Format::Html => {
            Box::new(whole::Whole::new(format, stream))
        }
    }
}
