//! Words that a text joins because the space between them is missing, such as *trưởngVicente*.

use std::ops::Range;

use rustc_hash::FxHashMap;
use timbao_query::plan::{Key, Phrase, Plan, Slot};
use timbao_tokenizer::{exact_key, is_syllable, scan};

use crate::corpus::{Corpus, Extent, Result, TEXT_FIELDS};

/// Articles that are read to see how texts write something.
const ARTICLES: usize = 4;

/// Calls `visit` with some matches of a plan, each as a text and the bytes of the match.
///
/// # Errors
///
/// If the engine fails.
pub(super) fn each_written(
    corpus: &dyn Corpus,
    plan: &Plan,
    visit: &mut dyn FnMut(&str, Range<usize>),
) -> Result<()> {
    let articles = corpus.candidates(plan)?;
    let step = articles.len().div_ceil(ARTICLES).max(1);
    let some: Vec<_> = articles.into_iter().step_by(step).collect();
    corpus.read_matches(plan, &some, Extent::Whole, &mut |_, found| {
        for found_match in &found.matches {
            let range = &found_match.range;
            let number = TEXT_FIELDS.iter().position(|&field| field == range.field);
            let text = number.and_then(|number| found.text.fields.get(number));
            let text = text.map(String::as_str).unwrap_or_default();
            if text.get(range.bytes.clone()).is_some() {
                visit(text, range.bytes.clone());
            }
        }
        Ok(())
    })
}

/// The ways in which texts write one word, of those that may be several words.
#[derive(Default)]
pub(super) struct Ways {
    seen: u32,
    parts: FxHashMap<Vec<String>, u32>,
}

impl Ways {
    /// Adds the word as a text writes it.
    pub(super) fn add(&mut self, word: &str) {
        self.seen += 1;
        if let Some(parts) = parts(word) {
            *self.parts.entry(parts).or_default() += 1;
        }
    }

    /// The exact keys of the words that most texts join.
    pub(super) fn usual(self) -> Option<Vec<String>> {
        let mut parts = self.parts.into_iter();
        parts
            .find(|(_, count)| count * 2 > self.seen)
            .map(|(parts, _)| parts)
    }
}

/// Whether a word is one by mistake, given the words that it seems to be. Names such as *TikTok* are
/// words, since their parts are rare.
///
/// # Errors
///
/// If the engine fails.
pub(super) fn is_mistake(corpus: &dyn Corpus, word: Slot, parts: &[String]) -> Result<bool> {
    let slots = parts.iter().map(|part| Slot::new(Key::Exact(part.into())));
    let mut plans = vec![Plan::Word(word), Plan::Phrase(Phrase::exact(slots.clone()))];
    plans.extend(slots.map(Plan::Word));
    let counts = corpus.count(&plans)?;
    let [joined, apart, parts_alone @ ..] = counts.as_slice() else {
        return Ok(false);
    };
    let is_vietnamese = parts.iter().any(|part| is_syllable(part));
    Ok(apart >= joined || is_vietnamese && parts_alone.iter().all(|count| count > joined))
}

/// Whether a word, whose accents do not matter, is one by mistake.
///
/// # Errors
///
/// If the engine fails.
pub(super) fn is_joined(corpus: &dyn Corpus, word: &str) -> Result<bool> {
    if is_syllable(word) || scan(word).count() != 1 {
        return Ok(false);
    }
    let slot = Slot::folded(word);
    let mut ways = Ways::default();
    each_written(corpus, &Plan::Word(slot.clone()), &mut |text, range| {
        ways.add(text.get(range).unwrap_or_default());
    })?;
    match ways.usual() {
        Some(parts) => is_mistake(corpus, slot, &parts),
        None => Ok(false),
    }
}

/// The exact keys of the parts of a word that begin at capitals after small letters.
fn parts(word: &str) -> Option<Vec<String>> {
    let mut parts = Vec::new();
    let (mut start, mut after_small) = (0, false);
    for (at, c) in word.char_indices() {
        if after_small && c.is_uppercase() {
            parts.push(exact_key(word.get(start..at)?));
            start = at;
        }
        // A mark after its letter changes nothing.
        after_small = c.is_lowercase() || after_small && !c.is_alphanumeric();
    }
    parts.push(exact_key(word.get(start..)?));
    (parts.len() > 1).then_some(parts)
}

#[cfg(test)]
mod tests {
    use super::parts;

    #[test]
    fn words_divide_at_capitals_after_small_letters() {
        let of = |word| parts(word).map(|parts| parts.join(" "));
        assert_eq!(of("banVicente").as_deref(), Some("ban vicente"));
        assert_eq!(of("te\u{301}Ba").map(|w| w.split(' ').count()), Some(2));
        assert_eq!(of("GiaoThôngVan").as_deref(), Some("giao thông van"));
        for word in ["Vicente", "UBND", "họp", ""] {
            assert_eq!(of(word), None, "{word}");
        }
    }
}
