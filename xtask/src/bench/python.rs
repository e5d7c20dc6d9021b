//! The Python package beside the documented snippet and beside itsdangerous.

use anyhow::{Context, Result};
use xshell::{Shell, cmd};

use crate::progress::step;
use crate::setup;
use crate::test::python::{build, install};

pub(crate) fn bench(shell: &Shell) -> Result<()> {
    let pythons = setup::pythons(shell)?;
    let newest = pythons.last().context("a Python")?;
    let wheel = build(shell, newest)?;
    let python = install(shell, newest, &wheel)?.join("bin/python");
    step("Measuring the Python package");
    cmd!(shell, "{python} bindings-python/bench/bench.py")
        .quiet()
        .run()?;
    Ok(())
}
