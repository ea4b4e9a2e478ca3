//! A plan for another length of the same link, without planning anew.

use super::{Linear, Operation, Plan, redriver};
use crate::link::description::{Link, NamedStage, Stage};

impl Plan {
    /// Takes over from a link that differs from the one planned in nothing but the lengths of
    /// fibres and cables and in lumped losses; false, and unchanged, where it differs in more.
    pub fn take_lengths(&mut self, old: &Link, new: &Link) -> bool {
        if old.signal != new.signal
            || old.engine.samples_per_symbol != new.engine.samples_per_symbol
            || old.stages.len() != new.stages.len()
            || old.sampler != new.sampler
            // Noise of multimode links is relative to the power where it arises.
            || self.emission().is_some()
            // An automatic gain depends on the loss in front of it.
            || new.stages.iter().any(redriver::has_automatic_gain)
            // Whether the Kerr effect matters is found anew.
            || new.stages.iter().any(|n| matches!(n.stage, Stage::KerrFiber(_)))
            // What light meets depends on the loss in front of it and behind.
            || old.stages.iter().chain(&new.stages).any(NamedStage::shapes_light)
        {
            return false;
        }
        let mut operations = self.operations.clone();
        let mut delay = self.delay;
        for (index, (a, b)) in old.stages.iter().zip(&new.stages).enumerate() {
            if a.stage == b.stage {
                continue;
            }
            let linear = match (&a.stage, &b.stage) {
                (Stage::Fiber(a), Stage::Fiber(b)) => {
                    if b.check().is_err() || a.attenuation != b.attenuation {
                        return false;
                    }
                    delay += b.delay() - a.delay();
                    Linear::Fiber(b.clone(), self.wavelength.unwrap_or(f64::NAN))
                }
                (Stage::OpticalLoss(_), Stage::OpticalLoss(b)) => Linear::Loss(*b),
                (Stage::Twinax(a), Stage::Twinax(b)) => {
                    delay += b.propagation_delay() - a.propagation_delay();
                    Linear::Twinax(*b)
                }
                _ => return false,
            };
            let Some(planned) = operations
                .iter_mut()
                .find(|o| o.stage_index == index && matches!(o.operation, Operation::Linear(_)))
            else {
                return false;
            };
            if matches!(
                planned.operation,
                Operation::Linear(Linear::Gain(_) | Linear::Copper(_))
            ) {
                return false;
            }
            planned.operation = Operation::Linear(linear);
        }
        self.operations = operations;
        self.delay = delay;
        true
    }
}
