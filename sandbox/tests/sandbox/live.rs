//! Tests of the streamed timeline.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;

use serde_json::{Value, json};
use visiono_workflow_sandbox::Options;

use crate::common::Service;

#[test]
fn an_event_source_has_old_and_new_entries() {
    let service = Service::start(Options::default());
    service.advance(1);
    let mut stream = TcpStream::connect(("127.0.0.1", service.port)).expect("a connection");
    let request = format!(
        "GET /sandbox/live HTTP/1.1\r\nHost: {}\r\nLast-Event-ID: 1\r\nSec-Fetch-Site: same-origin\r\n\r\n",
        service.host(),
    );
    stream.write_all(request.as_bytes()).expect("it is sent");
    let mut lines = BufReader::new(stream).lines().map_while(Result::ok);
    assert!(lines.any(|line| line == "content-type: text/event-stream"));
    let mut entries = lines.filter_map(|line| {
        let entry = line.strip_prefix("data: ")?;
        Some(serde_json::from_str::<Value>(entry).expect("JSON"))
    });
    let first = entries.next().expect("an entry");
    assert_eq!((&first["id"], &first["kind"]), (&json!(2), &json!("clock")));
    for seconds in [5, 6] {
        service.advance(seconds);
        let next = entries.next().expect("an entry");
        assert_eq!(
            next["sentence"],
            format!("The clock was advanced by {seconds} s")
        );
    }
}

#[test]
fn a_long_poll_ends_when_something_matches() {
    let service = Service::start(Options::default());
    let endpoint = service.receiver(&[200]);
    std::thread::scope(|scope| {
        let waiting = scope.spawn(|| {
            service
                .get("/sandbox/deliveries?after=0&wait=60&status=succeeded&ticket=t-2")
                .json()
        });
        for reference in ["t-1", "t-2"] {
            service.post("/sandbox/events", &json!({ "reference": reference }));
            endpoint.receiver.next();
        }
        let found = waiting.join().expect("an answer");
        assert_eq!(found["deliveries"][0]["ticket"], "t-2");
        let after = found["last"].as_u64().expect("a number");
        let nothing = service
            .get(&format!("/sandbox/deliveries?after={after}&wait=0"))
            .json();
        assert_eq!(nothing, json!({ "deliveries": [], "last": after }));
    });
}

#[test]
fn a_misspelled_filter_is_refused() {
    let service = Service::start(Options::default());
    assert_eq!(service.get("/sandbox/deliveries?tiket=1").status, 400);
    assert_eq!(service.get("/sandbox/deliveries?status=done").status, 400);
}
