//! CSV and TSV with a header: a record a row, written as a JSON object of the
//! header's names.

use std::io::Read;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::{Splitter, Step};
use crate::fields::field;
use crate::problem::{Fault, ProblemKind};
use crate::record::Filler;
use crate::stream::{Counted, Stream};
use crate::{Format, Limits};

pub(crate) struct Rows {
    reader: csv::Reader<Fuse>,
    header: Option<Vec<String>>,
    row: csv::ByteRecord,
    /// Bytes read since the last row ended.
    read: Arc<AtomicU64>,
    bound: Arc<AtomicU64>,
}

impl Rows {
    pub fn new(stream: Stream, name: &str, head: &[u8]) -> Self {
        let (read, bound) = (
            Arc::new(AtomicU64::new(0)),
            Arc::new(AtomicU64::new(u64::MAX)),
        );
        let counted = Counted {
            stream,
            count: Arc::clone(&read),
        };
        let fuse = Fuse {
            stream: counted,
            bound: Arc::clone(&bound),
        };
        let reader = csv::ReaderBuilder::new()
            .delimiter(delimiter(name, head))
            .has_headers(false)
            .flexible(true)
            .from_reader(fuse);
        Self {
            reader,
            header: None,
            row: csv::ByteRecord::new(),
            read,
            bound,
        }
    }

    fn next_row(&mut self, limits: &Limits) -> Result<bool, Fault> {
        // An open quote would make the rest of the file one row.
        self.read.store(0, Ordering::Relaxed);
        self.bound
            .store(limits.record_bytes as u64 + BUFFER, Ordering::Relaxed);
        match self.reader.read_byte_record(&mut self.row) {
            Ok(more) => Ok(more),
            Err(error) => match error.into_kind() {
                csv::ErrorKind::Io(error) => Err(error.into()),
                _ => Err(Fault::malformed("not CSV; check its quotes")),
            },
        }
    }
}

/// What the CSV reader may have read ahead, in bytes.
const BUFFER: u64 = 64 << 10;

impl Splitter for Rows {
    fn step(&mut self, limits: &Limits, batch: &mut Filler<'_>) -> Result<Step, Fault> {
        if !self.next_row(limits)? {
            return Ok(Step::Done);
        }
        let line = self.row.position().map(csv::Position::line);
        let Some(header) = &self.header else {
            self.header = Some(header(&self.row)?);
            return Ok(Step::More);
        };
        if self.row.iter().all(|cell| cell.trim_ascii().is_empty()) {
            return Ok(Step::More);
        }
        let data = batch.data();
        let start = data.len();
        data.push(b'{');
        for (name, cell) in header.iter().zip(self.row.iter()) {
            if data.len() > start + 1 {
                data.push(b',');
            }
            let cell = String::from_utf8_lossy(cell);
            // Writing to memory does not fail.
            let _ = serde_json::to_writer(&mut *data, name);
            data.push(b':');
            let _ = serde_json::to_writer(&mut *data, cell.trim());
        }
        data.push(b'}');
        let end = data.len();
        batch.push(start..end, Format::Csv, line);
        Ok(Step::More)
    }
}

fn header(row: &csv::ByteRecord) -> Result<Vec<String>, Fault> {
    let names: Vec<String> = row
        .iter()
        .map(|name| {
            String::from_utf8_lossy(name)
                .trim()
                .trim_start_matches('\u{feff}')
                .to_owned()
        })
        .collect();
    if names.iter().any(|name| field(name).is_some()) {
        return Ok(names);
    }
    let shown: Vec<&str> = names.iter().take(6).map(String::as_str).collect();
    Err(Fault::malformed(format!(
        "no column is named like a field of an article ({}); begin it with a header such as title,summary,body,date",
        shown.join(", ").chars().take(120).collect::<String>()
    )))
}

/// The sign between cells: the commonest in the first line.
fn delimiter(name: &str, head: &[u8]) -> u8 {
    let lower = name.to_ascii_lowercase();
    if lower.ends_with(".tsv") || lower.ends_with(".tab") {
        return b'\t';
    }
    let line = head.split(|&byte| byte == b'\n').next().unwrap_or_default();
    let count = |sign: u8| memchr::memchr_iter(sign, line).count();
    [b',', b';', b'\t', b'|']
        .into_iter()
        .rev()
        .max_by_key(|sign| count(*sign))
        .unwrap_or(b',')
}

/// Fails when more is read than a row may hold.
struct Fuse {
    stream: Counted<Stream>,
    bound: Arc<AtomicU64>,
}

impl Read for Fuse {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let bound = self.bound.load(Ordering::Relaxed);
        if self.stream.count.load(Ordering::Relaxed) > bound {
            let message = format!(
                "a row of more than {} bytes; check its quotes",
                bound - BUFFER
            );
            return Err(Fault::new(ProblemKind::TooLarge, message).into());
        }
        self.stream.read(buffer)
    }
}
