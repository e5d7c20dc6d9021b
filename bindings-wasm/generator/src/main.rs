//! Runs wasm-bindgen: `visiono-workflow-wasm-generator MODULE FOLDER`.
//!
//! It is a crate of the workspace, so that one line of `Cargo.toml` pins one version for the
//! crate and for its generator.

use anyhow::{Context, Result};
use wasm_bindgen_cli_support::Bindgen;

fn main() -> Result<()> {
    let mut arguments = std::env::args_os().skip(1);
    let module = arguments.next().context("the compiled module")?;
    let folder = arguments.next().context("the folder to write into")?;
    Bindgen::new()
        .input_path(module)
        .out_name("visiono_workflow")
        .bundler(true)?
        .typescript(false)
        .remove_name_section(true)
        .remove_producers_section(true)
        .generate(folder)
}
