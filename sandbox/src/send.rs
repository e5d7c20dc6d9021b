//! Sends a request to a receiver, and reads its answer.

use std::io::{self, Read};
use std::thread;
use std::time::{Duration, Instant};

use ureq::{Agent, SendBody};

use crate::model::{Answer, Attempt};

/// The maximum time to wait for an answer, the same as Visiono's.
const TIMEOUT: Duration = Duration::from_secs(30);
/// The number of bytes of an answer that are kept.
const MOST_BODY: usize = 8 << 10;
/// The number of headers of an answer that are kept.
const MOST_HEADERS: usize = 40;
/// The number of characters of a header that are kept.
const MOST_HEADER: usize = 500;
/// The number of parts of a body that is sent slowly.
const PARTS: usize = 10;

/// A request, independent of the state.
pub(crate) struct Outgoing {
    pub(crate) url: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
    /// The time over which the body is sent.
    pub(crate) slowly: Option<Duration>,
}

/// Returns a client that connects only to the receiver. It uses no proxy from the environment and
/// follows no redirect.
pub(crate) fn agent() -> Agent {
    Agent::config_builder()
        .proxy(None)
        .max_redirects(0)
        .max_redirects_will_error(false)
        .http_status_as_error(false)
        .timeout_global(Some(TIMEOUT))
        .user_agent(concat!(
            "visiono-workflow-sandbox/",
            env!("CARGO_PKG_VERSION")
        ))
        .build()
        .new_agent()
}

/// Sends a request. Blocks until the answer arrives or the time is over.
pub(crate) fn send(agent: &Agent, outgoing: &Outgoing, at: u64) -> Attempt {
    let start = Instant::now();
    let answer = request(agent, outgoing).unwrap_or_else(|error| Answer::Failure {
        error: error.to_string(),
    });
    let milliseconds = start.elapsed().as_millis().try_into().unwrap_or(u64::MAX);
    Attempt {
        at,
        milliseconds,
        answer,
    }
}

fn request(agent: &Agent, outgoing: &Outgoing) -> Result<Answer, ureq::Error> {
    let mut request = agent.post(&outgoing.url);
    for (name, value) in &outgoing.headers {
        request = request.header(name, value);
    }
    let mut response = match outgoing.slowly {
        None => request.send(&outgoing.body[..])?,
        Some(time) => {
            let request = request.header("Content-Length", outgoing.body.len().to_string());
            let mut slow = Slow::new(&outgoing.body, time);
            request.send(SendBody::from_reader(&mut slow))?
        }
    };
    let headers = response.headers().iter().take(MOST_HEADERS);
    let headers = headers.map(|(name, value)| {
        let value: String = String::from_utf8_lossy(value.as_bytes())
            .chars()
            .take(MOST_HEADER)
            .collect();
        (name.to_string(), value)
    });
    let headers = headers.collect();
    let status = response.status().as_u16();
    let mut body = Vec::new();
    let mut reader = response.body_mut().as_reader();
    // The status is enough: a truncated body doesn't change it.
    let _ = reader
        .by_ref()
        .take(MOST_BODY as u64)
        .read_to_end(&mut body);
    // A connection is reused if its answer was read to the end.
    let _ = io::copy(&mut reader.take(MOST_BODY as u64), &mut io::sink());
    let body = String::from_utf8_lossy(&body).into_owned();
    Ok(Answer::Response {
        status,
        headers,
        body,
    })
}

/// A reader of a body in parts, with pauses between them.
struct Slow<'b> {
    rest: &'b [u8],
    part: usize,
    pause: Duration,
}

impl<'b> Slow<'b> {
    fn new(body: &'b [u8], time: Duration) -> Self {
        Self {
            rest: body,
            part: body.len().div_ceil(PARTS).max(1),
            pause: time / u32::try_from(PARTS).unwrap_or(1),
        }
    }
}

impl Read for Slow<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.rest.is_empty() {
            return Ok(0);
        }
        thread::sleep(self.pause);
        let (part, rest) = self
            .rest
            .split_at(self.part.min(self.rest.len()).min(buffer.len()));
        buffer[..part.len()].copy_from_slice(part);
        self.rest = rest;
        Ok(part.len())
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    #[test]
    fn the_timeout_is_that_of_the_service() {
        let agent = super::agent();
        let global = agent.config().timeouts().global;
        assert_eq!(global, Some(Duration::from_secs(30)));
    }
}
