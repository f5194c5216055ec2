//! The help: query language, fields and keys; and a form for people who do not want operators.

use std::future::ready;
use std::sync::Arc;

use axum::extract::{RawQuery, State};
use axum::response::{IntoResponse, Redirect, Response};
use maud::{Markup, html};
use timbao_query::plan::Facet;
use timbao_views::language::{HelpSection, Language};

use crate::app::App;
use crate::problem::Problem;

use super::address::Address;
use super::asked::{Asked, narrowing, sent};
use super::layout::{Page, Tab, shell};

/// The fields of the form apart from dates and facets.
const FIELDS: [&str; 7] = ["all", "exact", "any", "none", "near", "within", "in"];
/// The parts of an article that the form offers, by their names in the query language.
const PARTS: [&str; 4] = ["title", "summary", "body", "caption"];
/// The distance between two words when none is given.
const WITHIN: u32 = 10;

/// Answers with the help.
pub(crate) async fn page(RawQuery(raw): RawQuery) -> Response {
    let asked = Asked::new("/help", raw.as_deref(), &[]);
    let language = asked.language;
    let words = language.words();
    let again = asked.address.without("q");
    let page = shell(&Page {
        language,
        address: &asked.address,
        tab: Tab::None,
        title: words.help,
        status: words.help,
        content: html! {
            div.help {
                h1 { (words.help) }
                p { a href=(again.at("/form").href()) { (words.form) } }
                @for section in words.help_sections { (section_shown(section, &again)) }
                (fields(language))
            }
        },
    });
    sent(page)
}

fn section_shown(section: &HelpSection, address: &Address) -> Markup {
    html! {
        section {
            h2 { (section.title) }
            dl.tips {
                @for (query, meaning) in section.rows {
                    dt {
                        @if section.are_queries {
                            a href=(address.at("/").with("q", query).href()) { code lang="vi" { (query) } }
                        } @else { kbd { (query) } }
                    }
                    dd { (meaning) }
                }
            }
        }
    }
}

/// The facets with their names in the query language.
fn fields(language: Language) -> Markup {
    html! {
        section {
            h2 { (language.words().help_fields) }
            dl.tips {
                @for facet in Facet::stated() {
                    dt { code { @for (i, name) in facet.aliases().iter().chain([&facet.name()]).enumerate() { @if i > 0 { ", " } (name) ":" } } }
                    dd { (language.facet(facet)) ": " code lang="vi" { (facet.aliases().first().unwrap_or(&facet.name())) ":\"" (facet.example()) "\"" } }
                }
            }
        }
    }
}

/// Answers with the form or, once it is filled, with the hits of its query.
pub(crate) async fn form(State(app): State<Arc<App>>, RawQuery(raw): RawQuery) -> Response {
    let asked = Asked::new("/form", raw.as_deref(), &FIELDS);
    asked
        .answer(Tab::None, |asked| ready(answer(&app, asked)))
        .await
}

fn answer(app: &App, mut asked: Asked) -> Result<Response, Problem> {
    let most = app.options.limits.text;
    let mut typed = Typed::default();
    for (name, text) in [
        ("all", &mut typed.all),
        ("exact", &mut typed.exact),
        ("any", &mut typed.any),
        ("none", &mut typed.none),
        ("near", &mut typed.near),
    ] {
        *text = asked.params.text(name, most)?.unwrap_or_default();
    }
    typed.within = asked.params.number("within", 1..=100, WITHIN)?;
    let parts = PARTS.map(|part| (part, Some(part)));
    typed.part = asked.params.choice("in", &parts, None)?;
    let query = typed.query();
    let is_narrowed = narrowing().any(|name| asked.address.get(name).is_some());
    if query.is_empty() && !is_narrowed {
        return Ok(sent(form_page(&asked)));
    }
    let list = asked.address.at("/").without_all(&FIELDS).with("q", &query);
    Ok(Redirect::to(&list.href()).into_response())
}

/// The words of a form.
#[derive(Debug, Default)]
struct Typed {
    all: String,
    exact: String,
    any: String,
    none: String,
    near: String,
    within: u32,
    part: Option<&'static str>,
}

impl Typed {
    /// The query that they make.
    fn query(&self) -> String {
        let all = self.all.split_whitespace().map(bare);
        let all = all
            .filter(|word| !word.is_empty())
            .map(|word| format!("+{word}"));
        let mut parts: Vec<String> = all.collect();
        parts.extend(quoted(&self.exact));
        let any: Vec<String> = listed(&self.any);
        match any.as_slice() {
            [] => {}
            [one] => parts.push(one.clone()),
            several => parts.push(format!("({})", several.join(" OR "))),
        }
        let near = listed(&self.near);
        match near.as_slice() {
            [] => {}
            [one] => parts.push(one.clone()),
            several => parts.push(several.join(&format!(" NEAR/{} ", self.within))),
        }
        let wanted = match self.part {
            Some(part) if !parts.is_empty() => format!("{part}:({})", parts.join(" ")),
            _ => parts.join(" "),
        };
        let excluded = listed(&self.none)
            .into_iter()
            .map(|part| format!("-{part}"));
        let wanted = Some(wanted).filter(|wanted| !wanted.is_empty());
        wanted
            .into_iter()
            .chain(excluded)
            .collect::<Vec<_>>()
            .join(" ")
    }
}

/// A text without the signs of the query language.
fn bare(text: &str) -> String {
    let is_sign = |c: char| "\"“”„‟«»＂()|*~=:/+".contains(c);
    let text: String = text
        .chars()
        .map(|c| if is_sign(c) { ' ' } else { c })
        .collect();
    let words = text
        .split_whitespace()
        .map(|word| word.trim_start_matches('-'));
    words
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}

/// A text as a phrase.
fn quoted(text: &str) -> Option<String> {
    Some(bare(text))
        .filter(|text| !text.is_empty())
        .map(|text| format!("\"{text}\""))
}

/// Words and phrases with commas between them, each as a phrase.
fn listed(text: &str) -> Vec<String> {
    text.split([',', ';']).filter_map(quoted).collect()
}

fn form_page(asked: &Asked) -> Markup {
    let (language, address) = (asked.language, &asked.address);
    let words = language.words();
    let texts = [
        ("all", words.form_all),
        ("exact", words.form_exact),
        ("any", words.form_any),
        ("none", words.form_none),
        ("near", words.form_near),
    ];
    shell(&Page {
        language,
        address: &address.without_all(&FIELDS),
        tab: Tab::None,
        title: words.form,
        status: words.form,
        content: html! {
            div.help {
                h1 { (words.form) }
                p.hint { (words.form_note) }
                form.fields action="/form" {
                    @for (name, label) in texts {
                        label for=(name) { (label) }
                        input id=(name) name=(name) maxlength="500" autocomplete="off" spellcheck="false";
                    }
                    label for="within" { (words.form_within) }
                    input #within name="within" type="number" min="1" max="100" value=(WITHIN);
                    label for="in" { (words.form_in) }
                    select #in name="in" {
                        option value="" { (words.form_everywhere) }
                        @for (part, name) in PARTS.iter().zip(words.parts_of_articles) { option value=(part) { (name) } }
                    }
                    label for="from" { (words.from) }
                    input #from name="from" placeholder=(words.date_example) autocomplete="off" maxlength="40";
                    label for="to" { (words.to) }
                    input #to name="to" placeholder=(words.date_example) autocomplete="off" maxlength="40";
                    @for facet in Facet::stated() {
                        label for=(facet.name()) { (language.facet(facet)) }
                        input id=(facet.name()) name=(facet.name()) maxlength="200" autocomplete="off";
                    }
                    @if let Some(code) = address.get("lang") { input type="hidden" name="lang" value=(code); }
                    button { (words.search) }
                }
                p { a href=(address.at("/help").without_all(&FIELDS).href()) { (words.help) } }
            }
        },
    })
}

#[cfg(test)]
mod tests {
    use timbao_query::{Request, parse};
    use timbao_views::language::Language;

    use super::Typed;

    #[test]
    fn a_form_makes_a_query_without_operators() {
        let typed = |all: &str, exact: &str, any: &str, none: &str, near: &str, part| Typed {
            all: all.into(),
            exact: exact.into(),
            any: any.into(),
            none: none.into(),
            near: near.into(),
            within: 7,
            part,
        };
        for (form, query) in [
            (typed("đại hội", "", "", "", "", None), "+đại +hội"),
            (
                typed("", "tự diễn biến", "", "", "", None),
                "\"tự diễn biến\"",
            ),
            (
                typed("", "", "lũ, sạt lở", "", "", None),
                "(\"lũ\" OR \"sạt lở\")",
            ),
            (
                typed("", "", "", "", "cán bộ, kỷ luật", None),
                "\"cán bộ\" NEAR/7 \"kỷ luật\"",
            ),
            (
                typed("đảng", "", "", "cổ đông; -bóng đá", "", Some("title")),
                "title:(+đảng) -\"cổ đông\" -\"bóng đá\"",
            ),
            (typed(" -(\" ", "\"", ",", ";", "", Some("body")), ""),
        ] {
            assert_eq!(form.query(), query);
            assert!(parse(query).problems.is_empty(), "{query}");
        }
    }

    #[test]
    fn examples_of_the_help_are_understood() {
        for language in Language::ALL {
            let sections = language.words().help_sections.iter();
            for (query, _) in sections.filter(|s| s.are_queries).flat_map(|s| s.rows) {
                let request = Request::new(*query);
                assert!(
                    request.problems().is_empty() && !request.is_empty(),
                    "{query}"
                );
            }
        }
    }
}
