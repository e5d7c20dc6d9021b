//! A receiver of webhooks on a port of this machine, with answers that the test chooses.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{self, Receiver as Requests};
use std::thread;

use visiono_workflow::{Webhook, WebhookHeaders, WebhookSecret, unix_time};

/// A request as it arrived.
#[derive(Debug)]
pub(crate) struct Request {
    /// The request line, such as `POST /webhook HTTP/1.1`.
    pub(crate) line: String,
    /// The names and values.
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Request {
    /// Returns the value of a header that occurs once.
    pub(crate) fn header(&self, name: &str) -> &str {
        let mut found = self
            .headers
            .iter()
            .filter(|(other, _)| other.eq_ignore_ascii_case(name));
        let (Some((_, value)), None) = (found.next(), found.next()) else {
            panic!("{name} is not there once: {self:?}");
        };
        value
    }

    pub(crate) fn headers(&self) -> WebhookHeaders<'_> {
        let headers = self.headers.iter();
        headers
            .map(|(name, value)| (name, value.as_str()))
            .collect()
    }

    /// Returns the request, or `None` if the connection was closed before its end.
    fn read(stream: &TcpStream) -> Option<Self> {
        let mut stream = BufReader::new(stream);
        let mut line = || {
            let mut line = String::new();
            stream.read_line(&mut line).expect("a line");
            line.trim_end_matches("\r\n").to_owned()
        };
        let first = line();
        if first.is_empty() {
            return None;
        }
        let mut request = Self {
            line: first,
            headers: Vec::new(),
            body: Vec::new(),
        };
        loop {
            let line = line();
            let Some((name, value)) = line.split_once(": ") else {
                break;
            };
            request.headers.push((name.to_owned(), value.to_owned()));
        }
        let length = request.header("content-length").parse().expect("a length");
        request.body = vec![0; length];
        stream.read_exact(&mut request.body).ok()?;
        Some(request)
    }
}

/// A receiver that listens until the tests end.
pub(crate) struct Receiver {
    port: u16,
    requests: Requests<Request>,
}

impl Receiver {
    /// Starts a receiver. `answer` returns the status line and headers, without the final line
    /// endings; an empty answer closes the connection.
    pub(crate) fn new(answer: impl Fn(&Request) -> String + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let (sender, requests) = mpsc::channel();
        thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = stream.expect("a connection");
                let Some(request) = Request::read(&stream) else {
                    continue;
                };
                let answer = answer(&request);
                // Sent before the answer, after which the test continues and may end.
                let _ = sender.send(request);
                if !answer.is_empty() {
                    let answer = format!(
                        "HTTP/1.1 {answer}\r\ncontent-length: 2\r\nconnection: close\r\n\r\nok"
                    );
                    let _ = stream.write_all(answer.as_bytes());
                }
            }
        });
        Self { port, requests }
    }

    /// Starts a receiver that answers 204 to messages that the core accepts with this secret at
    /// this time, and 401 to everything else.
    pub(crate) fn verifying(secret: &str) -> Self {
        let webhook = Webhook::new(WebhookSecret::new(secret).expect("a secret"));
        let webhook = webhook.expect("a webhook");
        Self::new(move |request| {
            let received = webhook.receive(&request.body, &request.headers(), unix_time());
            match received {
                Ok(_) => "204 No Content".to_owned(),
                Err(_) => "401 Unauthorized".to_owned(),
            }
        })
    }

    pub(crate) fn url(&self) -> String {
        format!("http://127.0.0.1:{}/webhook?tenant=1", self.port)
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// Returns the requests since the last call.
    pub(crate) fn requests(&self) -> Vec<Request> {
        self.requests.try_iter().collect()
    }
}
