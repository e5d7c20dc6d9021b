//! Measures the size of what is shipped.

use anyhow::Result;
use xshell::Shell;

use crate::packages;

/// The files below `target`. A `*` stands for any text.
const FILES: &str = "size/bin/visiono-workflow npm/package/*.wasm npm/*.tgz python/wheel/*.whl \
    size/lib/libvisiono_workflow.so";

/// Builds everything, and returns the table of sizes.
pub(super) fn bench(shell: &Shell) -> Result<String> {
    let folder = shell.current_dir().join("target/size");
    run!(
        shell,
        "cargo install --quiet --locked --force --path cli --root {folder}"
    )?;
    packages::npm(shell, packages::WASM, "pack")?;
    packages::python(shell)?;
    packages::c_library(shell, &folder)?;
    let list = format!("cd target && find -L {FILES} -printf '| %f | %s |\\n'");
    let rows = read!(shell, "sh -c {list}")?;
    Ok(format!("| what | bytes |\n|---|--:|\n{rows}"))
}
