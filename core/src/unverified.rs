//! The texts of a message's fields **without a verdict**: nothing is checked, and nothing may be
//! trusted.
//!
//! It exists for one purpose: to explain to a developer why a signature is wrong. An application
//! that reads a message with it accepts whatever a stranger wrote. Use
//! [`Workflow::verify_link`](crate::Workflow::verify_link) and
//! [`Workflow::verify_return`](crate::Workflow::verify_return).

use core::fmt;

use crate::input::Input;
use crate::parameters::{Found, Parameters};
use crate::template::RedirectTemplate;
use crate::wire::{Field, Message};

/// The field texts of a message that was **not verified**.
///
/// # Examples
///
/// ```
/// use visiono_workflow::{Field, unverified::Unverified};
///
/// let fields = Unverified::link("/s/a?uv=A%20B&ref=1");
/// assert!(fields.bytes(Field::UniqueValue).unwrap().eq(*b"A B"));
/// assert!(fields.bytes(Field::Source).is_none());
/// ```
pub struct Unverified<'a>(Parameters<'a>);

impl<'a> Unverified<'a> {
    /// Reads a link by its standard parameters, and verifies nothing.
    #[must_use]
    pub fn link(input: impl Into<Input<'a>>) -> Self {
        let mut parameters = Parameters::NONE;
        parameters.read(&input.into(), Message::Link);
        Self(parameters)
    }

    /// Reads a return by its template or its standard parameters, and verifies nothing.
    #[must_use]
    pub fn returned(input: impl Into<Input<'a>>, template: Option<&RedirectTemplate<'_>>) -> Self {
        let input = input.into();
        let mut parameters = Parameters::NONE;
        match template {
            Some(template) if template.check_extractable().is_ok() => {
                template.extract(&input, &mut parameters);
            }
            Some(_) | None => parameters.read(&input, Message::Return),
        }
        Self(parameters)
    }

    /// Returns the decoded bytes of a field, in which a broken escape stands for itself. Of a field
    /// that is there twice it is the first.
    #[must_use]
    pub fn bytes(&self, field: Field) -> Option<impl Iterator<Item = u8> + Clone + use<'a>> {
        match self.0.get(field) {
            Found::Value(text) => Some(text.bytes()),
            Found::Nothing | Found::Flawed(_) => None,
        }
    }

    /// Returns the bytes of a field as they arrived.
    #[must_use]
    pub fn raw(&self, field: Field) -> Option<&'a [u8]> {
        match self.0.get(field) {
            Found::Value(text) => Some(text.raw()),
            Found::Nothing | Found::Flawed(_) => None,
        }
    }

    /// Returns `true` if the redirect template cannot have made this URL.
    #[must_use]
    pub const fn is_foreign(&self) -> bool {
        self.0.is_foreign
    }
}

impl fmt::Debug for Unverified<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Unverified").finish_non_exhaustive()
    }
}
