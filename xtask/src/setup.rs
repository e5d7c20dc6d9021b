//! Installs what a task needs through public package managers, or says what to install.

use std::path::PathBuf;

use anyhow::{Context, Result, bail};
use xshell::{Shell, cmd};

use crate::progress::step;

/// Whether a program is on the path.
pub(crate) fn has(program: &str) -> bool {
    std::env::var_os("PATH").is_some_and(|path| {
        std::env::split_paths(&path).any(|folder| folder.join(program).is_file())
    })
}

/// Adds compile targets to a toolchain, such as `stable` or `1.88.0`; to the one in use if empty.
pub(crate) fn rust_targets(shell: &Shell, toolchain: &str, targets: &[&str]) -> Result<()> {
    if !has("rustup") {
        bail!("rustup is missing: install it, or the compile targets {targets:?} by hand");
    }
    let mut command = cmd!(shell, "rustup --quiet target add");
    if !toolchain.is_empty() {
        rust_toolchain(shell, toolchain)?;
        command = command.args(["--toolchain", toolchain]);
    }
    command
        .args(targets)
        .quiet()
        .run()
        .with_context(|| format!("the compile targets {targets:?} could not be installed"))
}

/// Installs a Rust toolchain if it isn't there.
pub(crate) fn rust_toolchain(shell: &Shell, toolchain: &str) -> Result<()> {
    let installed = cmd!(shell, "rustup toolchain list").quiet().read()?;
    if installed
        .lines()
        .any(|line| line.split('-').next() == Some(toolchain))
    {
        return Ok(());
    }
    step(&format!("Installing Rust {toolchain}"));
    cmd!(
        shell,
        "rustup --quiet toolchain install {toolchain} --profile minimal --no-self-update"
    )
    .quiet()
    .run()
    .with_context(|| format!("Rust {toolchain} could not be installed with rustup"))
}

/// Installs a program from crates.io into `target/tools`, at exactly this version, and returns
/// its path.
#[allow(dead_code, reason = "the bindings' tests use it")]
pub(crate) fn cargo_tool(
    shell: &Shell,
    krate: &str,
    program: &str,
    version: &str,
) -> Result<PathBuf> {
    let root = shell
        .current_dir()
        .join("target/tools")
        .join(format!("{krate}-{version}"));
    let path = root.join("bin").join(program);
    if !path.is_file() {
        step(&format!("Installing {krate} {version}"));
        cmd!(
            shell,
            "cargo install --quiet --locked --root {root} --version ={version} {krate}"
        )
        .quiet()
        .run()
        .with_context(|| format!("{krate} {version} could not be installed with cargo"))?;
    }
    Ok(path)
}

/// Installs Debian packages unless every one of the programs that they bring is there.
pub(crate) fn debian(shell: &Shell, packages: &[&str], programs: &[&str]) -> Result<()> {
    let missing: Vec<_> = programs.iter().filter(|program| !has(program)).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let wanted = packages.join(" ");
    if !has("apt-get") || cmd!(shell, "id -u").quiet().read()? != "0" {
        bail!("{missing:?} are missing: install Debian's {wanted}, or the same from your system");
    }
    step(&format!("Installing {wanted}"));
    let shell = shell.clone();
    shell.set_var("DEBIAN_FRONTEND", "noninteractive");
    cmd!(shell, "apt-get update -qq")
        .quiet()
        .ignore_stdout()
        .run()?;
    cmd!(
        shell,
        "apt-get install -qq --yes --no-install-recommends {packages...}"
    )
    .quiet()
    .ignore_stdout()
    .run()
    .with_context(|| format!("Debian's {wanted} could not be installed"))
}
