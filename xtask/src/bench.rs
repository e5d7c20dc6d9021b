//! `cargo xtask bench`: measures speed, as ratios to peers measured in the same run.

mod instructions;
mod report;
mod sizes;
mod start;

use anyhow::Result;
use clap::ValueEnum;
use xshell::Shell;

use self::report::Page;
use crate::run::step;
use crate::{packages, setup};

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

/// Measures the parts. Measures all of them and writes `docs/benchmarks.md` if none is named.
pub(crate) fn run(shell: &Shell, parts: &[Part]) -> Result<()> {
    let everything = parts.is_empty();
    let parts = if everything {
        Part::value_variants()
    } else {
        parts
    };
    // Every benchmark, in whatever language, appends its rows to this file.
    let rows = shell.current_dir().join("target/benchmarks.jsonl");
    shell.remove_path(&rows)?;
    let _rows = shell.push_env("BENCHMARKS", &rows);
    let mut page = Page::read(shell)?;
    for part in parts {
        match part {
            Part::Core => {
                step("Measuring the core");
                run!(shell, "cargo bench --quiet -p conformance --bench core")?;
            }
            Part::C => {
                setup::C.install(shell)?;
                setup::OPENSSL.install(shell)?;
                step("Measuring the C library");
                run!(shell, "make --silent -C bindings-c bench")?;
            }
            Part::Php => php(shell)?,
            Part::Python => {
                let python = packages::python(shell)?;
                step("Measuring the Python package");
                run!(shell, "{python} bindings-python/bench/bench.py")?;
            }
            Part::Wasm => {
                setup::CHROMIUM.install(shell)?;
                step("Measuring the npm package, which takes about two minutes");
                packages::npm(shell, "bench")?;
            }
            Part::Explain => {
                setup::CHROMIUM.install(shell)?;
                step("Measuring the search for mistakes");
                run!(
                    shell,
                    "cargo build --quiet --release -p visiono-workflow-cli"
                )?;
                let native = read!(
                    shell,
                    "cargo run --quiet --release -p visiono-workflow-explain --example cost"
                )?;
                let _folder = packages::npm_folder(shell, packages::WASM)?;
                let compiled = read!(shell, "npm run --silent bench:explain")?;
                let tables = format!("{native}\n\n{compiled}");
                println!("{tables}");
                page.fill("explain", &tables)?;
            }
            Part::Growth => {
                step("Measuring how the cost grows");
                let tables = read!(
                    shell,
                    "cargo run --quiet --release -p conformance --example growth docs/plots"
                )?;
                page.fill("growth", &tables)?;
            }
            Part::Instructions => page.fill("instructions", &instructions::bench(shell)?)?,
            Part::Start => page.fill("start", &start::bench(shell)?)?,
            Part::Sizes => page.fill("sizes", &sizes::bench(shell)?)?,
            Part::Sandbox => page.fill("sandbox", &sandbox(shell)?)?,
            Part::Inbox => page.fill("inbox", &inbox(shell)?)?,
        }
    }
    if everything {
        page.write(shell, &shell.read_file(rows)?)?;
        step("Wrote docs/benchmarks.md");
    }
    Ok(())
}

fn sandbox(shell: &Shell) -> Result<String> {
    setup::CHROMIUM.install(shell)?;
    step("Measuring the sandbox");
    run!(
        shell,
        "cargo build --quiet --release -p visiono-workflow-cli"
    )?;
    let _folder = packages::npm_folder(shell, packages::SANDBOX)?;
    Ok(read!(shell, "npm run --silent bench")?)
}

fn inbox(shell: &Shell) -> Result<String> {
    setup::DATABASES.install(shell)?;
    let _package = shell.push_env("VISIONO_WORKFLOW_PACKAGE", packages::php(shell)?);
    let python = read!(shell, "python3 bindings-python/run.py inbox-python")?;
    step("Measuring the inbox");
    let python = read!(shell, "{python} bindings-python/tests/inbox/bench.py")?;
    let php = read!(
        shell,
        "php -d opcache.enable_cli=1 bindings-php/bench/inbox.php"
    )?;
    let _folder = packages::npm_folder(shell, packages::WASM)?;
    let node = read!(shell, "npm run --silent bench:inbox")?;
    Ok(format!(
        "```text\n{node}\n```\n\n```text\n{php}\n```\n\n```text\nPython: {python}\n```"
    ))
}

fn php(shell: &Shell) -> Result<()> {
    setup::SYMFONY.install(shell)?;
    let package = packages::php(shell)?;
    let _package = shell.push_env("VISIONO_WORKFLOW_PACKAGE", package);
    let _signer = shell.push_env(
        "URI_SIGNER",
        "/usr/share/php/Symfony/Component/HttpKernel/UriSigner.php",
    );
    step("Measuring the PHP package");
    // As on a server: compiled once by opcache, without arguments kept for traces.
    run!(
        shell,
        "php -d opcache.enable_cli=1 -d zend.exception_ignore_args=1 bindings-php/bench/bench.php"
    )?;
    Ok(())
}
