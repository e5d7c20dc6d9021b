//! The npm package beside the documented snippet and `WebCrypto`, in Node, workerd and
//! Chromium.

use anyhow::Result;
use xshell::{Shell, cmd};

use crate::npm::Package;
use crate::progress::step;
use crate::setup;

pub(crate) fn bench(shell: &Shell) -> Result<()> {
    let package = Package::build(shell)?;
    setup::debian(shell, &["chromium"], &["chromium"])?;
    step("Measuring the npm package, which takes about two minutes");
    let bundles = shell.create_temp_dir()?;
    let _bundles = shell.push_env("BENCH", bundles.path());
    let _package = shell.push_env("PACKAGE", &package.folder);
    let script = package.tools.join("bench.mjs");
    cmd!(shell, "node {script}").quiet().run()?;
    Ok(())
}
