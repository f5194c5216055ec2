//! `timbao kwic`.

use std::io::{self, Write};

use timbao_query::Request;
use timbao_views::csv;
use timbao_views::json::{KwicAnswer, KwicGroupsAnswer};
use timbao_views::{
    Citation, Concordance, Engine, GroupKey, KwicGroup, KwicLine, KwicOptions, Sample,
};

use crate::cli::KwicArgs;
use crate::error::Result;
use crate::exit::Outcome;
use crate::output::date::vietnamese_text;
use crate::output::json::write_pretty;
use crate::output::listing::{Listing, write_lines};
use crate::output::rows::Rows;
use crate::output::sanitize::escape;
use crate::output::style::Role;
use crate::output::table::{Side, Table};
use crate::output::terminal::Terminal;
use crate::output::width::{truncated, truncated_start, width};
use timbao_views::language::{Noun, fill};

use super::cite;
use super::context::Context;
use super::engine;
use super::query::{prepare, warn_of};

/// Number of lines that are printed by default.
const SHOWN: usize = 50;
/// Lines that are read at a time, some 50 MB; each article of them is read once.
const BATCH: usize = 50_000;

/// Prints a concordance.
pub(crate) fn run(args: &KwicArgs, context: &Context) -> Result<Outcome> {
    let engine = engine::open(context)?;
    let engine = &*engine;
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
        shuffle: args.shuffle.then_some(args.seed),
        count: args.count.into(),
    };
    let plan = request.view_plan();
    let concordance = engine.concordance(&plan, &options)?;
    let view = View {
        engine,
        args,
        request: &request,
        concordance,
        sample: options.sample,
        citation: cite::citation(
            args.cite.wanted(args.list.format),
            engine,
            [(&request, &plan)],
        )?,
    };
    if args.group.is_empty() {
        context.list(args.list.format, &Lines(&view))?;
    } else {
        let groups = view.concordance.groups(engine, &args.group)?;
        let start = args.offset.min(groups.len());
        let end = view.end(groups.len());
        let shown = groups.get(start..end).unwrap_or_default();
        let all = groups.len();
        context.list(
            args.list.format,
            &Groups {
                view: &view,
                shown,
                all,
            },
        )?;
    }
    Ok(Outcome::of(view.concordance.matches() > 0))
}

/// Number of lines or groups that are printed.
fn limit(args: &KwicArgs) -> usize {
    args.limit.unwrap_or(args.list.most(SHOWN))
}

fn write_summary(
    out: &mut dyn Write,
    terminal: &Terminal,
    concordance: &Concordance,
    shown: usize,
) -> io::Result<()> {
    let (language, words) = (terminal.language, terminal.language.words());
    let mut summary = vec![language.matches(concordance.matches(), concordance.articles())];
    let lines = concordance.len() as u64;
    if lines < concordance.matches() {
        summary.push(fill(words.a_sample, &[&language.count(lines)]));
    }
    if shown < concordance.len() {
        summary.push(fill(words.shown, &[&language.count(shown as u64)]));
    }
    let summary = summary.join(", ");
    writeln!(out, "{}", terminal.palette.paint(Role::Dim, &summary))
}

/// The shown parts of a line, each on one line.
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
        // Space that one side does not need goes to the other.
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

/// A concordance and its context.
struct View<'a> {
    engine: &'a dyn Engine,
    args: &'a KwicArgs,
    request: &'a Request,
    concordance: Concordance,
    sample: Option<Sample>,
    citation: Option<Citation>,
}

impl View<'_> {
    /// The end of the lines or groups that are shown.
    fn end(&self, all: usize) -> usize {
        let end = self.args.offset.saturating_add(limit(self.args));
        end.min(all)
    }

    fn lines(&self) -> Result<Vec<KwicLine>> {
        let end = self.end(self.concordance.len());
        Ok(self.concordance.lines(self.engine, self.args.offset..end)?)
    }

    /// The lines, read some at a time.
    fn batches(&self) -> impl Iterator<Item = Result<Vec<KwicLine>>> {
        let end = self.end(self.concordance.len());
        (self.args.offset..end).step_by(BATCH).map(move |start| {
            let range = start..(start + BATCH).min(end);
            Ok(self.concordance.lines(self.engine, range)?)
        })
    }
}

/// The lines of a concordance.
struct Lines<'a>(&'a View<'a>);

impl Listing for Lines<'_> {
    fn text(&self, out: &mut dyn Write, terminal: &Terminal) -> Result<()> {
        let lines = self.0.lines()?;
        write_summary(out, terminal, &self.0.concordance, lines.len())?;
        Ok(write_text(out, terminal, &lines)?)
    }

    fn json(&self, out: &mut dyn Write) -> Result<()> {
        let view = self.0;
        let lines = view.lines()?;
        let mut answer = KwicAnswer::new(
            view.request.text(),
            view.request.problems(),
            &view.concordance,
            view.sample,
            view.args.offset,
            &lines,
        );
        answer.citation = view.citation.as_ref();
        Ok(write_pretty(out, &answer)?)
    }

    fn jsonl(&self, out: &mut dyn Write) -> Result<()> {
        for batch in self.0.batches() {
            write_lines(out, batch?)?;
        }
        Ok(())
    }

    fn table(&self, rows: &mut Rows<'_>) -> Result<()> {
        rows.header(&csv::KWIC_HEADER)?;
        for batch in self.0.batches() {
            for line in &batch? {
                rows.row(csv::kwic_row(line))?;
            }
        }
        Ok(())
    }

    fn citation(&self) -> Option<&Citation> {
        self.0.citation.as_ref()
    }
}

/// The lines of a concordance, counted; `all` groups, of which some are shown.
struct Groups<'a> {
    view: &'a View<'a>,
    shown: &'a [KwicGroup],
    all: usize,
}

impl Listing for Groups<'_> {
    fn text(&self, out: &mut dyn Write, terminal: &Terminal) -> Result<()> {
        let concordance = &self.view.concordance;
        write_summary(out, terminal, concordance, concordance.len())?;
        let (language, words) = (terminal.language, terminal.language.words());
        let keys = self.view.args.group.iter();
        let keys: Vec<String> = keys.map(|&key| language.group_key(key)).collect();
        let mut columns = vec![
            (words.col_matches, Side::Right),
            (words.col_articles, Side::Right),
        ];
        columns.extend(keys.iter().map(|key| (key.as_str(), Side::Left)));
        let mut table = Table::new(&columns);
        for group in self.shown {
            let values = group.values.iter().zip(&self.view.args.group);
            let values = values.map(|(value, key)| match (value, key) {
                (None, GroupKey::Facet(_) | GroupKey::Period(_)) => words.no_value.to_owned(),
                (value, &key) => language.group_value(key, value.as_deref()),
            });
            let counts = [group.matches, group.articles].map(|number| language.count(number));
            table.row(counts.into_iter().chain(values));
        }
        table.write(out, terminal)?;
        if self.shown.len() < self.all {
            let shown = language.count(self.shown.len() as u64);
            let all = language.counted(self.all as u64, Noun::Group);
            let more = fill(words.more_groups, &[&shown, &all]);
            writeln!(out, "{}", terminal.palette.paint(Role::Dim, &more))?;
        }
        Ok(())
    }

    fn json(&self, out: &mut dyn Write) -> Result<()> {
        let view = self.view;
        let mut answer = KwicGroupsAnswer::new(
            view.request.text(),
            view.request.problems(),
            &view.concordance,
            view.sample,
            &view.args.group,
            self.shown,
        );
        answer.citation = view.citation.as_ref();
        Ok(write_pretty(out, &answer)?)
    }

    fn jsonl(&self, out: &mut dyn Write) -> Result<()> {
        write_lines(out, self.shown)
    }

    fn table(&self, rows: &mut Rows<'_>) -> Result<()> {
        let keys = self.view.args.group.iter();
        let names: Vec<String> = keys.map(ToString::to_string).collect();
        let mut header: Vec<&str> = names.iter().map(String::as_str).collect();
        header.extend(["matches", "articles"]);
        rows.header(&header)?;
        for group in self.shown {
            rows.row(csv::group_row(group))?;
        }
        Ok(())
    }

    fn citation(&self) -> Option<&Citation> {
        self.view.citation.as_ref()
    }
}
