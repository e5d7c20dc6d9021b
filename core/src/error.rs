//! What is refused, and the sentence that tells a developer what to do about it.

use core::fmt;

use crate::payload::Decimal;
use crate::wire::{Field, Fields};

/// What an error about the whole body of a webhook names.
const BODY: &str = "body";
/// What an error about the signature header of a webhook names.
const SIGNATURE: &str = Field::Signature.short_name();

/// Why something was refused: a stable number and name, the same in every language.
///
/// The list is `docs/protocol.md`, section 8. A number is never used again for another thing.
/// The 100s are the caller's own mistake, the 200s a message to refuse, the 300s belong to
/// the bindings.
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
pub enum Code {
    /// 100: the secret can't be one.
    InvalidSecret,
    /// 101: a value can't be signed.
    InvalidField,
    /// 102: the link URL can't be one.
    InvalidUrl,
    /// 103: the redirect template can't be one.
    InvalidTemplate,
    /// 200: a parameter is absent or empty.
    MissingParameter,
    /// 201: a parameter is present twice.
    DuplicateParameter,
    /// 202: a parameter is not of its form.
    MalformedParameter,
    /// 203: the message is not signed by any of the secrets.
    InvalidSignature,
    /// 204: the message is older than `max_age`.
    Expired,
    /// 205: the message is from the future.
    NotYetValid,
    /// 206: the message is authentic, but not the one that was expected.
    UnexpectedValue,
    /// 300: the caller's buffer is too small; [`Error::needed`] says what would do.
    BufferTooSmall,
    /// 301: an argument of the wrong type, a null pointer, text that is not UTF-8.
    InvalidArgument,
    /// 399: a bug in the library, stopped at the boundary to another language.
    Panic,
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

    /// The stable name, such as `invalid_signature`.
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

    /// The stable number, such as 203.
    #[must_use]
    pub const fn as_u32(self) -> u32 {
        match self {
            Self::InvalidSecret => 100,
            Self::InvalidField => 101,
            Self::InvalidUrl => 102,
            Self::InvalidTemplate => 103,
            Self::MissingParameter => 200,
            Self::DuplicateParameter => 201,
            Self::MalformedParameter => 202,
            Self::InvalidSignature => 203,
            Self::Expired => 204,
            Self::NotYetValid => 205,
            Self::UnexpectedValue => 206,
            Self::BufferTooSmall => 300,
            Self::InvalidArgument => 301,
            Self::Panic => 399,
        }
    }

    /// The code with this number, if there is one.
    #[must_use]
    pub fn from_u32(number: u32) -> Option<Self> {
        Self::ALL.into_iter().find(|code| code.as_u32() == number)
    }

    /// Whether this is one of the 200s: the message was refused, and the caller did nothing wrong.
    #[must_use]
    pub const fn is_refusal(self) -> bool {
        self.visiono_page().is_some()
    }

    /// The page that Visiono itself shows for such a link.
    #[must_use]
    pub const fn visiono_page(self) -> Option<&'static str> {
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

/// What is wrong with a secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SecretFault {
    None,
    Short,
    Control,
    WhiteSpace,
    WebhookSecret,
    ApiKey,
}

/// What is wrong with the value of a field, passed or received.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ValueFault {
    Empty,
    Separator,
    Control,
    Escape,
    Utf8,
    NotDecimal,
    Milliseconds,
    CountTooLarge,
    /// The text that a redirect template has beside the placeholder is not there.
    Literal,
    /// A path segment would come out as `.` or `..`.
    DotSegment,
    /// A signature that is to be put into a template isn't one.
    NotSignature,
}

/// What is wrong with a URL, of a link or of a redirect template.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum UrlFault {
    Scheme,
    PlainHttp,
    Host,
    Port,
    UserInfo,
    WhiteSpace,
    Backslash,
    HoldsParameter,
}

/// What is wrong with the placeholders of a redirect template.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PlaceholderFault {
    Unknown,
    Unclosed,
    Stray,
    InHost,
    InName,
    Two,
    Literal,
}

/// What always says the same. It is no variant of its own, so that a program that never makes it
/// (one that receives no webhooks, say) doesn't have its sentence.
#[derive(Debug, PartialEq, Eq)]
struct Constant {
    code: Code,
    name: Option<&'static str>,
    sentence: &'static str,
}

/// The same, with a number in it.
#[derive(Debug, PartialEq, Eq)]
struct Counted {
    code: Code,
    before: &'static str,
    after: &'static str,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reason {
    Secret(SecretFault),
    Field(ValueFault),
    Link(UrlFault),
    Template(UrlFault),
    Placeholder(PlaceholderFault, usize),
    Missing,
    Duplicate,
    Malformed(ValueFault),
    Constant(&'static Constant),
    Counted(&'static Counted, u64),
    Unexpected,
    Argument(&'static str),
}

/// Why something was refused: the code, the names it concerns, and a sentence for a developer.
///
/// An error never holds a secret, a value of a field or an expected signature, so it can be
/// logged as it is.
///
/// # Examples
///
/// ```
/// use visiono_workflow::{Code, WorkflowSecret};
///
/// let error = WorkflowSecret::new("short").unwrap_err();
/// assert_eq!(error.code(), Code::InvalidSecret);
/// assert_eq!(
///     error.to_string(),
///     "the secret has fewer than 16 bytes: copy the whole of it from Visiono",
/// );
/// ```
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Error {
    reason: Reason,
    fields: Fields,
}

impl Error {
    /// An argument that a binding could not read, with a sentence that says what was wanted.
    ///
    /// For bindings to other languages: the core's own types leave no room for it.
    #[must_use]
    pub const fn invalid_argument(what_was_wanted: &'static str) -> Self {
        Self::of(Reason::Argument(what_was_wanted))
    }

    /// A caller's buffer of fewer bytes than the text needs.
    ///
    /// For bindings that write into memory which is not a slice of Rust's.
    #[must_use]
    pub const fn buffer_too_small(needed: usize) -> Self {
        Self::of(Reason::Counted(
            &Counted {
                code: Code::BufferTooSmall,
                before: "the buffer is too small: pass one of ",
                after: " bytes",
            },
            needed as u64,
        ))
    }

    /// A panic that was stopped at the boundary to another language.
    #[must_use]
    pub const fn panic() -> Self {
        Self::of(Reason::Constant(&Constant {
            code: Code::Panic,
            name: None,
            sentence: "a bug in visiono-workflow was stopped: please report how it came",
        }))
    }

    /// The stable code.
    #[must_use]
    pub const fn code(&self) -> Code {
        match self.reason {
            Reason::Secret(_) => Code::InvalidSecret,
            Reason::Field(_) => Code::InvalidField,
            Reason::Link(_) => Code::InvalidUrl,
            Reason::Template(_) | Reason::Placeholder(..) => Code::InvalidTemplate,
            Reason::Missing => Code::MissingParameter,
            Reason::Duplicate => Code::DuplicateParameter,
            Reason::Malformed(_) => Code::MalformedParameter,
            Reason::Constant(constant) => constant.code,
            Reason::Counted(counted, _) => counted.code,
            Reason::Unexpected => Code::UnexpectedValue,
            Reason::Argument(_) => Code::InvalidArgument,
        }
    }

    /// The short names that the error concerns, in the order of the wire: `["uv", "ts"]`.
    pub fn parameters(&self) -> impl Iterator<Item = &'static str> + Clone {
        let other = match self.reason {
            Reason::Constant(constant) => constant.name,
            _ => None,
        };
        other
            .into_iter()
            .chain(self.fields.iter().map(Field::short_name))
    }

    /// How many seconds a message is too old ([`Code::Expired`]) or too early
    /// ([`Code::NotYetValid`]).
    #[must_use]
    pub const fn seconds(&self) -> Option<u64> {
        match (self.code(), self.reason) {
            (Code::Expired | Code::NotYetValid, Reason::Counted(_, by)) => Some(by),
            _ => None,
        }
    }

    /// The byte of the redirect template at which the misplaced brace or placeholder stands.
    #[must_use]
    pub const fn position(&self) -> Option<usize> {
        match self.reason {
            Reason::Placeholder(_, position) => Some(position),
            _ => None,
        }
    }

    /// How many bytes the caller's buffer needs ([`Code::BufferTooSmall`]).
    #[must_use]
    pub const fn needed(&self) -> Option<usize> {
        match (self.code(), self.reason) {
            (Code::BufferTooSmall, Reason::Counted(_, needed)) => Some(needed as usize),
            _ => None,
        }
    }

    /// Writes the sentence, as printing does, but without the machinery of formatting.
    ///
    /// # Errors
    ///
    /// Only what the writer itself returns.
    pub fn write_to(&self, out: &mut (impl fmt::Write + ?Sized)) -> fmt::Result {
        let (what, sentence) = match self.reason {
            Reason::Secret(fault) => ("", fault.sentence()),
            Reason::Field(fault) | Reason::Malformed(fault) => {
                write_titles(self.fields, out)?;
                (" ", fault.sentence())
            }
            Reason::Link(fault) => ("the link URL ", fault.sentence()),
            Reason::Template(fault) => ("the redirect template ", fault.sentence()),
            Reason::Placeholder(fault, position) => {
                let position = Decimal::of(position as u64);
                write_all(&["byte ", position.as_str()], out)?;
                (" of the redirect template ", fault.sentence())
            }
            Reason::Missing => {
                write_titles(self.fields, out)?;
                (
                    " missing or empty: ",
                    "check that the URL or redirect template carries it, \
                     or expect its value",
                )
            }
            Reason::Duplicate => {
                write_titles(self.fields, out)?;
                (
                    " is there more than once, ",
                    "and decoders disagree on which one counts: refuse the message",
                )
            }
            Reason::Constant(constant) => ("", constant.sentence),
            Reason::Counted(counted, number) => {
                write_all(&[counted.before, Decimal::of(number).as_str()], out)?;
                ("", counted.after)
            }
            Reason::Unexpected => {
                write_titles(self.fields, out)?;
                (
                    " is authentic, but not the expected one: ",
                    "refuse the message, which belongs to another record",
                )
            }
            Reason::Argument(what_was_wanted) => ("", what_was_wanted),
        };
        write_all(&[what, sentence], out)?;
        if matches!(self.reason, Reason::Link(_) | Reason::Template(_)) && !self.fields.is_empty() {
            out.write_str(" ")?;
            write_titles(self.fields, out)?;
        }
        Ok(())
    }

    const fn of(reason: Reason) -> Self {
        Self {
            reason,
            fields: Fields::NONE,
        }
    }

    const fn about(reason: Reason, fields: Fields) -> Self {
        Self { reason, fields }
    }

    pub(crate) const fn secret(fault: SecretFault) -> Self {
        Self::of(Reason::Secret(fault))
    }

    pub(crate) const fn slug() -> Self {
        Self::of(Reason::Constant(&Constant {
            code: Code::InvalidField,
            name: Some("slug"),
            sentence: "the slug has to be one or more of A-Z a-z 0-9 - . _ ~, and not '.' or '..': \
                       copy it from the end of the Smart Link, or pass the whole link as a URL",
        }))
    }

    pub(crate) const fn field(fields: Fields, fault: ValueFault) -> Self {
        Self::about(Reason::Field(fault), fields)
    }

    pub(crate) const fn link(fault: UrlFault, held: Fields) -> Self {
        Self::about(Reason::Link(fault), held)
    }

    pub(crate) const fn template(fault: UrlFault, held: Fields) -> Self {
        Self::about(Reason::Template(fault), held)
    }

    pub(crate) const fn placeholder(fault: PlaceholderFault, position: usize) -> Self {
        Self::of(Reason::Placeholder(fault, position))
    }

    pub(crate) const fn missing(fields: Fields) -> Self {
        Self::about(Reason::Missing, fields)
    }

    pub(crate) const fn duplicate(field: Fields) -> Self {
        Self::about(Reason::Duplicate, field)
    }

    pub(crate) const fn malformed(field: Fields, fault: ValueFault) -> Self {
        Self::about(Reason::Malformed(fault), field)
    }

    /// A webhook's body is larger than the service sends.
    pub(crate) const fn body_size() -> Self {
        Self::of(Reason::Constant(&Constant {
            code: Code::MalformedParameter,
            name: Some(BODY),
            sentence: "the body is larger than 1048576 bytes, which the service never sends: \
                       refuse the webhook",
        }))
    }

    /// A webhook's body is not a JSON object.
    #[cfg(feature = "json")]
    pub(crate) const fn body_not_object() -> Self {
        Self::of(Reason::Constant(&Constant {
            code: Code::MalformedParameter,
            name: Some(BODY),
            sentence: "the body is signed, but is not a JSON object: look at what was signed",
        }))
    }

    /// A webhook's body has no text `event`.
    #[cfg(feature = "json")]
    pub(crate) const fn no_event() -> Self {
        Self::of(Reason::Constant(&Constant {
            code: Code::MalformedParameter,
            name: Some(BODY),
            sentence: "the body is signed, but has no text 'event': look at what was signed",
        }))
    }

    /// A webhook's body has no readable `timestamp`.
    pub(crate) const fn no_event_time() -> Self {
        Self::of(Reason::Constant(&Constant {
            code: Code::MissingParameter,
            name: Some("timestamp"),
            sentence: "the body has no 'timestamp' as in RFC 3339, so its age is unknown: \
                       turn freshness off if this event never has one, and refuse duplicates",
        }))
    }

    /// A webhook has no signature header.
    pub(crate) const fn no_signature_header() -> Self {
        Self::of(Reason::Constant(&Constant {
            code: Code::MissingParameter,
            name: Some(SIGNATURE),
            sentence: "the signature header is absent: pass X-Visiono-Signature or \
                       X-Webhook-Signature as it came",
        }))
    }

    pub(crate) const fn signature() -> Self {
        Self::of(Reason::Constant(&Constant {
            code: Code::InvalidSignature,
            name: None,
            sentence: "the signature is not one that any of the secrets makes for this message: \
                       refuse the message, and if all are refused, check the secret",
        }))
    }

    pub(crate) const fn expired(by: u64) -> Self {
        Self::of(Reason::Counted(
            &Counted {
                code: Code::Expired,
                before: "the message is ",
                after: " s older than its maximum age: ask for a new one",
            },
            by,
        ))
    }

    pub(crate) const fn not_yet_valid(by: u64) -> Self {
        Self::of(Reason::Counted(
            &Counted {
                code: Code::NotYetValid,
                before: "the message is dated ",
                after: " s further into the future than the leeway: check this machine's clock",
            },
            by,
        ))
    }

    pub(crate) const fn unexpected(field: Fields) -> Self {
        Self::about(Reason::Unexpected, field)
    }
}

/// Writes `unique value (uv)`, or several of these.
fn write_titles(fields: Fields, out: &mut (impl fmt::Write + ?Sized)) -> fmt::Result {
    let mut comma = "";
    for field in fields.iter() {
        write_all(&[comma, field.title(), " (", field.short_name(), ")"], out)?;
        comma = ", ";
    }
    Ok(())
}

fn write_all(parts: &[&str], out: &mut (impl fmt::Write + ?Sized)) -> fmt::Result {
    parts.iter().try_for_each(|part| out.write_str(part))
}

impl SecretFault {
    const fn sentence(self) -> &'static str {
        match self {
            Self::None => "no secret was given: pass at least one",
            Self::Short => "the secret has fewer than 16 bytes: copy the whole of it from Visiono",
            Self::Control => "the secret contains a control character: copy it as one line of text",
            Self::WhiteSpace => "the secret starts or ends with white space: remove it",
            Self::WebhookSecret => "this is a webhook secret (whsec_): use the workflow secret",
            Self::ApiKey => "this is an API key (vsk_), not a secret to sign with",
        }
    }
}

impl ValueFault {
    const fn sentence(self) -> &'static str {
        match self {
            Self::Empty => "is empty: pass a value",
            Self::Separator => "contains '|', which separates fields: use a value without it",
            Self::Control => "contains a control character: use plain text",
            Self::Escape => "has a '%' that two hexadecimal digits don't follow",
            Self::Utf8 => "is not UTF-8 when decoded",
            Self::NotDecimal => {
                "has to be a decimal number in range: no sign, no leading zero, no space"
            }
            Self::Milliseconds => {
                "is 100000000000 or more, as if in milliseconds: use Unix seconds"
            }
            Self::CountTooLarge => "is more than 4294967295",
            Self::NotSignature => "is not 64 lower-case hexadecimal digits",
            Self::Literal => "lacks the text that the template has beside its placeholder",
            Self::DotSegment => {
                "makes a path segment '.' or '..', which browsers climb with: \
                 put the placeholder into the query or beside other text"
            }
        }
    }
}

impl UrlFault {
    const fn sentence(self) -> &'static str {
        match self {
            Self::Scheme => "has to start with https://",
            Self::PlainHttp => {
                "may use http:// only for localhost, 127.x.x.x or [::1]: use https://"
            }
            Self::Host => "has no valid host after its scheme",
            Self::Port => "has a port that is not a number from 0 to 65535",
            Self::UserInfo => "has user information ('@') before its host: remove it",
            Self::WhiteSpace => {
                "contains white space or a control character: remove or percent-encode it"
            }
            Self::Backslash => "contains a backslash: use '/'",
            Self::HoldsParameter => "holds a parameter of its own that signing adds: remove",
        }
    }
}

impl PlaceholderFault {
    const fn sentence(self) -> &'static str {
        match self {
            Self::Unknown => {
                "is a placeholder of no known name: use submission_id, unique_value, reference, \
                 photo_count, timestamp or signature"
            }
            Self::Unclosed => "is a '{' that no '}' closes: close it, or write %7B for a brace",
            Self::Stray => "is a '}' that no '{' opens: remove it, or write %7D for a brace",
            Self::InHost => "is a brace in the scheme or host: placeholders go after the host",
            Self::InName => {
                "is a placeholder in a parameter's name, which can't be read back: \
                 put it after the '='"
            }
            Self::Two => {
                "is a second placeholder in one path segment or value, which can't be read back: \
                 separate them"
            }
            Self::Literal => {
                "is a placeholder beside text that can't be decoded: \
                 write '%' as %25 and other characters as UTF-8"
            }
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write_to(f)
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Error")
            .field("code", &self.code())
            .field("fields", &self.fields)
            .field("message", &format_args!("{self}"))
            .finish()
    }
}

impl core::error::Error for Error {}
