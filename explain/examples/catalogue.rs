//! Prints the chapter "My signature is wrong" of the book, which lists every mistake: `cargo run -p
//! visiono-workflow-explain --example catalogue > docs/signature-is-wrong.md`.

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
wrong. Pass the signature that your code computed as `--computed` to have that one explained.

- A **proved** cause makes the signature match under that one change, or under two at once.
- A **hint** only looks like a mistake. It is worded as a possibility.
- `--other-secret-file` and `--old-secret-file` add secrets that may have been used by mistake.
- `--no-values` hides the signed text, and `--json` prints one object.

No output contains a secret, a part of one, or a signature that would have been right. The command accepts nothing:
its exit status is 0 for each diagnosis. Use it on a developer's machine, or on a message from a staging log.
Never call it in a request handler that answers strangers: a search costs a thousand times as much as a
verification, and its answer reveals your code's mistakes to an attacker.

If nothing is found, the secret is a different one, or the change is not in this list.

Each entry names the messages in which the mistake occurs. It is proved, unless it is called a hint.
The code after the entries is correct for the first of these messages; the command prints the code for yours.
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
    let mut symptoms: Vec<(&str, Vec<String>)> = Vec::new();
    let mut sections = BTreeMap::<Section, Vec<Mistake>>::new();
    for mistake in Mistake::ALL {
        let symptom = mistake.symptom();
        let link = format!("[{mistake}](#{mistake})");
        match symptoms.iter_mut().find(|(known, _)| *known == symptom) {
            Some((_, links)) => links.push(link),
            None => symptoms.push((symptom, vec![link])),
        }
        sections.entry(mistake.section()).or_default().push(mistake);
    }
    writeln!(out, "\n## By symptom\n")?;
    for (symptom, links) in symptoms {
        writeln!(out, "- **{symptom}** {}.", links.join(", "))?;
    }
    for (section, mistakes) in sections {
        writeln!(out, "\n## {}", section.title())?;
        // Mistakes with the same fix are listed together.
        let mut groups: Vec<([String; 3], Vec<Mistake>)> = Vec::new();
        for mistake in mistakes {
            let code = lines(mistake).map(|line| split(&line).0.to_owned());
            match groups.iter_mut().find(|(known, _)| *known == code) {
                Some((_, group)) => group.push(mistake),
                None => groups.push((code, vec![mistake])),
            }
        }
        for (code, group) in groups {
            let shared = lines(group[0]);
            let is_shared = group.iter().all(|mistake| lines(*mistake) == shared);
            writeln!(out)?;
            for mistake in group {
                let about = about(mistake);
                let sentence = escaped(mistake.sentence());
                write!(
                    out,
                    "- <a id=\"{mistake}\"></a>**{mistake}** ({about}): {sentence}"
                )?;
                if !is_shared {
                    write_remarks(out, &lines(mistake))?;
                }
                writeln!(out)?;
            }
            write_lines(out, if is_shared { &shared } else { &code })?;
        }
    }
    Ok(())
}

/// Splits a line into its code and its comment.
fn split(line: &str) -> (&str, &str) {
    let (code, remark) = line
        .split_once("  # ")
        .or_else(|| line.split_once(" // "))
        .unwrap_or((line, ""));
    (code.trim_end_matches(';'), remark)
}

/// Writes the comments of the code, once if they are the same in every language.
fn write_remarks(out: &mut String, lines: &[String; 3]) -> std::fmt::Result {
    let remarks = lines.each_ref().map(|line| split(line).1);
    if remarks[0].is_empty() && remarks[1] == remarks[2] {
        return Ok(());
    }
    if remarks[0] == remarks[1] && remarks[1] == remarks[2] {
        return write!(out, " `{}`", remarks[0]);
    }
    for (name, remark) in ["PHP", "JavaScript", "Python"].into_iter().zip(remarks) {
        if !remark.is_empty() {
            write!(out, " {name}: `{remark}`.")?;
        }
    }
    Ok(())
}

/// Escapes characters that Markdown takes for HTML.
fn escaped(sentence: &str) -> String {
    sentence.replace("&amp;", "`&amp;`").replace('<', "\\<")
}

/// Returns the messages in which a mistake exists, and its certainty.
fn about(mistake: Mistake) -> String {
    let kinds = [
        (Kind::Link, "links"),
        (Kind::Return, "returns"),
        (Kind::Webhook, "webhooks"),
    ];
    let has = |(kind, _): &(Kind, &str)| mistake.kinds().contains(*kind);
    let kinds = kinds.into_iter().filter(has).map(|(_, name)| name);
    let kinds: Vec<_> = kinds.collect();
    let certainty = match mistake.certainty() {
        Certainty::Proof => "",
        Certainty::Hint => "; a hint, unless a signature matches",
        Certainty::Note => "; no cause",
    };
    let kinds = if kinds.len() == Kind::ALL.len() {
        "all".to_owned()
    } else {
        kinds.join(", ")
    };
    format!("{kinds}{certainty}")
}

/// Returns the fix in PHP, JavaScript and Python, for the first kind of message.
fn lines(mistake: Mistake) -> [String; 3] {
    let kind = Kind::ALL
        .into_iter()
        .find(|kind| mistake.kinds().contains(*kind));
    let fix = mistake.fix(kind.unwrap_or(Kind::Link));
    [fix.php, fix.javascript, fix.python]
}

/// Writes a fix, once if it is the same in every language.
fn write_lines(out: &mut String, lines: &[String; 3]) -> std::fmt::Result {
    let bare = |line: &String| line.trim_start_matches(['/', '#', ' ']).to_owned();
    let is_remark = |line: &String| line.starts_with("//") || line.starts_with("# ");
    if lines.iter().all(is_remark) {
        return writeln!(out, "\nFix: {}.", bare(&lines[0]));
    }
    let [php, javascript, python] = lines;
    if php == javascript && javascript == python {
        return writeln!(out, "\n```text\n{php}\n```");
    }
    writeln!(
        out,
        "\n```text\nPHP         {php}\nJavaScript  {javascript}\nPython      {python}\n```"
    )
}
