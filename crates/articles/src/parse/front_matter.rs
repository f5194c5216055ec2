//! Front matter: the fields on top of a Markdown file, between `---` (YAML) or
//! `+++` (TOML) lines, as a JSON object, or above a `---` line (Hexo).
//!
//! YAML is read as far as front matter uses it: plain, quoted and block
//! scalars, lists of them, and maps with a name. Values of any other shape are
//! skipped.

use serde_json::Value;

/// A key and its value, the items of a list joined with `, `.
pub(crate) type Entry = (String, String);

/// Splits a text into front matter and the rest. A text whose front matter
/// never ends has none.
pub(crate) fn split(text: &str) -> (Vec<Entry>, &str) {
    for fence in ["---", "+++"] {
        let Some(rest) = text.trim_start().strip_prefix(fence) else {
            continue;
        };
        let Some(rest) = rest
            .strip_prefix("\r\n")
            .or_else(|| rest.strip_prefix('\n'))
        else {
            continue;
        };
        let mut end = 0;
        for line in rest.split_inclusive('\n') {
            let bare = line.trim_end();
            if bare == fence || (fence == "---" && bare == "...") {
                let body = rest.get(end + line.len()..).unwrap_or_default();
                return (entries(rest.get(..end).unwrap_or_default()), body);
            }
            end += line.len();
        }
    }
    json(text)
        .or_else(|| unfenced(text))
        .or_else(|| title_block(text))
        .or_else(|| labelled(text, true))
        .unwrap_or((Vec::new(), text))
}

/// The title, authors and date of Pandoc, on lines after a percent sign.
fn title_block(text: &str) -> Option<(Vec<Entry>, &str)> {
    let mut rest = text;
    let mut entries = Vec::new();
    for key in ["title", "author", "date"] {
        let Some(line) = rest.lines().next().filter(|line| line.starts_with("% ")) else {
            break;
        };
        let value = line.trim_start_matches('%').trim().replace(';', ",");
        entries.push((key.to_owned(), value));
        rest = rest.get(line.len()..)?.trim_start_matches('\r');
        rest = rest.strip_prefix('\n').unwrap_or(rest);
    }
    (entries.len() >= 2).then_some((entries, rest))
}

/// Fields on lines with a label: "Title: …" on top of the text (Pelican, MultiMarkdown, readers of
/// web pages), or, below a heading that is the title, "**Tác giả:** …" (Notion). Blank lines may be
/// between known labels.
pub(crate) fn labelled(text: &str, has_title: bool) -> Option<(Vec<Entry>, &str)> {
    const MOST_LINES: usize = 30;
    let (mut entries, mut known): (Vec<Entry>, _) = (Vec::new(), Vec::new());
    let (mut end, mut at, mut is_below) = (0, 0, false);
    for line in text.split_inclusive('\n').take(MOST_LINES) {
        at += line.len();
        if line.trim().is_empty() {
            is_below = false;
            continue;
        }
        let Some((label, value)) = label(line) else {
            // A paragraph that only begins like labels is text.
            end = if is_below { return None } else { end };
            break;
        };
        match crate::fields::field(label) {
            Some((crate::fields::Field::Body, _)) if value.is_empty() => {
                end = at;
                break;
            }
            Some((field, _)) => known.push(field),
            None if is_below => {}
            None => break,
        }
        entries.push((label.to_owned(), scalar(value)));
        (end, is_below) = (at, true);
    }
    let is_titled = !has_title || known.contains(&crate::fields::Field::Title);
    (known.len() >= 2 && is_titled).then_some((entries, text.get(end..)?))
}

/// The label and value of a line, without marks of emphasis and lists.
fn label(line: &str) -> Option<(&str, &str)> {
    const LONGEST: usize = 24;
    let marks = |c: char| matches!(c, '*' | '_' | ' ');
    let line = line.trim().trim_start_matches("- ");
    let (label, value) = line.split_once(':')?;
    let is_address = value.starts_with("//");
    let label = label.trim_matches(marks);
    let is_short = label.chars().count() <= LONGEST && label.split(' ').count() <= 3;
    let is_word = |c: char| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_');
    let is_label = is_short && !is_address && !label.is_empty() && label.chars().all(is_word);
    is_label.then(|| (label, value.trim_start_matches(marks).trim()))
}

/// A JSON object, as Hugo reads it.
fn json(text: &str) -> Option<(Vec<Entry>, &str)> {
    let text = text.trim_start();
    if !text.starts_with('{') {
        return None;
    }
    let mut values = serde_json::Deserializer::from_str(text).into_iter::<Value>();
    let Value::Object(map) = values.next()?.ok()? else {
        return None;
    };
    let rest = text.get(values.byte_offset()..)?;
    let known = map.keys().any(|key| crate::fields::field(key).is_some());
    // Hexo writes the members of an object and then a `;;;` line.
    let rest = rest.trim_start().trim_start_matches(";;;");
    known.then(|| {
        let entries = map.into_iter().map(|(key, value)| (key, json_text(&value)));
        (entries.collect(), rest)
    })
}

fn json_text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(items) => {
            let items = items.iter().map(json_text);
            items
                .filter(|item| !item.is_empty())
                .collect::<Vec<_>>()
                .join(", ")
        }
        Value::Object(map) => ["name", "title"]
            .iter()
            .find_map(|key| map.get(*key).and_then(Value::as_str))
            .unwrap_or_default()
            .to_owned(),
        Value::Null => String::new(),
        other => other.to_string(),
    }
}

/// Fields from the first line on and a `---` line under them.
fn unfenced(text: &str) -> Option<(Vec<Entry>, &str)> {
    const MOST_LINES: usize = 60;
    let mut end = 0;
    for line in text.split_inclusive('\n').take(MOST_LINES) {
        let bare = line.trim_end();
        if matches!(bare, "---" | ";;;") {
            let entries = entries(text.get(..end)?);
            let known = entries
                .iter()
                .filter(|(key, _)| crate::fields::field(key).is_some());
            return (known.count() >= 2).then_some((entries, text.get(end + line.len()..)?));
        }
        let is_field = line.split_once(':').is_some_and(|(key, value)| {
            let plain = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-');
            !key.is_empty() && key.chars().all(plain) && value.starts_with([' ', '\n', '\r'])
        });
        if !(is_field || (end > 0 && belongs_below(line))) {
            return None;
        }
        end += line.len();
    }
    None
}

fn entries(text: &str) -> Vec<Entry> {
    let mut entries: Vec<Entry> = Vec::new();
    let mut lines = text.lines().peekable();
    while let Some(line) = lines.next() {
        let Some((key, value)) = key_value(line) else {
            continue;
        };
        let mut own = Vec::new();
        while let Some(next) = lines.next_if(|next| belongs_below(next)) {
            own.push(next);
        }
        let value = match value {
            "" => list(&own).or_else(|| named(&own)).unwrap_or_default(),
            "|" | "|-" | "|+" => trimmed(&own).join("\n"),
            ">" | ">-" | ">+" => trimmed(&own).join(" "),
            value if TRIPLE.iter().any(|quote| value.starts_with(quote)) => {
                let quote = value.get(..3).unwrap_or_default();
                let mut whole = value.get(3..).unwrap_or_default().to_owned();
                own.iter().for_each(|line| push_line(&mut whole, line));
                if !whole.contains(quote) {
                    for line in lines.by_ref() {
                        push_line(&mut whole, line);
                        if line.contains(quote) {
                            break;
                        }
                    }
                }
                let text = whole.split(quote).next().unwrap_or_default();
                text.trim().to_owned()
            }
            value if value.starts_with('"') => scalar(&joined_quoted(value, &own)),
            value if value.starts_with('[') => flow_list(&joined(value, &own)),
            value if value.starts_with('{') => flow_map(&joined(value, &own)),
            // A plain scalar may run on over lines that are indented.
            value => scalar(&joined(value, &own)),
        };
        entries.push((key.to_owned(), value));
    }
    entries
}

fn trimmed<'t>(lines: &[&'t str]) -> Vec<&'t str> {
    lines.iter().map(|line| line.trim()).collect()
}

fn joined(first: &str, lines: &[&str]) -> String {
    let lines = lines.iter();
    lines.fold(first.to_owned(), |whole, line| whole + " " + line.trim())
}

/// The lines of a quoted scalar; a backslash at the end of a line joins it to the next without a
/// space.
fn joined_quoted(first: &str, lines: &[&str]) -> String {
    let mut whole = first.to_owned();
    for line in lines {
        let escapes = whole.len() - whole.trim_end_matches('\\').len();
        if escapes % 2 == 1 {
            whole.pop();
        } else {
            whole.push(' ');
        }
        whole.push_str(line.trim());
    }
    whole
}

/// Quotation marks around a TOML string of several lines.
const TRIPLE: [&str; 2] = ["\"\"\"", "'''"];

fn push_line(text: &mut String, line: &str) {
    text.push('\n');
    text.push_str(line);
}

/// Returns `true` if a line continues the value above it.
fn belongs_below(line: &str) -> bool {
    line.trim().is_empty()
        || line.starts_with([' ', '\t'])
        || line.starts_with("- ")
        || line.trim() == "]"
}

fn key_value(line: &str) -> Option<(&str, &str)> {
    if line.starts_with([' ', '\t', '#', '-', '[']) {
        return None;
    }
    // YAML's colon or TOML's equals sign, whichever comes first.
    let at = line.find([':', '='])?;
    let (key, value) = (line.get(..at)?, line.get(at + 1..)?);
    let key = key.trim().trim_matches(['"', '\'']);
    (!key.is_empty() && key.len() <= 60).then(|| (key, value.trim()))
}

/// The name in a map: `author:`, and `name: An Bình` below it.
fn named(lines: &[&str]) -> Option<String> {
    let value = |key: &str| {
        lines
            .iter()
            .find_map(|line| line.trim().strip_prefix(key)?.strip_prefix(':'))
    };
    let value = value("name").or_else(|| value("title"))?;
    Some(scalar(value)).filter(|name| !name.is_empty())
}

/// The items of a list; `None` if there are none.
fn list(lines: &[&str]) -> Option<String> {
    let items = lines
        .iter()
        .filter_map(|line| line.trim().strip_prefix('-'))
        .map(|item| {
            // An item may be an object; its first value names it.
            let item = item.trim();
            match item.split_once(": ") {
                Some((key, value)) if key.chars().all(char::is_alphanumeric) => scalar(value),
                _ => scalar(item),
            }
        });
    let items: Vec<String> = items.filter(|item| !item.is_empty()).collect();
    (!items.is_empty()).then(|| items.join(", "))
}

/// The name in a map on one line: `{name: Lê Mẫu, url: /le-mau}`.
fn flow_map(text: &str) -> String {
    let pairs = text.trim_matches(['{', '}', ' ']).split(',');
    let mut pairs = pairs.filter_map(|pair| pair.split_once(':'));
    let name = pairs.find(|(key, _)| matches!(unquoted(key).as_str(), "name" | "title"));
    name.map_or_else(String::new, |(_, name)| scalar(name))
}

fn flow_list(text: &str) -> String {
    if text.contains('{') {
        let maps = text
            .split('}')
            .map(|map| flow_map(map.trim_start_matches(['[', ',', ' '])));
        let names: Vec<String> = maps.filter(|name| !name.is_empty()).collect();
        return names.join(", ");
    }
    let inner = text
        .trim_start_matches('[')
        .trim_end()
        .trim_end_matches(']');
    let (mut items, mut item, mut quote) = (Vec::new(), String::new(), None);
    for letter in inner.chars() {
        match (quote, letter) {
            (None, ',') => items.push(std::mem::take(&mut item)),
            (None, '"' | '\'') if item.trim().is_empty() => {
                quote = Some(letter);
                item.push(letter);
            }
            (Some(open), close) if open == close => {
                quote = None;
                item.push(letter);
            }
            _ => item.push(letter),
        }
    }
    items.push(item);
    items
        .iter()
        .map(|item| scalar(item))
        .filter(|item| !item.is_empty())
        .collect::<Vec<_>>()
        .join(", ")
}

/// A value without its quotes, escapes, comment, and the brackets of a link of a wiki.
fn scalar(text: &str) -> String {
    let value = unquoted(text);
    let link = value
        .strip_prefix("[[")
        .and_then(|link| link.strip_suffix("]]"));
    match link {
        Some(link) => link.rsplit('|').next().unwrap_or(link).to_owned(),
        None => value,
    }
}

fn unquoted(text: &str) -> String {
    let text = text.trim();
    if let Some(inner) = text.strip_prefix('"') {
        let mut value = String::new();
        let mut letters = inner.chars();
        while let Some(letter) = letters.next() {
            match letter {
                '"' => break,
                '\\' => match letters.next() {
                    Some('n') => value.push('\n'),
                    Some('t') => value.push('\t'),
                    Some('r' | 'a' | 'b' | 'e' | 'f' | 'v' | '0') => {}
                    Some('N' | 'L' | 'P') => value.push('\n'),
                    Some('_') => value.push('\u{a0}'),
                    Some('x') => push_code(&mut value, &mut letters, 2),
                    Some('u') => push_code(&mut value, &mut letters, 4),
                    Some('U') => push_code(&mut value, &mut letters, 8),
                    Some(other) => value.push(other),
                    None => {}
                },
                letter => value.push(letter),
            }
        }
        return value;
    }
    if let Some(inner) = text.strip_prefix('\'') {
        let end = inner.rfind('\'').unwrap_or(inner.len());
        return inner.get(..end).unwrap_or_default().replace("''", "'");
    }
    if matches!(text, "null" | "~") {
        return String::new();
    }
    text.split(" #")
        .next()
        .unwrap_or_default()
        .trim_end()
        .to_owned()
}

/// Pushes the letter whose number the next digits are, in hexadecimal.
fn push_code(value: &mut String, letters: &mut std::str::Chars<'_>, digits: usize) {
    let rest = letters.as_str();
    let code = rest
        .get(..digits)
        .and_then(|digits| u32::from_str_radix(digits, 16).ok());
    if let Some(code) = code {
        *letters = rest.get(digits..).unwrap_or_default().chars();
        value.push(surrogates(code, letters).unwrap_or(char::REPLACEMENT_CHARACTER));
    }
}

/// The letter of a number, which may be the first half of a pair of surrogates.
fn surrogates(high: u32, letters: &mut std::str::Chars<'_>) -> Option<char> {
    if !(0xd800..0xdc00).contains(&high) {
        return char::from_u32(high);
    }
    let rest = letters.as_str().strip_prefix("\\u")?;
    let low = u32::from_str_radix(rest.get(..4)?, 16).ok()?;
    *letters = rest.get(4..)?.chars();
    char::from_u32(0x10000 + ((high - 0xd800) << 10) + low.checked_sub(0xdc00)?)
}
