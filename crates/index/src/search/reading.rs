//! Reads articles that a plan matches, with its occurrences.

use timbao_query::plan::Plan;
use timbao_views::MatchedText;

use crate::error::{Error, Result};
use crate::text::tokens::FIELD;
use crate::text::{FIELDS, ResidueBlock};

use super::matcher::{PlanMatcher, SegmentArticle};
use super::{Address, Searcher, damaged};

/// Reads articles one after the other; fastest in the order in which they are
/// stored.
pub(crate) struct MatchReader<'s> {
    searcher: &'s Searcher,
    plan: &'s Plan,
    segments: Vec<Option<Prepared>>,
}

/// State kept between two articles of a segment.
struct Prepared {
    matcher: PlanMatcher,
    unpacked: ResidueBlock,
}

impl<'s> MatchReader<'s> {
    /// Prepares nothing yet.
    pub(crate) fn new(searcher: &'s Searcher, plan: &'s Plan) -> Self {
        Self {
            searcher,
            plan,
            segments: searcher.segments.iter().map(|_| None).collect(),
        }
    }

    /// Reads an article.
    ///
    /// # Errors
    ///
    /// When the time is over or a file is damaged.
    pub(crate) fn read(&mut self, address: Address) -> Result<MatchedText> {
        self.parts(address, FIELDS)
    }

    /// Reads an article's title.
    ///
    /// # Errors
    ///
    /// When the time is over or a file is damaged.
    pub(crate) fn title(&mut self, address: Address) -> Result<MatchedText> {
        self.parts(address, 1)
    }

    fn parts(&mut self, address: Address, parts: usize) -> Result<MatchedText> {
        let segment = &self.searcher.segment(address)?.text;
        let deadline = &self.searcher.deadline;
        deadline.check()?;
        let Some(prepared) = self.segments.get_mut(address.segment as usize) else {
            return Err(Error::OtherView);
        };
        let prepared = prepared.get_or_insert_with(|| Prepared {
            matcher: PlanMatcher::new(self.plan, segment, deadline.clone()),
            unpacked: ResidueBlock::default(),
        });
        let mut tokens = Vec::new();
        let mut ends = 0;
        for token in segment.tokens_of(address.article) {
            tokens.push(token);
            ends += usize::from(token == FIELD);
            if ends >= parts {
                break;
            }
        }
        let text = segment
            .first_parts(address.article, parts, &mut prepared.unpacked)
            .map_err(damaged)?;
        let article = SegmentArticle {
            segment,
            article: address.article,
            tokens: &tokens,
        };
        let matches = prepared.matcher.find(&article, &text)?;
        Ok(MatchedText { text, matches })
    }
}
