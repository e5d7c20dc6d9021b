//! Writes the inputs to folders for libFuzzer, and reads back those that are worth keeping.

use std::path::{Path, PathBuf};
use std::{env, fs, io};

use oracles::corpus::{TARGETS, Target, escaped};

/// The maximum length of an input that is kept.
const LONGEST: usize = 512;

fn main() -> io::Result<()> {
    let arguments: Vec<_> = env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["unpack", folder] => unpack(Path::new(folder)),
        ["pack", folder] => pack(Path::new(folder)),
        _ => Err(io::Error::other("usage: fuzz-corpus unpack|pack FOLDER")),
    }
}

/// Writes a folder for each target, with a file for each input.
fn unpack(folder: &Path) -> io::Result<()> {
    for target in TARGETS {
        let folder = folder.join(target.name);
        fs::create_dir_all(&folder)?;
        for (kind, inputs) in [("seed", target.seeds()), ("kept", target.kept())] {
            for (place, input) in inputs.iter().enumerate() {
                fs::write(folder.join(format!("{kind}-{place:04}")), input)?;
            }
        }
        println!("{}", target.name);
    }
    Ok(())
}

/// Keeps the inputs of such folders, except those made from the vectors.
fn pack(folder: &Path) -> io::Result<()> {
    for target in TARGETS {
        let seeds = target.seeds();
        let mut inputs = Vec::new();
        for entry in fs::read_dir(folder.join(target.name))? {
            let input = fs::read(entry?.path())?;
            if input.len() <= LONGEST && !seeds.contains(&input) {
                inputs.push(input);
            }
        }
        inputs.sort_by_key(|input| (input.len(), input.clone()));
        inputs.dedup();
        let lines: String = inputs.iter().map(|input| escaped(input) + "\n").collect();
        fs::write(kept(&target), lines)?;
        println!(
            "{:14} {:>5} kept beside {} of the vectors",
            target.name,
            inputs.len(),
            seeds.len()
        );
    }
    Ok(())
}

fn kept(target: &Target) -> PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../corpus");
    folder.join(target.name).with_extension("txt")
}
