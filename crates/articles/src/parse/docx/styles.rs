//! The style sheet of a Word document: roles and fonts of styles.

use std::collections::HashMap;

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};
use timbao_tokenizer::charset::LegacyFont;

use crate::parse::document::Role;

/// The styles of a document by their ids.
#[derive(Debug, Default)]
pub(super) struct Styles {
    styles: HashMap<String, Style>,
    /// The style of paragraphs that name none.
    default: Option<String>,
    /// The font where no style states one.
    font: Option<LegacyFont>,
}

#[derive(Debug, Default)]
struct Style {
    role: Role,
    based_on: Option<String>,
    /// Stated by the style itself: a font, which need not be an old one.
    font: Option<Option<LegacyFont>>,
}

/// Maximum number of styles in a chain of base styles.
const DEEPEST: usize = 16;

impl Styles {
    /// Reads `styles.xml`, as far as it is well-formed.
    pub fn read(xml: &str) -> Self {
        let mut styles = Self::default();
        let mut reader = Reader::from_str(xml);
        reader.config_mut().check_end_names = false;
        let mut open: Option<(String, Style)> = None;
        let mut in_defaults = false;
        while let Ok(event) = reader.read_event() {
            match event {
                Event::Start(start) | Event::Empty(start) => {
                    let value = || attribute(&start, "val");
                    match (start.local_name().as_ref(), &mut open) {
                        ("docDefaults", _) => in_defaults = true,
                        ("style", _) => {
                            let id = attribute(&start, "styleId").unwrap_or_default();
                            let kind = attribute(&start, "type");
                            let is_default = attribute(&start, "default")
                                .is_some_and(|default| matches!(&*default, "1" | "true" | "on"));
                            if is_default && kind.as_deref() == Some("paragraph") {
                                styles.default = Some(id.clone());
                            }
                            open = Some((id, Style::default()));
                        }
                        ("name", Some((_, style))) => {
                            style.role = value().map_or(Role::Text, |name| Role::of_style(&name));
                        }
                        ("basedOn", Some((_, style))) => style.based_on = value(),
                        ("rFonts", Some((_, style))) => style.font = font(&start),
                        ("rFonts", None) if in_defaults => {
                            styles.font = font(&start).flatten();
                        }
                        _ => {}
                    }
                }
                Event::End(end) => match end.local_name().as_ref() {
                    "style" => styles.styles.extend(open.take()),
                    "docDefaults" => in_defaults = false,
                    _ => {}
                },
                Event::Eof => break,
                _ => {}
            }
        }
        styles
    }

    /// The role of paragraphs of a style; by its name, else by its id.
    pub fn role(&self, id: Option<&str>) -> Role {
        let Some(id) = id else { return Role::Text };
        match self.styles.get(id) {
            Some(style) => style.role,
            None => Role::of_style(id),
        }
    }

    /// The font of text whose run states none, if it is of an eight-bit set.
    pub fn font(&self, run_style: Option<&str>, style: Option<&str>) -> Option<LegacyFont> {
        run_style
            .and_then(|id| self.stated(id))
            .or_else(|| self.stated(style.or(self.default.as_deref())?))
            .unwrap_or(self.font)
    }

    /// The font that a style or one it is based on states.
    fn stated(&self, id: &str) -> Option<Option<LegacyFont>> {
        let mut id = id;
        for _ in 0..DEEPEST {
            let style = self.styles.get(id)?;
            if style.font.is_some() {
                return style.font;
            }
            id = style.based_on.as_deref()?;
        }
        None
    }
}

/// The font that an `rFonts` element states for Latin letters; `None` if it
/// states none.
pub(super) fn font(start: &BytesStart<'_>) -> Option<Option<LegacyFont>> {
    let name = attribute(start, "hAnsi").or_else(|| attribute(start, "ascii"))?;
    Some(LegacyFont::named(&name))
}

/// The value of an attribute, whatever its namespace.
pub(super) fn attribute(start: &BytesStart<'_>, wanted: &str) -> Option<String> {
    let found = start
        .attributes()
        .with_checks(false)
        .flatten()
        .find(|attribute| attribute.key.local_name().as_ref() == wanted)?;
    Some(found.value.into_owned())
}
