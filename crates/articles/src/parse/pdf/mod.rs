//! PDF documents: glyphs on pages, made paragraphs again.
//!
//! A page states where each glyph is, and nothing more. Fonts say which letter
//! a glyph shows (`font`), the content where it is (`content`); from there on
//! lines, columns (`layout`) and paragraphs (`paragraphs`) follow from geometry,
//! after heads and feet have been taken off (`furniture`).

mod budget;
mod cmap;
mod content;
mod encryption;
mod filters;
mod font;
mod furniture;
mod glyph;
mod headline;
mod layout;
mod names;
mod paragraphs;
mod pictures;
mod survey;
mod widths;

use hayro_syntax::Pdf;
use timbao_tokenizer::is_syllable;

use self::budget::Budget;
use self::content::{Fonts, Interpreter};
use self::font::document_text;
use self::layout::{Line, PageText, arrange};
use self::paragraphs::{Setting, paragraphs};
use crate::Article;
use crate::encoding::note_repaired;
use crate::problem::{Fault, ProblemKind};
use crate::provenance::Trace;

/// Bytes that one stream may inflate to: this many, and per byte of the file.
const INFLATED: usize = 16 << 20;
const INFLATED_PER_BYTE: usize = 16;

const RECOGNISE: &str = "recognise its characters (OCR) first";

/// Parses a PDF document.
pub(crate) fn parse(bytes: &[u8], name: &str, trace: &mut Trace) -> Result<Article, Fault> {
    let mut data = bytes.to_vec();
    let most = INFLATED + bytes.len().saturating_mul(INFLATED_PER_BYTE);
    let (survey, bomb) = filters::defuse(&mut data, most)?;
    if let Some(at) = bomb {
        trace.fault(Fault::new(
            ProblemKind::Bomb,
            format!("the stream at byte {at} inflates to more than {most} bytes; it was left out"),
        ));
    }
    let pdf = Pdf::new(data).map_err(encryption::unreadable)?;
    let text = Text::read(&pdf, Budget::of(bytes.len(), survey.largest), bytes.len());
    text.report(trace)?;
    let Text {
        mut pages,
        marginal,
        charset,
        ..
    } = text;
    if let Some(charset) = charset {
        note_repaired(charset, trace);
    }
    let setting = Setting::of(&pages);
    for line in marginal
        .into_iter()
        .chain(furniture::take(&mut pages, setting.leading))
    {
        trace.dropped(&line);
    }
    let paragraphs = paragraphs(&pages, setting);
    report_garble(&paragraphs, trace);
    let title = pdf.metadata().title.as_deref().map(document_text);
    Ok(headline::article(paragraphs, setting, title, name, trace))
}

/// The lines of a document, by page and block.
#[derive(Default)]
struct Text {
    pages: Vec<Vec<Vec<Line>>>,
    marginal: Vec<String>,
    charset: Option<timbao_tokenizer::charset::Charset>,
    glyphs: usize,
    unknown: usize,
    /// Numbers of pages, from 1, that only show a picture.
    pictures: Vec<usize>,
    /// The number of the page on which the bounds were exceeded.
    cut_at: Option<usize>,
}

impl Text {
    fn read(pdf: &Pdf, mut budget: Budget, size: usize) -> Self {
        let mut fonts = Fonts::default();
        let mut text = Self::default();
        // Lines are kept until all pages are read.
        let mut lines_left = 20_000 + size / 8;
        for (number, page) in pdf.pages().iter().enumerate() {
            let mut shown = Interpreter::page(page, &mut budget, &mut fonts);
            let PageText {
                blocks,
                marginal,
                charset,
                glyphs,
                unknown,
            } = arrange(&mut shown.glyphs);
            if blocks.is_empty() && shown.has_picture {
                text.pictures.push(number + 1);
            }
            let lines: usize = blocks.iter().map(Vec::len).sum();
            if budget.exceeded || lines > lines_left {
                text.cut_at.get_or_insert(number + 1);
            }
            if lines > lines_left {
                break;
            }
            lines_left -= lines;
            text.glyphs += glyphs;
            text.unknown += unknown;
            text.charset = text.charset.or(charset);
            text.marginal.extend(marginal);
            text.pages.push(blocks);
        }
        text
    }

    /// Reports pages without text, and what was cut off.
    fn report(&self, trace: &mut Trace) -> Result<(), Fault> {
        let is_empty = self.pages.iter().all(Vec::is_empty);
        if let Some(page) = self.cut_at {
            let fault = Fault::new(
                ProblemKind::TooLarge,
                format!(
                    "page {page} has more content than a file of this size may have; the rest was cut off"
                ),
            );
            if is_empty {
                return Err(fault);
            }
            trace.fault(fault);
        }
        if is_empty && !self.pictures.is_empty() {
            let message = format!("scanned pages without text; {RECOGNISE}");
            return Err(Fault::new(ProblemKind::Empty, message));
        }
        if is_empty {
            let message = "there is no text on its pages; export it again with text";
            return Err(Fault::new(ProblemKind::Empty, message));
        }
        if let Some(first) = self.pictures.first() {
            let count = self.pictures.len();
            let pages = match count {
                1 => format!("page {first} is a picture"),
                _ => format!("{count} pages, the first of them page {first}, are pictures"),
            };
            let message = format!("{pages} without text; {RECOGNISE}");
            trace.fault(Fault::new(ProblemKind::LeftOut, message));
        }
        if self.unknown * 20 > self.glyphs {
            trace.fault(Fault::malformed(format!(
                "its fonts do not say which letter {} of {} glyphs show; {RECOGNISE}",
                self.unknown, self.glyphs
            )));
        }
        Ok(())
    }
}

/// Reports a text most words of which are not Vietnamese syllables.
fn report_garble(paragraphs: &[paragraphs::Paragraph], trace: &mut Trace) {
    const LEAST: usize = 40;
    let (mut words, mut syllables) = (0_usize, 0_usize);
    for paragraph in paragraphs {
        for word in paragraph.text.split(|c: char| !c.is_alphabetic()) {
            if !word.is_empty() && words < 5000 {
                words += 1;
                syllables += usize::from(is_syllable(word));
            }
        }
    }
    if words >= LEAST && syllables * 2 < words {
        let share = syllables * 100 / words;
        trace.fault(Fault::malformed(format!(
            "only {share} % of its words are Vietnamese syllables; if it is in Vietnamese, {RECOGNISE}"
        )));
    }
}
