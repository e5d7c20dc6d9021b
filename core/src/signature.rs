//! Making a signature, and comparing a received one.

use core::fmt;

use hmac::Mac;
use subtle::{Choice, ConditionallySelectable, ConstantTimeEq};

use crate::field::FieldValues;
use crate::payload;
use crate::secret::{KeyedHmac, Secret, WorkflowSecret};
use crate::tag::TAG;
use crate::wire::Message;

/// A signature that this library made: 64 lowercase hex digits.
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

    /// Returns the hex digits, as a URL carries them.
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

/// Returns the tag of a link's or return's payload.
pub(crate) fn tag(
    secret: &WorkflowSecret,
    message: Message,
    values: &FieldValues<'_>,
) -> [u8; TAG] {
    let mut mac = secret.keyed();
    payload::feed(&mut mac, message, values);
    finish(mac)
}

pub(crate) fn finish(mac: KeyedHmac) -> [u8; TAG] {
    mac.finalize().into_bytes().into()
}

/// Returns the position of the first secret whose tag equals `received`, in constant time. Each
/// tag comes with the position of its secret.
///
/// Every tag is made and compared, whichever matches, and the comparisons take the same time
/// wherever two tags differ.
pub(crate) fn matching(
    tags: impl Iterator<Item = (usize, [u8; TAG])>,
    received: &[u8; TAG],
) -> Option<usize> {
    let received = words(received);
    let mut found = Choice::from(0);
    let mut position = 0_u64;
    for (index, tag) in tags {
        let matches = words(&tag).ct_eq(&received);
        position.conditional_assign(&(index as u64), matches & !found);
        found |= matches;
    }
    bool::from(found).then(|| usize::try_from(position).ok())?
}

/// Returns the same 32 bytes as four words, which are compared faster.
fn words(tag: &[u8; TAG]) -> [u64; 4] {
    let mut words = [0; 4];
    for (word, bytes) in words.iter_mut().zip(tag.as_chunks::<8>().0) {
        *word = u64::from_ne_bytes(*bytes);
    }
    words
}
