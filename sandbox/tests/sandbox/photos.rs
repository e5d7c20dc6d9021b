//! Tests of uploads, and of the URLs for downloads.

use serde_json::{Value, json};
use visiono_workflow_sandbox::Options;

use crate::common::{Answer, Service};

/// The start of a JPEG, which is enough to detect its type.
const JPEG: &[u8] = b"\xff\xd8\xff\xe0 and no more";

struct Upload {
    service: Service,
    action: String,
    target: String,
}

/// Opens a link.
fn open() -> Upload {
    let service = Service::start(Options::default());
    let values = json!({ "unique_value": "A", "source": "b", "reference": "c" });
    let url = service.post("/sandbox/links/damage-report/sign", &values)["url"].clone();
    let url = url.as_str().expect("a URL");
    let target = url.strip_prefix(&service.url).expect("a path").to_owned();
    assert_eq!(service.get(&target).status, 200);
    let timeline = service.get("/sandbox/timeline").json();
    let visit = timeline["entries"]
        .as_array()
        .and_then(|entries| entries.last());
    let visit = visit.expect("a visit")["subject"].as_str().expect("an ID");
    Upload {
        action: format!("/s/damage-report/{visit}"),
        service,
        target,
    }
}

impl Upload {
    fn send(&self, accept: &str, fields: &[(&str, Option<&str>, &[u8])]) -> Answer {
        let mut body = Vec::new();
        for (name, file, content) in fields {
            let file = file.map_or(String::new(), |file| format!("; filename=\"{file}\""));
            let head =
                format!("--X\r\nContent-Disposition: form-data; name=\"{name}\"{file}\r\n\r\n");
            body.extend_from_slice(head.as_bytes());
            body.extend_from_slice(content);
            body.extend_from_slice(b"\r\n");
        }
        body.extend_from_slice(b"--X--\r\n");
        let headers = [
            ("Host", &*self.service.host()),
            ("Content-Type", "multipart/form-data; boundary=X"),
            ("Accept", accept),
        ];
        self.service
            .raw("POST", &format!("{}/photos", self.action), &headers, &body)
    }

    fn json(&self, fields: &[(&str, Option<&str>, &[u8])]) -> Answer {
        self.send("application/json", fields)
    }
}

#[test]
fn photos_are_uploaded_shown_and_removed() {
    let upload = open();
    let answer = upload.json(&[
        ("item", None, b"front"),
        ("note", None, "the bumper, é".as_bytes()),
        ("photo", Some("one.jpg"), JPEG),
        ("photo", Some("../../two<b>.jpg"), JPEG),
    ]);
    assert_eq!(answer.status, 200, "{answer:?}");
    let photos = answer.json()["photos"].clone();
    assert_eq!(photos.as_array().map(Vec::len), Some(2));
    assert_eq!(photos[0]["mime"], "image/jpeg");
    assert_eq!(photos[0]["note"], "the bumper, é");
    assert_eq!(photos[1]["item"], "front");
    let page = upload.service.get(&upload.target).body;
    assert!(
        page.contains("one.jpg") && page.contains("two&#60;b&#62;.jpg"),
        "{page}"
    );

    let url = photos[0]["url"].as_str().expect("a URL");
    let download = upload.service.get(url);
    assert_eq!(download.status, 200);
    assert_eq!(download.header("content-type"), Some("image/jpeg"));
    assert_eq!(download.header("x-content-type-options"), Some("nosniff"));
    assert_eq!(
        download.header("content-security-policy"),
        Some("default-src 'none'; sandbox")
    );

    let id = photos[0]["id"].as_str().expect("an ID");
    let removed = upload
        .service
        .form(&format!("{}/remove", upload.action), &format!("photo={id}"));
    assert_eq!(
        (removed.status, removed.header("location")),
        (303, Some(&*upload.target))
    );
    assert_eq!(upload.service.get(url).status, 404);
    assert!(!upload.service.get(&upload.target).body.contains("one.jpg"));
}

#[test]
fn a_form_without_a_script_redirects_to_the_page() {
    let upload = open();
    let answer = upload.send("text/html", &[("photo", Some("a.jpg"), JPEG)]);
    assert_eq!(
        (answer.status, answer.header("location")),
        (303, Some(&*upload.target))
    );
}

#[test]
fn other_files_and_too_many_photos_are_refused() {
    let upload = open();
    for content in [
        &b"<svg xmlns='http://www.w3.org/2000/svg'/>"[..],
        b"<html><script>alert(1)</script>",
        b"GIF89a",
        b"%PDF-1.7",
        b"\xff\xd8",
    ] {
        assert_eq!(
            upload.json(&[("photo", Some("a.jpg"), content)]).status,
            422
        );
    }
    let large = [JPEG, &vec![0; 10 << 20]].concat();
    assert_eq!(upload.json(&[("photo", Some("a.jpg"), &large)]).status, 413);
    assert_eq!(upload.json(&[("note", None, &[b'x'; 3000])]).status, 413);
    assert_eq!(
        upload
            .json(&[("item", None, b"none"), ("photo", Some("a"), JPEG)])
            .status,
        404
    );
    assert_eq!(upload.json(&[("photo", Some(""), b"")]).status, 422);
    assert_eq!(upload.json(&[("other", None, b"")]).status, 422);
    assert_eq!(upload.json(&[]).status, 422);
    let many = vec![("photo", Some("a.jpg"), JPEG); 21];
    assert_eq!(upload.json(&many).status, 413);
    let page = upload.service.get(&upload.target).body;
    assert_eq!(page.matches(">Remove<").count(), 20);

    // A visit of another link, and a refused visit.
    let wrong = upload.action.replace("damage-report", "other");
    assert_eq!(
        upload.service.form(&format!("{wrong}/samples"), "").status,
        404
    );
    upload.service.get("/s/damage-report?uv=1");
    let timeline = upload.service.get("/sandbox/timeline").json();
    let refused = timeline["entries"]
        .as_array()
        .and_then(|entries| entries.last());
    let refused = refused.expect("a visit")["subject"]
        .as_str()
        .expect("an ID")
        .to_owned();
    let path = format!("/s/damage-report/{refused}/samples");
    assert_eq!(upload.service.form(&path, "").status, 404);
}

#[test]
fn a_download_url_expires_on_the_clock() {
    let upload = open();
    let sample = upload.json(&[("photo", Some("a.jpg"), JPEG)]);
    let url = sample.json()["photos"][0]["url"]
        .as_str()
        .expect("a URL")
        .to_owned();
    let host = upload.service.host();
    // A page of the integrator embeds it.
    let foreign = [
        ("Host", &*host),
        ("Sec-Fetch-Site", "same-site"),
        ("Sec-Fetch-Mode", "no-cors"),
    ];
    assert_eq!(upload.service.raw("GET", &url, &foreign, b"").status, 200);
    // Real time passes too.
    upload.service.advance(86_400 - 60);
    assert_eq!(upload.service.get(&url).status, 200);
    upload.service.advance(61);
    assert_eq!(upload.service.get(&url).status, 410);
    let later = url.replace("expires=1", "expires=2");
    assert_ne!(later, url);
    assert_eq!(upload.service.get(&later).status, 403);
}

#[test]
fn a_webhook_reports_the_position_of_samples() {
    let service = Service::start(Options::default());
    let endpoint = service.receiver(&[200]);
    let path = format!("/sandbox/endpoints/{}", endpoint.id);
    service.api("PATCH", &path, &json!({ "payload": "developer" }));
    let values = json!({ "unique_value": "A", "source": "b", "reference": "c", "photos": 2 });
    service.post("/sandbox/submissions", &values);
    let body: Value = serde_json::from_slice(&endpoint.receiver.next().body).expect("JSON");
    let photos = body["data"]["photos"].as_array().expect("photos");
    assert_eq!(photos.len(), 2);
    assert_eq!(photos[0]["slot_instructions"], "Front view");
    assert_eq!(photos[0]["metadata"]["captured_at"], "2025-01-15T10:30:00Z");
    assert_eq!(photos[0]["metadata"]["gps_lat"], 45.464_167);
    let url = photos[0]["url"].as_str().expect("a URL");
    assert_eq!(
        service
            .get(url.strip_prefix(&service.url).expect("a path"))
            .status,
        200
    );
}
