//! Reading a webhook's body: it must be JSON, and the library reads a few of its members.
//!
//! The text is scanned once. Members that are not read are not built, but every string and number
//! is parsed, so that the same bodies are refused as if they were.

use alloc::borrow::Cow;
use core::fmt;
use core::marker::PhantomData;

use serde::Deserialize;
use serde::de::{
    DeserializeSeed, Deserializer, IgnoredAny, IntoDeserializer, MapAccess, SeqAccess, Visitor,
};

/// The largest whole number below which an `f64` has every one, 2⁵³ − 1.
const LARGEST_EXACT: u64 = (1 << 53) - 1;

/// The members of a body that are read. Of two members of one name the last counts.
#[derive(Clone, Default)]
pub(super) struct Body<'a> {
    json: &'a str,
    is_object: bool,
    /// A number is outside ±(2⁵³ − 1).
    pub(super) has_large_numbers: bool,
    pub(super) event: Option<Cow<'a, str>>,
    pub(super) timestamp: Timestamp<'a>,
    /// `data.photo_request.id`.
    pub(super) request_id: Option<Cow<'a, str>>,
    pub(super) link: Link<'a>,
    /// `data.id`.
    pub(super) data_id: Option<Cow<'a, str>>,
    marks: Marks,
    data_marks: Marks,
    /// The number of members named `data`.
    data: usize,
}

/// The `timestamp` of a body.
#[derive(Clone, Default)]
pub(super) enum Timestamp<'a> {
    /// Not there, or null.
    #[default]
    Absent,
    Text(Cow<'a, str>),
    /// Neither text nor null.
    Other,
}

/// The texts of `data.permanent_link_submission`.
#[derive(Clone, Default)]
pub(super) struct Link<'a> {
    pub(super) submission_id: Option<Cow<'a, str>>,
    pub(super) unique_value: Option<Cow<'a, str>>,
    pub(super) source: Option<Cow<'a, str>>,
    pub(super) reference: Option<Cow<'a, str>>,
}

/// The marks of a test event, of which one suffices.
#[derive(Clone, Copy, Default)]
struct Marks {
    is_test: bool,
    test: bool,
}

/// The place of a value in the body.
#[derive(Clone, Copy)]
enum Place {
    Body,
    Event,
    Timestamp,
    IsTest,
    Test,
    Data,
    DataIsTest,
    DataTest,
    DataId,
    Request,
    RequestId,
    Link,
    LinkId,
    LinkUniqueValue,
    LinkSource,
    LinkReference,
    /// A place that is not read.
    Elsewhere,
}

impl Place {
    /// Returns the place of a member's value.
    fn member(self, name: &str) -> Self {
        match (self, name) {
            (Self::Body, "event") => Self::Event,
            (Self::Body, "timestamp") => Self::Timestamp,
            (Self::Body, "is_test") => Self::IsTest,
            (Self::Body, "test") => Self::Test,
            (Self::Body, "data") => Self::Data,
            (Self::Data, "is_test") => Self::DataIsTest,
            (Self::Data, "test") => Self::DataTest,
            (Self::Data, "id") => Self::DataId,
            (Self::Data, "photo_request") => Self::Request,
            (Self::Data, "permanent_link_submission") => Self::Link,
            (Self::Request, "id") => Self::RequestId,
            (Self::Link, "id") => Self::LinkId,
            (Self::Link, "unique_field_value") => Self::LinkUniqueValue,
            (Self::Link, "external_source") => Self::LinkSource,
            (Self::Link, "external_reference") => Self::LinkReference,
            _ => Self::Elsewhere,
        }
    }
}

impl<'a> Body<'a> {
    /// Reads a body. Returns `None` if it is not a JSON object in UTF-8.
    pub(super) fn read(body: &'a [u8]) -> Option<Self> {
        let json = core::str::from_utf8(body).ok()?;
        let mut body = Self {
            json,
            ..Self::default()
        };
        let mut parser = serde_json::Deserializer::from_str(json);
        let whole = PlaceSeed {
            place: Place::Body,
            body: &mut body,
        };
        whole.deserialize(&mut parser).ok()?;
        parser.end().ok()?;
        body.is_object.then_some(body)
    }

    pub(super) const fn json(&self) -> &'a str {
        self.json
    }

    pub(super) const fn is_test(&self) -> bool {
        self.marks.is_test || self.marks.test || self.data_marks.is_test || self.data_marks.test
    }

    /// Returns the value of `data`; null if there is none.
    pub(super) fn data_as<T: Deserialize<'a>>(&self) -> Result<T, serde_json::Error> {
        let data = Data {
            before: self.data.saturating_sub(1),
            value: PhantomData,
        };
        let data = serde_json::Deserializer::from_str(self.json).deserialize_map(data)?;
        data.map_or_else(|| T::deserialize(().into_deserializer()), Ok)
    }

    /// Stores the value found at a place, over one that was found there before.
    fn found(&mut self, place: Place, found: Found<'a>) {
        match place {
            Place::Body => self.is_object = matches!(found, Found::Object),
            Place::Event => self.event = found.text(),
            Place::Timestamp => {
                self.timestamp = match found {
                    Found::Null => Timestamp::Absent,
                    Found::Text(text) => Timestamp::Text(text),
                    Found::Bool(_) | Found::Object | Found::Other => Timestamp::Other,
                }
            }
            Place::IsTest => self.marks.is_test = found.is_true(),
            Place::Test => self.marks.test = found.is_true(),
            Place::Data => {
                self.data = self.data.saturating_add(1);
                self.data_marks = Marks::default();
                self.data_id = None;
                self.request_id = None;
                self.link = Link::default();
            }
            Place::DataIsTest => self.data_marks.is_test = found.is_true(),
            Place::DataTest => self.data_marks.test = found.is_true(),
            Place::DataId => self.data_id = found.text(),
            Place::Request => self.request_id = None,
            Place::RequestId => self.request_id = found.text(),
            Place::Link => self.link = Link::default(),
            Place::LinkId => self.link.submission_id = found.text(),
            Place::LinkUniqueValue => self.link.unique_value = found.text(),
            Place::LinkSource => self.link.source = found.text(),
            Place::LinkReference => self.link.reference = found.text(),
            Place::Elsewhere => {}
        }
    }
}

/// A value, as far as it is read. The members of an object follow it.
enum Found<'a> {
    Null,
    Text(Cow<'a, str>),
    Bool(bool),
    Object,
    Other,
}

impl<'a> Found<'a> {
    fn text(self) -> Option<Cow<'a, str>> {
        match self {
            Self::Text(text) => Some(text),
            Self::Null | Self::Bool(_) | Self::Object | Self::Other => None,
        }
    }

    const fn is_true(&self) -> bool {
        matches!(self, Self::Bool(true))
    }
}

/// Reads the value at a place into a body.
struct PlaceSeed<'b, 'a> {
    place: Place,
    body: &'b mut Body<'a>,
}

impl<'a> PlaceSeed<'_, 'a> {
    fn found<E>(self, found: Found<'a>) -> Result<(), E> {
        self.body.found(self.place, found);
        Ok(())
    }

    fn found_number<E>(self, is_large: bool) -> Result<(), E> {
        self.body.has_large_numbers |= is_large;
        self.found(Found::Other)
    }
}

impl<'a> DeserializeSeed<'a> for PlaceSeed<'_, 'a> {
    type Value = ();

    fn deserialize<D: Deserializer<'a>>(self, parser: D) -> Result<(), D::Error> {
        parser.deserialize_any(self)
    }
}

impl<'a> Visitor<'a> for PlaceSeed<'_, 'a> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value of JSON")
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        self.found(Found::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<(), E> {
        self.found(Found::Bool(value))
    }

    fn visit_i64<E>(self, number: i64) -> Result<(), E> {
        self.found_number(number.unsigned_abs() > LARGEST_EXACT)
    }

    fn visit_u64<E>(self, number: u64) -> Result<(), E> {
        self.found_number(number > LARGEST_EXACT)
    }

    fn visit_f64<E>(self, number: f64) -> Result<(), E> {
        self.found_number(!(-(LARGEST_EXACT as f64)..=LARGEST_EXACT as f64).contains(&number))
    }

    fn visit_borrowed_str<E>(self, text: &'a str) -> Result<(), E> {
        self.found(Found::Text(Cow::Borrowed(text)))
    }

    fn visit_str<E>(self, text: &str) -> Result<(), E> {
        // Text with escapes is copied only if it is read.
        let found = match self.place {
            Place::Elsewhere => Found::Other,
            _ => Found::Text(Cow::Owned(text.into())),
        };
        self.found(found)
    }

    fn visit_seq<A: SeqAccess<'a>>(self, mut elements: A) -> Result<(), A::Error> {
        self.body.found(self.place, Found::Other);
        while let Some(()) = elements.next_element_seed(PlaceSeed {
            place: Place::Elsewhere,
            body: self.body,
        })? {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'a>>(self, mut members: A) -> Result<(), A::Error> {
        self.body.found(self.place, Found::Object);
        while let Some(place) = members.next_key_seed(Name { of: self.place })? {
            members.next_value_seed(PlaceSeed {
                place,
                body: self.body,
            })?;
        }
        Ok(())
    }
}

/// Reads the name of a member of the value at a place.
struct Name {
    of: Place,
}

impl<'a> DeserializeSeed<'a> for Name {
    type Value = Place;

    fn deserialize<D: Deserializer<'a>>(self, parser: D) -> Result<Place, D::Error> {
        parser.deserialize_str(self)
    }
}

impl Visitor<'_> for Name {
    type Value = Place;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a name")
    }

    fn visit_str<E>(self, name: &str) -> Result<Place, E> {
        Ok(self.of.member(name))
    }
}

/// Reads the `data` after `before` others of that name as a type.
struct Data<T> {
    before: usize,
    value: PhantomData<T>,
}

impl<'a, T: Deserialize<'a>> Visitor<'a> for Data<T> {
    type Value = Option<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'a>>(mut self, mut members: A) -> Result<Option<T>, A::Error> {
        let mut data = None;
        while let Some(place) = members.next_key_seed(Name { of: Place::Body })? {
            if matches!(place, Place::Data) && self.before == 0 {
                data = Some(members.next_value()?);
            } else {
                members.next_value::<IgnoredAny>()?;
                self.before = self
                    .before
                    .saturating_sub(matches!(place, Place::Data).into());
            }
        }
        Ok(data)
    }
}
