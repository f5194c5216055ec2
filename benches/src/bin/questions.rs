//! Questions whose answer is in a known article: Timbao next to plain tantivy.

use std::path::PathBuf;

use clap::Parser;
use serde::Serialize;
use timbao_benches::goals::{self, Bound, Goal};
use timbao_benches::known_item::{self, system, typed};
use timbao_benches::machine::Run;
use timbao_benches::{data, questions};

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

/// Measures how well the articles that answer questions are found.
#[derive(Parser)]
struct Arguments {
    /// Articles, as JSON Lines (also .gz, .zst).
    articles: PathBuf,
    /// Questions: lines of question and article id, separated by a tab; without this, questions
    /// are made of sentences of the articles.
    #[arg(long)]
    questions: Option<PathBuf>,
    /// Number of questions that are made.
    #[arg(long, default_value_t = 1_200)]
    count: usize,
    /// Seed of the questions that are made.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Memory for indexing, in bytes.
    #[arg(long, default_value_t = 1_000_000_000)]
    memory: usize,
    /// Writes the figures as JSON to a file, with machine, commit and command.
    #[arg(long)]
    json: Option<PathBuf>,
}

#[derive(Serialize)]
struct Report {
    run: Run,
    articles: usize,
    questions: Vec<known_item::Row>,
    goals: Vec<Goal>,
}

fn main() -> Result<()> {
    let arguments = Arguments::parse();
    let articles = data::articles(&arguments.articles)?;
    let asked = match &arguments.questions {
        Some(path) => questions::read(path)?,
        None => questions::generate(&articles, arguments.count, arguments.seed),
    };
    let rows = known_item::measure_questions(&articles, asked, arguments.memory)?;
    let report = Report {
        run: Run::here(),
        articles: articles.len(),
        goals: rows.iter().flat_map(goals_of).collect(),
        questions: rows,
    };
    println!("{}\n\n{} articles\n", report.run.line(), report.articles);
    print!(
        "{}\n{}",
        known_item::table(&report.questions),
        goals::table(&report.goals)
    );
    if let Some(path) = &arguments.json {
        std::fs::write(path, serde_json::to_vec_pretty(&report)?)?;
    }
    Ok(())
}

/// The goals of a row of Timbao: MRR and recall.
fn goals_of(row: &known_item::Row) -> Vec<Goal> {
    if row.system != system::TIMBAO {
        return Vec::new();
    }
    let (mrr, recall) = match row.typed {
        typed::WITH => (0.955, 0.990),
        _ => (0.945, 0.985),
    };
    let goal = |measure, goal, measured| {
        let what = format!("{}, {}: {measure}", row.remembered, row.typed);
        Goal::new(what, Bound::AtLeast(goal), measured, measure)
    };
    vec![
        goal("MRR@10", mrr, row.mrr_at_10),
        goal("recall@10", recall, row.recall_at_10),
    ]
}
