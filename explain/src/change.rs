//! The changes that the search tries: differences from the right key, algorithm, encoding or text.

use core::ops::ControlFlow;

use visiono_workflow::Fields;

use crate::catalogue::Mistake;

/// One change, with its variant. It is `Copy` because each candidate has one or two; text is only
/// built when a change is reported.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Change {
    pub(crate) mistake: Mistake,
    pub(crate) detail: Detail,
}

/// The variant of a change. It contains no value of the message or the secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Detail {
    None,
    /// A short phrase.
    Text(&'static str),
    /// A short phrase with a number in place of `#`.
    Number(&'static str, i64),
    /// A short phrase with field names in place of `#`.
    Fields(&'static str, Names),
}

/// Short field names, joined when they are reported. Unused entries are empty.
pub(crate) type Names = [&'static str; Fields::RETURN.len()];

impl Change {
    pub(crate) const fn new(mistake: Mistake) -> Self {
        Self {
            mistake,
            detail: Detail::None,
        }
    }

    pub(crate) const fn with(mistake: Mistake, text: &'static str) -> Self {
        Self {
            mistake,
            detail: Detail::Text(text),
        }
    }

    pub(crate) const fn number(mistake: Mistake, text: &'static str, number: i64) -> Self {
        Self {
            mistake,
            detail: Detail::Number(text, number),
        }
    }
}

impl Detail {
    pub(crate) fn to_text(self) -> Option<String> {
        match self {
            Self::None => None,
            Self::Text(text) => Some(text.to_owned()),
            Self::Number(text, number) => Some(text.replace('#', &number.to_string())),
            Self::Fields(text, names) => {
                let names: Vec<_> = names.into_iter().filter(|name| !name.is_empty()).collect();
                Some(text.replace('#', &names.join(", ")))
            }
        }
    }
}

/// Receives a text that may have been signed, and the changes that produce it.
///
/// It breaks when the search has found the cause or reached its bound. A text that was seen before
/// is not tried again, so that the first name of a change is the one reported.
pub(crate) type Sink<'s> = &'s mut dyn FnMut(&[u8], &[Change]) -> ControlFlow<()>;

/// A source of texts that may have been signed instead of the right one.
pub(crate) trait Texts {
    /// Passes on every text with exactly this many changes: 0, 1 or 2. With 0 it passes on the
    /// right text. The most general name of a change comes first.
    fn emit(&self, changes: usize, sink: Sink<'_>) -> ControlFlow<()>;

    /// Passes on the texts with one change that are also tried with another key, algorithm or
    /// encoding. Implementations may leave out rare variants.
    fn emit_usual(&self, sink: Sink<'_>) -> ControlFlow<()> {
        self.emit(1, sink)
    }

    /// Returns an upper bound for the number of texts with this many changes.
    fn count(&self, changes: usize) -> u64;
}
