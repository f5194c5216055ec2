//! A chart of trends as SVG, to print or to put on a page.
//!
//! Lines differ in colour, marks and dashes, so that readers can distinguish them in print without
//! colour and with colour blindness. The colours are those of Okabe and Ito (*Color Universal
//! Design*, 2008).

use std::fmt::Write;

use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

use crate::language::{Language, fill};
use crate::periods::{By, Period};
pub use crate::trends::Measure;
use crate::trends::{Trend, Trends};

/// How a chart is drawn.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ChartOptions {
    /// The measure.
    pub measure: Measure,
    /// The language of the labels.
    pub language: Language,
    /// The headline, or `None` for the queries.
    pub title: Option<String>,
    /// A line below the chart, for its source.
    pub note: Option<String>,
}

impl Measure {
    /// The label of the axis.
    pub fn label(self, language: Language) -> &'static str {
        (language.words().measure_label)(self)
    }
}

const WIDTH: f64 = 960.0;
/// The least room for the labels at the left.
const LEFT: f64 = 76.0;
/// The right edge of the axis title at the left.
const AXIS: f64 = 26.0;
const RIGHT: f64 = 24.0;
const TOP: f64 = 72.0;
const PLOT: f64 = 340.0;
/// Columns of a headline that is made of the queries.
const TITLE: usize = 72;
/// Pixels that a column of text takes, about.
const COLUMN: f64 = 7.4;
/// Pixels that a column of the headline takes, and the distance of its lines.
const TITLE_COLUMN: f64 = 10.6;
const TITLE_LINE: f64 = 25.0;
/// Pixels that a column of the note takes, and the distance of its lines.
const NOTE_COLUMN: f64 = 6.6;
const NOTE_LINE: f64 = 16.0;

/// Okabe and Ito's colours, those with most contrast to white first.
const COLOURS: [&str; 8] = [
    "#0072B2", "#D55E00", "#009E73", "#CC79A7", "#000000", "#E69F00", "#56B4E9", "#7F7F7F",
];
const DASHES: [&str; 4] = ["none", "7 3", "2 3", "9 3 2 3"];

/// How the lines of one series look.
#[derive(Clone, Copy)]
struct Style {
    colour: &'static str,
    dash: &'static str,
    mark: usize,
}

impl Style {
    fn of(number: usize) -> Self {
        Self {
            colour: COLOURS[number % COLOURS.len()],
            // Lines that have to share a colour have other dashes.
            dash: DASHES[(number + number / COLOURS.len()) % DASHES.len()],
            mark: number % 5,
        }
    }
}

/// Draws trends.
pub fn svg(trends: &Trends, options: &ChartOptions) -> String {
    let chart = Chart::new(trends, options);
    let legend = chart.legend();
    let note = wrapped(&chart.note(), (WIDTH - chart.left - RIGHT) / NOTE_COLUMN);
    let below = 24.0 + NOTE_LINE * note.len() as f64;
    let height = chart.base() + 74.0 + legend.height + below;
    let mut out = String::new();
    // Writing to a string does not fail.
    let _ = write!(
        out,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" \
         width=\"{WIDTH}\" height=\"{height}\" role=\"img\" \
         font-family=\"'Be Vietnam Pro','Noto Sans','DejaVu Sans',Arial,sans-serif\" \
         font-size=\"13\" fill=\"#1a1a1a\">\n\
         <rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>\n"
    );
    chart.head(&mut out);
    chart.axes(&mut out);
    for (number, series) in trends.series.iter().enumerate() {
        chart.line(&mut out, series, Style::of(number));
    }
    out.push_str(&legend.svg);
    for (number, line) in (0..).zip(&note) {
        let _ = writeln!(
            out,
            "<text x=\"{}\" y=\"{:.1}\" font-size=\"11.5\" fill=\"#4d4d4d\">{}</text>",
            chart.left,
            height - below + 24.0 + NOTE_LINE * f64::from(number),
            escape(line)
        );
    }
    out.push_str("</svg>\n");
    out
}

struct Chart<'a> {
    trends: &'a Trends,
    options: &'a ChartOptions,
    /// The distance of the lines across, and the highest of them.
    step: f64,
    highest: f64,
    /// The lines of the headline.
    title: Vec<String>,
    /// The edges of the plot.
    left: f64,
    top: f64,
}

struct Legend {
    svg: String,
    height: f64,
}

impl<'a> Chart<'a> {
    fn new(trends: &'a Trends, options: &'a ChartOptions) -> Self {
        let points = trends.series.iter().flat_map(|s| &s.points);
        let most = points
            .filter_map(|p| options.measure.of(p))
            .fold(0.0, f64::max);
        let step = nice_step(most);
        let highest = (most / step).ceil().max(1.0) * step;
        let widest = number(highest, step, options.language).width() as f64;
        let left = LEFT.max(AXIS + widest * COLUMN + 12.0);
        let title = options.title.clone().unwrap_or_else(|| queries(trends));
        let title = wrapped(&title, (WIDTH - left - RIGHT) / TITLE_COLUMN);
        let top = TOP + TITLE_LINE * (title.len().max(1) - 1) as f64;
        Self {
            trends,
            options,
            step,
            highest,
            title,
            left,
            top,
        }
    }

    fn x(&self, number: usize) -> f64 {
        let inner = WIDTH - self.left - RIGHT;
        let periods = self.trends.periods.len().max(1) as f64;
        self.left + inner * (number as f64 + 0.5) / periods
    }

    fn y(&self, value: f64) -> f64 {
        self.top + PLOT * (1.0 - value / self.highest)
    }

    /// The lower edge of the plot.
    fn base(&self) -> f64 {
        self.top + PLOT
    }

    fn head(&self, out: &mut String) {
        let label = self.options.measure.label(self.options.language);
        let left = self.left;
        let _ = writeln!(out, "<title>{}</title>", escape(&self.title.join(" ")));
        for (number, line) in (0..).zip(&self.title) {
            let _ = writeln!(
                out,
                "<text x=\"{left}\" y=\"{}\" font-size=\"19\" font-weight=\"600\">{}</text>",
                30.0 + TITLE_LINE * f64::from(number),
                escape(line)
            );
        }
        let _ = writeln!(
            out,
            "<text x=\"{left}\" y=\"{}\" fill=\"#4d4d4d\">{}</text>",
            self.top - 19.0,
            escape(&self.subtitle(label)),
        );
    }

    fn subtitle(&self, label: &str) -> String {
        let by = (self.options.language.words().by_adverb)(self.trends.by);
        format!("{label}, {by}")
    }

    fn axes(&self, out: &mut String) {
        let mut value = 0.0;
        let (left, right) = (self.left, WIDTH - RIGHT);
        while value <= self.highest + self.step / 2.0 {
            let y = self.y(value);
            let colour = if value == 0.0 { "#1a1a1a" } else { "#d9d9d9" };
            let _ = write!(
                out,
                "<path d=\"M{left} {y:.1}H{right}\" stroke=\"{colour}\" stroke-width=\"1\"/>\n\
                 <text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"end\">{}</text>\n",
                left - 8.0,
                y + 4.5,
                number(value, self.step, self.options.language),
            );
            value += self.step;
        }
        let widest = self
            .trends
            .periods
            .iter()
            .map(|p| self.period(p).width())
            .max()
            .unwrap_or(1);
        let room = (right - left) / (widest as f64 * COLUMN + 14.0);
        let each = label_step(self.trends.periods.len(), room, self.trends.by);
        let base = self.base();
        for (number, period) in self.trends.periods.iter().enumerate() {
            if !self.is_labelled(number, period, each) {
                continue;
            }
            let x = self.x(number);
            let _ = write!(
                out,
                "<path d=\"M{x:.1} {base}v5\" stroke=\"#1a1a1a\"/>\n\
                 <text x=\"{x:.1}\" y=\"{}\" text-anchor=\"middle\">{}</text>\n",
                base + 21.0,
                escape(&self.period(period)),
            );
        }
        let x = left + (right - left) / 2.0;
        let label = self.options.language.words().date_axis;
        let _ = write!(
            out,
            "<text x=\"{x:.1}\" y=\"{}\" text-anchor=\"middle\" fill=\"#4d4d4d\">{label}</text>\n\
             <text transform=\"translate(18 {}) rotate(-90)\" text-anchor=\"middle\" fill=\"#4d4d4d\">{}</text>\n",
            base + 44.0,
            self.top + PLOT / 2.0,
            self.options.measure.label(self.options.language),
        );
    }

    /// Whether a period is named at the axis: months and quarters so that years begin there.
    fn is_labelled(&self, number: usize, period: &Period, each: usize) -> bool {
        let phase = match self.trends.by {
            By::Month => period.period.get(5..).and_then(|m| m.parse::<usize>().ok()),
            By::Quarter => period.period.get(6..).and_then(|q| q.parse::<usize>().ok()),
            _ => None,
        };
        let years = match self.trends.by {
            By::Month => 12,
            _ => 4,
        };
        match phase {
            Some(phase) if each >= years => {
                let year: usize = period.period.get(..4).map_or(0, |y| y.parse().unwrap_or(0));
                phase == 1 && year.is_multiple_of(each / years)
            }
            Some(phase) => (phase - 1).is_multiple_of(each),
            None => number.is_multiple_of(each),
        }
    }

    fn period(&self, period: &Period) -> String {
        self.options.language.date(&period.period)
    }

    fn line(&self, out: &mut String, series: &Trend, style: Style) {
        let Style {
            colour, dash, mark, ..
        } = style;
        let mut path = String::new();
        let mut is_on = false;
        for (number, point) in series.points.iter().enumerate() {
            match self.options.measure.of(point) {
                Some(value) => {
                    let sign = if is_on && !self.follows_gap(number) {
                        'L'
                    } else {
                        'M'
                    };
                    let _ = write!(path, "{sign}{:.1} {:.1}", self.x(number), self.y(value));
                    is_on = true;
                }
                None => is_on = false,
            }
        }
        let _ = writeln!(
            out,
            "<path d=\"{path}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"2\" \
             stroke-linejoin=\"round\" stroke-dasharray=\"{dash}\"/>"
        );
        // Marks would run into each other where periods are many.
        let crowd = series.points.len() > 150;
        for (number, point) in series.points.iter().enumerate() {
            let Some(value) = self.options.measure.of(point) else {
                continue;
            };
            if crowd && !point.thin {
                continue;
            }
            let fill = if point.thin { "#ffffff" } else { colour };
            let size = if crowd { 2.2 } else { 4.0 };
            shape(
                out,
                mark,
                (self.x(number), self.y(value)),
                size,
                colour,
                fill,
            );
        }
    }

    /// Returns `true` if empty periods before this one are omitted.
    fn follows_gap(&self, number: usize) -> bool {
        let periods = &self.trends.periods;
        let before = number.checked_sub(1).and_then(|before| periods.get(before));
        before
            .zip(periods.get(number))
            .is_some_and(|(before, this)| this.first_day > before.last_day.saturating_add(1))
    }

    fn legend(&self) -> Legend {
        let mut svg = String::new();
        let first = self.base() + 74.0;
        let (mut x, mut y) = (self.left, first);
        let columns = (WIDTH - self.left - RIGHT - 44.0) / COLUMN;
        for (number, series) in self.trends.series.iter().enumerate() {
            let style = Style::of(number);
            let name = cut(&self.name(series), columns);
            let wide = 44.0 + name.width() as f64 * COLUMN + 22.0;
            if x > self.left && x + wide - 22.0 > WIDTH - RIGHT {
                x = self.left;
                y += 24.0;
            }
            let _ = writeln!(
                svg,
                "<path d=\"M{x:.1} {y:.1}h34\" stroke=\"{}\" stroke-width=\"2\" stroke-dasharray=\"{}\"/>",
                style.colour, style.dash
            );
            shape(
                &mut svg,
                style.mark,
                (x + 17.0, y),
                4.0,
                style.colour,
                style.colour,
            );
            let _ = writeln!(
                svg,
                "<text x=\"{:.1}\" y=\"{:.1}\">{}</text>",
                x + 42.0,
                y + 4.5,
                escape(&name)
            );
            x += wide;
        }
        Legend {
            svg,
            height: y - first + 18.0,
        }
    }

    /// The name of a series.
    fn name(&self, series: &Trend) -> String {
        let words = self.options.language.words();
        let (other, none) = (words.other, words.unknown);
        let is_split = self
            .trends
            .series
            .iter()
            .any(|s| s.value.is_some() || s.other);
        match &series.value {
            Some(value) => format!("{} · {value}", series.query),
            None if series.other => format!("{} · {other}", series.query),
            None if is_split => format!("{} · {none}", series.query),
            None => series.query.clone(),
        }
    }

    /// The explanation of the marks, and the note.
    fn note(&self) -> String {
        let is_thin = |s: &Trend| {
            s.points
                .iter()
                .any(|p| p.thin && self.options.measure.of(p).is_some())
        };
        let mut parts = Vec::new();
        if self.trends.series.iter().any(is_thin) {
            let words = self.options.language.words();
            parts.push(fill(words.hollow, &[&self.trends.thin_below]));
        }
        parts.extend(self.options.note.clone());
        parts.join(" ")
    }
}

/// The queries in order, as far as there is room.
fn queries(trends: &Trends) -> String {
    let mut title = String::new();
    let mut names: Vec<&str> = trends.series.iter().map(|s| &*s.query).collect();
    names.dedup();
    for name in names {
        if title.width() + name.width() > TITLE && !title.is_empty() {
            title.push_str(", …");
            break;
        }
        let comma = if title.is_empty() { "" } else { ", " };
        let _ = write!(title, "{comma}{name}");
    }
    title
}

/// Breaks a text into lines of at most `columns` columns, between words where
/// possible.
fn wrapped(text: &str, columns: f64) -> Vec<String> {
    let columns = columns as usize;
    let mut lines = Vec::new();
    let mut line = String::new();
    for word in text.split_whitespace() {
        if !line.is_empty() && line.width() + 1 + word.width() > columns {
            lines.push(std::mem::take(&mut line));
        }
        if !line.is_empty() {
            line.push(' ');
        }
        for letter in word.graphemes(true) {
            if !line.is_empty() && line.width() + letter.width() > columns {
                lines.push(std::mem::take(&mut line));
            }
            line.push_str(letter);
        }
    }
    if !line.is_empty() {
        lines.push(line);
    }
    lines
}

/// The start of a text that fits into `columns` columns, with an ellipsis if it
/// is cut.
fn cut(text: &str, columns: f64) -> String {
    match wrapped(text, columns).as_slice() {
        [first, _, ..] => format!("{} …", wrapped(first, columns - 2.0)[0]),
        _ => text.to_owned(),
    }
}

/// Draws a mark: a disc, a square, a triangle, a diamond, a triangle upside down.
fn shape(out: &mut String, mark: usize, (x, y): (f64, f64), r: f64, stroke: &str, fill: &str) {
    let d = match mark {
        0 => {
            let _ = writeln!(
                out,
                "<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"{:.1}\" fill=\"{fill}\" stroke=\"{stroke}\" stroke-width=\"1.5\"/>",
                r * 0.95
            );
            return;
        }
        1 => format!(
            "M{:.1} {:.1}h{s:.1}v{s:.1}h-{s:.1}z",
            x - r * 0.9,
            y - r * 0.9,
            s = r * 1.8
        ),
        2 => format!(
            "M{x:.1} {:.1}L{:.1} {b:.1}L{:.1} {b:.1}z",
            y - r * 1.15,
            x + r * 1.1,
            x - r * 1.1,
            b = y + r * 0.85
        ),
        3 => format!(
            "M{x:.1} {:.1}L{:.1} {y:.1}L{x:.1} {:.1}L{:.1} {y:.1}z",
            y - r * 1.25,
            x + r * 1.25,
            y + r * 1.25,
            x - r * 1.25
        ),
        _ => format!(
            "M{x:.1} {:.1}L{:.1} {b:.1}L{:.1} {b:.1}z",
            y + r * 1.15,
            x + r * 1.1,
            x - r * 1.1,
            b = y - r * 0.85
        ),
    };
    let _ = writeln!(
        out,
        "<path d=\"{d}\" fill=\"{fill}\" stroke=\"{stroke}\" stroke-width=\"1.5\"/>"
    );
}

/// One, two or five times a power of ten, so that there are about five lines across.
fn nice_step(most: f64) -> f64 {
    if most <= 0.0 || !most.is_finite() {
        return 1.0;
    }
    let raw = most / 5.0;
    let power = 10f64.powf(raw.log10().floor());
    let factor = [1.0, 2.0, 5.0]
        .into_iter()
        .find(|f| f * power >= raw)
        .unwrap_or(10.0);
    factor * power
}

/// The distance of period labels for which there is room.
fn label_step(periods: usize, room: f64, by: By) -> usize {
    let least = (periods as f64 / room.max(1.0)).ceil() as usize;
    let steps: &[usize] = match by {
        By::Month => &[1, 2, 3, 6, 12, 24, 60, 120, 240, 600, 1200],
        By::Quarter => &[1, 2, 4, 8, 20, 40, 80, 200, 400],
        By::Day => &[1, 2, 7, 14, 30, 90, 180, 365, 730, 1825, 3650],
        By::Week => &[1, 2, 4, 13, 26, 52, 104, 260, 520],
        By::Year => &[1, 2, 5, 10, 20, 50, 100],
    };
    let step = steps.iter().copied().find(|&step| step >= least);
    step.unwrap_or(least).max(1)
}

/// A number at an axis whose lines are `step` apart.
fn number(value: f64, step: f64, language: Language) -> String {
    let decimals = (-step.log10().floor()).clamp(0.0, 6.0) as usize;
    language.decimal(value, decimals)
}

/// Text escaped for XML, without characters that XML does not allow.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\t' | '\n' | '\r' => escaped.push(' '),
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => {}
            c => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trends::Count;
    use crate::trends::TrendPoint;

    fn point(matches: u64, of_articles: u64) -> TrendPoint {
        TrendPoint {
            matches,
            articles: matches,
            of_articles,
            of_tokens: of_articles * 100,
            per_million_tokens: (of_articles > 0)
                .then(|| matches as f64 * 1e4 / of_articles as f64),
            per_thousand_articles: None,
            thin: of_articles < 20,
        }
    }

    fn trends(points: Vec<TrendPoint>) -> Trends {
        let periods = (0..points.len())
            .map(|i| Period {
                period: format!("2026-{:02}", i + 1),
                first_day: 0,
                last_day: 0,
            })
            .collect();
        Trends {
            by: By::Month,
            count: Count::Publications,
            thin_below: 20,
            periods,
            series: vec![Trend {
                query: "<script>alert(\"&\")</script>\u{7}".into(),
                value: None,
                other: false,
                undated: TrendPoint::default(),
                total: TrendPoint::default(),
                points,
            }],
        }
    }

    #[test]
    fn charts_name_axes_and_hold_no_markup_of_queries() {
        let trends = trends(vec![point(3, 40), point(0, 0), point(5, 10)]);
        let options = ChartOptions::default();
        let chart = svg(&trends, &options);
        assert!(chart.contains("một triệu tiếng, theo tháng"));
        assert!(chart.contains(">03/2026<"));
        assert!(chart.contains("dưới 20 bài"));
        assert!(!chart.contains("<script"));
        assert!(!chart.contains('\u{7}'));
        // The empty month interrupts the line.
        assert_eq!(chart.matches("fill=\"none\"").count(), 1);
        let line = chart.lines().find(|l| l.contains("fill=\"none\"")).unwrap();
        assert_eq!(line.matches('M').count(), 2);
        let english = ChartOptions {
            language: Language::English,
            measure: Measure::Matches,
            ..options
        };
        let chart = svg(&trends, &english);
        assert!(chart.contains("Matches, by month"));
        assert!(chart.contains(">2026-03<"));
    }

    #[test]
    fn text_stays_within_the_drawing() {
        let long = "Chợ phiên trên báo địa phương ".repeat(9);
        let mut many = trends(vec![point(40_000_000, 40)]);
        many.series[0].query = "ếếếếế".repeat(60);
        let options = ChartOptions {
            measure: Measure::Matches,
            title: Some(long.clone()),
            note: Some(long.clone()),
            ..ChartOptions::default()
        };
        let chart = svg(&many, &options);
        let value = |line: &str, name: &str| -> f64 {
            let (_, rest) = line.split_once(&format!(" {name}=\"")).unwrap_or_default();
            rest.split('"')
                .next()
                .unwrap_or_default()
                .parse()
                .unwrap_or(13.0)
        };
        let mut words = Vec::new();
        for line in chart.lines().filter(|line| line.starts_with("<text x")) {
            let text = line.split(['<', '>']).nth(2).unwrap_or_default();
            let wide = text.width() as f64 * value(line, "font-size") * 0.55;
            match line.contains("text-anchor=\"end\"") {
                true => assert!(value(line, "x") - wide >= AXIS - 4.0, "{line}"),
                false => assert!(value(line, "x") + wide <= WIDTH, "{line}"),
            }
            words.extend(text.split(' '));
        }
        // Headline and note are whole.
        assert_eq!(words.iter().filter(|word| **word == "phiên").count(), 18);
    }

    #[test]
    fn lines_are_interrupted_where_periods_are_left_out() {
        let mut apart = trends(vec![point(1, 30), point(2, 30), point(3, 30)]);
        for (period, day) in apart.periods.iter_mut().zip([0, 1, 500_000]) {
            (period.first_day, period.last_day) = (day, day);
        }
        let chart = svg(&apart, &ChartOptions::default());
        let line = chart.lines().find(|l| l.contains("fill=\"none\"")).unwrap();
        assert_eq!(
            [line.matches('M').count(), line.matches('L').count()],
            [2, 1]
        );
    }

    #[test]
    fn nothing_can_be_drawn() {
        for points in [vec![], vec![point(0, 0)], vec![point(0, 30)]] {
            let chart = svg(&trends(points), &ChartOptions::default());
            assert!(chart.ends_with("</svg>\n") && !chart.contains("NaN"));
        }
    }

    #[test]
    fn numbers_are_written_as_the_language_has_them() {
        assert_eq!(number(12_500.0, 500.0, Language::Vietnamese), "12.500");
        assert_eq!(number(12_500.0, 500.0, Language::English), "12,500");
        assert_eq!(number(0.25, 0.05, Language::Vietnamese), "0,25");
        assert_eq!(
            [nice_step(0.0), nice_step(23.0), nice_step(0.7)],
            [1.0, 5.0, 0.2]
        );
    }
}
