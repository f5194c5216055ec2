//! How a file is read, for people who wonder.

use std::path::Path;

use serde::Serialize;

use crate::record::RecordBatch;
use crate::{FoundFile, Limits, Parsed, Problem, Repeats, open};

/// How one file is read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Inspection {
    /// The path as it was given.
    pub path: String,
    /// Size in bytes.
    pub bytes: u64,
    /// Records in the file.
    pub records: u64,
    /// The first articles, with where each field came from.
    pub articles: Vec<Parsed>,
    /// How many problems there are.
    pub problem_count: u64,
    /// The first problems.
    pub problems: Vec<Problem>,
}

/// How many articles and problems an [`Inspection`] shows, unless told.
pub const SHOWN: usize = 20;

/// Reads a file and tells how: its format and encoding, each field of its
/// first `shown` articles and where it came from, what was dropped as
/// boilerplate, and what could not be read. The whole file is read, so that the
/// counts are those of a run over it.
///
/// # Errors
/// When the file cannot be opened.
pub fn inspect(path: &Path, limits: &Limits, shown: usize) -> Result<Inspection, Problem> {
    let file = FoundFile::new(path)?;
    let mut reader = open(&file, limits)?;
    let mut inspection = Inspection {
        path: crate::discover::display(path),
        bytes: file.len,
        records: 0,
        articles: Vec::new(),
        problem_count: 0,
        problems: Vec::new(),
    };
    let mut batch = RecordBatch::new();
    let mut repeats = Repeats::default();
    while reader.next_batch(&mut batch) {
        for record in batch.records() {
            inspection.records += 1;
            let explained = inspection.articles.len() < shown;
            match if explained {
                record.parse_explained()
            } else {
                record.parse()
            } {
                Ok(parsed) => {
                    for problem in &parsed.problems {
                        inspection.add(problem.clone(), shown, &mut repeats);
                    }
                    inspection.articles.extend(explained.then_some(parsed));
                }
                Err(problem) => inspection.add(problem, shown, &mut repeats),
            }
        }
        for problem in batch.take_problems() {
            inspection.add(problem, shown, &mut repeats);
        }
    }
    Ok(inspection)
}

impl Inspection {
    fn add(&mut self, problem: Problem, shown: usize, repeats: &mut Repeats) {
        if repeats.has(&problem) {
            return;
        }
        self.problem_count += 1;
        if self.problems.len() < shown {
            self.problems.push(problem);
        }
    }
}
