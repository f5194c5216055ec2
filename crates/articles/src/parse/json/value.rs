//! Values of JSON as text.

use std::borrow::Cow;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use crate::Caption;
use crate::fields::{self, Field, is_address};
use crate::parse::tags;
use crate::tidy::caption;

/// The text of a string that is itself JSON: a document of an editor, such as Editor.js writes.
pub(crate) fn document(text: &str) -> Option<(String, Vec<Caption>)> {
    let text = text.trim();
    let is_enclosed = text.starts_with('{') && text.ends_with('}')
        || text.starts_with("[{") && text.ends_with("}]");
    if !is_enclosed || !text.contains("\":") {
        return None;
    }
    let mut captions = Vec::new();
    let mut json = serde_json::Deserializer::from_str(text);
    let read = Value::new(Field::Body, &mut captions).deserialize(&mut json);
    json.end().ok()?;
    let read = read.ok()??;
    (!read.trim().is_empty()).then_some((read, captions))
}

/// A key, borrowed when it has no escapes.
pub(super) struct Key;

impl<'de> DeserializeSeed<'de> for Key {
    type Value = Cow<'de, str>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<'de> Visitor<'de> for Key {
    type Value = Cow<'de, str>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_borrowed_str<E>(self, key: &'de str) -> Result<Self::Value, E> {
        Ok(Cow::Borrowed(key))
    }

    fn visit_str<E>(self, key: &str) -> Result<Self::Value, E> {
        Ok(Cow::Owned(key.to_owned()))
    }
}

/// A word, number or truth value, as text; empty for anything else.
pub(super) struct Flag;

impl<'de> DeserializeSeed<'de> for Flag {
    type Value = String;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Flag {
    type Value = String;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any value")
    }

    fn visit_str<E>(self, text: &str) -> Result<String, E> {
        Ok(text.get(..40).unwrap_or(text).trim().to_owned())
    }

    fn visit_bool<E>(self, truth: bool) -> Result<String, E> {
        Ok(truth.to_string())
    }

    fn visit_i64<E>(self, number: i64) -> Result<String, E> {
        Ok(number.to_string())
    }

    fn visit_u64<E>(self, number: u64) -> Result<String, E> {
        Ok(number.to_string())
    }

    fn visit_f64<E>(self, _: f64) -> Result<String, E> {
        Ok(String::new())
    }

    fn visit_unit<E>(self) -> Result<String, E> {
        Ok(String::new())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<String, A::Error> {
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(String::new())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<String, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(String::new())
    }
}

/// The text of a value: a string as it is, a number written out, a list joined,
/// an object by its name or text.
pub(crate) struct Value<'a> {
    field: Field,
    /// Only the first element of a list is a value; the others repeat it.
    pub first_only: bool,
    captions: &'a mut Vec<Caption>,
    /// Takes the summary that Drupal keeps in the object of the body.
    pub summary: Option<&'a mut Option<String>>,
    /// Lists around this value.
    depth: usize,
    /// The pieces of a list are parts of one paragraph.
    inline: bool,
}

impl<'a> Value<'a> {
    pub fn new(field: Field, captions: &'a mut Vec<Caption>) -> Self {
        Self {
            field,
            first_only: false,
            captions,
            summary: None,
            depth: 0,
            inline: false,
        }
    }

    fn inner(&mut self, inline: bool) -> Value<'_> {
        Value {
            field: self.field,
            first_only: false,
            captions: self.captions,
            summary: None,
            depth: self.depth + 1,
            inline,
        }
    }
}

/// A piece of text, and whether it is a run of letters inside a paragraph.
struct Piece {
    text: String,
    is_run: bool,
}

impl<'de> DeserializeSeed<'de> for Value<'_> {
    type Value = Option<String>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        let piece = deserializer.deserialize_any(PieceOf(self))?;
        Ok(piece.map(|piece| piece.text))
    }
}

/// Reads a [`Value`] as a [`Piece`].
struct PieceOf<'a>(Value<'a>);

impl<'de> DeserializeSeed<'de> for PieceOf<'_> {
    type Value = Option<Piece>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

fn block(text: impl Into<String>) -> Option<Piece> {
    Some(Piece {
        text: text.into(),
        is_run: false,
    })
}

impl<'de> Visitor<'de> for PieceOf<'_> {
    type Value = Option<Piece>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any value")
    }

    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        Ok(block(text))
    }

    fn visit_string<E>(self, text: String) -> Result<Self::Value, E> {
        Ok(block(text))
    }

    fn visit_bool<E>(self, _: bool) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_i64<E>(self, number: i64) -> Result<Self::Value, E> {
        Ok(block(number.to_string()))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Self::Value, E> {
        Ok(block(number.to_string()))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Self::Value, E> {
        Ok(block(number.to_string()))
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut seq: A) -> Result<Self::Value, A::Error> {
        let field = self.0.field;
        if field == Field::Published {
            return Ok(parts_of_date(seq)?.and_then(block));
        }
        let separator = match field {
            Field::Body => "\n",
            Field::Summary => " ",
            _ => ", ",
        };
        let single = self.0.first_only || matches!(field, Field::Url | Field::Id);
        let (mut joined, mut after_run) = (String::new(), false);
        loop {
            let inline = self.0.inline;
            let element = PieceOf(self.0.inner(inline));
            let Some(piece) = seq.next_element_seed(element)? else {
                break;
            };
            let Some(piece) = piece.filter(|piece| !piece.text.is_empty()) else {
                continue;
            };
            if (single && !joined.is_empty()) || (field == Field::Body && is_address(&piece.text)) {
                continue;
            }
            let is_run = inline && piece.is_run;
            if !joined.is_empty() && !(is_run && after_run) {
                joined.push_str(separator);
            }
            after_run = is_run;
            joined.push_str(&piece.text);
        }
        Ok(block(joined).filter(|piece| !piece.text.trim().is_empty()))
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut object = Object::default();
        while let Some(key) = map.next_key_seed(Key)? {
            match key.as_ref() {
                "type" | "_type" => object.kind = map.next_value_seed(Flag)?,
                "timezone" => object.zone = map.next_value_seed(Flag)?,
                "last_name" | "lastName" | "family" if self.0.field == Field::Author => {
                    object.surname = map.next_value_seed(Flag)?;
                }
                "first_name" | "firstName" | "given" if self.0.field == Field::Author => {
                    object.given = map.next_value_seed(Flag)?;
                }
                "year" | "month" | "day" | "hour" | "minute"
                    if self.0.field == Field::Published =>
                {
                    let part = map.next_value_seed(Flag)?;
                    object.date.offer(&key, &part);
                }
                "caption" | "alt" if self.0.field == Field::Body => {
                    object.caption = map.next_value_seed(self.0.inner(true))?.or(object.caption);
                }
                "summary" if self.0.field == Field::Body && self.0.summary.is_some() => {
                    let text = map.next_value_seed(self.0.inner(true))?;
                    if let Some(summary) = self.0.summary.as_deref_mut() {
                        *summary = text.filter(|text| !text.trim().is_empty());
                    }
                }
                "credit" if self.0.field == Field::Body => {
                    object.credit = map.next_value_seed(self.0.inner(true))?;
                }
                key => {
                    let Some(rank) = rank_of(key, self.0.field) else {
                        map.next_value::<IgnoredAny>()?;
                        continue;
                    };
                    // Runs of letters are children, or deep inside a document.
                    let inline = key == "children"
                        || key == "ops"
                        || (key == "content" && self.0.depth >= 2);
                    let value = map.next_value_seed(PieceOf(self.0.inner(inline)))?;
                    let value =
                        value.filter(|value| !value.text.trim().is_empty() || key == "text");
                    if let Some(piece) = value
                        && object.best.as_ref().is_none_or(|(known, _)| rank < *known)
                    {
                        let is_run = matches!(key, "text" | "$t" | "insert");
                        object.best = Some((rank, Piece { is_run, ..piece }));
                    }
                }
            }
        }
        Ok(object.finish(self.0.field, self.0.captions))
    }
}

/// Properties that an object has of its own.
#[derive(Default)]
struct Object {
    kind: String,
    zone: String,
    date: Parts,
    surname: String,
    given: String,
    caption: Option<String>,
    credit: Option<String>,
    best: Option<(usize, Piece)>,
}

/// The parts of a date that an object names, from the year on.
#[derive(Default)]
struct Parts([Option<u32>; 5]);

impl Parts {
    fn offer(&mut self, name: &str, value: &str) {
        let names = ["year", "month", "day", "hour", "minute"];
        let part = names.iter().position(|known| *known == name);
        if let Some(part) = part.and_then(|at| self.0.get_mut(at)) {
            *part = value.parse().ok();
        }
    }

    fn date(&self) -> Option<String> {
        let known: Vec<u32> = self.0.iter().map_while(|part| *part).collect();
        date_of(&known)
    }
}

impl Object {
    fn finish(self, field: Field, captions: &mut Vec<Caption>) -> Option<Piece> {
        let piece = self.best.map(|(_, piece)| piece);
        if field == Field::Published {
            let piece = piece.or_else(|| self.date.date().and_then(block));
            let has_zone = matches!(self.zone.as_str(), "UTC" | "GMT" | "+00:00" | "Z");
            return piece.map(|piece| match has_zone {
                true => Piece {
                    text: format!(
                        "{} +00:00",
                        piece.text.split('.').next().unwrap_or_default()
                    ),
                    ..piece
                },
                false => piece,
            });
        }
        if field == Field::Author && piece.is_none() {
            let name = format!("{} {}", self.surname, self.given);
            return block(name.trim()).filter(|piece| !piece.text.is_empty());
        }
        if field != Field::Body {
            return piece;
        }
        let shown = self.caption.filter(|text| !text.trim().is_empty());
        let is_media = MEDIA
            .iter()
            .any(|kind| self.kind.to_ascii_lowercase().contains(kind));
        if is_media || (shown.is_some() && piece.is_none()) {
            let text = piece
                .map(|piece| piece.text)
                .filter(|text| !is_address(text));
            if let Some(text) = shown.or(text) {
                let mut caption = caption(&tags::line(&text));
                caption.credit = self.credit.or(caption.credit);
                captions.push(caption);
            }
            return None;
        }
        piece
    }
}

/// Kinds of blocks whose text is a caption.
const MEDIA: &[&str] = &[
    "image", "photo", "picture", "video", "gallery", "figure", "embed", "caption",
];

/// Joins the year, month, day, hour and minute that some programs write as a
/// list; of other lists the first value counts.
fn parts_of_date<'de, A: SeqAccess<'de>>(mut seq: A) -> Result<Option<String>, A::Error> {
    let mut parts = Vec::new();
    let mut captions = Vec::new();
    while let Some(part) = seq.next_element_seed(Value::new(Field::Published, &mut captions))? {
        parts.extend(part);
    }
    let numbers: Vec<u32> = parts.iter().map_while(|part| part.parse().ok()).collect();
    Ok(date_of(&numbers).or_else(|| parts.into_iter().next()))
}

/// The date of a year, month, day, hour and minute, of which the last may be missing.
fn date_of(numbers: &[u32]) -> Option<String> {
    Some(match *numbers {
        [year @ 1000..=9999, month, day, hour, minute, ..] => {
            format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}")
        }
        [year @ 1000..=9999, month, day, ..] => format!("{year:04}-{month:02}-{day:02}"),
        [year @ 1000..=9999, month] => format!("{year:04}-{month:02}"),
        [year @ 1000..=9999] => year.to_string(),
        _ => return None,
    })
}

fn rank_of(key: &str, field: Field) -> Option<usize> {
    let known = |names: &[&str]| names.iter().position(|name| *name == key);
    match field {
        Field::Published => known(DATES),
        Field::Body => known(NAMING)
            .or_else(|| known(BLOCKS).map(|rank| rank + NAMING.len()))
            .or_else(|| (fields::field(key)?.0 == field).then_some(NAMING.len() + BLOCKS.len())),
        _ => known(NAMING)
            .or_else(|| known_in(OBJECTS, key).map(|rank| rank + NAMING.len()))
            // `"category": {"category_id": 7, "category_name": "…"}`
            .or_else(|| (fields::field(key)?.0 == field).then_some(NAMING.len() + OBJECTS.len())),
    }
}

fn known_in(names: &[&str], key: &str) -> Option<usize> {
    names.iter().position(|name| *name == key)
}

/// Keys under which an object states the one that has the name.
const OBJECTS: &[&str] = &["attributes", "data", "node", "nodes", "edges", "sentences"];

/// Keys of the name or text of an object.
const NAMING: &[&str] = &[
    "name",
    "title",
    "display_name",
    "displayName",
    "plain_text",
    "rich_text",
    "full_name",
    "ten",
    "ho_ten",
    "hoten",
    "hoTen",
    "tieu_de",
    "fullName",
    "fullname",
    "text",
    "value",
    "@value",
    "#text",
    "$t",
    "content",
    "html",
    "rendered",
    "processed",
    "label",
    "main",
    "basic",
    "original",
    "vi",
    "vi-VN",
    "vi_VN",
    "$oid",
    "@id",
    "href",
    "url",
    "S",
    "N",
    "stringValue",
    "integerValue",
    "$numberLong",
    "$numberInt",
    "insert",
];

/// Keys under which a document of an editor states its blocks.
const BLOCKS: &[&str] = &[
    "children",
    "blocks",
    "data",
    "items",
    "root",
    "ops",
    "sections",
    "paragraphs",
    "context",
    "L",
    "M",
];

/// Keys under which an object states a date.
const DATES: &[&str] = &[
    "$date",
    "$timestamp",
    "date",
    "iso",
    "iso8601",
    "value",
    "@value",
    "datetime",
    "rendered",
    "name",
    "text",
    "#text",
    "$t",
    "$numberLong",
    "$numberInt",
    "__datetime__",
    "start",
    "timestampValue",
    "stringValue",
    "date-parts",
    "seconds",
    "_seconds",
    "timestamp",
    "S",
    "N",
    "t",
];

/// The long strings in a value that is not a field.
#[derive(Default)]
pub(super) struct Strings<'de> {
    found: Vec<Cow<'de, str>>,
    /// Whether one was inside an object.
    pub nested: bool,
    objects: usize,
}

impl<'de> Strings<'de> {
    pub fn joined(&mut self) -> Option<Cow<'de, str>> {
        match self.found.len() {
            0 => None,
            1 => self.found.pop(),
            _ => Some(Cow::Owned(self.found.join("\n"))),
        }
    }

    fn take(&mut self, text: impl Into<Cow<'de, str>>) {
        self.nested |= self.objects > 0;
        self.found.push(text.into());
    }
}

/// Shorter strings, in bytes, are not paragraphs.
const PARAGRAPH: usize = 40;

impl<'de> DeserializeSeed<'de> for &mut Strings<'de> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for &mut Strings<'de> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any value")
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<(), E> {
        if text.len() >= PARAGRAPH {
            self.take(text);
        }
        Ok(())
    }

    fn visit_str<E>(self, text: &str) -> Result<(), E> {
        if text.len() >= PARAGRAPH {
            self.take(text.to_owned());
        }
        Ok(())
    }

    skip_scalars!();

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        while seq.next_element_seed(&mut *self)?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        self.objects += 1;
        while map.next_key::<IgnoredAny>()?.is_some() {
            map.next_value_seed(&mut *self)?;
        }
        self.objects -= 1;
        Ok(())
    }
}

/// Captions: a string, a list of strings, or a list of objects.
#[derive(Default)]
pub(super) struct Captions(pub Vec<Caption>);

impl Captions {
    fn push(&mut self, text: &str) {
        let text = tags::line(text);
        let is_file = !text.contains(char::is_whitespace) && text.contains('.');
        if fields::is_value(Field::Captions, text.trim())
            && !text.trim().is_empty()
            && !is_address(&text)
            && !is_file
        {
            self.0.push(caption(&text));
        }
    }
}

impl<'de> DeserializeSeed<'de> for &mut Captions {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for &mut Captions {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any value")
    }

    fn visit_str<E>(self, text: &str) -> Result<(), E> {
        self.push(text);
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        while seq.next_element_seed(&mut *self)?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let (mut text, mut credit) = (None, None);
        let mut none = Vec::new();
        while let Some(key) = map.next_key_seed(Key)? {
            match key.as_ref() {
                "caption" | "text" | "alt" | "title" | "description" | "rendered"
                    if text.is_none() =>
                {
                    text = map.next_value_seed(Value::new(Field::Captions, &mut none))?;
                }
                "credit" | "author" | "photographer" | "source" if credit.is_none() => {
                    credit = map.next_value_seed(Value::new(Field::Captions, &mut none))?;
                }
                _ => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        let before = self.0.len();
        self.push(&text.unwrap_or_default());
        let credit = credit.filter(|credit| !is_address(credit) && !credit.trim().is_empty());
        if let (Some(last), Some(_)) = (self.0.get_mut(before), &credit) {
            last.credit = credit;
        }
        Ok(())
    }

    skip_scalars!();
}
