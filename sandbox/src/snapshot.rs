//! The state in a file: the old or the new one, never half of it.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::state::State;

/// The number of this form of the file.
const FORMAT: u32 = 1;

#[derive(Serialize)]
struct Written<'s> {
    format: u32,
    state: &'s State,
}

#[derive(Deserialize)]
struct Read {
    format: u32,
    state: State,
}

/// Returns the text of a snapshot. It has the secrets.
pub(crate) fn encode(state: &State) -> io::Result<Vec<u8>> {
    Ok(serde_json::to_vec(&Written {
        format: FORMAT,
        state,
    })?)
}

/// Reads a snapshot. A file that is not there is none.
pub(crate) fn read(path: &Path) -> io::Result<Option<State>> {
    let bytes = match fs::read(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        bytes => bytes?,
    };
    // The error of the parser could repeat a part of the file, which has secrets.
    let read: Read = serde_json::from_slice(&bytes).map_err(|error| {
        let place = format!("line {}, column {}", error.line(), error.column());
        io::Error::new(
            io::ErrorKind::InvalidData,
            format!("it is no snapshot ({place})"),
        )
    })?;
    if read.format != FORMAT {
        let how = format!(
            "it has the form {}, and this version reads {FORMAT}",
            read.format
        );
        return Err(io::Error::new(io::ErrorKind::InvalidData, how));
    }
    Ok(Some(read.state))
}

/// Writes a file so that a crash at any time leaves the old or the new one.
pub(crate) fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".new");
    let new = path.with_file_name(name);
    let mut file = private(&new)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::rename(&new, path)?;
    // The new name is in the folder, which is a file of its own.
    #[cfg(unix)]
    File::open(folder(path))?.sync_all()?;
    Ok(())
}

fn folder(path: &Path) -> PathBuf {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder.to_owned(),
        _ => PathBuf::from("."),
    }
}

/// Makes a file that only its owner can read.
fn private(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}
