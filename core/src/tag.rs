//! The bytes of a signature, read from hex.

/// The length of HMAC-SHA256, in bytes.
pub(crate) const TAG: usize = 32;

/// Reads exactly 64 lowercase hex digits, all at once: no branch depends on one of them, so that
/// processors take many together.
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
