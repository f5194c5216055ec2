//! RTF: the text of a word processor in ASCII, with fonts that say which
//! eight-bit set their bytes are in.

use std::collections::HashMap;

use encoding_rs::Encoding;
use timbao_tokenizer::charset::{self, Charset, LegacyFont};

use super::document::{Document, Role};
use crate::Article;
use crate::encoding::note_repaired;
use crate::problem::Fault;
use crate::provenance::Trace;

/// Parses an RTF document.
pub(crate) fn parse(bytes: &[u8], name: &str, trace: &mut Trace) -> Result<Article, Fault> {
    let mut reader = Reader {
        bytes,
        at: 0,
        state: State::default(),
        stack: Vec::new(),
        fonts: HashMap::new(),
        styles: HashMap::new(),
        page: encoding_rs::WINDOWS_1252,
        name: String::new(),
        raw: Vec::new(),
        pending: String::new(),
        texts: Default::default(),
        boxed: Vec::new(),
        document: Document::default(),
        repaired: None,
    };
    reader.read();
    if let Some(charset) = reader.repaired {
        note_repaired(charset, trace);
    }
    Ok(reader.document.article(name, trace))
}

/// The destination of text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Destination {
    #[default]
    Text,
    /// A text box, which follows the paragraph it hangs on.
    Box,
    Note,
    /// Information about the document, of which the title is wanted.
    Info,
    Title,
    FontTable,
    StyleSheet,
    Skipped,
}

/// State that a group inherits and its end restores.
#[derive(Clone, Copy, Debug, Default)]
struct State {
    destination: Destination,
    font: i32,
    style: i32,
    role: Role,
    deleted: bool,
    /// Number of replacement characters after a `\u`, minus one: the default is
    /// one.
    fallback: Option<u8>,
}

/// A font: what its bytes mean.
#[derive(Clone, Copy)]
struct Font {
    legacy: Option<LegacyFont>,
    /// The number of its character set.
    charset: i32,
}

struct Reader<'b> {
    bytes: &'b [u8],
    at: usize,
    state: State,
    stack: Vec<State>,
    fonts: HashMap<i32, Font>,
    styles: HashMap<i32, Role>,
    /// The code page of text whose font states none.
    page: &'static Encoding,
    /// The name of a font or style that is being read.
    name: String,
    /// Bytes, and after them letters, that wait for the end of their font.
    raw: Vec<u8>,
    pending: String,
    /// The paragraphs being read: of the text, a box, a note.
    texts: [String; 3],
    boxed: Vec<String>,
    document: Document,
    repaired: Option<Charset>,
}

impl Reader<'_> {
    fn read(&mut self) {
        while let Some(&byte) = self.bytes.get(self.at) {
            self.at += 1;
            match byte {
                b'{' => {
                    self.flush();
                    self.stack.push(self.state);
                }
                b'}' => self.close(),
                b'\\' => self.control(),
                b'\r' | b'\n' | 0 => {}
                byte => self.byte(byte),
            }
        }
        self.flush();
        self.end_paragraph(Destination::Note);
        self.end_paragraph(Destination::Box);
        self.state.destination = Destination::Text;
        self.end_paragraph(Destination::Text);
    }

    fn close(&mut self) {
        self.flush();
        let ended = self.state.destination;
        self.state = self.stack.pop().unwrap_or_default();
        if ended != self.state.destination {
            match ended {
                Destination::FontTable | Destination::StyleSheet => self.name.clear(),
                Destination::Note | Destination::Box => self.end_paragraph(ended),
                _ => {}
            }
        }
    }

    /// A backslash: a sign, a byte in hexadecimal, or a word with a number.
    fn control(&mut self) {
        let Some(&first) = self.bytes.get(self.at) else {
            return;
        };
        if !first.is_ascii_alphabetic() {
            self.at += 1;
            match first {
                b'\'' => {
                    let hex = self.bytes.get(self.at..self.at + 2);
                    let byte = hex
                        .and_then(|hex| std::str::from_utf8(hex).ok())
                        .and_then(|hex| u8::from_str_radix(hex, 16).ok());
                    if let Some(byte) = byte {
                        self.at += 2;
                        self.byte(byte);
                    }
                }
                b'*' => self.starred(),
                b'\\' | b'{' | b'}' => self.byte(first),
                b'~' => self.letter('\u{a0}'),
                b'_' => self.letter('-'),
                b'\r' | b'\n' => self.end_of_paragraph(),
                _ => {}
            }
            return;
        }
        let (word, number) = self.word();
        self.apply(&word, number);
    }

    /// Reads a control word with its number and the blank that ends it.
    fn word(&mut self) -> (String, Option<i32>) {
        let rest = &self.bytes[self.at..];
        let end = rest
            .iter()
            .take(32)
            .position(|byte| !byte.is_ascii_alphabetic())
            .unwrap_or(rest.len().min(32));
        let word = String::from_utf8_lossy(&rest[..end]).into_owned();
        let digits = rest[end..]
            .iter()
            .take(12)
            .enumerate()
            .take_while(|(at, byte)| byte.is_ascii_digit() || (*at == 0 && **byte == b'-'))
            .count();
        let number = std::str::from_utf8(&rest[end..end + digits]).ok();
        let number = number.and_then(|number| number.parse().ok());
        self.at += end + digits;
        if self.bytes.get(self.at) == Some(&b' ') {
            self.at += 1;
        }
        (word, number)
    }

    /// Enters an optional destination: those with text are read.
    fn starred(&mut self) {
        let is_word = self.bytes.get(self.at) == Some(&b'\\')
            && self
                .bytes
                .get(self.at + 1)
                .is_some_and(u8::is_ascii_alphabetic);
        if !is_word {
            return;
        }
        self.at += 1;
        let (word, number) = self.word();
        match word.as_str() {
            "shpinst" | "shptxt" | "footnote" => self.apply(&word, number),
            _ => self.state.destination = Destination::Skipped,
        }
    }

    fn apply(&mut self, word: &str, number: Option<i32>) {
        let skipped = self.state.destination == Destination::Skipped;
        if let (false, Some(letter)) = (skipped, letter_of(word)) {
            return self.letter(letter);
        }
        match word {
            "bin" => self.at += usize::try_from(number.unwrap_or(0)).unwrap_or(0),
            "u" => self.unicode(number.unwrap_or(0)),
            "uc" => {
                let count = number.unwrap_or(1).clamp(0, 9);
                self.state.fallback = u8::try_from(count).ok();
            }
            // The visible result of an object.
            "result" | "shptxt" => {
                self.flush();
                let is_box = word == "shptxt";
                self.state.destination = if is_box {
                    Destination::Box
                } else {
                    Destination::Text
                };
            }
            _ if skipped => {}
            "par" | "sect" | "page" | "column" | "cell" | "row" | "nestcell" | "nestrow" => {
                self.end_of_paragraph();
            }
            "fonttbl" => self.state.destination = Destination::FontTable,
            "stylesheet" => self.state.destination = Destination::StyleSheet,
            "title" if self.state.destination == Destination::Info => {
                self.state.destination = Destination::Title;
            }
            "info" => self.state.destination = Destination::Info,
            "footnote" => {
                self.flush();
                self.state.destination = Destination::Note;
            }
            "colortbl" | "pict" | "object" | "header" | "headerl" | "headerr" | "headerf"
            | "footer" | "footerl" | "footerr" | "footerf" | "ftnsep" | "ftnsepc" | "aftnsep"
            | "aftnsepc" | "ftncn" | "aftncn" | "xe" | "tc" | "sp" | "shprslt" | "nonshppict"
            | "author" | "operator" | "keywords" | "doccomm" | "subject" | "company" | "upr"
            | "fldinst" => {
                self.flush();
                self.state.destination = Destination::Skipped;
            }
            _ => self.format(word, number),
        }
    }

    /// Applies a word for fonts, styles and deleted text.
    fn format(&mut self, word: &str, number: Option<i32>) {
        match word {
            "f" => {
                self.flush();
                self.state.font = number.unwrap_or(0);
            }
            "fcharset" => {
                let font = self.fonts.entry(self.state.font);
                let font = font.or_insert(Font {
                    legacy: None,
                    charset: 0,
                });
                font.charset = number.unwrap_or(0);
            }
            "ansicpg" => {
                let label = format!("windows-{}", number.unwrap_or(1252));
                self.page = Encoding::for_label(label.as_bytes()).unwrap_or(self.page);
            }
            "s" => {
                self.state.style = number.unwrap_or(0);
                self.state.role = self
                    .styles
                    .get(&self.state.style)
                    .copied()
                    .unwrap_or_default();
            }
            "pard" => self.state.role = Role::Text,
            "plain" => {
                self.flush();
                self.state.deleted = false;
                self.state.font = 0;
            }
            "deleted" => {
                self.flush();
                self.state.deleted = number != Some(0);
            }
            _ => {}
        }
    }

    /// A letter by its number, and the bytes that stand for it elsewhere.
    fn unicode(&mut self, number: i32) {
        // Numbers are of sixteen bits with a sign.
        let code = u32::try_from(if number < 0 {
            number + 0x1_0000
        } else {
            number
        });
        let unit = code.unwrap_or(0xfffd);
        let letter = match unit {
            0xd800..=0xdbff => self.low_surrogate(unit),
            unit => char::from_u32(unit),
        };
        self.letter(letter.unwrap_or(char::REPLACEMENT_CHARACTER));
        for _ in 0..self.state.fallback.unwrap_or(1) {
            self.skip_fallback();
        }
    }

    /// The letter of a pair of surrogates, whose second follows.
    fn low_surrogate(&mut self, high: u32) -> Option<char> {
        for _ in 0..self.state.fallback.unwrap_or(1) {
            self.skip_fallback();
        }
        self.bytes.get(self.at..)?.strip_prefix(b"\\u")?;
        self.at += 1;
        let (_, number) = self.word();
        let low = u32::try_from(number? + 0x1_0000).ok()? & 0xffff;
        let code = 0x1_0000 + ((high - 0xd800) << 10) + low.checked_sub(0xdc00)?;
        char::from_u32(code)
    }

    fn skip_fallback(&mut self) {
        match self.bytes.get(self.at) {
            None | Some(b'{' | b'}') => {}
            Some(b'\\') if self.bytes.get(self.at + 1) == Some(&b'\'') => self.at += 4,
            Some(b'\\') => {}
            Some(_) => self.at += 1,
        }
    }

    fn byte(&mut self, byte: u8) {
        match self.state.destination {
            Destination::FontTable | Destination::StyleSheet => self.entry(byte),
            Destination::Skipped => {}
            _ if self.state.deleted => {}
            _ if self.font().is_some_and(|font| font.legacy.is_some()) => {
                self.pending.push(char::from(byte));
            }
            _ if byte.is_ascii() && self.raw.is_empty() => self.pending.push(char::from(byte)),
            _ => self.raw.push(byte),
        }
    }

    fn letter(&mut self, letter: char) {
        let is_table = matches!(
            self.state.destination,
            Destination::FontTable | Destination::StyleSheet | Destination::Skipped
        );
        if !is_table && !self.state.deleted {
            self.decode_raw();
            self.pending.push(letter);
        }
    }

    fn font(&self) -> Option<Font> {
        self.fonts.get(&self.state.font).copied()
    }

    /// A byte of the name of a font or style, which a semicolon ends.
    fn entry(&mut self, byte: u8) {
        if byte != b';' {
            if self.name.len() < 256 {
                self.name.push(char::from(byte));
            }
            return;
        }
        let name = std::mem::take(&mut self.name);
        if self.state.destination == Destination::FontTable {
            let font = self.fonts.entry(self.state.font);
            let font = font.or_insert(Font {
                legacy: None,
                charset: 0,
            });
            font.legacy = LegacyFont::named(&name);
        } else {
            self.styles.insert(self.state.style, Role::of_style(&name));
        }
    }

    fn decode_raw(&mut self) {
        if self.raw.is_empty() {
            return;
        }
        let page = match self.font().map_or(1, |font| font.charset) {
            163 => encoding_rs::WINDOWS_1258,
            238 => encoding_rs::WINDOWS_1250,
            204 => encoding_rs::WINDOWS_1251,
            161 => encoding_rs::WINDOWS_1253,
            162 => encoding_rs::WINDOWS_1254,
            186 => encoding_rs::WINDOWS_1257,
            128 => encoding_rs::SHIFT_JIS,
            129 => encoding_rs::EUC_KR,
            134 => encoding_rs::GBK,
            136 => encoding_rs::BIG5,
            222 => encoding_rs::WINDOWS_874,
            _ => self.page,
        };
        if page == encoding_rs::WINDOWS_1258 {
            let (text, _) = charset::decode(&self.raw, Charset::Windows1258);
            self.pending.push_str(&text);
        } else {
            let (text, _) = page.decode_without_bom_handling(&self.raw);
            self.pending.push_str(&text);
        }
        self.raw.clear();
    }

    /// Ends a run of letters of one font.
    fn flush(&mut self) {
        self.decode_raw();
        if self.pending.is_empty() {
            return;
        }
        let pending = std::mem::take(&mut self.pending);
        let read = match self.font().and_then(|font| font.legacy) {
            None => pending,
            Some(font) => {
                let read = font.read(&pending).into_owned();
                if read != pending {
                    self.repaired = Some(font.charset);
                }
                read
            }
        };
        match self.state.destination {
            Destination::Text => self.texts[0].push_str(&read),
            Destination::Box => self.texts[1].push_str(&read),
            Destination::Note => self.texts[2].push_str(&read),
            Destination::Title => {
                self.document.title.get_or_insert_default().push_str(&read);
            }
            _ => {}
        }
    }

    fn end_of_paragraph(&mut self) {
        self.flush();
        self.end_paragraph(self.state.destination);
    }

    fn end_paragraph(&mut self, destination: Destination) {
        match destination {
            Destination::Text => {
                let text = std::mem::take(&mut self.texts[0]);
                self.document.push(&text, self.state.role);
                for text in std::mem::take(&mut self.boxed) {
                    self.document.push(&text, Role::Text);
                }
            }
            Destination::Box => {
                let text = std::mem::take(&mut self.texts[1]);
                self.boxed.push(text);
            }
            Destination::Note => {
                let text = std::mem::take(&mut self.texts[2]);
                self.document.notes.push(text);
            }
            _ => {}
        }
    }
}

/// The letter that a word stands for.
fn letter_of(word: &str) -> Option<char> {
    Some(match word {
        "line" | "lbr" | "softline" => '\n',
        "tab" | "emspace" | "enspace" | "qmspace" => ' ',
        "emdash" => '—',
        "endash" => '–',
        "lquote" => '‘',
        "rquote" => '’',
        "ldblquote" => '“',
        "rdblquote" => '”',
        "bullet" => '•',
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(rtf: &str, title: &str, body: &str) {
        let article = parse(rtf.as_bytes(), "a.rtf", &mut Trace::off()).unwrap();
        assert_eq!(
            (article.title.as_deref().unwrap_or(""), &*article.body),
            (title, body)
        );
    }

    #[test]
    fn letters_are_numbers_bytes_or_of_a_font() {
        let text = r"\pard C\u417? h\u7897?i m\u7899?i\par {\f1 S\'abng}, {\f2 So\'e2ng}, {\f3 s\'f4\'ecng}\par\par cu\u7889?i.\par}";
        let rtf = format!(
            r"{{\rtf1\ansi\ansicpg1252{{\fonttbl{{\f0 Arial;}}{{\f1\fnil .VnTime;}}{{\f2 VNI-Times;}}{{\f3\fcharset163 Tahoma;}}}}{text}"
        );
        check(&rtf, "Cơ hội mới", "cuối.");
    }

    #[test]
    fn notes_and_boxes_are_read_and_pictures_are_not() {
        let rtf = r"{\rtf1{\info{\author X}{\title Tin}}{\stylesheet{\s1 Title;}}\pard\s1 Nh\u224?\par\pard S\u225?ng nay.\par Tr\u432?\u7899?c {\footnote M\u7897?t ch\u250 u th\u237?ch.}sau{\shp{\*\shpinst{\sp{\sn x}{\sv y}}{\shptxt H\u7897?p\par}}}.{\pict 00ff}{\deleted x}\par{\header trang}}";
        check(rtf, "Nhà", "Trước sau.\nHộp\nMột chú thích.");
    }
}
