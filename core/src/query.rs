//! Reading what arrives: which parameter stands where, before anything is trusted.

use crate::percent::Form;
use crate::url::{Parts, after_scheme, find};
use crate::value::Value;
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

    /// Every name and value.
    pub(crate) fn parameters(
        &self,
    ) -> impl Iterator<Item = (Value<'a>, Value<'a>)> + Clone + use<'a> {
        let (query, pairs, form) = match self.0 {
            Source::Text(text) => (query_of(text), [].as_slice(), Form::Query),
            Source::Pairs(pairs) => ("", pairs, Form::Plain),
        };
        Pieces::of(query)
            .chain(pairs.iter().copied())
            .map(move |(name, value)| (Value::new(name, form), Value::new(value, form)))
    }
}

fn is_url(text: &str) -> bool {
    match text.bytes().next() {
        Some(b'/' | b'?') => true,
        Some(b'h' | b'H') => after_scheme(text).is_some(),
        _ => false,
    }
}

/// The query, and perhaps the fragment after it.
fn query_of(text: &str) -> &str {
    if !is_url(text) {
        return text;
    }
    let (_, rest) = split_before(text, *b"?#");
    rest.strip_prefix('?').unwrap_or("")
}

/// The pieces between the `&` of a query, up to its `#`, as raw name and value: the first `=`
/// ends the name, with none the value is empty, and empty pieces are skipped.
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
            // Names are short, so this is faster than a search.
            let mut bytes = self.0.bytes();
            let end = bytes.position(|byte| matches!(byte, b'=' | b'&' | b'#'));
            let (name, rest) = split_at(self.0, end.unwrap_or(self.0.len()));
            let (value, rest) = match rest.strip_prefix('=') {
                Some(rest) => split_before(rest, *b"&#"),
                None => ("", rest),
            };
            self.0 = rest.strip_prefix('&').unwrap_or("");
            if !name.is_empty() || !value.is_empty() {
                return Some((name, value));
            }
            if self.0.is_empty() {
                return None;
            }
        }
    }
}

fn split_at(text: &str, place: usize) -> (&str, &str) {
    text.split_at_checked(place).unwrap_or((text, ""))
}

/// Splits before the first of these ASCII characters.
fn split_before<const N: usize>(text: &str, ends: [u8; N]) -> (&str, &str) {
    split_at(text, find(text, &ends).unwrap_or(text.len()))
}

/// The field that a name, perhaps percent-encoded, stands for.
#[inline]
pub(crate) fn field_of_name(name: Value<'_>, message: Message) -> Option<Field> {
    let field = message.field(name.raw().as_bytes());
    if field.is_some() || find(name.raw(), b"%").is_none() {
        return field;
    }
    // The longest name has three letters, and one with more is somebody else's.
    let mut letters = [0; 4];
    let len = letters
        .iter_mut()
        .zip(name.bytes())
        .map(|(to, from)| *to = from)
        .count();
    message.field(letters.get(..len)?)
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
    values: PerField<Value<'a>>,
    present: Fields,
    empty: Fields,
    mismatched: Fields,
    pub(crate) duplicates: Fields,
}

impl<'a> Parameters<'a> {
    pub(crate) const NONE: Self = Self {
        values: PerField::all(Value::EMPTY),
        present: Fields::NONE,
        empty: Fields::NONE,
        mismatched: Fields::NONE,
        duplicates: Fields::NONE,
    };

    /// Reads a message by its standard parameters.
    pub(crate) fn read(input: &Input<'a>, message: Message) -> Self {
        let mut parameters = Self::NONE;
        for (name, value) in input.parameters() {
            if let Some(field) = field_of_name(name, message) {
                if parameters.present.contains(field) {
                    parameters.duplicates = parameters.duplicates.with(field);
                } else {
                    parameters.set(field, value);
                }
            }
        }
        parameters
    }

    pub(crate) const fn get(&self, field: Field) -> Found<'a> {
        if self.mismatched.contains(field) {
            Found::Mismatch
        } else if self.present.contains(field) {
            Found::Value(*self.values.get(field))
        } else {
            Found::Nothing
        }
    }

    /// What the message doesn't carry, or carries empty. A value that the caller knows stands in
    /// for one that isn't carried, not for one that is there and empty.
    pub(crate) const fn missing(&self, message: Message, known: Fields) -> Fields {
        let found = self.present.or(self.mismatched);
        let not_carried = message.carried().without(found).without(known);
        not_carried.or(self.empty.without(self.mismatched))
    }

    /// Adds what was found at one of perhaps several places of a template.
    pub(crate) fn add(&mut self, field: Field, value: Option<Value<'a>>) {
        match (self.get(field), value) {
            (Found::Nothing, Some(value)) => self.set(field, value),
            (Found::Value(known), Some(value)) if known == value => {}
            (Found::Value(_), Some(_)) => self.duplicates = self.duplicates.with(field),
            (_, None) => self.mismatched = self.mismatched.with(field),
            (Found::Mismatch, Some(_)) => {}
        }
    }

    const fn set(&mut self, field: Field, value: Value<'a>) {
        *self.values.get_mut(field) = value;
        self.present = self.present.with(field);
        if value.is_empty() {
            self.empty = self.empty.with(field);
        }
    }
}
