//! Changes of a whole body: line endings, character sets, encodings, wrappers.

use crate::catalogue::Mistake;
use crate::change::{Change, Sink};
use core::ops::ControlFlow;

use super::json::Json;

/// An upper bound for the number of texts that [`plain`] and [`wrapped`] pass on.
pub(super) const MOST: usize = 60;

/// The size up to which a body is decompressed: 4 MiB. The core accepts 1 MiB.
const MOST_DECOMPRESSED: usize = 4 << 20;

/// The characters of Windows-1252 from 0x80 to 0x9F. An unassigned byte is the control character
/// with its number.
const WINDOWS_1252: [char; 32] = [
    '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž', '\u{8f}',
    '\u{90}', '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9d}', 'ž', 'Ÿ',
];

/// Passes on the body with other line endings or in another character set.
pub(super) fn plain(bytes: &[u8], sink: Sink<'_>) -> ControlFlow<()> {
    let newline = |detail| Change::with(Mistake::Newline, detail);
    for (ending, detail) in [(&b"\n"[..], "LF added"), (b"\r\n", "CR LF added")] {
        sink(&[bytes, ending].concat(), &[newline(detail)])?;
        if let Some(rest) = bytes.strip_suffix(ending) {
            sink(rest, &[newline("at the end, dropped")])?;
        }
    }
    sink(
        bytes.trim_ascii(),
        &[newline("white space around it, dropped")],
    )?;
    if bytes.contains(&b'\n') {
        let lines = replace(bytes, b"\r\n", b"\n");
        sink(&lines, &[newline("CR LF made LF")])?;
        sink(
            &replace(&lines, b"\n", b"\r\n"),
            &[newline("LF made CR LF")],
        )?;
    }
    charsets(bytes, sink)
}

fn charsets(bytes: &[u8], sink: Sink<'_>) -> ControlFlow<()> {
    let charset = |detail| Change::with(Mistake::CharsetRoundTrip, detail);
    const BOM: &[u8] = b"\xef\xbb\xbf";
    match bytes.strip_prefix(BOM) {
        Some(rest) => sink(rest, &[charset("with a byte order mark")])?,
        None => sink(&[BOM, bytes].concat(), &[charset("with a byte order mark")])?,
    }
    if bytes.is_ascii() {
        return ControlFlow::Continue(());
    }
    let windows = |byte: u8| match byte {
        0x80..=0x9f => WINDOWS_1252[usize::from(byte - 0x80)],
        _ => char::from(byte),
    };
    let read = |char_of: &dyn Fn(u8) -> char| -> String {
        bytes.iter().map(|&byte| char_of(byte)).collect()
    };
    sink(read(&char::from).as_bytes(), &[charset("read as Latin-1")])?;
    sink(
        read(&windows).as_bytes(),
        &[charset("read as Windows-1252")],
    )?;
    let seven_bits: Vec<u8> = bytes.iter().map(|byte| byte & 0x7f).collect();
    sink(&seven_bits, &[charset("read as ASCII")])?;
    let Ok(text) = std::str::from_utf8(bytes) else {
        return ControlFlow::Continue(());
    };
    let written = |byte_of: &dyn Fn(char) -> Option<u8>| -> Vec<u8> {
        text.chars()
            .map(|character| byte_of(character).unwrap_or(b'?'))
            .collect()
    };
    let latin = |character: char| u8::try_from(u32::from(character)).ok();
    let to_windows = |character: char| {
        let at = WINDOWS_1252.iter().position(|&other| other == character);
        at.and_then(|at| u8::try_from(at + 0x80).ok())
            .or_else(|| latin(character))
    };
    sink(&written(&latin), &[charset("written as Latin-1")])?;
    sink(&written(&to_windows), &[charset("written as Windows-1252")])?;
    let ascii = |character: char| u8::try_from(character).ok().filter(u8::is_ascii);
    sink(&written(&ascii), &[charset("written as ASCII")])?;
    for replacement in ["\u{fffd}", "?"] {
        let replaced: String = bytes
            .iter()
            .map(|&byte| {
                if byte.is_ascii() {
                    char::from(byte).to_string()
                } else {
                    replacement.to_owned()
                }
            })
            .collect();
        sink(replaced.as_bytes(), &[charset("read as ASCII")])?;
    }
    ControlFlow::Continue(())
}

/// Passes on the body encoded, decoded, or as the string form of an object.
pub(super) fn wrapped(bytes: &[u8], sink: Sink<'_>) -> ControlFlow<()> {
    let change = Change::new(Mistake::Base64Body);
    if let Some(decoded) = base64_decoded(bytes) {
        sink(&decoded, &[change])?;
    }
    for alphabet in [Alphabet::Standard, Alphabet::Url] {
        sink(&base64(bytes, alphabet, true), &[change])?;
        sink(&base64(bytes, alphabet, false), &[change])?;
    }
    if let Some(decompressed) = decompressed(bytes) {
        sink(&decompressed, &[Change::new(Mistake::GzipBody)])?;
    }
    forms(bytes, sink)?;
    let change = Change::new(Mistake::Repr);
    if let Some(decoded) = bytes_of_repr(bytes) {
        sink(&decoded, &[change])?;
    }
    sink(&repr_of_bytes(bytes), &[change])?;
    if let Some(json) = Json::read(bytes) {
        sink(&json.python(), &[change])?;
    }
    sink(&node_buffer(bytes), &[change])?;
    for text in [
        "[object Object]",
        "Array",
        "[object Promise]",
        "[object ReadableStream]",
        "undefined",
        "null",
        "None",
        "{}",
    ] {
        sink(text.as_bytes(), &[change])?;
    }
    // JSON in JSON: the body was serialized as a string.
    if let Some(text) = std::str::from_utf8(bytes).ok().map(json_text) {
        sink(
            text.as_bytes(),
            &[Change::with(Mistake::Reserialized, "a text in JSON")],
        )?;
    }
    sink(b"", &[Change::new(Mistake::Empty)])
}

/// Writes a text as a JSON string.
fn json_text(text: &str) -> String {
    let escapes = [
        ("\\", "\\\\"),
        ("\"", "\\\""),
        ("\n", "\\n"),
        ("\r", "\\r"),
        ("\t", "\\t"),
    ];
    let escaped = escapes.iter().fold(text.to_owned(), |text, (raw, escape)| {
        text.replace(raw, escape)
    });
    format!("\"{escaped}\"")
}

fn forms(bytes: &[u8], sink: Sink<'_>) -> ControlFlow<()> {
    let change = Change::new(Mistake::FormEncoded);
    if let Some((name, value)) = split(bytes, b'=') {
        sink(&form_decoded(value), &[change])?;
        sink(&form_decoded(name), &[change])?;
        sink(&form_decoded(bytes), &[change])?;
    }
    for space in [&b"+"[..], b"%20"] {
        let encoded = form_encoded(bytes, space);
        for name in [&b"payload="[..], b"body=", b"data=", b"json=", b""] {
            sink(&[name, &encoded].concat(), &[change])?;
        }
        sink(&[&encoded, &b"="[..]].concat(), &[change])?;
    }
    ControlFlow::Continue(())
}

fn split(bytes: &[u8], at: u8) -> Option<(&[u8], &[u8])> {
    let index = bytes.iter().position(|&byte| byte == at)?;
    Some((&bytes[..index], &bytes[index + 1..]))
}

fn replace(bytes: &[u8], old: &[u8], new: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    while !rest.is_empty() {
        if let Some(tail) = rest.strip_prefix(old) {
            out.extend_from_slice(new);
            rest = tail;
        } else {
            out.push(rest[0]);
            rest = &rest[1..];
        }
    }
    out
}

fn form_decoded(bytes: &[u8]) -> Vec<u8> {
    let hex = |digit: u8| {
        char::from(digit)
            .to_digit(16)
            .and_then(|digit| u8::try_from(digit).ok())
    };
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        match bytes[at..] {
            [b'%', high, low, ..] if hex(high).is_some() && hex(low).is_some() => {
                out.push(hex(high).unwrap_or(0) << 4 | hex(low).unwrap_or(0));
                at += 2;
            }
            [b'+', ..] => out.push(b' '),
            [byte, ..] => out.push(byte),
            [] => {}
        }
        at += 1;
    }
    out
}

fn form_encoded(bytes: &[u8], space: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len() * 2);
    for &byte in bytes {
        match byte {
            b' ' => out.extend_from_slice(space),
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' => out.push(byte),
            _ => out.extend_from_slice(format!("%{byte:02X}").as_bytes()),
        }
    }
    out
}

/// Decompresses gzip, zlib or raw deflate, up to a limit.
fn decompressed(bytes: &[u8]) -> Option<Vec<u8>> {
    use miniz_oxide::inflate::{decompress_to_vec_with_limit, decompress_to_vec_zlib_with_limit};
    if let Some(rest) = bytes.strip_prefix(b"\x1f\x8b\x08") {
        return decompress_to_vec_with_limit(gzip_content(rest)?, MOST_DECOMPRESSED).ok();
    }
    match bytes {
        [0x78, 0x01 | 0x5e | 0x9c | 0xda, ..] => {
            decompress_to_vec_zlib_with_limit(bytes, MOST_DECOMPRESSED).ok()
        }
        _ => None,
    }
}

/// Decompresses the start of a compressed text, which may be truncated. Returns nothing for another
/// text.
pub(crate) fn decompressed_start(bytes: &[u8], most: usize) -> Vec<u8> {
    use miniz_oxide::inflate::{decompress_to_vec_with_limit, decompress_to_vec_zlib_with_limit};
    let result = match (bytes, bytes.strip_prefix(b"\x1f\x8b\x08")) {
        (_, Some(rest)) => {
            let content = gzip_content(rest).unwrap_or_default();
            decompress_to_vec_with_limit(content, most)
        }
        ([0x78, 0x01 | 0x5e | 0x9c | 0xda, ..], None) => {
            decompress_to_vec_zlib_with_limit(bytes, most)
        }
        _ => return Vec::new(),
    };
    result.unwrap_or_else(|error| error.output)
}

/// Skips the header of a gzip file (RFC 1952), after its magic number and method.
fn gzip_content(header: &[u8]) -> Option<&[u8]> {
    let flags = *header.first()?;
    let mut rest = header.get(7..)?;
    if flags & 4 != 0 {
        let length = usize::from(u16::from_le_bytes([*rest.first()?, *rest.get(1)?]));
        rest = rest.get(2 + length..)?;
    }
    for flag in [8, 16] {
        if flags & flag != 0 {
            rest = split(rest, 0)?.1;
        }
    }
    if flags & 2 != 0 {
        rest = rest.get(2..)?;
    }
    Some(rest)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Alphabet {
    Standard,
    Url,
}

fn base64(bytes: &[u8], alphabet: Alphabet, padded: bool) -> Vec<u8> {
    let last = if alphabet == Alphabet::Url {
        b"-_"
    } else {
        b"+/"
    };
    let digit = |index: u32| match index {
        0..=25 => b'A' + index as u8,
        26..=51 => b'a' + (index - 26) as u8,
        52..=61 => b'0' + (index - 52) as u8,
        _ => last[(index - 62) as usize],
    };
    let mut out = Vec::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let group = (0..3).fold(0, |group, index| {
            group << 8 | u32::from(*chunk.get(index).unwrap_or(&0))
        });
        for index in 0..4 {
            if index <= chunk.len() {
                out.push(digit(group >> (18 - 6 * index) & 63));
            } else if padded {
                out.push(b'=');
            }
        }
    }
    out
}

/// Decodes base64 of either alphabet, with or without line feeds.
fn base64_decoded(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(bytes.len() / 4 * 3);
    let (mut group, mut bits) = (0u32, 0);
    for &byte in bytes.trim_ascii() {
        let digit = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' | b'-' => 62,
            b'/' | b'_' => 63,
            b'=' | b'\n' | b'\r' | b'"' => continue,
            _ => return None,
        };
        group = group << 6 | u32::from(digit);
        bits += 6;
        if bits >= 8 {
            bits -= 8;
            out.push((group >> bits) as u8);
        }
    }
    (out.len() > 1).then_some(out)
}

/// Writes Python's `repr()` of bytes.
fn repr_of_bytes(bytes: &[u8]) -> Vec<u8> {
    let quote = if bytes.contains(&b'\'') && !bytes.contains(&b'"') {
        b'"'
    } else {
        b'\''
    };
    let mut out = vec![b'b', quote];
    for &byte in bytes {
        match byte {
            b'\\' => out.extend_from_slice(b"\\\\"),
            b'\n' => out.extend_from_slice(b"\\n"),
            b'\r' => out.extend_from_slice(b"\\r"),
            b'\t' => out.extend_from_slice(b"\\t"),
            _ if byte == quote => out.extend_from_slice(&[b'\\', quote]),
            b' '..=b'~' => out.push(byte),
            _ => out.extend_from_slice(format!("\\x{byte:02x}").as_bytes()),
        }
    }
    out.push(quote);
    out
}

/// Reads Python's `repr()` of bytes.
fn bytes_of_repr(text: &[u8]) -> Option<Vec<u8>> {
    let [b'b', quote @ (b'\'' | b'"'), inner @ .., last] = text else {
        return None;
    };
    if quote != last {
        return None;
    }
    let mut out = Vec::with_capacity(inner.len());
    let mut rest = inner;
    while let [first, tail @ ..] = rest {
        rest = tail;
        if *first != b'\\' {
            out.push(*first);
            continue;
        }
        let (&escape, tail) = rest.split_first()?;
        rest = tail;
        out.push(match escape {
            b'n' => b'\n',
            b'r' => b'\r',
            b't' => b'\t',
            b'x' => {
                let digits = std::str::from_utf8(rest.get(..2)?).ok()?;
                rest = &rest[2..];
                u8::from_str_radix(digits, 16).ok()?
            }
            other => other,
        });
    }
    Some(out)
}

/// Writes a Node buffer as `JSON.stringify` does.
fn node_buffer(bytes: &[u8]) -> Vec<u8> {
    let mut out = br#"{"type":"Buffer","data":["#.to_vec();
    for (index, byte) in bytes.iter().enumerate() {
        if index > 0 {
            out.push(b',');
        }
        out.extend_from_slice(byte.to_string().as_bytes());
    }
    out.extend_from_slice(b"]}");
    out
}

/// Returns the values of the headers whose name has one of these endings, in any case.
pub(super) fn header<'h>(
    headers: &'h [(&[u8], &'h [u8])],
    endings: &'static [&'static [u8]],
) -> impl Iterator<Item = &'h [u8]> {
    let ends = |name: &[u8], ending: &[u8]| {
        let start = name.len().checked_sub(ending.len());
        start.is_some_and(|start| name[start..].eq_ignore_ascii_case(ending))
    };
    headers
        .iter()
        .filter(move |(name, _)| endings.iter().any(|ending| ends(name, ending)))
        .map(|&(_, value)| value)
}

/// Returns the timestamps that other schemes put before a body.
pub(super) fn times(bytes: &[u8], headers: &[(&[u8], &[u8])], most: usize) -> Vec<Vec<u8>> {
    let mut times: Vec<Vec<u8>> = header(headers, &[b"timestamp"])
        .take(most)
        .map(<[u8]>::to_vec)
        .collect();
    if let Some(time) = Json::read(bytes).and_then(|json| json.member("timestamp")) {
        times.extend(unix_seconds(&time).map(|seconds| seconds.to_string().into_bytes()));
        times.push(time.into_bytes());
    }
    times
}

/// Returns the parts of a URL that other schemes sign with a body.
pub(super) fn urls(url: &[u8]) -> Vec<&[u8]> {
    let after_scheme = url
        .windows(3)
        .position(|window| window == b"://")
        .map_or(0, |at| at + 3);
    let host = &url[after_scheme..];
    let path = host
        .iter()
        .position(|&byte| byte == b'/')
        .map(|at| &host[at..]);
    [Some(url), path, Some(host)]
        .into_iter()
        .flatten()
        .collect()
}

/// Returns the Unix time of a date and time in UTC (RFC 3339), in seconds.
fn unix_seconds(time: &str) -> Option<i64> {
    let number = |range: core::ops::Range<usize>| time.get(range)?.parse::<i64>().ok();
    let (year, month, day) = (number(0..4)?, number(5..7)?, number(8..10)?);
    let (hour, minute, second) = (number(11..13)?, number(14..16)?, number(17..19)?);
    // Days since 1970, in a calendar whose year begins in March.
    let year = if month > 2 { year } else { year - 1 };
    let days = 365 * year + year / 4 - year / 100 + year / 400;
    let days = days + (153 * ((month + 9) % 12) + 2) / 5 + day - 1 - 719_468;
    Some(((days * 24 + hour) * 60 + minute) * 60 + second)
}
