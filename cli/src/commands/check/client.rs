//! An HTTP client that writes a request exactly as given, and reads only as much of the answer as
//! it needs.
//!
//! A client for applications would refuse to send a header twice, an invalid path, or a slow body.

use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpStream, ToSocketAddrs};
use std::thread;
use std::time::{Duration, Instant};

use httparse::{Header, Status};

use crate::receiver::{Receiver, TIMEOUT};

/// The number of bytes of an answer that are read.
const MAX_ANSWER: usize = 256 << 10;
/// The number of parts of a slow body, and the pause before each.
const PARTS: usize = 4;
const PAUSE: Duration = Duration::from_millis(400);

/// A request to a receiver, without the headers that every request has.
#[derive(Clone, Default)]
pub(super) struct Request {
    pub(super) method: &'static str,
    /// The path and the query, as they are sent.
    pub(super) target: String,
    pub(super) headers: Vec<(&'static str, Vec<u8>)>,
    pub(super) body: Vec<u8>,
    pub(super) pace: Pace,
}

/// The way to send a body.
#[derive(Clone, Copy, Default, PartialEq)]
pub(super) enum Pace {
    #[default]
    Whole,
    /// In parts, with a pause before each.
    Slow,
    /// The first half; then the connection is closed.
    Broken,
}

/// The answer of a receiver.
#[derive(Clone)]
pub(super) struct Answer {
    /// The status, or the reason why there is no answer.
    pub(super) status: Result<u16, String>,
    pub(super) location: Option<String>,
    /// The names and values of the cookies.
    pub(super) cookies: Vec<(String, String)>,
    /// The start of the body.
    pub(super) text: String,
    pub(super) took: Duration,
}

impl Answer {
    /// Returns the placeholder for a missing answer.
    pub(super) fn none(why: String) -> Self {
        Self {
            status: Err(why),
            location: None,
            cookies: Vec::new(),
            text: String::new(),
            took: Duration::ZERO,
        }
    }
}

impl Request {
    /// Sends the request on a new connection.
    pub(super) fn send(&self, receiver: &Receiver) -> Answer {
        let start = Instant::now();
        let answer = connect(receiver).and_then(|stream| {
            thread::scope(|scope| {
                // A receiver may answer before it has read a body that is too large.
                scope.spawn(|| self.write(&stream, receiver));
                let answer = read(&stream, start + TIMEOUT);
                // Stops the writer. The other side may already have closed the connection.
                let _ = stream.shutdown(Shutdown::Both);
                answer
            })
        });
        let mut answer = answer.unwrap_or_else(|error| Answer::none(error.to_string()));
        answer.took = start.elapsed();
        answer
    }

    /// Writes the request. A failure shows in the answer, or as a missing answer.
    fn write(&self, mut stream: &TcpStream, receiver: &Receiver) {
        let _ = stream.write_all(&self.head(receiver)).and_then(|()| {
            let part = self.body.len().div_ceil(PARTS).max(1);
            match self.pace {
                Pace::Whole => stream.write_all(&self.body),
                Pace::Slow => self.body.chunks(part).try_for_each(|part| {
                    thread::sleep(PAUSE);
                    stream.write_all(part)
                }),
                Pace::Broken => {
                    let half = self.body.len() / 2;
                    stream.write_all(self.body.get(..half).unwrap_or_default())?;
                    stream.shutdown(Shutdown::Both)
                }
            }
        });
    }

    fn head(&self, receiver: &Receiver) -> Vec<u8> {
        let Self { method, target, .. } = self;
        let authority = &receiver.authority;
        let program = concat!("visiono-workflow/", env!("CARGO_PKG_VERSION"));
        let mut head = format!(
            "{method} {target} HTTP/1.1\r\nHost: {authority}\r\nUser-Agent: {program}\r\n\
             Accept: */*\r\nConnection: close\r\n"
        )
        .into_bytes();
        if !self.body.is_empty() || *method == "POST" {
            head.extend(format!("Content-Length: {}\r\n", self.body.len()).bytes());
        }
        for (name, value) in &self.headers {
            head.extend([name.as_bytes(), b": ", value, b"\r\n"].concat());
        }
        head.extend(b"\r\n");
        head
    }
}

/// Connects to the first address of the receiver that accepts.
pub(super) fn connect(receiver: &Receiver) -> io::Result<TcpStream> {
    let mut failure = io::Error::new(io::ErrorKind::NotFound, "the host has no address");
    for address in (receiver.host.as_str(), receiver.port).to_socket_addrs()? {
        match TcpStream::connect_timeout(&address, TIMEOUT) {
            Ok(stream) => {
                stream.set_write_timeout(Some(TIMEOUT))?;
                stream.set_nodelay(true)?;
                return Ok(stream);
            }
            Err(error) => failure = error,
        }
    }
    Err(failure)
}

/// Reads until the answer is complete, the connection is closed, or the limit is reached.
fn read(mut stream: &TcpStream, deadline: Instant) -> io::Result<Answer> {
    let mut bytes = Vec::new();
    let mut buffer = [0; 8192];
    loop {
        let rest = deadline.saturating_duration_since(Instant::now());
        // A timeout of zero would mean no timeout.
        stream.set_read_timeout(Some(rest.max(Duration::from_millis(1))))?;
        let count = match stream.read(&mut buffer) {
            Ok(count) => count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            // The status is enough, even if the rest is missing.
            Err(error) => return parse(&bytes, true)?.ok_or_else(|| late(error)),
        };
        bytes.extend(buffer.iter().take(count));
        let is_end = count == 0 || bytes.len() >= MAX_ANSWER;
        if let Some(answer) = parse(&bytes, is_end)? {
            return Ok(answer);
        }
        if is_end {
            let what = "the connection was closed without an answer";
            return Err(io::Error::new(io::ErrorKind::UnexpectedEof, what));
        }
    }
}

fn late(error: io::Error) -> io::Error {
    match error.kind() {
        io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut => {
            io::Error::new(io::ErrorKind::TimedOut, "there was no answer within 30 s")
        }
        _ => error,
    }
}

/// Parses the answer. Returns `None` if it is incomplete.
fn parse(bytes: &[u8], is_end: bool) -> io::Result<Option<Answer>> {
    let mut headers = [httparse::EMPTY_HEADER; 128];
    let mut response = httparse::Response::new(&mut headers);
    let unreadable = |error| io::Error::new(io::ErrorKind::InvalidData, format!("{error}"));
    let Status::Complete(length) = response.parse(bytes).map_err(unreadable)? else {
        return Ok(None);
    };
    let body = bytes.get(length..).unwrap_or_default();
    let status = response.code.unwrap_or_default();
    // `100 Continue` and similar answers precede the final one.
    if (100..200).contains(&status) {
        return parse(body, is_end);
    }
    let headers = &*response.headers;
    let is_chunked = value(headers, "transfer-encoding").is_some();
    let wanted = value(headers, "content-length").and_then(|length| length.parse().ok());
    let (body, is_whole) = match (is_chunked, wanted) {
        _ if matches!(status, 204 | 304) => (Vec::new(), true),
        (true, _) => unchunked(body),
        (false, Some(wanted)) => (body.to_vec(), body.len() >= wanted),
        (false, None) => (body.to_vec(), false),
    };
    if !is_whole && !is_end {
        return Ok(None);
    }
    Ok(Some(Answer {
        status: Ok(status),
        location: value(headers, "location"),
        cookies: values(headers, "set-cookie")
            .filter_map(|header| cookie(&header))
            .collect(),
        text: String::from_utf8_lossy(&body).into_owned(),
        took: Duration::ZERO,
    }))
}

fn values<'h>(headers: &'h [Header<'_>], name: &'h str) -> impl Iterator<Item = String> {
    let found = headers
        .iter()
        .filter(|header| header.name.eq_ignore_ascii_case(name));
    found.map(|header| String::from_utf8_lossy(header.value).into_owned())
}

fn value(headers: &[Header<'_>], name: &str) -> Option<String> {
    values(headers, name).next()
}

fn cookie(header: &str) -> Option<(String, String)> {
    let (name, value) = header.split(';').next()?.split_once('=')?;
    Some((name.trim().to_owned(), value.trim().to_owned()))
}

/// Returns the content of the chunks so far, and `true` if they are complete.
fn unchunked(mut bytes: &[u8]) -> (Vec<u8>, bool) {
    let mut content = Vec::new();
    while let Ok(Status::Complete((start, size))) = httparse::parse_chunk_size(bytes) {
        let size = usize::try_from(size).unwrap_or(usize::MAX);
        let chunk = bytes.get(start..).unwrap_or_default();
        content.extend(chunk.iter().take(size));
        if size == 0 {
            return (content, true);
        }
        // Each chunk is followed by a line ending.
        bytes = chunk.get(size.saturating_add(2)..).unwrap_or_default();
    }
    (content, false)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str, is_end: bool) -> Option<(u16, String)> {
        let answer = parse(text.as_bytes(), is_end).expect("an answer")?;
        Some((answer.status.expect("a status"), answer.text))
    }

    #[test]
    fn an_answer_ends_at_its_content_length() {
        let head = "HTTP/1.1 401 Unauthorized\r\nContent-Length: 2\r\n\r\n";
        for (text, is_end, wanted) in [
            ("HTTP/1.1 401", false, None),
            (head, false, None),
            (&format!("{head}o"), false, None),
            (&format!("{head}ok"), false, Some((401, "ok"))),
            // The status is enough.
            (&format!("{head}o"), true, Some((401, "o"))),
            ("HTTP/1.1 204 No Content\r\n\r\n", false, Some((204, ""))),
            ("HTTP/1.1 200 OK\r\n\r\nok", false, None),
            ("HTTP/1.1 200 OK\r\n\r\nok", true, Some((200, "ok"))),
            (
                "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 413 No\r\ncontent-length: 0\r\n\r\n",
                false,
                Some((413, "")),
            ),
        ] {
            let wanted = wanted.map(|(status, text)| (status, text.to_owned()));
            assert_eq!(read(text, is_end), wanted, "{text}");
        }
        assert!(parse(b"nonsense", true).is_err());
    }

    #[test]
    fn chunks_are_joined() {
        let text = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n3\r\nay!\r\n";
        assert_eq!(read(text, false), None);
        let whole = format!("{text}0\r\n\r\n");
        assert_eq!(read(&whole, false), Some((200, "okay!".into())));
        for broken in ["fffffffffffffffff\r\n", "ffffffffffffffff\r\nx", "x\r\n"] {
            let text = format!("{text}{broken}");
            assert_eq!(read(&text, false), None);
        }
    }
}
