//! `docs/benchmarks.md`, from what was measured in one run.

use std::fmt::Write;
use std::fs;

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};
use xshell::{Shell, cmd};

use super::growth::Plot;

/// One contender at one operation, in one runtime.
#[derive(Deserialize, Serialize)]
pub(super) struct Row {
    pub(super) runtime: String,
    pub(super) operation: String,
    /// Empty for this library itself.
    pub(super) contender: String,
    /// The median for a call.
    pub(super) nanoseconds: f64,
    /// How many times as long it takes as this library: the median, and the ends of the middle
    /// half of the rounds.
    pub(super) ratio: [f64; 3],
    /// How many SHA-256 compressions the work needs, where that isn't two.
    compressions: Option<u32>,
}

/// The contender that does nothing but two compressions.
const FLOOR: &str = "two SHA-256 compressions";

/// The rows that benchmarks wrote, one on each line.
pub(super) fn read(lines: &str) -> Result<Vec<Row>> {
    let row = |line| serde_json::from_str(line).with_context(|| format!("the row {line}"));
    lines.lines().map(row).collect()
}

/// What one run measured.
#[derive(Default)]
pub(super) struct Report {
    pub(super) rows: Vec<Row>,
    pub(super) instructions: Vec<(&'static str, u64)>,
    pub(super) plots: Vec<Plot>,
    pub(super) start: Vec<[String; 4]>,
    pub(super) sizes: Vec<(String, u64)>,
}

impl Report {
    /// Writes `docs/benchmarks.md`.
    pub(super) fn write(&self, shell: &Shell) -> Result<()> {
        let mut out = String::new();
        self.head(&mut out, shell)?;
        self.runtimes(&mut out)?;
        self.floor(&mut out)?;
        self.growth(&mut out)?;
        self.start(&mut out)?;
        fs::write(shell.current_dir().join("docs/benchmarks.md"), out)?;
        Ok(())
    }

    fn head(&self, out: &mut String, shell: &Shell) -> Result<()> {
        let cpus = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
        let model = cpus
            .lines()
            .find_map(|line| line.strip_prefix("model name"));
        let model = model.map_or("a processor without a name", |model| {
            model.trim_start_matches([' ', '\t', ':'])
        });
        let cores = std::thread::available_parallelism()?;
        let rustc = cmd!(shell, "rustc --version").quiet().read()?;
        writeln!(
            out,
            "# Benchmarks\n\n\
             `cargo xtask bench` wrote this page, from one run on {model}, {cores} cores, with \
             {rustc}. The machine is shared and its clock is not steady, so a time says little: \
             the ratios do, for both sides of each were measured by turns.\n"
        )?;
        Ok(())
    }

    fn runtimes(&self, out: &mut String) -> Result<()> {
        out.push_str(
            "## Beside what it replaces\n\n\
             The factor is how many times as long the other takes: the median of the rounds and, \
             in brackets, the middle half of them. Below 1 the other is faster. \"The snippet\" \
             is what Visiono's documentation has for that language. It checks less: see the page \
             on moving from it.\n\n\
             | runtime | operation | this library | beside | takes | factor |\n\
             |---|---|--:|---|--:|--:|\n",
        );
        let own = |row: &&Row| row.contender.is_empty();
        for ours in self.rows.iter().filter(own) {
            let same = |row: &&Row| {
                row.runtime == ours.runtime && row.operation == ours.operation && !own(row)
            };
            for row in self.rows.iter().filter(same) {
                let [middle, low, high] = row.ratio;
                writeln!(
                    out,
                    "| {} | {} | {} | {} | {} | {middle:.2} ({low:.2}–{high:.2}) |",
                    ours.runtime,
                    ours.operation,
                    time(ours.nanoseconds),
                    row.contender,
                    time(row.nanoseconds),
                )?;
            }
        }
        out.push_str(
            "\nWhere the factor is below 1: a bare HMAC and two compressions are a part of the work. In \
             JavaScript, a webhook's body is hashed twice, for the \
             signature and for the key that recognises duplicates, without the processor's \
             instructions for it, which WebAssembly doesn't have, and it is judged before JavaScript \
             parses it. In PHP, `$_GET` has been decoded before the snippet begins, and has to be \
             encoded again for the library.\n",
        );
        Ok(())
    }

    fn floor(&self, out: &mut String) -> Result<()> {
        let floor = self.rows.iter().find(|row| row.contender == FLOOR);
        let floor = floor.context("the floor was not measured")?.nanoseconds;
        writeln!(
            out,
            "\n## The floor\n\n\
             A link or a return of ordinary length needs two SHA-256 compressions, if the key's \
             are done beforehand; a webhook needs those of its body, twice: for the signature, and \
             for the key that recognises duplicates. Two by themselves, with the processor's own \
             instructions, took {}, which WebAssembly doesn't have. How many times the floor each \
             operation takes:\n\n\
             | runtime | operation | compressions | times the floor |\n|---|---|--:|--:|",
            time(floor),
        )?;
        for row in self.rows.iter().filter(|row| row.contender.is_empty()) {
            let compressions = row.compressions.unwrap_or(2);
            writeln!(
                out,
                "| {} | {} | {compressions} | {:.1} |",
                row.runtime,
                row.operation,
                row.nanoseconds / (floor / 2.0 * f64::from(compressions))
            )?;
        }
        out.push_str(
            "\nInstructions that callgrind counts, with SHA-256 in software (`tests/instructions.txt` \
             keeps them, so that a change of the code shows):\n\n| operation | instructions |\n|---|--:|\n",
        );
        for (operation, count) in &self.instructions {
            writeln!(out, "| {operation} | {count} |")?;
        }
        Ok(())
    }

    fn growth(&self, out: &mut String) -> Result<()> {
        out.push_str(
            "\n## How the cost grows\n\n\
             Everything is linear. Both axes are logarithmic; the exponent is the slope up to the \
             last point, from one of at most half its size, of which 1 is linear.\n",
        );
        for plot in &self.plots {
            writeln!(out, "\n![{0}](plots/{0}.svg)\n", plot.name)?;
            out.push_str("| operation | smallest | largest | exponent |\n|---|--:|--:|--:|\n");
            for line in &plot.lines {
                let [(less, short), (more, long)] = line.ends().context("points")?;
                writeln!(
                    out,
                    "| {} | {less}: {} | {more}: {} | {:.2} |",
                    line.name,
                    time(short),
                    time(long),
                    line.exponent().context("points")?,
                )?;
            }
        }
        Ok(())
    }

    fn start(&self, out: &mut String) -> Result<()> {
        out.push_str(
            "\n## Start-up and memory\n\n\
             What loading the package adds to the start of a process, or of a Worker in a workerd \
             that runs, and what one more `Workflow` takes in resident memory.\n\n\
             | runtime | start | with the package | memory of a handle |\n|---|--:|--:|--:|\n",
        );
        for row in &self.start {
            writeln!(out, "| {} |", row.join(" | "))?;
        }
        out.push_str("\n## Sizes\n\n| what | bytes |\n|---|--:|\n");
        for (what, bytes) in &self.sizes {
            writeln!(out, "| {what} | {bytes} |")?;
        }
        Ok(())
    }
}

/// A time in the unit that suits it.
fn time(nanoseconds: f64) -> String {
    match nanoseconds {
        ..1e4 => format!("{nanoseconds:.0} ns"),
        1e4..1e7 => format!("{:.0} µs", nanoseconds / 1e3),
        _ => format!("{:.0} ms", nanoseconds / 1e6),
    }
}
