//! Margin: what may still be lost in front of the receiver before the target is missed.

use crate::link::chain::Surroundings;
use crate::link::plan::Operation;
use crate::link::semi_analytic::{Evaluation, SemiAnalytic};
use crate::link::{Link, LinkError, Target};
use crate::math::{RootError, find_root_between, q_inverse};

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
    let found = MarginSearch::new(target).find(engine, None);
    engine.evaluate()?;
    found
}

/// Finds margins of links that resemble each other: what one taught of how errors follow the loss
/// is where the search for the next begins.
#[derive(Debug, Clone)]
pub struct MarginSearch {
    target: f64,
    /// Change of ln Q with 1 dB of loss.
    slope: Option<f64>,
    /// Excess and margin of the last two links, the latest first: along a scan both change smoothly.
    found: [Option<(f64, f64)>; 2],
    /// The other segments of a chain, whose errors count too.
    around: Option<Surroundings>,
}

/// Q of a bit error ratio, as if of two levels: it is nearly exponential in the loss in dB.
pub(super) fn log_quality(ber: f64) -> f64 {
    q_inverse(ber.clamp(1e-300, 0.4)).max(0.05).ln()
}

impl MarginSearch {
    /// A search for margins to a target bit error ratio in front of the error correction.
    pub fn new(target: f64) -> Self {
        Self {
            target,
            slope: None,
            found: [None; 2],
            around: None,
        }
    }

    /// A search for what one segment of a chain may lose before the whole misses the target.
    pub(super) fn within(target: f64, around: Option<Surroundings>) -> Self {
        Self {
            around,
            ..Self::new(target)
        }
    }

    /// Bit error ratio of an evaluation, or of the chain with it.
    pub(super) fn bit_error_ratio(&self, engine: &SemiAnalytic, evaluation: &Evaluation) -> f64 {
        let decided = &evaluation.decided;
        match &self.around {
            None => decided.errors.bit,
            Some(around) => {
                let modulation = &engine.link().signal.modulation;
                around.error_ratios(decided, modulation).bit
            }
        }
    }

    /// The margin that follows from those of the last two links on a straight line, where they are
    /// near.
    fn predict(&self, now: f64) -> Option<f64> {
        let [Some(last), Some(other)] = self.found else {
            return None;
        };
        let slope = (last.1 - other.1) / (last.0 - other.0);
        let loss = last.1 + slope * (now - last.0);
        let near = (now - last.0).abs() < NEAR && (last.0 - other.0).abs() < NEAR;
        (near && loss.is_finite() && loss.abs() > SHORTEST).then_some(loss)
    }

    /// As [`margin`]. `known` is the error ratio of the link (of the chain it is a segment of) as it stands, where that is known. The
    /// engine is left at some other loss.
    ///
    /// # Errors
    /// What an evaluation refuses.
    pub fn find(
        &mut self,
        engine: &mut SemiAnalytic,
        known: Option<f64>,
    ) -> Result<Option<f64>, LinkError> {
        let target = log_quality(self.target);
        let measure = self.clone();
        // Positive where the target is missed.
        let excess = |engine: &mut SemiAnalytic, loss: f64| -> Result<f64, LinkError> {
            match engine.evaluate_with_loss(loss) {
                Ok(evaluation) => {
                    Ok(target - log_quality(measure.bit_error_ratio(engine, &evaluation)))
                }
                // An amplifier deep in saturation passes nothing: every second bit is wrong.
                Err(LinkError::NoSignal) => Ok(target - log_quality(0.5)),
                Err(error) => Err(error),
            }
        };
        let now = match known {
            Some(ber) => target - log_quality(ber),
            None => excess(engine, 0.0)?,
        };
        // Where the noise does not follow the signal, Q falls in proportion to it: power in light,
        // voltage in copper.
        let per_decade = if engine.plan().is_optical() {
            10.0
        } else {
            20.0
        };
        let mut slope = -self.slope.unwrap_or(-std::f64::consts::LN_10 / per_decade);
        let (mut loss, mut value) = (0.0, now);
        let predicted = self.predict(now);
        let before = std::mem::take(&mut self.found)[0];
        for step in 0..FAST_STEPS {
            let (next, uncertainty) = match predicted.filter(|_| step == 0) {
                // The slope at the target differs by so much from that of the whole way.
                Some(loss) => (loss, 0.15),
                None => (loss - value / slope, 0.02),
            };
            if next.abs() > FASTEST {
                break;
            }
            let there = excess(engine, next)?;
            if there.abs() > 0.5 * value.abs() {
                break;
            }
            let step = next - loss;
            let found = (there - value) / step;
            let change = (found / slope - 1.0).abs();
            // A slope over a short way is mostly noise.
            if step.abs() > SHORTEST && found > 0.0 {
                slope = found;
                self.slope = Some(-found);
            }
            (loss, value) = (next, there);
            let rest = -value / slope;
            if rest.abs() * (change + uncertainty) < TOLERANCE {
                self.found = [Some((now, loss + rest)), before];
                return Ok(Some(loss + rest));
            }
        }
        // Without saturation more light never harms: one look far up tells a floor.
        let saturates = engine
            .plan()
            .operations
            .iter()
            .any(|o| matches!(o.operation, Operation::Compress(_)));
        if now >= 0.0 && !saturates && excess(engine, -FARTHEST)? > 0.0 {
            return Ok(None);
        }
        bracketed(engine, now, per_decade, &excess)
    }
}

/// Newton steps that are tried before a bracket is looked for.
const FAST_STEPS: usize = 4;
/// Excess over which the margin of one link is predicted from others'.
const NEAR: f64 = 0.2;
/// Loss or gain, in dB, up to which they are.
const FASTEST: f64 = 12.0;
/// Way, in dB, over which a slope is trusted.
const SHORTEST: f64 = 0.1;

/// The margin where errors do not follow the loss smoothly: an error floor, saturation. `now` is the
/// excess without loss.
fn bracketed(
    engine: &mut SemiAnalytic,
    now: f64,
    per_decade: f64,
    excess: &dyn Fn(&mut SemiAnalytic, f64) -> Result<f64, LinkError>,
) -> Result<Option<f64>, LinkError> {
    let guess = (-now * per_decade / std::f64::consts::LN_10).clamp(-6.0, 12.0);
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
        if now >= 0.0 && value > near.1 - 1e-4 && loss < -12.0 {
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
    let root = find_root_between(|loss: f64| excess(engine, loss), near, far, TOLERANCE, 40);
    match root {
        Ok(root) => Ok(Some(root.x)),
        Err(RootError::Function(error)) => Err(error),
        Err(other) => Err(LinkError::Link(format!(
            "the margin was not found: {other}"
        ))),
    }
}
