//! Tests the members of test deliveries: each event has its status, its photos and its texts.

use serde_json::Value;
use visiono_workflow::{TestEvent, Webhook, WebhookEvent, WebhookSecret, WebhookStyle};

const NOW: u64 = 1_705_500_100;

fn data(event: WebhookEvent, fields: &TestEvent<'_>) -> Value {
    let webhook = Webhook::new(WebhookSecret::new("whsec_0123456789abcdef").unwrap()).unwrap();
    let delivery = webhook.test_delivery(event.as_str(), fields, NOW).unwrap();
    let body: Value = serde_json::from_str(delivery.body()).unwrap();
    assert_eq!(body["event"], event.as_str());
    body["data"].clone()
}

#[test]
fn each_event_has_its_status_and_photos() {
    for (event, status, has_submission) in [
        (WebhookEvent::PhotoRequestCreated, "pending", false),
        (WebhookEvent::PhotoRequestFirstViewed, "pending", false),
        (WebhookEvent::PhotoSubmissionCreated, "in_progress", true),
        (
            WebhookEvent::PhotoSubmissionDropboxSynced,
            "in_progress",
            true,
        ),
        (WebhookEvent::PhotoRequestSubmitted, "submitted", false),
        (WebhookEvent::PhotoRequestExpired, "expired", false),
    ] {
        let guide = data(event, &TestEvent::default());
        let request = &guide["photo_request"];
        assert_eq!(request["status"], status, "{event:?}");
        assert_eq!(guide["submission"].is_object(), has_submission, "{event:?}");
        let is_submitted = event == WebhookEvent::PhotoRequestSubmitted;
        assert_eq!(
            request["submissions_count"].is_number(),
            is_submitted,
            "{event:?}"
        );
        assert_eq!(
            request["submitted_at"].is_string(),
            is_submitted,
            "{event:?}"
        );

        let style = WebhookStyle::Developer;
        let developer = data(
            event,
            &TestEvent {
                style,
                ..TestEvent::default()
            },
        );
        let has_photos = has_submission || is_submitted;
        assert_eq!(developer["photos"].is_array(), has_photos, "{event:?}");
    }
}

#[test]
fn any_text_is_escaped() {
    let text = "a\"b\\c\u{1}\n\u{1f}\u{7f}é\u{2028}";
    let fields = TestEvent {
        submission_id: text,
        unique_value: text,
        source: text,
        reference: text,
        ..TestEvent::default()
    };
    let data = data(WebhookEvent::SubmissionCreated, &fields);
    let submission = &data["permanent_link_submission"];
    for name in [
        "id",
        "unique_field_value",
        "external_source",
        "external_reference",
    ] {
        assert_eq!(submission[name], text, "{name}");
    }
}
