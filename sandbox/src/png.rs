//! An encoder of PNG files.

use miniz_oxide::deflate::compress_to_vec_zlib;

/// The pixel format of a picture.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Colours {
    /// One bit per pixel: 1 is white.
    BlackAndWhite,
    /// Three bytes per pixel.
    Rgb,
}

/// Returns a picture. Each row must start with the byte 0: no filter.
pub(crate) fn encode(
    width: usize,
    height: usize,
    colours: Colours,
    exif: &[u8],
    rows: &[u8],
) -> Vec<u8> {
    let mut png = b"\x89PNG\r\n\x1a\n".to_vec();
    let mut header = Vec::new();
    header.extend((width as u32).to_be_bytes());
    header.extend((height as u32).to_be_bytes());
    // The bits per sample, the colour type, and no interlacing.
    header.extend(match colours {
        Colours::BlackAndWhite => [1, 0, 0, 0, 0],
        Colours::Rgb => [8, 2, 0, 0, 0],
    });
    chunk(&mut png, b"IHDR", &header);
    if !exif.is_empty() {
        chunk(&mut png, b"eXIf", exif);
    }
    chunk(&mut png, b"IDAT", &compress_to_vec_zlib(rows, 6));
    chunk(&mut png, b"IEND", &[]);
    png
}

fn chunk(png: &mut Vec<u8>, kind: &[u8; 4], data: &[u8]) {
    png.extend((data.len() as u32).to_be_bytes());
    let start = png.len();
    png.extend(kind);
    png.extend(data);
    let sum = crc32(&png[start..]);
    png.extend(sum.to_be_bytes());
}

fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0, |sum, byte| {
        (0..8).fold(sum ^ u32::from(*byte), |sum, _| {
            if sum & 1 == 1 {
                sum >> 1 ^ 0xedb8_8320
            } else {
                sum >> 1
            }
        })
    })
}

#[cfg(test)]
mod tests {
    use super::crc32;

    #[test]
    fn checksums_are_those_of_png() {
        assert_eq!(crc32(b"IEND"), 0xae42_6082);
    }
}
