//! Completions of a text by words and phrases of the index, or by the values of a field.

mod case;
mod function_word;
mod halves;
mod row;
mod value;

use std::cell::RefCell;
use std::rc::Rc;

use rustc_hash::FxHashMap;
use serde::Serialize;
use timbao_query::plan::{Key, Plan, Slot};
use timbao_query::{MAX_BYTES, Request, has_open_quote};
use timbao_tokenizer::restore::Counts;
use timbao_tokenizer::{Gap, Keys, TONE_MARKS, Token, exact_key, scan, write_out};
use unicode_normalization::UnicodeNormalization;

use crate::corpus::{Corpus, Result};
use crate::weights::association;

use super::frequencies::Frequencies;
use super::joined;
use case::Written;
use function_word::{ends_with_function_word, is_function_word};
use row::{Candidate, Words, plan};

/// A completion of a typed text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Completion {
    /// The whole text, with its quotation marks closed; the part before the completed words is as
    /// typed.
    pub text: String,
    /// The start of the completed words, in bytes.
    pub start: usize,
    /// Number of articles that match this text.
    pub articles: u64,
}

/// The plan that the text of a completion runs as.
pub type PlanOf<'p> = dyn Fn(&str) -> Plan + 'p;

/// Maximum number of words of context.
const CONTEXT: usize = 3;
/// Words of the index that are tried for the one being typed.
const WORDS: usize = 12;
/// Of these, the ones whose followers are tried too.
const FOLLOWED: usize = 4;
/// Followers of a word that are tried.
const FOLLOWERS: usize = 6;
/// Readings of the words before that are tried.
const READINGS: usize = 2;
/// A phrase is offered with the word that follows it in at least this share of its articles.
const USUAL: f64 = 0.5;
/// A phrase is a fragment if a word follows it in at least this share of its articles.
const ALWAYS: f64 = 0.9;
/// A phrase is torn from the word before it if that is with its first word in this many times as many
/// articles.
const TORN: f64 = 2.0;
/// Two words are a phrase if they meet in this many times as many places as they would by chance.
const ASSOCIATED: f64 = 3.0;
/// Followers of a word that may complete a phrase.
const NEXT: usize = 8;
/// A phrase with fewer articles than the most common one divided by this is not offered: it is often a
/// misspelling, and some further letters lead to it.
const RARE: u64 = 200;
/// Articles that show what usually follows a phrase, at least.
const SHOWN: u64 = 2;
/// Followers of a word without accents that are looked at, as most may follow another spelling.
const LOOKED_AT: usize = 32;
/// Words that are added to a phrase at most.
const ADDED: usize = 3;
/// Words that are added at most to a phrase that would be a fragment otherwise.
const COMPLETED: usize = 8;

/// Completes the last word of a text by the words before it, with accents, the most common phrases
/// first.
/// After a space, the next word is completed, and in the value of a metadata field the value.
///
/// All completions occur as phrases or values in the index. A word without accents matches any, one
/// with accents itself. A text that ends in punctuation has no completion. A phrase that is nearly
/// always part of a longer one is replaced by that. One that begins with the second half of a word, or
/// begins or ends with a function word that is not typed, is omitted. Names have their capitals.
///
/// # Errors
///
/// When a file is damaged.
pub fn complete(corpus: &dyn Corpus, text: &str, most: usize) -> Result<Vec<Completion>> {
    complete_as(corpus, text, most, &|text| {
        Request::new(text).plan().clone()
    })
}

/// Completes a text as [`complete`] does, and counts the articles of the plan that `plan` makes of
/// each completed text.
///
/// # Errors
///
/// When a file is damaged.
pub fn complete_as(
    corpus: &dyn Corpus,
    text: &str,
    most: usize,
    plan: &PlanOf<'_>,
) -> Result<Vec<Completion>> {
    if text.len() > MAX_BYTES {
        return Ok(Vec::new());
    }
    let candidates = match value::InField::read(text) {
        Some(field) => field.candidates(corpus, most)?,
        None => words(corpus, text, most)?,
    };
    let plans: Vec<Plan> = candidates.iter().map(|(text, _)| plan(text)).collect();
    let counts = corpus.count(&plans)?;
    let mut found: Vec<Completion> = candidates
        .into_iter()
        .zip(counts)
        .filter(|(_, articles)| *articles > 0)
        .map(|((text, start), articles)| Completion {
            text,
            start,
            articles,
        })
        .collect();
    found.truncate(most);
    Ok(found)
}

/// The text completed by words of the index, about `most` times.
fn words(corpus: &dyn Corpus, text: &str, most: usize) -> Result<Vec<Candidate>> {
    let Some(typed) = Typed::read(text) else {
        return Ok(Vec::new());
    };
    let completer = Completer {
        corpus,
        frequencies: Frequencies::new(corpus),
        typed: &typed,
        nexts: RefCell::default(),
        written: RefCell::default(),
    };
    // Long contexts first; shorter ones only if there is no completion.
    for context in (0..=typed.words.len()).rev() {
        let candidates = completer.candidates(context)?;
        let mut found = completer.counted(candidates)?;
        if found.is_empty() {
            continue;
        }
        completer.associated(&mut found)?;
        completer.whole_words(&mut found, most)?;
        completer.extend(&mut found, most)?;
        // The typed text is not a completion of itself.
        let as_typed = typed.exact(context);
        found.retain(|(words, _)| {
            *words != as_typed && !(context == 0 && typed.begins_oddly(words))
        });
        sort_commonest(&mut found);
        drop_rare(&mut found);
        truncate(&mut found, most);
        let start = typed.start(context);
        let head = text.get(..start).unwrap_or_default();
        let spelled = found.iter().map(|(words, _)| completer.written(words));
        let mut spelled: Vec<Rc<Written>> = spelled.collect::<Result<_>>()?;
        let mut dropped = completer.fragments(&found, &spelled, context)?.into_iter();
        spelled.retain(|_| !dropped.next().unwrap_or_default());
        let close = if has_open_quote(head) { "\"" } else { "" };
        return Ok(spelled
            .into_iter()
            .map(|written| (format!("{head}{}{close}", written.text), start))
            .collect());
    }
    Ok(Vec::new())
}

/// Sorts phrases by their numbers of articles, the largest first.
fn sort_commonest(found: &mut [(Words, u64)]) {
    found.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
}

/// Drops phrases that are much less common than the first.
fn drop_rare(found: &mut Vec<(Words, u64)>) {
    let most = found.first().map_or(0, |(_, articles)| *articles);
    found.retain(|(_, articles)| articles * RARE >= most);
}

/// Cuts a list to its first phrases: `most`, and between them those with a function word at their end, of
/// which few remain.
fn truncate(found: &mut Vec<(Words, u64)>, most: usize) {
    let places = found.iter().enumerate();
    let mut whole = places.filter(|(_, (words, _))| !ends_with_function_word(words));
    if let Some((end, _)) = whole.nth(most) {
        found.truncate(end);
    }
}

/// The typed text.
struct Typed<'t> {
    /// Words before the last, as far as nothing but spaces is between them, with where they
    /// begin.
    words: Vec<(usize, &'t str)>,
    /// The word being typed; empty after a space.
    beginning: &'t str,
    /// The start of that word.
    at: usize,
}

impl<'t> Typed<'t> {
    fn read(text: &'t str) -> Option<Self> {
        let tokens: Vec<Token> = scan(text).collect();
        let last = tokens.last()?;
        let rest = text.get(last.end..)?;
        let is_open = rest.is_empty();
        if !is_open && !rest.chars().all(|c| c == ' ') {
            return None;
        }
        let mut words = Vec::new();
        let mut gap = if is_open { last.gap } else { Gap::Space };
        let before = tokens.len() - usize::from(is_open);
        for token in tokens.get(..before)?.iter().rev() {
            if gap != Gap::Space || words.len() == CONTEXT {
                break;
            }
            words.insert(0, (token.start, text.get(token.start..token.end)?));
            gap = token.gap;
        }
        Some(Self {
            words,
            beginning: if is_open { text.get(last.start..)? } else { "" },
            at: if is_open { last.start } else { text.len() },
        })
    }

    /// The start of the last `context` words before the typed one.
    fn start(&self, context: usize) -> usize {
        let first = self.context(context).first();
        first.map_or(self.at, |(start, _)| *start)
    }

    /// Whether a phrase begins with a function word that is not typed in full.
    fn begins_oddly(&self, words: &Words) -> bool {
        let typed = timbao_tokenizer::fold(self.beginning);
        words.first().is_some_and(|first| {
            is_function_word(first) && timbao_tokenizer::fold(&write_out(first)) != typed
        })
    }

    /// The exact keys of the last `context` words and of the one being typed.
    fn exact(&self, context: usize) -> Words {
        let words = self.context(context).iter().map(|(_, word)| *word);
        let words = words.chain(Some(self.beginning).filter(|word| !word.is_empty()));
        words.map(exact_key).collect()
    }

    fn context(&self, context: usize) -> &[(usize, &'t str)] {
        let from = self.words.len().saturating_sub(context);
        self.words.get(from..).unwrap_or_default()
    }
}

struct Completer<'a> {
    corpus: &'a dyn Corpus,
    frequencies: Frequencies<'a>,
    typed: &'a Typed<'a>,
    /// By word, what [`next_words`](Self::next_words) returned.
    nexts: RefCell<FxHashMap<String, Rc<Vec<String>>>>,
    /// By row, what [`written`](Self::written) returned.
    written: RefCell<FxHashMap<Words, Rc<Written>>>,
}

impl Completer<'_> {
    /// Candidates after the last `context` words.
    fn candidates(&self, context: usize) -> Result<Vec<Words>> {
        let beginning = Beginning::of(self.typed.beginning);
        let words: Vec<&str> = self.typed.context(context).iter().map(|w| w.1).collect();
        let Some(last) = words.last() else {
            return self.first_words(&beginning);
        };
        let last = timbao_tokenizer::fold(last);
        let followers = self
            .frequencies
            .followers(&last, |key| key.starts_with(&beginning.folded))?;
        let mut candidates = Vec::new();
        for follower in commonest(followers, WORDS) {
            let mut row = words.clone();
            row.push(&follower);
            let readings = self.frequencies.restore(&row, READINGS)?;
            candidates.extend(
                readings
                    .into_iter()
                    .filter(|r| r.count > 0)
                    .filter(|r| r.words.last().is_some_and(|word| beginning.begins(word)))
                    .map(|r| r.words),
            );
        }
        Ok(candidates)
    }

    /// The most common words with the prefix, and their followers.
    fn first_words(&self, beginning: &Beginning) -> Result<Vec<Words>> {
        if beginning.folded.is_empty() {
            return Ok(Vec::new());
        }
        let begins = |key: &str| key.starts_with(&beginning.folded).then_some(());
        let keys = self.frequencies.folded_where(begins)?;
        let keys = keys.into_iter().map(|(key, (count, ()))| (key, count));
        let mut candidates = Vec::new();
        let words = commonest(keys, WORDS);
        self.frequencies.prepare(&words)?;
        for (number, key) in words.into_iter().enumerate() {
            let spellings = self.frequencies.spellings(&key).into_iter();
            let spellings = spellings.filter(|(word, _)| beginning.begins(word));
            candidates.extend(commonest(spellings, READINGS).into_iter().map(|w| vec![w]));
            if number >= FOLLOWED {
                continue;
            }
            let followers = self.frequencies.followers(&key, |_| true)?;
            for follower in commonest(followers, FOLLOWERS) {
                let pairs = self.frequencies.pair_spellings(&key, &follower)?;
                let pairs = pairs.iter().filter(|((a, _), _)| beginning.begins(a));
                let pairs = pairs.map(|((a, b), &n)| (vec![a.clone(), b.clone()], n));
                candidates.extend(commonest(pairs, READINGS));
            }
        }
        Ok(candidates)
    }

    /// The candidates that occur as phrases, each with its number of articles.
    fn counted(&self, candidates: Vec<Words>) -> Result<Vec<(Words, u64)>> {
        let mut wanted: Vec<Words> = Vec::new();
        for words in candidates {
            if !wanted.contains(&words) {
                wanted.push(words);
            }
        }
        let counts = self.articles(&wanted)?;
        let counted = wanted.into_iter().zip(counts);
        Ok(counted.filter(|(_, articles)| *articles > 0).collect())
    }

    /// Drops phrases whose last two words meet about as often as words in random order would, if there are
    /// others: *bộ trong* is no phrase where *bộ trưởng* is.
    fn associated(&self, found: &mut Vec<(Words, u64)>) -> Result<()> {
        let pairs: Vec<Option<(&str, &str)>> = found
            .iter()
            .map(|(words, _)| match words.as_slice() {
                [.., a, b] => Some((a.as_str(), b.as_str())),
                _ => None,
            })
            .collect();
        let known: Vec<(&str, &str)> = pairs.iter().flatten().copied().collect();
        let tokens = self.frequencies.tokens() as f64;
        let mut shares = self
            .pair_counts(&known)?
            .into_iter()
            .map(|[both, first, second]| both >= ASSOCIATED * (first * second / tokens));
        let kept: Vec<bool> = pairs
            .iter()
            .map(|pair| pair.is_none() || shares.next().unwrap_or(true))
            .collect();
        if kept.contains(&true) {
            let mut kept = kept.into_iter();
            found.retain(|_| kept.next().unwrap_or(true));
        }
        Ok(())
    }

    /// The words that follow a word most often, by exact keys.
    fn next_words(&self, word: &str) -> Result<Rc<Vec<String>>> {
        if let Some(known) = self.nexts.borrow().get(word) {
            return Ok(Rc::clone(known));
        }
        let folded = timbao_tokenizer::fold(&write_out(word));
        let followers = self.frequencies.followers(&folded, |_| true)?;
        let followers = commonest(followers, LOOKED_AT).into_iter();
        let pairs: Vec<_> = followers.map(|next| (folded.clone(), next)).collect();
        self.frequencies.prepare_bigrams(&pairs)?;
        let mut nexts = Vec::new();
        for (first, next) in &pairs {
            let pairs = self.frequencies.pair_spellings(first, next)?;
            let pairs = pairs.iter().filter(|((a, _), _)| a == word);
            nexts.extend(pairs.map(|((_, b), &n)| (b.clone(), n)));
        }
        let nexts = Rc::new(commonest(nexts, NEXT));
        let known = Rc::clone(&nexts);
        self.nexts.borrow_mut().insert(word.to_owned(), known);
        Ok(nexts)
    }

    /// A row of words as texts write it.
    fn written(&self, words: &Words) -> Result<Rc<Written>> {
        if let Some(known) = self.written.borrow().get(words) {
            return Ok(Rc::clone(known));
        }
        let written = Rc::new(case::written(self.corpus, words)?);
        let known = Rc::clone(&written);
        self.written.borrow_mut().insert(words.clone(), known);
        Ok(written)
    }

    /// How often the words of each pair are adjacent, and how often each occurs; by exact keys.
    fn pair_counts(&self, pairs: &[(&str, &str)]) -> Result<Vec<[f64; 3]>> {
        let together = self.frequencies.bigram_counts(pairs, true)?;
        let keys: Vec<&str> = pairs.iter().flat_map(|(a, b)| [*a, *b]).collect();
        let alone = self.frequencies.counts(&keys, true)?;
        let counts = together.iter().zip(alone.as_chunks::<2>().0);
        Ok(counts
            .map(|(&both, &[first, second])| [both as f64, first as f64, second as f64])
            .collect())
    }

    /// Adds to the best phrases the words that usually follow them, and drops phrases that are
    /// fragments of these.
    fn extend(&self, found: &mut Vec<(Words, u64)>, most: usize) -> Result<()> {
        sort_commonest(found);
        let mut last: Vec<(Words, u64)> = found.iter().take(most).cloned().collect();
        for added in 0..COMPLETED {
            let share = if added < ADDED { USUAL } else { ALWAYS };
            last = self.longer(&last, share)?;
            if last.is_empty() {
                break;
            }
            for (words, articles) in &last {
                let is_fragment = |shorter: &(Words, u64)| {
                    words.starts_with(&shorter.0) && *articles as f64 >= ALWAYS * shorter.1 as f64
                };
                found.retain(|shorter| !is_fragment(shorter) || shorter.0 == *words);
                if !found.iter().any(|(known, _)| known == words) {
                    found.push((words.clone(), *articles));
                }
            }
        }
        Ok(())
    }

    /// The phrases with the word that follows in at least this share of their articles, of those that
    /// have one.
    fn longer(&self, phrases: &[(Words, u64)], share: f64) -> Result<Vec<(Words, u64)>> {
        let mut longer = Vec::new();
        for (words, articles) in phrases.iter().filter(|(words, _)| words.len() > 1) {
            let Some(last) = words.last() else { continue };
            for next in self.next_words(last)?.iter() {
                let words: Words = words.iter().chain([next]).cloned().collect();
                longer.push((words, *articles));
            }
        }
        let rows: Vec<Words> = longer.iter().map(|(words, _)| words.clone()).collect();
        let counted = longer.into_iter().zip(self.articles(&rows)?);
        let usual = counted.filter(|((_, articles), with)| {
            *with >= SHOWN && *with as f64 >= share * *articles as f64
        });
        Ok(usual.map(|((words, _), with)| (words, with)).collect())
    }

    /// Whether each phrase is not to be offered: it is torn, ends with a function word after which no
    /// clause ends, or has words without the space between them.
    fn fragments(
        &self,
        found: &[(Words, u64)],
        written: &[Rc<Written>],
        context: usize,
    ) -> Result<Vec<bool>> {
        let mut fragments = self.joined(written)?;
        let mut add = |more: Vec<bool>| {
            let all = fragments.iter_mut().zip(more);
            all.for_each(|(fragment, more)| *fragment |= more);
        };
        let ends = found
            .iter()
            .zip(written)
            .map(|((words, _), written)| !written.is_closed && ends_with_function_word(words));
        add(ends.collect());
        // With three words typed, the one before them is known to the reader.
        if context == 0 || context == self.typed.words.len() && context < CONTEXT {
            add(self.torn(found, written)?);
        }
        Ok(fragments)
    }

    /// Whether the first word of each phrase belongs to the words before it: the texts have one there, and with it
    /// the first word is much more common than the phrase, as *kéo dài* is than *dài hai giờ*. If there are
    /// several, as *Trung* and *Hàn* are before *Quốc hôm nay*, each attracts the first word more than the
    /// second word does.
    fn torn(&self, found: &[(Words, u64)], written: &[Rc<Written>]) -> Result<Vec<bool>> {
        let mut pairs: Vec<Words> = Vec::new();
        for ((words, _), written) in found.iter().zip(written) {
            if let [first, second, ..] = words.as_slice() {
                let before = written.before.iter();
                pairs.extend(before.map(|before| vec![before.clone(), first.clone()]));
                pairs.push(vec![first.clone(), second.clone()]);
            }
        }
        let known: Vec<(&str, &str)> = pairs
            .iter()
            .filter_map(|pair| Some((pair.first()?.as_str(), pair.get(1)?.as_str())))
            .collect();
        let tokens = self.frequencies.tokens() as f64;
        let attraction = self.pair_counts(&known)?;
        let mut attraction = attraction
            .iter()
            .map(|&[both, first, second]| association(both, first, second, tokens));
        let mut articles = self.articles(&pairs)?.into_iter();
        let torn = found.iter().zip(written).map(|((words, of), written)| {
            if words.len() < 2 {
                return false;
            }
            let before = written.before.len();
            let together: u64 = articles.by_ref().take(before).sum();
            let before: Vec<f32> = attraction.by_ref().take(before).collect();
            let (_, after) = (articles.next(), attraction.next().unwrap_or_default());
            let is_attracted = before.len() == 1 || before.iter().all(|&before| before > after);
            !before.is_empty() && is_attracted && together as f64 >= TORN * *of as f64
        });
        Ok(torn.collect())
    }

    /// Whether a word of each phrase is several words whose space is missing in the texts.
    fn joined(&self, written: &[Rc<Written>]) -> Result<Vec<bool>> {
        let is_joined = |written: &Rc<Written>| {
            for (word, parts) in &written.joined {
                let word = Slot::new(Key::Exact(word.into()));
                if joined::is_mistake(self.corpus, word, parts)? {
                    return Ok(true);
                }
            }
            Ok(false)
        };
        written.iter().map(is_joined).collect()
    }

    /// The numbers of articles that contain rows of words.
    fn articles(&self, rows: &[Words]) -> Result<Vec<u64>> {
        self.corpus
            .count(&rows.iter().map(plan).collect::<Vec<_>>())
    }
}

/// The beginning of a word.
struct Beginning {
    folded: String,
    skeleton: String,
    tone: Option<char>,
    is_marked: bool,
}

impl Beginning {
    fn of(typed: &str) -> Self {
        let mut keys = Keys::new();
        keys.set(typed);
        let (skeleton, tone) = parts(keys.exact());
        Self {
            folded: keys.folded().to_owned(),
            skeleton,
            tone,
            is_marked: keys.is_marked(),
        }
    }

    /// Whether an exact key begins so: without accents any will do.
    fn begins(&self, key: &str) -> bool {
        let (skeleton, tone) = parts(key);
        !self.is_marked
            || skeleton.starts_with(&self.skeleton) && (self.tone.is_none() || self.tone == tone)
    }
}

/// A key without its tone, and the tone.
fn parts(key: &str) -> (String, Option<char>) {
    let tone = key.nfd().find(|c| TONE_MARKS.contains(c));
    let skeleton = key
        .nfd()
        .filter(|c| !TONE_MARKS.contains(c))
        .nfc()
        .collect();
    (skeleton, tone)
}

/// The `most` with the largest counts, the largest first.
fn commonest<T: Ord>(counted: impl IntoIterator<Item = (T, u64)>, most: usize) -> Vec<T> {
    let mut counted: Vec<(T, u64)> = counted.into_iter().collect();
    counted.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    counted.truncate(most);
    counted.into_iter().map(|(value, _)| value).collect()
}
