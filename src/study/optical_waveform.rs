//! The light that arrives at a link's receiver, as an oscilloscope would show it.

use crate::link::plan::Operation;
use crate::link::semi_analytic::SemiAnalytic;
use crate::link::waveform::Wave;
use crate::link::{Link, LinkError};
use crate::measure::PatternWaveform;

/// Power over one period of the link's pattern in front of the detector, W, without noise: what
/// transmitter, fibre and filters make of it.
///
/// # Errors
/// [`LinkError`] where the link cannot be run, has no light, or its light does not follow the pattern.
pub fn optical_waveform(link: &Link) -> Result<PatternWaveform, LinkError> {
    let mut engine = SemiAnalytic::new(link)?;
    let no_light = || LinkError::Link("the link has no light in front of a detector".to_owned());
    let plan = engine.plan();
    let samples_per_symbol = plan.samples_per_symbol;
    let detector = plan
        .operations
        .iter()
        .position(|o| matches!(o.operation, Operation::Detect(_)))
        .ok_or_else(no_light)?;
    engine.evaluate()?;
    let propagation = engine.propagation();
    let wave = (0..=detector)
        .rev()
        .find_map(|index| propagation.before(index))
        .ok_or_else(no_light)?;
    let power: Vec<f64> = match wave {
        Wave::Field(field) => field.iter().map(num_complex::Complex64::norm_sqr).collect(),
        Wave::Real(power) => power.clone(),
    };
    debug_assert_eq!(
        power.len(),
        propagation.symbols().len() * samples_per_symbol
    );
    PatternWaveform::new(
        power,
        propagation.symbols().to_vec(),
        link.signal.modulation.levels(),
        link.signal.symbol_rate,
    )
    .map_err(|error| LinkError::Link(error.to_string()))
}
