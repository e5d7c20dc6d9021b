//! Tests of a person's visit and its webhooks, through the server.

use crate::common::{Request, Service};
use serde_json::{Value, json};
use visiono_workflow::{
    Code, ExpectReturn, LinkFields, LinkUrl, RedirectTemplate, Webhook, WebhookEvent,
    WebhookHeaders, WebhookSecret, Workflow, WorkflowSecret,
};
use visiono_workflow_sandbox::Options;

const TEMPLATE: &str = "http://localhost:8000/done/{reference}?s={submission_id}&u={unique_value}\
    &c={photo_count}&t={timestamp}&g={signature}";

fn service() -> Service {
    Service::start(Options {
        redirect: Some(TEMPLATE.to_owned()),
        ..Options::default()
    })
}

fn workflow(service: &Service) -> Workflow {
    let secret = WorkflowSecret::new(&service.workflow_secret).expect("a secret");
    Workflow::new(secret).expect("a workflow")
}

/// Signs a link as an integration does.
fn link(service: &Service, reference: &str, timestamp: u64) -> String {
    let fields = LinkFields {
        unique_value: "ABC123",
        source: "zendesk",
        reference,
        timestamp,
    };
    let url = format!("{}/s/damage-report", service.url);
    let url = LinkUrl::parse(&url).expect("a URL");
    let signed = workflow(service)
        .sign_link(&url, &fields)
        .expect("a link")
        .to_string();
    signed
        .strip_prefix(&service.url)
        .expect("its start")
        .to_owned()
}

fn action(page: &str) -> String {
    let start = page.find("action=\"").expect("a form") + 8;
    let path = &page[start..start + page[start..].find('"').expect("an end")];
    path.rsplit_once('/').expect("a path").0.to_owned()
}

fn receive(request: &Request, secret: &str, now: u64) -> Result<Value, Code> {
    let webhook = Webhook::new(WebhookSecret::new(secret).expect("a secret")).expect("a webhook");
    let headers = WebhookHeaders::from_iter(request.headers.iter().map(|(n, v)| (n, v.as_str())));
    match webhook.receive(&request.body, &headers, now) {
        Ok(delivery) => Ok(serde_json::from_str(delivery.body()).expect("JSON")),
        Err(error) => Err(error.code()),
    }
}

#[test]
fn a_person_opens_uploads_and_returns() {
    let service = service();
    let endpoint = service.receiver(&[200]);
    let page = service.get(&link(&service, "ticket 1", service.now()));
    assert_eq!(page.status, 200);
    assert!(
        page.header("content-security-policy")
            .is_some_and(|policy| policy.contains("form-action 'self' http://localhost:8000"))
    );
    let action = action(&page.body);

    // The required photo is missing.
    let early = service.form(&format!("{action}/samples"), "");
    assert_eq!(early.status, 303, "{early:?}");
    let early = service.form(&format!("{action}/submit"), "");
    assert_eq!(early.status, 422);
    assert!(early.body.contains("Front view"));

    assert_eq!(
        service
            .form(&format!("{action}/samples"), "item=front&count=2")
            .status,
        303
    );
    let sent = service.form(&format!("{action}/submit"), "");
    assert_eq!(
        (sent.status, sent.header("location")),
        (303, Some(&*format!("{action}/return")))
    );
    let back = service.get(&format!("{action}/return"));
    assert_eq!(back.status, 302);

    let url = back.header("location").expect("a URL");
    let template = RedirectTemplate::parse(TEMPLATE).expect("a template");
    let expect = ExpectReturn::new().reference("ticket 1");
    let workflow = workflow(&service);
    let verified = workflow.verify_return(url, Some(&template), service.now(), &expect);
    let verified = verified.expect("a genuine return");
    assert_eq!(verified.photo_count(), 3);
    assert_eq!(verified.unique_value(), "ABC123");

    let body =
        receive(&endpoint.receiver.next(), &endpoint.secret, service.now()).expect("genuine");
    let submission = &body["data"]["permanent_link_submission"];
    assert_eq!(body["event"], "submission.created");
    assert_eq!(submission["id"], *verified.submission_id().to_string());
    assert_eq!(submission["external_reference"], "ticket 1");
    assert_eq!(body.get("timestamp"), None);
    assert_eq!(body.get("is_test"), None);

    // A second submission changes nothing.
    assert_eq!(service.form(&format!("{action}/submit"), "").status, 409);
    let delivered = service.wait("after=0&status=succeeded");
    assert_eq!(
        delivered["deliveries"][0]["attempts"][0]["answer"]["status"],
        200
    );
    let timeline = service.get("/sandbox/timeline?ticket=ticket%201").json();
    let kinds = timeline["entries"].as_array().expect("entries").iter();
    let kinds: Vec<_> = kinds
        .map(|entry| entry["kind"].as_str().expect("a kind"))
        .collect();
    assert_eq!(kinds[..2], ["visit", "upload"]);
    for kind in ["submission", "return", "delivery", "answer"] {
        assert!(kinds.contains(&kind), "{kind}");
    }
}

#[test]
fn a_refused_link_has_the_documented_page_and_a_diagnosis() {
    let service = service();
    let now = service.now();
    let good = link(&service, "t-1", now);
    for (target, status, title) in [
        ("/s/damage-report".to_owned(), 400, "Missing Parameters"),
        (good.replace("ABC123", "ABC124"), 403, "Invalid Signature"),
        (link(&service, "t-1", now - 4000), 410, "Link Expired"),
        (link(&service, "t-1", now + 4000), 410, "Link Expired"),
        ("/s/nothing?uv=1".to_owned(), 404, "No such link"),
    ] {
        let page = service.get(&target);
        assert_eq!(page.status, status, "{target}");
        assert!(
            page.body.contains(&format!("<h1>{title}</h1>")),
            "{target}: {}",
            page.body
        );
    }
    let swapped = good.replace("uv=ABC123&src=zendesk", "uv=zendesk&src=ABC123");
    service.get(&swapped);
    let timeline = service.get("/sandbox/timeline").json();
    let last = timeline["last"].as_u64().expect("a number");
    let entry = service.get(&format!("/sandbox/timeline/{last}")).json();
    assert_eq!(entry["diagnosis"]["verdict"], "explained", "{entry}");

    // The link is genuine until the clock is advanced.
    assert_eq!(service.get(&good).status, 200);
    service.advance(3601);
    assert_eq!(service.get(&good).status, 410);

    let off = json!({ "workflow_mode": false });
    assert_eq!(
        service
            .api("PUT", "/sandbox/links/damage-report", &off)
            .status,
        200
    );
    assert!(service.get(&good).body.contains("Workflow Mode is off"));
}

#[test]
fn a_template_that_lacks_fields_is_shown_before_the_redirect() {
    let service = service();
    let change = json!({ "redirect": "http://localhost:8000/?id={submission_id}&s={signature}" });
    let changed = service
        .api("PUT", "/sandbox/links/damage-report", &change)
        .json();
    assert_eq!(
        changed["redirect_lacks"],
        json!(["unique_value", "reference", "photo_count", "timestamp"])
    );
    let visit = service.post(
        "/sandbox/submissions",
        &json!({ "unique_value": "A", "source": "b", "reference": "c" }),
    );
    let path = format!(
        "/s/damage-report/{}/return",
        visit["visit"].as_str().expect("an ID")
    );
    let page = service.get(&path);
    assert_eq!(page.status, 200);
    assert!(
        page.body.contains("photo_count={photo_count}"),
        "{}",
        page.body
    );
    assert_eq!(service.get(&format!("{path}?go=1")).status, 302);

    let none = json!({ "redirect": null });
    assert_eq!(
        service
            .api("PUT", "/sandbox/links/damage-report", &none)
            .status,
        200
    );
    assert!(
        service
            .get(&path)
            .body
            .contains("This link has no redirect URL")
    );
}

#[test]
fn retries_come_when_they_are_due_on_the_clock() {
    for (schedule, delays) in [
        ("guide", &[0, 60, 360, 2160, 9360][..]),
        ("developer", &[0, 60, 360, 2160][..]),
    ] {
        let service = service();
        let endpoint = service.receiver(&[503]);
        let path = format!("/sandbox/endpoints/{}", endpoint.id);
        assert_eq!(
            service
                .api("PATCH", &path, &json!({ "retries": schedule }))
                .status,
            200
        );
        service.post("/sandbox/events", &json!({}));
        let mut last = service.wait("after=0&status=pending")["last"]
            .as_u64()
            .expect("a number");
        let first = endpoint.receiver.next();
        let answered = service.wait(&format!("after={last}&status=pending"));
        last = answered["last"].as_u64().expect("a number");
        let delivery = &answered["deliveries"][0];
        let created = delivery["created"].as_u64().expect("a time");
        assert_eq!(delivery["due"], json!(created + delays[1]));
        assert!(endpoint.receiver.is_quiet());

        // The clock is past all of them: they arrive at once, with the same bytes.
        service.advance(20_000);
        for _ in &delays[1..] {
            let again = endpoint.receiver.next();
            assert_eq!(again.body, first.body);
            assert_eq!(
                again.header("x-visiono-signature"),
                first.header("x-visiono-signature")
            );
        }
        let failed = service.wait(&format!("after={last}&status=failed"));
        let attempts = failed["deliveries"][0]["attempts"]
            .as_array()
            .expect("attempts");
        assert_eq!(attempts.len(), delays.len());
        assert!(endpoint.receiver.is_quiet());
    }
}

#[test]
fn a_redirect_is_not_followed_and_a_refusal_not_repeated() {
    for status in [302, 401] {
        let service = service();
        let endpoint = service.receiver(match status {
            302 => &[302],
            _ => &[401],
        });
        service.post("/sandbox/events", &json!({}));
        let failed = service.wait("after=0&status=failed");
        let attempts = &failed["deliveries"][0]["attempts"];
        assert_eq!(attempts[0]["answer"]["status"], status);
        assert_eq!(attempts[1], Value::Null);
        endpoint.receiver.next();
        assert!(endpoint.receiver.is_quiet());
    }
}

#[test]
fn no_answer_is_repeated() {
    let service = service();
    let closed = std::net::TcpListener::bind(("127.0.0.1", 0)).expect("a port");
    let port = closed.local_addr().expect("an address").port();
    drop(closed);
    service.post(
        "/sandbox/endpoints",
        &json!({ "url": format!("http://127.0.0.1:{port}/") }),
    );
    service.post("/sandbox/events", &json!({}));
    service.advance(20_000);
    let failed = service.wait("after=0&status=failed");
    let attempts = failed["deliveries"][0]["attempts"]
        .as_array()
        .expect("attempts");
    assert_eq!(attempts.len(), 5);
    assert_eq!(attempts[4]["answer"]["answer"], "failure");
}

#[test]
fn every_event_is_sent_in_both_styles() {
    let service = service();
    let endpoint = service.receiver(&[200]);
    let path = format!("/sandbox/endpoints/{}", endpoint.id);
    let events = service.get("/sandbox").json()["events"].clone();
    assert_eq!(events, json!(WebhookEvent::ALL.map(WebhookEvent::as_str)));
    for (payload, headers) in [
        ("guide", "guide"),
        ("developer", "developer"),
        ("guide", "both"),
        ("developer", "guide"),
    ] {
        for timestamp in [true, false] {
            let change = json!({ "payload": payload, "headers": headers, "timestamp": timestamp });
            assert_eq!(service.api("PATCH", &path, &change).status, 200);
            for event in events.as_array().expect("events") {
                service.post(&format!("{path}/test"), &json!({ "event": event }));
                let request = endpoint.receiver.next();
                let body = receive(&request, &endpoint.secret, service.now()).expect("genuine");
                assert_eq!(body["event"], *event);
                assert_eq!(body["is_test"], true);
                let is_dated = timestamp || event != "submission.created";
                assert_eq!(body.get("timestamp").is_some(), is_dated, "{event}");
                assert_eq!(body["data"].get("type").is_some(), payload == "developer");
                let has = |name| request.header(name).is_some();
                assert_eq!(has("x-visiono-signature"), headers != "developer");
                assert_eq!(has("x-webhook-signature"), headers != "guide");
            }
        }
    }
}

#[test]
fn faults_of_webhooks_have_their_effect() {
    let service = service();
    let endpoint = service.receiver(&[200]);
    let regenerated = service.post(
        &format!("/sandbox/endpoints/{}/secret", endpoint.id),
        &json!({}),
    );
    let secret = regenerated["secret"].as_str().expect("a secret");
    let queue = || {
        service.post(
            "/sandbox/events",
            &json!({ "event": "photo_request.created" }),
        )
    };
    let fault = |fault: Value| {
        service.post("/sandbox/faults", &fault);
    };
    let next = |secret: &str| receive(&endpoint.receiver.next(), secret, service.now());
    for (kind, code) in [
        ("tamper_body", Code::InvalidSignature),
        ("tamper_header", Code::InvalidSignature),
        ("wrong_secret", Code::InvalidSignature),
        ("old_secret", Code::InvalidSignature),
        ("stale_timestamp", Code::Expired),
        ("huge_body", Code::MalformedParameter),
    ] {
        fault(json!({ "kind": kind, "remaining": 1 }));
        queue();
        assert_eq!(next(secret), Err(code), "{kind}");
        // The fault affected a single delivery.
        queue();
        assert!(next(secret).is_ok(), "{kind}");
    }
    fault(json!({ "kind": "old_secret", "remaining": 1, "endpoint": endpoint.id }));
    queue();
    assert!(next(&endpoint.secret).is_ok());

    fault(json!({ "kind": "wrong_header_style", "remaining": 1 }));
    queue();
    assert!(
        endpoint
            .receiver
            .next()
            .header("x-webhook-signature")
            .is_some()
    );

    fault(json!({ "kind": "duplicate", "remaining": 1 }));
    queue();
    let (one, two) = (endpoint.receiver.next(), endpoint.receiver.next());
    assert_eq!(one.body, two.body);
    assert_ne!(
        one.header("x-visiono-delivery"),
        two.header("x-visiono-delivery")
    );

    fault(json!({ "kind": "reorder", "remaining": 1 }));
    let late = queue()["deliveries"][0].clone();
    let early = queue()["deliveries"][0].clone();
    for id in [early, late] {
        let request = endpoint.receiver.next();
        assert_eq!(request.header("x-visiono-delivery"), id.as_str());
    }

    fault(json!({ "kind": "lose", "remaining": 1 }));
    let lost = queue()["deliveries"][0].clone();
    let sent = queue()["deliveries"][0].clone();
    assert_eq!(
        endpoint.receiver.next().header("x-visiono-delivery"),
        sent.as_str()
    );
    let lost = service.get(&format!(
        "/sandbox/deliveries/{}",
        lost.as_str().expect("an ID")
    ));
    assert_eq!(lost.json()["status"], "lost");

    fault(json!({ "kind": "delay", "seconds": 500, "remaining": 1 }));
    let delayed = queue()["deliveries"][0].clone();
    let sent = queue()["deliveries"][0].clone();
    assert_eq!(
        endpoint.receiver.next().header("x-visiono-delivery"),
        sent.as_str()
    );
    service.advance(501);
    assert_eq!(
        endpoint.receiver.next().header("x-visiono-delivery"),
        delayed.as_str()
    );

    fault(json!({ "kind": "slow_sending", "seconds": 0, "remaining": 1 }));
    queue();
    assert!(next(secret).is_ok());

    // The fault affects every delivery until it is removed.
    let kept = service.post("/sandbox/faults", &json!({ "kind": "tamper_body" }));
    for _ in 0..2 {
        queue();
        assert_eq!(next(secret), Err(Code::InvalidSignature));
    }
    let path = format!("/sandbox/faults/{}", kept["id"].as_str().expect("an ID"));
    assert_eq!(service.api("DELETE", &path, &json!({})).status, 200);
    queue();
    assert!(next(secret).is_ok());
}

#[test]
fn faults_of_returns_have_their_effect() {
    let service = Service::start(Options {
        redirect: Some("http://localhost:1/x".to_owned()),
        ..Options::default()
    });
    let workflow = workflow(&service);
    let journey = json!({ "unique_value": "A", "source": "b", "reference": "c", "photos": 2 });
    for (kind, code) in [
        ("return_forged", Code::InvalidSignature),
        ("return_expired", Code::Expired),
        ("return_doubled", Code::DuplicateParameter),
        ("return_other_ticket", Code::UnexpectedValue),
    ] {
        service.post("/sandbox/faults", &json!({ "kind": kind, "remaining": 1 }));
        for expected in [Err(code), Ok(2)] {
            let back = service.post("/sandbox/submissions", &journey);
            let url = back["return_url"].as_str().expect("a URL");
            let expect = ExpectReturn::new().reference("c");
            let verified = workflow.verify_return(url, None, service.now(), &expect);
            let verified = verified
                .map(|back| back.photo_count())
                .map_err(|error| error.code());
            assert_eq!(verified, expected, "{kind}: {url}");
        }
    }
}

#[test]
fn the_entry_of_a_return_has_its_own_diagnosis() {
    let service = Service::start(Options {
        redirect: Some("http://localhost:1/x".to_owned()),
        ..Options::default()
    });
    let journey = json!({ "unique_value": "A", "source": "b", "reference": "c" });
    for (kind, code) in [
        (None, None),
        (Some("return_forged"), Some("invalid_signature")),
        (Some("return_expired"), Some("expired")),
        (Some("return_doubled"), Some("duplicate_parameter")),
        (Some("return_other_ticket"), Some("unexpected_value")),
    ] {
        if let Some(kind) = kind {
            service.post("/sandbox/faults", &json!({ "kind": kind, "remaining": 1 }));
        }
        service.post("/sandbox/submissions", &journey);
        let entries = service.get("/sandbox/timeline").json()["entries"].clone();
        let entries = entries.as_array().expect("entries");
        let back = entries.iter().rfind(|entry| entry["kind"] == "return");
        let id = &back.expect("a return")["id"];
        let shown = service.get(&format!("/sandbox/timeline/{id}")).json();
        let checks = shown["diagnosis"]["checks"].as_array().expect("checks");
        let failed = checks.iter().find(|check| check["outcome"] == "failed");
        let found = failed.and_then(|check| check["code"].as_str());
        assert_eq!(found, code, "{kind:?}");
        assert_eq!(shown["diagnosis"]["kind"], "return");
    }
}

#[test]
fn an_entry_names_the_change() {
    let service = service();
    let endpoint = service.post(
        "/sandbox/endpoints",
        &json!({ "url": "http://localhost:1/", "name": "mine" }),
    );
    let id = endpoint["id"].as_str().expect("an ID");
    let fault = service.post(
        "/sandbox/faults",
        &json!({ "kind": "tamper_body", "endpoint": id, "remaining": 2 }),
    );
    let fault = fault["id"].as_str().expect("an ID");
    service.api("DELETE", &format!("/sandbox/faults/{fault}"), &json!({}));
    service.post(&format!("/sandbox/endpoints/{id}/secret"), &json!({}));
    service.post("/sandbox/links/damage-report/secret", &json!({}));
    let entries = service.get("/sandbox/timeline").json()["entries"].clone();
    let entries = entries.as_array().expect("entries").iter().rev().take(4);
    let sentences: Vec<_> = entries
        .rev()
        .filter_map(|entry| entry["sentence"].as_str())
        .collect();
    assert_eq!(
        sentences,
        [
            "The fault tamper_body was switched on for mine, 2 times",
            "The fault tamper_body was switched off for mine",
            "The secret of the endpoint mine was regenerated",
            "The secret of the link damage-report was regenerated",
        ]
    );
}

#[test]
fn a_delivery_can_be_sent_again() {
    let service = service();
    let endpoint = service.receiver(&[401, 200]);
    let id = service.post("/sandbox/events", &json!({}))["deliveries"][0].clone();
    let first = endpoint.receiver.next();
    let failed = service.wait("after=0&status=failed");
    let path = format!("/sandbox/deliveries/{}/resend", id.as_str().expect("an ID"));
    assert_eq!(service.post(&path, &json!({}))["resend_of"], id);
    assert_eq!(endpoint.receiver.next().body, first.body);
    service.wait(&format!("after={}&status=succeeded", failed["last"]));
}

#[test]
fn a_reset_keeps_only_the_settings() {
    let service = service();
    let endpoint = service.receiver(&[200]);
    service.post("/sandbox/events", &json!({}));
    endpoint.receiver.next();
    service.wait("after=0&status=succeeded");
    service.advance(1000);
    let after = service.post("/sandbox/reset", &json!({}));
    assert_eq!(after["ahead"], 0);
    assert_eq!(after["endpoints"].as_array().map(Vec::len), Some(1));
    assert_eq!(
        service.get("/sandbox/deliveries").json()["deliveries"],
        json!([])
    );
    let entries = service.get("/sandbox/timeline").json()["entries"].clone();
    assert_eq!(entries.as_array().map(Vec::len), Some(1));
    service.post("/sandbox/events", &json!({}));
    assert!(receive(&endpoint.receiver.next(), &endpoint.secret, service.now()).is_ok());
}
