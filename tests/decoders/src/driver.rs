//! The drivers: programs whose decoders read the messages.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail, ensure};

use crate::judge::{Part, Reader};
use crate::message::Message;

/// The texts under each name of a message, in the order of its names.
pub(crate) type Found = Vec<Vec<Vec<u8>>>;

/// A program that reads a file of messages. It is started for each batch.
pub(crate) struct Driver {
    name: &'static str,
    program: PathBuf,
    arguments: Vec<String>,
    reads_text: bool,
}

/// The answers of a driver.
pub(crate) struct Answers {
    readers: Vec<Reader>,
    lines: Vec<Vec<u8>>,
}

impl Driver {
    pub(crate) fn new(name: &'static str, program: impl Into<PathBuf>, arguments: &[&str]) -> Self {
        Self {
            name,
            program: program.into(),
            arguments: arguments.iter().map(ToString::to_string).collect(),
            reads_text: false,
        }
    }

    /// Marks a language whose queries are text. Its applications only pass UTF-8 to the library, so
    /// the driver's answers to other messages don't count.
    pub(crate) fn of_text(self) -> Self {
        Self {
            reads_text: true,
            ..self
        }
    }

    /// Returns the name of the driver, which its files have too.
    pub(crate) fn name(&self) -> &'static str {
        self.name
    }

    /// Returns `true` if the driver's answer to a message counts.
    pub(crate) fn takes(&self, message: &Message) -> bool {
        !self.reads_text || std::str::from_utf8(&message.target).is_ok()
    }

    /// Runs all decoders of the driver on the messages.
    pub(crate) fn run(&self, messages: &Path, folder: &Path) -> Result<Answers> {
        let answers = folder.join(format!("answers-{}", self.name));
        let log = folder.join(format!("log-{}", self.name));
        let status = Command::new(&self.program)
            .args(&self.arguments)
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .stdin(File::open(messages)?)
            .stdout(File::create(&answers)?)
            // Decoders complain about broken queries.
            .stderr(Stdio::from(File::create(&log)?))
            .status()
            .with_context(|| format!("{} can't be started", self.program.display()))?;
        if !status.success() {
            let said = fs::read(&log).unwrap_or_default();
            let start = said.len().saturating_sub(2_000);
            let said = String::from_utf8_lossy(&said[start..]).into_owned();
            bail!("the driver {} failed: {status}\n{said}", self.name);
        }
        Answers::read(self.name, &fs::read(&answers)?)
    }
}

impl Answers {
    fn read(driver: &str, bytes: &[u8]) -> Result<Self> {
        let mut lines = bytes.split(|&byte| byte == b'\n');
        let head = std::str::from_utf8(lines.next().unwrap_or_default())?;
        let readers = head.split('\t').map(|column| {
            let (part, name) = column.split_once(':').unwrap_or_default();
            let part = match part {
                "query" => Part::Query,
                "path" => Part::Path,
                _ => bail!("the driver {driver} has a column {column:?}"),
            };
            Ok(Reader {
                part,
                name: name.into(),
            })
        });
        let readers: Vec<_> = readers.collect::<Result<_>>()?;
        let mut lines: Vec<_> = lines.map(<[u8]>::to_vec).collect();
        ensure!(
            lines.pop().is_some_and(|last| last.is_empty()),
            "the driver {driver} stopped in a line"
        );
        Ok(Self { readers, lines })
    }

    /// Returns the number of answered messages.
    pub(crate) fn len(&self) -> usize {
        self.lines.len()
    }

    /// Returns the texts that each reader found in a message. A router has none for a message
    /// without a route.
    pub(crate) fn found(&self, message: usize, routed: bool) -> Result<Vec<(&Reader, Found)>> {
        let line = std::str::from_utf8(&self.lines[message])?;
        let cells: Vec<_> = line.split('\t').collect();
        ensure!(
            cells.len() == self.readers.len(),
            "a line lacks cells: {line}"
        );
        let cells = self.readers.iter().zip(cells);
        cells
            .filter(|(reader, _)| routed || reader.part == Part::Query)
            .map(|(reader, cell)| Ok((reader, read_cell(cell)?)))
            .collect()
    }
}

/// Parses a cell. `=6162,=63;;=` is two texts, none, and an empty one.
fn read_cell(cell: &str) -> Result<Found> {
    let text = |digits: &str| {
        let digits = digits.strip_prefix('=').context("a text without =")?;
        Ok(hex::decode(digits)?)
    };
    let group = |group: &str| match group {
        "" => Ok(Vec::new()),
        texts => texts.split(',').map(text).collect::<Result<_>>(),
    };
    cell.split(';').map(group).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_have_texts_for_each_name() {
        let cell = read_cell("=6162,=63;;=").unwrap();
        let [first, second, third] = &cell[..] else {
            panic!("three names")
        };
        assert_eq!(first, &[b"ab".to_vec(), b"c".to_vec()]);
        assert!(second.is_empty());
        assert_eq!(third, &[b"".to_vec()]);
        assert!(read_cell("61").is_err());
    }
}
