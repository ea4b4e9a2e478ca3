//! Spontaneous emission of the amplifiers of a link on its way to the detector.

use crate::signal::OpticalFilter;

/// Emission of one amplifier as far as it has come. Densities are per polarisation.
struct Band {
    /// Density at the carrier, which beats with the signal, W/Hz.
    at_carrier: f64,
    /// Density at its peak, W/Hz.
    peak: f64,
    /// Noise bandwidth about the peak, Hz.
    bandwidth: f64,
}

/// Emission of every amplifier so far.
///
/// Each keeps the bandwidth of what lies behind its own amplifier: a filter narrows what is there
/// already, and nothing of what an amplifier further on adds. The bands are rectangles about one centre,
/// the narrower inside the wider.
///
/// **Left out**: centres that lie apart, of passbands or of the band that an amplifier is given: less
/// passes then than the narrower alone lets through at its peak. Polarisation-dependent loss takes from
/// both polarisations alike.
#[derive(Default)]
pub(super) struct Emissions(Vec<Band>);

/// Emission at the detector, per polarisation.
pub(super) struct Detected {
    /// Density at the carrier, Σ S_i, W/Hz.
    pub at_carrier: f64,
    /// Density (W/Hz) and bandwidth (Hz) of the one band that has the same power ∫S(ν)dν and the same
    /// ∫S(ν)²dν, which is what beats with itself at low frequency.
    pub band: (f64, f64),
}

impl Emissions {
    /// What an amplifier emits at its output.
    pub(super) fn add(&mut self, density: f64, bandwidth: f64) {
        self.0.push(Band {
            at_carrier: density,
            peak: density,
            bandwidth,
        });
    }

    /// A loss or a gain.
    pub(super) fn scale(&mut self, transmission: f64) {
        for band in &mut self.0 {
            band.at_carrier *= transmission;
            band.peak *= transmission;
        }
    }

    /// A filter, whose passband need not be centred on the carrier: emission passes at its peak.
    pub(super) fn filter(&mut self, passband: &OpticalFilter) {
        let (carrier, peak) = (passband.at(0.0).norm_sqr(), passband.peak_transmission());
        for band in &mut self.0 {
            band.at_carrier *= carrier;
            band.peak *= peak;
            band.bandwidth = passband.narrowed(band.bandwidth);
        }
    }

    /// What arrives of it; None where there is none.
    ///
    /// Of rectangles inside each other, ∫S(ν)²dν is Σ_i Σ_j S_i·S_j·min(B_i, B_j).
    pub(super) fn detected(&self) -> Option<Detected> {
        let bands = &self.0;
        let power: f64 = bands.iter().map(|b| b.peak * b.bandwidth).sum();
        let squared: f64 = bands
            .iter()
            .flat_map(|a| bands.iter().map(move |b| (a, b)))
            .map(|(a, b)| a.peak * b.peak * a.bandwidth.min(b.bandwidth))
            .sum();
        (power > 0.0 && squared > 0.0).then(|| Detected {
            at_carrier: bands.iter().map(|b| b.at_carrier).sum(),
            band: (squared / power, power * (power / squared)),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::signal::PassbandShape;

    fn passband(bandwidth: f64, centre: f64) -> OpticalFilter {
        OpticalFilter {
            shape: PassbandShape::Gaussian {
                bandwidth,
                order: 1,
            },
            centre,
            insertion_loss_db: 0.0,
        }
    }

    #[test]
    fn a_filter_narrows_what_is_in_front_of_it_only() {
        let port = passband(50e9, 0.0);
        let width = port.noise_bandwidth().unwrap();
        let mut emissions = Emissions::default();
        emissions.add(2.0, 400e9);
        emissions.filter(&port);
        emissions.scale(3.0);
        emissions.add(1.0, 200e9);
        let found = emissions.detected().unwrap();
        assert!((found.at_carrier - 7.0).abs() < 1e-12);
        let (density, bandwidth) = found.band;
        // Within the filter 6 + 1, outside it 1.
        let power = 7.0 * width + (200e9 - width);
        let squared = 49.0 * width + (200e9 - width);
        assert!((density * bandwidth / power - 1.0).abs() < 1e-12);
        assert!((density * density * bandwidth / squared - 1.0).abs() < 1e-12);
    }

    #[test]
    fn emission_passes_a_filter_away_from_the_carrier_at_its_peak() {
        let mut emissions = Emissions::default();
        emissions.add(1.0, 400e9);
        // Half of the carrier passes at the edge.
        emissions.filter(&passband(50e9, 25e9));
        let found = emissions.detected().unwrap();
        assert!((found.at_carrier - 0.5).abs() < 1e-12);
        assert!((found.band.0 - 1.0).abs() < 1e-12);
        assert!(Emissions::default().detected().is_none());
    }
}
