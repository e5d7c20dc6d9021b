//! Creates a module of each Rust program in the documentation, for `tests/snippets.rs`.

use std::fmt::Write;
use std::path::Path;
use std::{env, fs};

/// The pages, relative to the root of the repository.
const PAGES: [&str; 2] = ["README.md", "docs/guides/rust.md"];

fn main() {
    let mut modules = String::new();
    let mut list = String::new();
    for page in PAGES {
        let path = Path::new("..").join(page);
        println!("cargo::rerun-if-changed={}", path.display());
        let text = fs::read_to_string(&path).expect(page);
        let programs = text.split("\n```rust\n").skip(1);
        for (index, rest) in (1..).zip(programs) {
            let (program, _) = rest.split_once("\n```").expect("an end of the program");
            let name = page.replace(|c: char| !c.is_ascii_alphanumeric(), "_");
            let module = format!("{}_{index}", name.to_lowercase());
            // Writing to a `String` doesn't fail.
            let _ = write!(
                modules,
                "#[allow(unused_qualifications, clippy::collapsible_if)]\nmod {module} {{\n{program}\n\n\
                 pub(crate) fn run() -> std::process::ExitCode {{\n\
                 std::process::Termination::report(main())\n}}\n}}\n"
            );
            let _ = write!(list, "(\"{page} {index}\", {module}::run), ");
        }
    }
    let folder = env::var_os("OUT_DIR").expect("a folder");
    let code = format!("{modules}\nconst PROGRAMS: &[Program] = &[{list}];\n");
    fs::write(Path::new(&folder).join("snippets.rs"), code).expect("a file");
}
