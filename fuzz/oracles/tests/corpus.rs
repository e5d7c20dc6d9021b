//! Runs every input of the corpus, without a fuzzer.

use std::io::{self, Write};
use std::panic::{self, catch_unwind};
use std::sync::Mutex;

use oracles::corpus::{TARGETS, escaped};

/// The most failures that are listed.
const LISTED: usize = 20;

#[test]
fn every_input_of_the_corpus_passes() {
    static SAID: Mutex<String> = Mutex::new(String::new());
    // Unlike `println!`, this is shown when the test passes as well.
    let mut out = io::stdout().lock();
    writeln!(out, "\ntarget         of vectors   kept").unwrap();
    let mut wrong = Vec::new();
    let usual = panic::take_hook();
    panic::set_hook(Box::new(|info| *SAID.lock().unwrap() = info.to_string()));
    for target in TARGETS {
        // Miri takes a thousand times as long: only a part of what is kept runs there.
        let (seeds, step) = if cfg!(miri) {
            (Vec::new(), 8)
        } else {
            (target.seeds(), 1)
        };
        let kept: Vec<_> = target.kept().into_iter().step_by(step).collect();
        let name = target.name;
        for input in seeds.iter().chain(&kept) {
            if catch_unwind(|| (target.run)(input)).is_err() {
                let said = SAID.lock().unwrap();
                wrong.push(format!("{name} {}\n  {said}", escaped(input)));
            }
        }
        writeln!(out, "{name:14} {:>10} {:>6}", seeds.len(), kept.len()).unwrap();
        assert!(cfg!(miri) || !seeds.is_empty(), "{name} has no seeds");
        assert!(!kept.is_empty(), "{name} has nothing kept");
    }
    panic::set_hook(usual);
    let count = wrong.len();
    wrong.truncate(LISTED);
    assert!(count == 0, "{count} inputs fail:\n{}", wrong.join("\n"));
}
