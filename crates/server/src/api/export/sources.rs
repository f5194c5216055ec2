//! The sources of the index as an export.

use std::sync::Arc;

use timbao_index::update::SourceStatus;
use timbao_query::Request;
use timbao_query::plan::Plan;

use crate::api::sources::of;
use crate::app::App;
use crate::problem::Problem;
use crate::view::View;

use super::exported::{Export, Rows};

/// The sources at the last update of the index.
pub(super) struct SourcesExport(pub(super) Arc<App>);

impl Export for SourcesExport {
    const NAME: &'static str = "timbao-sources";

    fn queries(&self) -> Vec<(&Request, Plan)> {
        Vec::new()
    }

    fn write(&self, _: &View, rows: &mut Rows<'_>) -> Result<(), Problem> {
        rows.list(&SourceStatus::COLUMNS, &of(&self.0)?, SourceStatus::row)
    }
}
