//! Runs every input of the corpus, without a fuzzer.

use std::io::{self, Write};
use std::panic::catch_unwind;

use oracles::corpus::{TARGETS, escaped};

#[test]
fn every_input_of_the_corpus_passes() {
    // Unlike `println!`, this is shown when the test passes as well.
    let mut out = io::stdout().lock();
    writeln!(out, "\ntarget         of vectors   kept").unwrap();
    for target in TARGETS {
        // Miri takes a thousand times as long: only a part of what is kept runs there.
        let (seeds, step) = if cfg!(miri) {
            (Vec::new(), 8)
        } else {
            (target.seeds(), 1)
        };
        let kept: Vec<_> = target.kept().into_iter().step_by(step).collect();
        for input in seeds.iter().chain(&kept) {
            let name = target.name;
            let held = catch_unwind(|| (target.run)(input)).is_ok();
            assert!(held, "{name} does not hold for {}", escaped(input));
        }
        let name = target.name;
        writeln!(out, "{name:14} {:>10} {:>6}", seeds.len(), kept.len()).unwrap();
        assert!(cfg!(miri) || !seeds.is_empty(), "{name} has no seeds");
        assert!(!kept.is_empty(), "{name} has nothing kept");
    }
}
