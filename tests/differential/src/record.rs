//! The format of messages to a runner and of its answers: records of byte strings. A record starts
//! with the number of strings, and each string with its length, as four bytes in little-endian
//! order.

use anyhow::{Context, Result};

/// Appends a record.
pub(crate) fn write(parts: &[&[u8]], to: &mut Vec<u8>) {
    let number = |number: usize| {
        u32::try_from(number)
            .expect("less than 4 GiB")
            .to_le_bytes()
    };
    to.extend(number(parts.len()));
    for part in parts {
        to.extend(number(part.len()));
        to.extend(*part);
    }
}

/// Removes the next record from the bytes.
pub(crate) fn read<'b>(bytes: &mut &'b [u8]) -> Result<Vec<&'b [u8]>> {
    let count = number(bytes)?;
    (0..count)
        .map(|_| {
            let size = number(bytes)?;
            let (part, rest) = bytes
                .split_at_checked(size)
                .context("a record is cut off")?;
            *bytes = rest;
            Ok(part)
        })
        .collect()
}

fn number(bytes: &mut &[u8]) -> Result<usize> {
    let (number, rest) = bytes.split_first_chunk().context("an answer is missing")?;
    *bytes = rest;
    Ok(u32::from_le_bytes(*number) as usize)
}
