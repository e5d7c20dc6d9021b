//! The headers of a request, in whatever form a framework has them.

use pyo3::prelude::*;
use visiono_workflow::WebhookHeaders;

use crate::errors::wrong_type;
use crate::pairs::{Value, pairs};
use crate::text::{Octets, Raw};

const WANTED: &str = "a mapping or an iterable of pairs, a WSGI environ or an ASGI scope";

/// Stands for a value that isn't text, because no text has this byte.
const NOT_TEXT: &[u8] = &[0xff];

/// The headers that the core reads, for it to borrow.
pub(crate) struct Headers<'py>(Vec<(Octets<'py>, Option<Octets<'py>>)>);

impl<'py> Headers<'py> {
    pub(crate) fn read(value: &Bound<'py, PyAny>) -> PyResult<Self> {
        let wrong = || wrong_type("headers", WANTED, value);
        if Raw::of(value, "headers")?.is_some() {
            return Err(wrong());
        }
        let mut headers = Self(Vec::new());
        for pair in pairs(value)?.ok_or_else(wrong)? {
            // An ASGI scope has its headers under this name. Any other mapping may have a header
            // of this name, whose value is no pairs.
            if *pair.name == *b"headers" {
                for pair in pair.value.pairs()? {
                    headers.add(&pair.name, pair.value)?;
                }
            }
            headers.add(&pair.name, pair.value)?;
        }
        Ok(headers)
    }

    fn add(&mut self, name: &Octets<'py>, value: Value<'py>) -> PyResult<()> {
        // An environ has more than headers, which need not be text.
        if WebhookHeaders::reads(name) {
            for value in unwrapped(value)?.occurrences()? {
                self.0.push((name.clone(), value));
            }
        }
        Ok(())
    }

    pub(crate) fn get(&self) -> WebhookHeaders<'_> {
        let headers = self.0.iter();
        let headers = headers.map(|(n, v)| (&**n, v.as_deref().unwrap_or(NOT_TEXT)));
        headers.collect()
    }
}

/// The text of a value that `email` has wrapped, because it isn't ASCII.
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
