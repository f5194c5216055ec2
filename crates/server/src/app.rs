//! What all requests share, and which of them goes where.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::get;
use tokio::task::JoinHandle;

use crate::log::{Log, Value};
use crate::metrics::Metrics;
use crate::options::Options;
use crate::views::{View, Views};
use crate::work::Work;
use crate::{api, assets, guard, page};

/// How often the index is looked at for a new commit.
const REFRESH: Duration = Duration::from_secs(1);

/// What all requests share.
pub(crate) struct App {
    pub options: Options,
    pub views: Views,
    pub work: Work,
    pub metrics: Metrics,
    pub log: Log,
}

impl App {
    /// Opens the index.
    ///
    /// # Errors
    ///
    /// When it does not open.
    pub(crate) fn open(options: Options) -> Result<Self, timbao_index::Error> {
        Ok(Self {
            views: Views::open(&options.index, &options.limits)?,
            work: Work::new(&options.limits),
            metrics: Metrics::default(),
            log: Log,
            options,
        })
    }

    /// All routes.
    pub(crate) fn router(self: Arc<Self>) -> Router {
        Router::new()
            .route("/", get(page::search))
            .route("/article", get(page::article))
            .route("/kwic", get(page::kwic))
            .route("/trends", get(page::trends))
            .nest("/api/v1", api::routes())
            .route("/healthz", get(api::health))
            .route("/metrics", get(api::metrics))
            .route("/assets/{name}", get(assets::serve))
            .fallback(guard::not_found)
            .method_not_allowed_fallback(guard::wrong_method)
            .layer(from_fn_with_state(Arc::clone(&self), guard::admit))
            .layer(from_fn(guard::protect))
            .layer(from_fn_with_state(Arc::clone(&self), guard::watch))
            .with_state(self)
    }

    /// Takes up new commits and prepares them, for ever.
    pub(crate) async fn refresh(self: Arc<Self>) {
        let mut prepared = String::new();
        let mut work: Option<JoinHandle<()>> = None;
        loop {
            // One at a time: a state that was replaced meanwhile is not worth preparing.
            let view = self.views.latest();
            if view.id != prepared && work.as_ref().is_none_or(JoinHandle::is_finished) {
                prepared.clone_from(&view.id);
                let app = Arc::clone(&self);
                work = Some(tokio::task::spawn_blocking(move || app.prepare(&view)));
            }
            tokio::time::sleep(REFRESH).await;
            let app = Arc::clone(&self);
            // A panic ends this one look at the index, not the looking.
            let _ = tokio::task::spawn_blocking(move || app.look()).await;
        }
    }

    fn prepare(&self, view: &View) {
        if let Err(error) = view.prepare() {
            let fields = [("reason", Value::Text(&error.to_string()))];
            self.log.warn("preparing a view failed", &fields);
        }
    }

    fn look(&self) {
        match self.views.refresh() {
            Ok(None) => {}
            Ok(Some(view)) => {
                self.metrics.refreshed();
                let fields = [
                    ("view", Value::Text(&view.id)),
                    ("articles", Value::Whole(view.searcher.article_count())),
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
