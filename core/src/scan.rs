//! Searching bytes, eight at a time.

/// Returns the position of the first byte in `wanted`, scanning eight bytes at a time.
#[allow(
    clippy::manual_contains,
    reason = "`contains` brings the standard library's `memchr`, which is large for a small module"
)]
pub(crate) fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    const EACH_BYTE: u64 = 0x0101_0101_0101_0101;
    const HIGH_BITS: u64 = 0x8080_8080_8080_8080;
    let (words, rest) = bytes.as_chunks::<8>();
    let mut passed = 0_usize;
    for word in words {
        let word = u64::from_le_bytes(*word);
        // Sets the high bit of each byte that is wanted. Bytes after the first may be set
        // wrongly, which is harmless: https://graphics.stanford.edu/~seander/bithacks.html
        let found = wanted.iter().fold(0, |found, byte| {
            let zero_where_same = word ^ EACH_BYTE.wrapping_mul(u64::from(*byte));
            found | zero_where_same.wrapping_sub(EACH_BYTE) & !zero_where_same & HIGH_BITS
        });
        if found != 0 {
            let index = found.trailing_zeros() / u8::BITS;
            return Some(passed.saturating_add(index as usize));
        }
        passed = passed.saturating_add(8);
    }
    let index = rest
        .iter()
        .position(|byte| wanted.iter().any(|wanted| wanted == byte))?;
    Some(passed.saturating_add(index))
}

/// Splits before the byte at this position, or at the end.
pub(crate) fn split_at(bytes: &[u8], position: usize) -> (&[u8], &[u8]) {
    bytes.split_at_checked(position).unwrap_or((bytes, b""))
}

/// The parts between the occurrences of a byte. An empty text has one part, which is empty.
///
/// The standard library's `split` would be compiled once for each caller.
#[derive(Clone)]
pub(crate) struct Split<'a> {
    rest: Option<&'a [u8]>,
    byte: u8,
}

impl<'a> Split<'a> {
    pub(crate) const fn of(bytes: &'a [u8], byte: u8) -> Self {
        Self {
            rest: Some(bytes),
            byte,
        }
    }

    /// Returns `true` if there is no other part.
    pub(crate) const fn is_at_end(&self) -> bool {
        self.rest.is_none()
    }
}

impl<'a> Iterator for Split<'a> {
    type Item = &'a [u8];

    #[inline(never)]
    fn next(&mut self) -> Option<&'a [u8]> {
        let rest = self.rest.take()?;
        let Some((part, rest)) = cut(rest, self.byte) else {
            return Some(rest);
        };
        self.rest = Some(rest);
        Some(part)
    }
}

/// Splits around the first such byte.
pub(crate) fn cut(bytes: &[u8], byte: u8) -> Option<(&[u8], &[u8])> {
    let at = find(bytes, &[byte])?;
    Some((bytes.get(..at)?, bytes.get(at.saturating_add(1)..)?))
}

/// Splits around the first such ASCII character.
pub(crate) fn cut_str(text: &str, byte: u8) -> Option<(&str, &str)> {
    let at = find(text.as_bytes(), &[byte])?;
    Some((text.get(..at)?, text.get(at.saturating_add(1)..)?))
}
