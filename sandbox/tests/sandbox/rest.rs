//! Tests of the service's REST API: every request, error and scope, and the resulting state.

use std::collections::BTreeSet;
use std::thread;

use serde_json::{Value, json};
use visiono_workflow_sandbox::Options;

use crate::common::{Answer, Service};

/// An empty list.
const NONE: [Value; 0] = [];

/// A program with a key.
struct Client<'s> {
    service: &'s Service,
    key: String,
}

impl<'s> Client<'s> {
    fn new(service: &'s Service, key: &Value) -> Self {
        let made = service.post("/sandbox/keys", key);
        Self {
            service,
            key: made["key"].as_str().expect("a key, once").to_owned(),
        }
    }

    /// Returns a client with all scopes and without a rate limit.
    fn free(service: &'s Service) -> Self {
        service.api("PUT", "/sandbox/rate-limit", &json!({ "limit": 100_000 }));
        Self::new(service, &json!({}))
    }

    fn send(&self, method: &str, path: &str, kind: Option<&str>, body: &[u8]) -> Answer {
        let host = self.service.host();
        let mut headers = vec![("Host", &*host), ("X-API-Key", &self.key)];
        headers.extend(kind.map(|kind| ("Content-Type", kind)));
        let target = format!("/api/v1{path}");
        self.service.raw(method, &target, &headers, body)
    }

    fn call(&self, method: &str, path: &str, body: &Value) -> Answer {
        self.send(
            method,
            path,
            Some("application/json"),
            body.to_string().as_bytes(),
        )
    }

    fn get(&self, path: &str) -> Answer {
        self.send("GET", path, None, b"")
    }

    /// Sends a request that must succeed, and returns its data.
    fn data(&self, method: &str, path: &str, body: &Value) -> Value {
        let answer = match body {
            Value::Null => self.send(method, path, None, b""),
            body => self.call(method, path, body),
        };
        assert!((200..300).contains(&answer.status), "{path}: {answer:?}");
        answer.json()["data"].clone()
    }

    fn request(&self) -> Value {
        let items =
            json!([{ "instructions": "Front", "is_required": true }, { "instructions": "Back" }]);
        let new =
            json!({ "instructions": "Photos, please", "expires_in_hours": 48, "items": items });
        self.data("POST", "/photo-requests", &new)
    }
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("no text: {value}"))
}

/// Returns the names of the fields that an answer refuses.
fn refused(answer: &Answer) -> Vec<String> {
    assert_eq!(answer.status, 422, "{answer:?}");
    let error = answer.json()["error"].clone();
    assert_eq!(error["code"], "validation_error");
    let details = error["details"].as_object().expect("details").clone();
    for sentences in details.values() {
        let sentences = sentences.as_array().expect("a list");
        assert!(!sentences.is_empty() && sentences.iter().all(|one| text(one).ends_with('.')));
    }
    details.keys().cloned().collect()
}

fn code(answer: &Answer) -> (u16, String) {
    (
        answer.status,
        text(&answer.json()["error"]["code"]).to_owned(),
    )
}

/// Returns the path of a URL of the sandbox.
fn path<'u>(service: &Service, url: &'u Value) -> &'u str {
    let url = text(url);
    url.strip_prefix(&service.url)
        .unwrap_or_else(|| panic!("not the sandbox's: {url}"))
}

/// Opens a page, and returns the path of its forms.
fn forms(service: &Service, page: &str) -> String {
    let page = service.get(page);
    assert_eq!(page.status, 200, "{page:?}");
    let (_, rest) = page.body.split_once("id=\"submit\"").expect("the form");
    let (_, rest) = rest.split_once("action=\"").expect("its address");
    let (action, _) = rest.split_once("/submit\"").expect("its end");
    action.to_owned()
}

#[test]
fn a_photo_request_is_created_answered_and_reported() {
    let service = Service::start(Options::default());
    let endpoint = service.receiver(&[200]);
    let client = Client::free(&service);
    let new = json!({
        "instructions": "Upload your ID",
        "recipient_email": "user@example.com",
        "expires_in_hours": 48,
        "require_gps": false,
        "allow_submitter_notes": true,
        "send_email": true,
        "internal_notes": "Ticket #123",
        "metadata": { "ticket_id": "12345" },
        "items": [
            { "instructions": "Front of ID", "is_required": true },
            { "instructions": "Back of ID", "is_required": true },
        ],
    });
    let now = service.now();
    let answer = client.call("POST", "/photo-requests", &new);
    assert_eq!(answer.status, 201);
    let request = answer.json()["data"].clone();
    for (name, value) in [
        ("status", json!("pending")),
        ("instructions", new["instructions"].clone()),
        ("recipient_email", new["recipient_email"].clone()),
        ("metadata", new["metadata"].clone()),
        ("internal_notes", new["internal_notes"].clone()),
        ("code_entry_url", json!(format!("{}/code", service.url))),
        ("submissions_count", json!(0)),
    ] {
        assert_eq!(request[name], value, "{name}");
    }
    let id = text(&request["id"]).to_owned();
    assert!(id.starts_with("pr_"));
    let unique = text(&request["unique_code"]);
    assert_eq!(unique.len(), 6);
    assert!(
        unique
            .bytes()
            .all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
    );
    let numeric = text(&request["numeric_code"]);
    assert_eq!((numeric.len(), numeric.parse::<u32>().is_ok()), (6, true));
    assert!(text(&request["expires_at"]).ends_with("+00:00"));
    let page = path(&service, &request["request_url"]).to_owned();
    assert_eq!(page, format!("/p/{unique}"));
    let items = request["items"].as_array().expect("items");
    assert_eq!(items.len(), 2);
    let item = text(&items[1]["id"]).to_owned();
    assert!(item.starts_with("pri_"));
    assert_eq!(items[1]["instructions"], "Back of ID");
    assert_eq!(items[1]["is_required"], true);

    // The request is found by its ID and by its codes.
    for name in [&id, &unique.to_lowercase(), numeric] {
        let found = client.data("GET", &format!("/photo-requests/{name}"), &Value::Null);
        assert_eq!(found, request);
    }

    // A person types the code, and opens the page.
    let form = service.form(
        "/code",
        &format!("code={}+{}", &numeric[..3], &numeric[3..]),
    );
    assert_eq!(form.status, 303);
    assert_eq!(form.header("location"), Some(&*page));
    let forms = forms(&service, &page);
    let early = service.form(&format!("{forms}/submit"), "");
    assert_eq!(early.status, 422);
    service.get(&page);

    let first = text(&items[0]["id"]);
    for (item, count) in [(first, 1), (&*item, 2), ("", 3)] {
        let sent = service.form(&format!("{forms}/samples"), &format!("item={item}"));
        assert_eq!(sent.status, 303, "{sent:?}");
        assert_eq!(sent.header("location"), Some(&*page));
        let shown = client.data("GET", &format!("/photo-requests/{id}"), &Value::Null);
        assert_eq!(shown["status"], "in_progress");
        assert_eq!(shown["submissions_count"], count);
    }
    let done = service.form(&format!("{forms}/submit"), "");
    assert_eq!(done.status, 303);
    let thanks = service.get(done.header("location").expect("a page"));
    assert_eq!(thanks.status, 200);
    assert!(!thanks.body.contains("For the developer"));
    assert_eq!(service.get(&page).status, 410);
    assert_eq!(service.form(&format!("{forms}/samples"), "").status, 409);

    let shown = client.data("GET", &format!("/photo-requests/{id}"), &Value::Null);
    assert_eq!(shown["status"], "submitted");
    assert!(shown["submitted_at"].is_string() && shown["first_viewed_at"].is_string());

    let answer = client
        .get(&format!("/photo-requests/{id}/submissions?per_page=2"))
        .json();
    assert_eq!(
        answer["meta"],
        json!({ "current_page": 1, "per_page": 2, "last_page": 2, "total": 3 })
    );
    let photo = &answer["data"][1];
    assert!(text(&photo["id"]).starts_with("ps_"));
    assert_eq!(photo["item_id"], json!(item));
    assert_eq!(photo["mime_type"], "image/png");
    assert_eq!(photo["has_gps_data"], true);

    let answer = client
        .get(&format!("/photo-requests/{id}/download-urls"))
        .json();
    assert_eq!(
        answer["meta"],
        json!({ "urls_valid_for": "24 hours", "expires_in_seconds": 86_400 })
    );
    assert_eq!(answer["data"]["photo_request_id"], json!(id));
    let downloads = answer["data"]["submissions"]
        .as_array()
        .expect("photos")
        .clone();
    assert_eq!(downloads.len(), 3);
    for name in ["download_url", "thumbnail_url"] {
        let url = path(&service, &downloads[0][name]);
        assert_eq!(service.get(url).header("content-type"), Some("image/png"));
    }
    service.advance(86_401);
    assert_eq!(
        service
            .get(path(&service, &downloads[0]["download_url"]))
            .status,
        410
    );

    // The webhooks follow in order, with the metadata of the program.
    let events = [
        "photo_request.created",
        "photo_request.first_viewed",
        "photo_submission.created",
        "photo_submission.created",
        "photo_submission.created",
        "photo_request.submitted",
    ];
    for (number, event) in events.into_iter().enumerate() {
        let body: Value = serde_json::from_slice(&endpoint.receiver.next().body).expect("JSON");
        assert_eq!(body["event"], event);
        let sent = &body["data"]["photo_request"];
        assert_eq!(sent["id"], json!(id));
        assert_eq!(sent["unique_code"], json!(unique));
        let members: Vec<_> = sent.as_object().expect("members").keys().collect();
        let documented: &[_] = match event {
            "photo_submission.created" => &["id", "unique_code", "status", "metadata"],
            "photo_request.submitted" => &[
                "id",
                "unique_code",
                "status",
                "submissions_count",
                "metadata",
                "submitted_at",
            ],
            _ => &[
                "id",
                "unique_code",
                "status",
                "recipient_email",
                "request_url",
                "expires_at",
                "metadata",
            ],
        };
        assert_eq!(members, documented, "{event}");
        assert_eq!(sent["metadata"], new["metadata"]);
        let status = [
            "pending",
            "pending",
            "in_progress",
            "in_progress",
            "in_progress",
            "submitted",
        ];
        assert_eq!(sent["status"], status[number]);
        let submission = &body["data"]["submission"];
        assert_eq!(submission.is_object(), event == "photo_submission.created");
        if number == 3 {
            assert_eq!(submission["id"], downloads[1]["id"]);
            assert_eq!(submission["item_id"], json!(item));
        }
        if event == "photo_request.submitted" {
            assert_eq!(sent["submissions_count"], 3);
        }
    }
    let timeline = service.get("/sandbox/timeline?ticket=12345").json();
    let kinds: BTreeSet<_> = timeline["entries"]
        .as_array()
        .expect("entries")
        .iter()
        .map(|entry| text(&entry["kind"]))
        .collect();
    assert!(kinds.is_superset(&["request", "visit", "upload", "submission", "delivery"].into()));
    assert!(service.now() >= now + 86_401);
}

#[test]
fn a_request_expires_on_the_clock() {
    let service = Service::start(Options::default());
    let endpoint = service.receiver(&[200]);
    let client = Client::free(&service);
    let first = client.request();
    let never = client.data("POST", "/photo-requests", &json!({ "instructions": "a" }));
    assert_eq!(never["expires_at"], Value::Null);
    let long = json!({ "instructions": "a", "expires_in_hours": 8760 });
    let last = client.data("POST", "/photo-requests", &long);
    let forms = forms(&service, path(&service, &first["request_url"]));
    service.form(&format!("{forms}/samples"), "");
    service.advance(48 * 3600 + 1);
    let status = |request: &Value| {
        let id = text(&request["id"]);
        client.data("GET", &format!("/photo-requests/{id}"), &Value::Null)["status"].clone()
    };
    assert_eq!(status(&first), "expired");
    assert_eq!(
        (status(&never), status(&last)),
        (json!("pending"), json!("pending"))
    );
    let page = path(&service, &first["request_url"]);
    let late = service.form(&format!("{forms}/submit"), "");
    assert_eq!(late.status, 409);
    assert!(late.body.contains("the request is expired"));
    let shown = service.get(page);
    assert_eq!(shown.status, 410);
    assert!(shown.body.contains("Request expired"));
    let id = text(&first["id"]);
    let whole = format!("/sandbox/photo-requests/{id}/submit");
    assert_eq!(service.api("POST", &whole, &json!({})).status, 409);
    let cancel = client.call("DELETE", &format!("/photo-requests/{id}"), &Value::Null);
    assert_eq!(code(&cancel), (409, "conflict".to_owned()));
    // Three were created, one was viewed and has a photo.
    for _ in 0..5 {
        endpoint.receiver.next();
    }
    let body: Value = serde_json::from_slice(&endpoint.receiver.next().body).expect("JSON");
    assert_eq!(body["event"], "photo_request.expired");
    assert_eq!(body["data"]["photo_request"]["id"], first["id"]);
    assert_eq!(body["data"]["photo_request"]["status"], "expired");
    // The event has the time of the expiry, not the time to which the clock was advanced.
    let expired = text(&first["expires_at"]).replace("+00:00", "Z");
    assert_eq!(body["timestamp"], json!(expired));
}

#[test]
fn requests_are_listed_by_page_status_and_time() {
    let service = Service::start(Options::default());
    let client = Client::free(&service);
    let ids: Vec<_> = (0..5).map(|_| client.request()["id"].clone()).collect();
    let canceled = text(&ids[1]);
    client.data(
        "DELETE",
        &format!("/photo-requests/{canceled}"),
        &Value::Null,
    );
    let again = client.data(
        "DELETE",
        &format!("/photo-requests/{canceled}"),
        &Value::Null,
    );
    assert_eq!(again["status"], "canceled");
    assert_eq!(
        service.get(path(&service, &again["request_url"])).status,
        410
    );
    service.post(
        &format!("/sandbox/photo-requests/{}/submit", text(&ids[2])),
        &json!({}),
    );
    service.post(
        &format!("/sandbox/photo-requests/{}/submit", text(&ids[3])),
        &json!({ "photos": 2, "submit": false }),
    );
    let listed = |query: &str| {
        let answer = client.get(&format!("/photo-requests{query}"));
        assert_eq!(answer.status, 200, "{query}: {answer:?}");
        let data = answer.json()["data"].as_array().expect("a list").clone();
        data.iter()
            .map(|request| request["id"].clone())
            .collect::<Vec<_>>()
    };
    let newest: Vec<_> = ids.iter().rev().cloned().collect();
    assert_eq!(listed(""), newest);
    assert_eq!(listed("?page=2&per_page=2"), newest[2..4]);
    assert_eq!(listed("?page=3&per_page=2"), newest[4..]);
    assert_eq!(listed("?page=2147483647&per_page=100"), NONE);
    assert_eq!(listed("?status=canceled"), [ids[1].clone()]);
    assert_eq!(listed("?status=submitted"), [ids[2].clone()]);
    assert_eq!(listed("?status=in_progress"), [ids[3].clone()]);
    assert_eq!(listed("?status=expired"), NONE);
    assert_eq!(
        listed("?created_after=2020-01-01&created_before=2999-01-01"),
        newest
    );
    assert_eq!(listed("?created_before=2020-01-01T00:00:00+00:00"), NONE);
    assert_eq!(listed("?created_after=2999-01-01T00%3A00%3A00Z"), NONE);
    for (query, names) in [
        ("?page=0", &["page"][..]),
        ("?page=-1&per_page=101", &["page", "per_page"]),
        ("?page=99999999999999999999", &["page"]),
        ("?per_page=1e9", &["per_page"]),
        ("?page=%00&per_page=", &["page", "per_page"]),
        ("?page=1&page=1", &["page"]),
        ("?status=expired&status=expired", &["status"]),
        ("?status=PENDING", &["status"]),
        (
            "?created_after=yesterday&created_before=2024-02-30",
            &["created_after", "created_before"],
        ),
    ] {
        assert_eq!(
            refused(&client.get(&format!("/photo-requests{query}"))),
            names,
            "{query}"
        );
    }
}

#[test]
fn a_batch_is_created_completely_or_not_at_all() {
    let service = Service::start(Options::default());
    let client = Client::free(&service);
    let one = json!({ "instructions": "a" });
    let made = client.data(
        "POST",
        "/photo-requests/batch",
        &json!({ "requests": [one, one] }),
    );
    assert_eq!(made.as_array().map(Vec::len), Some(2));
    assert_ne!(made[0]["unique_code"], made[1]["unique_code"]);
    let many = json!({ "requests": vec![one.clone(); 11] });
    for (body, names) in [
        (many, &["requests"][..]),
        (json!({}), &["requests"]),
        (json!({ "requests": [] }), &["requests"]),
        (json!({ "requests": {} }), &["requests"]),
        (json!({ "requests": [one, 1] }), &["requests.1"]),
        (
            json!({ "requests": [one, { "expires_in_hours": 0, "items": [{}, 1] }] }),
            &[
                "requests.1.expires_in_hours",
                "requests.1.instructions",
                "requests.1.items.0.instructions",
                "requests.1.items.1",
            ],
        ),
    ] {
        let answer = client.call("POST", "/photo-requests/batch", &body);
        assert_eq!(refused(&answer), names, "{body}");
    }
    assert_eq!(client.get("/photo-requests").json()["meta"]["total"], 2);
}

#[test]
fn every_field_of_a_request_is_checked() {
    let service = Service::start(Options::default());
    let client = Client::free(&service);
    let long = "x".repeat(2001);
    let deep = json!({ "a": "x".repeat(5000) });
    let items = vec![json!({ "instructions": "a" }); 51];
    for (name, values) in [
        (
            "instructions",
            vec![json!(null), json!(""), json!(1), json!(long), json!(["a"])],
        ),
        (
            "recipient_email",
            vec![
                json!("a"),
                json!("a@"),
                json!("a@b@c"),
                json!("a b@c"),
                json!(1),
            ],
        ),
        (
            "expires_in_hours",
            vec![
                json!(0),
                json!(-1),
                json!(1.5),
                json!("48"),
                json!(8761),
                json!(1e300),
                json!(u64::MAX),
            ],
        ),
        ("require_gps", vec![json!("true"), json!(1), json!([])]),
        ("allow_submitter_notes", vec![json!("no")]),
        ("send_email", vec![json!(0)]),
        ("internal_notes", vec![json!(true), json!("x".repeat(5001))]),
        ("metadata", vec![json!("a"), json!([1]), deep]),
        ("items", vec![json!({}), json!("a"), json!(items)]),
    ] {
        for value in values {
            let mut new = json!({ "instructions": "a" });
            new[name] = value.clone();
            let answer = client.call("POST", "/photo-requests", &new);
            assert_eq!(refused(&answer), [name], "{name} {value}");
        }
    }
    // All errors are reported at once.
    let wrong = json!({ "send_email": 1, "items": [{ "is_required": "yes" }] });
    assert_eq!(
        refused(&client.call("POST", "/photo-requests", &wrong)),
        [
            "instructions",
            "items.0.instructions",
            "items.0.is_required",
            "send_email"
        ]
    );
    // Unusual but valid values are kept unchanged.
    let odd = json!({
        "instructions": "\u{0}\u{202e}שלום<script>\u{1f600}",
        "expires_in_hours": 48.0,
        "recipient_email": null,
        "metadata": { "": null, "deep": { "er": [1, 2.5, "\u{0}"] } },
        "unknown": { "a": 1 },
        "photo_slots": [{ "instructions": "Front view", "is_required": true }],
    });
    let made = client.data("POST", "/photo-requests", &odd);
    assert_eq!(made["instructions"], odd["instructions"]);
    assert_eq!(made["metadata"], odd["metadata"]);
    assert_eq!(made["items"][0]["instructions"], "Front view");
    let none = json!({ "instructions": "a", "metadata": [] });
    assert_eq!(
        client.data("POST", "/photo-requests", &none)["metadata"],
        json!({})
    );
    let page = service.get(path(&service, &made["request_url"]));
    assert_eq!(page.status, 200);
    assert!(!page.body.contains("<script>\u{1f600}"));
}

#[test]
fn a_smart_link_is_made_changed_and_archived() {
    let service = Service::start(Options::default());
    let client = Client::free(&service);
    let new = json!({
        "instructions": "Vehicle inspection photos",
        "custom_slug": "fleet-inspection",
        "unique_field_label": "License Plate",
        "show_full_name_field": true,
        "full_name_required": true,
        "require_gps": true,
        "tags": ["fleet", "inspection"],
        "items": [
            { "instructions": "Front view", "is_required": true },
            { "instructions": "Damage (if any)", "is_required": false },
        ],
    });
    let answer = client.call("POST", "/smart-links", &new);
    assert_eq!(answer.status, 201);
    let link = answer.json()["data"].clone();
    for name in [
        "instructions",
        "custom_slug",
        "unique_field_label",
        "show_full_name_field",
        "full_name_required",
        "require_gps",
        "tags",
    ] {
        assert_eq!(link[name], new[name], "{name}");
    }
    assert_eq!(link["is_active"], true);
    assert_eq!(link.get("workflow_secret"), None);
    assert_eq!(
        link["request_url"],
        json!(format!("{}/s/fleet-inspection", service.url))
    );
    let id = text(&link["id"]).to_owned();
    assert!(id.starts_with("sl_"));
    assert!(text(&link["items"][0]["id"]).starts_with("pri_"));
    let at = |id: &str| client.data("GET", &format!("/smart-links/{id}"), &Value::Null);
    assert_eq!(at(&id), link);
    assert_eq!(at("fleet-inspection"), link);
    assert_eq!(at(text(&link["unique_code"])), link);
    // The console's own link is in the same list.
    let slugs = |query: &str| {
        let answer = client.get(&format!("/smart-links{query}")).json();
        let data = answer["data"].as_array().expect("a list").clone();
        data.iter()
            .map(|link| text(&link["custom_slug"]).to_owned())
            .collect::<BTreeSet<_>>()
    };
    assert_eq!(
        slugs(""),
        ["damage-report", "fleet-inspection"]
            .map(String::from)
            .into()
    );
    assert_eq!(
        slugs("?tags=fleet,inspection&is_active=1"),
        ["fleet-inspection".to_owned()].into()
    );
    assert_eq!(slugs("?tags[]=fleet&tags[]=other"), BTreeSet::new());

    let taken = json!({ "instructions": "a", "custom_slug": "fleet-inspection" });
    assert_eq!(
        refused(&client.call("POST", "/smart-links", &taken)),
        ["custom_slug"]
    );
    for slug in [
        "ab",
        "Fleet",
        "a_b",
        "a b c",
        "../..",
        "çava",
        &"a".repeat(31),
        "a\u{0}b",
    ] {
        let new = json!({ "instructions": "a", "custom_slug": slug });
        assert_eq!(
            refused(&client.call("POST", "/smart-links", &new)),
            ["custom_slug"],
            "{slug}"
        );
    }
    let wrong = json!({ "tags": [1, ""], "items": 1, "workflow_redirect_url": "ftp://x", "is_active": "yes" });
    assert_eq!(
        refused(&client.call("POST", "/smart-links", &wrong)),
        [
            "instructions",
            "is_active",
            "items",
            "tags.0",
            "tags.1",
            "workflow_redirect_url"
        ]
    );
    let plain = client.data("POST", "/smart-links", &json!({ "instructions": "a" }));
    assert_eq!(plain["custom_slug"], Value::Null);
    let slug = text(&plain["unique_code"]).to_lowercase();
    assert_eq!(
        plain["request_url"],
        json!(format!("{}/s/{slug}", service.url))
    );

    // The old address redirects to the new one.
    let change = json!({ "custom_slug": "fleet-2", "require_gps": false, "tags": [] });
    let changed = client.data("PUT", &format!("/smart-links/{id}"), &change);
    assert_eq!(changed["instructions"], new["instructions"]);
    assert_eq!(changed["items"], link["items"]);
    assert_eq!(
        (&changed["require_gps"], &changed["tags"]),
        (&json!(false), &json!([]))
    );
    let moved = service.get("/s/fleet-inspection?a=b");
    assert_eq!(
        (moved.status, moved.header("location")),
        (303, Some("/s/fleet-2?a=b"))
    );
    let back = client.data(
        "PATCH",
        &format!("/smart-links/{id}"),
        &json!({ "custom_slug": "fleet-inspection" }),
    );
    assert_eq!(back["custom_slug"], "fleet-inspection");
    assert_eq!(
        service.get("/s/fleet-2").header("location"),
        Some("/s/fleet-inspection")
    );
    assert_eq!(
        refused(&client.call(
            "PUT",
            &format!("/smart-links/{id}"),
            &json!({ "instructions": "" })
        )),
        ["instructions"]
    );

    let archived = client.data("DELETE", &format!("/smart-links/{id}"), &Value::Null);
    assert_eq!(archived["is_active"], false);
    assert_eq!(service.get("/s/fleet-inspection").status, 410);
    assert_eq!(
        slugs("?is_active=false"),
        ["fleet-inspection".to_owned()].into()
    );
    assert_eq!(
        refused(&client.get("/smart-links?is_active=2")),
        ["is_active"]
    );
    assert_eq!(
        client.data(
            "PUT",
            &format!("/smart-links/{id}"),
            &json!({ "is_active": true })
        )["is_active"],
        true
    );
}

#[test]
fn people_use_a_link_without_a_signature() {
    let service = Service::start(Options::default());
    let endpoint = service.receiver(&[200]);
    let client = Client::free(&service);
    let new = json!({
        "instructions": "Photos", "custom_slug": "fleet", "unique_field_label": "Plate",
        "show_full_name_field": true, "full_name_required": true, "require_gps": true,
    });
    let id = text(&client.data("POST", "/smart-links", &new)["id"]).to_owned();
    let opened = service.get("/s/fleet");
    assert_eq!(opened.status, 303);
    let page = opened.header("location").expect("a page").to_owned();
    // Each visitor has a separate visit, and keeps it.
    assert_ne!(service.get("/s/fleet").header("location"), Some(&*page));
    let forms = forms(&service, &page);
    assert_eq!(forms, self::forms(&service, &page));
    assert_eq!(service.form(&format!("{forms}/samples"), "").status, 303);
    let submit = |body: &str| service.form(&format!("{forms}/submit"), body);
    for (body, lacks) in [
        ("", "Plate"),
        ("unique_value=+", "Plate"),
        ("unique_value=AB", "Full name"),
    ] {
        let answer = submit(body);
        assert_eq!(answer.status, 422);
        assert!(
            answer.body.contains(&format!("fill in: {lacks}")),
            "{answer:?}"
        );
    }
    // The form still has the typed text.
    let answer = submit("unique_value=%22%3E%3Cb%3E&full_name=");
    assert!(answer.body.contains("value=\"&#34;&#62;&#60;b&#62;\""));
    assert_eq!(submit("unique_value=AB+123&full_name=Zo%C3%AB").status, 303);
    let body: Value = serde_json::from_slice(&endpoint.receiver.next().body).expect("JSON");
    assert_eq!(body["event"], "submission.created");
    let sent = &body["data"]["permanent_link_submission"];
    assert_eq!(sent["unique_field_value"], "AB 123");
    assert_eq!(
        (&sent["external_source"], &sent["external_reference"]),
        (&Value::Null, &Value::Null)
    );
    assert_eq!(
        body["data"]["photo_request"],
        json!({ "id": id, "custom_slug": "fleet" })
    );

    let answer = client.get(&format!("/smart-links/{id}/submissions")).json();
    assert_eq!(answer["meta"]["total"], 1);
    let shown = &answer["data"][0];
    assert_eq!(shown["id"], sent["id"]);
    assert!(text(&shown["id"]).starts_with("pls_"));
    assert_eq!(
        (&shown["unique_field_value"], &shown["full_name"]),
        (&json!("AB 123"), &json!("Zoë"))
    );
    assert_eq!(shown["photo_count"], 1);
    let answer = client
        .get(&format!("/smart-links/{id}/download-urls"))
        .json();
    assert_eq!(answer["data"]["smart_link_id"], json!(id));
    let photo = &answer["data"]["submissions"][0];
    assert_eq!(
        (&photo["id"], &photo["submission_id"]),
        (&shown["photos"][0]["id"], &shown["id"])
    );
    assert_eq!(
        service.get(path(&service, &photo["download_url"])).status,
        200
    );
}

#[test]
fn workflow_mode_refuses_direct_access() {
    let service = Service::start(Options::default());
    let client = Client::free(&service);
    let new = json!({
        "instructions": "Photos", "custom_slug": "claims",
        "workflow_mode": true, "workflow_redirect_url": "http://localhost:8000/done",
    });
    let link = client.data("POST", "/smart-links", &new);
    let secret = text(&link["workflow_secret"]).to_owned();
    assert_eq!(secret.len(), 64);
    let id = text(&link["id"]);
    let shown = client.get(&format!("/smart-links/{id}"));
    assert!(!shown.body.contains(&secret));
    assert_eq!(
        shown.json()["data"]["workflow_redirect_url"],
        new["workflow_redirect_url"]
    );
    let direct = service.get("/s/claims");
    assert_eq!(direct.status, 400);
    assert!(direct.body.contains("Missing Parameters"));
    let values =
        json!({ "unique_value": "A", "source": "b", "reference": "t-1", "slug": "claims" });
    let done = service.post("/sandbox/submissions", &values);
    assert!(text(&done["return_url"]).starts_with("http://localhost:8000/done?sub=pls_"));
    let listed = client.get(&format!("/smart-links/{id}/submissions")).json();
    assert_eq!(listed["data"][0]["id"], done["submission"]);
    assert_eq!(listed["data"][0]["external_reference"], "t-1");
    // The secret is shown again in the answer that switches the mode on, and nowhere else.
    let put = |body: Value| client.data("PUT", &format!("/smart-links/{id}"), &body);
    assert_eq!(put(json!({ "name": "x" })).get("workflow_secret"), None);
    assert_eq!(
        put(json!({ "workflow_mode": false })).get("workflow_secret"),
        None
    );
    assert_eq!(service.get("/s/claims").status, 303);
    assert_eq!(
        put(json!({ "workflow_mode": true }))["workflow_secret"],
        json!(secret)
    );
    assert_eq!(
        put(json!({ "workflow_redirect_url": "" }))["workflow_redirect_url"],
        Value::Null
    );
}

#[test]
fn webhooks_are_those_of_the_console() {
    let service = Service::start(Options::default());
    let client = Client::free(&service);
    let receiver = crate::common::Receiver::start(&[200]);
    let events = json!(["photo_submission.created", "photo_request.submitted"]);
    let new = json!({ "url": receiver.url, "events": events });
    let answer = client.call("POST", "/webhooks", &new);
    assert_eq!(answer.status, 201);
    let made = answer.json()["data"].clone();
    let id = text(&made["id"]).to_owned();
    assert!(id.starts_with("wh_") && text(&made["secret"]).starts_with("whsec_"));
    assert_eq!(
        (&made["url"], &made["events"], &made["is_active"]),
        (&new["url"], &events, &json!(true))
    );
    let shown = client.data("GET", &format!("/webhooks/{id}"), &Value::Null);
    assert_eq!(shown.get("secret"), None);
    let consoles = service.get("/sandbox").json()["endpoints"][0].clone();
    assert_eq!(
        (&consoles["id"], &consoles["events"]),
        (&json!(id), &events)
    );

    let tested = client.data(
        "POST",
        &format!("/webhooks/{id}/test"),
        &json!({ "event": "photo_request.expired" }),
    );
    let request = receiver.next();
    assert_eq!(
        request.header("X-Visiono-Delivery"),
        tested["deliveries"][0].as_str()
    );
    let body: Value = serde_json::from_slice(&request.body).expect("JSON");
    assert_eq!(
        (&body["event"], &body["is_test"]),
        (&json!("photo_request.expired"), &json!(true))
    );
    let signed =
        visiono_workflow::Webhook::from_texts([made["secret"].as_str()]).expect("a secret");
    let header = request.header("X-Visiono-Signature").map(str::as_bytes);
    assert!(signed.verify(&request.body, header).is_ok());
    let plain = client.data("POST", &format!("/webhooks/{id}/test"), &Value::Null);
    assert_eq!(plain["event"], "submission.created");
    receiver.next();
    let unknown = client.call(
        "POST",
        &format!("/webhooks/{id}/test"),
        &json!({ "event": "x" }),
    );
    assert_eq!(refused(&unknown), ["event"]);

    let change = json!({ "is_active": false, "name": "Desk", "events": ["submission.created"] });
    let changed = client.data("PATCH", &format!("/webhooks/{id}"), &change);
    for name in ["is_active", "name", "events"] {
        assert_eq!(changed[name], change[name]);
    }
    assert_eq!(client.get("/webhooks").json()["data"], json!([changed]));
    for (body, names) in [
        (json!({}), &["url"][..]),
        (json!({ "url": "" }), &["url"]),
        (json!({ "url": 1 }), &["url"]),
        (json!({ "url": "http://example.com/" }), &["url"]),
        (json!({ "url": "https://localhost/" }), &["url"]),
        (
            json!({ "url": "http://localhost/", "events": [] }),
            &["events"],
        ),
        (
            json!({ "url": "http://localhost/", "events": ["submission.created", "x", 1] }),
            &["events.1", "events.2"],
        ),
    ] {
        let answer = client.call("POST", "/webhooks", &body);
        assert_eq!(refused(&answer)[..1], names[..1], "{body}");
    }
    let names = client.data("GET", "/webhooks/events", &Value::Null);
    let names: Vec<_> = names
        .as_array()
        .expect("a list")
        .iter()
        .map(|event| event["name"].clone())
        .collect();
    assert_eq!(json!(names), service.get("/sandbox").json()["events"]);
    let gone = client.send("DELETE", &format!("/webhooks/{id}"), None, b"");
    assert_eq!((gone.status, &*gone.body), (204, ""));
    assert_eq!(client.get(&format!("/webhooks/{id}")).status, 404);
    assert_eq!(service.get("/sandbox").json()["endpoints"], json!([]));
}

#[test]
fn qr_codes_need_no_key_and_may_be_embedded() {
    let service = Service::start(Options::default());
    let client = Client::free(&service);
    let request = client.request();
    let id = text(&request["id"]);
    let url =
        client.data("GET", &format!("/photo-requests/{id}/qrcode"), &Value::Null)["qrcode_url"]
            .clone();
    assert_eq!(
        path(&service, &url),
        format!("/qr/{}.png", text(&request["unique_code"]))
    );
    let link =
        client.data("GET", "/smart-links/damage-report/qrcode", &Value::Null)["qrcode_url"].clone();
    assert_eq!(path(&service, &link), "/qr/damage-report.png");
    let host = service.host();
    let foreign = [
        ("Host", &*host),
        ("Sec-Fetch-Site", "cross-site"),
        ("Sec-Fetch-Mode", "no-cors"),
        ("Sec-Fetch-Dest", "image"),
    ];
    for url in [&url, &link] {
        let picture = service.raw("GET", path(&service, url), &foreign, b"");
        assert_eq!(picture.status, 200);
        assert_eq!(picture.header("content-type"), Some("image/png"));
        assert_eq!(
            picture.header("cross-origin-resource-policy"),
            Some("cross-origin")
        );
    }
    for name in [
        "nothing.png",
        "damage-report",
        id,
        &format!("{id}.png"),
        "%00.png",
    ] {
        assert_eq!(service.get(&format!("/qr/{name}")).status, 404, "{name}");
    }
}

/// The requests of the API, each with the scope that it needs.
const OPERATIONS: [(&str, &str, &str); 24] = [
    ("GET", "/photo-requests", "photo_requests:read"),
    ("POST", "/photo-requests", "photo_requests:write"),
    ("POST", "/photo-requests/batch", "photo_requests:write"),
    ("GET", "/photo-requests/x", "photo_requests:read"),
    ("DELETE", "/photo-requests/x", "photo_requests:write"),
    ("GET", "/photo-requests/x/submissions", "submissions:read"),
    (
        "GET",
        "/photo-requests/x/download-urls",
        "download_urls:read",
    ),
    ("GET", "/photo-requests/x/qrcode", "photo_requests:read"),
    ("GET", "/smart-links", "smart_links:read"),
    ("POST", "/smart-links", "smart_links:write"),
    ("GET", "/smart-links/x", "smart_links:read"),
    ("PUT", "/smart-links/x", "smart_links:write"),
    ("PATCH", "/smart-links/x", "smart_links:write"),
    ("DELETE", "/smart-links/x", "smart_links:write"),
    ("GET", "/smart-links/x/submissions", "submissions:read"),
    ("GET", "/smart-links/x/download-urls", "download_urls:read"),
    ("GET", "/smart-links/x/qrcode", "smart_links:read"),
    ("GET", "/webhooks", "webhooks:read"),
    ("POST", "/webhooks", "webhooks:write"),
    ("GET", "/webhooks/events", "webhooks:read"),
    ("GET", "/webhooks/x", "webhooks:read"),
    ("PATCH", "/webhooks/x", "webhooks:write"),
    ("DELETE", "/webhooks/x", "webhooks:write"),
    ("POST", "/webhooks/x/test", "webhooks:write"),
];

#[test]
fn each_request_needs_its_scope() {
    let service = Service::start(Options::default());
    Client::free(&service);
    let scopes: BTreeSet<_> = OPERATIONS.map(|(_, _, scope)| scope).into();
    assert_eq!(scopes.len(), 8);
    for scope in scopes {
        let with = Client::new(&service, &json!({ "scopes": [scope], "mode": "live" }));
        assert!(with.key.starts_with("vsk_live_"));
        let others: Vec<_> = service.get("/sandbox").json()["scopes"]
            .as_array()
            .expect("scopes")
            .iter()
            .filter(|other| *other != scope)
            .cloned()
            .collect();
        let without = Client::new(&service, &json!({ "scopes": others }));
        assert!(without.key.starts_with("vsk_test_"));
        for (method, path, _) in OPERATIONS.iter().filter(|(_, _, needs)| *needs == scope) {
            let answer = without.send(method, path, None, b"");
            let error = answer.json()["error"].clone();
            assert_eq!(answer.status, 403, "{method} {path}");
            assert_eq!(error["code"], "missing_scope");
            assert_eq!(error["details"], json!({ "scope": [scope] }));
            assert!(text(&error["message"]).contains(scope));
            let answer = with.send(method, path, None, b"");
            let expected = match (*method, path.contains("/x")) {
                (_, true) => 404,
                ("GET", false) => 200,
                _ => 422,
            };
            assert_eq!(answer.status, expected, "{method} {path}: {answer:?}");
        }
    }
}

#[test]
fn keys_are_made_paused_regenerated_and_deleted() {
    let service = Service::start(Options::default());
    let made = service.post("/sandbox/keys", &json!({ "name": "Help desk" }));
    let id = text(&made["id"]).to_owned();
    let works = |key: &str| {
        let headers = [("Host", &*service.host()), ("X-API-Key", key)];
        service.raw("GET", "/api/v1/status", &headers, b"").status
    };
    let key = text(&made["key"]).to_owned();
    assert_eq!(works(&key), 200);
    for wrong in [
        "",
        "vsk_test_",
        &key[..key.len() - 1],
        &format!("{key}0"),
        &key.to_uppercase(),
        "\u{e9}",
    ] {
        assert_eq!(works(wrong), 401, "{wrong}");
    }
    let twice = [
        ("Host", &*service.host()),
        ("X-API-Key", &key),
        ("X-API-Key", &key),
    ];
    let answer = service.raw("GET", "/api/v1/status", &twice, b"");
    assert_eq!(code(&answer), (401, "unauthenticated".to_owned()));
    assert_eq!(service.get("/api/v1/status").status, 401);
    assert_eq!(service.get("/api/v1/nothing").status, 401);

    let path = format!("/sandbox/keys/{id}");
    assert_eq!(
        service
            .api("PATCH", &path, &json!({ "active": false }))
            .status,
        200
    );
    assert_eq!(works(&key), 401);
    service.api("PATCH", &path, &json!({ "active": true, "name": "Desk" }));
    assert_eq!(works(&key), 200);
    let renewed = service.post(&format!("{path}/secret"), &json!({}));
    let renewed = text(&renewed["secret"]).to_owned();
    assert_eq!((works(&key), works(&renewed)), (401, 200));
    let shown = service.get("/sandbox").json()["api_keys"][1].clone();
    assert_eq!(
        (&shown["name"], &shown["active"]),
        (&json!("Desk"), &json!(true))
    );
    assert!(shown["last_used"].is_number());
    assert!(text(&shown["hint"]).ends_with(&renewed[renewed.len() - 4..]));

    // Only the first answer has the key, and secrets of other kinds are not keys.
    let last = service.get("/sandbox/timeline").json()["last"]
        .as_u64()
        .expect("a number");
    let mut texts = vec![
        service.get("/"),
        service.get("/sandbox"),
        service.get("/api/v1.openapi"),
    ];
    texts.extend((1..=last).map(|id| service.get(&format!("/sandbox/timeline/{id}"))));
    for key in [&key, &renewed] {
        assert!(texts.iter().all(|text| !text.body.contains(&key[9..25])));
    }
    assert_eq!(
        (
            works(&service.webhook_secret),
            works(&service.workflow_secret)
        ),
        (401, 401)
    );
    for (method, body) in [
        ("PATCH", json!({ "mode": "live" })),
        ("PATCH", json!({ "name": "" })),
        ("PATCH", json!({ "scopes": ["all"] })),
        ("PATCH", json!({ "key": "x" })),
    ] {
        assert_eq!(service.api(method, &path, &body).status, 422, "{body}");
    }
    assert_eq!(service.api("DELETE", &path, &json!({})).status, 200);
    assert_eq!(works(&renewed), 401);
    assert_eq!(service.api("DELETE", &path, &json!({})).status, 404);
    for _ in 0..99 {
        service.post("/sandbox/keys", &json!({}));
    }
    assert_eq!(service.api("POST", "/sandbox/keys", &json!({})).status, 413);
}

#[test]
fn the_rate_limit_can_be_set_and_exhausted() {
    let service = Service::start(Options::default());
    let client = Client::new(&service, &json!({}));
    let other = Client::new(&service, &json!({}));
    let left = |answer: &Answer| {
        let number = |name| {
            answer
                .header(name)
                .and_then(|value| value.parse::<u64>().ok())
        };
        (
            answer.status,
            number("x-ratelimit-limit"),
            number("x-ratelimit-remaining"),
        )
    };
    assert_eq!(left(&client.get("/webhooks")), (200, Some(60), Some(59)));
    // An error is counted too.
    assert_eq!(left(&client.get("/webhooks/x")), (404, Some(60), Some(58)));
    service.api("PUT", "/sandbox/rate-limit", &json!({ "limit": 2 }));
    assert_eq!(left(&client.get("/status")), (200, Some(2), Some(1)));
    assert_eq!(left(&client.get("/status")), (200, Some(2), Some(0)));
    let refused = client.get("/status");
    assert_eq!(left(&refused), (429, Some(2), Some(0)));
    assert_eq!(code(&refused).1, "rate_limited");
    let after: u64 = refused
        .header("retry-after")
        .and_then(|value| value.parse().ok())
        .expect("a time");
    assert!((1..=60).contains(&after));
    assert_eq!(other.get("/status").status, 200);
    service.advance(60);
    assert_eq!(left(&client.get("/status")), (200, Some(2), Some(1)));

    service.api(
        "PUT",
        "/sandbox/rate-limit",
        &json!({ "limit": 60, "exhausted": true }),
    );
    assert_eq!(left(&client.get("/status")), (429, Some(60), Some(0)));
    assert_eq!(other.get("/photo-requests").status, 429);
    assert_eq!(
        service.get("/sandbox").json()["rate_limit"],
        json!({ "limit": 60, "exhausted": true })
    );
    service.advance(60);
    assert_eq!(left(&client.get("/status")), (200, Some(60), Some(59)));
    service.api("PUT", "/sandbox/rate-limit", &json!({ "exhausted": true }));
    service.api("PUT", "/sandbox/rate-limit", &json!({ "exhausted": false }));
    assert_eq!(client.get("/status").status, 200);
    for body in [
        json!({ "limit": 0 }),
        json!({ "limit": 1_000_001 }),
        json!({ "limit": -1 }),
        json!({ "more": 1 }),
    ] {
        assert_eq!(
            service.api("PUT", "/sandbox/rate-limit", &body).status,
            422,
            "{body}"
        );
    }
}

#[test]
fn invalid_requests_get_their_errors() {
    let service = Service::start(Options::default());
    let client = Client::free(&service);
    let json = Some("application/json");
    let is = |answer: Answer, status: u16, name: &str| {
        assert_eq!(code(&answer), (status, name.to_owned()), "{answer:?}");
        assert_eq!(answer.header("content-type"), Some("application/json"));
    };
    is(client.get("/nothing"), 404, "not_found");
    is(client.get("/photo-requests/x/y/z"), 404, "not_found");
    is(client.get("/photo-requests/%ff"), 404, "not_found");
    is(client.get("/photo-requests/%00"), 404, "not_found");
    is(
        client.get("/photo-requests/..%2f..%2fetc"),
        404,
        "not_found",
    );
    let method = client.send("PUT", "/photo-requests", None, b"");
    assert!(
        method
            .header("allow")
            .is_some_and(|allow| allow.contains("POST"))
    );
    is(method, 405, "method_not_allowed");
    for body in [
        "{",
        "nonsense",
        "\u{0}",
        "{\"a\":1}{}",
        "{'a':1}",
        "NaN",
        "[]",
        "[1]",
        "\"a\"",
        "1",
        "null",
    ] {
        is(
            client.send("POST", "/photo-requests", json, body.as_bytes()),
            400,
            "bad_request",
        );
    }
    let deep = "[".repeat(30_000);
    is(
        client.send("POST", "/photo-requests", json, deep.as_bytes()),
        400,
        "bad_request",
    );
    is(
        client.send(
            "POST",
            "/photo-requests",
            json,
            b"{\"instructions\":\"\xff\"}",
        ),
        400,
        "bad_request",
    );
    let lone = br#"{"instructions":"\ud800"}"#;
    is(
        client.send("POST", "/photo-requests", json, lone),
        400,
        "bad_request",
    );
    let large = format!("{{\"instructions\":\"{}\"}}", "x".repeat(70_000));
    is(
        client.send("POST", "/photo-requests", json, large.as_bytes()),
        413,
        "too_large",
    );
    for kind in [
        None,
        Some("text/plain"),
        Some("application/x-www-form-urlencoded"),
        Some("\u{e9}"),
    ] {
        is(
            client.send("POST", "/photo-requests", kind, b"{\"instructions\":\"a\"}"),
            415,
            "unsupported_media_type",
        );
    }
    let kind = Some("Application/JSON; charset=utf-8");
    assert_eq!(
        client
            .send("POST", "/photo-requests", kind, b"{\"instructions\":\"a\"}")
            .status,
        201
    );
    is(
        client.send("PUT", "/smart-links/damage-report", None, b""),
        400,
        "bad_request",
    );
    // A missing body is an empty one, for requests that create something.
    assert_eq!(
        refused(&client.send("POST", "/photo-requests", None, b"")),
        ["instructions"]
    );
}

#[test]
fn browsers_on_other_origins_are_refused() {
    let service = Service::start(Options::default());
    let client = Client::free(&service);
    let host = service.host();
    let request = client.request();
    let own = format!("http://{host}");
    for (origin, site, status) in [
        (&*own, "same-origin", 200),
        ("http://evil.example", "cross-site", 403),
        ("null", "cross-site", 403),
        ("http://localhost:1", "same-site", 403),
    ] {
        let headers = [
            ("Host", &*host),
            ("X-API-Key", &client.key),
            ("Origin", origin),
            ("Sec-Fetch-Site", site),
        ];
        for target in ["/api/v1/status", "/api/v1/photo-requests"] {
            assert_eq!(
                service.raw("GET", target, &headers, b"").status,
                status,
                "{origin}"
            );
        }
    }
    let evil = [("Host", "evil.example"), ("X-API-Key", &client.key)];
    for target in [
        "/api/v1/status",
        "/api/v1.openapi",
        "/code",
        path(&service, &request["request_url"]),
    ] {
        assert_eq!(
            service.raw("GET", target, &evil, b"").status,
            403,
            "{target}"
        );
    }
    // A person may follow a link to a page.
    let navigates = [
        ("Host", &*host),
        ("Sec-Fetch-Site", "cross-site"),
        ("Sec-Fetch-Mode", "navigate"),
        ("Sec-Fetch-Dest", "document"),
    ];
    for (target, status) in [
        ("/code", 200),
        (path(&service, &request["request_url"]), 200),
        ("/api/v1/status", 403),
    ] {
        assert_eq!(
            service.raw("GET", target, &navigates, b"").status,
            status,
            "{target}"
        );
    }
    let form = [
        navigates[0],
        navigates[1],
        navigates[2],
        navigates[3],
        ("Content-Type", "application/x-www-form-urlencoded"),
    ];
    assert_eq!(service.raw("POST", "/code", &form, b"code=1").status, 403);
}

#[test]
fn unknown_codes_are_not_found() {
    let service = Service::start(Options::default());
    let client = Client::free(&service);
    let request = client.request();
    let page = service.get("/code");
    assert_eq!(page.status, 200);
    let id = text(&request["id"]);
    for typed in [
        "",
        "code=",
        "code=000",
        "other=1",
        &format!("code={id}"),
        "code=%3Cscript%3E",
        "code=%00%ff",
        &format!("code={}", "9".repeat(5000)),
    ] {
        let answer = service.form("/code", typed);
        assert_eq!(answer.status, 404, "{typed}");
        assert!(!answer.body.contains("<script>"));
    }
    let unique = text(&request["unique_code"]).to_lowercase();
    assert_eq!(
        service.form("/code", &format!("code=+{unique}+")).status,
        303
    );
    for name in [id, "nothing", "%00", "%ff"] {
        assert!(
            (400..500).contains(&service.get(&format!("/p/{name}")).status),
            "{name}"
        );
    }
}

#[test]
fn requests_and_keys_survive_a_restart() {
    let folder = tempfile::tempdir().expect("a folder");
    let state = folder.path().join("sandbox.json");
    let options = || Options {
        state: Some(state.clone()),
        ..Options::default()
    };
    let first = Service::start(options());
    let client = Client::free(&first);
    let request = client.request();
    let id = text(&request["id"]).to_owned();
    let link = json!({ "instructions": "a", "custom_slug": "kept-link", "tags": ["t"] });
    client.data("POST", "/smart-links", &link);
    let whole = format!("/sandbox/photo-requests/{id}/submit");
    first.post(&whole, &json!({ "photos": 2 }));
    let before = client.data("GET", &format!("/photo-requests/{id}"), &Value::Null);
    assert_eq!(before["status"], "submitted");
    crate::kept::wait_for(&state, "\"status\":\"submitted\"");

    let second = Service::start(options());
    let again = Client {
        service: &second,
        key: client.key,
    };
    let mut after = again.data("GET", &format!("/photo-requests/{id}"), &Value::Null);
    // The port has changed.
    for name in ["request_url", "code_entry_url"] {
        after[name] = before[name].clone();
    }
    assert_eq!(after, before);
    assert_eq!(
        again.data("GET", "/smart-links/kept-link", &Value::Null)["tags"],
        link["tags"]
    );
    let downloads = again.data(
        "GET",
        &format!("/photo-requests/{id}/download-urls"),
        &Value::Null,
    );
    let url = path(&second, &downloads["submissions"][1]["download_url"]).to_owned();
    assert_eq!(second.get(&url).status, 200);
    assert_eq!(
        second.get("/sandbox").json()["rate_limit"]["limit"],
        100_000
    );
    second.post("/sandbox/reset", &json!({}));
    assert_eq!(again.get("/photo-requests").json()["meta"]["total"], 0);
    assert_eq!(again.get("/smart-links/kept-link").status, 200);
}

#[test]
fn requests_in_parallel_are_all_kept() {
    let service = Service::start(Options::default());
    let client = Client::free(&service);
    let shared = client.request();
    let shared = text(&shared["id"]);
    let (mut codes, mut made, mut taken) = (BTreeSet::new(), 0, 0);
    thread::scope(|scope| {
        let threads: Vec<_> = (0..8)
            .map(|_| {
                scope.spawn(|| {
                    let codes: Vec<_> = (0..5)
                        .map(|_| text(&client.request()["unique_code"]).to_owned())
                        .collect();
                    let link = json!({ "instructions": "a", "custom_slug": "only-one" });
                    let link = client.call("POST", "/smart-links", &link).status;
                    client.call("DELETE", &format!("/photo-requests/{shared}"), &Value::Null);
                    (codes, link)
                })
            })
            .collect();
        for thread in threads {
            let (own, link) = thread.join().expect("no panic");
            codes.extend(own);
            made += usize::from(link == 201);
            taken += usize::from(link == 422);
        }
    });
    assert_eq!((codes.len(), made, taken), (40, 1, 7));
    let answer = client.get("/photo-requests?per_page=100").json();
    assert_eq!(answer["meta"]["total"], 41);
}

#[test]
fn stored_objects_are_bounded() {
    let service = Service::start(Options::default());
    let client = Client::free(&service);
    let ten = json!({ "requests": vec![json!({ "instructions": "a" }); 10] });
    for _ in 0..100 {
        client.data("POST", "/photo-requests/batch", &ten);
    }
    let full = client.call("POST", "/photo-requests", &json!({ "instructions": "a" }));
    assert_eq!(code(&full), (409, "conflict".to_owned()));
    // A completed request is removed first.
    let oldest = client.get("/photo-requests?per_page=1&page=1000").json()["data"][0]["id"].clone();
    client.data(
        "DELETE",
        &format!("/photo-requests/{}", text(&oldest)),
        &Value::Null,
    );
    client.data("POST", "/photo-requests", &json!({ "instructions": "a" }));
    assert_eq!(client.get("/photo-requests").json()["meta"]["total"], 1000);
    assert_eq!(
        client
            .get(&format!("/photo-requests/{}", text(&oldest)))
            .status,
        404
    );
    let hook = json!({ "url": "http://localhost:1/", "events": ["submission.created"] });
    let made = (0..101).map(|_| client.call("POST", "/webhooks", &hook).status);
    assert_eq!(made.collect::<Vec<_>>()[99..], [201, 409]);
    let link = json!({ "instructions": "a" });
    let made = (0..500).map(|_| client.call("POST", "/smart-links", &link).status);
    assert_eq!(made.collect::<Vec<_>>()[498..], [201, 409]);
}

#[test]
fn the_document_describes_every_request_and_marks_every_field() {
    let service = Service::start(Options::default());
    let document = service.get("/api/v1.openapi");
    assert_eq!(document.status, 200);
    let document = document.json();
    assert!(text(&document["openapi"]).starts_with("3.1"));
    assert!(text(&document["info"]["title"]).contains("reconstructed from the public guide"));
    let paths = document["paths"].as_object().expect("paths");
    let mut described = BTreeSet::new();
    for (path, item) in paths {
        for (method, operation) in item.as_object().expect("operations") {
            described.insert((method.to_uppercase(), path.replace("{id}", "x")));
            assert!(operation["x-visiono-source"].is_string(), "{method} {path}");
            for parameter in operation["parameters"].as_array().into_iter().flatten() {
                assert!(
                    parameter["x-visiono-source"].is_string(),
                    "{path} {parameter}"
                );
            }
            let scope = OPERATIONS.iter().find(|(other, at, _)| {
                other.eq_ignore_ascii_case(method) && *at == path.replace("{id}", "x")
            });
            if let Some((_, _, scope)) = scope {
                assert!(
                    text(&operation["description"]).contains(scope),
                    "{method} {path}"
                );
            }
        }
    }
    let wanted = OPERATIONS.map(|(method, path, _)| (method.to_owned(), path.to_owned()));
    let mut wanted: BTreeSet<_> = wanted.into();
    wanted.insert(("GET".to_owned(), "/status".to_owned()));
    assert_eq!(described, wanted);
    let schemas = document["components"]["schemas"]
        .as_object()
        .expect("schemas");
    let mut fields = 0;
    for (name, schema) in schemas {
        for (field, schema) in schema["properties"].as_object().into_iter().flatten() {
            let source = &schema["x-visiono-source"];
            assert!(
                source == "documented" || source == "inferred",
                "{name}.{field}: {schema}"
            );
            let description = text(&schema["description"]).to_lowercase();
            assert!(description.starts_with(text(source)), "{name}.{field}");
            fields += 1;
        }
    }
    assert!(fields > 100, "{fields}");
    let events = &schemas["EventName"]["enum"];
    assert_eq!(*events, service.get("/sandbox").json()["events"]);
}
