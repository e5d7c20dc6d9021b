//! `cargo xtask test`: runs every test with the runner of its folder.

use anyhow::Result;
use clap::ValueEnum;
use xshell::Shell;

use crate::run::step;
use crate::{generate, packages, setup, versions};

/// A part that can be tested by itself.
#[derive(Clone, Copy, PartialEq, ValueEnum)]
pub(crate) enum Part {
    /// The core and the vectors: `cargo test`
    Rust,
    /// The C library: `make check`
    C,
    /// The PHP package: `phpunit`
    Php,
    /// The Python package, in every Python of pyenv, or in `python3`
    Python,
    /// The npm package, in Node, workerd and Chromium: `npm test`
    Wasm,
    /// The command line, the sandbox and `explain`: `cargo test`
    Cli,
    /// All of these, and what takes longer: `CONTRIBUTING.md` lists it
    Full,
}

/// The parts that are tested if none is named.
const DEFAULT: [Part; 5] = [Part::Rust, Part::C, Part::Php, Part::Python, Part::Wasm];

/// The oldest compiler that is supported.
const MSRV: &str = concat!(env!("CARGO_PKG_RUST_VERSION"), ".0");
/// Targets without an operating system.
const BARE_TARGETS: [&str; 2] = ["thumbv7em-none-eabi", "wasm32v1-none"];
/// The command line, and the crates that neither the core nor a binding needs: more than half of what
/// the workspace compiles.
const PROGRAMS: [&str; 8] = [
    "visiono-workflow-cli",
    "visiono-workflow-sandbox",
    "wrong-programs",
    "fuzz-oracles",
    "differential",
    "decoders",
    "constant-time",
    "xtask",
];

/// Tests the parts, or the default ones.
pub(crate) fn run(shell: &Shell, parts: &[Part]) -> Result<()> {
    let parts = match parts {
        [] => &DEFAULT,
        parts if parts.contains(&Part::Full) => Part::value_variants(),
        parts => parts,
    };
    versions::check(shell)?;
    generate::run(shell, true)?;
    let mut tested = Vec::new();
    for part in parts {
        for program in part.test(shell)? {
            let line = format!("{program} --version");
            let said = read!(shell, "sh -c {line}")?;
            let version = said.lines().next().unwrap_or_default();
            tested.push(format!("{program}: {version}"));
        }
    }
    step("Everything passed");
    println!("Tested with {}", tested.join(", "));
    Ok(())
}

impl Part {
    /// Tests the part, and returns the programs that it was tested with.
    fn test(self, shell: &Shell) -> Result<&'static [&'static str]> {
        match self {
            Self::Rust => {
                rust(shell)?;
                Ok(&["rustc"])
            }
            Self::C => {
                setup::C.install(shell)?;
                step("Testing the C library");
                run!(shell, "make --silent -C bindings-c check")?;
                Ok(&["gcc", "clang", "valgrind"])
            }
            Self::Php => {
                setup::PHP.install(shell)?;
                step("Testing the PHP package");
                let _folder = shell.push_dir("bindings-php");
                run!(shell, "phpunit")?;
                Ok(&["php"])
            }
            Self::Python => {
                setup::PYTHON.install(shell)?;
                // A type checker runs in it.
                setup::node(shell)?;
                step("Testing the Python package");
                run!(shell, "python3 bindings-python/run.py test")?;
                Ok(&[])
            }
            Self::Wasm => {
                setup::CHROMIUM.install(shell)?;
                step("Testing the npm package");
                packages::npm(shell, packages::WASM, "test")?;
                Ok(&["node", "chromium"])
            }
            Self::Cli => {
                cli(shell)?;
                Ok(&["rustc"])
            }
            Self::Full => {
                full(shell)?;
                Ok(&[])
            }
        }
    }
}

/// Tests the core and the vectors, and lints them and the bindings.
fn rust(shell: &Shell) -> Result<()> {
    step("Checking format, lints and documentation");
    run!(shell, "cargo fmt --all --check")?;
    let others = PROGRAMS.map(|name| format!("--exclude={name}"));
    lint(shell, "--workspace --all-targets --all-features", &others)?;
    lint(shell, "-p visiono-workflow --no-default-features", &[])?;
    document(shell, "--package=visiono-workflow")?;
    step("Checking that the generated vectors are fresh");
    setup::PYTHON.install(shell)?;
    run!(shell, "python3 tests/vectors/generate.py --check")?;
    step("Running the tests");
    run!(shell, "cargo test -p visiono-workflow -p conformance")?;
    step(&format!("Checking with Rust {MSRV}, the oldest supported"));
    setup::toolchain(shell, MSRV)?;
    run!(
        shell,
        "rustup --quiet target add --toolchain {MSRV} {BARE_TARGETS...}"
    )?;
    let _folder = shell.push_env("CARGO_TARGET_DIR", "target/msrv");
    run!(
        shell,
        "cargo +{MSRV} check --quiet -p visiono-workflow --all-features"
    )?;
    on_bare_targets(shell, &[&format!("+{MSRV}"), "check"])
}

fn lint(shell: &Shell, options: &str, selected: &[String]) -> Result<()> {
    let options = options.split_whitespace();
    run!(
        shell,
        "cargo clippy --quiet {options...} {selected...} -- -Dwarnings"
    )
}

fn document(shell: &Shell, selected: &str) -> Result<()> {
    run!(
        shell,
        "env RUSTDOCFLAGS=-Dwarnings cargo doc --quiet {selected} --all-features --no-deps
        --document-private-items"
    )
}

/// Runs a command of cargo on the core, without an operating system.
fn on_bare_targets(shell: &Shell, command: &[&str]) -> Result<()> {
    let bare = &BARE_TARGETS.map(|target| format!("--target={target}"));
    for features in ["", "json"] {
        run!(
            shell,
            "cargo {command...} --quiet -p visiono-workflow --no-default-features
            --features={features} {bare...}"
        )?;
    }
    Ok(())
}

/// Tests the command line, the sandbox and `explain`, and lints what the default parts don't.
fn cli(shell: &Shell) -> Result<()> {
    step("Checking lints and documentation of the programs");
    let programs = PROGRAMS.map(|name| format!("--package={name}"));
    lint(shell, "--all-targets --all-features", &programs)?;
    for features in ["alloc", "std", "json", "json,std"] {
        let options = format!("-p visiono-workflow --no-default-features -F {features}");
        lint(shell, &options, &[])?;
    }
    document(shell, "--workspace")?;
    step("Building the core for bare targets");
    run!(shell, "rustup --quiet target add {BARE_TARGETS...}")?;
    on_bare_targets(shell, &["build"])?;
    setup::PHP_CLI.install(shell)?;
    setup::PYTHON.install(shell)?;
    setup::node(shell)?;
    step("Testing the programs, and explaining mistakes of real ones");
    run!(
        shell,
        "cargo test --package visiono-workflow-explain {programs...}"
    )?;
    step(&format!("Checking the programs with Rust {MSRV}"));
    setup::toolchain(shell, MSRV)?;
    let _folder = shell.push_env("CARGO_TARGET_DIR", "target/msrv");
    run!(
        shell,
        "cargo +{MSRV} check --quiet -p visiono-workflow-cli --all-features"
    )
}

/// Tests what takes longer. The other parts have installed what most of it needs.
fn full(shell: &Shell) -> Result<()> {
    step("Installing the C library where cargo builds elsewhere");
    run!(shell, "make --silent -C bindings-c configured")?;
    step("Asking decoders and routers");
    run!(shell, "cargo run --quiet --release --package decoders")?;
    setup::ARM.install(shell)?;
    let libraries = packages::libraries(shell)?;
    step("Loading the libraries of a release");
    run!(
        shell,
        "make --silent -C bindings-c released LIBRARIES={libraries}"
    )?;
    let archive = packages::composer(shell)?;
    step("Installing the archive for Composer, and running it without Rust");
    for way in ["composer", "unzip"] {
        run!(shell, "php bindings-php/tests/archive.php {archive} {way}")?;
    }

    step("Building and running a route with the tools that people use");
    run!(shell, "node tests/builds/matrix.mjs")?;

    // The examples use the packages as they are installed.
    packages::npm(shell, packages::WASM, "build")?;
    packages::python(shell)?;
    packages::php(shell)?;
    step("Using the sandbox in Chromium, and its REST API");
    run!(shell, "cargo build --quiet -p visiono-workflow-cli")?;
    packages::npm(shell, "tests/sandbox", "test")?;
    packages::npm(shell, "tests/sandbox", "integrations")?;
    run!(shell, "python3 tests/rest/run.py")?;
    step("Using the playground in Chromium");
    packages::npm(shell, "playground", "test")?;
    step("Checking the examples and the documented snippets");
    run!(shell, "node tests/check/examples.mjs")?;
    run!(shell, "node tests/check/snippets.mjs --check")?;

    setup::DATABASES.install(shell)?;
    step("Testing the inbox on databases, and killing them");
    // A worker in Python competes with those of the others.
    let python = read!(shell, "python3 bindings-python/run.py inbox-python")?;
    let _python = shell.push_env("PYTHON", python);
    run!(shell, "python3 bindings-python/run.py inbox")?;
    packages::npm(shell, packages::WASM, "inbox")?;
    run!(
        shell,
        "phpunit --configuration bindings-php/phpunit.xml --testsuite inbox"
    )?;
    step("Running the Python package in frameworks and servers");
    run!(shell, "python3 bindings-python/run.py frameworks")
}
