//! Miri, sanitizers, valgrind, and soaks of PHP and Python.

use anyhow::{Context, Result, ensure};
use xshell::{Shell, cmd};

use crate::run::{number, report, step};
use crate::{packages, setup};

/// The tests that run under Miri, as arguments of `cargo test`. Those that take hours are skipped.
const MIRI: [&str; 5] = [
    "-p visiono-workflow --all-features --doc",
    "-p conformance --test=codes --test=details --test=expand --test=expect --test=messages
    -- --skip=each_digit_of_a_signature_is_one_character",
    // The C boundary.
    "-p visiono-workflow-c --lib",
    // The fuzzer's inputs, with all exports of the C library.
    "-p fuzz-oracles",
    "-p conformance --test=properties -- --skip=every_byte_that_changes_a_value_is_refused",
];
/// Calls of the shorter of two soaks. The longer makes twice as many.
const CALLS: u64 = 20_000;

pub(crate) fn show(shell: &Shell) -> Result<()> {
    setup::C.install(shell)?;
    step("Running the C library under sanitizers and valgrind");
    run!(shell, "make --silent -C bindings-c memory")?;
    let _package = shell.push_env("VISIONO_WORKFLOW_PACKAGE", packages::php(shell)?);
    let python = packages::python(shell)?.display().to_string();
    soak(shell, &python, "bindings-python/tests/soak.py")?;
    soak(shell, "php", "bindings-php/tests/soak.php")?;
    miri(shell)
}

/// Runs tests in Miri, which stops at undefined behaviour and at memory that isn't freed.
fn miri(shell: &Shell) -> Result<()> {
    setup::toolchain(shell, "nightly")?;
    run!(
        shell,
        "rustup --quiet component add --toolchain nightly miri rust-src"
    )?;
    for tests in MIRI {
        step(&format!("Running under Miri: {tests}"));
        let arguments = tests.split_whitespace();
        // An example and proptest ask for the clock and the folder.
        let said = read!(
            shell,
            "env MIRIFLAGS=-Zmiri-disable-isolation
            cargo +nightly miri test --target-dir target/miri {arguments...}"
        )
        .with_context(|| format!("Miri found fault with {tests}"))?;
        println!("{said}");
        let passed = |line| number(line, "test result: ok. ");
        let passed: u64 = said.lines().filter_map(passed).sum();
        ensure!(passed > 0, "no test ran: {tests}");
        println!("{passed} tests ran under Miri: {tests}");
    }
    Ok(())
}

/// Runs a script twice under valgrind, the second time with twice the calls. No memory of others is
/// read or written, and no call loses memory.
fn soak(shell: &Shell, interpreter: &str, script: &str) -> Result<()> {
    step(&format!("Making calls under valgrind: {script}"));
    // The bytes that a run lost, and those that were in use at its end.
    let run = |argument: &str| -> Result<[u64; 2]> {
        // An interpreter's own allocator takes memory in large pieces, in which valgrind sees
        // nothing. The C tests explain the uses of memory without a value that it reports.
        let said = report(cmd!(
            shell,
            "env PYTHONMALLOC=malloc PYTHONHASHSEED=0 PYTHONDONTWRITEBYTECODE=1 USE_ZEND_ALLOC=0
            valgrind --leak-check=summary --undef-value-errors=no --error-exitcode=9
            --errors-for-leak-kinds=none {interpreter} {script} {argument}"
        ))?;
        // The report leaves this line out if no memory is in use.
        let lost = number(&said, "definitely lost:").unwrap_or(0);
        let used = number(&said, "in use at exit:").context("valgrind printed no summary")?;
        Ok([lost, used])
    };
    let ([lost, _], [leaked, _]) = (run("0")?, run("leak")?);
    ensure!(leaked >= lost + 1000, "valgrind did not see a leak");
    let overrun = run("overrun");
    ensure!(
        overrun.is_err(),
        "valgrind did not see a write past the end"
    );
    let [lost, used] = run(&CALLS.to_string())?;
    let [lost_twice, used_twice] = run(&(2 * CALLS).to_string())?;
    println!(
        "{script}: definitely lost at exit {lost} and {lost_twice} bytes, in use {used} and {used_twice}"
    );
    ensure!(lost_twice <= lost, "calls lose memory");
    ensure!(used_twice < used + CALLS, "calls keep memory");
    Ok(())
}
