//! The views as exports.

use timbao_query::Request;
use timbao_query::plan::Plan;
use timbao_views::ScoredArticle;
use timbao_views::csv::{
    COLLOCATES_HEADER, FILLERS_HEADER, KEYWORDS_HEADER, KWIC_HEADER, TRENDS_HEADER, collocate_row,
    filler_row, group_row, header, keyword_row, kwic_row, row, trends_rows,
};
use timbao_views::json::{HitShape, TrendLine};

use crate::api::collocates::{Answer, CollocatesRequest};
use crate::api::fillers::FillersRequest;
use crate::api::keywords::KeywordsRequest;
use crate::api::kwic::{KwicRequest, part};
use crate::api::search::SearchRequest;
use crate::api::trends::TrendsRequest;
use crate::options::{Limits, ROWS};
use crate::params::Params;
use crate::problem::Problem;
use crate::view::View;

use super::exported::{Addressed, Export, Rows};

/// Lines of a concordance that are read at a time.
const BATCH: usize = 5_000;

impl Export for SearchRequest {
    const NAME: &'static str = "timbao-hits";

    fn queries(&self) -> Vec<(&Request, Plan)> {
        vec![(&self.query, self.query.plan().clone())]
    }

    fn write(&self, searcher: &View, rows: &mut Rows<'_>) -> Result<(), Problem> {
        let plan = self.query.plan();
        let (hits, reprints): (Vec<ScoredArticle>, Vec<u64>) = if self.unique {
            let found = searcher.search_unique(plan, &self.options)?;
            let texts = found.hits.iter();
            texts.map(|text| (text.hit, text.reprints)).unzip()
        } else {
            (searcher.search(plan, &self.options)?.hits, Vec::new())
        };
        rows.header(&header())?;
        let first = self.options.offset as u64 + 1;
        let shown = searcher.shown(plan, &hits, first, self.snippets);
        for (number, hit) in shown.enumerate() {
            let mut hit = hit?;
            hit.reprints = reprints.get(number).copied();
            rows.row(|| row(&hit), || HitShape::new(&hit))?;
        }
        Ok(())
    }
}

impl Addressed for SearchRequest {
    fn take(params: &mut Params, limits: &Limits) -> Result<Self, Problem> {
        Self::take_hits(params, limits, ROWS)
    }
}

impl Export for KwicRequest {
    const NAME: &'static str = "timbao-concordance";

    fn queries(&self) -> Vec<(&Request, Plan)> {
        vec![(&self.query, self.plan.clone())]
    }

    fn write(&self, searcher: &View, rows: &mut Rows<'_>) -> Result<(), Problem> {
        let concordance = self.run(searcher)?;
        if !self.group.is_empty() {
            let names: Vec<String> = self.group.iter().map(ToString::to_string).collect();
            let mut header: Vec<&str> = names.iter().map(String::as_str).collect();
            header.extend(["matches", "articles"]);
            let groups = concordance.groups(&**searcher, &self.group)?;
            return rows.list(&header, part(&groups, self.range()), group_row);
        }
        rows.header(&KWIC_HEADER)?;
        let range = self.range();
        let end = range.end.min(concordance.len());
        for start in (range.start..end).step_by(BATCH) {
            let batch = start..(start + BATCH).min(end);
            for line in &concordance.lines(&**searcher, batch)? {
                rows.row(|| kwic_row(line).into(), || line)?;
            }
        }
        Ok(())
    }
}

impl Addressed for KwicRequest {
    fn take(params: &mut Params, limits: &Limits) -> Result<Self, Problem> {
        Self::take_lines(params, limits, ROWS)
    }
}

impl Export for TrendsRequest {
    const NAME: &'static str = "timbao-trends";

    fn queries(&self) -> Vec<(&Request, Plan)> {
        let queries = self.queries.iter();
        queries.map(|query| (query, query.view_plan())).collect()
    }

    fn write(&self, searcher: &View, rows: &mut Rows<'_>) -> Result<(), Problem> {
        let trends = self.run(searcher)?;
        if let Rows::Table(_) = rows {
            rows.header(&TRENDS_HEADER)?;
            for row in trends_rows(&trends) {
                rows.row(|| row.into(), || ())?;
            }
            return Ok(());
        }
        // Each series with its points, as on the command line.
        for series in TrendLine::list(&trends) {
            rows.row(Vec::new, || series)?;
        }
        Ok(())
    }
}

impl Addressed for TrendsRequest {
    fn take(params: &mut Params, limits: &Limits) -> Result<Self, Problem> {
        Self::take(params, limits)
    }
}

impl Export for CollocatesRequest {
    const NAME: &'static str = "timbao-collocates";

    fn queries(&self) -> Vec<(&Request, Plan)> {
        let compared = self.compared.iter().flatten();
        std::iter::once((&self.query, self.plan.clone()))
            .chain(compared.map(|query| (query, query.plan().clone())))
            .collect()
    }

    fn write(&self, searcher: &View, rows: &mut Rows<'_>) -> Result<(), Problem> {
        match self.answer(searcher)? {
            Answer::One(found) => rows.list(&COLLOCATES_HEADER, &found.collocates, collocate_row),
            Answer::Two(found) => rows.list(&KEYWORDS_HEADER, &found.keywords, keyword_row),
        }
    }
}

impl Addressed for CollocatesRequest {
    fn take(params: &mut Params, limits: &Limits) -> Result<Self, Problem> {
        Self::take_most(params, limits, ROWS, ROWS)
    }
}

impl Export for KeywordsRequest {
    const NAME: &'static str = "timbao-keywords";

    fn queries(&self) -> Vec<(&Request, Plan)> {
        let articles = std::iter::once(&self.of).chain(&self.against);
        articles
            .map(|query| (query, query.plan().clone()))
            .collect()
    }

    fn write(&self, searcher: &View, rows: &mut Rows<'_>) -> Result<(), Problem> {
        let found = self.run(searcher)?;
        rows.list(&KEYWORDS_HEADER, &found.keywords, keyword_row)
    }
}

impl Addressed for KeywordsRequest {
    fn take(params: &mut Params, limits: &Limits) -> Result<Self, Problem> {
        Self::take_most(params, limits, ROWS, ROWS)
    }
}

impl Export for FillersRequest {
    const NAME: &'static str = "timbao-fillers";

    fn queries(&self) -> Vec<(&Request, Plan)> {
        vec![(&self.query, self.query.plan().clone())]
    }

    fn write(&self, searcher: &View, rows: &mut Rows<'_>) -> Result<(), Problem> {
        let found = self.run(searcher)?;
        rows.list(&FILLERS_HEADER, self.shown(&found), filler_row)
    }
}

impl Addressed for FillersRequest {
    fn take(params: &mut Params, limits: &Limits) -> Result<Self, Problem> {
        Self::take_most(params, limits, ROWS, ROWS)
    }
}
