//! The inputs of each target: those made from the vectors, and those that fuzzing found and that
//! reach other code. The latter are in `fuzz/corpus/`, one file for each target with one line for
//! each input. Bytes that are not printable ASCII are escaped.

use crate::seeds;

/// A target of the fuzzer.
#[derive(Clone, Copy)]
pub struct Target {
    /// The name of the target.
    pub name: &'static str,
    /// Runs the target on an input. Panics if a property doesn't hold.
    pub run: fn(&[u8]),
    kept: &'static str,
}

macro_rules! targets {
    ($($name:ident),*) => {
        [$(Target {
            name: stringify!($name),
            run: crate::$name,
            kept: include_str!(concat!("../../corpus/", stringify!($name), ".txt")),
        }),*]
    };
}

/// Every target.
pub const TARGETS: [Target; 9] = targets!(
    query,
    template,
    secret,
    verify_link,
    verify_return,
    webhook,
    c_boundary,
    c_delivery,
    explain
);

impl Target {
    /// Returns the inputs made from the vectors.
    ///
    /// # Panics
    ///
    /// If the vectors can't be read.
    #[must_use]
    pub fn seeds(&self) -> Vec<Vec<u8>> {
        seeds::of(self.name)
    }

    /// Returns the inputs that fuzzing found.
    ///
    /// # Panics
    ///
    /// If the file was edited by hand and has an invalid escape.
    #[must_use]
    pub fn kept(&self) -> Vec<Vec<u8>> {
        self.kept.lines().map(unescaped).collect()
    }
}

/// Returns an input as a line.
#[must_use]
pub fn escaped(input: &[u8]) -> String {
    input.escape_ascii().to_string()
}

fn unescaped(line: &str) -> Vec<u8> {
    let mut input = Vec::new();
    let mut rest = line.bytes();
    while let Some(byte) = rest.next() {
        let byte = match byte {
            b'\\' => match rest.next().expect("an escape") {
                b't' => b'\t',
                b'r' => b'\r',
                b'n' => b'\n',
                b'x' => {
                    let digits = [(); 2].map(|()| rest.next().expect("a digit"));
                    let digits = str::from_utf8(&digits).expect("digits");
                    u8::from_str_radix(digits, 16).expect("digits")
                }
                other => other,
            },
            other => other,
        };
        input.push(byte);
    }
    input
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_round_trips() {
        let bytes: Vec<_> = (0..=255).collect();
        let line = escaped(&bytes);
        assert_eq!(line.lines().count(), 1);
        assert_eq!(unescaped(&line), bytes);
    }
}
