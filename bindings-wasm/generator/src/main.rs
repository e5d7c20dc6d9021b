//! Runs wasm-bindgen: `visiono-workflow-wasm-generator MODULE FOLDER`.
//!
//! It is a crate of the workspace, so that one line of `Cargo.toml` pins one version for the
//! crate and for its generator.

use anyhow::{Context, Result};
use wasm_bindgen_cli_support::Bindgen;

/// What wasm-bindgen keeps for JavaScript's objects: only numbers cross here.
const UNUSED: [&str; 4] = [
    "__abort_handler",
    "__instance_terminated",
    "__wbindgen_externrefs",
    "__wbindgen_start",
];

fn main() -> Result<()> {
    let mut arguments = std::env::args_os().skip(1);
    let module = arguments.next().context("the compiled module")?;
    let folder = arguments.next().context("the folder to write into")?;
    let mut output = Bindgen::new()
        .input_path(module)
        .out_name("visiono_workflow")
        .bundler(true)?
        .typescript(false)
        .remove_name_section(true)
        .remove_producers_section(true)
        .generate_output()?;
    let module = output.wasm_mut();
    for unused in UNUSED {
        module
            .exports
            .remove(unused)
            .with_context(|| format!("the module has no export {unused}"))?;
    }
    walrus::passes::gc::run(module);
    // It tells linkers what the module uses; nothing that runs it reads it.
    module.customs.remove_raw("target_features");
    output.emit(folder)
}
