//! Miri, sanitizers, valgrind, and soaks of PHP and Python.

use std::path::PathBuf;

use anyhow::{Context, Result, ensure};
use xshell::{Shell, cmd};

use crate::progress::step;
use crate::setup;
use crate::test::{c, php, python};

/// What runs under Miri, by the arguments of `cargo test`.
const MIRI: [(&str, &[&str]); 5] = [
    (
        "the core's examples",
        &["-p", "visiono-workflow", "--all-features", "--doc"],
    ),
    (
        "tests of the core",
        &[
            "-p",
            "conformance",
            "--test=codes",
            "--test=details",
            "--test=expand",
            "--test=expect",
            "--test=messages",
            "--",
            // What takes hours there.
            "--skip=each_digit_of_a_signature_is_one_character",
        ],
    ),
    (
        "tests of the C boundary",
        &["-p", "visiono-workflow-c", "--lib"],
    ),
    (
        "inputs of the fuzzer, with all exports of the C library",
        &["-p", "fuzz-oracles"],
    ),
    (
        "properties of the core",
        &[
            "-p",
            "conformance",
            "--test=properties",
            "--",
            // What takes hours there.
            "--skip=every_byte_that_changes_a_value_is_refused",
        ],
    ),
];
/// How many calls the shorter of two soaks makes; the longer makes twice as many.
const CALLS: u64 = 20_000;

pub(crate) fn show(shell: &Shell) -> Result<()> {
    step("Running the C library under sanitizers and valgrind, as `cargo xtask test c` does");
    c::memory(shell)?;
    soak_python(shell)?;
    soak_php(shell)?;
    // It takes longest.
    miri(shell)
}

/// Runs tests in Miri, which stops at undefined behaviour and at memory that isn't freed.
fn miri(shell: &Shell) -> Result<()> {
    setup::rust_toolchain(shell, "nightly")?;
    setup::rust_components(shell, "nightly", &["miri", "rust-src"])?;
    let mut counts = Vec::new();
    for (what, arguments) in MIRI {
        step(&format!("Running {what} under Miri"));
        let output = cmd!(
            shell,
            "cargo +nightly miri test --target-dir target/miri {arguments...}"
        )
        // The clock and the folder may be asked for, as an example and proptest do.
        .env("MIRIFLAGS", "-Zmiri-disable-isolation")
        .quiet()
        .ignore_status()
        .output()?;
        let said = String::from_utf8_lossy(&output.stdout);
        println!("{said}");
        ensure!(
            output.status.success(),
            "Miri found fault with {what}:\n{}",
            String::from_utf8_lossy(&output.stderr)
        );
        let passed = said.lines().filter_map(|line| {
            let (count, _) = line
                .strip_prefix("test result: ok. ")?
                .split_once(" passed")?;
            count.parse::<u64>().ok()
        });
        let passed = passed.sum::<u64>();
        ensure!(passed > 0, "no test of {what} ran under Miri");
        counts.push((what, passed));
    }
    println!("\nUnder Miri");
    for (what, passed) in counts {
        println!("{passed:>6}  {what}");
    }
    Ok(())
}

fn soak_python(shell: &Shell) -> Result<()> {
    let pythons = setup::pythons(shell)?;
    let newest = pythons.last().context("a Python")?;
    let wheel = python::build(shell, newest)?;
    let venv = python::install(shell, newest, &wheel)?;
    // Python's own allocator takes memory in large pieces, in which valgrind would see nothing.
    let _malloc = shell.push_env("PYTHONMALLOC", "malloc");
    let _seed = shell.push_env("PYTHONHASHSEED", "0");
    let _write = shell.push_env("PYTHONDONTWRITEBYTECODE", "1");
    let interpreter = Interpreter {
        shell,
        name: "Python",
        program: venv.join("bin/python"),
        options: &[],
        code: "-c",
        overrun: "import ctypes; c = ctypes.CDLL(None); c.malloc.restype = ctypes.c_void_p\n\
            ctypes.memset(c.malloc(8), 0, 9)",
        leak: "import ctypes; c = ctypes.CDLL(None); c.malloc(1000)",
    };
    interpreter.soak("bindings-python/tests/soak.py")
}

fn soak_php(shell: &Shell) -> Result<()> {
    php::set_up(shell)?;
    let package = php::Package::install(shell)?;
    let _package = shell.push_env("VISIONO_WORKFLOW_PACKAGE", &package.folder);
    // As with Python's.
    let _malloc = shell.push_env("USE_ZEND_ALLOC", "0");
    let interpreter = Interpreter {
        shell,
        name: "PHP",
        program: "php".into(),
        // Code that is made while PHP runs reads beyond the ends of texts, knowing that it may.
        options: &["-d", "pcre.jit=0"],
        code: "-r",
        overrun: "FFI::memset(FFI::cdef('void *malloc(size_t n);')->malloc(8), 0, 9);",
        leak: "FFI::cdef('void *malloc(size_t n);')->malloc(1000);",
    };
    interpreter.soak("bindings-php/tests/soak.php")
}

/// An interpreter to run under valgrind.
struct Interpreter<'s> {
    shell: &'s Shell,
    name: &'s str,
    program: PathBuf,
    options: &'s [&'s str],
    /// The option before code.
    code: &'s str,
    /// Code that writes one byte too many.
    overrun: &'s str,
    /// Code that loses a kilobyte.
    leak: &'s str,
}

/// What valgrind has to say of a run, in bytes.
struct Heap {
    lost: u64,
    in_use: u64,
}

impl Interpreter<'_> {
    /// Runs a script twice, the second time with twice the calls: nothing is read or written that
    /// isn't the program's, and nothing is lost by a call.
    fn soak(&self, script: &str) -> Result<()> {
        setup::debian(self.shell, &["valgrind"], &["valgrind"])?;
        step(&format!(
            "Checking that valgrind sees what {} does",
            self.name
        ));
        let none = self.run(&[self.code, ""])?;
        let some = self.run(&[self.code, self.leak])?;
        ensure!(some.lost >= none.lost + 1000, "valgrind did not see a leak");
        ensure!(
            self.run(&[self.code, self.overrun]).is_err(),
            "valgrind did not see a write past the end"
        );
        let twice = 2 * CALLS;
        step(&format!("Making {CALLS} calls under valgrind, and {twice}"));
        let once = self.run(&[script, &CALLS.to_string()])?;
        let twice = self.run(&[script, &twice.to_string()])?;
        println!(
            "{}: definitely lost at exit {} and {} bytes, in use {} and {}",
            self.name, once.lost, twice.lost, once.in_use, twice.in_use
        );
        ensure!(twice.lost <= once.lost, "calls lose memory");
        ensure!(twice.in_use < once.in_use + CALLS, "calls keep memory");
        Ok(())
    }

    fn run(&self, arguments: &[&str]) -> Result<Heap> {
        let (shell, program, options) = (self.shell, &self.program, self.options);
        // What valgrind takes for a use of memory without a value is explained in the C tests.
        let output = cmd!(
            shell,
            "valgrind --leak-check=summary --undef-value-errors=no --error-exitcode=9 --errors-for-leak-kinds=none {program} {options...} {arguments...}"
        )
        .quiet()
        .ignore_status()
        .output()?;
        let said = String::from_utf8_lossy(&output.stderr);
        ensure!(
            output.status.success(),
            "{} under valgrind:\n{said}",
            self.name
        );
        let bytes = |what: &str| -> Option<u64> {
            let (_, after) = said.split_once(what)?;
            after
                .split_whitespace()
                .next()?
                .replace(',', "")
                .parse()
                .ok()
        };
        Ok(Heap {
            // Where nothing is in use, nothing is said of what is lost.
            lost: bytes("definitely lost:").unwrap_or(0),
            in_use: bytes("in use at exit:").context("a summary of valgrind's")?,
        })
    }
}
