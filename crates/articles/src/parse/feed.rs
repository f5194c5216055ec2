//! The title of a feed, which names the newspaper and often a section.

use crate::names;

/// Signs between the parts of a title.
const SEPARATORS: &[&str] = &[" - ", " – ", " — ", " | ", " » ", " › ", " > ", ": "];

/// Parts that name neither: the front page, and what a feed is.
const OTHERS: &[&str] = &[
    "rss",
    "rss feed",
    "feed",
    "tin rss",
    "trang chu",
    "home",
    "trang nhat",
    "tin moi",
    "tin moi nhat",
    "tin nhanh",
    "tin tuc",
    "tin tuc moi nhat",
    "tin nong",
    "tin noi bat",
    "all",
    "tat ca",
];

/// The longest section that is not a known one, in words.
const LONGEST: usize = 5;

/// The newspaper, empty if the title names none, and the section.
pub(super) fn title(title: &str) -> (String, Option<String>) {
    let mut rest = title.trim();
    let mut section = None;
    while let Some((part, left)) = outer(rest) {
        if names::is_section(part) {
            section.get_or_insert_with(|| part.to_owned());
        } else if !OTHERS.contains(&names::fold(part).as_str()) {
            break;
        }
        rest = left;
    }
    rest = without_rss(rest);
    // A section of its own name, unless the part belongs to the paper's: "Báo Bà Rịa - Vũng Tàu".
    if let (None, Some((paper, part))) = (&section, split_last(rest))
        && names::paper(paper).is_some()
        && part.split_whitespace().count() <= LONGEST
        && !names::is_province(part)
    {
        return (paper.to_owned(), Some(part.to_owned()));
    }
    (rest.to_owned(), section)
}

/// The last or first part of a title that names a section or nothing, and the rest.
fn outer(title: &str) -> Option<(&str, &str)> {
    let known =
        |part: &str| names::is_section(part) || OTHERS.contains(&names::fold(part).as_str());
    let whole = without_rss(title);
    if !whole.is_empty() && known(whole) {
        return Some((whole, ""));
    }
    let last = split_last(title).map(|(left, part)| (part, left));
    let first = SEPARATORS
        .iter()
        .filter_map(|separator| title.split_once(separator))
        .min_by_key(|(part, _)| part.len());
    [last, first]
        .into_iter()
        .flatten()
        .map(|(part, left)| (without_rss(part), left.trim()))
        .find(|(part, _)| known(part))
}

/// The title before its last part, and that part.
fn split_last(title: &str) -> Option<(&str, &str)> {
    SEPARATORS
        .iter()
        .filter_map(|separator| title.rsplit_once(separator))
        .map(|(left, part)| (left.trim(), part.trim()))
        .min_by_key(|(_, part)| part.len())
}

/// A part without the word that says what a feed is.
fn without_rss(part: &str) -> &str {
    let part = part.trim();
    let part = [" RSS Feed", " RSS", " Feed", " rss"]
        .iter()
        .find_map(|ending| part.strip_suffix(ending))
        .unwrap_or(part);
    part.strip_prefix("RSS ").unwrap_or(part).trim()
}

#[cfg(test)]
mod tests {
    use super::title;

    #[test]
    fn titles_read_as_the_table_says() {
        for (text, paper, section) in [
            ("Báo Vĩnh An", "Báo Vĩnh An", ""),
            ("Báo Vĩnh An - Thời sự", "Báo Vĩnh An", "Thời sự"),
            ("Thời sự - Báo Vĩnh An RSS", "Báo Vĩnh An", "Thời sự"),
            (
                "Kinh tế | Báo Vĩnh An Online",
                "Báo Vĩnh An Online",
                "Kinh tế",
            ),
            ("Báo Vĩnh An: Thể thao", "Báo Vĩnh An", "Thể thao"),
            ("RSS Giáo dục » Vĩnh An mới", "Vĩnh An mới", "Giáo dục"),
            (
                "Vĩnh An Online - Trang chủ - RSS Feed",
                "Vĩnh An Online",
                "",
            ),
            ("Tin mới nhất - Báo Vĩnh An RSS", "Báo Vĩnh An", ""),
            (
                "Báo Vĩnh An - Chuyện bến nước",
                "Báo Vĩnh An",
                "Chuyện bến nước",
            ),
            ("Báo Bà Rịa - Vũng Tàu", "Báo Bà Rịa - Vũng Tàu", ""),
            (
                "Báo Bà Rịa - Vũng Tàu - Văn hóa",
                "Báo Bà Rịa - Vũng Tàu",
                "Văn hóa",
            ),
            (
                "Vĩnh An - tiếng nói của người dân phường",
                "Vĩnh An - tiếng nói của người dân phường",
                "",
            ),
            ("Thời sự", "", "Thời sự"),
            ("RSS", "", ""),
        ] {
            let (source, found) = title(text);
            assert_eq!(
                (source.as_str(), found.as_deref().unwrap_or("")),
                (paper, section),
                "{text}"
            );
        }
    }
}
