//! Citations.

use timbao_index::Searcher;
use timbao_query::Request;
use timbao_query::plan::Plan;
use timbao_views::{Citation, CitedQuery};

use crate::errors::Result;

/// Cites an answer to queries.
///
/// # Errors
///
/// If the index is damaged.
pub(crate) fn cite(searcher: &Searcher, queries: &[(&Request, &Plan)]) -> Result<Citation> {
    let queries = queries.iter().map(|(request, plan)| CitedQuery {
        query: request.ast().to_string(),
        plan: plan.to_string(),
    });
    Ok(searcher.cite(queries.collect())?)
}
