//! The tables of optical filters and amplifiers of a link.

use super::choices::{AmplifierKindName, NoiseFigureName};
use super::range::Range;
use super::read::Count;
use super::table::{Alternatives, table};

/// Keys without a number.
const ANY: Range = Range::FINITE;
/// Loss in dB of a passive element.
const LOSS_DB: Range = Range::between(0.0, 200.0);
/// Unwanted light over the signal's, dB.
const CROSSTALK_DB: Range = Range::between(-300.0, 0.0);
/// Return loss in dB; at 0 all light would come back.
pub(super) const RETURN_LOSS_DB: Range = Range::above(0.0, 200.0);
/// Polarisation-dependent loss, dB.
pub(super) const DEPENDENT_LOSS_DB: Range = Range::between(0.0, 100.0);

/// A passband by its width, or a measured one.
const PASSBAND: Alternatives = &[
    &["passband_width_ghz", "gaussian_order"],
    &["passband_file"],
];
/// Crosstalk of other channels by the passband, or as a number.
const ADJACENT: Alternatives = &[
    &["channel_spacing_ghz", "adjacent_power_db"],
    &["adjacent_crosstalk_db"],
];

table! {
    /// An optical band-pass or a port of a multiplexer, and the crosstalk it leaves. Everything passes
    /// where no passband is given.
    OpticalFilterTable, [PASSBAND, ADJACENT], {
        /// What the stage is called.
        name: String, ANY;
        /// Full width of the passband between the frequencies at which half of the power passes, GHz.
        passband_width_ghz: f64, Range::above(0.0, 1e6);
        /// Order n of a Gaussian passband, |H|² = exp(−ln2·|2f/width|^(2n)); 1 where absent.
        gaussian_order: Count, Range::between(1.0, 100.0);
        /// Measured passband instead: a CSV file of frequency_offset_ghz, amplitude_db and optionally
        /// phase_deg.
        passband_file: String, ANY;
        /// Centre of the passband, which has to be given, less the frequency of the laser, GHz; 0 where
        /// absent.
        offset_ghz: f64, Range::between(-1e6, 1e6);
        /// Loss at the centre, dB; 0 where absent.
        insertion_loss_db: f64, LOSS_DB;
        /// Distance of the neighbouring channels, GHz: their crosstalk follows from the passband. None
        /// where absent.
        channel_spacing_ghz: f64, Range::above(0.0, 1e6);
        /// How many neighbours there are, 1 or 2, the second on the other side; 2 where absent. With
        /// adjacent_crosstalk_db, how many independent sources of the same power that is the sum of.
        adjacent_channels: Count, Range::between(1.0, 2.0);
        /// Power of each neighbour in front of the filter over the signal's, dB; 0 where absent.
        adjacent_power_db: f64, Range::between(-100.0, 100.0);
        /// Power of other wavelengths behind the filter over the signal's instead, dB: of all
        /// adjacent_channels together, in equal parts.
        adjacent_crosstalk_db: f64, CROSSTALK_DB;
        /// Power of other light at the signal's wavelength over the signal's, dB; none where absent.
        in_band_crosstalk_db: f64, CROSSTALK_DB;
        /// Power that comes back, dB below what arrives; no reflection where absent.
        return_loss_db: f64, RETURN_LOSS_DB;
        /// Polarisation-dependent loss, dB, which the light takes beside the insertion loss; 0 where
        /// absent.
        polarization_dependent_loss_db: f64, DEPENDENT_LOSS_DB;
    }
}

/// Saturation by the output power at half of the gain, or by the energy.
const SATURATION: Alternatives = &[&["output_saturation_power_dbm"], &["saturation_energy_pj"]];

table! {
    /// An optical amplifier with isolators, whose gain follows the average power or, of a semiconductor
    /// amplifier with a carrier lifetime, the waveform.
    OpticalAmplifierTable, [SATURATION], {
        /// What the stage is called.
        name: String, ANY;
        /// Which kind; "erbium" where absent.
        kind: AmplifierKindName, ANY;
        /// Gain without load, dB.
        gain_db: f64, Range::between(0.0, 100.0);
        /// Noise figure, dB.
        noise_figure_db: f64, Range::between(0.0, 50.0);
        /// What the noise figure counts; "with-shot-noise" where absent.
        noise_figure_definition: NoiseFigureName, ANY;
        /// Average output power at which the gain has halved, dBm; the gain stays where absent.
        output_saturation_power_dbm: f64, Range::between(-100.0, 60.0);
        /// Carrier lifetime of a semiconductor amplifier, ps: its gain then follows the waveform.
        carrier_lifetime_ps: f64, Range::above(0.0, 1e6);
        /// Saturation energy of a semiconductor amplifier with a carrier lifetime, pJ: the saturation
        /// power times the lifetime.
        saturation_energy_pj: f64, Range::above(0.0, 1e6);
        /// Linewidth-enhancement factor of a semiconductor amplifier, by which its gain turns the phase;
        /// 0 where absent.
        linewidth_enhancement_factor: f64, Range::between(-100.0, 100.0);
        /// False where the gain is to follow the average power all the same; true where absent, with a
        /// carrier lifetime.
        gain_dynamics: bool, ANY;
        /// Noise bandwidth of the optical filters behind it, GHz, of its own emission; a narrower
        /// optical_filter behind it counts instead, one in front of it does not.
        optical_bandwidth_ghz: f64, Range::above(0.0, 1e6);
    }
}
