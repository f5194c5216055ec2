//! Running heads, running feet and page numbers.

use std::collections::HashMap;

use super::layout::Line;
use crate::tidy::is_number;

/// Lines from the edge of a page among which heads and feet are looked for.
const EDGE: usize = 3;

/// Takes heads, feet and page numbers off the pages; returns them.
pub(super) fn take(pages: &mut [Vec<Vec<Line>>], leading: f32) -> Vec<String> {
    let count = pages.len();
    let mut found: HashMap<(String, bool), Vec<(usize, f32)>> = HashMap::new();
    let edges: Vec<[Vec<Edge>; 2]> = pages.iter().map(|page| edges(page, leading)).collect();
    for (number, sides) in edges.iter().enumerate() {
        for (is_foot, side) in sides.iter().enumerate() {
            for edge in side {
                let places = found.entry((edge.key.clone(), is_foot == 1)).or_default();
                if places.last().is_none_or(|(page, _)| *page != number) {
                    places.push((number, edge.y));
                }
            }
        }
    }
    let mut taken = Vec::new();
    for (number, (page, sides)) in pages.iter_mut().zip(&edges).enumerate() {
        for (is_foot, side) in sides.iter().enumerate() {
            let printed = is_printed_by_browser(side, is_foot == 1, number, count);
            for edge in side {
                let places = found.get(&(edge.key.clone(), is_foot == 1));
                // Text that happens to repeat is not set apart from what follows it.
                let is_set_apart = side
                    .iter()
                    .any(|other| other.row >= edge.row && other.is_apart);
                let repeats = is_set_apart
                    && places.is_some_and(|places| {
                        let near = places.iter().filter(|(_, y)| (y - edge.y).abs() < 6.0);
                        near.count() >= 2
                    });
                let numbered =
                    edge.is_apart && edge.row == 0 && is_page_number(&edge.text, number, count);
                if (repeats || numbered || printed && edge.row == 0)
                    && let Some(line) = page
                        .get_mut(edge.block)
                        .and_then(|lines| lines.get_mut(edge.line))
                {
                    taken.push(std::mem::take(&mut line.text));
                }
            }
        }
        for block in page.iter_mut() {
            block.retain(|line| !line.text.is_empty());
        }
        page.retain(|block| !block.is_empty());
    }
    taken
}

/// A line near the top or bottom of a page.
struct Edge {
    block: usize,
    line: usize,
    text: String,
    /// The text with its numbers made alike.
    key: String,
    y: f32,
    /// Whether the text begins well below or ends well above.
    is_apart: bool,
    /// Lines at the same height have the same number, from 0.
    row: usize,
}

/// The lines at the top and at the bottom of a page.
fn edges(page: &[Vec<Line>], leading: f32) -> [Vec<Edge>; 2] {
    let mut lines: Vec<(usize, usize, &Line)> = Vec::new();
    for (block, all) in page.iter().enumerate() {
        lines.extend(all.iter().enumerate().map(|(at, line)| (block, at, line)));
    }
    lines.sort_by(|a, b| b.2.y.total_cmp(&a.2.y));
    let top = edge(lines.iter(), leading);
    let bottom = edge(lines.iter().rev(), leading);
    [top, bottom]
}

fn edge<'l>(
    lines: impl Iterator<Item = &'l (usize, usize, &'l Line)> + Clone,
    leading: f32,
) -> Vec<Edge> {
    let mut edges = Vec::new();
    let mut row = 0;
    let mut y = None;
    for (block, at, line) in lines.clone() {
        if y.is_some_and(|y: f32| (y - line.y).abs() > 0.3 * line.size) {
            row += 1;
        }
        y = Some(line.y);
        if row >= EDGE || edges.len() >= 4 * EDGE {
            break;
        }
        let next = lines
            .clone()
            .map(|(_, _, next)| (next.y - line.y).abs())
            .find(|distance| *distance > 0.3 * line.size);
        edges.push(Edge {
            block: *block,
            line: *at,
            text: line.text.clone(),
            key: key(&line.text, line.size),
            y: line.y,
            is_apart: next.is_none_or(|distance| distance > 1.35 * leading.max(1.2) * line.size)
                || lines.clone().any(|(_, _, other)| covers(line, other)),
            row,
        });
    }
    edges
}

/// Returns `true` if one of two lines is printed over the other.
fn covers(line: &Line, other: &Line) -> bool {
    let size = line.size.max(other.size);
    !std::ptr::eq(line, other)
        && (line.y - other.y).abs() < 0.5 * size
        && line.x1.min(other.x1) - line.x0.max(other.x0) > size
}

fn key(text: &str, size: f32) -> String {
    let mut key = format!("{}:", size.round());
    for c in text.chars() {
        match c.is_ascii_digit() {
            true if key.ends_with('0') => {}
            true => key.push('0'),
            false => key.push(c),
        }
    }
    key
}

/// Returns `true` if a line is, or ends in, the number of its page.
fn is_page_number(text: &str, page: usize, pages: usize) -> bool {
    let lower = text.to_lowercase();
    let bare = lower.trim_matches(|c: char| !c.is_alphanumeric());
    if is_number(bare) {
        return bare.len() <= 3 && (pages > 1 || bare == "1" || bare.len() < lower.len());
    }
    let number = (page + 1).to_string();
    let of = |mark: &str| {
        bare.rsplit_once(mark).is_some_and(|(_, rest)| {
            let rest = rest.trim();
            let digits = rest
                .split(|c: char| !c.is_ascii_digit())
                .next()
                .unwrap_or_default();
            let after = rest[digits.len()..].trim();
            let total = after
                .trim_start_matches(['/', '-'])
                .trim_start_matches("of")
                .trim_start_matches("trên")
                .trim();
            !digits.is_empty() && total.bytes().all(|b| b.is_ascii_digit())
        })
    };
    if of("trang ") || of("page ") || of("tr. ") {
        return true;
    }
    bare.split_once('/')
        .is_some_and(|(first, last)| first.trim() == number && last.trim() == pages.to_string())
}

/// Browsers print the day and title above a page, its address and number below.
fn is_printed_by_browser(side: &[Edge], is_foot: bool, page: usize, pages: usize) -> bool {
    let mut row = side.iter().filter(|edge| edge.row == 0);
    if is_foot {
        return row.any(|edge| {
            let number = format!("{}/{}", page + 1, pages);
            edge.text == number || edge.text.ends_with(&format!(" {number}"))
        });
    }
    row.any(|edge| {
        let Some((day, time)) = edge.text.split_once(", ") else {
            return false;
        };
        let is_day =
            day.split('/').count() == 3 && day.bytes().all(|b| b.is_ascii_digit() || b == b'/');
        is_day
            && time.split(' ').next().is_some_and(|time| {
                time.contains(':') && time.bytes().all(|b| b.is_ascii_digit() || b == b':')
            })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_pages_are_known() {
        for (text, page, pages, expected) in [
            ("3", 2, 5, true),
            ("- 2 -", 1, 2, true),
            ("Trang 2", 1, 3, true),
            ("Báo Sông Lam – Trang 1", 0, 1, true),
            ("Trang 2/7", 1, 7, true),
            ("Page 1 of 3", 0, 3, true),
            ("2/3", 1, 3, true),
            ("2/9", 1, 3, false),
            ("2026", 0, 3, false),
            ("Xem tiếp trang sau", 0, 3, false),
        ] {
            assert_eq!(is_page_number(text, page, pages), expected, "{text}");
        }
    }
}
