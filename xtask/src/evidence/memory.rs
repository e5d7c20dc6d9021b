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
    // An interpreter's own allocator takes memory in large pieces, in which valgrind sees nothing.
    let _environment = [
        ("PYTHONMALLOC", "malloc"),
        ("PYTHONHASHSEED", "0"),
        ("PYTHONDONTWRITEBYTECODE", "1"),
        ("USE_ZEND_ALLOC", "0"),
    ]
    .map(|(name, value)| shell.push_env(name, value));
    let _package = shell.push_env("VISIONO_WORKFLOW_PACKAGE", packages::php(shell)?);
    let python = packages::python(shell)?;
    Soak {
        interpreter: &python.to_string_lossy(),
        code: "-c",
        overrun: "import ctypes; c = ctypes.CDLL(None); c.malloc.restype = ctypes.c_void_p\n\
            ctypes.memset(c.malloc(8), 0, 9)",
        leak: "import ctypes; c = ctypes.CDLL(None); c.malloc(1000)",
        script: "bindings-python/tests/soak.py",
    }
    .show(shell)?;
    Soak {
        // Compiled regular expressions read beyond the ends of texts, and may.
        interpreter: "php -d pcre.jit=0",
        code: "-r",
        overrun: "FFI::memset(FFI::cdef('void *malloc(size_t n);')->malloc(8), 0, 9);",
        leak: "FFI::cdef('void *malloc(size_t n);')->malloc(1000);",
        script: "bindings-php/tests/soak.php",
    }
    .show(shell)?;
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
        let passed = said
            .lines()
            .filter_map(|line| number(line, "test result: ok. "));
        let passed = passed.sum::<u64>();
        ensure!(passed > 0, "no test ran: {tests}");
        println!("{passed} tests ran under Miri: {tests}");
    }
    Ok(())
}

/// A script that an interpreter runs under valgrind.
struct Soak<'i> {
    /// The program and its options.
    interpreter: &'i str,
    /// The option before code.
    code: &'i str,
    /// Code that writes one byte too many.
    overrun: &'i str,
    /// Code that loses a kilobyte.
    leak: &'i str,
    script: &'i str,
}

impl Soak<'_> {
    /// Runs the script twice, the second time with twice the calls. No memory of others is read or
    /// written, and no call loses memory.
    fn show(&self, shell: &Shell) -> Result<()> {
        let Self { code, script, .. } = self;
        step(&format!("Making calls under valgrind: {script}"));
        let [lost, _] = self.run(shell, code, "")?;
        let [leaked, _] = self.run(shell, code, self.leak)?;
        ensure!(leaked >= lost + 1000, "valgrind did not see a leak");
        ensure!(
            self.run(shell, code, self.overrun).is_err(),
            "valgrind did not see a write past the end"
        );
        let [lost, used] = self.run(shell, script, &CALLS.to_string())?;
        let [lost_twice, used_twice] = self.run(shell, script, &(2 * CALLS).to_string())?;
        println!(
            "{script}: definitely lost at exit {lost} and {lost_twice} bytes, in use {used} and {used_twice}"
        );
        ensure!(lost_twice <= lost, "calls lose memory");
        ensure!(used_twice < used + CALLS, "calls keep memory");
        Ok(())
    }

    /// Returns the bytes that a run lost, and those that were in use at its end.
    fn run(&self, shell: &Shell, script: &str, argument: &str) -> Result<[u64; 2]> {
        let interpreter = self.interpreter.split_whitespace();
        // The C tests explain the uses of memory without a value that valgrind reports.
        let said = report(cmd!(
            shell,
            "valgrind --leak-check=summary --undef-value-errors=no --error-exitcode=9
            --errors-for-leak-kinds=none {interpreter...} {script} {argument}"
        ))?;
        // The report leaves this line out if no memory is in use.
        let lost = number(&said, "definitely lost:").unwrap_or(0);
        let used = number(&said, "in use at exit:").context("valgrind printed no summary")?;
        Ok([lost, used])
    }
}
