//! Standard input and output. The output is flushed before a read that may block.

use std::cell::{Cell, RefCell};
use std::io::{self, BufWriter, ErrorKind, Read, StdinLock, StdoutLock, Write};

use crate::failure::Failure;

/// The maximum length of a row, many times a URL's.
const MAX_ROW: usize = 1 << 20;
/// The number of bytes that are read and written at once.
pub(super) const BUFFER: usize = 64 << 10;

/// The reason to stop before the end.
pub(super) enum Stop {
    /// The reader of the output has closed it.
    Closed,
    Failed(Failure),
}

impl From<Failure> for Stop {
    fn from(failure: Failure) -> Self {
        Self::Failed(failure)
    }
}

/// The streams of a run.
pub(super) struct Streams {
    output: RefCell<BufWriter<StdoutLock<'static>>>,
    /// An error of the output that occurred during a read.
    failed: Cell<Option<io::Error>>,
    /// The number of bytes that were read.
    read: Cell<u64>,
    /// The number of bytes that the row may still have.
    left: Cell<usize>,
}

impl Streams {
    pub(super) fn new() -> Self {
        Self {
            output: RefCell::new(BufWriter::with_capacity(BUFFER, io::stdout().lock())),
            failed: Cell::new(None),
            read: Cell::new(0),
            left: Cell::new(MAX_ROW),
        }
    }

    pub(super) fn input(&self) -> Input<'_> {
        let source = io::stdin().lock();
        Input {
            streams: self,
            source,
        }
    }

    /// Resets the limit for the next row.
    pub(super) fn start_row(&self) {
        self.left.set(MAX_ROW);
    }

    pub(super) fn bytes_read(&self) -> u64 {
        self.read.get()
    }

    /// Flushes the buffer.
    pub(super) fn finish(&self) -> Result<(), Stop> {
        self.output.borrow_mut().flush().map_err(unwritten)
    }

    /// Writes bytes of a row.
    pub(super) fn write(&self, bytes: &[u8]) -> Result<(), Stop> {
        self.output.borrow_mut().write_all(bytes).map_err(unwritten)
    }

    /// Returns the reason why a read failed.
    pub(super) fn unread(&self, error: &io::Error) -> Stop {
        match self.failed.take() {
            Some(error) => unwritten(error),
            None => Failure::argument(format!("standard input can't be read: {error}")).into(),
        }
    }
}

#[expect(clippy::needless_pass_by_value, reason = "it is for `map_err`")]
fn unwritten(error: io::Error) -> Stop {
    match error.kind() {
        ErrorKind::BrokenPipe => Stop::Closed,
        _ => Failure::argument(format!("standard output can't be written: {error}")).into(),
    }
}

/// Standard input, limited to the length of a row.
pub(super) struct Input<'s> {
    streams: &'s Streams,
    source: StdinLock<'static>,
}

impl Read for Input<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let streams = self.streams;
        if streams.left.get() == 0 {
            let what = "a row has more than 1 MiB: is a quote or a line left open?";
            return Err(io::Error::new(ErrorKind::FileTooLarge, what));
        }
        // The next row may arrive much later.
        if let Err(error) = streams.output.borrow_mut().flush() {
            streams.failed.set(Some(error));
            return Err(ErrorKind::Other.into());
        }
        let len = self.source.read(buffer)?;
        streams.left.set(streams.left.get().saturating_sub(len));
        streams.read.set(streams.read.get() + len as u64);
        Ok(len)
    }
}
