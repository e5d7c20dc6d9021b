//! Tests that the fixes call functions that the packages have.

use std::collections::BTreeSet;

use visiono_workflow_explain::{Kind, Mistake};

/// Returns the names after a mark, such as `workflow.`.
fn after<'t>(text: &'t str, mark: &str) -> Vec<&'t str> {
    let is_name = |c: char| c.is_alphanumeric() || c == '_';
    let rests = text
        .match_indices(mark)
        .map(|(at, _)| &text[at + mark.len()..]);
    rests
        .map(|rest| rest.split(|c| !is_name(c)).next().unwrap())
        .collect()
}

fn read(path: &str) -> String {
    let path = format!("{}/../{path}", env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// Returns the members of a class in an `api.txt`: the indented lines after its name.
fn members(api: &str, class: &str) -> String {
    let is_class = |line: &&str| {
        let mut names = line.split(['(', ' ', '\\']);
        !line.starts_with(' ') && line.contains("class") && names.next_back() == Some(class)
            || line.starts_with(&format!("class {class}("))
    };
    let lines = api.lines().skip_while(|line| !is_class(line)).skip(1);
    let members = lines.take_while(|line| line.starts_with(' '));
    members.collect::<Vec<_>>().join("\n")
}

#[test]
fn fixes_call_functions_of_the_packages() {
    let [php, javascript, python] =
        ["php", "wasm", "python"].map(|binding| read(&format!("bindings-{binding}/api.txt")));
    let mut calls = BTreeSet::new();
    for mistake in Mistake::ALL {
        for kind in Kind::ALL
            .into_iter()
            .filter(|kind| mistake.kinds().contains(*kind))
        {
            let fix = mistake.fix(kind);
            for (api, text, mark) in [
                (&php, &fix.php, "->"),
                (&javascript, &fix.javascript, "."),
                (&python, &fix.python, "."),
            ] {
                let sigil = if mark == "->" { "$" } else { "" };
                for (variable, class) in [("workflow", "Workflow"), ("webhook", "Webhook")] {
                    let members = members(api, class);
                    assert!(!members.is_empty(), "{class}");
                    for name in after(text, &format!("{sigil}{variable}{mark}")) {
                        let is_there = members.contains(&format!(" {name}("));
                        assert!(is_there, "{mistake}: {text}");
                        calls.insert(name.to_owned());
                    }
                }
                for class in after(text, "new ") {
                    let is_own = ["Workflow", "Webhook"].contains(&class);
                    assert!(
                        is_own
                            || class.ends_with("Exception")
                            || class == "Error"
                            || class == "URLSearchParams"
                            || class == "Date",
                        "{mistake}: {text}"
                    );
                }
                assert!(!text.contains('@'), "{mistake}: {text}");
            }
        }
    }
    let calls: Vec<_> = calls.iter().map(String::as_str).collect();
    let wanted = [
        "receive",
        "verifyLink",
        "verifyReturn",
        "verify_link",
        "verify_return",
    ];
    assert_eq!(calls, wanted);
}

/// The arguments are those of the packages' own documentation.
#[test]
fn fixes_pass_the_documented_arguments() {
    let returned = Mistake::Duplicate.fix(Kind::Return);
    let python = read("bindings-python/README.md");
    assert!(python.contains("template=template, expect"));
    assert!(
        returned
            .python
            .starts_with("workflow.verify_return(request, template=template)")
    );
    let php = read("bindings-php/README.md");
    assert!(php.contains("template: TEMPLATE"));
    assert!(
        returned
            .php
            .starts_with("$workflow->verifyReturn($_SERVER, template: $template)")
    );
    let javascript = read("bindings-wasm/package/README.md");
    let raw = "express.raw({ type: () => true";
    assert!(javascript.contains(raw));
    assert!(
        Mistake::Reserialized
            .fix(Kind::Webhook)
            .javascript
            .contains(raw)
    );
    for (text, new) in [
        (&php, "new Workflow([getenv('VISIONO_WORKFLOW_SECRET')"),
        (
            &javascript,
            "new Workflow(process.env.VISIONO_WORKFLOW_SECRET",
        ),
        (&python, "Workflow(os.environ[\"VISIONO_WORKFLOW_SECRET\"])"),
    ] {
        assert!(text.contains(new), "{new}");
    }
}
