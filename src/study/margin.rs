//! Margin: what may still be lost in front of the receiver before the target is missed.

use crate::link::semi_analytic::SemiAnalytic;
use crate::link::{Link, LinkError, Target};
use crate::math::{RootError, find_root, q_inverse};

/// Largest loss or gain, in dB, that is tried.
const FARTHEST: f64 = 40.0;
/// Accuracy, dB.
const TOLERANCE: f64 = 2e-3;

/// Bit error ratio in front of the error correction that a link's target asks for.
///
/// # Errors
/// [`LinkError::Link`] where the code cannot give the ratio asked for behind it.
pub fn target_ber(link: &Link) -> Result<f64, LinkError> {
    match link.target {
        Target::PreFecBer(ber) => Ok(ber),
        Target::PostFecBer(ber) => link
            .fec
            .pre_fec_ber_for(ber)
            .map_err(|error| LinkError::Link(format!("the target cannot be reached: {error}"))),
    }
}

/// Loss in dB, of optical power or of voltage, that the link can still take in front of its
/// receiver; negative where it misses its target, None where no level of the signal meets it (an
/// error floor).
///
/// # Errors
/// What an evaluation refuses.
pub fn margin(engine: &mut SemiAnalytic) -> Result<Option<f64>, LinkError> {
    let target = target_ber(engine.link())?;
    let found = margin_for(engine, target, None);
    engine.evaluate()?;
    found
}

/// As [`margin`], for a bit error ratio given; `known` is that of the link as it stands. The engine
/// is left at some other loss.
///
/// # Errors
/// What an evaluation refuses.
pub fn margin_for(
    engine: &mut SemiAnalytic,
    target: f64,
    known: Option<f64>,
) -> Result<Option<f64>, LinkError> {
    let electrical = !engine.plan().is_optical();
    let excess = |engine: &mut SemiAnalytic, loss: f64| -> Result<f64, LinkError> {
        let ber = match engine.evaluate_with_loss(loss) {
            Ok(evaluation) => evaluation.decided.errors.bit,
            // An amplifier deep in saturation passes nothing: every second bit is wrong.
            Err(LinkError::NoSignal) => 0.5,
            Err(error) => return Err(error),
        };
        Ok(ber.max(1e-300).ln() - target.ln())
    };
    let now = match known {
        Some(ber) => ber.max(1e-300).ln() - target.ln(),
        None => excess(engine, 0.0)?,
    };
    // Where the noise does not follow the signal, Q falls in proportion to it.
    let quality = |ber: f64| q_inverse(ber.clamp(1e-300, 0.4)).max(0.05);
    let per_decade = if electrical { 20.0 } else { 10.0 };
    let ratio = quality((now + target.ln()).exp()) / quality(target);
    let guess = (per_decade * ratio.log10()).clamp(-6.0, 12.0);
    let mut step = if now < 0.0 {
        guess.max(0.05) * 1.05
    } else {
        guess.min(-0.05) * 1.3
    };
    let mut near = (0.0, now);
    let far = loop {
        let loss = near.0 + step;
        if loss.abs() > FARTHEST {
            return Ok(None);
        }
        let value = excess(engine, loss)?;
        if (value < 0.0) != (now < 0.0) {
            break (loss, value);
        }
        if now >= 0.0 && value > near.1 - 1e-3 && loss < -12.0 {
            // More light no longer helps: a floor.
            return Ok(None);
        }
        near = (loss, value);
        step = if now < 0.0 {
            (step * 0.5).max(0.3)
        } else {
            step.min(-0.3) * 1.5
        };
    };
    // The ends are known: they are not evaluated again.
    let root = find_root(
        |loss: f64| {
            if loss.to_bits() == near.0.to_bits() {
                Ok(near.1)
            } else if loss.to_bits() == far.0.to_bits() {
                Ok(far.1)
            } else {
                excess(engine, loss)
            }
        },
        near.0,
        far.0,
        TOLERANCE,
        40,
    );
    match root {
        Ok(root) => Ok(Some(root.x)),
        Err(RootError::Function(error)) => Err(error),
        Err(other) => Err(LinkError::Link(format!(
            "the margin was not found: {other}"
        ))),
    }
}
