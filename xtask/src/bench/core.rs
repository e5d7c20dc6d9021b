//! The core beside a bare keyed HMAC, and beside the same work done the usual way.

use std::fs::{self, File};
use std::io::Write;
use std::path::Path;

use anyhow::{Context, Result, bail};
use serde::Deserialize;
use xshell::{Shell, cmd};

use super::report::Row;
use crate::progress::step;

/// What is measured, in the words of `tests/benches/core.rs`: the row, and the bare HMAC and the
/// usual ways that it is compared with.
const ROWS: [(&str, &str, Option<&str>); 5] = [
    ("sign_link", "link", Some("sign_link")),
    ("verify_return", "return", Some("verify_return")),
    ("verify_return with a template", "return", None),
    ("sign_return", "return", None),
    ("expand", "return", None),
];
const THIS_LIBRARY: &str = "visiono-workflow";
const BARE: &str = "bare keyed HMAC";
const USUAL: [&str; 2] = ["url and hmac", "url and ring"];

/// Measures, adds the rows to the file, and returns the nanoseconds of the floor.
pub(super) fn bench(shell: &Shell, rows: &Path) -> Result<f64> {
    step("Measuring the core");
    cmd!(shell, "cargo bench --quiet -p conformance --bench core")
        .quiet()
        .run()?;
    let folder = shell.current_dir().join("target/criterion");
    let mut file = File::options().create(true).append(true).open(rows)?;
    for (operation, bare, usual) in ROWS {
        let [_, ours, _] = quartiles(&folder, THIS_LIBRARY, operation)?;
        println!("{operation:<30} {ours:>7.0} ns");
        let mut add = |contender: &str, [low, nanoseconds, high]: [f64; 3]| -> Result<()> {
            let ratio = [nanoseconds, low, high].map(|time| time / ours);
            let row = Row {
                runtime: "Rust".to_owned(),
                operation: operation.to_owned(),
                contender: contender.to_owned(),
                nanoseconds,
                ratio,
            };
            if !contender.is_empty() {
                println!("  {contender:<28} {nanoseconds:>7.0} ns  × {:.2}", ratio[0]);
            }
            writeln!(file, "{}", serde_json::to_string(&row)?)?;
            Ok(())
        };
        add("", [ours; 3])?;
        add(BARE, quartiles(&folder, BARE, bare)?)?;
        for group in usual.map_or(&[][..], |_| &USUAL) {
            add(group, quartiles(&folder, group, operation)?)?;
        }
    }
    let [_, floor, _] = quartiles(&folder, "two compressions", "SHA-256")?;
    println!("{:<30} {floor:>7.0} ns", "two SHA-256 compressions");
    Ok(floor)
}

/// The middle of criterion's samples and the ends of their middle half, in nanoseconds.
fn quartiles(folder: &Path, group: &str, name: &str) -> Result<[f64; 3]> {
    #[derive(Deserialize)]
    struct Sample {
        iters: Vec<f64>,
        times: Vec<f64>,
    }
    let path = folder.join(group).join(name).join("new/sample.json");
    let text = fs::read_to_string(&path)
        .with_context(|| format!("no measurement of {group}/{name} in {}", path.display()))?;
    let Sample { iters, times } = serde_json::from_str(&text)?;
    let mut each: Vec<_> = times.iter().zip(iters).map(|(time, n)| time / n).collect();
    each.sort_by(f64::total_cmp);
    let at = |quarter: usize| each.get(each.len() * quarter / 4).copied();
    match (at(1), at(2), at(3)) {
        (Some(low), Some(middle), Some(high)) => Ok([low, middle, high]),
        _ => bail!("{} has no samples", path.display()),
    }
}
