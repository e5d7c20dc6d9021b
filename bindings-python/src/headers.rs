//! The headers of a request, in whatever form a framework has them.

use pyo3::prelude::*;
use visiono_workflow::WebhookHeaders;

use crate::errors::{Fault, Result};
use crate::pairs::{Texts, Value, of_items, pairs};
use crate::text::Octets;

const WANTED: &str = "a mapping or an iterable of pairs, a WSGI environ or an ASGI scope";

/// Stands for a value that isn't text, because no text has this byte.
const NOT_TEXT: &[u8] = &[0xff];

/// The headers that the core reads, for it to borrow.
#[derive(Default)]
pub(crate) struct Headers<'py>(Texts<'py>);

impl<'py> Headers<'py> {
    pub(crate) fn read(value: &Bound<'py, PyAny>) -> Result<Self> {
        let wrong = || Fault::wrong_type("headers", WANTED, value);
        if Octets::of_raw(value, "headers")?.is_some() {
            return Err(wrong());
        }
        let mut headers = Self::default();
        for pair in pairs(value)?.ok_or_else(wrong)? {
            // An ASGI scope has its headers under this name. Any other mapping may have a header
            // of this name, whose value is no pairs.
            if *pair.name == *b"headers" {
                let inner = match &pair.value {
                    Value::One(value) => pairs(value)?.unwrap_or_default(),
                    Value::List(items) => of_items(items.clone())?,
                };
                for pair in inner {
                    headers.add(&pair.name, pair.value)?;
                }
            }
            headers.add(&pair.name, pair.value)?;
        }
        Ok(headers)
    }

    fn add(&mut self, name: &Octets<'py>, value: Value<'py>) -> PyResult<()> {
        // An environ has more than headers, which need not be text.
        match WebhookHeaders::reads(name) {
            true => self.0.add(name, unwrapped(value)?),
            false => Ok(()),
        }
    }

    pub(crate) fn lend<T>(&self, receive: impl FnOnce(&WebhookHeaders<'_>) -> T) -> T {
        let headers = self.0.borrow().into_iter();
        receive(
            &headers
                .map(|(name, text)| (name, text.unwrap_or(NOT_TEXT)))
                .collect(),
        )
    }
}

/// Returns the text of a value that `email` has wrapped, because it isn't ASCII.
fn unwrapped(value: Value<'_>) -> PyResult<Value<'_>> {
    let Value::One(value) = value else {
        return Ok(value);
    };
    if Octets::of(&value)?.is_none() && !value.is_none() {
        let wrapper = value.py().import("email.header")?.getattr("Header")?;
        if value.is_exact_instance(&wrapper) {
            return Ok(Value::One(value.str()?.into_any()));
        }
    }
    Ok(Value::One(value))
}
