//! Words and phrases of plain text: tokens with the operators of the query language.

use timbao_tokenizer::scan;

use crate::ast::{AccentMode, Filler, Form, Node, NodeKind, Phrase, PhrasePart, Span, Word};
use crate::lex::{digits, is_space, number, reads_as_operator, regex};
use crate::pattern::word_regex;
use crate::problem::{Problem, ProblemKind};
use crate::{MAX_DISTANCE, MAX_FUZZY, MAX_PATTERNS, MAX_WORDS};

/// Punctuation that may end a word without being part of the word or its operator.
const PUNCTUATION: [char; 7] = [',', ';', ':', '.', '!', '?', '…'];

/// Collects words, up to a bound for the whole query.
pub(crate) struct Words<'q> {
    text: &'q str,
    taken: usize,
    full: bool,
    /// Number of words that stand for more than one.
    patterns: usize,
}

impl<'q> Words<'q> {
    /// Reads from that query.
    pub(crate) fn of(text: &'q str) -> Self {
        Self {
            text,
            taken: 0,
            full: false,
            patterns: 0,
        }
    }

    /// Counts something against [`MAX_WORDS`]; false, with one problem, when there is no
    /// room for it.
    pub(crate) fn has_room(
        &mut self,
        count: usize,
        span: Span,
        problems: &mut Vec<Problem>,
    ) -> bool {
        if !self.full && self.taken + count > MAX_WORDS {
            self.full = true;
            let rest = Span::new(span.start, self.text.len());
            problems.push(Problem {
                kind: ProblemKind::TooManyWords,
                span: rest,
            });
        }
        self.taken += if self.full { 0 } else { count };
        !self.full
    }

    /// The words of a chunk without white space. Tokens that are joined are one word, what
    /// only touches ("chào!Tôi", "a,b") is several; an ending `*` or `~N` belongs to the last.
    pub(crate) fn chunk(
        &mut self,
        chunk: Span,
        accents: Option<AccentMode>,
        problems: &mut Vec<Problem>,
    ) -> Vec<Word> {
        let text = chunk.of(self.text);
        let stars = text.len() - text.trim_start_matches('*').len();
        let has_stars = stars > 0
            && text
                .trim_start_matches('*')
                .starts_with(char::is_alphanumeric);
        let stars = if has_stars { stars } else { 0 };
        let chunk = Span::new(chunk.start + stars, chunk.end);
        let text = chunk.of(self.text);
        let (body, form) = split_form(text, chunk.start, problems);
        if let Some(star) = body.find('*') {
            let span = Span::new(chunk.start + star, chunk.start + star + 1);
            let kind = match scan(body).next() {
                None => ProblemKind::StarAlone,
                Some(_) => ProblemKind::MisplacedStar,
            };
            problems.push(Problem { kind, span });
        }
        let mut words = self.plain_words(body, chunk.start, accents, problems);
        if let Some(last) = words.last_mut() {
            last.form = form;
        }
        if let Some(first) = words.first_mut().filter(|_| has_stars) {
            first.form = match first.form {
                Form::Plain => Form::Suffix,
                Form::Prefix => Form::Infix,
                form => {
                    problems.push(Problem {
                        kind: ProblemKind::MisplacedStar,
                        span: Span::new(chunk.start - stars, chunk.start),
                    });
                    form
                }
            };
        }
        for word in &mut words {
            word.form = self.counted(word.form, word.span, problems);
            if word.form != Form::Plain && word.accents == Some(AccentMode::Verbatim) {
                problems.push(Problem {
                    kind: ProblemKind::CaseOfPattern,
                    span: word.span,
                });
            }
        }
        words
    }

    /// The words of a text that begins at `start`, within the limit.
    fn plain_words(
        &mut self,
        body: &str,
        start: usize,
        accents: Option<AccentMode>,
        problems: &mut Vec<Problem>,
    ) -> Vec<Word> {
        let mut words: Vec<Word> = Vec::new();
        for token in scan(body) {
            let span = Span::new(start + token.start, start + token.end);
            if !self.has_room(1, span, problems) {
                break;
            }
            match words.last_mut() {
                Some(word) if token.joined => word.span.end = span.end,
                _ => words.push(Word {
                    text: String::new(),
                    accents,
                    form: Form::Plain,
                    span,
                }),
            }
        }
        for word in &mut words {
            word.text = word.span.of(self.text).to_owned();
        }
        words
    }

    /// Counts a form against [`MAX_PATTERNS`]; beyond it, with one problem, the word is plain.
    fn counted(&mut self, form: Form, span: Span, problems: &mut Vec<Problem>) -> Form {
        self.patterns += usize::from(form != Form::Plain);
        if form == Form::Plain || self.patterns <= MAX_PATTERNS {
            return form;
        }
        if self.patterns == MAX_PATTERNS + 1 {
            problems.push(Problem {
                kind: ProblemKind::TooManyPatterns,
                span,
            });
        }
        Form::Plain
    }

    /// The word of a regular expression, between its slashes.
    pub(crate) fn regex(
        &mut self,
        inner: Span,
        accents: Option<AccentMode>,
        problems: &mut Vec<Problem>,
    ) -> Option<Word> {
        let pattern = inner.of(self.text);
        let span = Span::new(inner.start - 1, inner.end + 1);
        if !self.has_room(1, span, problems) {
            return None;
        }
        let kind = if word_regex(pattern).is_err() {
            Some(ProblemKind::InvalidRegex)
        } else if self.counted(Form::Regex, span, problems) == Form::Plain {
            return None;
        } else {
            let is_verbatim = accents == Some(AccentMode::Verbatim);
            is_verbatim.then_some(ProblemKind::CaseOfPattern)
        };
        problems.extend(kind.map(|kind| Problem { kind, span }));
        (kind != Some(ProblemKind::InvalidRegex)).then(|| Word {
            text: pattern.to_owned(),
            accents,
            form: Form::Regex,
            span,
        })
    }

    /// The phrase between quotation marks; `None` if it has no word.
    pub(crate) fn phrase(
        &mut self,
        inner: Span,
        slop: u32,
        accents: Option<AccentMode>,
        problems: &mut Vec<Problem>,
    ) -> Option<Phrase> {
        let mut parts: Vec<PhrasePart> = Vec::new();
        for piece in pieces(self.text, inner) {
            match piece {
                Piece::Chunk(chunk) => match filler(chunk, self.text, problems) {
                    Some(filler) => parts.push(PhrasePart::Gap(filler, chunk)),
                    None => {
                        let words = self.words_of(chunk, problems);
                        parts.extend(words.into_iter().map(PhrasePart::Word));
                    }
                },
                Piece::Group(ways) => parts.extend(self.group(ways, problems)),
            }
        }
        let is_word = |part: &PhrasePart| !matches!(part, PhrasePart::Gap(..));
        let first = parts.iter().position(is_word)?;
        let last = parts.iter().rposition(is_word)?;
        for (i, part) in parts.iter().enumerate() {
            if let PhrasePart::Gap(_, span) = part
                && !(first..=last).contains(&i)
            {
                problems.push(Problem {
                    kind: ProblemKind::GapAtEdge,
                    span: *span,
                });
            }
        }
        parts.truncate(last + 1);
        parts.drain(..first);
        Some(Phrase {
            parts,
            slop,
            accents,
        })
    }
}

/// A bare word; where the surroundings keep an operator's name from being one (AND in
/// "AND,"), it is put in lower case, in which it is printed as the word it is.
pub(crate) fn word_node(mut word: Word) -> Node {
    if word.form != Form::Regex && reads_as_operator(&word.text) {
        word.text = word.text.to_lowercase();
    }
    let span = word.span;
    Node::new(NodeKind::Word(word), span)
}

impl Words<'_> {
    /// The words of a chunk of a phrase.
    fn words_of(&mut self, chunk: Span, problems: &mut Vec<Problem>) -> Vec<Word> {
        let text = chunk.of(self.text);
        let (mode, signs) = match text.as_bytes() {
            [b'~', _, ..] => (Some(AccentMode::Loose), 1),
            [b'=', b'=', _, ..] => (Some(AccentMode::Verbatim), 2),
            [b'=', _, ..] => (Some(AccentMode::Exact), 1),
            _ => (None, 0),
        };
        let body = Span::new(chunk.start + signs, chunk.end);
        let trimmed = body.of(self.text).trim_end_matches(PUNCTUATION);
        if let Some(inner) = regex(trimmed) {
            let inner = Span::new(body.start + 1, body.start + 1 + inner.len());
            return self.regex(inner, mode, problems).into_iter().collect();
        }
        self.chunk(body, mode, problems)
    }

    /// Alternatives in parentheses; a single one is words as others are.
    fn group(&mut self, ways: Vec<Span>, problems: &mut Vec<Problem>) -> Vec<PhrasePart> {
        let mut found: Vec<Vec<Word>> = Vec::new();
        for way in ways {
            let chunks: Vec<Span> = chunks(self.text, way).collect();
            let words = chunks.into_iter().flat_map(|c| self.words_of(c, problems));
            let words: Vec<Word> = words.collect();
            if !words.is_empty() {
                found.push(words);
            }
        }
        match found.len() {
            0 | 1 => found.into_iter().flatten().map(PhrasePart::Word).collect(),
            _ => vec![PhrasePart::Any(found)],
        }
    }
}

/// A part of a phrase as typed.
enum Piece {
    /// A run without white space.
    Chunk(Span),
    /// Parentheses with `|` in them: the text of each alternative.
    Group(Vec<Span>),
}

/// The chunks and groups of a phrase. Other parentheses are punctuation.
fn pieces(text: &str, within: Span) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut at = within.start;
    while let Some(chunk) = chunks(text, Span::new(at, within.end)).next() {
        if let Some((ways, end)) = group(text, Span::new(chunk.start, within.end)) {
            pieces.push(Piece::Group(ways));
            at = end;
        } else {
            pieces.push(Piece::Chunk(chunk));
            at = chunk.end;
        }
    }
    pieces
}

/// The alternatives that a text starts with, and the end of their parentheses.
fn group(text: &str, within: Span) -> Option<(Vec<Span>, usize)> {
    if !within.of(text).starts_with('(') {
        return None;
    }
    let mut ways = Vec::new();
    let (mut at, mut start) = (within.start + 1, within.start + 1);
    let mut is_at_word = true;
    loop {
        let rest = Span::new(at, within.end).of(text);
        // Signs in a regular expression are part of it.
        if let Some(pattern) = regex(rest).filter(|_| is_at_word) {
            at += pattern.len() + 2;
            is_at_word = false;
            continue;
        }
        let c = rest.chars().next()?;
        is_at_word = is_space(c) || matches!(c, '|') || is_at_word && matches!(c, '=' | '~');
        match c {
            '(' => return None,
            '|' | ')' => {
                ways.push(Span::new(start, at));
                start = at + 1;
            }
            _ => {}
        }
        at += c.len_utf8();
        if c == ')' {
            return (ways.len() > 1).then_some((ways, at));
        }
    }
}

/// The runs without white space in a part of a text.
fn chunks(text: &str, within: Span) -> impl Iterator<Item = Span> {
    let mut at = within.start;
    std::iter::from_fn(move || {
        let rest = Span::new(at, within.end).of(text);
        let start = at + rest.find(|c| !is_space(c))?;
        let rest = Span::new(start, within.end).of(text);
        at = rest.find(is_space).map_or(within.end, |len| start + len);
        Some(Span::new(start, at))
    })
}

/// The gap a chunk of a phrase stands for: `*`, `**` or `**N`.
fn filler(chunk: Span, text: &str, problems: &mut Vec<Problem>) -> Option<Filler> {
    let chunk_text = chunk.of(text).trim_end_matches(PUNCTUATION);
    let rest = chunk_text.trim_start_matches('*');
    let stars = chunk_text.len() - rest.len();
    match (stars, rest) {
        (0, _) => None,
        (1, "") => Some(Filler::One),
        (_, "") => Some(Filler::Some),
        (2, rest) if digits(rest) == rest.len() => {
            let most = number(rest);
            if most > MAX_DISTANCE {
                problems.push(Problem {
                    kind: ProblemKind::DistanceTooLarge,
                    span: chunk,
                });
            }
            Some(Filler::UpTo(most.clamp(1, MAX_DISTANCE)))
        }
        _ => None,
    }
}

/// Removes an ending `*`, `~` or `~N` from a chunk; returns the text before it.
fn split_form<'t>(chunk: &'t str, start: usize, problems: &mut Vec<Problem>) -> (&'t str, Form) {
    let trimmed = chunk.trim_end_matches(PUNCTUATION);
    let ends_in_word = |body: &str| {
        scan(body)
            .last()
            .is_some_and(|token| token.end == body.len())
    };
    if let Some(body) = trimmed.strip_suffix('*') {
        let body = body.trim_end_matches('*');
        if ends_in_word(body) {
            return (body, Form::Prefix);
        }
    } else if let Some((body, distance)) = trimmed.rsplit_once('~')
        && digits(distance) == distance.len()
        && ends_in_word(body)
    {
        let distance = if distance.is_empty() {
            1
        } else {
            number(distance)
        };
        if distance > u32::from(MAX_FUZZY) {
            let span = Span::new(start + body.len(), start + trimmed.len());
            problems.push(Problem {
                kind: ProblemKind::FuzzyTooLarge,
                span,
            });
        }
        let form = match u8::try_from(distance).unwrap_or(MAX_FUZZY) {
            0 => Form::Plain,
            distance => Form::Fuzzy(distance.min(MAX_FUZZY)),
        };
        return (body, form);
    }
    (chunk, Form::Plain)
}
