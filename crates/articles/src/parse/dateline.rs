//! The dateline: the agency, place and day that open a news text, as in
//! "TTXVN- Chiều 25/3, …", "Hà Nội (TTXVN) - …" or "(TTXVN) - …".

use crate::names::{self, Marks};
use crate::provenance::Trace;
use crate::tidy::composed;
use crate::{Article, Published, dates};

/// The parts of a paragraph's dateline.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Dateline {
    pub agency: String,
    pub place: Option<String>,
    pub published: Option<Published>,
    /// Whether the paragraph is the summary or belongs to the body.
    pub marks: Marks,
}

/// Fills in missing fields.
pub(crate) fn apply(dateline: Dateline, article: &mut Article, trace: &mut Trace) {
    if article.agency.is_none() {
        article.agency = Some(dateline.agency);
        trace.field("agency", "dateline");
    }
    if let (None, Some(place)) = (&article.place, dateline.place) {
        article.place = Some(place);
        trace.field("place", "dateline");
    }
    if let (None, Some(date)) = (article.published, dateline.published) {
        article.published = Some(date);
        trace.field("published", "dateline");
    }
}

/// Maximum length of a dateline, in characters.
const REACH: usize = 160;

/// Reads the dateline of a paragraph. The paragraph keeps it: a search for its
/// words finds them.
pub(crate) fn read(paragraph: &str) -> Option<Dateline> {
    let end = paragraph.char_indices().nth(REACH);
    let head = end.map_or(paragraph, |(end, _)| {
        paragraph.get(..end).unwrap_or_default()
    });
    let head = composed(head);
    let head = head.trim_start_matches(['*', '"', '“', ' ']);
    named_first(head).or_else(|| place_first(head))
}

/// `TTXVN- `, `(TTXVN) - `, `TTXVN (Hà Nội) - `, `TTXVN, Hà Nội: `.
fn named_first(head: &str) -> Option<Dateline> {
    let (bare, bracketed) = match head.strip_prefix(['(', '[']) {
        Some(inner) => (inner.trim_start(), true),
        None => (head, false),
    };
    let (name, marks) = names::agency(bare)?;
    let mut rest = bare.get(name.len()..)?;
    let (mut place, mut published) = (None, None);
    if bracketed {
        rest = rest.trim_start().strip_prefix([')', ']'])?;
    } else if let Some(inner) = rest.trim_start().strip_prefix('(') {
        let (inside, after) = inner.split_once(')')?;
        // "TTXVN (Hà Nội 25/3) Sáng nay, …"
        let digits = inside.find(|c: char| c.is_ascii_digit());
        let (name, day) = inside.split_at(digits.unwrap_or(inside.len()));
        place = Some(place_name(name)?);
        published = Published::parse(day);
        rest = after;
    } else if let Some(after) = rest.strip_prefix(", ") {
        let end = after.find(['-', '–', '—', ':'])?;
        place = Some(place_name(after.get(..end)?)?);
        rest = after.get(end..)?;
    }
    let text = match strip_dash(rest) {
        Some(text) => text,
        // The signature of a text.
        None if rest.trim().is_empty() => return None,
        // Brackets alone set a name apart, and a place and day.
        None if bracketed || published.is_some() => rest.trim_start(),
        None => return None,
    };
    let published = published.or_else(|| dates::opening(text).map(|(date, _)| date));
    Some(Dateline {
        agency: name.to_owned(),
        place,
        published,
        marks,
    })
}

/// `Hà Nội (TTXVN) - `, `Hà Nội, ngày 25/3 (TTXVN) - `, `Hà Nội (TTXVN 25/3) - `, `TOKYO, Nhật Bản (AP) — `.
fn place_first(head: &str) -> Option<Dateline> {
    let (before, rest) = head.split_once('(')?;
    let (inside, rest) = rest.split_once(')')?;
    let inside = inside.trim().trim_start_matches("Theo ").trim();
    let (name, marks) = names::agency(inside)?;
    if inside.len() > name.len() + 20 {
        return None;
    }
    let text = strip_dash(rest)?;
    let mut published = Published::parse(inside.get(name.len()..)?);
    let mut place = String::new();
    for part in before.split(',').map(str::trim) {
        if !place.is_empty() && part.contains(|c: char| c.is_ascii_digit()) {
            published = Some(dates::opening(part)?.0);
        } else {
            place.push_str(if place.is_empty() { "" } else { ", " });
            place.push_str(&place_name(part)?);
        }
    }
    let published = published.or_else(|| dates::opening(text).map(|(date, _)| date));
    Some(Dateline {
        agency: name.to_owned(),
        place: Some(place),
        published,
        marks,
    })
}

/// The text after a dash that sets off a name: `- `, ` – `, `: `.
fn strip_dash(text: &str) -> Option<&str> {
    let spaced = text.starts_with(char::is_whitespace);
    let after = text.trim_start().strip_prefix(['-', '–', '—', ':'])?;
    (spaced || after.starts_with(char::is_whitespace)).then(|| after.trim_start())
}

/// A text, when it can be the name of a place.
pub(crate) fn place_name(text: &str) -> Option<String> {
    let text = text.trim().trim_end_matches([',', '.', ':']);
    (names::is_province(text) || is_name(text, 6)).then(|| text.to_owned())
}

/// Returns `true` if a text can be a proper name: a few words that all begin with
/// a capital letter.
pub(crate) fn is_name(text: &str, most_words: usize) -> bool {
    let mut words = 0;
    for word in text.split_whitespace() {
        if matches!(word, "-" | "–") {
            continue;
        }
        words += 1;
        let mut letters = word.chars();
        let capital = letters.next().is_some_and(char::is_uppercase);
        let plain = letters.all(|c| {
            c.is_alphanumeric()
                || matches!(c, '.' | '-' | '\'' | '’')
                || unicode_normalization::char::is_combining_mark(c)
        });
        if !capital || !plain {
            return false;
        }
    }
    (1..=most_words).contains(&words)
}

#[cfg(test)]
mod tests {
    use super::read;

    #[test]
    fn datelines_read_as_the_table_says() {
        for (text, agency, place, date) in [
            (
                "TTXVN (Hà Nội 25/3) Sáng nay, xã họp.",
                "TTXVN",
                "Hà Nội",
                "--03-25",
            ),
            (
                "Hà Nội (TTXVN 25/3/2026) - Xã họp.",
                "TTXVN",
                "Hà Nội",
                "2026-03-25",
            ),
            (
                "NORHAMN, Kavaria (AP) — Hai bên họp.",
                "AP",
                "NORHAMN, Kavaria",
                "",
            ),
            (
                "NORHAMN, Kavaria, 25/3 (AFP) – Hai bên họp.",
                "AFP",
                "NORHAMN, Kavaria",
                "--03-25",
            ),
            (
                "Hà Nội, ngày 25/3 (TTXVN) - Xã họp.",
                "TTXVN",
                "Hà Nội",
                "--03-25",
            ),
            ("(TTXVN) - Xã họp.", "TTXVN", "", ""),
        ] {
            let read = read(text).unwrap_or_else(|| panic!("{text} has a dateline"));
            assert_eq!(read.agency, agency, "{text}");
            assert_eq!(read.place.unwrap_or_default(), place, "{text}");
            let published = read.published.map(|date| date.to_string());
            assert_eq!(published.unwrap_or_default(), date, "{text}");
        }
        for text in [
            "(TTXVN)",
            "Xã họp (TTXVN)",
            "Ông Lê Mẫu, trưởng thôn (AP) - nói",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
