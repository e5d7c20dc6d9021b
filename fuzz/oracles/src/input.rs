//! An input, taken apart: pieces with the byte 0xFF between them, which no text has in it. So
//! seeds, dictionary and findings can be read, and what a fuzzer inserts moves nothing else.

use std::borrow::Cow;

/// The byte between two pieces.
pub(crate) const SEPARATOR: u8 = 0xff;

/// The pieces that weren't taken yet.
pub(crate) struct Pieces<'a>(&'a [u8]);

impl<'a> Pieces<'a> {
    pub(crate) fn of(data: &'a [u8]) -> Self {
        Self(data)
    }

    /// The next piece; empty if there is none.
    pub(crate) fn bytes(&mut self) -> &'a [u8] {
        let end = self.0.iter().position(|byte| *byte == SEPARATOR);
        let (piece, rest) = self.0.split_at(end.unwrap_or(self.0.len()));
        self.0 = rest.get(1..).unwrap_or_default();
        piece
    }

    /// The next piece as text.
    pub(crate) fn text(&mut self) -> Cow<'a, str> {
        String::from_utf8_lossy(self.bytes())
    }

    /// The next piece as a number, or the default.
    pub(crate) fn number(&mut self, default: u64) -> u64 {
        self.text().parse().unwrap_or(default)
    }

    /// The next piece as text, if it is marked as given.
    pub(crate) fn given(&mut self) -> Option<String> {
        self.text().strip_prefix('=').map(str::to_owned)
    }

    /// All that is left.
    pub(crate) fn rest(self) -> &'a [u8] {
        self.0
    }
}

/// Changes some bytes of a text, as the three bytes of each edit say: the position, and the byte.
pub(crate) fn edited(text: &str, edits: &[u8]) -> Vec<u8> {
    let mut bytes = text.as_bytes().to_vec();
    for edit in edits.chunks_exact(3) {
        let place = u16::from_le_bytes([edit[0], edit[1]]);
        let at = usize::from(place >> 2) % (bytes.len() + 1);
        match place & 3 {
            0 => bytes.insert(at, edit[2]),
            1 if at < bytes.len() => bytes[at] = edit[2],
            2 if at < bytes.len() => drop(bytes.remove(at)),
            // A piece of the text once more, which is how a name comes twice.
            _ => {
                let end = bytes.len().min(at + usize::from(edit[2]));
                bytes.extend_from_within(at.min(end)..end);
            }
        }
    }
    bytes
}
