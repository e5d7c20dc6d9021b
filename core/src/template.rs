//! The redirect template: a URL with placeholders for the fields of a return.

mod climb;
mod expand;
mod extract;
mod extractable;
mod tokens;

use core::fmt;
use core::hash::{Hash, Hasher};

use self::tokens::{Token, TokenKind, Tokens, at_byte};
use crate::code::Code;
use crate::error::{Error, Flaw, Subject};
use crate::parameters::held_fields;
use crate::scan::find;
use crate::text::utf8;
use crate::url::{self, Parts, after_scheme};
use crate::wire::{Fields, Message};

/// Text that is borrowed, or owned where there is an allocator.
#[derive(Clone)]
enum Text<'t> {
    Borrowed(&'t str),
    #[cfg(feature = "alloc")]
    Owned(alloc::boxed::Box<str>),
}

/// The URL that a browser is sent back to, with placeholders for the fields of the return.
///
/// A placeholder is the long name of a field in braces, in the path, the query or the fragment:
/// `https://a.example/done?ref={reference}&sig={signature}`. A template without any gets the six
/// standard parameters appended (`docs/protocol.md`, section 6).
///
/// A return can only be verified if it carries all six fields to the server, or the caller expects
/// those that it doesn't: look at [`missing`](Self::missing) when the template is made, not when
/// the first return fails.
///
/// # Examples
///
/// ```
/// use visiono_workflow::{Field, RedirectTemplate};
///
/// let documented = RedirectTemplate::parse(
///     "https://your-system.com/done?id={submission_id}&ref={reference}&sig={signature}",
/// )?;
/// assert!(documented.missing().contains(Field::UniqueValue));
///
/// let plain = RedirectTemplate::parse("https://your-system.com/done")?;
/// assert!(plain.missing().is_empty());
/// # Ok::<(), visiono_workflow::Error>(())
/// ```
#[derive(Clone)]
pub struct RedirectTemplate<'t> {
    text: Text<'t>,
    parts: Parts,
    placeholders: Fields,
    in_path: Fields,
    in_query: Fields,
    /// The number of parameters that the template writes out.
    literal_count: usize,
    extractable: Result<(), Error>,
}

impl<'t> RedirectTemplate<'t> {
    /// Parses a template.
    ///
    /// One with a [placeholder in the path](Self::placeholders_in_path) is compared with the whole
    /// path of a return, as the browser requested it. A path that a framework has decoded may not
    /// match it, and a query alone has none.
    ///
    /// # Errors
    ///
    /// [`Code::InvalidTemplate`] if it isn't `https://` with a host (or `http://` to this
    /// machine), is not UTF-8, has a brace that is no placeholder's, with its position in bytes
    /// ([`Error::position`]), or has no placeholder but already a standard parameter or a
    /// look-alike of one.
    pub fn parse<T: AsRef<[u8]> + ?Sized>(text: &'t T) -> Result<Self, Error> {
        let invalid =
            |flaw: Flaw| Error::new(Code::InvalidTemplate, flaw.0).starting(Subject::Template);
        let text = utf8(text.as_ref()).map_err(invalid)?;
        let parts = Parts::of(text.as_bytes());
        let mut placeholders = Fields::NONE;
        let mut in_path = Fields::NONE;
        let mut in_query = Fields::NONE;
        let after_host = after_host(text);
        for token in Tokens::of(text) {
            let Token { at, kind } = token;
            let flaw = match kind {
                TokenKind::Literal(_) => continue,
                _ if at < after_host => IN_HOST,
                TokenKind::Fault(flaw) => flaw,
                TokenKind::Placeholder(field) => {
                    placeholders = placeholders.with(field);
                    if at < parts.query_start() {
                        in_path = in_path.with(field);
                    } else if at < parts.sent {
                        in_query = in_query.with(field);
                    }
                    continue;
                }
            };
            return Err(at_byte(at, flaw));
        }
        url::check(text).map_err(invalid)?;
        if placeholders.is_empty()
            && let Some(field) = held_fields(&parts, text, Message::Return).first()
        {
            return Err(Error::new(
                Code::InvalidTemplate,
                "is already in the redirect template, or a name that some decoders take for it: \
                 remove it, or use placeholders",
            )
            .about(field.into()));
        }
        let mut template = Self {
            text: Text::Borrowed(text),
            parts,
            placeholders,
            in_path,
            in_query,
            literal_count: 0,
            extractable: extractable::check(text, &parts, !in_path.is_empty()),
        };
        template.literal_count = template.literals().count();
        Ok(template)
    }

    /// Returns the same template, with text of its own.
    #[cfg(feature = "alloc")]
    #[must_use]
    pub fn into_owned(self) -> RedirectTemplate<'static> {
        RedirectTemplate {
            text: Text::Owned(self.as_str().into()),
            ..self
        }
    }

    /// Returns the template as it was written.
    #[must_use]
    pub const fn as_str(&self) -> &str {
        match &self.text {
            Text::Borrowed(text) => text,
            #[cfg(feature = "alloc")]
            Text::Owned(text) => text,
        }
    }

    /// Returns the fields that have a placeholder.
    #[must_use]
    pub const fn placeholders(&self) -> Fields {
        self.placeholders
    }

    /// Returns the fields that have a placeholder in the path.
    ///
    /// If there is one, verification needs the target of the request as it arrived: most
    /// frameworks decode the path, which then is another one for a value such as `2024/0815` or
    /// `50%`. A query alone has no path.
    ///
    /// # Examples
    ///
    /// ```
    /// use visiono_workflow::{Field, RedirectTemplate};
    ///
    /// let template = RedirectTemplate::parse("https://a.example/{reference}?sig={signature}")?;
    /// assert!(template.placeholders_in_path().contains(Field::Reference));
    /// # Ok::<(), visiono_workflow::Error>(())
    /// ```
    #[must_use]
    pub const fn placeholders_in_path(&self) -> Fields {
        self.in_path
    }

    /// Returns the fields that a return made from this template won't carry to a server. A
    /// placeholder in the fragment doesn't count: browsers don't send it.
    ///
    /// A return can still be verified if the caller expects these fields, except for the
    /// signature.
    #[must_use]
    pub const fn missing(&self) -> Fields {
        Fields::RETURN.without(self.sent())
    }

    /// Returns the fields that a return made from this template carries to a server.
    const fn sent(&self) -> Fields {
        if self.placeholders.is_empty() {
            Fields::RETURN
        } else {
            self.in_path.or(self.in_query)
        }
    }

    /// Checks that verification can read back a return made from this template.
    ///
    /// # Errors
    ///
    /// [`Code::InvalidTemplate`], with the position in bytes, for two placeholders in one path
    /// segment or value; for one in a parameter's name; for a name, a literal parameter, a literal
    /// around a placeholder or a literal segment of a path with a placeholder that can't be
    /// decoded; for a placeholder's parameter that the query has again; and for two names of which
    /// some decoders make one.
    pub const fn check_extractable(&self) -> Result<(), Error> {
        self.extractable
    }
}

const IN_HOST: Flaw = Flaw("is a brace before the path: start with https:// and a host");

/// Returns the position after the host, or the end of the text if it has none.
fn after_host(text: &str) -> usize {
    let Some((_, start)) = after_scheme(text.as_bytes()) else {
        return text.len();
    };
    let rest = text.as_bytes().get(start..).unwrap_or_default();
    start.saturating_add(find(rest, b"/?#").unwrap_or(rest.len()))
}

/// Lets [`Workflow::sign_return`](crate::Workflow::sign_return) take text.
impl<'t> TryFrom<&'t str> for RedirectTemplate<'t> {
    type Error = Error;

    fn try_from(text: &'t str) -> Result<Self, Error> {
        Self::parse(text)
    }
}

/// Borrows a template.
impl<'t> From<&'t RedirectTemplate<'_>> for RedirectTemplate<'t> {
    fn from(template: &'t RedirectTemplate<'_>) -> Self {
        Self {
            text: Text::Borrowed(template.as_str()),
            parts: template.parts,
            placeholders: template.placeholders,
            in_path: template.in_path,
            in_query: template.in_query,
            literal_count: template.literal_count,
            extractable: template.extractable,
        }
    }
}

/// Templates with the same text are equal.
impl PartialEq for RedirectTemplate<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.as_str() == other.as_str()
    }
}

impl Eq for RedirectTemplate<'_> {}

impl Hash for RedirectTemplate<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.as_str().hash(state);
    }
}

impl fmt::Display for RedirectTemplate<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for RedirectTemplate<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RedirectTemplate({self})")
    }
}
