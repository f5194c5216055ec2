//! From the tree to a plan: what the words of a query mean.

use timbao_tokenizer::{Keys, Kind, scan};

use crate::plan::{Facet, Filter, Near, Phrase, Plan, Slot, Step};

use super::ast::{self, AccentMode, Filler, Node, NodeKind, PhrasePart, Scope, Span, Word};
use super::problem::{Problem, ProblemKind};
use super::slots::Slots;
use super::{MAX_DISTANCE, MAX_PROBLEMS};

/// How a query is to be understood where it does not say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LowerOptions {
    /// How accents are compared where no operator says.
    pub accents: Accents,
    /// How many of the bare words must be there.
    pub bare_words: BareWords,
    /// How many words `**` stands for at most.
    pub widest_gap: u32,
}

/// How accents are compared.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Accents {
    /// As they were typed: a query with any accent is strict in every word, one without
    /// is loose in every word.
    #[default]
    Auto,
    /// Every word as typed.
    Strict,
    /// Any accents for every word.
    Loose,
}

/// How many words of a row of bare words an article must hold.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum BareWords {
    /// As many as [`minimum_match`] says, or all beside an operator.
    #[default]
    Remembered,
    /// All.
    All,
    /// One.
    Any,
}

/// A query, ready to run, and how it was understood.
#[derive(Debug, Clone, PartialEq)]
pub struct Lowered {
    /// What to search for.
    pub plan: Plan,
    /// How the accents of the query were read.
    pub reading: Reading,
    /// Every word of the query, parts of codes and dates singly, in the order typed.
    pub words: Vec<WordReading>,
    /// What is searched for beside what was typed.
    pub expansions: Vec<Expansion>,
    /// What the plan cannot do as asked.
    pub problems: Vec<Problem>,
}

/// Which words of a query's text bear accents; those of metadata fields do not count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reading {
    /// Every word has accents.
    Accented,
    /// No word has accents.
    Unaccented,
    /// Some words have accents, some have none.
    Mixed,
}

/// How a word was understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WordReading {
    /// Where it stands in the query.
    pub span: Span,
    /// Whether its accents must agree.
    pub strict: bool,
}

/// Something that is searched for beside a word, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expansion {
    /// Where the word or words stand in the query.
    pub span: Span,
    /// What is searched for too.
    pub to: String,
    /// Why.
    pub why: Why,
}

/// Why something is searched for that was not typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// A day or month is written with and without a leading zero.
    LeadingZero,
}

/// How many of `n` bare words an article must hold: all of up to three, else three in five,
/// rounded up, because a person who remembers many words remembers some of them wrong.
///
/// ```
/// use timbao_index::query::minimum_match;
/// let required: Vec<usize> = (0..=10).map(minimum_match).collect();
/// assert_eq!(required, [0, 1, 2, 3, 3, 3, 4, 5, 5, 6, 6]);
/// ```
pub fn minimum_match(n: usize) -> usize {
    if n <= 3 {
        n
    } else {
        n.saturating_mul(3).div_ceil(5)
    }
}

/// Turns the tree of a query into a plan.
///
/// An empty tree becomes [`Plan::Nothing`].
///
/// ```
/// use timbao_index::query::{LowerOptions, Reading, lower, parse};
/// let lowered = lower(&parse("tu chuyen hoa").ast, &LowerOptions::default());
/// assert_eq!(lowered.plan.to_string(), "3 of [~tu ~chuyen ~hoa]");
/// assert_eq!(lowered.reading, Reading::Unaccented);
/// ```
pub fn lower(ast: &Node, options: &LowerOptions) -> Lowered {
    let reading = reading_of(ast, false);
    let mut lowering = Lowering {
        options,
        slots: Slots::default(),
        problems: Vec::new(),
    };
    let context = Context {
        strict: lowering.is_strict(reading),
        relaxed: true,
        within_text: false,
        facet: None,
    };
    let plan = lowering.node(ast, context).unwrap_or(Plan::Nothing);
    let Slots { words, expansions } = lowering.slots;
    lowering.problems.truncate(MAX_PROBLEMS);
    Lowered {
        plan,
        reading,
        words,
        expansions,
        problems: lowering.problems,
    }
}

struct Lowering<'o> {
    options: &'o LowerOptions,
    slots: Slots,
    problems: Vec<Problem>,
}

/// What the surroundings of a part decide about it.
#[derive(Clone, Copy)]
struct Context {
    /// Whether a word without an operator of its own is strict.
    strict: bool,
    /// Whether some words of a row may be missing.
    relaxed: bool,
    /// Whether the part is the value of a text field.
    within_text: bool,
    /// The metadata the part is looked for in, instead of the text.
    facet: Option<Facet>,
}

impl Lowering<'_> {
    fn node(&mut self, node: &Node, context: Context) -> Option<Plan> {
        let precise = Context {
            relaxed: false,
            ..context
        };
        match &node.kind {
            NodeKind::Empty => None,
            NodeKind::Word(word) => self.row(&[word], context),
            NodeKind::Phrase(phrase) => self.quoted(phrase, node.span, context),
            NodeKind::Sequence(nodes) => self.sequence(nodes, context),
            NodeKind::And(nodes) => all(self.each(nodes, precise)),
            NodeKind::Or(nodes) => any(self.each(nodes, precise)),
            NodeKind::Not(node) | NodeKind::Excluded(node) => self
                .node(node, precise)
                .map(|plan| Plan::Not(Box::new(plan))),
            NodeKind::Required(node) => self.node(node, precise),
            NodeKind::Near { operands, distance } => {
                self.near(operands, *distance, node.span, precise)
            }
            NodeKind::Group(node) => self.node(node, context),
            NodeKind::Scoped { scope, value } => self.scoped(*scope, value, node.span, context),
            NodeKind::Id(id) => Some(Plan::Filter(Filter::Id(id.clone()))),
            NodeKind::Date(condition) => {
                let (from, to) = condition.days();
                Some(Plan::Filter(Filter::Date { from, to }))
            }
        }
    }

    fn each(&mut self, nodes: &[Node], context: Context) -> Vec<Plan> {
        nodes
            .iter()
            .filter_map(|node| self.node(node, context))
            .collect()
    }

    /// Parts side by side: what has a form of its own must match; the bare words among
    /// them, parentheses around nothing but words left away, are what is remembered.
    fn sequence(&mut self, nodes: &[Node], context: Context) -> Option<Plan> {
        let mut bare: Vec<&Word> = Vec::new();
        let mut clauses: Vec<Plan> = Vec::new();
        for node in nodes {
            if !collect_bare(node, &mut bare) {
                clauses.extend(self.node(
                    node,
                    Context {
                        relaxed: false,
                        ..context
                    },
                ));
            }
        }
        clauses.extend(self.row(&bare, context));
        all(clauses)
    }

    /// Bare words in a row.
    fn row(&mut self, words: &[&Word], context: Context) -> Option<Plan> {
        if let Some(facet) = context.facet {
            let slots = self.slots_of(words, context);
            return (!slots.is_empty()).then_some(Plan::Filter(Filter::Facet { facet, slots }));
        }
        let mut items: Vec<Plan> = words
            .iter()
            .filter_map(|word| {
                let slots = self.slots_of(&[word], context);
                in_a_row(Phrase::exact(slots))
            })
            .collect();
        let required = match self.options.bare_words {
            BareWords::Remembered if context.relaxed => minimum_match(items.len()),
            BareWords::Remembered | BareWords::All => items.len(),
            BareWords::Any => 1,
        };
        if items.len() > 1 {
            Some(Plan::Ranked { items, required })
        } else {
            items.pop()
        }
    }

    fn quoted(&mut self, phrase: &ast::Phrase, span: Span, context: Context) -> Option<Plan> {
        let Some(facet) = context.facet else {
            let phrase = self.phrase(phrase, context);
            return in_a_row(phrase);
        };
        if phrase.slop > 0
            || phrase
                .parts
                .iter()
                .any(|part| matches!(part, PhrasePart::Gap(..)))
        {
            self.problems.push(Problem {
                kind: ProblemKind::LoosePhraseInFacet,
                span,
            });
        }
        let context = context.with(phrase.accents);
        let words: Vec<&Word> = phrase.words().collect();
        let slots = self.slots_of(&words, context);
        (!slots.is_empty()).then_some(Plan::Filter(Filter::Facet { facet, slots }))
    }

    fn phrase(&mut self, phrase: &ast::Phrase, context: Context) -> Phrase {
        let context = context.with(phrase.accents);
        let mut steps: Vec<Step> = Vec::new();
        let (mut gap_min, mut gap_max) = (0u32, 0u32);
        for part in &phrase.parts {
            match part {
                PhrasePart::Gap(filler, span) => {
                    let (least, most) = match *filler {
                        Filler::One => (1, 1),
                        Filler::Some => (1, self.options.widest_gap.max(1)),
                        Filler::UpTo(most) => (1, most),
                    };
                    gap_min = gap_min.saturating_add(least);
                    gap_max = gap_max.saturating_add(most);
                    if gap_max > MAX_DISTANCE {
                        self.problems.push(Problem {
                            kind: ProblemKind::DistanceTooLarge,
                            span: *span,
                        });
                        gap_min = gap_min.min(MAX_DISTANCE);
                        gap_max = MAX_DISTANCE;
                    }
                }
                PhrasePart::Word(word) => {
                    for slot in self.slots_of(&[word], context) {
                        steps.push(Step {
                            gap_min,
                            gap_max,
                            slot,
                        });
                        (gap_min, gap_max) = (0, 0);
                    }
                }
            }
        }
        Phrase {
            steps,
            slop: phrase.slop,
        }
    }

    fn near(
        &mut self,
        operands: &[Node],
        distance: u32,
        span: Span,
        context: Context,
    ) -> Option<Plan> {
        let odd = operands
            .iter()
            .find(|node| !has_position(node))
            .map(|node| node.span);
        let problem = match (context.facet, odd) {
            (Some(_), _) => Some((ProblemKind::LoosePhraseInFacet, span)),
            (None, Some(span)) => Some((ProblemKind::NearOperand, span)),
            (None, None) => None,
        };
        if let Some((kind, span)) = problem {
            self.problems.push(Problem { kind, span });
            return all(self.each(operands, context));
        }
        let phrases = operands
            .iter()
            .map(|node| self.operand(node, context))
            .collect();
        Some(Plan::Near(Near { phrases, distance }))
    }

    /// A side of NEAR as a phrase; see [`has_position`].
    fn operand(&mut self, node: &Node, context: Context) -> Phrase {
        match &node.kind {
            NodeKind::Word(word) => Phrase::exact(self.slots_of(&[word], context)),
            NodeKind::Phrase(phrase) => self.phrase(phrase, context),
            NodeKind::Group(node) => self.operand(node, context),
            NodeKind::Sequence(nodes) => {
                let mut words = Vec::new();
                for node in nodes {
                    collect_bare(node, &mut words);
                }
                Phrase::exact(self.slots_of(&words, context))
            }
            NodeKind::Or(nodes) => {
                let steps = nodes
                    .iter()
                    .flat_map(|node| self.operand(node, context).steps);
                let keys = steps.flat_map(|step| step.slot.keys).collect();
                Phrase::exact([Slot { keys }])
            }
            _ => Phrase::exact([]),
        }
    }

    fn scoped(&mut self, scope: Scope, value: &Node, span: Span, context: Context) -> Option<Plan> {
        match scope {
            Scope::Facet(facet) => {
                let strict = self.is_strict(reading_of(value, true));
                self.node(
                    value,
                    Context {
                        strict,
                        facet: Some(facet),
                        ..context
                    },
                )
            }
            Scope::Text(_) if context.within_text => {
                self.problems.push(Problem {
                    kind: ProblemKind::FieldInField,
                    span,
                });
                self.node(value, context)
            }
            Scope::Text(field) => {
                let context = Context {
                    within_text: true,
                    facet: None,
                    ..context
                };
                let plan = self.node(value, context)?;
                Some(Plan::In {
                    field,
                    plan: Box::new(plan),
                })
            }
        }
    }

    fn slots_of(&mut self, words: &[&Word], context: Context) -> Vec<Slot> {
        words
            .iter()
            .flat_map(|word| self.slots.of(word, context.with(word.accents).strict))
            .collect()
    }

    fn is_strict(&self, reading: Reading) -> bool {
        match self.options.accents {
            Accents::Auto => reading != Reading::Unaccented,
            Accents::Strict => true,
            Accents::Loose => false,
        }
    }
}

impl Default for LowerOptions {
    fn default() -> Self {
        Self {
            accents: Accents::Auto,
            bare_words: BareWords::Remembered,
            widest_gap: 5,
        }
    }
}

impl Context {
    /// The context of what an accent operator stands before.
    fn with(self, accents: Option<AccentMode>) -> Self {
        match accents {
            None => self,
            Some(mode) => Self {
                strict: mode == AccentMode::Exact,
                ..self
            },
        }
    }
}

/// Reads off which words bear accents. Unless `metadata` is asked for, the values of
/// metadata fields do not count: a filter says nothing about how the text was typed.
fn reading_of(node: &Node, metadata: bool) -> Reading {
    let (mut marked, mut bare) = (false, false);
    let mut keys = Keys::new();
    each_word(node, metadata, &mut |word| {
        for token in scan(&word.text).filter(|token| token.kind != Kind::Number) {
            keys.set(word.text.get(token.start..token.end).unwrap_or_default());
            marked |= keys.is_marked();
            bare |= !keys.is_marked();
        }
    });
    match (marked, bare) {
        (true, true) => Reading::Mixed,
        (true, false) => Reading::Accented,
        (false, _) => Reading::Unaccented,
    }
}

fn each_word(node: &Node, metadata: bool, visit: &mut dyn FnMut(&Word)) {
    match &node.kind {
        NodeKind::Scoped {
            scope: Scope::Facet(_),
            ..
        } if !metadata => {}
        NodeKind::Word(word) => visit(word),
        NodeKind::Phrase(phrase) => phrase.words().for_each(visit),
        _ => node
            .children()
            .iter()
            .for_each(|node| each_word(node, metadata, visit)),
    }
}

/// Collects the words of a part that consists of nothing else; false if it does not.
fn collect_bare<'n>(node: &'n Node, into: &mut Vec<&'n Word>) -> bool {
    fn is_bare(node: &Node) -> bool {
        match &node.kind {
            NodeKind::Word(_) => true,
            NodeKind::Group(_) | NodeKind::Sequence(_) => node.children().iter().all(is_bare),
            _ => false,
        }
    }
    let bare = is_bare(node);
    if bare {
        collect_words(node, into);
    }
    bare
}

fn collect_words<'n>(node: &'n Node, into: &mut Vec<&'n Word>) {
    match &node.kind {
        NodeKind::Word(word) => into.push(word),
        _ => node
            .children()
            .iter()
            .for_each(|node| collect_words(node, into)),
    }
}

/// Whether a side of NEAR stands at one place: a phrase, words in a row, or alternatives
/// of single words.
fn has_position(node: &Node) -> bool {
    match &node.kind {
        NodeKind::Word(_) | NodeKind::Phrase(_) => true,
        NodeKind::Sequence(nodes) => nodes.iter().all(|node| collect_bare(node, &mut Vec::new())),
        NodeKind::Group(node) => has_position(node),
        NodeKind::Or(nodes) => nodes.iter().all(
            |node| matches!(&node.kind, NodeKind::Word(word) if scan(&word.text).nth(1).is_none()),
        ),
        _ => false,
    }
}

/// A phrase as a plan: a single word is a word.
fn in_a_row(mut phrase: Phrase) -> Option<Plan> {
    match phrase.steps.len() {
        0 => None,
        1 => phrase.steps.pop().map(|step| Plan::Word(step.slot)),
        _ => Some(Plan::Phrase(phrase)),
    }
}

/// All of them, those that are conjunctions themselves laid flat.
fn all(plans: Vec<Plan>) -> Option<Plan> {
    let mut flat: Vec<Plan> = Vec::new();
    for plan in plans {
        match plan {
            Plan::And(inner) => flat.extend(inner),
            plan => flat.push(plan),
        }
    }
    if flat.len() > 1 {
        Some(Plan::And(flat))
    } else {
        flat.pop()
    }
}

/// Any of them.
fn any(mut plans: Vec<Plan>) -> Option<Plan> {
    if plans.len() > 1 {
        Some(Plan::Or(plans))
    } else {
        plans.pop()
    }
}
