//! Prints the chapter "My signature is wrong" of the book, which lists every mistake:
//! `cargo run -p visiono-workflow-explain --example catalogue > docs/signature-is-wrong.md`.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use visiono_workflow_explain::{Certainty, Kind, Mistake, Section};

const INTRODUCTION: &str = "\
# My signature is wrong

Let the command line find the mistake. Pass the message as it arrived, and the secret as Visiono shows it:

```console
$ visiono-workflow explain link --secret-file workflow.secret 'https://visiono.io/s/…?uv=…&sig=…'
$ visiono-workflow explain return --secret-file workflow.secret 'https://app.example/done?sub=…&sig=…'
$ visiono-workflow explain webhook --secret-file webhook.secret body.json \\
    --header 'X-Visiono-Signature: sha256=…'
```

Your system signs links. Visiono signs returns and webhooks, so these are usually right, and your own check is
wrong: pass the signature that your code computed as `--computed`, and that one is explained.

- A **proved** cause makes the signature match under that one change, or under two at once.
- A **hint** only looks like a mistake. It is worded as a possibility.
- `--other-secret-file` and `--old-secret-file` add secrets that may have been used by mistake.
- `--no-values` hides the signed text, and `--json` prints one object.

No output has a secret, a part of one, or a signature that would have been right. The command accepts nothing:
its exit status is 0 for each diagnosis. Use it on a developer's machine, or on a message from a staging log.
Never call it in a request handler that answers strangers: a search costs a thousand times as much as a
verification, and its answer tells an attacker about your code.

If nothing is found, it was a different secret, or a change that is not in this list.
";

fn main() {
    print!("{}", chapter());
}

/// Returns the chapter as Markdown.
pub(crate) fn chapter() -> String {
    let mut out = String::from(INTRODUCTION);
    // Writing to a `String` doesn't fail.
    let _ = write_chapter(&mut out);
    out
}

fn write_chapter(out: &mut String) -> std::fmt::Result {
    let mut symptoms: Vec<(&str, Vec<Mistake>)> = Vec::new();
    let mut sections = BTreeMap::<Section, Vec<Mistake>>::new();
    for mistake in Mistake::ALL {
        let symptom = mistake.symptom();
        match symptoms.iter_mut().find(|(known, _)| *known == symptom) {
            Some((_, mistakes)) => mistakes.push(mistake),
            None => symptoms.push((symptom, vec![mistake])),
        }
        sections.entry(mistake.section()).or_default().push(mistake);
    }
    writeln!(out, "\n## By symptom")?;
    for (symptom, mistakes) in symptoms {
        writeln!(out, "\n### {}\n", symptom.trim_end_matches('.'))?;
        for mistake in mistakes {
            writeln!(out, "- [`{mistake}`](#{mistake}): {}", escaped(mistake))?;
        }
    }
    for (section, mistakes) in sections {
        writeln!(out, "\n## {}", section.title())?;
        for mistake in mistakes {
            write_mistake(out, mistake)?;
        }
    }
    Ok(())
}

/// Returns the sentence, with nothing that Markdown takes for HTML.
fn escaped(mistake: Mistake) -> String {
    let sentence = mistake.sentence().replace('&', "&amp;");
    sentence.replace('<', "&lt;").replace('>', "&gt;")
}

fn write_mistake(out: &mut String, mistake: Mistake) -> std::fmt::Result {
    let kinds = [
        (Kind::Link, "links"),
        (Kind::Return, "returns"),
        (Kind::Webhook, "webhooks"),
    ];
    let kinds: Vec<_> = kinds
        .into_iter()
        .filter(|(kind, _)| mistake.kinds().contains(*kind))
        .collect();
    let names: Vec<_> = kinds.iter().map(|(_, name)| *name).collect();
    let certainty = match mistake.certainty() {
        Certainty::Proof => "proved",
        Certainty::Hint => "a hint, unless a signature matches",
        Certainty::Note => "no cause",
    };
    writeln!(out, "\n### {mistake}\n")?;
    let names = names.join(", ");
    writeln!(out, "{} *In {names}; {certainty}.*", escaped(mistake))?;
    let Some((kind, _)) = kinds.first() else {
        return Ok(());
    };
    let fix = mistake.fix(*kind);
    for (language, line) in [
        ("php", fix.php),
        ("js", fix.javascript),
        ("python", fix.python),
    ] {
        writeln!(out, "\n```{language}\n{line}\n```")?;
    }
    Ok(())
}
