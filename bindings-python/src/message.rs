//! A message as it arrived: text, bytes, or the pairs that a framework made of it.

use pyo3::prelude::*;
use visiono_workflow::Input;

use crate::errors::{Fault, Result};
use crate::pairs::{Texts, pairs};
use crate::text::Octets;

const WANTED: &str = "a URL or query (str or bytes), a mapping or an iterable of pairs";

/// A message that owns what the core borrows.
pub(crate) enum Message<'py> {
    Text(Octets<'py>),
    Pairs(Texts<'py>),
}

impl<'py> Message<'py> {
    pub(crate) fn read(value: &Bound<'py, PyAny>) -> Result<Self> {
        if let Some(text) = Octets::of_raw(value, "input")? {
            return Ok(Self::Text(text));
        }
        let pairs = pairs(value)?.ok_or_else(|| Fault::wrong_type("input", WANTED, value))?;
        let mut texts = Texts::default();
        for pair in pairs {
            texts.add(&pair.name, pair.value)?;
        }
        Ok(Self::Pairs(texts))
    }

    /// Lends the message to the core.
    pub(crate) fn lend<T>(&self, verify: impl FnOnce(Input<'_>) -> T) -> T {
        match self {
            Self::Text(text) => verify(Input::from(&**text)),
            Self::Pairs(texts) => verify(Input::from(&*texts.borrow())),
        }
    }
}
