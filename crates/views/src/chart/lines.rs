//! The lines and marks of a chart.

use std::fmt::Write;

use crate::language::{Language, fill};
use crate::trends::{Trend, TrendPoint};

use super::style::{MOST_MARKS, Style, class, mark};
use super::text::escape;
use super::{Chart, PointLink, name};

/// Largest number of points of a plot with links.
const LINKS: usize = 240;
/// Points of a line that are at most drawn on one pixel.
const DENSE: usize = 4;

impl Chart<'_> {
    /// Draws every series.
    pub(super) fn lines(&self, out: &mut String, link: Option<&PointLink<'_>>) {
        let all = &self.trends.series;
        let points = |series: &Trend| self.marked(series).len();
        let linked = all.iter().map(points).sum::<usize>() <= LINKS;
        let link = link.filter(|_| linked);
        for (number, series) in all.iter().enumerate() {
            let style = Style::of(number);
            let colour = style.colour;
            let _ = writeln!(
                out,
                "<g class=\"series {}\" stroke=\"{colour}\" fill=\"{colour}\">",
                class(number)
            );
            self.line(out, series, style);
            self.marks(out, series, style, link);
            out.push_str("</g>\n");
        }
    }

    /// The line of a series: its values or their moving average, without the period that is not
    /// over, to which a paler piece leads.
    fn line(&self, out: &mut String, series: &Trend, style: Style) {
        let periods = &self.trends.periods;
        let value = |number: usize| {
            let point = series.points.get(number)?;
            let value = match self.trends.average_over {
                0 | 1 => self.options.measure.of(point),
                _ => self.options.measure.average_of(point),
            };
            Some((self.x(number), self.y(value?)))
        };
        let is_over = |number: usize| periods.get(number).is_some_and(|period| !period.partial);
        let mut path = String::new();
        let mut run: Vec<(f64, f64)> = Vec::new();
        for number in 0..periods.len() {
            let point = value(number).filter(|_| is_over(number));
            if point.is_none() || self.follows_gap(number) {
                write_run(&mut path, &mut run);
            }
            run.extend(point);
        }
        write_run(&mut path, &mut run);
        let dash = style.dash;
        let _ = writeln!(
            out,
            "<path d=\"{path}\" fill=\"none\" stroke-width=\"2\" stroke-linejoin=\"round\" \
             stroke-linecap=\"round\" stroke-dasharray=\"{dash}\"/>"
        );
        for number in (1..periods.len()).filter(|&number| !is_over(number)) {
            if let Some(((x, y), (to_x, to_y))) = value(number - 1).zip(value(number)) {
                let _ = writeln!(
                    out,
                    "<path d=\"M{x:.1} {y:.1}L{to_x:.1} {to_y:.1}\" fill=\"none\" stroke-width=\"2\" \
                     stroke-opacity=\"0.5\" stroke-dasharray=\"{dash}\"/>"
                );
            }
        }
    }

    /// The points of a series that have a mark: all or, where there are too many, those of periods
    /// with few articles.
    fn marked(&self, series: &Trend) -> Vec<usize> {
        let has_value =
            |(_, point): &(usize, &TrendPoint)| self.options.measure.of(point).is_some();
        let all = || series.points.iter().enumerate().filter(has_value);
        let numbers: Vec<usize> = all().map(|(number, _)| number).collect();
        if numbers.len() <= MOST_MARKS {
            return numbers;
        }
        let thin = all().filter(|(_, point)| point.thin);
        let thin: Vec<usize> = thin.map(|(number, _)| number).collect();
        if thin.len() <= MOST_MARKS {
            thin
        } else {
            Vec::new()
        }
    }

    fn marks(&self, out: &mut String, series: &Trend, style: Style, link: Option<&PointLink<'_>>) {
        let language = self.options.language;
        let series_name = name(self.trends, series, language);
        let mut is_first = true;
        for number in self.marked(series) {
            let (Some(period), Some(point)) =
                (self.trends.periods.get(number), series.points.get(number))
            else {
                continue;
            };
            let Some(value) = self.options.measure.of(point) else {
                continue;
            };
            let drawn = mark(style, (self.x(number), self.y(value)), point.thin);
            match link.filter(|_| point.matches > 0) {
                Some(link) => {
                    let label = self.label(&series_name, &period.period, value, point, language);
                    let _ = writeln!(
                        out,
                        "<a href=\"{}\" tabindex=\"{}\"><title>{}</title>{drawn}</a>",
                        escape(&link(series, period)),
                        if is_first { 0 } else { -1 },
                        escape(&label),
                    );
                    is_first = false;
                }
                None => {
                    let _ = writeln!(out, "{drawn}");
                }
            }
        }
    }

    /// The description of a point: its rate, then the counts behind it.
    fn label(
        &self,
        series: &str,
        period: &str,
        value: f64,
        point: &TrendPoint,
        language: Language,
    ) -> String {
        let counts = fill(
            language.words().series_total,
            &[
                &language.counted(point.matches, crate::language::Noun::Match),
                &language.count(point.articles),
                &language.articles(point.of_articles),
            ],
        );
        let measure = self.options.measure.label(language);
        format!(
            "{series}, {}. {measure}: {}. {counts}.",
            language.date(period),
            language.rate(value)
        )
    }

    /// Returns `true` if empty periods before this one are omitted.
    fn follows_gap(&self, number: usize) -> bool {
        let periods = &self.trends.periods;
        let before = number.checked_sub(1).and_then(|before| periods.get(before));
        before
            .zip(periods.get(number))
            .is_some_and(|(before, this)| this.first_day > before.last_day.saturating_add(1))
    }
}

/// Writes points without a gap between them, and empties the list. Of many points on one pixel the
/// first, the lowest, the highest and the last are drawn, which looks the same.
fn write_run(path: &mut String, run: &mut Vec<(f64, f64)>) {
    let mut sign = 'M';
    for pixel in run.chunk_by(|a, b| a.0.floor() == b.0.floor()) {
        let mut draw = |(x, y): (f64, f64)| {
            let _ = write!(path, "{sign}{x:.1} {y:.1}");
            sign = 'L';
        };
        if pixel.len() <= DENSE {
            pixel.iter().copied().for_each(draw);
            continue;
        }
        let by_height = |a: &&(f64, f64), b: &&(f64, f64)| a.1.total_cmp(&b.1);
        let ends = [pixel.first(), pixel.last()];
        let extremes = [
            pixel.iter().min_by(by_height),
            pixel.iter().max_by(by_height),
        ];
        let mut drawn: Vec<(f64, f64)> = ends
            .into_iter()
            .chain(extremes)
            .flatten()
            .copied()
            .collect();
        drawn.sort_by(|a, b| a.0.total_cmp(&b.0));
        drawn.into_iter().for_each(&mut draw);
    }
    if run.len() == 1 {
        // A point alone is a dot.
        path.push_str("h0");
    }
    run.clear();
}
