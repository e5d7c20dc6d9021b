//! The wrong algorithms that are tried instead of HMAC-SHA256.

use hmac::digest::block_api::BlockSizeUser;
use hmac::{KeyInit, Mac, SimpleHmac};
use md5::Md5;
use sha1::Sha1;
use sha2::{Digest, Sha256, Sha384, Sha512};

use crate::catalogue::Mistake;
use crate::change::Change;
use crate::keys::Key;

/// A hash function.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Hash {
    Sha256,
    Sha1,
    Sha512,
    Sha384,
    Md5,
}

impl Hash {
    const ALL: [Self; 5] = [
        Self::Sha256,
        Self::Sha1,
        Self::Sha512,
        Self::Sha384,
        Self::Md5,
    ];

    const fn mistake(self) -> Option<Mistake> {
        match self {
            Self::Sha256 => None,
            Self::Sha1 => Some(Mistake::Sha1),
            Self::Sha512 => Some(Mistake::Sha512),
            Self::Sha384 => Some(Mistake::Sha384),
            Self::Md5 => Some(Mistake::Md5),
        }
    }

    const fn length(self) -> usize {
        match self {
            Self::Sha256 => 32,
            Self::Sha1 => 20,
            Self::Sha512 => 64,
            Self::Sha384 => 48,
            Self::Md5 => 16,
        }
    }
}

/// A way to combine the key and the text with a hash function.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Construction {
    Hmac,
    /// HMAC with the arguments swapped: the text is the key.
    Swapped,
    /// The hash of the key, this separator and the text.
    KeyFirst(&'static str),
    TextFirst(&'static str),
    /// The hash of the key, the text and the key again.
    Between,
    TextAlone,
    /// The HMAC of the text's hash, as hex if `true`, as bytes otherwise.
    OfHash(bool),
    /// The hash of the HMAC, as hex if `true`, as bytes otherwise.
    HashOf(bool),
}

impl Construction {
    const SEPARATORS: [&'static str; 8] = ["", "|", ":", ".", "&", "-", ",", "\n"];

    fn change(self) -> Option<Change> {
        const PLAIN: Mistake = Mistake::PlainHash;
        Some(match self {
            Self::Hmac => return None,
            Self::Swapped => Change::new(Mistake::Swapped),
            Self::KeyFirst(_) => Change::with(PLAIN, "the key before the text"),
            Self::TextFirst(_) => Change::with(PLAIN, "the key after the text"),
            Self::Between => Change::with(PLAIN, "the key before and after the text"),
            Self::TextAlone => Change::with(PLAIN, "without the key"),
            Self::OfHash(_) => Change::with(Mistake::DoubleHash, "an HMAC of a hash"),
            Self::HashOf(_) => Change::with(Mistake::DoubleHash, "a hash of the HMAC"),
        })
    }
}

/// A way to compute a tag.
#[derive(Clone)]
pub(crate) struct Algorithm {
    hash: Hash,
    construction: Construction,
    pub(crate) changes: Vec<Change>,
}

/// The length of the longest tag, in bytes.
pub(crate) const LONGEST: usize = 64;

impl Algorithm {
    /// Returns every algorithm: the right one first, the others in the order of the catalogue.
    pub(crate) fn all() -> Vec<Self> {
        let mut constructions = vec![Construction::Hmac, Construction::Swapped];
        constructions.extend(Construction::SEPARATORS.map(Construction::KeyFirst));
        constructions.extend(Construction::SEPARATORS.map(Construction::TextFirst));
        constructions.extend([
            Construction::Between,
            Construction::TextAlone,
            Construction::OfHash(true),
            Construction::OfHash(false),
            Construction::HashOf(true),
            Construction::HashOf(false),
        ]);
        let mut all: Vec<_> = Hash::ALL
            .into_iter()
            .flat_map(|hash| {
                constructions.iter().map(move |construction| Self {
                    hash,
                    construction: *construction,
                    changes: construction
                        .change()
                        .into_iter()
                        .chain(hash.mistake().map(Change::new))
                        .collect(),
                })
            })
            .collect();
        all.sort_by_key(|algorithm| algorithm.changes.len());
        all
    }

    /// Returns the length of the tags, in bytes.
    pub(crate) const fn length(&self) -> usize {
        self.hash.length()
    }

    /// Returns `false` if a change of the text gives the same hash under a more general name. That
    /// is so if a short public key is joined with the text.
    pub(crate) fn applies_to(&self, key: &Key) -> bool {
        if !key.is_public || key.bytes.len() >= 4 {
            return true;
        }
        match self.construction {
            // An empty key leaves its separator.
            Construction::KeyFirst(separator) | Construction::TextFirst(separator) => {
                key.bytes.is_empty() && !matches!(separator, "" | "\n")
            }
            Construction::Between => false,
            _ => true,
        }
    }

    /// Computes the tag of a text.
    pub(crate) fn tag<'o>(&self, key: &Key, text: &[u8], out: &'o mut [u8; LONGEST]) -> &'o [u8] {
        match self.hash {
            Hash::Sha256 if self.construction == Construction::Hmac => {
                let tag = key.hmac.clone().chain_update(text).finalize().into_bytes();
                put(&tag, out)
            }
            Hash::Sha256 => self.construction.tag::<Sha256>(&key.bytes, text, out),
            Hash::Sha1 => self.construction.tag::<Sha1>(&key.bytes, text, out),
            Hash::Sha512 => self.construction.tag::<Sha512>(&key.bytes, text, out),
            Hash::Sha384 => self.construction.tag::<Sha384>(&key.bytes, text, out),
            Hash::Md5 => self.construction.tag::<Md5>(&key.bytes, text, out),
        }
    }
}

impl Construction {
    fn tag<'o, D: Digest + BlockSizeUser + Clone>(
        self,
        key: &[u8],
        text: &[u8],
        out: &'o mut [u8; LONGEST],
    ) -> &'o [u8] {
        let hash = |parts: &[&[u8]]| {
            let digest = parts.iter().fold(D::new(), Digest::chain_update);
            digest.finalize()
        };
        let hex = |bytes: &[u8], is_hex| match is_hex {
            true => crate::codec::to_hex(bytes),
            false => zeroize::Zeroizing::new(bytes.to_vec()),
        };
        match self {
            Self::Hmac => put(&hmac::<D>(key, text), out),
            Self::Swapped => put(&hmac::<D>(text, key), out),
            Self::KeyFirst(separator) => put(&hash(&[key, separator.as_bytes(), text]), out),
            Self::TextFirst(separator) => put(&hash(&[text, separator.as_bytes(), key]), out),
            Self::Between => put(&hash(&[key, text, key]), out),
            Self::TextAlone => put(&hash(&[text]), out),
            Self::OfHash(is_hex) => put(&hmac::<D>(key, &hex(&hash(&[text]), is_hex)), out),
            Self::HashOf(is_hex) => put(&hash(&[&hex(&hmac::<D>(key, text), is_hex)]), out),
        }
    }
}

fn hmac<D: Digest + BlockSizeUser + Clone>(key: &[u8], text: &[u8]) -> Vec<u8> {
    // HMAC accepts keys of any length, so this error never occurs.
    SimpleHmac::<D>::new_from_slice(key)
        .map(|mac| mac.chain_update(text).finalize().into_bytes().to_vec())
        .unwrap_or_default()
}

fn put<'o>(tag: &[u8], out: &'o mut [u8; LONGEST]) -> &'o [u8] {
    let length = tag.len().min(LONGEST);
    out[..length].copy_from_slice(&tag[..length]);
    &out[..length]
}
