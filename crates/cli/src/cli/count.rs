//! The unit of counts, as a flag.

use clap::{Args, ValueEnum};
use timbao_views::Count;

/// The flag `--count`.
#[derive(Debug, Clone, Copy, Default, Args)]
pub(crate) struct CountArgs {
    /// Count publications, or texts: every text once, at its first publication among the counted
    /// articles
    #[arg(
        long = "count",
        value_name = "WHAT",
        value_enum,
        default_value_t,
        hide_possible_values = true
    )]
    count: CountName,
}

/// The units of a count.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
enum CountName {
    /// Every publication
    #[default]
    Publications,
    /// Every text once
    Texts,
}

impl From<CountArgs> for Count {
    fn from(args: CountArgs) -> Self {
        match args.count {
            CountName::Publications => Self::Publications,
            CountName::Texts => Self::Texts,
        }
    }
}
