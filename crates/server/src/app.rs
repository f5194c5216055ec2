//! The shared state of all requests.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock, Weak};
use std::time::Duration;

use timbao_alerts::Store;
use timbao_index::{CacheOptions, Error, Index, ReloadOptions, Reloader, Searcher};
use tokio::task::JoinHandle;

use crate::access::{self, Access};
use crate::log::{Log, Value};
use crate::metrics::Metrics;
use crate::options::{NamedIndex, Options};
use crate::work::Work;

/// Time between two checks for a new commit.
const REFRESH: Duration = Duration::from_secs(1);

/// The shared state of all requests.
pub(crate) struct App {
    pub options: Options,
    /// The name of the index in its address; `None` for the main one.
    pub name: Option<String>,
    pub index: Index,
    reloader: OnceLock<Reloader>,
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
    /// An app that answers from an index, which is opened for searching on first use.
    ///
    /// Paths of the machine are hidden, unless the options show them.
    pub(crate) fn new(index: Index, options: Options, access: Arc<Access>, log: Log) -> Self {
        let index = if options.show_paths {
            index
        } else {
            index.with_public_paths()
        };
        Self {
            name: None,
            index,
            reloader: OnceLock::new(),
            is_following: AtomicBool::new(false),
            access,
            work: Work::new(&options.limits),
            metrics: Metrics::default(),
            log,
            store: options.saves_searches.then(|| Store::of(&options.index)),
            options,
        }
    }

    /// Another index of the same server, with limits of its own.
    ///
    /// # Errors
    ///
    /// When the index does not open.
    pub(crate) fn beside(&self, other: &NamedIndex, log: Log) -> Result<Self, Error> {
        let caches = CacheOptions::for_many_queries();
        let index = Index::open(other.dir())?.with_caches(caches);
        let options = Options {
            index: other.dir().to_owned(),
            searches: Vec::new(),
            updates: None,
            ..self.options.clone()
        };
        let app = Self {
            name: Some(other.name().to_owned()),
            ..Self::new(index, options, Arc::clone(&self.access), log)
        };
        app.reloader()?;
        Ok(app)
    }

    /// The views of the index, opening it if that was not done yet.
    ///
    /// # Errors
    ///
    /// When the index does not open; the next call tries again.
    pub(crate) fn reloader(&self) -> Result<&Reloader, Error> {
        match self.reloader.get() {
            Some(reloader) => Ok(reloader),
            None => {
                let options = ReloadOptions {
                    keep: self.options.limits.keep_views,
                    views: self.options.limits.views,
                };
                let reloader = Reloader::new(self.index.clone(), options)?;
                Ok(self.reloader.get_or_init(|| reloader))
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
    fn prepare(&self, searcher: &Searcher) {
        let prepared = searcher.stats().and_then(|_| searcher.state());
        let prepared = prepared.and_then(|_| searcher.reprint_groups(0));
        if let Err(error) = prepared {
            let fields = [("reason", Value::Text(&error.to_string()))];
            self.log.warn("preparing a view failed", &fields);
        }
    }

    /// Opens the latest commit if it is new.
    fn reload(&self) {
        match self.reloader().and_then(Reloader::reload) {
            Ok(None) => {}
            Ok(Some(searcher)) => {
                self.metrics.refreshed();
                let fields = [
                    ("view", Value::Text(&searcher.view().to_string())),
                    ("articles", Value::Whole(searcher.article_count())),
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
        let latest = app.reloader().ok().map(Reloader::latest);
        // One at a time: a view that was replaced in the meantime need not be prepared.
        let is_idle = work.as_ref().is_none_or(JoinHandle::is_finished);
        if let Some(searcher) = latest.filter(|latest| is_idle && prepared != Some(latest.view())) {
            prepared = Some(searcher.view());
            let app = Arc::clone(&app);
            work = Some(tokio::task::spawn_blocking(move || app.prepare(&searcher)));
        }
        // A panic ends this reload, and the next one is tried.
        let _ = tokio::task::spawn_blocking(move || app.reload()).await;
        tokio::time::sleep(REFRESH).await;
    }
}
