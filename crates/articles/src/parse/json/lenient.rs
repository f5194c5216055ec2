//! Repairs invalid JSON of the kinds that programs often write.

/// Makes JSON of what nearly is: bytes that are not UTF-8 and halves of
/// surrogate pairs become U+FFFD, `NaN`, `Infinity`, `undefined` and `None`
/// become `null`, `ISODate("…")` and the like their argument; control
/// characters in strings are escaped, and a comma before a closing bracket goes.
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
                b'"' => self.string(),
                b',' if self.closes_next() => self.at += 1,
                b')' if self.calls > 0 => {
                    self.calls -= 1;
                    self.at += 1;
                }
                b'-' if self.text[self.at..].starts_with("-Infinity") => {
                    self.at += "-Infinity".len();
                    self.out.push_str("null");
                }
                byte if byte.is_ascii_alphabetic() => self.word(),
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

    /// Whether a bracket closes after the comma at hand.
    fn closes_next(&self) -> bool {
        self.text[self.at + 1..]
            .trim_start()
            .starts_with(['}', ']'])
    }

    fn word(&mut self) {
        let rest = &self.text[self.at..];
        let is_word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '+' | '-' | '_');
        let end = rest.find(|c| !is_word(c)).unwrap_or(rest.len());
        let word = &rest[..end];
        self.at += end;
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

    /// Copies a string, from its quotation mark to the other.
    fn string(&mut self) {
        self.copy_one();
        while let Some(&byte) = self.text.as_bytes().get(self.at) {
            match byte {
                b'"' => return self.copy_one(),
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

    fn escape(&mut self) {
        let rest = &self.text[self.at..];
        match rest.as_bytes().get(1) {
            Some(b'u') => self.unit(),
            Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => {
                self.out.push_str(&rest[..2]);
                self.at += 2;
            }
            // `\'` and `\x` mean the letter; a lone backslash means itself.
            Some(b'\'') => self.at += 1,
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

#[cfg(test)]
mod tests {
    use super::repaired;

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
