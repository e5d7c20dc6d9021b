//! The codes of errors: one table for every language.

use core::fmt;

/// Defines [`Code`] from one row a code: documentation, number, name, and the title of the page
/// that Visiono shows for it.
macro_rules! codes {
    ($($(#[doc = $doc:literal])* $variant:ident = $number:literal, $name:literal, $page:expr;)*) => {
        /// The stable number and name of an error, the same in every language.
        ///
        /// The list is `docs/protocol.md`, section 8. A number is never reused. The 100s are the
        /// caller's mistakes, the 200s are messages to refuse, the 300s belong to the bindings.
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
            $($(#[doc = $doc])* $variant = $number,)*
        }

        impl Code {
            /// Every code, by number.
            pub const ALL: [Self; [$($number),*].len()] = [$(Self::$variant),*];

            /// Returns the stable name, such as `invalid_signature`.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)*
                }
            }

            /// Returns the title of the page that Visiono itself shows for such a link.
            #[must_use]
            pub const fn error_page(self) -> Option<&'static str> {
                match self {
                    $(Self::$variant => $page,)*
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
        }
    };
}

const MISSING: Option<&str> = Some("Missing Parameters");
const INVALID: Option<&str> = Some("Invalid Signature");
const EXPIRED: Option<&str> = Some("Link Expired");

codes! {
    /// 100: the text is not usable as a secret.
    InvalidSecret = 100, "invalid_secret", None;
    /// 101: a value cannot be signed or expected.
    InvalidField = 101, "invalid_field", None;
    /// 102: the text is not usable as a link URL.
    InvalidUrl = 102, "invalid_url", None;
    /// 103: the text is not usable as a redirect template.
    InvalidTemplate = 103, "invalid_template", None;
    /// 200: a parameter is absent or empty.
    MissingParameter = 200, "missing_parameter", MISSING;
    /// 201: a parameter is present twice, or under a doubtful name.
    DuplicateParameter = 201, "duplicate_parameter", INVALID;
    /// 202: a parameter has the wrong form.
    MalformedParameter = 202, "malformed_parameter", INVALID;
    /// 203: no configured secret signed the message.
    InvalidSignature = 203, "invalid_signature", INVALID;
    /// 204: the message is older than its maximum age.
    Expired = 204, "expired", EXPIRED;
    /// 205: the message is from the future.
    NotYetValid = 205, "not_yet_valid", EXPIRED;
    /// 206: the message is authentic, but not what the caller expects.
    UnexpectedValue = 206, "unexpected_value", INVALID;
    /// 300: the caller's buffer is too small; the required length is reported.
    BufferTooSmall = 300, "buffer_too_small", None;
    /// 301: an argument is missing, contradictory, out of range, null, closed, or not UTF-8.
    InvalidArgument = 301, "invalid_argument", None;
    /// 399: a bug in the library, stopped at the boundary to another language.
    Panic = 399, "panic", None;
}

impl Code {
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

    /// Returns `true` for the 200s: a message to reject, without a mistake by the caller.
    #[must_use]
    pub const fn is_refusal(self) -> bool {
        self.error_page().is_some()
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
