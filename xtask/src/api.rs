//! The public API of each language, as text. C's is its header, with `bindings-c/symbols.txt`.

use anyhow::Result;
use xshell::Shell;

use crate::files::{self, File};
use crate::run::step;
use crate::{packages, setup};

/// Generates the texts again and compares them with the committed ones.
pub(crate) fn check(shell: &Shell) -> Result<String> {
    let files = generate(shell)?;
    files::check(shell, &files, "api")?;
    let count = files.len();
    Ok(format!("{count} packages export what their api.txt lists"))
}

/// Lists what each installed package exports.
pub(crate) fn generate(shell: &Shell) -> Result<[File; 4]> {
    let rust = rust(shell)?;
    let python = packages::python(shell)?;
    setup::PHP.install(shell)?;
    step("Listing the public APIs of the packages");
    let python = read!(shell, "{python} bindings-python/tests/list_api.py")?;
    let php = read!(shell, "php bindings-php/tests/list_api.php bindings-php")?;
    let npm = packages::read_npm(shell, packages::WASM, "api")?;
    Ok([
        ("core", rust),
        ("bindings-wasm", npm),
        ("bindings-python", python),
        ("bindings-php", php),
    ]
    .map(|(folder, text)| (format!("{folder}/api.txt").into(), Some(text + "\n"))))
}

/// Lists what the crate exports with every feature.
fn rust(shell: &Shell) -> Result<String> {
    // The tool reads rustdoc's JSON, which only a nightly compiler writes.
    setup::toolchain(shell, "nightly")?;
    let tool = setup::cargo_tool(shell, "cargo-public-api", "0.52.0")?;
    step("Listing the public API of the crate");
    // Without the variable of the toolchain that runs this task, the tool takes nightly.
    read!(
        shell,
        "env --unset=RUSTUP_TOOLCHAIN CARGO_TARGET_DIR=target/api CARGO_TERM_QUIET=true
        {tool} --package visiono-workflow --all-features --omit blanket-impls,auto-trait-impls"
    )
}
