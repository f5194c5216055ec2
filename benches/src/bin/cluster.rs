//! Ingestion, disk and phrases on an OpenSearch cluster, next to a stock index of the same articles.
//! The order of hits and the first page are compared with an index in a directory.
//!
//! Articles are indexed without their titles, which are the queries for known items.
//!
//! The nodes have to run on this machine. From the root of the project:
//!
//! ```sh
//! crates/cluster/tests/opensearch/cluster run \
//!     cargo run --release -p timbao-benches --bin cluster -- news-20k.jsonl.zst
//! ```

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::error::Error;
use std::ffi::OsStr;
use std::fs;
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use clap::Parser;
use serde_json::{Value, json};
use timbao_articles::Article;
use timbao_benches::data::{self, Pair, articles};
use timbao_benches::http::{encoded, exchange};
use timbao_benches::known_item::{titles, typed};
use timbao_benches::measure::{alone, side_by_side};
use timbao_benches::queries::{phrases, word_sets};
use timbao_cluster::ingest::{IngestOptions, Sources, update};
use timbao_cluster::{Address, Archive, Bulk, Client, Connection, create, verify};
use timbao_index::update as local;
use timbao_index::{Index, Searcher};
use timbao_query::Request;
use timbao_query::plan::{Key, Phrase, Plan, Slot};
use timbao_tokenizer::{fold, scan};
use timbao_views::{Corpus as _, Engine, SearchOptions};

/// The interval at which copies report their operations, plus a margin
/// (`index.soft_deletes.retention_lease.sync_interval`).
const RETENTION: Duration = Duration::from_secs(40);

/// Time for a server to start.
const START: Duration = Duration::from_secs(60);

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// Measures ingestion, disk and phrases on a cluster.
#[derive(Parser)]
struct Args {
    /// File of articles
    data: PathBuf,
    /// How many times as many articles are indexed; beyond one, their paragraphs are mixed
    #[arg(long, default_value_t = 1)]
    times: usize,
    /// Number of phrases
    #[arg(long, default_value_t = 300)]
    queries: usize,
    /// Also measure a stock index with `index_phrases`
    #[arg(long)]
    index_phrases: bool,
    /// Number of titles
    #[arg(long, default_value_t = 500)]
    titles: usize,
    /// A `timbao` program, whose servers over the cluster and over a directory are compared
    #[arg(long)]
    program: Option<PathBuf>,
    /// Addresses of the nodes, separated by commas
    #[arg(long, env = "TIMBAO_CLUSTER")]
    nodes: String,
    /// Directory of the nodes, for their processor time
    #[arg(long, env = "TIMBAO_CLUSTER_DIR")]
    dir: PathBuf,
}

/// An index in the cluster.
struct System {
    name: &'static str,
    load: Load,
    /// Fetches the first ten articles of a phrase, with their texts, and returns the total.
    first_ten: Box<dyn Fn(&str) -> Result<u64>>,
}

/// What it took to fill an index.
struct Load {
    /// Processor seconds of all nodes.
    cpu: f64,
    /// Processor seconds of this process.
    own_cpu: f64,
    seconds: f64,
    /// Bytes of the primaries after merging.
    bytes: u64,
}

fn main() -> Result<()> {
    let args = Args::parse();
    let mut input = articles(&args.data)?;
    if args.times > 1 {
        let count = input.len() * args.times;
        input = data::mixed(&input, 7).take(count).collect();
    }
    let titles = titles(&input, args.titles, 7);
    input.iter_mut().for_each(|article| article.title = None);
    let dir = tempfile::tempdir()?;
    let source = dir.path().join("articles.jsonl");
    data::write(&source, &input)?;
    let sources = Sources::Paths(vec![source]);
    let bytes: usize = input.iter().map(text_bytes).sum();
    println!(
        "{} articles, {:.1} MB of text",
        input.len(),
        bytes as f64 / 1e6
    );
    let typed: Vec<String> = phrases(&input, args.queries, 7);
    let mut systems = vec![stock("stock", false, &input, &args)?];
    if args.index_phrases {
        systems.push(stock("stock, index_phrases", true, &input, &args)?);
    }
    systems.push(timbao(&sources, &args)?);
    report(&systems, &typed, bytes)?;
    let index = dir.path().join("index");
    local::update(&index, &sources, &local::UpdateOptions::default(), &())?;
    let searcher = Index::open(&index)?.searcher()?;
    let archive = Archive::open(client(&args, "bao")?)?;
    kinds(&input, &typed, &searcher, &archive)?;
    if args.times == 1 {
        known_items(&titles, &searcher, &archive)?;
    }
    match &args.program {
        Some(program) => pages(program, &index, &titles, &args),
        None => Ok(()),
    }
}

/// Prints the figures of all indexes of articles with this many bytes of text, and the goals.
fn report(systems: &[System], phrases: &[String], bytes: usize) -> Result<()> {
    let mut hits = Vec::new();
    for system in systems {
        let totals = phrases.iter().map(|phrase| (system.first_ten)(phrase));
        hits.push(totals.sum::<Result<u64>>()?);
    }
    let failed = RefCell::new(BTreeSet::new());
    let askers = systems.iter().map(|system| {
        |phrase: &String| {
            if (system.first_ten)(phrase).is_err() {
                failed.borrow_mut().insert(phrase.clone());
            }
        }
    });
    let mut askers: Vec<_> = askers.collect();
    let mut askers: Vec<&mut dyn FnMut(&String)> = askers
        .iter_mut()
        .map(|asker| asker as &mut dyn FnMut(&String))
        .collect();
    let times = side_by_side(phrases, 3, &mut askers);
    if !failed.borrow().is_empty() {
        return Err(format!("phrases that failed: {:?}", failed.borrow()).into());
    }
    println!(
        "\n| | CPU s, nodes | CPU s, client | s | disk, MB | of text | phrase, ms, p50 / p99 | hits |"
    );
    println!("|---|---|---|---|---|---|---|---|");
    for ((System { name, load, .. }, times), hits) in systems.iter().zip(&times).zip(hits) {
        let (p50, p99) = (times.p50_us / 1000.0, times.p99_us / 1000.0);
        println!(
            "| {name} | {:.1} | {:.1} | {:.1} | {:.1} | {:.2} | {p50:.1} / {p99:.1} | {hits} |",
            load.cpu,
            load.own_cpu,
            load.seconds,
            load.bytes as f64 / 1e6,
            load.bytes as f64 / bytes as f64,
        );
    }
    if let ([first, .., last], [stock, .., timbao]) = (systems, times.as_slice()) {
        println!("\n| goal | | |\n|---|---|---|");
        let ratio = last.load.cpu / first.load.cpu;
        println!("| ingestion, CPU of the nodes, relative to stock | at most 2.5 | {ratio:.2} |");
        let disk = last.load.bytes as f64 / bytes as f64;
        println!("| disk relative to the text | at most 1.5 | {disk:.2} |");
        let p50 = stock.p50_us / timbao.p50_us;
        println!("| phrases, p50, times faster than stock | at least 1.5 | {p50:.2} |");
        let p99 = stock.p99_us / timbao.p99_us;
        println!("| phrases, p99, times faster than stock | at least 2 | {p99:.2} |");
    }
    Ok(())
}

/// Prints the times of queries of several kinds over the cluster, and for how many of them both engines
/// have the same total.
fn kinds(input: &[Article], phrases: &[String], local: &Searcher, cluster: &Archive) -> Result<()> {
    let sets = word_sets(input, phrases.len(), 7);
    let near = |set: &String| {
        let words: Vec<&str> = set.split(' ').take(2).collect();
        words.join(" NEAR/5 ")
    };
    let kinds: [(&str, Vec<String>); 4] = [
        (
            "phrases with accents",
            phrases.iter().map(|p| format!("\"{p}\"")).collect(),
        ),
        (
            "without",
            phrases.iter().map(|p| format!("\"{}\"", fold(p))).collect(),
        ),
        ("NEAR of two words", sets.iter().map(near).collect()),
        ("two to four words", sets),
    ];
    println!("\n| queries | p50, ms | p99, ms | same total as in a directory |\n|---|---|---|---|");
    for (name, queries) in &kinds {
        let mut same = 0;
        let times = alone(queries, 3, |query| {
            // What fails here fails below.
            let _ = cluster.search(Request::new(query).plan(), &SearchOptions::default());
        });
        for query in queries {
            let request = Request::new(query);
            let engines: [&dyn Engine; 2] = [local, cluster];
            let [local, cluster] = engines.map(|engine| {
                let found = engine.search(request.plan(), &SearchOptions::default());
                found.map(|found| found.total)
            });
            same += usize::from(local? == cluster?);
        }
        let (p50, p99) = (times.p50_us / 1000.0, times.p99_us / 1000.0);
        println!(
            "| {name} | {p50:.1} | {p99:.1} | {same} of {} |",
            queries.len()
        );
    }
    Ok(())
}

/// Prints how well titles find their articles in both engines.
fn known_items(titles: &[Pair], local: &Searcher, cluster: &Archive) -> Result<()> {
    println!(
        "\n| titles | MRR@10, directory | cluster | difference, goal −.002 | same first hit | same ten |"
    );
    println!("|---|---|---|---|---|---|");
    for typed in [typed::WITH, typed::WITHOUT] {
        let mut ranks = [0.0; 2];
        let (mut same_first, mut same_ten) = (0, 0);
        for pair in titles {
            let engines: [&dyn Engine; 2] = [local, cluster];
            let mut hits = Vec::new();
            for (engine, rank) in engines.iter().zip(&mut ranks) {
                let ids = first_ten(*engine, pair.typed(typed))?;
                *rank += pair.reciprocal_rank(&ids);
                hits.push(ids);
            }
            same_first += usize::from(hits[0].first() == hits[1].first());
            same_ten += usize::from(hits[0] == hits[1]);
        }
        let count = titles.len().max(1) as f64;
        let [local, cluster] = ranks.map(|rank| rank / count);
        let share = |same: usize| 100.0 * same as f64 / count;
        println!(
            "| {typed} | {local:.3} | {cluster:.3} | {:+.4} | {:.1} % | {:.1} % |",
            cluster - local,
            share(same_first),
            share(same_ten),
        );
    }
    Ok(())
}

/// The ids of the ten best hits of a typed query.
fn first_ten(engine: &dyn Engine, typed: &str) -> Result<Vec<String>> {
    let found = engine.search(Request::new(typed).plan(), &SearchOptions::default())?;
    let hits: Vec<_> = found.hits.iter().map(|hit| hit.article).collect();
    let articles = engine.records(&hits)?;
    Ok(articles.into_iter().map(|article| article.id).collect())
}

/// Prints the times of the first page of a search from servers over both engines.
fn pages(program: &Path, index: &Path, titles: &[Pair], args: &Args) -> Result<()> {
    let cluster = format!("opensearch+http://{}/bao", args.nodes);
    let mut servers = Vec::new();
    for index in [index.as_os_str(), cluster.as_ref()] {
        servers.push(Server::start(program, index)?);
    }
    let mut systems: Vec<_> = servers.iter().map(|server| server.asker()).collect();
    let mut systems: Vec<&mut dyn FnMut(&String)> = systems
        .iter_mut()
        .map(|system| system as &mut dyn FnMut(&String))
        .collect();
    let paths: Vec<String> = titles
        .iter()
        .map(|pair| format!("/api/v1/search?q={}", encoded(&pair.accented)))
        .collect();
    let times = side_by_side(&paths, 3, &mut systems);
    println!("\n| first page | p50, ms | p99, ms | failed |\n|---|---|---|---|");
    for ((name, latency), server) in ["directory", "cluster"].iter().zip(&times).zip(&servers) {
        let (p50, p99) = (latency.p50_us / 1000.0, latency.p99_us / 1000.0);
        let failed = server.failed.borrow().len();
        println!(
            "| {name} | {p50:.2} | {p99:.2} | {failed} of {} |",
            paths.len()
        );
    }
    let ratio = times[1].p50_us / times[0].p50_us;
    println!("\nfirst page, p50, cluster relative to a directory, goal at most 3: {ratio:.2}");
    Ok(())
}

/// A server of the program, which ends with it.
struct Server {
    process: Child,
    address: SocketAddr,
    /// The paths that were not answered with success.
    failed: RefCell<BTreeSet<String>>,
}

impl Server {
    fn start(program: &Path, index: &OsStr) -> Result<Self> {
        let address = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
        let mut command = Command::new(program);
        command.arg("serve").arg("--index").arg(index);
        command.arg("--listen").arg(address.to_string());
        let process = command
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()?;
        let mut server = Self {
            process,
            address,
            failed: RefCell::default(),
        };
        let start = Instant::now();
        while exchange(address, &mut None, "/api/v1/stats").is_err() {
            if server.process.try_wait()?.is_some() || start.elapsed() > START {
                return Err("the server does not start".into());
            }
            thread::sleep(Duration::from_millis(50));
        }
        Ok(server)
    }

    /// Requests paths on one connection, and keeps those that fail.
    fn asker(&self) -> impl FnMut(&String) {
        let mut connection = None;
        move |path| {
            // Servers close connections that were idle during the turn of another one.
            let status = exchange(self.address, &mut connection, path).or_else(|_| {
                connection = None;
                exchange(self.address, &mut connection, path)
            });
            if !matches!(status, Ok(200)) {
                connection = None;
                self.failed.borrow_mut().insert(path.clone());
            }
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn text_bytes(article: &Article) -> usize {
    let captions: usize = article
        .captions
        .iter()
        .map(|caption| caption.text.len())
        .sum();
    let len = |text: &Option<String>| text.as_ref().map_or(0, String::len);
    article.body.len() + len(&article.title) + len(&article.summary) + captions
}

fn client(args: &Args, name: &str) -> Result<Arc<Client>> {
    let address = Address::parse(&format!("opensearch+http://{}/{name}", args.nodes))?;
    Ok(Arc::new(Client::new(Connection::new(address))?))
}

/// An index as OpenSearch's users make one: one field, folded words.
fn stock(
    name: &'static str,
    index_phrases: bool,
    input: &[Article],
    args: &Args,
) -> Result<System> {
    let alias = if index_phrases {
        "stock-phrases"
    } else {
        "stock"
    };
    let client = client(args, alias)?;
    let text = json!({
        "type": "text", "analyzer": "folded", "index_phrases": index_phrases
    });
    let copied =
        json!({ "type": "keyword", "index": false, "doc_values": false, "copy_to": "all" });
    let body = json!({
        "settings": { "index": {
            "number_of_shards": 3, "auto_expand_replicas": "0-1",
            "codec": "best_compression", "replication.type": "SEGMENT", "refresh_interval": "1s",
            "analysis": { "analyzer": { "folded": {
                "type": "custom", "tokenizer": "standard", "filter": ["lowercase", "asciifolding"]
            } } },
        } },
        "aliases": { alias: { "is_write_index": true } },
        "mappings": { "properties": {
            "title": copied, "summary": copied, "body": copied, "captions": copied, "all": text
        } },
    });
    client.send("PUT", &format!("{alias}.1"), &body)?.ok()?;
    let begun = Begun::now(args);
    let mut bulk = Bulk::default();
    for (number, article) in input.iter().enumerate() {
        let captions: Vec<&str> = article.captions.iter().map(|c| c.text.as_str()).collect();
        let document = json!({
            "title": article.title, "summary": article.summary, "body": article.body,
            "captions": captions.join("\n"),
        });
        bulk.index(&number.to_string(), 1, &serde_json::to_vec(&document)?);
        if bulk.bytes() > 4 << 20 || number + 1 == input.len() {
            let outcome = bulk.send(&client, alias, Duration::from_secs(60))?;
            assert_eq!(outcome.rejected, []);
            bulk = Bulk::default();
        }
    }
    let load = begun.settled(&client, alias, args)?;
    let path = format!("{alias}/_search");
    let first_ten = move |phrase: &str| -> Result<u64> {
        let query = json!({ "match_phrase": { "all": phrase } });
        let body = json!({ "size": 10, "track_total_hits": true, "query": query });
        let answer: Value = client.send("POST", &path, &body)?.ok()?.json()?;
        let total = answer.pointer("/hits/total/value").and_then(Value::as_u64);
        Ok(total.unwrap_or(0))
    };
    Ok(System {
        name,
        load,
        first_ten: Box::new(first_ten),
    })
}

/// The index of Timbao.
fn timbao(sources: &Sources, args: &Args) -> Result<System> {
    let client = client(args, "bao")?;
    create(&client)?;
    let begun = Begun::now(args);
    update(&client, sources, &IngestOptions::default(), &())?;
    let load = begun.settled(&client, "bao", args)?;
    let check = verify(&client)?;
    assert_eq!(check.faults, [""; 0]);
    // The copies take over the merged segments, of which a state that is open keeps the former ones.
    thread::sleep(RETENTION);
    let archive = Archive::open(client)?;
    let first_ten = move |phrase: &str| -> Result<u64> {
        let words = fold(phrase);
        let slots = scan(&words).map(|token| {
            let word = words.get(token.start..token.end).unwrap_or_default();
            Slot::new(Key::Folded(word.into()))
        });
        let plan = Plan::Phrase(Phrase::exact(slots));
        let found = archive.search(&plan, &SearchOptions::default())?;
        let hits: Vec<_> = found.hits.iter().map(|hit| hit.article).collect();
        archive.records(&hits)?;
        Ok(found.total)
    };
    Ok(System {
        name: "Timbao",
        load,
        first_ten: Box::new(first_ten),
    })
}

/// The beginning of a load.
struct Begun {
    cpu: f64,
    own_cpu: f64,
    start: Instant,
}

impl Begun {
    fn now(args: &Args) -> Self {
        Self {
            cpu: node_seconds(&args.dir),
            own_cpu: own_seconds(),
            start: Instant::now(),
        }
    }

    /// Waits for copies and merges.
    fn settled(self, client: &Client, alias: &str, args: &Args) -> Result<Load> {
        client.call("POST", &format!("{alias}/_refresh"))?.ok()?;
        // Copies and merges go on for a while.
        thread::sleep(Duration::from_secs(5));
        let seconds = self.start.elapsed().as_secs_f64() - 5.0;
        let cpu = node_seconds(&args.dir) - self.cpu;
        let own_cpu = own_seconds() - self.own_cpu;
        // A merge drops the source for recovery if a commit contains it and all copies have reported
        // its operations.
        client.call("POST", &format!("{alias}/_flush"))?.ok()?;
        thread::sleep(RETENTION);
        client
            .call("POST", &format!("{alias}/_forcemerge?max_num_segments=1"))?
            .ok()?;
        // Until a refresh, and in the size of the store even longer, old segments count as well.
        client.call("POST", &format!("{alias}/_refresh"))?.ok()?;
        let path = format!("{alias}/_stats/segments?include_segment_file_sizes");
        let stats: Value = client.get(&path)?.ok()?.json()?;
        let files = stats["_all"]["primaries"]["segments"]["file_sizes"].as_object();
        let sizes = files.into_iter().flat_map(|files| files.values());
        let bytes = sizes
            .filter_map(|file| file["size_in_bytes"].as_u64())
            .sum();
        Ok(Load {
            cpu,
            own_cpu,
            seconds,
            bytes,
        })
    }
}

/// Processor seconds of the nodes so far.
fn node_seconds(dir: &Path) -> f64 {
    let homes = fs::read_dir(dir).into_iter().flatten().flatten();
    let pids = homes.filter_map(|home| fs::read_to_string(home.path().join("pid")).ok());
    pids.map(|pid| process_seconds(pid.trim())).sum()
}

fn own_seconds() -> f64 {
    process_seconds("self")
}

/// Processor seconds of a process, as Linux counts them.
fn process_seconds(pid: &str) -> f64 {
    /// Ticks of a second, on all common architectures.
    const TICKS: f64 = 100.0;
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    // The name of the program, in parentheses, may contain anything.
    let rest = stat.rsplit(')').next().unwrap_or_default();
    let fields: Vec<f64> = rest
        .split_whitespace()
        .map(|f| f.parse().unwrap_or(0.0))
        .collect();
    (fields.get(11).unwrap_or(&0.0) + fields.get(12).unwrap_or(&0.0)) / TICKS
}
