//! Query plans: a query in terms that an engine can execute.
//!
//! A [`Plan`] is plain data: keys, gaps and filters, without segments, ids or files. Any
//! engine can execute it or translate it to a query language of its own.

use std::collections::HashSet;
use std::fmt;

use ecow::EcoString;
use serde::{Deserialize, Serialize};
use smallvec::SmallVec;
use timbao_tokenizer::{Keys, TONE_MARKS, exact_key, scan, write_out};

/// A lowered query: the conditions of a match and the contributions to its score.
///
/// Plans of parsed queries are nested at most [`MAX_DEPTH`](crate::MAX_DEPTH) and a few levels
/// deep. A plan built by hand should not be nested deeper: engines recurse into it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Plan {
    /// Every article.
    Everything,
    /// No article.
    Nothing,
    /// One position with any key of the slot.
    Word(Slot),
    /// Adjacent positions, or with gaps, within one paragraph.
    Phrase(Phrase),
    /// Two or more words or phrases within a distance, within one paragraph.
    Near(Near),
    /// Bare words and phrases, of which enough must match (minimum should match). Neighbours in
    /// the list that are adjacent in an article raise its score.
    Ranked {
        /// Words, phrases, or alternatives (`Or`) of these, as typed.
        items: Vec<Plan>,
        /// How many of the items must match.
        minimum: MinimumMatch,
        /// The items that need not match and raise the score less, such as the words that ask a
        /// question; numbers in `items`, in order.
        optional: Vec<usize>,
    },
    /// Articles that match all of them; of none, every article.
    And(Vec<Plan>),
    /// Articles that match any of them; of none, no article.
    Or(Vec<Plan>),
    /// Articles that do not match it.
    Not(Box<Plan>),
    /// Articles where the words and phrases of the plan occur at least so often.
    AtLeast {
        /// Minimum number of occurrences.
        count: u32,
        /// The words and phrases.
        plan: Box<Plan>,
    },
    /// The plan, limited to one part of the text.
    In {
        /// The part of the text.
        field: TextField,
        /// The plan that must match there.
        plan: Box<Plan>,
    },
    /// Articles whose metadata match; does not change the score.
    Filter(Filter),
}

/// How many items of [`Plan::Ranked`] an article must match.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MinimumMatch {
    /// At least this number, and at least one.
    Count(usize),
    /// Items that weigh at least this percentage of all. The weight of an item is the square root
    /// of its inverse document frequency, so that rare words weigh more.
    Weight(u8),
}

/// The keys that match at one position.
///
/// ```
/// use timbao_query::plan::Slot;
///
/// assert_eq!(Slot::exact("diễn").to_string(), "=diễn");
/// assert_eq!(Slot::exact("HOÁ"), Slot::exact("hóa")); // one word in two spellings
/// assert_eq!(Slot::folded("diễn").to_string(), "~dien");
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Slot {
    /// Alternatives: the typed key, then its expansions.
    pub keys: SmallVec<[Key; 1]>,
}

/// One key, or a family of keys. Keys of syllables are stored inline.
///
/// Keys are those that the [tokenizer](timbao_tokenizer::Keys) makes of a word, not the word as
/// it is written: [`Slot::exact`] and [`Slot::folded`] make slots of words.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Key {
    /// An exact key: skeleton and tone are compared.
    Exact(EcoString),
    /// A folded key: any accents.
    Folded(EcoString),
    /// Every key with a part.
    Wildcard {
        /// The part, without a tone.
        part: EcoString,
        /// The place of the part in the key.
        side: Side,
        /// The tone mark the key must end in, when one was typed: an exact key
        /// carries its tone at the end, so `chuyể*` is the skeleton `chuyê` and
        /// the mark U+0309. Always `None` for folded keys.
        tone: Option<char>,
        /// Whether folded keys are compared, instead of exact ones.
        folded: bool,
    },
    /// Every word that a regular expression matches as a whole.
    Regex {
        /// The expression, in the syntax of the crate `regex`; see [`word_regex`](crate::word_regex).
        pattern: EcoString,
        /// Whether folded keys are compared, instead of written words.
        folded: bool,
    },
    /// Every key within a Levenshtein distance, in characters of the key (a tone is one
    /// character).
    Fuzzy {
        /// The typed key.
        key: EcoString,
        /// Maximum distance, 1 or 2; a larger one counts as [`MAX_FUZZY`].
        distance: u8,
        /// Whether folded keys are compared, instead of exact ones.
        folded: bool,
    },
}

/// The largest distance of [`Key::Fuzzy`].
pub const MAX_FUZZY: u8 = 2;

/// The place of a part in a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// `part*`: keys that start with it.
    Start,
    /// `*part`: keys that end with it, before their tone.
    End,
    /// `*part*`: keys that contain it.
    Anywhere,
}

impl Side {
    /// Returns `true` if a key has the part on this side and, if a tone is given, ends with it.
    pub fn fits(self, key: &str, part: &str, tone: Option<char>) -> bool {
        let has_tone = tone.is_none_or(|tone| key.ends_with(tone));
        has_tone
            && match self {
                Self::Start => key.starts_with(part),
                Self::End => {
                    key.ends_with(part) || key.trim_end_matches(TONE_MARKS).ends_with(part)
                }
                Self::Anywhere => key.contains(part),
            }
    }
}

/// The letters of a word that are capitals: one bit for each letter, from the first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Capitals(u64);

impl Capitals {
    /// The capitals of a word, of its first 64 letters.
    ///
    /// ```
    /// use timbao_query::plan::Capitals;
    /// assert_eq!(Capitals::of("HOÁ"), Capitals::of("HÓA"));
    /// assert_ne!(Capitals::of("Đảng"), Capitals::of("đảng"));
    /// ```
    pub fn of(word: &str) -> Self {
        Self::of_letters(word.chars())
    }

    /// The capitals of a word that is given by its characters.
    pub fn of_letters(word: impl Iterator<Item = char>) -> Self {
        let letters = word.filter(|c| c.is_alphanumeric());
        let bits = (0..64).zip(letters).filter(|(_, c)| c.is_uppercase());
        Self(bits.fold(0, |all, (bit, _)| all | 1 << bit))
    }

    /// The text with these letters as capitals.
    fn apply(self, text: &str) -> String {
        let mut letter = 0u32;
        let mut out = String::with_capacity(text.len());
        for c in text.chars() {
            let is_capital = c.is_alphanumeric() && letter < 64 && self.0 >> letter & 1 == 1;
            letter += u32::from(c.is_alphanumeric());
            if is_capital {
                out.extend(c.to_uppercase());
            } else {
                out.push(c);
            }
        }
        out
    }
}

/// A phrase: slots in order.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Phrase {
    /// The slots, each with the gap before it.
    pub steps: Vec<Step>,
    /// Maximum total displacement of the slots, in positions; a transposition costs 2. Zero
    /// requires the phrase as typed.
    pub slop: u32,
}

/// One slot of a phrase.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Step {
    /// Minimum number of tokens since the previous slot; 0 for adjacent slots.
    pub gap_min: u32,
    /// Maximum number of tokens since the previous slot.
    pub gap_max: u32,
    /// The keys of this position.
    pub slot: Slot,
    /// The capitals that the word must have in the text, if its case counts.
    pub capitals: Option<Capitals>,
}

/// Words or phrases near each other, or not near each other.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Near {
    /// The operands, each any of some phrases; gaps within a phrase count as in the phrase alone.
    pub operands: Vec<Vec<Phrase>>,
    /// The distance between neighbouring operands.
    pub reach: Reach,
    /// The order of the operands.
    pub order: NearOrder,
}

/// The distance of operands that are near each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reach {
    /// At most so many words between two, within one paragraph.
    Words(u32),
    /// Within one sentence.
    Sentence,
    /// Within one paragraph.
    Paragraph,
}

impl Reach {
    /// Maximum number of words between two operands.
    pub fn words(self) -> u32 {
        match self {
            Self::Words(words) => words,
            Self::Sentence | Self::Paragraph => u32::MAX,
        }
    }
}

/// Writes the number of words, `S` or `P`.
impl fmt::Display for Reach {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Words(words) => words.fmt(f),
            Self::Sentence => f.write_str("S"),
            Self::Paragraph => f.write_str("P"),
        }
    }
}

/// The order of operands near each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NearOrder {
    /// `NEAR`: any order.
    Any,
    /// `PRE`: as typed.
    Typed,
    /// `NOTNEAR`: the first operand without any of the others near it.
    Apart,
}

impl NearOrder {
    /// The name of the operator.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Any => "NEAR",
            Self::Typed => "PRE",
            Self::Apart => "NOTNEAR",
        }
    }
}

/// A part of an article's text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TextField {
    /// The headline.
    Title,
    /// The sapo.
    Summary,
    /// The running text.
    Body,
    /// The captions of photographs.
    Caption,
}

/// Declares [`Facet`] with its names and the list of all facets.
macro_rules! facets {
    ($($(#[$doc:meta])* $facet:ident = $name:literal $(| $alias:literal)*, like $example:literal;)*) => {
        /// Metadata whose values can be filtered and counted.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum Facet {
            $($(#[$doc])* $facet,)*
        }

        impl Facet {
            /// Every facet, in the order in which answers list them.
            pub const ALL: &[Self] = &[$(Self::$facet),*];

            /// The name in the query language, in JSON and of the flag. The language reads a year or
            /// a month as a date, so that `year:2026` is `date:2026`.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$facet => $name,)*
                }
            }

            /// The Vietnamese names, with `_` between syllables.
            pub const fn aliases(self) -> &'static [&'static str] {
                match self {
                    $(Self::$facet => &[$($alias),*],)*
                }
            }

            /// A value, for help texts.
            pub const fn example(self) -> &'static str {
                match self {
                    $(Self::$facet => $example,)*
                }
            }
        }
    };
}

facets! {
    /// Section of the paper, such as "Xây dựng Đảng".
    Section = "section" | "chuyên_mục" | "mục", like "Xây dựng Đảng";
    /// Calendar year of publication.
    Year = "year" | "năm", like "2026";
    /// Calendar month of publication, `2026-03`.
    Month = "month" | "tháng", like "2026-03";
    /// Place of the dateline.
    Place = "place" | "nơi" | "địa_điểm", like "Cần Thơ";
    /// News agency.
    Agency = "agency" | "hãng" | "hãng_tin", like "TTXVN";
    /// Author.
    Author = "author" | "tác_giả", like "Trần Thị Mận";
    /// Publication or site.
    Source = "source" | "báo" | "nguồn", like "Báo Sông Trà";
    /// Directory or archive that the article came from.
    Collection = "collection" | "nguồn_tệp" | "thư_mục", like "bao/2026";
}

/// A condition on metadata.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Filter {
    /// Published on a day from `from` to `to`, both inclusive, in days since
    /// 1970-01-01 of Vietnam's calendar, as [`Period::first_day`](crate::Period::first_day) and
    /// `Published::day_number` of an article give them. Articles without a date never pass.
    Date {
        /// First day, or `None` for no lower bound.
        from: Option<i32>,
        /// Last day, or `None` for no upper bound.
        to: Option<i32>,
    },
    /// The value of a facet contains these slots as a phrase.
    Facet {
        /// The facet.
        facet: Facet,
        /// The adjacent words of its value.
        slots: Vec<Slot>,
    },
    /// The value of a facet equals this one, except for case, punctuation, encoding and the
    /// position of tone marks. A year is written `2026`, a month `2026-03`.
    Is {
        /// The facet.
        facet: Facet,
        /// The value, in any spelling.
        value: String,
    },
    /// The article has this id, compared byte by byte.
    Id(String),
    /// The article states this.
    Has(Stated),
}

/// Metadata that an article may lack.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stated {
    /// A day of publication.
    Date,
    /// A value of a facet.
    Facet(Facet),
}

impl fmt::Display for Stated {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Date => f.write_str("date"),
            Self::Facet(facet) => facet.fmt(f),
        }
    }
}

/// A part of a plan that matches at positions of the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Leaf<'p> {
    /// The words that match.
    pub kind: LeafKind<'p>,
    /// The only part of the text in which a match counts, or `None` for all of it.
    pub field: Option<TextField>,
}

/// The kinds of [`Leaf`], one for each operator that matches at positions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum LeafKind<'p> {
    /// [`Plan::Word`].
    Word(&'p Slot),
    /// [`Plan::Phrase`].
    Phrase(&'p Phrase),
    /// [`Plan::Near`].
    Near(&'p Near),
}

impl Plan {
    /// Collects the parts that match at positions of an article's text, in the order of the query.
    ///
    /// Negations and filters have no positions, nor has a field within another field.
    ///
    /// ```
    /// use timbao_query::{LowerOptions, lower, parse};
    ///
    /// let parsed = parse("\"tự diễn biến\" title:đảng -quốc date:2026");
    /// let plan = lower(&parsed.ast, &LowerOptions::default()).plan;
    /// assert_eq!(plan.leaves().len(), 2);
    /// ```
    pub fn leaves(&self) -> Vec<Leaf<'_>> {
        let mut leaves = Vec::new();
        self.collect_leaves(None, &mut leaves);
        leaves
    }

    /// Collects the [leaves](Self::leaves), each at its first place only. A query may repeat a word
    /// a thousand times.
    ///
    /// ```
    /// use timbao_query::{LowerOptions, lower, parse};
    ///
    /// let parsed = parse("đảng Đảng title:đảng =đảng OR đảng");
    /// let plan = lower(&parsed.ast, &LowerOptions::default()).plan;
    /// assert_eq!(plan.leaves().len(), 5);
    /// assert_eq!(plan.distinct_leaves().len(), 2);
    /// ```
    pub fn distinct_leaves(&self) -> Vec<Leaf<'_>> {
        let mut known = HashSet::new();
        let mut leaves = self.leaves();
        leaves.retain(|leaf| known.insert(*leaf));
        leaves
    }

    fn collect_leaves<'p>(&'p self, field: Option<TextField>, leaves: &mut Vec<Leaf<'p>>) {
        let kind = match self {
            Self::Word(slot) => LeafKind::Word(slot),
            Self::Phrase(phrase) => LeafKind::Phrase(phrase),
            Self::Near(near) => LeafKind::Near(near),
            Self::Not(_) => return,
            Self::In { field: inner, plan } => {
                if field.is_none_or(|outer| outer == *inner) {
                    plan.collect_leaves(Some(*inner), leaves);
                }
                return;
            }
            _ => {
                for child in self.children() {
                    child.collect_leaves(field, leaves);
                }
                return;
            }
        };
        leaves.push(Leaf { kind, field });
    }

    /// The plans it combines.
    pub fn children(&self) -> &[Self] {
        match self {
            Self::Ranked { items: plans, .. } | Self::And(plans) | Self::Or(plans) => plans,
            Self::Not(plan) | Self::In { plan, .. } | Self::AtLeast { plan, .. } => {
                std::slice::from_ref(plan)
            }
            Self::Everything
            | Self::Nothing
            | Self::Word(_)
            | Self::Phrase(_)
            | Self::Near(_)
            | Self::Filter(_) => &[],
        }
    }

    /// Returns a copy with `f` applied to each plan it combines.
    #[must_use]
    pub fn map_children(&self, mut f: impl FnMut(&Self) -> Self) -> Self {
        let mut plan = self.clone();
        match &mut plan {
            Self::Ranked { items: plans, .. } | Self::And(plans) | Self::Or(plans) => {
                plans.iter_mut().for_each(|plan| *plan = f(plan));
            }
            Self::Not(inner) | Self::In { plan: inner, .. } | Self::AtLeast { plan: inner, .. } => {
                **inner = f(inner)
            }
            Self::Everything
            | Self::Nothing
            | Self::Word(_)
            | Self::Phrase(_)
            | Self::Near(_)
            | Self::Filter(_) => {}
        }
        plan
    }

    /// The slot of a word, or of the word as typed that comes before other forms of it.
    pub fn typed_word(&self) -> Option<&Slot> {
        match self {
            Self::Word(slot) => Some(slot),
            Self::Or(plans) => match plans.first() {
                Some(Self::Word(slot)) => Some(slot),
                _ => None,
            },
            _ => None,
        }
    }

    /// Returns `true` if the plan accepts or rejects an article without a score.
    pub fn is_condition(&self) -> bool {
        matches!(self, Self::Filter(_) | Self::Not(_) | Self::Everything)
    }
}

impl Slot {
    /// A slot with one key.
    #[inline]
    pub fn new(key: Key) -> Self {
        Self {
            keys: SmallVec::from_buf([key]),
        }
    }

    /// A slot for one word with its accents, whatever its case, its normal form and the place of its
    /// tone mark. A text of several tokens matches nothing; [`Phrase::of`] takes one.
    ///
    /// Parsed queries also accept the other of i and y (kỷ, kỉ), as two keys of the slot.
    pub fn exact(word: &str) -> Self {
        Self::new(Key::Exact(exact_key(word).into()))
    }

    /// A slot for all words that have the letters of this one, whatever their accents. As
    /// [`exact`](Self::exact), it takes one word.
    pub fn folded(word: &str) -> Self {
        let mut keys = Keys::new();
        keys.set(word);
        Self::new(Key::Folded(keys.folded().into()))
    }
}

impl Phrase {
    /// The words of a text, adjacent, each as [`Slot::exact`] has it.
    ///
    /// ```
    /// use timbao_query::plan::{Phrase, Plan};
    /// let plan = Plan::Phrase(Phrase::of("Tự diễn biến"));
    /// assert_eq!(plan.to_string(), r#""=tự =diễn =biến""#);
    /// ```
    pub fn of(text: &str) -> Self {
        Self::exact(scan(text).map(|token| Slot::exact(&text[token.start..token.end])))
    }

    /// Adjacent slots, without slop.
    pub fn exact(slots: impl IntoIterator<Item = Slot>) -> Self {
        let steps = slots
            .into_iter()
            .map(|slot| Step {
                gap_min: 0,
                gap_max: 0,
                slot,
                capitals: None,
            })
            .collect();
        Self { steps, slop: 0 }
    }

    /// Returns `true` if all slots are adjacent and in order, in any case.
    pub fn is_rigid(&self) -> bool {
        self.slop == 0 && !self.has_case() && self.steps.iter().skip(1).all(|s| s.gap_max == 0)
    }

    /// Returns `true` if the case of a word counts.
    pub fn has_case(&self) -> bool {
        self.steps.iter().any(|step| step.capitals.is_some())
    }
}

impl TextField {
    /// The name in the query language and in JSON.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Title => "title",
            Self::Summary => "summary",
            Self::Body => "body",
            Self::Caption => "caption",
        }
    }
}

impl fmt::Display for TextField {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl Facet {
    /// Returns `true` for a period of publication, whose values follow from the date.
    pub const fn is_period(self) -> bool {
        matches!(self, Self::Year | Self::Month)
    }

    /// The facets that are metadata of their own, as opposed to periods.
    pub fn stated() -> impl Iterator<Item = Self> + Clone {
        let all = Self::ALL.iter().copied();
        all.filter(|facet| !facet.is_period())
    }

    /// The facet with that [`name`](Self::name).
    pub fn named(name: &str) -> Option<Self> {
        let mut all = Self::ALL.iter().copied();
        all.find(|facet| facet.name() == name)
    }
}

impl fmt::Display for Facet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl fmt::Display for MinimumMatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Count(count) => write!(f, "{count}"),
            Self::Weight(percent) => write!(f, "{percent}%"),
        }
    }
}

impl fmt::Display for Phrase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("\"")?;
        for (i, step) in self.steps.iter().enumerate() {
            if i > 0 {
                f.write_str(" ")?;
            }
            match (step.gap_min, step.gap_max) {
                (0, 0) => {}
                (1, 1) => f.write_str("_ ")?,
                (min, max) => write!(f, "_{{{min},{max}}} ")?,
            }
            match step.capitals {
                None => step.slot.fmt(f)?,
                Some(capitals) => write!(f, "={}", capitals.apply(&step.slot.to_string()))?,
            }
        }
        f.write_str("\"")?;
        if self.slop > 0 {
            write!(f, "~{}", self.slop)
        } else {
            Ok(())
        }
    }
}

/// Writes the operator and its operands; alternatives between braces.
impl fmt::Display for Near {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}(", self.order.name().to_lowercase(), self.reach)?;
        for (number, phrases) in self.operands.iter().enumerate() {
            if number > 0 {
                f.write_str(", ")?;
            }
            match phrases.as_slice() {
                [phrase] => phrase.fmt(f)?,
                phrases => {
                    f.write_str("{")?;
                    join(f, phrases, "|")?;
                    f.write_str("}")?;
                }
            }
        }
        f.write_str(")")
    }
}

impl fmt::Display for Slot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let [key] = self.keys.as_slice() {
            return key.fmt(f);
        }
        f.write_str("{")?;
        join(f, &self.keys, "|")?;
        f.write_str("}")
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = |folded: bool| if folded { '~' } else { '=' };
        match self {
            Self::Exact(key) => write!(f, "={}", write_out(key)),
            Self::Folded(key) => write!(f, "~{key}"),
            Self::Wildcard {
                part,
                side,
                tone,
                folded,
            } => {
                let star = |there: bool| if there { "*" } else { "" };
                let (before, after) = (star(*side != Side::Start), star(*side != Side::End));
                write!(f, "{}{before}{part}{after}", sign(*folded))?;
                tone.map_or(Ok(()), |tone| write!(f, "\u{25CC}{tone}"))
            }
            Self::Regex { pattern, folded } => write!(f, "{}/{pattern}/", sign(*folded)),
            Self::Fuzzy {
                key,
                distance,
                folded,
            } => {
                write!(f, "{}{}~{distance}", sign(*folded), write_out(key))
            }
        }
    }
}

fn join(f: &mut fmt::Formatter<'_>, parts: &[impl fmt::Display], between: &str) -> fmt::Result {
    for (i, part) in parts.iter().enumerate() {
        if i > 0 {
            f.write_str(between)?;
        }
        part.fmt(f)?;
    }
    Ok(())
}
