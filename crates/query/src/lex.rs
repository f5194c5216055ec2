//! From the text of a query to tokens: operators, quoted text, and chunks of plain text.
//!
//! Adjacency distinguishes operators from punctuation: `-a` excludes, while in `a - b` and `a-b`
//! the dash is a dash; `title:a` is a field, while `Title: a` is text.

use timbao_tokenizer::{exact_key, scan};

use crate::plan::{Facet, NearOrder, Reach};

use crate::ast::{AccentMode, Scope, Span};
use crate::fields::Field;
use crate::problem::{Problem, ProblemKind};
use crate::{DEFAULT_NEAR, MAX_DISTANCE};

/// A token and its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Token {
    pub kind: TokenKind,
    pub span: Span,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TokenKind {
    Open,
    Close,
    And,
    Or,
    Not,
    Near {
        reach: Reach,
        order: NearOrder,
    },
    /// `ATLEAST/N`, before a part.
    AtLeast(u32),
    /// `-` or `!`, glued to what follows.
    Exclude,
    /// `+`, glued to what follows.
    Require,
    /// `~`, `=` or `==`, glued to a word or a quotation mark.
    Accents(AccentMode),
    /// A name and a colon, glued to what follows.
    Field(Field),
    /// A name of metadata and `=`, glued to a quotation mark.
    Is(Facet),
    /// A quotation: the text between the marks, and the slop after them.
    Quoted {
        inner: Span,
        slop: u32,
    },
    /// A regular expression: the text between the slashes.
    Regex {
        inner: Span,
    },
    /// Anything else up to white space, a parenthesis or a quotation mark.
    Text,
}

/// Splits a query into tokens.
pub(crate) fn tokens(text: &str, problems: &mut Vec<Problem>) -> Vec<Token> {
    let mut lexer = Lexer {
        text,
        at: 0,
        capitals: is_all_capitals(text),
        tokens: Vec::new(),
        problems,
    };
    while lexer.step() {}
    lexer.tokens
}

struct Lexer<'q> {
    text: &'q str,
    at: usize,
    /// Whether VÀ, HOẶC and KHÔNG are words of a headline in capitals.
    capitals: bool,
    tokens: Vec<Token>,
    problems: &'q mut Vec<Problem>,
}

impl Lexer<'_> {
    /// Reads the next token or white space; false at the end.
    fn step(&mut self) -> bool {
        let rest = self.rest(self.at);
        let Some(c) = rest.chars().next() else {
            return false;
        };
        let here = Span::new(self.at, self.at + c.len_utf8());
        match c {
            _ if is_space(c) => self.at = here.end,
            '(' => self.push(TokenKind::Open, here),
            ')' => self.push(TokenKind::Close, here),
            _ if is_quote(c) => self.quotation(c, here),
            _ => self.chunk(),
        }
        true
    }

    /// Reads a run of characters without white space, parentheses and quotation marks.
    fn chunk(&mut self) {
        let left = self
            .tokens
            .last()
            .filter(|token| token.span.end == self.at)
            .map(|token| token.kind);
        let is_fresh = matches!(left, None | Some(TokenKind::Open));
        let is_signed = matches!(left, Some(TokenKind::Exclude | TokenKind::Require));
        let is_value = matches!(left, Some(TokenKind::Field(Field::Scope(_))));
        let is_accents = matches!(left, Some(TokenKind::Accents(_)));
        let _ = (is_fresh || left == Some(TokenKind::Close)) && self.keyword()
            || (is_fresh || is_value) && self.sign()
            || (is_fresh || is_signed || is_value) && self.field()
            || (is_fresh || is_signed) && self.is()
            || (is_fresh || is_signed || is_value) && self.accents()
            || (is_fresh || is_signed || is_value || is_accents) && self.regex()
            || self.plain();
    }

    /// A regular expression between slashes, which make up a whole chunk.
    fn regex(&mut self) -> bool {
        let rest = self.rest(self.at);
        let Some(inner) = regex(rest) else {
            return false;
        };
        let start = self.at + 1;
        let end = start + inner.len();
        let span = Span::new(self.at, end + 1);
        let inner = Span::new(start, end);
        self.push(TokenKind::Regex { inner }, span);
        true
    }

    fn plain(&mut self) -> bool {
        let span = Span::new(self.at, self.chunk_end(self.at));
        self.push(TokenKind::Text, span);
        true
    }

    /// AND, OR, NOT, NEAR and their other forms, when they make up a whole chunk.
    fn keyword(&mut self) -> bool {
        let span = Span::new(self.at, self.chunk_end(self.at));
        let Some(mut kind) = keyword(span.of(self.text), self.capitals) else {
            return false;
        };
        if let TokenKind::Near {
            reach: Reach::Words(distance),
            ..
        } = &mut kind
        {
            *distance = self.bounded(*distance, span);
        }
        self.push(kind, span);
        true
    }

    fn sign(&mut self) -> bool {
        let mut chars = self.rest(self.at).chars();
        let kind = match chars.next() {
            Some('-' | '!') => TokenKind::Exclude,
            Some('+') => TokenKind::Require,
            _ => return false,
        };
        let glued = chars
            .next()
            .is_some_and(|c| is_word_start(c) || is_quote(c) || matches!(c, '~' | '=' | '('))
            || is_pattern(self.rest(self.at + 1));
        if glued {
            self.push(kind, Span::new(self.at, self.at + 1));
        }
        glued
    }

    fn accents(&mut self) -> bool {
        let mut chars = self.rest(self.at).chars();
        let mode = match chars.next() {
            Some('~') => AccentMode::Loose,
            Some('=') if chars.as_str().starts_with('=') => {
                chars.next();
                AccentMode::Verbatim
            }
            Some('=') => AccentMode::Exact,
            _ => return false,
        };
        let after = chars.as_str();
        let span = Span::new(self.at, self.at + self.rest(self.at).len() - after.len());
        match chars.next() {
            Some('(') => self.problem(ProblemKind::AccentsOfGroup, span),
            Some(c) if is_word_start(c) || is_quote(c) || is_pattern(after) => {
                self.push(TokenKind::Accents(mode), span);
                return true;
            }
            _ => {}
        }
        false
    }

    fn field(&mut self) -> bool {
        let chunk = Span::new(self.at, self.chunk_end(self.at));
        let Some((name, _)) = chunk.of(self.text).split_once(':') else {
            return false;
        };
        let is_name =
            |c: char| c.is_alphabetic() || c == '_' || ('\u{300}'..='\u{36F}').contains(&c);
        if name.is_empty() || !name.chars().all(is_name) {
            return false;
        }
        let span = Span::new(self.at, self.at + name.len() + 1);
        let glued = self.rest(span.end).chars().next().is_some_and(|c| {
            !is_space(c)
                && (!matches!(c, ')' | ':' | '/') || regex(self.rest(span.end)).is_some())
                && (c != '.' || self.rest(span.end).starts_with(".."))
        });
        match Field::named(name) {
            Some(field) if glued => self.push(TokenKind::Field(field), span),
            Some(_) if Field::is_technical(name) && chunk.end == span.end => {
                self.problem(ProblemKind::DetachedField, span);
                return false;
            }
            Some(_) => return false,
            None => {
                if let Some(meant) = Field::like(name).filter(|_| glued) {
                    let typed = Span::new(span.start, span.end - 1);
                    self.problem(ProblemKind::UnknownField(meant), typed);
                }
                return false;
            }
        }
        true
    }

    /// A name of metadata with `=`, before a quotation.
    fn is(&mut self) -> bool {
        let chunk = Span::new(self.at, self.chunk_end(self.at));
        let Some(name) = chunk.of(self.text).strip_suffix('=') else {
            return false;
        };
        let Some(Field::Scope(Scope::Facet(facet))) = Field::named(name) else {
            return false;
        };
        let is_glued = self.rest(chunk.end).starts_with(is_quote);
        if is_glued {
            self.push(TokenKind::Is(facet), chunk);
        }
        is_glued
    }

    fn quotation(&mut self, mark: char, here: Span) {
        let before = self
            .tokens
            .last()
            .filter(|token| token.span.end == here.start);
        let after_word = before.is_some_and(|token| token.kind == TokenKind::Text);
        let operator = before.is_some_and(|token| token.kind.takes_operand());
        let at_end = self
            .rest(here.end)
            .chars()
            .next()
            .is_none_or(|c| is_space(c) || c == ')');
        let closes = matches!(mark, '”' | '»') && !operator;
        if at_end && (after_word || closes) {
            self.problem(ProblemKind::StrayQuote, here);
            self.at = here.end;
            return;
        }
        let close = self.closing_mark(mark, here.end);
        let inner = Span::new(here.end, close.map_or(self.text.len(), |span| span.start));
        if close.is_none() {
            if scan(inner.of(self.text)).next().is_none() {
                self.problem(ProblemKind::StrayQuote, here);
                self.at = here.end;
                return;
            }
            self.problem(ProblemKind::UnclosedQuote, here);
        }
        let end = close.map_or(self.text.len(), |span| span.end);
        let digits = self.rest(end).strip_prefix('~').map_or(0, digits);
        let (slop, end) = match digits {
            0 => (0, end),
            digits => {
                let span = Span::new(end + 1, end + 1 + digits);
                (self.bounded(number(span.of(self.text)), span), span.end)
            }
        };
        self.push(
            TokenKind::Quoted { inner, slop },
            Span::new(here.start, end),
        );
    }

    /// The mark that closes a quotation: the next that should, else the next of the same
    /// kind, else the next of any kind.
    fn closing_mark(&self, mark: char, from: usize) -> Option<Span> {
        let rest = self.rest(from);
        let find = |closes: &dyn Fn(char) -> bool| {
            let (at, c) = rest.char_indices().find(|&(_, c)| closes(c))?;
            Some(Span::new(from + at, from + at + c.len_utf8()))
        };
        let partners: &[char] = match mark {
            '“' => &['”'],
            '„' | '‟' => &['“', '”'],
            '«' => &['»'],
            '»' => &['«'],
            _ => &[],
        };
        let partner = if partners.is_empty() {
            None
        } else {
            find(&|c| partners.contains(&c))
        };
        partner
            .or_else(|| find(&|c| is_quote(c) && quote_kind(c) == quote_kind(mark)))
            .or_else(|| find(&is_quote))
    }

    /// A distance, not larger than may be.
    fn bounded(&mut self, distance: u32, span: Span) -> u32 {
        if distance > MAX_DISTANCE {
            self.problem(ProblemKind::DistanceTooLarge, span);
        }
        distance.min(MAX_DISTANCE)
    }

    fn chunk_end(&self, from: usize) -> usize {
        let rest = self.rest(from);
        from + rest
            .find(|c| is_space(c) || is_quote(c) || matches!(c, '(' | ')'))
            .unwrap_or(rest.len())
    }

    fn rest(&self, from: usize) -> &str {
        self.text.get(from..).unwrap_or_default()
    }

    fn push(&mut self, kind: TokenKind, span: Span) {
        self.tokens.push(Token { kind, span });
        self.at = span.end;
    }

    fn problem(&mut self, kind: ProblemKind, span: Span) {
        self.problems.push(Problem { kind, span });
    }
}

impl TokenKind {
    /// Returns `true` for operators that apply to the adjacent text.
    pub(crate) fn takes_operand(self) -> bool {
        matches!(
            self,
            Self::Exclude | Self::Require | Self::Accents(_) | Self::Field(_) | Self::Is(_)
        )
    }
}

/// White space of a query; a zero-width space is one too.
pub(crate) fn is_space(c: char) -> bool {
    c.is_whitespace() || c == '\u{200B}'
}

/// Whether the word, standing alone, reads as an operator.
pub(crate) fn reads_as_operator(word: &str) -> bool {
    keyword(word, false).is_some()
}

/// The number of ASCII digits at the start of a text.
pub(crate) fn digits(text: &str) -> usize {
    text.bytes().take_while(u8::is_ascii_digit).count()
}

/// The number of some digits, however many they are.
pub(crate) fn number(digits: &str) -> u32 {
    digits.parse().unwrap_or(u32::MAX)
}

/// The operator of that name; only capitals count.
fn keyword(chunk: &str, capitals: bool) -> Option<TokenKind> {
    match chunk {
        "AND" | "&&" => return Some(TokenKind::And),
        "OR" | "||" => return Some(TokenKind::Or),
        "NOT" => return Some(TokenKind::Not),
        "NEAR" => {
            return Some(TokenKind::Near {
                reach: Reach::Words(DEFAULT_NEAR),
                order: NearOrder::Any,
            });
        }
        _ => {}
    }
    // The longest, HOẶC, is 9 bytes when decomposed.
    if chunk.len() > 32 || chunk.chars().any(char::is_lowercase) {
        return None;
    }
    if let Some((name, distance)) = chunk.split_once('/') {
        return keyword_with_number(name, distance);
    }
    match exact_key(chunk).as_str() {
        _ if capitals => None,
        "va\u{300}" => Some(TokenKind::And),
        "hoăc\u{323}" => Some(TokenKind::Or),
        "không" => Some(TokenKind::Not),
        _ => None,
    }
}

/// The operator with that name and, after a slash, that number or part of a text.
fn keyword_with_number(name: &str, number_or_part: &str) -> Option<TokenKind> {
    let is_number = !number_or_part.is_empty() && digits(number_or_part) == number_or_part.len();
    let is_named = |names: [&str; 2]| names.iter().any(|&n| exact_key(n) == exact_key(name));
    if is_named(["ATLEAST", "ÍT_NHẤT"]) {
        return is_number.then(|| TokenKind::AtLeast(number(number_or_part).max(1)));
    }
    let order = if is_named(["NEAR", "GẦN"]) {
        NearOrder::Any
    } else if is_named(["PRE", "TRƯỚC"]) {
        NearOrder::Typed
    } else if is_named(["NOTNEAR", "KHÔNG_GẦN"]) {
        NearOrder::Apart
    } else {
        return None;
    };
    let reach = match exact_key(number_or_part).as_str() {
        _ if is_number => Reach::Words(number(number_or_part)),
        "s" => Reach::Sentence,
        "p" => Reach::Paragraph,
        key if key == exact_key("CÂU") => Reach::Sentence,
        key if key == exact_key("ĐOẠN") => Reach::Paragraph,
        _ => return None,
    };
    Some(TokenKind::Near { reach, order })
}

/// The regular expression that a text starts with, if its slashes enclose a whole chunk.
pub(crate) fn regex(text: &str) -> Option<&str> {
    let inner = text.strip_prefix('/')?;
    let mut is_escaped = false;
    for (at, c) in inner.char_indices() {
        match c {
            _ if is_space(c) || is_quote(c) => return None,
            '/' if !is_escaped => {
                let mut after = inner.get(at + 1..)?.chars();
                let ends = after
                    .next()
                    .is_none_or(|c| is_space(c) || is_quote(c) || c == ')');
                return inner.get(..at).filter(|_| ends && at > 0);
            }
            _ => is_escaped = c == '\\' && !is_escaped,
        }
    }
    None
}

/// Whether a text starts with a regular expression, or with a word after `*`.
fn is_pattern(text: &str) -> bool {
    let word = text.trim_start_matches('*');
    regex(text).is_some() || word.len() < text.len() && word.starts_with(is_word_start)
}

/// Whether the query is a headline in capitals, in which VÀ is a word: four chunks or more
/// besides operators, and no small letter anywhere.
fn is_all_capitals(text: &str) -> bool {
    let is_plain = |chunk: &&str| scan(chunk).next().is_some() && keyword(chunk, false).is_none();
    !text.chars().any(char::is_lowercase)
        && text.split(is_space).filter(is_plain).take(4).count() == 4
}

/// Whether a word can begin so.
fn is_word_start(c: char) -> bool {
    c.is_alphanumeric()
}

/// Returns `true` for quotation marks of any kind.
pub fn is_quote(c: char) -> bool {
    quote_kind(c) != 0
}

/// Returns `true` if the last quotation mark of a text opens a quotation that is not closed.
pub fn has_open_quote(text: &str) -> bool {
    let mut open = 0;
    for kind in text.chars().map(quote_kind).filter(|&kind| kind != 0) {
        open = match open {
            0 => kind,
            same if same == kind => 0,
            other => other,
        };
    }
    open != 0
}

/// Marks of one kind close each other.
fn quote_kind(c: char) -> u8 {
    match c {
        '"' | '＂' => 1,
        '“' | '”' | '„' | '‟' => 2,
        '«' | '»' => 3,
        _ => 0,
    }
}
