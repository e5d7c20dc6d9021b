//! The texts that repeat the core's tables.
//!
//! A region of a file is written by a template, which is in a comment before it:
//!
//! ```text
//! // cargo xtask generate: codes
//! //     {variant} = {number},
//!     InvalidSecret = 100,
//!     …
//! // end generated
//! ```
//!
//! The template is repeated for each item of a set, but for its lines that start with `=`, which
//! come first. An HTML comment ends with `-->` on a line of its own. [`set`] has the sets; rows are
//! chosen by `codes: Panic` or `codes except Panic`. The names in braces are those of the functions
//! at the end. `{,}` is a comma unless the item is the last, `{;}` a semicolon if it
//! is, and `{a/b/c}` is one of three texts, for a text field, a count and a time.

use std::fs;
use std::path::{Path, PathBuf};

use visiono_workflow::{Code, Field, Fields, MAX_WEBHOOK_BODY, WebhookEvent};

/// The files that have regions.
const FILES: [&str; 14] = [
    "bindings-c/src/tables.rs",
    "bindings-php/src/Code.php",
    "bindings-php/src/Event.php",
    "bindings-python/README.md",
    "bindings-python/python/visiono_workflow/_errors.py",
    "bindings-python/python/visiono_workflow/_expect.py",
    "bindings-python/python/visiono_workflow/_literals.py",
    "bindings-wasm/package/README.md",
    "bindings-wasm/package/index.d.ts",
    "bindings-wasm/package/src/constants.js",
    "bindings-wasm/package/webhook.d.ts",
    "docs/guides/integrating.md",
    "docs/protocol.md",
    "fuzz/dictionary.txt",
];

/// A folder with one file for each code, and no other.
const EXCEPTIONS: &str = "bindings-php/src/Exception";
const EXCEPTION: &str = r"<?php

// Written by `cargo xtask generate`; do not edit.

declare(strict_types=1);

namespace Visiono\Workflow\Exception;

use Visiono\Workflow\WorkflowException;

/** {number} `{name}`: {doc}. */
final class {variant} extends WorkflowException
{
}
";

/// A generated file: its path, and its text, or `None` if it must not be there.
type File = (PathBuf, Option<String>);

/// Makes every generated file from those below `root`, and names the files that do not belong in a
/// generated folder.
pub(crate) fn render(root: &Path) -> Result<Vec<File>, String> {
    let mut files = Vec::new();
    for path in FILES {
        let text = fill(&read(&root.join(path))?).map_err(|error| format!("{path}: {error}"))?;
        files.push((path.into(), Some(text)));
    }
    let folder = Path::new(EXCEPTIONS);
    for code in set("codes")? {
        let path = folder.join(code.write("{variant}.php"));
        files.push((path, Some(code.write(EXCEPTION))));
    }
    for entry in fs::read_dir(root.join(folder)).map_err(|error| error.to_string())? {
        let path = folder.join(entry.map_err(|error| error.to_string())?.file_name());
        if files.iter().all(|(made, _)| *made != path) {
            files.push((path, None));
        }
    }
    Ok(files)
}

/// Returns the generated files that differ from those below `root`.
pub(crate) fn stale(root: &Path) -> Result<Vec<File>, String> {
    let mut files = render(root)?;
    files.retain(|(path, text)| read(&root.join(path)).ok() != *text);
    Ok(files)
}

fn read(path: &Path) -> Result<String, String> {
    fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))
}

/// Writes the regions of a file, which must have one.
fn fill(text: &str) -> Result<String, String> {
    let mut lines = text.lines().peekable();
    let mut written = Vec::new();
    let mut is_filled = false;
    while let Some(line) = lines.next() {
        written.push(line.to_owned());
        let Some((comment, name)) = line.split_once("cargo xtask generate: ") else {
            continue;
        };
        let indent = &comment[..comment.len() - comment.trim_start().len()];
        let is_html = comment == "<!-- ";
        let is_end = |line: &&str| line.contains("end generated");
        let is_template = |line: &&str| match is_html {
            true => *line != "-->",
            false => (line.starts_with(comment) && !is_end(line)) || *line == comment.trim_end(),
        };
        let mut template = Vec::new();
        while let Some(line) = lines.next_if(is_template) {
            written.push(line.to_owned());
            let text = if is_html {
                Some(line)
            } else {
                line.strip_prefix(comment)
            };
            template.push(text.map_or_else(String::new, |text| format!("{indent}{text}")));
        }
        if is_html {
            written.extend(lines.next().map(str::to_owned));
        }
        while lines.next_if(|line| !is_end(line)).is_some() {}
        lines
            .peek()
            .ok_or(format!("the region {name} has no end"))?;

        let start = format!("{indent}=");
        let (once, each): (Vec<_>, Vec<_>) =
            template.iter().partition(|line| line.starts_with(&start));
        written.extend(once.iter().map(|line| line.replacen('=', "", 1)));
        for item in set(name)? {
            written.extend(each.iter().map(|line| item.write(line)));
        }
        is_filled = true;
    }
    is_filled
        .then(|| written.join("\n") + "\n")
        .ok_or("no region".into())
}

/// A row of a table.
struct Item {
    /// What each name in braces is replaced by.
    names: Vec<(&'static str, String)>,
    /// The position of the text for it in `{a/b/c}`.
    kind: usize,
}

impl Item {
    fn write(&self, template: &str) -> String {
        let mut pieces = template.split('{');
        let mut written = pieces.next().unwrap_or_default().to_owned();
        for piece in pieces {
            let (name, rest) = piece.split_once('}').unwrap_or((piece, ""));
            let known = self.names.iter().find(|(known, _)| *known == name);
            match (known, name.split('/').nth(self.kind)) {
                (Some((_, text)), _) => written += text,
                (None, Some(text)) if name.contains('/') => written += text,
                (None, _) => {
                    written += "{";
                    written += piece;
                    continue;
                }
            }
            written += rest;
        }
        written
    }
}

/// Returns the items of a set.
fn set(name: &str) -> Result<Vec<Item>, String> {
    let (all, except) = name.split_once(" except ").unwrap_or((name, ""));
    let (all, only) = all.split_once(": ").unwrap_or((all, ""));
    let of = |fields: Fields| fields.iter().map(field).collect();
    let mut items: Vec<_> = match all {
        "codes" => Code::ALL.map(code).into(),
        "events" => WebhookEvent::ALL.map(event).into(),
        "fields" => Field::ALL.map(field).into(),
        "link" => of(Fields::LINK),
        "return" => of(Fields::RETURN),
        "limits" => [("MAX_WEBHOOK_BODY", MAX_WEBHOOK_BODY)].map(limit).into(),
        _ => return Err(format!("there is no set {all}")),
    };
    let has = |list: &str, item: &Item| list.split(' ').any(|name| name == item.names[0].1);
    items.retain(|item| !has(except, item) && (only.is_empty() || has(only, item)));
    let last = items.len() - 1;
    for (index, item) in items.iter_mut().enumerate() {
        let (comma, semicolon) = if index == last { ("", ";") } else { (",", "") };
        item.names.push((",", comma.into()));
        item.names.push((";", semicolon.into()));
        item.names.push(("position", (index + 1).to_string()));
    }
    Ok(items)
}

/// Returns the documentation of a row without its name, as a phrase and as a sentence.
fn documentation(doc: &str) -> [(&'static str, String); 2] {
    let (_, phrase) = doc.split_once(": ").unwrap_or(("", doc));
    let phrase = phrase.trim_end_matches('.');
    let (initial, rest) = phrase.split_at(1);
    [
        ("doc", phrase.into()),
        ("Doc", initial.to_uppercase() + rest + "."),
    ]
}

fn limit((name, number): (&str, usize)) -> Item {
    let names = vec![("name", name.to_owned()), ("number", number.to_string())];
    Item { names, kind: 0 }
}

fn code(code: Code) -> Item {
    let python_base = match code {
        Code::InvalidArgument => "WorkflowError, ValueError",
        _ if code.is_refusal() => "VerificationError",
        _ if code.as_u32() < 200 => "ConfigurationError",
        _ => "WorkflowError",
    };
    let mut names = vec![
        ("variant", format!("{code:?}")),
        ("name", code.to_string()),
        ("number", code.as_u32().to_string()),
        ("NAME", code.as_str().to_uppercase()),
        (
            "refusal",
            if code.is_refusal() { "yes" } else { "no" }.into(),
        ),
        ("is_refusal", code.is_refusal().to_string()),
        ("page", code.error_page().unwrap_or_default().into()),
        ("python_base", python_base.into()),
    ];
    names.extend(documentation(code.doc()));
    Item { names, kind: 0 }
}

fn event(event: WebhookEvent) -> Item {
    let mut names = vec![
        ("variant", format!("{event:?}")),
        ("name", event.as_str().to_owned()),
    ];
    names.extend(documentation(event.doc()));
    Item { names, kind: 0 }
}

fn field(field: Field) -> Item {
    let [link, back] = [Fields::LINK, Fields::RETURN].map(|message| message.contains(field));
    let messages = match (link, back) {
        (true, true) => "Links and returns have it.",
        (true, false) => "Links have it.",
        (false, _) => "Returns have it.",
    };
    let yes = |is_yes| if is_yes { "yes" } else { "" }.to_owned();
    let pascal = format!("{field:?}");
    let (initial, rest) = pascal.split_at(1);
    let mut names = vec![
        ("variant", pascal.clone()),
        ("camel", initial.to_lowercase() + rest),
        ("short", field.short_name().to_owned()),
        ("long", field.long_name().to_owned()),
        ("link", yes(link)),
        ("return", yes(back)),
        ("messages", messages.to_owned()),
    ];
    names.extend(documentation(field.doc()));
    let kind = match field {
        Field::Timestamp => 2,
        _ => usize::from(field.is_number()),
    };
    Item { names, kind }
}
