//! The values that a caller expects of a message.

use pyo3::intern;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyDict, PyString, PyTuple, PyType};
use visiono_workflow::{Error, ExpectedValue, Field, field_number};

use crate::errors::{Fault, Result};
use crate::pairs::all;
use crate::text::{Octets, Text, octets, text};
use crate::time::{integer, unix_seconds};

/// Python's own class, found once.
static MAPPING: PyOnceLock<Py<PyType>> = PyOnceLock::new();

/// The fields in `expect` with their values, which are absent if they are `None`.
pub(crate) struct Expected<'py>(Vec<(Field, Option<Value<'py>>)>);

enum Value<'py> {
    Text(Text<'py>),
    Number(u64),
}

impl<'py> Expected<'py> {
    /// Reads the argument `expect`.
    pub(crate) fn read(expect: Option<&Bound<'py, PyAny>>) -> Result<Self> {
        let Some(expect) = expect else {
            return Ok(Self(Vec::new()));
        };
        // A copy, because a value's `__index__` may change the mapping.
        let items: Vec<_> = if let Ok(dict) = expect.cast::<PyDict>() {
            dict.items().iter().collect()
        } else if is_mapping(expect)?
            && let Some(items) = expect.getattr_opt(intern!(expect.py(), "items"))?
        {
            all(items.call0()?.try_iter()?)?
        } else {
            let wanted = "a mapping of field names to values";
            return Err(Fault::wrong_type("expect", wanted, expect));
        };
        items.iter().map(item).collect::<Result<_>>().map(Self)
    }

    /// Adds each value to the core's own builder.
    pub(crate) fn build<'a, T>(
        &'a self,
        empty: T,
        add: impl Fn(T, Field, Option<ExpectedValue<'a>>) -> std::result::Result<T, Error>,
    ) -> Result<T> {
        let mut expected = self.0.iter();
        Ok(expected.try_fold(empty, |expect, (field, value)| {
            let value = value.as_ref().map(|value| match value {
                Value::Text(text) => ExpectedValue::Text(text),
                Value::Number(number) => ExpectedValue::Number(*number),
            });
            add(expect, *field, value)
        })?)
    }
}

/// Asks as `isinstance` does, with the caller's errors: pyo3 would print them and go on.
fn is_mapping(value: &Bound<'_, PyAny>) -> PyResult<bool> {
    let py = value.py();
    value.is_instance(MAPPING.import(py, "collections.abc", "Mapping")?)
}

fn item<'py>(item: &Bound<'py, PyAny>) -> Result<(Field, Option<Value<'py>>)> {
    let pair: Vec<_> = match item.cast::<PyTuple>() {
        Ok(tuple) => tuple.iter().collect(),
        Err(_) => Vec::new(),
    };
    let [name, value] = <[_; 2]>::try_from(pair)
        .map_err(|_| Fault::wrong_type("an item of expect", "a pair of name and value", item))?;
    let field = field(&octets(&name, "a name in expect")?)?;
    match value.is_none() {
        true => Ok((field, None)),
        false => Ok((field, Some(self::value(field, &value)?))),
    }
}

fn field(name: &Octets<'_>) -> Result<Field> {
    let name = std::str::from_utf8(name).unwrap_or_default();
    Field::from_long_name(name).ok_or(Fault::Core(Error::invalid_argument(
        "expect has a name that is not a field's: use long names, such as reference",
    )))
}

fn value<'py>(field: Field, value: &Bound<'py, PyAny>) -> Result<Value<'py>> {
    let what = field.long_name();
    if !field.is_number() || value.is_instance_of::<PyString>() {
        return text(value, what).map(Value::Text);
    }
    let number = match field {
        Field::Timestamp => unix_seconds(value, what)?,
        _ => integer(value, what)?,
    };
    Ok(Value::Number(field_number(number)))
}
