//! A JSON object, under whatever names its fields go.

use std::borrow::Cow;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::{dateline, html};
use crate::fields::{Draft, Field, caption, field, paragraphs};
use crate::problem::Fault;
use crate::provenance::Trace;
use crate::{Article, Caption};

/// How much lower the fields of a nested object rank than the record's own.
const NESTED: u8 = 100;

/// Parses one object.
pub(crate) fn parse(bytes: &[u8], trace: &mut Trace) -> Result<Article, Fault> {
    let bytes = bytes.strip_prefix(&[0xef, 0xbb, 0xbf]).unwrap_or(bytes);
    let mut draft = Draft::default();
    // Checked as a whole, in one go; string by string is much slower.
    let text = simdutf8::compat::from_utf8(bytes).map_err(|error| {
        Fault::malformed(format!(
            "not UTF-8 from byte {} on; convert it to UTF-8",
            error.valid_up_to()
        ))
    })?;
    let mut json = serde_json::Deserializer::from_str(text);
    ObjectSeed {
        draft: &mut draft,
        trace,
        nested: 0,
    }
    .deserialize(&mut json)
    .and_then(|()| json.end())
    .map_err(|error| Fault::malformed(format!("not a JSON object of an article: {error}")))?;
    Ok(finish(draft, trace))
}

fn finish(draft: Draft, trace: &mut Trace) -> Article {
    let mut article = draft.finish(trace);
    if html::is_marked_up(&article.body) {
        trace.note(|| "the body was HTML".to_owned());
        article.body = html::fragment_text(&article.body);
    } else {
        article.body = paragraphs(article.body);
    }
    if article.agency.is_none()
        && may_open_with_dateline(&article.body)
        && let Some(dateline) = article.body.lines().next().and_then(dateline::read)
    {
        dateline::apply(dateline, &mut article, trace);
    }
    article
}

/// Tells at a glance whether a text may open with a dateline, which is set off
/// by a dash or in brackets; most do not, and reading one takes time.
fn may_open_with_dateline(body: &str) -> bool {
    const REACH: usize = 64;
    let head = body.as_bytes().get(..REACH).unwrap_or(body.as_bytes());
    memchr::memchr2(b'(', b'-', head).is_some()
        || memchr::memmem::find(head, "–".as_bytes()).is_some()
}

/// Reads an object into a draft.
struct ObjectSeed<'a> {
    draft: &'a mut Draft,
    trace: &'a mut Trace,
    nested: u8,
}

impl<'de> DeserializeSeed<'de> for ObjectSeed<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for ObjectSeed<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(key) = map.next_key_seed(Key)? {
            if self.nested == 0 && WRAPPERS.contains(&key.as_ref()) {
                map.next_value_seed(Wrapped {
                    draft: self.draft,
                    trace: self.trace,
                })?;
                continue;
            }
            match field(&key) {
                Some((Field::Captions, _)) => {
                    let mut captions = Captions::default();
                    map.next_value_seed(&mut captions)?;
                    self.draft.offer_captions(captions.0, &key, self.trace);
                }
                Some((field, rank)) if self.draft.wants(field, rank + self.nested) => {
                    let value = map.next_value_seed(Value(field))?;
                    if let Some(value) = value {
                        self.draft
                            .offer(field, rank + self.nested, value, &key, self.trace);
                    }
                }
                None if self.nested == 0 && WRAPPERS.contains(&key.as_ref()) => {
                    map.next_value_seed(Wrapped {
                        draft: self.draft,
                        trace: self.trace,
                    })?;
                }
                _ => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(())
    }
}

/// Keys whose object holds fields of the record itself.
const WRAPPERS: &[&str] = &[
    "_source", "data", "fields", "item", "meta", "metadata", "news", "post",
];

/// A value under a wrapper's key: an object is read, anything else is not.
struct Wrapped<'a> {
    draft: &'a mut Draft,
    trace: &'a mut Trace,
}

impl<'de> DeserializeSeed<'de> for Wrapped<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Wrapped<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any value")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<(), A::Error> {
        ObjectSeed {
            draft: self.draft,
            trace: self.trace,
            nested: NESTED,
        }
        .visit_map(map)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(())
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_str<E>(self, _: &str) -> Result<(), E> {
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }
}

/// A key, borrowed when it has no escapes.
struct Key;

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

/// The text of a value: a string as it is, a number written out, a list joined,
/// an object by its name or text.
#[derive(Clone, Copy)]
struct Value(Field);

impl<'de> DeserializeSeed<'de> for Value {
    type Value = Option<String>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Value {
    type Value = Option<String>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any value")
    }

    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Some(text.to_owned()))
    }

    fn visit_bool<E>(self, _: bool) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_i64<E>(self, number: i64) -> Result<Self::Value, E> {
        Ok(Some(number.to_string()))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Self::Value, E> {
        Ok(Some(number.to_string()))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Self::Value, E> {
        Ok(Some(number.to_string()))
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
        let separator = if self.0 == Field::Body { "\n" } else { ", " };
        let mut joined = String::new();
        while let Some(value) = seq.next_element_seed(self)? {
            let Some(value) = value.filter(|value| !value.trim().is_empty()) else {
                continue;
            };
            if !joined.is_empty() {
                joined.push_str(separator);
            }
            joined.push_str(&value);
        }
        Ok((!joined.is_empty()).then_some(joined))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut best: Option<(usize, String)> = None;
        while let Some(key) = map.next_key_seed(Key)? {
            let Some(rank) = NAMING.iter().position(|name| *name == key) else {
                map.next_value::<IgnoredAny>()?;
                continue;
            };
            let value = map.next_value_seed(self)?;
            if let Some(value) =
                value.filter(|_| best.as_ref().is_none_or(|(known, _)| rank < *known))
            {
                best = Some((rank, value));
            }
        }
        Ok(best.map(|(_, value)| value))
    }
}

/// Keys under which an object states what it is called or says.
const NAMING: &[&str] = &[
    "name", "title", "text", "value", "@value", "#text", "$t", "content", "html", "rendered",
    "@id", "url", "$date",
];

/// Captions: a string, a list of strings, or a list of objects.
#[derive(Default)]
struct Captions(Vec<Caption>);

impl Captions {
    fn push(&mut self, text: &str) {
        // A picture's address is not its caption.
        let address = text.starts_with("http") && !text.contains(' ');
        if !text.trim().is_empty() && !address {
            self.0.push(caption(text));
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
        while let Some(key) = map.next_key_seed(Key)? {
            match key.as_ref() {
                "caption" | "text" | "alt" | "title" | "description" if text.is_none() => {
                    text = map.next_value_seed(Value(Field::Captions))?;
                }
                "credit" | "author" | "photographer" | "source" if credit.is_none() => {
                    credit = map.next_value_seed(Value(Field::Captions))?;
                }
                _ => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        if let Some(text) = text {
            self.push(&text);
            if let (Some(last), Some(_)) = (self.0.last_mut(), &credit) {
                last.credit = credit;
            }
        }
        Ok(())
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }
}
