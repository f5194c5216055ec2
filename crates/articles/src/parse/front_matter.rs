//! Front matter: the fields between `---` (YAML) or `+++` (TOML) lines on top
//! of a Markdown file.
//!
//! Of YAML the part that front matter uses is read: scalars plain, quoted or
//! in blocks, and lists of them. Values of any other shape are passed over.

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
    (Vec::new(), text)
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
            "" => list(&own),
            "|" | "|-" | "|+" => own
                .iter()
                .map(|line| line.trim())
                .collect::<Vec<_>>()
                .join("\n"),
            ">" | ">-" | ">+" => own
                .iter()
                .map(|line| line.trim())
                .collect::<Vec<_>>()
                .join(" "),
            value if value.starts_with('[') => {
                let whole = own
                    .iter()
                    .fold(value.to_owned(), |whole, line| whole + " " + line.trim());
                flow_list(&whole)
            }
            // A plain scalar may run on over lines that are indented.
            value => {
                let whole = own
                    .iter()
                    .fold(value.to_owned(), |whole, line| whole + " " + line.trim());
                scalar(&whole)
            }
        };
        entries.push((key.to_owned(), value));
    }
    entries
}

/// Tells whether a line goes on with the value above it.
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

fn list(lines: &[&str]) -> String {
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
    items
        .filter(|item| !item.is_empty())
        .collect::<Vec<_>>()
        .join(", ")
}

fn flow_list(text: &str) -> String {
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

/// A value without its quotes, escapes and comment.
fn scalar(text: &str) -> String {
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
