//! Power and latency: what the stages of a link, or of the segments of a chain, add up to.

use super::result::{PowerResult, StageLatency, StagePower};
use super::simulation::delays;
use crate::link::{Link, Retimer, SignalFormat, Stage};

/// Power and latency of several stages.
pub(super) struct Totals {
    /// Propagation and latency, ns.
    pub latency_ns: f64,
    /// Stages with a latency of their own.
    pub latencies: Vec<StageLatency>,
    /// Power, where any stage says its own.
    pub power: Option<PowerResult>,
}

impl Totals {
    /// Of one link.
    pub(super) fn of(link: &Link) -> Self {
        Self::of_all(&link.signal, [(link, None)].into_iter())
    }

    /// Of links in a row, each with the retimer that ends it.
    pub(super) fn of_all<'a>(
        signal: &SignalFormat,
        links: impl Iterator<Item = (&'a Link, Option<&'a Retimer>)>,
    ) -> Self {
        let mut latency_ns = 0.0;
        let mut latencies = Vec::new();
        let mut stages = Vec::new();
        let mut add = |name: &str, power: Option<f64>, latency: f64| {
            if latency > 0.0 {
                latencies.push(StageLatency {
                    stage: name.to_owned(),
                    latency_ns: latency * 1e9,
                });
            }
            stages.extend(power.map(|power_w| StagePower {
                stage: name.to_owned(),
                power_w,
            }));
            latency * 1e9
        };
        for (link, retimer) in links {
            latency_ns += delays(link).iter().map(|d| d.delay_ns).sum::<f64>();
            for named in &link.stages {
                if let Stage::Redriver(redriver) = &named.stage {
                    latency_ns += add(&named.name, redriver.power, redriver.latency);
                }
            }
            if let Some(retimer) = retimer {
                latency_ns += add(&retimer.name, retimer.power, retimer.latency);
            }
        }
        let power_w = stages.iter().map(|s| s.power_w).sum::<f64>();
        let bits_per_second = signal.symbol_rate * signal.modulation.bits_per_symbol();
        Self {
            latency_ns,
            latencies,
            power: (!stages.is_empty()).then_some(PowerResult {
                power_w,
                energy_pj_per_bit: 1e12 * power_w / bits_per_second,
                stages,
            }),
        }
    }
}
