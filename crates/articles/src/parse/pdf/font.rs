//! Fonts: from the codes of a text to letters and widths.

use std::collections::HashMap;

use hayro_syntax::object::{Array, Dict, Name, Number, Object, Stream, String as PdfString};
use timbao_tokenizer::charset::LegacyFont;

use super::budget::Budget;
use super::cmap::{CharacterMap, number};
use super::{filters, names, widths};

/// Bytes that a map or font program inflates to, at most.
const LARGEST_PART: usize = 4 << 20;

/// A font of a page.
#[derive(Debug, Default)]
pub(super) struct Font {
    to_unicode: CharacterMap,
    /// Codes to character ids; `None` if they are the same.
    ids: Option<CharacterMap>,
    is_composite: bool,
    /// Whether codes of a composite font are UTF-16.
    is_unicode: bool,
    /// Texts of the 256 codes of a simple font.
    letters: Vec<Option<Box<str>>>,
    widths: Widths,
    /// The set of a font from before Unicode.
    pub legacy: Option<LegacyFont>,
    pub is_bold: bool,
    pub is_italic: bool,
    /// The height of its letters, in the sizes it is set in.
    pub height: f32,
}

/// Widths in thousandths of an em.
#[derive(Debug, Default)]
struct Widths {
    by_code: HashMap<u32, f32>,
    /// First and last id, and the width of all between.
    ranges: Vec<(u32, u32, f32)>,
    default: f32,
    /// The name of a font without widths.
    standard: Option<String>,
    /// Units of the font's space in an em.
    scale: f32,
}

/// One code of a text.
pub(super) struct Code {
    pub text: Option<String>,
    /// In ems.
    pub width: f32,
    pub is_space: bool,
}

impl Font {
    /// Reads a font. The budget pays for the parts that it refers to.
    pub fn read(dict: &Dict<'_>, budget: &mut Budget) -> Self {
        let kind = dict.get::<Name<'_>>("Subtype");
        let kind = kind.as_ref().map_or("", |kind| kind.as_str());
        let name = base_name(dict);
        let mut font = Self {
            to_unicode: part(dict, "ToUnicode", budget),
            legacy: LegacyFont::named(&name),
            height: 1.0,
            ..Self::default()
        };
        let descriptor = if kind == "Type0" {
            font.read_composite(dict, budget)
        } else {
            font.read_simple(dict, kind, &name, budget)
        };
        budget.look_up(descriptor.data().len());
        let lower = name.to_ascii_lowercase();
        let flags = descriptor.get::<i32>("Flags").unwrap_or(0);
        font.is_bold = ["bold", "black", "heavy", "demi", "extrabd"]
            .iter()
            .any(|weight| lower.contains(weight))
            || flags & 1 << 18 != 0
            || descriptor
                .get::<Number>("FontWeight")
                .is_some_and(|weight| weight.as_f32() >= 600.0);
        font.is_italic = lower.contains("italic")
            || lower.contains("oblique")
            || descriptor
                .get::<Number>("ItalicAngle")
                .is_some_and(|angle| angle.as_f32() != 0.0);
        font
    }

    /// Ranges that it holds, as a measure of its memory.
    pub fn weight(&self) -> usize {
        self.to_unicode.len() + self.widths.by_code.len() + self.widths.ranges.len()
    }

    /// The codes of a text, in order.
    pub fn codes(&self, bytes: &[u8], mut each: impl FnMut(Code)) {
        let mut rest = bytes;
        while !rest.is_empty() {
            let length = if self.is_composite {
                self.length(rest).clamp(1, rest.len())
            } else {
                1
            };
            let (code, after) = rest.split_at(length);
            let value = number(code);
            let text = self.text(value);
            let letter = text.as_deref().and_then(|text| text.chars().next());
            each(Code {
                width: self.width(value, letter),
                is_space: length == 1 && value == 32,
                text,
            });
            rest = after;
        }
    }

    fn length(&self, bytes: &[u8]) -> usize {
        let stated = self.ids.as_ref().and_then(|ids| ids.length(bytes));
        stated.unwrap_or(2)
    }

    fn text(&self, code: u32) -> Option<String> {
        let mapped = self.to_unicode.text(code);
        let text = mapped.filter(|text| !text.starts_with(char::is_control) || text == "\t");
        if text.is_some() {
            return text;
        }
        if !self.is_composite {
            let letter = self.letters.get(code as usize)?.as_deref()?;
            return Some(letter.to_owned());
        }
        if self.is_unicode {
            return char::from_u32(code).map(String::from);
        }
        None
    }

    fn width(&self, code: u32, letter: Option<char>) -> f32 {
        let widths = &self.widths;
        let id = match &self.ids {
            Some(ids) => ids.id(code).unwrap_or(code),
            None => code,
        };
        if let Some(width) = widths.by_code.get(&id) {
            return width * widths.scale;
        }
        let at = widths.ranges.partition_point(|(first, ..)| *first <= id);
        if let Some((_, last, width)) = widths.ranges[..at].last()
            && id <= *last
        {
            return width * widths.scale;
        }
        match &widths.standard {
            Some(name) => widths::of_standard_font(name, letter.unwrap_or('n')) / 1000.0,
            None => widths.default * widths.scale,
        }
    }

    /// Reads a composite font; returns its descriptor.
    fn read_composite<'a>(&mut self, dict: &Dict<'a>, budget: &mut Budget) -> Dict<'a> {
        self.is_composite = true;
        let descendant = dict
            .get::<Array<'_>>("DescendantFonts")
            .and_then(|fonts| fonts.iter::<Dict<'_>>().next())
            .unwrap_or_default();
        match dict.get::<Object<'_>>("Encoding") {
            Some(Object::Name(encoding)) => {
                let encoding = encoding.as_str();
                self.is_unicode = encoding.contains("UCS2") || encoding.contains("UTF16");
            }
            Some(Object::Stream(stream)) => {
                let map = unpacked(&stream, budget);
                self.ids = map.map(|map| CharacterMap::read(&map));
            }
            _ => {}
        }
        self.widths.scale = 0.001;
        let default = descendant.get::<Number>("DW");
        self.widths.default = default.map_or(1000.0, |width| width.as_f32());
        if let Some(array) = descendant.get::<Array<'_>>("W")
            && budget.look_up(array.data().len())
        {
            self.widths.read_composite(&array);
        }
        descendant
            .get::<Dict<'_>>("FontDescriptor")
            .unwrap_or_default()
    }

    /// Reads a font of one-byte codes; returns its descriptor.
    fn read_simple<'a>(
        &mut self,
        dict: &Dict<'a>,
        kind: &str,
        name: &str,
        budget: &mut Budget,
    ) -> Dict<'a> {
        let descriptor = dict.get::<Dict<'_>>("FontDescriptor").unwrap_or_default();
        self.letters = letters(dict, &descriptor, kind, budget);
        self.widths.scale = 0.001;
        if kind == "Type3" {
            let matrix = dict.get::<Array<'_>>("FontMatrix");
            let first = matrix.and_then(|matrix| matrix.iter::<Number>().next());
            self.widths.scale = first.map_or(0.001, |scale| scale.as_f32().abs());
            self.height = height(dict).unwrap_or(1.0);
        }
        let missing = descriptor.get::<Number>("MissingWidth");
        self.widths.default = missing.map_or(500.0, |width| width.as_f32());
        let first = dict.get::<i32>("FirstChar").unwrap_or(0).max(0) as u32;
        match dict.get::<Array<'_>>("Widths") {
            Some(array) => {
                budget.look_up(array.data().len());
                let widths = array.iter::<Number>().take(256).map(|width| width.as_f32());
                self.widths.by_code = (first..).zip(widths).collect();
            }
            None => self.widths.standard = Some(name.to_owned()),
        }
        descriptor
    }
}

impl Widths {
    /// `c [w …]` for each id from `c`, and `c d w` for all ids from `c` to `d`.
    fn read_composite(&mut self, array: &Array<'_>) {
        const MOST: usize = 70_000;
        let mut pending: Vec<f32> = Vec::with_capacity(3);
        for object in array.iter::<Object<'_>>() {
            if self.by_code.len() + self.ranges.len() > MOST {
                break;
            }
            match object {
                Object::Array(widths) => {
                    let first = pending.pop().unwrap_or(0.0) as u32;
                    let widths = widths.iter::<Number>().take(MOST);
                    for (at, width) in widths.enumerate() {
                        self.by_code
                            .insert(first.saturating_add(at as u32), width.as_f32());
                    }
                    pending.clear();
                }
                Object::Number(value) => {
                    pending.push(value.as_f32());
                    if let [first, last, width] = pending[..] {
                        self.ranges.push((first as u32, last as u32, width));
                        pending.clear();
                    }
                }
                _ => pending.clear(),
            }
        }
        self.ranges.sort_by_key(|(first, ..)| *first);
    }
}

/// The height of the letters of a font whose units are its own. The box around the letters of any
/// other font is a little larger than the size it is set in.
fn height(dict: &Dict<'_>) -> Option<f32> {
    let numbers = |key: &str| {
        let array = dict.get::<Array<'_>>(key)?;
        Some(
            array
                .iter::<Number>()
                .map(|n| n.as_f32())
                .collect::<Vec<_>>(),
        )
    };
    let scale = numbers("FontMatrix")?.get(3)?.abs();
    let bounds = numbers("FontBBox")?;
    let tall = (bounds.get(3)? - bounds.get(1)?).abs() * scale;
    let is_own = tall > 0.0 && tall.is_finite() && !(0.5..2.0).contains(&tall);
    is_own.then_some(tall)
}

fn base_name(dict: &Dict<'_>) -> String {
    ["BaseFont", "Name"]
        .iter()
        .find_map(|key| dict.get::<Name<'_>>(key))
        .map(|name| name.as_str().to_owned())
        .unwrap_or_default()
}

fn part(dict: &Dict<'_>, key: &str, budget: &mut Budget) -> CharacterMap {
    dict.get::<Stream<'_>>(key)
        .and_then(|stream| unpacked(&stream, budget))
        .map(|data| CharacterMap::read(&data))
        .unwrap_or_default()
}

/// The data of a part of a font, within the budget.
fn unpacked(stream: &Stream<'_>, budget: &mut Budget) -> Option<Vec<u8>> {
    // A look-up may inflate a part that turns out to be too large.
    let raw = stream.raw_data().len();
    if !budget.look_up(raw) {
        return None;
    }
    let data = filters::decoded(stream, LARGEST_PART.min(budget.lookups));
    budget.look_up(data.as_ref().map_or(LARGEST_PART, Vec::len));
    data
}

/// The texts of the codes of a simple font: by its encoding, with differences.
fn letters(
    dict: &Dict<'_>,
    descriptor: &Dict<'_>,
    kind: &str,
    budget: &mut Budget,
) -> Vec<Option<Box<str>>> {
    let encoding = dict.get::<Object<'_>>("Encoding");
    let (base, differences) = match &encoding {
        Some(Object::Name(name)) => (Some(name.as_str().to_owned()), None),
        Some(Object::Dict(encoding)) => (
            encoding
                .get::<Name<'_>>("BaseEncoding")
                .map(|name| name.as_str().to_owned()),
            encoding.get::<Array<'_>>("Differences"),
        ),
        _ => (None, None),
    };
    let mut letters: Vec<Option<Box<str>>> = match base.as_deref() {
        Some("WinAnsiEncoding") => of_charset(encoding_rs::WINDOWS_1252),
        Some("MacRomanEncoding") => of_charset(encoding_rs::MACINTOSH),
        // Without an encoding, old programs wrote letters of Windows.
        None if kind == "TrueType" => of_charset(encoding_rs::WINDOWS_1252),
        _ => (0..=255)
            .map(|code| Some(names::standard(code)?.to_string().into()))
            .collect(),
    };
    if base.is_none()
        && let Some(program) = descriptor.get::<Stream<'_>>("FontFile")
    {
        built_in(&program, &mut letters, budget);
    }
    if let Some(differences) = differences {
        budget.look_up(differences.data().len());
        let mut code = 0_usize;
        for object in differences.iter::<Object<'_>>().take(1024) {
            match object {
                Object::Number(first) => code = first.as_f32().clamp(0.0, 256.0) as usize,
                Object::Name(name) => {
                    if let Some(letter) = letters.get_mut(code) {
                        *letter = names::text_of(name.as_str()).map(Into::into);
                    }
                    code += 1;
                }
                _ => {}
            }
        }
    }
    letters
}

fn of_charset(charset: &'static encoding_rs::Encoding) -> Vec<Option<Box<str>>> {
    (0..=255_u8)
        .map(|code| {
            let bytes = [code];
            let (letter, _) = charset.decode_without_bom_handling(&bytes);
            let shown = !letter.starts_with(char::is_control) || code == b'\t';
            shown.then(|| letter.into_owned().into())
        })
        .collect()
}

/// The encoding in the program of a Type 1 font: `dup 65 /A put`.
fn built_in(program: &Stream<'_>, letters: &mut [Option<Box<str>>], budget: &mut Budget) {
    let Some(data) = unpacked(program, budget) else {
        return;
    };
    let end = memchr::memmem::find(&data, b"eexec").unwrap_or(data.len());
    let clear = String::from_utf8_lossy(&data[..end]);
    let Some((_, vector)) = clear.split_once("/Encoding") else {
        return;
    };
    for entry in vector.split("dup ").skip(1) {
        let mut words = entry.split_whitespace();
        let code = words.next().and_then(|code| code.parse::<usize>().ok());
        let name = words.next().and_then(|name| name.strip_prefix('/'));
        if let (Some(code), Some(name)) = (code, name)
            && let Some(letter) = letters.get_mut(code)
        {
            *letter = names::text_of(name).map(Into::into);
        }
    }
}

/// A string of the document itself, such as its title: UTF-16 or UTF-8 with a
/// mark, else Latin letters.
pub(super) fn document_text(bytes: &[u8]) -> String {
    match bytes {
        [0xFE, 0xFF, rest @ ..] => encoding_rs::UTF_16BE.decode_without_bom_handling(rest).0,
        [0xFF, 0xFE, rest @ ..] => encoding_rs::UTF_16LE.decode_without_bom_handling(rest).0,
        [0xEF, 0xBB, 0xBF, rest @ ..] => String::from_utf8_lossy(rest),
        _ => match std::str::from_utf8(bytes) {
            Ok(text) => text.into(),
            Err(_) => {
                encoding_rs::WINDOWS_1252
                    .decode_without_bom_handling(bytes)
                    .0
            }
        },
    }
    .into_owned()
}

/// The text that replaces the letters of a marked part.
pub(super) fn actual_text(properties: &Dict<'_>) -> Option<String> {
    let text = properties.get::<PdfString<'_>>("ActualText")?;
    Some(document_text(text.as_bytes()))
}
