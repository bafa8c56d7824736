//! Facts as bytes: a short head, then column after column, so that compression finds like beside like.
//!
//! `WBF1`, records (u32), dimensions (u16), then per dimension its size (u32) and one or two bytes per record; then
//! subjects, marks and amounts as zigzag varints, each as the difference to the one before. All little endian.

use crate::facts::{Column, Facts, Malformed, Numbers};
use std::sync::Arc;

const MAGIC: &[u8; 4] = b"WBF1";

/// The bytes of `facts`.
pub fn encode(facts: &Facts) -> Vec<u8> {
    let mut bytes = MAGIC.to_vec();
    bytes.extend(u32::try_from(facts.rows()).unwrap_or(u32::MAX).to_le_bytes());
    bytes.extend(u16::try_from(facts.dimensions()).unwrap_or(u16::MAX).to_le_bytes());
    for dimension in 0..facts.dimensions() {
        bytes.extend(u32::try_from(facts.size(dimension)).unwrap_or(u32::MAX).to_le_bytes());
        match facts.column(dimension) {
            Column::Narrow(codes) => bytes.extend(codes.iter()),
            Column::Wide(codes) => bytes.extend(codes.iter().flat_map(|code| code.to_le_bytes())),
        }
    }
    for column in [facts.subjects(), facts.marks(), facts.amounts()] {
        let mut before = 0i64;
        for value in column.iter() {
            write(&mut bytes, value.wrapping_sub(before));
            before = value;
        }
    }
    bytes
}

/// The facts of `bytes`.
///
/// # Errors
/// [`Malformed`] for whatever [`encode`] did not write; never more memory than the bytes justify.
pub fn decode(bytes: &[u8]) -> Result<Facts, Malformed> {
    let mut rest = bytes;
    if take(&mut rest, 4)? != MAGIC {
        return Err(Malformed::Bytes);
    }
    let rows = number(take(&mut rest, 4)?);
    let dimensions = number(take(&mut rest, 2)?);
    let mut columns = Vec::new();
    for _ in 0..dimensions {
        let size = number(take(&mut rest, 4)?);
        let column = if size <= 256 {
            Column::Narrow(Arc::new(take(&mut rest, rows)?.to_vec()))
        } else {
            let codes = take(&mut rest, rows.checked_mul(2).ok_or(Malformed::Bytes)?)?;
            Column::Wide(Arc::new(codes.chunks_exact(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]])).collect()))
        };
        columns.push((size, column));
    }
    let subjects = read_all(&mut rest, rows)?;
    let marks = read_all(&mut rest, rows)?;
    let amounts = read_all(&mut rest, rows)?;
    if !rest.is_empty() {
        return Err(Malformed::Bytes);
    }
    Facts::new(columns, amounts, subjects, marks)
}

fn take<'a>(rest: &mut &'a [u8], length: usize) -> Result<&'a [u8], Malformed> {
    let (head, tail) = rest.split_at_checked(length).ok_or(Malformed::Bytes)?;
    *rest = tail;
    Ok(head)
}

fn number(bytes: &[u8]) -> usize {
    bytes.iter().rev().fold(0, |number, byte| number << 8 | usize::from(*byte))
}

fn read_all(rest: &mut &[u8], rows: usize) -> Result<Numbers, Malformed> {
    // Each value takes a byte at least: no head can make us reserve more than came.
    if rest.len() < rows {
        return Err(Malformed::Bytes);
    }
    let mut before = 0i64;
    Numbers::build(rows, |piece| {
        before = read_piece(rest, before, piece)?;
        Ok(())
    })
}

/// Fills `piece` with the numbers that follow `before`; the last of them. A function that is called again and again,
/// because browsers replace a function by its optimised form between two calls, never within one.
#[inline(never)]
fn read_piece(rest: &mut &[u8], mut before: i64, piece: &mut [i64]) -> Result<i64, Malformed> {
    let mut filled = 0;
    while filled < piece.len() {
        // Most differences are small: eight of one byte each are read at once.
        match (rest.split_first_chunk::<8>(), piece.get_mut(filled..filled + 8)) {
            (Some((bytes, tail)), Some(eight)) if u64::from_le_bytes(*bytes) & 0x8080_8080_8080_8080 == 0 => {
                for (value, byte) in eight.iter_mut().zip(bytes) {
                    before = before.wrapping_add(signed(u64::from(*byte)));
                    *value = before;
                }
                *rest = tail;
                filled += 8;
            }
            _ => {
                before = before.wrapping_add(read(rest)?);
                piece[filled] = before;
                filled += 1;
            }
        }
    }
    Ok(before)
}

fn write(bytes: &mut Vec<u8>, value: i64) {
    let mut left = (value << 1 ^ value >> 63).cast_unsigned();
    while left >= 0x80 {
        bytes.push(left.to_le_bytes()[0] | 0x80);
        left >>= 7;
    }
    bytes.push(left.to_le_bytes()[0]);
}

fn read(rest: &mut &[u8]) -> Result<i64, Malformed> {
    let mut value = 0u64;
    for shift in (0..64).step_by(7) {
        let (byte, tail) = rest.split_first().ok_or(Malformed::Bytes)?;
        *rest = tail;
        if shift == 63 && *byte > 1 {
            return Err(Malformed::Bytes);
        }
        value |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Ok(signed(value));
        }
    }
    Err(Malformed::Bytes)
}

fn signed(zigzag: u64) -> i64 {
    (zigzag >> 1).cast_signed() ^ -(zigzag & 1).cast_signed()
}
