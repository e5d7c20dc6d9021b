//! The Python package, as it is installed: the wheel that pip builds from its sdist.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::{env, iter};

use anyhow::{Context, Result, bail};
use xshell::{Shell, cmd};

use crate::progress::step;
use crate::setup;

/// The type checker that comes from npm.
const PYRIGHT: &str = "1.1.414";

pub(crate) fn test(shell: &Shell) -> Result<()> {
    let pythons = setup::pythons(shell)?;
    let newest = pythons.last().context("a Python")?;
    lint(shell, newest)?;
    let wheel = build(shell, newest)?;
    for python in &pythons {
        step(&format!("Testing the wheel under Python {}", python.name()));
        let venv = install(shell, python, &wheel)?;
        let pytest = venv.join("bin/python");
        // Nothing is left in the tree.
        let _write = shell.push_env("PYTHONDONTWRITEBYTECODE", "1");
        let _store = shell.push_env("HYPOTHESIS_STORAGE_DIRECTORY", "target/python/hypothesis");
        cmd!(
            shell,
            "{pytest} -m pytest --quiet -p no:cacheprovider bindings-python/tests"
        )
        .quiet()
        .run()?;
    }
    // Builds without the global interpreter lock need a wheel of their own, from the same sdist.
    eprintln!("pyenv has no free-threaded build that is supported, so none was tested");
    types(shell, newest, &wheel)
}

/// Checks the format of the code, and what ruff knows to go wrong.
fn lint(shell: &Shell, python: &setup::Python) -> Result<()> {
    let ruff = tools(shell, python)?.join("bin/ruff");
    step("Checking the format and lints of the Python code");
    cmd!(
        shell,
        "{ruff} format --no-cache --quiet --check bindings-python"
    )
    .quiet()
    .run()?;
    cmd!(shell, "{ruff} check --no-cache --quiet bindings-python")
        .quiet()
        .run()?;
    Ok(())
}

/// Makes the sdist, and lets pip build the wheel from it, as it does where no wheel fits.
pub(crate) fn build(shell: &Shell, python: &setup::Python) -> Result<PathBuf> {
    let folder = shell.current_dir().join("target/python");
    let tools = tools(shell, python)?;
    let (sdists, wheels) = (folder.join("sdist"), folder.join("wheel"));
    for made in [&sdists, &wheels] {
        shell.remove_path(made)?;
        shell.create_dir(made)?;
    }

    step("Making the sdist");
    let maturin = tools.join("bin/maturin");
    cmd!(
        shell,
        "{maturin} sdist --manifest-path bindings-python/Cargo.toml --out {sdists}"
    )
    .quiet()
    .run()?;

    step("Building the wheel from the sdist");
    let sdist = only(shell, &sdists)?;
    let clean = setup::venv(shell, python, &folder.join("clean"), &[])?;
    let clean = clean.join("bin/python");
    let _pin = shell.push_env(
        "PIP_CONSTRAINT",
        shell
            .current_dir()
            .join("bindings-python/requirements-tools.txt"),
    );
    cmd!(
        shell,
        "{clean} -m pip wheel --no-cache-dir --disable-pip-version-check --no-deps --wheel-dir {wheels} {sdist}"
    )
    // Nothing built is kept: the files of an sdist are all of one date, so that cargo would take
    // what it built of an earlier one for up to date.
    .env_remove("CARGO_TARGET_DIR")
    .quiet()
    .run()?;
    let wheel = only(shell, &wheels)?;
    let name = wheel.file_name().context("a wheel")?.to_string_lossy();
    if !name.contains("-cp39-abi3-") {
        bail!("{name} is not a wheel for every Python from 3.9 on");
    }
    Ok(wheel)
}

/// An environment of this Python's with the wheel and what its tests need.
pub(crate) fn install(shell: &Shell, python: &setup::Python, wheel: &Path) -> Result<PathBuf> {
    let folder = shell
        .current_dir()
        .join("target/python")
        .join(python.name());
    let requirements = shell
        .current_dir()
        .join("bindings-python/requirements-test.txt");
    let venv = setup::venv(shell, python, &folder, &[&requirements])?;
    let pip = venv.join("bin/python");
    cmd!(
        shell,
        "{pip} -m pip install --quiet --disable-pip-version-check --no-index --no-deps --force-reinstall {wheel}"
    )
    .quiet()
    .run()?;
    Ok(venv)
}

fn tools(shell: &Shell, python: &setup::Python) -> Result<PathBuf> {
    let requirements = shell
        .current_dir()
        .join("bindings-python/requirements-tools.txt");
    let folder = shell.current_dir().join("target/python/tools");
    setup::venv(shell, python, &folder, &[&requirements])
}

/// Checks the types of the installed package, and with them those of its users.
fn types(shell: &Shell, python: &setup::Python, wheel: &Path) -> Result<()> {
    let venv = install(shell, python, wheel)?;
    let tools = tools(shell, python)?.join("bin");
    let python = venv.join("bin/python");
    let (mypy, stubtest) = (tools.join("mypy"), tools.join("stubtest"));
    let users = [
        "bindings-python/tests/typing_check.py",
        "bindings-python/examples/fastapi_app.py",
        "bindings-python/examples/fastapi_webhook.py",
        "bindings-python/examples/flask_app.py",
        "bindings-python/examples/flask_webhook.py",
        "bindings-python/examples/inbox.py",
        "bindings-python/examples/sign_csv.py",
    ];

    step("Checking types with mypy, stubtest and pyright");
    let strict = ["--strict", "--warn-unused-ignores", "--no-incremental"];
    cmd!(
        shell,
        "{mypy} {strict...} --python-executable {python} {users...}"
    )
    .quiet()
    .run()?;
    // The packages of the environment, because stubtest imports what it checks.
    let path = cmd!(
        shell,
        "{python} -c 'import sysconfig; print(sysconfig.get_path(\"platlib\"))'"
    )
    .quiet()
    .read()?;
    {
        let _path = shell.push_env("PYTHONPATH", &path);
        let allowed = "bindings-python/tests/stubtest.txt";
        cmd!(shell, "{stubtest} visiono_workflow --allowlist {allowed}")
            .quiet()
            .run()?;
    }
    let pyright = setup::npm_tool(shell, "pyright", PYRIGHT)?;
    cmd!(
        shell,
        "{pyright} --pythonpath {python} --project bindings-python/pyproject.toml"
    )
    .quiet()
    .run()?;
    // For this it asks the first Python on the path, whatever it is told.
    let _path = shell.push_env("PATH", path_with(&venv.join("bin"))?);
    cmd!(
        shell,
        "{pyright} --ignoreexternal --verifytypes visiono_workflow"
    )
    .quiet()
    .run()?;
    Ok(())
}

/// The path that programs are looked up in, after this folder.
fn path_with(folder: &Path) -> Result<OsString> {
    let path = env::var_os("PATH").unwrap_or_default();
    let folders = iter::once(folder.to_path_buf()).chain(env::split_paths(&path));
    Ok(env::join_paths(folders)?)
}

/// The only file of a folder.
fn only(shell: &Shell, folder: &Path) -> Result<PathBuf> {
    match shell.read_dir(folder)?.as_slice() {
        [file] => Ok(file.clone()),
        files => bail!("{} should hold one file, not {files:?}", folder.display()),
    }
}
