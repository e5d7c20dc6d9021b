//! The codes of errors: one list for every language.

use core::fmt;

/// The stable number and name of an error, the same in every language.
///
/// The list is `docs/protocol.md`, section 8. A number is never reused. The 100s are the caller's
/// mistakes, the 200s are messages to refuse, the 300s belong to the bindings.
///
/// # Examples
///
/// ```
/// use visiono_workflow::Code;
///
/// assert_eq!(Code::Expired.as_str(), "expired");
/// assert_eq!(Code::Expired.as_u32(), 204);
/// assert!(Code::Expired.is_refusal());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u32)]
pub enum Code {
    /// 100: the text is not usable as a secret.
    InvalidSecret = 100,
    /// 101: a value cannot be signed or expected.
    InvalidField = 101,
    /// 102: the text is not usable as a link URL.
    InvalidUrl = 102,
    /// 103: the text is not usable as a redirect template.
    InvalidTemplate = 103,
    /// 200: a parameter is absent or empty.
    MissingParameter = 200,
    /// 201: a parameter is present twice, or under a doubtful name.
    DuplicateParameter = 201,
    /// 202: a parameter has the wrong form.
    MalformedParameter = 202,
    /// 203: no configured secret signed the message.
    InvalidSignature = 203,
    /// 204: the message is older than `max_age`.
    Expired = 204,
    /// 205: the message is from the future.
    NotYetValid = 205,
    /// 206: the message is authentic, but not what the caller expects.
    UnexpectedValue = 206,
    /// 300: the caller's buffer is too small; see [`Error::needed`](crate::Error::needed).
    BufferTooSmall = 300,
    /// 301: an argument is missing, contradictory, null, closed, or not UTF-8.
    InvalidArgument = 301,
    /// 399: a bug in the library, stopped at the boundary to another language.
    Panic = 399,
}

impl Code {
    /// Every code, by number.
    pub const ALL: [Self; 14] = [
        Self::InvalidSecret,
        Self::InvalidField,
        Self::InvalidUrl,
        Self::InvalidTemplate,
        Self::MissingParameter,
        Self::DuplicateParameter,
        Self::MalformedParameter,
        Self::InvalidSignature,
        Self::Expired,
        Self::NotYetValid,
        Self::UnexpectedValue,
        Self::BufferTooSmall,
        Self::InvalidArgument,
        Self::Panic,
    ];

    /// Returns the stable name, such as `invalid_signature`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::InvalidSecret => "invalid_secret",
            Self::InvalidField => "invalid_field",
            Self::InvalidUrl => "invalid_url",
            Self::InvalidTemplate => "invalid_template",
            Self::MissingParameter => "missing_parameter",
            Self::DuplicateParameter => "duplicate_parameter",
            Self::MalformedParameter => "malformed_parameter",
            Self::InvalidSignature => "invalid_signature",
            Self::Expired => "expired",
            Self::NotYetValid => "not_yet_valid",
            Self::UnexpectedValue => "unexpected_value",
            Self::BufferTooSmall => "buffer_too_small",
            Self::InvalidArgument => "invalid_argument",
            Self::Panic => "panic",
        }
    }

    /// Returns the stable number, such as 203.
    #[must_use]
    pub const fn as_u32(self) -> u32 {
        self as u32
    }

    /// Returns the code with this number, if there is one.
    #[must_use]
    pub fn from_u32(number: u32) -> Option<Self> {
        Self::ALL.into_iter().find(|code| code.as_u32() == number)
    }

    /// Returns `true` for the 200s: a message to refuse, without a mistake of the caller's.
    #[must_use]
    pub const fn is_refusal(self) -> bool {
        self.error_page().is_some()
    }

    /// Returns the title of the page that Visiono itself shows for such a link.
    #[must_use]
    pub const fn error_page(self) -> Option<&'static str> {
        match self {
            Self::MissingParameter => Some("Missing Parameters"),
            Self::DuplicateParameter
            | Self::MalformedParameter
            | Self::InvalidSignature
            | Self::UnexpectedValue => Some("Invalid Signature"),
            Self::Expired | Self::NotYetValid => Some("Link Expired"),
            Self::InvalidSecret
            | Self::InvalidField
            | Self::InvalidUrl
            | Self::InvalidTemplate
            | Self::BufferTooSmall
            | Self::InvalidArgument
            | Self::Panic => None,
        }
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
