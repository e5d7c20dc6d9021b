//! Tests of attacks by pages of other sites, uploads and strangers.

use serde_json::{Value, json};
use visiono_workflow_sandbox::{Options, Sandbox, Secret};

use crate::common::{Answer, Service};

const JSON: (&str, &str) = ("Content-Type", "application/json");

#[test]
fn a_foreign_name_is_not_answered() {
    let service = Service::start(Options {
        hostnames: vec!["sandbox".to_owned()],
        ..Options::default()
    });
    for host in [
        "evil.example",
        "evil.example:4700",
        "localhost.evil.example",
        "169.254.1.1",
    ] {
        for target in ["/", "/s/damage-report", "/sandbox", "/sandbox/live"] {
            let answer = service.raw("GET", target, &[("Host", host)], b"");
            assert_eq!(answer.status, 403, "{host} {target}");
        }
        let answer = service.raw("POST", "/sandbox/reset", &[("Host", host), JSON], b"{}");
        assert_eq!(answer.status, 403);
    }
    for host in ["sandbox:80", "127.0.0.1", "[::1]:4700", "LOCALHOST"] {
        assert_eq!(
            service
                .raw("GET", "/sandbox", &[("Host", host)], b"")
                .status,
            200,
            "{host}"
        );
    }
}

#[test]
fn another_site_can_neither_change_nor_listen() {
    let service = Service::start(Options::default());
    let host = service.host();
    let own = format!("http://{host}");
    let changes = [
        ("POST", "/sandbox/reset"),
        ("POST", "/sandbox/clock"),
        ("POST", "/sandbox/endpoints"),
        ("PUT", "/sandbox/links/evil"),
        ("DELETE", "/sandbox/links/damage-report"),
        ("POST", "/s/damage-report/v_0/submit"),
        ("GET", "/sandbox/live"),
        ("GET", "/sandbox/deliveries"),
    ];
    for (method, target) in changes {
        for foreign in [
            [
                ("Origin", "http://evil.example"),
                ("Sec-Fetch-Site", "cross-site"),
            ],
            [("Origin", "null"), ("Sec-Fetch-Site", "same-origin")],
            [("Origin", &own), ("Sec-Fetch-Site", "same-site")],
            [("Origin", &own), ("Sec-Fetch-Site", "cross-site")],
            [("Origin", "http://localhost"), ("Sec-Fetch-Site", "none")],
        ] {
            let headers = [
                ("Host", &*host),
                foreign[0],
                foreign[1],
                ("Content-Type", "text/plain"),
            ];
            let answer = service.raw(method, target, &headers, b"{\"advance\":1}");
            assert_eq!(answer.status, 403, "{method} {target} {foreign:?}");
        }
    }
    assert_eq!(service.get("/sandbox").json()["ahead"], 0);
    let headers = [
        ("Host", &*host),
        ("Origin", &*own),
        ("Sec-Fetch-Site", "same-origin"),
        JSON,
    ];
    assert_eq!(
        service
            .raw("POST", "/sandbox/clock", &headers, b"{\"advance\":1}")
            .status,
        200
    );
}

#[test]
fn a_form_of_another_type_is_not_an_api_request() {
    let service = Service::start(Options::default());
    for kind in [
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data",
    ] {
        let headers = [("Host", &*service.host()), ("Content-Type", kind)];
        let answer = service.raw("POST", "/sandbox/clock", &headers, b"{\"advance\":1}");
        assert_eq!(answer.status, 415, "{kind}");
    }
}

#[test]
fn a_link_may_be_followed_from_another_site() {
    let service = Service::start(Options::default());
    let host = service.host();
    let mut headers = vec![
        ("Host", &*host),
        ("Sec-Fetch-Site", "cross-site"),
        ("Sec-Fetch-Mode", "navigate"),
        ("Sec-Fetch-Dest", "document"),
    ];
    assert_eq!(
        service.raw("GET", "/s/damage-report", &headers, b"").status,
        400
    );
    assert_eq!(service.raw("GET", "/", &headers, b"").status, 403);
    headers[3] = ("Sec-Fetch-Dest", "iframe");
    assert_eq!(
        service.raw("GET", "/s/damage-report", &headers, b"").status,
        403
    );
}

#[test]
fn webhooks_leave_this_machine_only_for_named_hosts() {
    let service = Service::start(Options {
        allowed_hosts: vec!["desk".to_owned()],
        ..Options::default()
    });
    let add = |url: &str| {
        service
            .api("POST", "/sandbox/endpoints", &json!({ "url": url }))
            .status
    };
    assert_eq!(add("http://desk:8000/hook"), 201);
    for url in [
        "http://example.com/",
        "https://localhost/",
        "file:///etc/passwd",
        "http://[::]/",
    ] {
        assert_eq!(add(url), 422, "{url}");
    }
    let id = service.get("/sandbox").json()["endpoints"][0]["id"].clone();
    let path = format!("/sandbox/endpoints/{}", id.as_str().expect("an ID"));
    let change = json!({ "url": "http://example.com/" });
    assert_eq!(service.api("PATCH", &path, &change).status, 422);
    let refused = Sandbox::open(Options {
        webhooks: vec!["http://example.com/".to_owned()],
        ..Options::default()
    });
    assert!(
        refused
            .expect_err("a foreign host")
            .to_string()
            .contains("--allow-host")
    );
}

#[test]
fn no_answer_but_the_first_contains_a_secret() {
    let service = Service::start(Options {
        redirect: Some("http://localhost:1/".to_owned()),
        webhooks: vec!["http://localhost:1/hook".to_owned()],
        ..Options::default()
    });
    let endpoint = service.receiver(&[200]);
    let regenerated = service.post(
        &format!("/sandbox/endpoints/{}/secret", endpoint.id),
        &json!({}),
    );
    let made = service
        .api("PUT", "/sandbox/links/other", &json!({}))
        .json();
    let renewed = service.post("/sandbox/links/other/secret", &json!({}));
    let secrets = [&regenerated, &made, &renewed].map(|answer| {
        answer["secret"]
            .as_str()
            .expect("a secret, once")
            .to_owned()
    });
    for kind in ["old_secret", "tamper_header"] {
        service.post("/sandbox/faults", &json!({ "kind": kind, "remaining": 1 }));
    }
    let values = json!({ "unique_value": "a", "source": "b", "reference": "c" });
    service.post("/sandbox/links/damage-report/sign", &values);
    service.post("/sandbox/submissions", &values);
    service.get("/s/damage-report?uv=a&src=b&ref=c&ts=1&sig=0");
    endpoint.receiver.next();
    service.wait("after=0&status=succeeded");

    let mut texts: Vec<Answer> = ["/", "/sandbox", "/sandbox/timeline", "/sandbox/deliveries"]
        .map(|target| service.get(target))
        .into();
    texts.push(service.api("PUT", "/sandbox/links/other", &json!({ "active": false })));
    texts.push(service.api(
        "PATCH",
        &format!("/sandbox/endpoints/{}", endpoint.id),
        &json!({ "active": false }),
    ));
    let last = service.get("/sandbox/timeline").json()["last"]
        .as_u64()
        .expect("a number");
    texts.extend((1..=last).map(|id| service.get(&format!("/sandbox/timeline/{id}"))));
    assert!(last > 10);
    let all = [
        &service.workflow_secret,
        &service.webhook_secret,
        &endpoint.secret,
    ];
    for secret in all.into_iter().chain(&secrets) {
        let secret = secret.strip_prefix("whsec_").unwrap_or(secret);
        assert_eq!(secret.len(), 64);
        for text in &texts {
            let whole = format!("{}{}", text.head, text.body);
            assert!(!whole.contains(&secret[..16]), "{text:?}");
        }
    }
}

#[test]
fn debug_shows_no_secret() {
    let text = "whsec_a-secret-that-nobody-may-see";
    let options = Options {
        port: 0,
        webhook_secret: Some(Secret::new(text.to_owned())),
        ..Options::default()
    };
    let mut shown = format!("{options:?}");
    let sandbox = Sandbox::open(options).expect("it opens");
    assert!(sandbox.uses_given_secret());
    shown += &format!("{sandbox:?}");
    let env = sandbox.env();
    shown += &format!("{env}{:?}", sandbox.bind());
    assert!(!shown.contains("nobody-may-see"), "{shown}");
    let own = env
        .lines()
        .next()
        .and_then(|line| line.split('=').nth(1))
        .expect("a secret");
    assert!(!shown.replace(&env, "").contains(own), "{shown}");

    let bad = Options {
        workflow_secret: Some(Secret::new("short-secret".to_owned())),
        ..Options::default()
    };
    let error = Sandbox::open(bad).expect_err("a secret of 12 characters");
    assert!(!format!("{error:?}{error}").contains("short-secret"));
}

#[test]
fn texts_of_strangers_are_escaped() {
    let service = Service::start(Options::default());
    let mark = "<script>alert(1)</script>\"'&";
    let values = json!({ "unique_value": mark, "source": "b", "reference": mark });
    let url = service.post("/sandbox/links/damage-report/sign", &values)["url"].clone();
    let target = url
        .as_str()
        .expect("a URL")
        .strip_prefix(&service.url)
        .expect("a path")
        .to_owned();
    let page = service.get(&target);
    assert_eq!(page.status, 200);
    assert!(!page.body.contains("<script>"), "{}", page.body);
    assert!(page.body.contains("&#60;script&#62;"), "{}", page.body);
    for target in [
        "/s/%3Cscript%3E",
        "/s/damage-report?uv=%3Cscript%3E",
        "/",
        &target,
    ] {
        let page = service.get(target);
        assert!(!page.body.contains("<script>"), "{target}");
        let policy = page.header("content-security-policy").expect("a policy");
        assert!(policy.starts_with("default-src 'none'; script-src 'self';"));
        assert!(!policy.contains("unsafe"));
    }
}

#[test]
fn the_playground_has_a_policy_of_its_own() {
    let service = Service::start(Options::default());
    let page = service.get("/playground");
    let built = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../playground/dist/playground.html"
    );
    // Cargo builds without Node.js, and then the page explains how to build the playground.
    let Ok(built) = std::fs::read_to_string(built) else {
        assert_eq!(page.status, 404);
        assert!(page.body.contains("npm run build"));
        return;
    };
    assert_eq!(page.status, 200);
    assert!(page.body == built);
    let policy = page.header("content-security-policy");
    assert_eq!(policy, Some("frame-ancestors 'none'"));
    let opener = page.header("cross-origin-opener-policy");
    assert_eq!(opener, Some("same-origin"));
}

#[test]
fn requests_are_bounded() {
    let service = Service::start(Options::default());
    let large = json!({ "event": "x".repeat(70_000) });
    assert_eq!(service.api("POST", "/sandbox/events", &large).status, 413);
    let long = format!("/s/damage-report?uv={}", "x".repeat(9000));
    assert_eq!(service.get(&long).status, 414);
    for (target, body) in [
        ("/sandbox/clock", json!({ "advance": u64::MAX })),
        ("/sandbox/clock", json!({ "advance": -1 })),
        ("/sandbox/clock", json!({ "advance": 1, "more": 1 })),
        ("/sandbox/events", json!({ "event": "nothing" })),
        ("/sandbox/faults", json!({ "kind": "nothing" })),
        ("/sandbox/faults", json!({ "kind": "lose", "seconds": 1 })),
        ("/sandbox/faults", json!({ "kind": "lose", "remaining": 0 })),
        (
            "/sandbox/faults",
            json!({ "kind": "lose", "endpoint": "wh_0" }),
        ),
        (
            "/sandbox/faults",
            json!({ "kind": "slow_sending", "seconds": 61 }),
        ),
        ("/sandbox/endpoints", json!({})),
        (
            "/sandbox/endpoints",
            json!({ "url": "http://localhost/", "events": ["x"] }),
        ),
        (
            "/sandbox/submissions",
            json!({ "unique_value": "", "source": "b", "reference": "c" }),
        ),
    ] {
        let answer = service.api("POST", target, &body);
        assert!(
            (400..500).contains(&answer.status),
            "{target} {body}: {answer:?}"
        );
    }
    for body in [
        json!({ "redirect": "ftp://x" }),
        json!({ "redirect": "http://example.com/" }),
        json!({ "items": [{ "id": "a", "title": "1" }, { "id": "a", "title": "2" }] }),
    ] {
        let answer = service.api("PUT", "/sandbox/links/damage-report", &body);
        assert_eq!(answer.status, 422, "{body}");
        assert_ne!(answer.json()["error"]["message"], Value::Null);
    }
    assert_eq!(
        service
            .api("PUT", "/sandbox/links/%2e%2e", &json!({}))
            .status,
        422
    );
    for _ in 0..100 {
        service.post("/sandbox/faults", &json!({ "kind": "lose" }));
    }
    assert_eq!(
        service
            .api("POST", "/sandbox/faults", &json!({ "kind": "lose" }))
            .status,
        413
    );
}
