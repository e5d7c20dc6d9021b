//! The C library beside the same work done by hand, with OpenSSL and a JSON library.

use anyhow::Result;
use xshell::{Shell, cmd};

use crate::progress::step;
use crate::setup;
use crate::test::c::install;

pub(crate) fn bench(shell: &Shell) -> Result<()> {
    setup::debian(shell, &["gcc", "pkg-config"], &["gcc", "pkg-config"])?;
    setup::c_library(shell, "jansson", "libjansson-dev")?;
    setup::c_library(shell, "libcrypto", "libssl-dev")?;
    let prefix = install(shell)?;
    let libraries = prefix.join("lib");
    step("Measuring the C library");
    let program = prefix.join("bench");
    let _path = shell.push_env("PKG_CONFIG_PATH", libraries.join("pkgconfig"));
    let flags = cmd!(
        shell,
        "pkg-config --cflags --libs visiono-workflow jansson libcrypto"
    )
    .quiet()
    .read()?;
    let flags = flags.split_whitespace();
    cmd!(
        shell,
        "gcc -std=gnu11 -O2 -Wall -Wextra bindings-c/bench/bench.c -o {program} {flags...} -Wl,-rpath,{libraries}"
    )
    .quiet()
    .run()?;
    cmd!(shell, "{program}").quiet().run()?;
    Ok(())
}
