//! Measures the size of what is shipped.

use std::fs;

use anyhow::{Context, Result};
use xshell::Shell;

use super::report::table;
use crate::packages;
use crate::run::{build_program, step};

/// The files below `target`. A `*` stands for any text.
const FILES: &str =
    "size/lib/libvisiono_workflow.so python/wheel/*.whl npm/*.tgz npm/package/*.wasm";

/// Builds everything, and returns the table of sizes.
pub(super) fn bench(shell: &Shell) -> Result<String> {
    step("Building what is shipped");
    packages::npm(shell, "pack")?;
    packages::python(shell)?;
    packages::c_library(shell, &shell.current_dir().join("target/size"))?;
    let program = build_program(shell, "--release -p visiono-workflow-cli")?;
    let list = format!("cd target && ls {FILES} {}", program.display());
    let mut rows = table("what | bytes", 1);
    for path in read!(shell, "sh -c {list}")?.lines() {
        let bytes = fs::metadata(shell.current_dir().join("target").join(path))?.len();
        let name = path.rsplit('/').next().context("a file name")?;
        println!("{name:<64} {bytes:>10}");
        rows += &format!("| {name} | {bytes} |\n");
    }
    Ok(rows)
}
