//! The cost of the research views, and the quality of reprint detection.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use clap::Parser;
use timbao_articles::{Article, Published};
use timbao_benches::measure::{folder_size, peak_memory};
use timbao_benches::queries::{self, Random};
use timbao_benches::reprints::{Edit, shuffled};
use timbao_benches::{data, timbao};
use timbao_index::{Index, Searcher, WriterOptions};
use timbao_query::plan::Plan;
use timbao_views::{
    By, CollocateOptions, KeywordOptions, KwicOptions, SortKey, TrendsOptions, TrendsQuery,
};

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

/// Measures concordances, trends, collocates and keywords on a file of articles, finds planted
/// reprints, and times the grouping of many articles.
#[derive(Parser)]
struct Arguments {
    /// Articles, as JSON Lines (also .gz, .zst).
    articles: PathBuf,
    /// Matches that the phrase of the measurement should have, about.
    #[arg(long, default_value_t = 10_000)]
    matches: u64,
    /// Measured rounds.
    #[arg(long, default_value_t = 21)]
    rounds: usize,
    /// Articles that reprints are made of.
    #[arg(long, default_value_t = 500)]
    originals: usize,
    /// Articles to group, made by shuffling words; 0 leaves this out.
    #[arg(long, default_value_t = 0)]
    large: usize,
    /// Seed of the random generator.
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

/// Months that articles without a date are spread over.
const MONTHS: usize = 72;

fn main() -> Result<()> {
    let arguments = Arguments::parse();
    let mut articles = data::articles(&arguments.articles)?;
    for (i, article) in articles.iter_mut().enumerate() {
        if article.published.is_none() {
            let (year, month) = (2020 + i % MONTHS / 12, i % MONTHS % 12 + 1);
            article.published = Published::new(year as i32, Some(month as u8), Some(1));
        }
    }
    println!("{} articles", articles.len());
    views(&articles, &arguments)?;
    planted(&articles, &arguments)?;
    if arguments.large > 0 {
        large(&articles, &arguments)?;
    }
    Ok(())
}

/// An index of articles under numbers, in one segment.
fn index(
    articles: impl IntoIterator<Item = Article>,
) -> Result<(tempfile::TempDir, Searcher, Duration)> {
    let dir = tempfile::tempdir()?;
    let start = Instant::now();
    let index = Index::open_or_create(dir.path())?;
    let mut writer = index.writer(WriterOptions {
        threads: 2,
        memory: 1_000_000_000,
    })?;
    for (i, mut article) in articles.into_iter().enumerate() {
        article.id = i.to_string();
        writer.add(&i.to_string(), article)?;
    }
    writer.commit()?;
    writer.merge_all()?;
    writer.finish()?;
    let searcher = Index::open(dir.path())?.searcher()?;
    Ok((dir, searcher, start.elapsed()))
}

/// Prints the median and the worst of some rounds, after one to warm up.
fn time(name: &str, rounds: usize, mut run: impl FnMut() -> Result<String>) -> Result<()> {
    let said = run()?;
    let mut times = Vec::with_capacity(rounds);
    for _ in 0..rounds.max(1) {
        let start = Instant::now();
        run()?;
        times.push(start.elapsed());
    }
    times.sort_unstable();
    let ms = |time: Option<&Duration>| time.map_or(0.0, |t| t.as_secs_f64() * 1e3);
    println!(
        "{name:<44} median {:7.2} ms  worst {:7.2} ms  {said}",
        ms(times.get(times.len() / 2)),
        ms(times.last())
    );
    Ok(())
}

fn views(articles: &[Article], arguments: &Arguments) -> Result<()> {
    let (_dir, searcher, _) = index(articles.iter().cloned())?;
    let mut chosen: Option<(u64, Plan)> = None;
    let mut planner = timbao::Planner::default();
    let distance = |matches: u64| matches.abs_diff(arguments.matches);
    for phrase in queries::phrases(articles, 3000, arguments.seed) {
        let plan = planner.phrase(&phrase);
        let matches = searcher
            .concordance(&plan, &KwicOptions::default())?
            .matches();
        if chosen
            .as_ref()
            .is_none_or(|c| distance(matches) < distance(c.0))
        {
            chosen = Some((matches, plan));
        }
    }
    let (matches, plan) = chosen.ok_or("there is no phrase in the articles")?;
    println!("the phrase has {matches} matches");
    let rounds = arguments.rounds;
    for (name, sort) in [
        ("concordance, first page by date", vec![]),
        (
            "concordance, first page by right, left",
            vec![SortKey::Right(2), SortKey::Left(1)],
        ),
    ] {
        let options = KwicOptions {
            sort,
            ..KwicOptions::default()
        };
        time(name, rounds, || {
            let concordance = searcher.concordance(&plan, &options)?;
            let lines = concordance.lines(&searcher, 0..50)?;
            assert_eq!((concordance.matches(), lines.len()), (matches, 50));
            Ok(format!("{} lines", lines.len()))
        })?;
    }
    let concordance = searcher.concordance(&plan, &KwicOptions::default())?;
    time("concordance, every line", 3, || {
        Ok(format!(
            "{} lines",
            concordance.lines(&searcher, 0..usize::MAX)?.len()
        ))
    })?;
    long(&searcher)?;
    let query = TrendsQuery {
        name: "phrase".into(),
        plan: plan.clone(),
    };
    for by in [By::Month, By::Day] {
        let options = TrendsOptions {
            by: Some(by),
            ..TrendsOptions::default()
        };
        time(&format!("trends by {by}"), rounds, || {
            let queries = std::slice::from_ref(&query);
            let trends = searcher.trends(queries, &Plan::Everything, &options)?;
            let series = trends.series.first().ok_or("no series")?;
            assert_eq!(series.total.matches, matches);
            assert_eq!(series.total.of_articles, articles.len() as u64);
            Ok(format!("{} periods", trends.periods.len()))
        })?;
    }
    time("collocates", 3, || {
        let found = searcher.collocates(&plan, &Plan::Everything, &CollocateOptions::default())?;
        assert_eq!(found.matches, matches);
        Ok(format!("{} units compared", found.compared))
    })?;
    time("keywords of the articles with it", 3, || {
        let found = searcher.keywords(&plan, None, &KeywordOptions::default())?;
        Ok(format!("{} units compared", found.compared))
    })?;
    Ok(())
}

/// Lines of a concordance of common words, as for a spreadsheet.
fn long(searcher: &Searcher) -> Result<()> {
    const LINES: usize = 100_000;
    const BATCH: usize = 50_000;
    let plan = timbao::typed("và OR của OR các");
    for (name, sort) in [
        ("concordance, 100,000 lines by date", vec![]),
        (
            "concordance, 100,000 lines by right",
            vec![SortKey::Right(1)],
        ),
    ] {
        let options = KwicOptions {
            sort,
            ..KwicOptions::default()
        };
        time(name, 1, || {
            let concordance = searcher.concordance(&plan, &options)?;
            let mut lines = 0;
            for start in (0..LINES).step_by(BATCH) {
                lines += concordance.lines(searcher, start..start + BATCH)?.len();
            }
            Ok(format!("{lines} of {} lines", concordance.matches()))
        })?;
    }
    Ok(())
}

/// Creates reprints and detects them.
fn planted(articles: &[Article], arguments: &Arguments) -> Result<()> {
    let mut random = Random::new(arguments.seed);
    // The words of the originals are shuffled, so that no other article
    // contains them.
    let originals: Vec<Article> = articles
        .iter()
        .filter(|a| a.body.split_whitespace().count() >= 150)
        .step_by((articles.len() / arguments.originals.max(1)).max(1))
        .take(arguments.originals)
        .map(|article| Article {
            published: Published::new(2020, Some(1), Some(1)),
            ..shuffled(article, &mut random)
        })
        .collect();
    // Reprints are newer than their originals.
    let later = Published::new(2020, Some(1), Some(2));
    let others: Vec<&Article> = articles.iter().rev().take(originals.len()).collect();
    let mut all = originals.clone();
    for edit in Edit::ALL {
        // Each with another article, so that no two are made of the same one.
        for (original, other) in originals.iter().zip(&others) {
            all.push(Article {
                published: later,
                ..edit.apply(original, other, &mut random)
            });
        }
    }
    let planted = all.len();
    // All other articles are between them, unchanged.
    all.extend(articles.iter().cloned());
    let (_dir, searcher, _) = index(all)?;
    let (mut found_right, mut found) = (0usize, 0usize);
    let mut right = 0usize;
    for (number, edit) in Edit::ALL.iter().enumerate() {
        let mut together = 0usize;
        for i in 0..originals.len() {
            let copy = (number + 1) * originals.len() + i;
            let address = *searcher
                .find_id(&copy.to_string())?
                .first()
                .ok_or("no article")?;
            let history = searcher.reprints(address)?;
            let with = |id: usize| {
                let id = id.to_string();
                history.publications.iter().any(|p| p.id == id)
            };
            together += usize::from(with(i));
            // Whatever else is in the group, and was planted for another original, is wrong.
            for publication in &history.publications {
                let id: usize = publication.id.parse()?;
                if id != copy && id < planted {
                    found += 1;
                    found_right += usize::from(
                        edit.is_reprint()
                            && id % originals.len() == i
                            && id / originals.len() != Edit::ALL.len(),
                    );
                }
            }
        }
        if edit.is_reprint() {
            right += together;
        }
        println!(
            "reprints, {edit:?}: {together} of {} found{}",
            originals.len(),
            if edit.is_reprint() {
                ""
            } else {
                " (none should be)"
            }
        );
    }
    let of = originals.len() * Edit::ALL.iter().filter(|e| e.is_reprint()).count();
    println!(
        "reprints: recall {:.4}, precision {:.4} of {found} pairs",
        right as f64 / of.max(1) as f64,
        found_right as f64 / found.max(1) as f64
    );
    Ok(())
}

/// Groups many articles, each tenth of which is a reprint.
fn large(articles: &[Article], arguments: &Arguments) -> Result<()> {
    let mut number = 0;
    let many = std::iter::from_fn(|| {
        number += 1;
        // One in ten repeats the text of nine before.
        let source = if number % 10 == 0 { number - 9 } else { number };
        let article = articles.get(source % articles.len().max(1))?;
        let mut random = Random::new(arguments.seed ^ (source as u64) << 8);
        (number <= arguments.large).then(|| shuffled(article, &mut random))
    });
    let (dir, searcher, indexing) = index(many)?;
    println!(
        "{} articles indexed in {:.1} s, {} MB, of which samples of shingles {:.1} MB",
        searcher.article_count(),
        indexing.as_secs_f64(),
        folder_size(dir.path()) / 1_000_000,
        sketch_bytes(dir.path()) as f64 / 1e6
    );
    let start = Instant::now();
    let groups = searcher.most_published(0)?;
    println!(
        "grouping them: {:.2} s, {} texts of {} publications; {} MB of memory at most",
        start.elapsed().as_secs_f64(),
        groups.texts,
        groups.publications,
        peak_memory().unwrap_or(0) / 1_000_000
    );
    assert!(groups.texts as usize >= arguments.large / 10 - 1);
    Ok(())
}

fn sketch_bytes(dir: &std::path::Path) -> u64 {
    let files = std::fs::read_dir(dir).into_iter().flatten().flatten();
    let sketches = files.filter(|f| f.path().extension().is_some_and(|e| e == "sketch"));
    sketches
        .filter_map(|f| f.metadata().ok())
        .map(|m| m.len())
        .sum()
}
