//! Access: who may read and export.
//!
//! Programs present a token in a header. Browsers exchange it on the login page for a cookie, which
//! ends with the token, after thirty days, or when the server restarts.

mod file;
mod session;
mod throttle;

use std::net::IpAddr;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::{Duration, Instant};

use axum::http::{HeaderMap, header};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;

use crate::log::{Log, Value};
use crate::options::{Options, Token};
use crate::problem::Problem;

pub use file::{NamedToken, Rights, RightsError, TokenFile, TokenFileError};
pub(crate) use session::LIFETIME;
pub(crate) use throttle::client;

use session::Sessions;
use throttle::Throttle;

/// Time between two reads of the file of tokens.
pub(crate) const REFRESH: Duration = Duration::from_secs(1);
/// The name under which the one token of the options is logged.
const UNNAMED: &str = "token";

/// The readers of a server.
pub(crate) struct Access {
    /// A token without a name, which has all rights.
    token: Option<NamedToken>,
    file: Option<PathBuf>,
    named: RwLock<Arc<[NamedToken]>>,
    sessions: Sessions,
    throttle: Mutex<Throttle>,
}

/// A reader who presented a token, as an extension of requests and responses.
#[derive(Debug, Clone)]
pub(crate) struct Reader {
    pub name: Arc<str>,
    pub rights: Rights,
    /// Whether the reader logged in on the page.
    pub is_session: bool,
}

impl Access {
    /// Reads the file of tokens, if the options name one.
    ///
    /// # Errors
    ///
    /// If the file cannot be read or has an invalid line, and if the system has no random numbers.
    pub(crate) fn new(options: &Options) -> Result<Self, TokenFileError> {
        let named = match &options.tokens {
            Some(path) => TokenFile::read(path)?.tokens().to_vec(),
            None => Vec::new(),
        };
        Ok(Self {
            token: options
                .token
                .as_ref()
                .map(|token: &Token| NamedToken::new(UNNAMED, Rights::ALL, token.hash())),
            file: options.tokens.clone(),
            named: RwLock::new(named.into()),
            sessions: Sessions::new()?,
            throttle: Mutex::default(),
        })
    }

    /// Access for everyone.
    pub(crate) fn open() -> Self {
        Self {
            token: None,
            file: None,
            named: RwLock::default(),
            sessions: Sessions::default(),
            throttle: Mutex::default(),
        }
    }

    /// Returns `true` if no token is required.
    pub(crate) fn is_open(&self) -> bool {
        self.token.is_none() && self.file.is_none()
    }

    /// The reader of a request, or `None` if it presents nothing.
    ///
    /// # Errors
    ///
    /// If the token is wrong, or after too many wrong ones.
    pub(crate) fn reader(
        &self,
        headers: &HeaderMap,
        client: IpAddr,
    ) -> Result<Option<Reader>, Problem> {
        match presented(headers) {
            Some(token) => self.check(&token, client).map(Some),
            None => Ok(self.session(headers)),
        }
    }

    /// The reader who has a token.
    ///
    /// # Errors
    ///
    /// If the token is wrong, or after too many wrong ones.
    fn check(&self, token: &[u8], client: IpAddr) -> Result<Reader, Problem> {
        let hash = blake3::hash(token);
        let mut throttle = self.throttle.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        if let Some(wait) = throttle.wait(client, now) {
            return Err(Problem::throttled(wait));
        }
        match self.find(|known| *known.hash() == hash) {
            Some(known) => Ok(Reader::new(&known, false)),
            None => {
                throttle.failed(client, hash, now);
                Err(Problem::wrong_token())
            }
        }
    }

    /// Exchanges a token for the value of a cookie.
    ///
    /// # Errors
    ///
    /// If the token is wrong, or after too many wrong ones.
    pub(crate) fn log_in(&self, token: &str, client: IpAddr) -> Result<(Reader, String), Problem> {
        let token = token.trim().as_bytes();
        let reader = self.check(token, client)?;
        let cookie = self.sessions.begin(&blake3::hash(token));
        Ok((reader, cookie))
    }

    /// The reader whose cookie a request has.
    fn session(&self, headers: &HeaderMap) -> Option<Reader> {
        let cookies = headers.get_all(header::COOKIE).iter();
        let cookies = cookies.filter_map(|value| value.to_str().ok());
        let mut own = cookies
            .flat_map(|value| value.split(';'))
            .filter_map(|pair| pair.trim().strip_prefix("timbao="));
        own.find_map(|cookie| {
            let known = self.find(|known| self.sessions.is_of(cookie, known.hash()))?;
            Some(Reader::new(&known, true))
        })
    }

    /// The token for which `is_it` returns `true`. All are compared, each in constant time.
    fn find(&self, is_it: impl Fn(&NamedToken) -> bool) -> Option<NamedToken> {
        let named = Arc::clone(&self.named.read().unwrap_or_else(PoisonError::into_inner));
        let all = self.token.iter().chain(named.iter());
        let found = all.fold(
            None,
            |found, known| if is_it(known) { Some(known) } else { found },
        );
        found.cloned()
    }

    /// Reads the file of tokens again. If that fails, nobody named in it is admitted.
    pub(crate) fn reload(&self, log: &Log) {
        let Some(path) = &self.file else { return };
        let read = TokenFile::read(path);
        let now: Arc<[NamedToken]> = match &read {
            Ok(file) => file.tokens().into(),
            Err(_) => Arc::default(),
        };
        let mut named = self.named.write().unwrap_or_else(PoisonError::into_inner);
        if **named == *now {
            return;
        }
        *named = now;
        match read {
            Ok(file) => {
                let count = Value::Whole(file.tokens().len() as u64);
                log.info("tokens", &[("tokens", count)]);
            }
            Err(error) => {
                log.warn(
                    "tokens failed",
                    &[("reason", Value::Text(&error.to_string()))],
                );
            }
        }
    }
}

impl Reader {
    fn new(token: &NamedToken, is_session: bool) -> Self {
        Self {
            name: token.name().into(),
            rights: token.rights(),
            is_session,
        }
    }
}

/// The token of a request: a bearer token, or the password of basic authentication.
fn presented(headers: &HeaderMap) -> Option<Vec<u8>> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, rest) = value.split_once(' ')?;
    let rest = rest.trim();
    if scheme.eq_ignore_ascii_case("bearer") {
        return Some(rest.as_bytes().to_vec());
    }
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let pair = BASE64_STANDARD.decode(rest).ok()?;
    let colon = pair.iter().position(|&byte| byte == b':')?;
    pair.get(colon + 1..).map(<[u8]>::to_vec)
}
