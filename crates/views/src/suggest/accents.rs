//! Accents of running text.

use timbao_tokenizer::{Gap, Kind, scan, write_out};

use crate::corpus::{Corpus, Result};

use super::frequencies::Frequencies;

/// Words that are read together, at most.
const STRETCH: usize = 200;

/// Returns `text` with the accents that its words most likely have in the corpus.
///
/// Words with accents and words that the corpus does not contain stay as they are, and so does
/// everything between words. Case is kept.
///
/// # Errors
///
/// If the engine fails.
pub fn restore_accents(corpus: &dyn Corpus, text: &str) -> Result<String> {
    let frequencies = Frequencies::new(corpus);
    let mut restored = String::with_capacity(text.len() + text.len() / 4);
    let mut copied = 0;
    let mut words: Vec<(usize, &str)> = Vec::new();
    let mut read = |words: &mut Vec<(usize, &str)>| -> Result<()> {
        let typed: Vec<&str> = words.iter().map(|(_, word)| *word).collect();
        let reading = frequencies.restore(&typed, 1)?.into_iter().next();
        let keys = reading.map(|reading| reading.words).unwrap_or_default();
        for ((start, word), key) in words.drain(..).zip(keys) {
            if word.is_ascii() && !key.is_ascii() {
                restored.push_str(text.get(copied..start).unwrap_or_default());
                restored.push_str(&in_case_of(word, &write_out(&key)));
                copied = start + word.len();
            }
        }
        Ok(())
    };
    for token in scan(text) {
        // Words on both sides of punctuation are not neighbours.
        if token.gap > Gap::Space || words.len() == STRETCH {
            read(&mut words)?;
        }
        if token.kind == Kind::Word && !token.joined {
            let word = text.get(token.start..token.end).unwrap_or_default();
            words.push((token.start, word));
        } else {
            read(&mut words)?;
        }
    }
    read(&mut words)?;
    restored.push_str(text.get(copied..).unwrap_or_default());
    Ok(restored)
}

/// A word in lower case with the case of another: all capitals, an initial capital, or none.
fn in_case_of(model: &str, word: &str) -> String {
    let is_upper = |c: char| c.is_uppercase();
    if model.chars().count() > 1 && model.chars().all(is_upper) {
        return word.to_uppercase();
    }
    let mut letters = word.chars();
    match letters.next() {
        Some(first) if model.starts_with(is_upper) => first.to_uppercase().chain(letters).collect(),
        _ => word.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::in_case_of;

    #[test]
    fn case_is_kept() {
        let restored = ["dang", "Dang", "DANG", "O"].map(|model| in_case_of(model, "đảng"));
        assert_eq!(restored, ["đảng", "Đảng", "ĐẢNG", "Đảng"]);
    }
}
