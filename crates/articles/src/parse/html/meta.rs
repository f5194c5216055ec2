//! What a page says of itself: JSON-LD, meta elements, `time`, and the elements
//! news sites show title, summary, section, author and date in.

use dom_query::{Document, NodeRef};
use serde_json::Value;

use crate::Published;
use crate::fields::{Draft, Field, one_line};
use crate::provenance::Trace;

/// Offers everything the page says of itself to a draft.
pub(super) fn read(document: &Document, draft: &mut Draft, trace: &mut Trace) {
    json_ld(document, draft, trace);
    shown(document, draft, trace);
    meta(document, draft, trace);
    links(document, draft, trace);
    page_title(document, draft, trace);
}

/// Ranks, the most trusted first. The site's own visible title is preferred to
/// any other: meta titles carry the site's name and are cut short.
mod rank {
    pub const SHOWN: u8 = 1;
    pub const LINKED: u8 = 2;
    pub const META: u8 = 10;
    pub const GUESSED: u8 = 100;
}

fn json_ld(document: &Document, draft: &mut Draft, trace: &mut Trace) {
    for script in document
        .select("script[type='application/ld+json']")
        .nodes()
    {
        let text = script.text();
        let Ok(value) = serde_json::from_str::<Value>(text.trim()) else {
            trace.note(|| "JSON-LD that cannot be read was passed over".to_owned());
            continue;
        };
        if let Some(article) = find_article(&value, 0) {
            offer_json_ld(article, draft, trace);
        }
        if let Some(crumbs) = find(&value, 0, &|value| has_type(value, "BreadcrumbList"))
            && let Some(name) = last_crumb(crumbs)
        {
            draft.offer(
                Field::Section,
                rank::GUESSED,
                name,
                "JSON-LD BreadcrumbList",
                trace,
            );
        }
    }
}

fn find_article(value: &Value, depth: usize) -> Option<&Value> {
    find(value, depth, &|value| {
        [
            "NewsArticle",
            "Article",
            "ReportageNewsArticle",
            "OpinionNewsArticle",
            "BlogPosting",
            "AnalysisNewsArticle",
        ]
        .iter()
        .any(|name| has_type(value, name))
    })
}

fn find<'v>(value: &'v Value, depth: usize, wanted: &dyn Fn(&Value) -> bool) -> Option<&'v Value> {
    if depth > 4 {
        return None;
    }
    match value {
        Value::Array(items) => items.iter().find_map(|item| find(item, depth + 1, wanted)),
        Value::Object(_) if wanted(value) => Some(value),
        Value::Object(map) => ["@graph", "mainEntity"]
            .iter()
            .find_map(|key| find(map.get(*key)?, depth + 1, wanted)),
        _ => None,
    }
}

fn has_type(value: &Value, name: &str) -> bool {
    match value.get("@type") {
        Some(Value::String(known)) => known == name,
        Some(Value::Array(known)) => known.iter().any(|known| known == name),
        _ => false,
    }
}

fn offer_json_ld(article: &Value, draft: &mut Draft, trace: &mut Trace) {
    const PROPERTIES: &[(&str, Field)] = &[
        ("headline", Field::Title),
        ("description", Field::Summary),
        ("articleSection", Field::Section),
        ("author", Field::Author),
        ("datePublished", Field::Published),
        ("publisher", Field::Source),
        ("mainEntityOfPage", Field::Url),
        ("url", Field::Url),
        ("dateCreated", Field::Published),
        ("contentLocation", Field::Place),
        ("locationCreated", Field::Place),
    ];
    for (property, field) in PROPERTIES {
        let Some(text) = article.get(property).and_then(|value| name_of(value, 0)) else {
            continue;
        };
        // What the page shows of these is more complete.
        let rank = match field {
            Field::Title | Field::Summary => rank::META - 1,
            _ => 0,
        };
        draft.offer(
            *field,
            rank,
            unescaped(&text),
            &format!("JSON-LD {property}"),
            trace,
        );
    }
}

/// The text of a value: a string, the name or id of an object, names joined.
fn name_of(value: &Value, depth: usize) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()).filter(|text| !text.trim().is_empty()),
        Value::Array(items) if depth < 3 => {
            let names: Vec<_> = items
                .iter()
                .filter_map(|item| name_of(item, depth + 1))
                .collect();
            (!names.is_empty()).then(|| names.join(", "))
        }
        Value::Object(map) if depth < 3 => ["name", "@id", "url"]
            .iter()
            .find_map(|key| name_of(map.get(*key)?, depth + 1)),
        _ => None,
    }
}

fn last_crumb(crumbs: &Value) -> Option<String> {
    let items = crumbs.get("itemListElement")?.as_array()?;
    // The first crumb is the front page; the last may be the article itself.
    let names: Vec<String> = items
        .iter()
        .filter_map(|item| {
            name_of(item, 0)
                .filter(|name| !name.starts_with("http"))
                .or_else(|| name_of(item.get("item")?, 0))
        })
        .collect();
    let sections: Vec<&String> = names
        .iter()
        .filter(|name| !is_front_page(name) && name.chars().count() <= 40)
        .collect();
    sections.last().map(|name| (*name).clone())
}

fn is_front_page(name: &str) -> bool {
    matches!(
        name.trim().to_lowercase().as_str(),
        "trang chủ" | "home" | "trang nhất" | ""
    )
}

/// JSON-LD is often written with HTML's references inside.
fn unescaped(text: &str) -> String {
    if text.contains('&') {
        Document::fragment(text.replace('<', "&lt;"))
            .text()
            .to_string()
    } else {
        text.to_owned()
    }
}

fn meta(document: &Document, draft: &mut Draft, trace: &mut Trace) {
    const NAMES: &[(&str, Field, u8)] = &[
        ("og:title", Field::Title, 0),
        ("twitter:title", Field::Title, 1),
        ("og:description", Field::Summary, 0),
        ("description", Field::Summary, 1),
        ("twitter:description", Field::Summary, 2),
        ("article:section", Field::Section, 0),
        ("section", Field::Section, 1),
        ("article:author", Field::Author, 1),
        ("author", Field::Author, 0),
        ("dable:author", Field::Author, 2),
        ("article:published_time", Field::Published, 0),
        ("datepublished", Field::Published, 1),
        ("pubdate", Field::Published, 2),
        ("publishdate", Field::Published, 3),
        ("publish-date", Field::Published, 4),
        ("dc.date.issued", Field::Published, 5),
        ("dc.date", Field::Published, 6),
        ("date", Field::Published, 7),
        ("its_publication", Field::Published, 8),
        ("og:site_name", Field::Source, 0),
        ("application-name", Field::Source, 1),
        ("og:url", Field::Url, 0),
        ("geo.placename", Field::Place, 0),
    ];
    for element in document.select("meta[content]").nodes() {
        let name = ["property", "name", "itemprop"]
            .iter()
            .find_map(|attribute| element.attr(attribute));
        let (Some(name), Some(content)) = (name, element.attr("content")) else {
            continue;
        };
        let name = name.trim().to_lowercase();
        let Some((_, field, order)) = NAMES.iter().find(|(known, ..)| *known == name) else {
            continue;
        };
        let value = content.to_string();
        // A profile's address is no author's name.
        if *field == Field::Author && value.starts_with("http") {
            continue;
        }
        draft.offer(
            *field,
            rank::META + order,
            value,
            &format!("meta {name}"),
            trace,
        );
    }
}

fn links(document: &Document, draft: &mut Draft, trace: &mut Trace) {
    if let Some(address) = document.select_single("link[rel=canonical]").attr("href") {
        draft.offer(
            Field::Url,
            rank::LINKED,
            address.to_string(),
            "link rel=canonical",
            trace,
        );
    }
}

/// Elements that show a field, by the class names news sites use.
const SHOWN: &[(Field, &[&str])] = &[
    (
        Field::Title,
        &[
            "[itemprop=headline]:not(meta)",
            "h1.title-detail",
            "h1.article-title",
            "h1.detail-title",
            "h1.title-page",
            "h1.article__title",
            "h1.the-article-title",
            "h1.content-detail-title",
            "h1.title",
            ".ArticleTitle",
            "article h1",
            "h1",
        ],
    ),
    (
        Field::Summary,
        &[
            "h2.sapo",
            ".ArticleHead",
            ".detail-sapo",
            ".singular-sapo",
            ".article__sapo",
            ".the-article-summary",
            ".content-detail-sapo",
            "p.sapo",
            ".sapo",
            "p.description",
            ".article-sapo",
            ".chapeau",
            "h2.lead",
            "p.lead",
            "[itemprop=description]:not(meta)",
            ".summary",
            "div.lead",
        ],
    ),
    (
        Field::Section,
        &[
            "[itemprop=articleSection]:not(meta)",
            ".breadcrumb .active",
            ".breadcrumb li:last-child",
            ".breadcrumb a:last-child",
            ".breadcrumbs a:last-child",
            ".bread-crumb a:last-child",
            ".detail-cate a",
            ".cate",
            ".category",
            ".chuyen-muc",
            ".chuyenmuc",
            ".article__category",
            ".the-article-category",
        ],
    ),
    (
        Field::Author,
        &[
            "[itemprop=author]:not(meta)",
            "[rel=author]",
            ".author-name",
            ".author_name",
            ".author .name",
            ".article__author",
            ".article-author",
            ".detail-author",
            ".the-article-author",
            ".author",
            ".tacgia",
            ".tac-gia",
            ".byline",
        ],
    ),
    (
        Field::Place,
        &[".location-stamp", ".dateline-place", ".dia-diem"],
    ),
    (
        Field::Published,
        &[
            "[itemprop=datePublished][content]",
            "[itemprop=datePublished]",
            "time[datetime]",
            "time",
            ".date",
            ".publish-date",
            ".ArticleDate",
            ".detail-time",
            ".article__meta .time",
            ".the-article-publish",
            ".bread-crumb-detail__time",
            ".time",
            ".datetime",
            ".post-date",
            ".ngay",
            ".ngaydang",
            ".pubdate",
            ".article-date",
            ".meta",
        ],
    ),
];

fn shown(document: &Document, draft: &mut Draft, trace: &mut Trace) {
    for (field, selectors) in SHOWN {
        for (order, selector) in selectors.iter().enumerate() {
            let found = document.select(selector);
            let values = found
                .nodes()
                .iter()
                .take(20)
                .map(|node| value_of(*field, node));
            let Some(value) = values.into_iter().find(|value| is_usable(*field, value)) else {
                continue;
            };
            let rank = rank::SHOWN + order.min(8) as u8;
            draft.offer(*field, rank, value, selector, trace);
            break;
        }
    }
}

fn value_of(field: Field, element: &NodeRef<'_>) -> String {
    let stated = match field {
        Field::Published => element.attr("datetime").or_else(|| element.attr("content")),
        _ => None,
    };
    one_line(stated.unwrap_or_else(|| element.text()).to_string())
}

fn is_usable(field: Field, value: &str) -> bool {
    let length = value.chars().count();
    match field {
        Field::Published => Published::parse(value).is_some_and(|date| date.year().is_some()),
        Field::Author => (2..=80).contains(&length) && Published::parse(value).is_none(),
        Field::Section => (1..=60).contains(&length) && !is_front_page(value),
        Field::Place => (1..=60).contains(&length),
        _ => (1..=1000).contains(&length),
    }
}

/// The `title` element, without the site's name after a bar or dash.
fn page_title(document: &Document, draft: &mut Draft, trace: &mut Trace) {
    let title = one_line(document.select_single("title").text().to_string());
    let site = draft.get(Field::Source).map(str::to_lowercase);
    let bare = if title.contains(" :: ") {
        // Site :: section :: title, in either order.
        title
            .split(" :: ")
            .max_by_key(|part| part.chars().count())
            .map(str::to_owned)
    } else {
        [" | ", " - ", " – ", " — "].iter().find_map(|sign| {
            let (before, after) = title.rsplit_once(sign)?;
            let after = after.to_lowercase();
            let is_site = *sign == " | "
                || site.as_ref().is_some_and(|site| site.contains(&after))
                || after.starts_with("báo ")
                || after.contains('.');
            is_site.then(|| before.trim().to_owned())
        })
    };
    draft.offer(
        Field::Title,
        rank::GUESSED,
        bare.unwrap_or(title),
        "title element",
        trace,
    );
}
