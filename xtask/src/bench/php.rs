//! The PHP package beside the snippet that signs and verifies by hand.

use anyhow::Result;
use xshell::{Shell, cmd};

use crate::progress::step;
use crate::test::php::{Package, set_up};

pub(crate) fn bench(shell: &Shell) -> Result<()> {
    set_up(shell)?;
    let package = Package::install(shell)?;
    let _package = shell.push_env("VISIONO_WORKFLOW_PACKAGE", &package.folder);
    step("Measuring the PHP package");
    // As a server runs it: compiled once by opcache, without arguments kept for traces.
    cmd!(
        shell,
        "php -d opcache.enable_cli=1 -d zend.exception_ignore_args=1 bindings-c/php/bench/bench.php"
    )
    .quiet()
    .run()?;
    Ok(())
}
