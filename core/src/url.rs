//! The parts of a URL, and the rules that a link URL and a redirect template share.

use core::fmt;

use crate::error::Flaw;
use crate::percent::{ByteClass, Encoding};
use crate::query::QueryPieces;
use crate::scan::{Split, find, split_at};
use crate::text::{FieldText, NOT_DECIMAL};

/// The positions of a URL's parts, in bytes.
#[derive(Clone, Copy)]
pub(crate) struct Parts {
    /// The start of the path: the first `/` after the host.
    pub(crate) path: usize,
    /// The end of the path, where a `?`, a `#` or the end is.
    base: usize,
    /// The end of the part that a browser sends: where the `#` or the end is.
    pub(crate) sent: usize,
}

impl Parts {
    pub(crate) fn of(url: &[u8]) -> Self {
        let sent = find(url, b"#").unwrap_or(url.len());
        let base = find(split_at(url, sent).0, b"?").unwrap_or(sent);
        let path = match after_scheme(url) {
            Some((_, start)) => {
                let authority = url.get(start..base).unwrap_or_default();
                start.saturating_add(find(authority, b"/").unwrap_or(authority.len()))
            }
            None => 0,
        };
        Self {
            path: path.min(base),
            base,
            sent,
        }
    }

    /// Returns the path, from the first `/` after the host.
    pub(crate) fn path<'a>(&self, url: &'a [u8]) -> &'a [u8] {
        url.get(self.path..self.base).unwrap_or_default()
    }

    /// Returns the path as text.
    pub(crate) fn path_text<'a>(&self, url: &'a str) -> &'a str {
        url.get(self.path..self.base).unwrap_or_default()
    }

    /// Returns the position of the query, after its `?`. Without one it is the end of what is
    /// sent.
    pub(crate) fn query_start(&self) -> usize {
        self.base.saturating_add(1).min(self.sent)
    }

    /// Returns the query; empty if there is none.
    pub(crate) fn query<'a>(&self, url: &'a [u8]) -> &'a [u8] {
        url.get(self.query_start()..self.sent).unwrap_or_default()
    }

    /// Writes the part before the fragment, and what the next parameter needs before it.
    pub(crate) fn write_before_parameters(
        &self,
        url: &str,
        out: &mut (impl fmt::Write + ?Sized),
    ) -> fmt::Result {
        out.write_str(url.get(..self.sent).unwrap_or_default())?;
        let query = self.query(url.as_bytes());
        out.write_str(if self.base == self.sent {
            "?"
        } else if query.is_empty() || query.ends_with(b"&") {
            ""
        } else {
            "&"
        })
    }

    /// Returns the fragment with its `#`, or nothing.
    pub(crate) fn fragment<'a>(&self, url: &'a str) -> &'a str {
        url.get(self.sent..).unwrap_or_default()
    }

    /// Returns the pieces of the query.
    pub(crate) fn pieces<'a>(&self, url: &'a str) -> QueryPieces<'a> {
        QueryPieces::of(self.query(url.as_bytes()))
    }

    /// Returns the pieces that a decoder finds before the query, if it takes the URL for a query
    /// string: `/x&ref=1?ref=2`.
    pub(crate) fn pieces_before_query<'a>(&self, url: &'a [u8]) -> QueryPieces<'a> {
        let before = split_at(url, self.base).0;
        // A path without `&` or `;` is one name that starts with `/` or a scheme.
        match find(before, b"&;") {
            Some(first) => QueryPieces::of(split_at(before, first).1),
            None => QueryPieces::of(b""),
        }
    }
}

/// Returns where the text after `https://` or `http://` starts, and `true` for the first.
pub(crate) fn after_scheme(url: &[u8]) -> Option<(bool, usize)> {
    let starts_with = |scheme: &[u8]| {
        url.get(..scheme.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(scheme))
    };
    if starts_with(b"https://") {
        return Some((true, b"https://".len()));
    }
    starts_with(b"http://").then_some((false, b"http://".len()))
}

const NOT_HTTPS: Flaw = Flaw("must start with https://");
const PLAIN_HTTP: Flaw =
    Flaw("may use http:// only for localhost, *.localhost, 127.x.x.x or [::1]: use https://");
const NO_HOST: Flaw = Flaw(
    "has no valid host: use A-Z a-z 0-9 - . _ (xn-- for an international name) or IPv6 in brackets",
);
const BAD_PORT: Flaw =
    Flaw("has a port that is not 0 to 65535 in its shortest form: correct or remove it");
const USER_INFO: Flaw = Flaw("has an '@' before its host: remove it");
const WHITE_SPACE: Flaw = Flaw("contains white space or a control character: percent-encode it");
const BACKSLASH: Flaw = Flaw("contains a backslash: use '/'");

/// Checks what a link URL and a redirect template have in common (`docs/protocol.md`, section 4).
pub(crate) fn check(url: &str) -> Result<(), Flaw> {
    if FieldText::plain(url).has_white_space() {
        return Err(WHITE_SPACE);
    }
    let bytes = url.as_bytes();
    if find(bytes, b"\\").is_some() {
        return Err(BACKSLASH);
    }
    let (is_https, start) = after_scheme(bytes).ok_or(NOT_HTTPS)?;
    let rest = split_at(bytes, start).1;
    let authority = split_at(rest, find(rest, b"/?#").unwrap_or(rest.len())).0;
    if find(authority, b"@").is_some() {
        return Err(USER_INFO);
    }
    let (host, port) = split_port(authority);
    if !is_host(host) {
        return Err(NO_HOST);
    }
    if port.is_some_and(|port| !is_number(port, 0xffff)) {
        return Err(BAD_PORT);
    }
    if !is_https && !is_loopback(host) {
        return Err(PLAIN_HTTP);
    }
    Ok(())
}

/// Splits at the `:` before a port. The brackets of an IPv6 address contain others.
fn split_port(authority: &[u8]) -> (&[u8], Option<&[u8]>) {
    let host_end = find(authority, b"]").unwrap_or(0);
    match find(split_at(authority, host_end).1, b":") {
        Some(colon) => {
            let (host, port) = split_at(authority, host_end.saturating_add(colon));
            (host, port.get(1..))
        }
        None => (authority, None),
    }
}

fn is_host(host: &[u8]) -> bool {
    if let [b'[', address @ .., b']'] = host {
        return is_ipv6(address);
    }
    let is_name = !ByteClass::of(host).has(ByteClass::RESERVED) && find(host, b"~").is_none();
    is_name && host.iter().any(|byte| *byte != b'.')
}

/// Returns `true` for an IPv6 address (RFC 4291, section 2.2): eight groups of hex digits, of which
/// one `::` may stand for one or more, and an IPv4 address for the last two.
fn is_ipv6(address: &[u8]) -> bool {
    // The standard library's parser is larger than the rest of this file in a small module.
    let elided = address.windows(2).position(|pair| pair == b"::");
    let Some(at) = elided else {
        return groups(address, true) == Some(8);
    };
    let (before, after) = (
        split_at(address, at).0,
        split_at(address, at.saturating_add(2)).1,
    );
    match (groups(before, false), groups(after, true)) {
        (Some(before), Some(after)) => before.saturating_add(after) < 8,
        _ => false,
    }
}

/// Returns the number of groups in a part of an IPv6 address, which may be empty. The last part
/// may end in an IPv4 address.
fn groups(part: &[u8], is_last: bool) -> Option<usize> {
    let mut count = 0_usize;
    let mut groups = Split::of(part, b':');
    while let Some(group) = groups.next() {
        count = count.saturating_add(match group.len() {
            1..=4 if group.iter().all(u8::is_ascii_hexdigit) => 1,
            0 if part.is_empty() => 0,
            _ if is_last && groups.is_at_end() && is_ipv4(group, 4) => 2,
            _ => return None,
        });
    }
    Some(count)
}

/// Returns `true` for a part of an IPv4 address that has this many numbers.
fn is_ipv4(text: &[u8], mut numbers: usize) -> bool {
    for octet in Split::of(text, b'.') {
        if !is_number(octet, 0xff) {
            return false;
        }
        numbers = numbers.wrapping_sub(1);
    }
    numbers == 0
}

/// Returns `true` for a decimal number in its shortest form, at most this.
fn is_number(text: &[u8], max: u64) -> bool {
    FieldText::new(text, Encoding::Plain)
        .number(max, NOT_DECIMAL)
        .is_ok()
}

/// Returns `true` for the names of a developer's own machine.
fn is_loopback(host: &[u8]) -> bool {
    const LOCALHOST: &[u8] = b"localhost";
    let (before, end) = split_at(host, host.len().saturating_sub(LOCALHOST.len()));
    (end.eq_ignore_ascii_case(LOCALHOST) && matches!(before, [] | [.., b'.']))
        || host == b"[::1]"
        || host
            .strip_prefix(b"127.")
            .is_some_and(|rest| is_ipv4(rest, 3))
}
