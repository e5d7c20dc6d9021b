//! Tests of the output, the stream and the exit status of each command.

use std::ffi::OsStr;
use std::io::{BufRead, BufReader};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::process::{self, Stdio};
use std::{fs, io};

use serde_json::json;
use visiono_workflow::{Field, WebhookEvent};

use crate::program::{
    Files, KNOWN, LINK, RETURN, Ran, SECRET, VARIABLE, WEBHOOK_VARIABLE, and, bare, code, done,
    failed, object, program, run,
};

const SIGN_LINK: [&str; 8] = [
    "sign-link",
    "damage-report",
    "--unique-value",
    "ABC123",
    "--source",
    "zendesk",
    "--reference",
    "ticket-456",
];
const SIGN_RETURN: [&str; 10] = [
    "sign-return",
    "https://a.example/done",
    "--submission-id",
    "pls_123",
    "--unique-value",
    "ABC123",
    "--reference",
    "ticket-456",
    "--photo-count",
    "5",
];
const VERIFY_LINK: [&str; 4] = ["verify-link", LINK, "--now", "1705500000"];
const VERIFY_RETURN: [&str; 4] = ["verify-return", RETURN, "--now", "1705500100"];

#[test]
fn signing_prints_the_url_alone() {
    let ran = run(program(), and(&SIGN_LINK, &["--timestamp", "1705500000"]));
    assert_eq!(ran, done(&format!("{LINK}\n")));

    let ran = run(program(), and(&SIGN_RETURN, &["--timestamp", "1705500100"]));
    assert_eq!(ran, done(&format!("{RETURN}\n")));

    let sig = &LINK[LINK.len() - 64..];
    let ran = run(
        program(),
        and(&SIGN_LINK, &["--timestamp", "1705500000", "--json"]),
    );
    let line = format!("{{\"result\":\"ok\",\"url\":\"{LINK}\",\"signature\":\"{sig}\"}}\n");
    assert_eq!(ran, done(&line));
}

#[test]
fn signing_now_is_verified_now() {
    let signed = run(program(), SIGN_LINK);
    let ran = run(
        program(),
        ["verify-link", signed.stdout.trim(), "--max-age", "60"],
    );
    assert_eq!(ran.status, 0, "{ran:?}");

    let signed = run(program(), SIGN_RETURN);
    let ran = run(
        program(),
        ["verify-return", signed.stdout.trim(), "--max-age", "60"],
    );
    assert_eq!(ran.status, 0, "{ran:?}");
}

#[test]
fn a_link_is_made_from_a_slug_or_a_url() {
    let sign = |link: &'static str| {
        let mut arguments = and(
            &SIGN_LINK,
            &["--timestamp", "1705500000", "--json", "--", link],
        );
        arguments.remove(1);
        run(program(), arguments)
    };
    for (link, start) in [
        ("damage-report", "https://visiono.io/s/damage-report?uv="),
        ("-a.b_c~", "https://visiono.io/s/-a.b_c~?uv="),
        ("-", "https://visiono.io/s/-?uv="),
        (
            "https://a.example/x?lang=it#top",
            "https://a.example/x?lang=it&uv=",
        ),
        ("http://localhost:8080", "http://localhost:8080?uv="),
    ] {
        let (object, status) = object(&sign(link));
        assert_eq!(status, 0);
        assert!(
            object["url"].as_str().unwrap().starts_with(start),
            "{object}"
        );
    }
    // With an option, the text is only taken for what the option says.
    let sign = |options: &[&'static str]| {
        let arguments = and(&SIGN_LINK, &["--timestamp", "1705500000", "--json"]);
        let (_, arguments) = arguments.split_at(2);
        run(program(), [&["sign-link"], arguments, options].concat())
    };
    for options in [
        &["--slug", "damage-report"][..],
        &["--link", "https://visiono.io/s/damage-report"],
    ] {
        assert_eq!(object(&sign(options)).0["url"], LINK);
    }
    for (options, wanted) in [
        (&["--slug", "https://a.example"][..], "invalid_field"),
        (&["--slug", ""], "invalid_field"),
        (&["--link", "damage-report"], "invalid_url"),
        (&["--link", ""], "invalid_url"),
        (
            &["--slug", "a", "--link", "https://a.example"],
            "invalid_argument",
        ),
        (&["--slug", "a", "a"], "invalid_argument"),
        (&["--link", "https://a.example", "a"], "invalid_argument"),
        (&[], "invalid_argument"),
    ] {
        assert_eq!(code(&sign(options)), (wanted.into(), 2), "{options:?}");
    }
}

#[test]
fn a_link_that_is_neither_slug_nor_url_is_refused() {
    let sign = |link: &'static str| {
        let mut arguments = and(&SIGN_LINK, &["--json", "--", link]);
        arguments.remove(1);
        run(program(), arguments)
    };
    for (link, wanted) in [
        ("damage report", "invalid_field"),
        ("..", "invalid_field"),
        ("", "invalid_url"),
        ("visiono.io/s/a", "invalid_url"),
        ("ftp:a", "invalid_url"),
    ] {
        assert_eq!(code(&sign(link)), (wanted.into(), 2), "{link}");
    }
}

#[test]
fn verifying_prints_a_line_for_each_value() {
    assert_eq!(
        run(program(), VERIFY_LINK),
        done(
            "unique_value: ABC123\n\
             source: zendesk\n\
             reference: ticket-456\n\
             timestamp: 1705500000\n\
             secret_index: 0\n"
        ),
    );
    assert_eq!(
        run(program(), VERIFY_RETURN),
        done(
            "submission_id: pls_123\n\
             unique_value: ABC123\n\
             reference: ticket-456\n\
             photo_count: 5\n\
             timestamp: 1705500100\n\
             secret_index: 0\n"
        ),
    );
}

#[test]
fn verifying_prints_one_object() {
    assert_eq!(
        run(program(), and(&["--json"], &VERIFY_LINK)),
        done(
            "{\"result\":\"ok\",\"unique_value\":\"ABC123\",\"source\":\"zendesk\",\
             \"reference\":\"ticket-456\",\"timestamp\":1705500000,\"secret_index\":0}\n"
        ),
    );
    assert_eq!(
        run(program(), and(&VERIFY_RETURN, &["--json"])),
        done(
            "{\"result\":\"ok\",\"submission_id\":\"pls_123\",\"unique_value\":\"ABC123\",\
             \"reference\":\"ticket-456\",\"photo_count\":5,\"timestamp\":1705500100,\
             \"secret_index\":0}\n"
        ),
    );
}

#[test]
fn the_guide_lists_the_members_of_each_object() {
    let guide = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/guides/cli.md");
    let guide = fs::read_to_string(guide).expect("the guide");
    let (_, table) = guide
        .split_once("| command | members |\n")
        .expect("a table");
    let (table, _) = table.split_once("\n\n").expect("its end");
    let quoted = |cell: &str| -> Vec<String> {
        cell.split('`')
            .skip(1)
            .step_by(2)
            .map(str::to_owned)
            .collect()
    };
    let body = br#"{"event":"a"}"#;
    let header = conformance::sample::webhook().signature_header(body);
    let header = format!("X-Visiono-Signature: {}", header.as_str());
    let receiver = crate::receiver::Receiver::new(|_| "401 Unauthorized".to_owned());
    let url = receiver.url();
    let files = Files::new();
    let secret = files.write("secret", SECRET).display().to_string();
    let state = files.path().join("sandbox.json").display().to_string();
    let mut listed = 0;
    for row in table.lines().skip(1) {
        let cells: Vec<_> = row.split(" | ").collect();
        let [commands, members] = cells[..] else {
            panic!("{row}");
        };
        for command in quoted(commands) {
            let arguments = match &*command {
                "sign-link" => SIGN_LINK.to_vec(),
                "verify-link" => VERIFY_LINK.to_vec(),
                "sign-return" => SIGN_RETURN.to_vec(),
                "verify-return" => VERIFY_RETURN.to_vec(),
                "template" => vec!["template", "https://a.example/done"],
                "webhook receive" => vec!["webhook", "receive", "--header", &header],
                "webhook sign" => vec!["webhook", "sign"],
                "webhook send" => vec!["webhook", "send", "http://localhost:1/"],
                "check" => vec!["check", &url],
                "explain" => vec!["explain", "link", "--secret-file", &secret, LINK],
                "sandbox --print-env" => vec!["sandbox", "--print-env", "--state", &state],
                "completions" => vec!["completions", "bash"],
                other => vec![other],
            };
            let mut program = program();
            program.env(WEBHOOK_VARIABLE, SECRET).write_stdin(&body[..]);
            if command.starts_with("sandbox") {
                program = bare();
            }
            let (object, _) = object(&run(program, and(&arguments, &["--json"])));
            let names = object.as_object().unwrap().keys().skip(1);
            assert_eq!(
                names.collect::<Vec<_>>(),
                quoted(members).iter().collect::<Vec<_>>()
            );
            listed += 1;
        }
    }
    assert_eq!(listed, 14);
}

#[test]
fn the_sandbox_prints_one_object_before_it_serves() {
    let mut command = process::Command::new(env!("CARGO_BIN_EXE_visiono-workflow"));
    command.args(["--json", "sandbox", "--port", "0"]);
    command.env_remove(VARIABLE).env_remove(WEBHOOK_VARIABLE);
    let mut sandbox = command.stdout(Stdio::piped()).spawn().expect("it starts");
    let mut line = String::new();
    let printed = BufReader::new(sandbox.stdout.take().expect("a pipe")).read_line(&mut line);
    sandbox.kill().expect("it runs");
    sandbox.wait().expect("it ends");
    printed.expect("a line");
    let object: serde_json::Value = serde_json::from_str(&line).expect("an object");
    assert_eq!(object["result"], "ok");
    let url = object["url"].as_str().expect("a URL");
    assert!(url.starts_with("http://localhost:"), "{line}");
    assert_eq!(object["link"], format!("{url}/s/damage-report"));
    let env = object["env"].as_str().expect("lines");
    assert!(env.starts_with("VISIONO_WORKFLOW_SECRET="));
}

#[test]
fn a_refusal_is_one_line_or_one_object_and_status_1() {
    let old = ["verify-link", LINK, "--now", "1705503605"];
    assert_eq!(
        run(program(), old),
        failed(
            1,
            "error: expired (204): the message is 5 s older than its maximum age: \
             refuse the message; if every message fails, check this machine's clock"
        ),
    );
    let ran = run(program(), and(&old, &["--json"]));
    let line = "{\"result\":\"expired\",\"number\":204,\"parameters\":[],\"seconds\":5,\
         \"message\":\"the message is 5 s older than its maximum age: refuse the message; \
         if every message fails, check this machine's clock\"}\n";
    assert_eq!(
        ran,
        Ran {
            status: 1,
            ..done(line)
        }
    );

    let expect = ["--expect", "reference=ticket-457", "--json"];
    let (object, status) = object(&run(program(), and(&VERIFY_RETURN, &expect)));
    assert_eq!(status, 1);
    assert_eq!(object["result"], "unexpected_value");
    assert_eq!(object["number"], 206);
    assert_eq!(object["parameters"], json!(["ref"]));
    assert_eq!(object.get("seconds"), None);
}

#[test]
fn the_age_and_the_leeway_are_settable() {
    let at = |now, option, seconds| {
        let arguments = ["verify-link", LINK, "--json", "--now", now, option, seconds];
        code(&run(program(), arguments))
    };
    assert_eq!(at("1705500011", "--max-age", "10"), ("expired".into(), 1));
    assert_eq!(at("1705500010", "--max-age", "10"), ("ok".into(), 0));
    assert_eq!(
        at("1705499989", "--leeway", "10"),
        ("not_yet_valid".into(), 1)
    );
    assert_eq!(at("1705499990", "--leeway", "10"), ("ok".into(), 0));
    let most = "18446744073709551615";
    assert_eq!(at("99999999999", "--max-age", most), ("ok".into(), 0));
    assert_eq!(at("0", "--leeway", most), ("ok".into(), 0));
}

#[test]
fn expected_values_have_short_and_long_names() {
    let link = |expect| {
        code(&run(
            program(),
            and(&VERIFY_LINK, &["--json", "--expect", expect]),
        ))
    };
    let back = |expect| {
        code(&run(
            program(),
            and(&VERIFY_RETURN, &["--json", "--expect", expect]),
        ))
    };
    for good in [
        "uv=ABC123",
        "unique_value=ABC123",
        "ts=1705500000",
        "source=zendesk",
    ] {
        assert_eq!(link(good), ("ok".into(), 0), "{good}");
    }
    for good in [
        "sub=pls_123",
        "submission_id=pls_123",
        "cnt=5",
        "photo_count=5",
    ] {
        assert_eq!(back(good), ("ok".into(), 0), "{good}");
    }
    assert_eq!(link("uv=ABC=123"), ("unexpected_value".into(), 1));
    assert_eq!(back("cnt=6"), ("unexpected_value".into(), 1));
    for (bad, wanted) in [
        ("cnt=5", "invalid_argument"),
        ("sig=0", "invalid_argument"),
        ("nope=5", "invalid_argument"),
        ("uv", "invalid_argument"),
        ("", "invalid_argument"),
        ("uv=", "invalid_field"),
        ("uv=a|b", "invalid_field"),
        ("ts=-1", "invalid_field"),
        ("ts=1705500000000", "invalid_field"),
    ] {
        assert_eq!(link(bad), (wanted.into(), 2), "{bad}");
    }
    let twice = ["--expect", "uv=ABC123", "--expect", "unique_value=ABC124"];
    assert_eq!(
        run(program(), and(&VERIFY_LINK, &twice)),
        failed(
            2,
            "error: invalid_argument (301): --expect occurs twice for unique_value (uv): \
             a message has one value of it"
        ),
    );
}

#[test]
fn numbers_of_any_size_get_the_cores_answer() {
    let huge = "9".repeat(100);
    let minus_huge = format!("-{huge}");
    for (number, wanted) in [
        ("0", ("ok", 0)),
        ("99999999999", ("ok", 0)),
        ("100000000000", ("invalid_field", 2)),
        ("-5", ("invalid_field", 2)),
        (&huge, ("invalid_field", 2)),
        (&minus_huge, ("invalid_field", 2)),
        ("", ("invalid_argument", 2)),
        ("5.5", ("invalid_argument", 2)),
        ("-1e5", ("invalid_argument", 2)),
        ("five", ("invalid_argument", 2)),
    ] {
        let (result, status) = wanted;
        let ran = run(
            program(),
            and(&SIGN_LINK, &["--json", "--timestamp", number]),
        );
        assert_eq!(code(&ran), (result.into(), status), "{number}");
        let mut arguments = and(&SIGN_RETURN, &["--json"]);
        arguments[9] = number;
        // The largest count is smaller than the largest time.
        let wanted = match number {
            "99999999999" => ("invalid_field".into(), 2),
            _ => (result.into(), status),
        };
        assert_eq!(code(&run(program(), arguments)), wanted, "{number}");
    }
    for option in ["--now", "--max-age", "--leeway"] {
        let none = [
            "-1",
            "1.5",
            "",
            "now",
            "18446744073709551616",
            &huge,
            &minus_huge,
        ];
        let milliseconds = ["100000000000", "1705500000000"];
        let none = none.into_iter();
        for number in none.chain(milliseconds.into_iter().filter(|_| option == "--now")) {
            let ran = run(program(), ["verify-link", LINK, "--json", option, number]);
            assert_eq!(
                code(&ran),
                ("invalid_argument".into(), 2),
                "{option} {number}"
            );
        }
    }
}

#[test]
fn a_time_in_milliseconds_is_the_callers_mistake_in_each_command() {
    let template = "https://a.example/{reference}?s={signature}";
    for now in ["1705500000000", "1705500000000000000", "-1"] {
        let reason = match now {
            "-1" => "now is not a time since 1970",
            _ => "now is 100000000000 or more, as if in milliseconds",
        };
        let wanted = format!("error: invalid_argument (301): {reason}: pass Unix seconds");
        for arguments in [
            &["verify-link", LINK][..],
            &["verify-link", ""],
            &["verify-return", RETURN],
            &["verify-return", RETURN, "--template", template],
            &["webhook", "receive"],
            &["webhook", "send", "http://localhost:1"],
        ] {
            let mut program = program();
            program.env(WEBHOOK_VARIABLE, SECRET);
            let ran = run(program, and(arguments, &["--now", now]));
            assert_eq!(ran, failed(2, &wanted), "{arguments:?}");
        }
    }
    for sign in [&SIGN_LINK[..], &SIGN_RETURN] {
        assert_eq!(
            run(program(), and(sign, &["--timestamp", "1705500000000"])),
            failed(
                2,
                "error: invalid_field (101): timestamp (ts) is 100000000000 or more, as if in \
                 milliseconds: pass Unix seconds"
            ),
        );
    }
}

#[test]
fn values_may_start_with_a_hyphen() {
    let mut arguments = and(&SIGN_LINK, &["--json"]);
    (arguments[3], arguments[5], arguments[7]) = ("-5", "--source", "-");
    let (object, status) = object(&run(program(), arguments));
    assert_eq!(status, 0);
    let url = object["url"].as_str().unwrap();
    assert!(url.contains("?uv=-5&src=--source&ref=-&ts="), "{url}");
}

#[test]
fn a_message_is_read_from_standard_input() {
    let verify = |input: &[u8]| {
        let mut program = program();
        program.write_stdin(input);
        code(&run(
            program,
            ["verify-link", "-", "--now", "1705500000", "--json"],
        ))
    };
    let (_, query) = LINK.split_once('?').unwrap();
    for text in [LINK, query] {
        for newline in ["", "\n", "\r\n"] {
            assert_eq!(
                verify(format!("{text}{newline}").as_bytes()),
                ("ok".into(), 0)
            );
        }
        for more in ["\n\n", "\r", " ", "\0"] {
            let input = format!("{text}{more}");
            assert_eq!(verify(input.as_bytes()), ("invalid_signature".into(), 1));
        }
    }
    assert_eq!(verify(b""), ("missing_parameter".into(), 1));
    // Bytes that are not UTF-8 only matter in the message's own parameters.
    assert_eq!(verify(b"uv=\xff"), ("missing_parameter".into(), 1));
    let foreign = [LINK.as_bytes(), b"&x=\xff&\xfe=1"].concat();
    assert_eq!(verify(&foreign), ("ok".into(), 0));
    let own = [LINK.replace("uv=ABC123", "uv=").as_bytes(), b"&uv=\xff"].concat();
    assert_eq!(verify(&own), ("duplicate_parameter".into(), 1));
    let (before, after) = LINK.split_once("ABC123").unwrap();
    let own = [before.as_bytes(), b"\xff", after.as_bytes()].concat();
    assert_eq!(verify(&own), ("malformed_parameter".into(), 1));

    let mut large = LINK.to_owned();
    large.push_str("&other=");
    large.push_str(&"x".repeat(1 << 20));
    assert_eq!(verify(large.as_bytes()), ("ok".into(), 0));
    large.push_str(&"&".repeat(16 << 20));
    assert_eq!(verify(large.as_bytes()), ("invalid_argument".into(), 2));
}

#[test]
fn arguments_that_are_not_utf_8_get_the_cores_answer() {
    let bytes = OsStr::from_bytes(b"https://a.example/\xff\xfe");
    for (before, wanted) in [
        (&["verify-link"][..], ("missing_parameter", 1)),
        (&["verify-return"], ("missing_parameter", 1)),
        (
            &["verify-return", RETURN, "--template"],
            ("invalid_template", 2),
        ),
        (&["template"], ("invalid_template", 2)),
        (
            &[
                "sign-return",
                "--submission-id",
                "a",
                "--unique-value",
                "a",
                "--reference",
                "a",
                "--photo-count",
                "1",
            ],
            ("invalid_template", 2),
        ),
        (
            &[
                "sign-link",
                "--unique-value",
                "a",
                "--source",
                "a",
                "--reference",
                "a",
                "--link",
            ],
            ("invalid_url", 2),
        ),
        (
            &[
                "sign-link",
                "--unique-value",
                "a",
                "--source",
                "a",
                "--reference",
                "a",
                "--slug",
            ],
            ("invalid_field", 2),
        ),
        (&["verify-link", LINK, "--expect"], ("invalid_argument", 2)),
        (
            &["sign-link", "a", "--unique-value"],
            ("invalid_argument", 2),
        ),
        (&["man"], ("invalid_argument", 2)),
        (&["webhook", "receive", "--header"], ("invalid_argument", 2)),
        (&[], ("invalid_argument", 2)),
    ] {
        let mut command = program();
        command.arg("--json").args(before).arg(bytes);
        let ran = Ran::of(&mut command).unwrap();
        let (result, status) = wanted;
        assert_eq!(code(&ran), (result.into(), status), "{before:?}");
    }
    let mut command = program();
    let ran = Ran::of(command.arg("man").arg(bytes)).unwrap();
    assert_eq!((ran.stdout.as_str(), ran.status), ("", 2));
    assert!(
        ran.stderr.starts_with("error: invalid UTF-8"),
        "{}",
        ran.stderr
    );
}

#[test]
fn a_secret_comes_from_files_or_else_from_the_environment() {
    let files = Files::new();
    let other = files.write("other", "another-secret-of-16-bytes-or-more");
    let other = other.to_str().unwrap();
    for newline in ["", "\n", "\r\n"] {
        let path = files.write("secret", format!("{SECRET}{newline}"));
        let path = path.to_str().unwrap();
        let ran = run(bare(), and(&VERIFY_LINK, &["--secret-file", path]));
        assert_eq!(ran.status, 0, "{ran:?}");

        // The first signs, and each one verifies.
        let rotation = ["--secret-file", other, "--secret-file", path, "--json"];
        let (verified, _) = object(&run(bare(), and(&VERIFY_LINK, &rotation)));
        assert_eq!(verified["secret_index"], 1);
        let signing = and(&SIGN_LINK, &["--timestamp", "1705500000"]);
        let signed = run(bare(), and(&signing, &rotation));
        assert_ne!(object(&signed).0["url"], LINK);
    }
    // The variable is ignored if there is a file, whatever its value.
    let ran = run(
        program(),
        and(&VERIFY_LINK, &["--secret-file", other, "--json"]),
    );
    assert_eq!(code(&ran), ("invalid_signature".into(), 1));
    let path = files.write("secret", SECRET);
    let mut program = bare();
    program.env(VARIABLE, OsStr::from_bytes(b"\xff"));
    let ran = run(
        program,
        and(&VERIFY_LINK, &["--secret-file", path.to_str().unwrap()]),
    );
    assert_eq!(ran.status, 0, "{ran:?}");
}

#[test]
fn without_a_secret_the_error_says_how_to_give_one() {
    let wanted = failed(
        2,
        "error: invalid_secret (100): no secret was given: set the environment variable \
         VISIONO_WORKFLOW_SECRET, or pass --secret-file PATH",
    );
    for arguments in [&SIGN_LINK[..], &SIGN_RETURN, &VERIFY_LINK, &VERIFY_RETURN] {
        assert_eq!(run(bare(), arguments), wanted);
    }
}

#[test]
fn an_invalid_secret_is_refused_with_its_position() {
    let files = Files::new();
    let short = "has fewer than 16 characters: set it to all that Visiono shows";
    let not_ascii =
        "has a character that is not printable ASCII, such as a space or a line feed: remove it";
    for (contents, message) in [
        (&b"short"[..], short),
        (b"", short),
        (b"0123456789abcdef\n\n", not_ascii),
        (b"0123456789abcdef\xff", not_ascii),
        (
            b"whsec_0123456789abcdef",
            "is a webhook secret (whsec_): pass the workflow secret",
        ),
        (
            b"${VISIONO_WORKFLOW_SECRET}",
            "is an unexpanded variable: pass the variable's value",
        ),
        (
            b"your-64-char-workflow-secret",
            "is the documentation's sample: copy your own from Visiono",
        ),
    ] {
        let path = files.write("secret", contents);
        let path = path.to_str().unwrap();
        let error = "error: invalid_secret (100):";
        let ran = run(bare(), and(&VERIFY_LINK, &["--secret-file", path]));
        assert_eq!(ran, failed(2, &format!("{error} the secret {message}")));
        // An invalid file fails, even next to a valid one.
        let good = files.write("good", SECRET);
        let good = good.to_str().unwrap();
        for (paths, at) in [([good, path], 1), ([path, good], 0)] {
            let both = ["--secret-file", paths[0], "--secret-file", paths[1]];
            assert_eq!(
                run(bare(), and(&VERIFY_LINK, &both)),
                failed(2, &format!("{error} secret[{at}] {message}"))
            );
        }
        let mut program = bare();
        program.env(VARIABLE, OsStr::from_bytes(contents));
        assert_eq!(
            run(program, VERIFY_LINK),
            failed(2, &format!("{error} {VARIABLE}: the secret {message}"))
        );
    }
    let large = files.write("secret", [b'a'; (64 << 10) + 1]);
    let large = large.to_str().unwrap();
    let ran = run(bare(), and(&VERIFY_LINK, &["--secret-file", large]));
    let wanted = "error: invalid_argument (301): secret[0]: the file can't be read: \
        it has more than 65536 bytes";
    assert_eq!(ran, failed(2, wanted));
}

#[test]
fn values_of_a_stranger_are_escaped() {
    let odd = "a\u{202e}b\u{2066} c ";
    let mut arguments = and(&SIGN_LINK, &["--timestamp", "1705500000"]);
    arguments[3] = odd;
    let signed = run(program(), arguments);
    let verify = [
        "verify-link",
        signed.stdout.trim_end(),
        "--now",
        "1705500000",
    ];
    let ran = run(program(), verify);
    let line = r#"unique_value: "a\u{202e}b\u{2066} c ""#;
    assert_eq!(ran.stdout.lines().next(), Some(line));
    let (object, _) = object(&run(program(), and(&verify, &["--json"])));
    assert_eq!(object["unique_value"], odd);

    // An argument in a usage error is escaped as well.
    let ran = run(
        program(),
        ["verify-link", LINK, "\u{1b}]0;title\u{7}\u{202e}"],
    );
    let line = r#"error: unexpected argument '"\u{1b}]0;title\u{7}\u{202e}"' found"#;
    assert_eq!(ran.stderr.lines().next(), Some(line));
    let ran = run(program(), ["verify-link", LINK, "--now", "\u{1b}[31m1"]);
    assert!(!ran.stderr.contains('\u{1b}'), "{}", ran.stderr);
}

/// The redirect template that the guides recommend.
const RECOMMENDED: &str = "https://app.example/tickets/{reference}/done?sub={submission_id}\
    &uv={unique_value}&ref={reference}&cnt={photo_count}&ts={timestamp}&sig={signature}";

/// Returns the output of a run that succeeded in printing the answer no.
fn answered_no(stdout: &str) -> Ran {
    Ran {
        status: 1,
        ..done(stdout)
    }
}

#[test]
fn a_template_is_explained() {
    let template = |text: &str| run(bare(), ["template", text]);
    assert_eq!(
        template("https://a.example/done?id={submission_id}&ref={reference}&sig={signature}"),
        answered_no(
            "placeholders: submission_id, reference, signature\n\
             missing: unique_value, photo_count, timestamp\n\
             verifiable: with expected values\n\
             \n\
             A return doesn't carry the missing values, but its signature covers them.\n\
             Add them to the path or the query (a fragment is not sent). Otherwise a return can only\n\
             be verified by a program that already knows them and passes:\n\
             \x20 --expect unique_value=...\n\
             \x20 --expect photo_count=...\n\
             \x20 --expect timestamp=...\n"
        ),
    );
    assert_eq!(
        template("https://a.example/done"),
        done(
            "placeholders: none\n\
             missing: none\n\
             verifiable: yes\n\
             \n\
             Without a placeholder, the six standard parameters are appended: \
             sub, uv, ref, cnt, ts, sig.\n"
        ),
    );
    assert_eq!(
        template("https://a.example/done?ref=1"),
        failed(
            2,
            "error: invalid_template (103): reference (ref) is already in the redirect template, \
             or a name that some decoders take for it: remove it, or use placeholders"
        ),
    );
    assert_eq!(
        template(RECOMMENDED),
        done(
            "placeholders: submission_id, unique_value, reference, photo_count, timestamp, \
             signature\n\
             missing: none\n\
             verifiable: yes\n\
             \n\
             A return carries all that its signature covers.\n\
             \n\
             The path carries reference. Verify the request's target as it arrived, such as \
             RAW_URI,\n\
             REQUEST_URI or originalUrl: most frameworks decode the path, which then is another\n\
             for a value like 2024/0815 or 50%. A query alone is not enough.\n"
        ),
    );
    assert_eq!(
        template("https://a.example/#{signature}"),
        answered_no(
            "placeholders: signature\n\
             missing: submission_id, unique_value, reference, photo_count, timestamp, signature\n\
             verifiable: no\n\
             \n\
             No return can be verified, because it sends no signature: add {signature} to the path or the \
             query (a fragment is not sent).\n"
        ),
    );
    assert_eq!(
        template("https://a.example/?{reference}&s={signature}"),
        answered_no(
            "placeholders: reference, signature\n\
             missing: submission_id, unique_value, photo_count, timestamp\n\
             verifiable: no\n\
             \n\
             No return can be verified, because byte 19 of the redirect template starts a parameter with a \
             placeholder in its name: put it after the '='.\n"
        ),
    );
    assert_eq!(
        template("https://a.example/{nope}"),
        failed(
            2,
            "error: invalid_template (103): byte 18 of the redirect template is a placeholder of \
             no known name: use submission_id, unique_value, reference, photo_count, timestamp or \
             signature"
        ),
    );
}

#[test]
fn a_template_is_explained_to_scripts() {
    let template = |text: &str| run(bare(), ["template", text, "--json"]);
    assert_eq!(
        template("https://a.example/done"),
        done(
            "{\"result\":\"ok\",\"placeholders\":[],\"placeholders_in_path\":[],\"missing\":[],\
             \"verifiable\":\"yes\"}\n"
        ),
    );
    assert_eq!(
        template("https://a.example/{reference}?sig={signature}"),
        answered_no(
            "{\"result\":\"failed\",\"placeholders\":[\"reference\",\"signature\"],\
             \"placeholders_in_path\":[\"reference\"],\
             \"missing\":[\"submission_id\",\"unique_value\",\"photo_count\",\"timestamp\"],\
             \"verifiable\":\"with_expected_values\"}\n"
        ),
    );
    assert_eq!(
        template("https://a.example/?ref={reference}"),
        answered_no(
            "{\"result\":\"failed\",\"placeholders\":[\"reference\"],\"placeholders_in_path\":[],\
             \"missing\":[\"submission_id\",\"unique_value\",\"photo_count\",\"timestamp\",\
             \"signature\"],\"verifiable\":\"no\"}\n"
        ),
    );
    assert_eq!(
        template("https://a.example/{reference}{timestamp}"),
        answered_no(
            "{\"result\":\"failed\",\"placeholders\":[\"reference\",\"timestamp\"],\
             \"placeholders_in_path\":[\"reference\",\"timestamp\"],\
             \"missing\":[\"submission_id\",\"unique_value\",\"photo_count\",\"signature\"],\
             \"verifiable\":\"no\",\
             \"error\":{\"result\":\"invalid_template\",\"number\":103,\"parameters\":[],\
             \"position\":18,\"message\":\"byte 18 of the redirect template starts a path segment \
             or parameter with two placeholders: separate them\"}}\n"
        ),
    );
    let (refused, status) = object(&template("https://a.example/{nope}"));
    assert_eq!(status, 2);
    assert_eq!(refused["result"], "invalid_template");
    assert_eq!(refused["number"], 103);
    assert_eq!(refused["parameters"], json!([]));
    assert_eq!(refused["position"], 18);
}

#[test]
fn signing_warns_of_a_template_whose_returns_cannot_be_verified() {
    let sign = |template| {
        let mut sign = and(&SIGN_RETURN, &["--timestamp", "1705500100"]);
        sign[1] = template;
        run(program(), sign)
    };
    for (template, url, obstacle) in [
        (
            "https://a.example/?ref={reference}",
            "https://a.example/?ref=ticket-456",
            "it sends no signature: add {signature} to the path or the query (a fragment is not \
             sent)",
        ),
        (
            "https://a.example/{reference}{photo_count}",
            "https://a.example/ticket-4565",
            "byte 18 of the redirect template starts a path segment or parameter with two \
             placeholders: separate them",
        ),
    ] {
        assert_eq!(
            sign(template),
            Ran {
                stderr: format!(
                    "warning: no return of this template can be verified, because {obstacle}\n"
                ),
                ..done(&format!("{url}\n"))
            },
        );
    }
    for template in ["https://a.example/{reference}?s={signature}", RECOMMENDED] {
        let ran = sign(template);
        assert_eq!((ran.stderr.as_str(), ran.status), ("", 0));
    }
}

#[test]
fn the_recommended_template_is_only_verified_by_the_whole_url() {
    let mut sign = and(&SIGN_RETURN, &["--timestamp", "1705500100"]);
    (sign[1], sign[7]) = (RECOMMENDED, "2024/0815 50%");
    let url = run(program(), sign).stdout;
    let url = url.trim_end();
    let path_and_query = url.strip_prefix("https://app.example").expect("the host");
    let query = &path_and_query[path_and_query.find('?').expect("a query")..];
    assert!(path_and_query.starts_with("/tickets/2024%2F0815%2050%25/done?sub=pls_123&"));
    let verify = |message: &str, ticket: &str| {
        let verify = ["verify-return", message, "--now", "1705500100", "--json"];
        let verify = and(&verify, &["--template", RECOMMENDED, "--expect", ticket]);
        let (object, status) = object(&run(program(), verify));
        (object["result"].as_str().unwrap().to_owned(), status)
    };
    let good = "reference=2024/0815 50%";
    assert_eq!(verify(url, good), ("ok".into(), 0));
    assert_eq!(verify(path_and_query, good), ("ok".into(), 0));
    let other = "reference=2024/0816";
    assert_eq!(verify(url, other), ("unexpected_value".into(), 1));
    // At another ticket's address, decoded by a framework, and with another template.
    for (moved, wanted) in [
        (url.replacen("%2F0815", "%2F0816", 1), "duplicate_parameter"),
        (url.replace("2024%2F", "2024/"), "missing_parameter"),
        (url.replace("/done", ""), "missing_parameter"),
    ] {
        assert_eq!(verify(&moved, good), (wanted.into(), 1), "{moved}");
    }
    // The query has the reference too, so it would be enough by itself.
    assert_eq!(verify(query, good), ("ok".into(), 0));
}

#[test]
fn a_return_is_read_by_its_template() {
    let template = "https://a.example/{reference}?id={submission_id}&s={signature}";
    let mut sign = and(&SIGN_RETURN, &["--timestamp", "1705500100"]);
    sign[1] = template;
    let signed = run(program(), sign);
    let verify = [
        "verify-return",
        signed.stdout.trim(),
        "--now",
        "1705500100",
        "--json",
    ];
    let verify = and(&verify, &["--template", template]);
    let (refused, status) = object(&run(program(), verify.clone()));
    assert_eq!(status, 1);
    assert_eq!(refused["result"], "missing_parameter");
    assert_eq!(refused["parameters"], json!(["uv", "cnt", "ts"]));
    assert_eq!(
        code(&run(program(), and(&verify, &KNOWN))),
        ("ok".into(), 0)
    );
}

#[test]
fn usage_errors_are_status_2_and_one_object_if_wanted() {
    for (arguments, message) in [
        (&[][..], "a subcommand"),
        (&["nope"], "unrecognized subcommand 'nope'"),
        (
            &["sign-link", "a"],
            "the following required arguments were not provided: --unique-value <V> --source <V> --reference <V>",
        ),
        (
            &["verify-link"],
            "the following required arguments were not provided: <URL|QUERY|->",
        ),
        (
            &["verify-link", LINK, "--nope"],
            "unexpected argument '--nope' found",
        ),
        (
            &["sign-link", "a", "--secret=0123456789abcdef"],
            "unexpected argument '--secret' found",
        ),
        (
            &["completions", "nope"],
            "invalid value 'nope' for '<SHELL>' [possible values: bash, elvish, fish, powershell, zsh]",
        ),
        (
            &["man", "nope"],
            "there is no such command: --help lists them",
        ),
        (
            &["man", "webhook", "nope"],
            "there is no such command: --help lists them",
        ),
        (&["webhook"], "a command is missing: --help lists them"),
        (
            &["verify-link", LINK, "--now", "x"],
            "invalid value 'x' for '--now <S>': pass a whole number",
        ),
    ] {
        let ran = run(program(), arguments);
        assert_eq!((ran.stdout.as_str(), ran.status), ("", 2), "{arguments:?}");
        assert_ne!(ran.stderr, "");

        let (object, status) = object(&run(program(), and(&["--json"], arguments)));
        assert_eq!(status, 2);
        assert_eq!(object["result"], "invalid_argument");
        assert_eq!(object["number"], 301);
        assert_eq!(object["parameters"], json!([]));
        let said = object["message"].as_str().unwrap();
        if arguments.is_empty() {
            assert!(said.contains(message), "{said}");
        } else {
            assert_eq!(said, message);
        }
    }
}

#[test]
fn help_and_version_are_not_errors() {
    let version = concat!("visiono-workflow ", env!("CARGO_PKG_VERSION"), "\n");
    assert_eq!(run(bare(), ["--version"]), done(version));
    let help = run(bare(), ["--help"]);
    assert_eq!((help.stderr.as_str(), help.status), ("", 0));
    for command in [
        "demo",
        "sign-link",
        "verify-link",
        "sign-return",
        "verify-return",
        "template",
        "webhook",
        "completions",
        "man",
    ] {
        assert!(
            help.stdout.contains(&format!("\n  {command} ")),
            "{command}"
        );
        let status = if command.starts_with("verify") { 2 } else { 0 };
        let help = run(bare(), [command, "--help"]);
        assert_eq!((help.stderr.as_str(), help.status), ("", status));
        let usage = format!("Usage: visiono-workflow {command} ");
        assert!(help.stdout.contains(&usage), "{}", help.stdout);
        let version = format!("visiono-workflow-{command} {}\n", env!("CARGO_PKG_VERSION"));
        let ran = run(bare(), [command, "--version"]);
        assert_eq!(
            ran,
            Ran {
                status,
                ..done(&version)
            }
        );
    }
}

#[test]
fn a_closed_reader_is_not_an_error() {
    for arguments in [
        &["demo"][..],
        &["demo", "--json"],
        &["completions", "zsh"],
        &["man"],
        &["--help"],
        &["--version"],
        &["webhook", "sign"],
        &VERIFY_LINK,
        &SIGN_LINK,
    ] {
        let (reader, writer) = io::pipe().unwrap();
        drop(reader);
        let output = process::Command::new(env!("CARGO_BIN_EXE_visiono-workflow"))
            .env(VARIABLE, SECRET)
            .env(WEBHOOK_VARIABLE, SECRET)
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(writer)
            .stderr(Stdio::piped())
            .output()
            .unwrap();
        assert_eq!(
            String::from_utf8(output.stderr).unwrap(),
            "",
            "{arguments:?}"
        );
        assert_eq!(output.status.code(), Some(0), "{arguments:?}");
    }
    // The status of a refusal is unchanged.
    let (reader, writer) = io::pipe().unwrap();
    drop(reader);
    let status = process::Command::new(env!("CARGO_BIN_EXE_visiono-workflow"))
        .env(VARIABLE, SECRET)
        .args(["verify-link", LINK, "--now", "0", "--json"])
        .stdout(writer)
        .status()
        .unwrap();
    assert_eq!(status.code(), Some(1));
}

#[test]
#[cfg(target_os = "linux")]
fn output_that_cant_be_written_is_an_error() {
    let full = fs::File::options().write(true).open("/dev/full").unwrap();
    let output = process::Command::new(env!("CARGO_BIN_EXE_visiono-workflow"))
        .env(VARIABLE, SECRET)
        .args(SIGN_LINK)
        .stdout(full)
        .stderr(Stdio::piped())
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2));
    let stderr = String::from_utf8(output.stderr).unwrap();
    let start = "error: invalid_argument (301): standard output can't be written: ";
    assert!(stderr.starts_with(start), "{stderr}");
}

#[test]
fn shells_complete_commands_options_and_names() {
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let ran = run(bare(), ["completions", shell]);
        assert_eq!((ran.stderr.as_str(), ran.status), ("", 0));
        assert!(ran.stdout.contains("verify-return"), "{shell}");
        assert!(ran.stdout.contains("secret-file"), "{shell}");
    }
    let files = Files::new();
    let script = files.write("script", run(bare(), ["completions", "bash"]).stdout);
    let complete = |words: &str| {
        let ask = format!(
            "source {}; COMP_WORDS=(visiono-workflow {words}); \
             COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1)); \
             spec=$(complete -p visiono-workflow); spec=${{spec#*-F }}; \
             ${{spec%% *}} visiono-workflow \"${{COMP_WORDS[-1]}}\" \"${{COMP_WORDS[-2]}}\"; \
             echo \"${{COMPREPLY[@]}}\"",
            script.display(),
        );
        let output = process::Command::new("bash")
            .args(["--norc", "-c", &ask])
            .output()
            .expect("bash, which this test needs");
        String::from_utf8(output.stdout).unwrap()
    };
    assert_eq!(complete("verify-l"), "verify-link\n");
    assert_eq!(complete("sign-link --ref"), "--reference\n");
    assert_eq!(complete("verify-link --expect ti"), "timestamp=\n");
    for field in Field::ALL {
        let known = complete(&format!("verify-return --expect {}", field.long_name()));
        let wanted = match field {
            Field::Signature => "\n".to_owned(),
            _ => format!("{}=\n", field.long_name()),
        };
        assert_eq!(known, wanted);
    }
    assert_eq!(complete("web"), "webhook\n");
    assert_eq!(complete("webhook rec"), "receive\n");
    assert_eq!(complete("webhook receive --req"), "--require-timestamp\n");
    for event in WebhookEvent::ALL {
        let words = format!("webhook send http://localhost --event {}", event.as_str());
        assert_eq!(complete(&words), format!("{}\n", event.as_str()));
    }
    assert_eq!(complete("webhook send --event al"), "all\n");
    assert_eq!(complete("webhook send --style dev"), "developer\n");
}

#[test]
fn manual_pages_have_every_option() {
    let page = run(bare(), ["man"]);
    assert_eq!((page.stderr.as_str(), page.status), ("", 0));
    assert!(
        page.stdout.contains("\n.TH visiono-workflow 1 "),
        "{}",
        page.stdout
    );
    assert!(
        page.stdout
            .contains("visiono\\-workflow\\-verify\\-return(1)")
    );
    for (command, found) in [
        ("sign-link", "\\-\\-unique\\-value"),
        ("verify-link", "\\-\\-max\\-age"),
        ("sign-return", "\\-\\-photo\\-count"),
        ("verify-return", "\\-\\-template"),
        ("template", "\\-\\-json"),
        ("webhook", "visiono\\-workflow\\-webhook\\-send(1)"),
        ("webhook receive", "\\-\\-require\\-timestamp"),
        ("webhook sign", "\\-\\-secret\\-file"),
        ("webhook send", "\\-\\-style"),
    ] {
        let names: Vec<_> = ["man"].into_iter().chain(command.split(' ')).collect();
        let page = run(bare(), names);
        assert_eq!((page.stderr.as_str(), page.status), ("", 0));
        let title = format!("\n.TH visiono-workflow-{} 1 ", command.replace(' ', "-"));
        assert!(page.stdout.contains(&title), "{}", page.stdout);
        assert!(page.stdout.contains(found), "{}", page.stdout);
    }
    let (object, _) = object(&run(bare(), ["man", "--json"]));
    assert_eq!(object["text"], page.stdout);
}
