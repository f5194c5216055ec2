//! From the tree to a plan: the meaning of the words of a query.

use std::borrow::Cow;

use smallvec::SmallVec;
use timbao_tokenizer::abbreviations::{Form, Role};
use timbao_tokenizer::scan;

use crate::plan::{
    Capitals, Facet, Filter, MinimumMatch, Near, NearOrder, Phrase, Plan, Reach, Slot, Step,
};

use crate::alternatives::{self, Match};
use crate::ast::{self, AccentMode, Filler, Node, NodeKind, PhrasePart, Scope, Span, Word};
use crate::lowered::{
    Accents, BareWords, Expansion, LowerOptions, Lowered, Reading, Why, minimum_match,
};
use crate::problem::{Problem, ProblemKind, tidy};
use crate::question;
use crate::shape::{collect_bare, has_position, reading_of};
use crate::slots::Slots;
use crate::{MAX_ALTERNATIVES, MAX_DISTANCE, MAX_SCANNED};

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
    let mut words = Vec::new();
    let is_alone = collect_bare(ast, &mut words) && words.len() == 1;
    lower_part(ast, is_alone, reading_of(ast, false), options)
}

/// Turns a part of a query into a plan, where accents are read as in the whole.
pub fn lower_within(ast: &Node, reading: Reading, options: &LowerOptions<'_>) -> Lowered {
    lower_part(ast, false, reading, options)
}

fn lower_part(ast: &Node, is_alone: bool, reading: Reading, options: &LowerOptions<'_>) -> Lowered {
    let mut lowering = Lowering {
        options,
        is_alone,
        slots: Slots::default(),
        problems: Vec::new(),
        alternatives_left: MAX_ALTERNATIVES,
        scanned_left: MAX_SCANNED,
    };
    let context = Context {
        strict: lowering.is_strict(reading),
        literal: false,
        cased: false,
        relaxed: true,
        within_text: false,
        facet: None,
    };
    let plan = lowering.node(ast, context).unwrap_or(Plan::Nothing);
    // The words of phrases with alternatives were read several times.
    let Slots {
        words, expansions, ..
    } = lowering.slots.distinct();
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
    /// Whether the query is one bare word.
    is_alone: bool,
    slots: Slots,
    problems: Vec<Problem>,
    /// Phrases that the alternatives within phrases may still stand for.
    alternatives_left: usize,
    /// Parts that may still be matched against the text of articles.
    scanned_left: usize,
}

/// The effect of the surroundings of a part.
#[derive(Clone, Copy)]
struct Context {
    /// Whether a word without an operator of its own is strict.
    strict: bool,
    /// Whether a word stands for no other spelling of it, as after `=`.
    literal: bool,
    /// Whether the case of a word counts, as after `==`.
    cased: bool,
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
            NodeKind::Near {
                operands,
                reach,
                order,
            } => self.near(operands, (*reach, *order), node.span, precise),
            NodeKind::AtLeast { count, value } => self.at_least(*count, value, precise),
            NodeKind::Has(stated) => Some(Plan::Filter(Filter::Has(*stated))),
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
            let mut others: Vec<Phrase> = Vec::new();
            let is_written_out = found
                .as_ref()
                .is_some_and(|f| matches!(f.role, Role::Long | Role::Same));
            if let (Some(found), Some(last)) = (found, typed.last()) {
                let strict = self.is_form_strict(word.accents);
                for form in found.forms {
                    others.push(alternatives::in_a_row(form, strict));
                    self.explain(word.span.to(last.span), form);
                }
            }
            if typed.len() == 1 && asking.contains(&next) {
                optional.push(items.len());
            }
            if is_written_out {
                // A written-out name counts as its words; its abbreviation counts as each of them.
                for word in typed {
                    let typed = self.adjacent(&[word], context);
                    items.extend(any_of(typed, &others));
                }
            } else {
                let typed = self.adjacent(typed, context);
                items.extend(any_of(typed, &others));
            }
            next = end;
        }
        let minimum = match self.options.bare_words {
            BareWords::Remembered if context.relaxed => {
                let required = items.len().saturating_sub(optional.len());
                minimum_match(required, !optional.is_empty())
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
            let phrases = self.without_alternatives(phrase, span);
            let ways = phrases
                .iter()
                .filter_map(|p| self.versions(p, span, context));
            return any(ways.collect());
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
        let phrases = self.without_alternatives(phrase, span);
        let filters = phrases.iter().filter_map(|phrase| {
            let words: Vec<&Word> = phrase.words().collect();
            let slots = self.slots_of(&words, context);
            (!slots.is_empty()).then_some(Plan::Filter(Filter::Facet { facet, slots }))
        });
        any(filters.collect())
    }

    /// A phrase without alternatives, and the same with abbreviations where these are expanded.
    fn versions(&mut self, phrase: &ast::Phrase, span: Span, context: Context) -> Option<Plan> {
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
                steps: steps.into_iter().flatten().collect(),
                slop: phrase.slop,
            }),
        );
        ways.retain(|way| self.has_room(way, span));
        any(ways)
    }

    /// Counts a phrase, NEAR or ATLEAST that is matched against the text of articles; reports if
    /// there are too many.
    fn has_room(&mut self, plan: &Plan, span: Span) -> bool {
        let is_scanned = match plan {
            Plan::Phrase(phrase) => !phrase.is_rigid(),
            Plan::Near(_) | Plan::AtLeast { .. } => true,
            _ => false,
        };
        if !is_scanned {
            return true;
        }
        if self.scanned_left == 0 {
            let kind = ProblemKind::TooManyScanned;
            self.problems.push(Problem { kind, span });
            return false;
        }
        self.scanned_left -= 1;
        true
    }

    /// The phrases that one with alternatives stands for, as far as [`MAX_ALTERNATIVES`] allows.
    fn without_alternatives<'p>(
        &mut self,
        phrase: &'p ast::Phrase,
        span: Span,
    ) -> Vec<Cow<'p, ast::Phrase>> {
        if !phrase
            .parts
            .iter()
            .any(|part| matches!(part, PhrasePart::Any(_)))
        {
            return vec![Cow::Borrowed(phrase)];
        }
        let mut ways: Vec<Vec<PhrasePart>> = vec![Vec::new()];
        let mut is_cut = false;
        for part in &phrase.parts {
            let PhrasePart::Any(alternatives) = part else {
                ways.iter_mut().for_each(|way| way.push(part.clone()));
                continue;
            };
            let room = self.alternatives_left.max(1);
            is_cut |= ways.len() * alternatives.len() > room;
            let longer = ways.iter().flat_map(|way| {
                alternatives.iter().map(|words| {
                    let words = words.iter().cloned().map(PhrasePart::Word);
                    way.iter().cloned().chain(words).collect()
                })
            });
            ways = longer.take(room).collect();
        }
        if ways.len() > 1 || is_cut {
            self.alternatives_left = self.alternatives_left.saturating_sub(ways.len());
        }
        if is_cut {
            let kind = ProblemKind::TooManyAlternatives;
            self.problems.push(Problem { kind, span });
        }
        let phrases = ways.into_iter().map(|parts| ast::Phrase {
            parts,
            ..phrase.clone()
        });
        phrases.map(Cow::Owned).collect()
    }

    fn phrase(&mut self, phrase: &ast::Phrase, context: Context) -> Phrase {
        Phrase {
            steps: self.steps(phrase, context).into_iter().flatten().collect(),
            slop: phrase.slop,
        }
    }

    /// Adjacent words, with their case where it counts.
    fn adjacent(&mut self, words: &[&Word], context: Context) -> Phrase {
        let mut steps: Vec<Step> = Vec::new();
        for word in words {
            let context = context.with(word.accents);
            let slots = self.slots.of(word, context.strict, context.literal);
            let has_case = context.cased && word.form == ast::Form::Plain;
            let parts = scan(if has_case { &word.text } else { "" }).map(|token| {
                let part = word.text.get(token.start..token.end).unwrap_or_default();
                Some(Capitals::of(part))
            });
            let parts = parts.chain(std::iter::repeat(None));
            steps.extend(slots.into_iter().zip(parts).map(|(slot, capitals)| Step {
                gap_min: 0,
                gap_max: 0,
                slot,
                capitals,
            }));
        }
        Phrase { steps, slop: 0 }
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
                // A phrase with alternatives was expanded before.
                PhrasePart::Any(_) => {}
                PhrasePart::Word(word) => {
                    let mut row = self.adjacent(&[word], context).steps;
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
        (reach, order): (Reach, NearOrder),
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
        let operands = operands.iter().map(|node| self.operand(node, context));
        let near = Plan::Near(Near {
            operands: operands.collect(),
            reach,
            order,
        });
        self.has_room(&near, span).then_some(near)
    }

    /// The words and phrases of a part that has to occur several times.
    fn at_least(&mut self, count: u32, value: &Node, context: Context) -> Option<Plan> {
        let (field, inner) = match &value.kind {
            NodeKind::Scoped {
                scope: Scope::Text(field),
                value,
            } if !context.within_text => (Some(*field), &**value),
            _ => (None, value),
        };
        if context.facet.is_some() || !has_position(inner) {
            let kind = ProblemKind::AtLeastOperand;
            let span = value.span;
            self.problems.push(Problem { kind, span });
            return self.node(value, context);
        }
        let phrases = self.operand(inner, context).into_iter();
        let mut plan = any(phrases.filter_map(in_a_row).collect())?;
        if let Some(field) = field {
            let inner = Box::new(plan);
            plan = Plan::In { field, plan: inner };
        }
        if count <= 1 {
            return Some(plan);
        }
        let plan = Box::new(plan);
        let plan = Plan::AtLeast { count, plan };
        self.has_room(&plan, value.span).then_some(plan)
    }

    /// An operand of NEAR as phrases, any of which may match; see [`has_position`].
    fn operand(&mut self, node: &Node, context: Context) -> Vec<Phrase> {
        match &node.kind {
            NodeKind::Word(word) => vec![self.adjacent(&[word], context)],
            NodeKind::Phrase(phrase) => {
                let phrases = self.without_alternatives(phrase, node.span);
                phrases.iter().map(|p| self.phrase(p, context)).collect()
            }
            NodeKind::Group(node) => self.operand(node, context),
            NodeKind::Sequence(nodes) => {
                let mut words = Vec::new();
                for node in nodes {
                    collect_bare(node, &mut words);
                }
                vec![self.adjacent(&words, context)]
            }
            NodeKind::Or(nodes) => {
                let phrases = nodes.iter().flat_map(|node| self.operand(node, context));
                alternatives_of(phrases.collect())
            }
            _ => Vec::new(),
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
        self.options.abbreviations.map_or_else(Vec::new, |table| {
            alternatives::matches(words, self.is_alone, table)
        })
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
                strict: mode != AccentMode::Loose,
                literal: mode != AccentMode::Loose,
                cased: mode == AccentMode::Verbatim,
                ..self
            },
        }
    }
}

/// Words as typed, or other forms of them. Single words are keys of one slot.
fn any_of(mut typed: Phrase, others: &[Phrase]) -> Option<Plan> {
    let mut ways = Vec::new();
    for other in others {
        match (typed.steps.as_mut_slice(), other.steps.as_slice()) {
            ([typed], [other]) if typed.capitals.is_none() && other.capitals.is_none() => {
                typed.slot.keys.extend(other.slot.keys.iter().cloned())
            }
            _ => ways.extend(in_a_row(other.clone())),
        }
    }
    ways.splice(..0, in_a_row(typed));
    any(ways)
}

/// Alternatives of an operand; single words in any case are keys of one slot.
fn alternatives_of(phrases: Vec<Phrase>) -> Vec<Phrase> {
    let is_word = |phrase: &Phrase| phrase.steps.len() == 1 && !phrase.has_case();
    let (words, mut phrases): (Vec<_>, Vec<_>) = phrases.into_iter().partition(is_word);
    let slots = words.into_iter().flat_map(|phrase| phrase.steps);
    let keys: SmallVec<_> = slots.flat_map(|step| step.slot.keys).collect();
    if !keys.is_empty() {
        phrases.insert(0, Phrase::exact([Slot { keys }]));
    }
    phrases
}

/// A phrase as a plan: a single word in any case is a word.
fn in_a_row(mut phrase: Phrase) -> Option<Plan> {
    match phrase.steps.len() {
        0 => None,
        1 if !phrase.has_case() => phrase.steps.pop().map(|step| Plan::Word(step.slot)),
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
