//! The C header, generated from the exports, and the header for PHP, made from that.

use anyhow::Result;
use cbindgen::{Builder, Config};
use xshell::Shell;

use crate::files::File;

const C: &str = "bindings-c/include/visiono_workflow.h";
const PHP: &str = "bindings-php/src/visiono_workflow.h";

/// The texts by which a declaration for PHP is recognized.
const CALLED: [&str; 4] = [
    "visiono_php_",
    "visiono_version(",
    "} visiono_code_t;",
    "} visiono_webhook_event_t;",
];

/// Generates both headers.
pub(crate) fn generate(shell: &Shell) -> Result<[File; 2]> {
    let root = shell.current_dir();
    // Macros write the exports, and cbindgen reads no macros. Expanding them is an unstable option,
    // which this variable allows; another target folder keeps the other builds fresh.
    let exports = read!(
        shell,
        "env RUSTC_BOOTSTRAP=1 cargo rustc --quiet -p visiono-workflow-c --lib --profile check
        --target-dir target/expand -- -Zunpretty=expanded"
    )?;
    let file = root.join("target/expand/exports.rs");
    shell.write_file(&file, exports)?;
    let bindings = Builder::new()
        .with_src(file)
        .with_config(Config::from_root_or_default(root.join("bindings-c")))
        .generate()?;
    let mut c = Vec::new();
    bindings.write(&mut c);
    let c = String::from_utf8(c)?;
    let php = for_php(&c);
    Ok([(C.into(), Some(c)), (PHP.into(), Some(php))])
}

/// Extracts what PHP calls: its own functions, the version, and the numbers of codes and events.
///
/// PHP's header parser takes every `#` line for a comment, except the two that name the scope and
/// the library for preloading.
fn for_php(c: &str) -> String {
    let mut php = String::from(
        "#define FFI_SCOPE \"VISIONO_WORKFLOW\"\n\
         #define FFI_LIB \"libvisiono_workflow.so.0\"\n\
         // Written from the C header: `cargo xtask generate` writes it again.\n",
    );
    for declaration in c.split("\n\n") {
        let is_code = |line: &&str| !line.starts_with('#') && !line.trim_start().starts_with("//");
        let code = declaration.lines().filter(is_code).collect::<Vec<_>>();
        let code = code.join("\n");
        if CALLED.iter().any(|name| code.contains(name)) {
            php.push_str(&format!("\n{}\n", code.trim()));
        }
    }
    php
}
