//! Compares verified messages with what applications' decoders and routers read in them.
//!
//! ```text
//! seed ─ generate ─▶ messages ─ verifier ─▶ those that verify ─┬─ driver ─▶ PHP, Node, Python, …
//!                                                              ├─ nginx
//!                                                              └─ aspnet ───▶ texts ─ judge ─▶
//! ```
//!
//! A text that a decoder hands to an application, under a name of a message that verified, must be
//! the text that was verified. This program does not know the specification's rules about names
//! that look alike: the decoders alone judge. See `README.md`.

mod aspnet;
mod attacks;
mod driver;
mod generate;
mod judge;
mod limits;
mod message;
mod nginx;
mod setup;
mod shape;
mod verifier;
// Long lists, in short lines.
#[rustfmt::skip]
mod words;

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::thread;

use anyhow::{Context, Result, bail, ensure};
use clap::Parser;

use crate::driver::{Driver, Found};
use crate::generate::Generator;
use crate::judge::{Judge, Mismatch, Part, Reader};
use crate::limits::{LIMITS, Limit};
use crate::message::{Message, Verified};
use crate::nginx::Nginx;
use crate::verifier::{Library, Verifier};

/// The number of messages that are made at once.
const BATCH: usize = 50_000;
/// The number of mismatches that are printed.
const PRINTED: usize = 40;

#[derive(Parser)]
#[command(about)]
struct Arguments {
    /// Number of messages to generate; those that verify are judged
    #[arg(long, default_value_t = 50_000)]
    messages: usize,
    /// Seed of the messages
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Folder of the tools, messages and answers
    #[arg(long, default_value = "target/decoders")]
    folder: PathBuf,
    /// Writes the table of decoders that the known attacks deceive, and exits
    #[arg(long)]
    write_attacks: bool,
}

fn main() -> Result<()> {
    let arguments = Arguments::parse();
    fs::create_dir_all(&arguments.folder)?;
    // The drivers run in other folders and must find it too.
    let folder = fs::canonicalize(&arguments.folder)?;
    let mut readers = Readers {
        drivers: setup::set_up(&folder)?,
        nginx: Nginx::start(&folder)?,
        folder,
    };
    let library = Library::new().context("the secret and the templates")?;
    let shown = attacks::show(&library, &mut readers, arguments.write_attacks);
    if arguments.write_attacks {
        return shown;
    }
    let mut mismatches = File::create(&readers.folder.join("mismatches.txt"))?;
    let mut judge = Judge::default();
    let (messages, seed) = (arguments.messages, arguments.seed);
    println!("{messages} messages from seed {seed}");
    let mut made = Generator::new(seed, &library).take(messages);
    let mut verified = 0;
    loop {
        let batch: Vec<_> = made.by_ref().take(BATCH).collect();
        if batch.is_empty() {
            break;
        }
        let batch = verify(&library, batch);
        verified += batch.len();
        for (_, mismatch) in readers.read(&batch, &mut judge)? {
            mismatches.note(&mismatch)?;
        }
    }
    println!(
        "{verified} of {messages} messages verified\n\n{}",
        judge.table()
    );
    for (limit, count) in LIMITS.iter().zip(&mismatches.limited) {
        println!("{count} mismatches are a known limit: {}", limit.text);
    }
    if mismatches.count > 0 {
        bail!(
            "{} times an application was handed something else than what was verified: see {}",
            mismatches.count,
            readers.folder.join("mismatches.txt").display()
        );
    }
    shown?;
    // A reader that never finds a text is called incorrectly.
    for (reader, count) in &judge.counts {
        ensure!(
            count.had_text > 0,
            "{reader:?} found nothing in any message"
        );
    }
    Ok(())
}

/// Returns the messages that verify, with the verified texts.
fn verify(verifier: &dyn Verifier, messages: Vec<Message>) -> Vec<(Message, Verified)> {
    let messages = messages.into_iter();
    messages
        .filter_map(|message| {
            let verified = verifier.verify(&message)?;
            Some((message, verified))
        })
        .collect()
}

/// All readers of messages.
struct Readers {
    drivers: Vec<Driver>,
    nginx: Nginx,
    folder: PathBuf,
}

impl Readers {
    /// Runs all readers on messages that verified. Returns the mismatches, each with the index of
    /// its message.
    fn read(
        &mut self,
        batch: &[(Message, Verified)],
        judge: &mut Judge,
    ) -> Result<Vec<(usize, Mismatch)>> {
        let mut lines = Vec::new();
        batch
            .iter()
            .for_each(|(message, _)| message.write_line(&mut lines));
        let file = self.folder.join("messages");
        fs::write(&file, lines)?;
        let folder = &self.folder;
        let answers: Vec<_> = thread::scope(|scope| {
            let file = &file;
            let drivers = self.drivers.iter();
            let running: Vec<_> = drivers
                .map(|driver| scope.spawn(move || driver.run(file, folder)))
                .collect();
            let running = running.into_iter();
            running.map(thread::ScopedJoinHandle::join).collect()
        });
        let mut mismatches = Vec::new();
        for (driver, answers) in self.drivers.iter().zip(answers) {
            let answers = answers.expect("a thread that waits doesn't panic")?;
            ensure!(
                answers.len() == batch.len(),
                "{} lost messages",
                driver.name()
            );
            for (at, (message, verified)) in batch.iter().enumerate() {
                if !driver.takes(message) {
                    continue;
                }
                let routed = message.shape().route.is_some();
                for (reader, found) in answers.found(at, routed)? {
                    let mismatch = judge.judge(reader, message, verified, &found);
                    mismatches.extend(mismatch.map(|mismatch| (at, mismatch)));
                }
            }
        }
        for (at, (message, verified)) in batch.iter().enumerate() {
            let mut found = self.nginx.found(message)?;
            if std::str::from_utf8(&message.target).is_ok() {
                found.extend(read_as_aspnet(message));
            }
            for (reader, found) in found {
                let mismatch = judge.judge(&reader, message, verified, &found);
                mismatches.extend(mismatch.map(|mismatch| (at, mismatch)));
            }
        }
        Ok(mismatches)
    }
}

fn read_as_aspnet(message: &Message) -> [(Reader, Found); 2] {
    let names: Vec<_> = message
        .shape()
        .query
        .iter()
        .map(|(name, _)| *name)
        .collect();
    let reader = |name: &str| Reader {
        part: Part::Query,
        name: name.into(),
    };
    let bytes = |texts: aspnet::Texts| -> Found {
        let texts = texts.into_iter();
        texts
            .map(|texts| texts.into_iter().map(String::into_bytes).collect())
            .collect()
    };
    [
        (
            reader("ASP.NET Request.QueryString"),
            bytes(aspnet::classic(&message.query, &names)),
        ),
        (
            reader("ASP.NET Core Request.Query"),
            bytes(aspnet::core(&message.query, &names)),
        ),
    ]
}

/// A file with all mismatches; the first are printed too.
struct File {
    file: fs::File,
    count: usize,
    limited: Vec<usize>,
}

impl File {
    fn create(path: &Path) -> Result<Self> {
        Ok(Self {
            file: fs::File::create(path)?,
            count: 0,
            limited: vec![0; LIMITS.len()],
        })
    }

    fn note(&mut self, mismatch: &Mismatch) -> Result<()> {
        if let Some(limit) = Limit::of(mismatch) {
            let known = LIMITS.iter().zip(&mut self.limited);
            let counts = known.filter(|(known, _)| known.text == limit.text);
            counts.for_each(|(_, count)| *count += 1);
            return Ok(());
        }
        let Mismatch {
            reader,
            name,
            given,
            verified,
            message,
        } = mismatch;
        let text = format!(
            "{} {}: {name}={} but verified {verified:?}\n  template {}\n  input    {}\n  target   {}\n  expect   {:?}\n",
            if reader.part == Part::Query {
                "query"
            } else {
                "path"
            },
            reader.name,
            given.escape_ascii(),
            message.shape().template,
            message.input.escape_ascii(),
            message.target.escape_ascii(),
            message.expect,
        );
        self.file.write_all(text.as_bytes())?;
        self.count += 1;
        if self.count <= PRINTED {
            print!("{text}");
        }
        Ok(())
    }
}
