//! Tests that the program prints no secret, and no signature that a forger could use.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::program::{
    Files, KNOWN, LINK, RETURN, Ran, SHORT_FIELDS, VARIABLE, WEBHOOK_VARIABLE, and, bare, run,
};
use crate::receiver::Receiver;

const SECRETS: [&str; 2] = ["Secret-0NE-q7w8e9r0t1y2", "Secret-TW0-a5s6d7f8g9h0"];
const BODY: &str = r#"{"event":"submission.created"}"#;

/// Returns the signature of a payload, which the program must not print.
fn signature(secret: &str, payload: &str) -> String {
    let mut hmac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
    hmac.update(payload.as_bytes());
    hex::encode(hmac.finalize().into_bytes())
}

/// Runs every command with a body on standard input, as text and as JSON, with various secrets.
/// Checks that the output has neither the secrets nor their signatures. Returns the number of
/// forgeries that were refused because of their signature.
fn refused(commands: &[&[&str]], body: &str, payloads: &[&str]) -> usize {
    let files = Files::new();
    let paths = SECRETS.map(|secret| files.write(secret.split('-').nth(1).unwrap(), secret));
    let broken = files.write("broken", format!("{} \n", SECRETS[0]));
    let binary = files.write("binary", [SECRETS[0].as_bytes(), b"\xff"].concat());
    let [one, two, broken, binary] =
        [&paths[0], &paths[1], &broken, &binary].map(|path| path.to_str().expect("text"));
    let unwanted: Vec<String> = SECRETS
        .iter()
        .flat_map(|secret| {
            let signatures = payloads.iter().map(|payload| signature(secret, payload));
            let forms = [
                secret.to_string(),
                hex::encode(secret),
                secret[7..].to_string(),
            ];
            signatures.chain(forms).collect::<Vec<_>>()
        })
        .collect();

    let mut refused = 0;
    for command in commands {
        for json in [&[][..], &["--json"]] {
            for secrets in [
                &[][..],
                &["--secret-file", one],
                &["--secret-file", one, "--secret-file", two],
                &["--secret-file", broken],
                &["--secret-file", binary],
                &["--secret-file", "/no/such/file"],
            ] {
                let arguments = [*command, json, secrets].concat();
                let mut program = bare();
                program
                    .env(VARIABLE, SECRETS[1])
                    .env(WEBHOOK_VARIABLE, SECRETS[1])
                    .env("RUST_BACKTRACE", "full")
                    .env("RUST_LOG", "trace")
                    .write_stdin(body);
                let ran = run(program, &arguments);
                for unwanted in &unwanted {
                    let shown = ran.stdout.contains(unwanted) || ran.stderr.contains(unwanted);
                    assert!(!shown, "{arguments:?} shows {unwanted}: {ran:?}");
                }
                let text = format!("{}{}", ran.stdout, ran.stderr);
                refused += usize::from(text.contains("invalid_signature") && command.len() > 1);
            }
        }
    }
    refused
}

#[test]
fn no_output_has_a_secret_or_an_expected_signature() {
    let template = "https://a.example/done?r={reference}&s={signature}";
    let bare_return = "https://a.example/done?r=ticket-456&s=0000";
    let commands: &[&[&str]] = &[
        &["demo"],
        &["man"],
        &["completions", "bash"],
        &["--help"],
        &["nope"],
        &["template", template],
        &and(&["sign-link", "a"], &SHORT_FIELDS),
        &[
            "sign-link",
            "a",
            "--unique-value",
            "a|b",
            "--source",
            "b",
            "--reference",
            "c",
        ],
        &and(&["sign-link", "a b"], &SHORT_FIELDS),
        &[
            "sign-return",
            template,
            "--submission-id",
            "a",
            "--unique-value",
            "A",
            "--reference",
            "c",
            "--photo-count",
            "5",
        ],
        &[
            "sign-return",
            template,
            "--submission-id",
            "a",
            "--unique-value",
            "A",
            "--reference",
            "c",
            "--photo-count",
            "-5",
        ],
        // Signed with another secret, so forged.
        &["verify-link", LINK, "--now", "1705500000"],
        &["verify-link", LINK, "--now", "1905500000"],
        &[
            "verify-link",
            LINK,
            "--now",
            "1705500000",
            "--expect",
            "ref=ticket-457",
        ],
        &["verify-link", "uv=ABC123"],
        &["verify-link", "uv=a&uv=b"],
        &["verify-return", RETURN, "--now", "1705500100"],
        &and(
            &[
                "verify-return",
                bare_return,
                "--template",
                template,
                "--now",
                "1705500100",
                "--expect",
                "sub=pls_123",
            ],
            &KNOWN,
        ),
    ];
    let payloads = [
        "ABC123|zendesk|ticket-456|1705500000",
        "pls_123|ABC123|ticket-456|5|1705500100",
    ];
    // Five commands in both forms, with each of the three valid sets of secrets.
    assert_eq!(refused(commands, "", &payloads), 30);
}

#[test]
fn no_output_has_a_webhook_secret_or_an_expected_signature() {
    let receiver = Receiver::new(|_| "500 Error".to_owned());
    let url = receiver.url();
    let forged = format!("X-Visiono-Signature: sha256={}", "0".repeat(64));
    let commands: &[&[&str]] = &[
        &["webhook"],
        &["webhook", "receive", "--header", &forged],
        &[
            "webhook",
            "receive",
            "--header",
            &forged,
            "--require-timestamp",
        ],
        &[
            "webhook",
            "receive",
            "--header",
            "X-Visiono-Signature: sha256=",
        ],
        &["webhook", "receive"],
        &["webhook", "send", &url],
        &["check", &url],
        &["webhook", "send", "http://a.example"],
    ];
    // Three commands in both forms, with each of the three valid sets of secrets.
    assert_eq!(refused(commands, BODY, &[BODY]), 18);
    // The requests contain no secret either.
    for request in receiver.requests() {
        let request = format!("{request:?}");
        assert!(SECRETS.iter().all(|secret| !request.contains(secret)));
    }
}

#[test]
fn the_signatures_that_must_not_show_are_the_ones_that_would_verify() {
    let payload = "ABC123|zendesk|ticket-456|1705500000";
    let good = signature(SECRETS[0], payload);
    let url = format!("uv=ABC123&src=zendesk&ref=ticket-456&ts=1705500000&sig={good}");
    let mut program = bare();
    program.env(VARIABLE, SECRETS[0]);
    let ran = run(program, ["verify-link", &url, "--now", "1705500000"]);
    assert_eq!(ran.status, 0, "{ran:?}");

    let header = format!(
        "X-Visiono-Signature: sha256={}",
        signature(SECRETS[0], BODY)
    );
    let mut program = bare();
    program.env(WEBHOOK_VARIABLE, SECRETS[0]).write_stdin(BODY);
    let verify = ["webhook", "receive", "--header", &header];
    let ran = run(program, verify);
    assert_eq!(ran.status, 0, "{ran:?}");
}

#[test]
fn the_sandbox_warns_of_a_secret_that_was_passed() {
    let warning = "warning: the sandbox signs with a secret that you passed: if it is the real \
        service's, what it signs is genuine\n";
    let files = Files::new();
    let state = files.path().join("sandbox.json");
    let secret = files.write("secret", SECRETS[0]);
    let run = |variable: Option<&str>, option: Option<&str>| {
        let mut command = bare();
        command
            .args(["sandbox", "--print-env", "--state"])
            .arg(&state);
        if let Some(variable) = variable {
            command.env(variable, SECRETS[0]);
        }
        if let Some(option) = option {
            command.arg(option).arg(&secret);
        }
        let ran = Ran::of(&mut command).expect("the program runs");
        assert_eq!(ran.status, 0, "{ran:?}");
        assert!(!format!("{ran:?}").contains(SECRETS[0]), "{ran:?}");
        ran
    };
    for (variable, option, name) in [
        (Some(VARIABLE), None, VARIABLE),
        (Some(WEBHOOK_VARIABLE), None, WEBHOOK_VARIABLE),
        (None, Some("--workflow-secret-file"), VARIABLE),
        (None, Some("--webhook-secret-file"), WEBHOOK_VARIABLE),
    ] {
        let ran = run(variable, option);
        assert_eq!(ran.stderr, warning);
        let line = format!("# {name} is the one that you passed\n");
        assert!(ran.stdout.contains(&line), "{ran:?}");
    }
    // It makes its own secrets, with which nobody else signs.
    let ran = run(None, None);
    assert_eq!(ran.stderr, "");
    assert_eq!(ran.stdout.matches("_SECRET=").count(), 2, "{ran:?}");
}
