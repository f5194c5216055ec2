//! The same generated articles in a directory and in a cluster.

use std::error::Error;
use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

use tempfile::TempDir;
use timbao_cluster::ingest::{self, IngestOptions};
use timbao_cluster::{Address, Archive, Client, Connection, create};
use timbao_index::update::{Sources, UpdateOptions, update};
use timbao_index::{Index, Searcher};

use crate::agreement::lines;

/// The same articles in a directory and in a cluster, whose index is deleted in the end.
pub struct Twins {
    client: Arc<Client>,
    index: PathBuf,
    _dir: TempDir,
}

impl Twins {
    /// Indexes generated articles in both engines, in an index of the cluster whose name begins with
    /// `name`.
    ///
    /// # Errors
    ///
    /// If one of them fails.
    pub fn new(
        nodes: &str,
        name: &str,
        articles: usize,
        seed: u64,
    ) -> Result<Self, Box<dyn Error>> {
        let (dir, index, sources) = indexed(articles, seed)?;
        let address = format!("opensearch+http://{nodes}/{name}-{}", std::process::id());
        let connection = Connection::new(Address::parse(&address)?);
        let client = Arc::new(Client::new(connection)?);
        create(&client)?;
        let twins = Self {
            client,
            index,
            _dir: dir,
        };
        ingest::update(&twins.client, &sources, &IngestOptions::default(), &())?;
        Ok(twins)
    }

    /// The present states of both.
    ///
    /// # Errors
    ///
    /// If one cannot be opened.
    pub fn engines(&self) -> Result<(Searcher, Archive), Box<dyn Error>> {
        let searcher = Index::open(&self.index)?.searcher()?;
        Ok((searcher, Archive::open(Arc::clone(&self.client))?))
    }
}

impl Drop for Twins {
    fn drop(&mut self) {
        let path = format!("{}.*?ignore_unavailable=true", self.client.name());
        let _ = self.client.call("DELETE", &path);
    }
}

/// A directory with generated articles, their index in it, and their source.
fn indexed(articles: usize, seed: u64) -> Result<(TempDir, PathBuf, Sources), Box<dyn Error>> {
    let dir = tempfile::tempdir()?;
    let root = dir.path().canonicalize()?;
    let source = root.join("bao");
    fs::create_dir(&source)?;
    fs::write(source.join("tin.jsonl"), lines(articles, seed))?;
    let index = root.join("index");
    let sources = Sources::Paths(vec![source]);
    update(&index, &sources, &UpdateOptions::default(), &())?;
    Ok((dir, index, sources))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::agreement::compare;

    /// Runs with `crates/cluster/tests/opensearch/cluster run cargo test --workspace --lib generated_queries`.
    #[test]
    fn engines_answer_generated_queries_the_same() {
        let Ok(nodes) = std::env::var("TIMBAO_CLUSTER") else {
            println!("skipped: crates/cluster/tests/opensearch/cluster run cargo test runs it");
            return;
        };
        let twins = Twins::new(&nodes, "agreement-test", 400, 5).unwrap();
        let (index, archive) = twins.engines().unwrap();
        let agreement = compare([&index, &archive], 300, 5).unwrap();
        let differences = agreement.differences.join("\n");
        assert!(agreement.differences.is_empty(), "{differences}");
        assert!(agreement.with_hits > 100, "{agreement:?}");
    }

    #[test]
    fn a_comparison_notices_other_articles() {
        let searcher = |seed| {
            let (dir, index, _) = indexed(60, seed).unwrap();
            (dir, Index::open(index).unwrap().searcher().unwrap())
        };
        let [(_a, first), (_b, second)] = [searcher(1), searcher(2)];
        let same = compare([&first, &first], 100, 1).unwrap();
        assert_eq!(same.differences, [""; 0]);
        assert_eq!(same.same_best, same.with_hits);
        let other = compare([&first, &second], 100, 1).unwrap();
        assert!(other.differences.len() > 20, "{}", other.differences.len());
    }
}
