//! The answer to the request for a page.

use axum::response::{IntoResponse, Response};
use maud::Markup;

use crate::problem::{Problem, ProblemPage};

use super::asked::Asked;
use super::layout::{Tab, failed};

impl Asked {
    /// Answers with a page, or with the page of its error.
    pub(super) async fn answer<F>(self, tab: Tab, answer: impl FnOnce(Self) -> F) -> Response
    where
        F: Future<Output = Result<Response, Problem>>,
    {
        let (address, language) = (self.address.clone(), self.language);
        match answer(self).await {
            Ok(response) => response,
            Err(problem) => {
                let page = failed(&problem, &address, tab, language);
                refused(problem, page)
            }
        }
    }
}

/// Sends a problem, which browsers show as this page.
pub(super) fn refused(problem: Problem, page: Markup) -> Response {
    let mut response = problem.into_response();
    response
        .extensions_mut()
        .insert(ProblemPage(page.into_string()));
    response
}
