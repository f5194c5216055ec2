//! Word documents (Office Open XML): paragraphs, text boxes and notes, with the
//! roles and fonts of their styles.

mod styles;

use std::borrow::Cow;
use std::io::{Cursor, Read};

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};
use timbao_tokenizer::charset::{Charset, LegacyFont};
use zip::ZipArchive;

use self::styles::{Styles, attribute};
use super::document::{Block, Document, Role};
use super::entity;
use crate::Article;
use crate::encoding::note_repaired;
use crate::problem::{Fault, ProblemKind};
use crate::provenance::Trace;

/// Maximum unpacked size of a part, in bytes; the rest is cut off. All parts
/// together may have twice this size.
const LARGEST: u64 = 32 << 20;

/// Parses a Word document.
pub(crate) fn parse(bytes: &[u8], name: &str, trace: &mut Trace) -> Result<Article, Fault> {
    let mut archive = ZipArchive::new(Cursor::new(bytes))?;
    let main = part_name(&archive, "word/document");
    let main = part(&mut archive, &main, trace)?.ok_or_else(|| {
        Fault::malformed("a zip archive without word/document.xml; is it a Word document?")
    })?;
    let styles = part_name(&archive, "word/styles");
    let styles = optional(&mut archive, &styles, trace);
    let styles = styles.map(|xml| Styles::read(&xml)).unwrap_or_default();
    let mut story = Story::new(&styles);
    story.read(&main, trace)?;
    story.find_title();
    let mut document = std::mem::take(&mut story.document);
    for notes in ["word/footnotes", "word/endnotes"] {
        let notes = part_name(&archive, notes);
        if let Some(xml) = optional(&mut archive, &notes, trace) {
            if let Err(fault) = story.read(&xml, trace) {
                trace.fault(fault);
            }
            let notes = std::mem::take(&mut story.document);
            document
                .notes
                .extend(notes.blocks.into_iter().map(|block| block.text));
        }
    }
    if let Some(charset) = story.charset {
        note_repaired(charset, trace);
    }
    if let Some(core) = optional(&mut archive, "docProps/core.xml", trace) {
        document.title = stated_title(&core);
    }
    Ok(document.article(name, trace))
}

/// The name of a part, which Word may number: `word/document2.xml`.
fn part_name(archive: &ZipArchive<Cursor<&[u8]>>, stem: &str) -> String {
    let is_part = |name: &Cow<'_, str>| {
        let number = name.strip_prefix(stem);
        let number = number.and_then(|name| name.strip_suffix(".xml"));
        number.is_some_and(|number| number.bytes().all(|byte| byte.is_ascii_digit()))
    };
    let name = archive.file_names().flatten().filter(is_part).min();
    name.map_or_else(|| format!("{stem}.xml"), Cow::into_owned)
}

/// A part that need not be there; one that cannot be read is reported.
fn optional(
    archive: &mut ZipArchive<Cursor<&[u8]>>,
    name: &str,
    trace: &mut Trace,
) -> Option<String> {
    part(archive, name, trace).unwrap_or_else(|fault| {
        let message = format!("{name} cannot be read: {}", fault.message);
        trace.fault(Fault::malformed(message));
        None
    })
}

/// A part of the document as text; cut off with a fault when it is too large.
fn part(
    archive: &mut ZipArchive<Cursor<&[u8]>>,
    name: &str,
    trace: &mut Trace,
) -> Result<Option<String>, Fault> {
    let entry = match archive.by_name(name) {
        Ok(entry) => entry,
        Err(zip::result::ZipError::FileNotFound) => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    if entry.encrypted() {
        return Err(Fault::new(
            ProblemKind::Encrypted,
            "encrypted; save it without a password",
        ));
    }
    let mut bytes = Vec::new();
    entry.take(LARGEST + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > LARGEST {
        trace.fault(Fault::new(
            ProblemKind::Bomb,
            format!("{name} unpacks to more than {LARGEST} bytes; what follows byte {LARGEST} was cut off"),
        ));
        bytes.truncate(bytes.len() - 1);
    }
    Ok(Some(String::from_utf8_lossy(&bytes).into_owned()))
}

/// Elements whose text is not of the document: deleted or moved away in
/// revision, properties before a revision, codes of fields, and the second copy
/// of a text box.
const SKIPPED: &[&str] = &[
    "del",
    "moveFrom",
    "pPrChange",
    "rPrChange",
    "Fallback",
    "delText",
    "instrText",
    "delInstrText",
];

/// One part of a document that is being read.
struct Story<'s> {
    styles: &'s Styles,
    document: Document,
    /// Paragraphs that are open; those inside another are in its text boxes.
    open: Vec<Paragraph>,
    /// Paragraphs whose end was deleted: the next continues them.
    carried: String,
    /// Text boxes of paragraphs that are open.
    boxed: Vec<(String, Role)>,
    run: Run,
    /// The set of text in fonts of eight-bit sets.
    charset: Option<Charset>,
    /// The largest letters of each of the first paragraphs, in half points; 0 if not stated.
    sizes: Vec<u16>,
}

#[derive(Default)]
struct Paragraph {
    text: String,
    role: Role,
    size: u16,
    style: Option<String>,
    /// The paragraph mark was deleted in revision: the next paragraph continues
    /// it.
    continues: bool,
}

/// The properties of a run of characters.
#[derive(Default)]
struct Run {
    /// Stated for the run itself: a font, which need not be an old one.
    font: Option<Option<LegacyFont>>,
    style: Option<String>,
    size: u16,
}

impl<'s> Story<'s> {
    fn new(styles: &'s Styles) -> Self {
        Self {
            styles,
            document: Document::default(),
            open: Vec::new(),
            carried: String::new(),
            boxed: Vec::new(),
            run: Run::default(),
            charset: None,
            sizes: Vec::new(),
        }
    }

    fn read(&mut self, xml: &str, trace: &mut Trace) -> Result<(), Fault> {
        let mut reader = Reader::from_str(xml);
        reader.config_mut().check_end_names = false;
        let mut state = State::default();
        loop {
            let at = reader.buffer_position();
            match reader.read_event() {
                Ok(Event::Eof) => break,
                Ok(event) => self.event(event, &mut state),
                // The text before the fault is kept.
                Err(error) => {
                    let message =
                        format!("malformed XML at byte {at}: {error}; the rest was cut off");
                    let fault = Fault::malformed(message);
                    if self.document.blocks.is_empty() && self.open.is_empty() {
                        return Err(fault);
                    }
                    trace.fault(fault);
                    break;
                }
            }
        }
        while !self.open.is_empty() {
            self.end_paragraph();
        }
        self.document
            .push(&std::mem::take(&mut self.carried), Role::Text);
        Ok(())
    }

    fn event(&mut self, event: Event<'_>, state: &mut State) {
        match event {
            Event::Start(start) => {
                let name = start.local_name();
                let name: &str = name.as_ref();
                if state.skipped > 0 || SKIPPED.contains(&name) || is_separator(name, &start) {
                    state.skipped += 1;
                    return;
                }
                match name {
                    "t" => state.in_text = true,
                    "rPr" if state.in_paragraph_properties => state.in_mark = true,
                    "pPr" => state.in_paragraph_properties = true,
                    "p" => self.open.push(Paragraph::default()),
                    "r" => self.run = Run::default(),
                    _ => self.property(name, &start, state),
                }
            }
            Event::Empty(start) if state.skipped == 0 => {
                self.property(start.local_name().as_ref(), &start, state);
            }
            Event::Text(text) if state.reads() => self.text(&text),
            Event::CData(text) if state.reads() => self.text(&text),
            Event::GeneralRef(name) if state.reads() => {
                self.text(&entity::named(&name).unwrap_or_default());
            }
            Event::End(_) if state.skipped > 0 => state.skipped -= 1,
            Event::End(end) => match end.local_name().as_ref() {
                "t" => state.in_text = false,
                "rPr" => state.in_mark = false,
                "pPr" => state.in_paragraph_properties = false,
                "p" => self.end_paragraph(),
                _ => {}
            },
            _ => {}
        }
    }

    /// A property of a paragraph or run, or a character that is an element.
    fn property(&mut self, name: &str, start: &BytesStart<'_>, state: &State) {
        let value = || attribute(start, "val");
        match name {
            "pStyle" => {
                if let Some(paragraph) = self.open.last_mut() {
                    paragraph.style = value();
                    paragraph.role = self.styles.role(paragraph.style.as_deref());
                }
            }
            // The deleted mark of a paragraph, in the properties of the mark.
            "del" if state.in_mark => {
                if let Some(paragraph) = self.open.last_mut() {
                    paragraph.continues = true;
                }
            }
            "rStyle" if !state.in_mark => self.run.style = value(),
            "sz" if !state.in_mark => {
                self.run.size = value().and_then(|size| size.parse().ok()).unwrap_or(0);
            }
            "rFonts" if !state.in_mark => self.run.font = styles::font(start),
            "tab" if !state.in_paragraph_properties => self.push(" "),
            "br" | "cr" => self.push("\n"),
            "noBreakHyphen" => self.push("-"),
            "sym" => {
                let code =
                    attribute(start, "char").and_then(|hex| u32::from_str_radix(&hex, 16).ok());
                let font = attribute(start, "font").and_then(|name| LegacyFont::named(&name));
                if let (Some(letter), Some(font)) = (code.and_then(char::from_u32), font) {
                    let read = font.read(letter.encode_utf8(&mut [0; 4])).into_owned();
                    self.push(&read);
                }
            }
            _ => {}
        }
    }

    fn push(&mut self, text: &str) {
        if let Some(paragraph) = self.open.last_mut() {
            paragraph.text.push_str(text);
        }
    }

    fn text(&mut self, text: &str) {
        if let Some(paragraph) = self.open.last_mut() {
            paragraph.size = paragraph.size.max(self.run.size);
        }
        let style = self
            .open
            .last()
            .and_then(|paragraph| paragraph.style.as_deref());
        let font = match self.run.font {
            Some(font) => font,
            None => self.styles.font(self.run.style.as_deref(), style),
        };
        match font {
            None => self.push(text),
            Some(font) => {
                let read = font.read(text);
                if read != text {
                    self.charset = Some(font.charset);
                }
                self.push(&read);
            }
        }
    }

    fn end_paragraph(&mut self) {
        let Some(paragraph) = self.open.pop() else {
            return;
        };
        self.run = Run::default();
        if !self.open.is_empty() {
            self.boxed.push((paragraph.text, paragraph.role));
            return;
        }
        self.carried.push_str(&paragraph.text);
        if paragraph.continues {
            return;
        }
        self.document
            .push(&std::mem::take(&mut self.carried), paragraph.role);
        if self.document.blocks.len() <= HEADER {
            self.sizes
                .resize(self.document.blocks.len(), paragraph.size);
        }
        for (text, role) in std::mem::take(&mut self.boxed) {
            self.document.push(&text, role);
        }
    }
}

impl Story<'_> {
    /// Makes the largest paragraph on top the title, if there is text above it and no style names one.
    fn find_title(&mut self) {
        /// Half points that the title is larger than all others, and its least size.
        const LARGER: u16 = 4;
        const LEAST: u16 = 32;
        const MOST_ABOVE: usize = 3;
        let blocks = &mut self.document.blocks;
        let is_title = |block: &Block| matches!(block.role, Role::Title | Role::Heading);
        let largest = self.sizes.iter().copied().max().unwrap_or(0);
        if largest < LEAST || blocks.iter().take(HEADER).any(is_title) {
            return;
        }
        let at = self.sizes.iter().position(|size| *size == largest);
        let Some(at) = at.filter(|at| (1..=MOST_ABOVE).contains(at)) else {
            return;
        };
        let run = self
            .sizes
            .iter()
            .skip(at)
            .take_while(|size| **size == largest)
            .count();
        let others = || {
            self.sizes
                .iter()
                .take(at)
                .chain(self.sizes.iter().skip(at + run))
        };
        let is_text = |block: &Block| block.text.ends_with('.') || block.text.len() > 300;
        let top = blocks.iter().take(at + run);
        if run > 3 || others().any(|size| size + LARGER > largest) || { top }.any(is_text) {
            return;
        }
        let title = blocks.iter_mut().skip(at).take(run);
        title.for_each(|block| block.role = Role::Title);
    }
}

/// Paragraphs at the top that may be the title.
const HEADER: usize = 12;

/// The position of the reader in a part.
#[derive(Default)]
struct State {
    /// Number of open elements whose text is skipped.
    skipped: usize,
    in_text: bool,
    in_paragraph_properties: bool,
    /// In the properties of a paragraph's mark.
    in_mark: bool,
}

impl State {
    fn reads(&self) -> bool {
        self.in_text && self.skipped == 0
    }
}

/// The lines between text and notes are stored as notes.
fn is_separator(name: &str, start: &BytesStart<'_>) -> bool {
    matches!(name, "footnote" | "endnote")
        && attribute(start, "type").is_some_and(|kind| kind.ends_with("eparator"))
}

/// The title in the document's properties.
fn stated_title(core: &str) -> Option<String> {
    let (_, rest) = core.split_once("<dc:title>")?;
    let (title, _) = rest.split_once("</dc:title>")?;
    let title = title.trim();
    (!title.is_empty() && !title.contains(['<', '&'])).then(|| title.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The title of a document of paragraphs with letters of these sizes.
    fn title(paragraphs: &[(&str, u16)]) -> Option<String> {
        let paragraph = |(text, size): &(&str, u16)| {
            format!(
                "<w:p><w:r><w:rPr><w:sz w:val=\"{size}\"/></w:rPr><w:t>{text}</w:t></w:r></w:p>"
            )
        };
        let paragraphs: String = paragraphs.iter().map(paragraph).collect();
        let xml = format!("<w:document xmlns:w=\"w\"><w:body>{paragraphs}</w:body></w:document>");
        let styles = Styles::default();
        let mut story = Story::new(&styles);
        story.read(&xml, &mut Trace::off()).expect("a document");
        story.find_title();
        story.document.article("a.docx", &mut Trace::off()).title
    }

    #[test]
    fn the_largest_letters_on_top_are_the_title() {
        let (text, more) = ("Bến đò mở lại sáng nay.", "Mỗi chuyến chở hai mươi người.");
        for (above, size, found) in [
            ("Báo Đồng Xanh", 36, "Bến đò mở lại"),
            ("Báo Đồng Xanh", 28, "Báo Đồng Xanh"),
            (
                "Bến đò là nhà của ông Ba Bến.",
                36,
                "Bến đò là nhà của ông Ba Bến.",
            ),
        ] {
            let read = title(&[(above, 28), ("Bến đò mở lại", size), (text, 28), (more, 28)]);
            assert_eq!(read.as_deref(), Some(found), "{above} {size}");
        }
    }
}
