//! A measured optical passband.

use crate::math::Curve;
use crate::signal::ResponseError;
use crate::units::db_to_power_ratio;
use num_complex::Complex64;
use std::f64::consts::LN_10;

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

    /// Largest share of the power that passes. Between points in dB it is at one of them.
    pub fn peak_transmission(&self) -> f64 {
        let points = self.amplitude.points().iter();
        let highest = points.map(|p| p.1).fold(f64::NEG_INFINITY, f64::max);
        db_to_power_ratio(highest)
    }

    /// Noise bandwidth in Hz, ∫|H|²df over the largest |H|², of noise that fills `width` Hz about the
    /// middle of the measured range: the integral over that range, and where the noise is wider, over
    /// the ends that are held.
    ///
    /// A line in dB from T1 to T2 over Δf has the integral (T2 − T1)·Δf/ln(T2/T1).
    pub fn noise_bandwidth(&self, width: f64) -> f64 {
        let points = self.amplitude.points();
        let power = |db: f64| db_to_power_ratio(db);
        let inside: f64 = points
            .windows(2)
            .map(|pair| {
                let ((f1, db1), (f2, db2)) = (pair[0], pair[1]);
                let logarithm = (db2 - db1) * (LN_10 / 10.0);
                let mean = if logarithm.abs() < 1e-6 {
                    0.5 * (power(db1) + power(db2))
                } else {
                    power(db1) * logarithm.exp_m1() / logarithm
                };
                mean * (f2 - f1)
            })
            .sum();
        let (low, high) = self.range();
        let beyond = 0.5 * (width - (high - low)).max(0.0);
        let ends: f64 = [points.first(), points.last()]
            .into_iter()
            .flatten()
            .map(|p| power(p.1) * beyond)
            .sum();
        (inside + ends) / self.peak_transmission()
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
    fn the_noise_bandwidth_is_the_integral_over_the_peak() {
        let text = "frequency_offset_ghz,amplitude_db\n-60,-33\n-20,-3\n10,-3\n50,-23\n";
        let port = MeasuredPassband::from_csv(text).unwrap();
        assert!((port.peak_transmission() - 10f64.powf(-0.3)).abs() < 1e-12);
        let sum = |from: i32, to: i32| -> f64 {
            let powers = (from..to).map(|k| port.at((f64::from(k) + 0.5) * 1e7).norm_sqr() * 1e7);
            powers.sum::<f64>() / 10f64.powf(-0.3)
        };
        // As wide as measured, and 500 GHz with the ends held.
        for (width, from, to) in [(50e9, -6000, 5000), (500e9, -25_500, 24_500)] {
            let found = port.noise_bandwidth(width);
            assert!((found / sum(from, to) - 1.0).abs() < 1e-6, "{found}");
        }
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
