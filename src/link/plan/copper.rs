//! Copper stages: one operation for all that stand in a row between a driver and a receiver.
//!
//! Cables and networks alone are multiplied, each between matched ends of 100 Ω. Where one stage of the row
//! is a package, a board, a connector or crosstalk, or where the driver or the receiver at its end has a
//! termination, the row is a cascade with all reflections instead: cables between ends that are not matched
//! are no product.

use super::{Builder, Domain, Linear, NoiseSource, Operation, Refused, redriver, refuse};
use crate::copper::{CopperPath, Piece};
use crate::link::crosstalk::{Crosstalk, CrosstalkCoupling, CrosstalkEnd, Interferer};
use crate::link::description::{NamedStage, Stage};
use crate::link::noise::NoiseKind;
use crate::receiver::ElectricalReceiver;
use crate::transmitter::Driver;
use std::ops::Range;
use std::sync::Arc;

/// Resistance between the legs of an end that says nothing else, Ω.
const MATCHED: f64 = 100.0;
/// Unit intervals after which the clocks of aggressors slip, one after the other: primes, so that no two
/// keep their phase to each other.
const SLIPS: [usize; 8] = [251, 257, 263, 269, 271, 277, 281, 283];

fn is_copper(stage: &Stage) -> bool {
    matches!(
        stage,
        Stage::Twinax(_)
            | Stage::Network(_)
            | Stage::Package(_)
            | Stage::Board(_)
            | Stage::ElectricalConnector(_)
            | Stage::Crosstalk(_)
    )
}

/// A row of copper stages of a link.
struct Row<'a> {
    link: &'a [NamedStage],
    range: Range<usize>,
}

impl<'a> Row<'a> {
    /// The row that holds a stage; empty, in front of it, where it is not of copper.
    fn around(link: &'a [NamedStage], index: usize) -> Self {
        let copper = |i: &usize| link.get(*i).is_some_and(|named| is_copper(&named.stage));
        let first = (0..index).rev().take_while(copper).last().unwrap_or(index);
        let count = (index..link.len()).take_while(copper).count();
        Self {
            link,
            range: first..index + count,
        }
    }

    fn stages(&self) -> impl DoubleEndedIterator<Item = (usize, &'a Stage)> {
        let link = self.link;
        self.range
            .clone()
            .filter_map(move |i| Some((i, &link.get(i)?.stage)))
    }

    /// The driver directly in front of the row.
    fn driver(&self) -> Option<&'a Driver> {
        match &self.link.get(self.range.start.checked_sub(1)?)?.stage {
            Stage::Driver(driver) => Some(driver),
            _ => None,
        }
    }

    /// The receiver directly behind the row.
    fn receiver(&self) -> Option<&'a ElectricalReceiver> {
        match &self.link.get(self.range.end)?.stage {
            Stage::ElectricalReceiver(receiver) => Some(receiver),
            _ => None,
        }
    }

    fn is_cascade(&self) -> bool {
        self.driver()
            .is_some_and(|driver| driver.termination.is_some())
            || self
                .receiver()
                .is_some_and(|receiver| receiver.termination.is_some())
            || self
                .stages()
                .any(|(_, stage)| !matches!(stage, Stage::Twinax(_) | Stage::Network(_)))
    }

    /// The place of a package at the driver, and of one at the receiver.
    fn packages(&self) -> (Option<usize>, Option<usize>) {
        let package = |i: usize| {
            matches!(
                self.link.get(i).map(|named| &named.stage),
                Some(Stage::Package(_))
            )
        };
        let start = self.range.start;
        let end = self.range.end.saturating_sub(1);
        let at_driver = (self.driver().is_some() && package(start)).then_some(start);
        let at_receiver = self.receiver().is_some() && package(end) && at_driver != Some(end);
        (at_driver, at_receiver.then_some(end))
    }

    /// The pieces of the row with their places in the link, and crosstalk with the places of the pieces it
    /// comes into.
    #[allow(clippy::type_complexity)]
    fn pieces(&self) -> Result<(Vec<(usize, Piece)>, Vec<(usize, &'a Crosstalk)>), Refused> {
        let (at_driver, at_receiver) = self.packages();
        let mut pieces: Vec<(usize, Piece)> = Vec::new();
        let mut crosstalk = Vec::new();
        for (i, stage) in self.stages() {
            let piece = match stage {
                Stage::Twinax(cable) => Piece::Twinax(*cable),
                Stage::Network(channel) => Piece::Network(channel.clone()),
                Stage::Board(board) => Piece::Board(*board),
                Stage::ElectricalConnector(connector) => Piece::Connector(*connector),
                Stage::Package(device) => {
                    if ![at_driver, at_receiver].contains(&Some(i)) {
                        return refuse(
                            "a package stands directly behind the driver or directly in front of the \
                             receiver, where its die is",
                        );
                    }
                    let package = Piece::Device(device.clone());
                    if at_driver == Some(i) {
                        package
                    } else {
                        package.flipped()
                    }
                }
                Stage::Crosstalk(stage) => {
                    let Some(disturbed) = pieces.len().checked_sub(1) else {
                        return refuse("there is no copper stage in front of it to be disturbed");
                    };
                    let place = pieces.get(disturbed).map(|(place, _)| *place);
                    if [at_driver, at_receiver].contains(&place) {
                        return refuse(
                            "crosstalk disturbs the stage in front of it, and that is a package: put it \
                             behind a cable, a board, a connector or a network",
                        );
                    }
                    crosstalk.push((disturbed, stage));
                    continue;
                }
                _ => continue,
            };
            pieces.push((i, piece));
        }
        Ok((pieces, crosstalk))
    }

    /// Resistance of a package's termination between the legs, Ω.
    fn package_resistance(&self, place: Option<usize>) -> Option<f64> {
        match &self.link.get(place?)?.stage {
            Stage::Package(device) => Some(2.0 * device.termination.resistance),
            _ => None,
        }
    }

    /// Resistances at its ends, Ω.
    fn ends(&self) -> (f64, f64) {
        let (at_driver, at_receiver) = self.packages();
        let source = self
            .driver()
            .and_then(|driver| driver.termination)
            .or_else(|| self.package_resistance(at_driver));
        let load = self
            .receiver()
            .and_then(|receiver| receiver.termination)
            .or_else(|| self.package_resistance(at_receiver));
        (source.unwrap_or(MATCHED), load.unwrap_or(MATCHED))
    }
}

/// What a copper stage is between matched ends, without its delay, which stands beside it.
fn between_matched_ends(stage: &Stage) -> Option<(Linear, f64)> {
    match stage {
        Stage::Twinax(cable) => Some((Linear::Twinax(*cable), cable.propagation_delay())),
        Stage::Network(channel) => Some((Linear::Network(channel.clone()), channel.delay())),
        _ => None,
    }
}

impl Builder<'_> {
    /// A stage of copper, or the whole row that it begins.
    pub(super) fn copper(&mut self, name: &str, stage: &Stage) -> Result<(), Refused> {
        self.need(
            Domain::Electrical,
            "copper carries voltage, but light arrives here",
        )?;
        self.electrical_source(name)?;
        let link = self.link;
        let row = Row::around(&link.stages, self.stage_index);
        if !row.is_cascade() {
            if let Some((linear, delay)) = between_matched_ends(stage) {
                self.delay += delay;
                self.push(name, Operation::Linear(linear));
            }
            return Ok(());
        }
        if self.stage_index == row.range.start {
            self.cascade(name, &row)?;
        }
        Ok(())
    }

    /// A driver and a receiver with nothing between them, whose terminations may differ.
    pub(super) fn terminations_alone(&mut self, name: &str) {
        let link = self.link;
        let at = self.stage_index;
        let row = Row {
            link: &link.stages,
            range: at..at,
        };
        if row.driver().is_some() && row.is_cascade() {
            let (source, load) = row.ends();
            self.push(
                name,
                Operation::Linear(Linear::Copper(Arc::new(CopperPath {
                    pieces: Vec::new(),
                    source,
                    load,
                }))),
            );
        }
    }

    fn cascade(&mut self, name: &str, row: &Row) -> Result<(), Refused> {
        let (pieces, crosstalk) = row.pieces()?;
        let (source, load) = row.ends();
        let all: Vec<Piece> = pieces.into_iter().map(|(_, piece)| piece).collect();
        let path = CopperPath {
            pieces: all.clone(),
            source,
            load,
        };
        self.delay += path.delay();
        self.push(name, Operation::Linear(Linear::Copper(Arc::new(path))));
        let Some(driver) = self.driver.clone() else {
            return if crosstalk.is_empty() {
                Ok(())
            } else {
                refuse("crosstalk needs a driver, whose edges its aggressors have")
            };
        };
        if !crosstalk.is_empty() && !redriver::begins_in_volts(&self.link.stages) {
            return refuse("crosstalk into what drives a modulator is not modelled");
        }
        let mut number = 0;
        for (disturbed, crosstalk) in crosstalk {
            let interferer = self.interferer(&driver, crosstalk, &all, disturbed, (source, load));
            for _ in 0..crosstalk.aggressors {
                let slip = SLIPS.get(number % SLIPS.len()).copied().unwrap_or(251);
                number += 1;
                let one = Interferer {
                    slip: slip + 60 * (number / SLIPS.len()),
                    ..interferer.clone()
                };
                self.push(
                    name,
                    Operation::Noise(NoiseSource::Interferer(Arc::new(one))),
                );
            }
        }
        Ok(())
    }

    fn interferer(
        &self,
        driver: &Driver,
        crosstalk: &Crosstalk,
        pieces: &[Piece],
        disturbed: usize,
        (source, load): (f64, f64),
    ) -> Interferer {
        let (before, rest) = pieces.split_at(disturbed.min(pieces.len()));
        let (stage, behind) = rest.split_at(rest.len().min(1));
        let mut passed: Vec<Piece> = match crosstalk.end {
            CrosstalkEnd::Far => before.to_vec(),
            CrosstalkEnd::Near => behind.iter().rev().cloned().map(Piece::flipped).collect(),
        };
        match &crosstalk.coupling {
            CrosstalkCoupling::Network(channel) => passed.push(Piece::Network(channel.clone())),
            CrosstalkCoupling::Weak { ratio, frequency } => {
                if crosstalk.end == CrosstalkEnd::Far {
                    passed.extend_from_slice(stage);
                }
                passed.push(Piece::Coupling {
                    ratio: *ratio,
                    frequency: *frequency,
                });
            }
        }
        passed.extend_from_slice(behind);
        let (taps, main_tap) = crosstalk
            .taps
            .clone()
            .unwrap_or_else(|| (driver.taps.clone(), driver.main_tap));
        Interferer {
            kind: NoiseKind::Crosstalk,
            path: Some(CopperPath {
                pieces: passed,
                source: match crosstalk.end {
                    CrosstalkEnd::Far => source,
                    CrosstalkEnd::Near => load,
                },
                load,
            }),
            driver: Driver {
                amplitude: crosstalk.amplitude.unwrap_or(driver.amplitude),
                taps,
                main_tap,
                ..driver.clone()
            },
            symbol_rate: self.link.signal.symbol_rate,
            levels: Some(self.levels.clone()),
            slip: 0,
        }
    }

    /// The driver's own noise, where its amplitude is.
    pub(super) fn driver_noise(&mut self, driver: &Driver) {
        let Some(ratio) = driver.signal_to_noise_db else {
            return;
        };
        let noise = Interferer {
            kind: NoiseKind::Driver,
            path: None,
            driver: Driver {
                amplitude: driver.amplitude * 10f64.powf(-ratio / 20.0),
                taps: vec![1.0],
                main_tap: 0,
                ..driver.clone()
            },
            symbol_rate: self.link.signal.symbol_rate,
            levels: None,
            slip: 0,
        };
        self.push(
            "driver",
            Operation::Noise(NoiseSource::Interferer(Arc::new(noise))),
        );
    }
}
