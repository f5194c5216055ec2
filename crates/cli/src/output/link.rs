//! Hyperlinks in terminals (OSC 8).

use std::fmt;
use std::path::Path;

/// Text that opens an address when it is clicked.
pub(crate) struct Linked<'a, T> {
    /// The target; `None` for plain text.
    pub address: Option<&'a str>,
    /// The text.
    pub text: T,
}

impl<T: fmt::Display> fmt::Display for Linked<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.address {
            Some(address) => write!(f, "\x1b]8;;{address}\x1b\\{}\x1b]8;;\x1b\\", self.text),
            None => self.text.fmt(f),
        }
    }
}

/// The address of a web page, if it is one that may be linked to.
pub(crate) fn web_address(url: &str) -> Option<String> {
    let is_web = ["https://", "http://"].iter().any(|scheme| {
        url.get(..scheme.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(scheme))
    });
    (is_web && url.len() <= 2000)
        .then(|| percent_encoded(url.as_bytes(), b"%:/?#[]@!$&'()*+,;=-._~"))
}

/// The address of a file, if it is there.
pub(crate) fn file_address(path: &str) -> Option<String> {
    let path = std::fs::canonicalize(Path::new(path)).ok()?;
    let path = path.to_str()?;
    let path = path
        .strip_prefix(r"\\?\")
        .unwrap_or(path)
        .replace('\\', "/");
    let slash = if path.starts_with('/') { "" } else { "/" };
    Some(format!(
        "file://{slash}{}",
        percent_encoded(path.as_bytes(), b"/:-._~")
    ))
}

fn percent_encoded(bytes: &[u8], kept: &[u8]) -> String {
    let mut encoded = String::with_capacity(bytes.len());
    for &byte in bytes {
        if byte.is_ascii_alphanumeric() || kept.contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_cannot_end_the_sequence() {
        assert_eq!(
            web_address("https://bao.example/tin?a=1").as_deref(),
            Some("https://bao.example/tin?a=1")
        );
        assert_eq!(
            web_address("https://x/\x1b\\đ").as_deref(),
            Some("https://x/%1B%5C%C4%91")
        );
        assert_eq!(web_address("javascript:alert(1)"), None);
        assert_eq!(web_address("đ"), None);
    }

    #[test]
    fn links_wrap_their_text() {
        let link = Linked {
            address: Some("https://a.example"),
            text: "tin",
        };
        assert_eq!(
            link.to_string(),
            "\x1b]8;;https://a.example\x1b\\tin\x1b]8;;\x1b\\"
        );
        assert_eq!(
            Linked {
                address: None,
                text: "tin"
            }
            .to_string(),
            "tin"
        );
    }
}
