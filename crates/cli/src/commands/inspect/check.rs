//! `timbao inspect --check`.

use std::collections::BTreeMap;
use std::io::Write;

use serde::Serialize;
use timbao_articles::{CHECKED_FIELDS, Checker, FileCheck, Limits, WalkOptions, discover, display};
use timbao_views::Cell;
use timbao_views::json::VERSION;

use crate::cli::InspectArgs;
use crate::commands::context::Context;
use crate::error::{Result, say, warn};
use crate::exit::Outcome;
use crate::output::json::write_pretty;
use crate::output::listing::{Listing, write_lines};
use crate::output::number::{count, counted};
use crate::output::rows::Rows;
use crate::output::style::Role;
use crate::output::table::{Side, Table};
use crate::output::terminal::Terminal;

/// Files that are shown by default.
const SHOWN: usize = 20;

/// Measures how well the files of a folder are read.
pub(super) fn run(args: &InspectArgs, context: &Context) -> Result<Outcome> {
    let palette = context.terminal.error_palette;
    let mut checks = Checks::default();
    let mut checker = Checker::default();
    let mut is_incomplete = false;
    let roots = [args.file.clone()];
    let mut files = discover(&roots, &WalkOptions::default());
    for found in files.by_ref() {
        let read = found.and_then(|file| {
            let check = checker.check(&file, &Limits::default(), &mut |problem| {
                is_incomplete |= problem.kind.is_failure();
                warn(palette, &problem);
            })?;
            Ok((display(&file.path), check))
        });
        match read {
            Ok((path, check)) => checks.add(path, check),
            Err(problem) => {
                is_incomplete |= problem.kind.is_failure();
                warn(palette, &problem);
                let unread = FileCheck {
                    problems: 1,
                    ..FileCheck::default()
                };
                checks.add(problem.path.clone(), unread);
            }
        }
    }
    checks.skipped.clone_from(files.skipped());
    let shown = if args.all {
        usize::MAX
    } else {
        args.limit.unwrap_or(SHOWN)
    };
    let hidden = checks.sort(shown);
    context.list(args.list.format, &checks)?;
    if hidden > 0 {
        let files = counted(hidden as u64, "more file");
        let message = format!("{files} not shown; --all shows them");
        say(palette, Role::Hint, "note", &message);
    }
    let any = checks.total.check.articles > 0;
    Ok(Outcome::of_reading(any, is_incomplete))
}

#[derive(Default)]
struct Checks {
    files: Vec<Checked>,
    total: Total,
    /// Numbers of files that are not read, by extension or other reason.
    skipped: BTreeMap<String, u64>,
}

#[derive(Default)]
struct Total {
    files: u64,
    check: FileCheck,
}

struct Checked {
    path: String,
    check: FileCheck,
}

impl Checks {
    fn add(&mut self, path: String, check: FileCheck) {
        self.total.files += 1;
        self.total.check.add(&check);
        self.files.push(Checked { path, check });
    }

    /// Sorts the files, the worst first, and keeps `shown` of them. Returns the
    /// number of the others.
    fn sort(&mut self, shown: usize) -> usize {
        self.files.sort_by(|a, b| {
            let by_quality = a.check.quality().total_cmp(&b.check.quality());
            by_quality.then_with(|| a.path.cmp(&b.path))
        });
        let hidden = self.files.len().saturating_sub(shown);
        self.files.truncate(shown);
        hidden
    }
}

/// The check of a file or of all, in JSON.
#[derive(Serialize)]
struct Shares<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    path: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    files: Option<u64>,
    articles: u64,
    problems: u64,
    words: u64,
    /// Share of fields with a value.
    filled: Option<f64>,
    /// Share of words that are syllables.
    syllables: Option<f64>,
    /// Share of articles with a value, by field.
    fields: serde_json::Map<String, serde_json::Value>,
}

impl<'a> Shares<'a> {
    fn of(path: Option<&'a str>, files: Option<u64>, check: &FileCheck) -> Self {
        let fields = CHECKED_FIELDS
            .iter()
            .zip(check.filled)
            .map(|(field, filled)| {
                let share =
                    (check.articles > 0).then(|| rounded(filled as f64 / check.articles as f64));
                ((*field).to_owned(), share.into())
            });
        Self {
            path,
            files,
            articles: check.articles,
            problems: check.problems,
            words: check.words,
            filled: check.filled_share().map(rounded),
            syllables: check.syllable_share().map(rounded),
            fields: fields.collect(),
        }
    }
}

fn rounded(share: f64) -> f64 {
    (share * 10_000.0).round() / 10_000.0
}

#[derive(Serialize)]
struct Answer<'a> {
    version: u32,
    total: Shares<'a>,
    files: Vec<Shares<'a>>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    skipped: &'a BTreeMap<String, u64>,
}

/// The columns of CSV before those of the fields.
const COLUMNS: [&str; 5] = ["path", "articles", "problems", "filled", "syllables"];

/// A share in percent; a dash if there is none.
fn percent(share: Option<f64>) -> String {
    share.map_or_else(
        || "–".to_owned(),
        |share| format!("{:.0} %", (share * 100.0).floor()),
    )
}

impl Checks {
    fn shares(&self) -> impl Iterator<Item = Shares<'_>> {
        let files = self.files.iter();
        files.map(|file| Shares::of(Some(&file.path), None, &file.check))
    }
}

impl Listing for Checks {
    fn text(&self, out: &mut dyn Write, terminal: &Terminal) -> Result<()> {
        let mut table = Table::new(&[
            ("filled", Side::Right),
            ("syllables", Side::Right),
            ("articles", Side::Right),
            ("problems", Side::Right),
            ("file", Side::Left),
        ]);
        let mut row = |name: &str, check: &FileCheck| {
            table.row([
                percent(check.filled_share()),
                percent(check.syllable_share()),
                count(check.articles),
                count(check.problems),
                name.to_owned(),
            ]);
        };
        for file in &self.files {
            row(&file.path, &file.check);
        }
        let files = counted(self.total.files, "file");
        row(&format!("all, {files}"), &self.total.check);
        table.write(out, terminal)?;
        let total = Shares::of(None, None, &self.total.check);
        let fields = CHECKED_FIELDS.iter().map(|field| {
            let share = total.fields.get(*field).and_then(serde_json::Value::as_f64);
            format!("{field} {}", percent(share))
        });
        writeln!(
            out,
            "\nwith a value: {}",
            fields.collect::<Vec<_>>().join(", ")
        )?;
        if !self.skipped.is_empty() {
            let reasons = self.skipped.iter();
            let reasons = reasons.map(|(reason, &files)| format!("{reason} {}", count(files)));
            let reasons = reasons.collect::<Vec<_>>().join(", ");
            writeln!(out, "skipped: {reasons}")?;
        }
        Ok(())
    }

    fn json(&self, out: &mut dyn Write) -> Result<()> {
        let answer = Answer {
            version: VERSION,
            total: Shares::of(None, Some(self.total.files), &self.total.check),
            files: self.shares().collect(),
            skipped: &self.skipped,
        };
        Ok(write_pretty(out, &answer)?)
    }

    fn jsonl(&self, out: &mut dyn Write) -> Result<()> {
        write_lines(out, self.shares())
    }

    fn table(&self, rows: &mut Rows<'_>) -> Result<()> {
        rows.header(&[COLUMNS.as_slice(), &CHECKED_FIELDS].concat())?;
        for shares in self.shares() {
            let number = |share: Option<f64>| share.map_or(Cell::Empty, Cell::Decimal);
            let mut row = vec![
                Cell::optional(shares.path),
                Cell::from(shares.articles),
                Cell::from(shares.problems),
                number(shares.filled),
                number(shares.syllables),
            ];
            row.extend(CHECKED_FIELDS.iter().map(|field| {
                number(
                    shares
                        .fields
                        .get(*field)
                        .and_then(serde_json::Value::as_f64),
                )
            }));
            rows.row(row)?;
        }
        Ok(())
    }
}
