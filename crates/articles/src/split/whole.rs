//! A file that is one record.

use super::{Splitter, Step};
use crate::problem::{Fault, ProblemKind};
use crate::record::Filler;
use crate::stream::{self, Stream};
use crate::{Format, Limits};

pub(crate) struct Whole {
    format: Format,
    stream: Stream,
}

impl Whole {
    pub fn new(format: Format, stream: Stream) -> Self {
        Self { format, stream }
    }
}

impl Splitter for Whole {
    fn step(&mut self, limits: &Limits, batch: &mut Filler<'_>) -> Result<Step, Fault> {
        let data = batch.data();
        let start = data.len();
        let read = stream::read_whole(&mut self.stream, data, limits.whole_bytes);
        let end = data.len();
        // The beginning of a text is a text; of other formats nothing is left.
        let is_text = matches!(self.format, Format::Text | Format::Markdown | Format::Html);
        let is_cut = read
            .as_ref()
            .is_err_and(|fault| fault.kind == ProblemKind::Malformed);
        if read.is_ok() || (is_cut && is_text && end > start) {
            batch.push(start..end, self.format, None);
        } else {
            data.truncate(start);
        }
        read.map(|()| Step::Done)
    }
}
