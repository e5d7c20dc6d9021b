//! Making a signature, and deciding whether one is right.

use core::fmt;

use hmac::Mac;
use subtle::{Choice, ConditionallySelectable, ConstantTimeEq};

use crate::field::Contents;
use crate::payload;
use crate::secret::{KeyedHmac, WorkflowSecret};
use crate::wire::Message;

/// The bytes of HMAC-SHA256.
pub(crate) const TAG: usize = 32;

/// A signature that this library made: 64 lower-case hexadecimal digits.
///
/// It has no `==`: only verification decides whether a received one is right, in constant time.
#[derive(Clone)]
pub struct Signature([u8; TAG * 2]);

impl Signature {
    pub(crate) fn of(tag: &[u8; TAG]) -> Self {
        let mut hex = [0; TAG * 2];
        // The lengths agree, so this can't fail.
        let _ = base16ct::lower::encode(tag, &mut hex);
        Self(hex)
    }

    /// The hexadecimal digits, as they stand in a URL.
    #[must_use]
    pub fn as_str(&self) -> &str {
        core::str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl fmt::Debug for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Signature").finish_non_exhaustive()
    }
}

/// The tag of a link's or return's payload.
pub(crate) fn tag(secret: &WorkflowSecret, message: Message, contents: &Contents<'_>) -> [u8; TAG] {
    let mut mac = secret.keyed();
    payload::feed(&mut mac, message, contents);
    finish(mac)
}

pub(crate) fn finish(mac: KeyedHmac) -> [u8; TAG] {
    mac.finalize().into_bytes().into()
}

/// Which of the tags, one for each secret, is the received one: the place of the first, from 0.
///
/// Every tag is made and compared, whichever matches, and the comparisons take the same time
/// wherever two tags differ.
pub(crate) fn matching(
    tags: impl Iterator<Item = [u8; TAG]>,
    received: &[u8; TAG],
) -> Option<usize> {
    let received = words(received);
    let mut found = Choice::from(0);
    let mut place = 0_u64;
    for (index, tag) in (0_u64..).zip(tags) {
        let matches = words(&tag).ct_eq(&received);
        place.conditional_assign(&index, matches & !found);
        found |= matches;
    }
    bool::from(found).then(|| usize::try_from(place).ok())?
}

/// The same 32 bytes in four words, which are compared faster.
fn words(tag: &[u8; TAG]) -> [u64; 4] {
    let mut words = [0; 4];
    for (word, bytes) in words.iter_mut().zip(tag.as_chunks::<8>().0) {
        *word = u64::from_ne_bytes(*bytes);
    }
    words
}

/// Reads exactly 64 lower-case hexadecimal digits, all at once: there is no branch on one of them,
/// so that processors take many together.
pub(crate) fn read(digits: &[u8]) -> Option<[u8; TAG]> {
    let digits: &[u8; TAG * 2] = digits.try_into().ok()?;
    let mut nibbles = [0; TAG * 2];
    let mut all_valid = true;
    for (nibble, digit) in nibbles.iter_mut().zip(digits) {
        let number = digit.wrapping_sub(b'0');
        let letter = digit.wrapping_sub(b'a');
        let is_number = number < 10;
        *nibble = if is_number {
            number
        } else {
            letter.wrapping_add(10)
        };
        all_valid &= is_number | (letter < 6);
    }
    let mut tag = [0; TAG];
    for (byte, [high, low]) in tag.iter_mut().zip(nibbles.as_chunks::<2>().0) {
        *byte = high << 4 | low;
    }
    all_valid.then_some(tag)
}
