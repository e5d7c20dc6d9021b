//! The npm package beside the documented snippet and `WebCrypto`, in Node and in workerd.

use anyhow::Result;
use xshell::{Shell, cmd};

use crate::npm::Package;
use crate::progress::step;

pub(crate) fn bench(shell: &Shell) -> Result<()> {
    let package = Package::build(shell)?;
    step("Measuring the npm package, which takes about a minute");
    let bundles = shell.create_temp_dir()?;
    let _bundles = shell.push_env("BENCH", bundles.path());
    let _package = shell.push_env("PACKAGE", &package.folder);
    let script = package.tools.join("bench.mjs");
    cmd!(shell, "node {script}").quiet().run()?;
    Ok(())
}
