//! The URL that a link is made from, and the parts of any URL.

use core::fmt;

use crate::error::{Error, UrlFault, ValueFault};
use crate::percent::{Form, is_unreserved};
use crate::query::{Pieces, field_of_name};
use crate::value::Value;
use crate::wire::{Field, Fields, LINK_PREFIX, Message};

/// The three parts of a URL that this library reads.
#[derive(Clone, Copy)]
pub(crate) struct Parts<'a> {
    /// From the first `/` after the host, or all that stands before the query.
    pub(crate) path: &'a str,
    pub(crate) query: Option<&'a str>,
    /// With its `#`, or empty.
    pub(crate) fragment: &'a str,
    /// All before the fragment.
    pub(crate) sent: &'a str,
}

impl<'a> Parts<'a> {
    pub(crate) fn of(url: &'a str) -> Self {
        let fragment = find(url, b"#").unwrap_or(url.len());
        let (sent, fragment) = url.split_at_checked(fragment).unwrap_or((url, ""));
        let (base, query) = match cut(sent, b'?') {
            Some((base, query)) => (base, Some(query)),
            None => (sent, None),
        };
        let path = match after_scheme(base) {
            Some((_, rest)) => find(rest, b"/").and_then(|at| rest.get(at..)).unwrap_or(""),
            None => base,
        };
        Self {
            path,
            query,
            fragment,
            sent,
        }
    }

    /// Writes the part before the fragment and what the next parameter needs before it.
    pub(crate) fn write_before_parameters(
        &self,
        out: &mut (impl fmt::Write + ?Sized),
    ) -> fmt::Result {
        out.write_str(self.sent)?;
        out.write_str(match self.query {
            None => "?",
            Some(query) if query.is_empty() || query.ends_with('&') => "",
            Some(_) => "&",
        })
    }

    /// The first parameter of the message that the query already holds.
    pub(crate) fn holds_parameter_of(&self, message: Message) -> Option<Field> {
        Pieces::of(self.query.unwrap_or(""))
            .filter_map(|(name, _)| field_of_name(Value::new(name, Form::Query), message))
            .min()
    }
}

/// The scheme's own rest, and whether it is `https`.
pub(crate) fn after_scheme(url: &str) -> Option<(bool, &str)> {
    let strip = |scheme: &str| {
        let (start, rest) = url.split_at_checked(scheme.len())?;
        start.eq_ignore_ascii_case(scheme).then_some(rest)
    };
    if let Some(rest) = strip("https://") {
        return Some((true, rest));
    }
    strip("http://").map(|rest| (false, rest))
}

/// Checks what a link URL and a redirect template have in common (`docs/protocol.md`, section 4).
pub(crate) fn check(url: &str) -> Result<(), UrlFault> {
    if url
        .chars()
        .any(|c| c.is_ascii_control() || c.is_whitespace())
    {
        return Err(UrlFault::WhiteSpace);
    }
    if find(url, b"\\").is_some() {
        return Err(UrlFault::Backslash);
    }
    let (is_https, rest) = after_scheme(url).ok_or(UrlFault::Scheme)?;
    let authority = rest
        .get(..find(rest, b"/?#").unwrap_or(rest.len()))
        .unwrap_or_default();
    if find(authority, b"@").is_some() {
        return Err(UrlFault::UserInfo);
    }
    let (host, port) = split_port(authority);
    if !is_host(host) {
        return Err(UrlFault::Host);
    }
    if port.is_some_and(|port| !is_number(port, 0xffff)) {
        return Err(UrlFault::Port);
    }
    if !is_https && !is_loopback(host) {
        return Err(UrlFault::PlainHttp);
    }
    Ok(())
}

/// Splits at the `:` before a port, of which the brackets of an IPv6 address have more.
fn split_port(authority: &str) -> (&str, Option<&str>) {
    let host_end = find(authority, b"]").unwrap_or(0);
    match authority.split_at_checked(host_end) {
        Some((before, rest)) => match find(rest, b":").and_then(|at| rest.split_at_checked(at)) {
            Some((inside, port)) => {
                let host = authority.get(..before.len().saturating_add(inside.len()));
                (host.unwrap_or_default(), port.get(1..))
            }
            None => (authority, None),
        },
        None => (authority, None),
    }
}

/// Not empty, and without the "forbidden domain code points" of the URL standard, which include
/// `%`, or a brace. Brackets stand around an IPv6 address only.
fn is_host(host: &str) -> bool {
    match host.strip_prefix('[').map(|rest| rest.strip_suffix(']')) {
        Some(address) => address.is_some_and(|address| {
            find(address, b":").is_some()
                && address
                    .bytes()
                    .all(|byte| byte.is_ascii_hexdigit() || matches!(byte, b':' | b'.'))
        }),
        None => !host.is_empty() && find(host, b":<>[]^|%{}").is_none(),
    }
}

/// A decimal number in its shortest form, at most this.
fn is_number(text: &str, max: u64) -> bool {
    Value::plain(text)
        .number(max, ValueFault::NotDecimal)
        .is_ok()
}

/// `localhost`, `127.x.x.x` or `[::1]`: what a developer's own machine is called.
fn is_loopback(host: &str) -> bool {
    host.eq_ignore_ascii_case("localhost")
        || host == "[::1]"
        || host.strip_prefix("127.").is_some_and(|rest| {
            let mut octets = rest.split(['.']);
            octets.clone().count() == 3 && octets.all(|octet| is_number(octet, 0xff))
        })
}

/// The Smart Link that a signed link is made from.
///
/// # Examples
///
/// ```
/// use visiono_workflow::LinkUrl;
///
/// assert_eq!(
///     LinkUrl::from_slug("damage-report")?.to_string(),
///     "https://visiono.io/s/damage-report",
/// );
/// LinkUrl::parse("https://tenant.visio.now/fleet-inspection?lang=it")?;
/// # Ok::<(), visiono_workflow::Error>(())
/// ```
#[derive(Clone, Copy)]
pub struct LinkUrl<'a> {
    prefix: &'static str,
    parts: Parts<'a>,
}

impl<'a> LinkUrl<'a> {
    /// `https://visiono.io/s/{slug}`.
    ///
    /// # Errors
    ///
    /// [`Code::InvalidField`](crate::Code::InvalidField), naming `slug`, if it is not one or
    /// more of `A-Z a-z 0-9 - . _ ~`, or is `.` or `..`.
    pub fn from_slug(slug: &'a str) -> Result<Self, Error> {
        if slug.is_empty() || matches!(slug, "." | "..") || !slug.bytes().all(is_unreserved) {
            return Err(Error::slug());
        }
        Ok(Self {
            prefix: LINK_PREFIX,
            parts: Parts {
                path: slug,
                query: None,
                fragment: "",
                sent: slug,
            },
        })
    }

    /// Any link URL: `https://` with a host, or `http://` to this machine, with a query and a
    /// fragment of its own if it has them (`docs/protocol.md`, section 4).
    ///
    /// # Errors
    ///
    /// [`Code::InvalidUrl`](crate::Code::InvalidUrl) if it is something else, or if its query
    /// already holds one of the five parameters of a link.
    pub fn parse(url: &'a str) -> Result<Self, Error> {
        check(url).map_err(|fault| Error::link(fault, Fields::NONE))?;
        let parts = Parts::of(url);
        match parts.holds_parameter_of(Message::Link) {
            Some(field) => Err(Error::link(UrlFault::HoldsParameter, field.into())),
            None => Ok(Self { prefix: "", parts }),
        }
    }

    pub(crate) fn write_before_parameters(
        &self,
        out: &mut (impl fmt::Write + ?Sized),
    ) -> fmt::Result {
        out.write_str(self.prefix)?;
        self.parts.write_before_parameters(out)
    }

    pub(crate) const fn fragment(&self) -> &'a str {
        self.parts.fragment
    }
}

impl fmt::Display for LinkUrl<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.prefix)?;
        f.write_str(self.parts.sent)?;
        f.write_str(self.parts.fragment)
    }
}

impl fmt::Debug for LinkUrl<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "LinkUrl({self})")
    }
}

/// Where the first of these ASCII characters stands, looking at eight bytes at a time.
#[allow(
    clippy::manual_contains,
    reason = "`contains` brings the standard library's `memchr`, which is large for a small module"
)]
pub(crate) fn find(text: &str, wanted: &[u8]) -> Option<usize> {
    const EACH_BYTE: u64 = 0x0101_0101_0101_0101;
    const HIGH_BITS: u64 = 0x8080_8080_8080_8080;
    let (words, rest) = text.as_bytes().as_chunks::<8>();
    let mut passed = 0_usize;
    for word in words {
        let word = u64::from_le_bytes(*word);
        // The high bit of a byte is set where a wanted one stands. Those after the first may be
        // set wrongly, which doesn't matter: https://graphics.stanford.edu/~seander/bithacks.html
        let found = wanted.iter().fold(0, |found, byte| {
            let zero_where_same = word ^ EACH_BYTE.wrapping_mul(u64::from(*byte));
            found | zero_where_same.wrapping_sub(EACH_BYTE) & !zero_where_same & HIGH_BITS
        });
        if found != 0 {
            let place = found.trailing_zeros() / u8::BITS;
            return Some(passed.saturating_add(place as usize));
        }
        passed = passed.saturating_add(8);
    }
    let place = rest
        .iter()
        .position(|byte| wanted.iter().any(|wanted| wanted == byte))?;
    Some(passed.saturating_add(place))
}

/// Cuts text before and after the first such ASCII character.
pub(crate) fn cut(text: &str, byte: u8) -> Option<(&str, &str)> {
    let at = find(text, &[byte])?;
    Some((text.get(..at)?, text.get(at.saturating_add(1)..)?))
}
