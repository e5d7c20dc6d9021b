//! Builds and installs the packages, with the runner of each folder, as a user has them.

mod release;

use std::path::{Path, PathBuf};

use anyhow::Result;
use xshell::{PushDir, Shell};

use crate::run::step;
use crate::setup;

pub(crate) use crate::setup::WASM;
pub(crate) use release::{composer, libraries};

/// Installs the C library below `prefix`, an absolute path.
pub(crate) fn c_library(shell: &Shell, prefix: &Path) -> Result<()> {
    setup::MAKE.install(shell)?;
    step("Installing the C library");
    run!(shell, "make --silent -C bindings-c install PREFIX={prefix}")
}

/// Installs the PHP package, and returns its folder.
pub(crate) fn php(shell: &Shell) -> Result<PathBuf> {
    setup::PHP.install(shell)?;
    let folder = shell.current_dir().join("target/php/package");
    step("Installing the PHP package");
    run!(shell, "php bindings-php/tests/package.php {folder}")?;
    Ok(folder)
}

/// Installs the Python package, and returns the Python that has it.
pub(crate) fn python(shell: &Shell) -> Result<PathBuf> {
    setup::PYTHON.install(shell)?;
    step("Installing the Python package");
    Ok(read!(shell, "python3 bindings-python/run.py python")?.into())
}

/// Runs a script of a folder's `package.json`, with the locked tools.
pub(crate) fn npm(shell: &Shell, folder: &str, script: &str) -> Result<()> {
    let _folder = npm_folder(shell, folder)?;
    run!(shell, "npm run --silent {script}")
}

/// Returns what such a script prints.
pub(crate) fn read_npm(shell: &Shell, folder: &str, script: &str) -> Result<String> {
    let _folder = npm_folder(shell, folder)?;
    read!(shell, "npm run --silent {script}")
}

/// Enters a folder whose scripts are run, with their tools.
fn npm_folder<'s>(shell: &'s Shell, folder: &str) -> Result<PushDir<'s>> {
    setup::node(shell)?;
    setup::npm_tools(shell, folder)?;
    run!(shell, "rustup --quiet target add wasm32-unknown-unknown")?;
    Ok(shell.push_dir(folder))
}
