//! The names of the wire: the fields of each message, in order, and their names.

/// One field of a link or a return.
///
/// The order of the variants is the order in which messages carry them.
///
/// # Examples
///
/// ```
/// use visiono_workflow::Field;
///
/// assert_eq!(Field::UniqueValue.short_name(), "uv");
/// assert_eq!(Field::UniqueValue.long_name(), "unique_value");
/// assert_eq!(Field::from_name("uv"), Some(Field::UniqueValue));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Field {
    /// `sub`: the ID of the submission at Visiono, such as `pls_123`.
    SubmissionId,
    /// `uv`: what is being documented, an order or a license plate.
    UniqueValue,
    /// `src`: the system that sends the person, such as `zendesk`.
    Source,
    /// `ref`: the record in that system, such as `ticket-456`.
    Reference,
    /// `cnt`: the number of uploaded photos.
    PhotoCount,
    /// `ts`: the time of the signature, in Unix seconds.
    Timestamp,
    /// `sig`: 64 lowercase hex digits.
    Signature,
}

impl Field {
    /// Every field, in the order of the wire.
    pub const ALL: [Self; 7] = [
        Self::SubmissionId,
        Self::UniqueValue,
        Self::Source,
        Self::Reference,
        Self::PhotoCount,
        Self::Timestamp,
        Self::Signature,
    ];

    /// Returns the name in a URL and in an error: `uv`.
    #[must_use]
    pub const fn short_name(self) -> &'static str {
        match self {
            Self::SubmissionId => "sub",
            Self::UniqueValue => "uv",
            Self::Source => "src",
            Self::Reference => "ref",
            Self::PhotoCount => "cnt",
            Self::Timestamp => "ts",
            Self::Signature => "sig",
        }
    }

    /// Returns the name in an API and in a redirect template: `unique_value`.
    #[must_use]
    pub const fn long_name(self) -> &'static str {
        match self {
            Self::SubmissionId => "submission_id",
            Self::UniqueValue => "unique_value",
            Self::Source => "source",
            Self::Reference => "reference",
            Self::PhotoCount => "photo_count",
            Self::Timestamp => "timestamp",
            Self::Signature => "signature",
        }
    }

    /// Returns the field with this short name, if there is one.
    #[must_use]
    pub fn from_short_name(name: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|field| name == field.short_name())
    }

    /// Returns the field with this long name, if there is one.
    #[must_use]
    pub fn from_long_name(name: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|field| name == field.long_name())
    }

    /// Returns the field with this short or long name, if there is one.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::from_short_name(name).or_else(|| Self::from_long_name(name))
    }

    /// Returns `true` for a field that holds a number: a photo count or a timestamp.
    #[must_use]
    pub const fn is_number(self) -> bool {
        matches!(self, Self::PhotoCount | Self::Timestamp)
    }

    /// Returns the start of a parameter that follows another.
    pub(crate) const fn assignment(self) -> &'static str {
        match self {
            Self::SubmissionId => "&sub=",
            Self::UniqueValue => "&uv=",
            Self::Source => "&src=",
            Self::Reference => "&ref=",
            Self::PhotoCount => "&cnt=",
            Self::Timestamp => "&ts=",
            Self::Signature => "&sig=",
        }
    }

    /// Returns the name in a sentence for a developer: `unique value`.
    pub(crate) const fn title(self) -> &'static str {
        match self {
            Self::SubmissionId => "submission ID",
            Self::UniqueValue => "unique value",
            Self::Source => "source",
            Self::Reference => "reference",
            Self::PhotoCount => "photo count",
            Self::Timestamp => "timestamp",
            Self::Signature => "signature",
        }
    }

    const fn bit(self) -> u8 {
        match self {
            Self::SubmissionId => 1,
            Self::UniqueValue => 1 << 1,
            Self::Source => 1 << 2,
            Self::Reference => 1 << 3,
            Self::PhotoCount => 1 << 4,
            Self::Timestamp => 1 << 5,
            Self::Signature => 1 << 6,
        }
    }
}

/// The two messages that travel in a URL.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Message {
    Link,
    Return,
}

impl Message {
    /// Returns the fields that the message carries, in order. The signature is the last.
    pub(crate) const fn fields(self) -> &'static [Field] {
        match self {
            Self::Link => &[
                Field::UniqueValue,
                Field::Source,
                Field::Reference,
                Field::Timestamp,
                Field::Signature,
            ],
            Self::Return => &[
                Field::SubmissionId,
                Field::UniqueValue,
                Field::Reference,
                Field::PhotoCount,
                Field::Timestamp,
                Field::Signature,
            ],
        }
    }

    /// Returns the same fields as a set.
    pub(crate) const fn carried(self) -> Fields {
        match self {
            Self::Link => Fields::LINK,
            Self::Return => Fields::RETURN,
        }
    }

    /// Returns the fields that are joined with `|` and signed, in order.
    pub(crate) const fn signed_fields(self) -> &'static [Field] {
        match self.fields() {
            [signed @ .., _] => signed,
            [] => &[],
        }
    }

    /// Returns the field that this message carries under a short name.
    pub(crate) fn field(self, name: &[u8]) -> Option<Field> {
        let field = match name {
            [b'u', b'v'] => Field::UniqueValue,
            [b't', b's'] => Field::Timestamp,
            [b'r', b'e', b'f'] => Field::Reference,
            [b's', b'i', b'g'] => Field::Signature,
            [b's', b'r', b'c'] => Field::Source,
            [b's', b'u', b'b'] => Field::SubmissionId,
            [b'c', b'n', b't'] => Field::PhotoCount,
            _ => return None,
        };
        self.has(field).then_some(field)
    }

    pub(crate) const fn has(self, field: Field) -> bool {
        self.carried().contains(field)
    }
}

/// A set of fields, which iterates in the order of the wire.
///
/// # Examples
///
/// ```
/// use visiono_workflow::{Field, RedirectTemplate};
///
/// let template = RedirectTemplate::parse("https://a.example/done?ref={reference}&sig={signature}")?;
/// assert!(template.placeholders().contains(Field::Reference));
/// assert_eq!(
///     template.missing().iter().map(Field::long_name).collect::<Vec<_>>(),
///     ["submission_id", "unique_value", "photo_count", "timestamp"],
/// );
/// # Ok::<(), visiono_workflow::Error>(())
/// ```
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Fields(u8);

impl Fields {
    /// The empty set.
    pub const NONE: Self = Self(0);
    /// The six fields of a return, each of which has a placeholder.
    pub const RETURN: Self = Self(0b111_1111 & !Field::Source.bit());
    /// The five fields of a link.
    pub(crate) const LINK: Self =
        Self(0b111_1111 & !Field::SubmissionId.bit() & !Field::PhotoCount.bit());

    /// Returns `true` if the field is in the set.
    #[must_use]
    pub const fn contains(self, field: Field) -> bool {
        self.0 & field.bit() != 0
    }

    /// Returns `true` if the set has no field.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Returns the number of fields.
    #[must_use]
    pub const fn len(self) -> usize {
        self.0.count_ones() as usize
    }

    /// Returns the fields, in the order of the wire.
    pub fn iter(self) -> impl Iterator<Item = Field> + Clone {
        Field::ALL
            .into_iter()
            .filter(move |field| self.contains(*field))
    }

    pub(crate) const fn with(self, field: Field) -> Self {
        Self(self.0 | field.bit())
    }

    pub(crate) const fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    pub(crate) const fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    pub(crate) const fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    pub(crate) fn first(self) -> Option<Field> {
        self.iter().next()
    }
}

impl From<Field> for Fields {
    fn from(field: Field) -> Self {
        Self::NONE.with(field)
    }
}

impl core::fmt::Debug for Fields {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}

/// One `T` for each field, in the order of [`Field::ALL`].
#[derive(Clone, Copy)]
pub(crate) struct PerField<T>([T; Field::ALL.len()]);

#[expect(
    clippy::indexing_slicing,
    reason = "there is an element for each variant, so the index is never out of bounds"
)]
impl<T: Copy> PerField<T> {
    pub(crate) const fn all(value: T) -> Self {
        Self([value; Field::ALL.len()])
    }

    pub(crate) const fn get(&self, field: Field) -> &T {
        &self.0[field as usize]
    }

    pub(crate) const fn get_mut(&mut self, field: Field) -> &mut T {
        &mut self.0[field as usize]
    }
}

/// Separates the signed fields. It is not escaped, so no field may contain it.
pub(crate) const SEPARATOR: u8 = b'|';
/// The start of a link that is built from a slug.
pub(crate) const LINK_PREFIX: &str = "https://visiono.io/s/";
/// The prefix of a webhook secret.
pub(crate) const WEBHOOK_SECRET_PREFIX: &str = "whsec_";
/// The prefix of an API key.
pub(crate) const API_KEY_PREFIX: &str = "vsk_";

/// The text before the hex digits in a webhook's signature header.
pub(crate) const SIGNATURE_SCHEME: &str = "sha256=";
