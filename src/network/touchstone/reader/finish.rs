//! The end of the file: what was read put together, and what is missing.

use super::{Reader, Result, Section};
use crate::network::touchstone::header::Options;
use crate::network::touchstone::record::PointStore;
use crate::network::touchstone::{NoisePoint, Parameter, Touchstone, Version};
use crate::network::{Network, PortMode, Reference, WaveDefinition};
use num_complex::Complex64;

impl Reader<'_> {
    pub(super) fn finish(mut self) -> Result<Touchstone> {
        if self.section == Section::Reference {
            return Err(self.fail(
                0,
                format!(
                    "[Reference] has {} values, not one for each port",
                    self.references.len()
                ),
            ));
        }
        if self.options.is_none() && self.version == Version::V1 && self.store.is_none() {
            return Err(self.fail_at(
                0,
                0,
                "there is neither an option line nor data: this is not a Touchstone file",
            ));
        }
        if self.store.is_none() {
            if self.ports.or(self.ports_hint).is_none() {
                return Err(self.fail_at(0, 0, "there are no data and no number of ports"));
            }
            self.start_data()?;
            self.note("there are no data");
        }
        let Some(store) = self.store.take() else {
            return Err(self.fail_at(0, 0, "there are no data"));
        };
        if let Some((missing, found)) = store.incomplete() {
            return Err(self.fail_at(
                store.started_at(),
                1,
                format!(
                    "the point that begins here has {found} numbers; one of {} ports has {}: the file \
                     ends {missing} too early",
                    store.ports(),
                    found + missing
                ),
            ));
        }
        let ports = store.ports();
        if let Some(expected) = self.frequencies
            && expected != store.points()
            && store.points() > 0
        {
            return Err(self.fail_at(
                0,
                0,
                format!(
                    "[Number of Frequencies] is {expected}, and there are {}",
                    store.points()
                ),
            ));
        }
        if !self.noise_row.is_empty() {
            return Err(self.fail(
                0,
                format!(
                    "the last line of the noise data has {} numbers, not five",
                    self.noise_row.len()
                ),
            ));
        }
        if let Some(expected) = self.noise_frequencies
            && expected != self.noise.len()
        {
            self.note(format!(
                "[Number of Noise Frequencies] is {expected}, and there are {}",
                self.noise.len()
            ));
        }
        self.build(store, ports)
    }

    fn build(mut self, store: PointStore, ports: usize) -> Result<Touchstone> {
        let options = self.options.take().unwrap_or_default();
        let points = store.points();
        let mut reference = self.port_references(&options, ports)?;
        let modes = self.port_modes(ports)?;
        for (z, mode) in reference.clone().iter().zip(0..) {
            if *z == Complex64::ZERO && options.parameter == Parameter::S && points > 0 {
                let port: usize = mode;
                return Err(self.fail_at(
                    0,
                    0,
                    format!("the reference impedance of port {} is zero", port + 1),
                ));
            }
        }
        if !self.mixed.is_empty() {
            reference = self.mode_references(&reference, &modes)?;
        }
        let has_impedances = !self.impedances.is_empty();
        let definition = match self.definition {
            Some(definition) if has_impedances => definition,
            _ if has_impedances => WaveDefinition::Traveling,
            _ => WaveDefinition::Power,
        };
        let (frequency, s) = store.into_parts(options.unit.hertz());
        if self.gamma.len() != points * ports && !self.gamma.is_empty() {
            self.note("`! Gamma` is not given for every point and is ignored");
            self.gamma.clear();
        }
        if has_impedances && self.impedances.len() != points * ports {
            return Err(self.fail_at(
                0,
                0,
                format!(
                    "`! Port Impedance` is given for {} of {points} points",
                    self.impedances.len() / ports
                ),
            ));
        }
        let normalised = self.version == Version::V1;
        let noise_resistance = if normalised {
            reference.first().map_or(50.0, |z| z.re)
        } else {
            1.0
        };
        let impedances = std::mem::take(&mut self.impedances);
        let first = impedances.get(..ports).unwrap_or_default();
        let reference = if has_impedances && impedances.chunks_exact(ports).any(|z| z != first) {
            Reference::PerFrequency(impedances)
        } else if has_impedances {
            Reference::PerPort(first.to_vec())
        } else {
            Reference::PerPort(reference)
        };
        let network = Network::new(frequency, ports, s, reference)?
            .with_definition(definition)
            .with_modes(modes)?;
        let network = match options.parameter {
            Parameter::S => network,
            parameter => network.with_file_parameters(parameter, normalised)?,
        };
        let unit = options.unit.hertz();
        let noise = self
            .noise
            .iter()
            .map(|&[f, minimum, magnitude, angle, resistance]| NoisePoint {
                frequency: f * unit,
                minimum_noise_figure_db: minimum,
                optimum_reflection: Complex64::from_polar(magnitude, angle.to_radians()),
                effective_noise_resistance: resistance * noise_resistance,
            })
            .collect();
        Ok(Touchstone {
            network,
            version: self.version,
            parameter: options.parameter,
            format: options.format,
            frequency_unit: options.unit,
            port_names: port_names(&self.names, ports),
            noise,
            propagation: self.gamma,
            comments: self.comments,
            information: self.information,
            notes: self.notes,
        })
    }

    fn port_references(&self, options: &Options, ports: usize) -> Result<Vec<Complex64>> {
        if !self.references.is_empty() {
            if self.references.len() != ports {
                return Err(self.fail_at(
                    0,
                    0,
                    format!(
                        "[Reference] has {} values, and there are {ports} ports",
                        self.references.len()
                    ),
                ));
            }
            return Ok(self
                .references
                .iter()
                .map(|&r| Complex64::new(r, 0.0))
                .collect());
        }
        match options.reference[..] {
            [] => Ok(vec![Complex64::new(50.0, 0.0); ports]),
            [one] => Ok(vec![one; ports]),
            ref several if several.len() == ports => Ok(several.to_vec()),
            ref several => Err(self.fail_at(
                0,
                0,
                format!(
                    "the option line has {} reference impedances, and there are {ports} ports",
                    several.len()
                ),
            )),
        }
    }

    fn port_modes(&self, ports: usize) -> Result<Vec<PortMode>> {
        if self.mixed.is_empty() {
            return Ok((0..ports).map(PortMode::SingleEnded).collect());
        }
        let wrong = |text: String| self.fail_at(0, 0, format!("[Mixed-Mode Order]: {text}"));
        if self.mixed.len() != ports {
            return Err(wrong(format!(
                "{} modes are given for {ports} ports",
                self.mixed.len()
            )));
        }
        let modes: Vec<PortMode> = self
            .mixed
            .iter()
            .filter_map(|(kind, p)| match (kind, &p[..]) {
                (b'S', &[port]) => Some(PortMode::SingleEnded(port)),
                (b'D', &[positive, negative]) => {
                    Some(PortMode::Differential { positive, negative })
                }
                (b'C', &[positive, negative]) => Some(PortMode::Common { positive, negative }),
                _ => None,
            })
            .collect();
        let mut seen = vec![[false; 2]; ports];
        for mode in &modes {
            let (which, list) = match *mode {
                PortMode::SingleEnded(p) => (2, [p, p]),
                PortMode::Differential { positive, negative } => (0, [positive, negative]),
                PortMode::Common { positive, negative } => (1, [positive, negative]),
            };
            let pair = if which == 2 { &list[..1] } else { &list[..] };
            for &port in pair {
                let Some(used) = seen.get_mut(port) else {
                    return Err(wrong(format!("there is no port {}", port + 1)));
                };
                let slots: &[usize] = match which {
                    2 => &[0, 1],
                    0 => &[0],
                    _ => &[1],
                };
                for &slot in slots {
                    if std::mem::replace(&mut used[slot], true) {
                        return Err(wrong(format!("port {} is used twice", port + 1)));
                    }
                }
            }
        }
        if modes.len() != ports || seen.iter().any(|s| !s[0] || !s[1]) {
            return Err(wrong(
                "every port must appear once as S, or once as D and once as C".to_owned(),
            ));
        }
        Ok(modes)
    }

    /// Reference impedances of the modes: 2z for the differential, z/2 for the common one.
    fn mode_references(&self, z: &[Complex64], modes: &[PortMode]) -> Result<Vec<Complex64>> {
        modes
            .iter()
            .map(|mode| {
                let of = |port: usize| z.get(port).copied().unwrap_or_default();
                let pair = |p: usize, n: usize, factor: f64| {
                    if of(p) == of(n) {
                        Ok(of(p) * factor)
                    } else {
                        Err(self.fail_at(
                            0,
                            0,
                            format!(
                                "[Mixed-Mode Order]: ports {} and {} have different reference \
                                 impedances",
                                p + 1,
                                n + 1
                            ),
                        ))
                    }
                };
                match *mode {
                    PortMode::SingleEnded(p) => Ok(of(p)),
                    PortMode::Differential { positive, negative } => pair(positive, negative, 2.0),
                    PortMode::Common { positive, negative } => pair(positive, negative, 0.5),
                }
            })
            .collect()
    }
}

/// Names by port; empty where none is given.
fn port_names(names: &[(usize, String)], ports: usize) -> Vec<String> {
    let mut list = vec![String::new(); ports];
    for (port, name) in names {
        if let Some(place) = list.get_mut(*port) {
            place.clone_from(name);
        }
    }
    list
}
