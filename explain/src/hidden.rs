//! What no text may show: the secrets, the keys that are made of them, and the right signatures.

use core::ops::Range;

use zeroize::Zeroizing;

use crate::codec::{self, Bytes};
use crate::views::views;

/// The length of a part of a secret that is recognized.
pub(crate) const PART: usize = 8;

/// The shortest key that is recognized. It is hidden as a whole if it is shorter than a part.
const SHORTEST: usize = 4;

/// What is in the place of a byte that is not shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mask {
    Shown,
    Secret,
    Signature,
}

/// Collects what is hidden. Wiped on drop.
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

/// The texts that are hidden. Wiped on drop.
#[derive(Default)]
pub(crate) struct Hidden {
    secrets: Sorted,
    signatures: Sorted,
    /// Signatures that the developer passed. Another form of them may be shown.
    received: Sorted,
}

impl Hidden {
    /// Marks each byte that is shown, or by what it is replaced.
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

    /// Returns `true` if a text has something hidden in any form that can be decoded, or if there
    /// is too much to decode.
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

/// Passes on the bytes, and how they are written.
fn forms(bytes: &[u8], sink: &mut dyn FnMut(&[u8])) {
    sink(bytes);
    if bytes.len() < PART {
        return;
    }
    sink(&codec::to_hex(bytes));
    // A longer text that was encoded has it at any of three places.
    for before in [b"".as_slice(), b"\0", b"\0\0"] {
        let longer = Zeroizing::new([before, bytes].concat());
        let encoded = codec::to_base64(&longer);
        let start = if before.is_empty() { 0 } else { 4 };
        sink(encoded.get(start..).unwrap_or_default());
    }
}

/// What is in a number before the bytes of a text that is shorter than a part: letters that no text
/// in lower case has.
const NOTHING: u64 = u64::from_be_bytes([b'A'; PART]);

/// The parts of texts in lower case, as numbers. A shorter text is there as a whole.
struct Parts {
    all: Zeroizing<Vec<u64>>,
    /// The last part with each hash: most keys of a secret have parts in common.
    last: Zeroizing<Vec<u64>>,
}

impl Default for Parts {
    fn default() -> Self {
        Self {
            all: Zeroizing::default(),
            last: Zeroizing::new(vec![NOTHING; 1 << Self::BITS]),
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
        let (mut part, mut length) = (NOTHING, 0);
        for byte in bytes {
            part = followed(part, *byte);
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
        let last = &mut self.last[place(part, Self::BITS)];
        if *last == part {
            return;
        }
        *last = part;
        if self.all.len() == self.all.capacity() {
            // What a vector leaves behind when it grows is not wiped.
            let mut more = Zeroizing::new(Vec::with_capacity(2 * self.all.len() + 1024));
            more.extend_from_slice(&self.all);
            self.all = more;
        }
        self.all.push(part);
    }
}

/// Returns the part that ends with a byte more, in lower case.
fn followed(part: u64, byte: u8) -> u64 {
    part << 8 | u64::from(byte.to_ascii_lowercase())
}

/// Returns a hash of some bits.
const fn place(part: u64, bits: u32) -> usize {
    (part.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> (64 - bits)) as usize
}

/// Parts to look those of other texts up in.
#[derive(Default)]
struct Sorted {
    parts: Zeroizing<Vec<u64>>,
    /// Whether there are parts with a hash. Most lookups end here.
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
            hashes[place(*part, Self::BITS)] = true;
        }
        Self { parts, hashes }
    }

    /// Returns where a text has something of these.
    fn ranges(&self, text: &[u8]) -> impl Iterator<Item = Range<usize>> {
        let mut last = NOTHING;
        text.iter().enumerate().flat_map(move |(at, byte)| {
            last = followed(last, *byte);
            let part = last;
            let lengths = SHORTEST..=PART.min(at + 1);
            lengths.filter_map(move |length| {
                let bits = 8 * length as u32;
                let before = NOTHING.checked_shl(bits).unwrap_or(0);
                let part = part & u64::MAX >> (64 - bits) | before;
                self.has(part).then_some(at + 1 - length..at + 1)
            })
        })
    }

    fn has(&self, part: u64) -> bool {
        let has = self.hashes.get(place(part, Self::BITS));
        has == Some(&true) && self.parts.binary_search(&part).is_ok()
    }
}
