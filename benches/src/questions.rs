//! Questions whose answer is in a known article: read from a file, or made of the articles' sentences.

use std::io;
use std::path::Path;

use timbao_articles::Article;
use timbao_tokenizer::fold;

use crate::data::Pair;
use crate::queries::Random;

/// Fewest words of a question.
const FEWEST: usize = 4;
/// Most words of a question before the interrogative, or after it.
const MOST: usize = 16;
/// Lines of a body whose sentences are considered: news answers questions first.
const LINES: usize = 6;

/// Reads lines of question and article id, separated by a tab.
///
/// # Errors
///
/// When the file cannot be read, or a line has no id.
pub fn read(path: &Path) -> io::Result<Vec<Pair>> {
    let text = std::fs::read_to_string(path)?;
    let lines = (1..)
        .zip(text.lines())
        .filter(|(_, line)| !line.trim().is_empty());
    let pair = |(number, line): (usize, &str)| {
        let (question, id) = line.split_once('\t').ok_or_else(|| {
            let reason = format!("{}:{number}: no tab before an id", path.display());
            io::Error::new(io::ErrorKind::InvalidData, reason)
        })?;
        Ok(pair(question.trim(), id.trim()))
    };
    lines.map(pair).collect()
}

/// Questions about the first sentences of articles drawn by a seed, at most `count`.
///
/// The answer is removed from a sentence and an interrogative put in its place: "X là Y" becomes
/// "X là gì?", "Trần Thị Mận đã họp …" becomes "Ai đã họp …?", "… họp tại Biển Xanh" becomes "…
/// họp ở đâu?", and "Ngày 3/5, họp …" becomes "họp … khi nào?".
pub fn generate(articles: &[Article], count: usize, seed: u64) -> Vec<Pair> {
    let mut random = Random::new(seed);
    let mut order: Vec<usize> = (0..articles.len()).collect();
    let mut pairs = Vec::new();
    for at in 0..order.len() {
        if pairs.len() == count {
            break;
        }
        let other = at + random.below(order.len() - at);
        order.swap(at, other);
        let article = &articles[order[at]];
        let sentences = article.body.lines().take(LINES).flat_map(|l| l.split(". "));
        let mut questions: Vec<String> = sentences.filter_map(question).collect();
        questions.retain(|question| question.split(' ').count() >= FEWEST);
        if !questions.is_empty() {
            let chosen = random.below(questions.len());
            pairs.push(pair(&questions[chosen], &article.id));
        }
    }
    pairs
}

fn pair(question: &str, id: &str) -> Pair {
    Pair {
        id: id.to_owned(),
        accented: question.to_owned(),
        unaccented: fold(question),
    }
}

/// The question that a sentence answers; the first rule that applies.
fn question(sentence: &str) -> Option<String> {
    let words: Vec<&str> = sentence.trim_end_matches('.').split_whitespace().collect();
    let until_comma = |words: &[&str]| {
        let mut taken = Vec::new();
        for word in words.iter().take(MOST) {
            taken.push(word.trim_end_matches(','));
            if word.ends_with(',') {
                break;
            }
        }
        taken.join(" ")
    };
    if words.first() == Some(&"Ngày") && words.get(1)?.starts_with(|c: char| c.is_ascii_digit()) {
        return Some(format!("{} khi nào?", until_comma(&words[2..])));
    }
    let names = words.iter().take_while(|word| is_name(word)).count();
    if (2..=5).contains(&names)
        && matches!(*words.get(names)?, "đã" | "sẽ" | "vừa" | "đang" | "nói")
    {
        return Some(format!("Ai {}?", until_comma(&words[names..])));
    }
    let has_pause = |words: &[&str]| words.iter().any(|word| word.ends_with([',', ':', ';']));
    if let Some(at) = words.iter().position(|word| *word == "là")
        && (1..=8).contains(&at)
        && !has_pause(&words[..at])
    {
        return Some(format!("{} là gì?", words[..at].join(" ")));
    }
    let is_place = |two: &[&str]| matches!(two[0], "tại" | "ở") && is_name(two[1]);
    let at = words.windows(2).position(is_place)?;
    let before = &words[..at];
    (before.len() <= MOST && !has_pause(before)).then(|| format!("{} ở đâu?", before.join(" ")))
}

fn is_name(word: &str) -> bool {
    word.starts_with(char::is_uppercase) && word.chars().all(char::is_alphanumeric)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_become_questions() {
        let made = |sentence| question(sentence).unwrap_or_default();
        assert_eq!(made("Sâu keo là một loài sâu hại"), "Sâu keo là gì?");
        assert_eq!(made("Trần Mận đã họp dân, rồi về."), "Ai đã họp dân?");
        assert_eq!(made("Đoàn họp dân tại Biển Xanh"), "Đoàn họp dân ở đâu?");
        assert_eq!(made("Ngày 3/5, huyện họp dân."), "huyện họp dân khi nào?");
        assert_eq!(made("Họp dân."), "");
    }

    #[test]
    fn a_line_is_a_question_and_an_id() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("questions.tsv");
        std::fs::write(&path, "Sâu keo là gì?\ta1\n\n").unwrap();
        let pairs = read(&path).unwrap();
        assert_eq!(pairs.len(), 1);
        assert_eq!(
            (&*pairs[0].id, &*pairs[0].unaccented),
            ("a1", "sau keo la gi?")
        );
        std::fs::write(&path, "Sâu keo là gì?\n").unwrap();
        assert!(
            read(&path)
                .unwrap_err()
                .to_string()
                .ends_with(":1: no tab before an id")
        );
    }
}
