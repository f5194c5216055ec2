//! Content streams: what is written where on a page.

use std::borrow::Cow;
use std::collections::HashMap;
use std::rc::Rc;

use hayro_syntax::content::TypedIter;
use hayro_syntax::content::ops::TypedInstruction as Op;
use hayro_syntax::object::{Array, Dict, Name, Number, Object, Stream};
use hayro_syntax::page::{Page, Resources};

use super::budget::Budget;
use super::filters;
use super::font::{Font, actual_text};
use super::glyph::{Glyph, Glyphs, Matrix};
use super::pictures::without_pictures;

/// Forms inside each other.
const DEEPEST: usize = 12;
/// Saved graphics states.
const MOST_SAVED: usize = 256;
/// Ranges of cached fonts, all together.
const HEAVIEST: usize = 100_000;
/// Cached fonts, and names of fonts.
const MOST_FONTS: usize = 500;
const MOST_NAMES: usize = 5000;

/// Fonts by the place of their dictionary, and by the dictionary and the name
/// they have there, which spares parsing it again.
#[derive(Default)]
pub(super) struct Fonts {
    by_place: HashMap<(usize, usize), Rc<Font>>,
    by_name: HashMap<(usize, Vec<u8>), Option<Rc<Font>>>,
}

impl Fonts {
    /// The font of this name in the resources of a page or form.
    fn named(
        &mut self,
        resources: &Resources<'_>,
        name: &Name<'_>,
        budget: &mut Budget,
    ) -> Option<Rc<Font>> {
        let fonts = resources.fonts.data().as_ptr() as usize;
        let key = (fonts, name.as_str().as_bytes().to_vec());
        if let Some(font) = self.by_name.get(&key) {
            return font.clone();
        }
        let font = budget
            .look_up(0)
            .then(|| resources.get_font(name))
            .flatten();
        budget.found(font.as_ref().map(|dict| dict.data().len()));
        let font = font.map(|dict| self.at(&dict, budget));
        if self.by_name.len() >= MOST_NAMES {
            self.by_name.clear();
        }
        self.by_name.insert(key, font.clone());
        font
    }

    /// The font of this dictionary.
    fn at(&mut self, dict: &Dict<'_>, budget: &mut Budget) -> Rc<Font> {
        let key = (dict.data().as_ptr() as usize, dict.data().len());
        if let Some(font) = self.by_place.get(&key) {
            return Rc::clone(font);
        }
        let font = Rc::new(Font::read(dict, budget));
        let held: usize = self.by_place.values().map(|font| font.weight()).sum();
        if self.by_place.len() >= MOST_FONTS || held + font.weight() > HEAVIEST {
            self.by_place.clear();
            self.by_name.clear();
        }
        self.by_place.insert(key, Rc::clone(&font));
        font
    }
}

/// Executes the content of pages.
pub(super) struct Interpreter<'d> {
    pub budget: &'d mut Budget,
    pub fonts: &'d mut Fonts,
    glyphs: Glyphs,
    /// Marked parts that are open.
    marks: Vec<Mark>,
    /// Running heads and feet among them, and the places of those that state their text.
    artifacts: usize,
    texts: Vec<usize>,
    /// Whether a picture is drawn.
    has_picture: bool,
}

/// A marked part of the content.
enum Mark {
    Plain,
    /// A running head, foot or page number.
    Artifact,
    /// A part that says its text. It is placed where its first glyph is.
    Text {
        text: Option<String>,
        glyph: Option<usize>,
    },
}

/// What a page shows.
pub(super) struct Shown {
    pub glyphs: Glyphs,
    pub has_picture: bool,
}

#[derive(Clone)]
struct State {
    matrix: Matrix,
    font: Option<Rc<Font>>,
    font_id: u16,
    size: f32,
    character_space: f32,
    word_space: f32,
    /// Horizontal scaling.
    stretch: f32,
    leading: f32,
    rise: f32,
    /// Letters are filled and stroked, which makes them bold.
    is_stroked: bool,
}

/// The matrices of a text object.
#[derive(Clone, Copy)]
struct Text {
    matrix: Matrix,
    line: Matrix,
}

impl<'d> Interpreter<'d> {
    /// Reads a page.
    pub fn page(page: &Page<'_>, budget: &'d mut Budget, fonts: &'d mut Fonts) -> Shown {
        let mut interpreter = Self {
            budget,
            fonts,
            glyphs: Glyphs::default(),
            marks: Vec::new(),
            artifacts: 0,
            texts: Vec::new(),
            has_picture: false,
        };
        let content = interpreter.content(page.raw());
        let state = State {
            matrix: Matrix::IDENTITY,
            font: None,
            font_id: 0,
            size: 0.0,
            character_space: 0.0,
            word_space: 0.0,
            stretch: 1.0,
            leading: 0.0,
            rise: 0.0,
            is_stroked: false,
        };
        interpreter.run(&content, page.resources(), state, 0);
        interpreter.close_marks(0);
        Shown {
            glyphs: interpreter.glyphs,
            has_picture: interpreter.has_picture,
        }
    }

    /// The content of a page: one stream or several.
    fn content(&mut self, page: &Dict<'_>) -> Vec<u8> {
        if let Some(stream) = page.get::<Stream<'_>>("Contents") {
            return self.inflate(&stream);
        }
        let mut content = Vec::new();
        if let Some(streams) = page.get::<Array<'_>>("Contents") {
            for stream in streams.iter::<Stream<'_>>() {
                if !self.budget.look_up(stream.dict().data().len()) {
                    break;
                }
                content.extend(self.inflate(&stream));
                content.push(b' ');
            }
        }
        content
    }

    fn inflate(&mut self, stream: &Stream<'_>) -> Vec<u8> {
        match filters::decoded(stream, self.budget.bytes) {
            Some(data) => {
                self.budget.bytes -= data.len();
                data
            }
            None => {
                self.budget.exceeded = true;
                Vec::new()
            }
        }
    }

    fn run(&mut self, content: &[u8], resources: &Resources<'_>, mut state: State, depth: usize) {
        let mut saved: Vec<State> = Vec::new();
        let mut text = Text {
            matrix: Matrix::IDENTITY,
            line: Matrix::IDENTITY,
        };
        let marks = self.marks.len();
        let content = without_pictures(content);
        self.has_picture |= matches!(content, Cow::Owned(_));
        let mut operators = TypedIter::new(&content);
        while let Some(op) = operators.next() {
            let Some(left) = self.budget.operators.checked_sub(1) else {
                self.budget.exceeded = true;
                break;
            };
            self.budget.operators = left;
            match op {
                Op::SaveState(_) if saved.len() < MOST_SAVED => saved.push(state.clone()),
                Op::RestoreState(_) => {
                    if let Some(before) = saved.pop() {
                        state = before;
                    }
                }
                Op::Transform(m) => {
                    state.matrix = matrix([&m.0, &m.1, &m.2, &m.3, &m.4, &m.5]).then(&state.matrix);
                }
                Op::XObject(name) => self.object(name.0, resources, &state, depth),
                Op::InlineImage(_) => self.has_picture = true,
                Op::SetGraphicsState(name) => self.graphics_state(name.0, resources, &mut state),
                Op::BeginMarkedContent(_) => self.open_mark(Mark::Plain),
                Op::BeginMarkedContentWithProperties(mark) => {
                    let properties = match mark.1 {
                        Object::Dict(properties) => Some(properties.clone()),
                        Object::Name(name) if self.budget.look_up(0) => {
                            let found = resources.properties.get::<Dict<'_>>(name);
                            self.budget
                                .found(found.as_ref().map(|dict| dict.data().len()));
                            found
                        }
                        _ => None,
                    };
                    self.begin(mark.0, &properties.unwrap_or_default());
                }
                Op::EndMarkedContent(_) if self.marks.len() > marks => {
                    self.close_marks(self.marks.len() - 1);
                }
                op => self.text_operator(op, resources, &mut state, &mut text),
            }
        }
        self.close_marks(marks);
    }

    fn text_operator(
        &mut self,
        op: Op<'_, '_>,
        resources: &Resources<'_>,
        state: &mut State,
        text: &mut Text,
    ) {
        match op {
            Op::BeginText(_) => {
                text.matrix = Matrix::IDENTITY;
                text.line = Matrix::IDENTITY;
            }
            Op::CharacterSpacing(space) => state.character_space = space.0.as_f32(),
            Op::WordSpacing(space) => state.word_space = space.0.as_f32(),
            Op::HorizontalScaling(percent) => state.stretch = percent.0.as_f32() / 100.0,
            Op::TextLeading(leading) => state.leading = leading.0.as_f32(),
            Op::TextRise(rise) => state.rise = rise.0.as_f32(),
            Op::TextRenderingMode(mode) => state.is_stroked = mode.0.as_f32() == 2.0,
            Op::TextFont(font) => {
                state.size = font.1.as_f32();
                let font = self.fonts.named(resources, font.0, self.budget);
                self.set_font(font, state);
            }
            Op::NextLine(by) => text.next_line(by.0.as_f32(), by.1.as_f32()),
            Op::NextLineAndSetLeading(by) => {
                state.leading = -by.1.as_f32();
                text.next_line(by.0.as_f32(), by.1.as_f32());
            }
            Op::SetTextMatrix(m) => {
                text.line = matrix([&m.0, &m.1, &m.2, &m.3, &m.4, &m.5]);
                text.matrix = text.line;
            }
            Op::NextLineUsingLeading(_) => text.next_line(0.0, -state.leading),
            Op::ShowText(shown) => self.show(shown.0.as_bytes(), state, text),
            Op::NextLineAndShowText(shown) => {
                text.next_line(0.0, -state.leading);
                self.show(shown.0.as_bytes(), state, text);
            }
            Op::ShowTextWithParameters(shown) => {
                state.word_space = shown.0.as_f32();
                state.character_space = shown.1.as_f32();
                text.next_line(0.0, -state.leading);
                self.show(shown.2.as_bytes(), state, text);
            }
            Op::ShowTexts(parts) => {
                for part in parts.0.iter::<Object<'_>>() {
                    match part {
                        Object::String(shown) => self.show(shown.as_bytes(), state, text),
                        Object::Number(by) => {
                            let by = -by.as_f32() / 1000.0 * state.size * state.stretch;
                            text.matrix = Matrix::shift(by, 0.0).then(&text.matrix);
                        }
                        _ => {}
                    }
                }
            }
            _ => {}
        }
    }

    /// Draws a form or a picture.
    fn object(&mut self, name: &Name<'_>, resources: &Resources<'_>, state: &State, depth: usize) {
        let found = self.budget.look_up(0).then(|| resources.get_x_object(name));
        let found = found.flatten();
        self.budget
            .found(found.as_ref().map(|found| found.dict().data().len()));
        let Some(stream) = found else {
            return;
        };
        let dict = stream.dict();
        let kind = dict.get::<Name<'_>>("Subtype");
        if kind.as_ref().is_some_and(|kind| kind.as_str() == "Image") {
            self.has_picture = true;
            return;
        }
        if depth >= DEEPEST {
            self.budget.exceeded = true;
            return;
        }
        let content = self.inflate(&stream);
        let mut state = state.clone();
        if let Some(array) = dict.get::<Array<'_>>("Matrix") {
            let values: Vec<f32> = array.iter::<Number>().take(6).map(|n| n.as_f32()).collect();
            if let Ok(values) = <[f32; 6]>::try_from(values) {
                state.matrix = Matrix(values).then(&state.matrix);
            }
        }
        match dict.get::<Dict<'_>>("Resources") {
            Some(own) => {
                let length = own.data().len();
                let own = Resources::new(own);
                let parts = [
                    &own.fonts,
                    &own.x_objects,
                    &own.properties,
                    &own.ext_g_states,
                ];
                let others = [&own.color_spaces, &own.patterns, &own.shadings];
                let parts = parts.iter().chain(&others).map(|part| part.data().len());
                self.budget.found(Some(length + parts.sum::<usize>()));
                self.run(&content, &own, state, depth + 1);
            }
            None => self.run(&content, resources, state, depth + 1),
        }
    }

    /// A graphics state may name a font.
    fn graphics_state(&mut self, name: &Name<'_>, resources: &Resources<'_>, state: &mut State) {
        let found = self
            .budget
            .look_up(0)
            .then(|| resources.get_ext_g_state(name));
        let found = found.flatten();
        self.budget
            .found(found.as_ref().map(|found| found.data().len()));
        let font = found.and_then(|dict| dict.get::<Array<'_>>("Font"));
        if let Some(font) = font {
            let mut parts = font.flex_iter();
            let dict = parts.next::<Dict<'_>>();
            if let Some(size) = parts.next::<Number>() {
                state.size = size.as_f32();
            }
            let font = dict.map(|dict| self.fonts.at(&dict, self.budget));
            self.set_font(font, state);
        }
    }

    fn set_font(&mut self, font: Option<Rc<Font>>, state: &mut State) {
        if let Some(font) = &font {
            state.font_id = self.glyphs.font(font);
        }
        state.font = font;
    }

    fn begin(&mut self, tag: &Name<'_>, properties: &Dict<'_>) {
        let kind = properties.get::<Name<'_>>("Type");
        let is_pagination = kind.is_some_and(|kind| kind.as_str() == "Pagination");
        let mark = if tag.as_str() == "Artifact" && is_pagination {
            Mark::Artifact
        } else if let Some(text) = actual_text(properties) {
            Mark::Text {
                text: Some(text),
                glyph: None,
            }
        } else {
            Mark::Plain
        };
        self.open_mark(mark);
    }

    fn open_mark(&mut self, mark: Mark) {
        match &mark {
            Mark::Plain => {}
            Mark::Artifact => self.artifacts += 1,
            Mark::Text { .. } => self.texts.push(self.marks.len()),
        }
        self.marks.push(mark);
    }

    /// Closes the marked parts from the `from`th on.
    fn close_marks(&mut self, from: usize) {
        for mark in self.marks.drain(from..) {
            match mark {
                Mark::Plain => {}
                Mark::Artifact => self.artifacts -= 1,
                Mark::Text { text, glyph } => {
                    self.texts.pop();
                    if let (Some(text), Some(glyph)) = (text, glyph) {
                        self.glyphs.set_text(glyph, &text);
                    }
                }
            }
        }
    }

    fn show(&mut self, bytes: &[u8], state: &State, text: &mut Text) {
        let Some(font) = state.font.clone() else {
            return;
        };
        let is_artifact = self.artifacts > 0;
        font.codes(bytes, |code| {
            let mut advance = code.width * state.size + state.character_space;
            let written = code.width * state.size * state.stretch;
            if code.is_space {
                advance += state.word_space;
            }
            let whole = text.matrix.then(&state.matrix);
            if self.budget.glyphs > 0 && self.glyphs.len() < self.budget.page_glyphs {
                self.budget.glyphs -= 1;
                let placed = Glyph::place(&whole, state.rise, written, state.size * font.height);
                let shown = code.text.unwrap_or_else(|| "\u{fffd}".to_owned());
                self.push(placed, &shown, state, is_artifact);
            } else {
                self.budget.exceeded = true;
            }
            text.matrix = Matrix::shift(advance * state.stretch, 0.0).then(&text.matrix);
        });
    }

    fn push(&mut self, mut glyph: Glyph, shown: &str, state: &State, is_artifact: bool) {
        glyph.font = state.font_id;
        glyph.is_bold = state.is_stroked || state.font.as_ref().is_some_and(|font| font.is_bold);
        glyph.is_italic = state.font.as_ref().is_some_and(|font| font.is_italic);
        glyph.is_artifact = is_artifact;
        if !glyph.is_sound() {
            return;
        }
        let marked = match self.texts.last().and_then(|at| self.marks.get_mut(*at)) {
            Some(Mark::Text { glyph, .. }) => Some(glyph),
            _ => None,
        };
        match marked {
            // The part states its text, which goes with its first glyph.
            Some(Some(first)) => self.glyphs.widen(*first, &glyph),
            Some(place) => {
                *place = Some(self.glyphs.len());
                self.glyphs.push(glyph, shown);
            }
            None => self.glyphs.push(glyph, shown),
        }
    }
}

impl Text {
    fn next_line(&mut self, x: f32, y: f32) {
        self.line = Matrix::shift(x, y).then(&self.line);
        self.matrix = self.line;
    }
}

fn matrix(values: [&Number; 6]) -> Matrix {
    Matrix(values.map(|value| value.as_f32()))
}
