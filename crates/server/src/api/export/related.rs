//! Reprints and similar articles as exports.

use std::ops::Range;

use timbao_query::Request;
use timbao_query::plan::Plan;
use timbao_views::ArticleId;
use timbao_views::csv::{
    REPRINT_GROUPS_HEADER, REPRINTS_HEADER, SIMILAR_HEADER, reprint_group_row, reprint_row,
    similar_row,
};

use crate::api::reprints::{SimilarRequest, like, part, reprinted, text};
use crate::options::Limits;
use crate::params::Params;
use crate::problem::Problem;
use crate::view::View;

use super::exported::{Addressed, Export, Rows};

/// The texts that were published several times.
pub(super) struct ReprintGroupsExport {
    part: Range<usize>,
}

impl Export for ReprintGroupsExport {
    const NAME: &'static str = "timbao-reprints";

    fn queries(&self) -> Vec<(&Request, Plan)> {
        Vec::new()
    }

    fn write(&self, searcher: &View, rows: &mut Rows<'_>) -> Result<(), Problem> {
        let found = reprinted(searcher, self.part.clone())?;
        rows.list(&REPRINT_GROUPS_HEADER, &found.groups, reprint_group_row)
    }
}

impl Addressed for ReprintGroupsExport {
    fn take(params: &mut Params, limits: &Limits) -> Result<Self, Problem> {
        Ok(Self {
            part: part(params, limits, limits.page)?,
        })
    }
}

/// Articles like a text.
pub(super) struct SimilarToTextExport {
    text: String,
    part: SimilarRequest,
}

impl Export for SimilarToTextExport {
    const NAME: &'static str = "timbao-similar";

    fn queries(&self) -> Vec<(&Request, Plan)> {
        Vec::new()
    }

    fn write(&self, searcher: &View, rows: &mut Rows<'_>) -> Result<(), Problem> {
        let mut found = like(searcher, self.text.clone(), &self.part.options())?;
        self.part.cut(&mut found);
        rows.list(&SIMILAR_HEADER, &found.articles, similar_row)
    }
}

impl Addressed for SimilarToTextExport {
    fn take(params: &mut Params, limits: &Limits) -> Result<Self, Problem> {
        Ok(Self {
            text: text(params)?,
            part: SimilarRequest::take(params, limits)?,
        })
    }
}

/// Articles like one of the index.
pub(crate) struct SimilarExport {
    id: String,
    part: SimilarRequest,
}

impl SimilarExport {
    pub(crate) fn new(id: &str, part: SimilarRequest) -> Self {
        Self {
            id: id.to_owned(),
            part,
        }
    }
}

impl Export for SimilarExport {
    const NAME: &'static str = "timbao-similar";

    fn queries(&self) -> Vec<(&Request, Plan)> {
        Vec::new()
    }

    fn write(&self, searcher: &View, rows: &mut Rows<'_>) -> Result<(), Problem> {
        let id = first(searcher, &self.id)?;
        let mut found = searcher.similar(id, &self.part.options())?;
        self.part.cut(&mut found);
        rows.list(&SIMILAR_HEADER, &found.articles, similar_row)
    }
}

/// The copies of the text of an article.
pub(crate) struct ReprintsExport {
    id: String,
}

impl ReprintsExport {
    pub(crate) fn new(id: &str) -> Self {
        Self { id: id.to_owned() }
    }
}

impl Export for ReprintsExport {
    const NAME: &'static str = "timbao-reprints";

    fn queries(&self) -> Vec<(&Request, Plan)> {
        Vec::new()
    }

    fn write(&self, searcher: &View, rows: &mut Rows<'_>) -> Result<(), Problem> {
        let found = searcher.reprints(first(searcher, &self.id)?)?;
        rows.list(&REPRINTS_HEADER, &found.publications, reprint_row)
    }
}

/// The first article with an id.
fn first(searcher: &View, id: &str) -> Result<ArticleId, Problem> {
    let found = searcher.find_id(id)?;
    found.first().copied().ok_or_else(Problem::no_article)
}
