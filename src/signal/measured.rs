//! A measured S21: magnitude and phase against frequency, or the magnitude alone.

use super::ResponseError;
use num_complex::Complex64;
use rustfft::FftPlanner;
use std::f64::consts::PI;
use std::sync::Arc;

/// A measured response, normalised to unit gain at zero frequency.
///
/// Below the first measured frequency the magnitude is held; above the last it is held at its last
/// value, which a report should say where the signal reaches that far. Where only the magnitude was
/// measured, the phase is the minimum phase that belongs to it (Oppenheim & Schafer, Discrete-Time
/// Signal Processing, 3rd ed., section 12.3), and [`is_minimum_phase`](Self::is_minimum_phase) says
/// so.
#[derive(Debug, Clone, PartialEq)]
pub struct MeasuredResponse {
    data: Arc<Data>,
}

#[derive(Debug, PartialEq)]
struct Data {
    /// Hz, rising, from 0.
    frequency: Vec<f64>,
    /// ln of the magnitude.
    log_magnitude: Vec<f64>,
    /// Unwrapped phase, rad, zero at zero frequency.
    phase: Vec<f64>,
    minimum_phase: bool,
}

impl MeasuredResponse {
    /// The same response stretched over `factor` times the frequencies.
    #[must_use]
    pub fn widened(&self, factor: f64) -> Self {
        Self {
            data: Arc::new(Data {
                frequency: self.data.frequency.iter().map(|f| f * factor).collect(),
                log_magnitude: self.data.log_magnitude.clone(),
                phase: self.data.phase.clone(),
                minimum_phase: self.data.minimum_phase,
            }),
        }
    }

    /// Reads a CSV file: a header `frequency_ghz,magnitude_db` or
    /// `frequency_ghz,magnitude_db,phase_deg`, then a row a frequency, rising. Lines that begin
    /// with `#` are comments.
    ///
    /// # Errors
    /// [`ResponseError::Measured`] names the line and what is wrong with it.
    pub fn from_csv(text: &str) -> Result<Self, ResponseError> {
        let fail =
            |line: usize, what: &str| ResponseError::Measured(format!("line {line}: {what}"));
        let mut rows: Vec<(f64, f64, Option<f64>)> = Vec::new();
        let mut columns = None;
        for (number, line) in text.lines().enumerate().map(|(i, l)| (i + 1, l.trim())) {
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let fields: Vec<&str> = line.split(',').map(str::trim).collect();
            let Some(expected) = columns else {
                columns = Some(match fields.as_slice() {
                    ["frequency_ghz", "magnitude_db"] => 2,
                    ["frequency_ghz", "magnitude_db", "phase_deg"] => 3,
                    _ => {
                        return Err(fail(
                            number,
                            "the header must be frequency_ghz,magnitude_db or \
                             frequency_ghz,magnitude_db,phase_deg",
                        ));
                    }
                });
                continue;
            };
            if fields.len() != expected {
                return Err(fail(
                    number,
                    &format!("expected {expected} columns, found {}", fields.len()),
                ));
            }
            let mut values = [0.0; 3];
            for (value, field) in values.iter_mut().zip(&fields) {
                *value = field
                    .parse()
                    .ok()
                    .filter(|v: &f64| v.is_finite())
                    .ok_or_else(|| fail(number, &format!("'{field}' is not a number")))?;
            }
            if values[0] < 0.0 || rows.last().is_some_and(|last| values[0] <= last.0) {
                return Err(fail(number, "frequencies must rise from zero or above"));
            }
            rows.push((values[0], values[1], (expected == 3).then_some(values[2])));
        }
        if rows.len() < 2 {
            return Err(ResponseError::Measured(
                "fewer than two frequencies".to_owned(),
            ));
        }
        Ok(Self::from_rows(&rows))
    }

    fn from_rows(rows: &[(f64, f64, Option<f64>)]) -> Self {
        let mut frequency = Vec::with_capacity(rows.len() + 1);
        let mut log_magnitude = Vec::with_capacity(rows.len() + 1);
        if rows[0].0 > 0.0 {
            frequency.push(0.0);
            log_magnitude.push(0.0);
        }
        for &(f, db, _) in rows {
            frequency.push(f * 1e9);
            log_magnitude.push((db - rows[0].1) * std::f64::consts::LN_10 / 20.0);
        }
        let minimum_phase = rows[0].2.is_none();
        let phase = if minimum_phase {
            minimum_phase_of(&frequency, &log_magnitude)
        } else {
            unwrapped_phase(rows)
        };
        Self {
            data: Arc::new(Data {
                frequency,
                log_magnitude,
                phase,
                minimum_phase,
            }),
        }
    }

    /// True where only the magnitude was measured and the phase is the minimum phase.
    pub fn is_minimum_phase(&self) -> bool {
        self.data.minimum_phase
    }

    /// Highest measured frequency, Hz.
    pub fn highest_frequency(&self) -> f64 {
        self.data.frequency.last().copied().unwrap_or(0.0)
    }

    /// H(f); beyond the last frequency the magnitude is held and the phase goes on with the last
    /// slope.
    pub fn at(&self, f: f64) -> Complex64 {
        let data = &*self.data;
        let x = f.abs();
        let i = data
            .frequency
            .partition_point(|&v| v <= x)
            .clamp(1, data.frequency.len() - 1);
        let u = (x - data.frequency[i - 1]) / (data.frequency[i] - data.frequency[i - 1]);
        let held = u.min(1.0);
        let magnitude =
            (data.log_magnitude[i - 1] * (1.0 - held) + data.log_magnitude[i] * held).exp();
        let phase = data.phase[i - 1] * (1.0 - u) + data.phase[i] * u;
        Complex64::from_polar(magnitude, if f < 0.0 { -phase } else { phase })
    }
}

/// Measured phase, unwrapped and without its value at the lowest frequency, which for a real
/// response can only be zero or a sign.
fn unwrapped_phase(rows: &[(f64, f64, Option<f64>)]) -> Vec<f64> {
    let mut unwrapped = Vec::with_capacity(rows.len() + 1);
    let mut last = 0.0;
    let mut turns = 0.0;
    for (i, row) in rows.iter().enumerate() {
        let raw = row.2.unwrap_or(0.0).to_radians();
        if i > 0 {
            turns -= 2.0 * PI * ((raw - last) / (2.0 * PI)).round();
        }
        last = raw;
        unwrapped.push(raw + turns);
    }
    if rows[0].0 > 0.0 {
        // The line through the first two points leads back to zero frequency.
        let slope = (unwrapped[1] - unwrapped[0]) / (rows[1].0 - rows[0].0);
        let at_zero = unwrapped[0] - slope * rows[0].0;
        let sign = PI * (at_zero / PI).round();
        let mut phase = vec![0.0];
        phase.extend(unwrapped.iter().map(|p| p - sign));
        phase
    } else {
        let first = unwrapped[0];
        unwrapped.iter().map(|p| p - first).collect()
    }
}

/// Minimum phase of a magnitude by the cepstrum, on a grid eight times wider than the measurement.
fn minimum_phase_of(frequency: &[f64], log_magnitude: &[f64]) -> Vec<f64> {
    let top = frequency[frequency.len() - 1];
    let n = 1 << 16;
    let step = 8.0 * top / (n / 2) as f64;
    let interpolate = |x: f64| {
        let i = frequency
            .partition_point(|&v| v <= x)
            .clamp(1, frequency.len() - 1);
        let u = ((x - frequency[i - 1]) / (frequency[i] - frequency[i - 1])).min(1.0);
        log_magnitude[i - 1] * (1.0 - u) + log_magnitude[i] * u
    };
    let mut cepstrum: Vec<Complex64> = (0..n)
        .map(|k| Complex64::new(interpolate(step * k.min(n - k) as f64), 0.0))
        .collect();
    let mut planner = FftPlanner::new();
    planner.plan_fft_inverse(n).process(&mut cepstrum);
    for (k, c) in cepstrum.iter_mut().enumerate() {
        *c *= match k {
            0 => 1.0,
            k if k == n / 2 => 1.0,
            k if k < n / 2 => 2.0,
            _ => 0.0,
        } / n as f64;
    }
    planner.plan_fft_forward(n).process(&mut cepstrum);
    frequency
        .iter()
        .map(|f| {
            let position = f / step;
            #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
            let k = (position as usize).min(n / 2 - 1);
            let u = position - k as f64;
            cepstrum[k].im * (1.0 - u) + cepstrum[k + 1].im * u
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::signal::Response;

    fn csv(with_phase: bool) -> String {
        let filter = Response::SinglePole { bandwidth: 20e9 };
        let mut text = String::from(if with_phase {
            "frequency_ghz,magnitude_db,phase_deg\n"
        } else {
            "frequency_ghz,magnitude_db\n"
        });
        for i in 0..=800 {
            let f = f64::from(i) * 0.25;
            let h = filter.at(f * 1e9);
            text += &format!("{f},{}", 20.0 * h.norm().log10());
            if with_phase {
                text += &format!(",{}", h.arg().to_degrees());
            }
            text += "\n";
        }
        text
    }

    #[test]
    fn a_single_pole_is_recovered_from_its_samples() {
        let measured = MeasuredResponse::from_csv(&csv(true)).unwrap();
        let filter = Response::SinglePole { bandwidth: 20e9 };
        for f in [-30e9, 0.0, 1.1e9, 55.55e9] {
            assert!((measured.at(f) - filter.at(f)).norm() < 1e-4);
        }
        assert!(!measured.is_minimum_phase());
    }

    #[test]
    fn a_single_pole_is_minimum_phase_so_its_magnitude_tells_its_phase() {
        let measured = MeasuredResponse::from_csv(&csv(false)).unwrap();
        let filter = Response::SinglePole { bandwidth: 20e9 };
        for f in [1e9, 10e9, 20e9] {
            // The magnitude is held beyond 200 GHz, where the pole goes on falling: the phase it
            // misses is about (2/π)·f/(200 GHz).
            assert!(
                (measured.at(f).arg() - filter.at(f).arg()).abs() < 0.08,
                "{f}"
            );
        }
        assert!(measured.is_minimum_phase());
    }

    #[test]
    fn a_bad_row_is_named() {
        let error =
            MeasuredResponse::from_csv("frequency_ghz,magnitude_db\n0,0\n1,x\n").unwrap_err();
        assert!(error.to_string().contains("line 3"));
        assert!(MeasuredResponse::from_csv("f,m\n").is_err());
        assert!(MeasuredResponse::from_csv("frequency_ghz,magnitude_db\n1,0\n1,0\n").is_err());
    }
}
