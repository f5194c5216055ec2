//! Feeds by RFC 4287.

use std::fmt::Write;

use timbao_articles::Article;

use crate::moment::utc;
use crate::news::{News, uuid};

/// A feed of the newest texts of a search.
#[derive(Debug, Clone)]
pub struct Feed {
    title: String,
    subtitle: String,
    /// The URL of the feed.
    own: String,
    /// The URL of the page with the same search.
    page: String,
    language: &'static str,
    updated: i64,
}

impl Feed {
    /// A feed with a title, its own URL, and that of the page that shows the same search.
    pub fn new(title: impl Into<String>, own: impl Into<String>, page: impl Into<String>) -> Self {
        Self {
            title: title.into(),
            subtitle: String::new(),
            own: own.into(),
            page: page.into(),
            language: "vi",
            updated: 0,
        }
    }

    /// Sets the line below the title.
    #[must_use]
    pub fn subtitle(self, subtitle: impl Into<String>) -> Self {
        Self {
            subtitle: subtitle.into(),
            ..self
        }
    }

    /// Sets the time of the last change of the index, in milliseconds since 1970, for a feed without
    /// texts.
    #[must_use]
    pub fn updated(self, milliseconds: i64) -> Self {
        Self {
            updated: milliseconds,
            ..self
        }
    }

    /// Writes the feed as Atom. `page` is the URL of an article.
    pub fn atom(&self, news: &[News], page: impl Fn(&Article) -> String) -> String {
        let updated = news.iter().map(|text| text.time).max();
        let mut xml = String::from("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n");
        let language = self.language;
        // Writing to a string cannot fail.
        let _ = writeln!(
            xml,
            "<feed xmlns=\"http://www.w3.org/2005/Atom\" xml:lang=\"{language}\">"
        );
        element(&mut xml, "title", &self.title);
        if !self.subtitle.is_empty() {
            element(&mut xml, "subtitle", &self.subtitle);
        }
        element(
            &mut xml,
            "id",
            &format!("urn:uuid:{}", uuid(self.own.as_bytes())),
        );
        element(&mut xml, "updated", &utc(updated.unwrap_or(self.updated)));
        link(&mut xml, "self", Some("application/atom+xml"), &self.own);
        link(&mut xml, "alternate", Some("text/html"), &self.page);
        xml.push_str("<author><name>Timbao</name></author>\n");
        let version = env!("CARGO_PKG_VERSION");
        let _ = writeln!(xml, "<generator version=\"{version}\">Timbao</generator>");
        for text in news {
            entry(&mut xml, text, &page(&text.hit.article));
        }
        xml.push_str("</feed>\n");
        xml
    }
}

fn entry(xml: &mut String, news: &News, page: &str) {
    let article = &news.hit.article;
    let passage = news.passage();
    xml.push_str("<entry>\n");
    let untitled: String = passage.chars().take(80).collect();
    let title = article.title.as_deref().unwrap_or(&untitled);
    element(
        xml,
        "title",
        if title.trim().is_empty() {
            &article.id
        } else {
            title
        },
    );
    element(xml, "id", &format!("urn:uuid:{}", news.uuid()));
    element(xml, "updated", &news.arrived_at());
    if let Some(published) = published(article) {
        element(xml, "published", &published);
    }
    link(xml, "alternate", Some("text/html"), page);
    let is_web = |url: &&String| url.starts_with("http://") || url.starts_with("https://");
    if let Some(url) = article.url.as_ref().filter(is_web) {
        link(xml, "via", None, url);
    }
    for author in [&article.author, &article.source].into_iter().flatten() {
        xml.push_str("<author><name>");
        escape(xml, author);
        xml.push_str("</name></author>\n");
    }
    if let Some(section) = &article.section {
        xml.push_str("<category term=\"");
        escape(xml, section);
        xml.push_str("\"/>\n");
    }
    if !passage.is_empty() {
        element(xml, "summary", &passage);
    }
    xml.push_str("</entry>\n");
}

/// The date of an article that has a whole one, by RFC 3339. Days begin at midnight in Vietnam.
fn published(article: &Article) -> Option<String> {
    let published = article.published?;
    let (year, month, day) = (published.year()?, published.month()?, published.day()?);
    let (hour, minute) = published.time().unwrap_or((0, 0));
    Some(format!(
        "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:00+07:00"
    ))
}

fn element(xml: &mut String, name: &str, text: &str) {
    let _ = write!(xml, "<{name}>");
    escape(xml, text);
    let _ = writeln!(xml, "</{name}>");
}

fn link(xml: &mut String, rel: &str, kind: Option<&str>, href: &str) {
    let _ = write!(xml, "<link rel=\"{rel}\"");
    if let Some(kind) = kind {
        let _ = write!(xml, " type=\"{kind}\"");
    }
    xml.push_str(" href=\"");
    // An address in a document may have spaces and quotation marks, a URL cannot.
    for c in href.chars() {
        match c {
            ' ' | '<' | '>' | '"' | '{' | '}' | '|' | '\\' | '^' | '`' => {
                let _ = write!(xml, "%{:02X}", u32::from(c));
            }
            c => escape(xml, c.encode_utf8(&mut [0; 4])),
        }
    }
    xml.push_str("\"/>\n");
}

/// Escapes a text, and drops the characters that XML 1.0 cannot have.
fn escape(xml: &mut String, text: &str) {
    for c in text.chars() {
        match c {
            '&' => xml.push_str("&amp;"),
            '<' => xml.push_str("&lt;"),
            '>' => xml.push_str("&gt;"),
            '"' => xml.push_str("&quot;"),
            '\t' | '\n' | '\r' => xml.push(' '),
            '\0'..='\x1f' | '\u{7f}'..='\u{9f}' | '\u{fffe}' | '\u{ffff}' => {}
            c => xml.push(c),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use quick_xml::Reader;
    use quick_xml::events::Event;
    use timbao_query::plan::TextField;
    use timbao_views::{ShownHit, Snippet};

    use super::*;

    fn feed(title: &str, passage: &str) -> String {
        let article = Article {
            id: "2026/a.txt".to_owned(),
            title: Some(title.to_owned()),
            section: Some(title.to_owned()),
            author: Some(title.to_owned()),
            ..Article::default()
        };
        let snippet = Snippet {
            field: TextField::Body,
            bytes: 0..passage.len(),
            text: passage.to_owned(),
            highlights: Vec::new(),
            starts_mid: true,
            ends_mid: true,
        };
        let news = News {
            time: 1_764_342_000_000,
            key: 7,
            keys: vec![7],
            hit: ShownHit {
                rank: 1,
                score: 0.0,
                article,
                title_matches: Vec::new(),
                snippets: vec![snippet],
                explanation: None,
                reprints: Some(0),
            },
        };
        let page = |article: &Article| format!("/article?id={}", article.id);
        Feed::new(title, "/feed.atom?q=l", "/?q=l").atom(&[news], page)
    }

    proptest! {
        #[test]
        fn any_text_makes_a_feed(title in any::<String>(), passage in any::<String>()) {
            let xml = feed(&title, &passage);
            let mut reader = Reader::from_str(&xml);
            let mut entries = 0;
            loop {
                match reader.read_event() {
                    Ok(Event::Start(start)) => {
                        entries += u32::from(start.name().as_ref() == "entry");
                        for attribute in start.attributes() {
                            prop_assert!(attribute.is_ok());
                        }
                    }
                    Ok(Event::Eof) => break,
                    Ok(_) => {}
                    Err(error) => prop_assert!(false, "{error}: {xml}"),
                }
            }
            prop_assert_eq!(entries, 1);
            prop_assert!(!xml.chars().any(|c| c.is_control() && c != '\n'), "{}", xml);
        }
    }
}
