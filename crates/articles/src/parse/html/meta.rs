//! Metadata in the head of a page: `meta` and `link` elements, the title.

use super::dom::Dom;
use super::rank;
use super::site::Site;
use super::values::{is_address, plain_text, web_address};
use crate::Published;
use crate::fields::{Draft, Field};
use crate::names;
use crate::provenance::Trace;
use crate::tidy::one_line;

const NAMES: &[(&str, Field, u8)] = &[
    ("og:title", Field::Title, 0),
    ("twitter:title", Field::Title, 1),
    ("headline", Field::Title, 2),
    ("og:description", Field::Summary, 0),
    ("description", Field::Summary, 1),
    ("twitter:description", Field::Summary, 2),
    ("article:section", Field::Section, 0),
    ("section", Field::Section, 1),
    ("articlesection", Field::Section, 2),
    ("article:author", Field::Author, 1),
    ("author", Field::Author, 0),
    ("dable:author", Field::Author, 2),
    ("dc.creator", Field::Author, 3),
    ("article:published_time", Field::Published, 0),
    ("datepublished", Field::Published, 1),
    ("pubdate", Field::Published, 2),
    ("publishdate", Field::Published, 3),
    ("publish-date", Field::Published, 4),
    ("publish_date", Field::Published, 4),
    ("og:published_time", Field::Published, 4),
    ("dc.date.issued", Field::Published, 5),
    ("dcterms.issued", Field::Published, 5),
    ("dc.date", Field::Published, 6),
    ("date", Field::Published, 7),
    ("its_publication", Field::Published, 8),
    ("og:site_name", Field::Source, 0),
    ("application-name", Field::Source, 1),
    ("dc.publisher", Field::Source, 2),
    ("og:url", Field::Url, 0),
];

/// The field of a `meta` element: by its name, or by the end of the names that services and
/// publishing programs make of the same words (`parsely-pub-date`, `sailthru.author`).
fn known(name: &str) -> Option<(&'static str, Field, u8)> {
    const ENDINGS: &[(&str, Field, u8)] = &[
        ("publishedtime", Field::Published, 9),
        ("publisheddate", Field::Published, 9),
        ("datepublished", Field::Published, 9),
        ("publishdate", Field::Published, 9),
        ("publishtime", Field::Published, 9),
        ("pubdate", Field::Published, 9),
        ("publicationdate", Field::Published, 9),
        ("dateissued", Field::Published, 9),
        ("sailthrudate", Field::Published, 9),
        ("displaydate", Field::Published, 10),
        ("parselyauthor", Field::Author, 4),
        ("sailthruauthor", Field::Author, 4),
        ("articleauthorname", Field::Author, 4),
        ("citationauthor", Field::Author, 4),
        ("citationjournaltitle", Field::Source, 2),
        ("parselysection", Field::Section, 3),
        ("parselytitle", Field::Title, 3),
        ("sailthrutitle", Field::Title, 3),
        ("citationtitle", Field::Title, 3),
        ("dctitle", Field::Title, 4),
        ("dcdescription", Field::Summary, 3),
    ];
    if let Some(found) = NAMES.iter().find(|(known, ..)| *known == name) {
        return Some(*found);
    }
    let letters: String = name.chars().filter(char::is_ascii_alphabetic).collect();
    let found = ENDINGS
        .iter()
        .find(|(ending, ..)| letters.ends_with(ending));
    found.copied()
}

/// The head of a page.
#[derive(Default)]
pub(super) struct Head {
    /// Values by field, rank and name of the `meta` element.
    values: Vec<(Field, u8, &'static str, String)>,
    canonical: Option<String>,
    title: String,
    /// Whether the page calls itself an article, if it does.
    pub is_article: Option<bool>,
}

impl Head {
    pub fn of(dom: &Dom) -> Self {
        let mut head = Self::default();
        let mut at = Some(dom.root());
        while let Some(id) = at {
            match dom.name(id) {
                Some("meta") => head.read_meta(dom, id),
                Some("link") if dom.attribute(id, "rel") == Some("canonical") => {
                    head.canonical = dom.attribute(id, "href").and_then(web_address);
                }
                Some("title") if head.title.is_empty() => head.title = one_line(dom.text(id)),
                _ => {}
            }
            // The title of a drawing is not the page's.
            at = dom.after(id, dom.root(), dom.name(id) != Some("svg"));
        }
        head
    }

    fn read_meta(&mut self, dom: &Dom, id: u32) {
        let name = ["property", "name", "itemprop"]
            .iter()
            .find_map(|attribute| dom.attribute(id, attribute));
        let (Some(name), Some(content)) = (name, dom.attribute(id, "content")) else {
            return;
        };
        let name = name.trim().to_ascii_lowercase();
        if name == "og:type" {
            self.is_article = Some(content.to_ascii_lowercase().contains("article"));
        }
        if let Some((known, field, order)) = known(&name) {
            let value = plain_text(content);
            if !value.is_empty() {
                self.values.push((field, rank::META + order, known, value));
            }
        }
    }

    /// The date in the head of the page.
    pub fn published(&self) -> Option<Published> {
        self.of_field(Field::Published).find_map(Published::parse)
    }

    /// The names of the publication in the page.
    pub fn site_names(&self) -> impl Iterator<Item = &str> {
        self.of_field(Field::Source)
    }

    /// The addresses of the page itself.
    pub fn addresses(&self) -> impl Iterator<Item = &str> {
        let canonical = self.canonical.as_deref().into_iter();
        canonical.chain(self.of_field(Field::Url))
    }

    /// The titles by which the page's own article is recognised, cut to a length at which all
    /// headings can be compared with them.
    pub fn titles(&self) -> Vec<String> {
        const LONGEST: usize = 400;
        let cut = |title: &str| title.chars().take(LONGEST).collect();
        let title = Some(self.title.as_str()).filter(|title| !title.is_empty());
        let stated = self.of_field(Field::Title).take(8);
        stated.chain(title).map(cut).collect()
    }

    fn of_field(&self, field: Field) -> impl Iterator<Item = &str> {
        let values = self.values.iter();
        values.filter_map(move |(known, _, _, value)| (*known == field).then_some(value.as_str()))
    }

    /// Offers the fields. The page of a section has no summary or date.
    pub fn offer(&self, is_list: bool, site: &Site, draft: &mut Draft, trace: &mut Trace) {
        if let Some(address) = &self.canonical {
            draft.offer(
                Field::Url,
                rank::LINKED,
                address.clone(),
                "link rel=canonical",
                trace,
            );
        }
        for (field, rank, name, value) in &self.values {
            let of_article = matches!(field, Field::Summary | Field::Author | Field::Published);
            if is_list && of_article {
                continue;
            }
            let value = match field {
                Field::Author => site.without(value),
                Field::Url => web_address(value),
                Field::Source => (!is_address(value)).then(|| value.clone()),
                _ => Some(value.clone()),
            };
            if let Some(value) = value {
                draft.offer(*field, *rank, value, &format!("meta {name}"), trace);
            }
        }
    }

    /// The newspaper that the `title` element names beside the headline.
    pub fn paper(&self) -> Option<&str> {
        const LONGEST: usize = 10;
        let separators = [" - ", " – ", " — ", " | ", " :: ", " • "].iter();
        let mut parts = separators.flat_map(|sign| {
            let last = self.title.rsplit_once(*sign).map(|(_, last)| last);
            let first = self.title.split_once(*sign).map(|(first, _)| first);
            last.into_iter().chain(first)
        });
        let is_paper = |part: &&str| {
            names::paper(part).is_some() && part.split_whitespace().count() <= LONGEST
        };
        parts.by_ref().map(str::trim).find(is_paper)
    }

    /// Offers the `title` element, without the site's name.
    pub fn offer_title(&self, draft: &mut Draft, trace: &mut Trace) {
        if let Some(paper) = self.paper() {
            let from = "title element";
            draft.offer(Field::Source, rank::GUESSED, paper.to_owned(), from, trace);
        }
        let title = self.bare_title(draft.get(Field::Source));
        draft.offer(Field::Title, rank::GUESSED, title, "title element", trace);
    }

    /// The `title` element without the names of the site and the section.
    fn bare_title(&self, site: Option<&str>) -> String {
        let site = site.map(str::to_lowercase);
        let is_site = |part: &str| {
            let is_paper = names::paper(part.trim()).is_some();
            let part = part.trim().to_lowercase();
            is_paper
                || site
                    .as_ref()
                    .is_some_and(|site| site.contains(&part) || part.contains(site))
                || part.starts_with("trang chủ")
                || (part.contains('.') && !part.contains(' '))
        };
        // Site :: section :: title, in either order.
        for sign in [" :: ", " | "] {
            if self.title.contains(sign) {
                let parts = self.title.split(sign).filter(|part| !is_site(part));
                if let Some(longest) = parts.max_by_key(|part| part.chars().count()) {
                    return longest.trim().to_owned();
                }
            }
        }
        for sign in [" - ", " – ", " — "] {
            if let Some((before, after)) = self.title.rsplit_once(sign)
                && (is_site(after) || after.contains('.'))
            {
                return before.trim().to_owned();
            }
            if let Some((before, after)) = self.title.split_once(sign)
                && is_site(before)
            {
                return after.trim().to_owned();
            }
        }
        self.title.clone()
    }
}
