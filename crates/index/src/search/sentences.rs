//! The sentences of an article.

use timbao_views::matching::ends_sentence;

use crate::text::tokens::FIRST_KEY;
use crate::text::{TextSegment, Word, Written};

/// The first tokens of the sentences of an article, except for the first sentence.
pub(crate) struct SentenceStarts<'a> {
    segment: &'a TextSegment,
    starts: Vec<u32>,
    /// The token before.
    last: Option<(u32, Word<'a>)>,
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

    /// Adds a word that begins no sentence.
    #[inline]
    pub(crate) fn pass(&mut self, token: u32, word: Word<'a>) {
        self.last = Some((token, word));
    }

    /// Adds a word at a position.
    #[inline]
    pub(crate) fn push(&mut self, at: u32, token: u32, word: Written<'a>) {
        let last = self.last.replace((token, word.word()));
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

    fn is_end(&mut self, last: (u32, Word<'_>), (token, next): (u32, Written<'_>)) -> bool {
        let both = [last, (token, next.word())];
        for (text, (token, word)) in self.words.iter_mut().zip(both) {
            text.clear();
            word.write(self.segment.surface(token - FIRST_KEY), text);
        }
        let [last, word] = &self.words;
        ends_sentence(last, next.separator(), word)
    }
}
