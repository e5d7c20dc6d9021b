//! Measures what loading a package adds to the start of a process, and the memory of a handle.

use std::time::Instant;

use anyhow::{Context, Result};
use xshell::Shell;

use crate::packages::{self, WASM};

/// Starts of each process. The two kinds take turns.
const ROUNDS: usize = 15;
/// Handles that are alive at once, to see the memory of one.
const HANDLES: &str = "20000";

const HEAD: &str = "\
| runtime | start | with the package | memory of a handle |
|---|--:|--:|--:|
";

/// Measures each runtime, and returns the table.
pub(super) fn bench(shell: &Shell) -> Result<String> {
    let python = packages::python(shell)?.display().to_string();
    let _package = shell.push_env("VISIONO_WORKFLOW_PACKAGE", packages::php(shell)?);
    packages::npm(shell, WASM, "build")?;
    let mut rows = HEAD.to_owned();
    for [program, eval, script] in [
        ["node", "--eval", "bindings-wasm/bench/handles.mjs"],
        [&python, "-c", "bindings-python/bench/handles.py"],
        ["php", "-r", "bindings-php/bench/handles.php"],
    ] {
        let mut times = [Vec::new(), Vec::new()];
        for _ in 0..ROUNDS {
            for (times, arguments) in times.iter_mut().zip([[eval, ""], [script, "0"]]) {
                let start = Instant::now();
                run!(shell, "{program} {arguments...}")?;
                times.push(start.elapsed().as_secs_f64() * 1e3);
            }
        }
        let [without, with] = times.map(|mut times| {
            times.sort_by(f64::total_cmp);
            times[ROUNDS / 2]
        });
        let said = read!(shell, "{program} {script} {HANDLES}")?;
        let (name, memory) = said.split_once(": ").context("the memory of a handle")?;
        rows += &format!("| {name} | {without:.0} ms | {with:.0} ms | {memory} |\n");
    }
    // The time to the first answer of a new Worker, in a workerd that runs.
    let said = packages::read_npm(shell, WASM, "start")?;
    let (without, with) = said.split_once(' ').context("two times of workerd")?;
    rows += &format!("| workerd, a new Worker | {without} ms | {with} ms | – |\n");
    Ok(rows)
}
