//! The views of `timbao-views` as methods of a searcher.

use timbao_articles::Article;
use timbao_query::plan::Plan;
use timbao_query::{LowerOptions, Node, Request};
use timbao_views::reprints::{self, ReprintHistory};
use timbao_views::suggest::{self, Advice, Completion};
use timbao_views::{
    Citation, CitedQuery, Dispersion, Interpretation, ShownHit, Similar, SimilarOptions,
};

use crate::error::Result;
use crate::search::{Address, Hit, SearchOptions, Searcher};

/// Each method fails if a file is damaged or the deadline has passed.
impl Searcher {
    timbao_views::view_methods!(whole);

    /// The spread of the matches of a plan over an article; see
    /// [`timbao_views::dispersion_in_article`].
    ///
    /// # Errors
    ///
    /// If a file is damaged or the deadline has passed.
    pub fn dispersion_in_article(
        &self,
        plan: &Plan,
        address: Address,
        slices: usize,
    ) -> Result<Dispersion> {
        self.segment(address)?;
        let article = self.id_of(address);
        self.whole(timbao_views::dispersion_in_article(
            self, plan, article, slices,
        )?)
    }

    /// Articles like one of the index; see [`timbao_views::similar`].
    ///
    /// # Errors
    ///
    /// If a file is damaged or the deadline has passed.
    pub fn similar(&self, address: Address, options: &SimilarOptions) -> Result<Similar> {
        self.segment(address)?;
        self.whole(timbao_views::similar(self, self.id_of(address), options)?)
    }

    /// All publications of an article's text, each compared with the first.
    ///
    /// # Errors
    ///
    /// If a file is damaged or the deadline has passed.
    pub fn reprints(&self, address: Address) -> Result<ReprintHistory> {
        self.segment(address)?;
        self.whole(reprints::reprints(self, self.id_of(address))?)
    }

    /// Explains an empty result and suggests other queries; see [`Advice`]. All searches for this compare
    /// at most twice as many words as one query may.
    ///
    /// # Errors
    ///
    /// If a file is damaged or the deadline has passed.
    pub fn advice(&self, ast: &Node, options: &LowerOptions<'_>, total: u64) -> Result<Advice> {
        let searcher = self.for_advice();
        self.whole(Advice::new(&searcher, ast, options, total)?)
    }

    /// Interprets a query, with the document frequency of each of its terms.
    ///
    /// # Errors
    ///
    /// If a file is damaged or the deadline has passed.
    pub fn interpret(&self, request: &Request) -> Result<Interpretation> {
        let options = SearchOptions {
            limit: 0,
            ..SearchOptions::default()
        };
        Interpretation::new(request, |plan| Ok(self.search(plan, &options)?.total))
    }

    /// Restores the accents of running text; see [`suggest::restore_accents`].
    ///
    /// # Errors
    ///
    /// If a file is damaged or the deadline has passed.
    pub fn restore_accents(&self, text: &str) -> Result<String> {
        self.whole(suggest::restore_accents(self, text)?)
    }

    /// Completes the last word of a text; see [`suggest::complete`].
    ///
    /// # Errors
    ///
    /// If a file is damaged or the deadline has passed.
    pub fn complete(&self, text: &str, most: usize) -> Result<Vec<Completion>> {
        self.whole(suggest::complete(self, text, most)?)
    }

    /// Reads what is shown of hits; see [`ShownHit::load`].
    ///
    /// # Errors
    ///
    /// A hit is an error if a file is damaged or the deadline has passed.
    pub fn shown<'s>(
        &'s self,
        plan: &'s Plan,
        hits: &[Hit],
        first: u64,
        snippets: usize,
    ) -> impl Iterator<Item = Result<ShownHit>> + 's {
        let hits = hits.iter();
        let hits = hits.map(|hit| (self.id_of(hit.address), hit.score));
        let shown = ShownHit::load(self, plan, hits.collect(), first, snippets);
        shown.map(|hit| self.whole(hit?))
    }

    /// Cites an answer to queries, each with the plan that was executed.
    ///
    /// # Errors
    ///
    /// If a file is damaged.
    pub fn cite<'q>(
        &self,
        queries: impl IntoIterator<Item = (&'q Request, &'q Plan)>,
    ) -> Result<Citation> {
        let queries = queries
            .into_iter()
            .map(|(request, plan)| CitedQuery::new(request, plan));
        self.whole(Citation::new(self.state()?, queries.collect()))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rustc_hash::FxHashMap;
    use timbao_query::{LowerOptions, lower, parse};
    use timbao_tokenizer::{exact_key, fold};
    use timbao_views::Corpus;

    use timbao_views::Gapped;

    use super::*;
    use crate::SearchOptions;
    use crate::testing::indexed;

    fn newsroom() -> (tempfile::TempDir, Searcher) {
        let texts = [
            "Tự chuyển hoá, tự chuyển hóa; tự tha hóa.\nTự\nchuyển hóa",
            "tự TA chuyển hóa và tự chuyển hóa",
        ];
        indexed(texts.into_iter().enumerate().map(|(key, body)| {
            let article = Article {
                title: Some("Tự biến hóa".to_owned()),
                body: body.to_owned(),
                ..Article::default()
            };
            vec![(key.to_string(), article)]
        }))
    }

    fn listed(searcher: &Searcher, query: &str) -> String {
        let plan = lower(&parse(query).ast, &LowerOptions::default()).plan;
        let gapped = match Gapped::of(&plan) {
            Ok(gapped) => gapped,
            Err(why) => return why.to_string(),
        };
        let fillers = searcher.fillers(&plan, gapped).unwrap();
        let lines = fillers.fillers.iter();
        let lines = lines.map(|f| format!("{} {}/{}", f.words.join("|"), f.matches, f.articles));
        let lines: Vec<String> = lines.collect();
        format!(
            "{}/{}: {}",
            fillers.matches,
            fillers.articles,
            lines.join(", ")
        )
    }

    #[test]
    fn fillers_are_counted_by_matches_and_articles() {
        let (_dir, searcher) = newsroom();
        for (query, expected) in [
            ("\"tự * hóa\"", "6/2: chuyển 3/2, biến 2/2, tha 1/1"),
            (
                "\"tu ** hoa\"",
                "7/2: chuyển 3/2, biến 2/2, ta chuyển 1/1, tha 1/1",
            ),
            ("body:\"tự * hóa\"", "4/2: chuyển 3/2, tha 1/1"),
            ("\"tự * hóa\" tha", "4/1: chuyển 2/1, biến 1/1, tha 1/1"),
            ("\"hóa * * * hóa\"", "1/1: và tự chuyển 1/1"),
            ("\"tự * hóa * tự\"", "0/0: "),
            ("\"hóa ** chuyển * và\"", "0/0: "),
            ("tự hóa", "no phrase of the query has a gap"),
            (
                "\"a * b\" \"c * d\"",
                "several phrases of the query have gaps",
            ),
            ("\"a * b\"~2", "a phrase with ~N has no gap of its own"),
        ] {
            let listed = listed(&searcher, query);
            assert_eq!(listed, expected, "{query}");
        }
    }

    #[test]
    fn matches_are_those_of_searches() {
        let (_dir, searcher) = newsroom();
        for query in [
            "\"tự ** hóa\"",
            "\"tu * ** hoa\"",
            "\"tự **3 tự\"",
            "\"hóa ** hóa\"",
        ] {
            let plan = lower(&parse(query).ast, &LowerOptions::default()).plan;
            let gapped = Gapped::of(&plan).unwrap();
            let fillers = searcher.fillers(&plan, gapped).unwrap();
            let mut matches = 0;
            let options = SearchOptions::default();
            let found = searcher.search(&plan, &options).unwrap();
            for hit in &found.hits {
                matches += searcher.matches(&plan, hit.address).unwrap().len() as u64;
            }
            assert_eq!(fillers.articles, found.total, "{query}");
            assert_eq!(fillers.matches, matches, "{query}");
        }
    }

    #[test]
    fn hits_keep_their_order_over_batches() {
        let articles = (0..1050).map(|number| {
            let article = Article {
                id: number.to_string(),
                title: Some(format!("Họp {number}")),
                body: "bàn việc".to_owned(),
                ..Article::default()
            };
            (number.to_string(), article)
        });
        let (_dir, searcher) = indexed([articles.collect()]);
        let plan = Plan::Everything;
        let all = SearchOptions {
            limit: usize::MAX,
            ..SearchOptions::default()
        };
        let hits = searcher.search(&plan, &all).unwrap().hits;
        assert_eq!(hits.len(), 1050);
        for snippets in [0, 1] {
            let shown = searcher.shown(&plan, &hits, 7, snippets);
            let shown: Vec<ShownHit> = shown.map(Result::unwrap).collect();
            assert_eq!(shown.len(), hits.len());
            for ((hit, shown), rank) in hits.iter().zip(&shown).zip(7..) {
                assert_eq!(shown.rank, rank);
                assert_eq!(shown.article.id, searcher.record(hit.address).unwrap().id);
                let title = format!("Họp {}", shown.article.id);
                assert_eq!(shown.article.title, Some(title));
                assert_eq!(shown.snippets.len(), snippets);
            }
        }
    }

    const WORDS: [&str; 14] = [
        "hoa", "hóa", "hòa", "hỏa", "họa", "hoạ", "binh", "bình", "bính", "bịnh", "bỉnh", "và",
        "va", "x",
    ];

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]
        #[test]
        fn pairs_are_counted_by_spelling(
            paragraphs in proptest::collection::vec(
                proptest::collection::vec(0usize..WORDS.len(), 0..120),
                1..8,
            ),
            split in 0usize..8,
        ) {
            let (first, second) = paragraphs.split_at(split.min(paragraphs.len()));
            let commits = [("a", first), ("b", second)].map(|(key, part)| {
                let text = |row: &Vec<usize>| row.iter().map(|&w| WORDS[w]).collect::<Vec<_>>();
                let body: Vec<String> = part.iter().map(|row| text(row).join(" ")).collect();
                vec![(key, Article { body: body.join("\n"), ..Article::default() })]
            });
            let (_dir, searcher) = indexed(commits);
            let mut expected: FxHashMap<(String, String), u64> = FxHashMap::default();
            for row in &paragraphs {
                for pair in row.windows(2) {
                    let pair = (exact_key(WORDS[pair[0]]), exact_key(WORDS[pair[1]]));
                    *expected.entry(pair).or_default() += 1;
                }
            }
            for a in WORDS {
                for b in WORDS {
                    let pair = (exact_key(a), exact_key(b));
                    let wanted = expected.get(&pair).copied().unwrap_or(0);
                    let (a, b) = (fold(a), fold(b));
                    let variants = searcher.bigram_variants(&[(&a, &b)]).unwrap();
                    let exact = variants[0].iter().find(|(variant, _)| *variant == pair);
                    prop_assert_eq!(exact.map_or(0, |(_, n)| *n), wanted);
                    let folded = |pair: &&(String, String)| {
                        fold(&pair.0) == a && fold(&pair.1) == b
                    };
                    let wanted: u64 =
                        expected.iter().filter(|(pair, _)| folded(pair)).map(|(_, n)| n).sum();
                    prop_assert_eq!(searcher.bigram_counts(&[(&a, &b)]).unwrap(), [wanted]);
                    let mut follows = 0;
                    let mut add = |key: &str, n| follows += if key == b { n } else { 0 };
                    searcher.each_follower(&a, &mut add).unwrap();
                    prop_assert_eq!(follows, wanted);
                }
            }
        }
    }
}
