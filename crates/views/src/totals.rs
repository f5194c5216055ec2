//! Numbers of occurrences of units in the whole corpus.

use crate::corpus::{Corpus, NgramCount, Result};
use crate::lexicon::Lexicon;
use crate::units::Unit;

/// Units that are counted together.
const BATCH: usize = 128;

/// Counts units in the whole corpus, except those that cannot be among the `most` with the largest
/// value. `value` is called with the number of a unit and its total, or a smaller number; it must
/// not increase with the total, and returns `None` for units that are not wanted.
pub(crate) fn best_totals(
    corpus: &dyn Corpus,
    lexicon: &Lexicon,
    units: &[Unit],
    most: usize,
    value: impl Fn(usize, u64) -> Option<f64>,
) -> Result<Vec<Option<NgramCount>>> {
    let mut totals = vec![None; units.len()];
    let bounds = (0..units.len()).filter_map(|number| Some((value(number, 0)?, number)));
    let mut bounds: Vec<(f64, usize)> = bounds.collect();
    bounds.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    // The largest values of those that were counted, in descending order.
    let mut best: Vec<f64> = Vec::new();
    for batch in bounds.chunks(BATCH) {
        let least = most.checked_sub(1).and_then(|last| best.get(last));
        // Sums of logarithms are not exact.
        let is_bounded = |bound: f64| least.is_some_and(|least| bound < least - least.abs() * 1e-9);
        let open = batch.iter().take_while(|&&(bound, _)| !is_bounded(bound));
        let open: Vec<usize> = open.map(|&(_, number)| number).collect();
        let units = open.iter().filter_map(|&number| units.get(number));
        let keys: Vec<Vec<String>> = units.map(|unit| keys(lexicon, unit)).collect();
        let ngrams: Vec<&[String]> = keys.iter().map(Vec::as_slice).collect();
        for (&number, total) in open.iter().zip(corpus.ngram_counts(&ngrams)?) {
            totals[number] = Some(total);
            best.extend(value(number, total.positions));
        }
        if open.len() < batch.len() {
            break;
        }
        best.sort_by(|a, b| b.total_cmp(a));
        best.truncate(most);
    }
    Ok(totals)
}

fn keys(lexicon: &Lexicon, unit: &[u32]) -> Vec<String> {
    let words = unit.iter().filter_map(|&word| lexicon.key(word));
    words.map(str::to_owned).collect()
}
