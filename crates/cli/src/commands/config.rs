//! `timbao config`.

use std::borrow::Cow;
use std::io::Write;

use serde::Serialize;

use crate::cli::{ConfigShowArgs, ListFormat};
use crate::config::{Entry, Origin};
use crate::error::Result;
use crate::exit::Outcome;
use crate::output::csv::CsvWriter;
use crate::output::json;
use crate::output::pager::Sink;
use crate::output::table::{Side, Table};
use timbao_views::json::VERSION;

use super::Context;

/// A setting in JSON.
#[derive(Serialize)]
struct Setting<'a> {
    key: &'a str,
    value: &'a str,
    origin: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    place: Option<String>,
}

/// All settings, in JSON.
#[derive(Serialize)]
struct Answer<'a> {
    version: u32,
    settings: Vec<Setting<'a>>,
}

/// Prints every key and its value.
pub(crate) fn show(args: &ConfigShowArgs, context: &Context) -> Result<Outcome> {
    let entries = &context.settings.entries;
    let mut out = Sink::stdout();
    match args.format {
        ListFormat::Text => {
            let mut table = Table::new(&[("", Side::Left), ("", Side::Left), ("", Side::Left)]);
            for entry in entries {
                let value = if entry.value.is_empty() {
                    "–"
                } else {
                    &entry.value
                };
                let origin = if args.origin {
                    entry.origin.to_string()
                } else {
                    String::new()
                };
                table.row([entry.key, value, &origin]);
            }
            table.write(&mut out, &context.terminal)?;
        }
        ListFormat::Json => {
            let settings: Vec<_> = entries.iter().map(setting).collect();
            json::write_pretty(
                &mut out,
                &Answer {
                    version: VERSION,
                    settings,
                },
            )?;
        }
        ListFormat::Jsonl => {
            entries
                .iter()
                .try_for_each(|entry| json::write_line(&mut out, &setting(entry)))?;
        }
        ListFormat::Csv => {
            let mut rows = CsvWriter::new(
                &mut out,
                &context.terminal,
                &["key", "value", "origin", "place"],
            )?;
            for entry in entries {
                let setting = setting(entry);
                let place = setting.place.unwrap_or_default();
                rows.row([setting.key, setting.value, setting.origin, &place].map(Cow::Borrowed))?;
            }
            rows.flush()?;
        }
    }
    out.flush()?;
    Ok(Outcome::Found)
}

fn setting(entry: &Entry) -> Setting<'_> {
    let place = match &entry.origin {
        Origin::Environment(variable) => Some(variable.clone()),
        Origin::Project(path) | Origin::User(path) => Some(path.display().to_string()),
        Origin::Flag | Origin::Default => None,
    };
    Setting {
        key: entry.key,
        value: &entry.value,
        origin: entry.origin.name(),
        place,
    }
}
