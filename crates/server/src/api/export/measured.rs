//! Word lists, dispersions, comparisons and batches as exports.

use timbao_query::Request;
use timbao_query::plan::Plan;
use timbao_views::csv::{
    COMPARE_HEADER, DISPERSION_HEADER, WORDLIST_HEADER, compare_rows, dispersion_parts,
    dispersion_row, header, row, wordlist_row,
};
use timbao_views::json::CompareLine;
use timbao_views::{Cell, FacetMatrix};

use crate::api::batch::{Answered, BatchRequest, What};
use crate::api::compare::CompareRequest;
use crate::api::dispersion::DispersionRequest;
use crate::api::wordlist::WordListRequest;
use crate::options::{Limits, ROWS};
use crate::params::Params;
use crate::problem::Problem;
use crate::view::View;

use super::exported::{Addressed, Export, Rows};

impl Export for WordListRequest {
    const NAME: &'static str = "timbao-wordlist";

    fn queries(&self) -> Vec<(&Request, Plan)> {
        vec![(&self.query, self.plan.clone())]
    }

    fn write(&self, searcher: &View, rows: &mut Rows<'_>) -> Result<(), Problem> {
        let found = self.run(searcher)?;
        rows.list(&WORDLIST_HEADER, &found.units, wordlist_row)
    }
}

impl Addressed for WordListRequest {
    fn take(params: &mut Params, limits: &Limits) -> Result<Self, Problem> {
        Self::take(params, limits, ROWS)
    }
}

impl Export for DispersionRequest {
    const NAME: &'static str = "timbao-dispersion";

    fn queries(&self) -> Vec<(&Request, Plan)> {
        vec![(&self.query, self.plan.clone())]
    }

    fn write(&self, searcher: &View, rows: &mut Rows<'_>) -> Result<(), Problem> {
        let found = self.run(searcher)?;
        rows.list(&DISPERSION_HEADER, dispersion_parts(&found), dispersion_row)
    }
}

impl Addressed for DispersionRequest {
    fn take(params: &mut Params, limits: &Limits) -> Result<Self, Problem> {
        Self::take(params, limits, ROWS)
    }
}

impl Export for CompareRequest {
    const NAME: &'static str = "timbao-compare";

    fn queries(&self) -> Vec<(&Request, Plan)> {
        let cited = self.cited();
        cited.map(|(query, plan)| (query, plan.clone())).collect()
    }

    fn write(&self, searcher: &View, rows: &mut Rows<'_>) -> Result<(), Problem> {
        let found = self.run(searcher)?;
        if let Rows::Table(_) = rows {
            rows.header(&COMPARE_HEADER)?;
            for row in compare_rows(&found) {
                rows.row(|| row.into(), || ())?;
            }
            return Ok(());
        }
        // As on the command line.
        for line in CompareLine::list(&found) {
            rows.row(Vec::new, || line)?;
        }
        Ok(())
    }
}

impl Addressed for CompareRequest {
    fn take(params: &mut Params, limits: &Limits) -> Result<Self, Problem> {
        Self::take_most(params, limits, ROWS, ROWS)
    }
}

impl Export for BatchRequest {
    const NAME: &'static str = "timbao-batch";

    fn queries(&self) -> Vec<(&Request, Plan)> {
        let queries = self.queries.iter();
        queries.map(|query| (query, query.plan().clone())).collect()
    }

    fn write(&self, searcher: &View, rows: &mut Rows<'_>) -> Result<(), Problem> {
        if let Rows::Lines(_) = rows {
            for query in &self.queries {
                let found = self.answer(query, searcher)?;
                rows.row(Vec::new, || self.entry(query, &found))?;
            }
            return Ok(());
        }
        let matrix = self.matrix(searcher)?;
        let mut columns = vec!["query", "total"];
        match (self.what, &matrix) {
            (What::Hits, _) => columns.extend(header()),
            (What::Counts(_), Some(matrix)) => {
                columns.extend(matrix.values().iter().map(String::as_str));
                columns.push("(none)");
            }
            _ => {}
        }
        rows.header(&columns)?;
        for query in &self.queries {
            let found = self.answer(query, searcher)?;
            write_answer(query, &found, matrix.as_ref(), columns.len(), rows)?;
        }
        Ok(())
    }
}

impl Addressed for BatchRequest {
    fn take(params: &mut Params, limits: &Limits) -> Result<Self, Problem> {
        Self::take(params, limits, ROWS, ROWS)
    }
}

/// Writes the rows of one of several queries; a query without hits has one with its total.
fn write_answer(
    query: &Request,
    found: &Answered,
    matrix: Option<&FacetMatrix>,
    columns: usize,
    rows: &mut Rows<'_>,
) -> Result<(), Problem> {
    let head = [Cell::from(query.text()), Cell::from(found.total)];
    if let Some((matrix, by)) = matrix.zip(found.by.as_ref()) {
        let counts = matrix.row(by).into_iter().chain([by.unknown]);
        let cells = head.into_iter().chain(counts.map(Cell::from)).collect();
        return rows.row(|| cells, || ());
    }
    if found.hits.is_empty() {
        let mut cells = Vec::from(head);
        cells.resize(columns, Cell::Empty);
        return rows.row(|| cells, || ());
    }
    for hit in &found.hits {
        rows.row(|| head.iter().cloned().chain(row(hit)).collect(), || ())?;
    }
    Ok(())
}
