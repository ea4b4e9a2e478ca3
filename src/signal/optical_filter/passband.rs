//! A measured optical passband.

use crate::math::Curve;
use crate::signal::ResponseError;
use num_complex::Complex64;

/// Amplitude and phase over the distance from the centre of the passband, straight lines between the
/// points in dB and in degrees.
///
/// Beyond the measured range the last amplitude and the last phase are held. Without a phase column
/// the filter is taken to have none: what its group delay does to the signal is left out.
#[derive(Debug, Clone, PartialEq)]
pub struct MeasuredPassband {
    /// dB over Hz.
    amplitude: Curve,
    /// rad over Hz, unwrapped.
    phase: Option<Curve>,
}

impl MeasuredPassband {
    /// Reads a CSV file: a header `frequency_offset_ghz,amplitude_db` or
    /// `frequency_offset_ghz,amplitude_db,phase_deg`, then a row a frequency, rising. Lines that begin
    /// with `#` are comments. Phases may be wrapped to ±180°; the optical frequency rises with the
    /// offset, and a delay is a falling phase.
    ///
    /// # Errors
    /// [`ResponseError::Measured`] names the line and what is wrong with it, a gain among it.
    pub fn from_csv(text: &str) -> Result<Self, ResponseError> {
        let fail =
            |line: usize, what: &str| ResponseError::Measured(format!("line {line}: {what}"));
        let mut columns = None;
        let (mut amplitude, mut phase) = (Vec::new(), Vec::new());
        for (number, line) in text.lines().enumerate().map(|(i, l)| (i + 1, l.trim())) {
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let fields: Vec<&str> = line.split(',').map(str::trim).collect();
            let Some(expected) = columns else {
                columns = Some(match fields.as_slice() {
                    ["frequency_offset_ghz", "amplitude_db"] => 2,
                    ["frequency_offset_ghz", "amplitude_db", "phase_deg"] => 3,
                    _ => {
                        return Err(fail(
                            number,
                            "the header must be frequency_offset_ghz,amplitude_db or \
                             frequency_offset_ghz,amplitude_db,phase_deg",
                        ));
                    }
                });
                continue;
            };
            if fields.len() != expected {
                return Err(fail(
                    number,
                    "the number of columns differs from the header's",
                ));
            }
            let mut values = Vec::new();
            for field in fields {
                match field.parse::<f64>() {
                    Ok(value) if value.is_finite() => values.push(value),
                    _ => return Err(fail(number, &format!("`{field}` is not a finite number"))),
                }
            }
            let &[offset, db, ..] = values.as_slice() else {
                return Err(fail(number, "a frequency and an amplitude are needed"));
            };
            if db > 0.0 {
                return Err(fail(
                    number,
                    &format!("a passive filter has no gain, and {db} dB is one"),
                ));
            }
            let frequency = offset * 1e9;
            if let Some(&(last, _)) = amplitude.last()
                && frequency <= last
            {
                return Err(fail(number, "the frequencies must rise"));
            }
            amplitude.push((frequency, db));
            if let Some(degrees) = values.get(2) {
                phase.push((frequency, unwrapped(degrees.to_radians(), phase.last())));
            }
        }
        let curve =
            |points| Curve::new(points).map_err(|error| ResponseError::Measured(error.to_string()));
        Ok(Self {
            amplitude: curve(amplitude)?,
            phase: if phase.is_empty() {
                None
            } else {
                Some(curve(phase)?)
            },
        })
    }

    /// True where the phase was measured as well.
    pub fn has_phase(&self) -> bool {
        self.phase.is_some()
    }

    /// Lowest and highest measured distance from the centre, Hz.
    pub fn range(&self) -> (f64, f64) {
        self.amplitude.range()
    }

    /// H at `offset` Hz from the centre.
    pub fn at(&self, offset: f64) -> Complex64 {
        let amplitude = 10f64.powf(self.amplitude.clamped(offset) / 20.0);
        let phase = self.phase.as_ref().map_or(0.0, |p| p.clamped(offset));
        Complex64::from_polar(amplitude, phase)
    }
}

/// The phase moved by whole turns to within half a turn of the one before.
fn unwrapped(phase: f64, last: Option<&(f64, f64)>) -> f64 {
    let turn = 2.0 * std::f64::consts::PI;
    last.map_or(phase, |&(_, last)| {
        phase - turn * ((phase - last) / turn).round()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amplitude_and_a_wrapped_phase_are_read() {
        let text = "# a port\nfrequency_offset_ghz,amplitude_db,phase_deg\n\
                    -50,-30,170\n0,0,-170\n50,-20,-150\n";
        let port = MeasuredPassband::from_csv(text).unwrap();
        assert!(port.has_phase());
        assert!((port.at(0.0).norm() - 1.0).abs() < 1e-12);
        assert!((20.0 * port.at(-25e9).norm().log10() + 15.0).abs() < 1e-9);
        // Half of the way from 170° to 190°.
        assert!((port.at(-25e9).arg().abs().to_degrees() - 180.0).abs() < 1e-9);
        // Held beyond the ends.
        assert!((20.0 * port.at(80e9).norm().log10() + 20.0).abs() < 1e-9);
        assert!((port.range().1 - 50e9).abs() < 1e-3);
    }

    #[test]
    fn mistakes_are_named_with_their_line() {
        for (text, part) in [
            ("frequency_ghz,amplitude_db\n0,0\n", "line 1"),
            (
                "frequency_offset_ghz,amplitude_db\n0,0\n0,-1\n",
                "line 3: the frequencies",
            ),
            ("frequency_offset_ghz,amplitude_db\n0,1\n", "no gain"),
            ("frequency_offset_ghz,amplitude_db\n0,x\n", "`x`"),
            ("frequency_offset_ghz,amplitude_db\n0,0,0\n", "columns"),
            ("frequency_offset_ghz,amplitude_db\n0,0\n", "2 points"),
            ("", "2 points"),
        ] {
            let error = MeasuredPassband::from_csv(text).unwrap_err().to_string();
            assert!(error.contains(part), "{error}");
        }
    }
}
