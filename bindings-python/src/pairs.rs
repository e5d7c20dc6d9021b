//! Names and values, as a framework or a library holds them: a query's, or headers.

use pyo3::exceptions::PyTypeError;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyIterator, PyList, PyTuple};

use crate::text::Octets;

/// A name that is text, and its value.
pub(crate) struct Pair<'py> {
    pub(crate) name: Octets<'py>,
    pub(crate) value: Value<'py>,
}

/// The value of a name: one object, or the elements of a list.
pub(crate) enum Value<'py> {
    One(Bound<'py, PyAny>),
    List(Vec<Bound<'py, PyAny>>),
}

/// Names and values for the core to borrow. A value of `None` isn't text.
#[derive(Default)]
pub(crate) struct Texts<'py>(Vec<(Octets<'py>, Option<Octets<'py>>)>);

impl<'py> Texts<'py> {
    /// Adds each text of a list, and nothing for an empty list or `None`. A value that is neither
    /// text nor a list of texts is one occurrence without text.
    pub(crate) fn add(&mut self, name: &Octets<'py>, value: Value<'py>) -> PyResult<()> {
        let values = match value {
            Value::One(value) if value.is_none() => return Ok(()),
            Value::One(value) => vec![value],
            Value::List(values) => values,
        };
        let texts = values.iter().map(Octets::of);
        let mut texts = texts.collect::<PyResult<Vec<_>>>()?;
        if texts.iter().any(Option::is_none) {
            texts = vec![None];
        }
        self.0
            .extend(texts.into_iter().map(|text| (name.clone(), text)));
        Ok(())
    }

    pub(crate) fn borrow(&self) -> Vec<(&[u8], Option<&[u8]>)> {
        let pairs = self.0.iter();
        pairs
            .map(|(name, text)| (&**name, text.as_deref()))
            .collect()
    }
}

/// Copies every name and value of a mapping, a multi-dict or an iterable of pairs, before any of
/// them is read. Returns `None` if the object is none of these.
///
/// An item that isn't a pair, or whose name isn't text, can't be read by name: it is left out, like
/// a parameter of others.
pub(crate) fn pairs<'py>(value: &Bound<'py, PyAny>) -> PyResult<Option<Vec<Pair<'py>>>> {
    items(value)?.map(of_items).transpose()
}

/// Copies the pairs among the items of a list.
pub(crate) fn of_items(items: Vec<Bound<'_, PyAny>>) -> PyResult<Vec<Pair<'_>>> {
    // Both copies are whole before the first text is encoded, because that may run a destructor.
    let mut copied = Vec::with_capacity(items.len());
    for item in items {
        if let Some(pair) = elements(&item)
            && let Ok([name, value]) = <[_; 2]>::try_from(pair)
        {
            copied.push((
                name,
                elements(&value).map_or(Value::One(value), Value::List),
            ));
        }
    }
    let mut pairs = Vec::with_capacity(copied.len());
    for (name, value) in copied {
        if let Some(name) = Octets::of(&name)? {
            pairs.push(Pair { name, value });
        }
    }
    Ok(pairs)
}

/// Returns the elements of a list or tuple, which a subclass can't replace.
pub(crate) fn elements<'py>(value: &Bound<'py, PyAny>) -> Option<Vec<Bound<'py, PyAny>>> {
    if let Ok(tuple) = value.cast::<PyTuple>() {
        return Some(tuple.iter().collect());
    }
    let list = value.cast::<PyList>().ok()?;
    Some(list.iter().collect())
}

/// Collects the items of an iterator. It isn't asked for their number, because it may lie.
pub(crate) fn all<'py>(iterator: Bound<'py, PyIterator>) -> PyResult<Vec<Bound<'py, PyAny>>> {
    let mut items = Vec::new();
    for item in iterator {
        items.push(item?);
    }
    Ok(items)
}

fn items<'py>(value: &Bound<'py, PyAny>) -> PyResult<Option<Vec<Bound<'py, PyAny>>>> {
    let py = value.py();
    if let Ok(dict) = value.cast_exact::<PyDict>() {
        return Ok(Some(dict.items().iter().collect()));
    }
    // Starlette's `QueryParams`; Django's and Werkzeug's `MultiDict`; Bottle's `FormsDict`; mappings,
    // and the headers of Werkzeug and of `http.client`.
    let methods = [
        intern!(py, "multi_items"),
        intern!(py, "lists"),
        intern!(py, "allitems"),
        intern!(py, "items"),
    ];
    let mut iterable = value.clone();
    for name in methods {
        // A mapping may show its keys as attributes, so a parameter may have such a name.
        if let Some(method) = value.getattr_opt(name)?
            && method.is_callable()
        {
            iterable = method.call0()?;
            break;
        }
    }
    match iterable.try_iter() {
        Ok(iterator) => all(iterator).map(Some),
        Err(error) if error.is_instance_of::<PyTypeError>(py) => Ok(None),
        Err(error) => Err(error),
    }
}
