//! `timbao kwic`.

use std::borrow::Cow;
use std::io::{self, Write};

use timbao_index::{Index, Searcher};
use timbao_query::Request;
use timbao_views::csv;
use timbao_views::json::{KwicAnswer, KwicGroupsAnswer};
use timbao_views::{Citation, Concordance, KwicGroup, KwicLine, KwicOptions, Sample};

use crate::cli::{KwicArgs, ListFormat};
use crate::error::Result;
use crate::exit::Outcome;
use crate::output::csv::CsvWriter;
use crate::output::date::vietnamese_text;
use crate::output::json::{write_line, write_pretty};
use crate::output::number::{count, counted};
use crate::output::sanitize::escape;
use crate::output::style::Role;
use crate::output::table::{Side, Table};
use crate::output::terminal::Terminal;
use crate::output::width::{truncated, truncated_start, width};

use super::Context;
use super::cite;
use super::collocates::counted_matches;
use super::query::{prepare, warn_of};

/// Lines that are printed unless more are asked for.
const SHOWN: usize = 50;
/// Lines that are read at a time, some 50 MB; each article of them is read once.
const BATCH: usize = 50_000;

/// Prints a concordance.
pub(crate) fn run(args: &KwicArgs, context: &Context) -> Result<Outcome> {
    let searcher = Index::open(&context.settings.index)?.searcher()?;
    let request = prepare(args.query.join(" "), &args.filters, context)?;
    warn_of(&request, context);
    let options = KwicOptions {
        left: args.left.unwrap_or(args.context),
        right: args.right.unwrap_or(args.context),
        sort: args.sort.clone(),
        sample: args.sample.map(|size| Sample {
            size,
            seed: args.seed,
        }),
    };
    let plan = request.plan().as_phrases();
    let concordance = searcher.concordance(&plan, &options)?;
    let view = View {
        searcher: &searcher,
        args,
        request: &request,
        concordance,
        sample: options.sample,
        citation: cite::citation(args.cite, &searcher, [(&request, &plan)])?,
    };
    let mut out = context.paged_for(args.format);
    if args.group.is_empty() {
        view.write_lines(&mut out, &context.terminal)?;
    } else {
        view.write_groups(&mut out, &context.terminal)?;
    }
    cite::write(&mut out, view.citation.as_ref(), args.format, context)?;
    out.flush()?;
    let concordance = &view.concordance;
    Ok(Outcome::of(concordance.matches() > 0))
}

/// How many lines or groups are printed.
fn limit(args: &KwicArgs) -> usize {
    args.limit.unwrap_or(match args.format {
        ListFormat::Text | ListFormat::Json => SHOWN,
        ListFormat::Jsonl | ListFormat::Csv => usize::MAX,
    })
}

fn write_summary(
    out: &mut dyn Write,
    terminal: &Terminal,
    concordance: &Concordance,
    shown: usize,
) -> io::Result<()> {
    let mut summary = format!(
        "{} in {}",
        counted_matches(concordance.matches()),
        counted(concordance.articles(), "article")
    );
    if (concordance.len() as u64) < concordance.matches() {
        summary.push_str(&format!(
            ", a sample of {}",
            count(concordance.len() as u64)
        ));
    }
    if shown < concordance.len() {
        summary.push_str(&format!(", {} shown", count(shown as u64)));
    }
    writeln!(out, "{}", terminal.palette.paint(Role::Dim, &summary))
}

/// What of a line is shown, each part on one line.
struct Shown {
    date: String,
    left: String,
    matched: String,
    right: String,
    place: String,
}

impl Shown {
    fn new(line: &KwicLine) -> Self {
        let one_line = |text: &str| escape(&text.replace('\n', " ¶ ")).into_owned();
        let date = line.date.as_deref().unwrap_or_default();
        Self {
            date: vietnamese_text(date),
            left: one_line(&line.left),
            matched: one_line(&line.matched),
            right: one_line(&line.right),
            place: format!("{} {}:{}", escape(&line.id), line.field, line.token),
        }
    }
}

/// Columns of an article's id and the place in it, where the terminal has room for both.
const PLACE: usize = 36;
/// Narrower terminals show no places.
const WITH_PLACES: usize = 110;

fn write_text(out: &mut dyn Write, terminal: &Terminal, lines: &[KwicLine]) -> io::Result<()> {
    let lines: Vec<Shown> = lines.iter().map(Shown::new).collect();
    let widest = |part: fn(&Shown) -> &String| lines.iter().map(|l| width(part(l))).max();
    let widest = |part| widest(part).unwrap_or(0);
    let (date, matched) = (widest(|l| &l.date), widest(|l| &l.matched));
    let (mut left, mut right) = (widest(|l| &l.left), widest(|l| &l.right));
    let mut place = widest(|l| &l.place);
    if let Some(columns) = terminal.columns {
        place = if columns >= WITH_PLACES {
            place.min(PLACE)
        } else {
            0
        };
        let taken = date + 2 + matched + if place > 0 { place + 2 } else { 0 };
        let room = columns.saturating_sub(taken);
        // What one side does not need is the other's.
        let half = room / 2;
        (left, right) = (
            left.min(room - right.min(half)),
            right.min(room - left.min(half)),
        );
    }
    let paint = |role, text: &str| terminal.palette.paint(role, text).to_string();
    for line in &lines {
        let before = truncated_start(&line.left, left);
        let behind = truncated(&line.right, right);
        write!(
            out,
            "{}{}  {}{before}{}{behind}",
            paint(Role::Dim, &line.date),
            " ".repeat(date - width(&line.date)),
            " ".repeat(left.saturating_sub(width(&before))),
            paint(Role::Match, &line.matched),
        )?;
        if place > 0 {
            // The next column begins where the longest match and context end.
            let taken = width(&line.matched) + width(&behind);
            write!(
                out,
                "{}  {}",
                " ".repeat((matched + right).saturating_sub(taken)),
                paint(Role::Dim, &truncated_start(&line.place, place)),
            )?;
        }
        writeln!(out)?;
    }
    Ok(())
}

/// A concordance, and what is written with it.
struct View<'a> {
    searcher: &'a Searcher,
    args: &'a KwicArgs,
    request: &'a Request,
    concordance: Concordance,
    sample: Option<Sample>,
    citation: Option<Citation>,
}

impl View<'_> {
    fn write_lines(&self, out: &mut dyn Write, terminal: &Terminal) -> Result<()> {
        let Self {
            searcher,
            args,
            request,
            concordance,
            sample,
            citation,
        } = self;
        let end = args
            .offset
            .saturating_add(limit(args))
            .min(concordance.len());
        let batches = (args.offset..end)
            .step_by(BATCH)
            .map(|start| concordance.lines(*searcher, start..(start + BATCH).min(end)));
        match args.format {
            ListFormat::Text => {
                let lines = concordance.lines(*searcher, args.offset..end)?;
                write_summary(out, terminal, concordance, lines.len())?;
                write_text(out, terminal, &lines)?;
            }
            ListFormat::Json => {
                let lines = concordance.lines(*searcher, args.offset..end)?;
                let mut answer = KwicAnswer::new(
                    request.text(),
                    request.problems(),
                    concordance,
                    *sample,
                    args.offset,
                    &lines,
                );
                answer.citation = citation.as_ref();
                write_pretty(out, &answer)?;
            }
            ListFormat::Jsonl => {
                for batch in batches {
                    for line in batch? {
                        write_line(out, &line)?;
                    }
                }
            }
            ListFormat::Csv => {
                let mut rows = CsvWriter::new(out, terminal, &csv::KWIC_HEADER)?;
                for batch in batches {
                    for line in &batch? {
                        rows.row(csv::kwic_row(line))?;
                    }
                }
                rows.flush()?;
            }
        }
        Ok(())
    }

    fn write_groups(&self, out: &mut dyn Write, terminal: &Terminal) -> Result<()> {
        let Self {
            searcher,
            args,
            request,
            concordance,
            sample,
            citation,
        } = self;
        let groups = concordance.groups(*searcher, &args.group)?;
        let all = groups.len();
        let start = args.offset.min(all);
        let end = args.offset.saturating_add(limit(args)).min(all);
        let shown: &[KwicGroup] = groups.get(start..end).unwrap_or_default();
        let names: Vec<String> = args.group.iter().map(ToString::to_string).collect();
        match args.format {
            ListFormat::Text => {
                write_summary(out, terminal, concordance, concordance.len())?;
                let mut columns = vec![("matches", Side::Right), ("articles", Side::Right)];
                columns.extend(args.group.iter().map(|key| (key.name(), Side::Left)));
                let mut table = Table::new(&columns);
                for group in shown {
                    let values = group
                        .values
                        .iter()
                        .map(|value| value.clone().unwrap_or_else(|| "(none)".to_owned()));
                    table.row(
                        [count(group.matches), count(group.articles)]
                            .into_iter()
                            .chain(values),
                    );
                }
                table.write(out, terminal)?;
                if shown.len() < all {
                    let more = format!(
                        "{} of {}; --limit shows more",
                        count(shown.len() as u64),
                        counted(all as u64, "group")
                    );
                    writeln!(out, "{}", terminal.palette.paint(Role::Dim, &more))?;
                }
            }
            ListFormat::Json => {
                let mut answer = KwicGroupsAnswer::new(
                    request.text(),
                    request.problems(),
                    concordance,
                    *sample,
                    &args.group,
                    shown,
                );
                answer.citation = citation.as_ref();
                write_pretty(out, &answer)?;
            }
            ListFormat::Jsonl => {
                for group in shown {
                    write_line(out, group)?;
                }
            }
            ListFormat::Csv => {
                let mut header: Vec<&str> = names.iter().map(String::as_str).collect();
                header.extend(["matches", "articles"]);
                let mut rows = CsvWriter::new(out, terminal, &header)?;
                for group in shown {
                    let mut values: Vec<Cow<'_, str>> = group
                        .values
                        .iter()
                        .map(|value| Cow::from(value.as_deref().unwrap_or_default()))
                        .collect();
                    values.extend([
                        group.matches.to_string().into(),
                        group.articles.to_string().into(),
                    ]);
                    rows.row(values)?;
                }
                rows.flush()?;
            }
        }
        Ok(())
    }
}
