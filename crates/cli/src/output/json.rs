//! JSON that is safe to show on a terminal.

use std::fmt::Write as _;
use std::io::{self, Write};

use serde::Serialize;

use super::sanitize::is_obeyed;

/// Writes a value over several lines, indented, for people and programs.
pub(crate) fn write_pretty(out: &mut dyn Write, value: &impl Serialize) -> io::Result<()> {
    let json = serde_json::to_string_pretty(value)?;
    writeln!(out, "{}", escaped(&json))
}

/// Writes a value on one line.
pub(crate) fn write_line(out: &mut dyn Write, value: &impl Serialize) -> io::Result<()> {
    let json = serde_json::to_string(value)?;
    writeln!(out, "{}", escaped(&json))
}

/// Writes a value within a line that continues.
pub(crate) fn write_part(out: &mut dyn Write, value: &impl Serialize) -> io::Result<()> {
    let json = serde_json::to_string(value)?;
    out.write_all(escaped(&json).as_bytes())
}

/// Escapes characters that JSON allows in strings and a terminal would obey. They occur in strings
/// only, so the JSON need not be parsed; line breaks are the writer's own.
fn escaped(json: &str) -> String {
    let mut escaped = String::with_capacity(json.len());
    for c in json.chars() {
        if c != '\n' && is_obeyed(c) {
            // All of them are below U+10000. Writing to a string does not fail.
            let _ = write!(escaped, "\\u{:04x}", u32::from(c));
        } else {
            escaped.push(c);
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_come_back_as_they_were() {
        let text = "a\u{202e}b\u{9b}c\u{7f}\n\"đ";
        let mut out = Vec::new();
        write_line(&mut out, &text).unwrap();
        let json = String::from_utf8(out).unwrap();
        assert_eq!(json, "\"a\\u202eb\\u009bc\\u007f\\n\\\"đ\"\n");
        assert_eq!(serde_json::from_str::<String>(&json).unwrap(), text);
    }
}
