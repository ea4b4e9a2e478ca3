//! Arrays in NumPy's `.npy` files.
//!
//! One array of numbers of fixed size is all that a capture needs, a page of the format's description
//! (NumPy Enhancement Proposal 1). The crates for it were looked at: `npyz` 0.9.1 reserves the length that
//! a head claims, up to 4 GiB, before it looks whether the file has it, and multiplies the shape
//! without a check, so that a shape of 2³² × 2³² × 2 counts as no numbers at all.

use super::CaptureError;
use super::file::{RawCapture, from_columns};

const MAGIC: &[u8] = b"\x93NUMPY";

fn wrong(place: &str, found: impl Into<String>, needed: &str) -> CaptureError {
    CaptureError::Content {
        place: place.to_owned(),
        found: found.into(),
        needed: needed.to_owned(),
    }
}

/// Reads an array of real numbers of one dimension, or of two of which one is 1 or 2.
pub(super) fn read(bytes: &[u8]) -> Result<RawCapture, CaptureError> {
    let rest = bytes.strip_prefix(MAGIC).ok_or_else(|| {
        wrong(
            "start of the file",
            "no NumPy array",
            "a file of numpy.save",
        )
    })?;
    let short = || wrong("head of the array", "the end of the file", "its head");
    let (version, rest) = rest.split_at_checked(2).ok_or_else(short)?;
    let width = if version.first() == Some(&1) { 2 } else { 4 };
    let (length, rest) = rest.split_at_checked(width).ok_or_else(short)?;
    let length = length
        .iter()
        .rev()
        .fold(0_usize, |sum, &byte| sum << 8 | usize::from(byte));
    let (head, data) = rest.split_at_checked(length).ok_or_else(short)?;
    let head = String::from_utf8_lossy(head);
    let kind = quoted(&head, "descr").ok_or_else(|| {
        wrong(
            "type of the array",
            "records",
            "numbers: float32, float64 or integers",
        )
    })?;
    let by_columns = head
        .split_once("'fortran_order'")
        .is_some_and(|(_, rest)| rest.trim_start_matches([':', ' ']).starts_with("True"));
    let shape: Vec<usize> = head
        .split_once("'shape'")
        .and_then(|(_, rest)| rest.split_once('('))
        .and_then(|(_, rest)| rest.split_once(')'))
        .and_then(|(inside, _)| {
            let numbers = inside.split(',').map(str::trim).filter(|n| !n.is_empty());
            numbers.map(|n| n.parse().ok()).collect()
        })
        .unwrap_or_default();
    let values = numbers(&kind, data)?;
    let count = shape.iter().try_fold(1_usize, |n, &m| n.checked_mul(m));
    let Some(count) = count else {
        return Err(wrong(
            "shape of the array",
            format!("{shape:?}"),
            "a product that can be counted",
        ));
    };
    if shape.is_empty() || values.len() < count {
        return Err(wrong(
            "data of the array",
            format!("{} numbers", values.len()),
            &format!("{count} of a shape of {shape:?}"),
        ));
    }
    let columns = match *shape {
        [n] | [n, 1] | [1, n] => vec![values.into_iter().take(n).collect()],
        [rows, 2] => pairs(&values, rows, !by_columns),
        [2, rows] => pairs(&values, rows, by_columns),
        _ => {
            return Err(wrong(
                "shape of the array",
                format!("{shape:?}"),
                "one dimension of samples, or two rows or columns of times and samples",
            ));
        }
    };
    from_columns(columns)
}

/// Times and samples, one behind the other or each in turn.
fn pairs(values: &[f64], rows: usize, in_turn: bool) -> Vec<Vec<f64>> {
    (0..2)
        .map(|column| {
            if in_turn {
                values
                    .iter()
                    .skip(column)
                    .step_by(2)
                    .take(rows)
                    .copied()
                    .collect()
            } else {
                values
                    .iter()
                    .skip(column * rows)
                    .take(rows)
                    .copied()
                    .collect()
            }
        })
        .collect()
}

fn quoted(head: &str, key: &str) -> Option<String> {
    let (_, rest) = head.split_once(&format!("'{key}'"))?;
    let rest = rest.trim_start_matches([':', ' ']);
    let inside = rest.strip_prefix('\'')?;
    inside.split_once('\'').map(|(word, _)| word.to_owned())
}

fn numbers(kind: &str, data: &[u8]) -> Result<Vec<f64>, CaptureError> {
    let big = kind.starts_with('>');
    let letters = kind.trim_start_matches(['<', '>', '|', '=']);
    macro_rules! take {
        ($type:ty, $size:literal) => {
            data.as_chunks::<$size>()
                .0
                .iter()
                .map(|&bytes| {
                    let value = if big {
                        <$type>::from_be_bytes(bytes)
                    } else {
                        <$type>::from_le_bytes(bytes)
                    };
                    f64::from(value)
                })
                .collect()
        };
    }
    Ok(match letters {
        "f8" => take!(f64, 8),
        "f4" => take!(f32, 4),
        "i4" => take!(i32, 4),
        "u4" => take!(u32, 4),
        "i2" => take!(i16, 2),
        "u2" => take!(u16, 2),
        "i1" => take!(i8, 1),
        "u1" => take!(u8, 1),
        _ => {
            return Err(wrong(
                "type of the array",
                format!("\"{kind}\""),
                "float32, float64 or integers of up to 32 bits",
            ));
        }
    })
}
