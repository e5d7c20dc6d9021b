//! The names of the wire: the fields of each message, in order, and their names.

/// Defines [`Field`] from one row a field: documentation, short name, long name, name in a
/// sentence, and `true` for a number, for a field of links and for one of returns.
macro_rules! fields {
    ($($(#[doc = $doc:literal])* $variant:ident: $short:literal, $long:literal, $title:literal,
        $number:literal, $link:literal, $return:literal;)*) => {
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
            $($(#[doc = $doc])* $variant,)*
        }

        impl Field {
            /// Every field, in the order of the wire.
            pub const ALL: [Self; [$($short),*].len()] = [$(Self::$variant),*];

            /// Returns the name in a URL and in an error: `uv`.
            #[must_use]
            pub const fn short_name(self) -> &'static str {
                match self {
                    $(Self::$variant => $short,)*
                }
            }

            /// Returns the name in an API and in a redirect template: `unique_value`.
            #[must_use]
            pub const fn long_name(self) -> &'static str {
                match self {
                    $(Self::$variant => $long,)*
                }
            }

            /// Returns `true` for a field that holds a number: a photo count or a timestamp.
            #[must_use]
            pub const fn is_number(self) -> bool {
                match self {
                    $(Self::$variant => $number,)*
                }
            }

            /// Returns the documentation of the row, for `cargo xtask generate`.
            #[doc(hidden)]
            #[must_use]
            pub const fn doc(self) -> &'static str {
                match self {
                    $(Self::$variant => concat!($($doc),*),)*
                }
            }

            /// Returns the short name as a number, which is compared faster.
            const fn key(self) -> u32 {
                match self {
                    $(Self::$variant => const { short_key($short.as_bytes()) },)*
                }
            }

            /// Returns the start of a parameter that follows another.
            pub(crate) const fn assignment(self) -> &'static str {
                match self {
                    $(Self::$variant => concat!("&", $short, "="),)*
                }
            }

            /// Returns the name in a sentence for a developer: `unique value`.
            pub(crate) const fn title(self) -> &'static str {
                match self {
                    $(Self::$variant => $title,)*
                }
            }
        }

        impl Fields {
            /// The five fields of a link.
            pub const LINK: Self = Self(0 $(| Field::$variant.bit_if($link))*);
            /// The six fields of a return, each of which has a placeholder.
            pub const RETURN: Self = Self(0 $(| Field::$variant.bit_if($return))*);
        }
    };
}

fields! {
    /// `sub`: the ID of the submission at Visiono, such as `pls_123`.
    SubmissionId: "sub", "submission_id", "submission ID", false, false, true;
    /// `uv`: the documented item: an order or a license plate.
    UniqueValue: "uv", "unique_value", "unique value", false, true, true;
    /// `src`: the system that sends the person, such as `zendesk`.
    Source: "src", "source", "source", false, true, false;
    /// `ref`: the record in that system, such as `ticket-456`.
    Reference: "ref", "reference", "reference", false, true, true;
    /// `cnt`: the number of uploaded photos.
    PhotoCount: "cnt", "photo_count", "photo count", true, false, true;
    /// `ts`: the time of signing, in Unix seconds.
    Timestamp: "ts", "timestamp", "timestamp", true, true, true;
    /// `sig`: 64 lowercase hex digits.
    Signature: "sig", "signature", "signature", false, true, true;
}

impl Field {
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

    const fn bit(self) -> u8 {
        1 << self as u8
    }

    const fn bit_if(self, is_member: bool) -> u8 {
        if is_member { self.bit() } else { 0 }
    }
}

/// The two messages that travel in a URL.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Message {
    Link,
    Return,
}

impl Message {
    /// The numbers of fields that are signed: those that are carried, but the signature.
    pub(crate) const SIGNED_IN_LINK: usize = Fields::LINK.len() - 1;
    pub(crate) const SIGNED_IN_RETURN: usize = Fields::RETURN.len() - 1;

    /// Returns the fields that the message carries, in order. The signature is the last.
    pub(crate) const fn fields(self) -> &'static [Field] {
        const LINK: [Field; Fields::LINK.len()] = Fields::LINK.to_array();
        const RETURN: [Field; Fields::RETURN.len()] = Fields::RETURN.to_array();
        match self {
            Self::Link => &LINK,
            Self::Return => &RETURN,
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
    #[inline]
    pub(crate) fn field(self, name: &[u8]) -> Option<Field> {
        let name = short_key(name);
        let mut fields = self.fields().iter().copied();
        fields.find(|field| field.key() == name)
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
        Remaining(self.0)
    }

    /// Returns the fields, of which there are `N`.
    #[allow(
        clippy::indexing_slicing,
        clippy::arithmetic_side_effects,
        reason = "it runs when this is compiled, where a panic is a compile error"
    )]
    const fn to_array<const N: usize>(self) -> [Field; N] {
        let mut fields = [Field::Signature; N];
        let (mut from, mut to) = (0, 0);
        while from < Field::ALL.len() {
            if self.contains(Field::ALL[from]) {
                fields[to] = Field::ALL[from];
                to += 1;
            }
            from += 1;
        }
        fields
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

/// The fields of a set that are still to come.
#[derive(Clone)]
struct Remaining(u8);

impl Iterator for Remaining {
    type Item = Field;

    fn next(&mut self) -> Option<Field> {
        // Without a bit it is 8, which is the position of no field.
        let position = self.0.trailing_zeros();
        self.0 &= self.0.wrapping_sub(1);
        Field::ALL.get(position as usize).copied()
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

/// Packs a name of two or three bytes and its length into a number, which is compared faster.
const fn short_key(name: &[u8]) -> u32 {
    match *name {
        [a, b] => u32::from_le_bytes([a, b, 0, 2]),
        [a, b, c] => u32::from_le_bytes([a, b, c, 3]),
        _ => 0,
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

/// The largest body that the service sends, in bytes: 1 MiB. A larger one is refused before it is
/// hashed, so there is no need to read one to its end.
pub const MAX_WEBHOOK_BODY: usize = 1 << 20;
