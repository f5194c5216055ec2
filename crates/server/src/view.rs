//! The articles that are served: in an index in a directory, or in a cluster.

use std::ops::Deref;
use std::sync::Arc;
use std::time::Instant;

use timbao_cluster::{Archive, Client, Follower};
use timbao_index::{Index, ReloadOptions, Reloader, Searcher, ViewId};
use timbao_views::{ArrivalLog, Engine};

/// The size of a state.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Size {
    pub articles: u64,
    /// The first and the last day with an article, as days since 1970.
    pub first_day: Option<i32>,
    pub last_day: Option<i32>,
}

/// One state of the articles, from which requests are answered.
#[derive(Debug, Clone)]
pub(crate) enum View {
    Index(Searcher),
    Cluster(Archive),
}

impl Deref for View {
    type Target = dyn Engine;

    fn deref(&self) -> &Self::Target {
        match self {
            Self::Index(searcher) => searcher,
            Self::Cluster(archive) => archive,
        }
    }
}

impl View {
    /// The id of the state.
    pub(crate) fn view(&self) -> ViewId {
        match self {
            Self::Index(searcher) => searcher.view(),
            Self::Cluster(archive) => archive.view(),
        }
    }

    /// The same state with a deadline for everything that is read from it.
    pub(crate) fn until(&self, deadline: Instant) -> Self {
        match self {
            Self::Index(searcher) => Self::Index(searcher.until(deadline)),
            Self::Cluster(archive) => Self::Cluster(archive.until(deadline)),
        }
    }

    /// The size of the state.
    ///
    /// # Errors
    ///
    /// If a file of the index is damaged.
    pub(crate) fn size(&self) -> Result<Size, timbao_views::Error> {
        let (articles, [first_day, last_day]) = match self {
            Self::Index(searcher) => {
                let stats = searcher.stats()?;
                (stats.articles, [stats.first_day, stats.last_day])
            }
            Self::Cluster(archive) => (archive.article_count(), archive.days()),
        };
        Ok(Size {
            articles,
            first_day,
            last_day,
        })
    }

    /// Whether pages show articles related to one, which takes all articles of a cluster.
    pub(crate) fn shows_related(&self) -> bool {
        match self {
            Self::Index(_) => true,
            Self::Cluster(archive) => archive.is_small(),
        }
    }

    /// Number of articles.
    pub(crate) fn article_count(&self) -> u64 {
        match self {
            Self::Index(searcher) => searcher.article_count(),
            Self::Cluster(archive) => archive.article_count(),
        }
    }

    /// The state with its arrivals.
    pub(crate) fn arrivals(&self) -> &dyn ArrivalLog {
        match self {
            Self::Index(searcher) => searcher,
            Self::Cluster(archive) => archive,
        }
    }
}

/// The states of the articles: the latest, and replaced ones for some time.
#[derive(Debug)]
pub(crate) enum Views {
    Index(Box<Reloader>),
    Cluster(Box<Follower>),
}

impl Views {
    /// The latest state that was opened.
    pub(crate) fn latest(&self) -> View {
        match self {
            Self::Index(reloader) => View::Index(reloader.latest()),
            Self::Cluster(follower) => View::Cluster(follower.latest()),
        }
    }

    /// The state with an id, if it is the latest or still kept.
    pub(crate) fn find(&self, id: ViewId) -> Option<View> {
        match self {
            Self::Index(reloader) => reloader.find(id).map(View::Index),
            Self::Cluster(follower) => follower.find(id).map(View::Cluster),
        }
    }

    /// Number of replaced states that are kept.
    pub(crate) fn kept(&self) -> usize {
        match self {
            Self::Index(reloader) => reloader.kept(),
            Self::Cluster(follower) => follower.kept(),
        }
    }

    /// Opens the present state if it is new, and returns it.
    ///
    /// # Errors
    ///
    /// If it cannot be opened. The latest one stays.
    pub(crate) fn reload(&self) -> Result<Option<View>, timbao_views::Error> {
        Ok(match self {
            Self::Index(reloader) => reloader.reload()?.map(View::Index),
            Self::Cluster(follower) => follower.reload()?.map(View::Cluster),
        })
    }
}

/// Where the articles are.
#[derive(Debug, Clone)]
pub(crate) enum Place {
    Index(Box<Index>),
    Cluster {
        client: Arc<Client>,
        /// Whether articles have public paths only.
        hides_paths: bool,
    },
}

impl Place {
    /// Opens the present state.
    ///
    /// # Errors
    ///
    /// If there is no index, or it cannot be opened.
    pub(crate) fn views(&self, options: ReloadOptions) -> Result<Views, timbao_views::Error> {
        Ok(match self {
            Self::Index(index) => {
                let index = Index::clone(index);
                Views::Index(Box::new(Reloader::new(index, options)?))
            }
            Self::Cluster {
                client,
                hides_paths,
            } => {
                let client = Arc::clone(client);
                Views::Cluster(Box::new(Follower::new(client, *hides_paths, options)?))
            }
        })
    }

    /// The name of the place for readers: the name of the directory, or of the index in the cluster;
    /// with its path or nodes if these are shown.
    pub(crate) fn name(&self, shows_paths: bool) -> String {
        match self {
            Self::Index(index) if shows_paths => index.dir().display().to_string(),
            Self::Index(index) => {
                let dir = index.dir();
                let name = dir.file_name().unwrap_or(dir.as_os_str());
                name.to_string_lossy().into_owned()
            }
            Self::Cluster { client, .. } if shows_paths => client.address().to_string(),
            Self::Cluster { client, .. } => client.name().to_owned(),
        }
    }
}
