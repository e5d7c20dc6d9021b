//! `docs/benchmarks.md`: its tables are filled with what one run measured.

use std::fs;

use anyhow::{Context, Result};
use serde::Deserialize;
use xshell::Shell;

const PAGE: &str = "docs/benchmarks.md";
/// The contender that does nothing but two compressions.
const FLOOR: &str = "two SHA-256 compressions";

/// One contender at one operation, in one runtime.
#[derive(Deserialize)]
struct Row {
    runtime: String,
    operation: String,
    /// Empty for this library itself.
    contender: String,
    /// The median for a call.
    nanoseconds: f64,
    /// The time relative to this library: the median, and the ends of the middle half of the rounds.
    ratio: [f64; 3],
    /// The SHA-256 compressions that the work needs, if not two.
    compressions: Option<u32>,
}

/// The page, and the tables that fill it.
pub(super) struct Page {
    text: String,
}

impl Page {
    pub(super) fn read(shell: &Shell) -> Result<Self> {
        let text = shell.read_file(PAGE)?;
        Ok(Self { text })
    }

    /// Replaces what is between `<!-- NAME -->` and `<!-- end -->`.
    pub(super) fn fill(&mut self, name: &str, text: &str) -> Result<()> {
        let start = format!("<!-- {name} -->\n");
        let parts = self.text.split_once(&start).and_then(|(before, rest)| {
            let (_, after) = rest.split_once("<!-- end -->")?;
            Some(format!(
                "{before}{start}\n{}\n\n<!-- end -->{after}",
                text.trim()
            ))
        });
        self.text = parts.with_context(|| format!("{PAGE} has no place for {name}"))?;
        Ok(())
    }

    /// Fills the tables of ratios from the rows, one JSON object a line, and writes the page.
    pub(super) fn write(mut self, shell: &Shell, lines: &str) -> Result<()> {
        let row = |line| serde_json::from_str(line).with_context(|| format!("the row {line}"));
        let rows = lines.lines().map(row).collect::<Result<Vec<Row>>>()?;
        let (own, others): (Vec<_>, Vec<_>) = rows.iter().partition(|row| row.contender.is_empty());
        let floor = others.iter().find(|row| row.contender == FLOOR);
        let floor = floor.context("the floor was not measured")?.nanoseconds;

        let mut ratios = table(
            "runtime | operation | this library | beside | takes | factor",
            2,
        );
        let mut floors = table("runtime | operation | compressions | times the floor", 2);
        for ours in own {
            let Row {
                runtime,
                operation,
                nanoseconds,
                ..
            } = ours;
            let start = format!("| {runtime} | {operation} |");
            let compressions = ours.compressions.unwrap_or(2);
            let times = nanoseconds / (floor / 2.0 * f64::from(compressions));
            floors += &format!("{start} {compressions} | {times:.1} |\n");
            for row in &others {
                if row.runtime == *runtime && row.operation == *operation {
                    let [middle, low, high] = row.ratio;
                    let [ours, theirs] = [*nanoseconds, row.nanoseconds].map(time);
                    let contender = &row.contender;
                    ratios += &format!(
                        "{start} {ours} | {contender} | {theirs} | {middle:.2} ({low:.2}–{high:.2}) |\n"
                    );
                }
            }
        }
        self.fill("ratios", &ratios)?;
        self.fill(
            "floors",
            &format!("Two compressions took {}.\n\n{floors}", time(floor)),
        )?;
        let cpus = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
        let model = cpus.lines().find(|line| line.starts_with("model name"));
        let model = model.and_then(|line| line.split_once(": "));
        let cores = std::thread::available_parallelism()?;
        let rustc = read!(shell, "rustc --version")?;
        let model = model.map_or("a processor without a name", |(_, model)| model);
        self.fill(
            "machine",
            &format!("Measured on {model}, {cores} cores, with {rustc}."),
        )?;
        Ok(shell.write_file(PAGE, self.text)?)
    }
}

/// Returns the head of a table, whose first columns are texts and the others numbers.
pub(super) fn table(columns: &str, texts: usize) -> String {
    let numbers = columns.split(" | ").count() - texts;
    format!(
        "| {columns} |\n|{}{}\n",
        "---|".repeat(texts),
        "--:|".repeat(numbers)
    )
}

/// Formats a time in a unit that suits it.
fn time(nanoseconds: f64) -> String {
    match nanoseconds {
        ..1e4 => format!("{nanoseconds:.0} ns"),
        1e4..1e7 => format!("{:.0} µs", nanoseconds / 1e3),
        _ => format!("{:.0} ms", nanoseconds / 1e6),
    }
}
