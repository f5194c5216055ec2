//! What a query asks for, in terms an engine can run.
//!
//! A [`Plan`] is plain data: it names keys, gaps and filters and knows nothing
//! of segments, ids or files. The engine of this crate runs it; a translation
//! to another engine's query language can start from the same value.

use std::fmt;

use ecow::EcoString;
use serde::{Deserialize, Serialize};
use smallvec::SmallVec;
use timbao_tokenizer::write_out;

use crate::iso_day;

/// A query, lowered: what must match, and what counts for ranking.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Plan {
    /// Every article.
    Everything,
    /// No article.
    Nothing,
    /// One position that holds any key of the slot.
    Word(Slot),
    /// Positions in a row, within one paragraph.
    Phrase(Phrase),
    /// Two or more words or phrases within a distance, within one paragraph.
    Near(Near),
    /// What a person remembers of an article: several words or phrases, of
    /// which at least `required` must be there. Neighbours in the list that
    /// are neighbours in an article raise its score.
    Ranked {
        /// Words, phrases, or alternatives (`Or`) of these, as typed.
        items: Vec<Plan>,
        /// How many of the items an article must hold.
        required: usize,
    },
    /// Articles that match all of them.
    And(Vec<Plan>),
    /// Articles that match any of them.
    Or(Vec<Plan>),
    /// Articles that do not match it.
    Not(Box<Plan>),
    /// The plan, asked of one part of the text only.
    In {
        /// The part of the text.
        field: TextField,
        /// What must match there.
        plan: Box<Plan>,
    },
    /// Articles whose metadata passes; does not change the score.
    Filter(Filter),
}

/// The keys that may stand at one position.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Slot {
    /// Alternatives; the first is what was typed, the others are expansions.
    pub keys: SmallVec<[Key; 1]>,
}

/// One key, or a family of keys. Those of syllables lie in the value itself.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Key {
    /// The exact key: skeleton and tone must agree.
    Exact(EcoString),
    /// The folded key: any accents.
    Folded(EcoString),
    /// Every key that starts so; `folded` says which kind of key is compared.
    Prefix {
        /// The beginning of the key, without a tone.
        start: EcoString,
        /// The tone mark the key must end in, when one was typed: an exact key
        /// carries its tone at the end, so `chuyể*` is the skeleton `chuyê` and
        /// the mark U+0309. Always none for folded keys.
        tone: Option<char>,
        /// Whether folded keys are compared, instead of exact ones.
        folded: bool,
    },
    /// Every key within an edit distance; `folded` says which kind of key is
    /// compared. The distance is Levenshtein's, in characters of the key
    /// (a tone is one character).
    Fuzzy {
        /// The key that was typed.
        key: EcoString,
        /// Largest distance, 1 or 2.
        distance: u8,
        /// Whether folded keys are compared, instead of exact ones.
        folded: bool,
    },
}

/// Positions in a row.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Phrase {
    /// The slots in order, each with what may stand before it.
    pub steps: Vec<Step>,
    /// How many moves of one position the slots may be away from their places
    /// in all; a transposition costs 2. Zero asks for the phrase as typed.
    pub slop: u32,
}

/// One slot of a phrase.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Step {
    /// Fewest tokens between the slot before and this one; 0 for neighbours.
    pub gap_min: u32,
    /// Most tokens between the slot before and this one.
    pub gap_max: u32,
    /// What stands here.
    pub slot: Slot,
}

/// Words or phrases near each other, in any order.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Near {
    /// The operands; each `gap` of each phrase counts as in the phrase alone.
    pub phrases: Vec<Phrase>,
    /// Most tokens between neighbouring operands.
    pub distance: u32,
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
    /// What stands under photographs.
    Caption,
}

/// Metadata whose values can be filtered and counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Facet {
    /// Section of the paper, such as "Xây dựng Đảng".
    Section,
    /// Place of the dateline.
    Place,
    /// News agency.
    Agency,
    /// Author.
    Author,
    /// Publication or site.
    Source,
    /// Calendar year of publication.
    Year,
    /// Calendar month of publication, `2026-03`.
    Month,
}

/// A condition on metadata.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Filter {
    /// Published on a day from `from` to `to`, both inclusive, in days since
    /// 1970-01-01 of Vietnam's calendar. Articles without a date never pass.
    Date {
        /// First day, or none for "since ever".
        from: Option<i32>,
        /// Last day, or none for "until now".
        to: Option<i32>,
    },
    /// The value of a facet contains these slots in a row.
    Facet {
        /// Which metadata.
        facet: Facet,
        /// What its value must contain, in a row.
        slots: Vec<Slot>,
    },
    /// The value of a facet is this one, but for case, punctuation, encoding and the place of
    /// tone marks.
    Is {
        /// Which metadata.
        facet: Facet,
        /// Its value, in any spelling.
        value: String,
    },
    /// The article's id is this, to the letter.
    Id(String),
}

impl Slot {
    /// A slot with one key.
    #[inline]
    pub fn new(key: Key) -> Self {
        Self {
            keys: SmallVec::from_buf([key]),
        }
    }
}

impl Phrase {
    /// The slots in a row, without gaps and slop.
    pub fn exact(slots: impl IntoIterator<Item = Slot>) -> Self {
        let steps = slots
            .into_iter()
            .map(|slot| Step {
                gap_min: 0,
                gap_max: 0,
                slot,
            })
            .collect();
        Self { steps, slop: 0 }
    }

    /// Whether every slot is a neighbour of the one before, as typed.
    pub fn is_rigid(&self) -> bool {
        self.slop == 0 && self.steps.iter().skip(1).all(|s| s.gap_max == 0)
    }
}

impl fmt::Display for TextField {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Title => "title",
            Self::Summary => "summary",
            Self::Body => "body",
            Self::Caption => "caption",
        })
    }
}

impl fmt::Display for Facet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Section => "section",
            Self::Place => "place",
            Self::Agency => "agency",
            Self::Author => "author",
            Self::Source => "source",
            Self::Year => "year",
            Self::Month => "month",
        })
    }
}

/// Writes the plan on one line, for explanations: `=` marks exact keys, `~` folded ones,
/// `{a|b}` alternatives, `_` a gap, `2 of […]` a list of which two must be there.
impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Everything => f.write_str("everything"),
            Self::Nothing => f.write_str("nothing"),
            Self::Word(slot) => slot.fmt(f),
            Self::Phrase(phrase) => phrase.fmt(f),
            Self::Near(near) => {
                write!(f, "near/{}(", near.distance)?;
                join(f, &near.phrases, ", ")?;
                f.write_str(")")
            }
            Self::Ranked { items, required } => {
                write!(f, "{required} of [")?;
                join(f, items, " ")?;
                f.write_str("]")
            }
            Self::And(plans) | Self::Or(plans) => {
                f.write_str(if matches!(self, Self::And(_)) {
                    "all("
                } else {
                    "any("
                })?;
                join(f, plans, ", ")?;
                f.write_str(")")
            }
            Self::Not(plan) => write!(f, "not({plan})"),
            Self::In { field, plan } => write!(f, "{field}({plan})"),
            Self::Filter(filter) => filter.fmt(f),
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
            step.slot.fmt(f)?;
        }
        f.write_str("\"")?;
        if self.slop > 0 {
            write!(f, "~{}", self.slop)
        } else {
            Ok(())
        }
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
            Self::Prefix {
                start,
                tone,
                folded,
            } => {
                write!(f, "{}{start}*", sign(*folded))?;
                tone.map_or(Ok(()), |tone| write!(f, "\u{25CC}{tone}"))
            }
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

impl fmt::Display for Filter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Date { from, to } => {
                let day = |day: &Option<i32>| day.map(iso_day).unwrap_or_default();
                write!(f, "date({}..{})", day(from), day(to))
            }
            Self::Facet { facet, slots } => {
                write!(f, "{facet}(")?;
                join(f, slots, " ")?;
                f.write_str(")")
            }
            Self::Is { facet, value } => write!(f, "{facet}({value:?})"),
            Self::Id(id) => write!(f, "id({id})"),
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
