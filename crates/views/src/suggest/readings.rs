//! Readings of a query typed without accents: with accents, or as the keys of an input method.

use timbao_tokenizer::input_method::{Method, guess};
use timbao_tokenizer::restore::Reading;
use timbao_tokenizer::write_out;

use timbao_query::Node;

use crate::corpus::Result;

use super::frequencies::Frequencies;
use super::rows::{rows, stretches, with_words};
use super::suggestion::SuggestionKind;

/// The most words of a query that is read; longer ones are texts.
const MAX_WORDS: usize = 16;

/// Maximum distance of a reading from the best, in natural logarithms.
const MUCH_LESS_LIKELY: f64 = 7.0;

/// The tree with accents, in its `most` most likely readings, the best first.
///
/// Adjacent words are restored together. If there are several such runs, only
/// one at a time has a reading other than the best.
pub(super) fn accented(
    ast: &Node,
    frequencies: &Frequencies<'_>,
    most: usize,
) -> Result<Vec<Node>> {
    let rows = rows(ast);
    if rows.iter().map(Vec::len).sum::<usize>() > MAX_WORDS {
        return Ok(Vec::new());
    }
    // The position of each run, and its readings.
    let mut read: Vec<((usize, usize), Vec<Reading>)> = Vec::new();
    for (number, row) in rows.iter().enumerate() {
        for (at, words) in stretches(row) {
            let mut readings = frequencies.restore(&words, most)?;
            readings.retain(|reading| reading.count > 0);
            if !readings.is_empty() {
                read.push(((number, at), readings));
            }
        }
    }
    let mut ways: Vec<(f64, Vec<usize>)> = Vec::new();
    let best = vec![0; read.len()];
    if !read.is_empty() {
        ways.push((0.0, best.clone()));
    }
    for (stretch, (_, readings)) in read.iter().enumerate() {
        let first = readings.first().map_or(0.0, |reading| reading.score);
        for (number, reading) in readings.iter().enumerate().skip(1) {
            let mut way = best.clone();
            if let Some(choice) = way.get_mut(stretch) {
                *choice = number;
            }
            ways.push((first - reading.score, way));
        }
    }
    ways.retain(|(behind, _)| *behind < MUCH_LESS_LIKELY);
    ways.sort_by(|a, b| a.0.total_cmp(&b.0));
    ways.truncate(most);
    let ways = ways.iter();
    Ok(ways
        .map(|(_, way)| with_words(ast, &words_of(&read, way)))
        .collect())
}

/// The words of one way to read all stretches, with their places.
fn words_of(
    read: &[((usize, usize), Vec<Reading>)],
    way: &[usize],
) -> Vec<((usize, usize), String)> {
    let mut words = Vec::new();
    for (((row, at), readings), &choice) in read.iter().zip(way) {
        let exact = readings.get(choice).into_iter().flat_map(|r| &r.words);
        words.extend(
            (*at..)
                .zip(exact)
                .map(|(at, exact)| ((*row, at), write_out(exact))),
        );
    }
    words
}

/// The tree as it reads if it was typed with an input method that was off.
pub(super) fn input_method(ast: &Node) -> Option<(SuggestionKind, Node)> {
    let rows = rows(ast);
    let mut places = Vec::new();
    let mut typed: Vec<&str> = Vec::new();
    for (number, row) in rows.iter().enumerate() {
        for (at, word) in row.iter().enumerate() {
            if let Some(word) = word {
                places.push((number, at));
                typed.push(word);
            }
        }
    }
    let reading = guess(&typed.join(" "))?;
    let words: Vec<_> = places
        .into_iter()
        .zip(reading.text.split(' ').map(str::to_owned))
        .collect();
    let kind = match reading.method {
        Method::Telex => SuggestionKind::Telex,
        Method::Vni => SuggestionKind::Vni,
    };
    (words.len() == typed.len()).then(|| (kind, with_words(ast, &words)))
}
