//! `timbao dispersion`.

use std::io::Write;

use timbao_views::csv::{DISPERSION_HEADER, dispersion_parts, dispersion_row};
use timbao_views::language::{Language, fill};
use timbao_views::{
    Citation, Dispersion, DispersionBy, DispersionOptions, DispersionPart, SLICES_OF_ARCHIVE,
    SLICES_OF_ARTICLE,
};

use crate::cli::DispersionArgs;
use crate::error::{Failure, Result};
use crate::exit::Outcome;
use crate::output::listing::{Listing, View, write_lines};
use crate::output::rows::Rows;
use crate::output::style::Role;
use crate::output::table::{Side, Table};
use crate::output::terminal::Terminal;

use super::cite;
use super::context::Context;
use super::engine;
use super::query::{base, prepare, warn_of};

/// Parts for people, by default.
const SHOWN: usize = 50;
/// Columns of the strip, unless the terminal has fewer.
const STRIP: usize = 100;

/// Measures how evenly the matches of a query are spread.
pub(crate) fn run(args: &DispersionArgs, context: &Context) -> Result<Outcome> {
    let engine = engine::open(context)?;
    let engine = &*engine;
    let request = prepare(args.query.join(" "), &args.filters, context)?;
    warn_of(&request, context);
    let plan = request.view_plan();
    let slices = |default| args.slices.map_or(default, |slices| slices as usize);
    let found = if let Some(id) = &args.id {
        let Some(&article) = engine.find(id)?.first() else {
            return Err(Failure::new(format!("no article {id}"))
                .hint("`timbao search` prints the id or path of every hit"));
        };
        engine.dispersion_in_article(&plan, article, slices(SLICES_OF_ARTICLE))?
    } else {
        let options = DispersionOptions {
            count: args.count.into(),
            by: args.by,
            slices: slices(SLICES_OF_ARCHIVE),
            most: args.limit.unwrap_or(args.list.most(SHOWN)),
        };
        engine.dispersion(&plan, &base(&args.filters, context)?, &options)?
    };
    let answer = View {
        request: Some(&request),
        view: &found,
        citation: cite::citation(
            args.cite.wanted(args.list.format),
            engine,
            [(&request, &plan)],
        )?,
    };
    context.list(args.list.format, &answer)?;
    Ok(Outcome::of(found.matches > 0))
}

impl Listing for View<'_, Dispersion> {
    fn text(&self, out: &mut dyn Write, terminal: &Terminal) -> Result<()> {
        let found = self.view;
        let (language, words) = (terminal.language, terminal.language.words());
        let total = fill(
            words.series_total,
            &[
                &language.places(found.matches),
                &language.count(found.articles),
                &language.articles(found.of_articles),
            ],
        );
        writeln!(out, "{}", terminal.palette.paint(Role::Dim, &total))?;
        let columns = terminal.columns.unwrap_or(STRIP).min(STRIP);
        let strip = strip(found, columns);
        writeln!(out, "{strip}")?;
        if found.positions.is_empty()
            && let Some(ends) = ends(&found.slices, strip.chars().count(), language)
        {
            writeln!(out, "{}", terminal.palette.paint(Role::Dim, &ends))?;
        }
        let parts = fill(
            words.in_parts,
            &[
                &language.count(found.parts_with_matches),
                &language.count(found.of_parts),
            ],
        );
        writeln!(out, "{parts}")?;
        for (name, value, note) in [
            (words.dp, found.dp, Some(words.dp_note)),
            (words.dp_norm, found.dp_norm, None),
            (words.juilland, found.juilland_d, Some(words.juilland_note)),
        ] {
            let value = value.map_or_else(
                || words.no_measure.to_owned(),
                |value| language.decimal(value, 3),
            );
            let note = note.map_or_else(String::new, |note| format!("  {note}"));
            writeln!(
                out,
                "{name}: {value}{}",
                terminal.palette.paint(Role::Dim, &note)
            )?;
        }
        if !found.parts.is_empty() {
            writeln!(out)?;
            table(found, language).write(out, terminal)?;
        }
        Ok(())
    }

    fn json(&self, out: &mut dyn Write) -> Result<()> {
        self.write_json(out)
    }

    fn jsonl(&self, out: &mut dyn Write) -> Result<()> {
        write_lines(out, dispersion_parts(self.view))
    }

    fn table(&self, rows: &mut Rows<'_>) -> Result<()> {
        rows.header(&DISPERSION_HEADER)?;
        for part in dispersion_parts(self.view) {
            rows.row(dispersion_row(part))?;
        }
        Ok(())
    }

    fn citation(&self) -> Option<&Citation> {
        self.citation.as_ref()
    }
}

/// The matches from the start of the text to its end: in an article a bar for each, in the archive
/// columns as high as their number.
fn strip(found: &Dispersion, columns: usize) -> String {
    const HEIGHTS: [char; 9] = ['·', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
    let columns = columns.max(1);
    if !found.positions.is_empty() {
        let mut cells = vec!['·'; columns];
        for position in &found.positions {
            let at = position.token as usize * columns / found.of_tokens.max(1) as usize;
            if let Some(cell) = cells.get_mut(at) {
                *cell = '│';
            }
        }
        return cells.into_iter().collect();
    }
    let columns = columns.min(found.slices.len().max(1));
    let mut cells = vec![0_u64; columns];
    for (number, slice) in found.slices.iter().enumerate() {
        if let Some(cell) = cells.get_mut(number * columns / found.slices.len()) {
            *cell += slice.matches;
        }
    }
    let most = cells.iter().copied().max().unwrap_or(0).max(1);
    let cells = cells.into_iter();
    cells
        .map(|n| HEIGHTS[(n * 8).div_ceil(most) as usize])
        .collect()
}

/// The first and the last day below the ends of the strip.
fn ends(slices: &[DispersionPart], columns: usize, language: Language) -> Option<String> {
    let first = slices.iter().find_map(|slice| slice.from.as_deref())?;
    let last = slices.iter().rev().find_map(|slice| slice.to.as_deref())?;
    let (first, last) = (language.date(first), language.date(last));
    let gap = columns.saturating_sub(first.len() + last.len()).max(1);
    Some(format!("{first}{}{last}", " ".repeat(gap)))
}

fn table(found: &Dispersion, language: Language) -> Table {
    let words = language.words();
    let unknown = match found.by {
        DispersionBy::Period(_) => words.undated,
        _ => words.no_value,
    };
    let mut table = Table::new(&[
        (words.col_part, Side::Left),
        (words.col_matches, Side::Right),
        (words.col_of_tokens, Side::Right),
        (words.col_per_million, Side::Right),
    ]);
    for part in &found.parts {
        let name = match (&part.part, found.by) {
            (Some(name), DispersionBy::Period(_)) => language.date(name),
            (Some(name), _) => name.clone(),
            (None, _) => unknown.to_owned(),
        };
        let rate = part.per_million_tokens;
        table.row([
            name,
            language.count(part.matches),
            language.count(part.of_tokens),
            rate.map_or_else(|| "–".to_owned(), |rate| language.rate(rate)),
        ]);
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strips_fit_their_columns() {
        let slice = |matches| DispersionPart {
            matches,
            ..DispersionPart::default()
        };
        let mut found = Dispersion {
            slices: [0, 8, 4, 1].map(slice).to_vec(),
            ..Dispersion::default()
        };
        assert_eq!(strip(&found, 80), "·█▄▁");
        assert_eq!(strip(&found, 2), "█▅");
        found.of_tokens = 10;
        found.positions = vec![timbao_views::DispersionPosition {
            token: 9,
            field: timbao_query::plan::TextField::Body,
            range: timbao_views::CharRange { start: 0, end: 1 },
        }];
        assert_eq!(strip(&found, 5), "····│");
    }
}
