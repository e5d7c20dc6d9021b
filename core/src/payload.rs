//! The signed bytes: the fields of a message, joined with `|`.

use hmac::Mac;

use crate::decimal::Decimal;
use crate::field::{FieldValue, FieldValues};
use crate::secret::KeyedHmac;
use crate::wire::{Message, SEPARATOR};

/// Feeds the payload of a message to HMAC.
pub(crate) fn feed(mac: &mut KeyedHmac, message: Message, values: &FieldValues<'_>) {
    for (index, field) in message.signed_fields().iter().enumerate() {
        if index > 0 {
            mac.update(&[SEPARATOR]);
        }
        match values.get(*field) {
            Some(FieldValue::Text(text)) => match text.as_plain_bytes() {
                Some(bytes) => mac.update(bytes),
                None => text.bytes().for_each(|byte| mac.update(&[byte])),
            },
            Some(FieldValue::Number(number)) => mac.update(Decimal::of(number).as_bytes()),
            None => {}
        }
    }
}
