//! Prints the catalogue as Markdown, for the book:
//! `cargo run -p visiono-workflow-explain --example catalogue`.

use std::collections::BTreeMap;

use visiono_workflow_explain::{Certainty, Kind, Mistake, Section};

fn main() {
    println!("## By symptom\n");
    let mut symptoms: Vec<(&str, Vec<Mistake>)> = Vec::new();
    for mistake in Mistake::ALL {
        match symptoms
            .iter_mut()
            .find(|(symptom, _)| *symptom == mistake.symptom())
        {
            Some((_, mistakes)) => mistakes.push(mistake),
            None => symptoms.push((mistake.symptom(), vec![mistake])),
        }
    }
    for (symptom, mistakes) in symptoms {
        let links = mistakes
            .iter()
            .map(|mistake| format!("[`{mistake}`](#{mistake})"));
        println!("- {symptom} {}.", links.collect::<Vec<_>>().join(", "));
    }
    let mut sections = BTreeMap::<Section, Vec<Mistake>>::new();
    for mistake in Mistake::ALL {
        sections.entry(mistake.section()).or_default().push(mistake);
    }
    for (section, mistakes) in sections {
        println!("\n## {}", section.title());
        for mistake in mistakes {
            print(mistake);
        }
    }
}

fn print(mistake: Mistake) {
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
        Certainty::Proof => "proof",
        Certainty::Hint => "hint",
        Certainty::Note => "note",
    };
    println!(
        "\n### {mistake}\n\n{} ({certainty}; {})",
        mistake.sentence(),
        names.join(", ")
    );
    if let Some((kind, _)) = kinds.first() {
        let fix = mistake.fix(*kind);
        for (language, line) in [
            ("php", fix.php),
            ("js", fix.javascript),
            ("python", fix.python),
        ] {
            println!("\n```{language}\n{line}\n```");
        }
    }
}
