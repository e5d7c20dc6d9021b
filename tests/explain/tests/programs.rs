//! Tests that `explain` names the mistake of each program in `programs/`, and no other. The
//! programs sign or check as integrators do by mistake, and print the results.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use visiono_workflow::Field;
use visiono_workflow_explain::{Input, Message, Mistake, OtherSecret, Relation, Request, explain};

const PROGRAMS: [(&str, &str, &str); 3] = [
    ("php", "wrong.php", "php-cli and php-mbstring"),
    ("node", "wrong.mjs", "nodejs"),
    ("python3", "wrong.py", "python3"),
];

/// Mistakes that no program makes: they need no wrong code, or the crate tests them.
const NOT_MADE: [&str; 0] = [];

/// A line that a program prints.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    id: String,
    language: String,
    kind: String,
    verdict: String,
    now: u64,
    secret: String,
    #[serde(default)]
    input: String,
    #[serde(default)]
    body: String,
    #[serde(default)]
    headers: BTreeMap<String, String>,
    #[serde(default)]
    others: BTreeMap<String, String>,
    computed: Option<String>,
    endpoint: Option<String>,
    template: Option<String>,
    #[serde(default)]
    expect: BTreeMap<String, String>,
    pairs: Option<Vec<(String, String)>>,
}

impl Row {
    /// Returns the mistakes that the program makes: one, or one that always comes with another.
    fn mistakes(&self) -> Vec<&str> {
        self.id.split(' ').collect()
    }
}

fn rows() -> Vec<Row> {
    let mut rows = Vec::new();
    for (command, program, package) in PROGRAMS {
        let path = format!("{}/programs/{program}", env!("CARGO_MANIFEST_DIR"));
        let output = Command::new(command)
            .arg(path)
            .output()
            .unwrap_or_else(|error| panic!("{command}: {error}; install {package}"));
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{program}: {errors}");
        let text = String::from_utf8(output.stdout).expect("UTF-8");
        rows.extend(text.lines().map(|line| -> Row {
            serde_json::from_str(line).unwrap_or_else(|error| panic!("{program}: {error}: {line}"))
        }));
    }
    rows
}

/// Explains a row, and returns the fault of the answer.
fn fault(row: &Row) -> Option<String> {
    let body = STANDARD.decode(&row.body).expect("base64");
    let headers: Vec<_> = row
        .headers
        .iter()
        .map(|(name, value)| (name.as_bytes(), value.as_bytes()))
        .collect();
    let pairs: Option<Vec<_>> = row.pairs.as_ref().map(|pairs| {
        let pairs = pairs.iter();
        pairs
            .map(|(name, value)| (name.as_bytes(), Some(value.as_bytes())))
            .collect()
    });
    let input = match &pairs {
        Some(pairs) => Input::Pairs(pairs),
        None => Input::Text(row.input.as_bytes()),
    };
    let message = match row.kind.as_str() {
        "link" => Message::Link(input),
        "return" => Message::Return(input),
        _ => Message::Webhook {
            body: &body,
            headers: &headers,
        },
    };
    let secrets = [row.secret.as_bytes()];
    let others: Vec<_> = Relation::ALL
        .iter()
        .filter_map(|&(name, relation)| {
            let text = row.others.get(name)?.as_bytes();
            Some(OtherSecret { text, relation })
        })
        .collect();
    let expect: Vec<_> = row
        .expect
        .iter()
        .map(|(name, value)| {
            (
                Field::from_name(name).expect("a field"),
                value.as_str().into(),
            )
        })
        .collect();
    let request = Request::new(message, &secrets).others(&others);
    let mut request = request.expect(&expect).now(row.now);
    if let Some(computed) = &row.computed {
        request = request.computed(computed.as_bytes());
    }
    if let Some(endpoint) = &row.endpoint {
        request = request.endpoint(endpoint.as_bytes());
    }
    if let Some(template) = &row.template {
        request = request.template(template.as_bytes());
    }
    let diagnosis = explain(&request);
    let named = diagnosis.causes.iter().chain(&diagnosis.notes);
    let found: Vec<_> = named.map(|cause| cause.mistake.id()).collect();
    let json = serde_json::to_value(&diagnosis).expect("JSON");
    let verdict = json["verdict"].as_str().expect("a text");
    let as_expected = found == row.mistakes() && verdict == row.verdict;
    (!as_expected).then(|| format!("{verdict} {found:?}, not {} {}", row.verdict, row.id))
}

#[test]
fn each_mistake_of_a_program_is_named_and_no_other() {
    let mut faults = Vec::new();
    for row in rows() {
        if let Some(fault) = fault(&row) {
            faults.push(format!("{} {}: {fault}", row.language, row.kind));
        }
    }
    assert!(
        faults.is_empty(),
        "{} faults:\n{}",
        faults.len(),
        faults.join("\n")
    );
}

#[test]
fn every_mistake_is_made_by_a_program() {
    let rows = rows();
    let made: BTreeSet<_> = rows.iter().flat_map(Row::mistakes).collect();
    let missing: Vec<_> = Mistake::ALL
        .iter()
        .map(|mistake| mistake.id())
        .filter(|id| !made.contains(id) && !NOT_MADE.contains(id))
        .collect();
    assert!(missing.is_empty(), "no program makes {missing:?}");
}
