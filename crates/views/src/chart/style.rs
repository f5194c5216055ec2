//! The looks of the lines of a chart.

use std::fmt::Write;

/// Colours of ten series: the hues of Okabe and Ito (*Color Universal Design*, 2008), darkened to a
/// contrast of at least 4 to 1 to white paper, then violet and brown.
const COLOURS: [&str; 10] = [
    "#0062a1", "#b94700", "#00735a", "#9c3f82", "#333333", "#8a6100", "#1f7a94", "#6b6b6b",
    "#5b3fc4", "#7a3b1e",
];
const DASHES: [&str; 4] = ["none", "7 3", "2 3", "9 3 2 3"];

/// A disc, a square, a triangle, a diamond, a triangle upside down.
const MARKS: [&str; 5] = [
    "M-3.8 0a3.8 3.8 0 1 0 7.6 0a3.8 3.8 0 1 0-7.6 0z",
    "M-3.6-3.6h7.2v7.2h-7.2z",
    "M0-4.6L4.4 3.4H-4.4z",
    "M0-5L5 0L0 5L-5 0z",
    "M0 4.6L4.4-3.4H-4.4z",
];

/// Largest number of marks of a series; more would run into each other.
pub(super) const MOST_MARKS: usize = 150;

/// The colour, the dashes and the mark of a series. Any two of ten differ in each pair of these, so
/// that they can be distinguished in print without colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Style {
    pub(super) colour: &'static str,
    pub(super) dash: &'static str,
    pub(super) mark: usize,
}

impl Style {
    /// The style of a series by its number.
    pub(super) fn of(number: usize) -> Self {
        Self {
            colour: COLOURS[number % COLOURS.len()],
            dash: DASHES[(number + number / 8) % DASHES.len()],
            mark: number % MARKS.len(),
        }
    }
}

/// The class of a series, by which a style sheet can change its colour.
pub(super) fn class(number: usize) -> String {
    format!("s{}", number % COLOURS.len())
}

/// Defines the marks, which [`mark`] uses.
pub(super) fn definitions(out: &mut String) {
    out.push_str("<defs>");
    for (number, path) in MARKS.iter().enumerate() {
        let _ = write!(out, "<path id=\"k{number}\" d=\"{path}\"/>");
    }
    out.push_str("</defs>\n");
}

/// Draws a mark, a hollow one if the period has few articles.
pub(super) fn mark(style: Style, (x, y): (f64, f64), is_hollow: bool) -> String {
    let fill = match is_hollow {
        true => " class=\"hollow\" fill=\"#ffffff\"",
        false => "",
    };
    format!(
        "<use href=\"#k{}\" x=\"{x:.1}\" y=\"{y:.1}\"{fill}/>",
        style.mark
    )
}

/// A short piece of the line of a series with its mark, from a point to the right.
pub(super) fn sample(number: usize, (x, y): (f64, f64)) -> String {
    let Style { colour, dash, mark } = Style::of(number);
    format!(
        "<g class=\"{}\" fill=\"{colour}\" stroke=\"{colour}\" transform=\"translate({x:.1} {y:.1})\">\
         <path d=\"M0 0h34\" stroke-width=\"2\" stroke-dasharray=\"{dash}\"/>\
         <path d=\"{}\" transform=\"translate(17 0)\"/></g>\n",
        class(number),
        MARKS[mark]
    )
}

#[cfg(test)]
mod tests {
    use super::{COLOURS, Style};

    #[test]
    fn ten_series_differ_with_and_without_colour() {
        let styles: Vec<Style> = (0..10).map(Style::of).collect();
        for (number, a) in styles.iter().enumerate() {
            for b in &styles[number + 1..] {
                assert_ne!(a.colour, b.colour);
                assert_ne!((a.dash, a.mark), (b.dash, b.mark));
            }
        }
    }

    #[test]
    fn colours_have_contrast_to_paper() {
        let luminance = |colour: &str| -> f64 {
            let part = |at: usize| {
                let part = u8::from_str_radix(&colour[at..at + 2], 16).unwrap();
                let part = f64::from(part) / 255.0;
                match part <= 0.040_45 {
                    true => part / 12.92,
                    false => ((part + 0.055) / 1.055).powf(2.4),
                }
            };
            0.2126 * part(1) + 0.7152 * part(3) + 0.0722 * part(5)
        };
        for colour in COLOURS {
            assert!(1.05 / (luminance(colour) + 0.05) > 4.0, "{colour}");
        }
    }
}
