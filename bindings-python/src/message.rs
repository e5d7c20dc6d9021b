//! A message as it arrived: text, bytes, or the pairs that a framework made of it.

use pyo3::prelude::*;
use visiono_workflow::Input;

use crate::errors::wrong_type;
use crate::pairs::pairs;
use crate::text::{Octets, Raw};

const WANTED: &str = "a URL or query (str or bytes), a mapping or an iterable of pairs";

/// A message that owns what the core borrows.
pub(crate) enum Message<'py> {
    Text(Raw<'py>),
    /// A value of `None` is neither text nor a list of texts.
    Pairs(Vec<(Octets<'py>, Option<Octets<'py>>)>),
}

/// A pair that the core borrows.
type Borrowed<'a> = (&'a [u8], Option<&'a [u8]>);

impl<'py> Message<'py> {
    pub(crate) fn read(value: &Bound<'py, PyAny>) -> PyResult<Self> {
        if let Some(raw) = Raw::of(value, "input")? {
            return Ok(Self::Text(raw));
        }
        let pairs = pairs(value)?.ok_or_else(|| wrong_type("input", WANTED, value))?;
        let mut read = Vec::with_capacity(pairs.len());
        for pair in pairs {
            for occurrence in pair.value.occurrences()? {
                read.push((pair.name.clone(), occurrence));
            }
        }
        Ok(Self::Pairs(read))
    }

    /// The pairs, for [`input`](Self::input) to borrow.
    pub(crate) fn pairs(&self) -> Vec<Borrowed<'_>> {
        match self {
            Self::Text(_) => Vec::new(),
            Self::Pairs(pairs) => {
                let pairs = pairs.iter();
                pairs.map(|(n, v)| (&**n, v.as_deref())).collect()
            }
        }
    }

    pub(crate) fn input<'a>(&'a self, pairs: &'a [Borrowed<'a>]) -> Input<'a> {
        match self {
            Self::Text(text) => Input::from(&**text),
            Self::Pairs(_) => Input::from(pairs),
        }
    }
}
