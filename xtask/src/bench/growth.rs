//! How the cost of the core's operations grows, as plots for the documentation.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use plotters::prelude::*;
use serde::Deserialize;
use xshell::{Shell, cmd};

use crate::progress::step;

/// Where the plots go.
const FOLDER: &str = "docs/plots";
const SIZE: (u32, u32) = (720, 400);

/// What `tests/examples/growth.rs` prints.
#[derive(Deserialize)]
pub(super) struct Plot {
    pub(super) name: String,
    axis: String,
    pub(super) lines: Vec<Line>,
}

#[derive(Deserialize)]
pub(super) struct Line {
    pub(super) name: String,
    points: Vec<(f64, f64)>,
}

impl Line {
    /// By which power of the size the time grew up to the last point, from one of at most half its
    /// size: 1 is linear.
    pub(super) fn exponent(&self) -> Option<f64> {
        let last = self.points.last()?;
        let before = self
            .points
            .iter()
            .rfind(|(size, _)| *size <= last.0 / 2.0)?;
        Some((last.1 / before.1).log2() / (last.0 / before.0).log2())
    }

    /// The smallest and the largest size, and the nanoseconds for each.
    pub(super) fn ends(&self) -> Option<[(f64, f64); 2]> {
        Some([*self.points.first()?, *self.points.last()?])
    }
}

/// Measures, and draws a plot for each question.
pub(super) fn bench(shell: &Shell) -> Result<Vec<Plot>> {
    step("Measuring how the cost grows");
    let output = cmd!(
        shell,
        "cargo run --quiet --release -p conformance --example growth"
    )
    .quiet()
    .read()?;
    let plots: Vec<Plot> = serde_json::from_str(&output).context("what the example printed")?;
    let folder = shell.current_dir().join(FOLDER);
    fs::create_dir_all(&folder)?;
    for plot in &plots {
        draw(plot, &folder.join(format!("{}.svg", plot.name)))
            .with_context(|| format!("drawing {}", plot.name))?;
    }
    Ok(plots)
}

/// Both axes are logarithmic, so that what is linear is a straight line that rises one power of
/// ten for each.
fn draw(plot: &Plot, path: &Path) -> Result<()> {
    // A logarithmic axis has no place for zero.
    let points = |line: &Line| -> Vec<_> {
        let points = line.points.iter().copied();
        points.filter(|(size, _)| *size > 0.0).collect()
    };
    let all: Vec<_> = plot.lines.iter().flat_map(points).collect();
    let range = |values: fn(&(f64, f64)) -> f64| {
        let ends = all.iter().map(values);
        let low = ends.clone().fold(f64::MAX, f64::min);
        low * 0.7..ends.fold(0.0, f64::max) * 1.4
    };
    let area = SVGBackend::new(path, SIZE).into_drawing_area();
    area.fill(&WHITE)?;
    let mut chart = ChartBuilder::on(&area)
        .margin(12)
        .x_label_area_size(44)
        .y_label_area_size(72)
        .build_cartesian_2d(range(|p| p.0).log_scale(), range(|p| p.1).log_scale())?;
    chart
        .configure_mesh()
        .x_desc(&plot.axis)
        .y_desc("nanoseconds for a call")
        .x_label_formatter(&|value| format!("{value}"))
        .y_label_formatter(&|value| format!("{value}"))
        .light_line_style(BLACK.mix(0.05))
        .draw()?;
    for (place, line) in plot.lines.iter().enumerate() {
        let color = Palette99::pick(place).to_rgba();
        chart
            .draw_series(LineSeries::new(points(line), color.stroke_width(2)).point_size(3))?
            .label(&line.name)
            .legend(move |(x, y)| PathElement::new([(x, y), (x + 16, y)], color.stroke_width(2)));
    }
    chart
        .configure_series_labels()
        .position(SeriesLabelPosition::UpperLeft)
        .background_style(WHITE.mix(0.8))
        .draw()?;
    area.present()?;
    Ok(())
}
