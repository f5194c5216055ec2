//! Where settings come from, and names near to unknown ones.

use std::fmt;
use std::path::PathBuf;

/// The origin of a setting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Origin {
    /// The command line.
    Flag,
    /// A variable of the environment.
    Environment(String),
    /// The project's file.
    Project(PathBuf),
    /// The user's file.
    User(PathBuf),
    /// Nothing was said.
    Default,
}

impl Origin {
    /// The kind of place, in one word.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Flag => "flag",
            Self::Environment(_) => "environment",
            Self::Project(_) => "project",
            Self::User(_) => "user",
            Self::Default => "default",
        }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Flag | Self::Default => f.write_str(self.name()),
            Self::Environment(variable) => write!(f, "environment {variable}"),
            Self::Project(path) | Self::User(path) => {
                write!(f, "{} {}", self.name(), path.display())
            }
        }
    }
}

/// The candidate that differs from `typed` by a slip or two.
pub(super) fn nearest<'c>(typed: &str, candidates: &[&'c str]) -> Option<&'c str> {
    let typed = typed.to_lowercase();
    let distances = candidates
        .iter()
        .map(|&name| (strsim::osa_distance(&typed, name), name));
    distances
        .filter(|(distance, _)| *distance <= 2)
        .min()
        .map(|(_, name)| name)
}
