//! The interface of splitters.

use crate::Limits;
use crate::problem::Fault;
use crate::record::Filler;
use crate::stream::Stream;

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
