//! The text under an element: a paragraph a block, captions apart, and without
//! what is not the article's.

use dom_query::NodeRef;

use crate::Caption;
use crate::fields::{caption, one_line};

/// The text of an element.
#[derive(Default)]
pub(super) struct Text {
    pub paragraphs: Vec<String>,
    pub captions: Vec<Caption>,
    /// Texts that were passed over as boilerplate.
    pub dropped: Vec<String>,
}

impl Text {
    /// Characters of running text.
    pub fn length(&self) -> usize {
        self.paragraphs
            .iter()
            .map(|paragraph| paragraph.chars().count())
            .sum()
    }
}

/// Reads the text under `root`.
pub(super) fn read(root: NodeRef<'_>) -> Text {
    let mut text = Text::default();
    let mut line = String::new();
    // Elements may nest deeper than the stack goes: no recursion.
    let mut work = vec![Work::Enter(root, false)];
    while let Some(step) = work.pop() {
        let (node, preformatted) = match step {
            Work::Break => {
                end_line(&mut line, &mut text.paragraphs);
                continue;
            }
            Work::Enter(node, preformatted) => (node, preformatted),
        };
        if node.is_text() {
            push_text(&mut line, &node.text(), preformatted);
            continue;
        }
        let Some(name) = node.node_name() else {
            work.extend(
                node.children_it(true)
                    .map(|child| Work::Enter(child, preformatted)),
            );
            continue;
        };
        let is_root = node.id == root.id;
        match kind(&name, &node) {
            Kind::Nothing => {}
            Kind::Boilerplate if !is_root => {
                let dropped = one_line(node.text().to_string());
                if !dropped.is_empty() {
                    text.dropped.push(shorten(dropped));
                }
            }
            Kind::Caption if !is_root => {
                end_line(&mut line, &mut text.paragraphs);
                let shown = one_line(node.text().to_string());
                if !shown.is_empty() {
                    text.captions.push(caption(&shown));
                }
            }
            Kind::Break => end_line(&mut line, &mut text.paragraphs),
            Kind::Inline => {
                work.extend(
                    node.children_it(true)
                        .map(|child| Work::Enter(child, preformatted)),
                );
            }
            Kind::Block | Kind::Boilerplate | Kind::Caption => {
                end_line(&mut line, &mut text.paragraphs);
                work.push(Work::Break);
                let pre = preformatted || &*name == "pre";
                work.extend(node.children_it(true).map(|child| Work::Enter(child, pre)));
            }
        }
    }
    end_line(&mut line, &mut text.paragraphs);
    text
}

enum Work<'a> {
    /// Reads a node; whether its line breaks are to be kept.
    Enter(NodeRef<'a>, bool),
    /// Ends the line.
    Break,
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

fn end_line(line: &mut String, paragraphs: &mut Vec<String>) {
    paragraphs.extend(
        line.lines()
            .map(str::trim)
            .filter(|line| !line.is_empty())
            .map(str::to_owned),
    );
    line.clear();
}

fn shorten(text: String) -> String {
    const MOST: usize = 200;
    match text.char_indices().nth(MOST) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text,
    }
}

/// What an element is to the text around it.
enum Kind {
    Inline,
    Block,
    Break,
    Caption,
    /// Text that is not the article's.
    Boilerplate,
    /// No text at all.
    Nothing,
}

fn kind(name: &str, node: &NodeRef<'_>) -> Kind {
    match name {
        "script" | "style" | "noscript" | "template" | "head" | "title" | "meta" | "link"
        | "svg" | "iframe" | "object" | "audio" | "video" | "canvas" | "select" | "textarea"
        | "input" => return Kind::Nothing,
        "br" | "hr" => return Kind::Break,
        "figcaption" => return Kind::Caption,
        "nav" | "aside" | "footer" | "form" | "button" | "dialog" | "menu" => {
            return Kind::Boilerplate;
        }
        "html" | "body" => return Kind::Block,
        _ => {}
    }
    let class = node.class().unwrap_or_default().to_lowercase();
    let named = format!(
        "{class} {}",
        node.id_attr().unwrap_or_default().to_lowercase()
    );
    let hidden = node.has_attr("hidden")
        || node
            .attr("style")
            .is_some_and(|style| style.replace(' ', "").contains("display:none"));
    if hidden {
        return Kind::Nothing;
    }
    if node
        .attr("type")
        .is_some_and(|kind| kind.to_lowercase().contains("relatednews"))
    {
        return Kind::Boilerplate;
    }
    if CAPTIONS
        .iter()
        .any(|mark| class.split_whitespace().any(|class| class.contains(mark)))
    {
        return Kind::Caption;
    }
    if BOILERPLATE.iter().any(|mark| has_word(&named, mark)) {
        return Kind::Boilerplate;
    }
    match name {
        "a" | "abbr" | "acronym" | "b" | "bdi" | "bdo" | "big" | "cite" | "code" | "data"
        | "del" | "dfn" | "em" | "font" | "i" | "ins" | "kbd" | "label" | "mark" | "meter"
        | "nobr" | "o:p" | "output" | "q" | "ruby" | "rt" | "s" | "samp" | "small" | "span"
        | "strike" | "strong" | "sub" | "sup" | "time" | "tt" | "u" | "var" | "wbr" | "img"
        | "picture" | "source" => Kind::Inline,
        _ => Kind::Block,
    }
}

/// Parts of class names that captions have.
const CAPTIONS: &[&str] = &[
    "caption",
    "photocms_caption",
    "pcaption",
    "desc_cation",
    "image-desc",
    "photo-desc",
    "img-desc",
    "chu-thich",
    "chuthich",
    "fig-desc",
];

/// Beginnings of words in class names and ids of what is not the article.
const BOILERPLATE: &[&str] = &[
    "relate",
    "related",
    "tinlienquan",
    "tin-lien-quan",
    "lien-quan",
    "box-related",
    "comment",
    "binh-luan",
    "share",
    "social",
    "breadcrumb",
    "tags",
    "taglist",
    "keyword",
    "advert",
    "ads",
    "banner",
    "sidebar",
    "newsletter",
    "subscribe",
    "toolbar",
    "readmore",
    "read-more",
    "doc-them",
    "xem-them",
    "most-read",
    "recommend",
    "vcsortableinpreviewmode-related",
    "tin-khac",
    "tinkhac",
    "copyright",
    "print",
];

/// Tells whether a word of a class list begins with `mark`, words being parted
/// by blanks, hyphens and underscores.
fn has_word(classes: &str, mark: &str) -> bool {
    classes.match_indices(mark).any(|(at, _)| {
        let begins = at == 0
            || classes
                .as_bytes()
                .get(at - 1)
                .is_some_and(|byte| matches!(byte, b' ' | b'-' | b'_'));
        let after = classes.as_bytes().get(at + mark.len());
        // Short marks are whole words: "ads" is not "adsorb".
        let ends = mark.len() > 5 || after.is_none_or(|byte| !byte.is_ascii_alphabetic());
        begins && ends
    })
}
