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
//! come first, and in which `{*` and `*}` enclose what is repeated. An HTML comment ends with `-->`
//! on a line of its own. [`set`] has the sets, of which `codes: Panic`, `codes except Panic`,
//! `link numbers` and `link texts` choose rows. The functions at the end have the names in braces.
//! `{a/b/c}` is one of three texts, for a text field, a count and a time; `{|text}` is a text but
//! after the last item, `{and}` and `{or}` join a list in a sentence, and `{;}` ends the last item.
//!
//! The region of `file inbox/redis.lua` has the text of that file in the place of `{text}`.
//!
//! The region of `lines of return` is otherwise written by hand. Each line of its template replaces
//! the lines that are like it up to the name of a field. So it can be around a function with its
//! documentation, in which a comment has no place.

use std::fs;
use std::path::{Path, PathBuf};

// The modules themselves, because the rest of the core may not compile until its own regions have
// a new row.
#[allow(
    dead_code,
    missing_docs,
    unreachable_pub,
    reason = "they are modules of the core"
)]
#[path = "../../../core/src/code.rs"]
mod code;
#[allow(
    dead_code,
    missing_docs,
    unreachable_pub,
    reason = "they are modules of the core"
)]
#[path = "../../../core/src/webhook/event.rs"]
mod event;
#[allow(
    dead_code,
    missing_docs,
    unreachable_pub,
    reason = "they are modules of the core"
)]
#[path = "../../../core/src/wire.rs"]
mod wire;

use code::Code;
use event::WebhookEvent;
use wire::{Field, Fields, MAX_WEBHOOK_BODY};

/// Folders without regions.
const OTHER_FOLDERS: [&str; 5] = [".git", ".venv", "node_modules", "target", "vectors"];

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
    add_regions(root, Path::new(""), &mut files)?;
    let folder = Path::new(EXCEPTIONS);
    for code in set("codes")? {
        let path = folder.join(code.write("{variant}.php"));
        files.push((path, Some(code.write(EXCEPTION))));
    }
    for path in list(root, folder)? {
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

/// Adds the files of a folder, and of those in it, that have regions.
fn add_regions(root: &Path, folder: &Path, files: &mut Vec<File>) -> Result<(), String> {
    for path in list(root, folder)? {
        let name = path.file_name().unwrap_or_default();
        if root.join(&path).is_dir() {
            if OTHER_FOLDERS.iter().all(|other| name != *other) {
                add_regions(root, &path, files)?;
            }
        } else if let Ok(text) = read(&root.join(&path))
            && text.lines().any(|line| mark(line).is_some())
        {
            let text = fill(&text, root).map_err(|error| format!("{}: {error}", path.display()))?;
            files.push((path, Some(text)));
        }
    }
    Ok(())
}

/// Returns the paths from `root` of what is in a folder.
fn list(root: &Path, folder: &Path) -> Result<Vec<PathBuf>, String> {
    let path = root.join(folder);
    let entries = fs::read_dir(&path).and_then(Iterator::collect::<Result<Vec<_>, _>>);
    let entries = entries.map_err(|error| format!("{}: {error}", path.display()))?;
    Ok(entries
        .iter()
        .map(|entry| folder.join(entry.file_name()))
        .collect())
}

fn read(path: &Path) -> Result<String, String> {
    fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))
}

/// Returns the start of the comment that starts a region, and the region's name.
fn mark(line: &str) -> Option<(&str, &str)> {
    let (comment, name) = line.split_once("cargo xtask generate: ")?;
    let is_comment = ["//", "#", "<!--"].contains(&comment.trim());
    is_comment.then_some((comment, name))
}

/// Writes the regions of a file.
fn fill(text: &str, root: &Path) -> Result<String, String> {
    let mut lines = text.lines().peekable();
    let mut written = Vec::new();
    while let Some(line) = lines.next() {
        written.push(line.to_owned());
        let Some((comment, name)) = mark(line) else {
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
        let mut old = Vec::new();
        while let Some(line) = lines.next_if(|line| !is_end(line)) {
            old.push(line.to_owned());
        }
        lines
            .peek()
            .ok_or(format!("the region {name} has no end"))?;
        written.extend(match name.strip_prefix("file ") {
            Some(path) => {
                let file = read(&root.join(path))?;
                let text = template.join("\n").replace("{text}", file.trim_end());
                text.lines().map(str::to_owned).collect()
            }
            None => region(name, &template, indent, old)?,
        });
    }
    Ok(written.join("\n") + "\n")
}

/// Returns the lines of a region, which were `old` before.
fn region(
    name: &str,
    template: &[String],
    indent: &str,
    mut old: Vec<String>,
) -> Result<Vec<String>, String> {
    if let Some(name) = name.strip_prefix("lines of ") {
        let (_, except) = name.split_once(" except ").unwrap_or_default();
        let (all, items) = (set(&format!("fields except {except}"))?, set(name)?);
        for line in template {
            let name = line.find("{long}").or(line.find("{camel}"));
            let end = name.and_then(|name| Some(name + line[name..].find('}')? + 1));
            let key = line.get(..end.unwrap_or_default()).unwrap_or_default();
            let is_old = |old: &String| all.iter().any(|row| old.starts_with(&row.write(key)));
            let at = old.iter().position(is_old);
            let at = at.ok_or(format!("no line is like {line}"))?;
            old.retain(|line| !is_old(line));
            old.splice(at..at, items.iter().map(|item| item.write(line)));
        }
        return Ok(old);
    }
    let items = set(name)?;
    let start = format!("{indent}=");
    let (once, each): (Vec<_>, Vec<_>) = template.iter().partition(|line| line.starts_with(&start));
    let once = once
        .iter()
        .map(|line| within(&line.replacen('=', "", 1), &items));
    let each = items
        .iter()
        .flat_map(|item| each.iter().map(|line| item.write(line)));
    Ok(once.chain(each).collect())
}

/// Repeats the parts of a line between `{*` and `*}`.
fn within(line: &str, items: &[Item]) -> String {
    let parts = line.split_once("{*").and_then(|(before, rest)| {
        let (each, after) = rest.split_once("*}")?;
        Some((before, each, after))
    });
    let Some((before, each, after)) = parts else {
        return line.to_owned();
    };
    let repeated: String = items.iter().map(|item| item.write(each)).collect();
    format!("{before}{repeated}{}", within(after, items))
}

/// A row of a table.
struct Item {
    /// The names in braces, each with its replacement.
    names: Vec<(&'static str, String)>,
    /// The position of the text for it in `{a/b/c}`.
    kind: usize,
    is_last: bool,
}

impl Item {
    fn new(names: Vec<(&'static str, String)>) -> Self {
        Self {
            names,
            kind: 0,
            is_last: false,
        }
    }

    fn write(&self, template: &str) -> String {
        let mut pieces = template.split('{');
        let mut written = pieces.next().unwrap_or_default().to_owned();
        for piece in pieces {
            let (name, rest) = piece.split_once('}').unwrap_or((piece, ""));
            let known = self.names.iter().find(|(known, _)| *known == name);
            let text = match known {
                Some((_, text)) => Some(text.as_str()),
                None if name.contains('/') => name.split('/').nth(self.kind),
                None => name
                    .strip_prefix('|')
                    .map(|text| if self.is_last { "" } else { text }),
            };
            let Some(text) = text else {
                written += "{";
                written += piece;
                continue;
            };
            written += text;
            written += rest;
        }
        written
    }
}

/// Returns the items of a set.
fn set(name: &str) -> Result<Vec<Item>, String> {
    let (all, except) = name.split_once(" except ").unwrap_or((name, ""));
    let (all, only) = all.split_once(": ").unwrap_or((all, ""));
    let (all, is_number) = match all.rsplit_once(' ') {
        Some((all, "numbers")) => (all, Some(true)),
        Some((all, "texts")) => (all, Some(false)),
        _ => (all, None),
    };
    let of = |fields: Fields| fields.iter().map(field_item).collect();
    let mut items: Vec<_> = match all {
        "codes" => Code::ALL.map(code_item).into(),
        "events" => WebhookEvent::ALL.map(event_item).into(),
        "fields" => Field::ALL.map(field_item).into(),
        "link" => of(Fields::LINK),
        "return" => of(Fields::RETURN),
        "limits" => [("MAX_WEBHOOK_BODY", MAX_WEBHOOK_BODY)]
            .map(limit_item)
            .into(),
        _ => return Err(format!("there is no set {all}")),
    };
    let has = |list: &str, item: &Item| list.split(' ').any(|name| name == item.names[0].1);
    items.retain(|item| {
        let is_chosen = only.is_empty() || has(only, item);
        is_chosen && !has(except, item) && is_number.is_none_or(|wanted| wanted == (item.kind != 0))
    });
    let len = items.len();
    for (item, left) in items.iter_mut().zip((0..len).rev()) {
        let after = |last: &str, before_last: &str, other: &str| match left {
            0 => last.to_owned(),
            1 => before_last.to_owned(),
            _ => other.to_owned(),
        };
        item.is_last = left == 0;
        item.names.extend([
            ("position", (len - left).to_string()),
            (";", after(";", "", "")),
            ("and", after("", " and", ",")),
            ("or", after("", " or", ",")),
        ]);
    }
    Ok(items)
}

/// Returns the documentation of a row without its name: as it is, with a capital letter, and both
/// for Python.
fn documentation(doc: &str) -> [(&'static str, String); 4] {
    let (_, phrase) = doc.split_once(": ").unwrap_or(("", doc));
    let phrase = phrase.trim_end_matches('.');
    let (initial, rest) = phrase.split_at(1);
    let sentence = initial.to_uppercase() + rest;
    let [rst, python_sentence] = [phrase, &sentence].map(|text| text.replace('`', "``"));
    [
        ("doc", phrase.into()),
        ("Doc", sentence),
        ("rst", rst),
        ("Rst", python_sentence),
    ]
}

fn limit_item((name, number): (&str, usize)) -> Item {
    let names = vec![("name", name.to_owned()), ("number", number.to_string())];
    Item::new(names)
}

fn code_item(code: Code) -> Item {
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
    Item::new(names)
}

fn event_item(event: WebhookEvent) -> Item {
    let mut names = vec![
        ("variant", format!("{event:?}")),
        ("name", event.as_str().to_owned()),
    ];
    names.extend(documentation(event.doc()));
    Item::new(names)
}

fn field_item(field: Field) -> Item {
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
    Item {
        kind,
        ..Item::new(names)
    }
}
