//! The reasons for an empty result, and other queries.

use maud::{Markup, html};
use timbao_query::plan::Facet;
use timbao_views::suggest::{Advice, Suggestion};

use super::address::Address;
use timbao_views::language::Language;

/// Readings of a query that finds something, on one line.
pub(super) fn readings(advice: &Advice, address: &Address, language: Language) -> Markup {
    html! {
        @if !advice.meant.is_empty() {
            p.readings {
                (language.words().perhaps) ": "
                @for (i, suggestion) in advice.meant.iter().enumerate() {
                    @if i > 0 { ", " }
                    a lang="vi" href=(asks(suggestion, address, language)) { (language.query(&suggestion.query)) }
                    " " span.number { "(" (language.count(suggestion.articles)) ")" }
                }
            }
        }
    }
}

/// The message for an empty result.
pub(super) fn nothing(advice: &Advice, address: &Address, language: Language) -> Markup {
    let words = language.words();
    html! {
        div.message {
            p { strong { (words.nothing) } }
            @if !advice.causes.is_empty() {
                ul.causes { @for cause in &advice.causes { li { ((language.words().cause)(cause)) } } }
            }
            @if !advice.meant.is_empty() || !advice.relaxed.is_empty() {
                h2 { (words.try_these) }
                ul.relaxations {
                    @for suggestion in advice.meant.iter().chain(&advice.relaxed) {
                        li {
                            a lang="vi" href=(asks(suggestion, address, language)) { (language.query(&suggestion.query)) }
                            " – " ((language.words().suggestion)(suggestion)) ", "
                            (language.articles(suggestion.articles))
                        }
                    }
                }
            }
        }
    }
}

/// The URL of a suggestion, which includes the filters.
fn asks(suggestion: &Suggestion, address: &Address, language: Language) -> String {
    let mut conditions = vec!["page", "view", "from", "to", "date", "after", "before"];
    conditions.extend(Facet::stated().map(Facet::name));
    address
        .without_all(&conditions)
        .with("q", &language.query(&suggestion.query))
        .href()
}
