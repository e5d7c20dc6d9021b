//! Shows that the oracle can fail: known attacks on a naive verifier, which only reads exact names,
//! make each decoder and router return another value.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result, ensure};
use percent_encoding::percent_decode;
use visiono_workflow::Field;

use crate::Readers;
use crate::judge::Judge;
use crate::limits::Limit;
use crate::message::{Message, Verified};
use crate::shape::{Role, SHAPES};
use crate::verifier::{Library, Texts, Verifier, signed_fields, with_signature};

/// A verifier that uses the first parameter with exactly the name of a field, or else the expected
/// value, and checks nothing else.
struct Naive;

impl Verifier for Naive {
    fn verify(&self, message: &Message) -> Option<Verified> {
        let shape = message.shape();
        let mut texts = BTreeMap::new();
        for piece in message.query.split(|&byte| byte == b'&') {
            let mut parts = piece.splitn(2, |&byte| byte == b'=');
            let name = decode(parts.next()?)?;
            let value = decode(parts.next().unwrap_or_default());
            for (known, role) in shape.query {
                let field = match role {
                    Role::Field(field) if *known == name => *field,
                    _ => continue,
                };
                texts.entry(field.short_name()).or_insert(value.clone()?);
            }
        }
        let fields = signed_fields(shape).iter();
        let expected = |field| {
            let mut expected = message.expect.iter();
            let found = expected.find(|(known, _)| *known == field)?;
            Some(found.1.clone())
        };
        let texts = fields.map(|&field| {
            let text = texts.get(field.short_name()).cloned();
            Some((field, text.or_else(|| expected(field))?))
        });
        Some(with_signature(texts.collect::<Option<_>>()?))
    }
}

fn decode(text: &[u8]) -> Option<String> {
    let text: Vec<_> = text
        .iter()
        .map(|&byte| if byte == b'+' { b' ' } else { byte })
        .collect();
    String::from_utf8(percent_decode(&text).collect()).ok()
}

/// A message that deceives some reader if the verifier is naive.
struct Attack {
    name: String,
    message: Message,
}

/// Runs the attacks against the naive verifier and against the library. The readers that they
/// deceive must be the known ones; each reader must be deceived by at least one attack; and the
/// library must refuse each attack that deceives a reader.
pub(crate) fn show(library: &Library, readers: &mut Readers, write: bool) -> Result<()> {
    let mut judge = Judge::default();
    let mut page = String::new();
    let mut through = Vec::new();
    let attacks = attacks(library)?;
    let batch = attacks.iter().map(|attack| {
        let verified = Naive.verify(&attack.message);
        let verified = verified.with_context(|| format!("{}: refused", attack.name))?;
        Ok((attack.message.clone(), verified))
    });
    let batch: Vec<_> = batch.collect::<Result<_>>()?;
    let mut deceived = vec![BTreeSet::new(); attacks.len()];
    for (at, mismatch) in readers.read(&batch, &mut judge)? {
        let reader = &mismatch.reader.name;
        deceived[at].insert(match Limit::of(&mismatch) {
            None => reader.clone(),
            Some(_) => format!("{reader} (a known limit)"),
        });
    }
    for (attack, deceived) in attacks.iter().zip(deceived) {
        let unknown = deceived
            .iter()
            .any(|name| !name.ends_with(" (a known limit)"));
        if unknown && library.verify(&attack.message).is_some() {
            through.push(&attack.name);
        }
        page += &format!("{}\n", attack.name);
        for name in deceived {
            page += &format!("  {name}\n");
        }
    }
    let never: Vec<_> = judge
        .counts
        .iter()
        .filter(|(_, count)| count.mismatched == 0)
        .map(|(reader, _)| &reader.name)
        .collect();
    ensure!(
        never.is_empty(),
        "no attack deceives {never:?}: it shows nothing"
    );
    if !through.is_empty() {
        println!("The library verifies these attacks: {through:#?}");
    }
    // The last written table of the readers that each attack deceives.
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("attacks.txt");
    if write {
        return Ok(fs::write(file, page)?);
    }
    let (was, is): (BTreeSet<_>, BTreeSet<_>) = (lines(&fs::read_to_string(file)?), lines(&page));
    let gone: Vec<_> = was.difference(&is).collect();
    let new: Vec<_> = is.difference(&was).collect();
    ensure!(
        gone.is_empty() && new.is_empty(),
        "attacks deceive others than those in attacks.txt: no more {gone:#?}, now {new:#?}"
    );
    ensure!(through.is_empty(), "the library lets attacks through");
    let count = page.lines().filter(|line| !line.starts_with(' ')).count();
    println!(
        "A naive verifier is deceived by {count} attacks, each reader by one at least; \
         the library refuses them"
    );
    Ok(())
}

/// Returns each line, with the attack to which it belongs.
fn lines(page: &str) -> BTreeSet<String> {
    let mut attack = "";
    let mut lines = BTreeSet::new();
    for line in page.lines() {
        if !line.starts_with(' ') {
            attack = line;
        }
        lines.insert(format!("{attack}: {}", line.trim_start()));
    }
    lines
}

fn shape_of(template: &str) -> Result<usize> {
    let found = SHAPES.iter().position(|shape| shape.template == template);
    found.with_context(|| format!("no shape has the template {template:?}"))
}

fn attacks(library: &Library) -> Result<Vec<Attack>> {
    let texts = Texts {
        submission_id: "pls_123".into(),
        unique_value: "ABC123".into(),
        source: "zendesk".into(),
        reference: "ticket-456".into(),
        photo_count: 5,
    };
    let genuine = |shape| {
        let url = library.sign(shape, &texts);
        url.context("a genuine message can't be signed")
    };
    let mut attacks = Vec::new();
    let mut add = |name: String, shape, url: &str| {
        let mut message = Message::of_url(shape, url.as_bytes());
        if SHAPES[shape].route.is_some() {
            message.expect = vec![
                (Field::Reference, texts.reference.clone()),
                (Field::UniqueValue, texts.unique_value.clone()),
                (Field::SubmissionId, texts.submission_id.clone()),
            ];
        }
        attacks.push(Attack { name, message });
    };
    let plain = shape_of("https://desk.example/done")?;
    let url = genuine(plain)?;
    for piece in AFTER {
        add(
            format!("…&{}", piece.escape_default()),
            plain,
            &format!("{url}&{piece}"),
        );
    }
    for piece in BEFORE {
        let mangled = url.replacen('?', &format!("?{piece}&"), 1);
        add(format!("?{piece}&…"), plain, &mangled);
    }
    let url = genuine(0)?;
    for piece in ["ref[]=ticket-999", "%20ref=ticket-999", "x;ref=ticket-999"] {
        add(format!("link …&{piece}"), 0, &format!("{url}&{piece}"));
    }
    let words = SHAPES
        .iter()
        .position(|shape| shape.template.contains("my_ref"));
    let words = words.context("a shape with my_ref")?;
    let url = genuine(words)?;
    for piece in [
        "my.ref=ticket-999",
        "my%20ref=ticket-999",
        "my[ref=ticket-999",
    ] {
        add(
            format!("my_ref …&{piece}"),
            words,
            &format!("{url}&{piece}"),
        );
    }
    for tenant in [
        "globex",
        "globex&tenant=acme",
        "acme&tenant[]=globex",
        "acme&Tenant=globex",
    ] {
        let mangled = url.replacen("tenant=acme", &format!("tenant={tenant}"), 1);
        add(
            format!("tenant=acme becomes tenant={tenant}"),
            words,
            &mangled,
        );
    }
    let routed = SHAPES
        .iter()
        .position(|shape| shape.route == Some("tickets"));
    let routed = routed.context("a shape with a path")?;
    let url = genuine(routed)?;
    for path in PATHS {
        let mangled = url.replacen("/tickets/ticket-456/done", path, 1);
        add(format!("path {path}"), routed, &mangled);
    }
    Ok(attacks)
}

const AFTER: &[&str] = &[
    "ref=ticket-999",
    "%20ref=ticket-999",
    " ref=ticket-999",
    "+ref=ticket-999",
    "ref%00=ticket-999",
    "ref%00x=ticket-999",
    "ref[]=ticket-999",
    "ref%5B%5D=ticket-999",
    "ref[0]=ticket-999",
    "ref[a]=ticket-999",
    "[ref]=ticket-999",
    "]ref=ticket-999",
    "ref]=ticket-999",
    ".ref=ticket-999",
    "ref.0=ticket-999",
    "ref.a=ticket-999",
    "x=1;ref=ticket-999",
    "x;ref=ticket-999",
    "amp;ref=ticket-999",
    "x=1;%20ref[]=ticket-999",
    "%u0072ef=ticket-999",
    "re\tf=ticket-999",
    "x=?ref=ticket-999",
    "c%6>t=9",
];

const BEFORE: &[&str] = &[
    "ref=ticket-999",
    "REF=ticket-999",
    "Ref=ticket-999",
    "?ref=ticket-999",
];

const PATHS: &[&str] = &[
    "/tickets/ticket-999/done",
    "/tickets/ticket-999/done/",
    "/TICKETS/ticket-999/done",
    "/Tickets/ticket-999/DONE",
    "//tickets/ticket-999/done",
    "/tickets//ticket-999/done",
    "/x/../tickets/ticket-999/done",
    "/x/%2e%2e/tickets/ticket-999/done",
    "/x/..%2ftickets/ticket-999/done",
    "/./tickets/ticket-999/done",
    "/tickets/./ticket-999/done",
    "/tickets%2fticket-999/done",
    "/tickets%5cticket-999/done",
    "/%74ickets/ticket-999/done",
    "/tickets/ticket-999;x=1/done",
    "/tickets;x=1/ticket-999/done",
    "/x/..;/tickets/ticket-999/done",
    "/tickets/ticket-999/done;x=1",
    "\\tickets/ticket-999/done",
    "/tickets\\ticket-999/done",
    "/tickets/ticket-999/done%20",
    "//x/tickets/ticket-999/done",
    "/tick\tets/ticket-999/done",
];
