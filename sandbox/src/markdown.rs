//! Renders the Markdown that is part of this program.

use pulldown_cmark::{CowStr, Event, Options, Parser, Tag, TagEnd};

/// Returns the HTML of a text. Tables and code can be scrolled with the keyboard, and each heading
/// has an anchor.
pub(crate) fn html(text: &str) -> String {
    let mut events = Vec::new();
    let mut parser = Parser::new_ext(text, Options::ENABLE_TABLES).peekable();
    while let Some(event) = parser.next() {
        match event {
            Event::Start(Tag::Table(_)) => {
                let start =
                    "<div class=\"table\" tabindex=\"0\" role=\"group\" aria-label=\"Table\">";
                events.extend([Event::Html(start.into()), event]);
            }
            Event::End(TagEnd::Table) => events.extend([event, Event::Html("</div>".into())]),
            Event::Start(Tag::Heading {
                level,
                classes,
                attrs,
                ..
            }) => {
                let id = match parser.peek() {
                    Some(Event::Text(title)) => Some(CowStr::from(slug(title))),
                    _ => None,
                };
                events.push(Event::Start(Tag::Heading {
                    level,
                    id,
                    classes,
                    attrs,
                }));
            }
            event => events.push(event),
        }
    }
    let mut html = String::new();
    pulldown_cmark::html::push_html(&mut html, events.into_iter());
    let code = "<pre tabindex=\"0\" role=\"group\" aria-label=\"Code\">";
    html.replace("<pre>", code)
}

/// Returns the anchor of a heading.
fn slug(title: &str) -> String {
    let words = title.split(|c: char| !c.is_ascii_alphanumeric());
    let words: Vec<_> = words.filter(|word| !word.is_empty()).collect();
    words.join("-").to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::html;

    #[test]
    fn tables_code_and_headings_are_reachable() {
        let page = html(
            "## A *b*\n## Waiting, in a test\n\n| a |\n|---|\n| `b<c` |\n\n```js\nlet a;\n```\n",
        );
        for part in [
            "<h2 id=\"a\">A <em>b</em></h2>",
            "<h2 id=\"waiting-in-a-test\">",
            "aria-label=\"Table\"><table>",
            "<td><code>b&lt;c</code></td>",
            "</table>\n</div>",
            "<pre tabindex=\"0\" role=\"group\" aria-label=\"Code\"><code class=\"language-js\">let a;",
        ] {
            assert!(page.contains(part), "{part}: {page}");
        }
    }
}
