//! One number of a data line.

/// What stands at a place of a data line.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Token {
    /// A finite number and its length in bytes.
    Number { value: f64, length: usize },
    /// Digits, a comma, digits: either of two things.
    DoubleComma,
    /// Anything else.
    Other,
}

/// The number at the start of `text`, which must end at a blank, the end of the line, a comma or a
/// comment.
///
/// Beside the usual forms the exponents of Fortran are read, `1.5D-3` and `1.5-103`.
#[inline]
pub(super) fn number(text: &[u8]) -> Token {
    let Some(first) = text.first() else {
        return Token::Other;
    };
    // The parser would also take "inf" and "nan".
    if !(first.is_ascii_digit() || matches!(first, b'-' | b'+' | b'.')) {
        return Token::Other;
    }
    let Ok((value, length)) = fast_float2::parse_partial::<f64, _>(text) else {
        return Token::Other;
    };
    match text.get(length) {
        None | Some(b' ' | b'\t' | b'\r' | b'\n') if value.is_finite() => {
            Token::Number { value, length }
        }
        _ => odd_number(text, value, length),
    }
}

#[cold]
fn odd_number(text: &[u8], value: f64, length: usize) -> Token {
    let end = text
        .iter()
        .position(|b| b.is_ascii_whitespace() || matches!(b, b'!' | b',' | b';' | 0 | 0x1a))
        .unwrap_or(text.len());
    if length == end {
        if text.get(end) == Some(&b',') && ambiguous(text, end) {
            return Token::DoubleComma;
        }
        return if value.is_finite() {
            Token::Number { value, length }
        } else {
            Token::Other
        };
    }
    let tail = text.get(length..end).unwrap_or_default();
    let head = text.get(..length).unwrap_or_default();
    let exponent = match tail {
        [b'd' | b'D', exponent @ ..] => exponent,
        // Three digits of exponent leave no place for the letter.
        [b'+' | b'-', digits @ ..] if digits.len() == 3 => tail,
        _ => return Token::Other,
    };
    if head.iter().any(|b| matches!(b, b'e' | b'E')) {
        return Token::Other;
    }
    let joined = [head, b"e", exponent].concat();
    match fast_float2::parse::<f64, _>(&joined) {
        Ok(value) if value.is_finite() => Token::Number { value, length: end },
        _ => Token::Other,
    }
}

/// Whether the comma at `at` might be a decimal comma: digits alone on both sides.
fn ambiguous(text: &[u8], at: usize) -> bool {
    let digits = |part: &[u8]| !part.is_empty() && part.iter().all(u8::is_ascii_digit);
    let before = text.get(..at).unwrap_or_default();
    let before = before
        .strip_prefix(b"-")
        .or_else(|| before.strip_prefix(b"+"))
        .unwrap_or(before);
    let after = text.get(at + 1..).unwrap_or_default();
    let end = after
        .iter()
        .position(|b| b.is_ascii_whitespace() || matches!(b, b',' | b';' | b'!' | b'e' | b'E'))
        .unwrap_or(after.len());
    digits(before) && digits(after.get(..end).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_end_where_they_must() {
        for (text, value, length) in [
            ("1.5 2", 1.5, 3),
            ("-.5\t", -0.5, 3),
            ("+2.", 2.0, 3),
            ("1e-3!x", 1e-3, 4),
            ("1.5D-3 7", 1.5e-3, 6),
            ("1d2", 100.0, 3),
            ("0.25-103\n", 0.25e-103, 8),
            ("1.0,0.5", 1.0, 3),
            ("100,0.5", 100.0, 3),
        ] {
            assert_eq!(
                number(text.as_bytes()),
                Token::Number { value, length },
                "{text}"
            );
        }
        for text in [
            "", "x", "nan", "inf", "-inf", "1e999", "1.5x", "1.5-0.3", "1e5D3", "0x10", "-", "1d",
        ] {
            assert_eq!(number(text.as_bytes()), Token::Other, "{text}");
        }
        assert_eq!(number(b"1,5 2,5"), Token::DoubleComma);
        assert_eq!(number(b"-1,5"), Token::DoubleComma);
    }
}
