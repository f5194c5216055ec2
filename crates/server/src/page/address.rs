//! URLs of pages, which contain all state.

use std::sync::Arc;

use form_urlencoded::Serializer;

use crate::site::{Requested, requested};

/// An address with its parameters, for links that change some of them.
#[derive(Debug, Clone)]
pub(crate) struct Address {
    path: &'static str,
    pairs: Vec<(String, String)>,
    /// The address that the client sent.
    requested: Arc<Requested>,
}

impl Address {
    /// An address with those parameters of a request that have one of these names and a value.
    pub(crate) fn new(path: &'static str, query: Option<&str>, names: &[&str]) -> Self {
        let pairs = form_urlencoded::parse(query.unwrap_or_default().as_bytes());
        Self {
            path,
            pairs: pairs
                .into_owned()
                .filter(|(name, value)| names.contains(&name.as_str()) && !value.is_empty())
                .collect(),
            requested: Arc::new(requested()),
        }
    }

    /// The name of the program, and that of the index if the server has several.
    pub(crate) fn name(&self) -> String {
        self.requested.name()
    }

    /// The path.
    pub(crate) fn path(&self) -> &'static str {
        self.path
    }

    /// The same parameters at another path.
    pub(crate) fn at(&self, path: &'static str) -> Self {
        Self {
            path,
            ..self.clone()
        }
    }

    /// With one value of a parameter instead of those there are; an empty one removes it.
    #[must_use]
    pub(crate) fn with(&self, name: &str, value: &str) -> Self {
        let mut changed = self.without(name);
        if !value.is_empty() {
            changed.pairs.push((name.to_owned(), value.to_owned()));
        }
        changed
    }

    /// With one more value of a parameter.
    #[must_use]
    pub(crate) fn and(mut self, name: &str, value: &str) -> Self {
        self.pairs.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Without one value of a parameter that may have others.
    #[must_use]
    pub(crate) fn without_value(&self, name: &str, value: &str) -> Self {
        let mut changed = self.clone();
        changed
            .pairs
            .retain(|(key, is)| (key.as_str(), is.as_str()) != (name, value));
        changed
    }

    /// Without a parameter.
    #[must_use]
    pub(crate) fn without(&self, name: &str) -> Self {
        self.without_all(&[name])
    }

    /// Without some parameters.
    #[must_use]
    pub(crate) fn without_all(&self, names: &[&str]) -> Self {
        let pairs = self.pairs.iter();
        Self {
            path: self.path,
            pairs: pairs
                .filter(|(name, _)| !names.contains(&name.as_str()))
                .cloned()
                .collect(),
            ..self.clone()
        }
    }

    /// Without the page and the state of a list, which other lists do not share.
    #[must_use]
    pub(crate) fn without_page(&self) -> Self {
        self.without_all(&["page", "view"])
    }

    /// The value of a parameter.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        let found = self.pairs.iter().find(|(key, _)| key == name);
        found.map(|(_, value)| value.as_str())
    }

    /// Returns `true` if a parameter has this value among others.
    pub(crate) fn has(&self, name: &str, value: &str) -> bool {
        let mut pairs = self.pairs.iter();
        pairs.any(|(key, is)| (key.as_str(), is.as_str()) == (name, value))
    }

    /// The parameters.
    pub(crate) fn pairs(&self) -> &[(String, String)] {
        &self.pairs
    }

    /// The URL with the server, for use outside the page.
    pub(crate) fn link(&self) -> String {
        self.requested.at(&self.href())
    }

    /// The URL for a link.
    pub(crate) fn href(&self) -> String {
        if self.pairs.is_empty() {
            return self.path.to_owned();
        }
        let query = Serializer::new(String::new())
            .extend_pairs(&self.pairs)
            .finish();
        format!("{}?{query}", self.path)
    }
}
