//! The articles that one JSON object wraps: answers of search engines and other
//! services, exports of databases, tables of pandas.

use std::borrow::Cow;
use std::fmt;
use std::io::Write as _;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use crate::fields::{Field, field};
use crate::parse::{FEED, repaired};
use crate::problem::LONG;

/// Maximum depth of a search for articles.
const DEEPEST: usize = 8;

/// Elements of a list that are examined to find its kind.
const SAMPLE: usize = 8;

/// The records of a wrapper, one after the other.
#[derive(Default)]
pub(super) struct Records {
    text: Vec<u8>,
    ends: Vec<usize>,
    /// The title of the feed that the records are in, a string of JSON.
    feed: Option<String>,
    /// Records of lists with titles and addresses only, such as menus: read if there are no others.
    links: Vec<String>,
}

impl Records {
    pub fn get(&self, at: usize) -> Option<&[u8]> {
        let start = match at.checked_sub(1) {
            Some(before) => *self.ends.get(before)?,
            None => 0,
        };
        self.text.get(start..*self.ends.get(at)?)
    }

    fn push(&mut self, record: &RawValue) {
        let record = record.get();
        match (&self.feed, record.strip_prefix('{')) {
            (Some(feed), Some(fields)) => {
                // Writing to memory does not fail.
                let _ = write!(self.text, "{{\"{FEED}\":{feed},{fields}");
            }
            _ => self.text.extend_from_slice(record.as_bytes()),
        }
        self.ends.push(self.text.len());
    }
}

/// Returns the records that an object wraps, its defects repaired; `None` if it is a record itself.
pub(super) fn records(bytes: &[u8]) -> Option<Records> {
    let mut records = Records::default();
    let start = bytes.trim_ascii_start();
    if start.starts_with(b"[") {
        // An array of arrays.
        let elements = array(std::str::from_utf8(start).ok()?)?;
        if mostly_records(&elements) {
            elements
                .into_iter()
                .for_each(|element| records.push(element));
        }
        return (!records.ends.is_empty()).then_some(records);
    }
    if !start.starts_with(b"{") {
        return None;
    }
    match std::str::from_utf8(bytes).ok().and_then(object) {
        Some(pairs) => {
            records.feed = feed_title(&pairs);
            find(&pairs, 0, &mut records);
        }
        None => find(&object(&repaired(bytes))?, 0, &mut records),
    }
    if records.ends.is_empty() {
        for link in std::mem::take(&mut records.links) {
            records.text.extend_from_slice(link.as_bytes());
            records.ends.push(records.text.len());
        }
    }
    (!records.ends.is_empty()).then_some(records)
}

/// The title of a JSON Feed, or of a feed that feedparser read.
fn feed_title(pairs: &Pairs<'_>) -> Option<String> {
    let get = |pairs: &Pairs<'_>, wanted: &str| {
        let mut pairs = pairs.0.iter();
        let (_, value) = pairs.find(|(name, _)| name == wanted)?;
        Some(value.get().to_owned())
    };
    let version = get(pairs, "version").unwrap_or_default();
    let title = match get(pairs, "feed") {
        Some(feed) if get(pairs, "entries").is_some() => get(&object(&feed)?, "title"),
        _ if version.contains("jsonfeed.org/") => get(pairs, "title"),
        _ => None,
    };
    title.filter(|title| title.starts_with('"'))
}

/// Returns `true` if a value is a record, or an object or array that contains some.
pub(crate) fn has_records(text: &str) -> bool {
    if let Some(elements) = array(text) {
        let mut sample = elements.iter().take(SAMPLE);
        return sample.any(|element| has_records_in_object(element.get()));
    }
    has_records_in_object(text)
}

fn has_records_in_object(text: &str) -> bool {
    records(text.as_bytes()).is_some() || holds_record(text, 0)
}

/// Returns `true` if an object is a record, or one is in the objects in it.
fn holds_record(text: &str, depth: usize) -> bool {
    let inner = || object(text).into_iter().flat_map(|pairs| pairs.0);
    is_record(text, 0)
        || depth < DEEPEST && inner().any(|(_, value)| holds_record(value.get(), depth + 1))
}

/// The names and values of an object, in order.
struct Pairs<'t>(Vec<(Cow<'t, str>, &'t RawValue)>);

impl<'de> Deserialize<'de> for Pairs<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct All;
        impl<'de> Visitor<'de> for All {
            type Value = Pairs<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Pairs<'de>, A::Error> {
                let mut pairs = Vec::new();
                while let Some(name) = map.next_key::<Name<'de>>()? {
                    pairs.push((name.0, map.next_value()?));
                }
                Ok(Pairs(pairs))
            }
        }
        deserializer.deserialize_map(All)
    }
}

#[derive(serde::Deserialize)]
struct Name<'t>(#[serde(borrow)] Cow<'t, str>);

fn object(text: &str) -> Option<Pairs<'_>> {
    if !text.trim_start().starts_with('{') {
        return None;
    }
    serde_json::from_str(text).ok()
}

fn array(text: &str) -> Option<Vec<&RawValue>> {
    if !text.starts_with('[') {
        return None;
    }
    serde_json::from_str(text).ok()
}

/// Adds the records in an object that is not a record itself.
fn find(pairs: &Pairs<'_>, depth: usize, records: &mut Records) {
    if by_columns(pairs, records) || by_rows(pairs, records) || is_article(pairs) {
        return;
    }
    let values: Vec<&RawValue> = pairs.0.iter().map(|(_, value)| *value).collect();
    if values.iter().all(|value| value.get().starts_with('{')) && mostly_records(&values) {
        values.into_iter().for_each(|value| records.push(value));
        return;
    }
    if depth >= DEEPEST {
        return;
    }
    for value in values {
        if let Some(inner) = object(value.get()) {
            find(&inner, depth + 1, records);
            continue;
        }
        let Some(elements) = array(value.get()) else {
            continue;
        };
        if mostly_records(&elements) {
            let are_links = depth > 0 && elements.iter().all(|element| is_link(element.get()));
            let elements = elements.into_iter();
            let objects = elements.filter(|element| element.get().starts_with('{'));
            match are_links {
                true => {
                    let links = objects.map(|element| element.get().to_owned());
                    records.links.extend(links);
                }
                false => objects.for_each(|element| records.push(element)),
            }
        } else {
            let beside_records = elements
                .iter()
                .take(SAMPLE)
                .any(|element| is_record(element.get(), 0));
            for element in elements {
                let Some(inner) = object(element.get()) else {
                    continue;
                };
                let before = records.ends.len();
                find(&inner, depth + 1, records);
                let found_none = beside_records && records.ends.len() == before;
                // Otherwise the text of the element would be lost without a message.
                if found_none && (is_record(element.get(), 0) || has_long_text(&inner)) {
                    records.push(element);
                }
            }
        }
    }
}

/// Returns `true` if an object states the text of an article; a title alone may
/// be that of a list.
fn is_article(pairs: &Pairs<'_>) -> bool {
    let mut has_title = false;
    let mut has_list = false;
    for (name, value) in &pairs.0 {
        let value = value.get();
        match field(name) {
            // `{"article": {"detail": {"title": …, "content": …}}}`
            Some((Field::Body, _)) if pairs.0.len() == 1 && is_record(value, 0) => return false,
            Some((Field::Body, _)) if value.len() > 2 && value.starts_with(['"', '{']) => {
                return object(value).is_none_or(|inner| {
                    !inner.0.iter().any(|(_, value)| holds_records(value.get()))
                });
            }
            Some((Field::Body, _)) if value.starts_with('[') => {
                return !array(value).is_some_and(|elements| mostly_records(&elements));
            }
            Some((Field::Title, _)) if value.len() > 2 => has_title = true,
            _ => {}
        }
        has_list |= holds_records(value);
    }
    has_title && !has_list
}

/// Returns `true` if a value of an object, or the only one of a list in it, is a string as long as
/// that of a body.
fn has_long_text(pairs: &Pairs<'_>) -> bool {
    pairs.0.iter().any(|(_, value)| {
        let value = value.get();
        value.len() >= LONG && value.starts_with(['"', '['])
    })
}

fn holds_records(value: &str) -> bool {
    array(value).is_some_and(|elements| mostly_records(&elements))
}

fn mostly_records(elements: &[&RawValue]) -> bool {
    let sample = elements.iter().take(SAMPLE);
    let records = sample.clone().filter(|element| is_record(element.get(), 0));
    !elements.is_empty() && records.count() * 2 > sample.len()
}

/// Returns `true` if a value states a title or body and something else of an
/// article, perhaps in an object of its own.
fn is_record(text: &str, depth: usize) -> bool {
    let Some(pairs) = object(text) else {
        return false;
    };
    let mut fields = Vec::new();
    for (name, value) in &pairs.0 {
        if value.get() == "null" {
            continue;
        }
        if depth < 2 && IN_OBJECTS.contains(&name.as_ref()) && is_record(value.get(), depth + 1) {
            return true;
        }
        let is_name = matches!(name.as_ref(), "name" | "ten" | "subject");
        let found = field(name).map(|(field, _)| field).filter(|_| !is_name);
        if let Some(found) = found.filter(|field| *field != Field::Id)
            && !fields.contains(&found)
        {
            fields.push(found);
        }
    }
    let is_text = |field: &Field| matches!(field, Field::Title | Field::Body);
    fields.len() >= 2 && fields.iter().any(is_text)
}

/// Returns `true` for an object with a title and an address, and no other field of an article.
fn is_link(text: &str) -> bool {
    let of_link = |(name, _): &(Cow<'_, str>, &RawValue)| {
        let found = field(name).map(|(field, _)| field);
        matches!(found, None | Some(Field::Title | Field::Url | Field::Id))
    };
    object(text).is_none_or(|pairs| pairs.0.iter().all(of_link))
}

/// Names under which an element of a list states the record itself.
const IN_OBJECTS: &[&str] = &[
    "_source",
    "doc",
    "document",
    "node",
    "attributes",
    "fields",
    "article",
    "data",
    "item",
    "post",
    "record",
    "news",
    "row",
    "entry",
];

/// Reads a table that states each column as a list, or as an object by row:
/// `{"title": {"0": …}, "body": {"0": …}}`.
fn by_columns(pairs: &Pairs<'_>, records: &mut Records) -> bool {
    let is_known = |name: &str| {
        field(name).is_some_and(|(field, _)| matches!(field, Field::Title | Field::Body))
    };
    let opens = |open: char| {
        pairs
            .0
            .iter()
            .all(|(_, value)| value.get().starts_with(open))
    };
    if !pairs.0.iter().any(|(name, _)| is_known(name)) {
        return false;
    }
    let columns: Option<Vec<Vec<&RawValue>>> = if opens('[') {
        pairs
            .0
            .iter()
            .map(|(_, value)| array(value.get()))
            .collect()
    } else if opens('{') {
        pairs
            .0
            .iter()
            .map(|(_, value)| cells(value.get()))
            .collect()
    } else {
        None
    };
    let Some(columns) = columns else {
        return false;
    };
    let rows = columns.first().map_or(0, Vec::len);
    let is_list_of_one = rows < 2 && opens('[');
    if rows == 0 || is_list_of_one || columns.iter().any(|column| column.len() != rows) {
        return false;
    }
    let names: Vec<&str> = pairs.0.iter().map(|(name, _)| name.as_ref()).collect();
    for row in 0..rows {
        let cells = columns.iter().filter_map(|column| column.get(row).copied());
        write_row(&names, cells, records);
    }
    true
}

/// The cells of a column that is an object by row.
fn cells(text: &str) -> Option<Vec<&RawValue>> {
    let pairs = object(text)?;
    let is_row = |name: &str| name.bytes().all(|byte| byte.is_ascii_digit()) || name.len() > 4;
    pairs
        .0
        .into_iter()
        .map(|(name, value)| {
            (is_row(&name) && field(&name).is_none() && name != "rendered").then_some(value)
        })
        .collect()
}

/// Reads a table that states its columns once and then rows of cells:
/// `{"columns": ["title"], "data": [["…"]]}`.
fn by_rows(pairs: &Pairs<'_>, records: &mut Records) -> bool {
    let find = |names: &[&str]| {
        let (_, value) = pairs
            .0
            .iter()
            .find(|(name, _)| names.contains(&name.as_ref()))?;
        array(value.get())
    };
    let columns = find(&["columns", "header", "headers", "fields", "names"]);
    let Some(mut rows) = find(&["data", "rows", "values", "records"]) else {
        return false;
    };
    let names = match columns {
        Some(columns) => columns.iter().map(|column| column_name(column)).collect(),
        // Google Sheets: the first row names the columns.
        None => {
            let names = rows
                .first()
                .and_then(|row| self::columns(row.get().as_bytes()));
            if names.is_some() {
                rows.remove(0);
            }
            names
        }
    };
    let Some(names) =
        names.filter(|names: &Vec<String>| names.iter().any(|name| field(name).is_some()))
    else {
        return false;
    };
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    for row in rows.iter().filter_map(|row| array(row.get())) {
        write_row(&names, row.into_iter(), records);
    }
    !records.ends.is_empty()
}

/// The names in the first row of a table, of which at least half are those of fields.
pub(super) fn columns(row: &[u8]) -> Option<Vec<String>> {
    let columns = array(std::str::from_utf8(row).ok()?)?;
    let names: Option<Vec<String>> = columns.iter().map(|column| column_name(column)).collect();
    let known = |names: &[String]| names.iter().filter(|name| field(name).is_some()).count();
    names.filter(|names| known(names) >= 2 && known(names) * 2 >= names.len())
}

/// The record of a row in a table with these columns.
pub(super) fn row(names: &[String], row: &[u8]) -> Option<Vec<u8>> {
    let cells = array(std::str::from_utf8(row).ok()?)?;
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let mut records = Records::default();
    write_row(&names, cells.into_iter(), &mut records);
    Some(records.text)
}

/// A column is its name, or an object that states it.
fn column_name(column: &RawValue) -> Option<String> {
    if let Some(pairs) = object(column.get()) {
        let (_, name) = pairs.0.into_iter().find(|(name, _)| name == "name")?;
        return serde_json::from_str(name.get()).ok();
    }
    serde_json::from_str(column.get()).ok()
}

fn write_row<'t>(names: &[&str], cells: impl Iterator<Item = &'t RawValue>, records: &mut Records) {
    let start = records.text.len();
    records.text.push(b'{');
    for (name, cell) in names.iter().zip(cells) {
        if cell.get() == "null" {
            continue;
        }
        if records.text.len() > start + 1 {
            records.text.push(b',');
        }
        // Writing to memory does not fail.
        let _ = serde_json::to_writer(&mut records.text, name);
        records.text.push(b':');
        records.text.extend_from_slice(cell.get().as_bytes());
    }
    records.text.push(b'}');
    records.ends.push(records.text.len());
}
