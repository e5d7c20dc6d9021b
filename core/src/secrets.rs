//! The secrets that an object holds: one, or several for rotation.

use crate::code::Code;
use crate::error::{Error, Subject};

/// One secret or several, each with the position at which it was passed. The first one signs.
#[derive(Clone)]
pub(crate) struct Secrets<S> {
    first: S,
    others: Others<S>,
}

/// The secrets after the first one, on the heap.
#[cfg(feature = "alloc")]
type Others<S> = alloc::vec::Vec<(usize, S)>;
/// The secrets after the first one, for which there is little room without an allocator.
#[cfg(not(feature = "alloc"))]
type Others<S> = [Option<(usize, S)>; 3];

const NO_SECRET: Error = Error::new(
    Code::InvalidSecret,
    "no secret was given: pass at least one",
);
const ABSENT: Error = Error::new(
    Code::InvalidSecret,
    "is absent: set the variable or setting that it comes from",
)
.starting(Subject::Secret);

impl<S: Clone> Secrets<S> {
    /// Takes secrets that are keyed already.
    pub(crate) fn new(secrets: impl IntoIterator<Item = S>) -> Result<Self, Error> {
        let mut secrets = secrets.into_iter();
        let mut held = Self::with_first(secrets.next().ok_or(NO_SECRET)?);
        for (index, secret) in (1..).zip(secrets) {
            held.put(index, secret)?;
        }
        Ok(held)
    }

    /// Takes secrets or their errors, each at its position. An absent one after the first is
    /// skipped.
    pub(crate) fn from_results(
        secrets: impl IntoIterator<Item = Option<Result<S, Error>>>,
    ) -> Result<Self, Error> {
        let mut secrets = secrets.into_iter();
        let first = secrets.next().ok_or(NO_SECRET)?;
        let mut held = Self::with_first(first.unwrap_or(Err(ABSENT)).map_err(|error| {
            // Alone it has no position.
            match secrets.next() {
                Some(_) => error.starting(Subject::SecretAt),
                None => error,
            }
        })?);
        for (index, secret) in (1..).zip(secrets) {
            let Some(secret) = secret else { continue };
            let secret = secret
                .map_err(|error| error.starting(Subject::SecretAt).with_number(index as u64))?;
            held.put(index, secret)?;
        }
        Ok(held)
    }

    fn with_first(first: S) -> Self {
        Self {
            first,
            others: Others::default(),
        }
    }

    fn put(&mut self, index: usize, secret: S) -> Result<(), Error> {
        #[cfg(feature = "alloc")]
        {
            // Growing in place would free a block whose secrets nobody wiped.
            let mut larger = Others::with_capacity(self.others.len().saturating_add(1));
            larger.extend_from_slice(&self.others);
            larger.push((index, secret));
            self.others = larger;
        }
        #[cfg(not(feature = "alloc"))]
        {
            let slot = self.others.iter_mut().find(|slot| slot.is_none());
            let full = "more than 4 secrets need the feature alloc: pass fewer";
            *slot.ok_or(Error::invalid_argument(full))? = Some((index, secret));
        }
        Ok(())
    }

    /// Returns the secret that signs.
    pub(crate) const fn first(&self) -> &S {
        &self.first
    }

    /// Returns the secrets with their positions, from 0.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (usize, &S)> {
        let others = self.others.iter();
        #[cfg(not(feature = "alloc"))]
        let others = others.flatten();
        core::iter::once((0, &self.first)).chain(others.map(|(index, secret)| (*index, secret)))
    }
}

#[cfg(all(test, not(feature = "alloc")))]
mod tests {
    extern crate std;

    use std::string::ToString;

    use super::Secrets;
    use crate::{Code, Webhook, Workflow, WorkflowSecret};

    const TEXTS: [&str; 5] = [
        "0123456789abcdef0",
        "0123456789abcdef1",
        "0123456789abcdef2",
        "0123456789abcdef3",
        "0123456789abcdef4",
    ];

    #[test]
    fn four_secrets_fit_without_an_allocator_and_a_fifth_is_refused() {
        let some = |count: usize| TEXTS.into_iter().take(count).map(Some);
        for count in 1..=4 {
            assert!(Workflow::from_texts(some(count)).is_ok());
            assert!(Webhook::from_texts(some(count)).is_ok());
        }
        let keyed = TEXTS.map(WorkflowSecret::new).map(Result::ok);
        for error in [
            Workflow::from_texts(some(5)).map(|_| ()),
            Webhook::from_texts(some(5)).map(|_| ()),
            Workflow::new(keyed.into_iter().flatten()).map(|_| ()),
        ] {
            let error = error.err();
            assert_eq!(error.map(|error| error.code()), Some(Code::InvalidArgument));
            assert_eq!(
                error.map(|error| error.to_string()).as_deref(),
                Some("more than 4 secrets need the feature alloc: pass fewer"),
            );
        }
    }

    #[test]
    fn absent_secrets_keep_their_positions_without_an_allocator() {
        let results = [Some(Ok('a')), None, None, Some(Ok('d'))];
        let held = Secrets::from_results(results);
        assert!(held.is_ok_and(|held| held.iter().eq([(0, &'a'), (3, &'d')])));
    }
}
