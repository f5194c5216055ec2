//! Values of fields of a page: their text, and values that say nothing.

use crate::tidy::{letters, one_line};

use super::dom;

/// A value of an attribute or of JSON on one line, without character
/// references and tags.
pub(super) fn plain_text(value: &str) -> String {
    if value.contains(['&', '<']) {
        let dom = dom::parse_fragment(value);
        one_line(dom.text(dom.root()))
    } else {
        one_line(value.to_owned())
    }
}

/// Compares texts by their letters.
pub(super) fn same(one: &str, other: &str) -> bool {
    one.len().abs_diff(other.len()) <= 40 && letters(one) == letters(other)
}

/// Returns `true` for an address of the web or an id in the page.
pub(super) fn is_address(text: &str) -> bool {
    text.starts_with("http://")
        || text.starts_with("https://")
        || text.starts_with("//")
        || text.starts_with('#')
        || text.starts_with("www.")
}

/// The address of a page without its fragment; `None` if it is relative.
pub(super) fn web_address(address: &str) -> Option<String> {
    let address = address.trim();
    let is_whole = address.starts_with("http://") || address.starts_with("https://");
    let page = address.split('#').next().unwrap_or_default();
    (is_whole && page.len() > "https://".len()).then(|| page.to_owned())
}

/// Returns `true` for the first step of a breadcrumb.
pub(super) fn is_front_page(name: &str) -> bool {
    matches!(
        name.trim().to_lowercase().as_str(),
        "trang chủ"
            | "trang chính"
            | "trang nhất"
            | "home"
            | "homepage"
            | "front page"
            | "blog"
            | "posts"
            | "bài viết"
            | ""
    )
}
