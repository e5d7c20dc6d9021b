//! A million messages through the core, the documented snippets and every installed package.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use xshell::{Shell, cmd};

use crate::npm;
use crate::progress::step;
use crate::setup;
use crate::test::{c, php, python, wasm};

const FOLDER: &str = "target/differential";
const RUNNERS: &str = "tests/differential/runners";

/// Builds and installs every package, and compares what all answer.
pub(crate) fn show(shell: &Shell, messages: u32, seed: u64) -> Result<()> {
    setup::debian(shell, &["pkg-config"], &["pkg-config"])?;
    php::set_up(shell)?;
    let folder = shell.current_dir().join(FOLDER);
    let php = php::Package::install(shell)?;
    let node = node(shell, &folder.join("node"))?;
    let python = python(shell)?;
    let c = compile(shell, &folder.join("package-c"))?;
    let (messages, seed) = (messages.to_string(), seed.to_string());
    step(&format!("Comparing the answers to {messages} messages"));
    let php = &php.folder;
    cmd!(
        shell,
        "cargo run --quiet --release --package differential -- run --messages {messages} --seed {seed}
        --folder {folder} --php {php} --node {node} --python {python} --c {c}"
    )
    .quiet()
    .run()?;
    Ok(())
}

/// Installs the npm package, with the runner beside it, and returns the runner.
fn node(shell: &Shell, project: &Path) -> Result<PathBuf> {
    let tarball = npm::Package::build(shell)?.pack(shell)?;
    shell.remove_path(project)?;
    shell.write_file(project.join("package.json"), "{ \"private\": true }\n")?;
    wasm::install_tarball(shell, &tarball, project)?;
    for name in ["package.mjs", "records.mjs"] {
        shell.copy_file(Path::new(RUNNERS).join(name), project.join(name))?;
    }
    Ok(project.join("package.mjs"))
}

/// Installs the Python package, and returns the Python that has it.
fn python(shell: &Shell) -> Result<PathBuf> {
    let pythons = setup::pythons(shell)?;
    let newest = pythons.last().context("a Python")?;
    let wheel = python::build(shell, newest)?;
    Ok(python::install(shell, newest, &wheel)?.join("bin/python"))
}

/// Installs the C library, and compiles the runner with it.
fn compile(shell: &Shell, program: &Path) -> Result<PathBuf> {
    let prefix = c::install(shell)?;
    let _path = shell.push_env("PKG_CONFIG_PATH", prefix.join("lib/pkgconfig"));
    let flags = cmd!(shell, "pkg-config --cflags --libs visiono-workflow")
        .quiet()
        .read()?;
    let flags = flags.split_whitespace();
    let path = format!("-Wl,-rpath,{}", prefix.join("lib").display());
    cmd!(
        shell,
        "gcc -std=c11 -O2 -Wall -Wextra -Werror {RUNNERS}/package.c -o {program} {path}"
    )
    .args(flags)
    .quiet()
    .run()?;
    Ok(program.into())
}
