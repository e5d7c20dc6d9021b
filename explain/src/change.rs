//! A change of what was signed, and how: what a candidate of the search is made of.

use core::ops::ControlFlow;

use visiono_workflow::Fields;

use crate::catalogue::Mistake;

/// One change, with its variant. It is `Copy`, because there is one or two for each candidate; text
/// is made of it only when it is reported.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Change {
    pub(crate) mistake: Mistake,
    pub(crate) detail: Detail,
}

/// The variant of a change, without any value of the message or the secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Detail {
    None,
    /// A few words.
    Text(&'static str),
    /// A few words, and a number at the `#` in them.
    Number(&'static str, i64),
    /// A few words, and the names of fields at the `#` in them.
    Fields(&'static str, Names),
}

/// The short names of fields, joined when they are reported. The unused ones are empty.
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

/// Receives a text that may have been signed, and the changes that made it.
///
/// It breaks if the search has found the cause or reached its bound. A text that it has seen before
/// is not tried again, so that the name which came first is reported.
pub(crate) type Sink<'s> = &'s mut dyn FnMut(&[u8], &[Change]) -> ControlFlow<()>;

/// The texts that may have been signed instead of the right one.
pub(crate) trait Texts {
    /// Passes on every text that is made with exactly this many changes: 0, 1 or 2. With 0 it is
    /// the right one. The most general name of a change comes first.
    fn emit(&self, changes: usize, sink: Sink<'_>) -> ControlFlow<()>;

    /// Passes on the texts with one change that are tried together with another key, algorithm or
    /// encoding as well. Rare variants may be left out.
    fn emit_usual(&self, sink: Sink<'_>) -> ControlFlow<()> {
        self.emit(1, sink)
    }

    /// Returns an upper bound of the number of texts with this many changes.
    fn count(&self, changes: usize) -> u64;
}
