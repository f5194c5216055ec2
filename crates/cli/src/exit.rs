//! Exit codes, decided in one place.

use std::process::ExitCode;

/// How a command that did its work ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// Something was found, or done.
    Found,
    /// Nothing was found.
    Nothing,
    /// The work was done, but for what could not be read. Articles of it in an index are as they were.
    Incomplete,
}

/// The exit code after an error.
pub(crate) const ERROR: u8 = 2;

impl Outcome {
    /// [`Found`](Self::Found) if `any`, else [`Nothing`](Self::Nothing).
    pub(crate) fn of(any: bool) -> Self {
        if any { Self::Found } else { Self::Nothing }
    }

    /// [`of`](Self::of), or [`Incomplete`](Self::Incomplete) if something could not be read.
    pub(crate) fn of_reading(any: bool, is_incomplete: bool) -> Self {
        match is_incomplete {
            true => Self::Incomplete,
            false => Self::of(any),
        }
    }
}

impl From<Outcome> for ExitCode {
    fn from(outcome: Outcome) -> Self {
        match outcome {
            Outcome::Found => Self::SUCCESS,
            Outcome::Nothing => Self::from(1),
            Outcome::Incomplete => Self::from(3),
        }
    }
}
