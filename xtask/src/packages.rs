//! Builds and installs the packages, with the runner of each folder, as a user has them.

use std::path::{Path, PathBuf};

use anyhow::Result;
use xshell::Shell;

use crate::run::step;
use crate::setup;

/// Installs the C library below `prefix`.
pub(crate) fn c_library(shell: &Shell, prefix: &Path) -> Result<()> {
    setup::MAKE.install(shell)?;
    let prefix = std::path::absolute(prefix)?;
    step(&format!(
        "Installing the C library below {}",
        prefix.display()
    ));
    Ok(run!(
        shell,
        "make --silent -C bindings-c install PREFIX={prefix}"
    )?)
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

/// The folder of the npm package, after `npm run build`.
pub(crate) const NPM: &str = "target/npm/package";

/// Runs a script of the npm package's, with the locked tools.
pub(crate) fn npm(shell: &Shell, script: &str) -> Result<()> {
    let _folder = npm_folder(shell)?;
    Ok(run!(shell, "npm run --silent {script}")?)
}

/// Installs the npm package's tools unless they are there, and enters its folder.
pub(crate) fn npm_folder(shell: &Shell) -> Result<xshell::PushDir<'_>> {
    setup::node(shell)?;
    setup::rust_targets(shell, "", &["wasm32-unknown-unknown"])?;
    let folder = shell.push_dir("bindings-wasm");
    let lock = shell.read_file("package-lock.json")?;
    // The lock file of what is installed, written last.
    let stamp = "node_modules/.installed.json";
    if shell.read_file(stamp).ok().as_ref() != Some(&lock) {
        step("Installing the npm package's tools");
        run!(
            shell,
            "npm ci --ignore-scripts --no-audit --no-fund --loglevel=error"
        )?;
        shell.write_file(stamp, lock)?;
    }
    Ok(folder)
}
