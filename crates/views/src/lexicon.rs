//! Exact keys, numbered.

use std::sync::Arc;

use rustc_hash::FxHashMap;

/// Numbers exact keys in the order of their first use, so that views compare numbers instead of
/// strings.
#[derive(Debug, Clone, Default)]
pub struct Lexicon {
    numbers: FxHashMap<Arc<str>, u32>,
    keys: Vec<Arc<str>>,
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
        let key: Arc<str> = key.into();
        self.keys.push(Arc::clone(&key));
        self.numbers.insert(key, number);
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

    /// Numbers the keys of another lexicon of the same corpus in their order, and returns their
    /// numbers.
    pub(crate) fn absorb(&mut self, other: &Self) -> Vec<u32> {
        let numbers = other.keys.iter().map(|key| self.number(key));
        let numbers: Vec<u32> = numbers.collect();
        let parts = other.known.iter().enumerate();
        for (part, known) in parts.filter(|(_, known)| !known.is_empty()) {
            let mut own = self.part(part, known.len());
            for (own, &other) in own.known.iter_mut().zip(known) {
                if let (0, Some(place)) = (*own, other.checked_sub(1)) {
                    *own = numbers.get(place as usize).map_or(0, |number| number + 1);
                }
            }
        }
        numbers
    }

    /// The key with that number.
    pub fn key(&self, number: u32) -> Option<&str> {
        self.keys.get(number as usize).map(AsRef::as_ref)
    }

    /// The keys by their numbers.
    pub fn keys(&self) -> &[Arc<str>] {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lexicons_of_parts_add_up_to_that_of_the_whole() {
        let keys = ["a", "b", "c", "d"];
        let read = |lexicon: &mut Lexicon, ids: &[u32]| {
            let mut part = lexicon.part(1, keys.len());
            let numbers = ids.iter().map(|&id| part.number(id, || keys[id as usize]));
            numbers.collect::<Vec<u32>>()
        };
        let [mut whole, mut first] = [Lexicon::new(), Lexicon::new()];
        read(&mut whole, &[2, 0, 3, 2, 1, 0]);
        read(&mut first, &[2, 0]);
        let mut second = Lexicon::new();
        let there = read(&mut second, &[3, 2, 1, 0]);
        let numbers = first.absorb(&second);
        assert_eq!(first.keys(), whole.keys());
        // Ids that only the second part had are known as well.
        assert_eq!(first.known, whole.known);
        let numbers: Vec<u32> = there.iter().map(|&at| numbers[at as usize]).collect();
        assert_eq!(numbers, read(&mut whole, &[3, 2, 1, 0]));
        // A part of the corpus that the other has not read stays known.
        first.absorb(&Lexicon::new());
        assert_eq!(first.known, whole.known);
    }
}
