//! `cargo xtask test`: runs every test with the runner of its folder.

use anyhow::Result;
use clap::ValueEnum;
use xshell::Shell;

use crate::run::{read_line, run_lines, step};
use crate::{generate, packages, setup, versions};

/// A part that can be tested by itself.
#[derive(Clone, Copy, PartialEq, ValueEnum)]
pub(crate) enum Part {
    /// The core, the command line and the vectors: `cargo test`
    Rust,
    /// The C library: `make check`
    C,
    /// The PHP package: `phpunit`
    Php,
    /// The Python package, in every Python of pyenv, or in `python3`
    Python,
    /// The npm package, in Node, workerd and Chromium: `npm test`
    Wasm,
    /// All of these, and what takes longer: the decoders of applications, the files of a release
    Full,
}

/// The oldest compiler, as `rust-version` in `Cargo.toml` states it.
const MSRV: &str = "1.88.0";
/// Targets without an operating system.
const BARE_TARGETS: [&str; 2] = ["thumbv7em-none-eabi", "wasm32v1-none"];
const LINTS: [&str; 8] = [
    "cargo fmt --all --check",
    "cargo clippy --quiet --workspace --all-targets --all-features -- -Dwarnings",
    "cargo clippy --quiet -p visiono-workflow --no-default-features -- -Dwarnings",
    "cargo clippy --quiet -p visiono-workflow --no-default-features --features alloc -- -Dwarnings",
    "cargo clippy --quiet -p visiono-workflow --no-default-features --features std -- -Dwarnings",
    "cargo clippy --quiet -p visiono-workflow --no-default-features --features json -- -Dwarnings",
    "cargo clippy --quiet -p visiono-workflow --no-default-features --features json,std -- -Dwarnings",
    "env RUSTDOCFLAGS=-Dwarnings cargo doc --quiet --workspace --no-deps --document-private-items",
];

/// Tests the parts, or all of them but `full`.
pub(crate) fn run(shell: &Shell, parts: &[Part]) -> Result<()> {
    let is_full = parts.contains(&Part::Full);
    let is_wanted =
        |part: &&Part| is_full || parts.contains(part) || parts.is_empty() && **part != Part::Full;
    versions::check(shell)?;
    generate::run(shell, true)?;
    let mut tested = Vec::new();
    for part in Part::value_variants().iter().filter(is_wanted) {
        for program in part.test(shell)? {
            let version = read_line(shell, &format!("{program} --version"))?;
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
                Ok(&["rustc", "rustc +1.88.0"])
            }
            Self::C => {
                setup::C.install(shell)?;
                step("Testing the C library");
                run_lines(shell, &["make --silent -C bindings-c check"])?;
                Ok(&["gcc", "clang", "valgrind"])
            }
            Self::Php => {
                setup::PHP.install(shell)?;
                step("Testing the PHP package");
                let _folder = shell.push_dir("bindings-php");
                run_lines(shell, &["phpunit"])?;
                Ok(&["php"])
            }
            Self::Python => {
                setup::PYTHON.install(shell)?;
                // A type checker runs in it.
                setup::node(shell)?;
                step("Testing the Python package");
                run_lines(shell, &["python3 bindings-python/run.py test"])?;
                Ok(&[])
            }
            Self::Wasm => {
                setup::CHROMIUM.install(shell)?;
                let _folder = packages::npm_folder(shell, packages::WASM)?;
                step("Testing the npm package");
                run_lines(shell, &["npm test"])?;
                Ok(&["node", "chromium"])
            }
            Self::Full => {
                step("Asking decoders and routers");
                run_lines(shell, &["cargo run --quiet --release --package decoders"])?;
                step("Explaining the mistakes of real programs");
                setup::PHP.install(shell)?;
                setup::PYTHON.install(shell)?;
                setup::node(shell)?;
                run_lines(shell, &["cargo test --quiet --package wrong-programs"])?;
                release(shell)?;
                drop(packages::npm_folder(shell, packages::WASM)?);
                step("Building and running a route with the tools that people use");
                run_lines(shell, &["node tests/builds/matrix.mjs"])?;
                sandbox(shell)?;
                step("Using the sandbox's REST API");
                run_lines(shell, &["python3 tests/rest/run.py"])?;
                step("Using the playground in Chromium");
                let folder = packages::npm_folder(shell, packages::PLAYGROUND)?;
                run_lines(shell, &["npm test"])?;
                drop(folder);
                step("Checking the examples and the documented snippets");
                let snippets = "node tests/check/snippets.mjs --check";
                run_lines(shell, &["node tests/check/examples.mjs", snippets])?;
                setup::DATABASES.install(shell)?;
                step("Testing the inbox on databases, and killing them");
                // A worker in Python competes with those of the others.
                let python = read!(shell, "python3 bindings-python/run.py inbox-python")?;
                let _python = shell.push_env("PYTHON", python);
                run_lines(
                    shell,
                    &[
                        "python3 bindings-python/run.py inbox",
                        "npm run --silent inbox --prefix bindings-wasm",
                        "phpunit --configuration bindings-php/phpunit.xml --testsuite inbox",
                    ],
                )?;
                step("Running the Python package in frameworks and servers");
                run_lines(shell, &["python3 bindings-python/run.py frameworks"])?;
                Ok(&[])
            }
        }
    }
}

/// Tests the core, the command line and the vectors.
fn rust(shell: &Shell) -> Result<()> {
    step("Checking format, lints and documentation");
    run_lines(shell, &LINTS)?;
    step("Checking that the generated vectors are fresh");
    setup::PYTHON.install(shell)?;
    run_lines(shell, &["python3 tests/vectors/generate.py --check"])?;
    step("Running the tests");
    // `make check` tests the C library, and the full run needs the other languages.
    run_lines(
        shell,
        &["cargo test --workspace --exclude visiono-workflow-c --exclude wrong-programs"],
    )?;
    step("Building for bare targets");
    setup::rust_targets(shell, "", &BARE_TARGETS)?;
    for target in BARE_TARGETS {
        let build = format!("cargo build --quiet -p visiono-workflow --target {target}");
        let json = format!("{build} --no-default-features --features json");
        run_lines(shell, &[&format!("{build} --no-default-features"), &json])?;
    }
    oldest_compiler(shell)?;
    Ok(())
}

/// Tests what a PHP developer downloads, as far as this machine can build and run it.
fn release(shell: &Shell) -> Result<()> {
    setup::C.install(shell)?;
    setup::ARM.install(shell)?;
    let libraries = packages::libraries(shell)?;
    step("Loading the libraries of a release");
    run!(
        shell,
        "make --silent -C bindings-c released LIBRARIES={libraries}"
    )?;
    setup::PHP.install(shell)?;
    let archive = packages::composer(shell)?;
    step("Installing the archive, and running it without Rust");
    for way in ["composer", "unzip"] {
        run!(shell, "php bindings-php/tests/archive.php {archive} {way}")?;
    }
    Ok(())
}

/// Tests the sandbox's pages in Chromium.
fn sandbox(shell: &Shell) -> Result<()> {
    setup::CHROMIUM.install(shell)?;
    step("Using the sandbox in Chromium");
    run_lines(shell, &["cargo build --quiet -p visiono-workflow-cli"])?;
    // The examples use the packages as they are installed.
    packages::npm(shell, "build")?;
    packages::python(shell)?;
    packages::php(shell)?;
    let _folder = packages::npm_folder(shell, packages::SANDBOX)?;
    run_lines(shell, &["npm test", "npm run integrations"])
}

/// Builds what is published with the oldest compiler that is supported.
pub(crate) fn oldest_compiler(shell: &Shell) -> Result<String> {
    step(&format!(
        "Building with Rust {MSRV}, the oldest that is supported"
    ));
    setup::rust_targets(shell, MSRV, &BARE_TARGETS)?;
    let [thumb, wasm] = BARE_TARGETS;
    let build = format!("cargo +{MSRV} build --quiet --target-dir target/msrv -p visiono-workflow");
    run_lines(
        shell,
        &[
            &format!("{build} -p visiono-workflow-cli --all-features"),
            &format!("{build} --no-default-features --target {thumb} --target {wasm}"),
        ],
    )?;
    Ok(format!(
        "both crates build with Rust {MSRV}, and the core for {thumb} and {wasm}"
    ))
}
