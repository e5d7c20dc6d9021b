//! A plot as SVG, and as a table in Markdown.
//!
//! Both axes are logarithmic, so that a linear growth is a straight line of slope 1.

use std::fmt::Write as _;

const WIDTH: f64 = 720.0;
const HEIGHT: f64 = 400.0;
/// The left, top, right and bottom of the area with the lines.
const AREA: [f64; 4] = [80.0, 16.0, 704.0, 344.0];
const COLORS: [&str; 3] = ["#1b6ca8", "#c8553d", "#588157"];

/// The same measurement at several sizes.
pub(crate) struct Line {
    pub(crate) name: &'static str,
    /// Each size, and the nanoseconds of a call.
    pub(crate) points: Vec<(f64, f64)>,
}

/// A plot of one kind of growth.
pub(crate) struct Plot {
    /// The name of its file.
    pub(crate) name: &'static str,
    pub(crate) axis: &'static str,
    pub(crate) lines: Vec<Line>,
}

impl Line {
    /// Returns the exponent of the growth between the last size and one of at most half of it: 1 is
    /// linear.
    fn exponent(&self) -> f64 {
        let last = self.points[self.points.len() - 1];
        let before = self.points.iter().rfind(|point| point.0 <= last.0 / 2.0);
        let before = before.expect("a size of at most half the last one");
        (last.1 / before.1).log2() / (last.0 / before.0).log2()
    }
}

impl Plot {
    /// Returns the link to the plot, and the table.
    pub(crate) fn to_markdown(&self) -> String {
        let mut text = format!("![{0}](plots/{0}.svg)\n\n", self.name);
        text += "| operation | smallest | largest | exponent |\n|---|--:|--:|--:|\n";
        for line in &self.lines {
            let ends = [line.points[0], line.points[line.points.len() - 1]];
            let [first, last] = ends.map(|(size, nanoseconds)| match nanoseconds {
                ..1e4 => format!("{size}: {nanoseconds:.0} ns"),
                _ => format!("{size}: {:.0} µs", nanoseconds / 1e3),
            });
            let (name, exponent) = (line.name, line.exponent());
            let _ = writeln!(text, "| {name} | {first} | {last} | {exponent:.2} |");
        }
        text
    }

    pub(crate) fn to_svg(&self) -> String {
        // A logarithmic axis has no place for zero.
        let points = |line: &Line| -> Vec<(f64, f64)> {
            let shown = line.points.iter().filter(|point| point.0 > 0.0);
            shown
                .map(|(size, time)| (size.log10(), time.log10()))
                .collect()
        };
        let all: Vec<_> = self.lines.iter().flat_map(points).collect();
        let range = |value: fn(&(f64, f64)) -> f64| {
            let values = all.iter().map(value);
            let low = values.clone().fold(f64::MAX, f64::min);
            (low - 0.15, values.fold(f64::MIN, f64::max) + 0.15)
        };
        let (sizes, times) = (range(|point| point.0), range(|point| point.1));
        let [left, top, right, bottom] = AREA;
        let x = |size: f64| left + (size - sizes.0) / (sizes.1 - sizes.0) * (right - left);
        let y = |time: f64| bottom - (time - times.0) / (times.1 - times.0) * (bottom - top);

        let mut svg = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" \
             font-family=\"sans-serif\" font-size=\"12\">\n\
             <rect width=\"{WIDTH}\" height=\"{HEIGHT}\" fill=\"white\"/>\n"
        );
        for size in ticks(sizes) {
            let (x, text) = (x(size.log10()), size);
            svg += &format!(
                "<path d=\"M{x:.1} {top}V{bottom}\" stroke=\"#ddd\"/>\
                 <text x=\"{x:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{text}</text>\n",
                bottom + 18.0
            );
        }
        for time in ticks(times) {
            let (y, text) = (y(time.log10()), time);
            svg += &format!(
                "<path d=\"M{left} {y:.1}H{right}\" stroke=\"#ddd\"/>\
                 <text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"end\">{text}</text>\n",
                left - 6.0,
                y + 4.0
            );
        }
        let middle = (left + right) / 2.0;
        svg += &format!(
            "<path d=\"M{left} {top}V{bottom}H{right}\" fill=\"none\" stroke=\"#444\"/>\n\
             <text x=\"{middle}\" y=\"{:.1}\" text-anchor=\"middle\">{}</text>\n\
             <text transform=\"translate(16 {:.1}) rotate(-90)\" text-anchor=\"middle\">nanoseconds for a call</text>\n",
            HEIGHT - 14.0,
            self.axis,
            (top + bottom) / 2.0
        );
        for (place, (line, color)) in self.lines.iter().zip(COLORS).enumerate() {
            let at: Vec<_> = points(line)
                .iter()
                .map(|(size, time)| format!("{:.1},{:.1}", x(*size), y(*time)))
                .collect();
            svg += &format!(
                "<polyline points=\"{}\" fill=\"none\" stroke=\"{color}\" stroke-width=\"2\"/>\n",
                at.join(" ")
            );
            for point in at {
                let (x, y) = point.split_once(',').expect("two numbers");
                svg += &format!("<circle cx=\"{x}\" cy=\"{y}\" r=\"3\" fill=\"{color}\"/>");
            }
            let y = top + 14.0 + 18.0 * place as f64;
            svg += &format!(
                "\n<path d=\"M{:.1} {y:.1}h18\" stroke=\"{color}\" stroke-width=\"2\"/>\
                 <text x=\"{:.1}\" y=\"{:.1}\">{}</text>\n",
                left + 12.0,
                left + 36.0,
                y + 4.0,
                line.name
            );
        }
        svg + "</svg>\n"
    }
}

/// Returns the powers of ten in a range of logarithms. If they are few, adds twice and five times
/// each.
fn ticks((low, high): (f64, f64)) -> Vec<f64> {
    let powers = (low.floor() as i32)..=(high.floor() as i32);
    let factors: &[f64] = if high - low < 2.0 {
        &[1.0, 2.0, 5.0]
    } else {
        &[1.0]
    };
    let all = powers.flat_map(|power| factors.iter().map(move |factor| factor * 10f64.powi(power)));
    all.filter(|tick| (low..=high).contains(&tick.log10()))
        .collect()
}
