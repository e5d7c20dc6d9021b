//! Extracting, the inverse of expanding: where the template has placeholders, a received URL has
//! the fields of a return.

use crate::error::{Error, PlaceholderFault};
use crate::percent::Form;
use crate::query::{Input, Parameters, Pieces};
use crate::template::{RedirectTemplate, TokenKind, Tokens};
use crate::url::{Parts, cut, find};
use crate::value::Value;
use crate::wire::{Field, Message};

/// How many parameters of a query are read ahead: those of a return, and as many again.
const AHEAD: usize = 12;

/// A path segment or a parameter's value that holds one placeholder.
struct Pattern<'t> {
    before: &'t str,
    field: Field,
    after: &'t str,
}

impl<'t> Pattern<'t> {
    /// Reads a segment or value; `None` if no placeholder stands in it.
    fn of(text: &'t str) -> Option<Self> {
        let (before, rest) = cut(text, b'{')?;
        let (_, after) = cut(rest, b'}')?;
        let field = Tokens::of(text).fields().next()?;
        Some(Self {
            before,
            field,
            after,
        })
    }

    /// What stands where the placeholder is, in a path segment or value of this form.
    fn find<'a>(&self, value: Value<'a>, form: Form) -> Option<Value<'a>> {
        value.between(self.before, self.after, form)
    }
}

/// Checks that every placeholder before the fragment can be read back.
pub(super) fn check(parts: &Parts<'_>) -> Result<(), Error> {
    // Both are cut from the text at the same place, so the lengths tell where the query starts.
    let base = match parts.query {
        Some(query) => parts.sent.len().saturating_sub(query.len()),
        None => parts.sent.len(),
    };
    for token in Tokens::of(parts.sent) {
        if matches!(token.kind, TokenKind::Placeholder(_))
            && let Err(fault) = check_placeholder(parts.sent, base, token.at)
        {
            return Err(Error::placeholder(fault, token.at));
        }
    }
    Ok(())
}

/// Checks the placeholder that starts at a byte of the text, whose query starts at `base`.
fn check_placeholder(text: &str, base: usize, at: usize) -> Result<(), PlaceholderFault> {
    let (head, tail) = text.split_at_checked(at).unwrap_or((text, ""));
    let tail = cut(tail, b'}').map_or("", |(_, tail)| tail);
    let (before, after, form) = match head.get(base..) {
        Some(query) => {
            let piece = after_last(query, b'&');
            let (name, before) = cut(piece, b'=').ok_or(PlaceholderFault::InName)?;
            if find(name, b"{").is_some() {
                return Err(PlaceholderFault::InName);
            }
            if !Value::new(name, Form::Query).is_decodable() {
                return Err(PlaceholderFault::Literal);
            }
            (before, tail.split(['&']).next(), Form::Query)
        }
        None => {
            let before = after_last(head, b'/');
            (before, tail.split(['/', '?']).next(), Form::Path)
        }
    };
    if find(before, b"{").is_some() {
        return Err(PlaceholderFault::Two);
    }
    // A literal between two placeholders is looked at with the first, and then they are refused.
    let after = after.unwrap_or_default().split(['{']).next();
    let literals = [before, after.unwrap_or_default()];
    if literals
        .iter()
        .all(|literal| Value::new(literal, form).is_decodable())
    {
        Ok(())
    } else {
        Err(PlaceholderFault::Literal)
    }
}

/// What stands after the last such ASCII character, or all of the text.
fn after_last(text: &str, byte: u8) -> &str {
    let passed = text.bytes().rposition(|other| other == byte);
    let start = passed.map_or(0, |at| at.saturating_add(1));
    text.get(start..).unwrap_or_default()
}

impl RedirectTemplate<'_> {
    /// Reads a return from where the placeholders stand.
    pub(crate) fn extract<'a>(&self, input: &Input<'a>) -> Result<Parameters<'a>, Error> {
        self.check_extractable()?;
        if self.placeholders.is_empty() {
            return Ok(Parameters::read(input, Message::Return));
        }
        let parts = self.parts();
        let mut parameters = Parameters::NONE;
        if let Some(path) = input.path()
            && same_path(parts.path, path)
        {
            for (segment, raw) in parts.path.split(['/']).zip(path.split(['/'])) {
                if let Some(pattern) = Pattern::of(segment) {
                    let raw = Value::new(raw, Form::Path);
                    parameters.add(pattern.field, pattern.find(raw, Form::Path));
                }
            }
        }
        // Read once, for as many as fit. More are foreign ones for the most part.
        let mut rest = input.parameters();
        let mut first = [(Value::EMPTY, Value::EMPTY); AHEAD];
        let mut count = 0_usize;
        for (place, parameter) in first.iter_mut().zip(&mut rest) {
            *place = parameter;
            count = count.saturating_add(1);
        }
        for (wanted, text) in Pieces::of(parts.query.unwrap_or("")) {
            let Some(pattern) = Pattern::of(text) else {
                continue;
            };
            let wanted = Value::new(wanted, Form::Query);
            let mut seen = false;
            for (name, value) in first.iter().copied().take(count).chain(rest.clone()) {
                if name != wanted {
                    continue;
                }
                if seen {
                    parameters.duplicates = parameters.duplicates.with(pattern.field);
                }
                seen = true;
                parameters.add(pattern.field, pattern.find(value, Form::Query));
            }
        }
        Ok(parameters)
    }
}

/// Whether a path is one that the template makes: as many segments, and the same literals.
fn same_path(template: &str, path: &str) -> bool {
    template.split(['/']).count() == path.split(['/']).count()
        && template
            .split(['/'])
            .zip(path.split(['/']))
            .all(|(segment, raw)| match Pattern::of(segment) {
                Some(pattern) => pattern
                    .find(Value::new(raw, Form::Path), Form::Path)
                    .is_some(),
                None => Value::new(segment, Form::Path) == Value::new(raw, Form::Path),
            })
}
