//! A million messages through the core, the documented snippets and every installed package.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use xshell::{Shell, cmd};

use crate::npm;
use crate::progress::step;
use crate::setup;
use crate::test::{c, php, python, wasm};

const FOLDER: &str = "target/differential";
const RUNNERS: &str = "tests/differential/runners";
const MOVING: &str = "tests/differential/moving";
/// What the code of the page on moving prints, in each language.
const PRINTED: &str = "https://visiono.io/s/damage-report?uv=ABC123&src=zendesk&ref=ticket-456
5 photos
unexpected_value
photo_request.submitted
missing_parameter";

/// Builds and installs every package, and compares what all answer.
pub(crate) fn show(shell: &Shell, messages: u32, seed: u64) -> Result<()> {
    step("Showing that an answer which nothing explains fails");
    cmd!(shell, "cargo test --quiet --package differential")
        .quiet()
        .run()?;
    setup::debian(shell, &["pkg-config"], &["pkg-config"])?;
    php::set_up(shell)?;
    // One that a developer's own shell may have.
    let _library = shell.push_env("VISIONO_WORKFLOW_LIBRARY", "");
    let folder = shell.current_dir().join(FOLDER);
    let php = php::Package::install(shell)?;
    let node = node(shell, &folder.join("node"))?;
    let python = python(shell)?;
    let c = compile(shell, &folder.join("package-c"))?;
    show_moving(shell, &folder, &php.folder, &python)?;
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

/// Runs the code that the page on moving shows, with the packages as they are installed.
fn show_moving(shell: &Shell, folder: &Path, php: &Path, python: &Path) -> Result<()> {
    step("Running the code of the page on moving");
    let page = shell.read_file("docs/moving.md")?;
    let write = |name: &str, language: &str, start: &str| {
        // The snippet comes first, and then what takes its place.
        let code = page.split(&format!("\n```{language}\n")).nth(2);
        let code = code.and_then(|rest| rest.split("```").next());
        let code = code.with_context(|| format!("no code in {language}"))?;
        let file = folder.join(name);
        shell.write_file(&file, format!("{start}{code}"))?;
        anyhow::Ok(file)
    };
    let file = write("moving.php", "php", "<?php\n")?;
    let by_php = cmd!(shell, "php {MOVING}/driver.php {file}")
        .env("VISIONO_WORKFLOW_PACKAGE", php)
        .quiet()
        .read()?;
    write("node/moving.mjs", "js", "")?;
    let driver = folder.join("node/driver.mjs");
    shell.copy_file(Path::new(MOVING).join("driver.mjs"), &driver)?;
    let by_node = cmd!(shell, "node {driver}").quiet().read()?;
    let file = write("moving.py", "python", "")?;
    let by_python = cmd!(shell, "{python} {MOVING}/driver.py {file}")
        .quiet()
        .read()?;
    for printed in [by_php, by_node, by_python] {
        ensure!(printed == PRINTED, "the code printed\n{printed}");
    }
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
