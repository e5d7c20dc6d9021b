//! What is known to be handed over wrongly, and why the library does not refuse it.
//!
//! Each limit is as narrow as it can be, and how often it applied is printed. A limit that is
//! closed in the library is removed here.

use crate::judge::Mismatch;

/// A known limit.
pub(crate) struct Limit {
    /// What happens, and why it is left.
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
            let is_space = |letter: char| {
                !letter.is_ascii() && (letter.is_whitespace() || letter == '\u{feff}')
            };
            let mut pieces = query.split('&');
            let starts = |piece: &str| piece.trim_start_matches('?').starts_with(is_space);
            match &mismatch.reader.name[..] {
                "ASP.NET Core Request.Query" => pieces.any(|piece| {
                    piece
                        .chars()
                        .take_while(|letter| letter.is_whitespace() || *letter == '?')
                        .any(is_space)
                }),
                "Node query-string" | "Node query-string, brackets" => {
                    pieces.next().is_some_and(starts)
                }
                _ => false,
            }
        },
    },
];

fn is(mismatch: &Mismatch, readers: &[&str]) -> bool {
    readers.contains(&&mismatch.reader.name[..])
}
