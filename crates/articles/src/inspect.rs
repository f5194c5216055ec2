//! Explains how a file is read.

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
    /// Number of problems.
    pub problem_count: u64,
    /// The first problems.
    pub problems: Vec<Problem>,
}

/// Default number of articles and problems in an [`Inspection`].
pub const SHOWN: usize = 20;

/// Reads a file and reports its format and encoding, the fields of its first
/// `shown` articles with their origin, the text dropped as boilerplate, and the
/// problems. The whole file is read, so that the counts equal those of an
/// update.
///
/// # Errors
/// When the file cannot be opened.
pub fn inspect(
    path: impl AsRef<Path>,
    limits: &Limits,
    shown: usize,
) -> Result<Inspection, Problem> {
    let path = path.as_ref();
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
