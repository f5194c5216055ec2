//! The residue: what the tokens of an article lack of its text.
//!
//! The tokens determine the syllables of an article. The residue adds one byte
//! for each token, which encodes the separator before it (nearly always one of
//! [`SEPARATORS`]) and its case (as the usual surface of the key, capitalised,
//! or in capitals), or says that both are written out. Tokens and residue
//! restore the text exactly. They take a third less space than tokens plus
//! compressed text, and yield the offset of every token as well.

use std::sync::LazyLock;

use timbao_query::plan::Capitals;
use timbao_views::Separator;

use super::bytes::{push_varint, read_varint};

/// Common separators before a token; the index is the code. The last code says
/// that the separator is written out.
const SEPARATORS: [&str; 62] = [
    " ", ", ", ". ", "", "\n", ".\n", " “", "” ", "”, ", "/", "-", ".", ",", ": ", "; ", " (",
    ") ", "), ", " \"", "\" ", "\", ", " - ", " – ", "\n-", "\n- ", ".\n-", ".\n- ", " '", "' ",
    "”. ", "”.\n", "\".\n", "\". ", "... ", "…", "… ", "...\n", "? ", "?\n", "! ", "!\n", "% ",
    "%, ", "%. ", "%", ":\n", ": “", ": \"", ";\n", " / ", "\n“", "\n\"", ".\"\n", ".”\n", ") - ",
    "(", ")", "\u{a0}", " ... ", ". \n", " . ", ".",
];
/// The code of a separator that is written out.
const OTHER: u8 = 63;

/// Bit set of the codes whose separators can end a sentence, with that of [`OTHER`].
const ENDING: u64 = {
    let mut codes = 1 << OTHER;
    let mut code = 0;
    while code < SEPARATORS.len() {
        let bytes = SEPARATORS[code].as_bytes();
        let mut at = 0;
        while at < bytes.len() {
            // An ellipsis has three bytes, of which the first two begin other marks as well.
            if matches!(bytes[at], b'\n' | b'.' | b'!' | b'?' | 0xA6) {
                codes |= 1 << code;
            }
            at += 1;
        }
        code += 1;
    }
    codes
};

/// By code: whether nothing is written out and no sentence can end before the token.
const PLAIN: [bool; 256] = {
    let mut plain = [false; 256];
    let mut code = 0;
    while code < plain.len() {
        let separator = code >> 2;
        let has_literals = separator >= SEPARATORS.len() || code & 3 == CaseForm::Other as usize;
        plain[code] = !has_literals && ENDING >> separator & 1 == 0;
        code += 1;
    }
    plain
};

/// The case of a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u8)]
pub(crate) enum CaseForm {
    /// As in the surface of its key.
    Plain = 0,
    /// With its first letter in upper case.
    Capital = 1,
    /// In upper case.
    Upper = 2,
    /// Written out.
    Other = 3,
}

impl CaseForm {
    /// The case that turns `surface` into `word`.
    pub(crate) fn of(word: &str, surface: &str) -> Self {
        let mut buffer = String::with_capacity(word.len());
        [Self::Plain, Self::Capital, Self::Upper]
            .into_iter()
            .find(|form| {
                buffer.clear();
                form.write(surface, &mut buffer);
                buffer == word
            })
            .unwrap_or(Self::Other)
    }

    fn write(self, surface: &str, out: &mut String) {
        match self {
            Self::Plain => out.push_str(surface),
            Self::Capital => {
                let (first, rest) = Self::capitalized(surface);
                out.extend(first);
                out.push_str(rest);
            }
            Self::Upper => out.extend(surface.chars().flat_map(char::to_uppercase)),
            Self::Other => {}
        }
    }

    fn capitals(self, surface: &str) -> Capitals {
        match self {
            Self::Plain => Capitals::of(surface),
            Self::Capital => {
                let (first, rest) = Self::capitalized(surface);
                Capitals::of_letters(first.chain(rest.chars()))
            }
            Self::Upper => Capitals::of_letters(surface.chars().flat_map(char::to_uppercase)),
            Self::Other => Capitals::of(""),
        }
    }

    /// The first letter as a capital, and the rest.
    fn capitalized(surface: &str) -> (impl Iterator<Item = char>, &str) {
        let mut letters = surface.chars();
        let first = letters.next().into_iter().flat_map(char::to_uppercase);
        (first, letters.as_str())
    }

    fn from_code(code: u8) -> Self {
        match code & 3 {
            0 => Self::Plain,
            1 => Self::Capital,
            2 => Self::Upper,
            _ => Self::Other,
        }
    }
}

/// Writes the residue of one article.
#[derive(Default)]
pub(crate) struct ResidueWriter {
    codes: Vec<u8>,
    literals: Vec<u8>,
}

impl ResidueWriter {
    /// Adds a token: the separator before it, its case and its text.
    #[inline]
    pub(crate) fn push(&mut self, separator: &str, form: CaseForm, word: &str) {
        let code = if separator == " " {
            0
        } else {
            self.separator(separator)
        };
        self.codes.push(code << 2 | form as u8);
        if form == CaseForm::Other {
            self.literal(word);
        }
    }

    /// Ends a part of the text; `rest` follows its last token.
    pub(crate) fn end_field(&mut self, rest: &str) {
        let code = self.separator(rest);
        self.codes.push(code << 2);
    }

    /// Appends the article and starts another.
    pub(crate) fn take(&mut self, out: &mut Vec<u8>) {
        push_varint(out, self.codes.len() as u64);
        push_varint(out, self.literals.len() as u64);
        out.append(&mut self.codes);
        out.append(&mut self.literals);
    }

    fn separator(&mut self, separator: &str) -> u8 {
        if separator.len() <= 6
            && let Some(code) = SEPARATORS.iter().position(|&s| s == separator)
        {
            return code as u8;
        }
        self.literal(separator);
        OTHER
    }

    fn literal(&mut self, text: &str) {
        push_varint(&mut self.literals, text.len() as u64);
        self.literals.extend_from_slice(text.as_bytes());
    }
}

/// A token as its residue describes it.
#[derive(Clone, Copy)]
pub(crate) struct Written<'a> {
    code: u8,
    /// The separator, if it is written out.
    separator: &'a str,
    /// The word, if its case is written out.
    literal: &'a str,
}

impl<'a> Written<'a> {
    /// The text between the token before and this one.
    pub(crate) fn separator(&self) -> &'a str {
        let separator = SEPARATORS.get(usize::from(self.code >> 2));
        separator.copied().unwrap_or(self.separator)
    }

    /// The kind of this text.
    #[inline]
    pub(crate) fn separator_kind(&self) -> Separator {
        static KINDS: LazyLock<[Separator; SEPARATORS.len()]> =
            LazyLock::new(|| SEPARATORS.map(Separator::of));
        let kind = KINDS.get(usize::from(self.code >> 2));
        kind.copied()
            .unwrap_or_else(|| Separator::of(self.separator))
    }

    /// Returns `false` if the separator has no mark that ends a sentence.
    #[inline]
    pub(crate) fn may_end_sentence(&self) -> bool {
        ENDING >> (self.code >> 2) & 1 == 1
    }

    /// The case of the word.
    #[inline]
    pub(crate) fn case(&self) -> CaseForm {
        CaseForm::from_code(self.code)
    }

    /// The word without its separator.
    #[inline]
    pub(crate) fn word(&self) -> Word<'a> {
        Word {
            case: self.case(),
            literal: self.literal,
        }
    }

    /// The capitals of the word; `surface` is that of its key.
    pub(crate) fn capitals(&self, surface: &str) -> Capitals {
        match self.case() {
            CaseForm::Other => Capitals::of(self.literal),
            form => form.capitals(surface),
        }
    }
}

/// The word of a token.
#[derive(Clone, Copy)]
pub(crate) struct Word<'a> {
    case: CaseForm,
    /// The word, if its case is written out.
    literal: &'a str,
}

impl Word<'_> {
    /// Appends the word; `surface` is that of its key.
    pub(crate) fn write(&self, surface: &str, out: &mut String) {
        match self.case {
            CaseForm::Other => out.push_str(self.literal),
            form => form.write(surface, out),
        }
    }
}

/// Reads the residue of one article.
pub(crate) struct ResidueReader<'a> {
    codes: std::slice::Iter<'a, u8>,
    literals: &'a [u8],
    at: usize,
}

impl<'a> ResidueReader<'a> {
    /// Opens the article with number `index` of a block.
    pub(crate) fn open(block: &'a [u8], index: usize) -> Option<Self> {
        let mut at = 0;
        for _ in 0..index {
            let codes = read_varint(block, &mut at) as usize;
            let literals = read_varint(block, &mut at) as usize;
            at = at.checked_add(codes)?.checked_add(literals)?;
        }
        let codes = read_varint(block, &mut at) as usize;
        let literals = read_varint(block, &mut at) as usize;
        let middle = at.checked_add(codes)?;
        Some(Self {
            codes: block.get(at..middle)?.iter(),
            literals: block.get(middle..middle.checked_add(literals)?)?,
            at: 0,
        })
    }

    /// Where the article ends that begins at `start` of a block.
    pub(crate) fn end(block: &[u8], start: usize) -> Option<usize> {
        let mut at = start;
        let codes = read_varint(block, &mut at) as usize;
        let literals = read_varint(block, &mut at) as usize;
        let end = at.checked_add(codes)?.checked_add(literals)?;
        (end > start && end <= block.len()).then_some(end)
    }

    /// Appends the next separator and token; returns the token's byte range in
    /// `out`.
    pub(crate) fn token(&mut self, surface: &str, out: &mut String) -> (usize, usize) {
        let written = self.written();
        out.push_str(written.separator());
        let start = out.len();
        written.word().write(surface, out);
        (start, out.len())
    }

    /// The next token.
    #[inline]
    pub(crate) fn written(&mut self) -> Written<'a> {
        let code = self.codes.next().copied().unwrap_or(0);
        if usize::from(code >> 2) < SEPARATORS.len() && code & 3 != CaseForm::Other as u8 {
            return Written {
                code,
                separator: "",
                literal: "",
            };
        }
        self.written_out(code)
    }

    /// The next word, if it is within a sentence and nothing is written out; any other token remains
    /// the next one.
    #[inline]
    pub(crate) fn plain(&mut self) -> Option<Word<'a>> {
        let (&code, rest) = self.codes.as_slice().split_first()?;
        if !PLAIN.get(usize::from(code)).copied().unwrap_or(false) {
            return None;
        }
        self.codes = rest.iter();
        Some(Word {
            case: CaseForm::from_code(code),
            literal: "",
        })
    }

    /// Skips a token or the end of a part.
    #[inline]
    pub(crate) fn skip(&mut self) {
        let code = self.codes.next().copied().unwrap_or(0);
        let has_separator = usize::from(code >> 2) >= SEPARATORS.len();
        let has_literal = code & 3 == CaseForm::Other as u8;
        if has_separator || has_literal {
            self.skip_literals(usize::from(has_separator) + usize::from(has_literal));
        }
    }

    #[cold]
    fn skip_literals(&mut self, count: usize) {
        for _ in 0..count {
            let len = read_varint(self.literals, &mut self.at) as usize;
            self.at = self.at.saturating_add(len);
        }
    }

    /// A token with a separator or a case that is written out.
    #[cold]
    fn written_out(&mut self, code: u8) -> Written<'a> {
        let separator = self.separator(code >> 2);
        let literal = match CaseForm::from_code(code) {
            CaseForm::Other => self.literal(),
            _ => "",
        };
        Written {
            code,
            separator,
            literal,
        }
    }

    /// The text after the last token of a part.
    pub(crate) fn end_field(&mut self) -> &'a str {
        let code = self.codes.next().copied().unwrap_or(3 << 2);
        self.separator(code >> 2)
    }

    fn separator(&mut self, code: u8) -> &'a str {
        match SEPARATORS.get(code as usize) {
            Some(separator) => separator,
            None => self.literal(),
        }
    }

    fn literal(&mut self) -> &'a str {
        let len = read_varint(self.literals, &mut self.at) as usize;
        let bytes = self
            .literals
            .get(self.at..self.at.saturating_add(len))
            .unwrap_or_default();
        self.at = self.at.saturating_add(len);
        std::str::from_utf8(bytes).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shapes_are_found_and_written() {
        for (word, surface, form) in [
            ("đảng", "đảng", CaseForm::Plain),
            ("Đảng", "đảng", CaseForm::Capital),
            ("ĐẢNG", "đảng", CaseForm::Upper),
            ("Ðảng", "đảng", CaseForm::Other),
            ("ĐảNG", "đảng", CaseForm::Other),
            ("Ủy", "ủy", CaseForm::Capital),
        ] {
            assert_eq!(CaseForm::of(word, surface), form, "{word}");
        }
    }

    #[test]
    fn separators_are_short_and_fit_the_code() {
        assert!(SEPARATORS.len() <= OTHER as usize);
        for (code, separator) in SEPARATORS.iter().enumerate() {
            let can_end = separator.contains(['\n', '.', '!', '?', '…']);
            assert!(!can_end || ENDING >> code & 1 == 1, "{separator:?}");
        }
        assert_eq!(ENDING & 1, 0, "a space ends no sentence");
        assert!(SEPARATORS.iter().all(|s| s.len() <= 6));
    }
}
