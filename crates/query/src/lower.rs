//! From the tree to a plan: the meaning of the words of a query.

use timbao_tokenizer::abbreviations::{Form, Role};

use crate::plan::{Facet, Filter, MinimumMatch, Near, Phrase, Plan, Slot, Step};

use crate::MAX_DISTANCE;
use crate::alternatives::{self, Match};
use crate::ast::{self, AccentMode, Filler, Node, NodeKind, PhrasePart, Scope, Span, Word};
use crate::lowered::{
    Accents, BareWords, Expansion, LowerOptions, Lowered, Reading, Why, minimum_match,
};
use crate::problem::{Problem, ProblemKind, tidy};
use crate::question;
use crate::shape::{collect_bare, has_position, reading_of};
use crate::slots::Slots;

/// Turns the tree of a query into a plan.
///
/// An empty tree becomes [`Plan::Nothing`].
///
/// ```
/// use timbao_query::{LowerOptions, Reading, lower, parse};
/// let lowered = lower(&parse("tu chuyen hoa").ast, &LowerOptions::default());
/// assert_eq!(lowered.plan.to_string(), "3 of [~tu ~chuyen ~hoa]");
/// assert_eq!(lowered.reading, Reading::Unaccented);
/// ```
pub fn lower(ast: &Node, options: &LowerOptions<'_>) -> Lowered {
    lower_within(ast, reading_of(ast, false), options)
}

/// Turns a part of a query into a plan, where accents are read as in the whole.
pub fn lower_within(ast: &Node, reading: Reading, options: &LowerOptions<'_>) -> Lowered {
    let mut lowering = Lowering {
        options,
        slots: Slots::default(),
        problems: Vec::new(),
    };
    let context = Context {
        strict: lowering.is_strict(reading),
        literal: false,
        relaxed: true,
        within_text: false,
        facet: None,
    };
    let plan = lowering.node(ast, context).unwrap_or(Plan::Nothing);
    let Slots { words, expansions } = lowering.slots;
    tidy(&mut lowering.problems);
    Lowered {
        plan,
        reading,
        words,
        expansions,
        problems: lowering.problems,
    }
}

struct Lowering<'o> {
    options: &'o LowerOptions<'o>,
    slots: Slots,
    problems: Vec<Problem>,
}

/// The effect of the surroundings of a part.
#[derive(Clone, Copy)]
struct Context {
    /// Whether a word without an operator of its own is strict.
    strict: bool,
    /// Whether a word stands for no other spelling of it, as after `=`.
    literal: bool,
    /// Whether some words of a row may be missing.
    relaxed: bool,
    /// Whether the part is the value of a text field.
    within_text: bool,
    /// The facet whose value the part is, if any.
    facet: Option<Facet>,
}

impl<'o> Lowering<'o> {
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
            NodeKind::Is { facet, value } => Some(Plan::Filter(Filter::Is {
                facet: *facet,
                value: value.clone(),
            })),
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

    /// A sequence: parts with an operator must match; bare words, also in parentheses around words
    /// alone, are ranked.
    fn sequence(&mut self, nodes: &[Node], context: Context) -> Option<Plan> {
        let mut bare: Vec<&Word> = Vec::new();
        let mut clauses: Vec<Plan> = Vec::new();
        let mut row_at = None;
        for node in nodes {
            if collect_bare(node, &mut bare) {
                row_at = row_at.or(Some(clauses.len()));
            } else {
                clauses.extend(self.node(node, context));
            }
        }
        let row_at = row_at.unwrap_or_default();
        let row = self.row(&bare, context);
        clauses.splice(row_at..row_at, row);
        all(clauses)
    }

    /// Bare words in a row.
    fn row(&mut self, words: &[&Word], context: Context) -> Option<Plan> {
        if let Some(facet) = context.facet {
            let slots = self.slots_of(words, context);
            return (!slots.is_empty()).then_some(Plan::Filter(Filter::Facet { facet, slots }));
        }
        let asking = self.interrogatives(words, context);
        let mut others = self.matches(words).into_iter().peekable();
        let mut items: Vec<Plan> = Vec::new();
        let mut optional: Vec<usize> = Vec::new();
        let mut next = 0;
        while let Some(word) = words.get(next) {
            let found = others.next_if(|found| found.first == next);
            let end = next + found.as_ref().map_or(1, |found| found.words.max(1));
            let typed = words.get(next..end).unwrap_or_default();
            let mut forms: Vec<Plan> = Vec::new();
            if let (Some(found), Some(last)) = (&found, typed.last()) {
                let strict = self.is_form_strict(word.accents);
                for form in &found.forms {
                    forms.extend(in_a_row(alternatives::in_a_row(form, strict)));
                    self.explain(word.span.to(last.span), form);
                }
            }
            if typed.len() == 1 && asking.contains(&next) {
                optional.push(items.len());
            }
            // A name that is written out still counts as its words.
            let is_written_out = found.is_some_and(|found| found.role == Role::Long);
            for part in typed.chunks(if is_written_out {
                1
            } else {
                typed.len().max(1)
            }) {
                let slots = self.slots_of(part, context);
                let mut ways: Vec<Plan> = in_a_row(Phrase::exact(slots)).into_iter().collect();
                ways.extend(forms.iter().cloned());
                items.extend(any(ways).map(one_word));
            }
            next = end;
        }
        let minimum = match self.options.bare_words {
            BareWords::Remembered if context.relaxed => {
                minimum_match(items.len().saturating_sub(optional.len()))
            }
            BareWords::Remembered | BareWords::All => MinimumMatch::Count(items.len()),
            BareWords::Any => MinimumMatch::Count(1),
        };
        if items.len() > 1 {
            Some(Plan::Ranked {
                items,
                minimum,
                optional,
            })
        } else {
            items.pop()
        }
    }

    fn quoted(&mut self, phrase: &ast::Phrase, span: Span, context: Context) -> Option<Plan> {
        let Some(facet) = context.facet else {
            let steps = self.steps(phrase, context);
            let mut ways: Vec<Plan> = Vec::new();
            if let Some(table) = self
                .options
                .abbreviations
                .filter(|_| self.options.expand_phrases)
            {
                let strict = self.is_form_strict(phrase.accents);
                for (version, form) in alternatives::versions(phrase, &steps, strict, table) {
                    ways.extend(in_a_row(version));
                    self.explain(span, form);
                }
            }
            ways.splice(
                ..0,
                in_a_row(Phrase {
                    steps: steps.concat(),
                    slop: phrase.slop,
                }),
            );
            return any(ways);
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
        Phrase {
            steps: self.steps(phrase, context).concat(),
            slop: phrase.slop,
        }
    }

    /// The steps of each word of a phrase.
    fn steps(&mut self, phrase: &ast::Phrase, context: Context) -> Vec<Vec<Step>> {
        let context = context.with(phrase.accents);
        let mut steps: Vec<Vec<Step>> = Vec::new();
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
                    let mut row = Phrase::exact(self.slots_of(&[word], context)).steps;
                    if let Some(first) = row.first_mut() {
                        (first.gap_min, first.gap_max) = (gap_min, gap_max);
                        (gap_min, gap_max) = (0, 0);
                    }
                    steps.push(row);
                }
            }
        }
        steps
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

    /// The numbers of the words that ask a question, unless all do; reports them.
    fn interrogatives(&mut self, words: &[&Word], context: Context) -> Vec<usize> {
        if !context.relaxed || self.options.bare_words != BareWords::Remembered {
            return Vec::new();
        }
        let asking = question::interrogatives(words, context.strict);
        if asking.len() >= words.len() {
            return Vec::new();
        }
        let mut run: Option<(usize, Span)> = None;
        for &number in &asking {
            let Some(word) = words.get(number) else {
                continue;
            };
            run = match run {
                Some((last, span)) if last + 1 == number => Some((number, span.to(word.span))),
                other => {
                    self.report_question(other);
                    Some((number, word.span))
                }
            };
        }
        self.report_question(run);
        asking
    }

    fn report_question(&mut self, run: Option<(usize, Span)>) {
        if let Some((_, span)) = run {
            let kind = ProblemKind::Interrogative;
            self.problems.push(Problem { kind, span });
        }
    }

    /// Words with other forms among bare words, where abbreviations are expanded.
    fn matches(&self, words: &[&Word]) -> Vec<Match<'o>> {
        self.options
            .abbreviations
            .map_or_else(Vec::new, |table| alternatives::matches(words, table))
    }

    /// Whether the accents of another form must agree: the table knows them, even where the
    /// query was typed without.
    fn is_form_strict(&self, accents: Option<AccentMode>) -> bool {
        self.options.accents != Accents::Loose && accents != Some(AccentMode::Loose)
    }

    fn explain(&mut self, span: Span, form: &Form) {
        let why = if form.role == Role::Long {
            Why::WrittenOut
        } else {
            Why::Abbreviated
        };
        self.slots.expansions.push(Expansion {
            span,
            to: form.text.clone(),
            why,
        });
    }

    fn slots_of(&mut self, words: &[&Word], context: Context) -> Vec<Slot> {
        words
            .iter()
            .flat_map(|word| {
                let context = context.with(word.accents);
                self.slots.of(word, context.strict, context.literal)
            })
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

impl Context {
    /// The context of a part after an accent operator.
    fn with(self, accents: Option<AccentMode>) -> Self {
        match accents {
            None => self,
            Some(mode) => Self {
                strict: mode == AccentMode::Exact,
                literal: mode == AccentMode::Exact,
                ..self
            },
        }
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

/// Alternatives that are all words as one word with several keys.
fn one_word(plan: Plan) -> Plan {
    let Plan::Or(ways) = &plan else { return plan };
    let keys: Option<Vec<_>> = ways
        .iter()
        .map(|way| match way {
            Plan::Word(slot) => Some(slot.keys.clone()),
            _ => None,
        })
        .collect();
    match keys {
        Some(keys) => Plan::Word(Slot {
            keys: keys.concat().into_iter().collect(),
        }),
        None => plan,
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

/// Any of them, those that are alternatives themselves laid flat.
fn any(plans: Vec<Plan>) -> Option<Plan> {
    let mut flat: Vec<Plan> = Vec::new();
    for plan in plans {
        match plan {
            Plan::Or(inner) => flat.extend(inner),
            plan => flat.push(plan),
        }
    }
    if flat.len() > 1 {
        Some(Plan::Or(flat))
    } else {
        flat.pop()
    }
}
