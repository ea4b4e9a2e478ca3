//! Fibre with the Kerr effect on the way of a link's field.
//!
//! The cyclic field of the pattern is carried through the fibre by the split-step solver, and what
//! was found is a [`KerrChoice`]: where the Kerr effect changes nothing that a receiver could tell,
//! the fibre is the linear operation that it is without it. Counted errors take the same number of
//! steps for every block. Both engines close the simulated band in front of the fibre, as their linear
//! filters do.
//!
//! In blocks the fibre is given the memory of its linear response on either side. Every step of the
//! solver has a part of that response, and the Kerr effect between them has no memory: light from
//! further away comes only with the energy that the linear response was cut by
//! ([`DROPPED_ENERGY`](crate::signal::convolution::DROPPED_ENERGY)).
//!
//! **Left out**: light of the other polarisation and of other wavelengths, noise of the fibre, Raman
//! and Brillouin scattering.

use super::error::LinkError;
use super::plan::Linear;
use crate::fiber::nonlinear::{Method, NonlinearFiber, Propagator, StepControl};
use crate::signal::convolution::band_edge;
use crate::signal::{Grid, planner};
use num_complex::Complex64;

/// Largest relative error of the field behind a fibre, on the cyclic pattern.
pub const FIELD_TOLERANCE: f64 = 1e-7;

/// Largest relative difference of the field behind equal steps, for counted errors.
pub const BLOCK_TOLERANCE: f64 = 1e-5;

/// Change of the power in front of the detector, relative to its modulation (both root mean square),
/// up to which the Kerr effect is left out: 0.004 dB.
pub const POWER_TOLERANCE: f64 = 1e-3;

/// Steps at the most that are tried for counted errors.
const MOST_STEPS: usize = 1 << 16;

/// What was chosen for a fibre with the Kerr effect, and why.
#[derive(Debug, Clone, PartialEq)]
pub struct KerrChoice {
    /// Name of the stage.
    pub stage: String,
    /// Position of the stage in the link, from 0.
    pub stage_index: usize,
    /// True where the linear fibre is taken.
    pub linear: bool,
    /// Change of the power by the Kerr effect, relative to the modulation of the power, both root mean
    /// square.
    pub power_change: f64,
    /// Kerr phase γ·P·L_eff of the strongest sample of the launched field, rad.
    pub phase: f64,
    /// Steps of the solver along the fibre.
    pub steps: usize,
    /// The solver's estimate of the relative error of the field.
    pub estimated_error: f64,
    /// Equal steps for counted errors; 0 where the linear fibre is taken.
    pub block_steps: usize,
}

impl KerrChoice {
    /// In words.
    pub fn describe(&self) -> String {
        let found = format!(
            "it changes the power by {:.1e} of its modulation (phase {:.2e} rad at the peak, {} steps, \
             error of the field {:.0e})",
            self.power_change, self.phase, self.steps, self.estimated_error
        );
        if self.linear {
            format!(
                "{}: the Kerr effect is left out, the fibre is linear: {found}",
                self.stage
            )
        } else {
            format!(
                "{}: the Kerr effect is simulated: {found}; {} equal steps where errors are counted",
                self.stage, self.block_steps
            )
        }
    }
}

/// The fibre for the solver.
///
/// # Errors
/// What the fibre refuses.
pub fn nonlinear_fiber(linear: &Linear, gamma: f64) -> Result<NonlinearFiber, LinkError> {
    match linear {
        Linear::Fiber(fiber, wavelength) => {
            Ok(NonlinearFiber::from_linear(fiber, *wavelength, gamma)?)
        }
        _ => Err(LinkError::Link(
            "the Kerr effect acts in single-mode fibre only".to_owned(),
        )),
    }
}

/// Carries a cyclic field through a fibre, and finds whether the Kerr effect matters; `detected` where
/// nothing but the detector follows, which sees no phase.
pub(super) fn carry(
    (stage, stage_index): (&str, usize),
    fiber: &NonlinearFiber,
    grid: Grid,
    detected: bool,
    field: &mut Vec<Complex64>,
) -> Result<KerrChoice, LinkError> {
    close_band(grid, field);
    let phase = fiber.gamma
        * fiber.effective_length(fiber.length)
        * field.iter().map(Complex64::norm_sqr).fold(0.0, f64::max);
    let launched = field.clone();
    let run = |fiber: &NonlinearFiber, control: StepControl| {
        let mut out = launched.clone();
        let report = Propagator::new(fiber, grid, control)?.propagate(&mut out)?;
        Ok::<_, LinkError>((out, report))
    };
    let (out, report) = run(
        fiber,
        StepControl::Automatic {
            tolerance: FIELD_TOLERANCE,
        },
    )?;
    let without = NonlinearFiber {
        gamma: 0.0,
        ..fiber.clone()
    };
    let (reference, _) = run(&without, StepControl::Fixed { steps: 1 })?;
    let power_change = power_change(&out, &reference);
    let linear = report.method == Method::Linear || (detected && power_change <= POWER_TOLERANCE);
    let mut block_steps = 0;
    if !linear {
        block_steps = 1;
        loop {
            let control = StepControl::Extrapolated { steps: block_steps };
            let apart = apart(&run(fiber, control)?.0, &out);
            if apart <= BLOCK_TOLERANCE || block_steps >= MOST_STEPS {
                break;
            }
            // Fourth order.
            let more = (apart / BLOCK_TOLERANCE).powf(0.25).clamp(1.1, 8.0);
            #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
            let next = (1.1 * more * block_steps as f64).ceil() as usize;
            block_steps = next.max(block_steps + 1);
        }
    }
    *field = out;
    Ok(KerrChoice {
        stage: stage.to_owned(),
        stage_index,
        linear,
        power_change,
        phase,
        steps: report.steps,
        estimated_error: report.estimated_error.unwrap_or(0.0),
        block_steps,
    })
}

/// Closes the simulated band of a cyclic field.
fn close_band(grid: Grid, field: &mut [Complex64]) {
    planner::forward(grid.samples).process(field);
    for (k, a) in field.iter_mut().enumerate() {
        *a *= band_edge(grid.frequency(k), grid.sampling_rate) / grid.samples as f64;
    }
    planner::inverse(grid.samples).process(field);
}

/// √(∑|a − b|²/∑|b|²).
fn apart(a: &[Complex64], b: &[Complex64]) -> f64 {
    let (mut difference, mut all) = (0.0, 0.0);
    for (x, y) in a.iter().zip(b) {
        difference += (x - y).norm_sqr();
        all += y.norm_sqr();
    }
    if all > 0.0 {
        (difference / all).sqrt()
    } else {
        0.0
    }
}

/// Difference of two powers over the modulation of the second, root mean square.
fn power_change(a: &[Complex64], b: &[Complex64]) -> f64 {
    let mean = b.iter().map(Complex64::norm_sqr).sum::<f64>() / b.len().max(1) as f64;
    let (mut difference, mut modulation) = (0.0, 0.0);
    for (x, y) in a.iter().zip(b) {
        let p = y.norm_sqr();
        difference += (x.norm_sqr() - p).powi(2);
        modulation += (p - mean).powi(2);
    }
    if modulation > 0.0 {
        (difference / modulation).sqrt()
    } else {
        0.0
    }
}
