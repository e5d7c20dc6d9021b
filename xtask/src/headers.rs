//! `cargo xtask headers`: the C header, made of the exports, and the one for PHP, made of that.

use anyhow::{Context, Result};
use xshell::{Shell, cmd};

use crate::generated::{self, File};
use crate::progress::step;
use crate::setup;

const CBINDGEN: &str = "0.29.4";
/// Where the C header is.
pub(crate) const C: &str = "bindings-c/include/visiono_workflow.h";
/// Where the header for PHP is.
pub(crate) const PHP: &str = "bindings-php/src/visiono_workflow.h";

/// Writes both headers.
pub(crate) fn write(shell: &Shell) -> Result<()> {
    generated::write(shell, &generate(shell)?)
}

/// Makes both headers again and compares them with the committed ones.
pub(crate) fn check(shell: &Shell) -> Result<()> {
    generated::check(shell, &generate(shell)?, "headers")
}

fn generate(shell: &Shell) -> Result<[File; 2]> {
    let cbindgen = setup::cargo_tool(shell, "cbindgen", "cbindgen", CBINDGEN)?;
    step("Making the headers");
    let c = cmd!(
        shell,
        "{cbindgen} --quiet --config bindings-c/cbindgen.toml bindings-c"
    )
    .quiet()
    .read()
    .context("cbindgen could not read the exports")?
        + "\n";
    let php = for_php(&c);
    Ok([(C, c), (PHP, php)])
}

/// The part of the C header that PHP calls: its own functions, the version, and the numbers of
/// codes and events. PHP's parser of headers takes every `#` line for a comment; the two that it
/// reads name the scope and the library for preloading.
fn for_php(c: &str) -> String {
    let mut php = String::from(
        "#define FFI_SCOPE \"VISIONO_WORKFLOW\"\n\
         #define FFI_LIB \"libvisiono_workflow.so.0\"\n\
         // Written from the C header: `cargo xtask headers` writes it again.\n",
    );
    for declaration in c.split("\n\n") {
        let lines = declaration
            .lines()
            .filter(|line| !line.starts_with('#') && !line.trim_start().starts_with("//"));
        let code = lines.collect::<Vec<_>>().join("\n");
        let is_called = ["visiono_php_", "visiono_version("]
            .iter()
            .any(|name| code.contains(name));
        let is_number = ["} visiono_code_t;", "} visiono_webhook_event_t;"]
            .iter()
            .any(|end| code.trim_end().ends_with(end));
        if is_called || is_number {
            php.push_str(&format!("\n{}\n", code.trim()));
        }
    }
    php
}
