//! Detects the type of an uploaded file, and reads its EXIF data.

use std::io::Cursor;

use exif::{In, Reader, Tag, Value};

use crate::model::Exif;

/// Returns the type of a photo by its first bytes, or `None` for another file. The name and the
/// type that a browser states are ignored.
pub(crate) fn mime(bytes: &[u8]) -> Option<&'static str> {
    Some(match bytes {
        [0xff, 0xd8, 0xff, ..] => "image/jpeg",
        [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1a, b'\n', ..] => "image/png",
        [
            b'R',
            b'I',
            b'F',
            b'F',
            _,
            _,
            _,
            _,
            b'W',
            b'E',
            b'B',
            b'P',
            ..,
        ] => "image/webp",
        [
            _,
            _,
            _,
            _,
            b'f',
            b't',
            b'y',
            b'p',
            b'h',
            b'e',
            b'i',
            b'c' | b'x',
            ..,
        ]
        | [
            _,
            _,
            _,
            _,
            b'f',
            b't',
            b'y',
            b'p',
            b'm',
            b'i',
            b'f',
            b'1',
            ..,
        ] => "image/heic",
        _ => return None,
    })
}

/// Reads the position and the time of a photo. Unreadable values are left out.
pub(crate) fn exif(bytes: &[u8]) -> Exif {
    let Ok(exif) = Reader::new().read_from_container(&mut Cursor::new(bytes)) else {
        return Exif::default();
    };
    let latitude = degrees(&exif, Tag::GPSLatitude, Tag::GPSLatitudeRef, b'S', 90.0);
    let longitude = degrees(&exif, Tag::GPSLongitude, Tag::GPSLongitudeRef, b'W', 180.0);
    Exif {
        gps: latitude.zip(longitude),
        captured_at: time(&exif),
    }
}

fn degrees(exif: &exif::Exif, tag: Tag, direction: Tag, negative: u8, most: f64) -> Option<f64> {
    let Value::Rational(parts) = &exif.get_field(tag, In::PRIMARY)?.value else {
        return None;
    };
    let [degrees, minutes, seconds] = parts.get(..3)? else {
        return None;
    };
    let sum = degrees.to_f64() + minutes.to_f64() / 60.0 + seconds.to_f64() / 3600.0;
    // A denominator can be zero.
    if !sum.is_finite() || sum > most {
        return None;
    }
    // Rounded to the precision that a receiver needs: 0.1 m.
    let sum = (sum * 1e6).round() / 1e6;
    Some(if ascii(exif, direction)?.first() == Some(&negative) {
        -sum
    } else {
        sum
    })
}

/// Returns the time of a photo. EXIF writes it as `2024:12:25 14:30:00`.
fn time(exif: &exif::Exif) -> Option<String> {
    let time = exif::DateTime::from_ascii(ascii(exif, Tag::DateTimeOriginal)?).ok()?;
    let is_time = (1..=12).contains(&time.month)
        && (1..=31).contains(&time.day)
        && time.hour < 24
        && time.minute < 60
        && time.second < 60;
    let offset = ascii(exif, Tag::OffsetTimeOriginal)
        .and_then(|offset| std::str::from_utf8(offset).ok())
        .filter(|offset| is_offset(offset))
        .unwrap_or("Z");
    is_time.then(|| {
        format!(
            "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}{offset}",
            time.year, time.month, time.day, time.hour, time.minute, time.second,
        )
    })
}

fn is_offset(offset: &str) -> bool {
    let is_digit = |at: &usize| offset.as_bytes()[*at].is_ascii_digit();
    offset.len() == 6
        && offset.is_ascii()
        && offset.starts_with(['+', '-'])
        && [1, 2, 4, 5].iter().all(is_digit)
        && offset.as_bytes()[3] == b':'
}

fn ascii(exif: &exif::Exif, tag: Tag) -> Option<&[u8]> {
    match &exif.get_field(tag, In::PRIMARY)?.value {
        Value::Ascii(texts) => texts.first().map(Vec::as_slice),
        _ => None,
    }
}
