//! Conditions on metadata.

use std::collections::HashMap;

use tantivy::schema::{IndexRecordOption, Term};
use tantivy::{DocSet, TERMINATED};
use timbao_query::plan::{Facet, Filter, Stated};
use timbao_views::facet_key;
use timbao_views::matching::contains_phrase;

use crate::error::{Error, Result};
use crate::schema::{Fields, id_term};

use super::SegmentView;
use super::values::FacetValue;

/// The articles of a segment that pass, in order.
pub(crate) fn articles(view: &SegmentView, fields: &Fields, filter: &Filter) -> Result<Vec<u32>> {
    match filter {
        Filter::Id(id) => articles_with_term(view, &Term::from_field_text(fields.id, &id_term(id))),
        Filter::Date { from, to } => {
            let wanted = from.map_or(i64::MIN, i64::from)..=to.map_or(i64::MAX, i64::from);
            let days = days(view)?;
            Ok((0..view.text.articles())
                .filter(|&a| days.first(a).is_some_and(|day| wanted.contains(&day)))
                .collect())
        }
        Filter::Has(Stated::Date) => {
            let days = days(view)?;
            let articles = 0..view.text.articles();
            Ok(articles.filter(|&a| days.first(a).is_some()).collect())
        }
        Filter::Has(Stated::Facet(facet @ (Facet::Year | Facet::Month))) => {
            by_time(view, *facet, |_| true)
        }
        Filter::Has(Stated::Facet(facet)) => by_value(view, *facet, |_| true),
        Filter::Facet {
            facet: facet @ (Facet::Year | Facet::Month),
            slots,
        } => by_time(view, *facet, |time| contains_phrase(time, slots)),
        Filter::Is {
            facet: facet @ (Facet::Year | Facet::Month),
            value,
        } => by_time(view, *facet, |time| time == value.trim()),
        Filter::Facet { facet, slots } => {
            by_value(view, *facet, |value| contains_phrase(&value.text, slots))
        }
        Filter::Is { facet, value } => {
            let key = facet_key(value);
            by_value(view, *facet, |value| value.key == key)
        }
    }
}

/// The articles that have a wanted value of a facet.
fn by_value(
    view: &SegmentView,
    facet: Facet,
    is_wanted: impl Fn(&FacetValue) -> bool,
) -> Result<Vec<u32>> {
    let Some((values, column)) = view.values(facet)? else {
        return Ok(Vec::new());
    };
    let wanted: Vec<bool> = values.iter().map(is_wanted).collect();
    if !wanted.contains(&true) {
        return Ok(Vec::new());
    }
    let passes = |&article: &u32| {
        let mut ordinals = column.term_ords(article);
        ordinals.any(|ordinal| wanted.get(ordinal as usize) == Some(&true))
    };
    Ok((0..view.text.articles()).filter(passes).collect())
}

/// The day of publication of every article.
pub(crate) fn days(view: &SegmentView) -> Result<tantivy::columnar::Column<i64>> {
    view.reader.fast_fields().i64("day").map_err(Error::engine)
}

/// The calendar date of a day number.
pub(crate) fn date(day: i64) -> Option<time::Date> {
    const EPOCH_JULIAN_DAY: i64 = 2_440_588;
    let julian = i32::try_from(day.checked_add(EPOCH_JULIAN_DAY)?).ok()?;
    time::Date::from_julian_day(julian).ok()
}

/// The year, as `2026`, or the month, as `2026-03`, of a day number.
pub(crate) fn time(facet: Facet, day: i64) -> Option<String> {
    let date = date(day)?;
    Some(match facet {
        Facet::Year => format!("{:04}", date.year()),
        _ => format!("{:04}-{:02}", date.year(), u8::from(date.month())),
    })
}

/// The articles that were published in a wanted year or month.
fn by_time(view: &SegmentView, facet: Facet, is_wanted: impl Fn(&str) -> bool) -> Result<Vec<u32>> {
    let days = days(view)?;
    let mut known: HashMap<i64, bool> = HashMap::new();
    let mut passes = |day: i64| {
        let is_wanted = || time(facet, day).is_some_and(|time| is_wanted(&time));
        *known.entry(day).or_insert_with(is_wanted)
    };
    Ok((0..view.text.articles())
        .filter(|&article| days.first(article).is_some_and(&mut passes))
        .collect())
}

/// The articles of a segment that contain a term of Tantivy's own index.
pub(crate) fn articles_with_term(view: &SegmentView, term: &Term) -> Result<Vec<u32>> {
    let inverted = view
        .reader
        .inverted_index(term.field())
        .map_err(Error::engine)?;
    let mut articles = Vec::new();
    let postings = inverted
        .read_postings(term, IndexRecordOption::Basic)
        .map_err(|e| Error::Damaged {
            reason: e.to_string(),
        })?;
    if let Some(mut postings) = postings {
        while postings.doc() != TERMINATED {
            if view
                .reader
                .alive_bitset()
                .is_none_or(|alive| alive.is_alive(postings.doc()))
            {
                articles.push(postings.doc());
            }
            postings.advance();
        }
    }
    Ok(articles)
}
