//! `timbao collocates`.

use std::io::Write;

use timbao_query::Request;
use timbao_query::plan::Plan;
use timbao_views::csv::{COLLOCATES_HEADER, collocate_row};
use timbao_views::{Citation, CollocateOptions, CollocateSort, Collocates, Engine, KeywordOptions};

use crate::cli::{CollocateOrder, CollocatesArgs, FilterArgs};
use crate::error::Result;
use crate::exit::Outcome;
use crate::output::listing::{Listing, View, write_lines};
use crate::output::rows::Rows;
use crate::output::style::Role;
use crate::output::table::{Side, Table};
use crate::output::terminal::Terminal;
use timbao_views::language::{Noun, fill};

use super::cite;
use super::context::Context;
use super::engine;
use super::query::{base, prepare, warn_of};

/// Prints the collocates of a query.
pub(crate) fn run(args: &CollocatesArgs, context: &Context) -> Result<Outcome> {
    let engine = engine::open(context)?;
    let engine = &*engine;
    let request = prepare(args.query.join(" "), &args.filters, context)?;
    warn_of(&request, context);
    let plan = request.view_plan();
    let options = CollocateOptions {
        left: args.left.unwrap_or(args.window),
        right: args.right.unwrap_or(args.window),
        least: args.min,
        sort: args.by.into(),
        most: args.limit,
        count: args.count.into(),
    };
    if let (Some(of), Some(against)) = (&args.of, &args.against) {
        return run_comparison(
            args,
            engine,
            (&request, &plan),
            [of, against],
            &options,
            context,
        );
    }
    let base = base(&args.filters, context)?;
    let found = engine.collocates(&plan, &base, &options)?;
    let citation = cite::citation(
        args.cite.wanted(args.list.format),
        engine,
        [(&request, &plan)],
    )?;
    let answer = View {
        request: Some(&request),
        view: &found,
        citation,
    };
    context.list(args.list.format, &answer)?;
    Ok(Outcome::of(!found.collocates.is_empty()))
}

/// Compares the collocates in two sets of articles.
fn run_comparison(
    args: &CollocatesArgs,
    engine: &dyn Engine,
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
        count: options.count,
        ..KeywordOptions::default()
    };
    let found = engine.compare_collocates(plan, [of.plan(), against.plan()], options, &chosen)?;
    let cited = [
        (request, plan),
        (&of, of.plan()),
        (&against, against.plan()),
    ];
    let answer = View {
        request: Some(request),
        view: &found,
        citation: cite::citation(args.cite.wanted(args.list.format), engine, cited)?,
    };
    context.list(args.list.format, &answer)?;
    Ok(Outcome::of(!found.keywords.is_empty()))
}

impl Listing for View<'_, Collocates> {
    fn text(&self, out: &mut dyn Write, terminal: &Terminal) -> Result<()> {
        let found = self.view;
        let (language, words) = (terminal.language, terminal.language.words());
        let count = |number| language.count(number);
        let summary = fill(
            words.near_summary,
            &[
                &language.counted(found.matches, Noun::Match),
                &language.counted(found.window_tokens, Noun::Token),
                &count(found.of_tokens),
                &language.counted(found.compared, Noun::Unit),
            ],
        );
        writeln!(out, "{}", terminal.palette.paint(Role::Dim, &summary))?;
        let mut table = Table::new(&[
            (words.col_unit, Side::Left),
            (words.col_near, Side::Right),
            (words.col_articles, Side::Right),
            (words.col_in_all, Side::Right),
            (words.col_expected, Side::Right),
            (words.col_likelihood, Side::Right),
            ("logDice", Side::Right),
            ("MI", Side::Right),
        ]);
        for collocate in &found.collocates {
            table.row([
                collocate.unit.clone(),
                count(collocate.near),
                count(collocate.articles),
                count(collocate.count),
                language.decimal(collocate.expected, 1),
                language.decimal(collocate.log_likelihood, 1),
                language.decimal(collocate.log_dice, 2),
                language.decimal(collocate.mutual_information, 2),
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

    fn table(&self, rows: &mut Rows<'_>) -> Result<()> {
        let found = self.view;
        rows.header(&COLLOCATES_HEADER)?;
        for collocate in &found.collocates {
            rows.row(collocate_row(collocate))?;
        }
        Ok(())
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
