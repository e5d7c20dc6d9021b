//! Errors: a code, the names it concerns, and a sentence that each stage owns.

use core::fmt;

use crate::code::Code;
use crate::decimal::Decimal;
use crate::scan::cut_str;
use crate::wire::{Field, Fields};

/// The cause of a refused value: the end of a sentence that starts with the value's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Flaw(pub(crate) &'static str);

/// The start of an error's sentence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Subject {
    /// The sentence is complete.
    None,
    /// `unique value (uv), timestamp (ts) `
    Fields,
    /// The same, for a received message that must be refused: the sentence gets this advice.
    Received,
    /// `the secret `
    Secret,
    /// `secret[1] `, with the error's number.
    SecretAt,
    /// `the link URL `
    LinkUrl,
    /// `the redirect template `
    Template,
    /// `byte 12 of the redirect template `, with the error's number.
    TemplateByte,
}

/// A name that an error concerns, but no field has.
///
/// It is a number, not text, because every `?` copies an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(not(any(feature = "json", test)), allow(dead_code))]
pub(crate) enum Other {
    None,
    Slug,
    Body,
    Timestamp,
}

impl Other {
    const fn name(self) -> Option<&'static str> {
        match self {
            Self::None => None,
            Self::Slug => Some("slug"),
            Self::Body => Some("body"),
            Self::Timestamp => Some("timestamp"),
        }
    }
}

/// An error: the code, the names it concerns, and a sentence for a developer.
///
/// An error never contains a secret, a field's value or an expected signature, so it can be
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
///     "the secret has fewer than 16 characters: set it to all that Visiono shows",
/// );
/// ```
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Error {
    code: Code,
    subject: Subject,
    fields: Fields,
    other: Other,
    /// A `#` in it stands for the number.
    sentence: &'static str,
    number: u64,
}

impl Error {
    /// Returns an error about an argument that a binding could not read. The sentence says what
    /// to pass.
    #[must_use]
    pub const fn invalid_argument(sentence: &'static str) -> Self {
        Self::new(Code::InvalidArgument, sentence)
    }

    /// Returns the error for a name in `expect` that no field has: `docs/protocol.md`,
    /// section 5.
    #[must_use]
    pub const fn unknown_field() -> Self {
        Self::invalid_argument(
            "expect has a name that is not a field's: use long names, such as reference",
        )
    }

    /// Returns an error about a caller's buffer that has fewer bytes than the text needs.
    #[must_use]
    pub const fn buffer_too_small(needed: usize) -> Self {
        Self::new(
            Code::BufferTooSmall,
            "the buffer is too small: pass one of # bytes",
        )
        .with_number(needed as u64)
    }

    /// Returns the error for a panic that was stopped at the boundary to another language.
    #[must_use]
    pub const fn panic() -> Self {
        Self::new(
            Code::Panic,
            "a bug in visiono-workflow was stopped: please report how to reproduce it",
        )
    }

    pub(crate) const fn new(code: Code, sentence: &'static str) -> Self {
        Self {
            code,
            subject: Subject::None,
            fields: Fields::NONE,
            other: Other::None,
            sentence,
            number: 0,
        }
    }

    /// Names the fields, and starts the sentence with them.
    pub(crate) const fn about(mut self, fields: Fields) -> Self {
        self.subject = Subject::Fields;
        self.naming(fields)
    }

    /// Names the field of a message that must be refused, and starts the sentence with it.
    pub(crate) const fn about_received(mut self, field: Field) -> Self {
        self.subject = Subject::Received;
        self.naming(Fields::NONE.with(field))
    }

    /// Names the fields, which the sentence itself mentions.
    pub(crate) const fn naming(mut self, fields: Fields) -> Self {
        self.fields = fields;
        self
    }

    pub(crate) const fn naming_other(mut self, name: Other) -> Self {
        self.other = name;
        self
    }

    pub(crate) const fn starting(mut self, subject: Subject) -> Self {
        self.subject = subject;
        self
    }

    pub(crate) const fn with_number(mut self, number: u64) -> Self {
        self.number = number;
        self
    }

    /// Returns the error for a value that cannot be signed or expected.
    pub(crate) const fn field(field: Field, flaw: Flaw) -> Self {
        Self::new(Code::InvalidField, flaw.0).about(Fields::NONE.with(field))
    }

    /// Returns the stable code.
    #[must_use]
    pub const fn code(&self) -> Code {
        self.code
    }

    /// Returns the short names that the error concerns, in the order of the wire: `["uv", "ts"]`.
    pub fn parameters(&self) -> impl Iterator<Item = &'static str> + Clone {
        let other = self.other.name();
        other
            .into_iter()
            .chain(self.fields.iter().map(Field::short_name))
    }

    /// Returns by how many seconds a message is too old ([`Code::Expired`]) or too early
    /// ([`Code::NotYetValid`]).
    #[must_use]
    pub const fn seconds(&self) -> Option<u64> {
        match self.code {
            Code::Expired | Code::NotYetValid => Some(self.number),
            _ => None,
        }
    }

    /// Returns the position in the redirect template, in bytes, of a misplaced brace, placeholder
    /// or parameter.
    #[must_use]
    pub const fn position(&self) -> Option<usize> {
        match self.subject {
            Subject::TemplateByte => Some(self.number as usize),
            _ => None,
        }
    }

    /// Returns how many bytes the caller's buffer needs ([`Code::BufferTooSmall`]).
    #[must_use]
    pub const fn needed(&self) -> Option<usize> {
        match self.code {
            Code::BufferTooSmall => Some(self.number as usize),
            _ => None,
        }
    }

    /// Writes the sentence, as [`Display`](fmt::Display) does, without the machinery of
    /// formatting.
    ///
    /// # Errors
    ///
    /// Only what the writer itself returns.
    pub fn write_to(&self, out: &mut (impl fmt::Write + ?Sized)) -> fmt::Result {
        let number = Decimal::of(self.number);
        let number = number.as_str();
        match self.subject {
            Subject::None => {}
            Subject::Fields | Subject::Received => {
                write_titles(self.fields, out)?;
                out.write_str(" ")?;
            }
            Subject::Secret => out.write_str("the secret ")?,
            Subject::SecretAt => write_all(&["secret[", number, "] "], out)?,
            Subject::LinkUrl => out.write_str("the link URL ")?,
            Subject::Template => out.write_str("the redirect template ")?,
            Subject::TemplateByte => {
                write_all(&["byte ", number, " of the redirect template "], out)?;
            }
        }
        if self.subject == Subject::Received {
            // The advice on a caller's own value does not apply to a received one.
            let fault = cut_str(self.sentence, b':').map_or(self.sentence, |(fault, _)| fault);
            return write_all(&[fault, ": refuse the message"], out);
        }
        match cut_str(self.sentence, b'#') {
            Some((before, after)) => write_all(&[before, number, after], out),
            None => out.write_str(self.sentence),
        }
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

/// Lets [`Workflow::sign_return`](crate::Workflow::sign_return) take a template that is parsed
/// already.
impl From<core::convert::Infallible> for Error {
    fn from(never: core::convert::Infallible) -> Self {
        match never {}
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
            .field("code", &self.code)
            .field("fields", &self.fields)
            .field("message", &format_args!("{self}"))
            .finish()
    }
}

impl core::error::Error for Error {}
