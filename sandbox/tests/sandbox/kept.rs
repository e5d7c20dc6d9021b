//! Tests of the state in a file.

use std::fs;
use std::path::Path;
use std::thread;
use std::time::Duration;

use serde_json::json;
use visiono_workflow_sandbox::{Options, Sandbox, Secret};

use crate::common::Service;

fn options(state: &Path) -> Options {
    Options {
        state: Some(state.to_owned()),
        port: 0,
        ..Options::default()
    }
}

/// Waits until the file contains a text: the server writes it after a change.
pub(crate) fn wait_for(state: &Path, text: &str) {
    for _ in 0..3000 {
        if fs::read_to_string(state).expect("a file").contains(text) {
            return;
        }
        thread::sleep(Duration::from_millis(10));
    }
    panic!("the file never has: {text}");
}

#[test]
fn secrets_photos_and_deliveries_are_kept() {
    let folder = tempfile::tempdir().expect("a folder");
    let state = folder.path().join("sandbox.json");
    let first = Service::start(options(&state));
    let values = json!({ "unique_value": "A", "source": "b", "reference": "t-kept" });
    let visit = first.post("/sandbox/submissions", &values)["visit"].clone();
    wait_for(&state, "1 photo was submitted");

    let second = Service::start(options(&state));
    assert_eq!(second.workflow_secret, first.workflow_secret);
    assert_eq!(second.webhook_secret, first.webhook_secret);
    let timeline = second.get("/sandbox/timeline?ticket=t-kept").json();
    let entry = timeline["entries"][0].clone();
    assert_eq!(entry["subject"], visit);
    let entry = second
        .get(&format!("/sandbox/timeline/{}", entry["id"]))
        .json();
    let url = entry["visit"]["photos"][0]["url"]
        .as_str()
        .expect("a URL")
        .to_owned();
    assert_eq!(second.get(&url).status, 200);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = fs::metadata(&state).expect("a file").permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
}

#[test]
fn the_lines_for_env_have_the_smart_link() {
    let folder = tempfile::tempdir().expect("a folder");
    let state = folder.path().join("sandbox.json");
    let env = |port| {
        let options = Options {
            port,
            ..options(&state)
        };
        Sandbox::open(options).expect("it opens").env()
    };
    let link = "VISIONO_LINK=http://localhost:4711/s/damage-report\n";
    // A port that is chosen at the start is not known yet.
    assert_eq!(env(4711), env(0) + link);
    assert!(!env(0).contains("VISIONO_LINK"));
}

#[test]
fn a_secret_that_was_passed_is_not_kept() {
    let folder = tempfile::tempdir().expect("a folder");
    let state = folder.path().join("sandbox.json");
    let own = Sandbox::open(options(&state)).expect("it opens").env();
    let passed = "whsec_of-the-real-service-0123";
    let given = Options {
        workflow_secret: Some(Secret::new("of-the-real-service-4567".to_owned())),
        webhook_secret: Some(Secret::new(passed.to_owned())),
        webhooks: vec!["http://localhost:1/".to_owned()],
        ..options(&state)
    };
    let sandbox = Sandbox::open(given).expect("it opens");
    assert!(sandbox.uses_given_secret());
    assert!(!sandbox.env().contains("real-service"));
    assert!(
        !fs::read_to_string(&state)
            .expect("a file")
            .contains("real-service")
    );
    let again = Sandbox::open(options(&state)).expect("it opens");
    assert!(!again.uses_given_secret());
    assert_eq!(again.env(), own);

    // The stored secret, passed from `.env`, is not the real service's.
    let line = own
        .lines()
        .find_map(|line| line.strip_prefix("VISIONO_WEBHOOK_SECRET="));
    let back = Options {
        webhook_secret: line.map(|secret| Secret::new(secret.to_owned())),
        ..options(&state)
    };
    assert!(!Sandbox::open(back).expect("it opens").uses_given_secret());
}

#[test]
fn a_file_of_another_kind_is_refused_and_not_overwritten() {
    let folder = tempfile::tempdir().expect("a folder");
    let state = folder.path().join("sandbox.json");
    for content in [
        "",
        "{}",
        "{\"secret\":\"0123456789abcdef\"",
        "{\"format\":2,\"state\":{}}",
    ] {
        fs::write(&state, content).expect("it is written");
        let error = Sandbox::open(options(&state)).expect_err("no snapshot");
        assert!(!error.to_string().contains("0123456789abcdef"));
        assert_eq!(fs::read_to_string(&state).expect("a file"), content);
    }
}
