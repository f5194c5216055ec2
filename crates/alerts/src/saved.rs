//! Searches with a name.

use timbao_query::plan::Facet;
use timbao_query::{Accents, FilterError, Filters, LowerOptions, Request};
use toml::{Table, Value};

/// A search with a name: a query, its filters, and how accents are compared.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SavedSearch {
    /// The name.
    pub name: String,
    /// The query as typed; may be empty if there are filters.
    pub query: String,
    /// How accents are compared.
    pub accents: Accents,
    /// The filters.
    pub filters: Filters,
}

/// The error for an entry that is not a search.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SearchError {
    /// The entry is neither a query nor a table.
    #[error("neither a query nor a table")]
    Kind,
    /// A key has a value of another type.
    #[error("`{0}` is not a text")]
    Text(String),
    /// A key is unknown.
    #[error("unknown key `{0}`")]
    Key(String),
    /// The way to compare accents is unknown.
    #[error("`accents` is not one of auto, strict, loose")]
    Accents,
    /// There is neither a query nor a filter.
    #[error("there is nothing to search for")]
    Empty,
    /// The name is empty or has control characters.
    #[error("a name has 1 to {} characters", SavedSearch::LONGEST_NAME)]
    Name,
    /// A filter is invalid.
    #[error(transparent)]
    Filter(#[from] FilterError),
}

const ACCENTS: [(&str, Accents); 3] = [
    ("auto", Accents::Auto),
    ("strict", Accents::Strict),
    ("loose", Accents::Loose),
];

impl SavedSearch {
    /// Largest length of a name, in characters.
    pub const LONGEST_NAME: usize = 100;

    /// A search without filters.
    pub fn new(name: impl Into<String>, query: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            query: query.into(),
            ..Self::default()
        }
    }

    /// The query with its filters.
    ///
    /// # Errors
    ///
    /// If a filter is invalid, or there is nothing to search for.
    pub fn request(&self) -> Result<Request, SearchError> {
        let options = LowerOptions {
            accents: self.accents,
            ..LowerOptions::default()
        };
        let request = Request::with(self.query.clone(), &self.filters, options)?;
        match request.is_empty() {
            true => Err(SearchError::Empty),
            false => Ok(request),
        }
    }

    /// Checks the name and the search.
    ///
    /// # Errors
    ///
    /// If the name is empty, too long or has control characters, and the errors of
    /// [`request`](Self::request).
    pub fn check(&self) -> Result<(), SearchError> {
        let is_plain = !self.name.trim().is_empty() && !self.name.contains(char::is_control);
        if !is_plain || self.name.chars().count() > Self::LONGEST_NAME {
            return Err(SearchError::Name);
        }
        self.request().map(drop)
    }

    /// The search as parameters of the API, `q` first.
    pub fn parameters(&self) -> Vec<(&'static str, String)> {
        let mut pairs = Vec::new();
        if !self.query.is_empty() {
            pairs.push(("q", self.query.clone()));
        }
        if self.accents != Accents::Auto {
            pairs.push(("accents", accents_name(self.accents).to_owned()));
        }
        let dates = [
            ("after", &self.filters.after),
            ("before", &self.filters.before),
            ("date", &self.filters.date),
        ];
        pairs.extend(
            dates
                .into_iter()
                .filter_map(|(name, date)| Some((name, date.clone()?))),
        );
        for (facet, values) in &self.filters.facets {
            pairs.extend(values.iter().map(|value| (facet.name(), value.clone())));
        }
        pairs
    }

    /// Reads an entry of the table `searches` of a file: a query, or a table with the keys `query`,
    /// `accents`, `after`, `before`, `date` and those of facets, with a value or a list of them.
    ///
    /// # Errors
    ///
    /// If a key or a value is invalid, or there is nothing to search for.
    pub fn of_toml(name: &str, value: &Value) -> Result<Self, SearchError> {
        let mut search = Self::new(name, "");
        match value {
            Value::String(query) => search.query.clone_from(query),
            Value::Table(table) => {
                for (key, value) in table {
                    search.set(key, value)?;
                }
            }
            _ => return Err(SearchError::Kind),
        }
        search.check()?;
        Ok(search)
    }

    fn set(&mut self, key: &str, value: &Value) -> Result<(), SearchError> {
        let text = || match value {
            Value::String(text) => Ok(text.clone()),
            // A year.
            Value::Integer(number) => Ok(number.to_string()),
            Value::Datetime(date) => Ok(date.to_string()),
            _ => Err(SearchError::Text(key.to_owned())),
        };
        match key {
            "query" => self.query = text()?,
            "after" => self.filters.after = Some(text()?),
            "before" => self.filters.before = Some(text()?),
            "date" => self.filters.date = Some(text()?),
            "accents" => {
                let named = text()?;
                let found = ACCENTS.iter().find(|(name, _)| *name == named);
                self.accents = found.ok_or(SearchError::Accents)?.1;
            }
            _ => {
                let facet = Facet::stated().find(|facet| facet.name() == key);
                let facet = facet.ok_or_else(|| SearchError::Key(key.to_owned()))?;
                let values = match value {
                    Value::Array(values) => values.iter().map(Value::as_str).collect(),
                    value => value.as_str().map(|value| vec![value]),
                };
                let values = values.ok_or_else(|| SearchError::Text(key.to_owned()))?;
                let values = values.into_iter().map(str::to_owned).collect();
                self.filters.facets.insert(facet, values);
            }
        }
        Ok(())
    }

    /// The entry that [`of_toml`](Self::of_toml) reads.
    pub fn to_toml(&self) -> Value {
        let mut table = Table::new();
        let mut add = |key: &str, value: String| table.insert(key.to_owned(), value.into());
        if !self.query.is_empty() {
            add("query", self.query.clone());
        }
        if self.accents != Accents::Auto {
            add("accents", accents_name(self.accents).to_owned());
        }
        for (key, date) in [
            ("after", &self.filters.after),
            ("before", &self.filters.before),
            ("date", &self.filters.date),
        ] {
            if let Some(date) = date {
                add(key, date.clone());
            }
        }
        for (facet, values) in &self.filters.facets {
            let values = values.iter().map(|value| Value::from(value.as_str()));
            table.insert(facet.name().to_owned(), Value::Array(values.collect()));
        }
        Value::Table(table)
    }
}

fn accents_name(accents: Accents) -> &'static str {
    let named = ACCENTS.iter().find(|(_, value)| *value == accents);
    named.map_or("auto", |(name, _)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<SavedSearch, SearchError> {
        let table: Table = text.parse().unwrap();
        SavedSearch::of_toml("tên", &table["search"])
    }

    #[test]
    fn a_search_is_a_query_or_a_table() {
        let search = read("search = '\"tự diễn biến\"'").unwrap();
        assert_eq!(search, SavedSearch::new("tên", "\"tự diễn biến\""));
        let table = "[search]\nquery = 'lụt'\naccents = 'loose'\nafter = 2025\n\
                     section = ['=Thời sự', '-Thể thao']\nplace = 'Huế'";
        let search = read(table).unwrap();
        let parameters = search.parameters();
        let parameters: Vec<(&str, &str)> =
            parameters.iter().map(|(n, v)| (*n, v.as_str())).collect();
        assert_eq!(
            parameters,
            [
                ("q", "lụt"),
                ("accents", "loose"),
                ("after", "2025"),
                ("section", "=Thời sự"),
                ("section", "-Thể thao"),
                ("place", "Huế"),
            ]
        );
        assert_eq!(SavedSearch::of_toml("tên", &search.to_toml()), Ok(search));
    }

    #[test]
    fn errors_name_the_key() {
        for (text, expected) in [
            ("search = 3", "neither a query nor a table"),
            ("search = ''", "there is nothing to search for"),
            ("[search]\nquery = ['a']", "`query` is not a text"),
            ("[search]\nqery = 'a'", "unknown key `qery`"),
            ("[search]\nplace = [3]", "`place` is not a text"),
            (
                "[search]\nquery = 'a'\naccents = 'some'",
                "`accents` is not one of auto, strict, loose",
            ),
            (
                "[search]\nquery = 'a'\nafter = 'hôm qua'",
                "after hôm qua: ",
            ),
        ] {
            let error = read(text).unwrap_err().to_string();
            assert!(error.starts_with(expected), "{text}: {error}");
        }
        for name in ["", "  ", "a\nb", &"dài".repeat(40)] {
            assert_eq!(
                SavedSearch::new(name, "lụt").check(),
                Err(SearchError::Name)
            );
        }
    }
}
