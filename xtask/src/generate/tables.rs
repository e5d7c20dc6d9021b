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
//! The template is written for each item of a set. Its lines that start with `=` are written once,
//! before the others, and their parts between `{*` and `*}` are repeated. An HTML comment ends with
//! `-->` on a line of its own. [`set`] has the sets, of which `codes: Panic`, `codes except Panic` and
//! `link: count time` choose items by their variant or kind. The functions at the end have the names
//! in braces. `{a/b/c}` is one of three texts, by the kind of the item: see [`KINDS`]. `{a|b|c}` is
//! `c` for the last item, `b` for the one before it and `a` for the others.
//!
//! The set `file inbox/redis.lua` has one item: that file, with its `{text}`.
//!
//! A region of `lines of return` is written by hand, apart from its lines for fields. Each line of the
//! template replaces the lines that start like it, up to the field's name. So a region can be around
//! a function with its documentation, where no comment may be.
//!
//! `tests/tests/generated.rs` includes this module, so it uses no other one of this crate.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};

// The modules themselves, because the rest of the core may not compile until its own regions have
// a new row.
#[path = "core_tables.rs"]
mod core_tables;

use core_tables::code::Code;
use core_tables::event::WebhookEvent;
use core_tables::wire::{Field, Fields, MAX_WEBHOOK_BODY};

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
pub(crate) fn render(root: &Path) -> Result<Vec<File>> {
    let (mut found, mut files) = (Vec::new(), Vec::new());
    list(root, Path::new(""), &mut found)?;
    for path in &found {
        if let Ok(text) = read(&root.join(path))
            && text.lines().any(|line| mark(line).is_some())
        {
            let text = fill(&text, root).with_context(|| path.display().to_string())?;
            files.push((path.clone(), Some(text)));
        }
    }
    let folder = Path::new(EXCEPTIONS);
    for code in set("codes", root)? {
        let path = folder.join(code.write("{variant}.php"));
        files.push((path, Some(code.write(EXCEPTION))));
    }
    found.retain(|path| path.starts_with(folder) && files.iter().all(|(made, _)| made != path));
    files.extend(found.into_iter().map(|path| (path, None)));
    Ok(files)
}

/// Adds the paths from `root` of the files in a folder, and of those in its folders.
fn list(root: &Path, folder: &Path, files: &mut Vec<PathBuf>) -> Result<()> {
    for entry in fs::read_dir(root.join(folder))? {
        let name = entry?.file_name();
        let path = folder.join(&name);
        if !root.join(&path).is_dir() {
            files.push(path);
        } else if OTHER_FOLDERS.iter().all(|other| name != *other) {
            list(root, &path, files)?;
        }
    }
    Ok(())
}

fn read(path: &Path) -> Result<String> {
    fs::read_to_string(path).with_context(|| path.display().to_string())
}

/// Returns the start of the comment that starts a region, and the region's name.
fn mark(line: &str) -> Option<(&str, &str)> {
    let (comment, name) = line.split_once("cargo xtask generate: ")?;
    let is_comment = ["//", "#", "<!--"].contains(&comment.trim());
    is_comment.then_some((comment, name))
}

/// Writes the regions of a file.
fn fill(text: &str, root: &Path) -> Result<String> {
    let mut lines = text.lines().peekable();
    let mut written = Vec::new();
    while let Some(line) = lines.next() {
        written.push(line.to_owned());
        let Some((comment, name)) = mark(line) else {
            continue;
        };
        let sign = comment.trim_start();
        let is_end = |line: &&str| line.contains("end generated");
        let is_template = |line: &&str| match sign {
            "<!-- " => *line != "-->",
            _ => line.starts_with(comment) && !is_end(line) || *line == comment.trim_end(),
        };
        let mut template = Vec::new();
        while let Some(line) = lines.next_if(is_template) {
            written.push(line.to_owned());
            let is_empty = line.trim_start() == sign.trim_end();
            let text = line.replacen(sign, "", 1);
            template.push(if is_empty { String::new() } else { text });
        }
        written.extend(lines.next_if_eq(&"-->").map(str::to_owned));
        let mut old = Vec::new();
        while let Some(line) = lines.next_if(|line| !is_end(line)) {
            old.push(line.to_owned());
        }
        ensure!(lines.peek().is_some(), "the region {name} has no end");
        written.extend(region(name, &template, old, root)?);
    }
    Ok(written.join("\n") + "\n")
}

/// Returns the lines of a region, which were `old` before.
fn region(
    name: &str,
    template: &[String],
    mut old: Vec<String>,
    root: &Path,
) -> Result<Vec<String>> {
    if let Some(name) = name.strip_prefix("lines of ") {
        let items = set(name, root)?;
        for line in template {
            let mut names = ["{long}", "{camel}"].into_iter();
            let end = names.find_map(|name| Some(line.find(name)? + name.len()));
            let key = &line[..end.with_context(|| format!("{line} names no field"))?];
            let is_old = |old: &String| items.iter().any(|row| old.starts_with(&row.write(key)));
            let at = old.iter().position(is_old);
            let at = at.with_context(|| format!("no line is like {line}"))?;
            old.retain(|line| !is_old(line));
            old.splice(at..at, items.iter().map(|item| item.write(line)));
        }
        return Ok(old);
    }
    let items = set(name, root)?;
    let is_once = |line: &&String| line.trim_start().starts_with('=');
    let (once, each): (Vec<_>, Vec<_>) = template.iter().partition(is_once);
    let mut lines = Vec::new();
    lines.extend(once.into_iter().map(|line| within(line, &items)));
    for item in &items {
        lines.extend(each.iter().map(|line| item.write(line)));
    }
    Ok(lines)
}

/// Writes a line that starts with `=`, and repeats its parts between `{*` and `*}`.
fn within(line: &str, items: &[Item]) -> String {
    let line = line.replacen('=', "", 1);
    let mut pieces = line.split("{*");
    let mut written = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let (each, after) = piece.split_once("*}").unwrap_or_default();
        written.extend(items.iter().map(|item| item.write(each)));
        written += after;
    }
    written
}

/// A row of a table.
struct Item {
    /// The names in braces, each with its replacement. The first one chooses the row.
    names: Vec<(&'static str, String)>,
    /// The position of the text for it in `{a/b/c}`.
    kind: usize,
    /// The position of the text for it in `{a|b|c}`.
    place: usize,
}

/// The kinds of fields, and those of codes.
const KINDS: [[&str; 2]; 3] = [["text", "mistake"], ["count", "refusal"], ["time", "other"]];

impl Item {
    fn new<const N: usize>(kind: usize, doc: &str, names: [(&'static str, String); N]) -> Self {
        // A row's documentation begins with its name.
        let (_, phrase) = doc.split_once(": ").unwrap_or(("", doc));
        let phrase = phrase.trim_end_matches('.');
        let (initial, rest) = phrase.split_at(1.min(phrase.len()));
        let sentence = initial.to_uppercase() + rest;
        // For Python.
        let [rst, rst_sentence] = [phrase, &sentence].map(|text| text.replace('`', "``"));
        let mut names = Vec::from(names);
        names.extend([
            ("doc", phrase.into()),
            ("Doc", sentence),
            ("rst", rst),
            ("Rst", rst_sentence),
        ]);
        Self {
            names,
            kind,
            place: 0,
        }
    }

    /// Returns whether a list of variants and kinds has the row.
    fn is_in(&self, list: &str) -> bool {
        let mut words = list.split(' ');
        words.any(|word| word == self.names[0].1 || KINDS[self.kind].contains(&word))
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
                None if name.contains('|') => name.split('|').nth(self.place),
                None => None,
            };
            match text {
                Some(text) => written.extend([text, rest]),
                None => written.extend(["{", piece]),
            }
        }
        written
    }
}

/// Returns the items of a set.
fn set(name: &str, root: &Path) -> Result<Vec<Item>> {
    if let Some(path) = name.strip_prefix("file ") {
        let text = read(&root.join(path))?.trim_end().to_owned();
        return Ok(vec![Item::new(0, "", [("text", text)])]);
    }
    let (all, except) = name.split_once(" except ").unwrap_or((name, ""));
    let (all, only) = all.split_once(": ").unwrap_or((all, ""));
    let of = |fields: Fields| fields.iter().map(field_item).collect();
    let mut items: Vec<_> = match all {
        "codes" => Code::ALL.map(code_item).into(),
        "events" => WebhookEvent::ALL.map(event_item).into(),
        "fields" => Field::ALL.map(field_item).into(),
        "link" => of(Fields::LINK),
        "return" => of(Fields::RETURN),
        "limits" => vec![limit_item("MAX_WEBHOOK_BODY", MAX_WEBHOOK_BODY)],
        _ => bail!("there is no set {all}"),
    };
    items.retain(|item| (only.is_empty() || item.is_in(only)) && !item.is_in(except));
    for (position, item) in (1..).zip(&mut items) {
        item.names.push(("position", position.to_string()));
    }
    for (place, item) in [2, 1].into_iter().zip(items.iter_mut().rev()) {
        item.place = place;
    }
    Ok(items)
}

fn limit_item(name: &str, number: usize) -> Item {
    let names = [("name", name.to_owned()), ("number", number.to_string())];
    Item::new(0, "", names)
}

fn code_item(code: Code) -> Item {
    // The hundreds are the kinds.
    let kind = code.as_u32() as usize / 100 - 1;
    let names = [
        ("variant", format!("{code:?}")),
        ("name", code.to_string()),
        ("number", code.as_u32().to_string()),
        ("NAME", code.as_str().to_uppercase()),
        ("page", code.error_page().unwrap_or_default().into()),
    ];
    Item::new(kind, code.doc(), names)
}

fn event_item(event: WebhookEvent) -> Item {
    let names = [
        ("variant", format!("{event:?}")),
        ("name", event.as_str().to_owned()),
    ];
    Item::new(0, event.doc(), names)
}

fn field_item(field: Field) -> Item {
    let [link, back] = [Fields::LINK, Fields::RETURN].map(|message| message.contains(field));
    let messages = match (link, back) {
        (true, true) => "links and returns",
        (true, false) => "links",
        (false, _) => "returns",
    };
    let kind = match field {
        Field::Timestamp => 2,
        _ => usize::from(field.is_number()),
    };
    let pascal = format!("{field:?}");
    let (initial, rest) = pascal.split_at(1);
    let camel = initial.to_lowercase() + rest;
    let names = [
        ("variant", pascal),
        ("camel", camel),
        ("short", field.short_name().to_owned()),
        ("long", field.long_name().to_owned()),
        ("messages", messages.to_owned()),
    ];
    Item::new(kind, field.doc(), names)
}
