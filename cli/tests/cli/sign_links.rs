//! Tests of `sign-links`: rows from standard input, with their URLs on standard output.

use std::fs::File;
use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, Command, Stdio};

use serde_json::{Value, json};
use visiono_workflow::{ExpectLink, Workflow};

use crate::program::{Files, LINK, Ran, SECRET, VARIABLE, bare, failed, program};

const TIMESTAMP: [&str; 2] = ["--timestamp", "1705500000"];

/// Runs the command for a Smart Link, with these options and rows.
fn sign(options: &[&str], rows: impl AsRef<[u8]>) -> Ran {
    let mut command = program();
    command.args(["sign-links", "damage-report"]).args(options);
    Ran::of(command.write_stdin(rows.as_ref())).expect("the program runs")
}

/// Runs the command with [`TIMESTAMP`].
fn sign_then(options: &[&str], rows: impl AsRef<[u8]>) -> Ran {
    sign(&[&TIMESTAMP, options].concat(), rows)
}

/// Returns the link of these values.
fn link(unique_value: &str, source: &str, reference: &str) -> String {
    let mut command = program();
    command.args(["sign-link", "damage-report"]).args(TIMESTAMP);
    command.args(["--unique-value", unique_value, "--source", source]);
    command.args(["--reference", reference]);
    let ran = Ran::of(&mut command).expect("the program runs");
    assert_eq!(ran.status, 0, "{ran:?}");
    ran.stdout.trim_end().to_owned()
}

/// Returns the result of a run that signed every row.
fn signed(rows: usize, stdout: impl Into<String>) -> Ran {
    Ran {
        stdout: stdout.into(),
        stderr: format!("signed {rows}, refused 0\n"),
        status: 0,
    }
}

/// Starts the program, for tests that read and write while it runs.
fn spawn(arguments: &[&str], stdin: Stdio, stdout: Stdio) -> Child {
    Command::new(env!("CARGO_BIN_EXE_visiono-workflow"))
        .arg("sign-links")
        .args(arguments)
        .env(VARIABLE, SECRET)
        .stdin(stdin)
        .stdout(stdout)
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts")
}

#[test]
fn every_row_gets_its_url() {
    let header = "unique_value,source,reference";
    let row = "ABC123,zendesk,ticket-456";
    let ran = sign_then(&[], format!("{header}\n{row}\n"));
    assert_eq!(ran, signed(1, format!("{header},url\n{row},{LINK}\n")));

    // JSON is copied with one more member.
    let row = r#"{"reference": "ticket-456","source":"zendesk", "unique_value":"ABC123"}"#;
    let ran = sign_then(&["--format", "jsonl"], format!("{row}\n"));
    let start = row.trim_end_matches('}');
    assert_eq!(ran, signed(1, format!("{start},\"url\":\"{LINK}\"}}\n")));
}

#[test]
fn columns_have_long_or_short_names_in_any_order() {
    for (names, options) in [
        ("ref,uv,src", &[][..]),
        ("reference,uv,source", &[]),
        ("ref,uv", &["--source", "zendesk"]),
        ("uv", &["--source=zendesk", "--reference=ticket-456"]),
    ] {
        let row = match names.split(',').count() {
            3 => "ticket-456,ABC123,zendesk",
            2 => "ticket-456,ABC123",
            _ => "ABC123",
        };
        let ran = sign_then(options, format!("{names}\n{row}\n"));
        assert_eq!(ran, signed(1, format!("{names},url\n{row},{LINK}\n")));
    }
    let options = ["--format", "jsonl", "--reference", "ticket-456"];
    let ran = sign(
        &options,
        r#"{"ts":1705500000,"src":"zendesk","uv":"ABC123"}"#,
    );
    assert_eq!(ran.stderr, "signed 1, refused 0\n");
    assert_eq!(url(&ran.stdout), LINK);
}

/// Returns the URL of a JSON line.
fn url(line: &str) -> String {
    let object: Value = serde_json::from_str(line).expect("an object");
    object["url"].as_str().expect("a URL").to_owned()
}

#[test]
fn the_smart_link_is_a_slug_or_a_url() {
    let rows = "uv,src,ref,ts\nABC123,zendesk,ticket-456,1705500000\n";
    for arguments in [
        &["damage-report"][..],
        &["https://visiono.io/s/damage-report"],
        &["--slug", "damage-report"],
        &["--link", "https://visiono.io/s/damage-report"],
    ] {
        let mut command = program();
        command.arg("sign-links").args(arguments);
        let ran = Ran::of(command.write_stdin(rows)).expect("the program runs");
        let wanted = format!("uv,src,ref,ts,url\nABC123,zendesk,ticket-456,1705500000,{LINK}\n");
        assert_eq!(ran, signed(1, wanted));
    }
    for (arguments, code) in [
        (&["a b"][..], "invalid_field (101)"),
        (&["https://visiono.io/s/a?ref=1"], "invalid_url (102)"),
    ] {
        let mut command = program();
        command.arg("sign-links").args(arguments);
        let ran = Ran::of(command.write_stdin(rows)).expect("the program runs");
        assert!(
            ran.stderr.starts_with(&format!("error: {code}: ")),
            "{ran:?}"
        );
        assert_eq!((ran.stdout.as_str(), ran.status), ("", 2));
    }
}

#[test]
fn the_system_clock_is_the_default() {
    let before = visiono_workflow::unix_time();
    let ran = sign(&["--format", "jsonl"], r#"{"uv":"a","src":"b","ref":"c"}"#);
    let workflow = Workflow::from_texts([Some(SECRET)]).expect("a secret");
    let now = visiono_workflow::unix_time();
    let url = url(&ran.stdout);
    let link = workflow.verify_link(url.as_str(), now, &ExpectLink::new());
    assert!((before..=now).contains(&link.expect("a link").timestamp()));
}

#[test]
fn csv_may_have_a_mark_quotes_and_any_end_of_line() {
    let quoted = link("a,\"b\"", "zendesk", "t 1");
    let rows =
        "\u{feff}note,uv,ref\r\n\"two\r\nlines, \"\"x\"\"\",\"a,\"\"b\"\"\",t 1\r\n\r\n=1+1,Ñ,50%";
    let ran = sign_then(&["--source", "zendesk", "--keep-others"], rows);
    let other = link("Ñ", "zendesk", "50%");
    let wanted = format!(
        "note,uv,ref,url\n\"two\r\nlines, \"\"x\"\"\",\"a,\"\"b\"\"\",t 1,{quoted}\n=1+1,Ñ,50%,{other}\n"
    );
    assert_eq!(ran, signed(2, wanted));
    for (name, delimiter) in [("semicolon", ';'), ("tab", '\t')] {
        let row = |values: [&str; 4]| values.join(&delimiter.to_string());
        let header = ["uv", "src", "ref", "x,y"];
        let values = ["ABC123", "zendesk", "ticket-456", "1,5"];
        let rows = format!("{}\n{}\n", row(header), row(values));
        let ran = sign_then(&["--delimiter", name, "--keep-others"], rows);
        let lines = [(header, "url"), (values, LINK)];
        let lines = lines.map(|(values, last)| format!("{}{delimiter}{last}\n", row(values)));
        assert_eq!(ran, signed(1, lines.concat()));
    }
    // A header alone, and an empty file of JSON lines, have no row that could be wrong.
    assert_eq!(sign(&[], "uv,src,ref\n"), signed(0, "uv,src,ref,url\n"));
    assert_eq!(sign(&["--format", "jsonl"], "\n \n"), signed(0, ""));
}

#[test]
fn copied_json_is_unchanged() {
    let fields = r#""uv":"ABC123","src":"zendesk","ref":"ticket-456""#;
    for others in [
        r#""n":123456789012345678901234567890,"m":1e999,"x":1.50"#,
        r#""x":[{"a":[null,true]}],"x":2,"":{}"#,
    ] {
        let line = format!("\u{feff} {{ {fields} , {others} }}\t\r\n");
        let options = ["--format", "jsonl", "--keep-others"];
        let ran = sign_then(&options, line);
        if others.contains("\"x\":2") {
            assert!(ran.stderr.contains("'x' occurs twice: keep one of them"));
            continue;
        }
        let wanted = format!("{{ {fields} , {others},\"url\":\"{LINK}\"}}\n");
        assert_eq!(ran, signed(1, wanted));
    }
    // A terminal only receives ASCII.
    let line = "{\"uv\":\"\u{e9}\",\"src\":\"\\u0062\",\"ref\":\"c\",\"n\":\"\u{202e}\u{9b}\"}";
    let ran = sign_then(&["--format", "jsonl", "--keep-others"], line);
    assert!(ran.stdout.is_ascii(), "{ran:?}");
    assert_eq!(url(&ran.stdout), link("é", "b", "c"));
    let object: Value = serde_json::from_str(&ran.stdout).expect("an object");
    assert_eq!(object["n"], "\u{202e}\u{9b}");
}

#[test]
fn a_wrong_header_is_refused_before_anything_is_signed() {
    let unknown = "is not a value of a link: rename it, pass --keep-others to copy it, or, if it is \
        several names, pass --delimiter or --format";
    for (options, header, wanted) in [
        (&[][..], "uv,src,ref,note", format!("'note' {unknown}")),
        (&[], "uv,src,ref,sig", format!("'sig' {unknown}")),
        (&[], "uv, src,ref", format!("'\" src\"' {unknown}")),
        (&[], "UV,src,ref", format!("'UV' {unknown}")),
        (&[], "uv;src;ref", format!("'uv;src;ref' {unknown}")),
        (
            &[],
            "{\"uv\":\"a\"}",
            format!("'{{\"uv\":\"a\"}}' {unknown}"),
        ),
        (
            &[],
            "uv,src,ref,uv",
            "'uv' occurs twice: keep one of them".into(),
        ),
        (
            &["--keep-others"],
            "uv,src,ref,x,x",
            "'x' occurs twice: keep one of them".into(),
        ),
        (
            &[],
            "uv,src,ref,unique_value",
            "'unique_value' occurs under both of its names: keep one of them".into(),
        ),
        (
            &["--source", "zendesk"],
            "uv,src,ref",
            "'src' is also an option: leave out the option or the column".into(),
        ),
        (
            &["--timestamp", "5"],
            "uv,src,ref,ts",
            "'ts' is also an option: leave out the option or the column".into(),
        ),
        (
            &["--keep-others"],
            "uv,src,ref,url",
            "'url' is the name of the added column: rename it".into(),
        ),
        (
            &[],
            "uv,ref",
            "source is missing: add it, or pass --source for all rows".into(),
        ),
        (
            &["--keep-others"],
            "note",
            "unique_value is missing: add it, or pass --unique-value for all rows".into(),
        ),
        (
            &[],
            "",
            "standard input is empty: its first line must name the columns".into(),
        ),
        (
            &[],
            "\n\n",
            "standard input is empty: its first line must name the columns".into(),
        ),
    ] {
        let wanted = wanted.replace("{\"uv\":\"a\"}", "\"{\\\"uv\\\":\\\"a\\\"}\"");
        let rows = match header.trim() {
            "" => header.to_owned(),
            _ => format!("{header}\na,b,c,d\n"),
        };
        let line = format!("error: invalid_argument (301): {wanted}");
        assert_eq!(sign(options, rows), failed(2, &line));
    }
    let ran = sign(&[], b"uv,src,r\xe9f\na,b,c\n");
    let line = "error: invalid_argument (301): the header is not UTF-8: save the file as UTF-8";
    assert_eq!(ran, failed(2, line));
    // A long name, and one with characters that a terminal obeys.
    let ran = sign(&[], format!("{}\u{1b}[31m\n", "n".repeat(30)));
    assert!(
        ran.stderr
            .contains("'\"nnnnnnnnnnnnnnnnnnnnnnnnnnnnnn\\u{1b}[31m\"' is not a value")
    );
    let ran = sign(&[], format!("{}\n", "n".repeat(100_000)));
    assert!(
        ran.stderr.len() < 300 && ran.stderr.contains("n…' is not a value"),
        "{ran:?}"
    );
}

#[test]
fn a_refused_row_stops_it_or_is_left_out() {
    let rows = "uv,src,ref,ts\na,b,c,5\n\"x\n|\",b,c,5\nd,b,\u{ff},5\ne,b\nf,b,c,x\ng,b,c,\nh,b,c,-1\ni,b,c,6\n";
    let rows: Vec<_> = rows.chars().map(|c| c as u8).collect();
    let first = format!("a,b,c,5,{}\n", at("a", "5"));
    let ran = sign(&[], &rows);
    let refused = "invalid_field (101): row 2 (line 3): unique value (uv) contains";
    assert_eq!(ran.stdout, format!("uv,src,ref,ts,url\n{first}"));
    assert!(
        ran.stderr.starts_with(&format!("error: {refused}")),
        "{ran:?}"
    );
    assert_eq!((ran.stderr.matches('\n').count(), ran.status), (1, 2));

    let ran = sign(&["--on-refused", "skip"], &rows);
    assert_eq!(
        ran.stdout,
        format!("uv,src,ref,ts,url\n{first}i,b,c,6,{}\n", at("i", "6"))
    );
    let lines: Vec<_> = ran.stderr.lines().collect();
    let starts = [
        refused,
        "invalid_argument (301): row 3 (line 5): the row is not UTF-8: save the file as UTF-8",
        "invalid_argument (301): row 4 (line 6): the row has 2 values, but the header has 4",
        "invalid_argument (301): row 5 (line 7): timestamp is not a whole number of seconds",
        "invalid_argument (301): row 6 (line 8): timestamp is not a whole number of seconds",
        "invalid_field (101): row 7 (line 9): timestamp (ts)",
    ];
    for (line, start) in lines.iter().zip(starts) {
        assert!(line.starts_with(&format!("refused: {start}")), "{line}");
    }
    assert_eq!(lines[6..], ["signed 2, refused 6"]);
    assert_eq!(ran.status, 1);
}

/// Returns the link of a unique value and a time.
fn at(unique_value: &str, timestamp: &str) -> String {
    let mut command = program();
    command.args(["sign-link", "damage-report", "--source=b", "--reference=c"]);
    command.args(["--unique-value", unique_value, "--timestamp", timestamp]);
    let ran = Ran::of(&mut command).expect("the program runs");
    ran.stdout.trim_end().to_owned()
}

#[test]
fn the_report_can_be_json() {
    let rows = "uv,src,ref\na|,b,c\nd,b,c\n";
    let refused = json!({
        "result": "invalid_field",
        "number": 101,
        "parameters": ["uv"],
        "row": 1,
        "line": 2,
        "message": "unique value (uv) contains '|', which separates the fields: remove it",
    });
    let ran = sign_then(&["--json", "--on-refused", "skip"], rows);
    let lines: Vec<Value> = ran
        .stderr
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let counts = json!({ "result": "failed", "signed": 1, "refused": 1, "complete": true });
    assert_eq!(lines, [refused.clone(), counts]);
    assert_eq!(
        ran.stdout,
        format!("uv,src,ref,url\nd,b,c,{}\n", link("d", "b", "c"))
    );
    assert_eq!(ran.status, 1);

    let ran = sign_then(&["--json"], rows);
    assert_eq!(serde_json::from_str::<Value>(&ran.stderr).unwrap(), refused);
    assert_eq!((ran.stdout.as_str(), ran.status), ("uv,src,ref,url\n", 2));

    let ran = sign_then(&["--json"], "uv,src,ref\nd,b,c\n");
    let counts = "{\"result\":\"ok\",\"signed\":1,\"refused\":0,\"complete\":true}\n";
    assert_eq!((ran.stderr.as_str(), ran.status), (counts, 0));
}

#[test]
fn json_that_is_not_a_row_is_refused() {
    for (line, wanted) in [
        ("", ""),
        ("[]", "the line is not a JSON object: see its column 0"),
        ("\"uv\"", "the line is not a JSON object: see its column"),
        (
            "{\"uv\":\"hidden\"",
            "the line is not a JSON object: see its column 14",
        ),
        ("{} {}", "the line is not a JSON object: see its column 4"),
        (
            "{}",
            "unique_value is missing: add it, or pass --unique-value for all rows",
        ),
        (
            "{\"uv\":5,\"src\":\"b\",\"ref\":\"c\"}",
            "unique_value is not text: write it in quotes",
        ),
        (
            "{\"uv\":\"a\",\"src\":null,\"ref\":\"c\"}",
            "source is not text: write it in quotes",
        ),
        (
            "{\"uv\":\"a\",\"src\":[\"b\"],\"ref\":\"c\"}",
            "source is not text: write it in quotes",
        ),
        (
            "{\"uv\":\"a\",\"src\":{\"b\":1},\"ref\":\"c\"}",
            "source is not text",
        ),
        (
            "{\"uv\":\"a\",\"src\":\"b\",\"ref\":\"\\ud800\"}",
            "the line is not a JSON object",
        ),
        (
            "{\"uv\":\"a\",\"src\":\"b\",\"ref\":\"c\",\"ts\":5.5}",
            "timestamp is not a whole number",
        ),
        (
            "{\"uv\":\"a\",\"src\":\"b\",\"ref\":\"c\",\"ts\":true}",
            "timestamp is not a whole number",
        ),
        (
            "{\"uv\":\"a\",\"src\":\"b\",\"ref\":\"c\",\"ts\":null}",
            "timestamp is not a whole number",
        ),
        (
            "{\"uv\":\"a\",\"src\":\"b\",\"ref\":\"c\",\"uv\":\"d\"}",
            "'uv' occurs twice",
        ),
        (
            "{\"uv\":\"a\",\"src\":\"b\",\"ref\":\"c\",\"url\":\"d\"}",
            "'url' is the name of the added",
        ),
        (
            "{\"uv\":\"a\",\"src\":\"b\",\"ref\":\"c\",\"tz\":\"d\"}",
            "'tz' is not a value of a link",
        ),
    ] {
        let ran = sign(&["--format", "jsonl"], format!("{line}\n"));
        if line.is_empty() {
            assert_eq!(ran, signed(0, ""));
            continue;
        }
        let start = format!("error: invalid_argument (301): row 1 (line 1): {wanted}");
        assert!(ran.stderr.starts_with(&start), "{line}: {ran:?}");
        assert_eq!((ran.stdout.as_str(), ran.status), ("", 2));
        assert!(!ran.stderr.contains("hidden"));
    }
    let ran = sign(&["--format", "jsonl"], b"{\"uv\":\"\xe9\"}\n");
    let line = "error: invalid_argument (301): row 1 (line 1): the line is not UTF-8: save the file as \
        UTF-8";
    assert_eq!(ran, failed(2, line));
    let deep = format!("{{\"x\":{}}}", "[".repeat(100_000));
    let ran = sign(&["--format", "jsonl", "--keep-others"], deep);
    assert!(
        ran.stderr.contains("the line is not a JSON object"),
        "{}",
        ran.stderr.len()
    );
}

#[test]
fn a_row_without_an_end_is_refused_in_bounded_memory() {
    let long = "x".repeat(10 << 20);
    for (options, start, place) in [
        (&[][..], "uv,src,ref\na,b,c\nd,\"", 1),
        (&["--keep-others"], "uv,src,ref,note\na,b,c,\nd,b,c,", 1),
        (
            &["--format", "jsonl"],
            "{\"uv\":\"a\",\"src\":\"b\",\"ref\":\"c\"}\n{\"uv\":\"",
            1,
        ),
        (&[], "", 0),
    ] {
        let options = [options, &["--on-refused", "skip"]].concat();
        let ran = sign_then(&options, format!("{start}{long}"));
        let line = "error: invalid_argument (301): standard input can't be read: a row has more \
            than 1 MiB: is a quote or a line left open?\n";
        assert_eq!((ran.stderr.as_str(), ran.status), (line, 2));
        // The rows before it are written.
        assert_eq!(ran.stdout.matches("&sig=").count(), place);
    }
    // A long row within the limit is signed.
    let long = "x".repeat(1_000_000);
    let ran = sign_then(&["--source=b", "--reference=c"], format!("uv\n{long}\n"));
    assert_eq!(
        (ran.stderr.as_str(), ran.status),
        ("signed 1, refused 0\n", 0)
    );
}

#[test]
fn rows_are_written_as_soon_as_the_next_one_is_awaited() {
    for (format, header, row) in [
        ("csv", "uv,src,ref\n", "ABC123,zendesk,ticket-456\n"),
        (
            "jsonl",
            "",
            "{\"uv\":\"ABC123\",\"src\":\"zendesk\",\"ref\":\"ticket-456\"}\n",
        ),
    ] {
        let arguments = [
            "damage-report",
            "--format",
            format,
            "--timestamp",
            "1705500000",
        ];
        let mut child = spawn(&arguments, Stdio::piped(), Stdio::piped());
        let mut stdin = child.stdin.take().expect("a pipe");
        let mut lines = BufReader::new(child.stdout.take().expect("a pipe")).lines();
        stdin.write_all(header.as_bytes()).expect("a reader");
        if !header.is_empty() {
            stdin.write_all(b"\n").expect("a reader");
            assert_eq!(lines.next().unwrap().unwrap(), "uv,src,ref,url");
        }
        for _ in 0..3 {
            stdin.write_all(row.as_bytes()).expect("a reader");
            // The CSV parser reads this line to find the end of the row.
            let line = lines.next().unwrap().unwrap();
            assert!(line.contains(LINK), "{line}");
        }
        drop(stdin);
        assert!(lines.next().is_none());
        assert!(child.wait().unwrap().success());
    }
}

#[test]
fn a_reader_that_closes_the_pipe_is_not_an_error() {
    // More than any pipe buffers.
    let rows: String = (0..100_000)
        .map(|number| format!("A{number},b,c\n"))
        .collect();
    let files = Files::new();
    let path = files.write("rows.csv", format!("uv,src,ref\n{rows}"));
    let stdin = File::open(path).expect("a file");
    let mut child = spawn(&["damage-report"], stdin.into(), Stdio::piped());
    let mut stdout = child.stdout.take().expect("a pipe");
    stdout.read_exact(&mut [0; 100]).expect("rows");
    drop(stdout);
    let output = child.wait_with_output().expect("an end");
    let stderr = String::from_utf8(output.stderr).expect("UTF-8");
    assert!(
        stderr.ends_with(", refused 0, and the reader of the output closed it\n"),
        "{stderr}"
    );
    assert_eq!(output.status.code(), Some(0));
}

#[test]
fn a_full_disk_is_an_error() {
    let full = File::options()
        .write(true)
        .open("/dev/full")
        .expect("Linux");
    let mut child = spawn(&["damage-report"], Stdio::piped(), full.into());
    let mut stdin = child.stdin.take().expect("a pipe");
    stdin.write_all(b"uv,src,ref\na,b,c\n").expect("a reader");
    drop(stdin);
    let output = child.wait_with_output().expect("an end");
    let stderr = String::from_utf8(output.stderr).expect("UTF-8");
    let start = "error: invalid_argument (301): standard output can't be written: ";
    assert!(stderr.starts_with(start), "{stderr}");
    assert_eq!(output.status.code(), Some(2));
}

#[test]
fn many_rows_are_signed_in_bounded_memory() {
    let rows: String = (0..300_000)
        .map(|number| format!("A{number},b,c\n"))
        .collect();
    let files = Files::new();
    let path = files.write("rows.csv", format!("uv,src,ref\n{rows}"));
    let stdin = File::open(&path).expect("a file");
    let links = File::create(files.path().join("links.csv")).expect("a file");
    // The links have more bytes than the program's address space, most of which is its own code.
    let script = "ulimit -v 40000 && exec \"$0\" sign-links damage-report";
    let status = Command::new("sh")
        .args(["-c", script, env!("CARGO_BIN_EXE_visiono-workflow")])
        .env(VARIABLE, SECRET)
        .stdin(stdin)
        .stdout(links)
        .stderr(Stdio::null())
        .status()
        .expect("a shell");
    assert!(status.success());
    let written = std::fs::read_to_string(files.path().join("links.csv")).expect("links");
    assert_eq!(written.lines().count(), 300_001);
    assert!(written.len() > 40_000 << 10);
}

#[test]
fn progress_is_only_shown_on_a_terminal() {
    // `script` runs a command on a terminal of its own.
    let rows: String = (0..20_000)
        .map(|number| format!("A{number},b,c\n"))
        .collect();
    let files = Files::new();
    let path = files.write("rows.csv", format!("uv,src,ref\n{rows}"));
    let program = env!("CARGO_BIN_EXE_visiono-workflow");
    let shown = |before: &str, after: &str| {
        let line = format!("{before} '{program}' sign-links damage-report {after}");
        let output = Command::new("script")
            .args(["--quiet", "--return", "--command", &line, "/dev/null"])
            .env(VARIABLE, SECRET)
            .stdin(Stdio::null())
            .output()
            .expect("Debian's package bsdutils, or util-linux");
        assert!(output.status.success(), "{output:?}");
        String::from_utf8_lossy(&output.stdout).into_owned()
    };
    let path = path.display();
    let bar = shown("", &format!("< '{path}' > /dev/null"));
    assert!(bar.contains("\r\u{1b}[K["), "{bar}");
    assert!(bar.contains(" %, 1 rows, "), "{bar}");
    // The progress is cleared at the end.
    assert!(
        bar.ends_with("\r\u{1b}[Ksigned 20000, refused 0\r\n"),
        "{bar}"
    );
    // The length of a pipe is not known.
    let count = shown(&format!("cat '{path}' |"), "> /dev/null").replace('\r', "");
    assert!(!count.contains('%') && count.contains(" rows, "), "{count}");
    let json = shown("", &format!("--json < '{path}' > /dev/null"));
    assert_eq!(
        json,
        "{\"result\":\"ok\",\"signed\":20000,\"refused\":0,\"complete\":true}\r\n"
    );
}

#[test]
fn copied_text_is_escaped_on_a_terminal() {
    let files = Files::new();
    let path = files.write(
        "rows.csv",
        "uv,src,ref,note\na,b,c,\"\u{1b}[31mred\u{202e}\"\n",
    );
    let program = env!("CARGO_BIN_EXE_visiono-workflow");
    let line = format!(
        "'{program}' sign-links damage-report --keep-others < '{}'",
        path.display()
    );
    let output = Command::new("script")
        .args(["--quiet", "--return", "--command", &line, "/dev/null"])
        .env(VARIABLE, SECRET)
        .stdin(Stdio::null())
        .output()
        .expect("Debian's package bsdutils, or util-linux");
    let shown = String::from_utf8(output.stdout).expect("UTF-8");
    assert!(
        shown.contains(",\\u{1b}[31mred\\u{202e},https://"),
        "{shown}"
    );
    assert!(
        !shown.contains('\u{202e}') && !shown.contains("\u{1b}[31m"),
        "{shown}"
    );
}

#[test]
fn a_secret_is_needed_and_never_shown() {
    let mut command = bare();
    command.args(["sign-links", "damage-report"]);
    let ran = Ran::of(command.write_stdin("uv,src,ref\na,b,c\n")).expect("the program runs");
    assert!(
        ran.stderr
            .starts_with("error: invalid_secret (100): no secret was given")
    );
    assert_eq!((ran.stdout.as_str(), ran.status), ("", 2));
    let files = Files::new();
    let file = files.write("workflow.secret", SECRET);
    let mut command = bare();
    command
        .args(["sign-links", "damage-report", "--secret-file"])
        .arg(file)
        .args(TIMESTAMP);
    let rows = "uv,src,ref\nABC123,zendesk,ticket-456\n";
    let ran = Ran::of(command.write_stdin(rows)).expect("the program runs");
    let wanted = format!("uv,src,ref,url\nABC123,zendesk,ticket-456,{LINK}\n");
    assert_eq!(ran, signed(1, wanted));
    let rows = format!("{SECRET}\n");
    assert_eq!(sign(&[], rows).status, 2);
}
