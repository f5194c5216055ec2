//! `timbao config`.

use std::io::Write;

use serde::Serialize;

use crate::cli::ConfigShowArgs;
use crate::config::{Entry, Origin};
use crate::error::Result;
use crate::exit::Outcome;
use crate::output::json::write_pretty;
use crate::output::listing::{Listing, write_lines};
use crate::output::rows::Rows;
use crate::output::table::{Side, Table};
use crate::output::terminal::Terminal;
use timbao_views::Cell;
use timbao_views::json::VERSION;

use super::context::Context;

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
    let answer = Listed {
        entries: &context.settings.entries,
        with_origin: args.origin,
    };
    context.list(args.list.format, &answer)?;
    Ok(Outcome::Found)
}

/// Settings.
struct Listed<'a> {
    entries: &'a [Entry],
    /// Whether people see the origin of each.
    with_origin: bool,
}

impl Listing for Listed<'_> {
    fn text(&self, out: &mut dyn Write, terminal: &Terminal) -> Result<()> {
        let mut table = Table::new(&[("", Side::Left), ("", Side::Left), ("", Side::Left)]);
        for entry in self.entries {
            let value = match entry.value.as_str() {
                "" => "–",
                value => value,
            };
            let origin = match self.with_origin {
                true => entry.origin.to_string(),
                false => String::new(),
            };
            table.row([entry.key, value, &origin]);
        }
        Ok(table.write(out, terminal)?)
    }

    fn json(&self, out: &mut dyn Write) -> Result<()> {
        let answer = Answer {
            version: VERSION,
            settings: self.entries.iter().map(setting).collect(),
        };
        Ok(write_pretty(out, &answer)?)
    }

    fn jsonl(&self, out: &mut dyn Write) -> Result<()> {
        write_lines(out, self.entries.iter().map(setting))
    }

    fn table(&self, rows: &mut Rows<'_>) -> Result<()> {
        let header = ["key", "value", "origin", "place"];
        rows.header(&header)?;
        for entry in self.entries {
            let setting = setting(entry);
            let place = setting.place.unwrap_or_default();
            rows.row([setting.key, setting.value, setting.origin, &place].map(Cell::from))?;
        }
        Ok(())
    }
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
