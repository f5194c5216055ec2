//! Character maps: codes of a font to Unicode or to character ids.

use smallvec::{SmallVec, smallvec};

/// What codes mean, as ranges in the order of their first codes.
#[derive(Debug, Default)]
pub(super) struct CharacterMap {
    /// Lengths of codes in bytes: the first and last code of each length.
    spaces: Vec<Space>,
    texts: Vec<Texts>,
    ids: Vec<Ids>,
}

#[derive(Debug)]
struct Space {
    bytes: usize,
    first: u32,
    last: u32,
}

/// Codes whose texts differ in the last UTF-16 unit.
#[derive(Debug)]
struct Texts {
    first: u32,
    last: u32,
    text: SmallVec<[u16; 4]>,
}

#[derive(Debug)]
struct Ids {
    first: u32,
    last: u32,
    id: u32,
}

/// Ranges that are kept of one map.
const MOST: usize = 70_000;

enum Token<'a> {
    Hex(Vec<u8>),
    Number(u32),
    Open,
    Close,
    Word(&'a [u8]),
}

impl CharacterMap {
    /// Reads a map. What is damaged in it is skipped.
    pub fn read(data: &[u8]) -> Self {
        let mut map = Self::default();
        let mut operands: Vec<Token<'_>> = Vec::new();
        for token in Tokens(data) {
            match token {
                Token::Word(b"endbfchar") => map.add_chars(&operands),
                Token::Word(b"endbfrange") => map.add_ranges(&operands),
                Token::Word(b"endcidrange") => map.add_ids(&operands, true),
                Token::Word(b"endcidchar") => map.add_ids(&operands, false),
                Token::Word(b"endcodespacerange") => map.add_spaces(&operands),
                Token::Word(_) => {}
                token => {
                    if operands.len() < MOST {
                        operands.push(token);
                    }
                    continue;
                }
            }
            operands.clear();
        }
        map.texts.sort_by_key(|range| range.first);
        map.ids.sort_by_key(|range| range.first);
        map
    }

    /// The text of a code.
    pub fn text(&self, code: u32) -> Option<String> {
        let range = &self.texts[..self.texts.partition_point(|range| range.first <= code)];
        let range = range.last().filter(|range| code <= range.last)?;
        let mut text = range.text.clone();
        if let Some(last) = text.last_mut() {
            *last = last.wrapping_add((code - range.first) as u16);
        }
        let text = String::from_utf16(&text).ok()?;
        (!text.is_empty() && !text.contains(['\0', '\u{fffd}'])).then_some(text)
    }

    /// The character id of a code.
    pub fn id(&self, code: u32) -> Option<u32> {
        let range = &self.ids[..self.ids.partition_point(|range| range.first <= code)];
        let range = range.last().filter(|range| code <= range.last)?;
        Some(range.id.saturating_add(code - range.first))
    }

    /// Ranges in the map.
    pub fn len(&self) -> usize {
        self.texts.len() + self.ids.len()
    }

    /// Bytes of the code that `bytes` begin with, if the map states any.
    pub fn length(&self, bytes: &[u8]) -> Option<usize> {
        let fits = |space: &&Space| {
            bytes
                .get(..space.bytes)
                .is_some_and(|code| (space.first..=space.last).contains(&number(code)))
        };
        let space = self.spaces.iter().find(fits).or(self.spaces.first())?;
        Some(space.bytes)
    }

    fn add_spaces(&mut self, operands: &[Token<'_>]) {
        for pair in operands.chunks(2) {
            if let [Token::Hex(first), Token::Hex(last)] = pair
                && (1..=4).contains(&first.len())
                && self.spaces.len() < 100
            {
                self.spaces.push(Space {
                    bytes: first.len(),
                    first: number(first),
                    last: number(last),
                });
            }
        }
    }

    fn add_chars(&mut self, operands: &[Token<'_>]) {
        for pair in operands.chunks(2) {
            if let [Token::Hex(code), Token::Hex(text)] = pair {
                self.add_text(number(code), number(code), text);
            }
        }
    }

    fn add_ranges(&mut self, operands: &[Token<'_>]) {
        let mut rest = operands;
        while let [Token::Hex(first), Token::Hex(last), after @ ..] = rest {
            let (first, last) = (number(first), number(last));
            rest = match after {
                [Token::Hex(text), after @ ..] => {
                    if first <= last {
                        self.add_text(first, last, text);
                    }
                    after
                }
                [Token::Open, after @ ..] => {
                    let end = after.iter().position(|token| matches!(token, Token::Close));
                    let (texts, after) = after.split_at(end.unwrap_or(after.len()));
                    for (code, text) in (first..=last).zip(texts) {
                        if let Token::Hex(text) = text {
                            self.add_text(code, code, text);
                        }
                    }
                    after.get(1..).unwrap_or_default()
                }
                _ => return,
            };
        }
    }

    fn add_text(&mut self, first: u32, last: u32, text: &[u8]) {
        // One byte is a letter of Latin-1 in some files.
        let text: SmallVec<[u16; 4]> = match text {
            [byte] => smallvec![u16::from(*byte)],
            _ => text
                .chunks_exact(2)
                .take(8)
                .map(|unit| u16::from_be_bytes([unit[0], unit[1]]))
                .collect(),
        };
        if self.texts.len() < MOST {
            self.texts.push(Texts { first, last, text });
        }
    }

    fn add_ids(&mut self, operands: &[Token<'_>], ranges: bool) {
        for part in operands.chunks(if ranges { 3 } else { 2 }) {
            let (first, last, id) = match part {
                [Token::Hex(first), Token::Hex(last), Token::Number(id)] => (first, last, *id),
                [Token::Hex(code), Token::Number(id)] => (code, code, *id),
                _ => continue,
            };
            if self.ids.len() < MOST {
                self.ids.push(Ids {
                    first: number(first),
                    last: number(last),
                    id,
                });
            }
        }
    }
}

/// The number that at most four bytes spell.
pub(super) fn number(bytes: &[u8]) -> u32 {
    let four = bytes.iter().take(4);
    four.fold(0, |number, byte| number << 8 | u32::from(*byte))
}

struct Tokens<'a>(&'a [u8]);

impl<'a> Iterator for Tokens<'a> {
    type Item = Token<'a>;

    fn next(&mut self) -> Option<Token<'a>> {
        loop {
            let start = self
                .0
                .iter()
                .position(|b| !b.is_ascii_whitespace() && *b != 0)?;
            let data = &self.0[start..];
            let (token, length) = match data[0] {
                b'<' if data.get(1) != Some(&b'<') => {
                    let end = data.iter().position(|b| *b == b'>').unwrap_or(data.len());
                    (Some(Token::Hex(bytes_of(&data[1..end]))), end + 1)
                }
                b'[' => (Some(Token::Open), 1),
                b']' => (Some(Token::Close), 1),
                b'%' => (
                    None,
                    data.iter()
                        .position(|b| matches!(b, b'\n' | b'\r'))
                        .unwrap_or(data.len()),
                ),
                _ => {
                    let ends =
                        |b: &u8| b.is_ascii_whitespace() || matches!(b, b'<' | b'[' | b']' | b'%');
                    let end = data
                        .iter()
                        .skip(1)
                        .position(ends)
                        .map_or(data.len(), |end| end + 1);
                    let word = &data[..end];
                    let number = std::str::from_utf8(word)
                        .ok()
                        .and_then(|word| word.parse().ok());
                    (Some(number.map_or(Token::Word(word), Token::Number)), end)
                }
            };
            self.0 = data.get(length..).unwrap_or_default();
            if token.is_some() {
                return token;
            }
        }
    }
}

fn bytes_of(hex: &[u8]) -> Vec<u8> {
    let digits = hex.iter().filter_map(|byte| char::from(*byte).to_digit(16));
    let digits: Vec<u8> = digits.take(64).map(|digit| digit as u8).collect();
    digits
        .chunks(2)
        .map(|pair| pair[0] << 4 | pair.get(1).copied().unwrap_or(0))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_looked_up_in_characters_ranges_and_arrays() {
        let map = CharacterMap::read(
            b"1 begincodespacerange <0000> <FFFF> endcodespacerange\n\
              2 beginbfchar <0003> <0020> <0004><00660069> endbfchar\n\
              2 beginbfrange <0010> <0012> <1EA0> <0020> <0022> [<0110> <00550303> <1EF9>] endbfrange\n\
              1 begincidrange <0000> <00FF> 5 endcidrange",
        );
        let text = |code| map.text(code).unwrap_or_default();
        assert_eq!([text(3), text(4)], [" ", "fi"]);
        assert_eq!([text(0x10), text(0x12), text(0x13)], ["Ạ", "Ả", ""]);
        assert_eq!([text(0x20), text(0x21), text(0x22)], ["Đ", "U\u{303}", "ỹ"]);
        assert_eq!(map.id(7), Some(12));
        assert_eq!(map.length(&[0, 3, 0]), Some(2));
    }
}
