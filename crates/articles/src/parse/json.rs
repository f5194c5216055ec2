//! A JSON object, under whatever names its fields go.

/// Methods of a `Visitor` with the value `()` that skip numbers, booleans and null.
macro_rules! skip_scalars {
    () => {
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
    };
}

mod lenient;
pub(super) mod value;

use std::borrow::Cow;
use std::fmt;

use serde::de::{
    DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor,
};

pub(crate) use self::lenient::repaired;
use self::value::{Captions, Flag, Key, Strings, Value};
use super::collect::Collector;
use crate::Article;
use crate::fields::{self, Field, field};
use crate::problem::{Fault, LONG};
use crate::provenance::Trace;

/// The key under which the title of the feed is added to its articles.
pub(crate) const FEED: &str = "timbao-feed";

/// Added to the rank of the fields of a nested object.
const NESTED: u8 = 100;

/// Parses one object.
///
/// Small defects are repaired: bytes that are not UTF-8, half a surrogate pair,
/// `NaN`, a superfluous comma.
pub(crate) fn parse(bytes: &[u8], trace: &mut Trace) -> Result<Article, Fault> {
    let bytes = bytes.strip_prefix(&[0xef, 0xbb, 0xbf]).unwrap_or(bytes);
    // Checked as a whole, in one go; string by string is much slower.
    let first = match simdutf8::compat::from_utf8(bytes) {
        Ok(text) => object(text, trace),
        Err(error) => Err(format!("not UTF-8 from byte {} on", error.valid_up_to())),
    };
    let error = match first {
        Ok(collector) if collector.has_article() => {
            let answered = collector.may_be_answer().then(|| answered(bytes)).flatten();
            return match answered {
                Some(article) => parse(article.as_bytes(), trace),
                None => collector.finish(trace),
            };
        }
        Ok(unread) => return inside(bytes, unread, trace),
        Err(error) => error,
    };
    let text = repaired(bytes);
    match object(&text, trace) {
        Ok(collector) => {
            trace.note(|| format!("not JSON by its letter ({error}); it was repaired"));
            match collector.has_article() {
                true => collector.finish(trace),
                false => inside(text.as_bytes(), collector, trace),
            }
        }
        Err(_) => Err(Fault::malformed(format!(
            "not a JSON object of an article: {error}"
        ))),
    }
}

/// Returns `true` if the value under a key is read whatever it is.
pub(crate) fn is_read(key: &str) -> bool {
    field(key).is_some() || Status::of(key).is_some() || key == "introtext"
}

/// The fields of an object, and its text under unknown names.
fn object<'t>(text: &'t str, trace: &mut Trace) -> Result<Collector<'t>, String> {
    let mut collector = Collector::default();
    let mut json = serde_json::Deserializer::from_str(text);
    let seed = ObjectSeed {
        collector: &mut collector,
        trace,
        nested: 0,
    };
    seed.deserialize(&mut json)
        .and_then(|()| json.end())
        .map_err(|error| error.to_string())?;
    Ok(collector)
}

/// The article in the answer of a service, `{"code":200,"message":"OK","data":{"detail":{…}}}`: the
/// first object in it with a title and a long text of its own.
fn answered(bytes: &[u8]) -> Option<String> {
    const DEEPEST: usize = 4;
    let value: serde_json::Value = serde_json::from_slice(bytes).ok()?;
    let mut level: Vec<&serde_json::Value> = children(&value);
    for _ in 1..DEEPEST {
        let found = level
            .iter()
            .filter_map(|value| value.as_object())
            .find(|object| {
                let states = |wanted, least| {
                    object.iter().any(|(key, value)| {
                        let is_wanted = field(key).is_some_and(|(field, _)| field == wanted);
                        is_wanted && value.as_str().is_some_and(|text| text.len() >= least)
                    })
                };
                states(Field::Title, 1) && states(Field::Body, LONG)
            });
        if let Some(object) = found {
            return serde_json::to_string(object).ok();
        }
        level = level.into_iter().flat_map(children).collect();
    }
    None
}

/// Parses the article in an object under an unknown name. `unread` is the text of the whole value
/// under unknown names.
fn inside(bytes: &[u8], unread: Collector<'_>, trace: &mut Trace) -> Result<Article, Fault> {
    const DEEPEST: usize = 8;
    let value: serde_json::Value = serde_json::from_slice(bytes)
        .map_err(|error| Fault::malformed(format!("not a JSON object: {error}")))?;
    let mut level: Vec<&serde_json::Value> = vec![&value];
    for depth in 0..DEEPEST {
        let objects = level.iter().filter_map(|value| value.as_object());
        let best = objects
            .filter(|object| {
                let states = |wanted| {
                    object
                        .keys()
                        .any(|key| field(key).is_some_and(|(field, _)| field == wanted))
                };
                depth > 0 && (states(Field::Title) || states(Field::Body))
            })
            .max_by_key(|object| object.len());
        if let Some(object) = best {
            let text = serde_json::to_string(object).unwrap_or_default();
            if let Ok(collector) = self::object(&text, trace)
                && collector.has_article()
            {
                return collector.finish(trace);
            }
        }
        level = level.into_iter().flat_map(children).collect();
    }
    // No article in it, but perhaps text that would be lost.
    unread.finish(trace)
}

fn children(value: &serde_json::Value) -> Vec<&serde_json::Value> {
    match value {
        serde_json::Value::Object(object) => object.values().collect(),
        serde_json::Value::Array(values) => values.iter().collect(),
        _ => Vec::new(),
    }
}

/// Reads an object into a collector.
struct ObjectSeed<'a, 'de> {
    collector: &'a mut Collector<'de>,
    trace: &'a mut Trace,
    nested: u8,
}

impl<'de> DeserializeSeed<'de> for ObjectSeed<'_, 'de> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for ObjectSeed<'_, 'de> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<(), A::Error> {
        while let Some(key) = map.next_key_seed(Key)? {
            self.entry(key, &mut map)?;
        }
        Ok(())
    }
}

impl<'de> ObjectSeed<'_, 'de> {
    fn entry<A: MapAccess<'de>>(
        &mut self,
        key: Cow<'de, str>,
        map: &mut A,
    ) -> Result<(), A::Error> {
        let is_wrapper = match self.nested {
            0 => WRAPPERS.contains(&key.as_ref()),
            NESTED => INNER_WRAPPERS.contains(&key.as_ref()),
            _ => false,
        };
        if is_wrapper {
            return map.next_value_seed(Wrapped {
                collector: self.collector,
                trace: self.trace,
                key,
                nested: self.nested + NESTED,
            });
        }
        if let Some(status) = Status::of(&key) {
            let flag = map.next_value_seed(Flag)?;
            if let Some(reason) = status.excludes(&key, &flag) {
                self.collector.exclude(reason);
            }
            return Ok(());
        }
        if self.special(&key, map)? {
            return Ok(());
        }
        match field(&key) {
            Some((Field::Captions, _)) => {
                let mut captions = Captions::default();
                map.next_value_seed(&mut captions)?;
                self.collector
                    .draft
                    .offer_captions(captions.0, &key, self.trace);
            }
            Some((field, rank)) => {
                // A date of publication in an object counts more.
                let of_record = field == Field::Published && fields::is_of_record(rank);
                let added = if of_record { 2 * NESTED } else { self.nested };
                self.value(field, rank.saturating_add(added), key, map)?;
            }
            None => {
                let mut strings = Strings::default();
                map.next_value_seed(&mut strings)?;
                self.unread(key, strings);
            }
        }
        Ok(())
    }

    /// Keeps the text of a value under an unknown name, which may be the body.
    fn unread(&mut self, key: Cow<'de, str>, mut strings: Strings<'de>) {
        if let Some(text) = strings.joined() {
            self.collector.unread(key, text, strings.nested);
        }
    }

    /// Reads the value of a key that a tool or this crate uses in a way of its own. Returns `false` for
    /// other keys.
    fn special<A: MapAccess<'de>>(&mut self, key: &str, map: &mut A) -> Result<bool, A::Error> {
        match key {
            // The title of a feed around the article.
            FEED => {
                let title: Cow<'_, str> = map.next_value()?;
                self.feed(&title);
            }
            // FineWeb, whose date is that of the crawl.
            "dump" => {
                if map.next_value_seed(Flag)?.starts_with("CC-MAIN-") {
                    self.collector.draft.is_crawled = true;
                }
            }
            "_embedded" => {
                let embedded: serde_json::Value = map.next_value()?;
                self.embedded(&embedded);
            }
            // Mails as Microsoft Graph answers them.
            "from" | "sender" => {
                let sender: serde_json::Value = map.next_value()?;
                let name = sender
                    .pointer("/emailAddress/name")
                    .and_then(|name| name.as_str());
                match name.filter(|name| !name.contains('@')) {
                    None => {
                        let mut strings = Strings::default();
                        let read = (&mut strings).deserialize(sender);
                        read.map_err(A::Error::custom)?;
                        self.unread(key.to_owned().into(), strings);
                    }
                    name => self.join(Field::Author, name, "from.emailAddress.name"),
                }
            }
            // The posts of a topic in Discourse: the first is the article.
            "post_stream" => {
                let stream: serde_json::Value = map.next_value()?;
                self.topic(&stream);
            }
            "introtext" => {
                let mut captions = Vec::new();
                let text = map.next_value_seed(Value::new(Field::Body, &mut captions))?;
                self.collector.opening(text.unwrap_or_default());
            }
            _ => return Ok(false),
        }
        Ok(true)
    }

    fn value<A: MapAccess<'de>>(
        &mut self,
        field: Field,
        rank: u8,
        key: Cow<'de, str>,
        map: &mut A,
    ) -> Result<(), A::Error> {
        let is_text = matches!(field, Field::Body | Field::Summary);
        if !is_text && !self.collector.draft.wants(field, rank) {
            map.next_value::<IgnoredAny>()?;
            return Ok(());
        }
        let mut captions = Vec::new();
        let mut summary = None;
        let mut value = Value::new(field, &mut captions);
        value.summary = Some(&mut summary);
        value.first_only = matches!(key.as_ref(), "bodies" | "headlines" | "descriptions");
        if let Some(mut value) = map.next_value_seed(value)? {
            if field == Field::Published {
                value = with_zone_of(&key, value);
            }
            self.collector.offer(field, rank, value, key, self.trace);
        }
        if let Some(summary) = summary {
            let name = "summary of the body";
            self.collector
                .offer(Field::Summary, rank, summary, name, self.trace);
        }
        if !captions.is_empty() {
            self.collector
                .draft
                .add_captions(captions, "blocks of the body", self.trace);
        }
        Ok(())
    }

    /// Offers the newspaper and the section that the title of a feed names.
    fn feed(&mut self, title: &str) {
        let (source, section) = super::feed::title(title);
        let fields = [(Field::Source, Some(source)), (Field::Section, section)];
        for (field, value) in fields {
            let value = value.unwrap_or_default();
            let from = "title of the feed";
            self.collector.offer(field, 200, value, from, self.trace);
        }
    }

    /// Offers the first post of a topic; the others are replies.
    fn topic(&mut self, stream: &serde_json::Value) {
        let posts = stream.get("posts").and_then(|posts| posts.as_array());
        let Some((first, replies)) = posts.and_then(|posts| posts.split_first()) else {
            return;
        };
        for (field, key) in [
            (Field::Body, "cooked"),
            (Field::Author, "name"),
            (Field::Published, "created_at"),
        ] {
            if let Some(value) = first.get(key).and_then(|value| value.as_str()) {
                let from = "post_stream.posts";
                self.collector
                    .offer(field, 0, value.to_owned(), from, self.trace);
            }
        }
        let replies = replies
            .iter()
            .filter_map(|reply| reply.get("cooked")?.as_str());
        replies.for_each(|reply| self.trace.dropped(reply));
    }

    /// Names of authors, sections and pictures that WordPress embeds in a post
    /// on request.
    fn embedded(&mut self, embedded: &serde_json::Value) {
        let list = |name: &str| embedded.get(name).and_then(|list| list.as_array());
        for author in list("author").into_iter().flatten() {
            let name = author.get("name").and_then(|name| name.as_str());
            self.join(Field::Author, name, "_embedded.author");
        }
        let terms = list("wp:term").into_iter().flatten();
        for term in terms.filter_map(|terms| terms.as_array()).flatten() {
            if term.get("taxonomy").and_then(|taxonomy| taxonomy.as_str()) == Some("category") {
                let name = term.get("name").and_then(|name| name.as_str());
                self.join(Field::Section, name, "_embedded.wp:term");
            }
        }
        for media in list("wp:featuredmedia").into_iter().flatten() {
            let shown = media
                .pointer("/caption/rendered")
                .and_then(|text| text.as_str());
            let shown = super::tags::line(shown.unwrap_or_default());
            if !shown.trim().is_empty() {
                let caption = crate::tidy::caption(&shown);
                let from = "_embedded.wp:featuredmedia";
                self.collector
                    .draft
                    .add_captions(vec![caption], from, self.trace);
            }
        }
    }

    fn join(&mut self, field: Field, value: Option<&str>, from: &str) {
        if let Some(value) = value {
            self.collector.join(field, 0, value, from, self.trace);
        }
    }
}

/// Adds the zone that the name of a date states: `post_date_gmt`.
fn with_zone_of(key: &str, value: String) -> String {
    let key = key.to_ascii_lowercase();
    let is_utc = key.ends_with("gmt") || key.ends_with("utc");
    let has_time = value.len() >= 16 && value.contains(':');
    let bare = !value.ends_with('Z') && !value.contains('+') && value.matches('-').count() == 2;
    if is_utc && has_time && bare {
        format!("{value}Z")
    } else {
        value
    }
}

/// Keys of objects that contain fields of the record itself.
const WRAPPERS: &[&str] = &[
    "_source",
    "data",
    "fields",
    "item",
    "meta",
    "metadata",
    "news",
    "post",
    "article",
    "attributes",
    "doc",
    "document",
    "node",
    "story",
    "payload",
    "Item",
    "M",
    "yoast_head_json",
    "record",
    "row",
    "entry",
    "head",
    "basic",
    "info",
];

/// Those that are also found in such an object.
const INNER_WRAPPERS: &[&str] = &[
    "meta",
    "metadata",
    "attributes",
    "fields",
    "head",
    "article",
    "news",
    "post",
    "story",
    "doc",
    "document",
    "basic",
    "info",
];

/// A value under a wrapper's key: an object is read; a long text may be the
/// body.
struct Wrapped<'a, 'de> {
    collector: &'a mut Collector<'de>,
    trace: &'a mut Trace,
    key: Cow<'de, str>,
    nested: u8,
}

impl<'de> DeserializeSeed<'de> for Wrapped<'_, 'de> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Wrapped<'_, 'de> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any value")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<(), A::Error> {
        let seed = ObjectSeed {
            collector: self.collector,
            trace: self.trace,
            nested: self.nested,
        };
        seed.visit_map(map)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        let mut strings = Strings::default();
        if self.key == "data" {
            // Exports of Facebook: the parts of a post.
            let mut posts = Vec::new();
            while let Some(part) = seq.next_element::<serde_json::Value>()? {
                match part.get("post").and_then(|post| post.as_str()) {
                    Some(post) => posts.push(post.to_owned()),
                    None => strings.deserialize(part).map_err(A::Error::custom)?,
                }
            }
            let text = posts.join("\n");
            self.collector
                .offer(Field::Body, self.nested, text, "data[].post", self.trace);
        }
        while seq.next_element_seed(&mut strings)?.is_some() {}
        if let Some(text) = strings.joined() {
            self.collector.unread(self.key, text, strings.nested);
        }
        Ok(())
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<(), E> {
        self.collector.unread(self.key, text, false);
        Ok(())
    }

    fn visit_str<E>(self, text: &str) -> Result<(), E> {
        self.collector.unread(self.key, text.to_owned(), false);
        Ok(())
    }

    skip_scalars!();
}

/// The reason why a value says that a record is not a published article.
pub(crate) fn unpublished(key: &str, value: &str) -> Option<String> {
    Status::of(key)?.excludes(key, value)
}

/// The kind of a key for the state of a record.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Status {
    /// The kind of a WordPress post.
    PostType,
    /// A word such as `publish` or `draft`.
    Word,
    /// True of drafts.
    Draft,
    /// True of published records; a date is not a state.
    Published,
}

impl Status {
    fn of(key: &str) -> Option<Self> {
        Some(match key {
            "post_type" | "type" | "postType" => Self::PostType,
            "status" | "post_status" | "postStatus" => Self::Word,
            "draft" | "is_draft" | "isDraft" => Self::Draft,
            "is_published" | "isPublished" => Self::Published,
            _ => return None,
        })
    }

    /// The reason why a record of this state is not a published article.
    fn excludes(self, key: &str, flag: &str) -> Option<String> {
        let excluded = match self {
            Self::PostType => NOT_POSTS.contains(&flag),
            Self::Word => NOT_PUBLISHED.contains(&flag.to_ascii_lowercase().as_str()),
            Self::Draft => matches!(flag, "true" | "1"),
            Self::Published => matches!(flag, "false" | "0"),
        };
        excluded.then(|| format!("{key} is `{flag}`"))
    }
}

/// Post types of WordPress that are not articles.
pub(crate) const NOT_POSTS: &[&str] = &[
    "attachment",
    "revision",
    "nav_menu_item",
    "custom_css",
    "customize_changeset",
    "oembed_cache",
    "user_request",
    "wp_block",
    "wp_template",
    "wp_template_part",
    "wp_global_styles",
    "wp_navigation",
    "wp_font_family",
    "wp_font_face",
    "acf-field",
    "acf-field-group",
    "elementor_library",
    "wpcf7_contact_form",
    "shop_order",
    "mc4wp-form",
    // Telegram: that somebody joined, or changed the name.
    "service",
];

/// States of records that are not, or no longer, published.
pub(crate) const NOT_PUBLISHED: &[&str] = &[
    "draft",
    "auto-draft",
    "pending",
    "private",
    "trash",
    "future",
    "scheduled",
    "unpublished",
    "deleted",
    "inherit",
];
