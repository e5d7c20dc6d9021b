//! Reading what arrives: which parameter stands where, before anything is trusted.

use crate::percent::{Form, Value};
use crate::url::{Parts, after_scheme};
use crate::wire::{Field, Fields, Message, PerField};

/// A message as it arrived: a URL, a bare query string, or pairs that a framework decoded.
///
/// Text that starts with `http://`, `https://`, `/` or `?` is a URL, and its query is what
/// stands between the first `?` and the first `#`. Other text is a query string, up to its `#`.
/// Prefer text: a framework's pairs may already have dropped the second of two parameters of
/// the same name, and then the library can't refuse them.
///
/// # Examples
///
/// ```
/// use visiono_workflow::Input;
///
/// let from_url = Input::from("https://a.example/done?sub=pls_1&cnt=2");
/// let from_pairs = Input::from(&[("sub", "pls_1"), ("cnt", "2")]);
/// ```
#[derive(Clone, Copy)]
pub struct Input<'a>(Source<'a>);

#[derive(Clone, Copy)]
enum Source<'a> {
    Text(&'a str),
    Pairs(&'a [(&'a str, &'a str)]),
}

impl<'a> From<&'a str> for Input<'a> {
    fn from(text: &'a str) -> Self {
        Self(Source::Text(text))
    }
}

#[cfg(feature = "alloc")]
impl<'a> From<&'a alloc::string::String> for Input<'a> {
    fn from(text: &'a alloc::string::String) -> Self {
        Self(Source::Text(text))
    }
}

impl<'a> From<&'a [(&'a str, &'a str)]> for Input<'a> {
    fn from(pairs: &'a [(&'a str, &'a str)]) -> Self {
        Self(Source::Pairs(pairs))
    }
}

impl<'a, const N: usize> From<&'a [(&'a str, &'a str); N]> for Input<'a> {
    fn from(pairs: &'a [(&'a str, &'a str); N]) -> Self {
        Self(Source::Pairs(pairs))
    }
}

impl core::fmt::Debug for Input<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        // What arrived is not trusted, and may hold a signature that is good for an hour.
        f.debug_struct("Input").finish_non_exhaustive()
    }
}

impl<'a> Input<'a> {
    /// The path, where the input is a URL that has one.
    pub(crate) fn path(&self) -> Option<&'a str> {
        match self.0 {
            Source::Text(text) if is_url(text) => Some(Parts::of(text).path),
            Source::Text(_) | Source::Pairs(_) => None,
        }
    }

    /// Calls `each` with every name and value.
    pub(crate) fn for_each_parameter(&self, mut each: impl FnMut(Value<'a>, Value<'a>)) {
        match self.0 {
            Source::Text(text) => {
                for (name, value) in Pieces::of(query_of(text)) {
                    each(
                        Value::new(name, Form::Query),
                        Value::new(value, Form::Query),
                    );
                }
            }
            Source::Pairs(pairs) => {
                for (name, value) in pairs {
                    each(Value::plain(name), Value::plain(value));
                }
            }
        }
    }
}

fn is_url(text: &str) -> bool {
    text.starts_with(['/', '?']) || after_scheme(text).is_some()
}

fn query_of(text: &str) -> &str {
    if is_url(text) {
        Parts::of(text).query.unwrap_or("")
    } else {
        text.split('#').next().unwrap_or("")
    }
}

/// The pieces between the `&` of a query, as raw name and value: the first `=` ends the name,
/// with none the value is empty, and empty pieces are skipped.
#[derive(Clone)]
pub(crate) struct Pieces<'a>(&'a str);

impl<'a> Pieces<'a> {
    pub(crate) fn of(query: &'a str) -> Self {
        Self(query)
    }
}

impl<'a> Iterator for Pieces<'a> {
    type Item = (&'a str, &'a str);

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if self.0.is_empty() {
                return None;
            }
            let (piece, rest) = self.0.split_once('&').unwrap_or((self.0, ""));
            self.0 = rest;
            if !piece.is_empty() {
                return Some(piece.split_once('=').unwrap_or((piece, "")));
            }
        }
    }
}

/// The field that a name, perhaps percent-encoded, stands for.
pub(crate) fn field_of_name(name: Value<'_>, message: Message) -> Option<Field> {
    let raw = name.raw().as_bytes();
    // Three letters encoded are nine bytes; a longer name is somebody else's, and is not decoded.
    if raw.len() > 9 {
        None
    } else if raw.contains(&b'%') {
        let mut fields = Field::ALL.into_iter();
        fields.find(|field| name == *field.short_name() && message.has(*field))
    } else {
        message.field(raw)
    }
}

/// What was found for one field.
#[derive(Clone, Copy)]
pub(crate) enum Found<'a> {
    Nothing,
    Value(Value<'a>),
    /// Something, but without the literals that a template has around it.
    Mismatch,
}

/// What was found for every field, and which fields were found more than once.
pub(crate) struct Parameters<'a> {
    pub(crate) found: PerField<Found<'a>>,
    pub(crate) duplicates: Fields,
}

impl<'a> Parameters<'a> {
    pub(crate) const NONE: Self = Self {
        found: PerField::all(Found::Nothing),
        duplicates: Fields::NONE,
    };

    /// Reads a message by its standard parameters.
    pub(crate) fn read(input: &Input<'a>, message: Message) -> Self {
        let mut parameters = Self::NONE;
        input.for_each_parameter(|name, value| {
            if let Some(field) = field_of_name(name, message) {
                if matches!(parameters.found.get(field), Found::Nothing) {
                    parameters.found.set(field, Found::Value(value));
                } else {
                    parameters.duplicates = parameters.duplicates.with(field);
                }
            }
        });
        parameters
    }

    /// Adds what was found at one of perhaps several places of a template.
    pub(crate) fn add(&mut self, field: Field, value: Option<Value<'a>>) {
        match (self.found.get(field), value) {
            (Found::Nothing, Some(value)) => self.found.set(field, Found::Value(value)),
            (Found::Value(known), Some(value)) if known == value => {}
            (Found::Value(_), Some(_)) => self.duplicates = self.duplicates.with(field),
            (Found::Nothing | Found::Value(_), None) => self.found.set(field, Found::Mismatch),
            (Found::Mismatch, _) => {}
        }
    }
}
