//! The texts that repeat the core's tables: whole files, and marked regions of others.

use std::fmt::Display;
use std::fs;
use std::path::{Path, PathBuf};

use visiono_workflow::{Code, Field, Fields, MAX_WEBHOOK_BODY, WebhookEvent};

const HEAD: &str = "Written by `cargo xtask generate` from the core's tables; do not edit.";

type Render = fn() -> String;

/// Files that are generated as a whole, beside one for each code in [`EXCEPTIONS`].
const FILES: [(&str, Render); 7] = [
    ("bindings-c/src/tables.rs", c_tables),
    ("bindings-php/src/Code.php", php_codes),
    ("bindings-php/src/Event.php", php_events),
    (
        "bindings-python/python/visiono_workflow/_errors.py",
        python_errors,
    ),
    (
        "bindings-python/python/visiono_workflow/_expect.py",
        python_expect,
    ),
    (
        "bindings-python/python/visiono_workflow/_literals.py",
        python_literals,
    ),
    ("bindings-wasm/package/src/constants.js", js_constants),
];

/// A folder that has generated files only.
const EXCEPTIONS: &str = "bindings-php/src/Exception";

/// Regions of files, from a line with `begin generated: NAME` to one with `end generated`.
const REGIONS: [(&str, &str, Render); 13] = [
    ("bindings-python/README.md", "codes", python_code_table),
    ("bindings-wasm/package/README.md", "codes", js_code_table),
    ("bindings-wasm/package/README.md", "events", event_table),
    ("bindings-wasm/package/index.d.ts", "codes", ts_codes),
    (
        "bindings-wasm/package/index.d.ts",
        "return-fields",
        ts_return_fields,
    ),
    ("bindings-wasm/package/index.d.ts", "expect-link", || {
        ts_expect(Fields::LINK)
    }),
    ("bindings-wasm/package/index.d.ts", "expect-return", || {
        ts_expect(Fields::RETURN)
    }),
    ("bindings-wasm/package/webhook.d.ts", "events", ts_events),
    ("docs/guides/integrating.md", "fields", field_table),
    ("docs/protocol.md", "codes", code_table),
    ("docs/protocol.md", "events", event_table),
    ("docs/protocol.md", "fields", field_table),
    ("fuzz/dictionary.txt", "fields", dictionary),
];

/// A generated file: its path, and its text, or `None` if it must not be there.
type File = (PathBuf, Option<String>);

/// Makes every generated file, and names the files that do not belong in a generated folder.
///
/// Regions are replaced in the files below `root`. One that has no marks is an error.
pub(crate) fn render(root: &Path) -> Result<Vec<File>, String> {
    let mut files: Vec<File> = FILES
        .map(|(path, render)| (PathBuf::from(path), Some(render())))
        .into();
    let exceptions = Path::new(EXCEPTIONS);
    files.extend(Code::ALL.map(|code| {
        let path = exceptions.join(format!("{code:?}.php"));
        (path, Some(php_exception(code)))
    }));
    for (path, name, render) in REGIONS {
        let path = PathBuf::from(path);
        let made = files.iter().position(|(other, _)| *other == path);
        let text = match made {
            Some(index) => files.remove(index).1.unwrap_or_default(),
            None => read(&root.join(&path))?,
        };
        let text = replace_region(&text, name, &render())
            .ok_or_else(|| format!("{}: no region {name}", path.display()))?;
        files.push((path, Some(text)));
    }
    for entry in fs::read_dir(root.join(exceptions)).map_err(|error| error.to_string())? {
        let path = exceptions.join(entry.map_err(|error| error.to_string())?.file_name());
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

fn replace_region(text: &str, name: &str, region: &str) -> Option<String> {
    let lines: Vec<_> = text.lines().collect();
    let is_begin = |line: &&str| {
        let name_after = line.split_once("begin generated: ").map(|(_, after)| after);
        name_after.is_some_and(|after| after.split_whitespace().next() == Some(name))
    };
    let begin = lines.iter().position(is_begin)?;
    let len = lines[begin..]
        .iter()
        .position(|line| line.contains("end generated"))?;
    let (before, after) = (&lines[..=begin], &lines[begin + len..]);
    Some([before.join("\n"), region.to_owned(), after.join("\n")].join("\n") + "\n")
}

/// Joins a line for each of these.
fn lines<T>(items: impl IntoIterator<Item = T>, line: impl Fn(T) -> String) -> String {
    items.into_iter().map(line).collect::<Vec<_>>().join("\n")
}

/// Returns the documentation of a row, without its name and its full stop.
fn phrase(doc: &str) -> &str {
    let (_, phrase) = doc.trim().split_once(": ").unwrap_or(("", doc));
    phrase.trim_end_matches('.')
}

/// Returns the documentation of a row as a sentence.
fn sentence(doc: &str) -> String {
    let (initial, rest) = phrase(doc).split_at(1);
    initial.to_uppercase() + rest + "."
}

fn camel(name: &str) -> String {
    let mut words = name.split('_');
    let first = words.next().unwrap_or_default().to_owned();
    words.fold(first, |name, word| {
        let (initial, rest) = word.split_at(1);
        name + &initial.to_uppercase() + rest
    })
}

/// The signed fields of a message.
fn signed(fields: impl IntoIterator<Item = Field>) -> impl Iterator<Item = Field> {
    fields
        .into_iter()
        .filter(|field| *field != Field::Signature)
}

fn yes_if(is_yes: bool) -> String {
    if is_yes { "yes" } else { "" }.into()
}

fn quoted(name: impl Display) -> String {
    format!("`{name}`")
}

/// A table in Markdown: a row for each item.
fn table<T, const N: usize>(
    columns: [&str; N],
    items: impl IntoIterator<Item = T>,
    cells: impl Fn(T) -> [String; N],
) -> String {
    let row = |cells: &[String]| {
        let cells = lines(cells, |cell| format!(" {cell} |").replace("  ", " "));
        "|".to_owned() + &cells.replace('\n', "")
    };
    let head = row(&columns.map(str::to_owned));
    let rows = lines(items, |item| row(&cells(item)));
    format!("\n{head}\n{}|\n{rows}\n", "|---".repeat(N))
}

fn code_table() -> String {
    let columns = ["number", "code", "refusal", "Visiono's page", "meaning"];
    table(columns, Code::ALL, |code| {
        let refusal = if code.is_refusal() { "yes" } else { "no" };
        let page = code.error_page().unwrap_or_default();
        let [number, page, refusal] = [code.as_u32().to_string(), page.into(), refusal.into()];
        [
            number,
            quoted(code),
            refusal,
            page,
            phrase(code.doc()).into(),
        ]
    })
}

fn js_code_table() -> String {
    table(["number", "code", "meaning"], Code::ALL, |code| {
        [
            code.as_u32().to_string(),
            quoted(code),
            phrase(code.doc()).into(),
        ]
    })
}

fn python_code_table() -> String {
    let columns = ["class", "code", "number", "meaning"];
    table(columns, python_codes(), |code| {
        let class = format!("`{code:?}`");
        [
            class,
            quoted(code),
            code.as_u32().to_string(),
            phrase(code.doc()).into(),
        ]
    })
}

fn event_table() -> String {
    table(["event", "meaning"], WebhookEvent::ALL, |event| {
        [quoted(event.as_str()), phrase(event.doc()).into()]
    })
}

fn field_table() -> String {
    let columns = ["short name", "long name", "meaning", "link", "return"];
    table(columns, Field::ALL, |field| {
        let [short, long] = [field.short_name(), field.long_name()].map(quoted);
        let [link, back] = [Fields::LINK, Fields::RETURN].map(|all| yes_if(all.contains(field)));
        [short, long, phrase(field.doc()).into(), link, back]
    })
}

fn dictionary() -> String {
    lines(Field::ALL, |field| format!("\"{}\"", field.short_name()))
}

fn c_tables() -> String {
    let codes = lines(Code::ALL, |code| {
        let (doc, number) = (sentence(code.doc()), code.as_u32());
        format!("    /// {doc}\n    Visiono{code:?} = {number},")
    });
    let from = lines(Code::ALL, |code| {
        format!("            CoreCode::{code:?} => Self::Visiono{code:?},")
    });
    let names = lines(Code::ALL, |code| {
        format!("        CoreCode::{code:?} => c\"{code}\",")
    });
    let numbered = |index: usize, doc: &str, variant: String| {
        format!("    ///{doc}\n    {variant} = {},", index + 1)
    };
    let events = lines(
        WebhookEvent::ALL.into_iter().enumerate(),
        |(index, event)| numbered(index, event.doc(), format!("VisionoEvent{event:?}")),
    );
    let event_list = lines(WebhookEvent::ALL, |event| {
        format!("    Event::VisionoEvent{event:?},")
    });
    let all_fields = || signed(Field::ALL).enumerate();
    let fields = lines(all_fields(), |(index, field)| {
        let is_in = [Fields::LINK, Fields::RETURN].map(|message| message.contains(field));
        let messages = match is_in {
            [true, true] => "Links and returns have it.",
            [true, false] => "Links have it.",
            [false, _] => "Returns have it.",
        };
        let doc = format!("{} {messages}", field.doc());
        numbered(index, &doc, format!("VisionoField{field:?}"))
    });
    let field_numbers = lines(all_fields(), |(index, field)| {
        format!("        {} => Some(Field::{field:?}),", index + 1)
    });
    format!(
        r#"//! The tables of the core as C has them.
//!
//! {HEAD}

use std::ffi::CStr;

use visiono_workflow::{{Code as CoreCode, Field, WebhookEvent}};

/// The status of a call: `VISIONO_OK`, or the reason of its failure.
///
/// The numbers never change their meaning; later versions may add some. The 100s are mistakes of
/// the caller, the 200s messages to refuse: `visiono_code_is_refusal`.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Code {{
    /// The call succeeded, and the outputs are written.
    VisionoOk = 0,
{codes}
}}

impl From<CoreCode> for Code {{
    fn from(code: CoreCode) -> Self {{
        match code {{
{from}
        }}
    }}
}}

/// Returns the name of a code, with the NUL that C needs.
pub(crate) const fn name(code: CoreCode) -> &'static CStr {{
    match code {{
{names}
    }}
}}

/// The events that Visiono documents. Later versions may add some.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {{
    /// An event that is not documented: `visiono_delivery_event_name` has its name.
    VisionoEventUnknown = 0,
{events}
}}

/// The events in the order of the core.
const EVENTS: [Event; WebhookEvent::ALL.len()] = [
{event_list}
];

impl From<Option<WebhookEvent>> for Event {{
    fn from(event: Option<WebhookEvent>) -> Self {{
        event.map_or(Self::VisionoEventUnknown, |event| EVENTS[event as usize])
    }}
}}

/// The fields of links and returns that a caller can expect.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FieldNumber {{
{fields}
}}

/// Returns the field with a number of `visiono_field_t`.
pub(crate) const fn field(number: i32) -> Option<Field> {{
    match number {{
{field_numbers}
        _ => None,
    }}
}}
"#
    )
}

fn php(namespace: &str, body: &str) -> String {
    format!("<?php\n\n// {HEAD}\n\ndeclare(strict_types=1);\n\nnamespace {namespace};\n\n{body}\n")
}

fn php_codes() -> String {
    let cases = lines(Code::ALL, |code| {
        let (doc, number) = (sentence(code.doc()), code.as_u32());
        format!("    /** {doc} */\n    case {code:?} = {number};")
    });
    let names = lines(Code::ALL, |code| {
        format!("            self::{code:?} => '{code}',")
    });
    let refusals = lines(Code::ALL, |code| {
        format!("            self::{code:?} => {},", code.is_refusal())
    });
    let body = format!(
        r"/**
 * The reason of a refusal: a stable number and name, the same in every language.
 *
 * The 100s are the caller's own mistake, the 200s a message to refuse.
 */
enum Code: int
{{
{cases}

    /** The stable name, such as `invalid_signature`. */
    public function name(): string
    {{
        return match ($this) {{
{names}
        }};
    }}

    /** True for the 200s: the message is to be refused, and the caller did nothing wrong. */
    public function isRefusal(): bool
    {{
        return match ($this) {{
{refusals}
        }};
    }}
}}"
    );
    php(r"Visiono\Workflow", &body)
}

fn php_exception(code: Code) -> String {
    let (number, meaning) = (code.as_u32(), phrase(code.doc()));
    let body = format!(
        r"use Visiono\Workflow\WorkflowException;

/** {number} `{code}`: {meaning}. */
final class {code:?} extends WorkflowException
{{
}}"
    );
    php(r"Visiono\Workflow\Exception", &body)
}

fn php_events() -> String {
    let cases = lines(WebhookEvent::ALL, |event| {
        let (doc, name) = (sentence(event.doc()), event.as_str());
        format!("    /** {doc} */\n    case {event:?} = '{name}';")
    });
    let body = format!(
        "/** The events that Visiono documents, by the name that a webhook has. Later versions may add \
         some. */\nenum Event: string\n{{\n{cases}\n}}"
    );
    php(r"Visiono\Workflow", &body)
}

/// The codes that Python has a class for: it has no buffers of the caller's.
fn python_codes() -> impl Iterator<Item = Code> {
    let codes = Code::ALL.into_iter();
    codes.filter(|code| *code != Code::BufferTooSmall)
}

fn python_errors() -> String {
    let classes = lines(python_codes(), |code| {
        let base = match code {
            Code::InvalidArgument => "WorkflowError, ValueError",
            _ if code.is_refusal() => "VerificationError",
            _ if code.as_u32() < 200 => "ConfigurationError",
            _ => "WorkflowError",
        };
        let detail = match code {
            Code::InvalidTemplate => {
                "    position: int | None = None\n    \
                 \"\"\"The byte position of the misplaced brace or placeholder in the template.\"\"\"\n"
            }
            Code::Expired => {
                "    seconds: int = 0\n    \"\"\"By how many seconds it is too old.\"\"\"\n"
            }
            Code::NotYetValid => {
                "    seconds: int = 0\n    \
                 \"\"\"By how many seconds it is too early, beyond the leeway.\"\"\"\n"
            }
            _ => "",
        };
        let (doc, number) = (sentence(code.doc()), code.as_u32());
        format!(
            r#"
class {code:?}({base}):
    """{doc}"""

    code = "{code}"
    number = {number}
{detail}"#
        )
    });
    let bases = ["ConfigurationError", "VerificationError", "WorkflowError"].map(str::to_owned);
    let mut all: Vec<_> = python_codes().map(|code| format!("{code:?}")).collect();
    all.extend(bases);
    all.sort();
    let all = lines(all, |name| format!("    \"{name}\","));
    format!(
        r#""""Exceptions: one class for each code, the same codes in every language.

{HEAD}
"""

from __future__ import annotations

from ._bases import ConfigurationError, VerificationError, WorkflowError

__all__ = [
{all}
]

{classes}

# Tracebacks and pickles name the classes as they are imported.
for _name in __all__:
    globals()[_name].__module__ = "visiono_workflow"
"#
    )
}

fn python_expect() -> String {
    let members = |message: Fields| {
        lines(signed(message.iter()), |field| {
            let kind = match field {
                Field::Timestamp => "_Time",
                _ if field.is_number() => "_Count",
                _ => "str",
            };
            format!("    {}: {kind}", field.long_name())
        })
    };
    let (link, of_return) = (members(Fields::LINK), members(Fields::RETURN));
    format!(
        r#""""The values that a caller may expect of a message.

{HEAD}
"""

from __future__ import annotations

import datetime
from typing import TypedDict, Union

# Evaluated when a type checker or ``typing.get_type_hints`` asks, so ``Union`` for Python 3.9.
_Count = Union[int, str]
_Time = Union[int, float, str, datetime.datetime]


class ExpectLink(TypedDict, total=False):
    """The values that a link must have. A name without a value (``None``) is refused."""

{link}


class ExpectReturn(TypedDict, total=False):
    """The values that a return must have. A name without a value (``None``) is refused, so that a
    session without a ticket doesn't turn the check off.

    If the return carries the field, the two are compared: this stops a genuine return for one
    ticket from being used on another. If it doesn't (the documented template carries neither the
    unique value nor the photo count nor the timestamp), the expected value takes its place, and
    the signature decides.
    """

{of_return}
"#
    )
}

fn python_literals() -> String {
    let events = lines(WebhookEvent::ALL, |event| {
        format!("    \"{}\",", event.as_str())
    });
    format!(
        r#""""Names that are one of a list.

{HEAD}
"""

from __future__ import annotations

from typing import Literal

WebhookEvent = Literal[
{events}
]
"""The events that are documented. A webhook may have another."""
"#
    )
}

fn js_constants() -> String {
    let names = |fields: Vec<Field>| {
        lines(fields, |field| {
            format!("  \"{}\",", camel(field.long_name()))
        })
    };
    let fields = names(Field::ALL.into());
    let numbers = names(
        Field::ALL
            .into_iter()
            .filter(|field| field.is_number())
            .collect(),
    );
    let pair = |code: Code| format!("[\"{code}\", {}]", code.as_u32());
    let (invalid_argument, panic) = (pair(Code::InvalidArgument), pair(Code::Panic));
    format!(
        "// {HEAD}

/** The fields of a message, in the order of the core. */
export const FIELDS = [
{fields}
];

/** The fields that hold a number. */
export const NUMBERS = [
{numbers}
];

/** The size of the largest body, in bytes. */
export const MAX_WEBHOOK_BODY = {MAX_WEBHOOK_BODY};

/** Name and number of the code for an argument that contradicts another, or that can't be read. */
export const INVALID_ARGUMENT = {invalid_argument};

/** Name and number of the code for a call that was cut short. */
export const PANIC = {panic};
"
    )
}

/// A type of TypeScript: one of these names.
fn ts_union(doc: &str, name: &str, members: impl Iterator<Item = String>) -> String {
    let members = lines(members, |member| format!("  | \"{member}\""));
    format!("/** {doc} */\nexport type {name} =\n{members};")
}

fn ts_codes() -> String {
    let codes = Code::ALL.into_iter().map(|code| code.to_string());
    ts_union(
        "The kind of an error: the same words in every language.",
        "Code",
        codes,
    )
}

fn ts_events() -> String {
    let events = WebhookEvent::ALL
        .into_iter()
        .map(|event| event.as_str().to_owned());
    ts_union(
        "An event that Visiono documents.",
        "DocumentedEvent",
        events,
    )
}

fn ts_return_fields() -> String {
    let fields = Fields::RETURN.iter().map(|field| camel(field.long_name()));
    ts_union(
        "A field that has a placeholder in a redirect template.",
        "ReturnField",
        fields,
    )
}

/// The members of an expectation.
fn ts_expect(message: Fields) -> String {
    lines(signed(message.iter()), |field| {
        let kind = match field {
            Field::Timestamp => "Time | string",
            _ if field.is_number() => "number | bigint | string",
            _ => "string",
        };
        format!("  readonly {}?: {kind};", camel(field.long_name()))
    })
}
