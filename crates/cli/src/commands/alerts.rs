//! `timbao alerts`.

use std::collections::HashSet;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde::Serialize;
use timbao_alerts::{Marks, News, SavedSearch, SearchMark, Store, unseen};
use timbao_query::{DateCondition, Period};
use timbao_views::json::VERSION;
use timbao_views::language::{Noun, fill};
use timbao_views::{ArrivalLog, Cell, Mark, Since, csv};

use crate::cli::AlertsArgs;
use crate::error::{Failure, Result, warn};
use crate::exit::Outcome;
use crate::hits;
use crate::output::json::{write_line, write_pretty};
use crate::output::listing::{Listing, write_lines};
use crate::output::rows::Rows;
use crate::output::sanitize::escape;
use crate::output::style::Role;
use crate::output::table::{Side, Table};
use crate::output::terminal::Terminal;

use super::context::Context;
use super::engine::Found;

/// Prints the news of the saved searches, or runs a command on them.
pub(crate) fn run(args: &AlertsArgs, context: &Context) -> Result<Outcome> {
    let searches = Saved::chosen(&args.names, context)?;
    if args.list_searches {
        context.list(args.list.format, &Searches(&searches))?;
        return Ok(Outcome::of(!searches.is_empty()));
    }
    let index = Found::new(context)?;
    // Before the index is read, so that of two calls the later one reads the later state.
    let mut marks = Marks::open(directory(context)?)?;
    let log = index.arrivals()?;
    let log: &dyn ArrivalLog = &*log;
    let now = log.mark()?;
    let mut all = Vec::new();
    for saved in &searches {
        let search = &saved.search;
        let found = match (&args.since, marks.get(&search.name)) {
            (Some(day), _) => {
                let since = Since::Time(midnight(day)?);
                news(search, log, since, &HashSet::new())?
            }
            (None, Some(mark)) => news(search, log, Since::Mark(mark.mark()), &mark.shown())?,
            (None, None) => {
                begin(search, &mut marks, &now, args.peek, context)?;
                continue;
            }
        };
        all.push((search.name.clone(), found));
    }
    let is_any = all.iter().any(|(_, news)| !news.is_empty());
    let keeps = args.peek || args.since.is_some();
    let mut marks = if keeps { None } else { Some(marks) };
    match (&args.exec, &args.exec_batch) {
        (Some(command), _) => for_each(command, &all, marks.as_mut())?,
        (None, Some(command)) => for_batch(command, &all, marks.as_mut())?,
        (None, None) => context.list(args.list.format, &Listed(&all))?,
    }
    // Only now, so that nothing is lost if the output or a command fails.
    if let Some(marks) = &mut marks {
        for (name, news) in &all {
            let mut mark = marks.get(name).cloned().unwrap_or_default();
            if args.exec.is_none() && args.exec_batch.is_none() {
                news.iter().for_each(|text| mark.show(text));
            }
            mark.move_after(now.clone());
            marks.set(name, mark)?;
        }
    }
    Ok(Outcome::of(is_any))
}

/// The directory of saved searches and marks.
fn directory(context: &Context) -> Result<PathBuf> {
    context.settings.alerts_directory().ok_or_else(|| {
        Failure::new("no directory for the marks of an index in a cluster")
            .hint("set XDG_STATE_HOME or HOME")
    })
}

/// A saved search and the file it is in.
struct Saved {
    search: SavedSearch,
    place: String,
}

impl Saved {
    /// The searches with these names, or all.
    fn chosen(names: &[String], context: &Context) -> Result<Vec<Self>> {
        let settings = &context.settings;
        let mut all: Vec<Self> = Vec::new();
        let configured = settings.searches.iter();
        let configured = configured.map(|(search, origin)| (search.clone(), origin.to_string()));
        let store = Store::of(directory(context)?);
        let place = store.path().display().to_string();
        let of_page = store.load()?.into_iter();
        for (search, place) in configured.chain(of_page.map(|search| (search, place.clone()))) {
            match all.iter().find(|other| other.search.name == search.name) {
                Some(other) if other.search == search => {}
                Some(other) => warn(
                    context.terminal.error_palette,
                    &format!(
                        "{place}: another search has the name {:?} ({})",
                        search.name, other.place
                    ),
                ),
                None => all.push(Self { search, place }),
            }
        }
        if all.is_empty() {
            return Err(Failure::new("there are no saved searches").hint(
                "save one on the search page, or write [searches] to timbao.toml, and below it \
                 \"Diễn biến\" = '\"tự diễn biến\"'",
            ));
        }
        for name in names {
            if !all.iter().any(|saved| saved.search.name == *name) {
                let known: Vec<&str> = all.iter().map(|saved| saved.search.name.as_str()).collect();
                return Err(
                    Failure::new(format!("no saved search has the name {name:?}"))
                        .hint(format!("their names are: {}", known.join(", "))),
                );
            }
        }
        all.retain(|saved| names.is_empty() || names.contains(&saved.search.name));
        Ok(all)
    }
}

/// The texts of a search that arrived since then and were not shown.
fn news(
    search: &SavedSearch,
    log: &dyn ArrivalLog,
    since: Since<'_>,
    shown: &HashSet<u64>,
) -> Result<Vec<News>> {
    let request = search
        .request()
        .map_err(|error| Failure::new(format!("{}: {error}", search.name)))?;
    Ok(unseen(log, request.plan(), since, shown)?)
}

/// Begins a search that was never run.
fn begin(
    search: &SavedSearch,
    marks: &mut Marks,
    now: &Mark,
    peek: bool,
    context: &Context,
) -> Result<()> {
    if peek {
        return Ok(());
    }
    marks.set(&search.name, SearchMark::after(now.clone()))?;
    let words = context.terminal.language.words();
    context.note(&fill(words.alerts_begin, &[&search.name]));
    Ok(())
}

/// The beginning of a day in Vietnam, in milliseconds since 1970.
fn midnight(day: &str) -> Result<i64> {
    let invalid = |reason: &str| {
        Failure::new(format!("--since {day}: {reason}"))
            .hint("write 25/3/2026, 2026-03-25, 3/2026 or 2026")
    };
    let period = Period::parse(day.trim()).map_err(|error| invalid(error.message()))?;
    let (first, _) = DateCondition::Within(period).days();
    let first = first.unwrap_or_default();
    Ok((i64::from(first) * 86_400 - 7 * 3_600) * 1000)
}

/// Runs a command for each text. A text is shown once its command has succeeded.
fn for_each(
    command: &str,
    all: &[(String, Vec<News>)],
    mut marks: Option<&mut Marks>,
) -> Result<()> {
    let mut failures = 0;
    for (name, news) in all {
        for text in news {
            let article = &text.hit.article;
            let variables = [
                ("TIMBAO_SEARCH", Some(name.clone())),
                ("TIMBAO_ID", Some(article.id.clone())),
                ("TIMBAO_TITLE", article.title.clone()),
                (
                    "TIMBAO_DATE",
                    article.published.map(|date| date.to_string()),
                ),
                ("TIMBAO_URL", article.url.clone()),
                ("TIMBAO_PATH", Some(article.location())),
                ("TIMBAO_ARRIVED", Some(text.arrived_at())),
            ];
            let mut input = Vec::new();
            write_line(&mut input, &text.shape(name))?;
            if !execute(command, &variables, &input)? {
                failures += 1;
                continue;
            }
            if let Some(marks) = &mut marks {
                let mut mark = marks.get(name).cloned().unwrap_or_default();
                mark.show(text);
                marks.set(name, mark)?;
            }
        }
    }
    failed(failures)
}

/// Runs a command for each search that has news.
fn for_batch(
    command: &str,
    all: &[(String, Vec<News>)],
    mut marks: Option<&mut Marks>,
) -> Result<()> {
    let mut failures = 0;
    for (name, news) in all.iter().filter(|(_, news)| !news.is_empty()) {
        let mut input = Vec::new();
        write_lines(&mut input, news.iter().map(|text| text.shape(name)))?;
        let variables = [("TIMBAO_SEARCH", Some(name.clone()))];
        if !execute(command, &variables, &input)? {
            failures += 1;
            continue;
        }
        if let Some(marks) = &mut marks {
            let mut mark = marks.get(name).cloned().unwrap_or_default();
            news.iter().for_each(|text| mark.show(text));
            marks.set(name, mark)?;
        }
    }
    failed(failures)
}

/// An error if commands have failed; their articles are new at the next call.
fn failed(failures: u64) -> Result<()> {
    match failures {
        0 => Ok(()),
        1 => Err(Failure::new("the command failed").hint("its articles are new at the next call")),
        n => Err(Failure::new(format!("{n} commands failed"))
            .hint("their articles are new at the next call")),
    }
}

/// Runs a command; returns `true` if it succeeded.
fn execute(command: &str, variables: &[(&str, Option<String>)], input: &[u8]) -> Result<bool> {
    let words = shlex::split(command).filter(|words| !words.is_empty());
    let Some((program, arguments)) = words.as_deref().and_then(<[String]>::split_first) else {
        return Err(
            Failure::new(format!("`{command}` is not a command")).hint("check its quotation marks")
        );
    };
    let mut command = Command::new(program);
    command.args(arguments).stdin(Stdio::piped());
    for (name, value) in variables {
        match value {
            // A variable cannot have a zero byte.
            Some(value) => command.env(name, value.replace('\0', " ")),
            None => command.env_remove(name),
        };
    }
    let start = |error| Failure::file(Path::new(program), &error);
    let mut child = command.spawn().map_err(start)?;
    if let Some(mut stdin) = child.stdin.take() {
        // A command need not read its input.
        let _ = stdin.write_all(input);
    }
    Ok(child.wait().map_err(start)?.success())
}

/// News by search.
struct Listed<'a>(&'a [(String, Vec<News>)]);

/// All news, in JSON.
#[derive(Serialize)]
struct Answer<T> {
    version: u32,
    news: Vec<T>,
}

impl Listed<'_> {
    fn shapes(&self) -> impl Iterator<Item = impl Serialize + '_> {
        let all = self.0.iter();
        all.flat_map(|(name, news)| news.iter().map(|text| text.shape(name)))
    }
}

impl Listing for Listed<'_> {
    fn text(&self, out: &mut dyn Write, terminal: &Terminal) -> Result<()> {
        let language = terminal.language;
        for (name, news) in self.0.iter().filter(|(_, news)| !news.is_empty()) {
            let count = language.counted(news.len() as u64, Noun::Article);
            let head = fill(language.words().alerts_new, &[&escape(name), &count]);
            writeln!(out, "{}", terminal.palette.paint(Role::Title, &head))?;
            let shown: Vec<_> = news.iter().map(|text| text.hit.clone()).collect();
            hits::text::write(out, terminal, &shown)?;
            writeln!(out)?;
        }
        Ok(())
    }

    fn json(&self, out: &mut dyn Write) -> Result<()> {
        let news = self.shapes().collect();
        let answer = Answer {
            version: VERSION,
            news,
        };
        Ok(write_pretty(out, &answer)?)
    }

    fn jsonl(&self, out: &mut dyn Write) -> Result<()> {
        write_lines(out, self.shapes())
    }

    fn table(&self, rows: &mut Rows<'_>) -> Result<()> {
        let header = csv::header();
        let header: Vec<&str> = ["search", "arrived"]
            .into_iter()
            .chain(header.iter().copied())
            .collect();
        rows.header(&header)?;
        for (name, news) in self.0 {
            for text in news {
                let before = [Cell::from(name.as_str()), Cell::from(text.arrived_at())];
                rows.row(before.into_iter().chain(csv::row(&text.hit)))?;
            }
        }
        Ok(())
    }
}

/// Saved searches.
struct Searches<'a>(&'a [Saved]);

#[derive(Serialize)]
struct SearchShape<'a> {
    name: &'a str,
    query: &'a str,
    /// The parameters of its feed.
    parameters: Vec<(&'static str, String)>,
    place: &'a str,
}

impl Searches<'_> {
    fn shapes(&self) -> impl Iterator<Item = SearchShape<'_>> {
        self.0.iter().map(|saved| SearchShape {
            name: &saved.search.name,
            query: &saved.search.query,
            parameters: saved.search.parameters(),
            place: &saved.place,
        })
    }
}

impl Listing for Searches<'_> {
    fn text(&self, out: &mut dyn Write, terminal: &Terminal) -> Result<()> {
        let mut table = Table::new(&[("", Side::Left), ("", Side::Left), ("", Side::Left)]);
        for saved in self.0 {
            let request = saved.search.request();
            let query = request.map_or_else(
                |_| String::new(),
                |r| r.ast().written(terminal.language.words().names).to_string(),
            );
            table.row([saved.search.name.clone(), query, saved.place.clone()]);
        }
        Ok(table.write(out, terminal)?)
    }

    fn json(&self, out: &mut dyn Write) -> Result<()> {
        #[derive(Serialize)]
        struct Answer<'a> {
            version: u32,
            searches: Vec<SearchShape<'a>>,
        }
        let answer = Answer {
            version: VERSION,
            searches: self.shapes().collect(),
        };
        Ok(write_pretty(out, &answer)?)
    }

    fn jsonl(&self, out: &mut dyn Write) -> Result<()> {
        write_lines(out, self.shapes())
    }

    fn table(&self, rows: &mut Rows<'_>) -> Result<()> {
        rows.header(&["name", "query", "place"])?;
        for saved in self.0 {
            let row = [&saved.search.name, &saved.search.query, &saved.place];
            rows.row(row.map(Cell::from))?;
        }
        Ok(())
    }
}
