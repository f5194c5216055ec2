//! Following the updates of an archive, for programs that answer queries meanwhile.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use serde_json::Value;
use timbao_views::{KeptViews, ReloadOptions, ViewId};

use crate::client::Client;
use crate::error::Result;

use super::engine::Archive;
use super::pages::view_id;

/// The time between two looks at the cluster: while articles are sent to it, it has a new state every
/// second, and a new view has read nothing yet.
const PAUSE: Duration = Duration::from_secs(5);

/// Follows the updates of an archive: serves the latest view, and replaced views by their ids for some
/// time, so that the pages of one list agree.
///
/// Spawns no thread. Call [`reload`](Self::reload) regularly; it looks at the cluster at most every
/// five seconds.
#[derive(Debug)]
pub struct Follower {
    client: Arc<Client>,
    /// Whether articles have public paths only.
    hides_paths: bool,
    views: KeptViews<Archive>,
    looked: Mutex<Instant>,
}

impl Follower {
    /// Opens the present state of an archive, with [public paths](Archive::with_public_paths) if
    /// `hides_paths`.
    ///
    /// # Errors
    ///
    /// Those of [`Archive::open`], and if the cluster does not allow to read its statistics.
    pub fn new(client: Arc<Client>, hides_paths: bool, options: ReloadOptions) -> Result<Self> {
        Ok(Self {
            views: KeptViews::new(open(&client, hides_paths)?, options),
            hides_paths,
            client,
            looked: Mutex::new(Instant::now()),
        })
    }

    /// The cluster.
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// The latest view that was opened.
    pub fn latest(&self) -> Archive {
        self.views.latest()
    }

    /// The view with an id, if it is the latest or still kept.
    pub fn find(&self, id: ViewId) -> Option<Archive> {
        self.views.find(|archive| archive.view() == id)
    }

    /// Number of replaced views that are kept.
    pub fn kept(&self) -> usize {
        self.views.kept()
    }

    /// Opens the present state of the archive if it is new, and drops replaced views that were kept
    /// long enough. Returns the new view, `None` if there is none.
    ///
    /// # Errors
    ///
    /// Those of [`Archive::open`]. The latest view stays, and the next call tries again.
    pub fn reload(&self) -> Result<Option<Archive>> {
        self.views.drop_expired();
        let mut looked = self.looked.lock().unwrap_or_else(PoisonError::into_inner);
        let latest = self.latest();
        let is_lost = latest.store.snapshot.is_lost();
        if looked.elapsed() < PAUSE && !is_lost {
            return Ok(None);
        }
        *looked = Instant::now();
        if is_lost {
            // Statistics would wait for a node that is cut off. The next look compares them.
            let fresh = public(Archive::open(Arc::clone(&self.client))?, self.hides_paths);
            self.views.replace(fresh.clone());
            return Ok(Some(fresh));
        }
        // A state that nobody reads would be forgotten.
        if view_of(&self.client)? == latest.view() && latest.store.snapshot.is_alive()? {
            return Ok(None);
        }
        let fresh = open(&self.client, self.hides_paths)?;
        self.views.replace(fresh.clone());
        Ok(Some(fresh))
    }
}

/// Opens the present state of an archive. Its id changes with every write to a shard.
fn open(client: &Arc<Client>, hides_paths: bool) -> Result<Archive> {
    // Before the state is opened: a write that comes between is found again at the next look.
    let view = view_of(client)?;
    let refresh = format!("{}/_refresh", client.name());
    client.call("POST", &refresh)?.ok()?;
    let mut archive = Archive::open(Arc::clone(client))?;
    archive.view = view;
    Ok(public(archive, hides_paths))
}

fn public(archive: Archive, hides_paths: bool) -> Archive {
    match hides_paths {
        true => archive.with_public_paths(),
        false => archive,
    }
}

fn view_of(client: &Client) -> Result<ViewId> {
    let path = format!("{}/_stats/docs?level=shards", client.name());
    let stats: Value = client.get(&path)?.ok()?.json()?;
    Ok(written(&stats))
}

/// The id of the state after the writes that statistics by shard tell of.
fn written(stats: &Value) -> ViewId {
    let mut lines = Vec::new();
    let indexes = stats.get("indices").and_then(Value::as_object);
    for (name, index) in indexes.into_iter().flatten() {
        let shards = index.get("shards").and_then(Value::as_object);
        for (number, copies) in shards.into_iter().flatten() {
            let copies = copies.as_array().into_iter().flatten();
            let last = copies.filter_map(|copy| copy.pointer("/seq_no/max_seq_no")?.as_i64());
            lines.push(format!("{name}/{number}:{}\n", last.max().unwrap_or(-1)));
        }
    }
    lines.sort();
    view_id(lines.concat().as_bytes())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn stats(index: &str, writes: [i64; 2]) -> Value {
        let shard = |last: i64| {
            let copy =
                |last: i64| json!({ "docs": { "count": 7 }, "seq_no": { "max_seq_no": last } });
            json!([copy(last), copy(last - 1)])
        };
        let shards = json!({ "0": shard(writes[0]), "1": shard(writes[1]) });
        json!({ "indices": { index: { "shards": shards } } })
    }

    #[test]
    fn every_write_and_every_rebuild_is_another_view() {
        let views = [
            stats("bao.articles.1", [4, 1]),
            stats("bao.articles.1", [4, 2]),
            stats("bao.articles.1", [5, 1]),
            stats("bao.articles.2", [4, 1]),
            json!({}),
        ];
        let views: Vec<ViewId> = views.iter().map(written).collect();
        for (number, view) in views.iter().enumerate() {
            assert!(!views[..number].contains(view), "{number}");
        }
        assert_eq!(written(&stats("bao.articles.1", [4, 1])), views[0]);
    }
}
