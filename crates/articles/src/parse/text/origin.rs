//! The line below a text that names where it was copied from: "Nguồn: Báo Sông Lam",
//! "Nguồn: <https://baosonglam.vn/tin.html>", "Theo Báo Sông Lam".

use super::run_in::{LEAST, ends_sentence};
use super::signature::{author_and_paper, is_paper, is_pen_name};
use crate::fields::{Draft, Field, is_address};
use crate::parse::wrap::Paragraph;
use crate::provenance::Trace;
use crate::{Article, names};

/// The newspaper that a line names, and the address of the article there.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Origin {
    source: Option<String>,
    agency: Option<String>,
    url: Option<String>,
}

impl Origin {
    /// Takes the address of the page off the top of a text.
    pub fn take_address(paragraphs: &mut Vec<Paragraph<'_>>, trace: &mut Trace) -> Option<String> {
        let first = paragraphs.first().filter(|_| paragraphs.len() > 1)?;
        let address = first.text.trim_matches(['<', '>', ' ']);
        let is_web = address.starts_with("http://") || address.starts_with("https://");
        if !is_web || address.contains(char::is_whitespace) {
            return None;
        }
        let address = of_address(address).url?;
        trace.field("url", "first line");
        paragraphs.remove(0);
        Some(address)
    }

    /// Takes the lines with source and address off the end of a text; the signature may be below each.
    pub fn take(paragraphs: &mut Vec<Paragraph<'_>>, trace: &mut Trace) -> Self {
        const LAST: usize = 2;
        const SHORTEST: usize = 3;
        let mut found = Self::default();
        for _ in 0..LAST {
            let count = paragraphs.len();
            let mut last = (count.saturating_sub(LAST).max(SHORTEST - 1)..count).rev();
            let origin = last.find_map(|at| {
                let line = &paragraphs.get(at)?.text;
                let owner = || rights(line).map(Self::of_paper);
                Some((at, read(line).or_else(owner)?))
            });
            let Some((at, origin)) = origin else { break };
            let line = paragraphs.remove(at);
            trace.dropped(&line.text);
            found.source = found.source.or(origin.source);
            found.agency = found.agency.or(origin.agency);
            found.url = found.url.or(origin.url);
        }
        found
    }

    /// Splits the name of the source off the end of a paragraph: "… của xã. (Nguồn: Báo Sông Lam)".
    /// Returns the text before it.
    pub fn split(paragraph: &str) -> Option<(&str, Self)> {
        const STARTS: &[&str] = &[" (", " Nguồn:", " Nguồn tin:"];
        const LONGEST: usize = 160;
        if paragraph.len() < LEAST {
            return None;
        }
        let at = STARTS
            .iter()
            .filter_map(|start| paragraph.rfind(start))
            .min_by_key(|at| paragraph.len() - at)
            .filter(|at| paragraph.len() - at <= LONGEST)?;
        let (text, line) = paragraph.split_at_checked(at)?;
        let text = text.trim_end();
        let line = line.trim();
        let is_closed = !line.starts_with('(') || line.trim_end_matches('.').ends_with(')');
        if !is_closed || !ends_sentence(text) {
            return None;
        }
        let line = line.trim_end_matches('.');
        let name = line.trim_matches(['(', ')']).trim();
        let name = name.strip_prefix("Theo ").unwrap_or(name);
        let is_agency = names::agency(name).is_some_and(|(agency, _)| agency == name);
        let origin = match is_agency {
            true => Self {
                agency: Some(name.to_owned()),
                ..Self::default()
            },
            false => read(line)?,
        };
        Some((text, origin))
    }

    pub(super) fn of_paper(name: &str) -> Self {
        Self {
            source: Some(name.to_owned()),
            ..Self::default()
        }
    }

    /// Offers the newspaper and the agency; the page has an address of its own.
    pub fn offer(self, rank: u8, draft: &mut Draft, trace: &mut Trace) {
        let from = "line below the text";
        for (field, value) in [(Field::Source, self.source), (Field::Agency, self.agency)] {
            if let Some(value) = value {
                draft.offer(field, rank, value, from, trace);
            }
        }
    }

    /// Fills in the fields that the text does not state otherwise.
    pub fn apply(self, article: &mut Article, trace: &mut Trace) {
        for (field, value, own) in [
            ("source", self.source, &mut article.source),
            ("agency", self.agency, &mut article.agency),
            ("url", self.url, &mut article.url),
        ] {
            if let (Some(value), None) = (value, &own) {
                *own = Some(value);
                trace.field(field, "line below the text");
            }
        }
    }
}

/// The newspaper that a note after a signature names: "T.L (Theo Báo Sông Lam)".
pub(super) fn noted(line: &str) -> Origin {
    const LONGEST: usize = 160;
    let note = line
        .trim()
        .strip_suffix(')')
        .and_then(|line| line.rsplit_once('('));
    let note = note.filter(|(name, _)| !name.is_empty() && line.len() <= LONGEST);
    let paper = |note: &str| {
        names::paper(note).is_some().then(|| Origin {
            source: Some(note.to_owned()),
            ..Origin::default()
        })
    };
    let origin = note.and_then(|(_, note)| read(note).or_else(|| paper(note)));
    let origin = origin.or_else(|| paper(author_and_paper(line)?.1));
    origin.unwrap_or_default()
}

/// The newspaper that a line with a label names.
pub(crate) fn source(line: &str) -> Option<String> {
    read(line)?.source
}

/// The newspaper that has the rights to a text: "© Bản quyền thuộc Báo Sông Lam".
pub(crate) fn rights(line: &str) -> Option<&str> {
    const LABELS: &[&str] = &[
        "Bản quyền",
        "Copyright",
        "thuộc về",
        "thuộc",
        "của",
        "bởi",
        "by",
        "©",
        "(c)",
    ];
    if line.len() > 160 {
        return None;
    }
    let mut rest = line.trim();
    let labels = |rest: &mut &str| {
        let bare = LABELS.iter().find_map(|label| rest.strip_prefix(label));
        let bare = bare.unwrap_or(rest);
        let bare = bare.trim_start_matches(|c: char| c.is_ascii_digit() || " -–:,".contains(c));
        let is_shorter = bare.len() < rest.len();
        *rest = bare;
        is_shorter
    };
    let mut is_labelled = false;
    while labels(&mut rest) {
        is_labelled = true;
    }
    let paper = rest
        .split(['.', ',', ';', '|', '-', '–', '('])
        .next()?
        .trim();
    let is_paper = is_labelled && paper.split_whitespace().count() <= LONGEST;
    (is_paper && names::paper(paper).is_some()).then_some(paper)
}

/// Longest name of a source, in words.
const LONGEST: usize = 10;

/// Labels of the source, folded.
const LABELS: &[&str] = &[
    "nguon",
    "nguon tin",
    "nguon bai viet",
    "nguon bai",
    "link goc",
    "link bai goc",
    "link",
    "bai goc",
    "xem bai goc tai",
    "xem bai goc",
    "dan nguon",
    "source",
    "url",
    "duong dan",
    "duong dan bai viet",
    "link bai viet",
];

/// What the name of a site ends with, in lower case.
const ENDS: &[&str] = &[" online", " điện tử", " news", " express", " times", "+"];

/// Reads a line that names where a text is from.
pub(crate) fn read(line: &str) -> Option<Origin> {
    let is_bracketed = line.trim().starts_with('(') && line.trim().ends_with(')');
    let line = line
        .trim()
        .trim_matches(['(', ')', '[', ']', '*', '_'])
        .trim();
    if is_address(line) && line.starts_with("http") && !line.contains(char::is_whitespace) {
        return Some(of_address(line));
    }
    let (name, is_labelled) = match line.split_once(':') {
        // "(Báo Sông Lam)"
        _ if is_bracketed && is_paper(line) => (line, true),
        Some((label, name)) if is_label(label.trim()) => (name, true),
        _ => (
            line.strip_prefix("Theo ")
                .or_else(|| line.strip_prefix("theo "))?,
            false,
        ),
    };
    let name = name.trim().trim_end_matches(['.', ';', ',', ' ']);
    if is_address(name) {
        return Some(of_address(name));
    }
    if name.is_empty() || name.split_whitespace().count() > LONGEST || name.contains(':') {
        return None;
    }
    if names::agency(name).is_some_and(|(agency, _)| agency == name) {
        return is_labelled.then(|| Origin {
            agency: Some(name.to_owned()),
            ..Origin::default()
        });
    }
    // "Theo Báo Sông Lam - 25/3/2026"
    let dated = name.rsplit_once(" - ");
    let dated = dated.filter(|(_, date)| date.starts_with(|c: char| c.is_ascii_digit()));
    let name = dated.map_or(name, |(name, _)| name.trim());
    // "Nguồn: Lê Mẫu (Báo Sông Lam)"
    let in_brackets = name.trim_end_matches(')').rsplit_once('(');
    let name = match in_brackets {
        // "Theo Lê Mẫu (Báo Sông Lam)" is a signature.
        Some((author, paper)) if names::paper(paper).is_some() => match is_labelled {
            false if is_pen_name(author.trim()) => return None,
            _ => paper,
        },
        _ => name,
    };
    let is_name = |text: &str| text.starts_with(char::is_uppercase);
    let lower = name.to_lowercase();
    let is_paper = names::paper(name).is_some()
        || names::is_newspaper(name)
        || is_name(name) && ENDS.iter().any(|end| lower.ends_with(end));
    (is_host(name) || is_paper || (is_labelled && is_name(name))).then(|| Origin {
        source: Some(name.to_owned()),
        ..Origin::default()
    })
}

/// Returns `true` for a word such as "Nguồn" that stands before the name of a source.
fn is_label(text: &str) -> bool {
    const LONGEST: usize = 60;
    text.len() <= LONGEST && LABELS.contains(&names::fold(text).as_str())
}

/// An address of an article is its URL, one of a site the name of its source.
fn of_address(address: &str) -> Origin {
    let bare = address.split_once("//").map_or(address, |(_, bare)| bare);
    let (host, path) = bare.split_once('/').unwrap_or((bare, ""));
    match path.is_empty() {
        true => Origin {
            source: Some(host.trim_start_matches("www.").to_owned()),
            ..Origin::default()
        },
        false => Origin {
            url: Some(address.to_owned()),
            ..Origin::default()
        },
    }
}

/// Returns `true` for "baosonglam.vn".
fn is_host(name: &str) -> bool {
    let mut labels = name.split('.');
    name.contains('.')
        && labels.clone().count() >= 2
        && labels.clone().all(|label| {
            !label.is_empty()
                && label
                    .bytes()
                    .all(|b| b.is_ascii_alphanumeric() || b == b'-')
        })
        && labels.next_back().is_some_and(|ending| {
            ending.len() >= 2 && ending.bytes().all(|byte| byte.is_ascii_alphabetic())
        })
}

#[cfg(test)]
mod tests {
    use super::{Origin, read};

    #[test]
    fn lines_read_as_the_table_says() {
        for (line, source, agency, url) in [
            ("Nguồn: Báo Vĩnh An", "Báo Vĩnh An", "", ""),
            ("(Nguồn: Vĩnh An mới)", "Vĩnh An mới", "", ""),
            ("Nguồn tin: TTXVN", "", "TTXVN", ""),
            ("Theo Báo Vĩnh An", "Báo Vĩnh An", "", ""),
            ("Theo Báo Vĩnh An - 25/3/2026", "Báo Vĩnh An", "", ""),
            ("Theo Vĩnh An Online", "Vĩnh An Online", "", ""),
            (
                "Theo Cổng thông tin điện tử xã Tân Phú",
                "Cổng thông tin điện tử xã Tân Phú",
                "",
                "",
            ),
            ("(Theo baovinhan.vn)", "baovinhan.vn", "", ""),
            (
                "Nguồn: https://baovinhan.vn/tin-1.html",
                "",
                "",
                "https://baovinhan.vn/tin-1.html",
            ),
            ("NGUỒN: www.baovinhan.vn", "baovinhan.vn", "", ""),
            (
                "Link bài gốc: http://baovinhan.vn/1",
                "",
                "",
                "http://baovinhan.vn/1",
            ),
        ] {
            let read = read(line).unwrap_or_else(|| panic!("{line} names its source"));
            let value = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
            let wanted = Origin {
                source: value(source),
                agency: value(agency),
                url: value(url),
            };
            assert_eq!(read, wanted, "{line}");
        }
        for line in ["https://baovinhan.vn/tin-1.html", "(http://baovinhan.vn/1)"] {
            assert!(read(line).is_some_and(|read| read.url.is_some()), "{line}");
        }
        for line in [
            "Nguồn: nước giếng của xã đã cạn từ tháng trước, bà con phải đi xin nước ở xã bên.",
            "Theo Lê Mẫu",
            "Theo báo cáo của xã, lúa đã gặt xong từ tuần trước nên không còn lo mưa bão nữa.",
            "Lê Mẫu",
        ] {
            assert_eq!(read(line), None, "{line}");
        }
    }

    #[test]
    fn ends_of_paragraphs_read_as_the_table_says() {
        let text = "Sáng nay, bà con xã Tân Phú ra đồng từ sớm. ".repeat(6);
        let text = text.trim_end();
        for (end, source, agency) in [
            (" (Nguồn: Báo Vĩnh An)", "Báo Vĩnh An", ""),
            (" (Theo Báo Vĩnh An).", "Báo Vĩnh An", ""),
            (" Nguồn: baovinhan.vn", "baovinhan.vn", ""),
            (" (TTXVN/Vietnam+)", "", "TTXVN/Vietnam+"),
            (" (Theo AFP)", "", "AFP"),
        ] {
            let paragraph = format!("{text}{end}");
            let (before, origin) = Origin::split(&paragraph).unwrap_or_else(|| panic!("{end}"));
            assert_eq!(before, text, "{end}");
            assert_eq!(origin.source.unwrap_or_default(), source, "{end}");
            assert_eq!(origin.agency.unwrap_or_default(), agency, "{end}");
        }
        for end in [
            " (theo lời kể)",
            " (Lê Mẫu)",
            " Nguồn: nước giếng",
            " và (TTXVN) nói",
        ] {
            assert_eq!(Origin::split(&format!("{text}{end}")), None, "{end}");
        }
        let amid = format!("{text} Bà nói với (TTXVN)");
        assert_eq!(Origin::split(&amid), None, "{amid}");
        assert_eq!(Origin::split("Lúa tốt. (TTXVN)"), None);
    }
}
