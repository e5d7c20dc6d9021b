//! Reads and runs the vectors of `tests/vectors/`, the cases that every language answers alike.
//! `tests/vectors/README.md` describes their format.

pub mod sample;
pub mod types;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::{env, fs};

use serde::Deserialize;
use serde_json::{Map, Value};

/// A file of vectors.
#[derive(Debug, Deserialize)]
pub struct Group {
    /// The operation of the cases, such as `verify_link`. Several files may have the same.
    pub group: String,
    /// The cases.
    pub cases: Vec<Case>,
}

/// A case: values to pass, and the exact result.
#[derive(Debug, Deserialize)]
pub struct Case {
    /// The number of the case in its group.
    pub id: u64,
    /// The subject of the case.
    pub comment: String,
    /// The values to pass.
    pub input: Input,
    /// The required answer.
    #[serde(flatten)]
    pub answer: Answer,
}

/// The values that a case passes, by name.
pub type Input = Map<String, Value>;

/// The answer of an implementation to a case.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
pub struct Answer {
    /// `ok`, or the code of the error.
    pub result: String,
    /// The short names that an error concerns, if the case specifies them.
    #[serde(default)]
    pub names: Option<Vec<String>>,
    /// The output, if the result is `ok`.
    #[serde(default)]
    pub output: Option<Map<String, Value>>,
}

impl Answer {
    /// Returns `true` if an implementation's answer is the required one. The result and the output
    /// must be equal, and so must the names, in any order, if the case has them.
    #[must_use]
    pub fn allows(&self, given: &Self) -> bool {
        let sorted = |answer: &Self| {
            let mut names = answer.names.clone();
            names.iter_mut().for_each(|names| names.sort());
            names
        };
        self.result == given.result
            && self.output == given.output
            && (self.names.is_none() || sorted(self) == sorted(given))
    }
}

/// The number of cases of a group, and of their files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Count {
    /// The group's name.
    pub group: String,
    /// The number of cases.
    pub cases: usize,
    /// The number of files that the cases came from.
    pub files: usize,
}

/// Returns the folder of the project's own vectors.
#[must_use]
pub fn own_folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("vectors")
}

/// Returns the folder of the vectors: the one in the environment variable `VECTORS`, with a
/// relative path based at the project's root, or else the project's own.
#[must_use]
pub fn folder() -> PathBuf {
    match env::var_os("VECTORS") {
        // Cargo runs tests in the folder of their crate, not in the current one.
        Some(folder) => Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("..")
            .join(folder),
        None => own_folder(),
    }
}

/// Returns the files of vectors in a folder, in the order of their names.
///
/// # Panics
///
/// If the folder can't be read.
#[must_use]
pub fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder)
        .unwrap_or_else(|error| panic!("no vectors in {}: {error}", folder.display()));
    let mut paths: Vec<_> = entries
        .map(|entry| entry.expect("a folder that can be listed").path())
        .filter(|path| {
            path.extension()
                .is_some_and(|extension| extension == "json")
        })
        .filter(|path| !path.ends_with("schema.json"))
        .collect();
    paths.sort();
    paths
}

/// Reads every file of [`folder`], in the order of their names.
///
/// # Panics
///
/// If the folder or a file in it can't be read as vectors.
#[must_use]
pub fn groups() -> Vec<Group> {
    groups_in(&folder())
}

/// Reads every file of a folder, in the order of their names.
///
/// # Panics
///
/// If the folder or a file in it can't be read as vectors.
#[must_use]
pub fn groups_in(folder: &Path) -> Vec<Group> {
    files(folder).iter().map(|path| read(path)).collect()
}

fn read(path: &Path) -> Group {
    let text = fs::read_to_string(path)
        .unwrap_or_else(|error| panic!("{} can't be read: {error}", path.display()));
    serde_json::from_str(&text)
        .unwrap_or_else(|error| panic!("{} is not a group of vectors: {error}", path.display()))
}

/// Runs every case of every file in a folder with the runner of its group, and counts the cases.
///
/// # Errors
///
/// Returns a text that lists all faults: a wrong answer, a group without a runner, a file without
/// cases, a duplicate case number in a group, a folder without vectors.
///
/// # Panics
///
/// If the folder or a file in it can't be read as vectors.
pub fn run<R>(folder: &Path, runner: impl Fn(&str) -> Option<R>) -> Result<Vec<Count>, String>
where
    R: Fn(&Input) -> Answer,
{
    let mut wrong = Vec::new();
    let mut counts = BTreeMap::<String, Count>::new();
    let mut seen = BTreeSet::new();
    for group in groups_in(folder) {
        let name = &group.group;
        let Some(run) = runner(name) else {
            wrong.push(format!("no runner for the vectors of group {name:?}"));
            continue;
        };
        if group.cases.is_empty() {
            wrong.push(format!("a file of group {name:?} has no cases"));
        }
        let count = counts.entry(name.clone()).or_insert_with(|| Count {
            group: name.clone(),
            cases: 0,
            files: 0,
        });
        count.files += 1;
        for case in &group.cases {
            let (id, wanted) = (case.id, &case.answer);
            if !seen.insert((name.clone(), id)) {
                wrong.push(format!("{name} {id} is there twice"));
            }
            let given = run(&case.input);
            if !wanted.allows(&given) {
                wrong.push(format!(
                    "{name} {id}: {}\n  wanted {wanted:?}\n  got    {given:?}",
                    case.comment
                ));
            }
            count.cases += 1;
        }
    }
    if counts.is_empty() && wrong.is_empty() {
        wrong.push(format!("no vectors in {}", folder.display()));
    }
    if wrong.is_empty() {
        Ok(counts.into_values().collect())
    } else {
        Err(wrong.join("\n"))
    }
}
