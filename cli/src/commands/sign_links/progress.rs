//! The progress on a terminal.

use std::io::{self, IsTerminal, Write};
use std::time::{Duration, Instant};

use super::streams::Streams;

/// A progress bar on standard error, if that is a terminal and standard output is not.
pub(super) struct Progress<'s> {
    streams: &'s Streams,
    /// The size of standard input, if it is a file.
    size: Option<u64>,
    started: Instant,
    next: Option<Instant>,
    is_there: bool,
}

impl<'s> Progress<'s> {
    pub(super) fn new(streams: &'s Streams, json: bool) -> Self {
        let started = Instant::now();
        let is_shown = !json && io::stderr().is_terminal() && !io::stdout().is_terminal();
        Self {
            streams,
            size: size(),
            started,
            next: is_shown.then_some(started),
            is_there: false,
        }
    }

    pub(super) fn update(&mut self, rows: u64) {
        let now = Instant::now();
        if self.next.is_none_or(|next| now < next) {
            return;
        }
        self.next = Some(now + Duration::from_millis(100));
        self.is_there = true;
        let seconds = (now - self.started).as_secs_f64().max(0.001);
        let rate = rows as f64 / seconds;
        let read = self.streams.bytes_read();
        // A failure to write this can't be reported anywhere.
        let _ = match self.size.filter(|size| read <= *size && *size > 0) {
            Some(size) => {
                let percent = usize::try_from(read * 100 / size).unwrap_or(100);
                let bar = "#".repeat(percent * 30 / 100);
                let left = seconds * (size - read) as f64 / read.max(1) as f64;
                write!(
                    io::stderr(),
                    "\r\x1b[K[{bar:30}] {percent} %, {rows} rows, {rate:.0} per second, {left:.0} s left",
                )
            }
            None => write!(io::stderr(), "\r\x1b[K{rows} rows, {rate:.0} per second"),
        };
    }

    /// Clears the line.
    pub(super) fn clear(&mut self) {
        if self.is_there {
            self.is_there = false;
            let _ = write!(io::stderr(), "\r\x1b[K");
        }
    }
}

/// Returns the size of standard input, if it is a file.
#[cfg(unix)]
fn size() -> Option<u64> {
    use std::fs::File;
    use std::os::fd::AsFd;

    let file = File::from(io::stdin().as_fd().try_clone_to_owned().ok()?);
    let metadata = file.metadata().ok()?;
    metadata.is_file().then_some(metadata.len())
}

#[cfg(not(unix))]
fn size() -> Option<u64> {
    None
}
