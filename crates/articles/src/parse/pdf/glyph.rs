//! Glyphs of a page and where they are.

use timbao_tokenizer::charset::LegacyFont;

use super::font::Font;

/// An affine map: `[a b c d e f]` as in the content of a page.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Matrix(pub [f32; 6]);

impl Matrix {
    pub const IDENTITY: Self = Self([1.0, 0.0, 0.0, 1.0, 0.0, 0.0]);

    pub fn shift(x: f32, y: f32) -> Self {
        Self([1.0, 0.0, 0.0, 1.0, x, y])
    }

    /// This map, then another.
    pub fn then(&self, next: &Self) -> Self {
        let [a, b, c, d, e, f] = self.0;
        let [na, nb, nc, nd, ne, nf] = next.0;
        Self([
            a * na + b * nc,
            a * nb + b * nd,
            c * na + d * nc,
            c * nb + d * nd,
            e * na + f * nc + ne,
            e * nb + f * nd + nf,
        ])
    }

    fn apply(&self, x: f32, y: f32) -> (f32, f32) {
        let [a, b, c, d, e, f] = self.0;
        (a * x + c * y + e, b * x + d * y + f)
    }
}

/// A glyph on a page.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Glyph {
    /// Where it begins and ends on its baseline.
    pub x0: f32,
    pub x1: f32,
    pub y: f32,
    /// Height of the font.
    pub size: f32,
    /// Quarter turns of its text, 4 for any other direction.
    pub turn: u8,
    /// A character, or 0x11_0000 more than the number of a string.
    text: u32,
    pub font: u16,
    pub is_bold: bool,
    pub is_italic: bool,
    pub is_artifact: bool,
}

const STRING: u32 = 0x11_0000;

impl Glyph {
    /// A glyph that begins at the origin of `matrix`.
    pub fn place(matrix: &Matrix, rise: f32, width: f32, size: f32) -> Self {
        let (x, y) = matrix.apply(0.0, rise);
        let (end_x, end_y) = matrix.apply(width, rise);
        let [a, b, c, d, ..] = matrix.0;
        let along = a.hypot(b).max(f32::MIN_POSITIVE);
        let (cos, sin) = (a / along, b / along);
        let turn = match () {
            () if cos > 0.98 => 0,
            () if sin > 0.98 => 1,
            () if cos < -0.98 => 2,
            () if sin < -0.98 => 3,
            () => 4,
        };
        // Coordinates along the direction of the text, and across.
        Self {
            x0: x * cos + y * sin,
            x1: end_x * cos + end_y * sin,
            y: y * cos - x * sin,
            size: (size * c.hypot(d)).abs(),
            turn,
            ..Self::default()
        }
    }

    /// Returns `true` if it can be on a page.
    pub fn is_sound(&self) -> bool {
        let all = [self.x0, self.x1, self.y, self.size];
        all.iter()
            .all(|value| value.is_finite() && value.abs() < 1e6)
            && self.size > 0.1
    }
}

/// The glyphs of a page, in the order they are drawn in.
#[derive(Debug, Default)]
pub(super) struct Glyphs {
    pub all: Vec<Glyph>,
    strings: Vec<Box<str>>,
    /// The sets of the fonts of the glyphs.
    sets: Vec<Option<LegacyFont>>,
}

impl Glyphs {
    pub fn len(&self) -> usize {
        self.all.len()
    }

    /// The number of the set of a font.
    pub fn font(&mut self, font: &Font) -> u16 {
        let known = self.sets.iter().position(|known| *known == font.legacy);
        let at = known.unwrap_or_else(|| {
            self.sets.push(font.legacy);
            self.sets.len() - 1
        });
        u16::try_from(at).unwrap_or(u16::MAX)
    }

    pub fn legacy(&self, glyph: &Glyph) -> Option<LegacyFont> {
        *self.sets.get(usize::from(glyph.font))?
    }

    pub fn push(&mut self, glyph: Glyph, text: &str) {
        self.all.push(glyph);
        self.set_text(self.all.len() - 1, text);
    }

    pub fn set_text(&mut self, at: usize, text: &str) {
        let mut letters = text.chars();
        let code = match (letters.next(), letters.next()) {
            (Some(letter), None) => u32::from(letter),
            _ => {
                self.strings.push(text.into());
                STRING + self.strings.len() as u32 - 1
            }
        };
        if let Some(glyph) = self.all.get_mut(at) {
            glyph.text = code;
        }
    }

    /// Makes a glyph reach as far as another.
    pub fn widen(&mut self, at: usize, other: &Glyph) {
        if let Some(glyph) = self.all.get_mut(at)
            && (glyph.y - other.y).abs() < glyph.size
        {
            glyph.x0 = glyph.x0.min(other.x0);
            glyph.x1 = glyph.x1.max(other.x1);
        }
    }

    /// Appends the text of a glyph.
    pub fn write(&self, glyph: &Glyph, out: &mut String) {
        match char::from_u32(glyph.text) {
            Some(letter) => out.push(letter),
            None => {
                let string = self.strings.get((glyph.text - STRING) as usize);
                out.push_str(string.map_or("", |string| string));
            }
        }
    }

    /// Its only character.
    pub fn letter(&self, glyph: &Glyph) -> Option<char> {
        char::from_u32(glyph.text)
    }
}
