//! A query together with its filters and options.

use std::borrow::Cow;

use crate::as_phrases::as_phrases;
use crate::ast::{AccentMode, Node, NodeKind};
use crate::filters::{FilterError, Filters};
use crate::lower::{lower, lower_within};
use crate::lowered::{Accents, LowerOptions, Lowered};
use crate::parse::{Parsed, parse};
use crate::plan::Plan;
use crate::problem::Problem;

/// A query, parsed and lowered with its filters and options, and the problems found on the way.
///
/// ```
/// use timbao_query::plan::Facet;
/// use timbao_query::{Filters, LowerOptions, Request};
///
/// let request = Request::new("\"tự diễn biến");
/// assert_eq!(request.plan().to_string(), "\"=tự =diễn =biến\"");
/// assert_eq!(request.problems().len(), 1); // the quotation mark is never closed
///
/// let filters = Filters::default().with(Facet::Place, "Cần Thơ");
/// let request = Request::with("tu dien bien", &filters, LowerOptions::default())?;
/// assert_eq!(
///     request.plan().to_string(),
///     "all(3 of [~tu ~dien ~bien], place(=cần =thơ))",
/// );
/// # Ok::<(), timbao_query::FilterError>(())
/// ```
#[derive(Debug, Clone)]
pub struct Request {
    text: String,
    ast: Node,
    options: LowerOptions<'static>,
    lowered: Lowered,
    problems: Vec<Problem>,
}

impl Request {
    /// A query without filters, with the default options. Every text is a query.
    pub fn new(text: impl Into<String>) -> Self {
        let text = text.into();
        let parsed = parse(&text);
        Self::lowered_from(text, parsed, LowerOptions::default())
    }

    /// A query narrowed by filters, as if they had been typed in it.
    ///
    /// # Errors
    ///
    /// If the value of a filter is not a date or has no word.
    pub fn with(
        text: impl Into<String>,
        filters: &Filters,
        options: LowerOptions<'static>,
    ) -> Result<Self, FilterError> {
        let text = text.into();
        let mut parsed = parse(&text);
        parsed.ast = filters.narrow(parsed.ast)?;
        Ok(Self::lowered_from(text, parsed, options))
    }

    fn lowered_from(text: String, parsed: Parsed, options: LowerOptions<'static>) -> Self {
        let Parsed { ast, mut problems } = parsed;
        let mut lowered = lower(&ast, &options);
        problems.append(&mut lowered.problems);
        Self {
            text,
            ast,
            options,
            lowered,
            problems,
        }
    }

    /// The query as typed, without the filters.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The syntax tree, which includes the filters.
    pub fn ast(&self) -> &Node {
        &self.ast
    }

    /// The syntax tree as a query that means the same without the option for accents: its words have the
    /// operator instead, if there is one for what the option does to them.
    ///
    /// ```
    /// use timbao_query::{Accents, Filters, LowerOptions, Request};
    ///
    /// let options = LowerOptions { accents: Accents::Loose, ..LowerOptions::default() };
    /// let request = Request::with("tham nhũng", &Filters::default(), options)?;
    /// assert_eq!(request.cited().to_string(), "~tham ~nhũng");
    /// # Ok::<(), timbao_query::FilterError>(())
    /// ```
    pub fn cited(&self) -> Cow<'_, Node> {
        let mode = match self.options.accents {
            Accents::Auto => return Cow::Borrowed(&self.ast),
            Accents::Strict => AccentMode::Exact,
            Accents::Loose => AccentMode::Loose,
        };
        let mut marked = self.ast.clone();
        mark(&mut marked, mode);
        let options = LowerOptions {
            accents: Accents::Auto,
            ..self.options.clone()
        };
        let read = parse(&marked.to_string()).ast;
        match lower(&read, &options).plan == self.lowered.plan {
            true => Cow::Owned(marked),
            false => Cow::Borrowed(&self.ast),
        }
    }

    /// The options it was lowered with.
    pub fn options(&self) -> &LowerOptions<'static> {
        &self.options
    }

    /// The meaning of the query: plan, accents, expansions.
    pub fn lowered(&self) -> &Lowered {
        &self.lowered
    }

    /// The plan that an engine executes.
    pub fn plan(&self) -> &Plan {
        &self.lowered.plan
    }

    /// The parts of the text that were read otherwise than typed, in the order of the text.
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }

    /// Returns `true` if there is neither a word nor a condition.
    pub fn is_empty(&self) -> bool {
        self.lowered.plan == Plan::Nothing
    }

    /// The plan, or every article if the request is empty.
    pub fn plan_or_everything(&self) -> Plan {
        match self.plan() {
            Plan::Nothing => Plan::Everything,
            plan => plan.clone(),
        }
    }

    /// The request as views that count matches read it: bare words side by side are a phrase, as
    /// if in quotation marks, and stand for no other form. It has no problems.
    ///
    /// A search accepts articles without some of the bare words; a count of that would be a count
    /// of single words.
    ///
    /// ```
    /// use timbao_query::Request;
    /// let request = Request::new("đại hội \"nhân sự\" khóa mới");
    /// let read = request.as_phrases();
    /// assert_eq!(read.plan().to_string(), "all(\"=đại =hội\", \"=nhân =sự\", \"=khóa =mới\")");
    /// ```
    #[must_use]
    pub fn as_phrases(&self) -> Self {
        let options = LowerOptions {
            expand_phrases: false,
            ..self.options.clone()
        };
        let ast = as_phrases(&self.ast, options.abbreviations);
        Self {
            text: self.text.clone(),
            lowered: lower_within(&ast, self.lowered.reading, &options),
            options,
            problems: Vec::new(),
            ast,
        }
    }

    /// The plan of [`as_phrases`](Self::as_phrases).
    pub fn view_plan(&self) -> Plan {
        self.as_phrases().lowered.plan
    }
}

/// Sets how accents are compared where the query does not say.
fn mark(node: &mut Node, mode: AccentMode) {
    match &mut node.kind {
        NodeKind::Word(word) => word.accents = word.accents.or(Some(mode)),
        NodeKind::Phrase(phrase) => phrase.accents = phrase.accents.or(Some(mode)),
        _ => {}
    }
    let children = node.children_mut().iter_mut();
    children.for_each(|child| mark(child, mode));
}
