//! Accumulated dispersion at which an eye without noise closes.

use super::checks::{Case, CaseError, Check, Checks, Reason, Tolerance};
use super::links;
use eyespan::format::{Modulation, Pattern};
use eyespan::link::Stage;
use eyespan::link::semi_analytic::SemiAnalytic;
use eyespan::signal::Response;
use eyespan::transmitter::LaunchLevel;

const AREA: &str = "eye closure";
const SOURCE: &str = "Granot & Katz, Appl. Sci. 11, 2542 (2021), DOI 10.3390/app11062542: |β2|B²L below \
     0.318 (two levels), 0.212 (four); derive/eye_closure.py";

/// Smallest opening between neighbouring levels at the best phase, relative to their mean distance,
/// of a noise-free pattern: no equaliser, filters at 1.5 times the symbol rate.
fn opening(modulation: &Modulation, symbol_rate: f64, ps_per_nm: f64) -> Result<f64, CaseError> {
    const SAMPLES: usize = 128;
    let bandwidth = 1.5 * symbol_rate;
    let levels = modulation.levels();
    let link = links::link(
        modulation.clone(),
        symbol_rate,
        Pattern::Prbs { order: 11 },
        SAMPLES,
        vec![
            links::driver(Response::Gaussian { bandwidth }),
            Stage::Laser(links::laser(1e-3, 1550e-9)),
            links::linear_modulator(1e9, 0.0, LaunchLevel::FromLaser),
            links::accumulated_dispersion(ps_per_nm),
            Stage::Photoreceiver(links::photoreceiver(
                1.0,
                1e-12,
                Response::BesselThomson4 { bandwidth },
            )),
        ],
    );
    let mut engine = SemiAnalytic::new(&link)?;
    engine.evaluate()?;
    let received = engine.propagation().received().ok_or("no waveform")?;
    let symbols = engine.propagation().symbols();
    let n = received.len();
    let mut best = f64::NEG_INFINITY;
    // Delays of one symbol to either side hold the filters' and the fibre's.
    for delay in 0..4 * SAMPLES {
        let start = n + delay - 2 * SAMPLES;
        let mut low = vec![f64::INFINITY; levels];
        let mut high = vec![f64::NEG_INFINITY; levels];
        for (k, &symbol) in symbols.iter().enumerate() {
            let value = received[(start + k * SAMPLES) % n];
            let level = usize::from(symbol);
            low[level] = low[level].min(value);
            high[level] = high[level].max(value);
        }
        let smallest = (1..levels)
            .map(|level| low[level] - high[level - 1])
            .fold(f64::INFINITY, f64::min);
        best = best.max(smallest / (1e-3 / (levels - 1) as f64));
    }
    Ok(best)
}

/// Openings expected at accumulated dispersions in ps/nm, and the dispersion no eye survives.
struct Closure {
    modulation: Modulation,
    symbol_rate: f64,
    openings: [(f64, f64); 2],
    bound: f64,
}

impl Closure {
    fn checks(&self) -> Result<Vec<Check>, CaseError> {
        let mut checks = Checks::from(SOURCE);
        let opening = |dispersion| opening(&self.modulation, self.symbol_rate, dispersion);
        for (dispersion, expected) in self.openings {
            checks.add(
                format!("opening at {dispersion} ps/nm"),
                "",
                opening(dispersion)?,
                expected,
                // The modulator's darkest level of −40 dB, and 32 samples a symbol.
                Tolerance::Absolute(0.02, Reason::Grid),
            );
        }
        checks.add(
            format!("opening at the upper bound of {} ps/nm", self.bound),
            "",
            opening(self.bound)?,
            0.0,
            Tolerance::AtMost,
        );
        checks.done()
    }
}

/// Cases of this area.
pub fn cases() -> Vec<Case> {
    vec![
        Case::new(AREA, "dispersion-limit/nrz-25.78125-gbd", || {
            Closure {
                modulation: Modulation::nrz(),
                symbol_rate: 25.78125e9,
                openings: [(300.0, 0.2583), (340.0, -0.003_88)],
                bound: 375.1,
            }
            .checks()
        }),
        Case::new(AREA, "dispersion-limit/pam4-26.5625-gbd", || {
            Closure {
                modulation: Modulation::pam4(),
                symbol_rate: 26.5625e9,
                openings: [(200.0, 0.046_37), (235.0, -0.4358)],
                bound: 235.6,
            }
            .checks()
        }),
    ]
}
