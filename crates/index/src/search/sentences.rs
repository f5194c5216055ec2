//! The sentences of an article.

use timbao_views::matching::ends_sentence;

use crate::text::tokens::FIRST_KEY;
use crate::text::{CaseForm, TextSegment, Written};

/// The first tokens of the sentences of an article, except for the first sentence.
pub(crate) struct SentenceStarts<'a> {
    segment: &'a TextSegment,
    starts: Vec<u32>,
    last: Option<Last<'a>>,
    words: [String; 2],
}

/// The token before.
#[derive(Clone, Copy)]
struct Last<'a> {
    token: u32,
    case: CaseForm,
    /// The word, if its case is written out.
    literal: &'a str,
}

impl<'a> SentenceStarts<'a> {
    pub(crate) fn new(segment: &'a TextSegment) -> Self {
        Self {
            segment,
            starts: Vec::new(),
            last: None,
            words: Default::default(),
        }
    }

    /// Adds a word that begins no sentence and is not written out.
    #[inline]
    pub(crate) fn pass(&mut self, token: u32, case: CaseForm) {
        self.last = Some(Last {
            token,
            case,
            literal: "",
        });
    }

    /// Adds a word at a position.
    #[inline]
    pub(crate) fn push(&mut self, at: u32, token: u32, word: Written<'a>) {
        let last = self.last.replace(Last {
            token,
            case: word.case(),
            literal: word.literal(),
        });
        if let Some(last) = last
            && word.may_end_sentence()
            && self.is_end(last, (token, word))
        {
            self.starts.push(at);
        }
    }

    /// Ends a part of the text; the next one starts a sentence.
    pub(crate) fn end_part(&mut self, at: u32) {
        self.starts.push(at);
        self.last = None;
    }

    /// The first positions, in order.
    pub(crate) fn into_starts(self) -> Vec<u32> {
        self.starts
    }

    fn is_end(&mut self, last: Last<'_>, (token, next): (u32, Written<'_>)) -> bool {
        let surface = |token| self.segment.surface(token - FIRST_KEY);
        let [before, after] = &mut self.words;
        before.clear();
        match last.case {
            CaseForm::Other => before.push_str(last.literal),
            case => case.write(surface(last.token), before),
        }
        after.clear();
        next.write(surface(token), after);
        ends_sentence(before, next.separator(), after)
    }
}
