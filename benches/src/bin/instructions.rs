//! Counts the instructions of commands, of one program or of several side by side.
//!
//! A count hardly changes with other work on the machine, so it shows a change of a few percent
//! where times cannot. Each program indexes the same articles and answers the same queries.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use clap::Parser;
use timbao_benches::{data, queries};

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

/// Counts the instructions of indexing, searches and views with Valgrind.
#[derive(Parser)]
struct Arguments {
    /// Articles, as JSON Lines (also .gz, .zst).
    articles: PathBuf,
    /// A `timbao` program; the ratios are relative to the first of them.
    #[arg(long = "program", required = true)]
    programs: Vec<PathBuf>,
    /// Articles that are indexed, from the first on.
    #[arg(long, default_value_t = 2_000)]
    count: usize,
    /// Phrases that are counted in one run.
    #[arg(long, default_value_t = 500)]
    phrases: usize,
    /// Seed of the queries.
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

fn main() -> Result<()> {
    let arguments = Arguments::parse();
    let mut articles = data::articles(&arguments.articles)?;
    articles.truncate(arguments.count);
    let dir = tempfile::tempdir()?;
    let source = dir.path().join("news.jsonl");
    data::write(&source, &articles)?;
    let list = dir.path().join("queries.txt");
    let phrases = queries::phrases(&articles, arguments.phrases, arguments.seed);
    let quoted: String = phrases.iter().map(|p| format!("\"{p}\"\n")).collect();
    fs::write(&list, quoted)?;
    let words = queries::word_sets(&articles, 1, arguments.seed);

    println!("{} articles, million instructions\n", articles.len());
    let runs = commands(&source, &list, &words.concat());
    let mut first = Vec::new();
    for (number, program) in arguments.programs.iter().enumerate() {
        println!("{}", program.display());
        let index = dir.path().join(number.to_string());
        for (i, (name, words)) in runs.iter().enumerate() {
            let count = instructions(program, &index, words)? as f64 / 1e6;
            if number == 0 {
                first.push(count);
            }
            println!("  {name:<12} {count:>10.1}  {:>6.3}", count / first[i]);
        }
    }
    Ok(())
}

/// The name and the arguments of each command. The first makes the index.
fn commands(source: &Path, list: &Path, words: &str) -> Vec<(&'static str, Vec<String>)> {
    let path = |path: &Path| path.to_string_lossy().into_owned();
    let own = |words: &[&str]| words.iter().map(ToString::to_string).collect();
    let phrase = "\"cán bộ\"";
    vec![
        ("index", own(&["index", "--threads", "1", &path(source)])),
        ("search", own(&["search", phrase])),
        ("words", own(&["search", words])),
        ("batch", own(&["batch", "--totals", &path(list)])),
        ("kwic", own(&["kwic", "--limit", "1000", phrase])),
        ("trends", own(&["trends", "--by", "year", phrase])),
        ("collocates", own(&["collocates", phrase])),
        ("fillers", own(&["fillers", "\"công * của\""])),
        ("reprints", own(&["reprints"])),
    ]
}

/// Runs a command under Valgrind, and reads how many instructions it took, of all its threads.
fn instructions(program: &Path, index: &Path, arguments: &[String]) -> Result<u64> {
    let output = Command::new("valgrind")
        .args(["--tool=cachegrind", "--cache-sim=no"])
        .arg("--cachegrind-out-file=/dev/null")
        .arg(program)
        .args([OsStr::new("--index"), index.as_os_str()])
        .args(arguments)
        .output()
        .map_err(|error| format!("valgrind did not start: {error}"))?;
    let messages = String::from_utf8_lossy(&output.stderr);
    // `==123== I refs:      1,234,567`; older versions write two spaces.
    let count = messages.lines().find_map(|line| {
        line.split_once("refs:")?
            .1
            .trim()
            .replace(',', "")
            .parse()
            .ok()
    });
    match count {
        Some(count) if output.status.code() < Some(2) => Ok(count),
        _ => Err(format!("{} {}: {messages}", program.display(), arguments.join(" ")).into()),
    }
}
