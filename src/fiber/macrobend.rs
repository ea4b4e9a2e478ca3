//! Loss of bent fibre, from tables over radius and wavelength.

use super::single_mode::FiberError;
use crate::math::Curve;

/// Loss per turn over the radius of the bend, at one wavelength or more.
///
/// The loss falls about exponentially with the radius (D. Marcuse, J. Opt. Soc. Am. 66, 216 (1976))
/// and is interpolated in its logarithm, over the radius and then over the wavelength. Above the
/// largest radius of the table the loss of that radius is an upper limit and is kept; below the
/// smallest, and outside the wavelengths of the table, there is no answer.
///
/// Leaves out: the oscillation of the loss with radius and wavelength by reflections at the coating
/// (whispering-gallery modes), and the transitions between straight and bent fibre.
#[derive(Debug, Clone, PartialEq)]
pub struct BendLoss {
    /// Wavelength in m and ln(dB per turn) over the radius in m, by rising wavelength.
    curves: Vec<(f64, Curve)>,
}

/// The classes of bend-insensitive fibre of ITU-T G.657 whose limits are known here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BendClass {
    /// G.657.A1: 10 turns of 15 mm, one turn of 10 mm.
    A1,
    /// G.657.A2: 10 turns of 15 mm, one turn of 10 mm and of 7.5 mm.
    A2,
    /// G.657.B3: one turn of 10 mm, 7.5 mm and 5 mm.
    B3,
}

impl BendLoss {
    /// A table: for each wavelength (m) pairs of radius (m) and loss per turn (dB), at least two, by
    /// rising radius.
    ///
    /// # Errors
    /// [`FiberError::Quantity`] where a table is empty, out of order or has a loss that is not above
    /// zero.
    pub fn new(tables: &[(f64, Vec<(f64, f64)>)]) -> Result<Self, FiberError> {
        let mut curves: Vec<(f64, Curve)> = Vec::new();
        for (wavelength, points) in tables {
            let rising = curves.last().is_none_or(|last| *wavelength > last.0);
            require("a wavelength of a table of bend losses (m)", *wavelength, {
                rising && *wavelength > 0.0
            })?;
            for &(radius, loss) in points {
                require(
                    "a radius in a table of bend losses (m)",
                    radius,
                    radius > 0.0,
                )?;
                require("a loss per turn (dB)", loss, loss > 0.0)?;
            }
            let points: Vec<(f64, f64)> = points.iter().map(|&(r, loss)| (r, loss.ln())).collect();
            let count = points.len() as f64;
            let curve = Curve::new(points).map_err(|_| FiberError::Quantity {
                quantity: "a table of bend losses with a number of radii",
                value: count,
                allowed: "two or more, rising",
            })?;
            curves.push((*wavelength, curve));
        }
        require(
            "a number of wavelengths of bend losses",
            curves.len() as f64,
            !curves.is_empty(),
        )?;
        Ok(Self { curves })
    }

    /// The largest losses a class allows, at 1550 and 1625 nm: ITU-T G.657 (11/2016), Tables 1 and 2.
    ///
    /// # Errors
    /// None for the tables as they are: those of [`new`](Self::new) where one of them is wrong.
    pub fn of_class(class: BendClass) -> Result<Self, FiberError> {
        // Radius in mm, dB per turn at 1550 nm and at 1625 nm.
        let limits: &[(f64, f64, f64)] = match class {
            BendClass::A1 => &[(10.0, 0.75, 1.5), (15.0, 0.025, 0.1)],
            BendClass::A2 => &[(7.5, 0.5, 1.0), (10.0, 0.1, 0.2), (15.0, 0.003, 0.01)],
            BendClass::B3 => &[(5.0, 0.15, 0.45), (7.5, 0.08, 0.25), (10.0, 0.03, 0.1)],
        };
        let at_1550 = limits.iter().map(|row| (row.0 * 1e-3, row.1)).collect();
        let at_1625 = limits.iter().map(|row| (row.0 * 1e-3, row.2)).collect();
        Self::new(&[(1550e-9, at_1550), (1625e-9, at_1625)])
    }

    /// Loss in dB of `turns` turns (or parts of one) of radius `radius` (m) at the wavelength
    /// `wavelength` (m).
    ///
    /// # Errors
    /// [`FiberError::Quantity`] for a radius below the table's, a negative number of turns or a
    /// wavelength the table does not cover.
    pub fn loss_db(&self, radius: f64, turns: f64, wavelength: f64) -> Result<f64, FiberError> {
        require("a number of turns", turns, turns >= 0.0)?;
        let range = self.curves.first().zip(self.curves.last());
        let Some(wavelength) =
            range.and_then(|(short, long)| kept_within(wavelength, short.0, long.0))
        else {
            return outside("a wavelength of bent fibre (m)", wavelength);
        };
        let above = self.curves.partition_point(|(at, _)| *at < wavelength);
        let below = above.saturating_sub(1);
        let Some(((short, low), (long, high))) = self.curves.get(below).zip(self.curves.get(above))
        else {
            return outside("a wavelength of bent fibre (m)", wavelength);
        };
        let (low, high) = (log_loss(low, radius)?, log_loss(high, radius)?);
        let t = if long > short {
            (wavelength - short) / (long - short)
        } else {
            0.0
        };
        Ok(turns * (low * (1.0 - t) + high * t).exp())
    }
}

fn log_loss(curve: &Curve, radius: f64) -> Result<f64, FiberError> {
    let (smallest, _) = curve.range();
    match kept_within(radius, smallest, f64::MAX / 2.0) {
        Some(radius) => Ok(curve.clamped(radius)),
        None => outside("a radius of a bend (m)", radius),
    }
}

/// The value if it lies between the two, with the round-off of a conversion of units.
fn kept_within(value: f64, low: f64, high: f64) -> Option<f64> {
    let slack = 1e-12;
    (value >= low * (1.0 - slack) && value <= high * (1.0 + slack)).then(|| value.clamp(low, high))
}

fn outside<T>(quantity: &'static str, value: f64) -> Result<T, FiberError> {
    Err(FiberError::Quantity {
        quantity,
        value,
        allowed: "one the table of bend losses covers",
    })
}

fn require(quantity: &'static str, value: f64, holds: bool) -> Result<(), FiberError> {
    if holds && value.is_finite() {
        Ok(())
    } else {
        Err(FiberError::Quantity {
            quantity,
            value,
            allowed: "positive numbers, by rising wavelength",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_limits_are_met_and_the_loss_falls_with_the_radius() {
        for class in [BendClass::A1, BendClass::A2, BendClass::B3] {
            let bends = BendLoss::of_class(class).unwrap();
            let mut last = f64::INFINITY;
            for step in 0..=40 {
                let radius = 10e-3 + 0.2e-3 * f64::from(step);
                let loss = bends.loss_db(radius, 1.0, 1550e-9).unwrap();
                assert!(loss <= last && loss > 0.0);
                assert!(loss < bends.loss_db(radius, 1.0, 1625e-9).unwrap());
                last = loss;
            }
        }
    }

    #[test]
    fn between_the_points_the_logarithm_is_straight() {
        let bends = BendLoss::of_class(BendClass::A2).unwrap();
        let middle = bends.loss_db(12.5e-3, 1.0, 1550e-9).unwrap();
        assert!((middle - (0.1_f64 * 0.003).sqrt()).abs() < 1e-12);
        let middle = bends.loss_db(10e-3, 3.0, 1587.5e-9).unwrap();
        assert!((middle - 3.0 * (0.1_f64 * 0.2).sqrt()).abs() < 1e-12);
    }

    #[test]
    fn outside_the_table_there_is_no_answer() {
        let bends = BendLoss::of_class(BendClass::A1).unwrap();
        assert!(bends.loss_db(9.9e-3, 1.0, 1550e-9).is_err());
        assert!(bends.loss_db(10e-3, 1.0, 1310e-9).is_err());
        assert!(bends.loss_db(10e-3, 1.0, 1626e-9).is_err());
        assert!(bends.loss_db(10e-3, -1.0, 1550e-9).is_err());
        assert!(bends.loss_db(f64::NAN, 1.0, 1550e-9).is_err());
        assert!(bends.loss_db(10e-3, 1.0, f64::NAN).is_err());
        // Wider than the table: no more than its widest.
        let wide = bends.loss_db(1.0, 10.0, 1550e-9).unwrap();
        assert!((wide - 0.25).abs() < 1e-12);
        assert!(BendLoss::new(&[]).is_err());
        assert!(BendLoss::new(&[(1550e-9, vec![(0.01, 0.1)])]).is_err());
        assert!(BendLoss::new(&[(1550e-9, vec![(0.01, 0.1), (0.02, 0.0)])]).is_err());
    }
}
