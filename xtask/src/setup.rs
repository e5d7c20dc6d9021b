//! Installs what a task needs through public package managers, or says what to install.

use std::path::{Path, PathBuf};

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

/// Adds components, such as `miri`, to a toolchain that is there.
pub(crate) fn rust_components(shell: &Shell, toolchain: &str, components: &[&str]) -> Result<()> {
    cmd!(
        shell,
        "rustup --quiet component add --toolchain {toolchain} {components...}"
    )
    .quiet()
    .ignore_stderr()
    .run()
    .with_context(|| {
        format!("Rust {toolchain} lacks {components:?}: run `rustup component add` for them")
    })
}

/// Installs a program from crates.io into `target/tools`, at exactly this version, and returns
/// its path.
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

/// Installs the Debian package of a C library unless pkg-config knows it.
pub(crate) fn c_library(shell: &Shell, name: &str, package: &str) -> Result<()> {
    let known = cmd!(shell, "pkg-config --exists {name}").quiet().run();
    match known {
        Ok(()) => Ok(()),
        Err(_) => debian(shell, &[package], &[&format!("the C library {name}")]),
    }
}

/// A Python that pyenv has.
pub(crate) struct Python {
    version: (u32, u32, u32),
    path: PathBuf,
}

impl Python {
    /// Its version, such as `3.13.0`.
    pub(crate) fn name(&self) -> String {
        let (major, minor, patch) = self.version;
        format!("{major}.{minor}.{patch}")
    }
}

/// The oldest Python that the Python package supports, because pyo3 does.
const OLDEST_PYTHON: (u32, u32, u32) = (3, 9, 0);

/// Every supported Python that pyenv has, the newest last.
pub(crate) fn pythons(shell: &Shell) -> Result<Vec<Python>> {
    if !has("pyenv") {
        bail!("pyenv is missing: install it, and with it CPython 3.9 to 3.13");
    }
    let root = cmd!(shell, "pyenv root").quiet().read()?;
    let versions = cmd!(shell, "pyenv versions --bare").quiet().read()?;
    let mut pythons: Vec<_> = versions
        .lines()
        .filter_map(|name| {
            let numbers: Vec<_> = name.trim().split('.').map(str::parse).collect();
            let [Ok(major), Ok(minor), Ok(patch)] = numbers[..] else {
                return None;
            };
            let path = PathBuf::from(&root)
                .join("versions")
                .join(name.trim())
                .join("bin/python");
            Some(Python {
                version: (major, minor, patch),
                path,
            })
        })
        .filter(|python| python.version >= OLDEST_PYTHON)
        .collect();
    pythons.sort_by_key(|python| python.version);
    if pythons.is_empty() {
        bail!("pyenv has no CPython of 3.9 or newer: run `pyenv install 3.9 3.10 3.11 3.12 3.13`");
    }
    Ok(pythons)
}

/// Makes a virtual environment with what the files of requirements list, unless it is there.
pub(crate) fn venv(
    shell: &Shell,
    python: &Python,
    folder: &Path,
    requirements: &[&Path],
) -> Result<PathBuf> {
    let mut wanted = format!("Python {}\n", python.name());
    for file in requirements {
        wanted += &shell.read_file(file)?;
    }
    // What it was made from, written last.
    let stamp = folder.join("made-from.txt");
    if shell.read_file(&stamp).ok().as_ref() == Some(&wanted) {
        return Ok(folder.to_path_buf());
    }
    let name = folder.strip_prefix(shell.current_dir()).unwrap_or(folder);
    step(&format!(
        "Making {} with Python {}",
        name.display(),
        python.name()
    ));
    let path = &python.path;
    cmd!(shell, "{path} -m venv --clear {folder}")
        .quiet()
        .run()?;
    let pip = folder.join("bin/python");
    for file in requirements {
        cmd!(
            shell,
            "{pip} -m pip install --quiet --disable-pip-version-check --requirement {file}"
        )
        .quiet()
        .run()
        .with_context(|| format!("{} could not be installed with pip", file.display()))?;
    }
    shell.write_file(&stamp, wanted)?;
    Ok(folder.to_path_buf())
}

/// Installs a program from npm into `target/tools`, at exactly this version, and returns its path.
pub(crate) fn npm_tool(shell: &Shell, package: &str, version: &str) -> Result<PathBuf> {
    let root = shell
        .current_dir()
        .join("target/tools")
        .join(format!("{package}-{version}"));
    let path = root.join("node_modules/.bin").join(package);
    if !path.is_file() {
        if !has("npm") {
            bail!("npm is missing: install Node.js 20 or newer with npm");
        }
        step(&format!("Installing {package} {version}"));
        shell.create_dir(&root)?;
        cmd!(
            shell,
            "npm install --silent --no-package-lock --no-audit --no-fund --prefix {root} {package}@{version}"
        )
        .quiet()
        .run()
        .with_context(|| format!("{package} {version} could not be installed with npm"))?;
    }
    Ok(path)
}
