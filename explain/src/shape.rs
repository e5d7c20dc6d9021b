//! The forms of a signature: the tags that it may encode, and hints about its form.

use subtle::{Choice, ConstantTimeEq};

use crate::catalogue::{Kind, Mistake};
use crate::change::Change;
use crate::codec::{self, Alphabet};
use crate::diagnosis::Subject;

/// The number of bytes of a tag that prove a cause.
pub(crate) const PROOF: usize = 16;

/// The lengths of the digests, in bytes.
pub(crate) const LENGTHS: [usize; 5] = [16, 20, 32, 48, 64];

/// A tag that a signature may encode.
#[derive(Clone)]
pub(crate) struct Target {
    pub(crate) subject: Subject,
    /// The bytes of the tag, at least [`PROOF`] of them.
    tag: Vec<u8>,
    /// The last hex digit, if the tag was cut in the middle of a byte.
    half: Option<u8>,
    /// The tag is the start of a longer one.
    pub(crate) is_cut: bool,
    /// The changes that make the signature of the tag.
    pub(crate) changes: Vec<Change>,
    /// The target only counts together with another change.
    pub(crate) needs_other: bool,
}

impl Target {
    /// Returns `true` if a computed tag equals this one, or starts with it if this one is cut.
    /// Compares in constant time.
    pub(crate) fn matches(&self, tag: &[u8]) -> bool {
        let Some((start, rest)) = tag.split_at_checked(self.tag.len()) else {
            return false;
        };
        let half = self.half.map_or(Choice::from(1), |half| {
            let next = rest.first();
            next.map_or(Choice::from(0), |byte| (byte >> 4).ct_eq(&half))
        });
        self.is_cut != rest.is_empty() && bool::from(start.ct_eq(&self.tag) & half)
    }

    /// Returns `true` if a tag of this length can match.
    pub(crate) fn fits(&self, length: usize) -> bool {
        if self.is_cut {
            self.tag.len() < length
        } else {
            self.tag.len() == length
        }
    }
}

/// Returns the tags that a signature may encode, with at most two changes each.
pub(crate) fn targets(text: &[u8], kind: Kind, subject: Subject) -> Vec<Target> {
    let mut reader = Reader {
        kind,
        subject,
        targets: Vec::new(),
    };
    reader.read(text, kind != Kind::Webhook, &[]);
    if subject == Subject::Computed && kind == Kind::Webhook {
        // The caller's code may have computed the digits alone, or only they were noted.
        let bare: Vec<_> = reader
            .targets
            .iter()
            .filter_map(Target::without_scheme)
            .collect();
        reader.targets.extend(bare);
    }
    reader.targets
}

impl Target {
    fn without_scheme(&self) -> Option<Self> {
        let (first, rest) = self.changes.split_first()?;
        (first.mistake == Mistake::SchemeMissing).then(|| Self {
            changes: rest.to_vec(),
            needs_other: true,
            ..self.clone()
        })
    }
}

struct Reader {
    kind: Kind,
    subject: Subject,
    targets: Vec<Target>,
}

impl Reader {
    /// Reads a signature. `is_bare` means that its scheme was already stripped.
    fn read(&mut self, text: &[u8], is_bare: bool, changes: &[Change]) {
        const SCHEME: &[u8] = b"sha256=";
        if changes.len() > 2 {
            return;
        }
        let and = |mistake| [changes, &[Change::new(mistake)]].concat();
        let trimmed = text.trim_ascii();
        if trimmed.len() < text.len() {
            self.read(trimmed, is_bare, &and(Mistake::SchemeSpace));
        }
        let scheme = text
            .split_at_checked(SCHEME.len())
            .filter(|(start, _)| start.eq_ignore_ascii_case(SCHEME));
        match scheme {
            Some((_, digits)) if is_bare && self.kind != Kind::Webhook => {
                self.read(digits, true, &and(Mistake::SchemeInUrl));
            }
            Some((start, digits)) if !is_bare && start == SCHEME => {
                self.read(digits, true, changes);
            }
            // The whole signature is in upper case.
            Some((_, digits)) if !is_bare => self.read(digits, true, changes),
            Some(_) | None => {
                if !is_bare {
                    self.read(text, true, &and(Mistake::SchemeMissing));
                }
            }
        }
        if let [quote @ (b'"' | b'\''), inner @ .., last] = text
            && quote == last
        {
            self.read(inner, is_bare, &and(Mistake::Quoted));
        }
        if let [b'b', quote @ (b'"' | b'\''), inner @ .., last] = text
            && quote == last
        {
            let changes = and(Mistake::BytesRepr);
            match python_bytes(inner) {
                Some(raw) if !raw.is_ascii() => self.add(&raw, &changes),
                Some(raw) => self.read(&raw, is_bare, &changes),
                None => {}
            }
        }
        if is_bare {
            self.read_digits(text, changes);
        }
    }

    fn read_digits(&mut self, text: &[u8], changes: &[Change]) {
        let and = |mistake| [changes, &[Change::new(mistake)]].concat();
        if text.len() >= 2 * PROOF && text.iter().all(u8::is_ascii_hexdigit) {
            let is_upper = text.iter().any(u8::is_ascii_uppercase);
            let changes = if is_upper {
                and(Mistake::UpperCase)
            } else {
                changes.to_vec()
            };
            self.add_hex(text, &changes);
        }
        if LENGTHS.contains(&text.len()) && !text.is_ascii() {
            self.add(text, &and(Mistake::RawBytes));
        }
        // An unencoded plus has become a space.
        let text = codec::replace(text, b" ", b"+");
        // Only the URL-safe alphabet is written without padding.
        let is_url = text.iter().any(|byte| matches!(byte, b'-' | b'_'))
            || !text.len().is_multiple_of(4)
                && !text.iter().any(|byte| matches!(byte, b'+' | b'/'));
        let (alphabet, mistake) = if is_url {
            (Alphabet::Url, Mistake::Base64Url)
        } else {
            (Alphabet::Standard, Mistake::Base64)
        };
        if let Some(decoded) = codec::from_base64(&text, alphabet, false) {
            if LENGTHS.contains(&decoded.len()) {
                self.add(&decoded, &and(mistake));
            }
            if decoded.len() >= 2 * PROOF && decoded.iter().all(u8::is_ascii_hexdigit) {
                self.add_hex(&decoded, &and(Mistake::Base64OfHex));
            }
        }
    }

    /// Adds hex digits, which may be a whole tag or the start of a longer one.
    fn add_hex(&mut self, digits: &[u8], changes: &[Change]) {
        let (pairs, half) = digits.split_at(digits.len() & !1);
        let Some(tag) = codec::from_hex(pairs) else {
            return;
        };
        if half.is_empty() && LENGTHS.contains(&tag.len()) {
            self.add(&tag, changes);
        }
        self.push(Target {
            subject: self.subject,
            tag: tag.to_vec(),
            half: half.first().copied().and_then(codec::hex_digit),
            is_cut: true,
            changes: [changes, &[Change::new(Mistake::Truncated)]].concat(),
            needs_other: false,
        });
    }

    fn add(&mut self, tag: &[u8], changes: &[Change]) {
        self.push(Target {
            subject: self.subject,
            tag: tag.to_vec(),
            half: None,
            is_cut: false,
            changes: changes.to_vec(),
            needs_other: false,
        });
    }

    fn push(&mut self, target: Target) {
        if target.changes.len() <= 2 && target.tag.len() >= PROOF {
            self.targets.push(target);
        }
    }
}

/// Decodes the inside of a Python bytes literal: `b'…'`.
fn python_bytes(text: &[u8]) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((first, tail)) = rest.split_first() {
        rest = tail;
        if *first != b'\\' {
            bytes.push(*first);
            continue;
        }
        let (escape, tail) = rest.split_first()?;
        rest = tail;
        bytes.push(match escape {
            b'x' => {
                let (digits, tail) = rest.split_at_checked(2)?;
                rest = tail;
                *codec::from_hex(digits)?.first()?
            }
            b'n' => b'\n',
            b'r' => b'\r',
            b't' => b'\t',
            other => *other,
        });
    }
    Some(bytes)
}

/// Returns a hint about a text that is not a signature. The reader may still prove another cause.
pub(crate) fn hint(text: &[u8], kind: Kind) -> Option<Change> {
    const OBJECTS: [&[u8]; 9] = [
        b"[object ",
        b"Resource id #",
        b"Promise",
        b"<built-in",
        b"<bound method",
        b"<function",
        b"function",
        b"Array",
        b"undefined",
    ];
    let text = text.trim_ascii();
    let digits = text.strip_prefix(b"sha256=").unwrap_or(text);
    let mistake = match digits {
        [] => return None,
        _ if OBJECTS.iter().any(|object| digits.starts_with(object)) => Mistake::Promise,
        [b'b', b'"' | b'\'', .., b'"' | b'\''] => Mistake::BytesRepr,
        [b'"' | b'\'', .., b'"' | b'\''] => Mistake::Quoted,
        _ if digits.iter().all(u8::is_ascii_hexdigit) => match digits.len() {
            32 => return Some(Change::with(Mistake::Md5, "it has 32 digits")),
            40 => return Some(Change::with(Mistake::Sha1, "it has 40 digits")),
            64 => return scheme_hint(text, kind),
            96 => return Some(Change::with(Mistake::Sha384, "it has 96 digits")),
            128 => return Some(Change::with(Mistake::Sha512, "it has 128 digits")),
            1..64 => {
                let count = digits.len() as i64;
                return Some(Change::number(Mistake::Truncated, "it has # digits", count));
            }
            _ => return None,
        },
        _ if codec::find(digits, "\u{fffd}".as_bytes()).is_some() || !digits.is_ascii() => {
            Mistake::RawBytes
        }
        _ => match codec::from_base64(digits, Alphabet::Both, false) {
            Some(tag) if tag.len() == 32 && digits.contains(&b'-') | digits.contains(&b'_') => {
                Mistake::Base64Url
            }
            Some(tag) if tag.len() == 32 => Mistake::Base64,
            Some(hex) if hex.len() == 64 && hex.iter().all(u8::is_ascii_hexdigit) => {
                Mistake::Base64OfHex
            }
            Some(_) | None => return None,
        },
    };
    Some(Change::new(mistake))
}

/// Returns a hint about the scheme or the case of 64 digits.
fn scheme_hint(text: &[u8], kind: Kind) -> Option<Change> {
    let has_scheme = text.starts_with(b"sha256=");
    match kind {
        Kind::Webhook if !has_scheme => Some(Change::new(Mistake::SchemeMissing)),
        Kind::Link | Kind::Return if has_scheme => Some(Change::new(Mistake::SchemeInUrl)),
        _ if text.iter().any(|byte| matches!(byte, b'A'..=b'F')) => {
            Some(Change::new(Mistake::UpperCase))
        }
        _ => None,
    }
}
