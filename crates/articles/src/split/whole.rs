//! A file that is one record.

use super::{Splitter, Step};
use crate::problem::Fault;
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
        if let Err(fault) = stream::read_whole(&mut self.stream, data, limits.whole_bytes) {
            data.truncate(start);
            return Err(fault);
        }
        let end = data.len();
        batch.push(start..end, self.format, None);
        Ok(Step::Done)
    }
}
