//! Runs wasm-bindgen: `visiono-workflow-wasm-generator MODULE FOLDER`.
//!
//! It is a crate of the workspace, so that one line of `Cargo.toml` pins one version for the
//! crate and for its generator.

use anyhow::{Context, Result};
use walrus::{FunctionBuilder, FunctionKind, Module};
use wasm_bindgen_cli_support::Bindgen;

/// The functions of the standard library that compose the message of a panic. What calls them
/// are checks that can't fail, and the module's panic handler stops without a message.
const PANICS: [&str; 7] = [
    "core::panicking::",
    "core::slice::index::slice_index_fail",
    "core::str::slice_error_fail",
    "core::slice::copy_from_slice_impl::len_mismatch_fail",
    "core::option::",
    "core::result::unwrap_failed",
    "alloc::raw_vec::capacity_overflow",
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
    stop_without_message(output.wasm_mut());
    output.emit(folder)
}

/// Replaces what composes the message of a panic by an instruction that stops.
fn stop_without_message(module: &mut Module) {
    let panics: Vec<_> = module
        .funcs
        .iter_local()
        .filter_map(|(id, function)| {
            let name = rustc_demangle::demangle(module.funcs.get(id).name.as_deref()?).to_string();
            PANICS
                .iter()
                .any(|start| name.starts_with(start))
                .then_some((id, function.ty()))
        })
        .collect();
    for (id, kind) in panics {
        let kind = module.types.get(kind);
        let (parameters, results) = (kind.params().to_vec(), kind.results().to_vec());
        let arguments = parameters
            .iter()
            .map(|kind| module.locals.add(*kind))
            .collect();
        let mut stop = FunctionBuilder::new(&mut module.types, &parameters, &results);
        stop.func_body().unreachable();
        module.funcs.get_mut(id).kind = FunctionKind::Local(stop.local_func(arguments));
    }
    walrus::passes::gc::run(module);
}
