//! Tests of attacks on the program, and of mistakes in its use.

use std::fs::File;
use std::process::{self, Stdio};

use assert_cmd::Command;
use serde_json::Value;

use crate::program::{
    Files, LINK, RETURN, SECRET, SHORT_FIELDS, VARIABLE, WEBHOOK_VARIABLE, and, bare, code, object,
    program, run,
};

/// The commands that decide about a message, with their arguments.
const DECIDING: [&[&str]; 3] = [
    &["verify-link", LINK, "--now", "1705500000"],
    &["verify-return", RETURN, "--now", "1705500100"],
    &[
        "webhook",
        "receive",
        "--header",
        "X-Visiono-Signature: sha256=00",
    ],
];
/// Options that ask for help or a version.
const ASKING: [&str; 6] = ["-h", "--help", "-V", "--version", "-hV", "-Vh"];

/// Returns the program with both secrets and an empty standard input.
fn both() -> Command {
    let mut program = program();
    program.env(WEBHOOK_VARIABLE, SECRET);
    program
}

/// Splits the arguments of a deciding command into its names and the rest.
fn name_and_rest(
    arguments: &'static [&'static str],
) -> (&'static [&'static str], &'static [&'static str]) {
    arguments.split_at(if arguments[0] == "webhook" { 2 } else { 1 })
}

// --- The shell is bypassed ---------------------------------------------------------------------

#[test]
fn help_and_version_of_a_deciding_command_are_not_an_approval() {
    for deciding in DECIDING {
        let (name, rest) = name_and_rest(deciding);
        let long_name = name.join("-");
        for asking in ASKING {
            let mut lines = vec![
                and(name, &[asking]),
                and(name, &[asking, "--json"]),
                and(&and(&["--json"], name), &[asking]),
                and(name, &[asking, "--nope", "x"]),
                and(name, &["--secret-file", "/no/such/file", asking]),
            ];
            // At every position between good arguments, except between an option and its value.
            for at in (0..=rest.len()).filter(|at| at % 2 == rest.len() % 2 || *at == 0) {
                let mut line = deciding.to_vec();
                line.insert(name.len() + at, asking);
                lines.push(line);
            }
            for line in lines {
                let ran = run(both(), &line);
                assert_eq!((ran.stderr.as_str(), ran.status), ("", 2), "{line:?}");
                let wanted = if asking.starts_with("-V") || asking == "--version" {
                    format!(
                        "visiono-workflow-{long_name} {}\n",
                        env!("CARGO_PKG_VERSION")
                    )
                } else {
                    format!("\nUsage: visiono-workflow {} ", name.join(" "))
                };
                assert!(ran.stdout.contains(&wanted), "{line:?}: {}", ran.stdout);
            }
        }
        // Also before the command's name.
        for asking in ASKING {
            let ran = run(both(), and(&[asking], deciding));
            assert_eq!((ran.stderr.as_str(), ran.status), ("", 2));
            assert!(ran.stdout.starts_with("visiono-workflow ") || ran.stdout.contains("Usage:"));
        }
        let ran = run(both(), ["webhook", "--help", "receive"]);
        assert_eq!(ran.status, 2);
    }
}

#[test]
fn help_of_other_commands_is_not_an_error() {
    for line in [
        &["--help"][..],
        &["-h"],
        &["--version"],
        &["-V"],
        &["--json", "--help"],
        &["help"],
        &["help", "verify-link"],
        &["help", "verify-return"],
        &["help", "webhook", "receive"],
        &["webhook", "help", "receive"],
        &["webhook", "--help"],
        &["webhook", "--version"],
        &["sign-link", "--help"],
        &["webhook", "send", "--help"],
    ] {
        let ran = run(bare(), line);
        assert_eq!((ran.stderr.as_str(), ran.status), ("", 0), "{line:?}");
        assert_ne!(ran.stdout, "");
    }
    // The help is the same, whether a command or an option asks for it.
    for (line, other) in [
        (
            &["help", "verify-return"][..],
            &["verify-return", "--help"][..],
        ),
        (
            &["help", "webhook", "receive"],
            &["webhook", "receive", "--help"],
        ),
    ] {
        assert_eq!(run(bare(), line).stdout, run(bare(), other).stdout);
    }
}

#[test]
fn only_a_verified_message_is_an_approval() {
    for odd in [
        "",
        "-",
        "--",
        "help",
        "version",
        "--he",
        "--hel",
        "--vers",
        "--help=1",
        "--help=",
        "-h=1",
        "-?",
        "/?",
        "/h",
        "-help",
        "-v",
        "--HELP",
        "-H",
        "@/dev/null",
        "@",
        "&",
        "?",
        "#",
        "/",
        "=",
        "%",
        "%00",
        "--json",
        "--now=1705500100",
        "--max-age=9",
        "--leeway=9",
        "--expect=ref=a",
        "--template=https://a.example/",
        "--secret-file=/dev/null",
        "--require-timestamp",
        "demo",
        "completions",
        "man",
        "verify-return",
        "\u{2010}h",
        "—help",
        "--help\n",
        "\n--help",
        "$(true)",
        "`true`",
        "; true",
        "\u{1b}[2J",
        "?--help",
        "https://a.example/--help",
    ] {
        for name in ["verify-link", "verify-return"] {
            for line in [
                vec![name, odd],
                vec![name, "--expect", "reference=ticket-456", odd],
                vec![name, odd, "--expect", "reference=ticket-456"],
                vec![name, "--json", odd],
                vec![name, "--", odd],
            ] {
                let ran = run(both(), &line);
                // The value `-help` after the option `-h`.
                assert!(matches!(ran.status, 1 | 2), "{line:?}: {ran:?}");
            }
        }
        for line in [
            vec!["webhook", "receive", odd],
            vec!["webhook", "receive", "--header", odd],
            vec!["webhook", "receive", "--json", "--", odd],
        ] {
            let ran = run(both(), &line);
            assert!(matches!(ran.status, 1 | 2), "{line:?}: {ran:?}");
        }
        let header = format!("X-Visiono-Signature: {odd}");
        let ran = run(both(), ["webhook", "receive", "--header", &header]);
        assert_eq!((ran.stdout.as_str(), ran.status), ("", 1), "{odd:?}");
    }
    // After `--` it is a message.
    for asking in ASKING {
        let ran = run(both(), ["verify-return", "--json", "--", asking]);
        assert_eq!(code(&ran), ("missing_parameter".into(), 1));
    }
}

#[test]
fn help_after_an_option_with_a_value_is_that_value() {
    for (line, status) in [
        (&["verify-return", RETURN, "--expect", "--help"][..], 2),
        (&["verify-return", RETURN, "--expect=--help"], 2),
        (&["verify-return", RETURN, "--secret-file", "--help"], 2),
        (&["verify-return", RETURN, "--secret-file=--help"], 2),
        (&["verify-return", RETURN, "--template", "-h"], 2),
        (&["verify-return", RETURN, "--template=-h"], 2),
        (&["verify-return", RETURN, "--now", "-V"], 2),
        (&["webhook", "receive", "--header", "-h"], 2),
        (&["webhook", "receive", "--header=-h"], 2),
    ] {
        let ran = run(both(), line);
        assert_eq!((ran.stdout.as_str(), ran.status), ("", status), "{line:?}");
    }
}

#[test]
fn no_environment_causes_an_approval() {
    let forged = RETURN.replace("cnt=5", "cnt=6");
    for name in [
        "COMPLETE",
        "_CLAP_COMPLETE",
        "_CLAP_IFS",
        "_CLAP_COMPLETE_INDEX",
        "CLAP_TERM_WIDTH",
        "VISIONO_WORKFLOW",
        "VISIONO_WORKFLOW_NOW",
        "VISIONO_WORKFLOW_EXPECT",
        "HTTP_PROXY",
        "QUERY_STRING",
        "POSIXLY_CORRECT",
        "RUST_BACKTRACE",
        "TERM",
    ] {
        for value in ["bash", "1", "--help", ""] {
            let mut program = both();
            program.env(name, value);
            let ran = run(program, ["verify-return", &forged, "--now", "1705500100"]);
            assert_eq!((ran.stdout.as_str(), ran.status), ("", 1), "{name}={value}");
        }
    }
}

#[test]
fn closed_streams_cause_no_approval() {
    let forged = RETURN.replace("cnt=5", "cnt=6");
    for (message, arguments, status) in [
        // Help whose reader is gone.
        ("--help", "", 2),
        ("--version", "", 2),
        (forged.as_str(), "", 1),
        (forged.as_str(), "--json", 1),
        // Standard input is empty.
        ("-", "", 1),
        (RETURN, "", 0),
    ] {
        for redirections in ["<&-", "<&- >&-", "<&- >&- 2>&-", "<&- 2>&-"] {
            let script = format!(
                "\"$0\" verify-return \"$1\" --now 1705500100 {arguments} {redirections}; exit $?"
            );
            let status_of = |shell: &str| {
                process::Command::new(shell)
                    .args([
                        "-c",
                        &script,
                        env!("CARGO_BIN_EXE_visiono-workflow"),
                        message,
                    ])
                    .env(VARIABLE, SECRET)
                    .stdout(Stdio::null())
                    .stderr(Stdio::null())
                    .status()
                    .unwrap()
                    .code()
            };
            assert_eq!(status_of("sh"), Some(status), "{message} {redirections}");
        }
    }
}

#[test]
#[cfg(target_os = "linux")]
fn output_that_cant_be_written_is_no_approval() {
    for line in DECIDING
        .into_iter()
        .take(2)
        .chain([&["verify-return", "--help"][..]])
    {
        let full = File::options().write(true).open("/dev/full").unwrap();
        let status = process::Command::new(env!("CARGO_BIN_EXE_visiono-workflow"))
            .env(VARIABLE, SECRET)
            .args(line)
            .stdout(full)
            .stderr(Stdio::null())
            .status()
            .unwrap();
        assert_eq!(status.code(), Some(2), "{line:?}");
    }
}

// --- A stranger's text, printed raw ------------------------------------------------------------

/// A value with characters that a terminal obeys, hides or reorders.
const ODD: &str = "a\u{202e}b\u{2066}\u{3164}\u{2800}\u{e0041} c ";

/// Returns a signed link with that value.
fn odd_link() -> String {
    let sign = [
        "sign-link",
        "damage-report",
        "--timestamp",
        "1705500000",
        "--source",
        "zendesk",
        "--reference",
        "ticket-456",
        "--unique-value",
        ODD,
    ];
    run(program(), sign).stdout.trim_end().to_owned()
}

#[test]
fn json_is_ascii_for_any_signed_value() {
    let link = odd_link();
    let verify = ["verify-link", &link, "--json", "--now", "1705500000"];
    let ran = run(program(), verify);
    assert!(ran.stdout.is_ascii(), "{}", ran.stdout);
    let escaped = r#""unique_value":"a\u202eb\u2066\u3164\u2800\udb40\udc41 c ","#;
    assert!(ran.stdout.contains(escaped), "{}", ran.stdout);
    assert_eq!(object(&ran).0["unique_value"], ODD);
    // Names and values of a webhook's data, and a message, are escaped as well.
    let odd = format!("{ODD}\u{7f}\u{9b}31m\u{85}\u{2028}");
    let body = format!(r#"{{"event":"{odd}","data":{{"{odd}":["{odd}"]}}}}"#);
    let mut sign = both();
    sign.write_stdin(body.as_str());
    let header = run(sign, ["webhook", "sign"]).stdout.trim_end().to_owned();
    let mut verify = both();
    verify.write_stdin(body.as_str());
    let ran = run(
        verify,
        ["webhook", "receive", "--json", "--header", &header],
    );
    assert!(
        ran.stdout
            .bytes()
            .all(|byte| byte == b'\n' || (b' '..=b'~').contains(&byte))
    );
    assert_eq!(object(&ran).0["event"], odd);
    assert_eq!(object(&ran).0["data"][&odd][0], odd);

    let ran = run(program(), ["verify-link", LINK, "--json", "--now", ODD]);
    assert!(ran.stdout.is_ascii(), "{}", ran.stdout);
    assert_eq!(code(&ran).1, 2);
}

#[test]
fn text_that_is_not_plainly_visible_is_quoted() {
    let link = odd_link();
    let ran = run(program(), ["verify-link", &link, "--now", "1705500000"]);
    let line = r#"unique_value: "a\u{202e}b\u{2066}\u{3164}\u{2800}\u{e0041} c ""#;
    assert_eq!(ran.stdout.lines().next(), Some(line));
    assert_eq!(ran.stdout.lines().count(), 5);

    let body = r#"{"event":"a\nevent: b\u001b[2J\u009b31m\u2028\u202e","data":{"id":"a\u2028\u202e\u3164"}}"#;
    let mut sign = both();
    sign.write_stdin(body);
    let header = run(sign, ["webhook", "sign"]).stdout.trim_end().to_owned();
    let mut verify = both();
    verify.write_stdin(body);
    let headers = [
        "X-Webhook-ID: \u{9b}31m\u{202e}",
        "X-Visiono-Tenant-Id: \u{3164}",
    ];
    let ran = run(
        verify,
        [
            "webhook", "receive", "--header", &header, "--header", headers[0], "--header",
            headers[1],
        ],
    );
    let lines: Vec<_> = ran.stdout.lines().collect();
    assert_eq!(
        lines[0],
        r#"event: "a\nevent: b\u{1b}[2J\u{9b}31m\u{2028}\u{202e}""#
    );
    assert!(lines.contains(&r#"request_id: "a\u{2028}\u{202e}\u{3164}""#));
    assert!(lines.contains(&r#"unauthenticated_delivery_id: "\u{9b}31m\u{202e}""#));
    assert!(lines.contains(&r#"unauthenticated_tenant_id: "\u{3164}""#));
    assert!(ran.stdout.is_ascii());
}

#[test]
#[cfg(target_os = "linux")]
fn a_url_is_raw_for_a_pipe_and_plainly_visible_on_a_terminal() {
    let sign = |link: &str| {
        format!(
            "'{}' sign-link --unique-value ß --source b --reference c --timestamp 1 --link '{link}'",
            env!("CARGO_BIN_EXE_visiono-workflow")
        )
    };
    let printed = |program: &str, arguments: &[&str]| {
        let output = process::Command::new(program)
            .args(arguments)
            .env(VARIABLE, SECRET)
            .stdin(Stdio::null())
            .output()
            .unwrap();
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stdout).unwrap()
    };
    for (link, raw, shown) in [
        (
            "https://a.example/ß\u{202e}",
            "https://a.example/ß\u{202e}?uv=%C3%9F&",
            "\"https://a.example/ß\\u{202e}?uv=%C3%9F&",
        ),
        (
            "https://a.example/ß",
            "https://a.example/ß?uv=%C3%9F&",
            "https://a.example/ß?uv=%C3%9F&",
        ),
    ] {
        let piped = printed("sh", &["-c", &sign(link)]);
        assert!(piped.starts_with(raw), "{piped}");
        // Runs the command on a terminal of its own.
        let terminal = printed("script", &["-qec", &sign(link), "/dev/null"]);
        assert!(terminal.starts_with(shown), "{terminal}");
    }
}

#[test]
fn usage_errors_repeat_nothing_that_a_terminal_obeys() {
    for colours in ["0", "1"] {
        for odd in [
            "\u{1b}]0;title\u{7}\u{202e}",
            "--\u{1b}[31m\u{202e}x",
            "-\u{9b}",
            "--max-ag\u{1b}[3m",
            "--now=\u{1b}[31m\u{2066}1",
            "--expect=\u{3164}",
            "--json=\u{202e}",
            "--help=\u{202e}",
            "\n\r\u{8}",
        ] {
            for line in [
                &["verify-link", LINK, odd][..],
                &["verify-link", odd, LINK, "x"],
                &["webhook", "receive", odd],
                &["webhook", odd],
                &[odd],
                &["help", odd],
                &["completions", odd],
                &["webhook", "send", odd],
                &["webhook", "send", "http://localhost", "--event", odd],
            ] {
                let mut program = program();
                program.env("CLICOLOR_FORCE", colours);
                let ran = run(program, line);
                assert_eq!((ran.stdout.as_str(), ran.status), ("", 2), "{line:?}");
                // The program's own colours.
                let own = ran
                    .stderr
                    .replace("\u{1b}[1m\u{1b}[31m", "")
                    .replace("\u{1b}[0m", "");
                let is_plain = |c: char| c == '\n' || c.is_ascii_graphic() || c == ' ';
                assert!(own.chars().all(is_plain), "{line:?}: {own:?}");
            }
        }
    }
}

// --- A secret shows ----------------------------------------------------------------------------

#[test]
fn no_error_repeats_the_value_of_secret_file() {
    for secret in [
        "Secret-0NE-q7w8e9r0t1y2",
        "whsec_Secret-0NE-q7w8e9r0t1y2",
        "--Secret-0NE-q7w8e9r0t1y2",
        "Secret-0NE/../q7w8e9r0t1y2",
        "q7w8e9r0t1y2",
        &"q7w8e9r0t1y2".repeat(1000),
    ] {
        let option = format!("--secret-file={secret}");
        for line in [
            &["verify-link", LINK, &option][..],
            &["verify-link", LINK, "--secret-file", secret],
            &[
                "verify-link",
                LINK,
                "--secret-file",
                "/dev/null",
                "--secret-file",
                secret,
            ],
            &[&["sign-link", "a", &option][..], &SHORT_FIELDS].concat(),
            &["webhook", "sign", "--secret-file", secret],
            &["webhook", "receive", &option],
            &["webhook", "send", "http://localhost:9", &option],
            &["webhook", "send", "http://localhost:9", &option, "--nope"],
        ] {
            for json in [&[][..], &["--json"]] {
                let ran = run(bare(), and(json, line));
                let said = format!("{}{}", ran.stdout, ran.stderr);
                assert!(!said.contains("q7w8"), "{line:?}: {said}");
                assert_eq!(ran.status, 2);
            }
        }
    }
    let ran = run(
        bare(),
        ["verify-link", LINK, "--secret-file", "q7w8e9r0t1y2"],
    );
    assert_eq!(
        ran.stderr,
        "error: invalid_argument (301): secret[0]: the file can't be read: \
         No such file or directory (os error 2): pass the path of a file that holds the secret, \
         never the secret\n"
    );
}

#[test]
fn no_error_repeats_a_secret_in_the_wrong_place() {
    for secret in [
        "Secret-0NE-q7w8e9r0t1y2",
        "whsec_q7w8e9r0t1y2",
        "--s3cret-q7w8e9r0t1y2",
    ] {
        let assigned = format!("--secret={secret}");
        for line in [
            &[secret][..],
            &["help", secret],
            &["verify-link", LINK, secret],
            &["verify-link", LINK, &assigned],
            &["verify-link", LINK, "--secret", secret],
            &["verify-link", LINK, "--now", secret],
            &["verify-link", LINK, "--expect", secret],
            &["webhook", secret],
            &["webhook", "sign", secret],
            &["webhook", "receive", secret],
            &["webhook", "receive", "--header", secret],
            &["webhook", "send", secret],
            &["webhook", "send", "http://localhost:9", "--event", secret],
            &["demo", secret],
            &["man", secret],
            &["completions", secret],
        ] {
            for json in [&[][..], &["--json"]] {
                let ran = run(both(), and(json, line));
                let said = format!("{}{}", ran.stdout, ran.stderr);
                assert!(!said.contains("q7w8"), "{line:?}: {said}");
                assert_eq!(ran.status, 2, "{line:?}");
            }
        }
    }
}

#[test]
fn a_secret_file_that_others_can_read_or_write_gets_a_warning() {
    let files = Files::new();
    let path = files.write("secret", SECRET);
    let text = path.to_str().unwrap();
    let verify = and(DECIDING[0], &["--secret-file", text]);
    for (mode, is_private) in [
        (0o600, true),
        (0o400, true),
        (0o700, true),
        (0o611, true),
        (0o640, false),
        (0o620, false),
        (0o604, false),
        (0o602, false),
        (0o644, false),
        (0o666, false),
    ] {
        files.set_mode(&path, mode);
        let warning = if is_private {
            ""
        } else {
            "warning: secret[0]: other users can read or write the file of the secret: \
             make it yours alone with chmod 600\n"
        };
        let ran = run(bare(), &verify);
        assert_eq!((ran.stderr.as_str(), ran.status), (warning, 0), "{mode:o}");
        // Standard output still has only the object.
        let ran = run(bare(), and(&verify, &["--json"]));
        assert_eq!(ran.stderr, warning);
        assert!(serde_json::from_str::<Value>(&ran.stdout).is_ok());
    }
    // A pipe has no other readers.
    let script =
        r#"printf %s "$SECRET" | "$0" verify-link "$1" --now 1705500000 --secret-file /dev/stdin"#;
    let output = process::Command::new("sh")
        .args(["-c", script, env!("CARGO_BIN_EXE_visiono-workflow"), LINK])
        .env("SECRET", SECRET)
        .output()
        .unwrap();
    assert_eq!(
        (output.stderr.as_slice(), output.status.code()),
        (&b""[..], Some(0))
    );
}
