//! One index, open for reading.

use std::ops::Range;
use std::path::Path;

use timbao_articles::Article;
use timbao_query::Request;
use timbao_query::plan::{Facet, Plan};
use timbao_views::reprints::ReprintHistory;
use timbao_views::suggest::{Advice, Completion};
use timbao_views::{
    CollocateOptions, Collocates, Concordance, Facets, KeywordOptions, Keywords, KwicLine,
    KwicOptions, ShownHit, Similar, SimilarOptions, Trends, TrendsOptions, TrendsQuery,
};

use crate::error::Result;
use crate::search::{Address, Found, SearchOptions, Searcher};
use crate::store::Index;

/// An index that is open for reading, at one of its commits: the facade of this crate.
///
/// A session takes a [`Request`], which is a query with its filters, and returns plain data.
/// [`searcher`](Self::searcher) leads to everything else. Later commits do not change a session;
/// open another one to see them.
///
/// An empty request finds nothing; [`Request::plan_or_everything`] is a plan for the methods of the
/// searcher that takes it as all articles.
///
/// ```
/// use timbao_index::update::{Sources, UpdateOptions, update};
/// use timbao_index::Session;
/// use timbao_query::Request;
/// use timbao_views::KwicOptions;
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let dir = tempfile::tempdir()?;
/// # let (news, index) = (dir.path().join("news"), dir.path().join("index"));
/// # std::fs::create_dir(&news)?;
/// std::fs::write(
///     news.join("tin.json"),
///     r#"{"title": "Hội nghị chi bộ", "body": "Chống tự diễn biến, tự chuyển hóa."}"#,
/// )?;
/// update(&index, &Sources::Paths(vec![news]), &UpdateOptions::default(), &())?;
///
/// let session = Session::open(&index)?;
/// let request = Request::new("\"tu dien bien\"");
/// let found = session.search(&request)?;
/// assert_eq!(found.total, 1);
///
/// let hits = session.show(&request, &found, 1)?;
/// assert_eq!(hits[0].article.title.as_deref(), Some("Hội nghị chi bộ"));
/// assert_eq!(hits[0].snippets[0].text, "Chống tự diễn biến, tự chuyển hóa.");
///
/// let concordance = session.kwic(&request, &KwicOptions::default())?;
/// let lines = session.lines(&concordance, 0..10)?;
/// assert_eq!(lines[0].matched, "tự diễn biến");
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Session {
    searcher: Searcher,
}

impl From<Searcher> for Session {
    /// A session on a view that is open already, such as that of a [`Reloader`](crate::Reloader).
    fn from(searcher: Searcher) -> Self {
        Self { searcher }
    }
}

impl Session {
    /// Opens the last commit of the index in a directory.
    ///
    /// # Errors
    ///
    /// [`Error::NoIndex`](crate::Error::NoIndex) if there is no index,
    /// [`Error::OtherVersion`](crate::Error::OtherVersion) if another version wrote it, and if a
    /// file is missing or damaged.
    pub fn open(dir: impl AsRef<Path>) -> Result<Self> {
        let searcher = Index::open(dir.as_ref())?.searcher()?;
        Ok(Self { searcher })
    }

    /// The engine of the session, for everything that the session has no method for.
    pub fn searcher(&self) -> &Searcher {
        &self.searcher
    }

    /// Finds the ten best articles, and the exact number of all that match.
    ///
    /// # Errors
    ///
    /// If a file is damaged or the deadline has passed, as for all methods below.
    pub fn search(&self, request: &Request) -> Result<Found> {
        self.search_with(request, &SearchOptions::default())
    }

    /// Finds articles with a limit, an offset and an order.
    ///
    /// # Errors
    ///
    /// The errors of [`search`](Self::search).
    pub fn search_with(&self, request: &Request, options: &SearchOptions) -> Result<Found> {
        self.searcher.search(request.plan(), options)
    }

    /// Reads the title, the metadata and at most `snippets` passages of each hit.
    ///
    /// # Errors
    ///
    /// [`Error::OtherView`](crate::Error::OtherView) if another view found them, and the errors of
    /// [`search`](Self::search).
    pub fn show(&self, request: &Request, found: &Found, snippets: usize) -> Result<Vec<ShownHit>> {
        let first = found.offset as u64 + 1;
        let hits = &found.hits;
        let shown = self.searcher.shown(request.plan(), hits, first, snippets);
        shown.collect()
    }

    /// Reads an article with its text.
    ///
    /// # Errors
    ///
    /// The errors of [`search`](Self::search).
    pub fn article(&self, address: Address) -> Result<Article> {
        self.searcher.article(address)
    }

    /// Counts all matching articles by the values of facets.
    ///
    /// # Errors
    ///
    /// The errors of [`search`](Self::search).
    pub fn facets(&self, request: &Request, facets: &[Facet]) -> Result<Facets> {
        self.searcher.facets(request.plan(), facets)
    }

    /// Explains an empty result, and suggests other queries.
    ///
    /// # Errors
    ///
    /// The errors of [`search`](Self::search).
    pub fn advice(&self, request: &Request, found: &Found) -> Result<Advice> {
        self.searcher
            .advice(request.ast(), request.options(), found.total)
    }

    /// Completes the last word of a text.
    ///
    /// # Errors
    ///
    /// The errors of [`search`](Self::search).
    pub fn complete(&self, text: &str, most: usize) -> Result<Vec<Completion>> {
        self.searcher.complete(text, most)
    }

    /// Finds all matches; bare words are a phrase. [`lines`](Self::lines) reads their context.
    ///
    /// # Errors
    ///
    /// The errors of [`search`](Self::search).
    pub fn kwic(&self, request: &Request, options: &KwicOptions) -> Result<Concordance> {
        self.searcher.concordance(&request.view_plan(), options)
    }

    /// Reads lines of a concordance of this session.
    ///
    /// # Errors
    ///
    /// [`Error::OtherView`](crate::Error::OtherView) if the concordance is of another view, and the
    /// errors of [`search`](Self::search).
    pub fn lines(&self, concordance: &Concordance, range: Range<usize>) -> Result<Vec<KwicLine>> {
        self.searcher
            .whole(concordance.lines(&self.searcher, range)?)
    }

    /// Counts queries over time, among all articles. The filters of a request limit its own matches;
    /// [`Searcher::trends`] also takes a plan of the articles that rates are relative to.
    ///
    /// # Errors
    ///
    /// The errors of [`search`](Self::search).
    pub fn trends(&self, requests: &[Request], options: &TrendsOptions) -> Result<Trends> {
        let queries: Vec<TrendsQuery> = requests
            .iter()
            .map(|request| TrendsQuery {
                name: request.text().to_owned(),
                plan: request.view_plan(),
            })
            .collect();
        self.searcher.trends(&queries, &Plan::Everything, options)
    }

    /// Finds words near the matches of a query.
    ///
    /// # Errors
    ///
    /// The errors of [`search`](Self::search).
    pub fn collocates(&self, request: &Request, options: &CollocateOptions) -> Result<Collocates> {
        let plan = request.view_plan();
        self.searcher.collocates(&plan, &Plan::Everything, options)
    }

    /// Finds words characteristic of the articles of one query, compared with those of another or
    /// with all others.
    ///
    /// # Errors
    ///
    /// The errors of [`search`](Self::search).
    pub fn keywords(
        &self,
        of: &Request,
        against: Option<&Request>,
        options: &KeywordOptions,
    ) -> Result<Keywords> {
        let against = against.map(Request::plan);
        self.searcher.keywords(of.plan(), against, options)
    }

    /// Finds articles like one of the index.
    ///
    /// # Errors
    ///
    /// The errors of [`search`](Self::search).
    pub fn similar(&self, address: Address, options: &SimilarOptions) -> Result<Similar> {
        self.searcher.similar(address, options)
    }

    /// Lists all publications of an article's text, each compared with the first.
    ///
    /// # Errors
    ///
    /// The errors of [`search`](Self::search).
    pub fn reprints(&self, address: Address) -> Result<ReprintHistory> {
        self.searcher.reprints(address)
    }
}
