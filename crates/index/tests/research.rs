//! Views for research agree with counting by hand over the same tokens.

mod newsroom;

use std::collections::HashMap;
use std::path::Path;

use newsroom::{Dice, Newsroom, options};
use tempfile::TempDir;
use timbao_articles::{Article, Caption, Published, read_all};
use timbao_index::{Index, SearchOptions, Searcher};
use timbao_query::Request;
use timbao_query::plan::Plan;
use timbao_tokenizer::{Gap, Keys, scan};
use timbao_views::{
    ArticleText, By, CollocateOptions, CollocateSort, CompareOptions, Corpus, Count, DispersionBy,
    DispersionOptions, FIELD, FIRST_WORD, Gapped, KeywordOptions, KwicOptions, Lexicon, Prefix,
    Sample, Separator, SimilarOptions, TrendsOptions, TrendsQuery, WordListOptions, WordListSort,
};

/// The sample corpus of the repository.
fn corpus() -> Vec<Article> {
    let mut articles = Vec::new();
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../corpus");
    read_all(&path, &mut |article| articles.extend(article));
    articles
}

/// Articles with a few syllables in random order, with random separators.
fn random(seed: u64, count: usize) -> Vec<Article> {
    const SYLLABLES: [&str; 20] = [
        "tự",
        "diễn",
        "biến",
        "TỰ",
        "chi",
        "bộ",
        "Đảng",
        "đảng",
        "đang",
        "dang",
        "hội",
        "nghị",
        "cán",
        "viên",
        "tu",
        "dien",
        "bie\u{302}\u{301}n",
        "nhân",
        "dân",
        "hoá",
    ];
    const GAPS: [&str; 10] = [" ", " ", " ", " ", " ", ", ", ". ", "\n", " “", " - "];
    let mut dice = Dice::new(seed);
    let text = |dice: &mut Dice, most: usize| {
        let mut text = String::new();
        for _ in 0..dice.roll(most + 1) {
            let common = dice.roll(SYLLABLES.len()).min(dice.roll(SYLLABLES.len()));
            text.push_str(SYLLABLES[common]);
            text.push_str(GAPS[dice.roll(GAPS.len())]);
        }
        text.trim_end().to_owned()
    };
    (0..count)
        .map(|i| {
            let date = [dice.roll(3), dice.roll(14), dice.roll(40)];
            let month = Some(date[1] as u8).filter(|month| (1..=12).contains(month));
            let day = Some(date[2] as u8).filter(|day| month.is_some() && (1..=28).contains(day));
            Article {
                id: i.to_string(),
                path: format!("{i}.txt"),
                title: Some(text(&mut dice, 8)).filter(|title| !title.is_empty()),
                summary: Some(text(&mut dice, 12)).filter(|summary| !summary.is_empty()),
                body: text(&mut dice, 120),
                section: dice
                    .pick(&["Xây dựng Đảng", "xây dựng đảng", "Kinh tế", ""])
                    .map(|&section| section.to_owned())
                    .filter(|section| !section.is_empty()),
                source: dice.pick(&["A", "B"]).map(|&source| source.to_owned()),
                published: Published::new(2018 + date[0] as i32, month, day)
                    .filter(|_| dice.roll(8) > 0),
                captions: vec![Caption {
                    text: text(&mut dice, 6),
                    credit: None,
                }],
                ..Article::default()
            }
        })
        .collect()
}

/// Articles in an index of several segments that some others were deleted from.
fn indexed(articles: Vec<Article>) -> (TempDir, Searcher) {
    let dir = TempDir::new().unwrap();
    let index = Index::open_or_create(dir.path()).unwrap();
    let doomed = articles.iter().step_by(7).cloned();
    let doomed: Vec<(String, Article)> = (0..).map(|i| format!("doomed {i}")).zip(doomed).collect();
    let kept = (0..).map(|i| format!("kept {i}")).zip(articles);
    let all: Vec<(String, Article)> = doomed.iter().cloned().chain(kept).collect();
    for part in all.chunks(all.len().div_ceil(3)) {
        let mut writer = index.writer(options().writer).unwrap();
        for (key, article) in part {
            writer.add(key, article.clone()).unwrap();
        }
        writer.commit().unwrap();
        writer.finish().unwrap();
    }
    let mut writer = index.writer(options().writer).unwrap();
    for (key, _) in &doomed {
        writer.delete(key);
    }
    writer.commit().unwrap();
    writer.finish().unwrap();
    let searcher = index.searcher().unwrap();
    (dir, searcher)
}

/// The corpus, and random text.
fn indexes() -> [(TempDir, Searcher); 2] {
    [indexed(corpus()), indexed(random(1, 120))]
}

fn plan(query: &str) -> Plan {
    Request::new(query).view_plan()
}

fn articles(searcher: &Searcher) -> Vec<Article> {
    let all = SearchOptions {
        limit: 100_000,
        ..SearchOptions::default()
    };
    let found = searcher.search(&Plan::Everything, &all).unwrap();
    found
        .hits
        .iter()
        .map(|hit| searcher.article(hit.address).unwrap())
        .collect()
}

/// Title, summary, body and captions, as they are indexed.
fn fields(article: &Article) -> [String; 4] {
    let captions: Vec<&str> = article.captions.iter().map(|c| c.text.as_str()).collect();
    [
        article.title.clone().unwrap_or_default(),
        article.summary.clone().unwrap_or_default(),
        article.body.clone(),
        captions.join("\n"),
    ]
}

struct Token {
    exact: String,
    folded: String,
    opens_paragraph: bool,
    bytes: std::ops::Range<usize>,
}

fn tokens(text: &str) -> Vec<Token> {
    let mut keys = Keys::new();
    scan(text)
        .map(|token| {
            keys.set(&text[token.start..token.end]);
            Token {
                exact: keys.exact().to_owned(),
                folded: keys.folded().to_owned(),
                opens_paragraph: token.gap == Gap::Paragraph,
                bytes: token.start..token.end,
            }
        })
        .collect()
}

/// The occurrences of a phrase in a text: bytes, and the number of the first
/// token.
fn places(text: &str, phrase: &str, folded: bool) -> Vec<(std::ops::Range<usize>, usize)> {
    let wanted = tokens(phrase);
    let tokens = tokens(text);
    (0..tokens.len())
        .filter_map(|start| {
            let run = tokens.get(start..start + wanted.len())?;
            let same = run.iter().zip(&wanted).enumerate().all(|(i, (a, b))| {
                (i == 0 || !a.opens_paragraph)
                    && if folded {
                        a.folded == b.folded
                    } else {
                        a.exact == b.exact
                    }
            });
            same.then(|| (run[0].bytes.start..run[run.len() - 1].bytes.end, start))
        })
        .collect()
}

const PHRASES: [(&str, bool); 9] = [
    ("tự diễn biến", false),
    ("tu dien bien", true),
    ("chi bộ", false),
    ("đảng", false),
    ("dang", true),
    ("hội nghị", false),
    ("nhân dân", false),
    ("cán bộ đảng viên", false),
    ("không có cụm này", false),
];

#[test]
fn concordances_hold_every_match_once() {
    for (_dir, searcher) in indexes() {
        let articles = articles(&searcher);
        for (phrase, folded) in PHRASES {
            let mut expected = Vec::new();
            for article in &articles {
                for (field, text) in fields(article).iter().enumerate() {
                    for (bytes, token) in places(text, phrase, folded) {
                        let start = text[..bytes.start].chars().count();
                        expected.push((
                            article.id.clone(),
                            article.path.clone(),
                            article.member.clone(),
                            field,
                            token as u32 + 1,
                            start,
                            text[bytes].to_owned(),
                        ));
                    }
                }
            }
            expected.sort();
            let concordance = searcher
                .concordance(&plan(phrase), &KwicOptions::default())
                .unwrap();
            assert_eq!(concordance.matches() as usize, expected.len(), "{phrase}");
            let lines = concordance.lines(&searcher, 0..usize::MAX).unwrap();
            let mut found: Vec<_> = lines
                .iter()
                .map(|line| {
                    (
                        line.id.to_string(),
                        line.path.to_string(),
                        line.member.as_deref().map(str::to_owned),
                        line.field as usize,
                        line.token,
                        line.range.start,
                        line.matched.clone(),
                    )
                })
                .collect();
            found.sort();
            assert_eq!(found, expected, "{phrase}");
            let mut holding: Vec<_> = expected.iter().map(|e| (&e.1, &e.2)).collect();
            holding.sort();
            holding.dedup();
            assert_eq!(concordance.articles() as usize, holding.len());
        }
    }
}

/// A query of several phrases: those that must all occur in an article, those
/// of which one must, and those that must not. Occurrences of the first two
/// kinds are matches.
type Several = (
    &'static str,
    &'static [&'static str],
    &'static [&'static str],
    &'static [&'static str],
);

const QUERIES: [Several; 8] = [
    ("tự AND đảng", &["tự", "đảng"], &[], &[]),
    ("tự OR \"chi bộ\"", &[], &["tự", "chi bộ"], &[]),
    (
        "\"tự diễn\" OR \"diễn biến\" OR diễn",
        &[],
        &["tự diễn", "diễn biến", "diễn"],
        &[],
    ),
    ("\"hội nghị\" -đảng", &["hội nghị"], &[], &["đảng"]),
    ("tự -\"tự diễn\"", &["tự"], &[], &["tự diễn"]),
    (
        "(hội OR nghị) AND \"nhân dân\"",
        &["nhân dân"],
        &["hội", "nghị"],
        &[],
    ),
    ("(tự OR hội) -chi", &[], &["tự", "hội"], &["chi"]),
    (
        "đảng AND \"không có cụm này\"",
        &["đảng", "không có cụm này"],
        &[],
        &[],
    ),
];

#[test]
fn queries_of_several_phrases_match_where_each_of_them_stands() {
    for (_dir, searcher) in indexes() {
        let articles = articles(&searcher);
        for (query, all, any, none) in QUERIES {
            let (mut expected, mut holding) = (Vec::new(), 0);
            for article in &articles {
                let fields = fields(article);
                let of = |phrase: &str| {
                    let mut found = Vec::new();
                    for (field, text) in fields.iter().enumerate() {
                        for (bytes, token) in places(text, phrase, false) {
                            let file = (article.path.clone(), article.member.clone());
                            found.push((file, field, token, bytes.len()));
                        }
                    }
                    found
                };
                let stands = |phrase: &&str| !of(phrase).is_empty();
                if all.iter().all(stands)
                    && (any.is_empty() || any.iter().any(stands))
                    && !none.iter().any(stands)
                {
                    holding += 1;
                    expected.extend(all.iter().chain(any).flat_map(|phrase| of(phrase)));
                }
            }
            expected.sort();
            expected.dedup();
            let concordance = searcher
                .concordance(&plan(query), &KwicOptions::default())
                .unwrap();
            let lines = concordance.lines(&searcher, 0..usize::MAX).unwrap();
            let mut found: Vec<_> = lines
                .into_iter()
                .map(|l| {
                    (
                        (l.path.to_string(), l.member.map(String::from)),
                        l.field as usize,
                        l.token as usize - 1,
                        l.matched.len(),
                    )
                })
                .collect();
            found.sort();
            assert_eq!(found.len(), expected.len(), "{query}");
            assert_eq!(found, expected, "{query}");
            assert_eq!(concordance.articles(), holding, "{query}");
        }
    }
}

#[test]
fn fillers_are_counted_as_by_hand() {
    for (_dir, searcher) in indexes() {
        let articles = articles(&searcher);
        for (first, last) in [
            ("tự", "biến"),
            ("chi", "đảng"),
            ("cán", "viên"),
            ("hội", "tự"),
        ] {
            let ends = [first, last].map(|word| keys(word).remove(0));
            let mut counts: HashMap<String, (u64, u64)> = HashMap::new();
            for article in &articles {
                let mut here: HashMap<String, u64> = HashMap::new();
                for run in paragraphs(article) {
                    for words in run.windows(3) {
                        if [&words[0], &words[2]] == [&ends[0], &ends[1]] {
                            *here.entry(words[1].clone()).or_default() += 1;
                        }
                    }
                }
                for (filler, places) in here {
                    let count = counts.entry(filler).or_default();
                    *count = (count.0 + places, count.1 + 1);
                }
            }
            let plan = Request::new(format!("\"{first} * {last}\"")).plan().clone();
            let fillers = searcher.fillers(&plan, Gapped::of(&plan).unwrap()).unwrap();
            let sum: u64 = counts.values().map(|count| count.0).sum();
            assert_eq!(fillers.matches, sum, "{first} * {last}");
            let found: HashMap<String, (u64, u64)> = fillers
                .fillers
                .iter()
                .map(|f| (keys(&f.words[0]).remove(0), (f.matches, f.articles)))
                .collect();
            assert_eq!(found, counts, "{first} * {last}");
        }
    }
}

#[test]
fn contexts_are_slices_of_the_source() {
    for (_dir, searcher) in indexes() {
        let articles = articles(&searcher);
        let options = KwicOptions {
            left: 4,
            right: 3,
            ..KwicOptions::default()
        };
        let concordance = searcher.concordance(&plan("đảng"), &options).unwrap();
        assert!(concordance.len() > 50);
        for line in concordance.lines(&searcher, 0..usize::MAX).unwrap() {
            let article = articles
                .iter()
                .find(|a| {
                    a.path == line.path.as_str() && a.member.as_deref() == line.member.as_deref()
                })
                .unwrap();
            let text = &fields(article)[line.field as usize];
            let whole = format!("{}{}{}", line.left, line.matched, line.right);
            let before = line.range.start - line.left.chars().count();
            let slice: String = text
                .chars()
                .skip(before)
                .take(whole.chars().count())
                .collect();
            assert_eq!(slice, whole);
            let (left, right) = (tokens(&line.left).len(), tokens(&line.right).len());
            assert_eq!(left, 4.min(line.token as usize - 1));
            assert!(right == 3 || text.ends_with(&line.right));
        }
    }
}

#[test]
fn lines_are_sorted_sampled_and_grouped() {
    for (_dir, searcher) in indexes() {
        let plan = plan("đảng");
        let sorted = |keys: &str| {
            let options = KwicOptions {
                sort: keys.split(',').map(|k| k.parse().unwrap()).collect(),
                ..KwicOptions::default()
            };
            let concordance = searcher.concordance(&plan, &options).unwrap();
            concordance.lines(&searcher, 0..usize::MAX).unwrap()
        };
        let first = |text: &str| tokens(text).first().map(|t| t.folded.clone());
        let right: Vec<_> = sorted("right").iter().map(|l| first(&l.right)).collect();
        assert!(right.is_sorted_by_key(|w| w.as_ref().map(|w| w.chars().next())));
        let dates: Vec<_> = sorted("-date").into_iter().filter_map(|l| l.date).collect();
        assert!(dates.iter().map(|d| &d[..4]).rev().is_sorted());
        let sources = sorted("source,date");
        let known = sources.iter().take_while(|l| l.source.is_some()).count();
        assert!(sources[known..].iter().all(|l| l.source.is_none()));

        let all = searcher
            .concordance(&plan, &KwicOptions::default())
            .unwrap();
        let sample = |seed| {
            let options = KwicOptions {
                sample: Some(Sample { size: 7, seed }),
                ..KwicOptions::default()
            };
            let sample = searcher.concordance(&plan, &options).unwrap();
            assert_eq!((sample.len(), sample.matches()), (7, all.matches()));
            sample.lines(&searcher, 0..7).unwrap()
        };
        assert_eq!(sample(1), sample(1));
        assert_ne!(sample(1), sample(2));

        for key in ["left", "right:2", "match", "year", "section", "source"] {
            let groups = all.groups(&searcher, &[key.parse().unwrap()]).unwrap();
            assert_eq!(groups.iter().map(|g| g.matches).sum::<u64>(), all.matches());
            assert!(groups.is_sorted_by(|a, b| a.matches >= b.matches));
        }
        let years = all.groups(&searcher, &["year".parse().unwrap()]).unwrap();
        for group in years {
            let lines = all.lines(&searcher, 0..usize::MAX).unwrap();
            let same = lines
                .iter()
                .filter(|l| l.date.as_ref().map(|d| d[..4].to_owned()) == group.values[0]);
            assert_eq!(same.count() as u64, group.matches, "{:?}", group.values);
        }
    }
}

#[test]
fn trends_count_as_by_hand() {
    for (_dir, searcher) in indexes() {
        let articles = articles(&searcher);
        for by in [By::Day, By::Week, By::Month, By::Quarter, By::Year] {
            let queries: Vec<TrendsQuery> = PHRASES
                .iter()
                .map(|(phrase, _)| TrendsQuery {
                    name: (*phrase).to_owned(),
                    plan: plan(phrase),
                })
                .collect();
            let options = TrendsOptions {
                by: Some(by),
                ..TrendsOptions::default()
            };
            let trends = searcher
                .trends(&queries, &Plan::Everything, &options)
                .unwrap();
            assert_eq!(trends.count, Count::Publications);
            for (series, (phrase, folded)) in trends.series.iter().zip(PHRASES) {
                for (period, point) in trends.periods.iter().zip(&series.points) {
                    let inside = |article: &&Article| {
                        article
                            .published
                            .and_then(|p| p.day_number())
                            .is_some_and(|d| (period.first_day..=period.last_day).contains(&d))
                    };
                    let (mut matches, mut holding, mut of, mut words) = (0, 0, 0, 0);
                    for article in articles.iter().filter(inside) {
                        let fields = fields(article);
                        let here: usize =
                            fields.iter().map(|f| places(f, phrase, folded).len()).sum();
                        matches += here as u64;
                        holding += u64::from(here > 0);
                        of += 1;
                        words += fields.iter().map(|f| tokens(f).len() as u64).sum::<u64>();
                    }
                    assert_eq!(
                        (
                            point.matches,
                            point.articles,
                            point.of_articles,
                            point.of_tokens
                        ),
                        (matches, holding, of, words),
                        "{phrase} in {}",
                        period.period
                    );
                    assert_eq!(point.thin, of < 20);
                }
                assert_eq!(series.total.of_articles, articles.len() as u64);
            }
        }
    }
}

#[test]
fn an_empty_index_has_empty_views() {
    let dir = TempDir::new().unwrap();
    let newsroom = Newsroom::at(dir.path());
    newsroom.update();
    let searcher = Index::open(&newsroom.index).unwrap().searcher().unwrap();
    let concordance = searcher
        .concordance(&plan("đảng"), &KwicOptions::default())
        .unwrap();
    assert!(concordance.is_empty());
    assert!(concordance.lines(&searcher, 0..10).unwrap().is_empty());
    assert!(
        concordance
            .groups(&searcher, &["left".parse().unwrap()])
            .unwrap()
            .is_empty()
    );
    let query = TrendsQuery {
        name: "x".into(),
        plan: plan("đảng"),
    };
    let trends = searcher
        .trends(&[query], &Plan::Everything, &TrendsOptions::default())
        .unwrap();
    assert!(trends.periods.is_empty());
    assert_eq!(trends.series[0].total.per_million_tokens, None);
}

/// Counts every row of one to six tokens of one paragraph.
fn rows(runs: &[Vec<String>]) -> HashMap<Vec<String>, u64> {
    let mut counts = HashMap::new();
    for run in runs {
        for size in 1..=6 {
            for words in run.windows(size) {
                *counts.entry(words.to_vec()).or_default() += 1;
            }
        }
    }
    counts
}

/// The paragraphs of an article's text, as exact keys.
fn paragraphs(article: &Article) -> Vec<Vec<String>> {
    let mut runs = Vec::new();
    for field in fields(article) {
        runs.push(Vec::new());
        for token in tokens(&field) {
            if token.opens_paragraph {
                runs.push(Vec::new());
            }
            runs.last_mut().unwrap().push(token.exact);
        }
    }
    runs
}

fn keys(unit: &str) -> Vec<String> {
    tokens(unit).into_iter().map(|t| t.exact).collect()
}

#[test]
fn collocates_are_counted_as_by_hand() {
    for (_dir, searcher) in indexes() {
        let articles = articles(&searcher);
        let options = CollocateOptions {
            left: 4,
            right: 2,
            least: 3,
            most: 1_000,
            ..CollocateOptions::default()
        };
        for phrase in ["đảng", "chi bộ", "tự diễn biến"] {
            let node = keys(phrase);
            let (mut windows, mut all, mut matches) = (Vec::new(), Vec::new(), 0);
            for run in articles.iter().flat_map(paragraphs) {
                let mut is_near = vec![false; run.len()];
                let starts: Vec<usize> = (0..run.len())
                    .filter(|&i| run[i..].starts_with(&node))
                    .collect();
                for &start in &starts {
                    let end = start + node.len();
                    let to = (end + 2).min(run.len());
                    is_near[start.saturating_sub(4)..to].fill(true);
                }
                for &start in &starts {
                    is_near[start..start + node.len()].fill(false);
                }
                matches += starts.len() as u64;
                for part in run
                    .iter()
                    .zip(&is_near)
                    .collect::<Vec<_>>()
                    .split(|(_, near)| !**near)
                {
                    windows.push(part.iter().map(|(word, _)| (*word).clone()).collect());
                }
                all.push(run);
            }
            let (near, everywhere) = (rows(&windows), rows(&all));
            let found = searcher
                .collocates(&plan(phrase), &Plan::Everything, &options)
                .unwrap();
            assert_eq!(found.matches, matches);
            assert_eq!(
                found.window_tokens,
                windows.iter().map(|w| w.len() as u64).sum::<u64>()
            );
            assert_eq!(
                found.of_tokens,
                all.iter().map(|r| r.len() as u64).sum::<u64>()
            );
            assert_eq!(found.of_articles, articles.len() as u64);
            assert!(!found.collocates.is_empty());
            for collocate in &found.collocates {
                let unit = keys(&collocate.unit);
                assert_eq!(unit.len(), collocate.syllables);
                assert_eq!(
                    (collocate.near, collocate.count),
                    (near[&unit], everywhere[&unit]),
                    "{} near {phrase}",
                    collocate.unit
                );
            }
        }
    }
}

#[test]
fn keywords_are_counted_as_by_hand() {
    for (number, (_dir, searcher)) in indexes().into_iter().enumerate() {
        let options = KeywordOptions {
            least: 4,
            most: 10_000,
            least_likelihood: f64::MIN,
            least_articles: 1,
            ..KeywordOptions::default()
        };
        let of = plan("section:\"xây dựng Đảng\"");
        let found = searcher.keywords(&of, None, &options).unwrap();
        let chosen = searcher
            .search(
                &of,
                &SearchOptions {
                    limit: 1_000,
                    ..SearchOptions::default()
                },
            )
            .unwrap();
        let chosen: Vec<Article> = chosen
            .hits
            .iter()
            .map(|hit| searcher.article(hit.address).unwrap())
            .collect();
        let (here, there): (Vec<Article>, Vec<Article>) = articles(&searcher)
            .into_iter()
            .partition(|a| chosen.contains(a));
        let count = |articles: &[Article]| {
            let runs: Vec<_> = articles.iter().flat_map(paragraphs).collect();
            let tokens: u64 = runs.iter().map(|r| r.len() as u64).sum();
            (rows(&runs), tokens)
        };
        let ((in_here, of_here), (in_there, of_there)) = (count(&here), count(&there));
        assert_eq!((found.of.tokens, found.against.tokens), (of_here, of_there));
        assert_eq!(
            (found.of.articles, found.against.articles),
            (here.len() as u64, there.len() as u64)
        );
        assert!(found.keywords.len() > 10);
        // Random text has no words of several syllables.
        assert!(number > 0 || found.keywords.iter().any(|k| k.syllables > 1));
        for keyword in &found.keywords {
            let unit = keys(&keyword.unit);
            let beside = in_there.get(&unit).copied().unwrap_or(0);
            assert_eq!(
                (keyword.count, keyword.against_count),
                (in_here[&unit], beside)
            );
            let holding = here.iter().filter(|article| {
                paragraphs(article)
                    .iter()
                    .any(|run| run.windows(unit.len()).any(|w| w == unit))
            });
            assert_eq!(keyword.articles, holding.count() as u64, "{}", keyword.unit);
        }
    }
}

#[test]
fn the_first_keywords_and_collocates_are_the_best_of_all() {
    for (_dir, searcher) in indexes() {
        let of = plan("section:\"xây dựng Đảng\"");
        let all = KeywordOptions {
            least: 2,
            most: usize::MAX,
            least_articles: 1,
            ..KeywordOptions::default()
        };
        let whole = searcher.keywords(&of, None, &all).unwrap();
        for most in [0, 1, 7, 60] {
            let found = searcher.keywords(&of, None, &KeywordOptions { most, ..all });
            let mut expected = whole.clone();
            expected.keywords.truncate(most);
            assert_eq!(found.unwrap(), expected);
        }
        for sort in [
            CollocateSort::LogLikelihood,
            CollocateSort::LogDice,
            CollocateSort::MutualInformation,
            CollocateSort::Count,
        ] {
            let all = CollocateOptions {
                least: 1,
                most: usize::MAX,
                sort,
                ..CollocateOptions::default()
            };
            let of = plan("Đảng OR đảng");
            let whole = searcher.collocates(&of, &Plan::Everything, &all).unwrap();
            for most in [0, 1, 7, 60] {
                let options = CollocateOptions { most, ..all };
                let found = searcher.collocates(&of, &Plan::Everything, &options);
                let mut expected = whole.clone();
                expected.collocates.truncate(most);
                assert_eq!(found.unwrap(), expected, "{sort:?}");
            }
        }
    }
}

#[test]
fn similar_articles_share_their_terms() {
    let (_dir, searcher) = indexed(corpus());
    let all = articles(&searcher);
    let options = SimilarOptions::default();
    for article in all.iter().take(12) {
        let address = searcher.find_id(&article.id).unwrap()[0];
        let similar = searcher.similar(address, &options).unwrap();
        assert!(similar.articles.iter().all(|a| a.id != article.id));
        assert!(similar.articles.is_sorted_by(|a, b| a.score >= b.score));
        for found in &similar.articles {
            assert!(found.score > 0.0 && found.score <= 1.0);
            let other = all
                .iter()
                .find(|a| a.path == found.path && a.member == found.member)
                .unwrap();
            let runs = paragraphs(other);
            for term in &found.terms {
                let unit = keys(term);
                assert!(
                    runs.iter()
                        .any(|run| run.windows(unit.len()).any(|w| w == unit)),
                    "{term} in {}",
                    found.path
                );
            }
        }
        // The same text from outside finds the article itself first, unless reprints are omitted.
        let with_reprints = SimilarOptions {
            without_reprints: false,
            ..options
        };
        let outside = searcher
            .similar_to_article(article, &with_reprints)
            .unwrap();
        assert_eq!(outside.articles[0].path, article.path);
        let outside = searcher.similar_to_article(article, &options).unwrap();
        if searcher.reprints(address).unwrap().publications.len() > 1 || article.body.len() > 500 {
            assert!(
                outside
                    .articles
                    .iter()
                    .all(|a| a.path != article.path || a.member != article.member)
            );
        }
    }
    let nothing = searcher
        .similar_to_article(&Article::default(), &options)
        .unwrap();
    assert!(nothing.articles.is_empty() && nothing.terms.is_empty());
}

#[test]
fn a_state_names_what_the_articles_say() {
    let dir = TempDir::new().unwrap();
    let newsroom = Newsroom::at(dir.path());
    let state = || {
        let report = newsroom.update();
        assert!(report.problems.is_empty());
        Index::open(&newsroom.index)
            .unwrap()
            .searcher()
            .unwrap()
            .state()
            .unwrap()
    };
    newsroom.write("a.txt", "Tin một\n\nChi bộ họp về cử tri.\n");
    let one = state();
    newsroom.write("b.txt", "Tin hai\n\nĐường phố ngập nước.\n");
    let both = state();
    assert_ne!(one.state, both.state);
    std::fs::remove_file(newsroom.path("b.txt")).unwrap();
    assert_eq!(state(), one);
    newsroom.write("a.txt", "Tin một\n\nChi bộ họp về cử tri mới.\n");
    assert_ne!(state().state, one.state);
    newsroom.write("a.txt", "Tin một\n\nChi bộ họp về cử tri.\n");
    assert_eq!(state(), one);
}

/// The paragraphs of an article as spelt syllables.
fn spelt_paragraphs(article: &Article) -> Vec<Vec<String>> {
    let mut paragraphs = Vec::new();
    for field in fields(article) {
        paragraphs.push(Vec::new());
        for token in tokens(&field) {
            if token.opens_paragraph {
                paragraphs.push(Vec::new());
            }
            let spelt = timbao_tokenizer::write_out(&token.exact);
            paragraphs.last_mut().unwrap().push(spelt);
        }
    }
    paragraphs
}

#[test]
fn separators_are_the_text_between_tokens() {
    for (_dir, searcher) in indexes() {
        let articles = searcher.candidates(&Plan::Everything).unwrap();
        let mut expected = Vec::new();
        let mut lexicon = Lexicon::new();
        let of_text = |tokens: &[u32], text: &ArticleText| {
            let (mut field, mut end) = (0, 0);
            let between = tokens
                .iter()
                .zip(&text.spans)
                .map(|(&token, &(start, next))| {
                    if token < FIRST_WORD {
                        if token == FIELD {
                            (field, end) = (field + 1, 0);
                        }
                        return Separator::Space;
                    }
                    let between = text.fields[field][end..start as usize].trim();
                    end = next as usize;
                    match between {
                        "" | "-" => Separator::Space,
                        "," => Separator::Comma,
                        _ => Separator::Other,
                    }
                });
            between.collect::<Vec<_>>()
        };
        searcher
            .read_texts(&articles, &mut lexicon, &mut |article, tokens, text| {
                expected.push((article, tokens.to_vec(), of_text(tokens, &text)));
                Ok(())
            })
            .unwrap();
        for kind in [Separator::Space, Separator::Comma, Separator::Other] {
            assert!(expected.iter().any(|(_, _, found)| found.contains(&kind)));
        }
        let mut expected = expected.into_iter();
        searcher
            .read_separators(
                &articles,
                &mut Lexicon::new(),
                &mut |article, tokens, found| {
                    let found = (article, tokens.to_vec(), found.to_vec());
                    assert_eq!(Some(found), expected.next());
                    Ok(())
                },
            )
            .unwrap();
        assert_eq!(expected.next(), None);
    }
}

#[test]
fn word_lists_count_every_ngram() {
    for (_dir, searcher) in indexes() {
        let articles = articles(&searcher);
        for size in [1, 2, 4] {
            let mut expected: HashMap<String, (u64, u64)> = HashMap::new();
            for article in &articles {
                let mut here: HashMap<String, u64> = HashMap::new();
                for paragraph in spelt_paragraphs(article) {
                    for ngram in paragraph.windows(size) {
                        *here.entry(ngram.join(" ")).or_default() += 1;
                    }
                }
                for (ngram, count) in here {
                    let entry = expected.entry(ngram).or_default();
                    *entry = (entry.0 + count, entry.1 + 1);
                }
            }
            // One reading for all, and many readings of a few.
            for (least, least_articles, prefix, held) in [
                (1, 1, None, 1_000_000),
                (2, 2, None, 40),
                (3, 1, Some("tu"), 7),
            ] {
                let options = WordListOptions {
                    size,
                    least,
                    least_articles,
                    prefix: prefix.and_then(Prefix::new),
                    sort: WordListSort::Articles,
                    most: usize::MAX,
                    held,
                    ..WordListOptions::default()
                };
                let list = searcher.word_list(&Plan::Everything, &options).unwrap();
                let begins = |ngram: &str| {
                    prefix.is_none_or(|prefix| timbao_tokenizer::fold(ngram).starts_with(prefix))
                };
                let wanted: HashMap<&str, (u64, u64)> = expected
                    .iter()
                    .filter(|(_, n)| n.0 >= least && n.1 >= least_articles)
                    .filter(|(ngram, _)| begins(ngram))
                    .map(|(ngram, n)| (ngram.as_str(), *n))
                    .collect();
                let units = list.units.iter();
                let found: HashMap<&str, (u64, u64)> = units
                    .map(|u| (u.unit.as_str(), (u.count, u.articles)))
                    .collect();
                assert_eq!(found, wanted, "{size} {least} {prefix:?}");
                assert_eq!(list.distinct, wanted.len() as u64);
                assert!(list.units.is_sorted_by(|a, b| a.articles >= b.articles));
                let few = WordListOptions { most: 3, ..options };
                let few = searcher.word_list(&Plan::Everything, &few).unwrap();
                assert_eq!(few.units, list.units[..list.units.len().min(3)]);
                assert_eq!(few.distinct, list.distinct);
            }
        }
    }
}

#[test]
fn dispersion_counts_the_matches_of_concordances() {
    for (_dir, searcher) in indexes() {
        for query in [
            "chi bộ",
            "dang",
            "tự diễn biến",
            "\"hội nghị\" -tự",
            "vắng mặt",
        ] {
            let plan = plan(query);
            let all = searcher
                .concordance(&plan, &KwicOptions::default())
                .unwrap();
            for by in DispersionBy::all() {
                let options = DispersionOptions {
                    by,
                    slices: 7,
                    most: usize::MAX,
                    ..DispersionOptions::default()
                };
                let found = searcher
                    .dispersion(&plan, &Plan::Everything, &options)
                    .unwrap();
                assert_eq!(
                    (found.matches, found.articles),
                    (all.matches(), all.articles())
                );
                let slices: u64 = found.slices.iter().map(|slice| slice.matches).sum();
                let tokens: u64 = found.slices.iter().map(|slice| slice.of_tokens).sum();
                assert_eq!((slices, tokens), (found.matches, found.of_tokens));
                let parts: u64 = found.parts.iter().map(|part| part.matches).sum();
                assert!(
                    by == DispersionBy::Slice || parts == found.matches,
                    "{query} {by}"
                );
                let sizes = found.slices.iter().map(|slice| slice.of_tokens);
                let (most, least) = (sizes.clone().max(), sizes.min());
                assert!(most.unwrap() - least.unwrap() <= 1);
                assert_eq!(found.dp.is_none(), found.matches == 0);
                for measure in [found.dp, found.dp_norm, found.juilland_d]
                    .into_iter()
                    .flatten()
                {
                    assert!(
                        (-1e-9..=1.0 + 1e-9).contains(&measure),
                        "{query} {by} {measure}"
                    );
                }
            }
        }
    }
}

#[test]
fn positions_in_an_article_are_those_of_concordances() {
    let (_dir, searcher) = indexed(corpus());
    let plan = plan("chi bộ");
    let found = searcher.search(&plan, &SearchOptions::default()).unwrap();
    for hit in &found.hits {
        let article = searcher.article(hit.address).unwrap();
        let dispersion = searcher
            .dispersion_in_article(&plan, hit.address, 10)
            .unwrap();
        let mut before = 0;
        let mut expected = Vec::new();
        for text in fields(&article) {
            let places = places(&text, "chi bộ", false);
            expected.extend(places.iter().map(|(_, start)| (before + start) as u64));
            before += tokens(&text).len();
        }
        let tokens: Vec<u64> = dispersion.positions.iter().map(|p| p.token).collect();
        assert_eq!(tokens, expected);
        assert_eq!(dispersion.of_tokens, before as u64);
        assert_eq!(dispersion.slices.len(), 10);
    }
    let other = searcher
        .search(&self::plan("-chi"), &SearchOptions::default())
        .unwrap();
    let dispersion = searcher
        .dispersion_in_article(&plan, other.hits[0].address, 10)
        .unwrap();
    assert_eq!((dispersion.matches, dispersion.dp), (0, None));
}

#[test]
fn comparisons_agree_with_the_views_they_join() {
    for (_dir, searcher) in indexes() {
        let queries = ["chi bộ", "đảng"].map(|query| TrendsQuery {
            name: query.to_owned(),
            plan: plan(query),
        });
        let base = Request::new("date:2019..2026").plan().clone();
        // The month in which the archive ends has not ended.
        let dated = searcher.trends(&queries, &base, &TrendsOptions::default());
        let today = dated.unwrap().periods.last().map(|p| p.last_day);
        let options = CompareOptions {
            today,
            ..CompareOptions::default()
        };
        let found = searcher.compare(&queries, &base, &options).unwrap();
        let over_time = TrendsOptions {
            today,
            ..TrendsOptions::default()
        };
        let trends = searcher.trends(&queries, &base, &over_time).unwrap();
        assert_eq!(found.trends, trends);
        assert!(trends.periods.last().is_some_and(|period| period.partial));
        for (query, series) in found.queries.iter().zip(&trends.series) {
            assert_eq!(query.matches, series.total.matches);
            assert_eq!(query.per_million_tokens, series.total.per_million_tokens);
        }
        let count = |query: &str| {
            let plan = Request::new(query).plan().clone();
            searcher
                .search(&plan, &SearchOptions::default())
                .unwrap()
                .total
        };
        let overlap = &found.overlap;
        let both = count("\"chi bộ\" \"đảng\" date:2019..2026");
        assert_eq!(overlap.both, both);
        assert_eq!(overlap.both + overlap.only_first, found.queries[0].articles);
        assert_eq!(
            overlap.both + overlap.only_second,
            found.queries[1].articles
        );
        let mut turned = queries.clone();
        turned.reverse();
        let turned = searcher
            .compare(&turned, &base, &CompareOptions::default())
            .unwrap();
        assert!((turned.log_ratio + found.log_ratio).abs() < 1e-9);
        let [first, second] = turned.collocates;
        assert_eq!([second, first], found.collocates);
    }
}
