//! The order of articles with equal scores.

/// The age that stands for day 0 in a key.
const AGE_OF_DAY_0: u32 = i32::MAX as u32 - 1;

/// Returns the tie-breaker of an article: of two articles with the same score, the one with the
/// smaller key comes first. Newer articles have smaller keys, undated ones the largest; within a
/// day a hash of the id decides, which does not depend on the order of indexing.
///
/// ```
/// use timbao_views::tie_key;
/// assert!(tie_key(Some(20_000), "a") < tie_key(Some(19_999), "a"));
/// assert!(tie_key(Some(19_999), "a") < tie_key(None, "a"));
/// ```
pub fn tie_key(day: Option<i32>, id: &str) -> u64 {
    // Undated articles come last; days are far from the ends of the range.
    let age = day.map_or(u32::MAX, |day| AGE_OF_DAY_0.wrapping_sub(day as u32));
    let hash = id.bytes().fold(0x811c_9dc5u32, |h, b| {
        (h ^ u32::from(b)).wrapping_mul(0x0100_0193)
    });
    u64::from(age) << 32 | u64::from(hash)
}

/// Returns the day of publication and the hash of the id of a [`tie_key`].
pub fn split_tie_key(tie: u64) -> (Option<i32>, u32) {
    let age = (tie >> 32) as u32;
    let day = (age != u32::MAX).then(|| AGE_OF_DAY_0.wrapping_sub(age) as i32);
    (day, tie as u32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn later_articles_come_first_and_undated_ones_last() {
        assert!(tie_key(Some(20_000), "a") < tie_key(Some(19_999), "a"));
        assert!(tie_key(Some(-3_000), "a") < tie_key(None, "a"));
        assert_eq!(tie_key(None, "a"), tie_key(None, "a"));
        assert_ne!(tie_key(None, "a"), tie_key(None, "b"));
        for day in [None, Some(20_000), Some(0), Some(-9_000)] {
            assert_eq!(split_tie_key(tie_key(day, "a")).0, day);
        }
    }
}
