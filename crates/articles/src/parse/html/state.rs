//! The article of a page that a program fills in: in the data that the page carries in a script, as
//! `__NEXT_DATA__`, `window.__INITIAL_STATE__` and the like do.

use serde::de::DeserializeSeed;
use serde_json::Value;

use super::dom::Dom;
use super::rank;
use super::values::plain_text;
use crate::Caption;
use crate::fields::{Draft, Field, field};
use crate::names::fold;
use crate::parse::json::value;
use crate::parse::{markup, repaired};
use crate::problem::{Fault, LONG, ProblemKind};
use crate::provenance::Trace;

/// Bytes of text that a page shows at most if the rest of it may be in a script.
const SHORT: usize = 1500;

/// Replaces the paragraphs that a page shows by those of the article in its data, if they are much
/// longer, and offers its fields. Returns `true` if it did.
pub(super) fn complete(
    dom: &Dom,
    titles: &[String],
    paragraphs: &mut Vec<String>,
    draft: &mut Draft,
    trace: &mut Trace,
) -> bool {
    let shown: usize = paragraphs.iter().map(String::len).sum();
    if shown >= SHORT {
        return false;
    }
    let mut has_data = false;
    for script in scripts(dom).filter(|text| text.len() > 2 * shown) {
        let Some(data) = data(&script) else { continue };
        has_data |= has_article_text(&data);
        let Some(found) = article(&data, titles) else {
            continue;
        };
        let (body, mut captions) = body(found);
        let length: usize = body.iter().map(String::len).sum();
        if length < LONG || length <= 2 * shown {
            continue;
        }
        paragraphs.iter().for_each(|line| trace.dropped(line));
        *paragraphs = body;
        offer(found, &mut captions, draft, trace);
        draft.add_captions(captions, ORIGIN, trace);
        return true;
    }
    if has_data || shown == 0 && is_filled_in(dom) {
        let message = "a program fills in the text of this page, and no article was found in its \
                       data; save the page in a browser, as complete page or MHTML";
        trace.fault(Fault::new(ProblemKind::LeftOut, message));
    }
    false
}

/// The origin of what is read from the data.
const ORIGIN: &str = "data of the page";

/// The paragraphs and captions of the article that an object is.
fn body(article: &Value) -> (Vec<String>, Vec<Caption>) {
    let mut captions = Vec::new();
    let named = article.as_object().into_iter().flatten();
    let mut bodies: Vec<(u8, &Value)> = named
        .filter_map(|(name, value)| match field(name)? {
            (Field::Body, rank) => Some((rank, value)),
            _ => None,
        })
        .collect();
    bodies.sort_by_key(|(rank, _)| *rank);
    let text = bodies.into_iter().find_map(|(_, value)| {
        let seed = value::Value::new(Field::Body, &mut captions);
        seed.deserialize(value)
            .ok()?
            .filter(|text| text.len() >= LONG)
    });
    let Some(text) = text else {
        return (Vec::new(), captions);
    };
    let text = match value::document(&text) {
        Some((text, more)) => {
            captions.extend(more);
            text
        }
        None => text,
    };
    let running = markup::running(text);
    captions.extend(running.captions);
    (running.body.lines().map(str::to_owned).collect(), captions)
}

/// Offers the other fields of an article.
fn offer(article: &Value, captions: &mut Vec<Caption>, draft: &mut Draft, trace: &mut Trace) {
    for (name, value) in article.as_object().into_iter().flatten() {
        let Some((field, rank)) = field(name) else {
            continue;
        };
        let is_read = matches!(
            field,
            Field::Title | Field::Summary | Field::Author | Field::Section | Field::Published
        );
        if !is_read {
            continue;
        }
        let text = value::Value::new(field, captions).deserialize(value);
        if let Ok(Some(text)) = text {
            let rank = rank::LINKED + rank / 4;
            draft.offer(field, rank, plain_text(&text), ORIGIN, trace);
        }
    }
}

/// The texts of the scripts of a page that may contain data.
fn scripts(dom: &Dom) -> impl Iterator<Item = String> {
    let scripts = dom.under(dom.root()).filter(|id| {
        let kind = dom.attribute(*id, "type").unwrap_or_default();
        dom.name(*id) == Some("script") && !kind.contains("ld+json")
    });
    scripts.map(|id| dom.text(id))
}

/// The first object or array of a script that is assigned, returned or all of it.
fn data(script: &str) -> Option<Value> {
    const LOOKED_AT: usize = 64;
    const TRIES: usize = 4;
    let text = script.trim();
    if text.starts_with(['{', '[']) {
        return text.get(..bracketed(text)).and_then(parsed);
    }
    let (mut at, mut tries) = (0, 0);
    for _ in 0..LOOKED_AT {
        let rest = text.get(at..)?;
        let found = rest.find(['{', '['])?;
        let before = rest.get(..found)?.trim_end();
        let is_value = before.ends_with('=') || before.ends_with("return") || before.ends_with('(');
        let piece = rest.get(found..)?;
        let length = if is_value { bracketed(piece) } else { 0 };
        if length >= LONG {
            if let Some(value) = piece.get(..length).and_then(parsed) {
                return Some(value);
            }
            tries += 1;
            if tries == TRIES {
                return None;
            }
        }
        // A function may return the value; the text of another one is code.
        at += found + 1;
    }
    None
}

fn parsed(text: &str) -> Option<Value> {
    serde_json::from_str(text)
        .or_else(|_| serde_json::from_str(&repaired(text.as_bytes())))
        .or_else(|_| serde_json::from_str(&repaired(without_variables(text).as_bytes())))
        .ok()
}

/// Replaces variables by `null`: Nuxt writes values that occur twice as arguments of a function.
fn without_variables(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let (mut rest, mut before) = (text, ' ');
    while let Some(letter) = rest.chars().next() {
        let is_start = letter.is_ascii_alphabetic() || matches!(letter, '_' | '$');
        let length = match letter {
            '"' | '\'' | '`' => string_length(rest),
            _ if is_start => {
                let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '$');
                rest.find(|c| !is_name(c)).unwrap_or(rest.len())
            }
            _ => letter.len_utf8(),
        };
        let (piece, after) = rest.split_at_checked(length).unwrap_or((rest, ""));
        let is_value = is_start
            && matches!(before, ':' | ',' | '[')
            && after.trim_start().starts_with([',', '}', ']'])
            && !matches!(piece, "true" | "false" | "null");
        out.push_str(if is_value { "null" } else { piece });
        before = piece.trim_end().chars().next_back().unwrap_or(before);
        rest = after;
    }
    out
}

/// The length of the string that a text begins with.
fn string_length(text: &str) -> usize {
    let quote = text.bytes().next();
    let mut is_escaped = false;
    for (at, byte) in text.bytes().enumerate().skip(1) {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' => is_escaped = true,
            byte if Some(byte) == quote => return at + 1,
            _ => {}
        }
    }
    text.len()
}

/// The length of the object or array that a text begins with, in bytes; 0 if it does not end, or has
/// so many values that they would take many times its size in memory.
fn bracketed(text: &str) -> usize {
    const BYTES_PER_VALUE: usize = 12;
    let (mut at, mut depth, mut values) = (0, 0_usize, 0);
    while let Some(&byte) = text.as_bytes().get(at) {
        match byte {
            b'"' | b'\'' | b'`' => {
                at += string_length(text.get(at..).unwrap_or_default());
                continue;
            }
            b'{' | b'[' => {
                depth += 1;
                values += 1;
            }
            b',' => values += 1,
            b'}' | b']' => {
                depth -= 1;
                if depth == 0 {
                    let is_dense = values * BYTES_PER_VALUE > at + LONG;
                    return if is_dense { 0 } else { at + 1 };
                }
            }
            _ => {}
        }
        at += 1;
    }
    0
}

/// The object in the data of a page that is its article: the one with its title, else the only one.
fn article<'v>(data: &'v Value, titles: &[String]) -> Option<&'v Value> {
    let titles: Vec<String> = titles.iter().map(|title| fold(title)).collect();
    let is_own = |value: &&Value| {
        let title = text_of(value, Field::Title).map(fold).unwrap_or_default();
        title.len() >= 6 && titles.iter().any(|known| known.contains(&title))
    };
    let all = articles(data);
    let longest = |value: &&&Value| body_of(value);
    match all.iter().filter(|value| is_own(value)).max_by_key(longest) {
        Some(own) => Some(own),
        None if all.len() == 1 => all.first().copied(),
        None => None,
    }
}

/// The objects that state a title and a long text.
fn articles(data: &Value) -> Vec<&Value> {
    let mut found = Vec::new();
    walk(data, &mut |value| {
        if value.is_object() && body_of(value) >= LONG {
            found.push(value);
        }
    });
    found
}

/// Returns `true` if the data has a text as long as that of an article under any name.
fn has_article_text(data: &Value) -> bool {
    const LONG_TEXT: usize = 4 * LONG;
    let mut found = false;
    walk(data, &mut |value| {
        let is_text = |text: &str| text.len() >= LONG_TEXT && text.split(' ').count() >= 80;
        found |= value.as_str().is_some_and(is_text);
    });
    found
}

/// Calls `with` for a value and all in it, within bounds.
fn walk<'v>(data: &'v Value, with: &mut dyn FnMut(&'v Value)) {
    const MOST: usize = 200_000;
    let mut open = vec![data];
    let mut count = 0;
    while let Some(value) = open.pop().filter(|_| count < MOST) {
        count += 1;
        with(value);
        match value {
            Value::Array(values) => open.extend(values.iter().rev()),
            Value::Object(values) => open.extend(values.values()),
            _ => {}
        }
    }
}

fn text_of(value: &Value, wanted: Field) -> Option<&str> {
    let known = |name: &str| field(name).is_some_and(|(field, _)| field == wanted);
    let mut pairs = value.as_object()?.iter();
    pairs.find_map(|(name, value)| value.as_str().filter(|_| known(name)))
}

/// The bytes of the longest text in an object under a name of bodies; 0 without a title.
fn body_of(value: &Value) -> usize {
    let states = |object: &serde_json::Map<String, Value>, wanted| {
        let mut names = object.keys();
        names.any(|name| field(name).is_some_and(|(field, _)| field == wanted))
    };
    let Some(object) = value
        .as_object()
        .filter(|object| states(object, Field::Title))
    else {
        return 0;
    };
    let bodies = object
        .iter()
        .filter(|(name, _)| field(name).is_some_and(|(field, _)| field == Field::Body));
    let bytes = |value: &Value| match value {
        Value::String(text) => text.len(),
        Value::Array(blocks) => blocks.iter().map(text_in).sum(),
        Value::Object(_) => text_in(value),
        _ => 0,
    };
    bodies.map(|(_, value)| bytes(value)).max().unwrap_or(0)
}

/// The bytes of text in a block of a document.
fn text_in(block: &Value) -> usize {
    match block {
        Value::String(text) => text.len(),
        Value::Object(object) => object
            .values()
            .map(|value| value.as_str().map_or(0, str::len))
            .sum(),
        _ => 0,
    }
}

/// Returns `true` if a page has the empty box that a program fills in.
fn is_filled_in(dom: &Dom) -> bool {
    const BOXES: &[&str] = &[
        "__next",
        "__nuxt",
        "root",
        "app",
        "app-root",
        "___gatsby",
        "svelte",
    ];
    dom.under(dom.root()).any(|id| {
        let named = dom
            .attribute(id, "id")
            .is_some_and(|name| BOXES.contains(&name));
        named || dom.name(id) == Some("app-root")
    })
}

#[cfg(test)]
mod tests {
    use super::{bracketed, data};

    #[test]
    fn data_is_found_in_scripts() {
        let long = "Chợ họp. ".repeat(30);
        let json = format!(r#"{{"title":"Mở chợ","content":"{long}"}}"#);
        for script in [
            "JSON",
            "window.__STATE__=JSON;",
            "window.__STATE__ = JSON;(function(){var s={};}());",
            "var a={x:1};var d = JSON",
            "window.__NUXT__=(function(a){return JSON}(1))",
            "window.__NUXT__=(function(a,b){return {data:[{x:a,y:[b]},JSON]}}(1,2))",
        ] {
            let script = script.replace("JSON", &json);
            let found = data(&script).unwrap_or_else(|| panic!("{script}"));
            let title = found
                .pointer("/title")
                .or_else(|| found.pointer("/data/1/title"));
            assert_eq!(title.unwrap(), "Mở chợ", "{script}");
        }
        assert_eq!(data("function f(){return [1,2]}"), None);
        assert_eq!(bracketed("{\"a}\":[1]} x"), 10);
        assert_eq!(bracketed("{["), 0);
        assert_eq!(bracketed(&format!("[{}0]", "0,".repeat(1000))), 0);
    }
}
