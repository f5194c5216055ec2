//! Articles like an article of the index, or like a text that is pasted.

use std::sync::Arc;

use axum::extract::{RawQuery, State};
use axum::response::Response;
use maud::{Markup, html};
use timbao_views::language::{Language, fill};
use timbao_views::{Similar, SimilarOptions};

use crate::api::reprints::{TEXT, like};
use crate::app::App;
use crate::problem::Problem;

use super::address::Address;
use super::asked::{Asked, sent};
use super::layout::{Page, Tab, shell};
use super::parts::{article_address, cited, downloads, of_article};

/// Articles on the page.
const ARTICLES: usize = 30;

/// Answers with a list of articles.
pub(crate) async fn page(State(app): State<Arc<App>>, RawQuery(raw): RawQuery) -> Response {
    let asked = Asked::new("/similar", raw.as_deref(), &["id", "text", "reprints"]);
    asked
        .answer(Tab::Similar, |asked| answer(&app, asked))
        .await
}

async fn answer(app: &Arc<App>, mut asked: Asked) -> Result<Response, Problem> {
    let id = asked.params.text("id", app.options.limits.text)?;
    let text = asked.params.text("text", TEXT)?.unwrap_or_default();
    let options = SimilarOptions {
        limit: ARTICLES,
        without_reprints: !asked.params.flag("reprints")?,
        ..SimilarOptions::default()
    };
    if id.is_none() && text.trim().is_empty() {
        return Ok(sent(whole(&asked, "", &options, html! {})));
    }
    let view = app.views()?.latest();
    let work = app.work.run(&view, move |searcher| {
        let (address, language) = (&asked.address, asked.language);
        let (found, of, export) = match &id {
            Some(id) => {
                let Some(&first) = searcher.find_id(id)?.first() else {
                    return Err(Problem::no_article());
                };
                let title = searcher.article(first)?.title;
                let mut export = of_article(id, "similar.csv");
                if !options.without_reprints {
                    export.push_str("?reprints=true");
                }
                (searcher.similar(first, &options)?, title, export)
            }
            None => {
                let export = address
                    .at("/api/v1/similar.csv")
                    .without_all(&["id", "lang", "q"]);
                (
                    like(&searcher, text.clone(), &options)?,
                    None,
                    export.href(),
                )
            }
        };
        let citation = searcher.cite([])?;
        let content = html! {
            @if let (Some(id), Some(title)) = (&id, &of) {
                p { a lang="vi" href=(article_address(address, id)) { (title) } }
            }
            (list(&found, address, language))
            @if !found.articles.is_empty() { (downloads(&export, language)) }
            (cited(&citation, &address.without("text"), language))
        };
        Ok(whole(&asked, &text, &options, content))
    });
    work.await.map(sent)
}

fn whole(asked: &Asked, text: &str, options: &SimilarOptions, content: Markup) -> Markup {
    let (language, address) = (asked.language, &asked.address);
    let words = language.words();
    shell(&Page {
        language,
        address,
        tab: Tab::Similar,
        title: words.similar,
        status: words.similar,
        content: html! {
            h1 { (words.similar) }
            form.trends action="/similar" {
                @match address.get("id") {
                    Some(id) => input type="hidden" name="id" value=(id);,
                    None => {
                        label for="text" { (fill(words.similar_note, &[&language.count(TEXT as u64)])) }
                        textarea #text name="text" lang="vi" rows="8" maxlength=(TEXT) spellcheck="false" { (text) }
                    }
                }
                @if let Some(lang) = address.get("lang") { input type="hidden" name="lang" value=(lang); }
                div.choices {
                    label { input type="checkbox" name="reprints" value="true" checked[!options.without_reprints]; " " (words.with_reprints) }
                    button { (words.search) }
                }
            }
            (content)
        },
    })
}

fn list(found: &Similar, address: &Address, language: Language) -> Markup {
    let words = language.words();
    if found.articles.is_empty() {
        return html! { div.message { p { strong { (words.nothing) } } } };
    }
    let terms: Vec<&str> = found.terms.iter().map(|term| term.term.as_str()).collect();
    let bare = address.without_all(&["text", "reprints", "id"]);
    html! {
        p.about.sentence { (words.terms) ": " span lang="vi" { (terms.join(", ")) } }
        ol.hits {
            @for article in &found.articles {
                li.hit {
                    h2 { a lang="vi" href=(article_address(&bare, &article.id)) { (article.title.as_deref().unwrap_or(words.untitled)) } }
                    p.about {
                        (words.similarity) " " (language.decimal(article.score * 100.0, 0)) " %"
                        @if let Some(date) = &article.date { " · " (language.date(date)) }
                        @for part in [&article.source, &article.section].into_iter().flatten() {
                            " · " span lang="vi" { (part) }
                        }
                    }
                    p { (words.common_terms) ": " span lang="vi" { (article.terms.join(", ")) } }
                }
            }
        }
    }
}
