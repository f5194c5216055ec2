//! `timbao collocates`.

use std::io::Write;

use timbao_index::{Index, Searcher};
use timbao_query::Request;
use timbao_query::plan::Plan;
use timbao_views::csv::{COLLOCATES_HEADER, collocate_row};
use timbao_views::{Citation, CollocateOptions, CollocateSort, Collocates, KeywordOptions};

use crate::cli::{CollocateOrder, CollocatesArgs, FilterArgs};
use crate::error::Result;
use crate::exit::Outcome;
use crate::output::csv::CsvWriter;
use crate::output::listing::{Listing, View, write_lines};
use crate::output::number::{count, counted};
use crate::output::style::Role;
use crate::output::table::{Side, Table};
use crate::output::terminal::Terminal;

use super::Context;
use super::cite;
use super::query::{base, prepare, warn_of};

/// Prints the collocates of a query.
pub(crate) fn run(args: &CollocatesArgs, context: &Context) -> Result<Outcome> {
    let searcher = Index::open(&context.settings.index)?.searcher()?;
    let request = prepare(args.query.join(" "), &args.filters, context)?;
    warn_of(&request, context);
    let plan = request.plan().as_phrases();
    let options = CollocateOptions {
        left: args.left.unwrap_or(args.window),
        right: args.right.unwrap_or(args.window),
        least: args.min,
        sort: args.by.into(),
        most: args.limit,
    };
    if let (Some(of), Some(against)) = (&args.of, &args.against) {
        return run_comparison(
            args,
            &searcher,
            (&request, &plan),
            [of, against],
            &options,
            context,
        );
    }
    let base = base(&args.filters, context)?;
    let found = searcher.collocates(&plan, &base, &options)?;
    let citation = cite::citation(args.cite, &searcher, [(&request, &plan)])?;
    let answer = View {
        request: Some(&request),
        view: &found,
        citation,
    };
    context.list(args.format, &answer)?;
    Ok(Outcome::of(!found.collocates.is_empty()))
}

/// Compares the collocates in two sets of articles.
fn run_comparison(
    args: &CollocatesArgs,
    searcher: &Searcher,
    (request, plan): (&Request, &Plan),
    queries: [&String; 2],
    options: &CollocateOptions,
    context: &Context,
) -> Result<Outcome> {
    let filters = FilterArgs {
        accents: args.filters.accents,
        ..FilterArgs::default()
    };
    let [of, against] = queries.map(|query| prepare(query, &filters, context));
    let (of, against) = (of?, against?);
    warn_of(&of, context);
    warn_of(&against, context);
    let chosen = KeywordOptions {
        least: options.least,
        most: options.most,
        ..KeywordOptions::default()
    };
    let found = searcher.compare_collocates(plan, of.plan(), against.plan(), options, &chosen)?;
    let cited = [
        (request, plan),
        (&of, of.plan()),
        (&against, against.plan()),
    ];
    let answer = View {
        request: Some(request),
        view: &found,
        citation: cite::citation(args.cite, searcher, cited)?,
    };
    context.list(args.format, &answer)?;
    Ok(Outcome::of(!found.keywords.is_empty()))
}

impl Listing for View<'_, Collocates> {
    fn text(&self, out: &mut dyn Write, terminal: &Terminal) -> Result<()> {
        let found = self.view;
        let summary = format!(
            "near {}: {} of {}, {} compared",
            counted_matches(found.matches),
            counted(found.window_tokens, "token"),
            count(found.of_tokens),
            counted(found.compared, "unit"),
        );
        writeln!(out, "{}", terminal.palette.paint(Role::Dim, &summary))?;
        let mut table = Table::new(&[
            ("unit", Side::Left),
            ("near", Side::Right),
            ("articles", Side::Right),
            ("in all", Side::Right),
            ("expected", Side::Right),
            ("likelihood", Side::Right),
            ("logDice", Side::Right),
            ("MI", Side::Right),
        ]);
        for collocate in &found.collocates {
            table.row([
                collocate.unit.clone(),
                count(collocate.near),
                count(collocate.articles),
                count(collocate.count),
                format!("{:.1}", collocate.expected),
                format!("{:.1}", collocate.log_likelihood),
                format!("{:.2}", collocate.log_dice),
                format!("{:.2}", collocate.mutual_information),
            ]);
        }
        if !found.collocates.is_empty() {
            table.write(out, terminal)?;
        }
        Ok(())
    }

    fn json(&self, out: &mut dyn Write) -> Result<()> {
        self.write_json(out)
    }

    fn jsonl(&self, out: &mut dyn Write) -> Result<()> {
        write_lines(out, &self.view.collocates)
    }

    fn citation(&self) -> Option<&Citation> {
        self.citation.as_ref()
    }

    fn csv(&self, out: &mut dyn Write, terminal: &Terminal) -> Result<()> {
        let found = self.view;
        let mut rows = CsvWriter::new(out, terminal, &COLLOCATES_HEADER)?;
        for collocate in &found.collocates {
            rows.row(collocate_row(collocate))?;
        }
        rows.flush()
    }
}

/// "1 match", "12 matches".
pub(super) fn counted_matches(number: u64) -> String {
    match number {
        1 => "1 match".to_owned(),
        _ => format!("{} matches", count(number)),
    }
}

impl From<CollocateOrder> for CollocateSort {
    fn from(order: CollocateOrder) -> Self {
        match order {
            CollocateOrder::Likelihood => Self::LogLikelihood,
            CollocateOrder::Dice => Self::LogDice,
            CollocateOrder::Mi => Self::MutualInformation,
            CollocateOrder::Count => Self::Count,
        }
    }
}
