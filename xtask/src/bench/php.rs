//! The PHP package beside the snippet that signs and verifies by hand.

use std::path::Path;

use anyhow::Result;
use xshell::{Shell, cmd};

use crate::progress::step;
use crate::setup;
use crate::test::php::{Package, set_up};

/// Symfony's way to sign a URL, where Debian puts it.
const URI_SIGNER: &str = "/usr/share/php/Symfony/Component/HttpKernel/UriSigner.php";

pub(crate) fn bench(shell: &Shell) -> Result<()> {
    set_up(shell)?;
    if !Path::new(URI_SIGNER).is_file() {
        setup::debian(
            shell,
            &["php-symfony-http-kernel"],
            &["Symfony's UriSigner"],
        )?;
    }
    let package = Package::install(shell)?;
    let _package = shell.push_env("VISIONO_WORKFLOW_PACKAGE", &package.folder);
    let _signer = shell.push_env("URI_SIGNER", URI_SIGNER);
    step("Measuring the PHP package");
    // As a server runs it: compiled once by opcache, without arguments kept for traces.
    cmd!(
        shell,
        "php -d opcache.enable_cli=1 -d zend.exception_ignore_args=1 bindings-php/bench/bench.php"
    )
    .quiet()
    .run()?;
    Ok(())
}
