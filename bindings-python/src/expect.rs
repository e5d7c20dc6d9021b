//! The values that a caller expects of a message.

use pyo3::prelude::*;
use pyo3::pybacked::PyBackedStr;
use pyo3::types::PyString;
use visiono_workflow::{Error, ExpectedValue, Field};

use crate::arguments::{count, octets, text, time};
use crate::errors::{Fault, Result};
use crate::pairs::{elements, items, pair};

/// The fields in `expect` with their values, which are absent if they are `None`.
pub(crate) struct Expected(Vec<(Field, Option<OwnedValue>)>);

/// A value that owns what the core borrows.
enum OwnedValue {
    Text(PyBackedStr),
    Number(u64),
}

impl Expected {
    /// Reads the argument `expect`.
    pub(crate) fn read(expect: Option<&Bound<'_, PyAny>>) -> Result<Self> {
        let Some(expect) = expect else {
            return Ok(Self(Vec::new()));
        };
        // A copy, because a value's `__index__` may change the mapping.
        let wrong = || Fault::wrong_type("expect", "a mapping of field names to values", expect);
        let items = elements(&items(expect, "mapped")?).ok_or_else(wrong)?;
        items.iter().map(item).collect::<Result<_>>().map(Self)
    }

    /// Lends the entries to the core.
    pub(crate) fn entries(
        &self,
    ) -> impl Iterator<Item = std::result::Result<(Field, Option<ExpectedValue<'_>>), Error>> {
        self.0.iter().map(|(field, value)| {
            let value = value.as_ref().map(|value| match value {
                OwnedValue::Text(text) => ExpectedValue::Text(text),
                OwnedValue::Number(number) => ExpectedValue::Number(*number),
            });
            Ok((*field, value))
        })
    }
}

fn item(item: &Bound<'_, PyAny>) -> Result<(Field, Option<OwnedValue>)> {
    let Some([name, value]) = pair(item) else {
        let wanted = "a pair of name and value";
        return Err(Fault::wrong_type("an item of expect", wanted, item));
    };
    let name = octets(&name, "a name in expect", "str")?;
    let name = std::str::from_utf8(name.as_bytes()).unwrap_or_default();
    let field = Field::from_long_name(name).ok_or(Error::unknown_field())?;
    let what = field.long_name();
    let value = if value.is_none() {
        None
    } else if !field.is_number() || value.is_instance_of::<PyString>() {
        Some(OwnedValue::Text(text(&value, what)?))
    } else if field == Field::Timestamp {
        Some(OwnedValue::Number(time(&value, what)?))
    } else {
        Some(OwnedValue::Number(count(&value, what)?))
    };
    Ok((field, value))
}
