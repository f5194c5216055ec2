//! The names of a publication, which are not those of its authors.

use crate::names::fold;
use crate::parse::text::{byline, without_label};

/// The names of the publication that a page is of.
#[derive(Default)]
pub(super) struct Site {
    names: Vec<String>,
}

impl Site {
    pub fn add_name(&mut self, name: &str) {
        let name = key(name);
        if name.len() >= 3 {
            self.names.push(name);
        }
    }

    /// Adds the name in an address: `songlam` of `https://www.songlam.vn/a`.
    pub fn add_address(&mut self, address: &str) {
        let host = address.split('/').nth(2).unwrap_or_default();
        let name = host.trim_start_matches("www.").split('.').next();
        self.add_name(name.unwrap_or_default());
    }

    /// The people in a list of authors; `None` if it names only the site or its
    /// editors.
    pub fn without(&self, authors: &str) -> Option<String> {
        let authors = byline(authors).unwrap_or_else(|| authors.to_owned());
        let authors = without_label(&authors);
        let people: Vec<&str> = authors
            .split([',', ';'])
            .map(|name| self.without_paper(name))
            .filter(|name| self.can_be_author(name))
            .collect();
        (!people.is_empty()).then(|| people.join(", "))
    }

    /// A name without the paper in brackets after it: "Lê Mẫu (Báo Sông Nhỏ) -".
    fn without_paper<'n>(&self, name: &'n str) -> &'n str {
        let (name, _) = crate::parse::text::without_note(name.trim());
        let name = name.trim_end_matches(['-', '–', '/', ' ']);
        let in_brackets = name.strip_suffix(')').and_then(|name| name.split_once('('));
        let Some((person, paper)) = in_brackets.or_else(|| name.split_once('/')) else {
            return name;
        };
        let (person, paper) = (person.trim(), paper.trim());
        let is_paper = crate::names::paper(paper).is_some() || self.has(paper);
        if is_paper { person } else { name }
    }

    fn can_be_author(&self, name: &str) -> bool {
        const LONGEST: usize = 60;
        let is_address = name.contains(['@', '/', '{', '<', '|', ':'])
            && crate::parse::text::split_agency(name).is_none()
            || super::values::is_address(name)
            || is_host(name);
        let digits = name.chars().filter(char::is_ascii_digit).count();
        (2..=LONGEST).contains(&name.chars().count())
            && name.contains(char::is_alphabetic)
            && !is_address
            && digits <= 2
            && !is_office(name)
            && !crate::names::is_button(name)
            && !self.has(name)
    }

    /// Returns `true` if a text is the site's name and nothing else.
    pub fn is_name(&self, text: &str) -> bool {
        self.names.contains(&key(text))
    }

    /// Returns `true` if a line signs a text with the name of the site: "(Báo Sông Lam)".
    pub fn signs(&self, line: &str) -> bool {
        let name = line.trim_matches(['(', ')', '.', ' ']);
        name.chars().count() >= 3 && self.is_name(name)
    }

    /// Returns `true` if a name is one of the site's.
    fn has(&self, name: &str) -> bool {
        const DISTINCT: usize = 6;
        let name = key(name);
        self.names.iter().any(|known| {
            *known == name
                || (name.len() >= DISTINCT && known.contains(&name))
                || (known.len() >= DISTINCT && name.contains(known.as_str()))
        })
    }
}

fn key(name: &str) -> String {
    fold(name)
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .collect()
}

fn is_host(name: &str) -> bool {
    const ENDINGS: &[&str] = &[".vn", ".com", ".net", ".org", ".info", ".gov"];
    !name.contains(' ')
        && ENDINGS
            .iter()
            .any(|ending| name.to_lowercase().ends_with(ending))
}

/// Returns `true` for the name of an office or account, and not of a person.
fn is_office(name: &str) -> bool {
    const NAMES: &[&str] = &[
        "admin",
        "administrator",
        "anonymous",
        "author",
        "ban bien tap",
        "bbt",
        "bien tap vien",
        "editor",
        "guest",
        "quan tri",
        "quan tri vien",
        "root",
        "super user",
        "superadmin",
        "tac gia",
        "toa soan",
        "unknown",
        "user",
        "webmaster",
        "none",
        "null",
    ];
    const OPENINGS: &[&str] = &[
        "bao ",
        "tap chi ",
        "cong thong tin",
        "trang tin",
        "ban bien tap",
        "dai phat thanh",
        "dai truyen hinh",
        "dai ptth",
        "thong tan xa",
    ];
    let lower = name.to_lowercase();
    let folded = fold(name);
    NAMES.contains(&folded.trim())
        // "Bảo An" is a person.
        || (OPENINGS.iter().any(|opening| folded.starts_with(opening)) && !lower.starts_with("bảo"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sites_are_not_authors() {
        let mut site = Site::default();
        site.add_name("Báo Sông Nhỏ");
        site.add_address("https://www.songnho.example/a.html");
        for (authors, people) in [
            ("Lê Mẫu", "Lê Mẫu"),
            ("Tác giả: Lê Mẫu", "Lê Mẫu"),
            ("By Lê Mẫu", "Lê Mẫu"),
            ("Được viết bởi Lê Mẫu", "Lê Mẫu"),
            ("Tác giả, Lê Mẫu", "Lê Mẫu"),
            ("Được viết bởi Super User", ""),
            ("Bởi", ""),
            ("Theodore", "Theodore"),
            ("Lê Mẫu, Báo Sông Nhỏ", "Lê Mẫu"),
            ("Lê Mẫu (Báo Sông Lớn) -", "Lê Mẫu"),
            ("Lê Mẫu / Báo Sông Lớn", "Lê Mẫu"),
            ("Lê Mẫu (ghi)", "Lê Mẫu"),
            ("Bảo An", "Bảo An"),
            ("SongNho", ""),
            ("Sông Nhỏ", ""),
            ("songnho.vn", ""),
            ("Báo Sông Lớn", ""),
            ("admin", ""),
            ("Ban Biên tập", ""),
            ("https://songnho.example/le-mau", ""),
            ("le.mau@songnho.example", ""),
        ] {
            assert_eq!(
                site.without(authors).unwrap_or_default(),
                people,
                "{authors}"
            );
        }
    }
}
