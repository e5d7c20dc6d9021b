//! The texts and keys that were already tried.

use std::collections::HashSet;
use std::hash::{BuildHasherDefault, Hasher};

/// The texts that were tried, as hashes of 64 bits. A collision would skip a candidate, never
/// report a false one.
#[derive(Default)]
pub(crate) struct Seen(HashSet<u64, BuildHasherDefault<Identity>>);

impl Seen {
    pub(crate) fn insert(&mut self, text: &[u8]) -> bool {
        self.0.insert(mix(text))
    }
}

/// Hashes a text, eight bytes at a time.
fn mix(text: &[u8]) -> u64 {
    const FACTOR: u64 = 0x9e37_79b9_7f4a_7c15;
    let mut hash = text.len() as u64;
    let mut feed = |word: u64| {
        hash = (hash ^ word).wrapping_mul(FACTOR);
        hash ^= hash >> 29;
    };
    let (words, rest) = text.as_chunks::<8>();
    for word in words {
        feed(u64::from_le_bytes(*word));
    }
    let mut last = [0; 8];
    last[..rest.len()].copy_from_slice(rest);
    feed(u64::from_le_bytes(last));
    hash
}

/// A hasher that returns its input.
#[derive(Default)]
pub(crate) struct Identity(u64);

impl Hasher for Identity {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, _: &[u8]) {}

    fn write_u64(&mut self, hash: u64) {
        self.0 = hash;
    }
}
