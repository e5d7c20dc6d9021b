//! The texts that must not be shown: the secrets, the keys derived from them, and the right
//! signatures.

use core::ops::Range;

use zeroize::Zeroizing;

use crate::codec::{self, Bytes};
use crate::views::views;

/// The length of a part of a secret that is recognized.
pub(crate) const PART: usize = 8;

/// The length of the shortest key that is recognized. A key shorter than a part is hidden as a
/// whole.
const SHORTEST: usize = 4;

/// The replacement of a byte that is not shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mask {
    Shown,
    Secret,
    Signature,
}

/// Collects hidden texts. Wiped on drop.
#[derive(Default)]
pub(crate) struct Collector {
    secrets: Parts,
    signatures: Parts,
    received: Parts,
}

impl Collector {
    /// Hides a secret: its bytes, hex and base64.
    pub(crate) fn secret(&mut self, bytes: &[u8]) {
        forms(bytes, &mut |form| self.secrets.add(form));
    }

    /// Hides the bytes of a key. [`Hidden::is_in`] finds its other forms.
    pub(crate) fn key(&mut self, bytes: &[u8]) {
        self.secrets.add(bytes);
    }

    /// Hides the tag of a right signature: its bytes, hex and base64.
    pub(crate) fn tag(&mut self, bytes: &[u8]) {
        forms(bytes, &mut |form| self.signatures.add(form));
    }

    /// Hides a signature as it was passed.
    pub(crate) fn received(&mut self, text: &[u8]) {
        self.received.add(text);
    }

    pub(crate) fn hidden(self) -> Hidden {
        Hidden {
            secrets: Sorted::of(self.secrets),
            signatures: Sorted::of(self.signatures),
            received: Sorted::of(self.received),
        }
    }
}

/// The hidden texts. Wiped on drop.
#[derive(Default)]
pub(crate) struct Hidden {
    secrets: Sorted,
    signatures: Sorted,
    /// The signatures that the developer passed. Other forms of them may be shown.
    received: Sorted,
}

impl Hidden {
    /// Returns the mask of each byte.
    pub(crate) fn mask(&self, text: &[u8]) -> Vec<Mask> {
        let mut mask = vec![Mask::Shown; text.len()];
        for (hidden, kind) in [
            (&self.received, Mask::Signature),
            (&self.signatures, Mask::Signature),
            (&self.secrets, Mask::Secret),
        ] {
            for range in hidden.ranges(text) {
                mask[range].fill(kind);
            }
        }
        mask
    }

    /// Returns `true` if decoding a text in any way yields something hidden, or if there is too
    /// much to decode.
    pub(crate) fn is_in(&self, text: &[u8]) -> bool {
        let is_in = |view: &Bytes| {
            let mut ranges = self
                .secrets
                .ranges(view)
                .chain(self.signatures.ranges(view));
            ranges.next().is_some()
        };
        views(text).is_none_or(|views| views.iter().any(is_in))
    }
}

/// Passes on the bytes, their hex and their base64.
fn forms(bytes: &[u8], sink: &mut dyn FnMut(&[u8])) {
    sink(bytes);
    if bytes.len() < PART {
        return;
    }
    sink(&codec::to_hex(bytes));
    // In the base64 of a longer text, the bytes may start at any of three offsets.
    for before in [b"".as_slice(), b"\0", b"\0\0"] {
        let longer = Zeroizing::new([before, bytes].concat());
        let encoded = codec::to_base64(&longer);
        let start = if before.is_empty() { 0 } else { 4 };
        sink(encoded.get(start..).unwrap_or_default());
    }
}

/// The padding of a part that is shorter than [`PART`]: upper case, which no lowercase text
/// contains.
const PADDING: u64 = u64::from_be_bytes([b'A'; PART]);

/// The parts of lowercase texts, as numbers. A shorter text is one part.
struct Parts {
    all: Zeroizing<Vec<u64>>,
    /// The last part added for each hash. Most keys of a secret share parts, so this skips most of
    /// them.
    last: Zeroizing<Vec<u64>>,
}

impl Default for Parts {
    fn default() -> Self {
        Self {
            all: Zeroizing::default(),
            last: Zeroizing::new(vec![PADDING; 1 << Self::BITS]),
        }
    }
}

impl Parts {
    const BITS: u32 = 12;

    /// Adds a text, and its letters and digits alone.
    fn add(&mut self, bytes: &[u8]) {
        if bytes.len() < SHORTEST {
            return;
        }
        let letters = bytes.iter().filter(|byte| byte.is_ascii_alphanumeric());
        if (PART..bytes.len()).contains(&letters.clone().count()) {
            self.add_all(letters);
        }
        self.add_all(bytes.iter());
    }

    fn add_all<'b>(&mut self, bytes: impl Iterator<Item = &'b u8>) {
        let (mut part, mut length) = (PADDING, 0);
        for byte in bytes {
            part = appended(part, *byte);
            length += 1;
            if length >= PART {
                self.push(part);
            }
        }
        if length < PART {
            self.push(part);
        }
    }

    fn push(&mut self, part: u64) {
        let last = &mut self.last[hash_bits(part, Self::BITS)];
        if *last == part {
            return;
        }
        *last = part;
        if self.all.len() == self.all.capacity() {
            // A growing vector would free its old buffer without wiping it.
            let mut more = Zeroizing::new(Vec::with_capacity(2 * self.all.len() + 1024));
            more.extend_from_slice(&self.all);
            self.all = more;
        }
        self.all.push(part);
    }
}

/// Appends a byte to a part, in lower case.
fn appended(part: u64, byte: u8) -> u64 {
    part << 8 | u64::from(byte.to_ascii_lowercase())
}

/// Returns a hash of this many bits.
const fn hash_bits(part: u64, bits: u32) -> usize {
    (part.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> (64 - bits)) as usize
}

/// Sorted parts, for lookups.
#[derive(Default)]
struct Sorted {
    parts: Zeroizing<Vec<u64>>,
    /// One flag for each hash: `true` if a part has it. Most lookups end here.
    hashes: Vec<bool>,
}

impl Sorted {
    const BITS: u32 = 16;

    fn of(mut parts: Parts) -> Self {
        let mut parts = core::mem::take(&mut parts.all);
        parts.sort_unstable();
        parts.dedup();
        let mut hashes = vec![false; 1 << Self::BITS];
        for part in parts.iter() {
            hashes[hash_bits(*part, Self::BITS)] = true;
        }
        Self { parts, hashes }
    }

    /// Returns the ranges of a text that contain one of these parts.
    fn ranges(&self, text: &[u8]) -> impl Iterator<Item = Range<usize>> {
        let mut last = PADDING;
        text.iter().enumerate().flat_map(move |(at, byte)| {
            last = appended(last, *byte);
            let part = last;
            let lengths = SHORTEST..=PART.min(at + 1);
            lengths.filter_map(move |length| {
                let bits = 8 * length as u32;
                let before = PADDING.checked_shl(bits).unwrap_or(0);
                let part = part & u64::MAX >> (64 - bits) | before;
                self.has(part).then_some(at + 1 - length..at + 1)
            })
        })
    }

    fn has(&self, part: u64) -> bool {
        let has = self.hashes.get(hash_bits(part, Self::BITS));
        has == Some(&true) && self.parts.binary_search(&part).is_ok()
    }
}
