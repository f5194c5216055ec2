//! The filters of every view: time, and the values of each facet to accept or to exclude.

use maud::{Markup, html};
use timbao_query::plan::{Facet, Plan};
use timbao_query::{Filters, Request};
use timbao_views::{Count, FacetCount, FacetCounts};

use crate::problem::Problem;
use crate::query::{base, request};
use crate::view::View;

use super::address::Address;
use super::asked::narrowing;
use super::chart::histogram;
use timbao_views::language::Language;

/// Values of a facet that are shown at first, and in all.
const VALUES: (usize, usize) = (8, 32);

/// The values to choose from.
pub(super) struct Narrow {
    facets: Vec<FacetCounts>,
    months: Vec<FacetCount>,
}

impl Narrow {
    /// Counts the articles of a plan that depends on the filters. The values of a facet with a
    /// filter are counted without this filter, so that others can be chosen too.
    ///
    /// # Errors
    ///
    /// When the time is over or the index is damaged.
    pub(super) fn count(
        searcher: &View,
        filters: &Filters,
        count: Count,
        plan: impl Fn(&Filters) -> Result<Plan, Problem>,
    ) -> Result<Self, Problem> {
        let (mut narrowed, mut free): (Vec<Facet>, Vec<Facet>) = listed()
            .into_iter()
            .partition(|facet| filters.facets.contains_key(facet));
        free.push(Facet::Month);
        let mut facets = searcher.facets_of(&plan(filters)?, &free, count)?.facets;
        let months = facets.pop().map(|months| months.values).unwrap_or_default();
        for facet in narrowed.drain(..) {
            let mut others = filters.clone();
            others.facets.remove(&facet);
            facets.append(&mut searcher.facets_of(&plan(&others)?, &[facet], count)?.facets);
        }
        let place = |counts: &FacetCounts| listed().iter().position(|&facet| facet == counts.facet);
        facets.sort_by_key(place);
        Ok(Self { facets, months })
    }

    /// Counts the articles of a query as a view reads it.
    ///
    /// # Errors
    ///
    /// When the time is over or the index is damaged.
    pub(super) fn of_view(
        searcher: &View,
        filters: &Filters,
        count: Count,
        query: &Request,
    ) -> Result<Self, Problem> {
        Self::count(searcher, filters, count, |filters| {
            let accents = query.options().accents;
            let narrowed = request(query.text().to_owned(), filters, accents)?;
            Ok(narrowed.as_phrases().plan_or_everything())
        })
    }

    /// Counts all articles.
    ///
    /// # Errors
    ///
    /// When the time is over or the index is damaged.
    pub(super) fn of_all(
        searcher: &View,
        filters: &Filters,
        count: Count,
    ) -> Result<Self, Problem> {
        Self::count(searcher, filters, count, base)
    }

    /// Returns `true` if the month of an article is known.
    pub(super) fn has_dates(&self) -> bool {
        !self.months.is_empty()
    }

    /// Returns `true` if an article has a value of one of these facets.
    pub(super) fn has(&self, facets: &[Facet]) -> bool {
        let mut counts = self.facets.iter();
        counts.any(|counts| facets.contains(&counts.facet) && !counts.values.is_empty())
    }

    /// Returns `true` if nothing that was found can be narrowed.
    fn is_empty(&self) -> bool {
        self.months.is_empty() && self.facets.iter().all(|counts| counts.values.is_empty())
    }

    /// The filters next to a list.
    pub(super) fn beside(&self, address: &Address, language: Language) -> Markup {
        let words = language.words();
        html! {
            @if !self.is_empty() || has_filter(address) {
                aside #narrow aria-label=(words.narrow) { (self.form(address, language)) }
            }
        }
    }

    /// The filters above a view that needs all of the width.
    pub(super) fn above(&self, address: &Address, language: Language) -> Markup {
        html! {
            @if !self.is_empty() || has_filter(address) {
                details.narrow #narrow {
                    summary { (language.words().narrow) }
                    (self.form(address, language))
                }
            }
        }
    }

    fn form(&self, address: &Address, language: Language) -> Markup {
        let words = language.words();
        // Trends have a field for the unit.
        let count = if address.path() == "/trends" {
            ""
        } else {
            "count"
        };
        let kept = address.without_all(&["page", "view", "from", "to", "date", count]);
        let kept = kept
            .pairs()
            .iter()
            .filter(|(name, value)| !self.is_listed(name, value));
        html! {
            form.filters action=(address.path()) {
                @for (name, value) in kept { input type="hidden" name=(name) value=(value); }
                (self.time(address, language))
                @for counts in &self.facets { (facet_shown(counts, address, language)) }
                @if !matches!(address.path(), "/trends" | "/batch") { (counted(address, language)) }
                p.apply { button.quiet { (words.apply) } }
            }
        }
    }

    /// Whether a condition has a box of its own.
    fn is_listed(&self, name: &str, value: &str) -> bool {
        let bare = value.strip_prefix('-').unwrap_or(value);
        let mut facets = self.facets.iter();
        facets.any(|counts| counts.facet.name() == name && (bare == "*" || bare.starts_with('=')))
    }

    fn time(&self, address: &Address, language: Language) -> Markup {
        let words = language.words();
        html! {
            fieldset.facet {
                legend { (words.time) }
                (histogram(&self.months, address, language))
                div.dates {
                    @for (id, label) in [("from", words.from), ("to", words.to)] {
                        label for=(id) { (label) }
                        input id=(id) name=(id) value=(address.get(id).unwrap_or_default()) placeholder=(words.date_example) autocomplete="off" maxlength="40";
                    }
                }
            }
        }
    }
}

/// The facets in the order of the page: section and publication, then the others.
fn listed() -> Vec<Facet> {
    let mut facets: Vec<Facet> = Facet::stated().collect();
    facets.sort_by_key(|facet| match facet {
        Facet::Section => 0,
        Facet::Source => 1,
        _ => 2,
    });
    facets
}

/// Whether a page is narrowed.
fn has_filter(address: &Address) -> bool {
    narrowing().any(|name| name != "accents" && address.get(name).is_some())
}

/// The choice between publications and texts.
fn counted(address: &Address, language: Language) -> Markup {
    let words = language.words();
    let texts = address.get("count") == Some("texts");
    html! {
        fieldset.facet {
            legend { (words.counted) }
            ul {
                @for (value, name, is_chosen) in [("", words.publications, !texts), ("texts", words.texts_once, texts)] {
                    li { label { input type="radio" name="count" value=(value) checked[is_chosen]; " " (name) } }
                }
            }
        }
    }
}

/// The values of a facet: those with a condition, then the most common ones.
fn facet_shown(counts: &FacetCounts, address: &Address, language: Language) -> Markup {
    let words = language.words();
    let name = counts.facet.name();
    let (first, all) = VALUES;
    let chosen: Vec<&str> = address
        .pairs()
        .iter()
        .filter(|(parameter, _)| parameter == name)
        .filter_map(|(_, value)| value.strip_prefix('-').unwrap_or(value).strip_prefix('='))
        .collect();
    let number = |value: &str| {
        let mut values = counts.values.iter();
        values
            .find(|counted| counted.value == value)
            .map_or(0, |counted| counted.articles)
    };
    let mut values: Vec<(&str, u64)> = chosen.iter().map(|&value| (value, number(value))).collect();
    values.dedup();
    let others = counts.values.iter().take(all);
    let others = others.filter(|counted| !chosen.contains(&counted.value.as_str()));
    values.extend(others.map(|counted| (counted.value.as_str(), counted.articles)));
    let first = first.max(chosen.len()).min(values.len());
    let (shown, rest) = values.split_at(first);
    let row = |&(value, articles): &(&str, u64)| {
        let shown = html! { span lang="vi" { (value) } };
        value_row(
            name,
            [&format!("={value}"), &format!("-={value}")],
            &shown,
            value,
            articles,
            address,
            language,
        )
    };
    html! {
        @if !values.is_empty() {
            fieldset.facet {
                legend { (language.facet(counts.facet)) }
                ul { @for value in shown { (row(value)) } }
                @if !rest.is_empty() {
                    details {
                        summary { (words.more) }
                        ul { @for value in rest { (row(value)) } }
                    }
                }
                @if counts.unknown > 0 || address.has(name, "-*") || address.has(name, "*") {
                    ul.unknown {
                        (value_row(name, ["-*", "*"], &html! { (words.unknown) }, words.unknown, counts.unknown, address, language))
                    }
                }
            }
        }
    }
}

/// A value with a box to accept it and one to exclude it.
fn value_row(
    name: &str,
    [accepted, excluded]: [&str; 2],
    shown: &Markup,
    text: &str,
    articles: u64,
    address: &Address,
    language: Language,
) -> Markup {
    let without = language.words().without;
    html! {
        li {
            label { input type="checkbox" name=(name) value=(accepted) checked[address.has(name, accepted)]; " " (shown) }
            span.number { (language.count(articles)) }
            label.without title=(without) {
                input type="checkbox" name=(name) value=(excluded) checked[address.has(name, excluded)] aria-label={ (without) " " (text) };
                span aria-hidden="true" { "−" }
            }
        }
    }
}
