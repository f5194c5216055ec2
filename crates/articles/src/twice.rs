//! UTF-8 that a program took for windows-1252 or Latin-1 and encoded again: `Huyá»‡n` for *Huyện*.

use std::borrow::Cow;

use crate::parse::entity::WINDOWS_1252;

/// The text before it was encoded again, once or more; `None` if it was not.
pub(crate) fn undone(text: &str) -> Option<String> {
    const MOST: usize = 3;
    if !may_be_twice(text.as_bytes()) {
        return None;
    }
    let mut best = None;
    let mut text = Cow::Borrowed(text);
    for _ in 0..MOST {
        let Some((plain, is_vietnamese)) = undone_once(&text) else {
            break;
        };
        if is_vietnamese {
            best = Some(plain.clone());
        }
        text = Cow::Owned(plain);
    }
    best
}

/// A quick look: a letter such as `Ã` or `á`, and after it one of those that the next byte of a letter
/// becomes.
fn may_be_twice(text: &[u8]) -> bool {
    memchr::memchr_iter(0xc3, text)
        .any(|at| matches!(text.get(at + 2), Some(0xc2 | 0xc5 | 0xc6 | 0xcb | 0xe2)))
}

/// Letters that are read back, at least, and at least so many of ten.
const LEAST: usize = 3;
const OF_TEN: usize = 8;

/// The text one time less encoded, and whether it has letters of Vietnamese then.
fn undone_once(text: &str) -> Option<(String, bool)> {
    let mut reading = Reading {
        out: String::with_capacity(text.len()),
        ..Reading::default()
    };
    let mut letters = text.chars();
    while let Some(letter) = letters.next() {
        match byte_of(letter) {
            Some(byte) => {
                reading.bytes.push(byte);
                reading.letters.push(letter);
            }
            None => {
                let is_in_word = reading.restore(letter, letters.as_str());
                reading.end_run();
                if is_in_word {
                    continue;
                }
                reading.out.push(letter);
                // A letter of Vietnamese that no eight-bit set has is right as it is.
                reading.others += usize::from(is_vietnamese(letter));
            }
        }
    }
    reading.end_run();
    reading.finish()
}

#[derive(Default)]
struct Reading {
    out: String,
    /// Letters in a row that have a byte beyond ASCII each, and these bytes.
    letters: Vec<char>,
    bytes: Vec<u8>,
    /// Letters that were read back, those of Vietnamese among them, and letters that stay.
    read: usize,
    vietnamese: usize,
    others: usize,
}

impl Reading {
    /// Puts back the last byte of a letter, where the blank or control character that it had become
    /// was changed or dropped. `next` follows, and then `rest`. Returns `true` if `next` was that
    /// blank and no more: *bài*, and not *nhà sàn*.
    fn restore(&mut self, next: char, rest: &str) -> bool {
        // The only ends of syllables with the tone of *à*.
        const ENDS: &[&str] = &["i", "o", "u", "y", "n", "m", "ng", "nh"];
        let byte = match self.bytes[..] {
            // The second: twice encoded.
            [.., 0xc3] | [.., 0xc3, 0x83, 0xc2] if next == ' ' => 0xa0,
            [.., 0xe2, 0x80] => 0x9d,
            _ => return false,
        };
        self.bytes.push(byte);
        self.letters.push(next);
        let end = rest
            .find(|c: char| !c.is_alphabetic())
            .unwrap_or(rest.len());
        let word = rest.get(..end).unwrap_or_default();
        byte == 0xa0 && (rest.starts_with(' ') || ENDS.contains(&word))
    }

    fn end_run(&mut self) {
        let mut at = 0;
        for chunk in self.bytes.utf8_chunks() {
            let letters = chunk.valid().chars();
            self.read += letters.clone().count();
            self.vietnamese += letters.filter(|letter| is_vietnamese(*letter)).count();
            self.out.push_str(chunk.valid());
            at += chunk.valid().len();
            let end = at + chunk.invalid().len();
            self.others += end - at;
            self.out
                .extend(self.letters.get(at..end).into_iter().flatten());
            at = end;
        }
        self.bytes.clear();
        self.letters.clear();
    }

    fn finish(self) -> Option<(String, bool)> {
        let all = self.read + self.others;
        let is_twice = self.read >= LEAST && self.read * 10 >= all * OF_TEN;
        is_twice.then_some((self.out, self.vietnamese > 0))
    }
}

fn is_vietnamese(letter: char) -> bool {
    matches!(
        letter,
        '\u{1ea0}'..='\u{1ef9}' | 'đ' | 'Đ' | 'ơ' | 'Ơ' | 'ư' | 'Ư' | 'ă' | 'Ă'
    )
}

/// The byte of a letter beyond ASCII, in windows-1252 or Latin-1.
fn byte_of(letter: char) -> Option<u8> {
    match u32::from(letter) {
        code @ 0x80..=0xff => u8::try_from(code).ok(),
        0..=0x7f => None,
        _ => {
            let at = WINDOWS_1252.iter().position(|known| *known == letter)?;
            u8::try_from(at + 0x80).ok()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::undone;

    /// The text as a program shows it that takes its bytes for windows-1252.
    fn garbled(text: &str) -> String {
        let special = |byte: u8| super::WINDOWS_1252.get(usize::from(byte).wrapping_sub(0x80));
        let letter = |byte: u8| match special(byte) {
            Some(letter) if *letter != '\0' => *letter,
            _ => char::from(byte),
        };
        text.bytes().map(letter).collect()
    }

    #[test]
    fn what_was_encoded_twice_is_read() {
        let text = "Huyện ủy Sông Lam: “Nước đã về tới từng nhà”.";
        assert_eq!(undone(&garbled(text)).as_deref(), Some(text));
        assert_eq!(undone(&garbled(&garbled(text))).as_deref(), Some(text));
        let latin: String = text.bytes().map(char::from).collect();
        assert_eq!(undone(&latin).as_deref(), Some(text));
        // A blank that browsers do not break at has become an ordinary one.
        let blanks = garbled("“Bài học là gì”, bà nói ở huyện.").replace(['\u{a0}', '\u{9d}'], " ");
        let blanks = undone(&blanks.replace("â€ ,", "â€,"));
        assert_eq!(blanks.as_deref(), Some("“Bài học là gì”, bà nói ở huyện."));
        for text in [
            "Trà Bồng đón khách về",
            "Nhà nước hỗ trợ",
            "Già làng kể chuyện",
        ] {
            let twice = garbled(&garbled(text))
                .replace("\u{a0} ", " ")
                .replace('\u{a0}', " ");
            assert_eq!(undone(&twice).as_deref(), Some(text), "{twice}");
        }
        // Letters that were lost stay as they are.
        let damaged = garbled(&format!("{text} {text}")).replacen("»‡", "»", 1);
        assert!(undone(&damaged).is_some_and(|read| read.ends_with(text)));
    }

    #[test]
    fn other_text_stays() {
        for text in [
            "",
            "Huyện ủy Sông Lam: “Nước đã về tới từng nhà”.",
            "À la carte, déjà vu, façade, naïve",
            "GIÁ ÁO ÃO ÔNG Ở ĐÂY",
            "Ã» Ã» Ã» đường phố huyện xã",
        ] {
            assert_eq!(undone(text), None, "{text}");
        }
    }
}
