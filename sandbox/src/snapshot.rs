//! The state in a file, which always has the whole old state or the whole new one.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::state::State;

/// The version of the file format.
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

/// Returns the contents of a snapshot, which include the secrets.
pub(crate) fn encode(state: &State) -> io::Result<Vec<u8>> {
    Ok(serde_json::to_vec(&Written {
        format: FORMAT,
        state,
    })?)
}

/// Reads a snapshot. Returns `None` if the file doesn't exist.
pub(crate) fn read(path: &Path) -> io::Result<Option<State>> {
    let bytes = match fs::read(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        bytes => bytes?,
    };
    // The error of the parser could repeat a part of the file, which contains secrets.
    let read: Read = serde_json::from_slice(&bytes).map_err(|error| {
        let place = format!("line {}, column {}", error.line(), error.column());
        io::Error::new(
            io::ErrorKind::InvalidData,
            format!("it is not a snapshot ({place})"),
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

/// Writes a file so that a crash at any time leaves either the old or the new one.
pub(crate) fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".new");
    let new = path.with_file_name(name);
    let mut file = private(&new)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::rename(&new, path)?;
    // The new name is part of the folder, which needs a sync of its own.
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

/// Creates a file that only its owner can read.
fn private(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

#[cfg(all(test, unix))]
mod tests {
    use std::env;
    use std::io::{BufRead, BufReader};
    use std::process::{Command, Stdio};

    use super::*;
    use crate::state::Change;

    const VARIABLE: &str = "SANDBOX_SNAPSHOT_OF_A_CHILD";

    /// Returns the state after this many changes, with as much text as a state with deliveries.
    fn state(count: u64) -> State {
        let mut state = State::default();
        for _ in 0..count {
            state.apply(0, Change::ClockAdvanced { seconds: 1 });
        }
        state
    }

    /// Writes one state after the other, and prints the number of each. The test below runs it as a
    /// process.
    #[test]
    fn child() {
        let Some(path) = env::var_os(VARIABLE) else {
            return;
        };
        let path = PathBuf::from(path);
        for count in 1.. {
            let bytes = encode(&state(200 + count)).expect("JSON");
            write(&path, &bytes).expect("it is written");
            println!("written {count}");
        }
    }

    #[test]
    fn a_killed_program_leaves_the_old_or_the_new_state() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("state.json");
        for round in 0..40 {
            let mut child = Command::new(env::current_exe().expect("this program"))
                .args(["--exact", "snapshot::tests::child", "--nocapture"])
                .env(VARIABLE, &path)
                .stdout(Stdio::piped())
                .spawn()
                .expect("a child");
            let output = BufReader::new(child.stdout.take().expect("its output"));
            let mut lines = output.lines().map_while(Result::ok);
            let number = |line: &String| line.strip_prefix("written ")?.parse::<u64>().ok();
            // Each run is killed at another point of the loop and of a write.
            let mut before = lines
                .by_ref()
                .find_map(|line| number(&line))
                .expect("a write");
            for _ in 0..round % 7 {
                before = lines
                    .by_ref()
                    .find_map(|line| number(&line))
                    .expect("a write");
            }
            for _ in 0..round * 997 {
                std::hint::spin_loop();
            }
            child.kill().expect("it is killed");
            child.wait().expect("it has ended");
            let after = lines
                .filter_map(|line| number(&line))
                .last()
                .unwrap_or(before);

            let found = read(&path).expect("a whole state").expect("a file");
            let count = found.last - 200;
            assert_eq!(found.ahead, found.last);
            assert!((after..=after + 1).contains(&count), "{after}: {count}");
        }
    }
}
