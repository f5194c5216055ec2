//! Spellings of the same syllable that differ in i and y.
//!
//! Since the spelling rules of 1980 an open i is written i or y by taste: kỉ
//! luật or kỷ luật, Mĩ or Mỹ. The exact key distinguishes them, so that a query
//! can require one of them; a search normally finds both. The pairs are
//!
//! * every tone of h, k and l with an open i: hi hy, kĩ kỹ, lí lý;
//! * every tone of qu with i: quý quí, quýt quít, quỳnh quình;
//! * mì mỳ, mĩ mỹ, mị mỵ; sĩ sỹ; tì tỳ, tỉ tỷ.
//!
//! In other syllables the letter distinguishes words and names: Thi and Thy, Vi
//! and Vy, mi and my, tí and tý, tị and Tỵ, ti and ty, di and Dy. So it does in
//! syllables of a single vowel (ý, í).

use std::sync::LazyLock;

use crate::keys::{exact_key, fold};

/// Onsets that have a pair in every tone.
const OPEN_ONSETS: [&str; 3] = ["h", "k", "l"];

/// Possible rests after the i or y of `qu`.
const CODAS_OF_QU: [&str; 5] = ["", "t", "nh", "ch", "p"];

/// Pairs of single words.
const WORDS: [(&str, &str); 6] = [
    ("mì", "mỳ"),
    ("mĩ", "mỹ"),
    ("mị", "mỵ"),
    ("sĩ", "sỹ"),
    ("tì", "tỳ"),
    ("tỉ", "tỷ"),
];

/// The other spelling of a word in i or y, as an exact key, if both are always the same word.
///
/// ```
/// use timbao_tokenizer::{exact_key, variants};
/// assert_eq!(variants::iy(&exact_key("kĩ")), Some(exact_key("kỹ")));
/// assert_eq!(variants::iy(&exact_key("quý")), Some(exact_key("quí")));
/// assert_eq!(variants::iy(&exact_key("vi")), None);
/// assert_eq!(variants::iy(&exact_key("tý")), None);
/// ```
pub fn iy(exact: &str) -> Option<String> {
    let mut skeleton = exact;
    let mut tone = "";
    if let Some((at, mark)) = exact.char_indices().next_back()
        && crate::letters::tone_of_mark(mark).is_some()
    {
        (skeleton, tone) = exact.split_at(at);
    }
    if let Some(other) = iy_folded(skeleton) {
        return Some(format!("{other}{tone}"));
    }
    let word = SINGLE.iter().find(|word| word.exact == exact)?;
    Some(word.other.clone())
}

/// The other folded form of a word, if every spelling of the one has a partner in the other.
///
/// ```
/// use timbao_tokenizer::variants;
/// assert_eq!(variants::iy_folded("ky").as_deref(), Some("ki"));
/// assert_eq!(variants::iy_folded("my"), None); // mĩ = mỹ, but my is not mi
/// ```
pub fn iy_folded(folded: &str) -> Option<String> {
    let (onset, vowel, coda) = match folded.strip_prefix("qu") {
        Some(rhyme) => ("qu", rhyme.get(..1)?, rhyme.get(1..)?),
        None => (folded.get(..1)?, folded.get(1..2)?, folded.get(2..)?),
    };
    let is_pair = if onset == "qu" {
        CODAS_OF_QU.contains(&coda)
    } else {
        OPEN_ONSETS.contains(&onset) && coda.is_empty()
    };
    let other = match vowel {
        "i" => "y",
        "y" => "i",
        _ => return None,
    };
    is_pair.then(|| format!("{onset}{other}{coda}"))
}

/// The exact keys in the other of i and y of those spellings of a folded form that have a
/// partner, where not all of them have one: mỳ, mỹ and mỵ for `mi`.
///
/// ```
/// use timbao_tokenizer::{exact_key, variants};
/// let found: Vec<String> = variants::iy_words("my").collect();
/// assert_eq!(found, ["mì", "mĩ", "mị"].map(exact_key));
/// assert_eq!(variants::iy_words("ky").count(), 0); // see `iy_folded`
/// ```
pub fn iy_words(folded: &str) -> impl Iterator<Item = String> + '_ {
    let words = SINGLE.iter().filter(move |word| word.folded == folded);
    words.map(|word| word.other.clone())
}

/// Every pair of exact keys that are one word, each pair both ways.
///
/// ```
/// use timbao_tokenizer::{exact_key, variants};
/// assert!(variants::iy_pairs().any(|pair| pair == (exact_key("kỳ"), exact_key("kì"))));
/// assert!(variants::iy_pairs().any(|pair| pair == (exact_key("mĩ"), exact_key("mỹ"))));
/// ```
pub fn iy_pairs() -> impl Iterator<Item = (String, String)> {
    let open = OPEN_ONSETS.map(|onset| format!("{onset}i"));
    let after_qu = CODAS_OF_QU.map(|coda| format!("qui{coda}"));
    let skeletons = open.into_iter().chain(after_qu);
    let in_every_tone = skeletons.flat_map(|skeleton| {
        let tones = crate::letters::TONE_MARKS.iter().map(char::to_string);
        let tones = std::iter::once(String::new()).chain(tones);
        tones.filter_map(move |tone| {
            let key = format!("{skeleton}{tone}");
            Some((iy(&key)?, key))
        })
    });
    let words = WORDS.iter().map(|&(i, y)| (exact_key(y), exact_key(i)));
    let pairs = in_every_tone.chain(words);
    pairs.flat_map(|(y, i)| [(y.clone(), i.clone()), (i, y)])
}

/// One of [`WORDS`], with the exact key of its other spelling.
struct SingleWord {
    exact: String,
    folded: String,
    other: String,
}

/// [`WORDS`] in both spellings. Every word of a query is searched in this
/// table.
static SINGLE: LazyLock<Vec<SingleWord>> = LazyLock::new(|| {
    let both_ways = WORDS.iter().flat_map(|&(i, y)| [(i, y), (y, i)]);
    let words = both_ways.map(|(word, other)| SingleWord {
        exact: exact_key(word),
        folded: fold(word),
        other: exact_key(other),
    });
    words.collect()
});
