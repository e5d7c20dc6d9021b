//! The C library, as it is installed: its header, its symbols, every vector, what a program can
//! do wrong, sanitizers, valgrind and threads.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use xshell::{Shell, cmd};

use crate::headers;
use crate::install;
use crate::progress::step;
use crate::setup;

const WARNINGS: [&str; 4] = ["-Wall", "-Wextra", "-Wpedantic", "-Werror"];
/// The groups of vectors.
const GROUPS: [&str; 9] = [
    "sign_link",
    "sign_return",
    "template",
    "verify_link",
    "verify_return",
    "verify_return_pairs",
    "webhook",
    "webhook_delivery",
    "webhook_receive",
];
/// The variables that the examples read, and a secret for each.
const SECRETS: [(&str, &str); 2] = [
    (
        "VISIONO_WORKFLOW_SECRET",
        "0123456789abcdef0123456789abcdef",
    ),
    (
        "VISIONO_WEBHOOK_SECRET",
        "whsec_0123456789abcdef0123456789abcdef",
    ),
];
/// Runs the README's `print_escaped` on what a stranger may write.
const ESCAPED: &str = r#"
int main(void) {
  static const char text[] = "a\n\x1b[2J\\ \xc2\x9b";
  (void)example;
  print_escaped((visiono_str_t){text, sizeof text - 1});
  return 0;
}
"#;
/// The committed list of what the library exports.
const SYMBOLS: &str = "bindings-c/symbols.txt";

pub(crate) fn test(shell: &Shell) -> Result<()> {
    set_up(shell)?;
    headers::check(shell)?;
    step("Running the C library's unit tests");
    cmd!(shell, "cargo test --quiet -p visiono-workflow-c")
        .quiet()
        .run()?;
    let prefix = install(shell)?;
    symbols(shell, &prefix)?;

    let vectors = &*vectors(shell)?;
    let programs = Programs::new(shell, &prefix, "target/test-c/programs")?;
    let examples = examples(shell, &programs.folder)?;
    for (c, cpp) in [("gcc", "g++"), ("clang", "clang++")] {
        step(&format!("Compiling with {c} and running every vector"));
        let program = programs.compile(c, "vectors", &[], true)?;
        cmd!(shell, "{program} {vectors...}").quiet().run()?;
        let program = programs.compile(c, "edges", &[], true)?;
        cmd!(shell, "{program}").quiet().run()?;
        let program = programs.compile(c, "wiping", &[], true)?;
        cmd!(shell, "{program}").quiet().run()?;
        let program = programs.compile(cpp, "wrapper", &[], true)?;
        cmd!(shell, "{program}").quiet().run()?;
        for (example, wanted) in &examples {
            let program = programs.compile_file(c, example, &[], true)?;
            let printed = cmd!(shell, "{program}").envs(SECRETS).quiet().read()?;
            ensure!(
                printed.contains(wanted),
                "the example {} printed {printed:?}",
                example.display()
            );
            if !example.ends_with("escaped.c") {
                without_secrets(shell, &program)?;
            }
        }
    }

    step("Linking statically");
    let program = programs.compile("gcc", "edges", &[], false)?;
    let needed = cmd!(shell, "readelf -d {program}").quiet().read()?;
    ensure!(
        !needed.contains("visiono"),
        "a program that is linked statically needs the shared library"
    );
    cmd!(shell, "{program}").quiet().run()?;

    sanitizers(shell, &prefix, vectors)?;
    valgrind(shell, &prefix, &programs, vectors)
}

/// What is there to find faults of memory, by itself.
pub(crate) fn memory(shell: &Shell) -> Result<()> {
    set_up(shell)?;
    let prefix = install(shell)?;
    let vectors = vectors(shell)?;
    let programs = Programs::new(shell, &prefix, "target/test-c/programs")?;
    sanitizers(shell, &prefix, &vectors)?;
    valgrind(shell, &prefix, &programs, &vectors)
}

/// What is left of secrets in memory, by itself: with the shared library and with the static one.
pub(crate) fn wiping(shell: &Shell) -> Result<()> {
    set_up(shell)?;
    let prefix = install(shell)?;
    let programs = Programs::new(shell, &prefix, "target/test-c/programs")?;
    for shared in [true, false] {
        let program = programs.compile("gcc", "wiping", &[], shared)?;
        cmd!(shell, "{program}").quiet().run()?;
    }
    Ok(())
}

fn set_up(shell: &Shell) -> Result<()> {
    setup::debian(
        shell,
        &["gcc", "g++", "clang", "binutils", "pkg-config", "valgrind"],
        &[
            "gcc",
            "g++",
            "clang",
            "clang++",
            "nm",
            "pkg-config",
            "valgrind",
        ],
    )?;
    setup::c_library(shell, "jansson", "libjansson-dev")
}

/// Installs into an empty folder, as a user would.
pub(crate) fn install(shell: &Shell) -> Result<PathBuf> {
    let prefix = shell.current_dir().join("target/test-c/prefix");
    shell.remove_path(&prefix)?;
    install::install(shell, &prefix)?;
    Ok(prefix)
}

/// The folder of vectors.
pub(crate) fn vectors_folder(shell: &Shell) -> PathBuf {
    std::env::var_os("VECTORS")
        .map_or_else(|| shell.current_dir().join("tests/vectors"), PathBuf::from)
}

/// The files of vectors.
pub(crate) fn vectors(shell: &Shell) -> Result<Vec<PathBuf>> {
    let folder = vectors_folder(shell);
    let mut files: Vec<_> = shell
        .read_dir(&folder)?
        .into_iter()
        .filter(|file| {
            file.extension()
                .is_some_and(|extension| extension == "json")
        })
        .filter(|file| !file.ends_with("schema.json"))
        .collect();
    files.sort();
    ensure!(!files.is_empty(), "no vectors in {}", folder.display());
    // Another folder may have some groups only; the project's own has them all.
    if std::env::var_os("VECTORS").is_none() {
        for group in GROUPS {
            let names = [format!("{group}.json"), format!("more_{group}.json")];
            ensure!(
                files
                    .iter()
                    .any(|file| names.iter().any(|name| file.ends_with(name))),
                "{} has no vectors of group {group}",
                folder.display()
            );
        }
    }
    Ok(files)
}

/// Only what the committed list names is exported. Returns how many that are.
pub(crate) fn symbols(shell: &Shell, prefix: &Path) -> Result<usize> {
    step("Comparing the exported symbols");
    let library = prefix.join("lib/libvisiono_workflow.so");
    let listed = cmd!(
        shell,
        "nm --dynamic --defined-only --format=just-symbols {library}"
    )
    .quiet()
    .read()?;
    let mut names: Vec<_> = listed.lines().collect();
    names.sort_unstable();
    let committed = shell.read_file(SYMBOLS)?;
    let committed: Vec<_> = committed.lines().collect();
    ensure!(
        names == committed,
        "the library exports {names:#?}, but {SYMBOLS} lists {committed:#?}"
    );
    ensure!(
        names.iter().all(|name| name.starts_with("visiono_")),
        "a symbol has another prefix than visiono_"
    );
    let header = shell.read_file(prefix.join("include/visiono_workflow.h"))?;
    for name in &names {
        ensure!(
            header.contains(&format!("{name}(")),
            "the header lacks {name}"
        );
    }
    let dynamic = cmd!(shell, "readelf -d {library}").quiet().read()?;
    ensure!(
        dynamic.contains("soname: [libvisiono_workflow.so.0]"),
        "the shared library has no versioned name:\n{dynamic}"
    );
    Ok(names.len())
}

/// Runs an example without the variables that it reads: it says which secret is absent, and ends.
fn without_secrets(shell: &Shell, program: &Path) -> Result<()> {
    let output = cmd!(shell, "{program}")
        .env_remove(SECRETS[0].0)
        .env_remove(SECRETS[1].0)
        .quiet()
        .ignore_status()
        .output()?;
    let said = String::from_utf8_lossy(&output.stderr);
    ensure!(
        output.status.code() == Some(1) && said.contains("is absent"),
        "without a secret, the example {} ended with {} and said {said:?}",
        program.display(),
        output.status
    );
    Ok(())
}

/// Writes out the programs that the header and the README show, and returns their files, each with
/// what it must print.
fn examples(shell: &Shell, folder: &Path) -> Result<Vec<(PathBuf, &'static str)>> {
    let header = shell.read_file(headers::C)?;
    let front: String = header
        .lines()
        .skip_while(|line| !line.contains("#include <stdio.h>"))
        .take_while(|line| !line.contains("Written by cbindgen"))
        .map(|line| format!("{}\n", line.get(7..).unwrap_or_default()))
        .collect();
    let readme = shell.read_file("bindings-c/README.md")?;
    let fenced = fenced(&readme, "c");
    let last = fenced.last().context("a program in the README")?;
    let escaped = last.replace("int main(void)", "static int example(void)") + ESCAPED;
    let programs: Vec<_> = std::iter::once(&*front)
        .chain(fenced)
        .chain([&*escaped])
        .collect();
    let wanted = [
        (
            "header.c",
            "https://visiono.io/s/damage-report?uv=ABC123&src=zendesk",
        ),
        ("readme.c", "verified: ABC123, 5 photos"),
        ("webhook.c", ": submission.created, photos for ticket-456"),
        ("escaped.c", r"a\x0a\x1b[2J\x5c \xc2\x9b"),
    ];
    ensure!(
        programs.len() == wanted.len(),
        "the README has other programs than the test knows"
    );
    let mut files = Vec::new();
    for (program, (name, wanted)) in programs.into_iter().zip(wanted) {
        let file = folder.join(name);
        shell.write_file(&file, program)?;
        files.push((file, wanted));
    }
    Ok(files)
}

/// The blocks of a README in this language.
pub(crate) fn fenced<'t>(text: &'t str, language: &str) -> Vec<&'t str> {
    let fence = format!("\n```{language}\n");
    let blocks = text.split(&*fence).skip(1);
    blocks.filter_map(|rest| rest.split("```").next()).collect()
}

/// Compiles the test programs against the installed library.
struct Programs<'s> {
    shell: &'s Shell,
    folder: PathBuf,
    prefix: PathBuf,
}

impl<'s> Programs<'s> {
    fn new(shell: &'s Shell, prefix: &Path, folder: &str) -> Result<Self> {
        let folder = shell.current_dir().join(folder);
        shell.remove_path(&folder)?;
        fs::create_dir_all(&folder)?;
        Ok(Self {
            shell,
            folder,
            prefix: prefix.into(),
        })
    }

    /// Compiles one of `bindings-c/tests`.
    fn compile(&self, compiler: &str, name: &str, more: &[&str], shared: bool) -> Result<PathBuf> {
        let extension = if compiler.ends_with("++") { "cpp" } else { "c" };
        let file = format!("bindings-c/tests/{name}.{extension}");
        self.compile_file(compiler, Path::new(&file), more, shared)
    }

    fn compile_file(
        &self,
        compiler: &str,
        file: &Path,
        more: &[&str],
        shared: bool,
    ) -> Result<PathBuf> {
        let shell = self.shell;
        let _path = shell.push_env("PKG_CONFIG_PATH", self.prefix.join("lib/pkgconfig"));
        let standard = if compiler.ends_with("++") {
            "-std=c++17"
        } else {
            "-std=c11"
        };
        let stem = file.file_stem().context("a file name")?.to_string_lossy();
        let needs_json = stem == "vectors";
        let mut wanted = vec!["visiono-workflow"];
        if needs_json {
            wanted.push("jansson");
        }
        let query: &[&str] = if shared { &[] } else { &["--static"] };
        let flags = cmd!(shell, "pkg-config --cflags --libs {query...} {wanted...}")
            .quiet()
            .read()?;
        // The static library by its file name: `-l` would prefer the shared one beside it.
        let flags = if shared {
            flags
        } else {
            flags.replace("-lvisiono_workflow", "-l:libvisiono_workflow.a")
        };
        let flags: Vec<_> = flags.split_whitespace().collect();
        let kind = if shared { "" } else { "-static" };
        let program = self.folder.join(format!(
            "{stem}-{compiler}{}{kind}",
            more.concat().replace('=', "-")
        ));
        let version = format!("-DVERSION=\"{}\"", env!("CARGO_PKG_VERSION"));
        let path = format!("-Wl,-rpath,{}", self.prefix.join("lib").display());
        cmd!(
            shell,
            "{compiler} {standard} {WARNINGS...} -g -pthread {version} {more...} {file} -o {program} {flags...} {path}"
        )
        .quiet()
        .run()?;
        Ok(program)
    }
}

/// Runs everything under the sanitizers of memory and of undefined behaviour, after showing that they are on. The library
/// itself is built with one of them too.
fn sanitizers(shell: &Shell, prefix: &Path, vectors: &[PathBuf]) -> Result<()> {
    const TARGET: &str = "x86_64-unknown-linux-gnu";
    step("Building with AddressSanitizer");
    let sanitized = shell.current_dir().join("target/test-c/sanitized");
    {
        // Rust's switch for sanitizers is not stable yet. This lets the compiler in use take it,
        // for this test build alone.
        let _unstable = shell.push_env("RUSTC_BOOTSTRAP", "1");
        let _flags = shell.push_env("RUSTFLAGS", "-Zsanitizer=address");
        cmd!(
            shell,
            "cargo build --quiet -p visiono-workflow-c --target {TARGET} --target-dir {sanitized}"
        )
        .quiet()
        .run()?;
    }
    let library = sanitized.join(TARGET).join("debug/libvisiono_workflow_c.a");
    let other = with_library(shell, prefix, "sanitized-prefix", &library)?;
    let instrumented = cmd!(shell, "nm --quiet {library}")
        .quiet()
        .ignore_stderr()
        .read()?;
    ensure!(
        instrumented.contains("__asan_report_store"),
        "the library was built without AddressSanitizer"
    );

    step("Running under AddressSanitizer and UBSan");
    let flags = ["-fsanitize=address,undefined", "-fno-sanitize-recover=all"];
    let programs = Programs::new(shell, &other, "target/test-c/sanitized-programs")?;
    let edges = programs.compile("gcc", "edges", &flags, false)?;
    let symbols = cmd!(shell, "nm {edges}").quiet().read()?;
    for symbol in ["__asan_init", "__ubsan_handle_add_overflow_abort"] {
        ensure!(
            symbols.contains(symbol),
            "{} lacks {symbol}",
            edges.display()
        );
    }
    for (how, wanted) in [
        ("crash-memory", "AddressSanitizer: heap-buffer-overflow"),
        ("crash-undefined", "runtime error: signed integer overflow"),
    ] {
        let output = cmd!(shell, "{edges} {how}")
            .quiet()
            .ignore_status()
            .output()?;
        let said = String::from_utf8_lossy(&output.stderr);
        ensure!(
            !output.status.success() && said.contains(wanted),
            "the sanitizers did not stop {how}, so they are not on: {said}"
        );
    }
    cmd!(shell, "{edges}").quiet().run()?;
    let program = programs.compile("gcc", "vectors", &flags, false)?;
    cmd!(shell, "{program} {vectors...}").quiet().run()?;
    Ok(())
}

/// A copy of the prefix, with another static library in it.
fn with_library(shell: &Shell, prefix: &Path, name: &str, library: &Path) -> Result<PathBuf> {
    let other = shell.current_dir().join("target/test-c").join(name);
    shell.remove_path(&other)?;
    cmd!(shell, "cp -a {prefix} {other}").quiet().run()?;
    shell.copy_file(library, other.join("lib/libvisiono_workflow.a"))?;
    Ok(other)
}

/// Runs everything under valgrind: no error, no leak.
fn valgrind(
    shell: &Shell,
    prefix: &Path,
    installed: &Programs<'_>,
    vectors: &[PathBuf],
) -> Result<()> {
    step("Running under valgrind");
    let flags = [
        "--quiet",
        "--leak-check=full",
        "--show-leak-kinds=all",
        "--errors-for-leak-kinds=all",
        "--error-exitcode=9",
    ];
    let edges = installed.compile("gcc", "edges", &[], true)?;
    let crash = cmd!(shell, "valgrind {flags...} {edges} crash-memory")
        .quiet()
        .ignore_status()
        .ignore_stderr()
        .output()?;
    ensure!(
        crash.status.code() == Some(9),
        "valgrind did not see a write past the end"
    );
    // LLVM's optimiser loads what an enum holds before it has looked which variant it is, which
    // valgrind takes for a use of memory without a value. So the installed library is run for
    // everything but that, and one that isn't optimised for that too.
    let program = installed.compile("gcc", "vectors", &[], true)?;
    for (program, files) in [(edges, &[] as &[_]), (program, vectors)] {
        cmd!(
            shell,
            "valgrind {flags...} --undef-value-errors=no {program} {files...}"
        )
        .quiet()
        .run()?;
    }
    let target = shell.current_dir().join("target/test-c/unoptimized");
    cmd!(
        shell,
        "cargo build --quiet -p visiono-workflow-c --target-dir {target}
        --config profile.dev.package.visiono-workflow.opt-level=0"
    )
    .quiet()
    .run()?;
    let library = target.join("debug/libvisiono_workflow_c.a");
    let other = with_library(shell, prefix, "unoptimized-prefix", &library)?;
    let programs = Programs::new(shell, &other, "target/test-c/unoptimized-programs")?;
    let edges = programs.compile("gcc", "edges", &[], false)?;
    cmd!(shell, "valgrind {flags...} {edges}").quiet().run()?;
    let program = programs.compile("gcc", "vectors", &[], false)?;
    cmd!(shell, "valgrind {flags...} {program} {vectors...}")
        .quiet()
        .run()?;
    Ok(())
}
