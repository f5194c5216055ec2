//! An article, with the matches of a query marked.

use std::ops::Range;
use std::str::FromStr;
use std::sync::Arc;

use axum::extract::{RawQuery, State};
use axum::response::Response;
use maud::{Markup, html};
use timbao_articles::Article;
use timbao_query::plan::{Plan, TextField};
use timbao_views::ArticleId;

use crate::app::App;
use crate::problem::Problem;
use crate::view::View;

use super::asked::{Asked, sent};
use super::kwic::OPTIONS as KWIC;
use super::layout::{Page, Tab, shell};
use super::marks::{Numbers, joined, merged};
use super::parts::{about, cited, opened_from};
use super::related::Related;
use timbao_views::Citation;
use timbao_views::language::{Language, Noun, fill};

/// An article and where a query matches in it.
struct Shown {
    article: Article,
    title: Vec<Range<usize>>,
    summary: Vec<Range<usize>>,
    body: Vec<Range<usize>>,
    /// By caption.
    captions: Vec<Vec<Range<usize>>>,
    /// The number of the match that the address names.
    at: Option<usize>,
    related: Related,
    /// The number of matches that a concordance counts, of which some may overlap.
    counted: Option<usize>,
}

/// A place in an article, as concordances link to it: `body:120` is the code point 120 of the
/// body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Spot {
    field: TextField,
    /// In code points.
    start: usize,
}

impl FromStr for Spot {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let (name, start) = text.split_once(':').ok_or(())?;
        let fields = [
            TextField::Title,
            TextField::Summary,
            TextField::Body,
            TextField::Caption,
        ];
        let field = fields
            .into_iter()
            .find(|f| f.to_string() == name)
            .ok_or(())?;
        let start = start.parse().map_err(|_| ())?;
        Ok(Self { field, start })
    }
}

impl Spot {
    /// The number of the match at the place, among the matches of all parts in their order.
    fn number(self, parts: &[(TextField, &str, &Vec<Range<usize>>)]) -> Option<usize> {
        let part = parts.iter().position(|(field, ..)| *field == self.field)?;
        let (before, rest) = parts.split_at(part);
        let (_, text, ranges) = rest.first()?;
        let (byte, _) = text.char_indices().nth(self.start)?;
        let here = ranges.iter().position(|range| range.contains(&byte))?;
        let before: usize = before.iter().map(|(.., ranges)| ranges.len()).sum();
        Some(before + here)
    }
}

/// Answers with the articles of an id, one below the other.
pub(crate) async fn page(State(app): State<Arc<App>>, RawQuery(raw): RawQuery) -> Response {
    let own = [
        &["id", "view", "page", "unique", "tab", "at"],
        KWIC.as_slice(),
    ]
    .concat();
    let asked = Asked::new("/article", raw.as_deref(), &own);
    asked.answer(Tab::None, |asked| answer(&app, asked)).await
}

async fn answer(app: &Arc<App>, mut asked: Asked) -> Result<Response, Problem> {
    let limits = app.options.limits;
    let (view, _) = asked.view(app)?;
    let query = asked.query(limits.text)?;
    let id = asked.params.text("id", limits.text)?.unwrap_or_default();
    let at = asked.params.text("at", 40)?.and_then(|at| at.parse().ok());
    // A concordance counts bare words as a phrase, so its articles mark them as one.
    let plan = query
        .as_ref()
        .map(|query| match opened_from(&asked.address) {
            "/kwic" => query.view_plan(),
            _ => query.plan().clone(),
        });
    let is_exact = opened_from(&asked.address) == "/kwic";
    let work = app.work.run(&view, move |searcher| {
        let mut articles = Vec::new();
        for place in searcher.find_id(&id)? {
            articles.push(Shown::load(&searcher, place, plan.as_ref(), is_exact, at)?);
        }
        if articles.is_empty() {
            return Err(Problem::no_article());
        }
        let cited = query.as_ref().zip(plan.as_ref());
        let citation = searcher.cite(cited)?;
        Ok(written(&asked, &articles, &citation))
    });
    work.await.map(sent)
}

impl Shown {
    fn load(
        searcher: &View,
        place: ArticleId,
        plan: Option<&Plan>,
        is_exact: bool,
        at: Option<Spot>,
    ) -> Result<Self, Problem> {
        let matches = match plan {
            Some(plan) => searcher.matches(plan, place)?,
            None => Vec::new(),
        };
        let of = |field: TextField, text: &str| {
            let here = matches.iter().filter(|m| m.range.field == field);
            let ranges = merged(here.map(|m| m.range.bytes.clone()).collect());
            // Each match of a concordance has a mark of its own; words of a search side by side
            // are one.
            match is_exact {
                true => ranges,
                false => joined(text, &ranges),
            }
        };
        let counted = is_exact.then_some(matches.len());
        let article = searcher.article(place)?;
        let own_title = article.title.as_deref().unwrap_or_default();
        let own_summary = article.summary.as_deref().unwrap_or_default();
        // Captions are searched as one text, each a line of it or more.
        let captions: Vec<&str> = article.captions.iter().map(|c| c.text.as_str()).collect();
        let all_captions = captions.join("\n");
        let in_captions = of(TextField::Caption, &all_captions);
        let (title, summary, body) = (
            of(TextField::Title, own_title),
            of(TextField::Summary, own_summary),
            of(TextField::Body, &article.body),
        );
        let at = at.and_then(|spot| {
            spot.number(&[
                (TextField::Title, own_title, &title),
                (TextField::Summary, own_summary, &summary),
                (TextField::Body, &article.body, &body),
                (TextField::Caption, &all_captions, &in_captions),
            ])
        });
        let mut end = 0;
        let captions = captions.iter().map(|text| {
            let start = end;
            end = start + text.len() + 1;
            within(&in_captions, start..start + text.len())
        });
        Ok(Self {
            captions: captions.collect(),
            title,
            summary,
            body,
            at,
            related: Related::load(searcher, place)?,
            article,
            counted,
        })
    }

    fn matches(&self) -> usize {
        if let Some(counted) = self.counted {
            return counted;
        }
        let captions = self.captions.iter().map(Vec::len).sum::<usize>();
        self.title.len() + self.summary.len() + self.body.len() + captions
    }
}

fn written(asked: &Asked, articles: &[Shown], citation: &Citation) -> Markup {
    let (language, address) = (asked.language, &asked.address);
    let words = language.words();
    let first = articles
        .first()
        .and_then(|shown| shown.article.title.as_deref());
    let title = first.unwrap_or(words.untitled);
    let has_list = address.get("q").is_some();
    shell(&Page {
        language,
        address,
        tab: Tab::None,
        title,
        status: first.unwrap_or(words.untitled),
        content: html! {
            @if has_list {
                p.back { a href=(address.at(opened_from(address)).without_all(&["id", "tab", "at"]).href()) { "← " (words.back) } }
            }
            @if articles.iter().any(|shown| shown.matches() > 0) {
                div.steps data-earlier=(words.earlier) data-later=(words.later) data-copy=(words.copy) data-copied=(words.copied) {}
            }
            @for shown in articles {
                div.reading {
                    (article(shown, language))
                    (shown.related.shown(address, language))
                }
            }
            (cited(citation, address, language))
        },
    })
}

fn article(shown: &Shown, language: Language) -> Markup {
    let words = language.words();
    let Shown {
        article,
        title,
        summary,
        body,
        captions,
        at,
        ..
    } = shown;
    let mut numbers = Numbers::at(*at);
    html! {
        article.whole lang="vi" {
            h1 {
                @match &article.title {
                    Some(text) => (numbers.marked(text, title)),
                    None => (words.untitled),
                }
            }
            (about(article, language))
            @if shown.matches() > 0 {
                p.about lang=(words.code) { (fill(words.matches_here, &[&language.counted(shown.matches() as u64, Noun::Match)])) }
            }
            @if let Some(text) = &article.summary { p.summary { (numbers.marked(text, summary)) } }
            @for (paragraph, matches) in paragraphs(&article.body, body) {
                p { (numbers.marked(paragraph, &matches)) }
            }
            @for (caption, matches) in article.captions.iter().zip(captions) {
                figure {
                    figcaption {
                        span.label lang=(words.code) { (words.photo) ": " }
                        (numbers.marked(&caption.text, matches))
                        @if let Some(credit) = &caption.credit { " (" (credit) ")" }
                    }
                }
            }
            @if let Some(url) = article.url.as_deref().filter(|url| is_web(url)) {
                p lang=(words.code) { a href=(url) rel="noreferrer noopener external" { (words.original) } }
            }
            p.path { code { (article.id) } }
        }
    }
}

/// The paragraphs of a text, each with its matches.
fn paragraphs<'t>(
    text: &'t str,
    matches: &'t [Range<usize>],
) -> impl Iterator<Item = (&'t str, Vec<Range<usize>>)> {
    let mut at = 0;
    text.split_inclusive('\n').filter_map(move |line| {
        let start = at;
        at += line.len();
        let line = line.trim_end();
        let end = start + line.len();
        (!line.trim().is_empty()).then(|| (line, within(matches, start..end)))
    })
}

/// The matches that begin in a part of a text, by their places in the part.
fn within(matches: &[Range<usize>], part: Range<usize>) -> Vec<Range<usize>> {
    let here = matches.iter().filter(|range| part.contains(&range.start));
    here.map(|range| range.start - part.start..range.end.min(part.end) - part.start)
        .collect()
}

/// Whether an address is one of the web, and not one that does something.
fn is_web(url: &str) -> bool {
    let start = url.get(..8).unwrap_or(url).to_ascii_lowercase();
    start.starts_with("https://") || start.starts_with("http://")
}

#[cfg(test)]
mod tests {
    use timbao_query::plan::TextField;

    use super::{Spot, is_web, paragraphs};

    #[test]
    fn matches_stay_in_their_paragraphs() {
        let text = "tự do\n\n hoa nở ";
        let found: Vec<_> = paragraphs(text, &[0..2, 4..7, 10..13, 14..18, 40..50]).collect();
        let expected: [(&str, &[_]); 2] = [("tự do", &[0..2, 4..7]), (" hoa nở", &[1..4, 5..9])];
        assert_eq!(found.len(), expected.len());
        for ((text, matches), (paragraph, here)) in found.iter().zip(expected) {
            assert_eq!((*text, matches.as_slice()), (paragraph, here));
        }
    }

    #[test]
    fn places_are_numbered_over_all_parts() {
        let (title, body) = (vec![0..1, 1..4], vec![0..4, 7..9, 9..12]);
        let parts = [
            (TextField::Title, "tự", &title),
            (TextField::Body, "diễn biến xa", &body),
        ];
        let number = |text: &str| text.parse::<Spot>().ok()?.number(&parts);
        assert_eq!(number("title:0"), Some(0));
        assert_eq!(number("body:0"), Some(2));
        assert_eq!(number("body:5"), Some(3));
        for none in [
            "body:99",
            "body:4",
            "summary:0",
            "body",
            "body:-1",
            "x:1",
            "",
        ] {
            assert_eq!(number(none), None, "{none}");
        }
    }

    #[test]
    fn only_addresses_of_the_web_are_links() {
        assert!(is_web("https://bao.example/1"));
        assert!(is_web("HTTP://bao.example"));
        for url in [
            "javascript:alert(1)",
            "data:text/html,x",
            "ftp://x",
            "",
            "ệệệ",
        ] {
            assert!(!is_web(url), "{url}");
        }
    }
}
