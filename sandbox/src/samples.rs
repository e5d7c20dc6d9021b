//! Sample photos: PNG files drawn by this program, with a position and a time in their EXIF data.

use crate::png::{self, Colours};

const WIDTH: usize = 480;
const HEIGHT: usize = 360;
/// The number of different pictures.
pub(crate) const COUNT: usize = 5;

/// Returns a sample picture: the shape of a car against a sky. The number selects the colours.
pub(crate) fn picture(number: usize) -> Vec<u8> {
    let number = number % COUNT;
    let mut rows = Vec::with_capacity(HEIGHT * (WIDTH * 3 + 1));
    for y in 0..HEIGHT {
        // The filter of the row: none.
        rows.push(0);
        for x in 0..WIDTH {
            rows.extend(colour(number, x, y));
        }
    }
    png::encode(WIDTH, HEIGHT, Colours::Rgb, &exif(number), &rows)
}

fn colour(number: usize, x: usize, y: usize) -> [u8; 3] {
    const PAINTS: [[u8; 3]; COUNT] = [
        [180, 40, 50],
        [40, 90, 170],
        [230, 180, 40],
        [60, 130, 80],
        [90, 90, 100],
    ];
    let near = |cx: usize, cy: usize, radius: usize| {
        x.abs_diff(cx).pow(2) + y.abs_diff(cy).pow(2) < radius.pow(2)
    };
    let shift = number * 12;
    if near(140 + shift, 260, 34) || near(300 + shift, 260, 34) {
        return [30, 30, 34];
    }
    let is_body = (80..380).contains(&(x.saturating_sub(shift))) && (180..255).contains(&y);
    let is_roof = (140..310).contains(&(x.saturating_sub(shift))) && (120..180).contains(&y);
    if is_body || is_roof {
        return PAINTS[number];
    }
    if y > 280 {
        return [110, 110, 105];
    }
    let light = 150 + (y / 4) as u8;
    [light, light + 10, 240]
}

/// Returns a TIFF with the time 2025-01-15 10:30 and a position in Milan.
fn exif(number: usize) -> Vec<u8> {
    let mut tiff = Tiff::default();
    let seconds = number as u32 * 100;
    tiff.directory(&[
        Field {
            tag: 0x8769,
            kind: 4,
            count: 1,
            data: 38u32.to_be_bytes().to_vec(),
        },
        Field {
            tag: 0x8825,
            kind: 4,
            count: 1,
            data: 76u32.to_be_bytes().to_vec(),
        },
    ]);
    tiff.directory(&[Field::text(
        0x9003,
        &format!("2025:01:15 10:3{number}:00\0"),
    )]);
    tiff.align(76);
    tiff.directory(&[
        Field::text(0x0001, "N\0"),
        Field::rationals(0x0002, [(45, 1), (27, 1), (5100 + seconds, 100)]),
        Field::text(0x0003, "E\0"),
        Field::rationals(0x0004, [(9, 1), (11, 1), (2400 + seconds, 100)]),
    ]);
    tiff.0
}

struct Field {
    tag: u16,
    kind: u16,
    count: u32,
    data: Vec<u8>,
}

impl Field {
    fn text(tag: u16, text: &str) -> Self {
        Self {
            tag,
            kind: 2,
            count: text.len() as u32,
            data: text.as_bytes().to_vec(),
        }
    }

    fn rationals(tag: u16, parts: [(u32, u32); 3]) -> Self {
        let numbers = parts.into_iter().flat_map(|(upper, lower)| [upper, lower]);
        let data = numbers.flat_map(u32::to_be_bytes).collect();
        Self {
            tag,
            kind: 5,
            count: 3,
            data,
        }
    }
}

/// A TIFF in big-endian order.
struct Tiff(Vec<u8>);

impl Default for Tiff {
    fn default() -> Self {
        Self(b"MM\0*\0\0\0\x08".to_vec())
    }
}

impl Tiff {
    fn align(&mut self, at: usize) {
        self.0.resize(at, 0);
    }

    /// Writes a directory, followed by the data that doesn't fit into its fields.
    fn directory(&mut self, fields: &[Field]) {
        let mut after = self.0.len() + 2 + fields.len() * 12 + 4;
        let mut large: Vec<u8> = Vec::new();
        self.0.extend((fields.len() as u16).to_be_bytes());
        for Field {
            tag,
            kind,
            count,
            data,
        } in fields
        {
            self.0.extend(tag.to_be_bytes());
            self.0.extend(kind.to_be_bytes());
            self.0.extend(count.to_be_bytes());
            if data.len() <= 4 {
                let mut data = data.clone();
                data.resize(4, 0);
                self.0.extend(data);
            } else {
                self.0.extend((after as u32).to_be_bytes());
                after += data.len();
                large.extend(data);
            }
        }
        self.0.extend([0; 4]);
        self.0.extend(large);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::photo;

    #[test]
    fn a_sample_is_a_photo_with_a_position_and_a_time() {
        let bytes = picture(1);
        assert_eq!(photo::mime(&bytes), Some("image/png"));
        let exif = photo::exif(&bytes);
        assert_eq!(exif.gps, Some((45.464_444, 9.190_278)));
        assert_eq!(exif.captured_at.as_deref(), Some("2025-01-15T10:31:00Z"));
    }
}
