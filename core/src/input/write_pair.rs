//! Writing a decoded parameter into a query string.

use core::fmt;

/// Writes a decoded parameter as `name=value&`, so that the query string of several is verified as
/// these parameters, in a language that passes text alone.
///
/// Every other byte than a letter or digit is encoded, so that nothing is decoded twice or split.
/// A `?` or `#` at the start of a name becomes `]`: some decoders drop these marks from the start of
/// a query, and a look-alike is found only behind a mark that is not encoded (`docs/protocol.md`,
/// section 5), while `]` is dropped in any encoding. So a name of a template can't begin with one.
///
/// # Errors
///
/// Those of the writer alone.
///
/// # Examples
///
/// ```
/// use visiono_workflow::write_pair;
///
/// let mut query = String::new();
/// write_pair(b"ref", b"ticket 456", &mut query)?;
/// write_pair(b"?ref", b"", &mut query)?;
/// assert_eq!(query, "ref=ticket%20456&%5Dref=&");
/// # Ok::<(), core::fmt::Error>(())
/// ```
pub fn write_pair(name: &[u8], value: &[u8], out: &mut impl fmt::Write) -> fmt::Result {
    let mut is_start = true;
    for byte in name {
        is_start &= b"[].?# \t\n\x0b\x0c\r".contains(byte);
        let is_mark = is_start && matches!(byte, b'?' | b'#');
        encode(if is_mark { b']' } else { *byte }, out)?;
    }
    out.write_char('=')?;
    value.iter().try_for_each(|byte| encode(*byte, out))?;
    out.write_char('&')
}

fn encode(byte: u8, out: &mut impl fmt::Write) -> fmt::Result {
    if byte.is_ascii_alphanumeric() {
        out.write_char(byte.into())
    } else {
        write!(out, "%{byte:02X}")
    }
}
