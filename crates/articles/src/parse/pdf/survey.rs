//! The shape of a document, surveyed before its objects are parsed.
//!
//! The parser of objects takes time and memory that nothing bounds for brackets without an end,
//! for long lists of pages, and for pages whose resources are large. Only damaged and hostile files
//! have these, so they are recognised here, in one pass over the bytes outside streams.

use crate::problem::{Fault, ProblemKind};

/// Brackets and strings without an end that are tolerated: each costs the parser a search of the
/// rest of the file.
const MOST_UNENDED: usize = 50;

/// Brackets inside each other.
const DEEPEST: usize = 256;

/// Longer strings and comments are searched for objects, as the parser repairs a file by searching
/// them too.
const LONG: usize = 4096;

/// Pages that a file may have: this many, and one per so many bytes. One takes up to 7 kB of
/// memory.
const PAGES: usize = 500;
const BYTES_PER_PAGE: usize = 320;

/// Bytes of shared objects that are parsed for the pages: this many, and per byte of the file.
const PARSED: usize = 32 << 20;
const PARSED_PER_BYTE: usize = 40;

/// The structure of a document.
#[derive(Debug, Default)]
pub(super) struct Survey {
    /// The length of the largest object in bytes.
    pub largest: usize,
    unended: usize,
    /// Entries of lists of pages.
    pages: usize,
    /// Objects with the content of a page, which are its pages if it has no list of them.
    contents: usize,
    /// Entries of arrays that are objects themselves, which a list of pages may refer to.
    entries: usize,
    has_list_elsewhere: bool,
}

impl Survey {
    /// Surveys the bytes from `at` to `end`, which have no streams in them; returns where the last
    /// object in them begins.
    ///
    /// # Errors
    ///
    /// If the parser would take too long for them.
    pub fn region(&mut self, bytes: &[u8], at: usize, end: usize) -> Result<usize, Fault> {
        let mut scanner = Scanner {
            survey: self,
            open: Vec::new(),
            list: None,
            before: Before::Nothing,
            object: at,
        };
        let mut rest = at;
        while rest < end {
            rest = scanner.token(bytes, rest, end)?;
        }
        let object = scanner.object;
        // The dictionary of a stream is whole, and other objects end before it.
        scanner.end_object(end)?;
        Ok(object)
    }

    /// Surveys the data of a stream, in which the parser searches for objects when it repairs a
    /// file.
    pub fn stream(&mut self, bytes: &[u8], at: usize, end: usize) -> Result<(), Fault> {
        let data = &bytes[at..end];
        let count = |mark: &[u8]| memchr::memmem::find_iter(data, mark).count();
        if count(b" obj") > 0 || count(b"<<") > 100 + data.len() / 4096 {
            self.region(bytes, at, end)?;
        }
        Ok(())
    }

    /// Checks the counts against the length of the file.
    ///
    /// # Errors
    ///
    /// If it has more pages, or more on them, than a file of its size may have.
    pub fn check(&self, size: usize) -> Result<(), Fault> {
        let listed = match self.has_list_elsewhere {
            true => self.pages + self.entries,
            false => self.pages,
        };
        let most = PAGES + size / BYTES_PER_PAGE;
        let pages = listed.max(self.contents);
        if pages > most {
            return Err(Fault::new(
                ProblemKind::TooLarge,
                format!(
                    "it lists {pages} pages, more than the {most} that a file of its size may have"
                ),
            ));
        }
        let parsed = pages.saturating_mul(self.largest);
        if parsed > PARSED + size.saturating_mul(PARSED_PER_BYTE) {
            return Err(Fault::new(
                ProblemKind::TooLarge,
                format!(
                    "it lists {pages} pages and has an object of {} bytes, more than a file of its size may have",
                    self.largest
                ),
            ));
        }
        Ok(())
    }
}

/// The kind of token before the current one.
#[derive(Clone, Copy, PartialEq)]
enum Before {
    Nothing,
    Kids,
    Contents,
}

/// A pass over a region.
struct Scanner<'s> {
    survey: &'s mut Survey,
    /// Brackets that are open, with their positions.
    open: Vec<(u8, usize)>,
    /// The number of open brackets in the list of pages, and whether it is one for sure.
    list: Option<(usize, bool)>,
    before: Before,
    /// Where the last object begins.
    object: usize,
}

impl Scanner<'_> {
    /// Reads a token; returns its end.
    fn token(&mut self, bytes: &[u8], at: usize, end: usize) -> Result<usize, Fault> {
        let before = std::mem::replace(&mut self.before, Before::Nothing);
        let after = match bytes[at] {
            byte if byte.is_ascii_whitespace() || byte == 0 => {
                self.before = before;
                at + 1
            }
            b'%' => {
                self.before = before;
                let line = memchr::memchr2(b'\n', b'\r', &bytes[at..end]);
                let after = line.map_or(end, |line| at + line);
                self.search(bytes, at, after)?;
                after
            }
            b'(' => match string_end(bytes, at, end) {
                Some(after) => {
                    self.search(bytes, at, after)?;
                    after
                }
                None => self.unended(1, at)?,
            },
            b'<' if bytes.get(at + 1) == Some(&b'<') => self.open(b'<', at, before)?,
            b'<' => match memchr::memchr(b'>', &bytes[at..end]) {
                Some(close) => at + close + 1,
                None => self.unended(1, at)?,
            },
            b'[' => self.open(b'[', at, before)?,
            b'>' if bytes.get(at + 1) == Some(&b'>') => {
                self.close(b'<', at + 2);
                at + 2
            }
            b']' => {
                self.close(b'[', at + 1);
                at + 1
            }
            b'/' => {
                let after = word_end(bytes, at + 1, end);
                self.before = match &*unescaped(&bytes[at + 1..after]) {
                    b"Kids" => Before::Kids,
                    b"Contents" => Before::Contents,
                    _ => Before::Nothing,
                };
                after
            }
            _ => {
                let after = word_end(bytes, at + 1, end);
                self.word(&bytes[at..after], after, before)?;
                after
            }
        };
        Ok(after)
    }

    fn word(&mut self, word: &[u8], after: usize, before: Before) -> Result<(), Fault> {
        match word {
            b"obj" | b"endobj" => self.end_object(after)?,
            b"R" => self.entry(),
            _ if word.ends_with(b"obj") => self.end_object(after)?,
            _ => {}
        }
        match before {
            Before::Kids => self.survey.has_list_elsewhere = true,
            Before::Contents if word[0].is_ascii_digit() => self.survey.contents += 1,
            _ => {}
        }
        Ok(())
    }

    fn open(&mut self, bracket: u8, at: usize, before: Before) -> Result<usize, Fault> {
        if bracket == b'<' {
            self.entry();
        }
        if self.open.len() >= DEEPEST {
            self.unended(1, at)?;
        } else {
            self.open.push((bracket, at));
        }
        if bracket == b'[' {
            self.survey.contents += usize::from(before == Before::Contents);
            if before == Before::Kids {
                self.list = Some((self.open.len(), true));
            } else if self.open.len() == 1 {
                self.list = Some((1, false));
            }
        }
        Ok(at + if bracket == b'<' { 2 } else { 1 })
    }

    fn close(&mut self, bracket: u8, after: usize) {
        if self.open.last().is_none_or(|(open, _)| *open != bracket) {
            return;
        }
        if self.list.is_some_and(|(depth, _)| depth == self.open.len()) {
            self.list = None;
        }
        if let Some((_, at)) = self.open.pop()
            && self.open.is_empty()
        {
            self.survey.largest = self.survey.largest.max(after - at);
        }
    }

    /// Counts a reference or dictionary in a list of pages.
    fn entry(&mut self) {
        match self.list {
            Some((depth, true)) if depth == self.open.len() => self.survey.pages += 1,
            Some((depth, false)) if depth == self.open.len() => self.survey.entries += 1,
            _ => {}
        }
    }

    /// Ends an object, with the brackets that are still open.
    fn end_object(&mut self, at: usize) -> Result<(), Fault> {
        let unended = self.open.len();
        if unended == 0 {
            self.object = at;
        }
        self.open.clear();
        self.list = None;
        self.unended(unended, at)?;
        Ok(())
    }

    /// Searches a long string or comment for objects, which do not end for the parser.
    fn search(&mut self, bytes: &[u8], at: usize, end: usize) -> Result<(), Fault> {
        if end - at > LONG {
            let objects = memchr::memmem::find_iter(&bytes[at..end], b" obj").count();
            self.unended(objects, at)?;
        }
        Ok(())
    }

    fn unended(&mut self, count: usize, at: usize) -> Result<usize, Fault> {
        self.survey.unended += count;
        if self.survey.unended > MOST_UNENDED {
            return Err(Fault::malformed(format!(
                "at byte {at} there are too many objects, brackets and strings without an end; \
                 save it again, or fetch it again"
            )));
        }
        Ok(at + 1)
    }
}

/// The end of the string that begins at `at`.
pub(super) fn string_end(bytes: &[u8], at: usize, end: usize) -> Option<usize> {
    let (mut rest, mut depth) = (at, 0_usize);
    loop {
        rest += memchr::memchr3(b'(', b')', b'\\', bytes.get(rest..end)?)?;
        match bytes[rest] {
            b'(' => depth += 1,
            b')' => depth -= 1,
            _ => rest += 1,
        }
        rest += 1;
        if depth == 0 {
            return Some(rest);
        }
    }
}

/// The end of a name, number or keyword.
pub(super) fn word_end(bytes: &[u8], at: usize, end: usize) -> usize {
    let ends = |byte: &u8| {
        byte.is_ascii_whitespace()
            || matches!(
                byte,
                0 | b'(' | b')' | b'<' | b'>' | b'[' | b']' | b'/' | b'%'
            )
    };
    let word = bytes[at..end].iter().position(ends);
    word.map_or(end, |word| at + word)
}

/// The names in bytes, each with the bytes after it.
pub(super) fn names(bytes: &[u8]) -> impl Iterator<Item = (Vec<u8>, &[u8])> {
    memchr::memchr_iter(b'/', bytes).map(|at| {
        let rest = &bytes[at + 1..];
        let end = rest
            .iter()
            .position(|b| !b.is_ascii_alphanumeric() && *b != b'#');
        let (name, after) = rest.split_at(end.unwrap_or(rest.len()));
        (unescaped(name), after)
    })
}

/// A name with its `#xx` resolved.
pub(super) fn unescaped(name: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(name.len());
    let mut rest = name;
    while let Some((byte, after)) = rest.split_first() {
        let code = after.get(..2).and_then(|hex| std::str::from_utf8(hex).ok());
        let code = code.and_then(|hex| u8::from_str_radix(hex, 16).ok());
        match code {
            Some(code) if *byte == b'#' => {
                out.push(code);
                rest = &after[2..];
            }
            _ => {
                out.push(*byte);
                rest = after;
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn survey(text: &str) -> Result<Survey, Fault> {
        let mut survey = Survey::default();
        survey.region(text.as_bytes(), 0, text.len())?;
        survey.check(text.len())?;
        Ok(survey)
    }

    #[test]
    fn lists_of_pages_and_objects_are_measured() {
        let found = survey(
            "1 0 obj<</Type/Pages/#4bids[3 0 R 4 0 R % a (comment\n<<>>]/A[9 0 R]>>endobj \
             3 0 obj<</Contents 5 0 R>>endobj 4 0 obj<</Contents[5 0 R]/T(Kids [ \\) \\()>>endobj",
        )
        .unwrap();
        assert_eq!((found.pages, found.contents, found.unended), (3, 2, 0));
        assert_eq!(
            found.largest,
            "<</Type/Pages/#4bids[3 0 R 4 0 R % a (comment\n<<>>]/A[9 0 R]>>".len()
        );
        let apart = survey("1 0 obj<</Kids 2 0 R>>endobj 2 0 obj[3 0 R 4 0 R]endobj").unwrap();
        assert!(apart.has_list_elsewhere);
        assert_eq!((apart.pages, apart.entries), (0, 2));
    }

    #[test]
    fn what_would_take_too_long_is_refused_with_its_place() {
        let many = MOST_UNENDED + 1;
        for (unit, count) in [
            ("1 0 obj[ ", many),
            ("1 0 obj( endobj ", many),
            ("1 0 obj<</A<a ", many),
            ("[", DEEPEST + many),
        ] {
            let fault = survey(&unit.repeat(count)).unwrap_err();
            assert_eq!(fault.kind, ProblemKind::Malformed, "{unit}");
            assert!(fault.message.starts_with("at byte "), "{}", fault.message);
            assert!(survey(&unit.repeat(MOST_UNENDED / 2)).is_ok(), "{unit}");
        }
        let hidden = format!("1 0 obj({})endobj", "1 0 obj[ ".repeat(2 * LONG));
        assert!(survey(&hidden).is_err());
        let pages = format!("1 0 obj<</Kids[{}]>>endobj", "<<>>".repeat(2 * PAGES));
        assert_eq!(survey(&pages).unwrap_err().kind, ProblemKind::TooLarge);
    }
}
