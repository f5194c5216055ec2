//! `timbao watch`.

use std::time::Duration;

use timbao_index::update::{Sources, UpdateReport, Vanished};
use timbao_index::watch::{WatchEvent, WatchTimes, watch_index};

use crate::cli::WatchArgs;
use crate::error::{Result, say, warn};
use crate::exit::Outcome;
use crate::output::number::counted;
use crate::output::path::relative;
use crate::output::style::Role;

use super::context::Context;
use super::index::{shown, summarize, tell_problems};
use super::progress::{Notices, stop_on_interrupt};
use super::watched::{UpdateError, WatchedIndex};

/// Keeps the index fresh until it is interrupted.
pub(crate) fn run(args: &WatchArgs, context: &Context) -> Result<Outcome> {
    let palette = context.terminal.error_palette;
    let stop = stop_on_interrupt(palette);
    let walk = [args.hidden, args.allow_vanished];
    let index = WatchedIndex::new(&args.writing, walk, context, stop)?;
    let times = WatchTimes::within(Duration::from_secs(args.within.get().into()), index.stop());
    let sources = match &args.paths[..] {
        [] => Sources::Remembered,
        paths => Sources::Paths(paths.to_vec()),
    };
    let mut is_first = true;
    let mut away: Vec<Vanished> = Vec::new();
    let mut tell = |event: WatchEvent<'_, UpdateError>| match event {
        WatchEvent::Updated(report) => {
            if is_first || report.committed {
                tell_problems(report, context);
                summarize(report, false, context);
            }
            if report.vanished != away {
                tell_vanished(&report.vanished, context);
                away.clone_from(&report.vanished);
            }
            if is_first {
                say(palette, Role::Title, "watch", &watched(report));
            }
            is_first = false;
        }
        WatchEvent::Failed(error) => warn(palette, &format!("{error}; trying again")),
        WatchEvent::Polled { path, reason } => {
            let path = relative(path);
            let message = format!(
                "{path}: changes are not reported ({reason}); comparing every {} s",
                args.within
            );
            warn(palette, &message);
        }
        _ => {}
    };
    let except = index.own_directory();
    watch_index(
        &index,
        except,
        &sources,
        &times,
        &Notices(palette),
        &mut tell,
    )?;
    Ok(Outcome::Found)
}

/// Warns of missing sources, which may come back.
fn tell_vanished(vanished: &[Vanished], context: &Context) {
    let palette = context.terminal.error_palette;
    for away in vanished {
        let message = format!("{}; they stay until it is back", shown(away));
        warn(palette, &message);
    }
    if !vanished.is_empty() {
        let hint = "`timbao reindex --allow-vanished` removes them";
        say(palette, Role::Hint, "hint", &hint);
    }
}

fn watched(report: &UpdateReport) -> String {
    let sources = counted(report.sources.len() as u64, "source");
    format!("following {sources}; Ctrl-C to stop")
}
