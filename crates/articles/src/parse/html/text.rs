//! The text under elements: one paragraph per block, captions apart, and
//! without the boxes that are not the article's.

use super::dom::{Dom, Id};
use super::kind::Kind;
use super::marks::Marks;
use super::outline::Outline;
use crate::Caption;
use crate::parse::text::is_file_name;
use crate::tidy::{caption, one_line};

/// The text of one or more elements.
#[derive(Default)]
pub(super) struct Text {
    pub paragraphs: Vec<String>,
    pub captions: Vec<Caption>,
    /// Whether each paragraph is wholly in bold or italics.
    pub set_off: Vec<bool>,
    /// Texts that were skipped as boilerplate, shortened.
    pub dropped: Vec<String>,
}

/// Reads the text under `root` into `text`.
/// What stands above the element at the position `title` is dropped, unless it is running text.
pub(super) fn read(dom: &Dom, outline: &Outline, root: Id, title: Option<u32>, text: &mut Text) {
    Reading {
        dom,
        outline,
        root,
        line: String::new(),
        links: 0,
        styles: 0,
        has_upright: false,
        title,
        start: text.paragraphs.len(),
        has_own_letters: false,
        text,
    }
    .read();
}

/// Reads the captions between two positions, above the text: those of the picture on top.
pub(super) fn read_captions(dom: &Dom, outline: &Outline, above: (u32, u32), text: &mut Text) {
    let mut at = Some(dom.root());
    while let Some(id) = at {
        let position = outline.position(id);
        if position >= above.1 {
            return;
        }
        let is_caption = outline.kind(id) == Kind::Caption && position > above.0;
        let is_read = !outline.is_skipped(id) && !outline.is_in_entry(id);
        if is_caption && is_read {
            let beside = dom.ancestors(id).take(4);
            let mut beside = beside.filter(|id| dom.name(*id) == Some("figure"));
            let beside = beside.next().and_then(|id| figure(dom, outline, id));
            let shown = beside.unwrap_or_else(|| caption_of(dom, outline, id));
            const LONGEST: usize = 600;
            if shown.text.len() <= LONGEST && !shown.text.is_empty() && !is_file_name(&shown.text) {
                text.captions.push(shown);
            }
        }
        at = dom.after(id, dom.root(), is_read && !is_caption);
    }
}

/// The caption of a figure and the credit beside it, if the figure has no text but these.
fn figure(dom: &Dom, outline: &Outline, id: Id) -> Option<Caption> {
    const MOST: usize = 60;
    const LONGEST: usize = 60;
    let (mut shown, mut beside) = (None, String::new());
    let mut at = Some(id);
    let mut count = 0;
    while let Some(node) = at {
        count += 1;
        let is_caption = outline.kind(node) == Kind::Caption && node != id;
        if is_caption && shown.replace(node).is_some() || count > MOST {
            return None;
        }
        let is_read =
            !is_caption && !outline.is_skipped(node) && outline.kind(node) != Kind::Nothing;
        if is_read {
            beside.push_str(dom.text_of(node).unwrap_or_default());
        }
        at = dom.after(node, id, is_read);
    }
    let beside = one_line(beside);
    let is_credit = (2..=LONGEST).contains(&beside.chars().count())
        && beside.starts_with(char::is_uppercase)
        && !crate::names::is_button(&beside);
    let mut caption = caption_of(dom, outline, shown?);
    if is_credit && caption.credit.is_none() {
        let read = crate::tidy::caption(&beside);
        caption.credit = Some(read.credit.unwrap_or(beside));
    }
    is_credit.then_some(caption)
}

/// The caption that an element contains; an element of it that is named like an author is the
/// photographer. Labels for readers of screens are no part of it.
fn caption_of(dom: &Dom, outline: &Outline, root: Id) -> Caption {
    let (mut text, mut credit) = (String::new(), None);
    let mut at = Some(root);
    while let Some(id) = at {
        let is_inner = id != root;
        let is_skipped = is_inner && (outline.is_skipped(id) || outline.kind(id) == Kind::Nothing);
        let is_labelled = text.trim_end().ends_with(':');
        let is_credit = is_inner && !is_labelled && outline.marks(id).has(Marks::AUTHOR);
        if is_credit && credit.is_none() {
            credit = Some(one_line(dom.text(id))).filter(|credit| !credit.is_empty());
        }
        if matches!(outline.kind(id), Kind::Block | Kind::Break) {
            text.push(' ');
        }
        text.push_str(dom.text_of(id).unwrap_or_default());
        at = dom.after(id, root, !(is_skipped || is_credit));
    }
    let mut read = caption(&one_line(text));
    read.credit = read.credit.or(credit);
    read
}

struct Reading<'a> {
    dom: &'a Dom,
    outline: &'a Outline,
    root: Id,
    line: String,
    /// Links around the current node.
    links: usize,
    /// Elements around the current node that set text off.
    styles: usize,
    /// Whether the line has letters that are not set off.
    has_upright: bool,
    /// The position of the title.
    title: Option<u32>,
    /// Paragraphs before those of this element.
    start: usize,
    /// Whether the line has letters that are no link.
    has_own_letters: bool,
    text: &'a mut Text,
}

/// Elements nest deeper than the stack allows recursion.
enum Step {
    /// Reads a node; `true` keeps its line breaks.
    Enter(Id, bool),
    EndLine,
    EndLink,
    EndQuote,
    EndStyle,
}

impl Reading<'_> {
    fn read(mut self) {
        let mut steps = vec![Step::Enter(self.root, false)];
        while let Some(step) = steps.pop() {
            match step {
                Step::EndLine => self.end_line(),
                Step::EndLink => self.links -= 1,
                Step::EndStyle => self.styles -= 1,
                Step::EndQuote => self.line.push('”'),
                Step::Enter(id, preformatted) => self.enter(id, preformatted, &mut steps),
            }
        }
        self.end_line();
    }

    fn enter(&mut self, id: Id, mut preformatted: bool, steps: &mut Vec<Step>) {
        if let Some(text) = self.dom.text_of(id) {
            push_text(&mut self.line, text, preformatted);
            self.has_own_letters |= self.links == 0 && text.contains(char::is_alphanumeric);
            self.has_upright |= self.styles == 0 && text.contains(char::is_alphanumeric);
            return;
        }
        if self.title == Some(self.outline.position(id)) {
            self.drop_above();
            // What is next to the title in its line is no part of it.
            steps.push(Step::EndLine);
        }
        if id != self.root {
            if self.outline.is_skipped(id) {
                let dropped = one_line(self.dom.text(id));
                if !dropped.is_empty() {
                    self.text.dropped.push(shorten(dropped));
                }
                return;
            }
            if self.dom.name(id) == Some("figure")
                && let Some(caption) = figure(self.dom, self.outline, id)
            {
                self.end_line();
                return self.push_caption(caption);
            }
            match self.outline.kind(id) {
                Kind::Nothing => return,
                Kind::Break => return self.end_line(),
                Kind::Caption if self.is_caption(id) => {
                    self.end_line();
                    let caption = caption_of(self.dom, self.outline, id);
                    return self.push_caption(caption);
                }
                Kind::Inline if self.dom.name(id) == Some("a") => {
                    self.links += 1;
                    steps.push(Step::EndLink);
                }
                // Browsers put the quotation marks.
                Kind::Inline if self.dom.name(id) == Some("q") => {
                    self.line.push('“');
                    steps.push(Step::EndQuote);
                }
                Kind::Inline if matches!(self.dom.name(id), Some("b" | "strong" | "em" | "i")) => {
                    self.styles += 1;
                    steps.push(Step::EndStyle);
                }
                Kind::Inline => {}
                Kind::Caption | Kind::Block => {
                    self.end_line();
                    steps.push(Step::EndLine);
                }
            }
        }
        preformatted |= self.dom.name(id) == Some("pre");
        let children = self.dom.children_reversed(id);
        steps.extend(children.map(|child| Step::Enter(child, preformatted)));
    }

    /// Returns `true` unless an element that is named like a caption has
    /// paragraphs of the article.
    fn is_caption(&self, id: Id) -> bool {
        const LONGEST: u32 = 600;
        self.outline.running(id) <= LONGEST
    }

    fn push_caption(&mut self, shown: Caption) {
        if is_file_name(&shown.text) {
            self.text.dropped.push(shorten(shown.text));
        } else if shown != Caption::default() {
            self.text.captions.push(shown);
        }
    }

    fn end_line(&mut self) {
        if self.points_elsewhere() {
            let pointer = one_line(std::mem::take(&mut self.line));
            self.text.dropped.push(shorten(pointer));
        }
        self.has_own_letters = false;
        let lines = self.line.lines().map(str::trim);
        let lines = lines.filter(|line| !line.is_empty());
        self.text.paragraphs.extend(lines.map(str::to_owned));
        let is_set_off = !std::mem::take(&mut self.has_upright);
        self.text
            .set_off
            .resize(self.text.paragraphs.len(), is_set_off);
        self.line.clear();
    }

    /// Drops the lines above the title: the trail to its section, dates, buttons.
    fn drop_above(&mut self) {
        const RUNNING: usize = 100;
        self.end_line();
        let above = self.text.paragraphs.get(self.start..).unwrap_or_default();
        let is_running = |line: &String| line.len() >= RUNNING;
        if !above.iter().any(is_running) {
            self.text
                .dropped
                .extend(above.iter().map(|line| shorten(line.clone())));
            self.text.paragraphs.truncate(self.start);
            self.text.set_off.truncate(self.start);
        }
    }
}

impl Reading<'_> {
    /// Returns `true` if the line is a bullet and a link: another article, set between paragraphs.
    fn points_elsewhere(&self) -> bool {
        const BULLETS: &[char] = &[
            '*', '•', '●', '■', '▪', '◆', '►', '▶', '→', '⇒', '☞', '»', '›', '>', '+', '-', '–',
        ];
        !self.has_own_letters
            && self.line.trim_start().starts_with(BULLETS)
            && self.line.contains(char::is_alphabetic)
    }
}

fn push_text(line: &mut String, text: &str, preformatted: bool) {
    for letter in text.chars() {
        match letter {
            '\n' if preformatted => line.push('\n'),
            letter if letter.is_whitespace() => {
                if !line.is_empty() && !line.ends_with([' ', '\n']) {
                    line.push(' ');
                }
            }
            letter => line.push(letter),
        }
    }
}

fn shorten(text: String) -> String {
    const MOST: usize = 200;
    match text.char_indices().nth(MOST) {
        Some((at, _)) => format!("{}…", text.get(..at).unwrap_or_default()),
        None => text,
    }
}
