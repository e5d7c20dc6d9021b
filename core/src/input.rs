//! A message as it arrived.

#[cfg_attr(not(feature = "pairs"), path = "input/no_pairs.rs")]
mod pairs;
#[cfg(feature = "pairs")]
mod write_pair;

use self::pairs::{PairPieces, Pairs};
#[cfg(feature = "pairs")]
pub use self::write_pair::write_pair;
use crate::query::{Piece, QueryPieces};
use crate::scan::{cut, find, split_at};
use crate::url::{Parts, after_scheme};

/// A message as it arrived: a URL, a bare query string, or pairs that a framework decoded.
///
/// Text that starts with `http://`, `https://`, `/` or `?` is a URL; its query is between the
/// first `?` and the first `#`. Other text is a query string, in which `#` is an ordinary
/// character. Text may be any bytes: those that are not UTF-8 matter only in the message's own
/// parameters. Prefer the URL as the browser requested it: a framework's pairs may have lost the
/// second of two parameters of the same name, and then the library can't refuse them.
///
/// A value of decoded pairs may be `None`, which stands for a value that is no text. Such a
/// parameter is malformed if it is one of the message's, and ignored otherwise.
///
/// # Examples
///
/// ```
/// use visiono_workflow::Input;
///
/// let from_url = Input::from("https://a.example/done?sub=pls_1&cnt=2");
/// # #[cfg(feature = "pairs")]
/// let from_pairs = Input::from(&[("sub", "pls_1"), ("cnt", "2")]);
/// ```
#[derive(Clone, Copy)]
pub struct Input<'a>(Source<'a>);

#[derive(Clone, Copy)]
enum Source<'a> {
    Url(&'a [u8], Parts),
    Query(&'a [u8]),
    #[cfg_attr(not(feature = "pairs"), allow(dead_code))]
    Pairs(Pairs<'a>),
}

impl<'a> From<&'a str> for Input<'a> {
    fn from(text: &'a str) -> Self {
        text.as_bytes().into()
    }
}

impl<'a> From<&'a [u8]> for Input<'a> {
    fn from(text: &'a [u8]) -> Self {
        Self(if is_url(text) {
            Source::Url(text, Parts::of(text))
        } else {
            Source::Query(text)
        })
    }
}

#[cfg(feature = "alloc")]
impl<'a> From<&'a alloc::string::String> for Input<'a> {
    fn from(text: &'a alloc::string::String) -> Self {
        text.as_bytes().into()
    }
}

impl core::fmt::Debug for Input<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        // The input is not trusted, and may hold a signature that is valid for an hour.
        f.debug_struct("Input").finish_non_exhaustive()
    }
}

impl<'a> Input<'a> {
    /// Returns the path, if the input is a URL that has one.
    pub(crate) fn path(&self) -> Option<&'a [u8]> {
        match self.0 {
            Source::Url(text, parts) if !text.starts_with(b"?") => Some(parts.path(text)),
            Source::Url(..) | Source::Query(_) | Source::Pairs(_) => None,
        }
    }

    /// Returns every parameter.
    pub(crate) fn pieces(&self) -> InputPieces<'a> {
        let (query, pairs) = match self.0 {
            Source::Url(text, parts) => (parts.query(text), PairPieces::default()),
            Source::Query(text) => (text, PairPieces::default()),
            Source::Pairs(pairs) => (b"".as_slice(), pairs.pieces()),
        };
        InputPieces {
            query: QueryPieces::of(query),
            pairs,
        }
    }

    /// Returns the parameters that a decoder finds which reads a URL as a query string, or the
    /// reverse: in the part before the query of `/x&ref=1?ref=2`, and after the `?` of
    /// `ftp://a/done?ref=1&ref=2`.
    pub(crate) fn pieces_read_otherwise(&self) -> QueryPieces<'a> {
        match self.0 {
            Source::Url(text, parts) => parts.pieces_before_query(text),
            Source::Query(text) => {
                let after = cut(text, b'?').map_or(b"".as_slice(), |(_, after)| after);
                let end = find(after, b"&").unwrap_or(after.len());
                QueryPieces::of(split_at(after, end).0)
            }
            Source::Pairs(_) => QueryPieces::of(b""),
        }
    }

    /// Returns `true` for a bare query that may be a URL to an application: it contains a `?`.
    pub(crate) fn may_be_url(&self) -> bool {
        match self.0 {
            Source::Query(text) => find(text, b"?").is_some(),
            Source::Url(..) | Source::Pairs(_) => false,
        }
    }
}

/// The parameters of an input.
#[derive(Clone)]
pub(crate) struct InputPieces<'a> {
    query: QueryPieces<'a>,
    pairs: PairPieces<'a>,
}

impl<'a> Iterator for InputPieces<'a> {
    type Item = Piece<'a>;

    fn next(&mut self) -> Option<Piece<'a>> {
        self.query.next().or_else(|| self.pairs.next())
    }
}

fn is_url(text: &[u8]) -> bool {
    match text.first() {
        Some(b'/' | b'?') => true,
        Some(b'h' | b'H') => after_scheme(text).is_some(),
        _ => false,
    }
}
