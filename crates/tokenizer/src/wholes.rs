//! Numbers, dates, document codes and joined names as wholes over their parts.
//!
//! The scanner yields the *parts* of 21-KL/TW, 25/3/2021 or 55.369 at
//! increasing positions, so that phrases can cross them and each part can be
//! found alone. A [`Whole`] is the span of all parts, with one key for all
//! spellings of the same number or date.

use crate::keys::Keys;
use crate::scanner::{Kind, Scanner, Token, scan};

/// A number, date, code or joined name that spans several tokens.
///
/// ```
/// use timbao_tokenizer::wholes;
/// let whole = wholes("tăng 3,5 %").next().expect("a number");
/// assert_eq!((whole.first_position, whole.last_position), (1, 2));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Whole {
    /// Position of its first token.
    pub first_position: u32,
    /// Position of its last token.
    pub last_position: u32,
    /// Byte offset of its first byte in the source text.
    pub start: usize,
    /// Byte offset just after its last byte in the source text.
    pub end: usize,
    /// The kind of composite token.
    pub kind: WholeKind,
}

/// The kind of a [`Whole`], which determines the form of its key.
///
/// ```
/// use timbao_tokenizer::{WholeKind, wholes};
/// let kinds: Vec<WholeKind> = wholes("T.Ư 25/3 19:30 Kon-Tum").map(|w| w.kind).collect();
/// use WholeKind::{Abbreviation, Date, Name, Time};
/// assert_eq!(kinds, [Abbreviation, Date, Time, Name]);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum WholeKind {
    /// 55.369 or 3,5: grouping signs are dropped from the key and the decimal sign is a comma.
    Number,
    /// 25/3, 25/3/2021, 3/2021, 25-3-2021, 2021-03-25: the key is d/m/y without leading zeros.
    Date,
    /// 19:30.
    Time,
    /// 21-KL/TW, 168/2024/NĐ-CP, 12/2015/QH13, COVID-19, R&D.
    Code,
    /// T.Ư, TP.HCM, U.S.
    Abbreviation,
    /// Kon-Tum, Biden-Harris, Ea H'leo.
    Name,
    /// vnexpress.net, lan@example.vn.
    Address,
}

/// The largest number of tokens a whole has; longer chains are only parts.
///
/// ```
/// let chain = ["a"; timbao_tokenizer::MAX_WHOLE_PARTS + 1].join("-");
/// assert_eq!(timbao_tokenizer::wholes(&chain).count(), 0);
/// ```
pub const MAX_WHOLE_PARTS: usize = 12;

/// Finds the wholes of `text`, in order.
///
/// ```
/// use timbao_tokenizer::{WholeKind, wholes};
/// let text = "Kết luận 21-KL/TW ngày 25/10/2021";
/// let found: Vec<_> = wholes(text).map(|w| (&text[w.start..w.end], w.kind)).collect();
/// assert_eq!(found, [("21-KL/TW", WholeKind::Code), ("25/10/2021", WholeKind::Date)]);
/// ```
pub fn wholes(text: &str) -> Wholes<'_> {
    Wholes {
        scanner: scan(text),
        run: Run::default(),
        held: None,
        done: false,
    }
}

/// The iterator over the wholes of a text that [`wholes`] returns.
///
/// ```
/// assert_eq!(timbao_tokenizer::wholes("25/3 và 26/3").count(), 2);
/// ```
#[derive(Clone, Debug)]
pub struct Wholes<'t> {
    scanner: Scanner<'t>,
    run: Run,
    held: Option<Token>,
    done: bool,
}

impl Iterator for Wholes<'_> {
    type Item = Whole;

    fn next(&mut self) -> Option<Whole> {
        loop {
            if let Some(whole) = self.run.next_whole(self.scanner.text()) {
                return Some(whole);
            }
            if self.done {
                return None;
            }
            self.run.restart(self.held.take());
            self.held = loop {
                match self.scanner.next() {
                    None => {
                        self.done = true;
                        break None;
                    }
                    Some(token) if token.joined => self.run.push(token),
                    // A single token is not a run: only the last one before
                    // joined ones matters.
                    Some(token) if self.run.len <= 1 => self.run.restart(Some(token)),
                    Some(token) => break Some(token),
                }
            };
        }
    }
}

/// A sequence of joined tokens, from which wholes are taken one after the other.
///
/// Callers that scan a text anyway collect the tokens of each run with this,
/// rather than scanning twice with [`wholes`].
///
/// ```
/// use timbao_tokenizer::{Run, scan};
/// let text = "ngày 25/3";
/// let mut run = Run::default();
/// for token in scan(text).skip(1) {
///     run.push(token);
/// }
/// let whole = run.next_whole(text).expect("a date");
/// assert_eq!((whole.first_position, whole.last_position), (1, 2));
/// assert_eq!(run.next_whole(text), None);
/// ```
#[derive(Clone, Debug, Default)]
pub struct Run {
    tokens: [Option<Token>; MAX_WHOLE_PARTS],
    /// Tokens pushed, which may be more than are kept.
    len: usize,
    /// Tokens already given out in wholes.
    taken: usize,
}

impl Run {
    /// Forgets the run and begins a new one.
    ///
    /// ```
    /// # use timbao_tokenizer::{Run, scan};
    /// let mut run = Run::default();
    /// run.restart(scan("25/3").next());
    /// assert_eq!(run.next_whole("25/3"), None); // one token is no whole
    /// ```
    pub fn restart(&mut self, first: Option<Token>) {
        self.len = 0;
        self.taken = 0;
        if let Some(token) = first {
            self.push(token);
        }
    }

    /// Adds the next token of the run. From the thirteenth on tokens are counted, not kept.
    ///
    /// ```
    /// # use timbao_tokenizer::{Run, scan};
    /// let mut run = Run::default();
    /// scan("25/3").for_each(|token| run.push(token));
    /// assert!(run.next_whole("25/3").is_some());
    /// ```
    pub fn push(&mut self, token: Token) {
        if let Some(slot) = self.tokens.get_mut(self.len) {
            *slot = Some(token);
        }
        self.len = self.len.saturating_add(1);
    }

    /// Takes the next whole out of the run; `text` is the text its tokens came from.
    ///
    /// ```
    /// # use timbao_tokenizer::{Run, WholeKind, scan};
    /// let text = "10.500-12.000"; // two numbers, joined
    /// let mut run = Run::default();
    /// scan(text).for_each(|token| run.push(token));
    /// assert_eq!(run.next_whole(text).map(|w| &text[w.start..w.end]), Some("10.500"));
    /// assert_eq!(run.next_whole(text).map(|w| &text[w.start..w.end]), Some("12.000"));
    /// ```
    pub fn next_whole(&mut self, text: &str) -> Option<Whole> {
        if self.len < 2 || self.len > MAX_WHOLE_PARTS {
            return None;
        }
        while self.taken + 1 < self.len {
            let rest = self.len - self.taken;
            // The longest whole that ends where the run ends or at a looser joint.
            for parts in (2..=rest).rev() {
                if parts < rest && !self.is_loose_joint(text, self.taken + parts) {
                    continue;
                }
                let pattern = Pattern::of(text, &self.tokens[self.taken..self.taken + parts]);
                if let Some((pattern, kind)) = pattern.and_then(|s| Some((s, s.kind()?))) {
                    self.taken += parts;
                    return Some(Whole {
                        first_position: pattern.first.position,
                        last_position: pattern.last.position,
                        start: pattern.first.start,
                        end: pattern.last.end,
                        kind,
                    });
                }
            }
            self.taken += 1;
            while self.taken < self.len && !self.is_loose_joint(text, self.taken) {
                self.taken += 1;
            }
        }
        None
    }

    /// Whether the joint before token `at` may separate two wholes, as in 22-25/3/2021 or TP.HCM-Đà Nẵng.
    fn is_loose_joint(&self, text: &str, at: usize) -> bool {
        let (Some(Some(left)), Some(Some(right))) = (self.tokens.get(at - 1), self.tokens.get(at))
        else {
            return false;
        };
        match joint(text, left, right) {
            '-' => true,
            '/' => left.kind != Kind::Number || right.kind != Kind::Number,
            _ => false,
        }
    }
}

impl Keys {
    /// Computes the keys of a whole; `text` is the text it was found in.
    ///
    /// All spellings of a number or date have one key. In the others each part has its own
    /// key and the connecting signs are unified: any hyphen or dash is `-`, any apostrophe `'`.
    ///
    /// ```
    /// use timbao_tokenizer::{Keys, wholes};
    /// let mut keys = Keys::new();
    /// let mut key = |text: &str| {
    ///     keys.set_whole(text, &wholes(text).next().expect("a whole"));
    ///     keys.folded().to_owned()
    /// };
    /// assert_eq!(key("55.369"), "55369");
    /// assert_eq!(key("3,50"), "3,50");
    /// assert_eq!(key("05/03/2021"), "5/3/2021");
    /// assert_eq!(key("168/2024/NĐ‑CP"), "168/2024/nd-cp");
    /// ```
    pub fn set_whole(&mut self, text: &str, whole: &Whole) {
        self.clear();
        let Some(slice) = text.get(whole.start..whole.end) else {
            return;
        };
        match whole.kind {
            WholeKind::Number => self.set_number(slice),
            WholeKind::Date => self.set_date(slice),
            _ => {
                let mut from = 0;
                for token in scan(slice) {
                    if let Some(sign) = slice.get(from..token.start).and_then(|s| s.chars().next())
                    {
                        self.append_verbatim(plain_sign(sign).encode_utf8(&mut [0; 4]));
                    }
                    self.append(slice.get(token.start..token.end).unwrap_or_default());
                    from = token.end;
                }
            }
        }
    }

    fn set_number(&mut self, slice: &str) {
        let decimal = decimal_sign(slice);
        for (i, c) in slice.char_indices() {
            if c.is_ascii_digit() {
                self.append_verbatim(c.encode_utf8(&mut [0; 4]));
            } else if Some(i) == decimal {
                self.append_verbatim(",");
            }
        }
    }

    fn set_date(&mut self, slice: &str) {
        let mut parts = [""; 3];
        let mut count = 0;
        for (to, part) in parts
            .iter_mut()
            .zip(slice.split(|c: char| !c.is_ascii_digit()))
        {
            *to = part.trim_start_matches('0');
            count += 1;
        }
        if parts[0].len() == 4 && count == 3 {
            parts.reverse();
        }
        for (i, part) in parts[..count].iter().enumerate() {
            if i > 0 {
                self.append_verbatim("/");
            }
            self.append_verbatim(part);
        }
    }
}

/// The appearance of the parts of a run and of the signs between them.
#[derive(Clone, Copy)]
struct Pattern {
    first: Token,
    last: Token,
    parts: usize,
    /// The values of the first parts, if all parts are ASCII numbers of at most nine digits.
    values: Option<[(u32, usize); 3]>,
    all_numbers: bool,
    any_digits: bool,
    all_capitals: bool,
    short_capitalised_head: bool,
    /// The one sign between all parts, or `None` if they differ.
    sign: Option<char>,
    /// Whether all signs are hyphens and apostrophes.
    name_signs: bool,
    /// Whether all signs can occur in a URL or mail address.
    address_signs: bool,
    is_number: bool,
}

impl Pattern {
    fn of(text: &str, tokens: &[Option<Token>]) -> Option<Pattern> {
        let (first, last) = (tokens.first().copied()??, tokens.last().copied()??);
        let mut pattern = Pattern {
            first,
            last,
            parts: tokens.len(),
            values: Some([(0, 0); 3]),
            all_numbers: true,
            any_digits: false,
            all_capitals: true,
            short_capitalised_head: false,
            sign: None,
            name_signs: true,
            address_signs: true,
            is_number: false,
        };
        let mut before: Option<Token> = None;
        let mut same_sign = true;
        for (i, token) in tokens.iter().enumerate() {
            let token = (*token)?;
            let slice = text.get(token.start..token.end)?;
            if let Some(left) = before {
                let sign = joint(text, &left, &token);
                same_sign &= pattern.sign.is_none_or(|known| known == sign);
                pattern.sign = Some(sign);
                pattern.address_signs &= matches!(sign, '.' | '@' | '_' | '-' | '/');
                pattern.name_signs &= matches!(sign, '-' | '\'');
            }
            before = Some(token);
            match slice.parse::<u32>() {
                Ok(value) if slice.len() <= 9 => {
                    if let Some(slot) = pattern.values.as_mut().and_then(|v| v.get_mut(i)) {
                        *slot = (value, slice.len());
                    }
                }
                _ => pattern.values = None,
            }
            pattern.all_numbers &= token.kind == Kind::Number;
            pattern.any_digits |= token.kind != Kind::Word;
            pattern.all_capitals &= slice.chars().all(|c| !c.is_lowercase());
            if i == 0 {
                pattern.short_capitalised_head =
                    slice.starts_with(char::is_uppercase) && slice.chars().nth(3).is_none();
            }
        }
        if !same_sign {
            pattern.sign = None;
        }
        let slice = text.get(first.start..last.end)?;
        pattern.is_number = pattern.all_numbers && is_number(slice);
        Some(pattern)
    }

    fn kind(&self) -> Option<WholeKind> {
        if self.all_numbers {
            return self.kind_of_numbers();
        }
        if self.sign == Some('.') && self.short_capitalised_head && !self.any_digits {
            return Some(WholeKind::Abbreviation);
        }
        if self.all_capitals && self.sign != Some('\'') {
            return Some(WholeKind::Code);
        }
        match self.sign {
            _ if self.name_signs && !self.any_digits => Some(WholeKind::Name),
            Some('.' | '@' | '_') if self.last.kind != Kind::Number => Some(WholeKind::Address),
            None if self.address_signs && !self.any_digits => Some(WholeKind::Address),
            _ if self.any_digits => Some(WholeKind::Code),
            _ => None,
        }
    }

    fn kind_of_numbers(&self) -> Option<WholeKind> {
        let date = self
            .values
            .is_some_and(|values| match (self.parts, self.sign) {
                (2, Some('/')) if is_day_month(values[0], values[1]) => true,
                (2, Some('/' | '-')) => is_month_year(values),
                (3, Some('/' | '-' | '.')) => {
                    let [a, b, c] = values;
                    (is_day_month(a, b) && (is_year(c) || c.1 == 2 && self.sign == Some('/')))
                        || (is_year(a) && is_day_month(c, b))
                }
                _ => false,
            });
        if date {
            return Some(WholeKind::Date);
        }
        if self.is_number {
            return Some(WholeKind::Number);
        }
        match (self.sign, self.values, self.parts) {
            (Some(':'), Some([(h, 1..=2), (m, 2), (s, _)]), 2 | 3)
                if h < 25 && m < 60 && s < 60 =>
            {
                Some(WholeKind::Time)
            }
            (Some(',') | None, ..) => None,
            _ => Some(WholeKind::Code),
        }
    }
}

fn is_day_month((day, day_len): (u32, usize), (month, month_len): (u32, usize)) -> bool {
    (1..=31).contains(&day) && (1..=12).contains(&month) && day_len <= 2 && month_len <= 2
}

fn is_month_year(values: [(u32, usize); 3]) -> bool {
    (1..=12).contains(&values[0].0) && values[0].1 <= 2 && is_year(values[1])
}

fn is_year((value, len): (u32, usize)) -> bool {
    len == 4 && (1000..=2999).contains(&value)
}

/// Whether digits, points and commas make a number: 55.369, 1.234.567,8, 1,234,567, 3,5, 3.5.
fn is_number(slice: &str) -> bool {
    if slice
        .bytes()
        .any(|b| !matches!(b, b'0'..=b'9' | b'.' | b','))
    {
        return false;
    }
    let whole_part = decimal_sign(slice).map_or(slice, |at| &slice[..at]);
    let fraction = decimal_sign(slice).map_or("", |at| &slice[at + 1..]);
    let mut groups = whole_part.split(['.', ',']);
    let head = groups.next().unwrap_or_default().len();
    let mut grouped = false;
    for group in groups {
        if group.len() != 3 {
            return false;
        }
        grouped = true;
    }
    let one_sign = !(whole_part.contains('.') && whole_part.contains(','));
    (head > 0 && (!grouped || head <= 3)) && one_sign && !fraction.contains(['.', ','])
}

/// Position of the decimal sign of a number.
///
/// A comma is decimal unless commas group (1,234,567); a point groups when three digits
/// follow it (55.369), as in Vietnamese, and is decimal otherwise (3.5).
fn decimal_sign(slice: &str) -> Option<usize> {
    let last = slice.rfind(['.', ','])?;
    let same = slice.as_bytes().get(last).copied()?;
    let repeated = slice.bytes().filter(|&b| b == same).count() > 1;
    let three_follow = slice.len() - last == 4;
    let mixed = slice[..last].contains(['.', ',']) && !repeated;
    match same {
        _ if repeated => None,
        b',' => Some(last),
        _ if mixed || !three_follow => Some(last),
        _ => None,
    }
}

/// The sign between two joined tokens, in its plain form; a space if there is none.
fn joint(text: &str, left: &Token, right: &Token) -> char {
    let between = text.get(left.end..right.start).unwrap_or_default();
    between.chars().next().map_or(' ', plain_sign)
}

fn plain_sign(sign: char) -> char {
    match sign {
        '\u{2010}' | '\u{2011}' | '–' => '-',
        '’' | 'ʼ' => '\'',
        sign => sign,
    }
}
