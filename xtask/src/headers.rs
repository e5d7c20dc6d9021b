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
pub(crate) const PHP: &str = "bindings-c/php/src/visiono_workflow.h";

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

/// PHP's parser of headers takes every `#` line for a comment, so what only C++ should see has to
/// go. The two lines that it does read name the scope and the library for preloading.
fn for_php(c: &str) -> String {
    let mut php = String::from(
        "#define FFI_SCOPE \"VISIONO_WORKFLOW\"\n\
         #define FFI_LIB \"libvisiono_workflow.so.0\"\n\
         // Written from the C header: `cargo xtask headers` writes it again.\n",
    );
    let mut only_cpp = false;
    // The front matter is documentation, and so are the comments.
    let declarations = c.split_once("*/").map_or(c, |(_, rest)| rest);
    for line in declarations.lines() {
        if line.starts_with("#ifdef __cplusplus") {
            only_cpp = true;
        } else if line.starts_with("#endif") {
            only_cpp = false;
        } else if !(only_cpp || line.starts_with('#') || line.trim_start().starts_with("//")) {
            let blank_after_blank = line.is_empty() && php.ends_with("\n\n");
            if !blank_after_blank {
                php.push_str(line);
                php.push('\n');
            }
        }
    }
    php
}
