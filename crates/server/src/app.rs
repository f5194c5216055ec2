//! The shared state of all requests.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock, Weak};
use std::time::{Duration, SystemTime};

use timbao_alerts::{Store, directory};
use timbao_index::{CacheOptions, Index, ReloadOptions};
use timbao_views::Error;
use tokio::task::JoinHandle;

use crate::access::{self, Access};
use crate::log::{Log, Value};
use crate::metrics::Metrics;
use crate::options::{NamedIndex, Options};
use crate::view::{Place, View, Views};
use crate::work::Work;

/// Time between two checks for a new commit.
const REFRESH: Duration = Duration::from_secs(1);

/// The shared state of all requests.
pub(crate) struct App {
    pub options: Options,
    /// The name of the index in its address; `None` for the main one.
    pub name: Option<String>,
    pub place: Place,
    /// When the app was made.
    pub since: SystemTime,
    views: OnceLock<Views>,
    /// Whether commits are followed already.
    is_following: AtomicBool,
    pub access: Arc<Access>,
    pub work: Work,
    pub metrics: Metrics,
    pub log: Log,
    /// The searches that are saved on the page; `None` if that is not allowed.
    pub store: Option<Store>,
}

impl App {
    /// An app that answers from a place, which is opened for searching on first use.
    ///
    /// Paths of the machine are hidden, unless the options show them.
    pub(crate) fn new(place: Place, options: Options, access: Arc<Access>, log: Log) -> Self {
        let place = match place {
            Place::Index(index) if !options.show_paths => {
                Place::Index(Box::new(index.with_public_paths()))
            }
            place => place,
        };
        Self {
            name: None,
            place,
            since: SystemTime::now(),
            views: OnceLock::new(),
            is_following: AtomicBool::new(false),
            access,
            work: Work::new(&options.limits),
            metrics: Metrics::default(),
            log,
            store: options.saves_searches.then(|| store(&options)),
            options,
        }
    }

    /// Another index of the same server, with limits of its own.
    ///
    /// # Errors
    ///
    /// When the index does not open.
    pub(crate) fn beside(&self, other: &NamedIndex, log: Log) -> Result<Self, timbao_index::Error> {
        let caches = CacheOptions::for_many_queries();
        let index = Index::open(other.dir())?.with_caches(caches);
        let options = Options {
            index: other.dir().to_owned(),
            searches: Vec::new(),
            updates: None,
            cluster: None,
            alerts: None,
            ..self.options.clone()
        };
        let app = Self {
            name: Some(other.name().to_owned()),
            ..Self::new(
                Place::Index(Box::new(index)),
                options,
                Arc::clone(&self.access),
                log,
            )
        };
        app.views()?;
        Ok(app)
    }

    /// The views of the articles, opening them if that was not done yet.
    ///
    /// # Errors
    ///
    /// When they cannot be opened; the next call tries again.
    pub(crate) fn views(&self) -> Result<&Views, Error> {
        match self.views.get() {
            Some(views) => Ok(views),
            None => {
                let options = ReloadOptions {
                    keep: self.options.limits.keep_views,
                    views: self.options.limits.views,
                };
                let views = self.place.views(options)?;
                Ok(self.views.get_or_init(|| views))
            }
        }
    }

    /// Follows the commits of the index, as long as the app lives. Has no effect from the second
    /// call on. Must be called on a Tokio runtime.
    pub(crate) fn follow(self: &Arc<Self>) {
        if !self.is_following.swap(true, Ordering::Relaxed) {
            tokio::spawn(follow(Arc::downgrade(self)));
        }
    }

    /// Follows changes of the file of tokens, as long as the app lives. Must be called on a Tokio
    /// runtime.
    pub(crate) fn follow_tokens(self: &Arc<Self>) {
        if self.options.tokens.is_none() {
            return;
        }
        let app = Arc::downgrade(self);
        tokio::spawn(async move {
            while let Some(app) = app.upgrade() {
                let _ = tokio::task::spawn_blocking(move || app.access.reload(&app.log)).await;
                tokio::time::sleep(access::REFRESH).await;
            }
        });
    }

    /// Computes slow figures of a large index before the first request needs them.
    fn prepare(&self, view: &View) {
        // In a cluster, they need all articles.
        let View::Index(searcher) = view else { return };
        let prepared = searcher.stats().and_then(|_| searcher.state());
        let prepared = prepared.and_then(|_| searcher.most_published(0));
        if let Err(error) = prepared {
            let fields = [("reason", Value::Text(&error.to_string()))];
            self.log.warn("preparing a view failed", &fields);
        }
    }

    /// Opens the latest commit if it is new.
    fn reload(&self) {
        match self.views().and_then(Views::reload) {
            Ok(None) => {}
            Ok(Some(view)) => {
                self.metrics.refreshed();
                let fields = [
                    ("view", Value::Text(&view.view().to_string())),
                    ("articles", Value::Whole(view.article_count())),
                ];
                self.log.info("refresh", &fields);
            }
            Err(error) => {
                self.metrics.refresh_failed();
                let fields = [("reason", Value::Text(&error.to_string()))];
                self.log.warn("refresh failed", &fields);
            }
        }
    }
}

/// Reloads the index and prepares new views, until the app is dropped.
async fn follow(app: Weak<App>) {
    let mut prepared = None;
    let mut work: Option<JoinHandle<()>> = None;
    while let Some(app) = app.upgrade() {
        let latest = app.views().ok().map(Views::latest);
        // One at a time: a view that was replaced in the meantime need not be prepared.
        let is_idle = work.as_ref().is_none_or(JoinHandle::is_finished);
        if let Some(view) = latest.filter(|latest| is_idle && prepared != Some(latest.view())) {
            prepared = Some(view.view());
            let app = Arc::clone(&app);
            work = Some(tokio::task::spawn_blocking(move || app.prepare(&view)));
        }
        // A panic ends this reload, and the next one is tried.
        let _ = tokio::task::spawn_blocking(move || app.reload()).await;
        tokio::time::sleep(REFRESH).await;
    }
}

/// The searches that are saved on the page.
fn store(options: &Options) -> Store {
    match &options.alerts {
        Some(dir) => Store::of(dir),
        None => Store::of(directory(&options.index)),
    }
}
