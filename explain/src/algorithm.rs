//! The algorithms that a mistake uses instead of HMAC-SHA256.

use hmac::digest::block_api::BlockSizeUser;
use hmac::{KeyInit, Mac, SimpleHmac};
use md5::Md5;
use sha1::Sha1;
use sha2::{Digest, Sha256, Sha384, Sha512};

use crate::catalogue::Mistake;
use crate::change::Change;
use crate::keys::Key;

/// A digest.
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

/// What is done with a digest, a key and a text.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    Hmac,
    /// The text is the key.
    Swapped,
    /// The digest of the key and the text, with this between them.
    KeyFirst(&'static str),
    TextFirst(&'static str),
    /// The text between two copies of the key.
    Between,
    TextAlone,
    /// HMAC of the text's digest, as bytes or as hex.
    OfHash(bool),
    /// The digest of the HMAC, as bytes or as hex.
    HashOf(bool),
}

impl Form {
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

/// A way to make a tag.
#[derive(Clone)]
pub(crate) struct Algorithm {
    hash: Hash,
    form: Form,
    pub(crate) changes: Vec<Change>,
}

/// The longest tag.
pub(crate) const LONGEST: usize = 64;

impl Algorithm {
    /// Returns every algorithm, the right one first and then in the order of the catalogue.
    pub(crate) fn all() -> Vec<Self> {
        let mut forms = vec![Form::Hmac, Form::Swapped];
        forms.extend(Form::SEPARATORS.map(Form::KeyFirst));
        forms.extend(Form::SEPARATORS.map(Form::TextFirst));
        forms.extend([
            Form::Between,
            Form::TextAlone,
            Form::OfHash(true),
            Form::OfHash(false),
            Form::HashOf(true),
            Form::HashOf(false),
        ]);
        let mut all: Vec<_> = Hash::ALL
            .into_iter()
            .flat_map(|hash| {
                forms.iter().map(move |form| Self {
                    hash,
                    form: *form,
                    changes: form
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

    /// Returns the length of its tags, in bytes.
    pub(crate) const fn length(&self) -> usize {
        self.hash.length()
    }

    /// Returns `false` if a change of the text makes the same, which is the more general name: where
    /// a short key that everybody knows is joined with the text.
    pub(crate) fn takes(&self, key: &Key) -> bool {
        if !key.is_public || key.bytes.len() >= 4 {
            return true;
        }
        match self.form {
            // An absent key leaves its separator.
            Form::KeyFirst(separator) | Form::TextFirst(separator) => {
                key.bytes.is_empty() && !matches!(separator, "" | "\n")
            }
            Form::Between => false,
            _ => true,
        }
    }

    /// Makes the tag of a text.
    pub(crate) fn tag<'o>(&self, key: &Key, text: &[u8], out: &'o mut [u8; LONGEST]) -> &'o [u8] {
        match self.hash {
            Hash::Sha256 if self.form == Form::Hmac => {
                let tag = key.hmac.clone().chain_update(text).finalize().into_bytes();
                put(&tag, out)
            }
            Hash::Sha256 => self.form.tag::<Sha256>(&key.bytes, text, out),
            Hash::Sha1 => self.form.tag::<Sha1>(&key.bytes, text, out),
            Hash::Sha512 => self.form.tag::<Sha512>(&key.bytes, text, out),
            Hash::Sha384 => self.form.tag::<Sha384>(&key.bytes, text, out),
            Hash::Md5 => self.form.tag::<Md5>(&key.bytes, text, out),
        }
    }
}

impl Form {
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
    // HMAC takes keys of any length, so this error never occurs.
    SimpleHmac::<D>::new_from_slice(key)
        .map(|mac| mac.chain_update(text).finalize().into_bytes().to_vec())
        .unwrap_or_default()
}

fn put<'o>(tag: &[u8], out: &'o mut [u8; LONGEST]) -> &'o [u8] {
    let length = tag.len().min(LONGEST);
    out[..length].copy_from_slice(&tag[..length]);
    &out[..length]
}
