//! Writing numbers.

/// A number in its shortest decimal form.
pub(crate) struct Decimal {
    digits: [u8; 20],
    start: usize,
}

impl Decimal {
    pub(crate) fn of(mut number: u64) -> Self {
        let mut digits = [0; 20];
        let mut start = digits.len();
        // Two digits at a time need fewer divisions.
        while let Some([.., tens, ones]) = digits.get_mut(..start) {
            let two = (number % 100) as u8;
            *tens = b'0' | (two / 10);
            *ones = b'0' | (two % 10);
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

    pub(crate) fn as_bytes(&self) -> &[u8] {
        self.digits.get(self.start..).unwrap_or_default()
    }

    pub(crate) fn as_str(&self) -> &str {
        core::str::from_utf8(self.as_bytes()).unwrap_or_default()
    }
}
