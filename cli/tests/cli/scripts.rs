//! Tests of the example CGI scripts, run by several shells like a server runs them.

use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::{io::Write, os::unix::fs::symlink};

use crate::program::{Files, LINK, SECRET, VARIABLE, WEBHOOK_VARIABLE, program, run};
use crate::receiver::Receiver;

const SHELLS: [&[&str]; 2] = [&["sh"], &["bash", "--posix"]];
/// The ticket whose address the browser requests.
const TICKET: &str = "ticket-456";
const PATH_INFO: (&str, &str) = ("PATH_INFO", "/ticket-456/done");

/// The commands that the example leaves to the reader.
const COMMANDS: [(&str, &str); 2] = [
    (
        "may-see-ticket",
        "#!/bin/sh\n[ \"$1\" = session=1 ] && [ \"${2#ticket-}\" != \"$2\" ]\n",
    ),
    ("store-return", "#!/bin/sh\ncat > \"stored-$1\"\n"),
];

/// An example script, and the programs in its `PATH`.
struct Script {
    text: String,
    files: Files,
}

impl Script {
    fn example(name: &str) -> Self {
        let path = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("examples")
            .join(name);
        Self::new(fs::read_to_string(path).expect("an example"))
    }

    fn new(text: impl Into<String>) -> Self {
        let files = Files::new();
        for (name, text) in COMMANDS {
            files.set_mode(&files.write(name, text), 0o700);
        }
        let program = files.path().join("visiono-workflow");
        symlink(env!("CARGO_BIN_EXE_visiono-workflow"), program).expect("a link");
        Self {
            text: text.into(),
            files,
        }
    }

    /// Runs the script with a shell, variables that the client controls, and a body.
    fn run(&self, shell: &[&str], variables: &[(&str, &str)], body: &[u8]) -> Output {
        let folder = self.files.path();
        let mut script = Command::new(shell[0])
            .args(&shell[1..])
            .args(["-c", &self.text])
            .env_clear()
            .env("PATH", format!("{}:/usr/bin:/bin", folder.display()))
            .env("EVENTS", folder)
            .env(VARIABLE, SECRET)
            .env(WEBHOOK_VARIABLE, SECRET)
            .envs(variables.iter().copied())
            .current_dir(folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("a shell");
        // A script that refuses early doesn't read the body.
        let _ = script.stdin.take().expect("a pipe").write_all(body);
        script.wait_with_output().expect("an answer")
    }
}

/// Returns the status of a CGI answer. Fails if its log has control characters.
fn status(output: &Output) -> u16 {
    let log = String::from_utf8(output.stderr.clone()).expect("UTF-8");
    assert!(
        log.chars()
            .all(|c| c == '\n' || c == ' ' || c.is_ascii_graphic()),
        "{log:?}"
    );
    assert!(!log.contains("q7w8"), "{log}");
    let answer = String::from_utf8(output.stdout.clone()).expect("UTF-8");
    let line = answer.lines().next().expect("a line");
    let status = line.strip_prefix("Status: ").expect("a status");
    status[..3].parse().expect("a number")
}

/// Returns the query of a return that Visiono signs now.
fn signed_query(ticket: &str) -> String {
    let sign = [
        "sign-return",
        "https://a.example/",
        "--submission-id",
        "pls_123",
        "--unique-value",
        "Straße 5",
        "--reference",
        ticket,
        "--photo-count",
        "5",
    ];
    let url = run(program(), sign).stdout;
    url.trim_end()
        .split_once('?')
        .expect("a query")
        .1
        .to_owned()
}

/// Returns queries that no return has.
fn hostile_queries() -> Vec<String> {
    let genuine = signed_query(TICKET);
    let other = signed_query("ticket-999");
    let mut queries: Vec<String> = [
        "",
        "-h",
        "--help",
        "-V",
        "--version",
        "-hV",
        "--help=",
        "--hel",
        "help",
        "-",
        "--",
        "-- -",
        "--json",
        "--help --json",
        "-h -",
        "@/etc/passwd",
        "&",
        "?",
        "??",
        "#",
        "=",
        "/",
        "//",
        "%",
        "*",
        "~",
        "$(touch pwned)",
        "`touch pwned`",
        "; touch pwned",
        "\"; touch pwned; \"",
        "'",
        "\\",
        "\\c",
        "%s%s%n",
        "%00",
        "$VISIONO_WORKFLOW_SECRET",
        "--now=1705500100",
        "--max-age=99999999999999",
        "--secret-file=/dev/null",
        "--secret-file=q7w8e9r0t1y2",
        "--expect=ref=ticket-456",
        "--template=https://a.example/",
        "sub=1&uv=1&ref=1&cnt=1&ts=1&sig=1",
        "\u{1b}[2J\u{9b}31m\u{202e}",
        "--\u{1b}[2J",
        "\n",
        "\r\nStatus: 200 OK",
        "--help\n",
        "https://a.example/",
    ]
    .map(str::to_owned)
    .into();
    queries.extend([
        other.clone(),
        format!("{other}&ref={TICKET}"),
        format!("{genuine}&ref=ticket-999"),
        format!("{genuine}&%20ref=ticket-999"),
        format!("{genuine}&ref[]=ticket-999"),
        format!("{genuine}&ref%00=ticket-999"),
        format!("{genuine}&REF=ticket-999"),
        format!("{genuine}&x=1;ref=ticket-999"),
        genuine.replace("cnt=5", "cnt=500"),
        genuine.replace("&sig=", "&sig=0"),
        format!("?{genuine}"),
        format!("/?{genuine}"),
        format!("--{genuine}"),
        format!("https://a.example/?{genuine}"),
        genuine[..genuine.len() - 1].to_owned(),
        format!("{genuine} --help"),
        "x".repeat(100_000),
        "&ref=1".repeat(10_000),
    ]);
    queries
}

#[test]
fn the_documented_lines_keep_the_secret_out_of_the_history() {
    let readme = Path::new(env!("CARGO_MANIFEST_DIR")).join("../README.md");
    let readme = fs::read_to_string(readme).expect("the README");
    let documented = |start: &str| {
        let mut lines = readme.lines().filter_map(|line| line.strip_prefix("$ "));
        let line = lines.find(|line| line.starts_with(start)).expect(start);
        assert!(!line.contains(SECRET));
        line.to_owned()
    };
    let verify = format!("visiono-workflow verify-link '{LINK}' --now 1705500000");
    for (line, option) in [
        (
            documented("stty -echo; IFS= read -r VISIONO_WORKFLOW_SECRET"),
            "",
        ),
        (documented("(umask 077;"), "--secret-file workflow.secret"),
    ] {
        // There is no terminal here, so `stty` complains.
        let script = format!("{{ {line}\n}} 2>/dev/null\nexec 2>&1\n{verify} {option}");
        let script = Script::new(format!("unset {VARIABLE}\n{script}"));
        for shell in SHELLS {
            let ran = script.run(shell, &[], format!("{SECRET}\n").as_bytes());
            let printed = String::from_utf8(ran.stdout).unwrap();
            assert!(ran.status.success(), "{shell:?} {line}: {printed}");
            // There is no warning about the file either.
            assert!(printed.starts_with("unique_value: ABC123\n"), "{printed}");
        }
    }
}

#[test]
fn a_cgi_script_only_accepts_the_genuine_return() {
    let script = Script::example("return.cgi");
    let hostile = hostile_queries();
    for shell in SHELLS {
        let answer = |query: &str, cookie: &str| {
            script.run(
                shell,
                &[("QUERY_STRING", query), ("HTTP_COOKIE", cookie), PATH_INFO],
                b"",
            )
        };
        let genuine = answer(&signed_query(TICKET), "session=1");
        assert_eq!(status(&genuine), 303);
        let text = String::from_utf8(genuine.stdout).unwrap();
        assert!(
            text.ends_with("\r\nLocation: /tickets/ticket-456\r\n\r\n"),
            "{text}"
        );
        let stored = script.files.path().join("stored-ticket-456");
        let values = fs::read_to_string(&stored).unwrap();
        assert!(values.contains("\nphoto_count: 5\n"), "{values}");
        fs::remove_file(&stored).unwrap();
        for query in &hostile {
            assert_eq!(
                status(&answer(query, "session=1")),
                400,
                "{shell:?} {query:?}"
            );
        }
        // Without a session, nothing is read.
        assert_eq!(status(&answer(&signed_query(TICKET), "")), 403);
        assert_eq!(status(&script.run(shell, &[PATH_INFO], b"")), 403);
        // The body must not be taken for the query.
        let body = signed_query(TICKET);
        let posted = [
            ("QUERY_STRING", "-"),
            ("HTTP_COOKIE", "session=1"),
            PATH_INFO,
        ];
        assert_eq!(status(&script.run(shell, &posted, body.as_bytes())), 400);
        // Two tickets concurrently, each only at its own address; and addresses of no ticket.
        for (path, wanted) in [
            ("/ticket-999/done", 303),
            ("/ticket-456/done", 400),
            ("/ticket-998/done", 400),
            ("/other-999/done", 403),
            ("", 404),
            ("/", 404),
            ("/done", 403),
            ("/--help/done", 404),
            ("/../done", 404),
            ("//done", 404),
            ("/ticket-999/x/done", 404),
            ("/ticket-999|/done", 404),
            ("/ticket-999\n/done", 404),
            ("/--help /done", 404),
            ("/é/done", 404),
            ("/$(touch pwned)/done", 404),
        ] {
            let query = signed_query("ticket-999");
            let variables = [
                ("QUERY_STRING", &*query),
                ("HTTP_COOKIE", "session=1"),
                ("PATH_INFO", path),
            ];
            assert_eq!(
                status(&script.run(shell, &variables, b"")),
                wanted,
                "{path:?}"
            );
        }
        assert!(!stored.exists());
    }
    assert!(!script.files.path().join("pwned").exists());
}

/// Returns the lines of the README that start with a prompt, from a heading to the next one.
fn documented_lines(readme: &str, after: &str) -> Vec<String> {
    let (_, rest) = readme.split_once(after).expect(after);
    let section = rest.split("\n#").next().unwrap_or_default();
    let lines = section.lines().filter_map(|line| line.strip_prefix("$ "));
    // Skips the lines that ask a person for the secret.
    let lines = lines.filter(|line| !line.contains("stty"));
    lines.map(str::to_owned).collect()
}

#[test]
fn the_documented_commands_print_the_documented_output() {
    let readme = Path::new(env!("CARGO_MANIFEST_DIR")).join("../README.md");
    let readme = fs::read_to_string(readme).expect("the README");
    let receiver = Receiver::verifying(SECRET);
    let url = receiver.url();
    let lines = |after| {
        let lines = documented_lines(&readme, after).join("\necho \"status $?\"\n");
        lines.replace("http://localhost:8000/webhook", &url) + "\necho \"status $?\""
    };
    for shell in SHELLS {
        let printed = |lines: String| {
            let script = Script::new(format!("exec 2>&1\n{lines}"));
            String::from_utf8(script.run(shell, &[], b"").stdout).expect("UTF-8")
        };
        let shown = printed(lines("### A shell\n"));
        let statuses: Vec<_> = shown
            .lines()
            .filter(|line| line.starts_with("status "))
            .collect();
        assert_eq!(
            statuses,
            ["status 0", "status 0", "status 0", "status 1"],
            "{shown}"
        );
        for line in [
            "submission_id: pls_123",
            "photo_count: 5",
            "missing: unique_value, photo_count, timestamp",
            "verifiable: with expected values",
        ] {
            assert!(shown.lines().any(|shown| shown == line), "{shown}");
        }
        assert!(shown.starts_with("https://visiono.io/s/damage-report?uv=ABC123&src=zendesk&"));

        let shown = printed(lines("\n## Webhooks\n"));
        let statuses = shown.lines().filter(|line| line.starts_with("status "));
        assert_eq!(statuses.collect::<Vec<_>>(), ["status 0"; 6], "{shown}");
        assert!(shown.contains("\nevent: submission.created\n"), "{shown}");
        assert!(shown.contains(", all handled correctly\n"), "{shown}");
    }
}

#[test]
fn the_documented_script_only_accepts_the_genuine_return() {
    let readme = Path::new(env!("CARGO_MANIFEST_DIR")).join("../README.md");
    let readme = fs::read_to_string(readme).expect("the README");
    let (_, rest) = readme.split_once("\n```sh\n").expect("a script");
    let (script, _) = rest.split_once("\n```").expect("its end");
    let script = Script::new(script);
    for shell in SHELLS {
        let answer = |query: &str| {
            let variables = [("QUERY_STRING", query), ("ticket", TICKET)];
            let answer = script.run(shell, &variables, b"").stdout;
            String::from_utf8(answer).expect("UTF-8")
        };
        assert_eq!(
            answer(&signed_query(TICKET)),
            "Thank you: 5 photos arrived.\n"
        );
        for query in hostile_queries() {
            let refused = "This address is not valid. Please start again from your ticket.\n";
            assert_eq!(answer(&query), refused, "{shell:?} {query:?}");
        }
        let mistaken = script.run(shell, &[("QUERY_STRING", "x=1"), ("ticket", "")], b"");
        assert_eq!(
            String::from_utf8(mistaken.stdout).unwrap(),
            "Something went wrong on our side. Please try again later.\n"
        );
    }
}

#[test]
fn a_careless_script_only_accepts_the_genuine_return() {
    let hostile = hostile_queries();
    for line in [
        "visiono-workflow verify-return \"$QUERY_STRING\" --expect reference=ticket-456",
        "visiono-workflow verify-return --expect reference=ticket-456 \"$QUERY_STRING\"",
        "visiono-workflow verify-return --expect reference=ticket-456 -- \"$QUERY_STRING\"",
        "visiono-workflow --json verify-return \"$QUERY_STRING\" --expect reference=ticket-456",
    ] {
        let script = Script::new(format!(
            "if {line} >answer; then echo 'Status: 200'; else echo 'Status: 400'; fi"
        ));
        for shell in SHELLS {
            let answer = |query: &str| status(&script.run(shell, &[("QUERY_STRING", query)], b""));
            assert_eq!(answer(&signed_query(TICKET)), 200);
            for query in &hostile {
                // As documented, text in one of these forms is a URL.
                let is_url = query.starts_with("?sub=")
                    || query.starts_with("/?sub=")
                    || query.starts_with("https://a.example/?sub=");
                let wanted = if is_url { 200 } else { 400 };
                assert_eq!(answer(query), wanted, "{shell:?} {line} {query:?}");
            }
        }
        assert!(!script.files.path().join("pwned").exists());
    }
}

#[test]
fn a_cgi_script_keeps_each_genuine_event_once() {
    let body = br#"{"event":"a\nevent: submission.created\u001b[2J","data":{"n":1}}"#;
    let mut sign = program();
    sign.env(WEBHOOK_VARIABLE, SECRET).write_stdin(&body[..]);
    let header = run(sign, ["webhook", "sign"]).stdout;
    let signature = header.trim_end().split_once(": ").unwrap().1;
    for shell in SHELLS {
        let script = Script::example("webhook.cgi");
        let kept = || {
            let folder = fs::read_dir(script.files.path()).unwrap();
            let names = folder.map(|entry| entry.unwrap().file_name().into_string().unwrap());
            names.filter(|name| name.len() == 64).collect::<Vec<_>>()
        };
        let length = body.len().to_string();
        let answer = |signature: &str, body: &[u8]| {
            let variables = [
                ("HTTP_X_VISIONO_SIGNATURE", signature),
                ("CONTENT_LENGTH", &length),
            ];
            status(&script.run(shell, &variables, body))
        };
        for odd in [
            "",
            "--help",
            "-h",
            "sha256=",
            "sha256=0",
            "\u{1b}[2J",
            &signature.to_uppercase(),
        ] {
            assert_eq!(answer(odd, body), 401, "{odd:?}");
        }
        assert_eq!(answer(signature, b""), 401);
        assert_eq!(status(&script.run(shell, &[], b"")), 401);
        let mut changed = body.to_vec();
        changed[60] ^= 1;
        assert_eq!(answer(signature, &changed), 401);
        assert!(kept().is_empty());

        assert_eq!(answer(signature, body), 204);
        assert_eq!(answer(signature, body), 204);
        let [key] = kept().try_into().expect("one event");
        let event = fs::read_to_string(script.files.path().join(key)).unwrap();
        // A stranger's text can't start a line.
        assert_eq!(
            event
                .lines()
                .filter(|line| line.starts_with("event: "))
                .count(),
            1
        );
    }
}
