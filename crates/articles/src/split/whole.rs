//! A file that is one record.

use std::io::{self, Read};

use super::splitter::{Splitter, Step};
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
        let most = limits.whole_bytes;
        let read = self
            .stream
            .by_ref()
            .take(most.saturating_add(1))
            .read_to_end(data);
        let end = data.len();
        let is_larger = (end - start) as u64 > most;
        // The beginning of a text is a text; of other formats nothing is left.
        let is_text = matches!(self.format, Format::Text | Format::Markdown | Format::Html);
        let is_cut = |error: &io::Error| error.kind() == io::ErrorKind::UnexpectedEof;
        let is_kept = match &read {
            Ok(_) => !is_larger,
            Err(error) => is_cut(error) && is_text && end > start && !is_larger,
        };
        if is_kept {
            batch.push(start..end, self.format, None);
        } else {
            data.truncate(start);
        }
        if is_larger {
            return Err(stream::too_large(most));
        }
        read?;
        Ok(Step::Done)
    }
}
