//! Path segments that a server may take for `.` or `..`, with which a path climbs.
//!
//! nginx decodes `/t/..%2Fadmin` to `/admin`, and some servers split segments at `\` or `;`.

use core::fmt;

use crate::error::Flaw;
use crate::percent::hex_digit;
use crate::scan::find;

/// The flaw of a value in a segment that climbs.
pub(super) const CLIMBS: Flaw = Flaw(
    "makes a '.' or '..' in the path, which then leads elsewhere: put the placeholder into the query",
);

/// Returns `true` if a part of an encoded path segment is `.` or `..` when decoded.
pub(super) fn climbs(raw: &[u8]) -> bool {
    // Most segments have neither a dot nor an escape.
    if find(raw, b".%").is_none() {
        return false;
    }
    let mut segment = Segment::default();
    segment.read(raw);
    segment.climbs()
}

/// Reads an encoded path segment, byte by byte, without keeping it.
#[derive(Default)]
pub(super) struct Segment {
    /// The start of an escape: `%`, or `%` and its first digit.
    escape: Escape,
    /// The number of dots in the current part, if it has nothing else.
    dots: Option<u8>,
    is_started: bool,
    climbs: bool,
}

#[derive(Clone, Copy, Default)]
enum Escape {
    #[default]
    None,
    Percent,
    High(u8, u8),
}

impl Segment {
    #[inline(never)]
    pub(super) fn read(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.encoded(*byte);
        }
    }

    /// Returns `true` if a part of the decoded segment is `.` or `..`.
    pub(super) fn climbs(mut self) -> bool {
        self.end_escape();
        self.decoded(b'/');
        self.climbs
    }

    fn encoded(&mut self, byte: u8) {
        match (self.escape, hex_digit(byte)) {
            (Escape::Percent, Some(high)) => {
                self.escape = Escape::High(byte, high);
                return;
            }
            (Escape::High(_, high), Some(low)) => {
                self.escape = Escape::None;
                self.decoded(high << 4 | low);
                return;
            }
            (Escape::None, _) => {}
            (Escape::Percent | Escape::High(..), None) => self.end_escape(),
        }
        if byte == b'%' {
            self.escape = Escape::Percent;
        } else {
            self.decoded(byte);
        }
    }

    /// Ends a broken escape, which stands for itself.
    fn end_escape(&mut self) {
        match core::mem::take(&mut self.escape) {
            Escape::None => {}
            Escape::Percent => self.decoded(b'%'),
            Escape::High(digit, _) => {
                self.decoded(b'%');
                self.decoded(digit);
            }
        }
    }

    fn decoded(&mut self, byte: u8) {
        let dots = if self.is_started { self.dots } else { Some(0) };
        match byte {
            b'/' | b'\\' | b';' => {
                self.climbs |= matches!(dots, Some(1 | 2));
                self.is_started = false;
                return;
            }
            b'.' => self.dots = dots.map(|dots| dots.saturating_add(1)),
            _ => self.dots = None,
        }
        self.is_started = true;
    }
}

impl fmt::Write for Segment {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.read(text.as_bytes());
        Ok(())
    }
}
