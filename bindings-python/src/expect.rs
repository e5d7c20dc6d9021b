//! The values that a caller expects of a message.

use pyo3::intern;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyDict, PyString, PyTuple, PyType};
use visiono_workflow::{Error, ExpectedValue, Field, field_number};

use crate::errors::wrong_type;
use crate::pairs::all;
use crate::text::{Octets, Text, octets, text};
use crate::time::{integer, unix_seconds};

/// Python's own class, found once.
static MAPPING: PyOnceLock<Py<PyType>> = PyOnceLock::new();

/// A name in `expect`, and its value, which is absent if it is `None`.
pub(crate) struct Expected<'py>(Octets<'py>, Option<Value<'py>>);

enum Value<'py> {
    Text(Text<'py>),
    Number(u64),
}

/// Reads the argument `expect`.
pub(crate) fn expected<'py>(expect: Option<&Bound<'py, PyAny>>) -> PyResult<Vec<Expected<'py>>> {
    let Some(expect) = expect else {
        return Ok(Vec::new());
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
        return Err(wrong_type("expect", wanted, expect));
    };
    items.iter().map(entry).collect()
}

/// Asks as `isinstance` does, with the caller's errors: pyo3 would print them and go on.
fn is_mapping(value: &Bound<'_, PyAny>) -> PyResult<bool> {
    let py = value.py();
    value.is_instance(MAPPING.import(py, "collections.abc", "Mapping")?)
}

fn entry<'py>(item: &Bound<'py, PyAny>) -> PyResult<Expected<'py>> {
    let pair: Vec<_> = match item.cast::<PyTuple>() {
        Ok(tuple) => tuple.iter().collect(),
        Err(_) => Vec::new(),
    };
    let [name, value] = <[_; 2]>::try_from(pair)
        .map_err(|_| wrong_type("an item of expect", "a pair of name and value", item))?;
    let name = octets(&name, "a name in expect")?;
    let value = if value.is_none() {
        None
    } else {
        // The core refuses a name that isn't a field's, whatever its value.
        field(&name).map(|field| read(field, &value)).transpose()?
    };
    Ok(Expected(name, value))
}

fn field(name: &Octets<'_>) -> Option<Field> {
    Field::from_long_name(std::str::from_utf8(name).ok()?)
}

fn read<'py>(field: Field, value: &Bound<'py, PyAny>) -> PyResult<Value<'py>> {
    let what = field.long_name();
    if !field.is_number() || value.is_instance_of::<PyString>() {
        return text(value, what).map(Value::Text);
    }
    let number = if field == Field::Timestamp {
        unix_seconds(value, what)?
    } else {
        integer(value, what)?
    };
    Ok(Value::Number(field_number(number)))
}

/// Adds each value to the core's own builder.
pub(crate) fn build<'a, T>(
    expected: &'a [Expected<'_>],
    empty: T,
    add: impl Fn(T, Field, Option<ExpectedValue<'a>>) -> Result<T, Error>,
) -> Result<T, Error> {
    expected
        .iter()
        .try_fold(empty, |expect, Expected(name, value)| {
            let field = field(name).ok_or_else(|| {
                Error::invalid_argument(
                    "expect has a name that is not a field's: use long names, such as reference",
                )
            })?;
            let value = value.as_ref().map(|value| match value {
                Value::Text(text) => ExpectedValue::Text(text),
                Value::Number(number) => ExpectedValue::Number(*number),
            });
            add(expect, field, value)
        })
}
