//! Crosstalk between wavelength channels.
//!
//! Light of another channel that a demultiplexer lets through (adjacent, inter-channel) adds its power.
//! Light at the channel's own wavelength (in-band, intra-channel) adds its field and beats: of
//! the power ratio ε it takes 2√ε of the eye at worst, where the other kind takes ε (R. Ramaswami,
//! K. N. Sivarajan and G. H. Sasaki, Optical Networks, 3rd ed. (2010), section 5.6).

use super::OpticalFilter;
use crate::signal::ResponseError;

/// A channel beside the wanted one.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Neighbour {
    /// Centre from the carrier of the wanted channel, Hz.
    pub offset: f64,
    /// Power in front of the filter, over that of the wanted channel.
    pub relative_power: f64,
    /// Width of its spectrum, taken as a rectangle: the symbol rate, Hz.
    pub width: f64,
}

/// Intervals a spectrum is cut into; even.
const INTERVALS: u32 = 400;

/// Power of the neighbours behind a filter over that of the wanted channel behind it, whose spectrum is
/// a rectangle of `width` Hz about the carrier.
///
/// # Errors
/// [`ResponseError`] where the filter is not physical or lets nothing of the wanted channel pass, a
/// width is not positive, or a power negative.
pub fn adjacent_crosstalk(
    filter: &OpticalFilter,
    width: f64,
    neighbours: &[Neighbour],
) -> Result<f64, ResponseError> {
    filter.check()?;
    let wanted = passed(filter, 0.0, width)?;
    if wanted <= 0.0 {
        return Err(ResponseError::Measured(
            "nothing of the wanted channel passes the filter".to_owned(),
        ));
    }
    let mut sum = 0.0;
    for neighbour in neighbours {
        let power = neighbour.relative_power;
        if !(power.is_finite() && power >= 0.0 && neighbour.offset.is_finite()) {
            return Err(ResponseError::Measured(format!(
                "a neighbour of relative power {power} at {} Hz cannot be",
                neighbour.offset
            )));
        }
        sum += power * passed(filter, neighbour.offset, neighbour.width)?;
    }
    Ok(sum / wanted)
}

/// Mean of |H|² over a rectangle, by Simpson's rule.
fn passed(filter: &OpticalFilter, centre: f64, width: f64) -> Result<f64, ResponseError> {
    if !(width.is_finite() && width > 0.0) {
        return Err(ResponseError::Bandwidth(width));
    }
    let step = width / f64::from(INTERVALS);
    let sum: f64 = (0..=INTERVALS)
        .map(|k| {
            let weight = match k {
                0 | INTERVALS => 1.0,
                _ if k % 2 == 1 => 4.0,
                _ => 2.0,
            };
            let f = centre - 0.5 * width + f64::from(k) * step;
            weight * filter.at(f).norm_sqr()
        })
        .sum();
    Ok(sum / (3.0 * f64::from(INTERVALS)))
}

/// Variance in W² of the detected power at the level `power` in W from in-band crosstalk of the power
/// `crosstalk` in W whose phase and symbols are independent of the signal's: 2·P·P_x·κ with κ the part
/// of it in the signal's polarisation.
pub fn beat_variance(power: f64, crosstalk: f64, aligned: f64) -> f64 {
    2.0 * power * crosstalk * aligned
}

/// Where the thresholds between levels stand while crosstalk beats.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Thresholds {
    /// In the middle of what is left of each eye: an eye loses the sum of the shifts of its levels.
    Following,
    /// Where they are best without crosstalk: an eye loses twice the larger shift. The receiver of a
    /// link whose phases drift slowly against its symbols, fast against its thresholds.
    Fixed,
}

/// The least opening of the eyes between neighbouring `levels` (W, rising), over the openings without
/// crosstalk, when the fields of in-band crosstalk or echoes of the power ratios `ratios` line up in
/// phase and polarisation at the worst moment, each with the highest level: the upper level of an eye
/// falls to (√P_u − s√P_max)², the lower one rises to (√P_l + s√P_max)², s = Σ√ε.
///
/// An upper limit of what crosstalk can do; −10 lg of it is a penalty. Zero where an eye is closed,
/// `None` for fewer than two levels or levels and ratios that cannot be. For two levels of infinite
/// extinction and thresholds that follow it is 1 − 2s.
pub fn eye_opening_of_aligned_crosstalk(
    levels: &[f64],
    ratios: &[f64],
    thresholds: Thresholds,
) -> Option<f64> {
    let sum: f64 = ratios.iter().map(|ratio| ratio.sqrt()).sum();
    let highest = levels.iter().copied().fold(0.0, f64::max);
    let rising = levels.windows(2).all(|pair| pair[0] < pair[1]);
    let possible = levels
        .iter()
        .all(|level| level.is_finite() && *level >= 0.0);
    if levels.len() < 2 || !rising || !possible || !sum.is_finite() {
        return None;
    }
    let field = sum * highest.sqrt();
    let opening = levels
        .windows(2)
        .map(|pair| {
            let (lower, upper) = (pair[0], pair[1]);
            let fall = upper - (upper.sqrt() - field).max(0.0).powi(2);
            let rise = (lower.sqrt() + field).powi(2) - lower;
            let lost = match thresholds {
                Thresholds::Following => fall + rise,
                Thresholds::Fixed => 2.0 * fall.max(rise),
            };
            1.0 - lost / (upper - lower)
        })
        .fold(f64::INFINITY, f64::min);
    Some(opening.max(0.0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::signal::optical_filter::PassbandShape;

    fn filter(order: u32) -> OpticalFilter {
        OpticalFilter {
            shape: PassbandShape::Gaussian {
                bandwidth: 40e9,
                order,
            },
            centre: 0.0,
            insertion_loss_db: 4.0,
        }
    }

    fn neighbour(offset: f64, relative_power: f64) -> Neighbour {
        Neighbour {
            offset,
            relative_power,
            width: 1e6,
        }
    }

    #[test]
    fn two_narrow_neighbours_pass_as_the_filter_lets_them() {
        // |H|² = 2^−(2·50/40)² = 2^−6.25 each; the loss cancels.
        let ratio = adjacent_crosstalk(
            &filter(1),
            1e6,
            &[neighbour(-50e9, 1.0), neighbour(50e9, 0.5)],
        )
        .unwrap();
        assert!((ratio / (1.5 * 2f64.powf(-6.25)) - 1.0).abs() < 1e-6);
        let steeper = adjacent_crosstalk(&filter(3), 1e6, &[neighbour(50e9, 1.0)]).unwrap();
        assert!(steeper < 1e-12);
    }

    #[test]
    fn the_worst_case_of_two_levels_is_one_less_twice_the_root() {
        let open = |levels: &[f64], ratios: &[f64]| {
            eye_opening_of_aligned_crosstalk(levels, ratios, Thresholds::Following).unwrap()
        };
        assert!((open(&[0.0, 1.0], &[1e-4]) - 0.98).abs() < 1e-12);
        assert!((open(&[0.0, 1.0], &[1e-4, 1e-4]) - 0.96).abs() < 1e-12);
        let worst = |levels: &[f64], ratios: &[f64]| {
            eye_opening_of_aligned_crosstalk(levels, ratios, Thresholds::Fixed)
        };
        // The upper level falls by 2s − s² of which the fixed threshold takes twice.
        assert!((worst(&[0.0, 1.0], &[1e-4]).unwrap() - 0.9602).abs() < 1e-12);
        // Four levels suffer most between the upper two.
        let four = open(&[0.0, 1.0 / 3.0, 2.0 / 3.0, 1.0], &[1e-4]);
        let upper = (0.99_f64.powi(2) - ((2.0_f64 / 3.0).sqrt() + 0.01).powi(2)) * 3.0;
        assert!((four - upper).abs() < 1e-12);
        assert!(open(&[0.0, 1.0], &[1.0]).abs() < 1e-15);
        assert!(worst(&[1.0], &[1e-4]).is_none());
        assert!(worst(&[1.0, 0.5], &[1e-4]).is_none());
        assert!(worst(&[0.0, 1.0], &[-1.0]).is_none());
    }

    #[test]
    fn what_cannot_be_is_refused() {
        assert!(adjacent_crosstalk(&filter(1), 0.0, &[]).is_err());
        assert!(adjacent_crosstalk(&filter(1), 1e9, &[neighbour(f64::NAN, 1.0)]).is_err());
        assert!(adjacent_crosstalk(&filter(1), 1e9, &[neighbour(1e9, -1.0)]).is_err());
        let mut away = filter(8);
        away.centre = 1e13;
        assert!(adjacent_crosstalk(&away, 1e9, &[]).is_err());
        assert!((beat_variance(2.0, 1e-3, 0.5) - 2e-3).abs() < 1e-15);
    }
}
