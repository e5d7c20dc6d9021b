//! The messages that are known to be decoded wrongly, and the reasons why the library does not
//! refuse them.
//!
//! Each limit is as narrow as possible, and the number of times that it applied is printed. If the
//! library closes a limit, it is removed here.

use crate::judge::{Mismatch, Part};

/// A known limit.
pub(crate) struct Limit {
    /// The effect, and the reason why it remains.
    pub(crate) text: &'static str,
    applies: fn(&Mismatch) -> bool,
}

impl Limit {
    /// Returns the limit that explains a mismatch.
    pub(crate) fn of(mismatch: &Mismatch) -> Option<&'static Self> {
        LIMITS.iter().find(|limit| (limit.applies)(mismatch))
    }
}

/// The limits, which the README lists too.
pub(crate) const LIMITS: &[Limit] = &[
    Limit {
        text: "A value in the path that has a slash at an end, or two together: nginx and others \
               merge slashes after decoding. The shared vectors have such values.",
        applies: |mismatch| {
            mismatch.reader.part == Part::Path
                && mismatch.verified.contains(['/', '\\'])
                && parts(&mismatch.given) == parts(mismatch.verified.as_bytes())
        },
    },
    Limit {
        text: "A value in the path that has a `;`, not escaped: Java's servers cut there, and \
               find-my-way if it is told to. The shared vectors have such paths.",
        applies: |mismatch| {
            let (cut, _) = mismatch.verified.split_once(';').unwrap_or_default();
            mismatch.reader.part == Part::Path
                && mismatch.verified.contains(';')
                && parts(&mismatch.given) == parts(cut.as_bytes())
        },
    },
    Limit {
        text: "Starlette reads bytes beyond ASCII as Latin-1; the library, as the specification \
               says, as the UTF-8 that they are. Browsers escape them.",
        applies: |mismatch| {
            let latin: Vec<u8> = mismatch
                .verified
                .bytes()
                .map(char::from)
                .collect::<String>()
                .into();
            is(mismatch, &["Python Starlette"]) && mismatch.given == latin
        },
    },
    Limit {
        text: "WHATWG URLs and Python's urlsplit drop a raw tab or line break inside an escape too: \
               `%6\\t7` is `g`. Node, nginx and Go refuse these characters in a request.",
        applies: |mismatch| {
            let query = &mismatch.message.query;
            let mut escapes = query.windows(3).filter(|window| window[0] == b'%');
            let readers = [
                "Node URL.searchParams",
                "Node Hono query()",
                "Python urlsplit, parse_qs",
            ];
            is(mismatch, &readers)
                && escapes.any(|escape| escape[1..].iter().any(|byte| b"\t\r\n".contains(byte)))
        },
    },
    Limit {
        text: "Jetty 9 takes the characters after 9 and control characters for hex digits: `%6>` \
               is `n`.",
        applies: |mismatch| {
            let query = &mismatch.message.query;
            let odd = |byte: u8| matches!(byte, b':'..=b'?' | 0x10..=0x1f);
            let mut escapes = query.windows(3).filter(|window| window[0] == b'%');
            is(mismatch, &["Java Jetty"]) && escapes.any(|window| odd(window[1]) || odd(window[2]))
        },
    },
    Limit {
        text: "ASP.NET Core and query-string drop Unicode white space before a name if it is not \
               escaped. No browser sends it, and Kestrel and Node refuse it in a request.",
        applies: |mismatch| {
            let query = String::from_utf8_lossy(&mismatch.message.query);
            let is_space = |letter: char| letter.is_whitespace() || letter == '\u{feff}';
            let starts = |piece: &str| {
                let start = piece.trim_start_matches('?').chars();
                let mut start = start.take_while(|letter| is_space(*letter));
                start.any(|letter| !letter.is_ascii())
            };
            let mut pieces = query.split('&');
            match &mismatch.reader.name[..] {
                "ASP.NET Core Request.Query" => pieces.any(starts),
                "Node query-string" | "Node query-string, brackets" => {
                    pieces.next().is_some_and(starts)
                }
                _ => false,
            }
        },
    },
];

/// Returns the parts of a path between its slashes.
fn parts(text: &[u8]) -> Vec<&[u8]> {
    let parts = text.split(|byte| matches!(byte, b'/' | b'\\'));
    parts.filter(|part| !part.is_empty()).collect()
}

fn is(mismatch: &Mismatch, readers: &[&str]) -> bool {
    readers.contains(&&mismatch.reader.name[..])
}
