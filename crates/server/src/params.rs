//! The parameters of a request.

use std::fmt::Display;
use std::ops::RangeInclusive;
use std::str::FromStr;

use crate::cursor::{Cursor, fingerprint};
use crate::problem::{InvalidValue, Problem};
use crate::view::{View, Views};

/// The parameters of a request that are not consumed yet.
///
/// Each may occur once, except with [`texts`](Self::texts).
pub(crate) struct Params {
    pairs: Vec<(String, String)>,
    /// Rows of a list to skip, if a cursor says so.
    skip: Option<usize>,
    /// Whether a list of the request may be continued by a cursor.
    takes_cursors: bool,
    /// The names that this request may have, in the order in which they were consumed.
    known: Vec<String>,
}

impl Params {
    /// Parses the query component of a URL.
    pub(crate) fn new(query: Option<&str>) -> Self {
        let pairs = form_urlencoded::parse(query.unwrap_or_default().as_bytes());
        Self {
            pairs: pairs.into_owned().collect(),
            skip: None,
            takes_cursors: false,
            known: Vec::new(),
        }
    }

    /// The same as [`new`](Self::new), ignoring empty parameters, as forms send
    /// them.
    pub(crate) fn of_form(query: Option<&str>) -> Self {
        let mut params = Self::new(query);
        params.pairs.retain(|(_, value)| !value.is_empty());
        params
    }

    /// Adds a parameter.
    pub(crate) fn add(&mut self, name: &str, value: &str) {
        self.pairs.push((name.to_owned(), value.to_owned()));
    }

    /// Notes that the request may have a parameter.
    fn know(&mut self, name: &str) {
        if !self.known.iter().any(|known| known == name) {
            self.known.push(name.to_owned());
        }
    }

    /// All values of a parameter.
    pub(crate) fn all(&mut self, name: &str) -> Vec<String> {
        self.know(name);
        let mut values = Vec::new();
        self.pairs.retain_mut(|(key, value)| {
            let is_it = key == name;
            if is_it {
                values.push(std::mem::take(value));
            }
            !is_it
        });
        values
    }

    /// The value of a parameter, if it was given.
    ///
    /// # Errors
    ///
    /// If it occurs twice, or has more than `most` characters.
    pub(crate) fn text(&mut self, name: &str, most: usize) -> Result<Option<String>, Problem> {
        let mut values = self.all(name);
        if values.len() > 1 {
            return Err(Problem::parameter(
                name,
                format!("{name} occurs more than once"),
            ));
        }
        let value = values.pop();
        if let Some(value) = &value {
            bounded(name, value, most)?;
        }
        Ok(value)
    }

    /// All values of a parameter that may occur `most` times.
    ///
    /// # Errors
    ///
    /// If there are too many, or one has more than `most_characters` characters.
    pub(crate) fn texts(
        &mut self,
        name: &str,
        most_characters: usize,
        most: usize,
    ) -> Result<Vec<String>, Problem> {
        let values = self.all(name);
        if values.len() > most {
            let detail = format!("{name} occurs more than {most} times");
            return Err(Problem::parameter(name, detail));
        }
        for value in &values {
            bounded(name, value, most_characters)?;
        }
        Ok(values)
    }

    /// A number within a range, or the default.
    ///
    /// # Errors
    ///
    /// If it is not a number in the range.
    pub(crate) fn number<T>(
        &mut self,
        name: &str,
        range: RangeInclusive<T>,
        default: T,
    ) -> Result<T, Problem>
    where
        T: FromStr + PartialOrd + Display,
    {
        let Some(text) = self.text(name, 40)? else {
            return Ok(default);
        };
        match text.parse() {
            Ok(number) if range.contains(&number) => Ok(number),
            _ => {
                let (least, most) = (range.start().to_string(), range.end().to_string());
                let detail = format!("{name} must be a number from {least} to {most}");
                let problem = Problem::parameter(name, detail);
                Err(problem.value(InvalidValue::NotBetween(least, most)))
            }
        }
    }

    /// One of several names, or the default.
    ///
    /// # Errors
    ///
    /// If it is not one of them.
    pub(crate) fn choice<T: Copy>(
        &mut self,
        name: &str,
        choices: &[(&str, T)],
        default: T,
    ) -> Result<T, Problem> {
        let Some(text) = self.text(name, 40)? else {
            return Ok(default);
        };
        pick(name, &text, choices)
    }

    /// A flag, `true` or `false`; by default `false`.
    ///
    /// # Errors
    ///
    /// If it is neither.
    pub(crate) fn flag(&mut self, name: &str) -> Result<bool, Problem> {
        self.choice(name, &[("true", true), ("false", false)], false)
    }

    /// The view that a request names by `view` or by a cursor, or the latest. A cursor also sets
    /// the [`offset`](Self::offset).
    ///
    /// # Errors
    ///
    /// When the view is no longer kept, and when the cursor is not one of this request.
    pub(crate) fn view(&mut self, views: &Views) -> Result<View, Problem> {
        let text = self.text("cursor", 80)?;
        // Only lists have cursors.
        self.takes_cursors = true;
        self.known.retain(|known| known != "cursor");
        let Some(text) = text else {
            return self.named_view(views);
        };
        if let Some((name, _)) =
            (self.pairs.iter()).find(|(name, _)| name == "view" || name == "offset")
        {
            let detail = format!("cursor and {name} exclude each other");
            return Err(Problem::parameter("cursor", detail));
        }
        let cursor: Option<Cursor> = text.parse().ok();
        let cursor = cursor.filter(|cursor| cursor.of == self.fingerprint());
        let cursor = cursor.ok_or_else(|| {
            let detail = "cursor is the `next` of a response to the same request";
            Problem::parameter("cursor", detail)
        })?;
        self.skip = Some(cursor.offset);
        let view = views.find(cursor.view);
        view.ok_or_else(|| Problem::gone("cursor"))
    }

    /// The view that a request names by `view`, or the latest.
    ///
    /// # Errors
    ///
    /// When the view is no longer kept.
    pub(crate) fn named_view(&mut self, views: &Views) -> Result<View, Problem> {
        let Some(id) = self.text("view", 64)? else {
            return Ok(views.latest());
        };
        let view = id.parse().ok().and_then(|id| views.find(id));
        view.ok_or_else(|| Problem::gone("view"))
    }

    /// Number of rows to skip: as the cursor says, or the parameter, at most `most`.
    ///
    /// # Errors
    ///
    /// If it is not a number in the range.
    pub(crate) fn offset(&mut self, most: usize) -> Result<usize, Problem> {
        if self.takes_cursors {
            self.know("cursor");
        }
        match self.skip.take() {
            Some(skip) => Ok(skip),
            None => self.number("offset", 0..=most, 0),
        }
    }

    /// The fingerprint of the parameters that decide about a list and its order.
    pub(crate) fn fingerprint(&self) -> u32 {
        fingerprint(&self.pairs)
    }

    /// The problem of a name that no request has: the first of the parameters that are not consumed
    /// yet and that `is_known` does not accept.
    pub(crate) fn misspelt(&self, is_known: impl Fn(&str) -> bool) -> Option<Problem> {
        let (name, _) = self.pairs.iter().find(|(name, _)| !is_known(name))?;
        Some(unknown(name, &self.known))
    }

    /// Checks that all parameters were consumed.
    ///
    /// # Errors
    ///
    /// If there is an unknown parameter.
    pub(crate) fn finish(self) -> Result<(), Problem> {
        if self.skip.is_some() {
            return Err(Problem::parameter(
                "cursor",
                "this is not a list with parts",
            ));
        }
        match self.pairs.into_iter().next() {
            None => Ok(()),
            Some((name, _)) => Err(unknown(&name, &self.known)),
        }
    }
}

/// The problem of an unknown name, with the names that a request can have.
fn unknown(name: &str, known: &[String]) -> Problem {
    let shown: String = name.chars().take(40).collect();
    let mut known: Vec<&str> = known.iter().map(String::as_str).collect();
    known.sort_unstable();
    let detail = format!("unknown parameter; known ones are {}", known.join(", "));
    Problem::parameter(&shown, detail)
}

fn bounded(name: &str, value: &str, most: usize) -> Result<(), Problem> {
    match value.chars().nth(most) {
        None => Ok(()),
        Some(_) => {
            let detail = format!("{name} has more than {most} characters");
            let problem = Problem::parameter(name, detail);
            Err(problem.value(InvalidValue::TooLong))
        }
    }
}

/// The choice with a name.
///
/// # Errors
///
/// If the name is unknown.
pub(crate) fn pick<T: Copy>(name: &str, text: &str, choices: &[(&str, T)]) -> Result<T, Problem> {
    let found = choices.iter().find(|(choice, _)| *choice == text);
    found.map(|&(_, value)| value).ok_or_else(|| {
        let names: Vec<&str> = choices.iter().map(|&(choice, _)| choice).collect();
        let names = names.join(", ");
        Problem::parameter(name, format!("{name} must be one of {names}"))
            .value(InvalidValue::NotAmong(names))
    })
}
