//! The redirect template: where the fields of a return stand in a URL.

mod expand;
mod extract;

use core::fmt;

use crate::error::{Error, PlaceholderFault, UrlFault};
use crate::url::{self, Parts, after_scheme, find};
use crate::wire::{Field, Fields, Message};

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
/// A return can only be verified if it carries all six fields to the server, or the caller knows
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
    placeholders: Fields,
    sent: Fields,
    appendable: Result<(), Error>,
    extractable: Result<(), Error>,
}

impl<'t> RedirectTemplate<'t> {
    /// Reads a template.
    ///
    /// # Errors
    ///
    /// [`Code::InvalidTemplate`](crate::Code::InvalidTemplate) if it isn't `https://` with a host
    /// (or `http://` to this machine), or has a brace that is no placeholder's;
    /// [`Error::position`] is the byte at which that brace stands.
    pub fn parse(text: &'t str) -> Result<Self, Error> {
        let mut placeholders = Fields::NONE;
        let mut sent = Fields::NONE;
        let fragment = find(text, b"#").unwrap_or(text.len());
        let after_host = after_host(text);
        for token in Tokens::of(text) {
            let Token { at, kind } = token;
            let fault = match kind {
                TokenKind::Literal(_) => continue,
                _ if at < after_host => PlaceholderFault::InHost,
                TokenKind::Fault(fault) => fault,
                TokenKind::Placeholder(field) => {
                    placeholders = placeholders.with(field);
                    if at < fragment {
                        sent = sent.with(field);
                    }
                    continue;
                }
            };
            return Err(Error::placeholder(fault, at));
        }
        url::check(text).map_err(|fault| Error::template(fault, Fields::NONE))?;
        let parts = Parts::of(text);
        let mut appendable = Ok(());
        if placeholders.is_empty() {
            sent = Fields::RETURN;
            if let Some(held) = parts.holds_parameter_of(Message::Return) {
                appendable = Err(Error::template(UrlFault::HoldsParameter, held.into()));
            }
        }
        Ok(Self {
            text: Text::Borrowed(text),
            placeholders,
            sent,
            appendable,
            extractable: appendable.and_then(|()| extract::check(&parts)),
        })
    }

    /// The same template, with text of its own.
    #[cfg(feature = "alloc")]
    #[must_use]
    pub fn into_owned(self) -> RedirectTemplate<'static> {
        RedirectTemplate {
            text: Text::Owned(self.as_str().into()),
            ..self
        }
    }

    /// The template as it was written.
    #[must_use]
    pub const fn as_str(&self) -> &str {
        match &self.text {
            Text::Borrowed(text) => text,
            #[cfg(feature = "alloc")]
            Text::Owned(text) => text,
        }
    }

    /// The fields that have a placeholder.
    #[must_use]
    pub const fn placeholders(&self) -> Fields {
        self.placeholders
    }

    /// The fields that a return made from this template won't carry to a server. A placeholder
    /// in the fragment doesn't count: browsers don't send it.
    ///
    /// A return can still be verified if the caller knows these fields and expects them, apart
    /// from the signature.
    #[must_use]
    pub const fn missing(&self) -> Fields {
        Fields::RETURN.without(self.sent)
    }

    /// Whether a return made from this template can be read back by verification.
    ///
    /// # Errors
    ///
    /// [`Code::InvalidTemplate`](crate::Code::InvalidTemplate) if two placeholders stand in one
    /// path segment or value, if one stands in a parameter's name or beside text that can't be
    /// decoded, or if a template without placeholders holds a standard parameter already.
    pub const fn check_extractable(&self) -> Result<(), Error> {
        self.extractable
    }

    fn parts(&self) -> Parts<'_> {
        Parts::of(self.as_str())
    }
}

/// Where the host ends, or the text if it has none.
fn after_host(text: &str) -> usize {
    let Some((_, rest)) = after_scheme(text) else {
        return text.len();
    };
    let host = find(rest, b"/?#").unwrap_or(rest.len());
    text.len().saturating_sub(rest.len()).saturating_add(host)
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

/// A piece of a template, and the byte at which it starts.
struct Token<'t> {
    at: usize,
    kind: TokenKind<'t>,
}

enum TokenKind<'t> {
    Literal(&'t str),
    Placeholder(Field),
    Fault(PlaceholderFault),
}

/// Cuts a template, or a part of one, into literals and placeholders.
#[derive(Clone)]
struct Tokens<'t> {
    rest: &'t str,
    at: usize,
}

impl<'t> Tokens<'t> {
    const fn of(text: &'t str) -> Self {
        Self { rest: text, at: 0 }
    }

    /// The fields that have a placeholder.
    fn fields(self) -> impl Iterator<Item = Field> {
        self.filter_map(|token| match token.kind {
            TokenKind::Placeholder(field) => Some(field),
            TokenKind::Literal(_) | TokenKind::Fault(_) => None,
        })
    }

    fn take(&mut self, len: usize) -> &'t str {
        let (taken, rest) = self.rest.split_at_checked(len).unwrap_or((self.rest, ""));
        self.rest = rest;
        self.at = self.at.saturating_add(taken.len());
        taken
    }
}

impl<'t> Iterator for Tokens<'t> {
    type Item = Token<'t>;

    fn next(&mut self) -> Option<Self::Item> {
        let at = self.at;
        let kind = match self.rest.bytes().next()? {
            b'{' => match find(self.rest, b"}") {
                Some(end) => {
                    let taken = self.take(end.saturating_add(1));
                    let name = taken.get(1..end).unwrap_or_default();
                    match placeholder(name) {
                        Some(field) => TokenKind::Placeholder(field),
                        None => TokenKind::Fault(PlaceholderFault::Unknown),
                    }
                }
                None => {
                    self.take(self.rest.len());
                    TokenKind::Fault(PlaceholderFault::Unclosed)
                }
            },
            b'}' => {
                self.take(1);
                TokenKind::Fault(PlaceholderFault::Stray)
            }
            _ => {
                let end = find(self.rest, b"{}").unwrap_or(self.rest.len());
                TokenKind::Literal(self.take(end))
            }
        };
        Some(Token { at, kind })
    }
}

fn placeholder(name: &str) -> Option<Field> {
    Fields::RETURN
        .iter()
        .find(|field| field.long_name() == name)
}
