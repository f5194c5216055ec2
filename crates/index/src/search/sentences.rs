//! The sentences of an article.

use timbao_views::matching::ends_sentence;

use crate::text::tokens::FIRST_KEY;
use crate::text::{TextSegment, Written};

/// The first tokens of the sentences of an article, except for the first sentence.
pub(crate) struct SentenceStarts<'a> {
    segment: &'a TextSegment,
    starts: Vec<u32>,
    /// The token before.
    last: Option<(u32, Written<'a>)>,
    words: [String; 2],
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

    /// Adds a word at a position.
    #[inline]
    pub(crate) fn push(&mut self, at: u32, token: u32, word: Written<'a>) {
        let last = self.last.replace((token, word));
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

    fn is_end(&mut self, last: (u32, Written<'_>), next: (u32, Written<'_>)) -> bool {
        for (word, (token, written)) in self.words.iter_mut().zip([last, next]) {
            word.clear();
            written.write(self.segment.surface(token - FIRST_KEY), word);
        }
        let [last, word] = &self.words;
        ends_sentence(last, next.1.separator(), word)
    }
}
