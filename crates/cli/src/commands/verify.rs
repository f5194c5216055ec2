//! `timbao verify`.

use std::io::Write;

use serde::Serialize;
use timbao_index::maintain::{Fault, FaultKind, VerifyReport, verify};
use timbao_index::{Error, Index};
use timbao_views::json::VERSION;

use crate::cli::{RecordFormat, VerifyArgs};
use crate::error::{Failure, Result};
use crate::exit::Outcome;
use crate::output::json::write_pretty;
use crate::output::number::{bytes, counted};
use crate::output::pager::Sink;
use crate::output::path::relative;
use crate::output::sanitize::escape;

use super::cluster;
use super::context::{Context, cluster_client};

/// The result of a check, in JSON.
#[derive(Serialize)]
struct Answer<'a> {
    version: u32,
    index: String,
    sound: bool,
    #[serde(flatten)]
    report: &'a VerifyReport,
}

/// Checks the index.
pub(crate) fn run(args: &VerifyArgs, context: &Context) -> Result<Outcome> {
    if let Some(client) = cluster_client(context)? {
        return cluster::verify(&client, args.format);
    }
    let dir = &context.settings.index;
    let report = verify(dir, args.sources)?;
    let mut out = Sink::stdout();
    match args.format {
        RecordFormat::Json => {
            let answer = Answer {
                version: VERSION,
                index: dir.display().to_string(),
                sound: report.is_sound(),
                report: &report,
            };
            write_pretty(&mut out, &answer)?;
        }
        RecordFormat::Text => write_text(&mut out, &report)?,
    }
    out.flush()?;
    if !report.is_sound() {
        if let Err(error @ Error::OtherVersion { .. }) = Index::open(dir) {
            return Err(error.into());
        }
        let place = dir.display();
        return Err(Failure::new(format!("the index at {place} is damaged"))
            .hint("run `timbao repair` to repair it, or `timbao restore FILE --overwrite` to restore a backup"));
    }
    Ok(Outcome::of(report.faults.is_empty()))
}

fn write_text(out: &mut dyn Write, report: &VerifyReport) -> Result<()> {
    for fault in &report.faults {
        writeln!(out, "{}", told(fault))?;
    }
    if report.is_sound() {
        write!(
            out,
            "intact: {} in {}, {}",
            counted(report.articles, "article"),
            counted(report.files, "file"),
            bytes(report.bytes)
        )?;
        if report.source_files > 0 {
            let changed = counted(report.faults.len() as u64, "change");
            let files = counted(report.source_files, "file");
            write!(out, "; {changed} in {files} that were indexed")?;
        }
        writeln!(out)?;
    }
    Ok(())
}

/// A fault on a line.
pub(super) fn told(fault: &Fault) -> String {
    let kind = match fault.kind {
        FaultKind::Missing => "missing",
        FaultKind::Damaged => "damaged",
        FaultKind::Disagreement => "disagreement",
        FaultKind::OtherVersion => "other version",
        FaultKind::Stale => "changed",
        _ => "wrong",
    };
    let file = relative(&fault.file);
    escape(&format!("{kind}: {file}: {}", fault.message)).to_string()
}
