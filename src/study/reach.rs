//! Reach: the longest length that still meets the target, and what limits it.

use super::margin::{MarginSearch, log_quality, target_ber};
use crate::fiber::single_mode::Attenuation;
use crate::fiber::{Dispersion, KerrCoefficient, ModalDispersion};
use crate::link::semi_analytic::SemiAnalytic;
use crate::link::{Link, LinkError, OpticalLossKind, Stage};
use crate::transmitter::{ElectroAbsorptionTransfer, Jitter};
use serde::Serialize;

/// Why a reach could not be found.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum ReachError {
    /// The stage to vary has no length.
    #[error("stage {0} of the link has no length: only fibres and twinax have one")]
    NoLength(usize),
    /// The link itself.
    #[error(transparent)]
    Link(#[from] LinkError),
}

/// What can limit a link.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Cause {
    /// Loss of the fibre.
    Attenuation,
    /// Chromatic dispersion of the fibre.
    ChromaticDispersion,
    /// The Kerr effect of the fibre.
    KerrEffect,
    /// Dispersion of the modes of a multimode fibre.
    ModalBandwidth,
    /// Loss in the conductors of a cable.
    ConductorLoss,
    /// Loss in the dielectric of a cable.
    DielectricLoss,
    /// Connectors, splices, attenuators and bends.
    LumpedLoss,
    /// Chirp of the modulator.
    Chirp,
    /// Relative intensity noise of the laser.
    RelativeIntensityNoise,
    /// Phase noise of the laser.
    PhaseNoise,
    /// Mode-partition noise of a multimode laser.
    ModePartitionNoise,
    /// Modal noise of a multimode fibre.
    ModalNoise,
    /// Jitter of the transmitter and of the sampler.
    Jitter,
    /// Shot noise is part of the receiver's; this is the noise of its amplifier.
    ReceiverNoise,
}

impl Cause {
    /// True for what grows with the length.
    pub fn grows_with_length(self) -> bool {
        matches!(
            self,
            Self::Attenuation
                | Self::ChromaticDispersion
                | Self::KerrEffect
                | Self::ModalBandwidth
                | Self::ModePartitionNoise
                | Self::ConductorLoss
                | Self::DielectricLoss
        )
    }

    /// In words.
    pub fn describe(self) -> &'static str {
        match self {
            Self::Attenuation => "fibre attenuation",
            Self::ChromaticDispersion => "chromatic dispersion",
            Self::KerrEffect => "Kerr effect",
            Self::ModalBandwidth => "modal bandwidth",
            Self::ModePartitionNoise => "mode-partition noise",
            Self::ModalNoise => "modal noise",
            Self::ConductorLoss => "conductor loss",
            Self::DielectricLoss => "dielectric loss",
            Self::LumpedLoss => "connectors and lumped loss",
            Self::Chirp => "chirp",
            Self::RelativeIntensityNoise => "relative intensity noise",
            Self::PhaseNoise => "laser phase noise",
            Self::Jitter => "jitter",
            Self::ReceiverNoise => "receiver noise (3 dB less)",
        }
    }
}

/// What taking a cause away would give back at the reach.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, schemars::JsonSchema)]
pub struct Relief {
    /// The cause.
    pub cause: Cause,
    /// Margin gained without it, dB; null where the link without it has no finite margin.
    pub margin_gain_db: Option<f64>,
}

/// A point of the curve of margin against length.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, schemars::JsonSchema)]
pub struct ReachPoint {
    /// Length, m.
    pub length_m: f64,
    /// Bit error ratio in front of the error correction.
    pub pre_fec_ber: f64,
    /// Margin, dB; null at an error floor.
    pub margin_db: Option<f64>,
}

/// Reach of a link.
#[derive(Debug, Clone, PartialEq)]
pub struct Reach {
    /// The longest length up to which the target is met everywhere, m; None where the link misses it
    /// at zero length.
    pub length: Option<f64>,
    /// True where the target is still met at the longest length tried, which `length` then is.
    pub is_lower_bound: bool,
    /// What limits it: of the causes that grow with the length, the one whose absence gives most.
    pub limited_by: Option<Cause>,
    /// All causes, most relief first.
    pub reliefs: Vec<Relief>,
    /// Bit error ratio the target asks for in front of the error correction.
    pub target_ber: f64,
    /// Margin and error ratio along the way.
    pub curve: Vec<ReachPoint>,
}

/// How much is computed beside the length.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ReachSettings {
    /// Points of the scan from zero to beyond the reach; 0 for bisection alone, which trusts that the
    /// target is missed only once.
    pub scan_points: usize,
    /// Whether the margin along the scan, and what limits the reach, are found.
    pub causes: bool,
    /// Longest length tried, m; a default for the medium where none is given.
    pub longest: Option<f64>,
}

impl Default for ReachSettings {
    fn default() -> Self {
        Self {
            scan_points: 25,
            causes: true,
            longest: None,
        }
    }
}

/// Length of a stage, m.
pub fn length_of(stage: &Stage) -> Option<f64> {
    match stage {
        Stage::Fiber(fiber) => Some(fiber.length),
        Stage::KerrFiber(fiber) => Some(fiber.linear.length),
        Stage::MultimodeFiber(fiber) => Some(fiber.length),
        Stage::Twinax(cable) => Some(cable.length),
        _ => None,
    }
}

/// The link with another length of one stage.
pub fn with_length(link: &Link, index: usize, length: f64) -> Link {
    let mut changed = link.clone();
    match changed.stages.get_mut(index).map(|named| &mut named.stage) {
        Some(Stage::Fiber(fiber)) => fiber.length = length,
        Some(Stage::KerrFiber(fiber)) => fiber.linear.length = length,
        Some(Stage::MultimodeFiber(fiber)) => fiber.length = length,
        Some(Stage::Twinax(cable)) => cable.length = length,
        _ => {}
    }
    changed
}

/// Finds the reach of a link by varying the length of stage `index`.
///
/// # Errors
/// [`ReachError`] where the stage has no length, or an evaluation is refused.
pub fn find_reach(link: &Link, index: usize, settings: ReachSettings) -> Result<Reach, ReachError> {
    let stage = link
        .stages
        .get(index)
        .map(|named| &named.stage)
        .ok_or(ReachError::NoLength(index + 1))?;
    let nominal = length_of(stage).ok_or(ReachError::NoLength(index + 1))?;
    let (smallest, longest) = match stage {
        Stage::Fiber(_) | Stage::KerrFiber(_) => (100.0, 500e3),
        Stage::MultimodeFiber(_) => (10.0, 50e3),
        _ => (0.1, 100.0),
    };
    let longest = settings.longest.unwrap_or(longest);
    let target = target_ber(link)?;
    let mut search = Search {
        engine: SemiAnalytic::new(link)?,
        margins: MarginSearch::new(target),
        link,
        index,
        target,
    };
    let nowhere = |search: &mut Search<'_>| -> Result<Reach, LinkError> {
        let point = search.point(0.0, settings.causes)?;
        Ok(Reach {
            length: None,
            is_lower_bound: false,
            limited_by: None,
            reliefs: if settings.causes {
                search.reliefs(0.0)?
            } else {
                Vec::new()
            },
            target_ber: target,
            curve: vec![point],
        })
    };
    let Some(mut found) = search.first_guess(nominal.max(smallest), longest)? else {
        return Ok(nowhere(&mut search)?);
    };
    let mut curve = Vec::new();
    if settings.scan_points > 1 {
        let end = if found.is_lower_bound {
            longest
        } else {
            (SCANNED * found.length).min(longest)
        };
        for i in 0..settings.scan_points {
            let length = end * i as f64 / (settings.scan_points - 1) as f64;
            curve.push(search.point(length, settings.causes)?);
        }
        let misses = |point: &ReachPoint| point.pre_fec_ber > target;
        let first_miss = curve.iter().position(misses);
        if first_miss == Some(0) {
            return Ok(nowhere(&mut search)?);
        }
        // A miss in front of what was found: the target is missed more than once.
        if let Some(i) = first_miss
            && let [.., met, missed] = &curve[..=i]
            && missed.length_m <= found.length
        {
            let excess = |point: &ReachPoint| search.excess_of(point.pre_fec_ber);
            let (met, missed) = (
                (met.length_m, excess(met)),
                (missed.length_m, excess(missed)),
            );
            found = FirstGuess {
                length: search.crossing(met, missed)?,
                is_lower_bound: false,
            };
        }
    }
    let mut reach = Reach {
        length: Some(found.length),
        is_lower_bound: found.is_lower_bound,
        limited_by: None,
        reliefs: Vec::new(),
        target_ber: target,
        curve,
    };
    if settings.causes {
        reach.reliefs = search.reliefs(found.length)?;
        reach.limited_by = reach
            .reliefs
            .iter()
            .filter(|r| r.cause.grows_with_length())
            .find(|r| r.margin_gain_db.is_none_or(|gain| gain > 0.0))
            .map(|r| r.cause);
    }
    Ok(reach)
}

/// Length that is scanned, in reaches.
const SCANNED: f64 = 1.25;

/// A length at which the target is met and beyond which it is missed.
#[derive(Clone, Copy)]
struct FirstGuess {
    length: f64,
    /// True where nothing was missed up to the longest length.
    is_lower_bound: bool,
}

struct Search<'a> {
    engine: SemiAnalytic,
    margins: MarginSearch,
    link: &'a Link,
    index: usize,
    target: f64,
}

impl Search<'_> {
    fn ber(&mut self, length: f64) -> Result<f64, LinkError> {
        self.engine
            .change(&with_length(self.link, self.index, length))?;
        Ok(self.engine.evaluate()?.decided.errors.bit)
    }

    /// Logarithm of the Q asked for over that of an error ratio: positive where the target is
    /// missed.
    fn excess_of(&self, ber: f64) -> f64 {
        log_quality(self.target) - log_quality(ber)
    }

    fn excess(&mut self, length: f64) -> Result<f64, LinkError> {
        let ber = self.ber(length)?;
        Ok(self.excess_of(ber))
    }

    /// Where the target is missed for the first time, as far as a bracket shows it; None where no
    /// length meets it.
    fn first_guess(&mut self, begin: f64, longest: f64) -> Result<Option<FirstGuess>, LinkError> {
        let begin = begin.min(longest);
        let first = (begin, self.excess(begin)?);
        let (met, missed) = if first.1 > 0.0 {
            let zero = (0.0, self.excess(0.0)?);
            if zero.1 > 0.0 {
                return Ok(None);
            }
            (zero, first)
        } else {
            let mut met = first;
            loop {
                if met.0 >= longest {
                    return Ok(Some(FirstGuess {
                        length: met.0,
                        is_lower_bound: true,
                    }));
                }
                // The less is left, the shorter the step.
                let factor = if met.1 < -0.1 { 4.0 } else { 2.0 };
                let next = (met.0 * factor).min(longest);
                let there = (next, self.excess(next)?);
                if there.1 > 0.0 {
                    break (met, there);
                }
                met = there;
            }
        };
        Ok(Some(FirstGuess {
            length: self.crossing(met, missed)?,
            is_lower_bound: false,
        }))
    }

    fn point(&mut self, length: f64, with_margin: bool) -> Result<ReachPoint, LinkError> {
        let ber = self.ber(length)?;
        Ok(ReachPoint {
            length_m: length,
            pre_fec_ber: ber,
            margin_db: if with_margin {
                self.margins.find(&mut self.engine, Some(ber))?
            } else {
                None
            },
        })
    }

    /// A length that meets the target, at most a part in a thousand short of where it is missed.
    ///
    /// The bracket is cut where a parabola through its ends and the point before them crosses zero, a
    /// little on the side that meets the target, and in half where that does not help. It need not be
    /// closed from above where the way left, by the slope from below, is short enough: the excess
    /// bends upwards.
    fn crossing(&mut self, mut met: (f64, f64), mut missed: (f64, f64)) -> Result<f64, LinkError> {
        let tolerance = 1e-3 * missed.0;
        let mut third = None;
        let mut halve = false;
        for _ in 0..60 {
            let width = missed.0 - met.0;
            if width <= tolerance {
                break;
            }
            let share = if halve {
                0.5
            } else {
                third
                    .and_then(|third| parabola_share(met, missed, third))
                    .unwrap_or_else(|| (met.1 / (met.1 - missed.1)).clamp(0.1, 0.9))
            };
            let edge = (0.25 * tolerance).min(0.25 * width);
            let length = (met.0 + share * width - 0.4 * tolerance)
                .max(met.0 + edge)
                .min(missed.0 - edge);
            let here = (length, self.excess(length)?);
            if here.1 > 0.0 {
                third = Some(missed);
                missed = here;
            } else {
                let slope = (here.1 - met.1) / (here.0 - met.0);
                let close = slope > 0.0 && -here.1 / slope <= tolerance;
                third = Some(met);
                met = here;
                if close {
                    break;
                }
            }
            halve = missed.0 - met.0 > 0.5 * width && !halve;
        }
        Ok(met.0)
    }

    /// What each cause costs at a length.
    fn reliefs(&mut self, length: f64) -> Result<Vec<Relief>, LinkError> {
        let here = with_length(self.link, self.index, length);
        let base = self.point(length, true)?.margin_db;
        let mut reliefs = Vec::new();
        for (cause, relieved) in without_each_cause(&here) {
            self.engine.change(&relieved)?;
            let ber = self.engine.evaluate()?.decided.errors.bit;
            let margin = self.margins.find(&mut self.engine, Some(ber))?;
            reliefs.push(Relief {
                cause,
                margin_gain_db: match (margin, base) {
                    (Some(margin), Some(base)) => Some(margin - base),
                    (Some(_), None) => None,
                    (None, _) => Some(0.0),
                },
            });
        }
        reliefs.sort_by(|a, b| {
            let gain = |r: &Relief| r.margin_gain_db.unwrap_or(f64::INFINITY);
            gain(b).total_cmp(&gain(a))
        });
        Ok(reliefs)
    }
}

/// Where in a bracket (0 at `low`, 1 at `high`) the parabola through its ends and a third point crosses
/// zero; None where it does not, once.
fn parabola_share(low: (f64, f64), high: (f64, f64), third: (f64, f64)) -> Option<f64> {
    let width = high.0 - low.0;
    let u = (third.0 - low.0) / width;
    // low.1 + b·u + c·u² through (1, high.1) and the third point.
    let (rise, far) = (high.1 - low.1, third.1 - low.1);
    let c = (far - rise * u) / (u * (u - 1.0));
    let b = rise - c;
    let root = (b * b - 4.0 * c * low.1).sqrt();
    // Of the two roots the one between the ends, in the form without cancellation.
    let share = -2.0 * low.1 / (b + root);
    (share > 0.0 && share < 1.0).then_some(share)
}

/// The link without each of the causes that it has.
fn without_each_cause(link: &Link) -> Vec<(Cause, Link)> {
    let mut relieved = Vec::new();
    let mut add = |cause: Cause, change: &dyn Fn(&mut Link)| {
        let mut changed = link.clone();
        change(&mut changed);
        if changed.stages != link.stages || changed.sampler != link.sampler {
            relieved.push((cause, changed));
        }
    };
    let each = |link: &mut Link, change: &dyn Fn(&mut Stage)| {
        for named in &mut link.stages {
            change(&mut named.stage);
        }
    };
    add(Cause::Attenuation, &|link| {
        each(link, &|stage| match stage {
            Stage::Fiber(fiber) => fiber.attenuation = Attenuation::Constant(0.0),
            Stage::KerrFiber(fiber) => fiber.linear.attenuation = Attenuation::Constant(0.0),
            Stage::MultimodeFiber(fiber) => fiber.attenuation = Attenuation::Constant(0.0),
            _ => {}
        });
    });
    add(Cause::ChromaticDispersion, &|link| {
        each(link, &|stage| {
            let none = Dispersion::AtWavelength {
                reference: None,
                coefficient: 0.0,
                slope: 0.0,
            };
            match stage {
                Stage::Fiber(fiber) => fiber.dispersion = none,
                Stage::KerrFiber(fiber) => fiber.linear.dispersion = none,
                // Mode-partition noise, which dispersion makes, goes with it.
                Stage::MultimodeFiber(fiber) => fiber.dispersion = none,
                _ => {}
            }
        });
    });
    add(Cause::KerrEffect, &|link| {
        each(link, &|stage| {
            if let Stage::KerrFiber(fiber) = stage {
                fiber.kerr = KerrCoefficient::Constant(0.0);
            }
        });
    });
    add(Cause::ModalBandwidth, &|link| {
        each(link, &|stage| {
            if let Stage::MultimodeFiber(fiber) = stage {
                fiber.modes = ModalDispersion::None;
            }
        });
    });
    add(Cause::ModePartitionNoise, &|link| {
        each(link, &|stage| {
            if let Stage::Vcsel(vcsel) = stage {
                vcsel.mode_partition = 0.0;
            }
        });
    });
    add(Cause::ModalNoise, &|link| {
        each(link, &|stage| {
            if let Stage::MultimodeFiber(fiber) = stage {
                fiber.modal_noise_penalty_db = 0.0;
            }
        });
    });
    add(Cause::ConductorLoss, &|link| {
        each(link, &|stage| {
            if let Stage::Twinax(cable) = stage {
                cable.conductor.resistivity_at_20_celsius *= 1e-4;
            }
        });
    });
    add(Cause::DielectricLoss, &|link| {
        each(link, &|stage| {
            if let Stage::Twinax(cable) = stage {
                cable.dielectric = cable.dielectric.with_loss_scaled(1e-4);
            }
        });
    });
    add(Cause::LumpedLoss, &|link| {
        each(link, &|stage| {
            if let Stage::OpticalLoss(loss) = stage {
                loss.transmission = 1.0;
                loss.kind = OpticalLossKind::Connector;
            }
        });
    });
    add(Cause::Chirp, &|link| {
        each(link, &|stage| match stage {
            Stage::ElectroAbsorptionModulator(modulator) => {
                if let ElectroAbsorptionTransfer::Linear { alpha_h, .. } = &mut modulator.transfer {
                    *alpha_h = 0.0;
                }
            }
            Stage::MachZehnderModulator(modulator) => modulator.alpha_h = 0.0,
            _ => {}
        });
    });
    add(Cause::RelativeIntensityNoise, &|link| {
        each(link, &|stage| match stage {
            Stage::Laser(laser) => laser.relative_intensity_noise = 0.0,
            Stage::Vcsel(vcsel) => vcsel.relative_intensity_noise = 0.0,
            _ => {}
        });
    });
    add(Cause::PhaseNoise, &|link| {
        each(link, &|stage| {
            if let Stage::Laser(laser) = stage {
                laser.linewidth = 0.0;
            }
        });
    });
    add(Cause::Jitter, &|link| {
        link.sampler.jitter = Jitter::default();
        each(link, &|stage| {
            if let Stage::Driver(driver) = stage {
                driver.jitter = Jitter::default();
            }
        });
    });
    add(Cause::ReceiverNoise, &|link| {
        each(link, &|stage| match stage {
            Stage::Photoreceiver(receiver) => receiver.noise = receiver.noise.scaled(0.5),
            Stage::ElectricalReceiver(receiver) => receiver.noise = receiver.noise.scaled(0.5),
            _ => {}
        });
    });
    relieved
}
