//! The saved searches: a list of them, and forms that save and remove one.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use form_urlencoded::Serializer;
use maud::{Markup, html};
use timbao_alerts::SavedSearch;
use timbao_query::Filters;
use timbao_views::language::{Language, fill};

use crate::app::App;
use crate::feed::{PATH, for_pages};
use crate::params::Params;
use crate::problem::Problem;
use crate::query::{accents, facet_filters};

use super::address::Address;
use super::asked::{Asked, sent};
use super::follow::LIST;
use super::layout::{Page, Tab, shell};

/// Largest form, in bytes.
const FORM: usize = 32 * 1024;

/// Answers with the list.
pub(crate) async fn page(State(app): State<Arc<App>>, RawQuery(raw): RawQuery) -> Response {
    let asked = Asked::new(LIST, raw.as_deref(), &["saved"]);
    asked
        .answer(Tab::None, |asked| async move {
            let saved = load(&app).await?;
            Ok(sent(list(&app, &saved, &asked.address, asked.language)))
        })
        .await
}

/// Saves or removes a search, and leads back to the list.
pub(crate) async fn save(State(app): State<Arc<App>>, headers: HeaderMap, form: Bytes) -> Response {
    let form = String::from_utf8_lossy(&form).into_owned();
    // The filters of the form are not those of the page that answers.
    let kept = form_urlencoded::parse(form.as_bytes()).filter(|(name, _)| name == "lang");
    let kept = Serializer::new(String::new()).extend_pairs(kept).finish();
    let asked = Asked::new(LIST, Some(&kept), &[]);
    asked
        .answer(Tab::None, |asked| async move {
            if form.len() > FORM {
                return Err(Problem::body());
            }
            let name = change(&app, &headers, &form).await?;
            // Relative, as the router may be nested.
            let pairs = [
                ("saved", name.as_str()),
                ("lang", asked.address.get("lang").unwrap_or_default()),
            ];
            let query = Serializer::new(String::new())
                .extend_pairs(pairs.into_iter().filter(|(_, value)| !value.is_empty()))
                .finish();
            let to = match query.as_str() {
                "" => "searches".to_owned(),
                query => format!("searches?{query}"),
            };
            Ok((StatusCode::SEE_OTHER, [(header::LOCATION, to)]).into_response())
        })
        .await
}

/// Changes the file as a form says; returns the name of the search that it saved.
async fn change(app: &Arc<App>, headers: &HeaderMap, form: &str) -> Result<String, Problem> {
    let store = app.store.clone().ok_or_else(Problem::method)?;
    if !is_own(headers) {
        return Err(Problem::foreign_form());
    }
    let most = app.options.limits.text;
    let mut params = Params::of_form(Some(form));
    let removed = params.text("remove", most)?;
    let search = match &removed {
        Some(_) => None,
        None => Some(search(&mut params, most)?),
    };
    let name = search.as_ref().map(|search| search.name.clone());
    let changed = tokio::task::spawn_blocking(move || match (search, removed) {
        (Some(search), _) => store.save(search),
        (None, removed) => store.remove(&removed.unwrap_or_default()).map(drop),
    });
    match changed.await {
        Ok(Ok(())) => Ok(name.unwrap_or_default()),
        Ok(Err(error)) => Err(Problem::internal(error.to_string())),
        Err(error) => Err(Problem::internal(error.to_string())),
    }
}

/// The search of a form.
fn search(params: &mut Params, most: usize) -> Result<SavedSearch, Problem> {
    let name = params.text("name", SavedSearch::LONGEST_NAME)?;
    let mut filters = Filters {
        after: params.text("after", most)?,
        before: params.text("before", most)?,
        date: params.text("date", most)?,
        ..Filters::default()
    };
    facet_filters(&mut filters, params, most)?;
    let search = SavedSearch {
        name: name.unwrap_or_default().trim().to_owned(),
        query: params.text("q", most)?.unwrap_or_default(),
        accents: accents(params)?,
        filters,
    };
    search
        .check()
        .map_err(|error| Problem::parameter("name", error.to_string()))?;
    Ok(search)
}

/// Returns `true` unless a browser sends the form from another site.
fn is_own(headers: &HeaderMap) -> bool {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    // Pages without a referrer send the origin `null`; browsers that do also name the site.
    if let Some(site) = text("sec-fetch-site") {
        return matches!(site, "same-origin" | "none");
    }
    // Programs send no origin.
    let origin = text("origin").map(|origin| origin.split_once("://").map(|(_, host)| host));
    origin.is_none_or(|host| host.is_some() && host == text("host"))
}

/// A search with whether it is in the file that the page changes.
type Listed = (SavedSearch, bool);

/// The searches of the configuration, then those of the page.
async fn load(app: &Arc<App>) -> Result<Vec<Listed>, Problem> {
    let configured = app
        .options
        .searches
        .iter()
        .map(|search| (search.clone(), false));
    let mut all: Vec<Listed> = configured.collect();
    if let Some(store) = app.store.clone() {
        let loaded = tokio::task::spawn_blocking(move || store.load());
        let loaded = loaded
            .await
            .map_err(|error| Problem::internal(error.to_string()))?;
        let of_page = loaded.map_err(|error| Problem::internal(error.to_string()))?;
        all.extend(of_page.into_iter().map(|search| (search, true)));
    }
    Ok(all)
}

fn list(app: &App, saved: &[Listed], address: &Address, language: Language) -> Markup {
    let words = language.words();
    let note = address
        .get("saved")
        .map(|name| fill(words.search_saved, &[&name]));
    let lang = address.get("lang").unwrap_or_default();
    shell(&Page {
        language,
        address: &address.without("saved"),
        tab: Tab::None,
        title: words.searches,
        status: note.as_deref().unwrap_or(words.searches),
        content: html! {
            h1 { (words.searches) }
            @if let Some(note) = &note { p.note { (note) } }
            p { (words.searches_lead) }
            @if saved.is_empty() { p { (words.searches_none) } }
            ul.searches {
                @for (search, is_of_page) in saved {
                    li { (entry(search, *is_of_page && app.store.is_some(), lang, language)) }
                }
            }
        },
    })
}

fn entry(search: &SavedSearch, can_remove: bool, lang: &str, language: Language) -> Markup {
    let words = language.words();
    let pairs: Vec<(String, String)> = search
        .parameters()
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value))
        .collect();
    let lang = (!lang.is_empty()).then_some(("lang", lang));
    let query = |pairs: &[(String, String)]| {
        let mut query = Serializer::new(String::new());
        query.extend_pairs(pairs).extend_pairs(lang).finish()
    };
    let page = format!(
        "/?{}",
        query(&for_pages(pairs.iter().cloned(), &search.filters))
    );
    let feed = format!("{PATH}?{}", query(&pairs));
    let understood = search.request();
    let understood = understood.map(|request| request.ast().written(words.names).to_string());
    html! {
        a lang="vi" href=(page) { (search.name) }
        " · " a href=(feed) type="application/atom+xml" { "Atom" }
        p.about { code lang="vi" { (understood.unwrap_or_default()) } }
        @if can_remove {
            form method="post" action=(LIST) {
                input type="hidden" name="remove" value=(search.name);
                @if let Some((name, value)) = lang { input type="hidden" name=(name) value=(value); }
                button.quiet aria-label={ (words.search_remove) " " (search.name) } { (words.search_remove) }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_of_other_sites_are_refused() {
        for (headers, expected) in [
            (&[("host", "a.example")][..], true),
            (
                &[("host", "a.example"), ("origin", "https://a.example")],
                true,
            ),
            (
                &[("host", "a.example"), ("origin", "https://b.example")],
                false,
            ),
            (&[("host", "a.example"), ("origin", "null")], false),
            (
                &[("host", "a.example"), ("sec-fetch-site", "cross-site")],
                false,
            ),
            (
                &[("origin", "null"), ("sec-fetch-site", "same-origin")],
                true,
            ),
        ] {
            let mut map = HeaderMap::new();
            for (name, value) in headers {
                map.insert(*name, value.parse().unwrap());
            }
            assert_eq!(is_own(&map), expected, "{headers:?}");
        }
    }
}
