//! Prints the articles of a file or directory as JSON lines, and how long it took.
//! `--explain` adds the origin of each field, `--quiet` prints no articles.

use std::path::PathBuf;
use std::time::Instant;

use timbao_articles::{Limits, RecordBatch, WalkOptions, discover, open};

fn main() {
    let given = |name: &str| std::env::args().any(|argument| argument == name);
    let (quiet, explain) = (given("--quiet"), given("--explain"));
    let roots: Vec<PathBuf> = std::env::args()
        .skip(1)
        .filter(|argument| !argument.starts_with("--"))
        .map(PathBuf::from)
        .collect();
    let started = Instant::now();
    let (mut articles, mut problems, mut bytes) = (0_u64, 0_u64, 0_usize);
    let mut parsing = std::time::Duration::ZERO;
    let mut batch = RecordBatch::new();
    for file in discover(&roots, &WalkOptions::default()) {
        let mut reader = match file.and_then(|file| open(&file, &Limits::default())) {
            Ok(reader) => reader,
            Err(problem) => {
                problems += 1;
                eprintln!("{problem}");
                continue;
            }
        };
        while reader.next_batch(&mut batch) {
            bytes += batch.bytes();
            let begun = Instant::now();
            for record in batch.records() {
                let parsed = match explain {
                    true => record.parse_explained(),
                    false => record.parse(),
                };
                match parsed {
                    Ok(parsed) if explain => {
                        articles += 1;
                        println!("{}", serde_json::to_string(&parsed).unwrap_or_default());
                    }
                    Ok(parsed) if quiet => articles += u64::from(parsed.article.has_text()),
                    Ok(parsed) => {
                        articles += 1;
                        println!(
                            "{}",
                            serde_json::to_string_pretty(&parsed.article).unwrap_or_default()
                        );
                    }
                    Err(problem) => {
                        problems += 1;
                        eprintln!("{problem}");
                    }
                }
            }
            parsing += begun.elapsed();
            for problem in batch.take_problems() {
                problems += 1;
                eprintln!("{problem}");
            }
        }
    }
    let rate = |time: std::time::Duration| bytes as f64 / 1e6 / time.as_secs_f64();
    eprintln!(
        "{articles} articles, {problems} problems, {:.1} MB: {:.0} MB/s in all, {:.0} MB/s to parse",
        bytes as f64 / 1e6,
        rate(started.elapsed()),
        rate(parsing),
    );
}
