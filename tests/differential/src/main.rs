//! Passes the same messages to the core, to the snippets that Visiono documents, and to every
//! binding.
//!
//! A binding must give the core's exact answer. A snippet may differ if one of the classes explains
//! it. `cargo xtask evidence differential` builds the packages and runs this.

mod classes;
mod generate;
mod install;
mod judge;
mod library;
mod message;
mod reading;
mod record;
mod runner;
mod table;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Result, ensure};
use clap::{Args, Parser, Subcommand};

use crate::classes::GROUPS;
use crate::generate::Generator;
use crate::judge::Judge;
use crate::library::Library;
use crate::message::{Message, write_keys};
use crate::reading::Language;
use crate::runner::{Party, Runner};

/// The number of messages that the runners receive at once.
const BATCH: usize = 50_000;

#[derive(Parser)]
#[command(about)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Compares the answers of all parties to the same messages
    Run(Run),
    /// Writes the table of the documentation
    Table,
}

#[derive(Args)]
struct Run {
    /// Number of messages, after the classes' own examples
    #[arg(long, default_value_t = 10_000)]
    messages: u64,
    /// Seed of the messages
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Folder of the messages and answers
    #[arg(long, default_value = "target/differential")]
    folder: PathBuf,
    /// Folder of the installed PHP package; without it, the package is not tested
    #[arg(long)]
    php: Option<PathBuf>,
    /// Tarball of the npm package; without it, the package is not tested
    #[arg(long)]
    npm: Option<PathBuf>,
    /// Python that has the Python package; without it, the package is not tested
    #[arg(long)]
    python: Option<PathBuf>,
    /// Absolute prefix where the C library is installed; without it, the library is not tested
    #[arg(long)]
    c: Option<PathBuf>,
}

fn main() -> Result<()> {
    match Arguments::parse().command {
        Command::Run(run) => compare(&run),
        Command::Table => {
            let page = table::page();
            let text = table::put_into(&fs::read_to_string(&page)?)?;
            fs::write(page, text)?;
            Ok(())
        }
    }
}

fn compare(run: &Run) -> Result<()> {
    fs::create_dir_all(&run.folder)?;
    let runners = runners(run)?;
    let library = Library::new();
    let mut judge = Judge::default();
    println!(
        "{} messages from seed {}, after the examples",
        run.messages, run.seed
    );
    let examples = GROUPS.iter().flat_map(|group| group.classes);
    let examples = examples.flat_map(|class| (class.examples)());
    let wanted = usize::try_from(run.messages)?;
    let mut messages = examples.chain(Generator::new(run.seed).take(wanted));
    loop {
        let batch: Vec<_> = messages.by_ref().take(BATCH).collect();
        if batch.is_empty() {
            return judge.conclude();
        }
        answer(&batch, &runners, &library, &run.folder, &mut judge)?;
    }
}

/// Runs all parties on a batch concurrently, and compares the answers.
fn answer(
    batch: &[Message],
    runners: &[Runner],
    library: &Library,
    folder: &Path,
    judge: &mut Judge,
) -> Result<()> {
    let mut bytes = Vec::new();
    write_keys(&mut bytes);
    batch.iter().for_each(|message| message.write(&mut bytes));
    let file = folder.join("messages");
    fs::write(&file, bytes)?;
    let processes: Vec<_> = runners
        .iter()
        .map(|runner| runner.start(&file))
        .collect::<Result<_>>()?;
    let ours: Vec<_> = batch
        .iter()
        .map(|message| library.answer(message))
        .collect();
    for (message, ours) in batch.iter().zip(&ours) {
        judge.count(message, ours);
    }
    for (runner, process) in runners.iter().zip(processes) {
        let answers = runner.finish(process)?;
        let mut rest = &answers[..];
        for (message, ours) in batch.iter().zip(&ours) {
            let given = record::read(&mut rest)?;
            match &runner.party {
                Party::Snippet(language) => judge.snippet(*language, message, ours, &given)?,
                Party::Binding(name) => judge.binding(name, message, ours, &given),
            }
        }
        ensure!(rest.is_empty(), "there are more answers than messages");
    }
    Ok(())
}

fn runners(run: &Run) -> Result<Vec<Runner>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("runners");
    let script = |name| Some(folder.join(name));
    let new = |party, program: &Path, script| Runner::new(party, program, script, &run.folder);
    let (php, node) = (Path::new("php"), Path::new("node"));
    let python = run.python.as_deref().unwrap_or(Path::new("python3"));
    let mut runners = vec![
        new(Party::Snippet(Language::Php), php, script("snippet.php")),
        new(Party::Snippet(Language::Node), node, script("snippet.mjs")),
        new(
            Party::Snippet(Language::Python),
            python,
            script("snippet.py"),
        ),
    ];
    runners.extend(run.php.as_deref().map(|package| {
        new(Party::Binding("PHP"), php, script("package.php"))
            .with("VISIONO_WORKFLOW_PACKAGE", package)
    }));
    if let Some(tarball) = &run.npm {
        let script = install::npm(tarball, &folder, &run.folder)?;
        runners.push(new(Party::Binding("npm, in Node"), node, Some(script)));
    }
    runners.extend(
        (run.python.as_deref())
            .map(|python| new(Party::Binding("Python"), python, script("package.py"))),
    );
    if let Some(prefix) = &run.c {
        let program = install::c(prefix, &folder, &run.folder)?;
        runners.push(new(Party::Binding("C"), &program, None));
    }
    Ok(runners)
}
