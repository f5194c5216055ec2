//! JSON as pages have it: with line breaks inside strings, commas too many,
//! quotation marks that are not escaped, comments around it.

use serde_json::Value;

/// Parses JSON; repairs it first if it is invalid.
pub(super) fn lenient(text: &str) -> Option<Value> {
    let text = unwrapped(text);
    serde_json::from_str(text)
        .or_else(|_| serde_json::from_str(&repaired(text)))
        .or_else(|_| match text.contains("&quot;") {
            // Templates escape it as they do text.
            true => serde_json::from_str(&repaired(&crate::parse::entity::decode(text))),
            false => serde_json::from_str(text),
        })
        .ok()
}

/// A text without the comments that hide it from old browsers.
fn unwrapped(text: &str) -> &str {
    let mut text = text.trim().trim_start_matches('\u{feff}');
    for opening in [
        "<!--",
        "//<![CDATA[",
        "// <![CDATA[",
        "/*<![CDATA[*/",
        "<![CDATA[",
    ] {
        text = text.strip_prefix(opening).unwrap_or(text).trim();
    }
    for ending in ["-->", "//]]>", "// ]]>", "/*]]>*/", "]]>", "//", ";"] {
        text = text.strip_suffix(ending).unwrap_or(text).trim();
    }
    text
}

fn repaired(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    let mut open: Vec<char> = Vec::new();
    let mut in_string = false;
    let mut letters = text.char_indices().peekable();
    while let Some((at, letter)) = letters.next() {
        let rest = text.get(at + letter.len_utf8()..).unwrap_or_default();
        if in_string {
            match letter {
                '\\' => push_escape(&mut out, &mut letters),
                '"' if ends_string(rest) => {
                    in_string = false;
                    out.push('"');
                }
                '"' => out.push_str("\\\""),
                letter if u32::from(letter) < 0x20 => out.push(' '),
                letter => out.push(letter),
            }
            continue;
        }
        match letter {
            '"' => in_string = true,
            '{' => open.push('}'),
            '[' => open.push(']'),
            '}' | ']' => {
                trim_comma(&mut out);
                // A bracket that closes nothing is dropped.
                if open.pop_if(|known| *known == letter).is_none() {
                    continue;
                }
            }
            _ => {}
        }
        out.push(letter);
        if open.is_empty() && matches!(letter, '}' | ']') {
            break;
        }
    }
    if in_string {
        out.push('"');
    }
    trim_comma(&mut out);
    out.extend(open.into_iter().rev());
    out
}

/// Copies an escape sequence, or escapes the backslash of an invalid one.
fn push_escape(out: &mut String, letters: &mut std::iter::Peekable<std::str::CharIndices<'_>>) {
    match letters.peek() {
        Some((_, '"' | '\\' | '/' | 'b' | 'f' | 'n' | 'r' | 't' | 'u')) => {
            out.push('\\');
            out.extend(letters.next().map(|(_, letter)| letter));
        }
        _ => out.push_str("\\\\"),
    }
}

/// Returns `true` if a quotation mark before `rest` ends its string: what
/// follows is JSON's own.
fn ends_string(rest: &str) -> bool {
    let rest = rest.trim_start();
    let Some(next) = rest.chars().next() else {
        return true;
    };
    match next {
        ':' | '}' | ']' => true,
        // Between values; in a text, no quotation or bracket follows a comma.
        ',' => rest
            .get(1..)
            .and_then(|rest| rest.trim_start().chars().next())
            .is_none_or(|next| {
                matches!(next, '"' | '{' | '[' | '}' | ']' | '-' | '0'..='9')
                    || rest.get(1..).is_some_and(|rest| {
                        let rest = rest.trim_start();
                        ["true", "false", "null"]
                            .iter()
                            .any(|word| rest.starts_with(word))
                    })
            }),
        _ => false,
    }
}

fn trim_comma(out: &mut String) {
    let end = out.trim_end().len();
    if out.get(..end).is_some_and(|text| text.ends_with(',')) {
        out.truncate(end - 1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn invalid_json_is_repaired() {
        for text in [
            r#"{"a": "b", "c": ["d"]}"#,
            "{\"a\": \"b\", \"c\": [\"d\",],}",
            "<!-- {\"a\": \"b\", \"c\": [\"d\"]} -->",
            "//<![CDATA[\n{\"a\": \"b\", \"c\": [\"d\"]};\n//]]>",
            "{\"a\": \"b\", \"c\": [\"d\"",
            "{\"a\": \"b\", \"c\": [\"d\"]}}",
            "{\"a\": \"b\", \"c\": [\"d\"]} {\"e\": 1}",
        ] {
            let value = lenient(text).unwrap_or_else(|| panic!("{text}"));
            assert_eq!(value, serde_json::json!({"a": "b", "c": ["d"]}), "{text}");
        }
        let value = lenient("{\"a\": \"Ông nói \"làm ngay\" với\nxã\", \"b\": \"c\\d\"}");
        let right = serde_json::json!({"a": "Ông nói \"làm ngay\" với xã", "b": "c\\d"});
        assert_eq!(value, Some(right));
        assert_eq!(lenient("không phải JSON"), None);
    }
}
