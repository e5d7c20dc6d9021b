//! A sandbox on a free port, a client, and a receiver of webhooks.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{Receiver as Channel, Sender, channel};
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};
use visiono_workflow_sandbox::{Options, Sandbox};

/// A running sandbox.
pub(crate) struct Service {
    pub(crate) url: String,
    pub(crate) port: u16,
    pub(crate) workflow_secret: String,
    pub(crate) webhook_secret: String,
}

/// The status, the head and the body of an answer.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: String,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|_| panic!("no JSON: {self:?}"))
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| {
            let (other, value) = line.split_once(": ")?;
            other.eq_ignore_ascii_case(name).then_some(value)
        })
    }
}

impl Service {
    /// Starts a sandbox. Its thread ends with the test's process.
    pub(crate) fn start(options: Options) -> Self {
        let sandbox = Sandbox::open(Options { port: 0, ..options }).expect("it opens");
        let env = sandbox.env();
        let value = |name: &str| {
            let line = env
                .lines()
                .find_map(|line| line.strip_prefix(name)?.strip_prefix('='));
            line.unwrap_or_default().to_owned()
        };
        let server = sandbox.bind().expect("it listens");
        let service = Self {
            url: server.url(),
            port: server.address().port(),
            workflow_secret: value("VISIONO_WORKFLOW_SECRET"),
            webhook_secret: value("VISIONO_WEBHOOK_SECRET"),
        };
        thread::spawn(move || server.run());
        service
    }

    pub(crate) fn host(&self) -> String {
        format!("localhost:{}", self.port)
    }

    /// Sends a request with exactly these headers, and its length.
    pub(crate) fn raw(
        &self,
        method: &str,
        target: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> Answer {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).expect("a connection");
        let mut request = format!("{method} {target} HTTP/1.1\r\nConnection: close\r\n");
        for (name, value) in headers {
            request += &format!("{name}: {value}\r\n");
        }
        request += &format!("Content-Length: {}\r\n\r\n", body.len());
        // The server may answer and close the connection before it has read everything.
        let _ = stream
            .write_all(request.as_bytes())
            .and_then(|()| stream.write_all(body));
        let mut bytes = Vec::new();
        let _ = stream.read_to_end(&mut bytes);
        let text = String::from_utf8_lossy(&bytes);
        let (head, body) = text.split_once("\r\n\r\n").expect("an answer");
        let status = head
            .split(' ')
            .nth(1)
            .expect("a status")
            .parse()
            .expect("a number");
        Answer {
            status,
            head: head.to_owned(),
            body: body.to_owned(),
        }
    }

    pub(crate) fn get(&self, target: &str) -> Answer {
        self.raw("GET", target, &[("Host", &self.host())], b"")
    }

    pub(crate) fn api(&self, method: &str, target: &str, body: &Value) -> Answer {
        let headers = [
            ("Host", &*self.host()),
            ("Content-Type", "application/json"),
        ];
        self.raw(method, target, &headers, body.to_string().as_bytes())
    }

    pub(crate) fn post(&self, target: &str, body: &Value) -> Value {
        let answer = self.api("POST", target, body);
        assert!((200..300).contains(&answer.status), "{target}: {answer:?}");
        answer.json()
    }

    pub(crate) fn form(&self, target: &str, body: &str) -> Answer {
        let kind = ("Content-Type", "application/x-www-form-urlencoded");
        self.raw(
            "POST",
            target,
            &[("Host", &self.host()), kind],
            body.as_bytes(),
        )
    }

    /// Adds a receiver, and returns it with its endpoint's ID and secret.
    pub(crate) fn receiver(&self, answers: &'static [u16]) -> Endpoint {
        let receiver = Receiver::start(answers);
        let added = self.post("/sandbox/endpoints", &json!({ "url": receiver.url }));
        Endpoint {
            id: added["id"].as_str().expect("an ID").to_owned(),
            secret: added["secret"].as_str().expect("a secret").to_owned(),
            receiver,
        }
    }

    /// Waits for a matching delivery, without sleeping.
    pub(crate) fn wait(&self, query: &str) -> Value {
        let found = self
            .get(&format!("/sandbox/deliveries?wait=30&{query}"))
            .json();
        assert_ne!(found["deliveries"], json!([]), "{query}");
        found
    }

    pub(crate) fn advance(&self, seconds: u64) {
        self.post("/sandbox/clock", &json!({ "advance": seconds }));
    }

    pub(crate) fn now(&self) -> u64 {
        self.get("/sandbox").json()["now"].as_u64().expect("a time")
    }
}

/// An endpoint of the sandbox, and the receiver behind it.
pub(crate) struct Endpoint {
    pub(crate) id: String,
    pub(crate) secret: String,
    pub(crate) receiver: Receiver,
}

/// A request that a receiver received.
#[derive(Debug)]
pub(crate) struct Request {
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Request {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.headers.iter();
        let found = headers.find(|(other, _)| other.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }
}

/// A receiver of webhooks that answers with these statuses in turn, then repeats the last one.
pub(crate) struct Receiver {
    pub(crate) url: String,
    requests: Channel<Request>,
}

impl Receiver {
    pub(crate) fn start(answers: &'static [u16]) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
        let port = listener.local_addr().expect("an address").port();
        let (sender, requests) = channel();
        thread::spawn(move || {
            let mut answers = answers.iter().copied();
            let mut last = 200;
            for stream in listener.incoming().map_while(Result::ok) {
                last = answers.next().unwrap_or(last);
                if serve(stream, last, &sender).is_none() {
                    return;
                }
            }
        });
        Self {
            url: format!("http://127.0.0.1:{port}/hook"),
            requests,
        }
    }

    /// Returns the next request.
    pub(crate) fn next(&self) -> Request {
        self.requests
            .recv_timeout(Duration::from_secs(30))
            .expect("a webhook")
    }

    /// Returns `true` if nothing else has arrived.
    pub(crate) fn is_quiet(&self) -> bool {
        self.requests.try_recv().is_err()
    }
}

fn serve(mut stream: TcpStream, status: u16, sender: &Sender<Request>) -> Option<()> {
    let mut bytes = Vec::new();
    let mut buffer = [0; 65536];
    let end = loop {
        if let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            break end;
        }
        match stream.read(&mut buffer) {
            Ok(0) | Err(_) => return Some(()),
            Ok(count) => bytes.extend_from_slice(&buffer[..count]),
        }
    };
    let head = String::from_utf8(bytes[..end].to_vec()).expect("ASCII");
    let headers: Vec<_> = head
        .lines()
        .filter_map(|line| line.split_once(": "))
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
    let length = headers
        .iter()
        .find(|(name, _)| name.eq_ignore_ascii_case("content-length"));
    let length: usize = length.expect("a length").1.parse().expect("a number");
    let mut body = bytes.split_off(end + 4);
    while body.len() < length {
        match stream.read(&mut buffer) {
            Ok(0) | Err(_) => return Some(()),
            Ok(count) => body.extend_from_slice(&buffer[..count]),
        }
    }
    let location = if status == 302 {
        "Location: /elsewhere\r\n"
    } else {
        ""
    };
    let answer = format!(
        "HTTP/1.1 {status} X\r\n{location}Connection: close\r\nContent-Length: 2\r\n\r\nok"
    );
    sender.send(Request { headers, body }).ok()?;
    let _ = stream.write_all(answer.as_bytes());
    Some(())
}
