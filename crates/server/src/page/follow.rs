//! The feed of a list of hits, and the form that saves its search.

use maud::{Markup, html};
use timbao_alerts::SavedSearch;
use timbao_query::plan::Facet;
use timbao_views::language::Language;

use crate::feed::PATH;

use super::address::Address;
use super::parts::export;

/// The path of the list of saved searches.
pub(super) const LIST: &str = "/searches";

/// The address of the feed of a list of hits.
pub(super) fn feed(address: &Address) -> String {
    let search = address.without_all(&["sort", "count", "unique"]);
    let feed = export(&search, PATH);
    match (address.get("lang"), feed.contains('?')) {
        (Some(lang), true) => format!("{feed}&lang={lang}"),
        _ => feed,
    }
}

/// The feed of a list of hits, and a form that saves its search.
pub(super) fn follow(address: &Address, can_save: bool, language: Language) -> Markup {
    let words = language.words();
    let feed = feed(address);
    let (_, query) = feed.split_once('?').unwrap_or_default();
    let name: String = address
        .get("q")
        .unwrap_or_default()
        .chars()
        .take(SavedSearch::LONGEST_NAME)
        .collect();
    let kept = form_urlencoded::parse(query.as_bytes());
    html! {
        details.export.follow {
            summary { (words.follow) }
            p { (words.follow_lead) }
            p { a href=(feed) type="application/atom+xml" { (words.follow_feed) } " · " a href=(lang_of(address, LIST)) { (words.searches) } }
            @if can_save {
                form.choices method="post" action=(LIST) {
                    @for (name, value) in kept { input type="hidden" name=(name) value=(value); }
                    label { (words.search_name) " "
                        input name="name" required maxlength=(SavedSearch::LONGEST_NAME) value=(name);
                    }
                    button.quiet { (words.search_save) }
                }
            }
        }
    }
}

fn lang_of(address: &Address, path: &'static str) -> String {
    let kept: Vec<&str> = address
        .pairs()
        .iter()
        .map(|(name, _)| name.as_str())
        .filter(|name| *name != "lang")
        .collect();
    address.at(path).without_all(&kept).href()
}

/// Returns `true` if a page has a feed.
pub(super) fn has_feed(address: &Address) -> bool {
    let is_filter = |name: &str| name == "q" || Facet::named(name).is_some();
    address.path() == "/" && address.pairs().iter().any(|(name, _)| is_filter(name))
}
