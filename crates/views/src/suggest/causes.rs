//! The reasons why a query finds nothing.

use std::fmt;

use rustc_hash::FxHashMap;
use serde::Serialize;
use timbao_query::plan::{NearOrder, Plan};
use timbao_query::{
    AccentMode, LowerOptions, Node, NodeKind, Phrase, Reading, Scope, Span, lower, lower_within,
};

use crate::corpus::{Corpus, Error, Result};

use super::trials::{Limits, MAX_TRIALS, OverLimit, count, within_limits};

/// A reason why a query finds nothing.
///
/// `Display` says it in a sentence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Cause {
    /// The kind of the reason.
    pub kind: CauseKind,
    /// The part of the query that is to blame, as it is printed.
    pub part: String,
    /// The position of that part in the query; empty for filters outside the text.
    #[serde(skip)]
    pub span: Span,
    /// Number of articles without the obstacle: with other accents, non-adjacent words, in other
    /// fields, or without the negation.
    pub otherwise: u64,
    /// Of [`CauseKind::Together`], each part and how many articles it finds alone.
    pub parts: Vec<PartCount>,
}

/// A part of a query, and its number of articles.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PartCount {
    /// The part, as it is printed.
    pub part: String,
    /// Number of articles that match the part alone.
    pub articles: u64,
}

/// The kinds of reasons.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum CauseKind {
    /// No article has the word.
    Word,
    /// No article has the word or phrase with these accents.
    Accents,
    /// No article has the words in a row.
    Phrase,
    /// No article has the words so near each other.
    Near,
    /// Every first part of NOTNEAR has another near it.
    NotNear,
    /// No article has the words so often.
    TooFew,
    /// The words are nowhere in this field.
    Field,
    /// No article passes the filter.
    Filter,
    /// Every match contains the excluded term.
    Excluded,
    /// Each part is found, but no article has enough of them.
    Together,
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            part, otherwise, ..
        } = self;
        let articles = |n: &u64| match n {
            1 => "1 article".to_owned(),
            n => format!("{n} articles"),
        };
        let others = articles(otherwise);
        match self.kind {
            CauseKind::Word => write!(f, "no article has {part}"),
            CauseKind::Accents => {
                write!(
                    f,
                    "no article has {part} with these accents, {others} with others"
                )
            }
            CauseKind::Phrase if *otherwise == 0 => {
                write!(f, "no article has {part}, nor all of its words")
            }
            CauseKind::Phrase => {
                write!(
                    f,
                    "no article has {part} in a row, {others} all of its words"
                )
            }
            CauseKind::Near if *otherwise == 0 => {
                write!(f, "no article has {part}, nor all parts of it")
            }
            CauseKind::Near => {
                write!(
                    f,
                    "no article has {part}, {others} all parts of it further apart"
                )
            }
            CauseKind::NotNear => {
                write!(f, "no article has {part}, {others} its first part")
            }
            CauseKind::TooFew => write!(f, "no article has {part}, {others} fewer matches"),
            CauseKind::Field => write!(f, "no article has {part}, {others} in other fields"),
            CauseKind::Filter => write!(f, "no article passes {part}"),
            CauseKind::Excluded => write!(f, "without {part} there would be {others}"),
            CauseKind::Together => {
                f.write_str("each part is found, but not in one article:")?;
                for (i, PartCount { part, articles }) in self.parts.iter().enumerate() {
                    let between = if i > 0 { "," } else { "" };
                    write!(f, "{between} {part} in {articles}")?;
                }
                Ok(())
            }
        }
    }
}

/// Maximum number of causes reported per query.
pub const MAX_CAUSES: usize = 5;

/// Explains why a query finds nothing: its smallest parts that match nothing alone or, if all
/// match, their numbers of articles. A query with matches has no cause, nor has an empty one.
///
/// # Errors
///
/// When a file is damaged.
pub fn causes(corpus: &dyn Corpus, ast: &Node, options: &LowerOptions<'_>) -> Result<Vec<Cause>> {
    let plan = lower(ast, options).plan;
    match count(corpus, &plan)? {
        Some(0) => causes_within(corpus, ast, options, Limits::default()),
        _ => Ok(Vec::new()),
    }
}

/// Explains why a query finds nothing, of which this is known.
pub(super) fn causes_within(
    corpus: &dyn Corpus,
    ast: &Node,
    options: &LowerOptions<'_>,
    limits: Limits,
) -> Result<Vec<Cause>> {
    let mut search = Search {
        corpus,
        options,
        reading: lower(ast, options).reading,
        left: MAX_TRIALS,
        limits,
        known: FxHashMap::default(),
        causes: Vec::new(),
    };
    let found = search.blame(ast, None);
    // Causes found before a limit was reached are true without the others.
    within_limits(found)?;
    Ok(search.causes)
}

struct Search<'a> {
    corpus: &'a dyn Corpus,
    options: &'a LowerOptions<'a>,
    /// The accents of the whole query, which apply to its parts.
    reading: Reading,
    /// Searches that may still be run.
    left: usize,
    limits: Limits,
    /// The numbers of articles of parts, as they are printed. A query repeats words.
    known: FxHashMap<String, u64>,
    causes: Vec<Cause>,
}

impl Search<'_> {
    /// The number of articles that match a part alone.
    ///
    /// # Errors
    ///
    /// [`Error::Limit`] if that takes too long or a limit is reached: nothing can be said about the
    /// rest of the query without the number.
    fn count(&mut self, part: &Node, scope: Option<Scope>) -> Result<u64> {
        let part = scoped(part, scope);
        let text = part.to_string();
        if let Some(&articles) = self.known.get(&text) {
            return Ok(articles);
        }
        let plan = lower_within(&part, self.reading, self.options).plan;
        let articles = self.count_plan(&plan)?;
        self.known.insert(text, articles);
        Ok(articles)
    }

    fn count_plan(&mut self, plan: &Plan) -> Result<u64> {
        self.spend_trial()?;
        count(self.corpus, plan)?.ok_or_else(over_limit)
    }

    /// Counts the words among some parts in one search: a long phrase has more of them than searches
    /// may be run.
    fn count_words(&mut self, parts: &[Node], scope: Option<Scope>) -> Result<()> {
        let mut words = FxHashMap::default();
        for part in parts {
            if is_word(part) {
                let part = scoped(part, scope);
                let text = part.to_string();
                if !self.known.contains_key(&text) {
                    words.insert(text, part);
                }
            }
        }
        if words.len() < 2 {
            return Ok(());
        }
        self.spend_trial()?;
        let plan = |word| lower_within(word, self.reading, self.options).plan;
        let plans: Vec<Plan> = words.values().map(plan).collect();
        let counts = within_limits(self.corpus.count(&plans))?.ok_or_else(over_limit)?;
        self.known.extend(words.into_keys().zip(counts));
        Ok(())
    }

    /// # Errors
    ///
    /// [`Error::Limit`] if no further search may be run.
    fn spend_trial(&mut self) -> Result<()> {
        if self.left == 0 || self.limits.are_over() || self.causes.len() >= MAX_CAUSES {
            return Err(over_limit());
        }
        self.left -= 1;
        Ok(())
    }

    fn put(&mut self, kind: CauseKind, part: &Node, scope: Option<Scope>, otherwise: u64) {
        let text = scoped(part, scope).to_string();
        let is_known = |c: &Cause| c.kind == kind && c.part == text;
        if self.causes.len() < MAX_CAUSES && !self.causes.iter().any(is_known) {
            self.causes.push(Cause {
                kind,
                part: text,
                span: part.span,
                otherwise,
                parts: Vec::new(),
            });
        }
    }

    /// Finds the reasons in a part that matches nothing.
    fn blame(&mut self, part: &Node, scope: Option<Scope>) -> Result<()> {
        match &part.kind {
            _ if part.is_negative() => {
                let all = self.count_plan(&Plan::Everything)?;
                self.put(CauseKind::Excluded, part, None, all);
            }
            _ if part.is_filter() => self.put(CauseKind::Filter, part, None, 0),
            NodeKind::Word(_) => self.blame_word(part, scope)?,
            NodeKind::Phrase(phrase) => self.blame_phrase(part, phrase, scope)?,
            NodeKind::AtLeast { value, .. } => {
                let once = self.count(value, scope)?;
                if once > 0 {
                    self.put(CauseKind::TooFew, part, scope, once);
                } else {
                    self.blame(value, scope)?;
                }
            }
            NodeKind::Near {
                operands,
                order: NearOrder::Apart,
                ..
            } => {
                let Some(first) = operands.first() else {
                    return Ok(());
                };
                match self.count(first, scope)? {
                    0 => self.blame(first, scope)?,
                    alone => self.put(CauseKind::NotNear, part, scope, alone),
                }
            }
            NodeKind::Near { operands, .. } => {
                if !self.blame_parts(operands, scope)? {
                    let parts = operands.iter().cloned().map(Node::grouped).collect();
                    let all = Node::new(NodeKind::And(parts), part.span);
                    let all = self.count(&all, scope)?;
                    self.put(CauseKind::Near, part, scope, all);
                }
            }
            NodeKind::Sequence(nodes) | NodeKind::And(nodes) => {
                if !self.blame_parts(nodes, scope)? {
                    self.together(part, nodes, scope)?;
                }
            }
            NodeKind::Scoped {
                scope: field,
                value,
            } => {
                let anywhere = self.count(value, scope)?;
                if anywhere > 0 {
                    self.put(CauseKind::Field, part, scope, anywhere);
                } else {
                    self.blame(value, Some(*field))?;
                }
            }
            _ => {
                let mut children = part.children().iter();
                return children.try_for_each(|node| self.blame(node, scope));
            }
        }
        Ok(())
    }

    /// Finds the reason why a phrase matches nothing: one of its words, its accents, or that the words
    /// do not occur as a phrase.
    fn blame_phrase(&mut self, part: &Node, phrase: &Phrase, scope: Option<Scope>) -> Result<()> {
        let words = phrase.conditions(part.span);
        if words.len() > 1 && self.blame_parts(&words, scope)? {
            return Ok(());
        }
        if words.len() < 2 {
            return self.blame_word(part, scope);
        }
        let loose = self.loosely(part, scope)?;
        if loose > 0 {
            self.put(CauseKind::Accents, part, scope, loose);
        } else {
            let all = Node::new(NodeKind::And(words), part.span);
            let all = self.count(&all, scope)?;
            self.put(CauseKind::Phrase, part, scope, all);
        }
        Ok(())
    }

    /// Finds the reason why a word matches nothing: its accents, its field, or that no article has
    /// it.
    fn blame_word(&mut self, part: &Node, scope: Option<Scope>) -> Result<()> {
        let loose = self.loosely(part, scope)?;
        if loose > 0 {
            self.put(CauseKind::Accents, part, scope, loose);
            return Ok(());
        }
        if scope.is_none() {
            self.put(CauseKind::Word, part, None, 0);
            return Ok(());
        }
        match self.count(part, None)? {
            // It is nowhere else either.
            0 => self.blame_word(part, None)?,
            anywhere => self.put(CauseKind::Field, part, scope, anywhere),
        }
        Ok(())
    }

    /// Looks into each part that finds nothing alone; false if there is none.
    fn blame_parts(&mut self, parts: &[Node], scope: Option<Scope>) -> Result<bool> {
        let before = self.causes.len();
        self.count_words(parts, scope)?;
        for part in parts {
            if self.count(part, scope)? == 0 {
                self.blame(part, scope)?;
            }
        }
        Ok(self.causes.len() > before)
    }

    /// All parts are found, but not together.
    fn together(&mut self, whole: &Node, parts: &[Node], scope: Option<Scope>) -> Result<()> {
        let (negative, positive): (Vec<&Node>, Vec<&Node>) =
            parts.iter().partition(|node| node.is_negative());
        if !negative.is_empty() && !positive.is_empty() {
            let rest = positive.iter().copied().cloned().collect();
            let kind = match &whole.kind {
                NodeKind::And(_) => NodeKind::And(rest),
                _ => NodeKind::Sequence(rest),
            };
            let left = self.count(&Node::new(kind, whole.span), scope)?;
            if left > 0 {
                let parts: Vec<String> = negative.iter().map(|node| node.to_string()).collect();
                let spans = negative.iter().map(|node| node.span);
                self.causes.push(Cause {
                    kind: CauseKind::Excluded,
                    part: parts.join(" "),
                    span: spans.reduce(Span::to).unwrap_or_default(),
                    otherwise: left,
                    parts: Vec::new(),
                });
                return Ok(());
            }
        }
        let mut found = Vec::with_capacity(positive.len());
        for part in positive {
            let articles = self.count(part, scope)?;
            let part = scoped(part, scope).to_string();
            found.push(PartCount { part, articles });
        }
        self.causes.push(Cause {
            kind: CauseKind::Together,
            part: scoped(whole, scope).to_string(),
            span: whole.span,
            otherwise: 0,
            parts: found,
        });
        Ok(())
    }

    /// The number of articles with a word or phrase in any accents.
    fn loosely(&mut self, part: &Node, scope: Option<Scope>) -> Result<u64> {
        let mut loose = part.clone();
        match &mut loose.kind {
            NodeKind::Word(word) => word.accents = Some(AccentMode::Loose),
            NodeKind::Phrase(phrase) => phrase.accents = Some(AccentMode::Loose),
            _ => return Ok(0),
        }
        self.count(&loose, scope)
    }
}

/// Whether a part is a word, with or without a sign that requires it.
fn is_word(part: &Node) -> bool {
    match &part.kind {
        NodeKind::Word(_) => true,
        NodeKind::Required(inner) => is_word(inner),
        _ => false,
    }
}

fn over_limit() -> Error {
    Error::Limit(Box::new(OverLimit))
}

/// A part in the field that it stands in.
fn scoped(part: &Node, scope: Option<Scope>) -> Node {
    let Some(scope) = scope else {
        return part.clone();
    };
    let value = match part.kind {
        NodeKind::Word(_) | NodeKind::Phrase(_) => part.clone(),
        _ => part.clone().grouped(),
    };
    let kind = NodeKind::Scoped {
        scope,
        value: Box::new(value),
    };
    Node::new(kind, part.span)
}
