//! Tests the expansion of a template with a signature that was computed elsewhere.

use visiono_workflow::{Code, RedirectTemplate, ReturnFields, Workflow, WorkflowSecret};

const FIELDS: ReturnFields<'_> = ReturnFields {
    submission_id: "pls_123",
    unique_value: "AB C",
    reference: "ticket/456",
    photo_count: 5,
    timestamp: 1705500100,
};

#[test]
fn expanding_a_template_is_the_same_as_signing() {
    let secret = WorkflowSecret::new("0123456789abcdef0123456789abcdef").unwrap();
    let workflow = Workflow::new(secret).unwrap();
    for text in [
        "https://a.example/done",
        "https://a.example/{reference}?sig={signature}",
    ] {
        let template = RedirectTemplate::parse(text).unwrap();
        let signed = workflow.sign_return(&template, &FIELDS).unwrap();
        let expanded = template
            .expand(&FIELDS, signed.signature().as_str())
            .unwrap();
        assert_eq!(expanded.to_string(), signed.to_string());
    }
}

#[test]
fn fields_that_cannot_be_signed_cannot_be_expanded() {
    let signature = "1712c74befb1b1e1baea9f62fb5d7fefc49cf4f6118744e627d8e8967220d5d5";
    let upper = signature.to_uppercase();
    let refused = |template: &str, fields: &ReturnFields<'_>, signature: &str| {
        let template = RedirectTemplate::parse(template).unwrap();
        let error = template.expand(fields, signature).map(drop).unwrap_err();
        (error.code(), error.parameters().collect::<Vec<_>>())
    };
    let plain = "https://a.example/done";
    for bad in ["", &signature[1..], &upper, "|"] {
        let refusal = refused(plain, &FIELDS, bad);
        assert_eq!(refusal, (Code::InvalidField, vec!["sig"]), "{bad}");
    }
    let empty = ReturnFields {
        unique_value: "",
        ..FIELDS
    };
    assert_eq!(
        refused(plain, &empty, signature),
        (Code::InvalidField, vec!["uv"])
    );
    let climbing = ReturnFields {
        reference: "../admin",
        ..FIELDS
    };
    let refusal = refused("https://a.example/{reference}", &climbing, signature);
    assert_eq!(refusal, (Code::InvalidField, vec!["ref"]));
}
