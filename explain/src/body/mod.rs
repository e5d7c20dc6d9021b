//! The body of a webhook: the inverse search from the received body to the signed one.

use core::ops::ControlFlow;

use crate::change::{Change, Sink, Texts};

/// A body as it arrived, and what else some schemes sign.
pub(crate) struct Body<'a> {
    pub(crate) bytes: &'a [u8],
    /// The headers, as they arrived.
    pub(crate) headers: &'a [(&'a [u8], &'a [u8])],
    /// The URL to which it was sent, if it is known.
    pub(crate) endpoint: Option<&'a [u8]>,
}

impl Body<'_> {
    /// Returns what looks like a mistake, for a body whose signature nothing explains.
    pub(crate) fn hints(&self) -> Vec<Change> {
        let _ = (self.headers, self.endpoint);
        Vec::new()
    }
}

impl Texts for Body<'_> {
    fn emit(&self, changes: usize, sink: Sink<'_>) -> ControlFlow<()> {
        if changes == 0 {
            return sink(self.bytes, &[]);
        }
        ControlFlow::Continue(())
    }

    fn count(&self, changes: usize) -> u64 {
        u64::from(changes == 0)
    }
}
