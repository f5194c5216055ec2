//! Leases: one writer at a time for each source.
//!
//! A lease is a document that is changed by compare-and-set. It expires unless
//! it is renewed, so a machine that fails does not keep it. Each holder gets a
//! larger generation, which is the version of all that it writes: a holder that
//! lost its lease without noticing cannot replace what the next one wrote.

use std::collections::BTreeMap;
use std::process;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use timbao_articles::changes::{Phase, Progress};

use crate::admin::state_alias;
use crate::client::{Client, Patience};
use crate::error::{Error, Result};
use crate::feed::{short_hash, sort_key};
use crate::scroll::scroll;
use crate::state::{machine, source_key};

/// A lease that was not renewed for this time can be taken by another machine.
const LIFETIME: Duration = Duration::from_secs(30);
/// The clocks of two machines may differ by this time.
const SKEW: Duration = Duration::from_secs(5);
/// Time between two renewals.
const RENEWAL: Duration = Duration::from_secs(8);
/// Time between a renewal that failed and the next one, of which several fit into the lifetime.
const REPEAT: Duration = Duration::from_secs(1);
/// Limits of one renewal: a node that is cut off must not keep it until the lease has expired.
const PATIENCE: Patience = Patience {
    connect: Duration::from_secs(1),
    request: Duration::from_secs(4),
    retries: Duration::from_secs(8),
    first: Duration::from_secs(8),
};
/// Time after the end of a writer that failed, in which writes that it sent may still arrive.
const ECHO: Duration = Duration::from_secs(600);
/// Time between two attempts to take a lease.
const PAUSE: Duration = Duration::from_millis(500);

/// The lease that stops all updates while an index is rebuilt.
pub(crate) const WHOLE_INDEX: &str = "the whole index";

/// What the document says.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Held {
    /// The machine and the process, for people.
    owner: String,
    /// Distinguishes holders.
    token: String,
    /// Milliseconds since 1970; 0 when released.
    expires: u64,
    generation: u64,
    /// The last generation of which, and of those before it, all writes are visible.
    #[serde(default)]
    settled: u64,
    /// The time of its release, in milliseconds since 1970; 0 before.
    #[serde(default)]
    released: u64,
}

impl Held {
    /// The last generation of which, and of those before it, all writes are visible at some time.
    fn settled_at(&self, now: u64) -> u64 {
        let end = self.expires.max(self.released);
        match end + millis(ECHO) < now {
            true => self.generation,
            false => self.settled,
        }
    }
}

/// The place of a document in the order of changes.
#[derive(Debug, Clone, Copy, Default)]
struct Place {
    seq_no: u64,
    primary_term: u64,
}

/// The right to write a source, renewed in the background until it is dropped.
#[derive(Debug)]
pub(crate) struct Lease {
    subject: String,
    generation: u64,
    shared: Arc<Shared>,
    renewer: Option<thread::JoinHandle<()>>,
}

#[derive(Debug)]
struct Shared {
    lost: AtomicBool,
    /// Whether all writes of the holder are visible.
    settled: AtomicBool,
    expires: AtomicU64,
    /// Whether to stop renewing.
    done: Mutex<bool>,
    wake: Condvar,
}

impl Shared {
    fn new(expires: u64) -> Self {
        Self {
            lost: AtomicBool::new(false),
            settled: AtomicBool::new(false),
            expires: AtomicU64::new(expires),
            done: Mutex::new(false),
            wake: Condvar::new(),
        }
    }
}

impl Lease {
    /// Takes the lease of a source, or waits for it until `deadline`, which `progress` hears once.
    ///
    /// # Errors
    ///
    /// [`Error::Busy`] if another process has it, and any error of the cluster.
    pub(crate) fn take(
        client: &Arc<Client>,
        subject: &str,
        deadline: Instant,
        progress: &dyn Progress,
    ) -> Result<Self> {
        let token = token();
        let mut is_waiting = false;
        loop {
            let (held, place) = match attempt(client, subject, &token)? {
                Ok(taken) => taken,
                Err(held) => {
                    let left = Duration::from_millis(held.expires.saturating_sub(now())) + SKEW;
                    if Instant::now() + PAUSE > deadline {
                        return Err(Error::Busy {
                            source_path: subject.to_owned(),
                            owner: held.owner,
                            left,
                        });
                    }
                    if !std::mem::replace(&mut is_waiting, true) {
                        progress.held(subject, &held.owner, left);
                        let patience = deadline.saturating_duration_since(Instant::now());
                        progress.phase(Phase::Waiting(patience));
                    }
                    thread::sleep(PAUSE);
                    continue;
                }
            };
            let shared = Arc::new(Shared::new(held.expires));
            let generation = held.generation;
            let renewer = Renewer::new(client, subject, (held, place), &shared)?;
            return Ok(Self {
                subject: subject.to_owned(),
                generation,
                shared,
                renewer: Some(thread::spawn(move || renewer.run())),
            });
        }
    }

    /// The version of all that is written under this lease.
    pub(crate) fn generation(&self) -> u64 {
        self.generation
    }

    /// Records that all that was written under this lease, and under those before it, is visible to
    /// searches of primary copies. The cluster knows it when the lease is dropped.
    pub(crate) fn settle(&self) {
        self.shared.settled.store(true, Ordering::Relaxed);
    }

    /// Fails if the lease is lost, so that nothing more may be written.
    ///
    /// # Errors
    ///
    /// [`Error::LostLease`].
    pub(crate) fn check(&self) -> Result<()> {
        let is_expired = self.shared.expires.load(Ordering::Relaxed) < now();
        match self.shared.lost.load(Ordering::Relaxed) || is_expired {
            true => Err(Error::LostLease {
                source_path: self.subject.clone(),
            }),
            false => Ok(()),
        }
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        *self
            .shared
            .done
            .lock()
            .unwrap_or_else(PoisonError::into_inner) = true;
        self.shared.wake.notify_all();
        if let Some(renewer) = self.renewer.take() {
            // A renewer that panicked has nothing to release.
            let _ = renewer.join();
        }
    }
}

/// The leases that are held, with their holders and the seconds until they expire.
pub(crate) fn held(client: &Client) -> Result<Vec<(String, String, u64)>> {
    let mut leases = Vec::new();
    let body = json!({ "query": { "term": { "kind": "lease" } } });
    scroll(client, &state_alias(client.name()), &body, &mut |hit| {
        let data = hit.pointer("/_source/data").cloned().unwrap_or_default();
        if let Ok(held) = serde_json::from_value::<Held>(data)
            && is_held(&held)
        {
            let subject = hit.pointer("/_source/path").and_then(Value::as_str);
            let left = (held.expires + millis(SKEW)).saturating_sub(now()) / 1000;
            leases.push((subject.unwrap_or_default().to_owned(), held.owner, left));
        }
        Ok(())
    })?;
    leases.sort();
    Ok(leases)
}

/// For the key of each source the last generation of which, and of those before it, all writes are
/// visible to a search of primary copies that begins later.
pub(crate) fn settled(client: &Client) -> Result<BTreeMap<String, u64>> {
    let mut settled = BTreeMap::new();
    let body = json!({ "query": { "term": { "kind": "lease" } } });
    scroll(client, &state_alias(client.name()), &body, &mut |hit| {
        let data = hit.pointer("/_source/data").cloned().unwrap_or_default();
        let subject = hit.pointer("/_source/path").and_then(Value::as_str);
        if let (Ok(held), Some(subject)) = (serde_json::from_value::<Held>(data), subject) {
            settled.insert(source_key(subject), held.settled_at(now()));
        }
        Ok(())
    })?;
    Ok(settled)
}

/// Fails if another process holds the lease of a subject.
///
/// # Errors
///
/// [`Error::Busy`].
pub(crate) fn check_free(client: &Client, subject: &str) -> Result<()> {
    match read(client, subject)? {
        Some((held, _)) if is_held(&held) => Err(Error::Busy {
            source_path: subject.to_owned(),
            left: Duration::from_millis(held.expires.saturating_sub(now())) + SKEW,
            owner: held.owner,
        }),
        _ => Ok(()),
    }
}

/// Keeps a lease in the background.
struct Renewer {
    client: Arc<Client>,
    subject: String,
    held: Held,
    place: Place,
    shared: Arc<Shared>,
}

impl Renewer {
    fn new(
        client: &Client,
        subject: &str,
        (held, place): (Held, Place),
        shared: &Arc<Shared>,
    ) -> Result<Self> {
        Ok(Self {
            client: Arc::new(client.with_patience(PATIENCE)?),
            subject: subject.to_owned(),
            held,
            place,
            shared: Arc::clone(shared),
        })
    }

    fn run(mut self) {
        let mut pause = RENEWAL;
        loop {
            let done = self
                .shared
                .done
                .lock()
                .unwrap_or_else(PoisonError::into_inner);
            let waited = self
                .shared
                .wake
                .wait_timeout_while(done, pause, |done| !*done);
            let is_done = *waited.unwrap_or_else(PoisonError::into_inner).0;
            if is_done {
                self.release();
            }
            let is_renewed = self.renew(if is_done { 0 } else { now() + millis(LIFETIME) });
            pause = if is_renewed { RENEWAL } else { REPEAT };
            if is_done || self.shared.lost.load(Ordering::Relaxed) {
                return;
            }
        }
    }

    /// Sets the fields that only the last renewal writes.
    fn release(&mut self) {
        self.held.released = now();
        if self.shared.settled.load(Ordering::Relaxed) {
            self.held.settled = self.held.generation;
        }
    }

    /// Renews the lease; returns `false` if the cluster does not answer, so that it may still be held.
    fn renew(&mut self, expires: u64) -> bool {
        self.held.expires = expires;
        match write(&self.client, &self.subject, &self.held, Some(self.place)) {
            Ok(Some(place)) => {
                self.place = place;
                self.shared.expires.store(expires, Ordering::Relaxed);
            }
            // Perhaps an earlier renewal whose answer was lost.
            Ok(None) => match read(&self.client, &self.subject) {
                Ok(Some((held, place))) if held.token == self.held.token => {
                    self.place = place;
                    self.shared.expires.store(held.expires, Ordering::Relaxed);
                }
                Ok(_) => self.shared.lost.store(true, Ordering::Relaxed),
                Err(_) => return false,
            },
            // The next renewal may succeed before the lease expires.
            Err(_) => return false,
        }
        true
    }
}

/// Tries to take a lease; returns its holder if there is one.
fn attempt(client: &Client, subject: &str, token: &str) -> Result<Result<(Held, Place), Held>> {
    // Only two machines that always meet would need more attempts.
    for _ in 0..10 {
        let present = read(client, subject)?;
        if let Some((held, place)) = &present {
            if held.token == token {
                return Ok(Ok((held.clone(), *place)));
            }
            if is_held(held) {
                return Ok(Err(held.clone()));
            }
        }
        let before = present.as_ref().map_or(0, |(held, _)| held.generation);
        let held = Held {
            owner: owner(),
            token: token.to_owned(),
            expires: now() + millis(LIFETIME),
            // Above all former versions even if the state was lost.
            generation: now().max(before + 1),
            settled: present.as_ref().map_or(0, |(held, _)| held.settled),
            released: 0,
        };
        let place = present.map(|(_, place)| place);
        if let Some(place) = write(client, subject, &held, place)? {
            return Ok(Ok((held, place)));
        }
    }
    Err(Error::Busy {
        source_path: subject.to_owned(),
        owner: "several machines at once".to_owned(),
        left: LIFETIME,
    })
}

fn is_held(held: &Held) -> bool {
    held.expires != 0 && held.expires + millis(SKEW) > now()
}

fn path(client: &Client, subject: &str) -> String {
    let id = short_hash(&["lease", subject]);
    format!("{}/_doc/{id}", state_alias(client.name()))
}

fn read(client: &Client, subject: &str) -> Result<Option<(Held, Place)>> {
    let reply = client.get(&path(client, subject))?;
    if reply.status == 404 {
        return Ok(None);
    }
    let document: Value = reply.ok()?.json()?;
    let held = document
        .pointer("/_source/data")
        .cloned()
        .unwrap_or_default();
    let place = Place {
        seq_no: document["_seq_no"].as_u64().unwrap_or_default(),
        primary_term: document["_primary_term"].as_u64().unwrap_or_default(),
    };
    // A document that nothing can be made of is replaced.
    Ok(serde_json::from_value(held).ok().map(|held| (held, place)))
}

/// Writes a lease if it is still where it was, or if there is none; returns its new place.
fn write(client: &Client, subject: &str, held: &Held, at: Option<Place>) -> Result<Option<Place>> {
    let condition = match at {
        Some(place) => format!(
            "if_seq_no={}&if_primary_term={}",
            place.seq_no, place.primary_term
        ),
        None => "op_type=create".to_owned(),
    };
    let document = json!({
        "kind": "lease", "key": sort_key(&short_hash(&["lease", subject])),
        "path": subject, "data": held,
    });
    let url = format!("{}?{condition}", path(client, subject));
    let reply = client.send("PUT", &url, &document)?;
    if reply.status == 409 {
        return Ok(None);
    }
    let answer: Value = reply.ok()?.json()?;
    Ok(Some(Place {
        seq_no: answer["_seq_no"].as_u64().unwrap_or_default(),
        primary_term: answer["_primary_term"].as_u64().unwrap_or_default(),
    }))
}

/// Milliseconds since 1970.
pub(crate) fn now() -> u64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    millis(now.unwrap_or_default())
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

/// This machine and process.
fn owner() -> String {
    format!("{}, process {}", machine(), process::id())
}

/// A token that no other holder has.
fn token() -> String {
    static TAKEN: AtomicU64 = AtomicU64::new(0);
    let number = TAKEN.fetch_add(1, Ordering::Relaxed).to_string();
    let time = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    short_hash(&[&owner(), &number, &time.as_nanos().to_string()])
}

#[cfg(test)]
mod tests {
    use std::io::{BufRead, BufReader, Read, Write};
    use std::net::TcpListener;

    use super::*;
    use crate::address::Address;
    use crate::client::Connection;

    // An attempt at a silent node, and those at the next ones, end before the lease does.
    const _: () = assert!(
        RENEWAL.as_secs() + PATIENCE.request.as_secs() + PATIENCE.retries.as_secs()
            < LIFETIME.as_secs()
    );

    const UNKNOWN: &str = "{}";

    /// A server that answers each request with the next of some statuses and bodies, a connection for
    /// each.
    fn server(answers: Vec<(u16, String)>) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let node = listener.local_addr().unwrap().to_string();
        thread::spawn(move || {
            for ((status, body), stream) in answers.into_iter().zip(listener.incoming()) {
                let mut stream = stream.unwrap();
                let mut reader = BufReader::new(stream.try_clone().unwrap());
                let (mut line, mut length) = (String::new(), 0);
                while reader.read_line(&mut line).unwrap() > 2 {
                    if let Some(value) = line.to_lowercase().strip_prefix("content-length:") {
                        length = value.trim().parse().unwrap();
                    }
                    line.clear();
                }
                reader.read_exact(&mut vec![0; length]).unwrap();
                let head = format!("HTTP/1.1 {status} X\r\nConnection: close\r\n");
                let length = body.len();
                write!(stream, "{head}Content-Length: {length}\r\n\r\n{body}").unwrap();
            }
        });
        node
    }

    fn held(token: &str) -> Held {
        Held {
            owner: "n".to_owned(),
            token: token.to_owned(),
            expires: 5,
            generation: 1,
            settled: 0,
            released: 0,
        }
    }

    fn document(token: &str, seq_no: u64) -> String {
        let source = json!({ "data": held(token) });
        json!({ "_seq_no": seq_no, "_primary_term": 1, "_source": source }).to_string()
    }

    /// A renewer of the lease `mine` before such answers, and the state that it shares.
    fn renewer(answers: Vec<(u16, String)>) -> (Renewer, Arc<Shared>) {
        let address = format!("opensearch+http://{}/bao", server(answers));
        let connection = Connection::new(Address::parse(&address).unwrap());
        let client = Client::new(connection).unwrap();
        let shared = Arc::new(Shared::new(7));
        let taken = (held("mine"), Place::default());
        let renewer = Renewer::new(&client, "/a", taken, &shared).unwrap();
        (renewer, shared)
    }

    fn is_lost(shared: &Shared) -> bool {
        shared.lost.load(Ordering::Relaxed)
    }

    #[test]
    fn attempts_of_renewals_are_short() {
        let (renewer, _) = renewer(Vec::new());
        assert_eq!(renewer.client.patience(), PATIENCE);
    }

    #[test]
    fn a_lease_that_cannot_be_read_is_not_lost() {
        let conflict = || (409, UNKNOWN.to_owned());
        let done = json!({ "_seq_no": 9, "_primary_term": 1 }).to_string();
        let (mut renewer, shared) =
            renewer(vec![conflict(), (400, UNKNOWN.to_owned()), (200, done)]);
        assert!(!renewer.renew(8), "it is repeated soon");
        assert!(!is_lost(&shared));
        assert_eq!(shared.expires.load(Ordering::Relaxed), 7);
        assert!(renewer.renew(9));
        assert_eq!(renewer.place.seq_no, 9);
        assert_eq!(shared.expires.load(Ordering::Relaxed), 9);
    }

    #[test]
    fn a_lease_of_which_only_the_answer_was_lost_is_kept() {
        let answers = vec![(409, UNKNOWN.to_owned()), (200, document("mine", 4))];
        let (mut renewer, shared) = renewer(answers);
        renewer.renew(8);
        assert!(!is_lost(&shared));
        assert_eq!(renewer.place.seq_no, 4);
        assert_eq!(shared.expires.load(Ordering::Relaxed), 5);
    }

    #[test]
    fn a_lease_of_another_holder_is_lost() {
        for answer in [(200, document("other", 4)), (404, UNKNOWN.to_owned())] {
            let (mut renewer, shared) = renewer(vec![(409, UNKNOWN.to_owned()), answer]);
            renewer.renew(8);
            assert!(is_lost(&shared));
        }
    }

    #[test]
    fn a_released_lease_says_whether_all_is_visible() {
        let (mut renewer, shared) = renewer(Vec::new());
        renewer.release();
        assert_eq!(renewer.held.settled, 0);
        assert!(renewer.held.released > 0);
        shared.settled.store(true, Ordering::Relaxed);
        renewer.release();
        assert_eq!(renewer.held.settled, 1);
    }

    #[test]
    fn a_writer_that_failed_is_waited_for_as_long_as_its_writes_may_arrive() {
        let held = |expires, released| Held {
            generation: 9,
            settled: 7,
            expires,
            released,
            ..held("mine")
        };
        let echo = millis(ECHO);
        // An expired lease, and one that was released without success.
        for held in [held(5_000, 0), held(0, 5_000)] {
            assert_eq!(held.settled_at(5_000), 7);
            assert_eq!(held.settled_at(5_000 + echo), 7);
            assert_eq!(held.settled_at(5_001 + echo), 9);
        }
        // A lease of an earlier program says nothing.
        let old: Held = serde_json::from_value(json!({
            "owner": "n", "token": "t", "expires": 0, "generation": 4,
        }))
        .unwrap();
        assert_eq!((old.settled, old.settled_at(echo + 1)), (0, 4));
    }
}
