//! Small line charts as SVG, both axes logarithmic or the second from zero.

use std::fmt::Write as _;

/// One line of a chart.
pub struct Line {
    /// Name in the legend.
    pub name: &'static str,
    /// A CSS colour.
    pub color: &'static str,
    /// Whether it is dashed.
    pub dashed: bool,
    /// Points in the order they are joined.
    pub points: Vec<(f64, f64)>,
}

/// A chart.
pub struct Chart {
    /// The quantity, with its unit.
    pub title: &'static str,
    /// Whether the second axis is logarithmic.
    pub logarithmic: bool,
    /// The lines.
    pub lines: Vec<Line>,
}

const WIDTH: f64 = 440.0;
const HEIGHT: f64 = 300.0;
const LEFT: f64 = 64.0;
const TOP: f64 = 36.0;
const RIGHT: f64 = 16.0;
const BOTTOM: f64 = 66.0;

/// Draws charts in two columns, all over the same first axis.
pub fn svg(charts: &[Chart], x_title: &str) -> String {
    let rows = charts.len().div_ceil(2);
    let (width, height) = (2.0 * WIDTH, rows as f64 * HEIGHT);
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" \
         font-family=\"sans-serif\" font-size=\"12\">\n\
         <rect width=\"{width}\" height=\"{height}\" fill=\"white\"/>\n"
    );
    for (i, chart) in charts.iter().enumerate() {
        let (x, y) = ((i % 2) as f64 * WIDTH, (i / 2) as f64 * HEIGHT);
        let _ = writeln!(out, "<g transform=\"translate({x} {y})\">");
        draw(&mut out, chart, x_title);
        out.push_str("</g>\n");
    }
    out.push_str("</svg>\n");
    out
}

fn draw(out: &mut String, chart: &Chart, x_title: &str) {
    let points = || chart.lines.iter().flat_map(|line| &line.points);
    let mut ticks: Vec<f64> = points().map(|p| p.0).collect();
    ticks.sort_by(f64::total_cmp);
    ticks.dedup();
    let x_range = range(ticks.iter().copied());
    let (least, most) = range(points().map(|p| p.1));
    let (least, most) = if chart.logarithmic {
        (
            10f64.powf(least.max(1e-9).log10().floor()),
            10f64.powf(most.max(1e-9).log10().ceil()),
        )
    } else {
        (0.0, step(most) * (most / step(most)).ceil())
    };
    let place = |(x, y): (f64, f64)| {
        let along = share(x.log10(), x_range.0.log10(), x_range.1.log10());
        let up = if chart.logarithmic {
            share(y.max(1e-9).log10(), least.log10(), most.log10())
        } else {
            share(y, least, most)
        };
        (
            LEFT + along * (WIDTH - LEFT - RIGHT),
            HEIGHT - BOTTOM - up * (HEIGHT - TOP - BOTTOM),
        )
    };
    let _ = writeln!(
        out,
        "<text x=\"{LEFT}\" y=\"20\" font-weight=\"bold\">{}</text>",
        chart.title
    );
    let mut tick = if chart.logarithmic { least } else { 0.0 };
    while tick <= most * 1.000_001 {
        let y = place((x_range.0, tick)).1;
        let _ = writeln!(
            out,
            "<path d=\"M{LEFT} {y:.1}H{}\" stroke=\"#ddd\"/>\
             <text x=\"{}\" y=\"{:.1}\" text-anchor=\"end\">{}</text>",
            WIDTH - RIGHT,
            LEFT - 6.0,
            y + 4.0,
            thousands(tick)
        );
        tick = if chart.logarithmic {
            tick * 10.0
        } else {
            tick + step(most)
        };
    }
    for &x in &ticks {
        let _ = writeln!(
            out,
            "<text x=\"{:.1}\" y=\"{}\" text-anchor=\"middle\">{}</text>",
            place((x, most)).0,
            HEIGHT - BOTTOM + 16.0,
            thousands(x)
        );
    }
    let _ = writeln!(
        out,
        "<text x=\"{}\" y=\"{}\" text-anchor=\"end\">{x_title}</text>",
        WIDTH - RIGHT,
        HEIGHT - BOTTOM + 32.0
    );
    for (i, line) in chart.lines.iter().enumerate() {
        draw_line(out, line, place);
        label(out, line, i);
    }
}

fn draw_line(out: &mut String, line: &Line, place: impl Fn((f64, f64)) -> (f64, f64)) {
    let (color, dash) = (line.color, dash(line));
    let path: Vec<String> = line
        .points
        .iter()
        .map(|&p| {
            let (x, y) = place(p);
            format!("{x:.1},{y:.1}")
        })
        .collect();
    let _ = writeln!(
        out,
        "<polyline points=\"{}\" fill=\"none\" stroke=\"{color}\" stroke-width=\"2\"{dash}/>",
        path.join(" ")
    );
    for &p in &line.points {
        let (x, y) = place(p);
        let _ = writeln!(
            out,
            "<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"3\" fill=\"{color}\"/>"
        );
    }
}

/// The name of a line below the chart, two in a row.
fn label(out: &mut String, line: &Line, i: usize) {
    let (color, dash) = (line.color, dash(line));
    let (x, y) = (
        LEFT + (i % 2) as f64 * 190.0,
        HEIGHT - 22.0 + (i / 2) as f64 * 15.0,
    );
    let _ = writeln!(
        out,
        "<path d=\"M{x} {}h24\" stroke=\"{color}\" stroke-width=\"2\"{dash}/>\
         <text x=\"{}\" y=\"{y}\">{}</text>",
        y - 4.0,
        x + 30.0,
        line.name
    );
}

fn dash(line: &Line) -> &'static str {
    match line.dashed {
        true => " stroke-dasharray=\"5 4\"",
        false => "",
    }
}

fn range(values: impl Iterator<Item = f64>) -> (f64, f64) {
    values.fold((f64::INFINITY, f64::NEG_INFINITY), |(a, b), v| {
        (a.min(v), b.max(v))
    })
}

/// Position of `x` between two ends, as a share; in the middle if they are
/// equal.
fn share(x: f64, from: f64, to: f64) -> f64 {
    if to > from {
        (x - from) / (to - from)
    } else {
        0.5
    }
}

/// A round distance of ticks, four to ten of them.
fn step(most: f64) -> f64 {
    let power = 10f64.powf(most.max(1e-9).log10().floor());
    if most / power < 2.0 {
        power / 5.0
    } else if most / power < 4.0 {
        power / 2.0
    } else {
        power
    }
}

fn thousands(x: f64) -> String {
    if x >= 1000.0 && x % 1000.0 == 0.0 {
        format!("{}k", x / 1000.0)
    } else if x >= 10.0 || x == x.round() {
        format!("{x:.0}")
    } else {
        format!("{x}")
    }
}
