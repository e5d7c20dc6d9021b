//! `docs/benchmarks.md`: its tables are filled with what one run measured.

use std::fs;

use anyhow::{Context, Result};
use serde::Deserialize;
use xshell::Shell;

pub(super) const PAGE: &str = "docs/benchmarks.md";
/// The contender that does nothing but two compressions.
const FLOOR: &str = "two SHA-256 compressions";

const RATIOS: &str = "\
| runtime | operation | this library | beside | takes | factor |
|---|---|--:|--:|--:|--:|
";
const FLOORS: &str = "\
| runtime | operation | compressions | times the floor |
|---|---|--:|--:|
";

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

/// Replaces what is between `<!-- NAME -->` and `<!-- end -->` in the page.
pub(super) fn fill(page: &str, name: &str, text: &str) -> Result<String> {
    let start = format!("<!-- {name} -->\n");
    let missing = || format!("{PAGE} has no place for {name}");
    let (before, rest) = page.split_once(&start).with_context(missing)?;
    let (_, after) = rest.split_once("<!-- end -->").with_context(missing)?;
    let text = text.trim();
    Ok(format!("{before}{start}\n{text}\n\n<!-- end -->{after}"))
}

/// Fills the tables of ratios from the rows, one JSON object a line, and names the machine.
pub(super) fn fill_ratios(shell: &Shell, page: &str, lines: &str) -> Result<String> {
    let row = |line| serde_json::from_str(line).with_context(|| format!("the row {line}"));
    let rows = lines.lines().map(row).collect::<Result<Vec<Row>>>()?;
    let (own, others): (Vec<_>, Vec<_>) = rows.iter().partition(|row| row.contender.is_empty());
    let floor = others.iter().find(|row| row.contender == FLOOR);
    let floor = floor.context("the floor was not measured")?.nanoseconds;

    let mut ratios = RATIOS.to_owned();
    let mut floors = FLOORS.to_owned();
    for ours in own {
        let (runtime, operation) = (&ours.runtime, &ours.operation);
        let start = format!("| {runtime} | {operation} |");
        let compressions = ours.compressions.unwrap_or(2);
        let times = ours.nanoseconds / (floor / 2.0 * f64::from(compressions));
        floors += &format!("{start} {compressions} | {times:.1} |\n");
        for row in &others {
            if row.runtime == *runtime && row.operation == *operation {
                let [middle, low, high] = row.ratio;
                let [ours, theirs] = [ours.nanoseconds, row.nanoseconds].map(time);
                let contender = &row.contender;
                ratios += &format!(
                    "{start} {ours} | {contender} | {theirs} | {middle:.2} ({low:.2}–{high:.2}) |\n"
                );
            }
        }
    }
    let floors = format!("Two compressions took {}.\n\n{floors}", time(floor));
    let cpus = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let (_, model) = cpus.split_once("model name\t: ").unwrap_or_default();
    let model = model.lines().next().unwrap_or("a processor without a name");
    let cores = std::thread::available_parallelism()?;
    let rustc = read!(shell, "rustc --version")?;
    let machine = format!("Measured on {model}, {cores} cores, with {rustc}.");
    let page = fill(page, "ratios", &ratios)?;
    fill(&fill(&page, "floors", &floors)?, "machine", &machine)
}

/// Formats a time in a unit that suits it.
fn time(nanoseconds: f64) -> String {
    match nanoseconds {
        ..1e4 => format!("{nanoseconds:.0} ns"),
        1e4..1e7 => format!("{:.0} µs", nanoseconds / 1e3),
        _ => format!("{:.0} ms", nanoseconds / 1e6),
    }
}
