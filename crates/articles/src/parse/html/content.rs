//! Finds the elements of a page that are its article.

use super::dom::{Dom, Id};
use super::marks::Marks;
use super::outline::{ENOUGH, LEAST, Outline};

/// The elements with the article's text, and how they were found.
pub(super) struct Content {
    pub roots: Vec<Id>,
    pub from: String,
    /// Whether they are named for an article and have no entries of a list.
    pub is_article: bool,
}

/// Finds the article: in containers that are named for it, else in the
/// smallest element with most of the page's running text.
pub(super) fn find(dom: &Dom, outline: &Outline) -> Content {
    let named = named_containers(dom, outline);
    let running: u32 = named.iter().map(|id| outline.running(*id)).sum();
    let densest = densest(dom, outline);
    // A container with little of the text is of something else.
    let is_most = running.saturating_mul(5) >= outline.running(densest).saturating_mul(2);
    // A short item, where nothing else on the page is running text.
    let body = dom.find("body").unwrap_or(dom.root());
    let is_item = running >= LEAST && running.saturating_mul(5) >= outline.running(body) * 4;
    if (running >= ENOUGH || is_item) && is_most {
        let from = named.first().map(|id| describe(dom, *id));
        return Content {
            is_article: !named.iter().any(|id| has_entry(dom, outline, *id)),
            roots: named,
            from: from.unwrap_or_default(),
        };
    }
    if outline.running(densest) >= ENOUGH {
        return Content {
            roots: vec![densest],
            from: "element with most of the text".to_owned(),
            is_article: false,
        };
    }
    if let Some(id) = of_lines(dom, outline) {
        return Content {
            roots: vec![id],
            from: describe(dom, id),
            is_article: !has_entry(dom, outline, id),
        };
    }
    let article = dom.find("article").or_else(|| dom.find("main"));
    let (root, from) = match article {
        Some(id) => (id, "article element"),
        None => (dom.find("body").unwrap_or(dom.root()), "whole page"),
    };
    Content {
        roots: vec![root],
        from: from.to_owned(),
        is_article: false,
    }
}

/// Returns `true` if an entry of a list is in an element.
fn has_entry(dom: &Dom, outline: &Outline, root: Id) -> bool {
    dom.under(root).any(|id| outline.is_in_entry(id))
}

/// The container named for the article on a page without running text: verses, lists.
fn of_lines(dom: &Dom, outline: &Outline) -> Option<Id> {
    const LETTERS: usize = 60;
    let mut at = Some(dom.root());
    while let Some(id) = at {
        let is_read = !outline.is_skipped(id) && !outline.is_in_entry(id);
        let is_named = is_read && outline.marks(id).has(Marks::BODY);
        if is_named
            && dom
                .text(id)
                .chars()
                .filter(|c| c.is_alphanumeric())
                .nth(LETTERS)
                .is_some()
        {
            return Some(id);
        }
        at = dom.after(id, dom.root(), is_read && !is_named);
    }
    None
}

/// An element as a selector.
fn describe(dom: &Dom, id: Id) -> String {
    let attribute = |name| dom.attribute(id, name).unwrap_or_default();
    let first = |name| attribute(name).split_whitespace().next();
    match (first("itemprop"), first("class"), first("id")) {
        (Some(property), ..) => format!("[itemprop={property}]"),
        (_, Some(class), _) => format!(".{class}"),
        (_, _, Some(id)) => format!("#{id}"),
        _ => dom.name(id).unwrap_or_default().to_owned(),
    }
}

/// Containers of the article by their names: all with a share in it.
fn named_containers(dom: &Dom, outline: &Outline) -> Vec<Id> {
    let mut named: Vec<Id> = Vec::new();
    let mut at = Some(dom.root());
    while let Some(id) = at {
        let is_named = outline.marks(id).has(Marks::BODY) && outline.running(id) > 0;
        if is_named && !outline.is_skipped(id) {
            named.push(innermost(dom, outline, id));
        }
        at = dom.after(id, dom.root(), !is_named && !outline.is_skipped(id));
    }
    // Containers in entries of a list, or in posts of a blog, are of several
    // articles: the longest is the page's own.
    let mut by_article: Vec<(Option<Id>, Vec<Id>)> = Vec::new();
    for id in named {
        let article = article_of(dom, outline, id);
        match by_article.iter().position(|(known, _)| *known == article) {
            Some(at) => by_article[at].1.push(id),
            None if by_article.len() < MOST_ARTICLES => by_article.push((article, vec![id])),
            None => {}
        }
    }
    let running = |ids: &[Id]| ids.iter().map(|id| outline.running(*id)).sum::<u32>();
    by_article
        .into_iter()
        .map(|(_, ids)| ids)
        .reduce(|best, ids| {
            if running(&ids) > running(&best) {
                ids
            } else {
                best
            }
        })
        .unwrap_or_default()
}

/// Articles of one page that are compared.
const MOST_ARTICLES: usize = 64;

/// The element that parts one article of a page from the others.
fn article_of(dom: &Dom, outline: &Outline, id: Id) -> Option<Id> {
    std::iter::once(id)
        .chain(dom.ancestors(id))
        .take(64)
        .find(|id| {
            let parent_is_list = dom
                .parent(*id)
                .is_some_and(|parent| !outline.is_in_entry(parent));
            dom.name(*id) == Some("article")
                || outline.marks(*id).has(Marks::ENTRY)
                || (outline.is_in_entry(*id) && parent_is_list)
        })
}

/// A named container in a named container is the better one, if it has nearly
/// all of the text.
fn innermost(dom: &Dom, outline: &Outline, outer: Id) -> Id {
    let mut best = outer;
    for id in dom.under(outer).take(400) {
        let nearly_all = outline.running(id).saturating_mul(10) >= outline.running(outer) * 9;
        if outline.marks(id).has(Marks::BODY) && nearly_all && !outline.is_skipped(id) {
            best = id;
        }
    }
    best
}

/// The smallest element with seven tenths of the page's running text.
fn densest(dom: &Dom, outline: &Outline) -> Id {
    let body = dom.find("body").unwrap_or(dom.root());
    let whole = outline.running(body);
    let mut best = body;
    loop {
        let child = dom.children(best).find(|id| {
            let is_block = dom.name(*id).is_some() && !matches!(dom.name(*id), Some("p"));
            // Rows of a table follow each other as paragraphs do; its columns may be a menu.
            let share = match dom.name(*id) {
                Some("tr" | "tbody") => 9,
                _ => 7,
            };
            let most = outline.running(*id).saturating_mul(10) >= whole.saturating_mul(share);
            is_block && most && whole > 0 && !outline.is_skipped(*id)
        });
        match child {
            Some(child) => best = child,
            None => return best,
        }
    }
}
