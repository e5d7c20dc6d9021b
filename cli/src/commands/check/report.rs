//! Prints the results: as a table, as JSON, and as XML for build servers.

use std::io::Write;

use anstyle::{AnsiColor, Style};
use quick_junit::{NonSuccessKind, Report, SerializeError, TestCase, TestCaseStatus, TestSuite};
use serde_json::{Value, json};

use super::verdict::{Fault, Row};
use crate::output::{Done, ERROR};
use crate::receiver::milliseconds;
use crate::shown::Shown;

const GOOD: Style = AnsiColor::Green.on_default();
/// The genuine messages. If the receiver refuses one, its refusals prove nothing.
const BASES: [(&str, &str); 2] = [("webhook-good", "event"), ("return-good", "return")];

pub(super) fn done(rows: &[Row]) -> Done {
    let faults = rows.iter().filter(|row| row.fault.is_some()).count();
    let outputs = json!({
        "messages": rows.len(),
        "faults": faults,
        "notes": notes(rows),
        "cases": rows.iter().map(object).collect::<Vec<_>>(),
    });
    let lines: String = rows.iter().map(line).collect();
    let notes: String = notes(rows)
        .iter()
        .map(|note| format!("\n{note}\n"))
        .collect();
    let sum = match faults {
        0 => format!("\n{} messages, all handled correctly\n", rows.len()),
        1 => format!("\n{} messages, 1 fault\n", rows.len()),
        _ => format!("\n{} messages, {faults} faults\n", rows.len()),
    };
    Done::new(outputs, lines + &notes + &sum).succeeded(faults == 0)
}

fn object(row: &Row) -> Value {
    let Row {
        case,
        answer,
        fault,
    } = row;
    let mut object = json!({
        "id": case.id,
        "sends": case.sends,
        "must": case.must.name(),
        "status": answer.status.as_ref().ok(),
        "milliseconds": milliseconds(answer.took),
        "good": fault.is_none(),
    });
    if let Some(Fault { sentence, fix }) = fault {
        object["fault"] = sentence.as_str().into();
        object["fix"] = (*fix).into();
    }
    object
}

fn line(row: &Row) -> String {
    let (id, sends, status) = (row.case.id, row.case.sends, row.status());
    let Some(Fault { sentence, fix }) = &row.fault else {
        return format!("{GOOD}ok{GOOD:#}     {status:>4}  {id:<34} {sends}\n");
    };
    let sentence = Shown(sentence);
    let place = " ".repeat(13);
    format!(
        "{ERROR}FAULT{ERROR:#}  {status:>4}  {id:<34} {sends}\n\
         {place}{sentence}\n\
         {place}Fix: {fix}\n"
    )
}

/// Returns a note for each kind of message whose refusals prove nothing, because the genuine
/// message is refused too.
fn notes(rows: &[Row]) -> Vec<String> {
    let is_refused = |id: &str| {
        rows.iter()
            .any(|row| row.case.id == id && row.fault.is_some())
    };
    let refused = BASES.iter().filter(|(id, _)| is_refused(id));
    let note = |(_, kind): &(&str, &str)| {
        format!(
            "note: the genuine {kind} is refused, so it proves nothing that the others are: \
             correct this first"
        )
    };
    refused.map(note).collect()
}

pub(super) fn write_junit(file: impl Write, rows: &[Row]) -> Result<(), SerializeError> {
    let mut report = Report::new("visiono-workflow check");
    for (name, is_webhook) in [("webhooks", true), ("returns", false)] {
        let mut suite = TestSuite::new(name);
        for row in rows
            .iter()
            .filter(|row| row.case.is_webhook() == is_webhook)
        {
            suite.add_test_case(test_case(row, name));
        }
        if suite.tests > 0 {
            report.add_test_suite(suite);
        }
    }
    report.serialize(file)
}

fn test_case(row: &Row, name: &str) -> TestCase {
    let status = match &row.fault {
        None => TestCaseStatus::success(),
        Some(Fault { sentence, fix }) => {
            let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
            let (sends, answer) = (row.case.sends, row.status());
            status
                .set_message(sentence.as_str())
                .set_type("fault")
                .set_description(format!("Sent: {sends}\nStatus: {answer}\nFix: {fix}"));
            status
        }
    };
    let mut case = TestCase::new(row.case.id, status);
    case.set_classname(name).set_time(row.answer.took);
    case
}
