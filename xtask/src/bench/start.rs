//! Measures what loading a package adds to the start of a process, and the memory of a handle.

use std::time::Instant;

use anyhow::{Context, Result};
use xshell::Shell;

use super::report::table;
use crate::packages;

/// Starts of each process. The two kinds take turns.
const ROUNDS: usize = 15;
/// Handles that are alive at once, to see the memory of one.
const HANDLES: u32 = 20_000;

/// Measures each runtime, and returns the table.
pub(super) fn bench(shell: &Shell) -> Result<String> {
    let python = packages::python(shell)?.display().to_string();
    let php = packages::php(shell)?.display().to_string();
    packages::npm(shell, packages::WASM, "build")?;
    let npm = shell.current_dir().join("target/npm/package/node.js");
    let npm = npm.display();
    let node_version = read!(shell, "node --version")?;
    let php_version = read!(shell, "php -r 'echo PHP_VERSION;'")?;
    let runtimes = [
        (
            format!("Node {node_version}"),
            ["node", "--eval"],
            format!("const {{ Workflow }} = await import('{npm}');"),
            "const handles = []; const before = process.memoryUsage.rss();
            for (let i = 0; i < HANDLES; i++) handles.push(new Workflow('0123456789abcdef0123456789abcdef'));
            console.log(process.memoryUsage.rss() - before, handles.length);",
        ),
        (
            read!(shell, "{python} --version")?,
            [&python, "-c"],
            "from visiono_workflow import Workflow".into(),
            "\nrss = lambda: int(open('/proc/self/statm').read().split()[1]) * 4096\n\
            before = rss()\n\
            handles = [Workflow('0123456789abcdef0123456789abcdef') for _ in range(HANDLES)]\n\
            print(rss() - before, len(handles))",
        ),
        (
            format!("PHP {php_version}"),
            ["php", "-r"],
            format!("require '{php}/autoload.php'; new Visiono\\Workflow\\Workflow('0123456789abcdef0123456789abcdef');"),
            "$rss = fn () => (int) explode(' ', file_get_contents('/proc/self/statm'))[1] * 4096;
            $handles = []; $before = $rss(); for ($i = 0; $i < HANDLES; $i++)
            $handles[] = new Visiono\\Workflow\\Workflow('0123456789abcdef0123456789abcdef');
            echo $rss() - $before, ' ', count($handles);",
        ),
    ];
    let mut rows = table("runtime | start | with the package | memory of a handle", 1);
    for (name, command, load, memory) in runtimes {
        rows += &format!("| {name} {}", measure(shell, command, &load, memory)?);
    }
    // The time to the first answer of a new Worker, in a workerd that runs.
    let said = packages::read_npm(shell, packages::WASM, "start")?;
    let (without, with) = said.split_once(' ').context("two times of workerd")?;
    rows += &format!("| workerd, a new Worker | {without} ms | {with} ms | – |\n");
    Ok(rows)
}

/// Starts a runtime without and with the package, by turns, and returns the numbers of its row.
fn measure(shell: &Shell, command: [&str; 2], load: &str, memory: &str) -> Result<String> {
    let [program, option] = command;
    let code = ["", load, &format!("{load}{memory}")]
        .map(|code| code.replace("HANDLES", &HANDLES.to_string()));
    let mut times = [Vec::new(), Vec::new()];
    for _ in 0..ROUNDS {
        for (times, code) in times.iter_mut().zip(&code) {
            let start = Instant::now();
            run!(shell, "{program} {option} {code}")?;
            times.push(start.elapsed().as_secs_f64() * 1e3);
        }
    }
    let [without, with] = times.map(|mut times| {
        times.sort_by(f64::total_cmp);
        times[ROUNDS / 2]
    });
    let memory = &code[2];
    let grown = read!(shell, "{program} {option} {memory}")?;
    let bytes: f64 = grown.split(' ').next().unwrap_or_default().parse()?;
    let handle = bytes / f64::from(HANDLES);
    Ok(format!(
        "| {without:.0} ms | {with:.0} ms | {handle:.0} bytes |\n"
    ))
}
