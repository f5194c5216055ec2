//! Filters of a query as flags.

use std::collections::BTreeMap;

use clap::{Arg, ArgAction, ArgMatches, Args, Command, FromArgMatches};
use timbao_query::plan::Facet;

use super::values::Accents;

/// Filters and options of a query.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "Query options")]
pub(crate) struct FilterArgs {
    /// Published after this day, month or year (25/3/2026, 2026-03, 2026)
    #[arg(long, value_name = "DATE")]
    pub after: Option<String>,
    /// Published before this day, month or year
    #[arg(long, value_name = "DATE")]
    pub before: Option<String>,
    /// Published within this day, month, year or range (2025..3/2026)
    #[arg(long, value_name = "DATE")]
    pub date: Option<String>,
    #[command(flatten)]
    pub facets: FacetFilters,
    /// Accents of the query: auto, strict or loose [default: auto]
    ///
    /// `auto` treats a query with accents as accent-sensitive and one without
    /// as accent-insensitive; `strict` makes every query sensitive, `loose`
    /// none. = and ~ before a word or phrase do the same for that part alone.
    #[arg(long, value_name = "HOW", hide_possible_values = true)]
    pub accents: Option<Accents>,
}

/// The values of `--section`, `--place` and the flags of all other facets that are not periods.
#[derive(Debug, Default)]
pub(crate) struct FacetFilters(pub BTreeMap<Facet, Vec<String>>);

impl Args for FacetFilters {
    fn augment_args(command: Command) -> Command {
        command.args(Facet::stated().map(flag))
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl FromArgMatches for FacetFilters {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let mut filters = Self::default();
        filters.update_from_arg_matches(matches)?;
        Ok(filters)
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        for facet in Facet::stated() {
            if let Some(values) = matches.get_many::<String>(facet.name()) {
                self.0.insert(facet, values.cloned().collect());
            }
        }
        Ok(())
    }
}

/// The flag that limits a query to the values of a facet.
fn flag(facet: Facet) -> Arg {
    let name = facet.name();
    let (first, rest) = name.split_at(1);
    let help = format!(
        "{}{rest} contains these words ('{}')",
        first.to_uppercase(),
        facet.example()
    );
    let arg = Arg::new(name)
        .long(name)
        .value_name("WORDS")
        .help(&help)
        .action(ArgAction::Append)
        .allow_hyphen_values(true);
    if facet != Facet::Section {
        return arg;
    }
    arg.long_help(format!(
        "{help}\n\nWith = before them the section is just these: '=Kinh tế' does not accept Kinh tế - \
         Xã hội. With - before them articles with these words are excluded: '-Thể thao', '-=Kinh \
         tế'. The flag can be repeated: one of the values is enough. '-*' accepts articles without a \
         section, '*' excludes them. The same holds for the other facets."
    ))
}

/// The ids of the flags that make a query optional.
pub(super) fn conditions() -> impl Iterator<Item = &'static str> {
    let dates = ["after", "before", "date"].into_iter();
    dates.chain(Facet::stated().map(Facet::name))
}

/// The names of facets as alternatives: `section, place or source`.
pub(super) fn either(facets: &[Facet]) -> String {
    let names: Vec<&str> = facets.iter().map(|facet| facet.name()).collect();
    match names.split_last() {
        Some((last, [])) => (*last).to_owned(),
        Some((last, others)) => format!("{} or {last}", others.join(", ")),
        None => String::new(),
    }
}

/// The facets that are not periods as alternatives.
pub(super) fn either_stated() -> String {
    either(&Facet::stated().collect::<Vec<_>>())
}
