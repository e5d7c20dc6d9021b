//! The bytes that are signed: the fields of a message, joined with `|`.

use hmac::Mac;

use crate::field::{Content, Contents};
use crate::percent::Value;
use crate::secret::KeyedHmac;
use crate::wire::{Message, SEPARATOR};

/// Feeds the payload of a message to HMAC.
pub(crate) fn feed(mac: KeyedHmac, message: Message, contents: &Contents<'_>) -> KeyedHmac {
    let mut sink = Sink {
        mac,
        pending: [0; PENDING],
        len: 0,
    };
    for (place, field) in message.signed_fields().iter().enumerate() {
        if place > 0 {
            sink.push(SEPARATOR);
        }
        match contents.get(*field) {
            Some(Content::Text(value)) => sink.text(value),
            Some(Content::Number(number)) => sink.all(Decimal::of(number).as_bytes()),
            None => {}
        }
    }
    sink.flush();
    sink.mac
}

/// An ordinary payload, so that HMAC is handed it in one piece.
const PENDING: usize = 128;

struct Sink {
    mac: KeyedHmac,
    pending: [u8; PENDING],
    len: usize,
}

impl Sink {
    fn push(&mut self, byte: u8) {
        self.all(&[byte]);
    }

    fn all(&mut self, bytes: &[u8]) {
        let end = self.len.saturating_add(bytes.len());
        if let Some(free) = self.pending.get_mut(self.len..end) {
            free.copy_from_slice(bytes);
            self.len = end;
        } else {
            self.flush();
            self.mac.update(bytes);
        }
    }

    fn text(&mut self, value: Value<'_>) {
        match value.as_plain() {
            Some(text) => self.all(text.as_bytes()),
            None => value.bytes().for_each(|byte| self.push(byte)),
        }
    }

    fn flush(&mut self) {
        if let Some(pending) = self.pending.get(..self.len) {
            self.mac.update(pending);
        }
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
        let mut digits = [b'0'; 20];
        let mut start = digits.len();
        for digit in digits.iter_mut().rev() {
            // A remainder of ten fits.
            *digit = b'0' | (number % 10) as u8;
            number /= 10;
            start = start.saturating_sub(1);
            if number == 0 {
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
