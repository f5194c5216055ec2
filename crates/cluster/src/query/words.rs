//! Words as queries.

use std::iter;

use timbao_query::plan::{Slot, TextField};

use crate::error::Result;

use super::clauses::{BAG, Query, any, fields, terms};
use super::slots::Slots;

/// The query of a word.
pub(super) fn query(slot: &Slot, field: Option<TextField>, slots: &Slots<'_>) -> Result<Query> {
    let found = match field {
        None => slots.terms(slot)?,
        Some(_) => slots.spelled(iter::once(slot))?.remove(0),
    };
    if !found.is_complete {
        return Ok(Query::everything().inexact());
    }
    if found.terms.is_empty() {
        return Ok(Query::nothing());
    }
    Ok(Query::exact(match field {
        None => terms(BAG, &found.terms),
        Some(_) => any(fields(field).iter().map(|field| terms(field, &found.terms))),
    }))
}
