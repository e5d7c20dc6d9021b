//! The other parties: processes that read messages and write answers.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use anyhow::{Context, Result, ensure};

use crate::reading::Language;

/// A party that answers.
#[derive(Clone, PartialEq, Eq)]
pub(crate) enum Party {
    /// A documented snippet.
    Snippet(Language),
    /// A package or library, by its name.
    Binding(&'static str),
}

/// A program that answers messages. It is started for each batch.
pub(crate) struct Runner {
    pub(crate) party: Party,
    program: PathBuf,
    arguments: Vec<PathBuf>,
    variable: Option<(&'static str, PathBuf)>,
    answers: PathBuf,
}

impl Runner {
    pub(crate) fn new(
        party: Party,
        program: impl Into<PathBuf>,
        script: Option<PathBuf>,
        folder: &Path,
    ) -> Self {
        let name = match &party {
            Party::Snippet(language) => format!("snippet-{}", language.name()),
            Party::Binding(name) => format!("package-{name}"),
        };
        Self {
            party,
            program: program.into(),
            arguments: script.into_iter().collect(),
            variable: None,
            answers: folder.join(name),
        }
    }

    /// Sets an environment variable.
    pub(crate) fn with(mut self, name: &'static str, value: &Path) -> Self {
        self.variable = Some((name, value.into()));
        self
    }

    /// Starts the program on a file of messages.
    pub(crate) fn start(&self, messages: &Path) -> Result<Child> {
        let mut command = Command::new(&self.program);
        command
            .args(&self.arguments)
            // Leaves no files next to the sources.
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .envs(self.variable.clone())
            .stdin(File::open(messages)?)
            .stdout(File::create(&self.answers)?)
            .stderr(Stdio::inherit());
        command
            .spawn()
            .with_context(|| format!("{} can't be started", self.program.display()))
    }

    /// Waits until the program ends, and reads its answers.
    pub(crate) fn finish(&self, mut process: Child) -> Result<Vec<u8>> {
        let status = process.wait()?;
        let name = self.answers.display();
        ensure!(
            status.success(),
            "the runner that writes {name} failed: {status}"
        );
        fs::read(&self.answers).with_context(|| format!("{name} can't be read"))
    }
}
