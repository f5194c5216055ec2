//! JSON-LD: metadata of an article in the terms of schema.org.

use serde_json::Value;

use super::dom::Dom;
use super::rank;
use super::site::Site;
use super::values::{is_address, is_front_page, plain_text, same, web_address};
use crate::fields::{Draft, Field};
use crate::names::fold;
use crate::provenance::Trace;

/// Nested values that are looked into.
const DEEPEST: usize = 6;

/// The JSON-LD of a page.
pub(super) struct LinkedData {
    documents: Vec<Value>,
}

impl LinkedData {
    pub fn of(dom: &Dom, trace: &mut Trace) -> Self {
        let mut documents = Vec::new();
        for id in dom.under(dom.root()) {
            let is_json = dom.name(id) == Some("script")
                && dom
                    .attribute(id, "type")
                    .is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/ld+json"));
            if !is_json {
                continue;
            }
            match super::json::lenient(&dom.text(id)) {
                Some(value) => documents.push(value),
                None => trace.note(|| "invalid JSON-LD was skipped".to_owned()),
            }
        }
        Self { documents }
    }

    fn objects(&self) -> Vec<&Value> {
        let mut objects = Vec::new();
        let documents = self.documents.iter();
        documents.for_each(|document| collect(document, 0, &mut objects));
        objects
    }

    /// The page's own article: the one with the title of the page, else the
    /// first.
    pub fn article(&self, titles: &[String]) -> Option<&Value> {
        let objects = self.objects();
        let articles = || objects.iter().copied().filter(|object| is_article(object));
        let own = |object: &&Value| {
            headline(object).is_some_and(|headline| {
                let headline = fold(&headline);
                titles.iter().any(|title| fold(title).contains(&headline))
            })
        };
        articles().find(own).or_else(|| articles().next())
    }

    /// The names of the page's publishers and sites.
    pub fn publishers(&self) -> impl Iterator<Item = String> {
        let objects = self.objects();
        let of_articles = objects
            .iter()
            .filter(|object| is_article(object))
            .filter_map(|article| property(article.get("publisher")?, "name"));
        let sites = objects
            .iter()
            .filter(|object| has_type(object, SITES))
            .filter_map(|site| property(site, "name"));
        let names: Vec<String> = of_articles.chain(sites).collect();
        // A paper that signs its articles: "VOA Tiếng Việt" of "VOA".
        let articles = objects.iter().filter(|object| is_article(object));
        let offices = articles
            .filter_map(|article| article.get("author"))
            .filter(|author| has_type(author, SITES))
            .filter_map(|author| property(author, "name"));
        let offices = offices.filter(|office| names.iter().any(|name| office.contains(name)));
        let offices: Vec<String> = offices.collect();
        names.into_iter().chain(offices)
    }

    pub fn offer_article(
        &self,
        article: &Value,
        site: &Site,
        draft: &mut Draft,
        trace: &mut Trace,
    ) {
        Graph(&self.objects()).offer(article, site, draft, trace);
    }

    /// Offers the date of the page and the last step of its breadcrumb.
    pub fn offer_rest(
        &self,
        titles: &[String],
        is_list: bool,
        draft: &mut Draft,
        trace: &mut Trace,
    ) {
        let objects = self.objects();
        let page = objects.iter().find(|object| has_type(object, &["WebPage"]));
        if let Some(page) = page.filter(|_| !is_list) {
            let date = property(page, "datePublished");
            let rank = rank::META + 9;
            offer(
                Field::Published,
                rank,
                date,
                "JSON-LD WebPage",
                draft,
                trace,
            );
        }
        let crumbs = objects
            .iter()
            .find(|object| has_type(object, &["BreadcrumbList"]));
        let title = draft.get(Field::Title).map(str::to_owned);
        let section =
            crumbs.and_then(|crumbs| Graph(&objects).last_crumb(crumbs, title.as_deref(), titles));
        offer(
            Field::Section,
            rank::GUESSED,
            section,
            "JSON-LD BreadcrumbList",
            draft,
            trace,
        );
    }
}

/// Types of publications.
const SITES: &[&str] = &["Organization", "NewsMediaOrganization", "WebSite"];

/// The headline of an article.
pub(super) fn headline(article: &Value) -> Option<String> {
    let headline = property(article, "headline").or_else(|| property(article, "name"))?;
    const LONGEST: usize = 400;
    Some(plain_text(&headline).chars().take(LONGEST).collect())
}

/// Collects the objects of a document that are things of their own. Lists of
/// other articles and updates of a live blog are not looked into.
fn collect<'v>(value: &'v Value, depth: usize, objects: &mut Vec<&'v Value>) {
    const MOST: usize = 1000;
    if depth > DEEPEST || objects.len() >= MOST {
        return;
    }
    match value {
        Value::Array(items) => items
            .iter()
            .for_each(|item| collect(item, depth + 1, objects)),
        Value::Object(map) => {
            objects.push(value);
            for key in [
                "@graph",
                "mainEntity",
                "mainEntityOfPage",
                "isPartOf",
                "hasPart",
                "breadcrumb",
            ] {
                if let Some(inner) = map.get(key) {
                    collect(inner, depth + 1, objects);
                }
            }
        }
        _ => {}
    }
}

fn is_article(value: &Value) -> bool {
    types(value)
        .any(|name| name.ends_with("Article") || name.ends_with("Posting") || name == "Report")
}

pub(super) fn has_type(value: &Value, names: &[&str]) -> bool {
    types(value).any(|name| names.contains(&name))
}

/// The types of an object without the address of their vocabulary.
fn types(value: &Value) -> impl Iterator<Item = &str> {
    let stated = value.get("@type");
    let one = stated.and_then(Value::as_str).into_iter();
    let several = stated.and_then(Value::as_array).into_iter().flatten();
    one.chain(several.filter_map(Value::as_str))
        .map(|name| name.rsplit(['/', ':', '#']).next().unwrap_or(name))
}

pub(super) fn property(value: &Value, name: &str) -> Option<String> {
    text_of(value.get(name)?)
}

fn text_of(value: &Value) -> Option<String> {
    let text = match value {
        Value::String(text) => text.trim(),
        Value::Array(items) => return items.iter().find_map(text_of),
        Value::Object(map) => map.get("@value")?.as_str()?.trim(),
        _ => return None,
    };
    (!text.is_empty()).then(|| text.to_owned())
}

fn offer(
    field: Field,
    rank: u8,
    value: Option<String>,
    from: &str,
    draft: &mut Draft,
    trace: &mut Trace,
) {
    if let Some(value) = value {
        draft.offer(field, rank, plain_text(&value), from, trace);
    }
}

/// The objects of a page, among which others are named by `@id`.
struct Graph<'v>(&'v [&'v Value]);

impl Graph<'_> {
    fn offer(&self, article: &Value, site: &Site, draft: &mut Draft, trace: &mut Trace) {
        let text = |name| property(article, name);
        let mut give = |field, rank, value: Option<String>, name: &str| {
            offer(field, rank, value, &format!("JSON-LD {name}"), draft, trace);
        };
        let names = |name| self.names(article, name);
        let address = |name| self.address(article, name);
        // The visible text is more complete.
        let title = text("headline").or_else(|| text("name"));
        give(Field::Title, rank::META - 1, title, "headline");
        let summary = text("description");
        give(Field::Summary, rank::META - 1, summary, "description");
        let section = names("articleSection").filter(|name| !is_front_page(name));
        give(Field::Section, 0, section, "articleSection");
        let authors = self.authors(article);
        let author = authors.and_then(|authors| site.without(&authors));
        give(Field::Author, 0, author, "author");
        for name in ["datePublished", "dateCreated"] {
            give(Field::Published, 0, text(name), name);
        }
        give(Field::Source, 0, names("publisher"), "publisher");
        for name in ["url", "mainEntityOfPage"] {
            give(Field::Url, rank::META + 1, address(name), name);
        }
        for name in ["locationCreated", "contentLocation"] {
            give(Field::Place, 0, names(name), name);
        }
    }

    /// The names of people; organisations among them are usually the site.
    fn authors(&self, article: &Value) -> Option<String> {
        let mut names = Vec::new();
        for key in ["author", "creator"] {
            let Some(value) = article.get(key) else {
                continue;
            };
            each(value, &mut |author| {
                let author = self.resolved(author);
                if !has_type(author, SITES) {
                    names.extend(self.name(author, 0));
                }
            });
            if !names.is_empty() {
                break;
            }
        }
        names.dedup();
        (!names.is_empty()).then(|| names.join(", "))
    }

    fn names(&self, article: &Value, key: &str) -> Option<String> {
        let mut names = Vec::new();
        each(article.get(key)?, &mut |value| {
            names.extend(self.name(value, 0))
        });
        names.dedup();
        (!names.is_empty()).then(|| names.join(", "))
    }

    /// The name of a value: a string that is not an address, or the name of an
    /// object, wherever it is described.
    fn name(&self, value: &Value, depth: usize) -> Option<String> {
        let name = match value {
            Value::String(text) => text.trim().to_owned(),
            Value::Object(map) => {
                let known = map.get("name").or_else(|| map.get("legalName"));
                match known {
                    Some(name) if depth < DEEPEST => return self.name(name, depth + 1),
                    Some(_) => return None,
                    None => property(self.resolved(value), "name")?,
                }
            }
            Value::Array(items) => return items.iter().find_map(|item| self.name(item, depth + 1)),
            _ => return None,
        };
        let name = plain_text(&name);
        (!name.is_empty() && !is_address(&name)).then_some(name)
    }

    /// The object with the `@id` of this one that says most.
    fn resolved<'v>(&'v self, value: &'v Value) -> &'v Value {
        let Some(id) = value.get("@id").and_then(Value::as_str) else {
            return value;
        };
        if value.get("name").is_some() {
            return value;
        }
        let found = self.0.iter().copied().find(|object| {
            object.get("@id").and_then(Value::as_str) == Some(id) && object.get("name").is_some()
        });
        found.unwrap_or(value)
    }

    fn address(&self, article: &Value, key: &str) -> Option<String> {
        let value = article.get(key)?;
        let address = match value {
            Value::Object(map) => map.get("@id").or_else(|| map.get("url"))?.as_str()?,
            value => value.as_str()?,
        };
        web_address(address)
    }

    fn last_crumb(&self, crumbs: &Value, title: Option<&str>, titles: &[String]) -> Option<String> {
        let mut items: Vec<&Value> = crumbs.get("itemListElement")?.as_array()?.iter().collect();
        items.sort_by_key(|item| item.get("position").and_then(Value::as_u64));
        let mut names = items.into_iter().filter_map(|item| {
            self.name(item, 0)
                .or_else(|| self.name(item.get("item")?, 0))
        });
        // The first crumb is the front page; the last may be the article.
        let is_title = |name: &str| {
            title.is_some_and(|title| same(title, name))
                || titles.iter().any(|title| same(title, name))
        };
        names.rfind(|name| !is_front_page(name) && name.chars().count() <= 40 && !is_title(name))
    }
}

/// Calls `with` for a value, or for each of a list.
pub(super) fn each(value: &Value, with: &mut dyn FnMut(&Value)) {
    match value {
        Value::Array(items) => items.iter().for_each(with),
        value => with(value),
    }
}
