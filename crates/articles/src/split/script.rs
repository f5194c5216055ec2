//! JSON in a script: an argument of a call (JSONP), the value of a variable, a module.
//!
//! The script is searched for objects, arrays and quoted JSON that contain articles; these are
//! handed to the splitter of JSON. Code is not run.

use std::io::Cursor;

use super::json::{self, unwrap};
use super::splitter::{Splitter, Step};
use crate::Limits;
use crate::parse::repaired;
use crate::problem::{Fault, ProblemKind};
use crate::record::Filler;
use crate::stream::{self, Stream};

/// Cuts a script into the articles in it.
pub(crate) struct Script {
    stream: Option<Stream>,
    is_program: bool,
    values: Option<json::Values>,
}

impl Script {
    /// Reads a script; `name` is that of the file.
    pub fn new(stream: Stream, name: &str) -> Self {
        let name = name.to_ascii_lowercase();
        Self {
            stream: Some(stream),
            is_program: [".js", ".mjs", ".cjs"]
                .iter()
                .any(|end| name.ends_with(end)),
            values: None,
        }
    }
}

impl Splitter for Script {
    fn step(&mut self, limits: &Limits, batch: &mut Filler<'_>) -> Result<Step, Fault> {
        if let Some(values) = &mut self.values {
            return values.step(limits, batch);
        }
        let Some(mut stream) = self.stream.take() else {
            return Ok(Step::Done);
        };
        let mut bytes = Vec::new();
        stream::read_whole(&mut stream, &mut bytes, limits.whole_bytes)?;
        let values = values(&String::from_utf8_lossy(&bytes));
        if values.is_empty() {
            return Err(match self.is_program {
                true => Fault::new(
                    ProblemKind::Unsupported,
                    "a program without articles in it; leave it out",
                ),
                false => Fault::malformed("neither a JSON object nor an array"),
            });
        }
        self.values = Some(json::Values::new(Box::new(Cursor::new(values))));
        Ok(Step::More)
    }
}

/// Returns `true` if a text does not begin with a value of JSON, but as a script does.
pub(crate) fn is_script(head: &[u8]) -> bool {
    let text = head.strip_prefix(&[0xef, 0xbb, 0xbf]).unwrap_or(head);
    let mut text = after_comments(text);
    while text.starts_with(b"#") {
        let end = memchr::memchr(b'\n', text).unwrap_or(text.len());
        text = after_comments(text.get(end..).unwrap_or_default());
    }
    let first = text.first().copied();
    first.is_some_and(|byte| !matches!(byte, b'{' | b'[' | 0x1e))
}

/// The text after the blanks and comments that it begins with.
pub(crate) fn after_comments(text: &[u8]) -> &[u8] {
    let mut text = text.trim_ascii_start();
    loop {
        let length = if text.starts_with(b"//") {
            memchr::memchr(b'\n', text)
        } else if text.starts_with(b"/*") {
            memchr::memmem::find(text, b"*/").map(|end| end + 2)
        } else {
            return text;
        };
        text = text.get(length.unwrap_or(text.len())..).unwrap_or_default();
        text = text.trim_ascii_start();
    }
}

/// A piece of a script that may be a value.
#[derive(Clone, Copy)]
struct Piece {
    start: usize,
    end: usize,
    is_string: bool,
}

/// The values in a script that contain articles, as JSON, one a line.
fn values(text: &str) -> Vec<u8> {
    /// Bytes that are read for each byte of the script: pieces are inside each other.
    const WORK: usize = 16;
    let mut values = Vec::new();
    let mut work = text.len().saturating_mul(WORK);
    let mut passed = 0;
    for piece in pieces(text) {
        let source = text.get(piece.start..piece.end).unwrap_or_default();
        if piece.start < passed || source.len() > work {
            continue;
        }
        work -= source.len();
        let json = match piece.is_string {
            true => unquoted(source),
            false => Some(repaired(source.as_bytes())),
        };
        let Some(json) = json.filter(|json| is_json(json)) else {
            continue;
        };
        passed = piece.end;
        if unwrap::has_records(&json) {
            values.extend_from_slice(json.as_bytes());
            values.push(b'\n');
        }
    }
    values
}

fn is_json(text: &str) -> bool {
    serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok()
}

/// The JSON in a string: `JSON.parse('{…}')`.
fn unquoted(string: &str) -> Option<String> {
    let list = repaired(format!("[{string}]").as_bytes());
    let [json] = serde_json::from_str::<[String; 1]>(&list).ok()?;
    Some(repaired(json.as_bytes()))
}

/// The brackets and strings of a script that stand where a value may, in order, outer ones first.
fn pieces(text: &str) -> Vec<Piece> {
    let bytes = text.as_bytes();
    let mut pieces: Vec<Piece> = Vec::new();
    let mut open: Vec<(u8, Option<usize>)> = Vec::new();
    let (mut at, mut before) = (0, b';');
    // Strings that begin before this place do not end: where the last one broke off.
    let mut unclosed = 0;
    while let Some(&byte) = bytes.get(at) {
        let rest = bytes.get(at..).unwrap_or_default();
        if rest.starts_with(b"//") || rest.starts_with(b"/*") {
            at = bytes.len() - after_comments(rest).len();
            continue;
        }
        match byte {
            b'/' if b"=(,:;!&|?{}[".contains(&before) => at += pattern(rest),
            b'"' | b'\'' | b'`' if at >= unclosed => match string(rest) {
                Ok(length) => {
                    let is_string = rest
                        .get(1)
                        .is_some_and(|first| matches!(first, b'{' | b'['));
                    let (start, end) = (at, at + length);
                    pieces.extend(is_string.then_some(Piece {
                        start,
                        end,
                        is_string,
                    }));
                    at = end;
                    before = byte;
                    continue;
                }
                Err(length) => unclosed = at + length,
            },
            b'{' | b'[' => {
                let is_value = matches!(before, b'=' | b'(' | b',' | b':' | b';' | b'\'')
                    || follows_word(text, at);
                let (start, end, is_string) = (at, at, false);
                pieces.extend(is_value.then_some(Piece {
                    start,
                    end,
                    is_string,
                }));
                open.push((byte, is_value.then(|| pieces.len() - 1)));
            }
            b'}' | b']' => {
                let opening = if byte == b'}' { b'{' } else { b'[' };
                if let Some((_, piece)) = open.pop_if(|(open, _)| *open == opening)
                    && let Some(piece) = piece.and_then(|piece| pieces.get_mut(piece))
                {
                    piece.end = at + 1;
                }
            }
            _ => {}
        }
        if !byte.is_ascii_whitespace() {
            before = byte;
        }
        at += 1;
    }
    pieces.retain(|piece| piece.end > piece.start);
    pieces
}

/// Returns `true` if a word before `at` returns or exports a value.
fn follows_word(text: &str, at: usize) -> bool {
    let before = text.get(..at).unwrap_or_default().trim_end();
    ["default", "return"]
        .iter()
        .any(|word| before.ends_with(word))
}

/// The length of the regular expression that `bytes` begin with, without its last slash; 0 if
/// there is none.
fn pattern(bytes: &[u8]) -> usize {
    const LONGEST: usize = 1000;
    let (mut at, mut in_class) = (1, false);
    while let Some(&byte) = bytes.get(at).filter(|_| at < LONGEST) {
        match byte {
            b'\\' => at += 1,
            b'\n' => return 0,
            b'[' => in_class = true,
            b']' => in_class = false,
            b'/' if !in_class => return at,
            _ => {}
        }
        at += 1;
    }
    0
}

/// The length of the string that `bytes` begin with; as an error, that of the text up to the line
/// break or end at which it breaks off.
fn string(bytes: &[u8]) -> Result<usize, usize> {
    let quote = bytes.first().copied().unwrap_or_default();
    let mut at = 1;
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'\\' => at += 2,
            b'\n' if quote != b'`' => return Err(at),
            byte if byte == quote => return Ok(at + 1),
            _ => at += 1,
        }
    }
    Err(bytes.len())
}

#[cfg(test)]
mod tests {
    use super::{is_script, values};

    #[test]
    fn values_with_articles_are_found_in_scripts() {
        let record = r#"{"title":"Mở chợ","content":"Chợ họp."}"#;
        let found = |text: &str| String::from_utf8(values(text)).unwrap();
        for script in [
            "cb(RECORD);",
            "/**/cb(RECORD)",
            "while(1);RECORD",
            ")]}',\nRECORD",
            "var a = {x:1}, b = RECORD;",
            "window[\"a\"]=RECORD;(function(){var s=1;}());",
            "export default RECORD",
            "?(RECORD)",
            "var r=/[\"/]'/g; var d=RECORD",
            "(self.data=self.data||[]).push(RECORD)",
        ] {
            let text = script.replace("RECORD", record);
            assert!(is_script(text.as_bytes()), "{text}");
            assert_eq!(found(&text).trim(), record, "{text}");
        }
        let quoted = "x = JSON.parse('{\"title\":\"Mở chợ\",\"content\":\"Chợ họp.\"}')";
        assert_eq!(found(quoted).trim(), record);
        assert_eq!(
            found("function f(a){return {b:[a,1]}} // {\"title\":1}"),
            ""
        );
        assert_eq!(found(&"={".repeat(100_000)), "");
        assert_eq!(found(&"\"\\".repeat(200_000)), "");
        assert!(!is_script(b" // x\n{}"));
        assert!(!is_script(b"# x\n/* y */ # z\n{}"));
    }
}
