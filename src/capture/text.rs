//! Captures as text.

use super::CaptureError;
use super::file::{RawCapture, from_columns};

/// Reads one or two columns of numbers separated by commas, semicolons, tabs or spaces, behind lines
/// of a head. Of the head the sampling interval (`XInc`, `Sample Interval`), the symbol rate
/// (`Symbol Rate`, `Bit Rate` is not one) and the noise (`Channel Noise`) are taken.
pub(super) fn read(bytes: &[u8]) -> Result<RawCapture, CaptureError> {
    let text = String::from_utf8_lossy(bytes);
    let mut columns: Vec<Vec<f64>> = Vec::new();
    let mut head = Vec::new();
    for (number, line) in text.lines().enumerate() {
        let line = line.trim().trim_start_matches('\u{feff}');
        if line.is_empty() || line.starts_with('#') || line.starts_with('%') {
            continue;
        }
        let fields: Vec<&str> = line
            .split(|c: char| c == ',' || c == ';' || c.is_whitespace())
            .filter(|field| !field.is_empty())
            .collect();
        let numbers: Option<Vec<f64>> = fields
            .iter()
            .map(|field| fast_float2::parse::<f64, _>(field).ok())
            .collect();
        let place = || format!("line {}", number + 1);
        match numbers {
            None if columns.is_empty() => head.push(line.to_owned()),
            None => {
                return Err(CaptureError::Content {
                    place: place(),
                    found: format!("`{}`", line.chars().take(40).collect::<String>()),
                    needed: "numbers".to_owned(),
                });
            }
            Some(row) => {
                if columns.is_empty() {
                    columns = vec![Vec::new(); row.len()];
                }
                if row.len() != columns.len() || row.len() > 2 {
                    return Err(CaptureError::Content {
                        place: place(),
                        found: format!("{} numbers", row.len()),
                        needed: "a sample, or a time and a sample, in every line".to_owned(),
                    });
                }
                for (column, value) in columns.iter_mut().zip(row) {
                    column.push(value);
                }
            }
        }
    }
    let mut capture = from_columns(columns)?;
    for line in &head {
        let Some((key, value)) = line.split_once([',', ':', '=', ';', '\t']) else {
            continue;
        };
        let key = key.trim().trim_matches('"').to_lowercase();
        let first = value
            .split(|c: char| c == ',' || c == ';' || c.is_whitespace())
            .find(|field| !field.is_empty())
            .map(|field| field.trim_matches('"'));
        let Some(value) = first.and_then(|field| fast_float2::parse::<f64, _>(field).ok()) else {
            continue;
        };
        let positive = (value.is_finite() && value > 0.0).then_some(value);
        if [
            "xinc",
            "sample interval",
            "sampling interval",
            "x increment",
        ]
        .iter()
        .any(|name| key.starts_with(name))
        {
            capture.sampling_rate = capture.sampling_rate.or(positive.map(f64::recip));
        } else if key.starts_with("symbol rate") {
            capture.symbol_rate = positive;
        } else if key.starts_with("channel noise") {
            capture.scope_noise = positive;
        }
    }
    Ok(capture)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_head_of_a_scope_and_both_numbers_of_columns_are_read() {
        let one = "File Format,WaveformPattern\nSymbol Rate (Baud),5.3125E+10\nXInc,1E-12\nChannel Noise,3E-5\nData,\n1.0\n2.0\n3.0\n";
        let capture = read(one.as_bytes()).unwrap();
        assert_eq!(capture.samples, [1.0, 2.0, 3.0]);
        assert!((capture.sampling_rate.unwrap() / 1e12 - 1.0).abs() < 1e-12);
        assert_eq!(capture.symbol_rate, Some(5.3125e10));
        assert_eq!(capture.scope_noise, Some(3e-5));
        let two = read(b"t;v\n0;1\n2e-12;3\n4e-12;-5\n").unwrap();
        assert_eq!(two.samples, [1.0, 3.0, -5.0]);
        assert!((two.sampling_rate.unwrap() / 0.5e12 - 1.0).abs() < 1e-9);
    }

    #[test]
    fn what_is_wrong_is_named_with_its_line() {
        let error = |text: &str| read(text.as_bytes()).unwrap_err().to_string();
        assert!(
            error("1\n2\nx\n").contains("line 3"),
            "{}",
            error("1\n2\nx\n")
        );
        assert!(error("1,2\n3\n").contains("line 2"));
        assert!(error("1,2,3\n").contains("3 numbers"));
        assert!(error("0,1\n1,2\n2.6,3\n3,4\n").contains("not even"));
        assert!(error("3,1\n2,2\n").contains("times that rise"));
        assert_eq!(read(b"").unwrap().samples, [0.0; 0]);
    }
}
