//! The interface between programs and an engine.

use std::path::{self, Path};

use rustc_hash::{FxHashMap, FxHashSet};
use timbao_articles::Article;
use timbao_query::plan::{Facet, Plan};
use timbao_query::{LowerOptions, Node, Request};

use crate::cite::{Citation, CitedQuery, IndexState};
use crate::corpus::{ArticleId, Corpus, Error, Extent, Match, Result};
use crate::dispersion::Dispersion;
use crate::explain::ScoreExplanation;
use crate::facets::Facets;
use crate::interpretation::Interpretation;
use crate::reprints::{self, ReprintHistory, groups};
use crate::search::{FoundArticles, FoundTexts, ScoredArticle, ScoredText, SearchOptions};
use crate::shown::ShownHit;
use crate::similar::{Similar, SimilarOptions};
use crate::stats::Stats;
use crate::suggest::Advice;
use crate::texts::Count;

/// Number of hits searched for in excess of the limit where texts are shown once.
const SPARE: usize = 32;

/// One state of a collection of articles that can be searched.
///
/// Totals and counts are exact. The order of hits by relevance may differ between engines.
pub trait Engine: Corpus {
    /// Runs a plan.
    ///
    /// # Errors
    ///
    /// If the engine fails.
    fn search(&self, plan: &Plan, options: &SearchOptions) -> Result<FoundArticles>;

    /// Counts the matches of a plan by the values of facets: all of them, or the first publication
    /// of each text.
    ///
    /// # Errors
    ///
    /// If the engine fails.
    fn facets_of(&self, plan: &Plan, facets: &[Facet], count: Count) -> Result<Facets>;

    /// The articles with an id.
    ///
    /// # Errors
    ///
    /// If the engine fails.
    fn find_id(&self, id: &str) -> Result<Vec<ArticleId>>;

    /// Articles with their text.
    ///
    /// # Errors
    ///
    /// If the engine fails.
    fn articles(&self, articles: &[ArticleId]) -> Result<Vec<Article>>;

    /// The statistics of the collection.
    ///
    /// # Errors
    ///
    /// If the engine fails.
    fn stats(&self) -> Result<Stats>;

    /// The content fingerprint of the collection.
    ///
    /// # Errors
    ///
    /// If the engine fails.
    fn state(&self) -> Result<IndexState>;

    /// Explains the scores of articles, term by term; `None` if this engine cannot.
    ///
    /// # Errors
    ///
    /// If the engine fails.
    fn explain_scores(
        &self,
        plan: &Plan,
        recency_half_life: Option<f32>,
        articles: &[ArticleId],
    ) -> Result<Option<Vec<ScoreExplanation>>>;

    /// Explains an empty result and suggests other queries.
    ///
    /// # Errors
    ///
    /// If the engine fails.
    fn advice(&self, ast: &Node, options: &LowerOptions<'_>, total: u64) -> Result<Advice>;
}

/// The views as methods. Each fails if the engine fails.
impl dyn Engine + '_ {
    /// Runs a plan and returns every text once: at the rank of its best copy, represented by the
    /// earliest matching one.
    pub fn search_unique(&self, plan: &Plan, options: &SearchOptions) -> Result<FoundTexts> {
        let groups = groups(self)?;
        let matching = self.candidates(plan)?;
        // Texts with several copies: the earliest matching one, and the number of them.
        let mut folded: FxHashMap<u32, (ArticleId, u64)> = FxHashMap::default();
        let mut texts = 0;
        for &article in &matching {
            let Some(number) = groups.number_of(article) else {
                texts += 1;
                continue;
            };
            let rank = |of: ArticleId| groups.of(of).iter().position(|&other| other == of);
            let (earliest, publications) = folded.entry(number).or_insert((article, 0));
            *publications += 1;
            if rank(article) < rank(*earliest) {
                *earliest = article;
            }
        }
        texts += folded.len() as u64;
        let end = options.offset.saturating_add(options.limit);
        let mut hits: Vec<ScoredText> = Vec::new();
        // More than the limit, as the best may contain reprints.
        let mut most = end.saturating_add(SPARE);
        while hits.len() < end {
            let best = SearchOptions {
                limit: most,
                offset: 0,
                ..*options
            };
            let found = self.search(plan, &best)?;
            hits.clear();
            let mut seen: FxHashSet<u32> = FxHashSet::default();
            for hit in &found.hits {
                let number = groups.number_of(hit.article);
                if number.is_none_or(|number| seen.insert(number)) {
                    let of = number.and_then(|number| folded.get(&number));
                    let (article, publications) = of.copied().unwrap_or((hit.article, 1));
                    hits.push(ScoredText {
                        hit: ScoredArticle { article, ..*hit },
                        reprints: publications.saturating_sub(1),
                    });
                }
            }
            if found.hits.len() < most {
                break;
            }
            most = most.saturating_mul(4);
        }
        hits.truncate(end);
        hits.drain(..options.offset.min(hits.len()));
        self.check_deadline()?;
        Ok(FoundTexts {
            total: matching.len() as u64,
            texts,
            hits,
        })
    }

    /// Finds the articles that a user names: those with an id, otherwise those at a path, with
    /// `#member` inside a container. A relative path starts at the current directory.
    pub fn find(&self, id_or_path: &str) -> Result<Vec<ArticleId>> {
        let found = self.find_id(id_or_path)?;
        if !found.is_empty() {
            return Ok(found);
        }
        let (path, member) = match id_or_path.split_once('#') {
            Some((path, member)) => (path, Some(member)),
            None => (id_or_path, None),
        };
        let Ok(whole) = path::absolute(Path::new(path)) else {
            return Ok(Vec::new());
        };
        let whole = whole.canonicalize().unwrap_or(whole);
        let Some(whole) = whole.to_str() else {
            return Ok(Vec::new());
        };
        let wanted = member.map_or_else(|| whole.to_owned(), |member| format!("{whole}#{member}"));
        // The id of an article without one of its own is the end of its path.
        let starts = whole.char_indices();
        let starts = starts
            .filter(|(_, c)| path::is_separator(*c))
            .map(|(i, _)| i + 1);
        for start in starts {
            let end = wanted.get(start..).unwrap_or_default();
            let end = if cfg!(windows) {
                end.replace('\\', "/")
            } else {
                end.to_owned()
            };
            let mut found = self.find_id(&end)?;
            let mut records = self.records(&found)?.into_iter();
            found.retain(|_| {
                records
                    .next()
                    .is_some_and(|record| record.location() == wanted)
            });
            if !found.is_empty() {
                return Ok(found);
            }
        }
        Ok(Vec::new())
    }

    /// An article with its text.
    pub fn article(&self, article: ArticleId) -> Result<Article> {
        let mut found = self.articles(&[article])?;
        found.pop().ok_or(Error::Damaged("an article is missing"))
    }

    /// The occurrences of the words and phrases of a plan in an article.
    pub fn matches(&self, plan: &Plan, article: ArticleId) -> Result<Vec<Match>> {
        let mut matches = Vec::new();
        self.read_matches(plan, &[article], Extent::Whole, &mut |_, read| {
            matches = read.matches;
            Ok(())
        })?;
        self.checked(matches)
    }

    /// What is shown of hits; see [`ShownHit::load`].
    pub fn shown<'s>(
        &'s self,
        plan: &'s Plan,
        hits: &[ScoredArticle],
        first: u64,
        snippets: usize,
    ) -> impl Iterator<Item = Result<ShownHit>> + 's {
        let hits = hits.iter().map(|hit| (hit.article, hit.score)).collect();
        ShownHit::load(self, plan, hits, first, snippets)
    }

    /// Cites an answer to queries, each with the plan that was executed.
    pub fn cite<'q>(
        &self,
        queries: impl IntoIterator<Item = (&'q Request, &'q Plan)>,
    ) -> Result<Citation> {
        let queries = queries
            .into_iter()
            .map(|(request, plan)| CitedQuery::new(request, plan));
        Ok(Citation::new(self.state()?, queries.collect()))
    }

    /// Interprets a query, with the document frequency of each of its terms.
    pub fn interpret(&self, request: &Request) -> Result<Interpretation> {
        let count = |plan: &Plan| {
            let counts = self.count(std::slice::from_ref(plan))?;
            Ok(counts.first().copied().unwrap_or(0))
        };
        Interpretation::new(request, count)
    }

    /// The spread of the matches of a plan over an article; see
    /// [`dispersion_in_article`](crate::dispersion_in_article).
    pub fn dispersion_in_article(
        &self,
        plan: &Plan,
        article: ArticleId,
        slices: usize,
    ) -> Result<Dispersion> {
        self.checked(crate::dispersion_in_article(self, plan, article, slices)?)
    }

    /// Articles like one of the collection; see [`similar`](crate::similar).
    pub fn similar(&self, article: ArticleId, options: &SimilarOptions) -> Result<Similar> {
        self.checked(crate::similar(self, article, options)?)
    }

    /// All publications of an article's text, each compared with the first.
    pub fn reprints(&self, article: ArticleId) -> Result<ReprintHistory> {
        self.checked(reprints::reprints(self, article)?)
    }

    crate::view_methods!(checked);

    /// Returns an answer, unless the engine failed while it was computed.
    fn checked<T>(&self, answer: T) -> Result<T> {
        self.check_deadline()?;
        Ok(answer)
    }
}
