//! What no text may show: the secrets, the keys that are made of them, and the right signatures.

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

/// The texts that are hidden. Wiped on drop.
#[derive(Default)]
pub(crate) struct Hidden {
    secrets: Vec<Bytes>,
    signatures: Vec<Bytes>,
    /// Signatures that the developer passed. Another form of them may be shown.
    received: Vec<Bytes>,
}

impl Hidden {
    /// Hides a secret: its bytes, hex and base64.
    pub(crate) fn secret(&mut self, bytes: &[u8]) {
        forms(bytes, &mut |form| add(form, &mut self.secrets));
    }

    /// Hides the bytes of a key. [`Self::is_in`] finds its other forms.
    pub(crate) fn key(&mut self, bytes: &[u8]) {
        add(bytes, &mut self.secrets);
    }

    /// Hides the tag of a right signature: its bytes, hex and base64.
    pub(crate) fn tag(&mut self, bytes: &[u8]) {
        forms(bytes, &mut |form| add(form, &mut self.signatures));
    }

    /// Hides a signature as it was passed.
    pub(crate) fn received(&mut self, text: &[u8]) {
        add(text, &mut self.received);
    }

    /// Marks each byte that is shown, or by what it is replaced.
    pub(crate) fn mask(&self, text: &[u8]) -> Vec<Mask> {
        let mut mask = vec![Mask::Shown; text.len()];
        let text = Zeroizing::new(text.to_ascii_lowercase());
        let parts = Parts::of(core::slice::from_ref(&text));
        for (hidden, kind) in [
            (&self.received, Mask::Signature),
            (&self.signatures, Mask::Signature),
            (&self.secrets, Mask::Secret),
        ] {
            let mut found = Zeroizing::new(Vec::new());
            for bytes in hidden {
                if bytes.len() < PART {
                    for at in positions(&text, bytes) {
                        mask[at..at + bytes.len()].fill(kind);
                    }
                }
                found.extend(parts.of_both(bytes));
            }
            found.sort_unstable();
            for (at, part) in windows(&text).enumerate() {
                if found.binary_search(&part).is_ok() {
                    mask[at..at + PART].fill(kind);
                }
            }
        }
        mask
    }

    /// Returns `true` if a text has something hidden in any form that can be decoded, or if there
    /// is too much to decode.
    pub(crate) fn is_in(&self, text: &[u8]) -> bool {
        let Some(mut views) = views(text) else {
            return true;
        };
        for view in &mut views {
            view.make_ascii_lowercase();
        }
        let parts = Parts::of(&views);
        self.secrets.iter().chain(&self.signatures).any(|bytes| {
            let is_there = |view: &Bytes| codec::find(view, bytes).is_some();
            let is_short = bytes.len() < PART;
            is_short && views.iter().any(is_there) || parts.of_both(bytes).next().is_some()
        })
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

/// Adds a text in lower case, and its letters and digits alone.
fn add(bytes: &[u8], hidden: &mut Vec<Bytes>) {
    if bytes.len() < SHORTEST {
        return;
    }
    let lower = Zeroizing::new(bytes.to_ascii_lowercase());
    let letters = lower.iter().filter(|byte| byte.is_ascii_alphanumeric());
    let letters: Bytes = Zeroizing::new(letters.copied().collect());
    if PART <= letters.len() && letters.len() < lower.len() {
        hidden.push(letters);
    }
    hidden.push(lower);
}

/// Returns the positions of a text in another one.
fn positions<'t>(text: &'t [u8], wanted: &'t [u8]) -> impl Iterator<Item = usize> + 't {
    let windows = text.windows(wanted.len().max(1)).enumerate();
    windows
        .filter(move |(_, window)| *window == wanted)
        .map(|(at, _)| at)
}

/// Returns every part of a text.
fn windows(text: &[u8]) -> impl Iterator<Item = u64> {
    let windows = text.windows(PART);
    windows.map(|window| {
        window
            .iter()
            .fold(0, |part, byte| part << 8 | u64::from(*byte))
    })
}

/// The parts that texts have, to look hundreds of thousands of others up in.
struct Parts {
    sorted: Zeroizing<Vec<u64>>,
    /// A bit for each hash of a part. Most lookups end here.
    bits: Vec<u64>,
}

impl Parts {
    const BITS: u32 = 20;

    fn of(texts: &[Bytes]) -> Self {
        let length = texts.iter().map(|text| text.len()).sum();
        let mut sorted = Zeroizing::new(Vec::with_capacity(length));
        sorted.extend(texts.iter().flat_map(|text| windows(text)));
        sorted.sort_unstable();
        sorted.dedup();
        let mut bits = vec![0; 1 << (Self::BITS - 6)];
        for part in sorted.iter() {
            let (word, bit) = Self::place(*part);
            bits[word] |= bit;
        }
        Self { sorted, bits }
    }

    fn place(part: u64) -> (usize, u64) {
        let hash = part.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> (64 - Self::BITS);
        ((hash >> 6) as usize, 1 << (hash & 63))
    }

    /// Returns the parts that are in another text as well.
    fn of_both(&self, text: &[u8]) -> impl Iterator<Item = u64> {
        windows(text).filter(|part| {
            let (word, bit) = Self::place(*part);
            self.bits[word] & bit != 0 && self.sorted.binary_search(part).is_ok()
        })
    }
}
