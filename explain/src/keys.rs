//! The wrong keys that a mistake derives from a secret.

use core::fmt;

use hmac::{Hmac, KeyInit, Mac};
use md5::Md5;
use sha1::Sha1;
use sha2::{Digest, Sha256, Sha512};
use zeroize::Zeroizing;

use crate::catalogue::{Kind, Mistake};
use crate::change::Change;
use crate::codec::{self, Alphabet, Bytes};
use crate::request::{OtherSecret, Relation};
use crate::seen::Seen;

/// The prefix of a webhook secret.
const WEBHOOK_PREFIX: &[u8] = b"whsec_";

/// The length of the longest secret that keys are derived from. A real one has 64 bytes.
const LONGEST: usize = 4096;

/// A key to try, with the HMAC state that it initializes. Wiped on drop.
pub(crate) struct Key {
    pub(crate) bytes: Bytes,
    pub(crate) hmac: Hmac<Sha256>,
    /// `None` for a secret as it was given, a change for a key derived from it.
    pub(crate) change: Option<Change>,
    /// The key is publicly known and need not be hidden.
    pub(crate) is_public: bool,
    /// The key is also tried together with another change. Rare variants of a mistake are tried
    /// alone.
    pub(crate) is_usual: bool,
}

/// A key that a mistake derives from a secret.
struct Derived {
    mistake: Mistake,
    bytes: Bytes,
    is_usual: bool,
}

impl Key {
    fn new(bytes: Bytes, change: Option<Change>, is_usual: bool) -> Option<Self> {
        let is_public = change
            .is_some_and(|change| matches!(change.mistake, Mistake::KeyUnset | Mistake::KeySample));
        Some(Self {
            hmac: Hmac::new_from_slice(&bytes).ok()?,
            bytes,
            change,
            is_public,
            is_usual,
        })
    }

    /// Returns the right tag of a text.
    pub(crate) fn tag(&self, text: &[u8]) -> [u8; 32] {
        self.hmac
            .clone()
            .chain_update(text)
            .finalize()
            .into_bytes()
            .into()
    }

    /// Returns the key padded to a block of HMAC-SHA256. Two keys with the same block are the same
    /// key.
    fn block(&self) -> Zeroizing<[u8; 64]> {
        let mut block = Zeroizing::new([0; 64]);
        match block.get_mut(..self.bytes.len()) {
            Some(start) => start.copy_from_slice(&self.bytes),
            None => block[..32].copy_from_slice(&Sha256::digest(&self.bytes)),
        }
        block
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Key").finish_non_exhaustive()
    }
}

/// The keys of a request: first the secrets as they were given, then the keys that one mistake
/// derives from them.
#[derive(Debug)]
pub(crate) struct Keys {
    pub(crate) all: Vec<Key>,
    /// The number of secrets, which are the first keys.
    pub(crate) secrets: usize,
}

impl Keys {
    pub(crate) fn of(secrets: &[&[u8]], others: &[OtherSecret<'_>], kind: Kind) -> Self {
        let mut keys = Self {
            all: Vec::new(),
            secrets: 0,
        };
        let mut seen = Seen::default();
        let copy = |bytes: &[u8]| Zeroizing::new(bytes.to_vec());
        for secret in secrets {
            keys.push(copy(secret), None, true, &mut seen);
        }
        keys.secrets = keys.all.len();
        for other in others {
            let mistake = match other.relation {
                Relation::OtherKind => Mistake::KeyOtherKind,
                Relation::OtherEndpoint => Mistake::KeyOtherEndpoint,
                Relation::Rotated => Mistake::KeyRotated,
            };
            keys.push(
                copy(other.text),
                Some(Change::new(mistake)),
                true,
                &mut seen,
            );
        }
        for secret in secrets {
            derive(secret, kind, &mut |derived| {
                let change = Change::new(derived.mistake);
                keys.push(derived.bytes, Some(change), derived.is_usual, &mut seen);
            });
        }
        known(&mut |mistake, text, is_usual| {
            keys.push(copy(text), Some(Change::new(mistake)), is_usual, &mut seen);
        });
        keys
    }

    fn push(&mut self, bytes: Bytes, change: Option<Change>, is_usual: bool, seen: &mut Seen) {
        if let Some(key) = Key::new(bytes, change, is_usual)
            && seen.insert(&*key.block())
        {
            self.all.push(key);
        }
    }

    pub(crate) fn secrets(&self) -> &[Key] {
        &self.all[..self.secrets]
    }

    /// Returns the keys that were given: the secrets, and other secrets.
    pub(crate) fn given(&self) -> impl Iterator<Item = &Key> {
        let is_given = |key: &&Key| {
            key.change.is_none_or(|change| {
                matches!(
                    change.mistake,
                    Mistake::KeyOtherKind | Mistake::KeyOtherEndpoint | Mistake::KeyRotated
                )
            })
        };
        self.all.iter().filter(is_given)
    }

    pub(crate) fn derived(&self) -> &[Key] {
        &self.all[self.secrets..]
    }

    /// Passes on every key that one mistake derives from a secret, to hide it.
    pub(crate) fn each(secret: &[u8], kind: Kind, sink: &mut dyn FnMut(&[u8])) {
        derive(secret, kind, &mut |key| sink(&key.bytes));
    }

    /// Passes on the keys that two mistakes derive from a secret, as [`Self::derived_twice`] does,
    /// to hide them. For a key that only adds something around another key, passes on the part at
    /// each end; `around` is the length of the other key in that part.
    pub(crate) fn each_twice(
        secret: &[u8],
        kind: Kind,
        around: usize,
        sink: &mut dyn FnMut(&[u8]),
    ) {
        let mut twice = |once: &[u8]| {
            derive(once, kind, &mut |key| {
                let key_bytes = &*key.bytes;
                let within = codec::find(key_bytes, once).filter(|_| once.len() >= around);
                match within {
                    _ if !key.is_usual => {}
                    Some(at) => {
                        sink(&key_bytes[..at + around]);
                        sink(&key_bytes[at + once.len() - around..]);
                    }
                    // It is a part of the other key.
                    None if codec::find(once, key_bytes).is_some() => {}
                    None => sink(key_bytes),
                }
            });
        };
        derive(secret, kind, &mut |key| {
            if key.is_usual {
                twice(&key.bytes);
            }
        });
    }

    /// Passes on the keys that two mistakes derive, each with both changes.
    pub(crate) fn derived_twice(
        &self,
        kind: Kind,
        sink: &mut dyn FnMut(&Key, Change) -> core::ops::ControlFlow<()>,
    ) -> core::ops::ControlFlow<()> {
        let mut seen = Seen::default();
        for key in &self.all {
            seen.insert(&*key.block());
        }
        let mut keys = Vec::new();
        let usual = |key: &&Key| key.is_usual && !key.is_public;
        for first in self.derived().iter().filter(usual) {
            keys.clear();
            derive(&first.bytes, kind, &mut |derived| {
                if derived.is_usual
                    && let Some(key) =
                        Key::new(derived.bytes, Some(Change::new(derived.mistake)), true)
                    && seen.insert(&*key.block())
                {
                    keys.push(key);
                }
            });
            for key in &keys {
                if let Some(change) = first.change {
                    sink(key, change)?;
                }
            }
        }
        core::ops::ControlFlow::Continue(())
    }
}

/// Passes on the keys that each mistake derives from a secret, in the order of the catalogue. The
/// given secret may be the wrong one, so some mistakes are undone as well.
fn derive(secret: &[u8], kind: Kind, sink: &mut dyn FnMut(Derived)) {
    if secret.len() > LONGEST {
        return;
    }
    let mut add = |mistake, bytes: Bytes, is_usual| {
        if *bytes != secret {
            sink(Derived {
                mistake,
                bytes,
                is_usual,
            });
        }
    };
    let join = |parts: &[&[u8]]| Zeroizing::new(parts.concat());
    if let Some(bytes) = codec::from_hex(secret) {
        add(Mistake::KeyHexDecoded, bytes, true);
    }
    // Node stops at the first byte that is not a digit.
    let digits = secret.iter().take_while(|byte| byte.is_ascii_hexdigit());
    let digits = digits.count() & !1;
    if let Some(bytes) = codec::from_hex(&secret[..digits])
        && !bytes.is_empty()
    {
        add(Mistake::KeyHexDecoded, bytes, false);
    }
    for bytes in decodings(secret) {
        add(Mistake::KeyBase64Decoded, bytes, true);
    }
    let bare = secret.strip_prefix(WEBHOOK_PREFIX);
    if kind == Kind::Webhook {
        if let Some(bare) = bare {
            for bytes in decodings(bare) {
                add(Mistake::KeyStandardWebhooks, bytes, true);
            }
            add(Mistake::KeyPrefixRemoved, join(&[bare]), true);
        } else {
            add(
                Mistake::KeyPrefixRemoved,
                join(&[WEBHOOK_PREFIX, secret]),
                true,
            );
        }
    }
    for end in [b"\n".as_slice(), b"\r\n", b"\\n", b"\r"] {
        add(Mistake::KeyNewline, join(&[secret, end]), end != b"\r");
        if let Some(bare) = secret.strip_suffix(end) {
            add(Mistake::KeyNewline, join(&[bare]), true);
        }
    }
    for (at, space) in SPACES.into_iter().enumerate() {
        add(Mistake::KeySpace, join(&[secret, space]), at < USUAL_SPACES);
        add(Mistake::KeySpace, join(&[space, secret]), at < USUAL_SPACES);
    }
    add(Mistake::KeySpace, join(&[b" ", secret, b" "]), false);
    add(Mistake::KeySpace, join(&[trimmed(secret)]), true);
    for (at, (open, close)) in QUOTES.into_iter().enumerate() {
        add(Mistake::KeyQuotes, join(&[open, secret, close]), at < 2);
        let bare = secret.strip_prefix(open);
        if let Some(bare) = bare.and_then(|bare| bare.strip_suffix(close)) {
            add(Mistake::KeyQuotes, join(&[bare]), true);
        }
    }
    const BOM: &[u8] = b"\xef\xbb\xbf";
    add(Mistake::KeyBom, join(&[BOM, secret]), true);
    if let Some(bare) = secret.strip_prefix(BOM) {
        add(Mistake::KeyBom, join(&[bare]), true);
    }
    for (at, prefix) in DECORATIONS.iter().enumerate() {
        add(
            Mistake::KeyDecorated,
            join(&[prefix, secret]),
            at < USUAL_DECORATIONS,
        );
        if let Some(bare) = secret.strip_prefix(*prefix) {
            add(Mistake::KeyDecorated, join(&[bare]), true);
        }
    }
    add(
        Mistake::KeyCase,
        Zeroizing::new(secret.to_ascii_lowercase()),
        true,
    );
    add(
        Mistake::KeyCase,
        Zeroizing::new(secret.to_ascii_uppercase()),
        true,
    );
    truncate(secret, &mut add);
    let sha256 = Zeroizing::new(Sha256::digest(secret).to_vec());
    let md5 = Zeroizing::new(Md5::digest(secret).to_vec());
    let sha1 = Zeroizing::new(Sha1::digest(secret).to_vec());
    let sha512 = Zeroizing::new(Sha512::digest(secret).to_vec());
    for (at, digest) in [sha256, md5, sha1, sha512].into_iter().enumerate() {
        add(Mistake::KeyHashed, codec::to_hex(&digest), at < 2);
        add(Mistake::KeyHashed, codec::to_base64(&digest), false);
        add(Mistake::KeyHashed, digest, at < 2);
    }
    add(Mistake::KeyHashed, codec::to_base64(secret), true);
    utf16(secret, &mut add);
}

/// The number of these that are also tried together with another change.
const USUAL_SPACES: usize = 3;

const SPACES: [&[u8]; 10] = [
    b" ",
    "\u{a0}".as_bytes(),
    "\u{200b}".as_bytes(),
    b"\t",
    b"  ",
    b"\xa0",
    "\u{200c}".as_bytes(),
    "\u{200d}".as_bytes(),
    "\u{2060}".as_bytes(),
    "\u{3000}".as_bytes(),
];

const QUOTES: [(&[u8], &[u8]); 5] = [
    (b"\"", b"\""),
    (b"'", b"'"),
    (b"`", b"`"),
    ("\u{201c}".as_bytes(), "\u{201d}".as_bytes()),
    (b"\\\"", b"\\\""),
];

/// The number of these that are also tried together with another change.
const USUAL_DECORATIONS: usize = 3;

const DECORATIONS: &[&[u8]] = &[
    b"v1,", b"Bearer ", b"sha256=", b"v1=", b"whsec_", b"Basic ", b"secret=", b"secret:", b"key=",
    b"hmac ", b"=",
];

/// Returns the results of various base64 decoders.
fn decodings(text: &[u8]) -> impl Iterator<Item = Bytes> {
    let strict = codec::from_base64(text, Alphabet::Both, false);
    let lenient = [Alphabet::Both, Alphabet::Standard, Alphabet::Url]
        .map(|alphabet| codec::from_base64(text, alphabet, true));
    // PHP decodes the complete groups and drops a single leftover digit.
    let shorter = text
        .split_last()
        .and_then(|(_, start)| codec::from_base64(start, Alphabet::Both, true));
    [strict, shorter]
        .into_iter()
        .chain(lenient)
        .flatten()
        .filter(|bytes| !bytes.is_empty())
}

/// Trims white space, line endings and invisible characters.
fn trimmed(mut text: &[u8]) -> &[u8] {
    loop {
        let before = text.len();
        text = text.trim_ascii();
        for space in SPACES {
            text = text.strip_prefix(space).unwrap_or(text);
            text = text.strip_suffix(space).unwrap_or(text);
        }
        if text.len() == before {
            return text;
        }
    }
}

fn truncate(secret: &[u8], add: &mut dyn FnMut(Mistake, Bytes, bool)) {
    const USUAL: [usize; 4] = [16, 32, 50, 63];
    const CUTS: [usize; 12] = [16, 20, 24, 30, 31, 32, 40, 48, 50, 60, 63, 64];
    for length in CUTS {
        if let Some(start) = secret.get(..length) {
            add(
                Mistake::KeyTruncated,
                Zeroizing::new(start.to_vec()),
                USUAL.contains(&length),
            );
        }
    }
    if let Some((_, start)) = secret.split_last() {
        add(Mistake::KeyTruncated, Zeroizing::new(start.to_vec()), true);
    }
    for mark in [b"#", b"$", b"\\", b" "] {
        if let Some(at) = codec::find(secret, mark) {
            add(
                Mistake::KeyTruncated,
                Zeroizing::new(secret[..at].to_vec()),
                true,
            );
        }
    }
    // A shell or an .env file expands an undefined variable to nothing, and drops a backslash.
    if let Some(at) = codec::find(secret, b"$") {
        let is_name = |byte: &&u8| byte.is_ascii_alphanumeric() || **byte == b'_';
        let name = secret[at + 1..].iter().take_while(is_name).count();
        let rest = [&secret[..at], &secret[at + 1 + name..]].concat();
        add(Mistake::KeyTruncated, Zeroizing::new(rest), true);
    }
    let rest: Vec<u8> = secret
        .iter()
        .copied()
        .filter(|byte| *byte != b'\\')
        .collect();
    add(Mistake::KeyTruncated, Zeroizing::new(rest), true);
}

fn utf16(secret: &[u8], add: &mut dyn FnMut(Mistake, Bytes, bool)) {
    let Ok(text) = core::str::from_utf8(secret) else {
        return;
    };
    let bytes = |to: fn(u16) -> [u8; 2], mark: &[u8]| {
        let units = text.encode_utf16().flat_map(to);
        Zeroizing::new(mark.iter().copied().chain(units).collect::<Vec<u8>>())
    };
    add(Mistake::KeyUtf16, bytes(u16::to_le_bytes, b""), true);
    add(
        Mistake::KeyUtf16,
        bytes(u16::to_le_bytes, b"\xff\xfe"),
        false,
    );
    add(Mistake::KeyUtf16, bytes(u16::to_be_bytes, b""), false);
    add(
        Mistake::KeyUtf16,
        bytes(u16::to_be_bytes, b"\xfe\xff"),
        false,
    );
    // The given secret may be the encoded one.
    let bare: Vec<u8> = secret.iter().copied().filter(|byte| *byte != 0).collect();
    if bare.len() * 2 == secret.len() {
        add(Mistake::KeyUtf16, Zeroizing::new(bare), true);
    }
}

/// Passes on the keys that don't depend on a secret: those of a missing secret, and samples of the
/// documentation.
fn known(sink: &mut dyn FnMut(Mistake, &[u8], bool)) {
    const UNSET: [&str; 11] = [
        "",
        "undefined",
        "null",
        "None",
        "nil",
        "NULL",
        "false",
        "NaN",
        "[object Object]",
        "Array",
        "0",
    ];
    const NAMES: [&str; 9] = [
        "VISIONO_SECRET",
        "VISIONO_WORKFLOW_SECRET",
        "WORKFLOW_SECRET",
        "VISIONO_WEBHOOK_SECRET",
        "WEBHOOK_SECRET",
        "SECRET",
        "secret",
        "NAME",
        "workflowSecret",
    ];
    const SAMPLES: [&str; 5] = [
        "your-64-char-workflow-secret",
        "your-workflow-secret",
        "your-webhook-secret",
        "whsec_abc123xyz789...",
        "whsec_abc123xyz789",
    ];
    for (at, text) in UNSET.into_iter().enumerate() {
        sink(Mistake::KeyUnset, text.as_bytes(), at < 4);
    }
    for (at, name) in NAMES.into_iter().enumerate() {
        for (before, after) in [("${", "}"), ("$", ""), ("", "")] {
            let text = format!("{before}{name}{after}");
            sink(
                Mistake::KeyUnset,
                text.as_bytes(),
                at < 2 && !before.is_empty(),
            );
        }
    }
    for text in SAMPLES {
        sink(Mistake::KeySample, text.as_bytes(), true);
    }
}

/// Returns a hint if none of the webhook secrets has the prefix.
pub(crate) fn webhook_hint(secrets: &[&[u8]]) -> Option<Change> {
    let is_bare = |secret: &&[u8]| !secret.starts_with(WEBHOOK_PREFIX);
    let detail = "the secret that was passed does not start with whsec_";
    (!secrets.is_empty() && secrets.iter().all(is_bare))
        .then_some(Change::with(Mistake::KeyPrefixRemoved, detail))
}

/// Returns a hint about a secret that the core refuses.
pub(crate) fn hint(secret: &[u8], kind: Kind) -> Option<Change> {
    let starts = |prefix: &[u8]| {
        secret
            .get(..prefix.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(prefix))
    };
    let mut sample = false;
    let mut unset = secret.contains(&b'$') && codec::find(secret, b"${").is_some();
    known(&mut |mistake, bytes, _| {
        if bytes.eq_ignore_ascii_case(secret) {
            sample |= mistake == Mistake::KeySample;
            unset |= mistake == Mistake::KeyUnset;
        }
    });
    let mistake = if sample {
        Mistake::KeySample
    } else if unset {
        Mistake::KeyUnset
    } else if secret.starts_with(b"\xef\xbb\xbf") {
        Mistake::KeyBom
    } else if secret.ends_with(b"\n") || secret.ends_with(b"\r") || secret.ends_with(b"\\n") {
        Mistake::KeyNewline
    } else if trimmed(secret).len() < secret.len() {
        Mistake::KeySpace
    } else if matches!(secret, [first @ (b'"' | b'\''), .., last] if first == last) {
        Mistake::KeyQuotes
    } else if starts(b"vsk_") || kind != Kind::Webhook && starts(WEBHOOK_PREFIX) {
        Mistake::KeyOtherKind
    } else if secret.contains(&0) {
        Mistake::KeyUtf16
    } else if secret.len() < 16 {
        Mistake::KeyTruncated
    } else {
        return None;
    };
    Some(Change::new(mistake))
}
