//! Progress of an update, on one line of a terminal.

use std::fmt::Write as _;
use std::io::{self, Write};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use timbao_articles::Problem;
use timbao_index::update::{Phase, Progress, Reading};

use crate::error::{Failure, Result, say};
use crate::output::number::{bytes, count, counted, duration};
use crate::output::sanitize::escape;
use crate::output::style::{Palette, Role};
use crate::output::width::truncated;

use super::context::Context;

/// Runs a task with a progress line on a terminal. After an interrupt from the keyboard it has
/// [`ORDERLY`] to stop; a second one ends it at once.
pub(super) fn interruptible<T, E>(
    context: &Context,
    work: impl FnOnce(&dyn Progress, Arc<AtomicBool>) -> Result<T, E>,
) -> Result<T>
where
    Failure: From<E>,
{
    let palette = context.terminal.error_palette;
    let stop = stop_on_interrupt(palette);
    if !context.terminal.shows_progress {
        return Ok(work(&Notices(palette), stop)?);
    }
    let columns = context.terminal.columns.unwrap_or(80);
    let line = ProgressLine::new(columns, palette, Arc::clone(&stop));
    let result = work(&line, stop);
    line.clear();
    Ok(result?)
}

/// Is set at the first interrupt from the keyboard. A second one ends the program, and so does
/// [`ORDERLY`].
pub(super) fn stop_on_interrupt(palette: Palette) -> Arc<AtomicBool> {
    let stop = Arc::new(AtomicBool::new(false));
    let heard = Arc::clone(&stop);
    // Without a handler an interrupt ends the process, and the index stays as it was.
    let _ = ctrlc::set_handler(move || {
        if heard.swap(true, Ordering::Relaxed) {
            std::process::exit(INTERRUPTED);
        }
        // One large file, a commit or a merge can take longer than that.
        let patience = thread::Builder::new().name("interrupted".to_owned());
        let waits = patience.spawn(move || {
            thread::sleep(ORDERLY);
            // A terminal that takes no more text must not hold up the end.
            thread::spawn(|| {
                thread::sleep(LAST_WORDS);
                std::process::exit(INTERRUPTED);
            });
            let message = "interrupted; what this run had not finished writing is not in the \
                           index, which is whole";
            say(palette, Role::Error, "error", &message);
            std::process::exit(INTERRUPTED);
        });
        if waits.is_err() {
            std::process::exit(INTERRUPTED);
        }
    });
    stop
}

/// Time that a run has to stop after an interrupt. The next run removes the files that a run left
/// unfinished.
const ORDERLY: Duration = Duration::from_millis(1500);

/// Time for the message at the end.
const LAST_WORDS: Duration = Duration::from_millis(300);

/// Reports only events that a user has to know at once.
pub(crate) struct Notices(pub(crate) Palette);

impl Progress for Notices {
    fn phase(&self, phase: Phase) {
        if let Phase::Waiting(patience) = phase {
            say(self.0, Role::Hint, "note", &waiting(patience));
        }
    }

    fn held(&self, source: &str, holder: &str, left: Duration) {
        say(self.0, Role::Hint, "note", &held(source, holder, left));
    }
}

fn held(source: &str, holder: &str, left: Duration) -> String {
    format!(
        "{} is writing {}; if it has failed, others can write in {} s",
        escape(holder),
        escape(source),
        left.as_secs() + 1
    )
}

fn waiting(patience: Duration) -> String {
    format!(
        "another process is writing; waiting up to {} s for it (--wait)",
        patience.as_secs()
    )
}

/// The exit code of a program ended by an interrupt, by convention of shells.
const INTERRUPTED: i32 = 130;

/// Draws how far an update is, on standard error.
pub(crate) struct ProgressLine {
    columns: usize,
    palette: Palette,
    /// Set when the user interrupts the run.
    stop: Arc<AtomicBool>,
    state: Mutex<State>,
}

struct State {
    phase: Option<Phase>,
    phase_began: Instant,
    files: u64,
    reading: Reading,
    drawn: Option<Instant>,
}

/// Time between two drawings.
const REST: Duration = Duration::from_millis(100);

impl ProgressLine {
    /// Creates a line of at most `columns` columns; `stop` is set when the user
    /// interrupts the run.
    pub(crate) fn new(columns: usize, palette: Palette, stop: Arc<AtomicBool>) -> Self {
        let state = State {
            phase: None,
            phase_began: Instant::now(),
            files: 0,
            reading: Reading::default(),
            drawn: None,
        };
        Self {
            columns,
            palette,
            stop,
            state: Mutex::new(state),
        }
    }

    /// Removes the line.
    pub(crate) fn clear(&self) {
        // A terminal that cannot be written to shows nothing that had to be removed.
        let _ = write!(io::stderr(), "\r\x1b[K");
    }

    fn change(&self, is_urgent: bool, change: impl FnOnce(&mut State)) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        change(&mut state);
        if is_urgent || state.drawn.is_none_or(|drawn| drawn.elapsed() >= REST) {
            state.drawn = Some(Instant::now());
            let mut line = state.line();
            if self.stop.load(Ordering::Relaxed) {
                line.insert_str(0, "stopping; press again to quit at once · ");
            }
            let line = truncated(&line, self.columns.saturating_sub(1));
            let _ = write!(io::stderr(), "\r\x1b[K{line}");
        }
    }
}

impl Progress for ProgressLine {
    fn phase(&self, phase: Phase) {
        if let Phase::Waiting(patience) = phase {
            return say(self.palette, Role::Hint, "note", &waiting(patience));
        }
        self.change(true, |state| {
            state.phase = Some(phase);
            state.phase_began = Instant::now();
        });
    }

    fn held(&self, source: &str, holder: &str, left: Duration) {
        say(
            self.palette,
            Role::Hint,
            "note",
            &held(source, holder, left),
        );
    }

    fn found(&self, files: u64) {
        self.change(false, |state| state.files = files);
    }

    fn read(&self, so_far: Reading) {
        self.change(false, |state| state.reading = so_far);
    }

    fn problem(&self, _problem: &Problem) {}
}

impl State {
    fn line(&self) -> String {
        match self.phase {
            None => String::new(),
            Some(Phase::Finding) => format!("finding files: {}", count(self.files)),
            Some(Phase::Reading { bytes: all, .. }) => {
                reading_line(self.reading, all, self.phase_began.elapsed())
            }
            Some(Phase::Committing) => "committing".to_owned(),
            Some(Phase::Merging) => "merging, so that searches are fast".to_owned(),
            Some(_) => "working".to_owned(),
        }
    }
}

/// Articles, speed, share done and time left.
fn reading_line(read: Reading, all: u64, spent: Duration) -> String {
    let mut line = counted(read.articles, "article");
    let seconds = spent.as_secs_f64();
    if seconds > 0.0 && read.bytes > 0 {
        let _ = write!(line, " · {}/s", bytes((read.bytes as f64 / seconds) as u64));
    }
    if all > 0 {
        let share = (read.bytes as f64 / all as f64).min(1.0);
        let _ = write!(line, " · {:.0} %", share * 100.0);
        // Before a second has passed a guess is worth nothing.
        if seconds >= 1.0 && share > 0.0 {
            let left = seconds / share - seconds;
            if let Ok(left) = Duration::try_from_secs_f64(left.round()) {
                let _ = write!(
                    line,
                    " · {} left",
                    if left < REST {
                        "nothing".to_owned()
                    } else {
                        duration(left)
                    }
                );
            }
        }
    }
    if read.problems > 0 {
        let _ = write!(line, " · {}", counted(read.problems, "problem"));
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_tells_speed_and_time_left() {
        let read = Reading {
            files: 3,
            bytes: 25_000_000,
            articles: 12_345,
            problems: 2,
        };
        assert_eq!(
            reading_line(read, 100_000_000, Duration::from_secs(2)),
            "12,345 articles · 12 MB/s · 25 % · 6.0 s left · 2 problems"
        );
        assert_eq!(
            reading_line(Reading::default(), 0, Duration::ZERO),
            "0 articles"
        );
        assert_eq!(
            reading_line(Reading::default(), 10, Duration::from_secs(5)),
            "0 articles · 0 %"
        );
    }
}
