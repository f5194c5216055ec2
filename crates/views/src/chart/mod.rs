//! A chart of trends as SVG: a drawing for print, or the plot of a page.
//!
//! Both are drawn by the same code. Presentation attributes have the colours of paper; a page gives
//! others by classes. Lines differ in colour, marks and dashes, so that readers can distinguish
//! them in print without colour and with colour blindness.

mod lines;
mod style;
mod text;
mod ticks;

use std::fmt::Write;

use unicode_width::UnicodeWidthStr;

use crate::language::{Language, fill};
use crate::periods::Period;
pub use crate::trends::Measure;
use crate::trends::{Trend, TrendPoint, Trends};

use self::text::{cut, escape, number, wrapped};
use self::ticks::nice_step;

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

/// The URL of the matches of a series in a period.
pub type PointLink<'l> = dyn Fn(&Trend, &Period) -> String + 'l;

const WIDTH: f64 = 960.0;
/// The least room for the labels at the left.
const LEFT: f64 = 76.0;
/// The right edge of the axis title at the left.
const AXIS: f64 = 26.0;
const RIGHT: f64 = 24.0;
/// The upper edge of the plot, below a headline of one line and of a plot alone.
const TOP: f64 = 72.0;
const TOP_ALONE: f64 = 14.0;
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

/// Draws trends with headline, legend and notes.
pub fn svg(trends: &Trends, options: &ChartOptions) -> String {
    let title = options.title.clone().unwrap_or_else(|| queries(trends));
    let chart = Chart::new(trends, options, &title);
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
    chart.plot(&mut out, None);
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

/// Draws the plot alone, without headline, legend and notes, as part of a page. `link` returns the
/// URL of a point; a drawing of many points has none.
///
/// One point of each series can be reached with the tabulator; a script moves on from there.
pub fn plot(trends: &Trends, options: &ChartOptions, link: &PointLink<'_>) -> String {
    let chart = Chart::new(trends, options, "");
    let mut out = String::new();
    let _ = writeln!(
        out,
        "<svg class=\"chart\" viewBox=\"0 0 {WIDTH} {}\" role=\"group\" aria-label=\"{}\" \
         font-size=\"13\" fill=\"#1a1a1a\">",
        chart.base() + 54.0,
        escape(options.measure.label(options.language)),
    );
    chart.plot(&mut out, Some(link));
    out.push_str("</svg>\n");
    out
}

/// A piece of the line of a series, by its number, as SVG for a legend on a page.
pub fn key(number: usize) -> String {
    format!(
        "<svg class=\"chart key\" viewBox=\"0 0 38 14\" width=\"38\" height=\"14\" aria-hidden=\"true\">{}</svg>",
        style::sample(number, (2.0, 7.0))
    )
}

/// The explanation of the marks of a chart, a sentence each: periods with few articles, periods
/// that are not over, the moving average.
pub fn notes(trends: &Trends, measure: Measure, language: Language) -> Vec<String> {
    let words = language.words();
    let mut notes = Vec::new();
    let is_thin = |point: &&TrendPoint| point.thin && measure.of(point).is_some();
    let thin = |series: &Trend| series.points.iter().filter(is_thin).count();
    if trends.series.iter().any(|series| thin(series) > 0) {
        let most = trends.series.iter().map(thin).max().unwrap_or(0);
        notes.push(match most > style::MOST_MARKS {
            false => fill(words.hollow, &[&language.count(trends.thin_below)]),
            true => fill(
                words.mostly_thin,
                &[
                    &language.count(most as u64),
                    &language.count(trends.periods.len() as u64),
                    &language.count(trends.thin_below),
                ],
            ),
        });
    }
    if let Some(period) = trends.periods.iter().find(|period| period.partial) {
        notes.push(fill(words.partial, &[&language.date(&period.period)]));
    }
    if trends.average_over > 1 {
        notes.push(fill(words.averaged, &[&trends.average_over]));
    }
    notes
}

/// The name of a series: its query and, of split trends, its value.
pub fn name(trends: &Trends, series: &Trend, language: Language) -> String {
    let words = language.words();
    let mut all = trends.series.iter();
    let is_split = all.any(|series| series.value.is_some() || series.other);
    match &series.value {
        Some(value) => format!("{} · {value}", series.query),
        None if series.other => format!("{} · {}", series.query, words.other),
        None if is_split => format!("{} · {}", series.query, words.unknown),
        None => series.query.clone(),
    }
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
    /// A chart; without a headline it has no room for one.
    fn new(trends: &'a Trends, options: &'a ChartOptions, title: &str) -> Self {
        let points = trends.series.iter().flat_map(|s| &s.points);
        let most = points
            .filter_map(|p| options.measure.of(p))
            .fold(0.0, f64::max);
        let step = nice_step(most);
        let highest = (most / step).ceil().max(1.0) * step;
        let widest = number(highest, step, options.language).width() as f64;
        let left = LEFT.max(AXIS + widest * COLUMN + 12.0);
        let title = wrapped(title, (WIDTH - left - RIGHT) / TITLE_COLUMN);
        let top = match title.len() {
            0 => TOP_ALONE,
            lines => TOP + TITLE_LINE * (lines - 1) as f64,
        };
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
        self.left + self.wide() * (number as f64 + 0.5)
    }

    fn y(&self, value: f64) -> f64 {
        self.top + PLOT * (1.0 - value / self.highest)
    }

    /// The distance of two periods.
    fn wide(&self) -> f64 {
        (WIDTH - self.left - RIGHT) / self.trends.periods.len().max(1) as f64
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

    /// Axes and lines.
    fn plot(&self, out: &mut String, link: Option<&PointLink<'_>>) {
        style::definitions(out);
        self.unfinished(out);
        self.values(out);
        self.times(out);
        self.lines(out, link);
    }

    /// A band for the period that is not over.
    fn unfinished(&self, out: &mut String) {
        for (number, _) in self
            .trends
            .periods
            .iter()
            .enumerate()
            .filter(|(_, p)| p.partial)
        {
            let wide = self.wide().max(2.0);
            let _ = writeln!(
                out,
                "<rect class=\"partial\" x=\"{:.1}\" y=\"{}\" width=\"{wide:.1}\" height=\"{PLOT}\" fill=\"#ececec\"/>",
                self.x(number) - wide / 2.0,
                self.top,
            );
        }
    }

    /// The axis of values.
    fn values(&self, out: &mut String) {
        let mut value = 0.0;
        let (left, right) = (self.left, WIDTH - RIGHT);
        while value <= self.highest + self.step / 2.0 {
            let y = self.y(value);
            let (class, colour) = match value {
                0.0 => ("axis", "#1a1a1a"),
                _ => ("grid", "#d9d9d9"),
            };
            let _ = write!(
                out,
                "<path class=\"{class}\" d=\"M{left} {y:.1}H{right}\" stroke=\"{colour}\" stroke-width=\"1\"/>\n\
                 <text x=\"{:.1}\" y=\"{:.1}\" class=\"tick\" text-anchor=\"end\">{}</text>\n",
                left - 8.0,
                y + 4.5,
                number(value, self.step, self.options.language),
            );
            value += self.step;
        }
        let _ = writeln!(
            out,
            "<text transform=\"translate(18 {}) rotate(-90)\" class=\"soft\" text-anchor=\"middle\" fill=\"#4d4d4d\">{}</text>",
            self.top + PLOT / 2.0,
            self.options.measure.label(self.options.language),
        );
    }

    /// The axis of time.
    fn times(&self, out: &mut String) {
        let language = self.options.language;
        let inner = WIDTH - RIGHT - self.left;
        let (trends, base) = (self.trends, self.base());
        let ticks = ticks::time(&trends.periods, trends.by, inner / COLUMN, language);
        for (at, (number, label)) in ticks.iter().enumerate() {
            let x = self.x(*number);
            let second = if at % 2 == 1 { " second" } else { "" };
            let _ = write!(
                out,
                "<path class=\"axis\" d=\"M{x:.1} {base}v5\" stroke=\"#1a1a1a\"/>\n\
                 <text x=\"{x:.1}\" y=\"{}\" class=\"tick time{second}\" text-anchor=\"middle\">{}</text>\n",
                base + 21.0,
                escape(label),
            );
        }
        let _ = writeln!(
            out,
            "<text x=\"{:.1}\" y=\"{}\" class=\"soft\" text-anchor=\"middle\" fill=\"#4d4d4d\">{}</text>",
            self.left + inner / 2.0,
            base + 44.0,
            language.words().date_axis,
        );
    }

    fn legend(&self) -> Legend {
        let mut svg = String::new();
        let first = self.base() + 74.0;
        let (mut x, mut y) = (self.left, first);
        let columns = (WIDTH - self.left - RIGHT - 44.0) / COLUMN;
        for (number, series) in self.trends.series.iter().enumerate() {
            let name = cut(&name(self.trends, series, self.options.language), columns);
            let wide = 44.0 + name.width() as f64 * COLUMN + 22.0;
            if x > self.left && x + wide - 22.0 > WIDTH - RIGHT {
                x = self.left;
                y += 24.0;
            }
            svg.push_str(&style::sample(number, (x, y)));
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

    /// The explanation of the marks, and the note.
    fn note(&self) -> String {
        let mut parts = notes(self.trends, self.options.measure, self.options.language);
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::periods::By;
    use crate::texts::Count;

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
            average: None,
        }
    }

    fn trends(points: Vec<TrendPoint>) -> Trends {
        let periods = (0..points.len())
            .map(|i| Period {
                period: format!("2026-{:02}", i + 1),
                first_day: 0,
                last_day: 0,
                partial: false,
            })
            .collect();
        Trends {
            by: By::Month,
            count: Count::Publications,
            thin_below: 20,
            average_over: 1,
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
    fn a_page_has_one_tab_stop_for_each_series() {
        let mut two = trends(vec![point(1, 30), point(0, 30), point(3, 30)]);
        two.series.push(two.series[0].clone());
        let options = ChartOptions::default();
        let link = |_: &Trend, period: &Period| format!("/kwic?q=a&from={}", period.period);
        let plot = plot(&two, &options, &link);
        assert_eq!(plot.matches("tabindex=\"0\"").count(), 2);
        assert_eq!(plot.matches("tabindex=\"-1\"").count(), 2);
        assert!(
            plot.contains("href=\"/kwic?q=a&amp;from=2026-03\""),
            "{plot}"
        );
        // Rate and counts.
        assert!(plot.contains(", 03/2026. Số lần xuất hiện trên một triệu tiếng: 1.000. 3 lần xuất hiện trong 3 bài"), "{plot}");
        // Too many points for links.
        let many = trends(vec![point(1, 30); 300]);
        let plot = super::plot(&many, &options, &link);
        assert!(
            !plot.contains("href=\"/") && plot.len() < 12_000,
            "{}",
            plot.len()
        );
    }

    #[test]
    fn the_period_that_is_not_over_looks_so() {
        let mut trends = trends(vec![point(1, 30), point(2, 30), point(3, 5)]);
        trends.periods[2].partial = true;
        let chart = svg(&trends, &ChartOptions::default());
        assert!(chart.contains("class=\"partial\"") && chart.contains("stroke-opacity"));
        assert!(chart.contains("03/2026 chưa kết thúc"), "{chart}");
        assert!(chart.contains("Chấm rỗng: kỳ có dưới 20 bài."), "{chart}");
    }

    #[test]
    fn long_lines_are_drawn_by_the_pixel() {
        let points = (0..20_000).map(|i| point(i % 7, 30)).collect();
        let chart = svg(&trends(points), &ChartOptions::default());
        assert!(chart.len() < 60_000, "{}", chart.len());
        let thin = (0..20_000).map(|i| point(i % 7, 3)).collect();
        let chart = svg(&trends(thin), &ChartOptions::default());
        assert!(
            chart.contains("20.000 trong 20.000 kỳ có dưới 20 bài"),
            "{}",
            &chart[chart.len() - 500..]
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
    }
}
