//! Reads files and standard input, up to a limit, and random bytes.

use std::borrow::Cow;
use std::ffi::OsStr;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use visiono_workflow::MAX_WEBHOOK_BODY;

use crate::failure::Failure;

/// The maximum length of a message on standard input, many times a server's limit.
const MAX_MESSAGE: usize = 16 << 20;

/// Returns the bytes of a message: the argument itself, or standard input for `-`.
pub(crate) fn message(argument: &OsStr) -> Result<Cow<'_, [u8]>, Failure> {
    if argument != "-" {
        return Ok(argument.as_encoded_bytes().into());
    }
    let mut bytes = Vec::new();
    read(io::stdin().lock(), MAX_MESSAGE, &mut bytes).map_err(|error| unreadable(&error))?;
    bytes.truncate(without_newline(&bytes).len());
    Ok(bytes.into())
}

/// Returns the body of a webhook from standard input, up to one byte more than the core's limit, so
/// that the core reports a body that is too large.
pub(crate) fn body() -> Result<Vec<u8>, Failure> {
    body_from(io::stdin().lock()).map_err(|error| unreadable(&error))
}

/// Returns the body of a webhook from a file, or from standard input for `-`.
pub(crate) fn body_of(path: &Path) -> Result<Vec<u8>, Failure> {
    if path.as_os_str() == "-" {
        return body();
    }
    File::open(path).and_then(body_from).map_err(|error| {
        let how = "pass the path of a file with the raw body, or - for standard input";
        Failure::argument(format!("the body can't be read: {error}: {how}"))
    })
}

fn body_from(source: impl Read) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    at_most(source, MAX_WEBHOOK_BODY + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn unreadable(error: &io::Error) -> Failure {
    Failure::argument(format!("standard input can't be read: {error}"))
}

/// Fills a buffer with random bytes from the system.
pub(crate) fn random(bytes: &mut [u8]) -> Result<(), Failure> {
    getrandom::fill(bytes)
        .map_err(|error| Failure::argument(format!("the system has no random bytes: {error}")))
}

/// Returns a random ID of 16 digits.
pub(crate) fn random_id() -> Result<String, Failure> {
    let mut id = [0; 8];
    random(&mut id)?;
    Ok(hex::encode(id))
}

/// Strips one final newline.
pub(crate) fn without_newline(text: &[u8]) -> &[u8] {
    match text.strip_suffix(b"\n") {
        Some(line) => line.strip_suffix(b"\r").unwrap_or(line),
        None => text,
    }
}

/// Reads to the end. Fails after `max` bytes.
pub(crate) fn read(source: impl Read, max: usize, bytes: &mut Vec<u8>) -> io::Result<()> {
    at_most(source, max + 1).read_to_end(bytes)?;
    if bytes.len() > max {
        let what = format!("it has more than {max} bytes");
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, what));
    }
    Ok(())
}

fn at_most<R: Read>(source: R, bytes: usize) -> io::Take<R> {
    source.take(u64::try_from(bytes).unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use super::read;

    #[test]
    fn reading_stops_at_the_limit() {
        let mut bytes = Vec::new();
        read(&b"four"[..], 4, &mut bytes).expect("four bytes");
        assert_eq!(bytes, b"four");
        assert!(read(&b"fives"[..], 4, &mut Vec::new()).is_err());
    }
}
