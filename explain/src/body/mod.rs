//! The body of a webhook: a search from the received body to the signed one.
//!
//! The same candidates serve both directions. If the body changed in transit, one of them is the
//! body that was signed. If the body is right and the caller's code hashed another one, one of them
//! is that one.

mod json;
mod layout;
mod number;
mod whole;

#[cfg(test)]
mod tests;

use core::ops::ControlFlow;

use crate::catalogue::Mistake;
use crate::change::{Change, Sink, Texts};

pub(crate) use whole::decompressed_start;

use json::{Json, Style};
use layout::{FEATURES, Feature, LANGUAGES, OTHERS};
use number::Numbers;

/// The largest body for which changes of single numbers, and two changes at once, are tried: 64
/// KiB.
const SMALL: usize = 64 << 10;

/// The largest body for which any change is tried: 4 MiB. The core accepts 1 MiB.
pub(crate) const LARGE: usize = 4 << 20;

/// The number of headers of one kind that are tried with a body.
const MOST_HEADERS: usize = 4;

/// The number of numbers in a body that are changed one at a time.
const MOST_NUMBERS: usize = 32;

/// A body as it arrived, and the other texts that some schemes sign.
pub(crate) struct Body<'a> {
    pub(crate) bytes: &'a [u8],
    /// The headers, as they arrived.
    pub(crate) headers: &'a [(&'a [u8], &'a [u8])],
    /// The URL to which the webhook was sent, if known.
    pub(crate) endpoint: Option<&'a [u8]>,
}

impl Body<'_> {
    /// Returns hints for a body whose signature nothing explains.
    pub(crate) fn hints(&self) -> Vec<Change> {
        let text = self.bytes.trim_ascii();
        let is_repr = text.starts_with(b"{'")
            || text == b"{}" && self.bytes.len() == 2
            || [&b"[object "[..], b"Array", b"b'", b"b\""]
                .iter()
                .any(|start| text.starts_with(start));
        let mut hints = Vec::new();
        if text.is_empty() {
            hints.push(Change::new(Mistake::Empty));
        } else if is_repr {
            hints.push(Change::new(Mistake::Repr));
        }
        hints
    }

    /// Passes on the texts that one change makes of `bytes`.
    fn once(&self, bytes: &[u8], sink: Sink<'_>) -> ControlFlow<()> {
        whole::plain(bytes, sink)?;
        if let Some(json) = Json::read(bytes) {
            reserialized(&json, sink)?;
        }
        whole::wrapped(bytes, sink)?;
        self.prefixed(bytes, sink)
    }

    /// Passes on the texts of other schemes, which sign a prefix and the body.
    fn prefixed(&self, bytes: &[u8], sink: Sink<'_>) -> ControlFlow<()> {
        let change = Change::new(Mistake::TimestampPrefixed);
        let times = whole::times(bytes, self.headers, MOST_HEADERS);
        for time in &times {
            for separator in [&b"."[..], b":", b"", b"|"] {
                sink(&[time, separator, bytes].concat(), &[change])?;
            }
            let ids = whole::header(self.headers, &[b"webhook-id", b"delivery"]);
            for id in ids.take(MOST_HEADERS) {
                sink(&[id, b".", time, b".", bytes].concat(), &[change])?;
            }
        }
        let change = Change::new(Mistake::UrlPrefixed);
        for url in self.endpoint.iter().flat_map(|url| whole::urls(url)) {
            for separator in [&b""[..], b".", b"|", b"\n"] {
                sink(&[url, separator, bytes].concat(), &[change])?;
            }
            sink(&[bytes, url].concat(), &[change])?;
        }
        ControlFlow::Continue(())
    }
}

/// Passes on a JSON text in a layout, unless it grows too much.
fn write(json: &Json<'_>, style: &Style, changes: &[Change], sink: Sink<'_>) -> ControlFlow<()> {
    match json.write(style) {
        Some(text) => sink(&text, changes),
        None => ControlFlow::Continue(()),
    }
}

/// Passes on the JSON text in each language's layout, then with one feature changed.
fn reserialized(json: &Json<'_>, sink: Sink<'_>) -> ControlFlow<()> {
    let spacing = json.spacing();
    let mut alone = Vec::new();
    if json.len() <= SMALL {
        alone.extend(FEATURES.iter().filter_map(|feature| {
            let text = json.write(&feature.alone(spacing))?;
            Some((text, feature))
        }));
    }
    for (language, style) in &LANGUAGES {
        let Some(text) = json.write(style) else {
            continue;
        };
        let feature = alone.iter().find(|(other, _)| *other == text);
        let detail = feature.map_or(*language, |(_, feature)| feature.only());
        sink(&text, &[Change::with(Mistake::Reserialized, detail)])?;
    }
    drop(alone);
    for feature in &FEATURES {
        write(json, &feature.alone(spacing), &[feature.change()], sink)?;
    }
    for (other, style) in &OTHERS {
        let change = Change::with(Mistake::Reserialized, other);
        write(json, style, &[change], sink)?;
    }
    ControlFlow::Continue(())
}

/// Passes on the JSON text with a single number written differently.
fn single_numbers(json: &Json<'_>, sink: Sink<'_>) -> ControlFlow<()> {
    let change = Change::with(Mistake::Numbers, "one of them");
    for index in 0..json.numbers.min(MOST_NUMBERS) {
        for numbers in [
            Numbers::Fraction(1),
            Numbers::Fraction(2),
            Numbers::Padded(2),
            Numbers::Padded(4),
            Numbers::JavaScript,
        ] {
            if let Some(text) = json.write_number(&Style::KEEP, Some((index, numbers))) {
                sink(&text, &[change])?;
            }
        }
    }
    ControlFlow::Continue(())
}

/// Passes on the JSON text with two features changed, or with one on top of a language's layout.
fn reserialized_twice(json: &Json<'_>, sink: Sink<'_>) -> ControlFlow<()> {
    for (language, style) in &LANGUAGES {
        for feature in &FEATURES {
            let changes = [
                Change::with(Mistake::Reserialized, language),
                feature.change(),
            ];
            write(json, &feature.on(style), &changes, sink)?;
        }
    }
    let spacing = json.spacing();
    for (index, first) in FEATURES.iter().enumerate() {
        for second in &FEATURES[index + 1..] {
            if !Feature::excludes(first, second) {
                let style = second.on(&first.alone(spacing));
                write(json, &style, &[first.change(), second.change()], sink)?;
            }
        }
    }
    ControlFlow::Continue(())
}

impl Texts for Body<'_> {
    fn emit(&self, changes: usize, sink: Sink<'_>) -> ControlFlow<()> {
        match changes {
            0 => sink(self.bytes, &[]),
            _ if self.bytes.len() > LARGE => ControlFlow::Continue(()),
            1 => {
                self.once(self.bytes, sink)?;
                match Json::read(self.bytes) {
                    Some(json) if self.bytes.len() <= SMALL => single_numbers(&json, sink),
                    _ => ControlFlow::Continue(()),
                }
            }
            _ if self.bytes.len() > SMALL => ControlFlow::Continue(()),
            _ => {
                if let Some(json) = Json::read(self.bytes) {
                    reserialized_twice(&json, sink)?;
                }
                self.once(self.bytes, &mut |bytes, changes| {
                    let first = changes[0];
                    // A decompressed body can be large.
                    if bytes.len() > SMALL {
                        return ControlFlow::Continue(());
                    }
                    self.once(bytes, &mut |text, second| {
                        if first.mistake == second[0].mistake {
                            return ControlFlow::Continue(());
                        }
                        sink(text, &[first, second[0]])
                    })
                })
            }
        }
    }

    fn count(&self, changes: usize) -> u64 {
        let once = (LANGUAGES.len() + OTHERS.len() + FEATURES.len() + whole::MOST) as u64;
        match changes {
            0 => 1,
            1 => once + 5 * MOST_NUMBERS as u64,
            _ if self.bytes.len() > SMALL => 0,
            _ => 2 * once * once,
        }
    }
}
