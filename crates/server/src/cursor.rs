//! Cursors: places in a list of the API, from which the next request continues.

use std::fmt;
use std::str::FromStr;

use timbao_views::ViewId;

/// Parameters that do not change which rows a list has, and in which order.
const NEUTRAL: [&str; 7] = [
    "cite", "cursor", "facet", "limit", "offset", "snippets", "view",
];

/// A place in a list. It is valid as long as the view is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Cursor {
    pub view: ViewId,
    /// Number of rows before the place.
    pub offset: usize,
    /// The fingerprint of the request.
    pub of: u32,
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{:x}-{:08x}", self.view, self.offset, self.of)
    }
}

impl FromStr for Cursor {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let mut parts = text.split('-');
        let (Some(view), Some(offset), Some(of), None) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(());
        };
        Ok(Self {
            view: view.parse().map_err(|_| ())?,
            offset: usize::from_str_radix(offset, 16).map_err(|_| ())?,
            of: u32::from_str_radix(of, 16).map_err(|_| ())?,
        })
    }
}

/// A hash of the parameters that decide about a list and its order.
pub(crate) fn fingerprint(pairs: &[(String, String)]) -> u32 {
    let pairs = pairs.iter();
    let mut deciding: Vec<_> = pairs
        .filter(|(name, _)| !NEUTRAL.contains(&name.as_str()))
        .collect();
    // Values of one parameter stay in their order, which may matter.
    deciding.sort_by_key(|(name, _)| name.as_str());
    let mut hasher = blake3::Hasher::new();
    for text in deciding.into_iter().flat_map(|(name, value)| [name, value]) {
        hasher.update(&text.len().to_le_bytes());
        hasher.update(text.as_bytes());
    }
    let hash = hasher.finalize();
    u32::from_be_bytes(hash.as_bytes().first_chunk().copied().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_is_read_as_it_is_written() {
        let cursor = Cursor {
            view: "9f".parse().unwrap(),
            offset: 20_000,
            of: 7,
        };
        assert_eq!(cursor.to_string(), "000000000000009f-4e20-00000007");
        assert_eq!(cursor.to_string().parse(), Ok(cursor));
        for text in [
            "",
            "9f",
            "9f-1",
            "9f-1-7-",
            "9f-x-7",
            "9f-1-fffffffff",
            "9f-fffffffffffffffff-7",
        ] {
            assert_eq!(text.parse::<Cursor>(), Err(()), "{text}");
        }
    }

    #[test]
    fn only_what_decides_about_a_list_is_in_its_fingerprint() {
        let of = |text: &str| {
            fingerprint(
                &form_urlencoded::parse(text.as_bytes())
                    .into_owned()
                    .collect::<Vec<_>>(),
            )
        };
        assert_eq!(
            of("q=a&sort=date&limit=5"),
            of("sort=date&q=a&limit=9&cite=true")
        );
        assert_ne!(of("q=a&q=b"), of("q=b&q=a"));
        assert_ne!(of("q=a"), of("q=a&sort=date"));
        assert_ne!(of("q=ab"), of("q=a&b="));
    }
}
