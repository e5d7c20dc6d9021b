//! Tests of `check` against integrations with one hole each, and against one without holes.

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

use quick_junit::{Report, TestCaseStatus};
use serde_json::{Value, json};
use visiono_workflow::{
    ExpectReturn, Field, RedirectTemplate, Webhook, WebhookHeaders, Workflow, unix_time,
};

use crate::program::{
    Files, Ran, SECRET, VARIABLE, WEBHOOK_VARIABLE, bare, failed, object, program, run,
};

const WEBHOOK_SECRET: &str = "whsec_0123456789abcdef";
const TEMPLATE: &str = "/tickets/{reference}/done?sub={submission_id}&uv={unique_value}\
    &ref={reference}&cnt={photo_count}&ts={timestamp}&sig={signature}";
const LIMIT: usize = 1 << 20;

// --- The integrations ------------------------------------------------------------------------

/// A request as it arrived, valid or not.
#[derive(Default)]
struct Request {
    target: String,
    headers: Vec<(String, Vec<u8>)>,
    body: Vec<u8>,
}

impl Request {
    /// Returns the request, or `None` if the connection was closed before its end.
    fn read(stream: &TcpStream) -> Option<Self> {
        let mut stream = BufReader::new(stream);
        let mut line = || {
            let mut line = Vec::new();
            stream.read_until(b'\n', &mut line).ok()?;
            line.strip_suffix(b"\r\n").map(<[u8]>::to_vec)
        };
        let first = String::from_utf8(line()?).ok()?;
        let mut words = first.split(' ').map(str::to_owned);
        let mut request = Self {
            target: words.nth(1)?,
            ..Self::default()
        };
        loop {
            let line = line()?;
            let Some(at) = line.windows(2).position(|two| two == b": ") else {
                break;
            };
            let name = String::from_utf8(line[..at].to_vec()).ok()?;
            request.headers.push((name, line[at + 2..].to_vec()));
        }
        let length = request.header("content-length");
        request.body = vec![0; length.map_or(0, |text| text.parse().expect("a length"))];
        stream.read_exact(&mut request.body).ok()?;
        Some(request)
    }

    fn header(&self, name: &str) -> Option<String> {
        let mut headers = self.headers.iter();
        let found = headers.find(|(other, _)| other.eq_ignore_ascii_case(name))?;
        Some(String::from_utf8_lossy(&found.1).into_owned())
    }

    fn query(&self) -> &str {
        self.target.split_once('?').map_or("", |(_, query)| query)
    }
}

/// Starts an integration, and returns its address. `answer` returns the status line and headers; an
/// empty answer closes the connection.
fn serve(answer: impl Fn(Request) -> String + Send + Sync + 'static) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    let answer = Arc::new(answer);
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.expect("a connection");
            let answer = Arc::clone(&answer);
            thread::spawn(move || {
                let Some(request) = Request::read(&stream) else {
                    return;
                };
                let text = answer(request);
                if !text.is_empty() {
                    let (head, body) = text.split_once("\n\n").unwrap_or((&text, ""));
                    let head = head.replace('\n', "\r\n");
                    let length = body.len();
                    let text = format!("HTTP/1.1 {head}\r\ncontent-length: {length}\r\n\r\n{body}");
                    let _ = stream.write_all(text.as_bytes());
                }
            });
        }
    });
    format!("http://{address}")
}

fn webhook() -> Webhook {
    Webhook::from_texts([Some(WEBHOOK_SECRET)]).expect("a secret")
}

fn workflow() -> Workflow {
    Workflow::from_texts([Some(SECRET)]).expect("a secret")
}

/// Answers a webhook correctly.
fn received(webhook: &Webhook, request: &Request) -> String {
    let headers = request.headers.iter();
    let headers: WebhookHeaders<'_> = headers
        .map(|(name, value)| (name.as_str(), value.as_slice()))
        .collect();
    if request.target != "/hook" {
        return "404 Not Found".to_owned();
    }
    match webhook.receive(&request.body, &headers, unix_time()) {
        Ok(_) => "204 No Content".to_owned(),
        Err(_) => "401 Unauthorized".to_owned(),
    }
}

/// Serves webhooks with a hole: a change to the request before it is verified.
fn hooks(hole: impl Fn(&mut Request) + Send + Sync + 'static) -> String {
    let webhook = webhook();
    serve(move |mut request| {
        hole(&mut request);
        received(&webhook, &request)
    })
}

/// Answers a return correctly, for the ticket in the path.
fn verified(workflow: &Workflow, request: &Request, expects: bool) -> String {
    let template = format!("http://localhost{TEMPLATE}");
    let template = RedirectTemplate::parse(&template).expect("a template");
    let mut expect = ExpectReturn::new();
    let path = request.target.split('?').next().unwrap_or_default();
    if expects {
        let segments: Vec<_> = path.split('/').collect();
        let [
            "",
            "tickets",
            ticket @ ("ticket-456" | "ticket-457"),
            "done",
        ] = segments[..]
        else {
            return "404 Not Found".to_owned();
        };
        expect = expect.reference(ticket);
    }
    let template = expects.then_some(&template);
    match workflow.verify_return(&request.target, template, unix_time(), &expect) {
        Ok(_) => "303 See Other\nlocation: /".to_owned(),
        Err(_) => "400 Bad Request".to_owned(),
    }
}

fn pages(hole: impl Fn(&mut Request) + Send + Sync + 'static) -> String {
    let workflow = workflow();
    serve(move |mut request| {
        hole(&mut request);
        verified(&workflow, &request, true)
    })
}

/// Rewrites the query, pair by pair.
fn pairs(request: &mut Request, keep: impl Fn(&[&str]) -> Vec<String>) {
    let (path, query) = request
        .target
        .split_once('?')
        .unwrap_or((&request.target, ""));
    let pairs: Vec<_> = query.split('&').collect();
    request.target = format!("{path}?{}", keep(&pairs).join("&"));
}

fn name(pair: &str) -> &str {
    pair.split('=').next().unwrap_or_default()
}

/// Keeps the first pair of each name.
fn first_of_each(pairs: &[&str]) -> Vec<String> {
    let mut seen = BTreeSet::new();
    let kept = pairs.iter().filter(|pair| seen.insert(name(pair)));
    kept.map(|pair| (*pair).to_owned()).collect()
}

fn unescaped(text: &str) -> String {
    let mut out = Vec::new();
    let mut rest = text.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        let digits = after.get(..2).and_then(|two| std::str::from_utf8(two).ok());
        let escaped = digits.and_then(|two| u8::from_str_radix(two, 16).ok());
        match escaped.filter(|_| byte == b'%') {
            Some(escaped) => {
                out.push(escaped);
                rest = &after[2..];
            }
            None => {
                out.push(byte);
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

// --- The runs --------------------------------------------------------------------------------

fn check(arguments: &[&str]) -> Ran {
    let mut program = bare();
    program
        .env(WEBHOOK_VARIABLE, WEBHOOK_SECRET)
        .env(VARIABLE, SECRET);
    run(program, [&["check"], arguments].concat())
}

/// Runs `check --json`, and returns its cases.
fn cases(arguments: &[&str]) -> Vec<Value> {
    let (printed, status) = object(&check(&[&["--json"], arguments].concat()));
    let cases = printed["cases"].as_array().expect("cases").clone();
    let faults = cases.iter().filter(|case| case["good"] == false).count();
    assert_eq!(printed["messages"], cases.len());
    assert_eq!(printed["faults"], faults);
    assert_eq!(status, i32::from(faults > 0));
    assert_eq!(printed["result"], if faults > 0 { "failed" } else { "ok" });
    cases
}

/// Returns the names of the cases with a fault.
fn faults(arguments: &[&str]) -> Vec<String> {
    let cases = cases(arguments);
    let bad = cases.iter().filter(|case| case["good"] == false);
    bad.map(|case| case["id"].as_str().expect("a name").to_owned())
        .collect()
}

fn faults_of_hooks(url: &str) -> Vec<String> {
    faults(&[&format!("{url}/hook")])
}

fn faults_of_pages(url: &str) -> Vec<String> {
    faults(&["--return", &format!("{url}{TEMPLATE}")])
}

/// Returns the names of the cases with one of these required answers.
fn ids(cases: &[Value], must: &[&str]) -> Vec<String> {
    let found = cases
        .iter()
        .filter(|case| must.iter().any(|must| case["must"] == *must));
    found
        .map(|case| case["id"].as_str().expect("a name").to_owned())
        .collect()
}

// --- Webhooks --------------------------------------------------------------------------------

#[test]
fn a_good_integration_has_no_fault() {
    let hooks = hooks(|_| ());
    let pages = pages(|_| ());
    let (hook, page) = (format!("{hooks}/hook"), format!("{pages}{TEMPLATE}"));
    let cases = cases(&[&hook, "--return", &page]);
    let bad: Vec<_> = cases.iter().filter(|case| case["good"] == false).collect();
    assert!(bad.is_empty(), "{bad:#?}");
    let kinds = |kind| {
        let starts = |case: &&Value| case["id"].as_str().is_some_and(|id| id.starts_with(kind));
        cases.iter().filter(starts).count()
    };
    assert_eq!((kinds("webhook"), kinds("return")), (41, 45));

    let ran = check(&[&hook]);
    assert_eq!((ran.stderr.as_str(), ran.status), ("", 0));
    assert!(
        ran.stdout
            .ends_with("\n\n41 messages, all handled correctly\n"),
        "{}",
        ran.stdout
    );
}

#[test]
fn an_integration_that_accepts_everything_accepts_every_forgery() {
    let open = serve(|_| "200 OK".to_owned());
    let (hook, page) = (format!("{open}/hook"), format!("{open}{TEMPLATE}"));
    let arguments = [hook.as_str(), "--return", &page];
    let wanted = ids(&cases(&arguments), &["refuse", "refuse_or_close"]);
    assert!(wanted.len() > 50, "{wanted:?}");
    assert_eq!(faults(&arguments), wanted);
}

#[test]
fn an_integration_that_refuses_everything_gets_a_note() {
    let closed = serve(|_| "403 Forbidden".to_owned());
    let hook = format!("{closed}/hook");
    assert_eq!(faults(&[&hook]), ids(&cases(&[&hook]), &["accept"]));
    let ran = check(&[&hook]);
    assert_eq!(ran.status, 1);
    let note = "\nnote: the genuine event is refused, so it proves nothing that the others are: \
        correct this first\n\n41 messages, 14 faults\n";
    assert!(ran.stdout.ends_with(note), "{}", ran.stdout);
    let line = "FAULT   403  webhook-good";
    assert!(ran.stdout.starts_with(line), "{}", ran.stdout);
    assert!(
        ran.stdout.contains(
            "\n             It refuses a genuine event, so nothing that Visiono sends arrives.\n\
             \x20            Fix: Check the secret and the address"
        ),
        "{}",
        ran.stdout
    );
}

#[test]
fn a_failure_and_a_closed_connection_are_separate_faults() {
    let broken = serve(|_| "500 Error".to_owned());
    let all = ["accept", "refuse", "refuse_or_close", "answer"];
    let hook = format!("{broken}/hook");
    assert_eq!(faults(&[&hook]), ids(&cases(&[&hook]), &all));

    let silent = serve(|_| String::new());
    let hook = format!("{silent}/hook");
    let cases = cases(&[&hook]);
    let wanted: Vec<_> = ids(&cases, &all);
    let wanted: Vec<_> = wanted
        .into_iter()
        .filter(|id| id != "webhook-huge")
        .collect();
    assert_eq!(faults(&[&hook]), wanted);
    assert_eq!(cases[0]["status"], Value::Null);
    let said = cases[0]["fault"].as_str().expect("a sentence");
    assert!(said.starts_with("It gives no answer: "), "{said}");
}

#[test]
fn each_hole_in_a_receiver_of_webhooks_is_found() {
    let timeless =
        serve(|request| received(&webhook().max_age(u64::MAX).leeway(u64::MAX), &request));
    assert_eq!(
        faults_of_hooks(&timeless),
        ["webhook-old", "webhook-future"]
    );

    let dated = serve(|request| received(&webhook().require_timestamp(true), &request));
    assert_eq!(faults_of_hooks(&dated), ["webhook-undated"]);

    let caseless = hooks(|request| {
        for (_, value) in &mut request.headers {
            value.make_ascii_lowercase();
        }
    });
    assert_eq!(faults_of_hooks(&caseless), ["webhook-upper-case"]);

    let first = hooks(|request| {
        let mut seen = BTreeSet::new();
        request
            .headers
            .retain(|(name, _)| seen.insert(name.clone()));
    });
    assert_eq!(
        faults_of_hooks(&first),
        ["webhook-header-twice", "webhook-header-twice-forged-last"]
    );

    let last = hooks(|request| {
        let mut seen = BTreeSet::new();
        request.headers.reverse();
        request
            .headers
            .retain(|(name, _)| seen.insert(name.clone()));
    });
    assert_eq!(
        faults_of_hooks(&last),
        ["webhook-header-twice", "webhook-header-twice-forged-first"]
    );

    let one_style = hooks(|request| {
        request
            .headers
            .retain(|(name, _)| name != "X-Webhook-Signature");
    });
    assert_eq!(
        faults_of_hooks(&one_style),
        ["webhook-developer-headers", "webhook-both-developer-forged"]
    );

    let reading_one = hooks(|request| {
        if request.header("X-Webhook-Signature").is_some() {
            request
                .headers
                .retain(|(name, _)| name != "X-Visiono-Signature");
        }
    });
    assert_eq!(faults_of_hooks(&reading_one), ["webhook-both-guide-forged"]);

    let trimming = hooks(|request| request.body = request.body.trim_ascii().to_vec());
    assert_eq!(
        faults_of_hooks(&trimming),
        ["webhook-white-space", "webhook-longer-body"]
    );

    let rewriting = hooks(|request| {
        if let Ok(value) = serde_json::from_slice::<Value>(&request.body) {
            request.body = value.to_string().into_bytes();
        }
    });
    assert_eq!(
        faults_of_hooks(&rewriting),
        [
            "webhook-odd-numbers",
            "webhook-white-space",
            "webhook-unicode",
            "webhook-longer-body"
        ]
    );

    let typed = hooks(|request| {
        if request.header("content-type").is_none() {
            request.body.clear();
        }
    });
    assert_eq!(faults_of_hooks(&typed), ["webhook-no-content-type"]);

    let signing = hooks(|request| {
        if request
            .header("x-visiono-signature")
            .is_none_or(|value| value.is_empty())
        {
            request
                .headers
                .retain(|(name, _)| name != "X-Visiono-Signature");
            let right = webhook().signature_header(&request.body).as_str().into();
            if request.header("x-webhook-signature").is_none() {
                request
                    .headers
                    .push(("X-Visiono-Signature".to_owned(), right));
            }
        }
    });
    assert_eq!(
        faults_of_hooks(&signing),
        ["webhook-no-header", "webhook-empty-header"]
    );
}

#[test]
fn duplicates_that_are_refused_are_found() {
    let seen = Mutex::new(BTreeSet::new());
    let webhook = webhook();
    let strict = serve(move |request| {
        let answer = received(&webhook, &request);
        let is_new = seen.lock().expect("the set").insert(request.body);
        if answer.starts_with("204") && !is_new {
            return "409 Conflict".to_owned();
        }
        answer
    });
    assert_eq!(
        faults_of_hooks(&strict),
        ["webhook-duplicate", "webhook-concurrent"]
    );
}

#[test]
fn a_body_without_a_limit_and_a_stack_trace_are_found() {
    let answering = |large: &'static str| {
        let webhook = webhook();
        serve(move |request| {
            if request.body.len() > LIMIT {
                return large.to_owned();
            }
            received(&webhook, &request)
        })
    };
    for (large, wanted) in [
        ("413 Too Large", None),
        ("", None),
        (
            "204 No Content",
            Some("It accepts a body of more than 1 MiB"),
        ),
        (
            "413 Too Large\n\n<pre>Error: too large<br> &nbsp; &nbsp;at readStream (/srv/a.js:1:2)",
            Some("It refuses with a page that reveals the program's internals."),
        ),
        (
            "500 Error",
            Some("It fails with 500, which a stranger can cause."),
        ),
        (
            "302 Found\nlocation: /",
            Some("It answers 302, which neither accepts nor refuses."),
        ),
    ] {
        let cases = cases(&[&format!("{}/hook", answering(large))]);
        let bad: Vec<_> = cases.iter().filter(|case| case["good"] == false).collect();
        let said = bad
            .iter()
            .map(|case| case["fault"].as_str().expect("a sentence"));
        let said: Vec<_> = said.collect();
        match wanted {
            None => assert!(said.is_empty(), "{large}: {bad:?}"),
            Some(wanted) => {
                assert_eq!(
                    (said.len(), &bad[0]["id"]),
                    (1, &json!("webhook-huge")),
                    "{bad:?}"
                );
                assert!(said[0].starts_with(wanted), "{said:?}");
            }
        }
    }
}

// --- Returns ---------------------------------------------------------------------------------

#[test]
fn each_hole_in_a_page_for_returns_is_found() {
    let timeless = serve(|request| {
        verified(
            &workflow().max_age(u64::MAX).leeway(u64::MAX),
            &request,
            true,
        )
    });
    assert_eq!(
        faults_of_pages(&timeless),
        ["return-expired", "return-future"]
    );

    let caseless = pages(|request| {
        let digits = request
            .query()
            .rsplit_once("sig=")
            .map(|(_, digits)| digits.to_owned());
        let digits = digits.unwrap_or_default();
        if !digits.is_empty() {
            let lower = digits.to_lowercase();
            request.target = request.target.replace(&digits, &lower);
        }
    });
    // The digits end the query, and so does the appended text.
    assert_eq!(
        faults_of_pages(&caseless),
        ["return-upper-case", "return-look-alike-upper-case"][..1]
    );

    let first = pages(|request| pairs(request, first_of_each));
    assert_eq!(faults_of_pages(&first), ["return-doubled-last"]);

    let last = pages(|request| {
        pairs(request, |pairs| {
            let reversed: Vec<_> = pairs.iter().rev().copied().collect();
            let mut kept = first_of_each(&reversed);
            kept.reverse();
            kept
        });
    });
    assert_eq!(faults_of_pages(&last), ["return-doubled-first"]);

    let decoding_twice = pages(|request| {
        pairs(request, |pairs| {
            pairs.iter().map(|pair| unescaped(pair)).collect()
        });
    });
    assert_eq!(faults_of_pages(&decoding_twice), ["return-decoded-twice"]);

    let blind = pages(|request| {
        let is_known = |name: &str| Field::ALL.iter().any(|field| field.short_name() == name);
        pairs(request, |pairs| {
            let known = pairs.iter().filter(|pair| is_known(name(pair)));
            known.map(|pair| (*pair).to_owned()).collect()
        });
    });
    let found = faults_of_pages(&blind);
    assert_eq!(
        found,
        [
            "return-look-alike-upper-case",
            "return-look-alike-space",
            "return-look-alike-plus",
            "return-look-alike-tab",
            "return-look-alike-nul",
            "return-look-alike-list",
            "return-look-alike-key",
            "return-look-alike-brackets",
            "return-look-alike-bracket-before",
            "return-look-alike-bracket-after",
            "return-look-alike-dot",
            "return-look-alike-semicolon",
        ]
    );

    // PHP drops leading spaces.
    let like_php = pages(|request| {
        request.target = request.target.replace("?%20", "?").replace("&%20", "&");
    });
    assert_eq!(faults_of_pages(&like_php), ["return-look-alike-instead"]);

    let any_ticket = serve(|request| verified(&workflow(), &request, false));
    let found = faults_of_pages(&any_ticket);
    assert_eq!(found, ["return-other-ticket", "return-climbing-path"]);
}

#[test]
fn names_with_an_underscore_have_another_look_alike() {
    let template = "?submission_id={submission_id}&u={unique_value}&r={reference}&c={photo_count}\
        &t={timestamp}&s={signature}";
    let url = serve(move |request| {
        let template = format!("http://localhost/done{template}");
        let template = RedirectTemplate::parse(&template).expect("a template");
        let mut target = request.target.clone();
        // The hole.
        target = target.replace("&submission.id=", "&other=");
        let (expect, now) = (ExpectReturn::new(), unix_time());
        match workflow().verify_return(&target, Some(&template), now, &expect) {
            Ok(_) => "200 OK".to_owned(),
            Err(_) => "400 Bad Request".to_owned(),
        }
    });
    let page = format!("{url}/done{template}");
    assert_eq!(
        faults(&["--return", &page]),
        ["return-look-alike-underscore"]
    );
    // Nothing determines the ticket, so there is no other one.
    let cases = cases(&["--return", &page]);
    let made = |id: &str| cases.iter().any(|case| case["id"] == id);
    assert!(made("return-good") && !made("return-other-ticket") && !made("return-climbing-path"));
}

/// Serves a start page for two tickets, which keeps the ticket in a session, and a page for
/// returns.
fn with_session(expects: bool, link: impl Fn(&str) -> String + Send + Sync + 'static) -> String {
    serve(move |request| {
        let path = request.target.split('?').next().unwrap_or_default();
        if let Some(ticket) = path.strip_prefix("/start/") {
            return link(ticket);
        }
        let cookie = request.header("cookie").unwrap_or_default();
        let mut expect = ExpectReturn::new();
        if expects {
            let Some((_, ticket)) = cookie.split_once("ticket=") else {
                return "403 Forbidden".to_owned();
            };
            expect = expect.reference(ticket);
        }
        if path != "/done" {
            return "404 Not Found".to_owned();
        }
        match workflow().verify_return(&request.target, None, unix_time(), &expect) {
            Ok(_) => "200 OK".to_owned(),
            Err(_) => "400 Bad Request".to_owned(),
        }
    })
}

fn link_for(ticket: &str) -> String {
    let url = visiono_workflow::LinkUrl::from_slug("damage-report").expect("a slug");
    let fields = visiono_workflow::LinkFields {
        unique_value: "ABC 123",
        source: "helpdesk",
        reference: ticket,
        timestamp: unix_time(),
    };
    workflow()
        .sign_link(&url, &fields)
        .expect("a link")
        .to_string()
}

#[test]
fn the_integrations_own_link_determines_the_expected_ticket() {
    let ways: [fn(&str) -> String; 3] = [
        |ticket| {
            let link = link_for(ticket);
            format!("303 See Other\nset-cookie: ticket={ticket}; path=/\nlocation: {link}")
        },
        |ticket| {
            let link = link_for(ticket).replace('&', "&amp;");
            format!("200 OK\nset-cookie: ticket={ticket}\n\n<a class=a href=\"{link}\">Photos</a>")
        },
        |ticket| match ticket.strip_suffix("?/go") {
            None if !ticket.ends_with("-go") => format!(
                "200 OK\nset-cookie: ticket={ticket}\n\n<form method=post action=/start/{ticket}-go>\
                 <input type=hidden name=token value='a b'></form>"
            ),
            _ => format!(
                "302 Found\nlocation: {}",
                link_for(ticket.trim_end_matches("-go"))
            ),
        },
    ];
    for way in ways {
        for (expects, wanted) in [(true, &[][..]), (false, &["return-other-ticket"])] {
            let url = with_session(expects, way);
            let (start, page) = (format!("{url}/start/t-1"), format!("{url}/done"));
            let other = format!("{url}/start/t-2");
            assert_eq!(faults(&["--return", &page, "--start", &start]), wanted);
            let both = ["--return", &page, "--start", &start, "--start", &other];
            assert_eq!(faults(&both), wanted);
        }
    }
}

#[test]
fn a_start_page_without_a_good_link_is_reported_before_anything_is_sent() {
    for (answer, why) in [
        ("404 Not Found", "the start page answers 404"),
        (
            "200 OK\n\n<p>Hello",
            "the start page has neither a Visiono link nor a form",
        ),
        (
            "302 Found\nlocation: https://a.example/",
            "it leads to https://a.example/, which is not a Visiono link",
        ),
        (
            "302 Found\nlocation: /start/t-1",
            "there is no link after 6 pages",
        ),
        (
            "302 Found\nlocation: https://visiono.io/s/a?uv=1&src=2&ref=3&ts=1705500000&sig=0",
            "Visiono refuses its link: no configured secret matches this signature",
        ),
    ] {
        let url = with_session(true, |_| answer.to_owned());
        let (start, page) = (format!("{url}/start/t-1"), format!("{url}/done"));
        let ran = check(&["--json", "--return", &page, "--start", &start]);
        let (printed, status) = object(&ran);
        assert_eq!(
            (&printed["result"], status),
            (&json!("invalid_argument"), 2)
        );
        let said = printed["message"].as_str().expect("a sentence");
        assert!(said.starts_with(&format!("--start: {why}")), "{said}");
    }
}

// --- The command -----------------------------------------------------------------------------

#[test]
fn the_callers_mistakes_are_reported_before_anything_is_sent() {
    let url = serve(|_| panic!("nothing is sent"));
    let hook = format!("{url}/hook");
    let port = url.rsplit(':').next().expect("a port");
    let free = TcpListener::bind("127.0.0.1:0").expect("a port");
    let nobody = format!("http://{}", free.local_addr().expect("an address"));
    drop(free);
    let page = format!("{url}/done");
    let unsigned = format!("{url}/done?ref={{reference}}");
    let everywhere = format!("http://0.0.0.0:{port}/hook");
    for (arguments, why) in [
        (
            &["http://a.example/"][..],
            "URL: a message is signed with your secret",
        ),
        (&[&everywhere], "URL: a message is signed with your secret"),
        (&["https://localhost/"], "URL: start it with http://"),
        (
            &["--allow-host", "a.example", "https://a.example"],
            "URL: start it with http://",
        ),
        (
            &["--allow-host", "b.example", "http://a.example"],
            "URL: a message is signed",
        ),
        (&[&nobody], "URL: nothing answers at 127.0.0.1:"),
        (
            &["--return", "http://a.example/"],
            "--return: a message is signed",
        ),
        (
            &["--return", &unsigned],
            "--return: no return can be verified, because it sends no sig",
        ),
        (
            &["--return", &page, "--start", "http://a.example/"],
            "--start: a message is signed",
        ),
        (
            &[
                "--return", &page, "--start", &page, "--start", &page, "--start", &page,
            ],
            "--start is given more than twice",
        ),
        (&["--return", &page, "--reference", "a|b"], "ref"),
        (
            &[&hook, "--junit", "/no/such/folder/junit.xml"],
            "--junit: can't be written: ",
        ),
        (
            &["--start", &page],
            "the following required arguments were not provided: --return",
        ),
        (
            &[],
            "the following required arguments were not provided: <URL>",
        ),
    ] {
        let (printed, status) = object(&check(&[&["--json"], arguments].concat()));
        assert_eq!(status, 2, "{arguments:?}: {printed}");
        let said = printed["message"].as_str().expect("a sentence");
        assert!(said.starts_with(why), "{arguments:?}: {said}");
    }
    let ran = run(bare(), ["check", &hook]);
    let wanted = "error: invalid_secret (100): no secret was given: set the environment variable \
        VISIONO_WEBHOOK_SECRET, or pass --webhook-secret-file PATH";
    assert_eq!(ran, failed(2, wanted));
    let ran = run(bare(), ["check", "--return", &page]);
    let wanted = "error: invalid_secret (100): no secret was given: set the environment variable \
        VISIONO_WORKFLOW_SECRET, or pass --workflow-secret-file PATH";
    assert_eq!(ran, failed(2, wanted));
    // Only the secret of the messages is needed.
    assert_eq!(run(program(), ["check", &hook]).status, 2);
}

#[test]
fn messages_are_sent_to_an_allowed_host() {
    let hooks = hooks(|_| ());
    let port = hooks.rsplit(':').next().expect("a port");
    let url = format!("http://0.0.0.0:{port}/hook");
    assert_eq!(faults(&[&url, "--allow-host", "0.0.0.0"]), [""; 0]);
}

#[test]
fn secrets_come_from_files() {
    let files = Files::new();
    let webhook = files.write("webhook", format!("{WEBHOOK_SECRET}\n"));
    let workflow = files.write("workflow", SECRET);
    let (hooks, pages) = (hooks(|_| ()), pages(|_| ()));
    let (hook, page) = (format!("{hooks}/hook"), format!("{pages}{TEMPLATE}"));
    let ran = run(
        bare(),
        [
            "check",
            &hook,
            "--return",
            &page,
            "--webhook-secret-file",
            webhook.to_str().expect("a path"),
            "--workflow-secret-file",
            workflow.to_str().expect("a path"),
        ],
    );
    assert_eq!((ran.stderr.as_str(), ran.status), ("", 0), "{}", ran.stdout);
}

#[test]
fn the_results_are_also_written_as_junit() {
    let files = Files::new();
    let file = files.path().join("junit.xml");
    let caseless = hooks(|request| {
        for (_, value) in &mut request.headers {
            value.make_ascii_lowercase();
        }
    });
    let pages = pages(|_| ());
    let ran = check(&[
        &format!("{caseless}/hook"),
        "--return",
        &format!("{pages}{TEMPLATE}"),
        "--junit",
        file.to_str().expect("a path"),
    ]);
    assert_eq!(ran.status, 1);
    let text = std::fs::read_to_string(&file).expect("a file");
    let report = Report::deserialize_from_str(&text).expect("JUnit's XML");
    let sums = report.test_suites.iter().map(|suite| {
        let name = suite.name.as_str().to_owned();
        (name, suite.tests, suite.failures, suite.errors)
    });
    let sums: Vec<_> = sums.collect();
    assert_eq!(
        sums,
        [("webhooks".into(), 41, 1, 0), ("returns".into(), 45, 0, 0)]
    );
    let mut cases = report
        .test_suites
        .iter()
        .flat_map(|suite| &suite.test_cases);
    let failed = cases.find(|case| case.name.as_str() == "webhook-upper-case");
    let TestCaseStatus::NonSuccess {
        message,
        description,
        ..
    } = &failed.expect("a case").status
    else {
        panic!("not a failure: {text}");
    };
    assert_eq!(
        message.as_deref(),
        Some("It accepts a form of the signature that Visiono never writes.")
    );
    assert_eq!(
        description.as_deref().map(str::trim),
        Some(
            "Sent: a signature in upper-case hex\nStatus: 204\n\
             Fix: Accept exactly sha256= and 64 lower-case hex digits."
        )
    );
}
