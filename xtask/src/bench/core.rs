//! The core beside a bare keyed HMAC, and beside the same work done the usual way.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use serde_json::Value;
use xshell::{Shell, cmd};

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
const USUAL: [&str; 2] = ["url and hmac", "url and ring"];

pub(crate) fn bench(shell: &Shell) -> Result<()> {
    step("Measuring the core");
    cmd!(shell, "cargo bench --quiet -p conformance --bench core")
        .quiet()
        .run()?;
    let folder = shell.current_dir().join("target/criterion");
    println!(
        "\n{:<30} {:>9} {:>11} {:>18} {:>18}",
        "", "time", "bare HMAC", USUAL[0], USUAL[1]
    );
    for (row, bare, usual) in ROWS {
        let time = median(&folder, "visiono-workflow", row)?;
        let bare = time / median(&folder, "bare keyed HMAC", bare)?;
        print!("{row:<30} {time:>6.0} ns {:>11}", format!("× {bare:.2}"));
        for group in usual.map_or(&[][..], |_| &USUAL) {
            let faster = median(&folder, group, row)? / time;
            print!(" {:>18}", format!("{faster:.1} × faster"));
        }
        println!();
    }
    Ok(())
}

/// The median time that criterion kept, in nanoseconds.
fn median(folder: &Path, group: &str, name: &str) -> Result<f64> {
    let path = folder.join(group).join(name).join("new/estimates.json");
    let text = fs::read_to_string(&path)
        .with_context(|| format!("no measurement of {group}/{name} in {}", path.display()))?;
    serde_json::from_str::<Value>(&text)?["median"]["point_estimate"]
        .as_f64()
        .with_context(|| format!("{} has no median", path.display()))
}
