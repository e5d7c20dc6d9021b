//! `cargo xtask bench`: measures speed, as ratios to peers measured in the same run.

mod report;
mod sizes;
mod start;

use anyhow::{Context, Result};
use clap::ValueEnum;
use xshell::Shell;

use crate::packages::{self, WASM};
use crate::run::step;
use crate::setup;

/// A part that can be measured by itself.
#[derive(Clone, Copy, ValueEnum)]
pub(crate) enum Part {
    /// The core, beside a bare keyed HMAC and the usual crates
    Core,
    /// The C library, beside OpenSSL and a JSON library
    C,
    /// The PHP package, beside the documented snippet and Symfony's signer
    Php,
    /// The Python package, beside the documented snippet and itsdangerous
    Python,
    /// The npm package, beside the documented snippet and `WebCrypto`, in each runtime
    Wasm,
    /// The search for mistakes, native and in WebAssembly
    Explain,
    /// The growth of the core's cost, as plots
    Growth,
    /// The instructions of the core's operations
    Instructions,
    /// Start-up and memory of each package
    Start,
    /// The sizes of what is shipped
    Sizes,
    /// The sandbox: start, memory, size, and deliveries
    Sandbox,
    /// The inbox, beside an INSERT after the documented snippet, in each language
    Inbox,
}

/// Measures the parts, and writes `docs/benchmarks.md` if they are all.
pub(crate) fn run(shell: &Shell, parts: &[Part]) -> Result<()> {
    // Every benchmark, in whatever language, appends its rows to this file.
    let rows = shell.current_dir().join("target/benchmarks.jsonl");
    shell.remove_path(&rows)?;
    let _rows = shell.push_env("BENCHMARKS", &rows);
    let mut page = shell.read_file(report::PAGE)?;
    for part in parts {
        let name = part.to_possible_value().context("a hidden part")?;
        let name = name.get_name();
        step(&format!("Measuring: {name}"));
        let tables = part.measure(shell)?;
        if !tables.is_empty() {
            println!("{tables}");
            page = report::fill(&page, name, &tables)?;
        }
    }
    if parts.len() == Part::value_variants().len() {
        page = report::fill_ratios(shell, &page, &shell.read_file(rows)?)?;
        shell.write_file(report::PAGE, page)?;
        step("Wrote docs/benchmarks.md");
    }
    Ok(())
}

impl Part {
    /// Measures the part, and returns its tables. It has none if it appends rows.
    fn measure(self, shell: &Shell) -> Result<String> {
        match self {
            Self::Core => run!(shell, "cargo bench --quiet -p conformance --bench core")?,
            Self::C => {
                setup::C.install(shell)?;
                setup::OPENSSL.install(shell)?;
                run!(shell, "make --silent -C bindings-c bench")?;
            }
            Self::Php => {
                setup::SYMFONY.install(shell)?;
                let _package = shell.push_env("VISIONO_WORKFLOW_PACKAGE", packages::php(shell)?);
                // As on a server: compiled once by opcache, without arguments kept for traces.
                run!(
                    shell,
                    "php -d opcache.enable_cli=1 -d zend.exception_ignore_args=1
                    bindings-php/bench/bench.php"
                )?;
            }
            Self::Python => {
                let python = packages::python(shell)?;
                run!(shell, "{python} bindings-python/bench/bench.py")?;
            }
            Self::Wasm => {
                setup::CHROMIUM.install(shell)?;
                packages::npm(shell, WASM, "bench")?;
            }
            Self::Explain => return explain(shell),
            Self::Growth => return example(shell, "conformance", &["growth", "docs/plots"]),
            Self::Instructions => {
                setup::VALGRIND.install(shell)?;
                return example(shell, "conformance", &["operations"]);
            }
            Self::Start => return start::bench(shell),
            Self::Sizes => return sizes::bench(shell),
            Self::Sandbox => {
                setup::CHROMIUM.install(shell)?;
                return packages::read_npm(shell, "tests/sandbox", "bench");
            }
            Self::Inbox => return inbox(shell),
        }
        Ok(String::new())
    }
}

/// Returns what an example of a package prints.
fn example(shell: &Shell, package: &str, arguments: &[&str]) -> Result<String> {
    read!(
        shell,
        "cargo run --quiet --release --package {package} --example {arguments...}"
    )
}

fn explain(shell: &Shell) -> Result<String> {
    setup::CHROMIUM.install(shell)?;
    let native = example(shell, "visiono-workflow-explain", &["cost"])?;
    let compiled = packages::read_npm(shell, WASM, "bench:explain")?;
    Ok(format!("{native}\n\n{compiled}"))
}

fn inbox(shell: &Shell) -> Result<String> {
    setup::DATABASES.install(shell)?;
    let _package = shell.push_env("VISIONO_WORKFLOW_PACKAGE", packages::php(shell)?);
    let python = read!(shell, "python3 bindings-python/run.py inbox-python")?;
    let python = read!(shell, "{python} bindings-python/tests/inbox/bench.py")?;
    let php = read!(
        shell,
        "php -d opcache.enable_cli=1 bindings-php/bench/inbox.php"
    )?;
    let node = packages::read_npm(shell, WASM, "bench:inbox")?;
    Ok(format!(
        "```text\n{node}\n```\n\n```text\n{php}\n```\n\n```text\nPython: {python}\n```"
    ))
}
