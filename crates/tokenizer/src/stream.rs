//! The tokens as Tantivy wants them.

use tantivy_tokenizer_api::{Token as StreamToken, TokenStream, Tokenizer};

use crate::cache::KeyCache;
use crate::keys::Keys;
use crate::scanner::{Gap, Scanner, Token, scan};
use crate::wholes::{MAX_WHOLE_PARTS, Run, Whole};

/// A tokenizer for Tantivy with exact and folded keys at one position.
///
/// At each position the stream yields, in this order,
///
/// 1. the exact key of the token,
/// 2. its folded key, if it differs (a token without marks is its own folded key),
/// 3. the key of a [`Whole`] that begins at this token, exact and, if different, folded,
///    with the number of its parts as `position_length`.
///
/// So in one field `bạn` finds only bạn, `ban` finds bạn, bàn and ban, a phrase may mix
/// both, and 21-KL/TW is found whole and by its parts. The offsets are those of the source
/// text. Positions run without a hole, but leave [`PARAGRAPH_GAP`] free at each line
/// break, so that no phrase runs from one paragraph into the next.
///
/// ```
/// use tantivy_tokenizer_api::{TokenStream, Tokenizer};
/// use timbao_tokenizer::VietnameseTokenizer;
/// let mut tokenizer = VietnameseTokenizer::default();
/// let mut stream = tokenizer.token_stream("Hoà bình 3,5");
/// let mut seen = Vec::new();
/// stream.process(&mut |t| seen.push((t.position, t.text.clone())));
/// let seen: Vec<(usize, &str)> = seen.iter().map(|(p, t)| (*p, t.as_str())).collect();
/// assert_eq!(seen, [
///     (0, "hoa\u{300}"), (0, "hoa"), (1, "binh\u{300}"), (1, "binh"),
///     (2, "3"), (2, "3,5"), (3, "5"),
/// ]);
/// ```
#[derive(Clone, Debug, Default)]
pub struct VietnameseTokenizer {
    emit: Emit,
    cache: KeyCache,
}

/// The keys that a [`VietnameseTokenizer`] yields.
///
/// ```
/// assert_eq!(timbao_tokenizer::Emit::default(), timbao_tokenizer::Emit::Both);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Emit {
    /// Exact and folded keys at one position.
    #[default]
    Both,
    /// Exact keys only, for a field that respects accents.
    Exact,
    /// Folded keys only, for a field that ignores them.
    Folded,
}

/// The positions left free between two paragraphs.
///
/// ```
/// use tantivy_tokenizer_api::{TokenStream, Tokenizer};
/// use timbao_tokenizer::{PARAGRAPH_GAP, VietnameseTokenizer};
/// let mut tokenizer = VietnameseTokenizer::default();
/// let mut last = 0;
/// tokenizer.token_stream("a\nb").process(&mut |token| last = token.position);
/// assert_eq!(last, 1 + PARAGRAPH_GAP);
/// ```
pub const PARAGRAPH_GAP: usize = 10;

impl VietnameseTokenizer {
    /// Creates a tokenizer that yields the keys selected by `emit`.
    ///
    /// ```
    /// use tantivy_tokenizer_api::{TokenStream, Tokenizer};
    /// use timbao_tokenizer::{Emit, VietnameseTokenizer};
    /// let mut tokenizer = VietnameseTokenizer::new(Emit::Folded);
    /// let mut stream = tokenizer.token_stream("Hoà");
    /// assert!(stream.advance());
    /// assert_eq!(stream.token().text, "hoa");
    /// assert!(!stream.advance());
    /// ```
    pub fn new(emit: Emit) -> VietnameseTokenizer {
        VietnameseTokenizer {
            emit,
            cache: KeyCache::new(),
        }
    }
}

impl Tokenizer for VietnameseTokenizer {
    type TokenStream<'a> = VietnameseTokenStream<'a>;

    fn token_stream<'a>(&'a mut self, text: &'a str) -> VietnameseTokenStream<'a> {
        let mut scanner = scan(text);
        let ahead = scanner.next();
        VietnameseTokenStream {
            emit: self.emit,
            cache: &mut self.cache,
            scanner,
            ahead,
            run: Run::default(),
            whole: None,
            next: Next::Token,
            folded: String::new(),
            keys: Keys::new(),
            free_positions: 0,
            current: None,
            token: StreamToken::default(),
        }
    }
}

/// The stream of a [`VietnameseTokenizer`].
///
/// ```
/// use tantivy_tokenizer_api::{TokenStream, Tokenizer};
/// use timbao_tokenizer::{VietnameseTokenStream, VietnameseTokenizer};
/// let text = "tin vie\u{323}\u{302}t"; // decomposed
/// let mut tokenizer = VietnameseTokenizer::default();
/// let mut stream: VietnameseTokenStream = tokenizer.token_stream(text);
/// assert!(stream.advance() && stream.advance());
/// let token = stream.token();
/// assert_eq!(token.text, "viêt\u{323}"); // the exact key
/// assert_eq!(&text[token.offset_from..token.offset_to], "vie\u{323}\u{302}t"); // the source
/// ```
#[derive(Debug)]
pub struct VietnameseTokenStream<'a> {
    emit: Emit,
    cache: &'a mut KeyCache,
    scanner: Scanner<'a>,
    /// The token after the current one.
    ahead: Option<Token>,
    run: Run,
    /// The next whole of the run, which begins at the current token or later.
    whole: Option<Whole>,
    next: Next,
    /// The folded key to yield next.
    folded: String,
    /// The keys of a whole.
    keys: Keys,
    /// Positions left free so far.
    free_positions: usize,
    current: Option<Token>,
    token: StreamToken,
}

/// The next output of the stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Next {
    Token,
    Folded,
    Whole,
}

impl TokenStream for VietnameseTokenStream<'_> {
    fn advance(&mut self) -> bool {
        match self.next {
            Next::Token => return self.advance_token(),
            Next::Folded => {
                std::mem::swap(&mut self.token.text, &mut self.folded);
                let may_follow = self.token.position_length == 1 && self.whole_begins_here();
                self.next = if may_follow { Next::Whole } else { Next::Token };
            }
            Next::Whole => self.give_whole(),
        }
        true
    }

    fn token(&self) -> &StreamToken {
        &self.token
    }

    fn token_mut(&mut self) -> &mut StreamToken {
        &mut self.token
    }
}

impl VietnameseTokenStream<'_> {
    #[inline]
    fn advance_token(&mut self) -> bool {
        let Some(token) = self.ahead else {
            return false;
        };
        self.ahead = self.scanner.next();
        self.current = Some(token);
        if token.gap == Gap::Paragraph && token.position > 0 {
            self.free_positions += PARAGRAPH_GAP;
        }
        if !token.joined && self.ahead.is_some_and(|next| next.joined) {
            self.collect_run(token);
        }
        self.token.offset_from = token.start;
        self.token.offset_to = token.end;
        self.token.position = token.position as usize + self.free_positions;
        self.token.position_length = 1;
        self.token.text.clear();
        let keys = self.cache.keys(self.scanner.text(), &token);
        let first = if self.emit == Emit::Folded {
            keys.folded()
        } else {
            keys.exact()
        };
        self.token.text.push_str(first);
        self.next = if self.emit == Emit::Both && keys.is_marked() {
            self.folded.clear();
            self.folded.push_str(keys.folded());
            Next::Folded
        } else if self.whole_begins_here() {
            Next::Whole
        } else {
            Next::Token
        };
        true
    }

    /// Looks ahead for the tokens joined to `first` and the wholes they make.
    fn collect_run(&mut self, first: Token) {
        self.run.restart(Some(first));
        let rest = self.ahead.into_iter().chain(self.scanner.clone());
        for token in rest.take_while(|t| t.joined).take(MAX_WHOLE_PARTS) {
            self.run.push(token);
        }
        self.whole = self.run.next_whole(self.scanner.text());
    }

    fn whole_begins_here(&self) -> bool {
        let here = self.current.map(|token| token.position);
        self.whole
            .is_some_and(|whole| Some(whole.first_position) == here)
    }

    fn give_whole(&mut self) {
        self.next = Next::Token;
        let Some(whole) = self.whole else { return };
        self.whole = self.run.next_whole(self.scanner.text());
        self.keys.set_whole(self.scanner.text(), &whole);
        self.token.offset_to = whole.end;
        self.token.position_length = (whole.last_position - whole.first_position) as usize + 1;
        self.token.text.clear();
        let folded = self.emit == Emit::Folded;
        self.token.text.push_str(if folded {
            self.keys.folded()
        } else {
            self.keys.exact()
        });
        if self.emit == Emit::Both && self.keys.is_marked() {
            self.folded.clear();
            self.folded.push_str(self.keys.folded());
            self.next = Next::Folded;
        }
    }
}
