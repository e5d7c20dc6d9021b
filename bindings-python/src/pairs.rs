//! The elements of lists, and the names and values of mappings.

use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList, PyTuple};

use crate::arguments::{Bytes, text_or_bytes};
use crate::convert::convert;

/// Names that are text, and their values.
pub(crate) type Pairs<'py> = Vec<(Bytes<'py>, Bound<'py, PyAny>)>;

/// Lists the names and values of a mapping, a multi-dict or an iterable of pairs. Returns `None` if
/// the object is none of these.
///
/// An item that isn't a pair, or whose name isn't text, is left out, like any parameter that doesn't
/// belong to the message.
pub(crate) fn pairs<'py>(value: &Bound<'py, PyAny>) -> PyResult<Option<Pairs<'py>>> {
    let items = match value.is_exact_instance_of::<PyList>() {
        true => value.clone(),
        false => items(value, "items")?,
    };
    let Some(items) = elements(&items) else {
        return Ok(None);
    };
    let mut pairs = Vec::new();
    for [name, value] in items.iter().filter_map(pair) {
        if let Some(name) = text_or_bytes(&name)? {
            pairs.push((name, value));
        }
    }
    Ok(Some(pairs))
}

/// Returns the two elements of a pair.
pub(crate) fn pair<'py>(item: &Bound<'py, PyAny>) -> Option<[Bound<'py, PyAny>; 2]> {
    elements(item)?.try_into().ok()
}

/// Returns the elements of a list or tuple, which a subclass can't replace.
pub(crate) fn elements<'py>(value: &Bound<'py, PyAny>) -> Option<Vec<Bound<'py, PyAny>>> {
    if let Ok(tuple) = value.cast::<PyTuple>() {
        return Some(tuple.iter().collect());
    }
    let list = value.cast::<PyList>().ok()?;
    Some(list.iter().collect())
}

/// Lists the items of a `dict`, or of another object with this function of `_convert.py`.
pub(crate) fn items<'py>(value: &Bound<'py, PyAny>, other: &str) -> PyResult<Bound<'py, PyAny>> {
    match value.cast_exact::<PyDict>() {
        Ok(dict) => Ok(dict.items().into_any()),
        Err(_) => convert(value.py(), other, (value,)),
    }
}
