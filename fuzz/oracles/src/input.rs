//! Splits an input into chunks at the byte 0xFF, which no UTF-8 text contains. Seeds, dictionary
//! and findings are readable, and an insertion by the fuzzer affects a single chunk.

use std::borrow::Cow;

use crate::model::Arguments;

/// The byte between two chunks.
pub(crate) const SEPARATOR: u8 = 0xff;

/// The remaining chunks.
pub(crate) struct Chunks<'a>(&'a [u8]);

impl<'a> Chunks<'a> {
    pub(crate) fn of(data: &'a [u8]) -> Self {
        Self(data)
    }

    /// Returns the next chunk, or an empty one after the last.
    pub(crate) fn bytes(&mut self) -> &'a [u8] {
        let end = self.0.iter().position(|byte| *byte == SEPARATOR);
        let (chunk, rest) = self.0.split_at(end.unwrap_or(self.0.len()));
        self.0 = rest.get(1..).unwrap_or_default();
        chunk
    }

    /// Returns the next chunk as text.
    pub(crate) fn text(&mut self) -> Cow<'a, str> {
        String::from_utf8_lossy(self.bytes())
    }

    /// Returns the next chunk as a number, or the default.
    pub(crate) fn number(&mut self, default: u64) -> u64 {
        self.text().parse().unwrap_or(default)
    }

    /// Returns the next chunk as text, if it is marked as given.
    pub(crate) fn given(&mut self) -> Option<String> {
        self.text().strip_prefix('=').map(str::to_owned)
    }

    /// Returns the next chunks as the arguments of verification: the expected values of a message
    /// that was signed at `timestamp`, the time and the limits.
    pub(crate) fn arguments(&mut self, names: &[&str], timestamp: u64) -> Arguments {
        Arguments {
            expect: names[1..].iter().map(|_| self.given()).collect(),
            now: self.number(timestamp),
            max_age: self.number(3600),
            leeway: self.number(60),
            ..Arguments::any(names)
        }
    }

    /// Returns the rest of the input.
    pub(crate) fn rest(self) -> &'a [u8] {
        self.0
    }
}

/// Edits a text. Every three bytes of `edits` are an edit: the position, the kind, and the byte.
pub(crate) fn edited(text: &str, edits: &[u8]) -> Vec<u8> {
    let mut bytes = text.as_bytes().to_vec();
    for edit in edits.chunks_exact(3) {
        let place = u16::from_le_bytes([edit[0], edit[1]]);
        let at = usize::from(place >> 2) % (bytes.len() + 1);
        match place & 3 {
            0 => bytes.insert(at, edit[2]),
            1 if at < bytes.len() => bytes[at] = edit[2],
            2 if at < bytes.len() => drop(bytes.remove(at)),
            // Repeats a part of the text, so that a name occurs twice.
            _ => {
                let end = bytes.len().min(at + usize::from(edit[2]));
                bytes.extend_from_within(at.min(end)..end);
            }
        }
    }
    bytes
}
