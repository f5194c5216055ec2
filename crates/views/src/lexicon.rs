//! Exact keys, numbered.

use rustc_hash::FxHashMap;

/// Numbers exact keys in the order of their first use, so that views compare numbers instead of
/// strings.
#[derive(Debug, Default)]
pub struct Lexicon {
    numbers: FxHashMap<String, u32>,
    keys: Vec<String>,
    /// By part of the corpus and id there: the number plus one, once it is known.
    known: Vec<Vec<u32>>,
}

impl Lexicon {
    /// Creates an empty lexicon.
    pub fn new() -> Self {
        Self::default()
    }

    /// The number of a key.
    pub fn number(&mut self, key: &str) -> u32 {
        if let Some(&number) = self.numbers.get(key) {
            return number;
        }
        let number = self.keys.len() as u32;
        self.keys.push(key.to_owned());
        self.numbers.insert(key.to_owned(), number);
        number
    }

    /// Prepares to number the keys of a part of the corpus that has ids of its own for them.
    pub fn part(&mut self, part: usize, ids: usize) -> LexiconPart<'_> {
        if self.known.len() <= part {
            self.known.resize_with(part + 1, Vec::new);
        }
        let mut known = std::mem::take(&mut self.known[part]);
        known.resize(ids, 0);
        LexiconPart {
            lexicon: self,
            part,
            known,
        }
    }

    /// The key with that number.
    pub fn key(&self, number: u32) -> Option<&str> {
        self.keys.get(number as usize).map(String::as_str)
    }

    /// The keys by their numbers.
    pub fn keys(&self) -> &[String] {
        &self.keys
    }
}

/// The numbers of a part of the corpus.
#[derive(Debug)]
pub struct LexiconPart<'l> {
    lexicon: &'l mut Lexicon,
    part: usize,
    known: Vec<u32>,
}

impl LexiconPart<'_> {
    /// The number of the key with an id, which `key` returns.
    #[inline]
    pub fn number<'k>(&mut self, id: u32, key: impl FnOnce() -> &'k str) -> u32 {
        match self.known.get(id as usize) {
            Some(&known @ 1..) => known - 1,
            _ => self.learn(id, key()),
        }
    }

    #[cold]
    fn learn(&mut self, id: u32, key: &str) -> u32 {
        let number = self.lexicon.number(key);
        if let Some(known) = self.known.get_mut(id as usize) {
            *known = number + 1;
        }
        number
    }
}

impl Drop for LexiconPart<'_> {
    fn drop(&mut self) {
        if let Some(known) = self.lexicon.known.get_mut(self.part) {
            *known = std::mem::take(&mut self.known);
        }
    }
}
