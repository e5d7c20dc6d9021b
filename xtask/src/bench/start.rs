//! What loading a package adds to the start of a process, and the memory of a handle.

use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use xshell::{Cmd, Shell, cmd};

use crate::npm;
use crate::progress::step;
use crate::setup;
use crate::test::{php, python};

/// How often each process is started; the two kinds take turns.
const ROUNDS: usize = 15;
/// How many handles are kept at once, to see the memory of one.
const HANDLES: u32 = 20_000;
const SECRET: &str = "0123456789abcdef0123456789abcdef";

/// Measures each runtime: its name, the start without and with the package, and the memory.
pub(super) fn bench(shell: &Shell) -> Result<Vec<[String; 4]>> {
    let rows = vec![
        node(shell)?,
        workerd(shell)?,
        python_package(shell)?,
        php_package(shell)?,
    ];
    for [runtime, without, with, handle] in &rows {
        println!("{runtime:<21} {without:>9} {with:>9}  {handle} a handle");
    }
    Ok(rows)
}

fn node(shell: &Shell) -> Result<[String; 4]> {
    let package = npm::Package::build(shell)?.folder.join("node.js");
    let import = format!(
        "const {{ Workflow }} = await import({:?});",
        package.display().to_string()
    );
    let memory = format!(
        "{import} const handles = []; const before = process.memoryUsage.rss();
         for (let i = 0; i < {HANDLES}; i++) handles.push(new Workflow({SECRET:?}));
         console.log(process.memoryUsage.rss() - before, handles.length);"
    );
    let run = |code: &str| cmd!(shell, "node --input-type=module --eval {code}");
    let version = cmd!(shell, "node --version").quiet().read()?;
    row(
        &format!("Node {version}"),
        run("0;"),
        run(&import),
        run(&memory),
    )
}

/// What is measured is the time to the first answer of a new Worker, in a workerd that runs.
fn workerd(shell: &Shell) -> Result<[String; 4]> {
    let package = npm::Package::build(shell)?;
    step("Measuring the start of workerd");
    let _package = shell.push_env("PACKAGE", &package.folder);
    let script = package.tools.join("start.mjs");
    let said = cmd!(shell, "node {script}").quiet().read()?;
    let (without, with) = said.split_once(' ').context("two times")?;
    let milliseconds = |time: &str| format!("{time} ms");
    Ok([
        "workerd, a new Worker".to_owned(),
        milliseconds(without),
        milliseconds(with),
        "–".to_owned(),
    ])
}

fn python_package(shell: &Shell) -> Result<[String; 4]> {
    let pythons = setup::pythons(shell)?;
    let newest = pythons.last().context("a Python")?;
    let wheel = python::build(shell, newest)?;
    let python = python::install(shell, newest, &wheel)?.join("bin/python");
    let memory = format!(
        "from visiono_workflow import Workflow\n\
         rss = lambda: int(open('/proc/self/statm').read().split()[1]) * 4096\n\
         before = rss()\n\
         handles = [Workflow({SECRET:?}) for _ in range({HANDLES})]\n\
         print(rss() - before, len(handles))"
    );
    let run = |code: &str| cmd!(shell, "{python} -c {code}");
    let name = format!("Python {}", newest.name());
    row(&name, run(""), run("import visiono_workflow"), run(&memory))
}

fn php_package(shell: &Shell) -> Result<[String; 4]> {
    php::set_up(shell)?;
    let package = php::Package::install(shell)?;
    let load = format!(
        "require '{}/autoload.php'; $workflow = new Visiono\\Workflow\\Workflow({SECRET:?});",
        package.folder.display()
    );
    let memory = format!(
        "{load} $rss = fn () => (int) explode(' ', file_get_contents('/proc/self/statm'))[1] * 4096;
         $handles = []; $before = $rss();
         for ($i = 0; $i < {HANDLES}; $i++) $handles[] = new Visiono\\Workflow\\Workflow({SECRET:?});
         echo $rss() - $before, ' ', count($handles);"
    );
    let run = |code: &str| cmd!(shell, "php -r {code}");
    let version = cmd!(shell, "php -r 'echo PHP_VERSION;'").quiet().read()?;
    row(
        &format!("PHP {version}"),
        run("0;"),
        run(&load),
        run(&memory),
    )
}

fn row(runtime: &str, without: Cmd<'_>, with: Cmd<'_>, memory: Cmd<'_>) -> Result<[String; 4]> {
    let (without, with) = (without.quiet(), with.quiet());
    step(&format!("Measuring the start of {runtime}"));
    let mut times = [Vec::new(), Vec::new()];
    for _ in 0..ROUNDS {
        for (times, command) in times.iter_mut().zip([&without, &with]) {
            let start = Instant::now();
            command.run()?;
            times.push(start.elapsed());
        }
    }
    let [without, with] = times.map(|mut times| {
        times.sort();
        times.get(ROUNDS / 2).copied().unwrap_or_default()
    });
    let grown = memory.quiet().read()?;
    let bytes: f64 = grown.split(' ').next().unwrap_or_default().parse()?;
    let milliseconds = |time: Duration| format!("{:.0} ms", time.as_secs_f64() * 1e3);
    Ok([
        runtime.to_owned(),
        milliseconds(without),
        milliseconds(with),
        format!("{:.0} bytes", bytes / f64::from(HANDLES)),
    ])
}
