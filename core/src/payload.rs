//! The bytes that are signed: the fields of a message, joined with `|`.

use hmac::Mac;

use crate::field::{Content, Contents};
use crate::secret::KeyedHmac;
use crate::wire::{Message, SEPARATOR};

/// Feeds the payload of a message to HMAC.
pub(crate) fn feed(mac: &mut KeyedHmac, message: Message, contents: &Contents<'_>) {
    let mut joined = Joined {
        mac,
        pending: [0; PENDING],
        len: 0,
    };
    for (place, field) in message.signed_fields().iter().enumerate() {
        if place > 0 {
            joined.push(&[SEPARATOR]);
        }
        match contents.get(*field) {
            Some(Content::Text(value)) => match value.as_plain() {
                Some(text) => joined.push(text.as_bytes()),
                None => value.bytes().for_each(|byte| joined.push(&[byte])),
            },
            Some(Content::Number(number)) => joined.push(Decimal::of(number).as_bytes()),
            None => {}
        }
    }
    joined.flush();
}

/// The bytes of an ordinary payload, which HMAC then gets in one piece.
const PENDING: usize = 128;

struct Joined<'m> {
    mac: &'m mut KeyedHmac,
    pending: [u8; PENDING],
    len: usize,
}

impl Joined<'_> {
    fn push(&mut self, bytes: &[u8]) {
        let end = self.len.saturating_add(bytes.len());
        if let Some(free) = self.pending.get_mut(self.len..end) {
            free.copy_from_slice(bytes);
            self.len = end;
        } else {
            self.flush();
            self.mac.update(bytes);
        }
    }

    fn flush(&mut self) {
        self.mac
            .update(self.pending.get(..self.len).unwrap_or_default());
        self.len = 0;
    }
}

/// A number in its shortest decimal form.
pub(crate) struct Decimal {
    digits: [u8; 20],
    start: usize,
}

impl Decimal {
    pub(crate) fn of(mut number: u64) -> Self {
        let mut digits = [0; 20];
        let mut start = digits.len();
        for pair in digits.as_chunks_mut::<2>().0.iter_mut().rev() {
            // Both remainders fit a byte, and two digits at a time are fewer divisions.
            let two = (number % 100) as u8;
            *pair = [b'0' | (two / 10), b'0' | (two % 10)];
            number /= 100;
            start = start.saturating_sub(2);
            if number == 0 {
                if two < 10 {
                    start = start.saturating_add(1);
                }
                break;
            }
        }
        Self { digits, start }
    }

    fn as_bytes(&self) -> &[u8] {
        self.digits.get(self.start..).unwrap_or_default()
    }

    pub(crate) fn as_str(&self) -> &str {
        core::str::from_utf8(self.as_bytes()).unwrap_or_default()
    }
}
