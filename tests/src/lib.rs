//! Reads the vectors of `tests/vectors/`, the cases that every language answers alike.

use std::path::{Path, PathBuf};
use std::{env, fs};

use serde::Deserialize;
use serde_json::{Map, Value};

/// One file of vectors.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Group {
    /// The operation that the cases are for, such as `verify_link`.
    pub group: String,
    /// The cases.
    pub cases: Vec<Case>,
}

/// One case: what goes in, and the exact result.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Case {
    /// The number of the case in its group.
    pub id: u64,
    /// What it is about.
    pub comment: String,
    /// What goes in.
    pub input: Map<String, Value>,
    /// `ok`, or the code of the error.
    #[serde(flatten)]
    pub answer: Answer,
}

/// What an implementation answers to a case.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
pub struct Answer {
    /// `ok`, or the code of the error.
    pub result: String,
    /// The short names that an error concerns, where the case says.
    #[serde(default)]
    pub names: Option<Vec<String>>,
    /// What comes out, where the result is `ok`.
    #[serde(default)]
    pub output: Option<Map<String, Value>>,
}

/// Where the vectors are: the folder in the environment variable `VECTORS`, or the project's own.
#[must_use]
pub fn folder() -> PathBuf {
    env::var_os("VECTORS").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("vectors"),
        PathBuf::from,
    )
}

/// Reads every file of the folder, in the order of their names.
///
/// # Panics
///
/// If the folder or a file in it can't be read as vectors.
#[must_use]
pub fn groups() -> Vec<Group> {
    let folder = folder();
    let entries = fs::read_dir(&folder)
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
    paths.iter().map(|path| read(path)).collect()
}

fn read(path: &Path) -> Group {
    let text = fs::read_to_string(path)
        .unwrap_or_else(|error| panic!("{} can't be read: {error}", path.display()));
    serde_json::from_str(&text)
        .unwrap_or_else(|error| panic!("{} is not a group of vectors: {error}", path.display()))
}

/// The code of the README runs as a test.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
mod readme {}
