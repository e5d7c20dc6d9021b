//! `cargo xtask api`: the public API of each language, as text. That of C is its header, with
//! `bindings-c/symbols.txt`.

use anyhow::{Context, Result};
use xshell::{Shell, cmd};

use crate::generated::{self, File};
use crate::npm::Package;
use crate::progress::step;
use crate::setup;
use crate::test;

const PUBLIC_API: &str = "0.52.0";

/// Writes the texts.
pub(crate) fn write(shell: &Shell) -> Result<()> {
    generated::write(shell, &generate(shell)?)
}

/// Makes the texts again, compares them with the committed ones, and says how long they are.
pub(crate) fn check(shell: &Shell) -> Result<String> {
    let files = generate(shell)?;
    generated::check(shell, &files, "api")?;
    let lengths = files.map(|(path, text)| format!("{path} has {} lines", text.lines().count()));
    Ok(lengths.join(", "))
}

fn generate(shell: &Shell) -> Result<[File; 4]> {
    Ok([
        ("core/api.txt", rust(shell)? + "\n"),
        ("bindings-wasm/api.txt", javascript(shell)? + "\n"),
        ("bindings-python/api.txt", python(shell)? + "\n"),
        ("bindings-php/api.txt", php(shell)? + "\n"),
    ])
}

/// What the crate exports with every feature, as the compiler's documentation tool sees it.
fn rust(shell: &Shell) -> Result<String> {
    // The tool reads rustdoc's JSON, which only a nightly compiler writes.
    setup::rust_toolchain(shell, "nightly")?;
    let tool = setup::cargo_tool(shell, "cargo-public-api", "cargo-public-api", PUBLIC_API)?;
    step("Listing the public API of the crate");
    let omitted = "blanket-impls,auto-trait-impls";
    cmd!(
        shell,
        "{tool} --package visiono-workflow --all-features --omit {omitted}"
    )
    .env("CARGO_TARGET_DIR", shell.current_dir().join("target/api"))
    // Otherwise the toolchain that runs this task would be used for it too.
    .env_remove("RUSTUP_TOOLCHAIN")
    .env("CARGO_TERM_QUIET", "true")
    .quiet()
    .read()
    .context("the public API of the crate could not be listed")
}

/// What the built package exports at run time; its types are `index.d.ts` and `webhook.d.ts`.
fn javascript(shell: &Shell) -> Result<String> {
    let folder = Package::build(shell)?.folder;
    step("Listing the public API of the npm package");
    Ok(cmd!(shell, "node bindings-wasm/test/api.mjs {folder}")
        .quiet()
        .read()?)
}

/// What the installed package has; its types are the stub beside it.
fn python(shell: &Shell) -> Result<String> {
    let pythons = setup::pythons(shell)?;
    let newest = pythons.last().context("a Python")?;
    let wheel = test::python::build(shell, newest)?;
    let python = test::python::install(shell, newest, &wheel)?.join("bin/python");
    step("Listing the public API of the Python package");
    Ok(cmd!(shell, "{python} bindings-python/tests/list_api.py")
        .quiet()
        .read()?)
}

/// What the package declares. No library is loaded for that.
fn php(shell: &Shell) -> Result<String> {
    setup::debian(shell, &["php-cli"], &["php"])?;
    step("Listing the public API of the PHP package");
    let package = shell.current_dir().join("bindings-php");
    Ok(cmd!(shell, "php bindings-php/tests/list_api.php {package}")
        .quiet()
        .read()?)
}
