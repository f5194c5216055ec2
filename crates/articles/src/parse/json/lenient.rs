//! Repairs invalid JSON of the kinds that programs often write.

/// Makes JSON of what nearly is: bytes that are not UTF-8 and halves of
/// surrogate pairs become U+FFFD, `NaN`, `Infinity`, `undefined` and `None`
/// become `null`, `ISODate("…")` and the like their argument; control
/// characters in strings are escaped. Superfluous commas and comments go, and
/// strings and keys get the quotation marks of JSON.
pub(crate) fn repaired(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    let mut repair = Repair {
        text: &text,
        out: String::with_capacity(text.len() + 64),
        at: 0,
        calls: 0,
    };
    repair.run();
    repair.out
}

struct Repair<'t> {
    text: &'t str,
    out: String,
    at: usize,
    /// Calls that are open: `ISODate(`.
    calls: usize,
}

impl Repair<'_> {
    fn run(&mut self) {
        while let Some(&byte) = self.text.as_bytes().get(self.at) {
            match byte {
                b'"' | b'\'' | b'`' => self.string(byte),
                b',' if self.closes_next() => self.at += 1,
                b'/' | b'#' if comment(&self.text[self.at..]) > 0 => {
                    self.at += comment(&self.text[self.at..]);
                }
                b'0'..=b'9' if self.out.trim_end().ends_with(['{', ',']) => self.number(),
                b')' if self.calls > 0 => {
                    self.calls -= 1;
                    self.at += 1;
                }
                b'-' if self.text[self.at..].starts_with("-Infinity") => {
                    self.at += "-Infinity".len();
                    self.out.push_str("null");
                }
                byte if byte.is_ascii_alphabetic() || matches!(byte, b'_' | b'$') => self.word(),
                _ => self.copy_one(),
            }
        }
    }

    fn copy_one(&mut self) {
        if let Some(letter) = self.text[self.at..].chars().next() {
            self.out.push(letter);
            self.at += letter.len_utf8();
        }
    }

    /// Whether a bracket closes, or another comma follows, after the comma at hand.
    fn closes_next(&self) -> bool {
        after_blanks(&self.text[self.at + 1..]).starts_with(['}', ']', ','])
    }

    /// Copies the digits of a number, which may be a key.
    fn number(&mut self) {
        let rest = &self.text[self.at..];
        let end = rest.find(|c: char| !c.is_ascii_digit());
        let end = end.unwrap_or(rest.len());
        match after_blanks(&rest[end..]).starts_with(':') {
            true => self.push_key(&rest[..end]),
            false => self.out.push_str(&rest[..end]),
        }
        self.at += end;
    }

    fn push_key(&mut self, key: &str) {
        self.out.push('"');
        self.out.push_str(key);
        self.out.push('"');
    }

    fn word(&mut self) {
        let rest = &self.text[self.at..];
        let is_word = |c: char| c.is_alphanumeric() || matches!(c, '.' | '+' | '-' | '_' | '$');
        let end = rest.find(|c| !is_word(c)).unwrap_or(rest.len());
        let word = &rest[..end];
        self.at += end;
        if after_blanks(&rest[end..]).starts_with(':') {
            return self.push_key(word);
        }
        // Python: u'…', r"…".
        if word.len() == 1 && rest[end..].starts_with(['"', '\'']) {
            return;
        }
        if rest[end..].starts_with('(') {
            self.calls += 1;
            self.at += 1;
            return;
        }
        let written = match word {
            "True" => "true",
            "False" => "false",
            "NaN" | "nan" | "Infinity" | "undefined" | "None" => "null",
            "new" => "",
            word => word,
        };
        self.out.push_str(written);
    }

    /// Copies a string, from its quotation mark to the other, with those that are added to it.
    fn string(&mut self, mut quote: u8) {
        self.at += 1;
        self.out.push('"');
        while let Some(&byte) = self.text.as_bytes().get(self.at) {
            match byte {
                byte if byte == quote => {
                    self.at += 1;
                    match self.added_string() {
                        Some(next) => quote = next,
                        None => return self.out.push('"'),
                    }
                }
                b'"' => {
                    self.out.push_str("\\\"");
                    self.at += 1;
                }
                b'\\' => self.escape(),
                0..=0x1f => {
                    self.out.push_str(match byte {
                        b'\n' => "\\n",
                        b'\r' => "\\r",
                        b'\t' => "\\t",
                        _ => " ",
                    });
                    self.at += 1;
                }
                _ => self.copy_one(),
            }
        }
    }

    /// Passes over the sign and the mark of a string that is added to another:
    /// `"a" + "b"`.
    fn added_string(&mut self) -> Option<u8> {
        let added = after_blanks(&self.text[self.at..]).strip_prefix('+')?;
        let added = after_blanks(added);
        let quote = added.bytes().next()?;
        matches!(quote, b'"' | b'\'' | b'`').then(|| {
            self.at = self.text.len() - added.len() + 1;
            quote
        })
    }

    fn escape(&mut self) {
        let rest = &self.text[self.at..];
        match rest.as_bytes().get(1) {
            Some(b'u') => self.unit(),
            Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => {
                self.out.push_str(&rest[..2]);
                self.at += 2;
            }
            Some(b'x') if is_hex(rest.get(2..4)) => {
                self.out.push_str("\\u00");
                self.out.push_str(&rest[2..4]);
                self.at += 4;
            }
            // A string continues on the next line.
            Some(b'\n') => self.at += 2,
            // `\'` means the letter; a lone backslash means itself.
            Some(b'\'' | b'`') => self.at += 1,
            _ => {
                self.out.push_str("\\\\");
                self.at += 1;
            }
        }
    }

    /// A code unit of UTF-16, which may be one of a pair.
    fn unit(&mut self) {
        let unit = |text: &str| {
            let digits = text.strip_prefix("\\u")?.get(..4)?;
            u16::from_str_radix(digits, 16).ok()
        };
        let rest = &self.text[self.at..];
        let Some(first) = unit(rest) else {
            self.out.push_str("\\\\");
            self.at += 1;
            return;
        };
        let second = rest.get(6..).and_then(unit);
        let is_pair = (0xd800..0xdc00).contains(&first)
            && second.is_some_and(|unit| (0xdc00..0xe000).contains(&unit));
        if is_pair {
            self.out.push_str(&rest[..12]);
            self.at += 12;
        } else if (0xd800..0xe000).contains(&first) {
            self.out.push('\u{fffd}');
            self.at += 6;
        } else {
            self.out.push_str(&rest[..6]);
            self.at += 6;
        }
    }
}

fn is_hex(digits: Option<&str>) -> bool {
    digits.is_some_and(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

/// A text without the blanks and comments it begins with.
fn after_blanks(text: &str) -> &str {
    let mut text = text.trim_start();
    loop {
        match comment(text) {
            0 => return text,
            length => text = text[length..].trim_start(),
        }
    }
}

/// The length of the comment that a text begins with; 0 if there is none.
fn comment(text: &str) -> usize {
    if text.starts_with("//") || text.starts_with('#') {
        text.find('\n').unwrap_or(text.len())
    } else if let Some(rest) = text.strip_prefix("/*") {
        rest.find("*/").map_or(text.len(), |end| end + 4)
    } else {
        0
    }
}

#[cfg(test)]
mod tests {
    use super::repaired;

    #[test]
    fn javascript_and_python_become_json() {
        for (text, expected) in [
            (
                "{a:'x \"y\"',\n// z\n$b_1:`c`,}",
                r#"{"a":"x \"y\"","$b_1":"c"}"#,
            ),
            (
                "{/* \"q\" */\"u\":\"http://a//b\"}",
                r#"{"u":"http://a//b"}"#,
            ),
            (
                "{1:'a' + \"b\",2 : u'c\\x41'}",
                r#"{"1":"ab","2" : "c\u0041"}"#,
            ),
            ("{\"a\":1, # one\n}", "{\"a\":1 \n}"),
            (
                "{'a': None, 'b': [True,,False]}",
                r#"{"a": null, "b": [true,false]}"#,
            ),
            ("{tiêu_đề:'T',x:1.5}", r#"{"tiêu_đề":"T","x":1.5}"#),
        ] {
            let repaired = repaired(text.as_bytes());
            let compact = |text: &str| text.split_whitespace().collect::<String>();
            assert_eq!(compact(&repaired), compact(expected), "{text}");
            serde_json::from_str::<serde_json::Value>(&repaired).unwrap();
        }
    }

    #[test]
    fn what_is_nearly_json_becomes_json() {
        for (text, expected) in [
            (r#"{"a":NaN,"b":-Infinity}"#, r#"{"a":null,"b":null}"#),
            (r#"{"a":"x \ud83c y"}"#, "{\"a\":\"x \u{fffd} y\"}"),
            (r#"{"a":"\ud83c\udf3e"}"#, r#"{"a":"\ud83c\udf3e"}"#),
            (r#"{"a":[1,2,],}"#, r#"{"a":[1,2]}"#),
            (
                r#"{"d":ISODate("2026-03-25T07:30:00Z"),"n":NumberLong(5)}"#,
                r#"{"d":"2026-03-25T07:30:00Z","n":5}"#,
            ),
            ("{\"a\":\"x\ny\"}", r#"{"a":"x\ny"}"#),
            (r#"{"a":"it\'s \q"}"#, r#"{"a":"it's \\q"}"#),
            (
                r#"{"a":true,"b":1e5,"c":None}"#,
                r#"{"a":true,"b":1e5,"c":null}"#,
            ),
        ] {
            assert_eq!(repaired(text.as_bytes()), expected);
        }
        assert_eq!(repaired(b"{\"a\":\"x\xff\"}"), "{\"a\":\"x\u{fffd}\"}");
    }
}
