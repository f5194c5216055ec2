//! The reasons for an empty result, and other queries.

use maud::{Markup, html};
use timbao_query::plan::Facet;
use timbao_views::suggest::{Advice, Cause, CauseKind, Suggestion, SuggestionKind};

use super::address::Address;
use super::text::Language;

/// Readings of a query that finds something, on one line.
pub(super) fn readings(advice: &Advice, address: &Address, language: Language) -> Markup {
    html! {
        @if !advice.meant.is_empty() {
            p.readings {
                (language.words().perhaps) ": "
                @for (i, suggestion) in advice.meant.iter().enumerate() {
                    @if i > 0 { ", " }
                    a href=(asks(suggestion, address)) { (suggestion.query) }
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
                ul.causes { @for cause in &advice.causes { li { (why(cause, language)) } } }
            }
            @if !advice.meant.is_empty() || !advice.relaxed.is_empty() {
                h2 { (words.try_these) }
                ul.relaxations {
                    @for suggestion in advice.meant.iter().chain(&advice.relaxed) {
                        li {
                            a href=(asks(suggestion, address)) { (suggestion.query) }
                            " – " (how(suggestion, language)) ", "
                            (language.articles(suggestion.articles))
                        }
                    }
                }
            }
        }
    }
}

/// The URL of a suggestion, which includes the filters.
fn asks(suggestion: &Suggestion, address: &Address) -> String {
    let mut conditions = vec!["page", "view", "from", "to", "date"];
    conditions.extend(Facet::stated().map(Facet::name));
    address
        .without_all(&conditions)
        .with("q", &suggestion.query)
        .href()
}

fn why(cause: &Cause, language: Language) -> String {
    if language == Language::English {
        return cause.to_string();
    }
    let part = &cause.part;
    let others = language.articles(cause.otherwise);
    match cause.kind {
        CauseKind::Word => format!("Không bài nào có {part}."),
        CauseKind::Accents => {
            format!("Không bài nào có {part} với dấu này; {others} có với dấu khác.")
        }
        CauseKind::Phrase if cause.otherwise == 0 => {
            format!("Không bài nào có {part}, cũng không bài nào có đủ các từ của cụm.")
        }
        CauseKind::Phrase => {
            format!("Không bài nào có {part} liền nhau; {others} có đủ các từ.")
        }
        CauseKind::Near if cause.otherwise == 0 => {
            format!("Không bài nào có {part}, cũng không bài nào có đủ các từ ấy.")
        }
        CauseKind::Near => {
            format!("Không bài nào có {part}; {others} có đủ các từ ấy nhưng xa nhau hơn.")
        }
        CauseKind::Field => format!("Không bài nào có {part}; {others} có ở phần khác của bài."),
        CauseKind::Filter => format!("Không bài nào thỏa điều kiện {part}."),
        CauseKind::Excluded => format!("Nếu bỏ {part} thì có {others}."),
        CauseKind::Together => {
            let parts: Vec<String> = cause
                .parts
                .iter()
                .map(|part| format!("{} trong {}", part.part, language.articles(part.articles)))
                .collect();
            format!(
                "Từng phần đều có, nhưng không cùng một bài: {}.",
                parts.join(", ")
            )
        }
    }
}

fn how(suggestion: &Suggestion, language: Language) -> String {
    if language == Language::English {
        return suggestion.to_string();
    }
    let part = &suggestion.part;
    match suggestion.kind {
        SuggestionKind::Accents => "thêm dấu".to_owned(),
        SuggestionKind::Telex => "đọc theo kiểu gõ Telex".to_owned(),
        SuggestionKind::Vni => "đọc theo kiểu gõ VNI".to_owned(),
        SuggestionKind::Spelling => "cách viết khác".to_owned(),
        SuggestionKind::AnyAccents if part.is_empty() => "bỏ qua dấu".to_owned(),
        SuggestionKind::AnyAccents => format!("bỏ qua dấu của {part}"),
        SuggestionKind::Slop => format!("các từ của {part} cách nhau chút ít"),
        SuggestionKind::Further => format!("{part} xa nhau hơn"),
        SuggestionKind::AnyField => format!("{part} ở bất cứ phần nào"),
        SuggestionKind::WithoutFilter => format!("bỏ điều kiện {part}"),
        SuggestionKind::WithoutNot => format!("không loại trừ {part}"),
        SuggestionKind::Words => format!("các từ của {part} ở bất cứ đâu"),
        SuggestionKind::WithoutPart => format!("bỏ {part}"),
        SuggestionKind::AnyWord => format!("một trong các từ của {part}"),
    }
}
