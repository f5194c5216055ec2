//! A directory of articles that changes, and an index of it.

#![allow(dead_code)] // Each test uses a part of it.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use timbao_articles::{Article, read_all};
use timbao_index::maintain::verify;
use timbao_index::update::{Sources, UpdateOptions, UpdateReport, update};
use timbao_index::{Error, Index, Result, SearchOptions, WriterOptions};
use timbao_query::plan::{Key, Plan, Slot};

pub struct Newsroom {
    pub news: PathBuf,
    pub index: PathBuf,
}

impl Newsroom {
    /// Uses directories in `dir`, which should be empty or an older newsroom.
    pub fn at(dir: &Path) -> Self {
        let root = dir.canonicalize().unwrap();
        let newsroom = Self {
            news: root.join("news"),
            index: root.join("index"),
        };
        fs::create_dir_all(&newsroom.news).unwrap();
        newsroom
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.news.join(name)
    }

    /// Writes a file and makes it old enough for its time to be trusted.
    pub fn write(&self, name: &str, text: &str) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
        self.age(name, 3600);
    }

    pub fn age(&self, name: &str, seconds: u64) {
        let time = SystemTime::now() - Duration::from_secs(seconds);
        let file = fs::File::options()
            .write(true)
            .open(self.path(name))
            .unwrap();
        file.set_modified(time).unwrap();
    }

    pub fn update(&self) -> UpdateReport {
        self.update_with(&options()).unwrap()
    }

    pub fn update_with(&self, options: &UpdateOptions) -> Result<UpdateReport> {
        update(
            &self.index,
            &Sources::Paths(vec![self.news.clone()]),
            options,
            &(),
        )
    }

    /// The articles of the files, in order.
    pub fn written(&self) -> Vec<Article> {
        let mut articles = Vec::new();
        read_all(&self.news, &mut |article| articles.extend(article));
        sort(articles)
    }

    /// The articles of the index, in order.
    pub fn indexed(&self) -> Vec<Article> {
        indexed(&self.index)
    }

    /// Checks that the index verifies.
    #[track_caller]
    pub fn assert_sound(&self) {
        let report = verify(&self.index, false).unwrap();
        assert!(report.faults.is_empty(), "{:#?}", report.faults);
    }
}

/// Little memory and few threads, and sources may come and go.
pub fn options() -> UpdateOptions {
    UpdateOptions {
        writer: WriterOptions {
            threads: 1,
            memory: 15_000_000,
        },
        allow_vanished: true,
        wait_for_lock: Duration::from_secs(60),
        ..UpdateOptions::default()
    }
}

/// All articles of an index, in order; empty if there is no index.
pub fn indexed(dir: &Path) -> Vec<Article> {
    match try_indexed(dir) {
        Err(Error::NoIndex { .. }) => Vec::new(),
        other => other.unwrap(),
    }
}

/// Every article of an index, in order.
pub fn try_indexed(dir: &Path) -> Result<Vec<Article>> {
    let searcher = Index::open(dir)?.searcher()?;
    let found = searcher.search(&Plan::Everything, &everything())?;
    let articles: Result<_> = found
        .hits
        .iter()
        .map(|hit| searcher.article(hit.address))
        .collect();
    Ok(sort(articles?))
}

fn everything() -> SearchOptions {
    SearchOptions {
        limit: 1_000_000,
        ..SearchOptions::default()
    }
}

fn sort(mut articles: Vec<Article>) -> Vec<Article> {
    articles.sort_by(|a, b| (&a.path, &a.member, &a.body).cmp(&(&b.path, &b.member, &b.body)));
    articles
}

/// Number of hits of a word, by id.
pub fn hits(dir: &Path, word: &str) -> HashMap<String, u32> {
    try_hits(dir, word).unwrap()
}

/// The same as [`hits`], with errors.
pub fn try_hits(dir: &Path, word: &str) -> Result<HashMap<String, u32>> {
    let searcher = Index::open(dir)?.searcher()?;
    let plan = Plan::Word(Slot::new(Key::Folded(word.into())));
    let mut ids = HashMap::new();
    for hit in searcher.search(&plan, &everything())?.hits {
        *ids.entry(searcher.record(hit.address)?.id).or_default() += 1;
    }
    Ok(ids)
}

/// Numbers that look random and are the same for the same seed (xorshift64*).
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    /// A number below `below`.
    pub fn roll(&mut self, below: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        ((self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33) % below.max(1) as u64) as usize
    }

    pub fn pick<'a, T>(&mut self, from: &'a [T]) -> Option<&'a T> {
        from.get(self.roll(from.len()))
    }
}

/// A number from the environment, for runs by hand.
pub fn setting(name: &str, default: u64) -> u64 {
    std::env::var(name)
        .ok()
        .and_then(|value| value.parse().ok())
        .unwrap_or(default)
}

const WORDS: &[&str] = &[
    "hội",
    "nghị",
    "tỉnh",
    "Hòa",
    "Lạc",
    "mưa",
    "nắng",
    "khai",
    "mạc",
    "sáng",
    "chiều",
    "đường",
    "sông",
    "cầu",
    "trường",
    "học",
    "xã",
    "huyện",
    "Đồng",
    "Mơ",
];

/// A text of a few words.
pub fn text(dice: &mut Dice) -> String {
    let count = 1 + dice.roll(12);
    let words: Vec<_> = (0..count).map(|_| WORDS[dice.roll(WORDS.len())]).collect();
    format!("{} {}.", words.join(" "), dice.roll(1000))
}

/// An article as a line of JSON.
pub fn line(dice: &mut Dice) -> String {
    format!(
        "{{\"headline\": \"{}\", \"text\": \"{}\"}}",
        text(dice),
        text(dice)
    )
}

/// Changes the directory in one way, of many.
pub fn edit(newsroom: &Newsroom, dice: &mut Dice) -> &'static str {
    let files = files(&newsroom.news);
    let relative = |path: &Path| {
        path.strip_prefix(&newsroom.news)
            .unwrap()
            .to_str()
            .unwrap()
            .to_owned()
    };
    let some = dice.pick(&files).map(|path| relative(path));
    let fresh = |dice: &mut Dice, ext: &str| {
        let directory = ["", "a/", "a/b/", "c/"][dice.roll(4)];
        format!("{directory}{}.{ext}", dice.roll(40))
    };
    match (dice.roll(14), some) {
        (0 | 1, _) | (_, None) => {
            newsroom.write(
                &fresh(dice, "txt"),
                &format!("{}\n\n{}", text(dice), text(dice)),
            );
            "write a text"
        }
        (2, _) => {
            let count = dice.roll(6);
            let lines: String = (0..count).map(|_| line(dice) + "\n").collect();
            newsroom.write(&fresh(dice, "jsonl"), &lines);
            "write lines"
        }
        (3, _) => {
            let page = format!("# {}\n\n{}\n", text(dice), text(dice));
            newsroom.write(&fresh(dice, "md"), &page);
            "write markdown"
        }
        (4, Some(name)) => {
            fs::remove_file(newsroom.path(&name)).unwrap();
            "remove a file"
        }
        (5, Some(name)) => {
            let extension = name.rsplit('.').next().unwrap().to_owned();
            let to = newsroom.path(&fresh(dice, &extension));
            fs::create_dir_all(to.parent().unwrap()).unwrap();
            fs::rename(newsroom.path(&name), to).unwrap();
            "move a file"
        }
        (6, Some(name)) => {
            newsroom.age(&name, 100 + dice.roll(3000) as u64);
            "touch a file"
        }
        (7, Some(name)) => {
            let to = fresh(dice, name.rsplit('.').next().unwrap());
            let content = fs::read_to_string(newsroom.path(&name)).unwrap();
            newsroom.write(&to, &content);
            "copy a file"
        }
        (8, _) => {
            let (from, to) = (newsroom.path("a"), newsroom.path("d"));
            match from.exists() && !to.exists() {
                true => fs::rename(from, to).unwrap(),
                false if to.exists() => fs::remove_dir_all(to).unwrap(),
                false => {}
            }
            "move or remove a directory"
        }
        (9, Some(name)) => {
            newsroom.write(&name, &text(dice));
            newsroom.age(&name, 0);
            "write a file just now"
        }
        (_, Some(name)) if name.ends_with(".jsonl") => {
            let content = fs::read_to_string(newsroom.path(&name)).unwrap();
            let mut lines: Vec<String> = content.lines().map(str::to_owned).collect();
            let at = dice.roll(lines.len().max(1)).min(lines.len());
            let what = match dice.roll(5) {
                0 => {
                    lines.push(line(dice));
                    "append a line"
                }
                1 => {
                    lines.insert(at, line(dice));
                    "insert a line"
                }
                2 if !lines.is_empty() => {
                    lines.remove(at);
                    "remove a line"
                }
                3 if !lines.is_empty() => {
                    lines.insert(at, lines[at].clone());
                    "double a line"
                }
                _ => {
                    lines.insert(at, "{broken".into());
                    "break a line"
                }
            };
            newsroom.write(&name, &(lines.join("\n") + "\n"));
            what
        }
        (_, Some(name)) => {
            newsroom.write(&name, &format!("{}\n\n{}", text(dice), text(dice)));
            "change a text"
        }
    }
}

/// All files below a directory, in order.
pub fn files(dir: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut directories = vec![dir.to_owned()];
    while let Some(directory) = directories.pop() {
        for entry in fs::read_dir(directory).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                directories.push(path);
            } else {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}
