//! The secrets that an object holds: one, or several for rotation.

use crate::code::Code;
use crate::error::{Error, Subject};

/// The number of secrets that fit without an allocator.
const INLINE: usize = 4;

/// One secret or several, each at the position at which it was passed. The first one signs.
#[derive(Clone)]
pub(crate) struct Secrets<S> {
    first: S,
    others: [Option<S>; INLINE - 1],
    #[cfg(feature = "alloc")]
    more: alloc::vec::Vec<Option<S>>,
}

const NO_SECRET: Error = Error::new(
    Code::InvalidSecret,
    "no secret was given: pass at least one",
);
const ABSENT: Error = Error::new(
    Code::InvalidSecret,
    "is absent: set the variable or setting that it comes from",
)
.starting(Subject::Secret);

impl<S> Secrets<S> {
    /// Takes secrets that are keyed already.
    pub(crate) fn new(secrets: impl IntoIterator<Item = S>) -> Result<Self, Error> {
        let mut secrets = secrets.into_iter();
        let mut held = Self::with_first(secrets.next().ok_or(NO_SECRET)?);
        held.reserve(secrets.size_hint().0);
        for (index, secret) in (1..).zip(secrets) {
            held.put(index, Some(secret))?;
        }
        Ok(held)
    }

    /// Takes secrets with the errors of those that are none, each at its position. An absent one
    /// after the first is skipped.
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
            let secret = secret
                .transpose()
                .map_err(|error| error.starting(Subject::SecretAt).with_number(index as u64))?;
            held.put(index, secret)?;
        }
        Ok(held)
    }

    fn with_first(first: S) -> Self {
        Self {
            first,
            others: [const { None }; INLINE - 1],
            #[cfg(feature = "alloc")]
            more: alloc::vec::Vec::new(),
        }
    }

    /// Makes room for so many secrets after the first: growing later would leave copies behind
    /// that nobody wipes.
    fn reserve(&mut self, others: usize) {
        #[cfg(feature = "alloc")]
        self.more
            .reserve_exact(others.saturating_sub(self.others.len()));
        #[cfg(not(feature = "alloc"))]
        let _ = others;
    }

    fn put(&mut self, index: usize, secret: Option<S>) -> Result<(), Error> {
        if let Some(slot) = self.others.get_mut(index.wrapping_sub(1)) {
            *slot = secret;
            return Ok(());
        }
        #[cfg(feature = "alloc")]
        {
            self.more.push(secret);
            Ok(())
        }
        #[cfg(not(feature = "alloc"))]
        Err(Error::invalid_argument(
            "more than 4 secrets need the feature alloc: pass fewer",
        ))
    }

    /// Returns the secret that signs.
    pub(crate) const fn first(&self) -> &S {
        &self.first
    }

    /// Returns every secret with its position.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (usize, &S)> {
        #[cfg(feature = "alloc")]
        let more = self.more.as_slice();
        #[cfg(not(feature = "alloc"))]
        let more: &[Option<S>] = &[];
        let others = self.others.iter().chain(more).map(Option::as_ref);
        core::iter::once(Some(&self.first))
            .chain(others)
            .enumerate()
            .filter_map(|(index, secret)| secret.map(|secret| (index, secret)))
    }
}
