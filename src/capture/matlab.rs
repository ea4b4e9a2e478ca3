//! Variables in MATLAB's `.mat` files of version 5.
//!
//! The format is that of The MathWorks' "MAT-File Format" (R2019b), chapter 1. Only numeric, real
//! arrays are read, compressed or not. The crate `matfile` 0.5.0 was looked at: it unpacks a compressed variable
//! whatever it unpacks to, multiplies the sizes of an array without a check (which panics where such
//! checks are built in), and writes to the standard error of the program that uses it.

use super::CaptureError;
use super::file::{RawCapture, from_columns};
use std::io::Read;

/// A numeric, real array.
struct Array {
    name: String,
    rows: usize,
    columns: usize,
    values: Vec<f64>,
}

/// Most bytes that the compressed variables of a file may unpack to together, and that the numbers of
/// its arrays may take: 1 GiB, 134 million samples.
const LARGEST: usize = 1 << 30;

/// What may still be taken of memory, in bytes.
struct Budget {
    unpacked: usize,
    numbers: usize,
}

fn too_large() -> CaptureError {
    wrong(
        "variables",
        "more than 134 million numbers or 1 GiB of packed data",
        "a shorter capture, or one as .npy",
    )
}

fn wrong(place: impl Into<String>, found: impl Into<String>, needed: &str) -> CaptureError {
    CaptureError::Content {
        place: place.into(),
        found: found.into(),
        needed: needed.to_owned(),
    }
}

/// Reads the samples, and the times or the interval: a matrix of two columns or rows; two vectors of
/// equal length, of which the one that rises evenly is time; or one vector, with a number named `dt`,
/// `XInc` or `fs` beside it.
pub(super) fn read(bytes: &[u8]) -> Result<RawCapture, CaptureError> {
    if bytes
        .get(..8)
        .is_some_and(|start| start == b"\x89HDF\r\n\x1a\n")
        || bytes.get(124..126) == Some(&[0, 2])
    {
        return Err(wrong(
            "start of the file",
            "a file of version 7.3",
            "version 5 to 7: save it with '-v7'",
        ));
    }
    let little = match bytes.get(126..128) {
        Some(b"IM") => true,
        Some(b"MI") => false,
        _ => {
            return Err(wrong(
                "start of the file",
                "no MATLAB file of version 5",
                "a file saved with '-v7' or '-v6'",
            ));
        }
    };
    let mut arrays = Vec::new();
    let mut budget = Budget {
        unpacked: LARGEST,
        numbers: LARGEST,
    };
    let variables = bytes.get(128..).unwrap_or_default();
    elements(variables, little, &mut arrays, &mut budget, 0)?;
    let scalar = |names: &[&str]| {
        arrays.iter().find_map(|a| {
            let named = names.iter().any(|n| a.name.eq_ignore_ascii_case(n));
            (named && a.values.len() == 1).then(|| a.values.first().copied().unwrap_or(0.0))
        })
    };
    let rate = scalar(&["dt", "xinc", "tinterval"])
        .map(f64::recip)
        .or(scalar(&["fs", "sampling_rate"]));
    let long: Vec<&Array> = arrays.iter().filter(|a| a.values.len() > 1).collect();
    let names = || {
        let words = long
            .iter()
            .map(|a| format!("{} ({}×{})", a.name, a.rows, a.columns));
        words.collect::<Vec<_>>().join(", ")
    };
    let mut capture = match long.as_slice() {
        [a] if a.columns == 2 && a.rows > 2 => {
            let (times, samples) = a.values.split_at(a.rows);
            from_columns(vec![times.to_vec(), samples.to_vec()])?
        }
        [a] if a.rows == 2 && a.columns > 2 => {
            let column = |skip| a.values.iter().skip(skip).step_by(2).copied().collect();
            from_columns(vec![column(0), column(1)])?
        }
        [a] if a.rows == 1 || a.columns == 1 => from_columns(vec![a.values.clone()])?,
        [a, b] if a.values.len() == b.values.len() => {
            let rises = |x: &Array| x.values.windows(2).all(|w| matches!(w, [p, q] if p < q));
            let (times, samples) = match (rises(a), rises(b)) {
                (true, false) => (a, b),
                (false, true) => (b, a),
                _ => {
                    return Err(wrong(
                        "variables",
                        names(),
                        "exactly one vector of rising times",
                    ));
                }
            };
            from_columns(vec![times.values.clone(), samples.values.clone()])?
        }
        _ => {
            return Err(wrong(
                "variables",
                names(),
                "one vector of samples, two of times and samples, or one matrix of two columns",
            ));
        }
    };
    capture.sampling_rate = capture.sampling_rate.or(rate);
    Ok(capture)
}

/// Type and content of the first element, and what follows it.
fn element(bytes: &[u8], little: bool) -> Option<(u32, &[u8], &[u8])> {
    let number = |at: usize| -> Option<u32> {
        let part: [u8; 4] = bytes.get(at..at + 4)?.try_into().ok()?;
        Some(if little {
            u32::from_le_bytes(part)
        } else {
            u32::from_be_bytes(part)
        })
    };
    let tag = number(0)?;
    if tag >> 16 != 0 {
        // A small element: type and length in one word, content in the next.
        let length = (tag >> 16) as usize;
        let content = bytes.get(4..8)?.get(..length)?;
        return Some((tag & 0xffff, content, bytes.get(8..)?));
    }
    let length = number(4)? as usize;
    let (content, behind) = bytes.get(8..)?.split_at_checked(length)?;
    // A compressed element is not padded, and the padding of the last one may be missing.
    let padding = if tag == 15 { 0 } else { (8 - length % 8) % 8 };
    Some((tag, content, behind.get(padding..).unwrap_or_default()))
}

fn elements(
    mut bytes: &[u8],
    little: bool,
    arrays: &mut Vec<Array>,
    budget: &mut Budget,
    depth: usize,
) -> Result<(), CaptureError> {
    while !bytes.is_empty() {
        let Some((kind, content, rest)) = element(bytes, little) else {
            return Err(wrong(
                "variables",
                "an element that goes beyond the end of the file",
                "a whole file",
            ));
        };
        match kind {
            14 => {
                if let Some(parts) = matrix(content, little) {
                    let bytes = parts.count().saturating_mul(size_of::<f64>());
                    budget.numbers = budget.numbers.checked_sub(bytes).ok_or_else(too_large)?;
                    arrays.extend(parts.array(little));
                }
            }
            15 if depth == 0 => {
                let mut unpacked = Vec::new();
                flate2::read::ZlibDecoder::new(content)
                    .take(budget.unpacked as u64 + 1)
                    .read_to_end(&mut unpacked)
                    .map_err(|error| {
                        wrong("a compressed variable", error.to_string(), "zlib data")
                    })?;
                let left = budget.unpacked.checked_sub(unpacked.len());
                budget.unpacked = left.ok_or_else(too_large)?;
                elements(&unpacked, little, arrays, budget, depth + 1)?;
            }
            _ => {}
        }
        bytes = rest;
    }
    Ok(())
}

/// A real numeric array as it stands in the file.
struct Matrix<'a> {
    name: &'a [u8],
    rows: usize,
    columns: usize,
    kind: u32,
    data: &'a [u8],
}

impl Matrix<'_> {
    /// Numbers that the data hold.
    fn count(&self) -> usize {
        width(self.kind).map_or(0, |bytes| self.data.len() / bytes)
    }

    /// Its numbers; nothing where they are not as many as its rows and columns.
    fn array(&self, little: bool) -> Option<Array> {
        let fits = self.rows.checked_mul(self.columns) == Some(self.count());
        let values = if fits {
            numbers(self.kind, self.data, little)?
        } else {
            return None;
        };
        Some(Array {
            name: String::from_utf8_lossy(self.name).into_owned(),
            rows: self.rows,
            columns: self.columns,
            values,
        })
    }
}

/// A real numeric array; complex ones and other classes (cells, structures, text, sparse ones) are
/// passed over.
fn matrix(bytes: &[u8], little: bool) -> Option<Matrix<'_>> {
    const COMPLEX: u8 = 0x08;
    let (_, flags, rest) = element(bytes, little)?;
    let [first, second, third, fourth] = *flags.first_chunk::<4>()?;
    let (class, flags) = if little {
        (first, second)
    } else {
        (fourth, third)
    };
    if !(6..=13).contains(&class) || flags & COMPLEX != 0 {
        return None;
    }
    let (kind, size, rest) = element(rest, little)?;
    // Two sizes of four bytes; arrays of more dimensions are passed over.
    let size = numbers(kind, size.get(..8).filter(|_| size.len() == 8)?, little)?;
    let (_, name, rest) = element(rest, little)?;
    let (kind, data, _) = element(rest, little)?;
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // sizes are whole numbers
    let (rows, columns) = match *size {
        [rows, columns] => (rows as usize, columns as usize),
        _ => return None,
    };
    Some(Matrix {
        name,
        rows,
        columns,
        kind,
        data,
    })
}

/// Bytes of a number of a type.
fn width(kind: u32) -> Option<usize> {
    Some(match kind {
        1 | 2 => 1,
        3 | 4 => 2,
        5..=7 => 4,
        9 => 8,
        _ => return None,
    })
}

fn numbers(kind: u32, data: &[u8], little: bool) -> Option<Vec<f64>> {
    macro_rules! take {
        ($type:ty, $size:literal) => {
            data.as_chunks::<$size>()
                .0
                .iter()
                .map(|&bytes| {
                    let value = if little {
                        <$type>::from_le_bytes(bytes)
                    } else {
                        <$type>::from_be_bytes(bytes)
                    };
                    f64::from(value)
                })
                .collect()
        };
    }
    Some(match kind {
        1 => take!(i8, 1),
        2 => take!(u8, 1),
        3 => take!(i16, 2),
        4 => take!(u16, 2),
        5 => take!(i32, 4),
        6 => take!(u32, 4),
        7 => take!(f32, 4),
        9 => take!(f64, 8),
        _ => return None,
    })
}
