//! The tables of the stages: one key per table of the `[[stage]]` array.

use super::choices::{BendClassName, FilterKind};
use super::converter_tables::ConverterTable;
use super::copper_tables::{
    BoardTable, CrosstalkTable, ElectricalConnectorTable, NetworkTable, PackageTable,
    TERMINATION_OHM, TwinaxTable,
};
use super::light_tables::{
    DEPENDENT_LOSS_DB, OpticalAmplifierTable, OpticalFilterTable, RETURN_LOSS_DB,
};
use super::range::Range;
use super::read::{Count, NumberOrPoints, Points};
use super::repeater_tables::{RedriverTable, RetimerTable};
use super::source::Value;
use super::table::{Alternatives, table};

/// Frequencies in GHz, from 1 kHz to 100 THz.
pub(super) const FREQUENCY_GHZ: Range = Range::between(1e-6, 1e5);
/// Vacuum wavelengths in nm.
const WAVELENGTH_NM: Range = Range::between(200.0, 3000.0);
/// Random jitter in UI: beyond half an interval there is no eye.
const RANDOM_JITTER_UI: Range = Range::between(0.0, 0.5);
/// Dual-Dirac jitter in UI, peak to peak.
const DUAL_DIRAC_JITTER_UI: Range = Range::between(0.0, 1.0);
/// Duty-cycle distortion and sinusoidal jitter in UI, peak to peak.
const SYSTEMATIC_JITTER_UI: Range = Range::between(0.0, 0.5);
/// Loss in dB of a passive element.
const LOSS_DB: Range = Range::between(0.0, 200.0);
/// Levels of light in dBm.
const LEVEL_DBM: Range = Range::between(-100.0, 60.0);
/// Ratios of powers in dB that must be above one.
const RATIO_ABOVE_ONE_DB: Range = Range::above(0.0, 100.0);
/// Voltages of either sign.
const VOLTAGE_V: Range = Range::between(-1000.0, 1000.0);
/// Voltages above zero.
pub(super) const POSITIVE_VOLTAGE_V: Range = Range::above(0.0, 1000.0);
/// α_H of a modulator.
const ALPHA_H: Range = Range::between(-100.0, 100.0);
/// Keys without a number.
const ANY: Range = Range::FINITE;

/// A bandwidth with a filter's shape, or a measured response.
const RESPONSE: Alternatives = &[&["bandwidth_ghz", "filter"], &["response_file"]];
/// A laser's resonance, or a bandwidth with a filter's shape, or a measured response.
const LASER_RESPONSE: Alternatives = &[
    &["resonance_ghz", "k_factor_ns", "damping_offset_per_ns"],
    &["bandwidth_ghz", "filter"],
    &["response_file"],
];
/// The chromatic dispersion of a fibre.
const DISPERSION: Alternatives = &[
    &[
        "zero_dispersion_wavelength_nm",
        "zero_dispersion_slope_ps_per_nm2_km",
    ],
    &[
        "dispersion_ps_per_nm_km",
        "dispersion_slope_ps_per_nm2_km",
        "dispersion_wavelength_nm",
    ],
];
/// Polarisation-mode dispersion of a fibre.
const MODE_DISPERSION: Alternatives = &[
    &["pmd_ps_per_sqrt_km", "dgd_probability"],
    &["differential_group_delay_ps"],
];
/// What the output of a modulator is set to.
const LAUNCH: Alternatives = &[&["launch_oma_dbm"], &["launch_power_dbm"]];

table! {
    /// The electrical source: levels, edges, pre-emphasis and jitter.
    DriverTable, [RESPONSE], {
        /// What the stage is called.
        name: String, ANY;
        /// Part of the library the values not given here are taken from.
        model: String, ANY;
        /// Peak differential voltage of the outer levels into a matched load, V: half the
        /// open-circuit swing. Needed where no modulator follows.
        amplitude_v: f64, POSITIVE_VOLTAGE_V;
        /// 20–80 % rise time of the Gaussian edge filter, ps; none where absent.
        rise_time_ps: f64, Range::between(0.0, 1e6);
        /// −3 dB bandwidth of the output, GHz; unlimited where absent.
        bandwidth_ghz: f64, FREQUENCY_GHZ;
        /// Shape of that band limitation.
        filter: FilterKind, ANY;
        /// Measured S21 instead: a CSV file of frequency_ghz, magnitude_db and optionally phase_deg.
        response_file: String, ANY;
        /// Feed-forward taps at symbol spacing, earliest first.
        taps: Vec<f64>, Range::between(-100.0, 100.0);
        /// Index of the main tap in `taps`, counted from 0; that of the largest tap where absent.
        main_tap: Count, Range::between(0.0, 1023.0);
        /// Standard deviation of the edges' Gaussian jitter, UI.
        random_jitter_ui: f64, RANDOM_JITTER_UI;
        /// Distance between the two positions of the edges' dual-Dirac jitter, UI peak to peak.
        dual_dirac_jitter_ui: f64, DUAL_DIRAC_JITTER_UI;
        /// Duty-cycle distortion, UI: by how much symbols are longer and shorter in turn. Every second edge is
        /// late by half of it, the others early.
        duty_cycle_distortion_ui: f64, SYSTEMATIC_JITTER_UI;
        /// Distance between the extremes of the edges' sinusoidal jitter, UI peak to peak.
        sinusoidal_jitter_ui: f64, SYSTEMATIC_JITTER_UI;
        /// Frequency of the sinusoidal jitter, MHz.
        sinusoidal_jitter_frequency_mhz: f64, Range::above(0.0, 1e5);
        /// Square of the peak amplitude over the variance of the driver's noise, dB: SNR_TX of IEEE 802.3
        /// Annex 93A; no noise where absent.
        signal_to_noise_db: f64, Range::between(0.0, 200.0);
        /// Resistance of its termination between the legs, Ω, twice R_d; the package's where absent, and
        /// 100 without one.
        differential_termination_ohm: f64, TERMINATION_OHM;
    }
}

table! {
    /// A continuous-wave laser, the light source of the modulator.
    LaserTable, [], {
        /// What the stage is called.
        name: String, ANY;
        /// Part of the library the values not given here are taken from.
        model: String, ANY;
        /// Power that enters the modulator, dBm. The modulator's launch level overrules it.
        power_dbm: f64, LEVEL_DBM;
        /// Vacuum wavelength, nm.
        wavelength_nm: f64, WAVELENGTH_NM;
        /// Relative intensity noise of the continuous wave, one-sided, dB/Hz; none where absent.
        rin_db_per_hz: f64, Range::between(-300.0, -60.0);
        /// Lorentzian linewidth, MHz; none where absent.
        linewidth_mhz: f64, Range::between(0.0, 1e6);
    }
}

table! {
    /// An electro-absorption modulator, with a power linear in the drive or with measured curves.
    ElectroAbsorptionModulatorTable,
    [
        &[
            &["extinction_ratio_db", "alpha_h"],
            &["absorption_db_at_bias_v", "alpha_h_at_bias_v", "bias_v", "swing_v"],
        ],
        RESPONSE,
        LAUNCH,
    ],
    {
        /// What the stage is called.
        name: String, ANY;
        /// Part of the library the values not given here are taken from.
        model: String, ANY;
        /// Loss at the highest level, dB; beside the absorption where that is a curve. Needed where
        /// no launch level is given and the absorption is no curve.
        insertion_loss_db: f64, LOSS_DB;
        /// Outer extinction ratio, dB.
        extinction_ratio_db: f64, RATIO_ABOVE_ONE_DB;
        /// Linewidth enhancement factor of the transient chirp; 0 where absent.
        alpha_h: f64, ALPHA_H;
        /// Absorption in dB against bias in V: [[V, dB], …].
        absorption_db_at_bias_v: Points, Range::between(-10.0, 200.0);
        /// Linewidth enhancement factor against bias in V: [[V, factor], …].
        alpha_h_at_bias_v: Points, ALPHA_H;
        /// Bias, V.
        bias_v: f64, VOLTAGE_V;
        /// Peak-to-peak drive between the outer levels, V.
        swing_v: f64, POSITIVE_VOLTAGE_V;
        /// −3 dB bandwidth, GHz; unlimited where absent.
        bandwidth_ghz: f64, FREQUENCY_GHZ;
        /// Shape of that band limitation.
        filter: FilterKind, ANY;
        /// Measured S21 instead: a CSV file of frequency_ghz, magnitude_db and optionally phase_deg.
        response_file: String, ANY;
        /// Outer optical modulation amplitude the output is set to, dBm.
        launch_oma_dbm: f64, LEVEL_DBM;
        /// Average power the output is set to, dBm.
        launch_power_dbm: f64, LEVEL_DBM;
        /// Power that comes back from its output, dB below what arrives; no reflection where absent.
        return_loss_db: f64, RETURN_LOSS_DB;
    }
}

table! {
    /// A Mach–Zehnder modulator near quadrature.
    MachZehnderModulatorTable,
    [&[&["swing_v"], &["extinction_ratio_db"]], RESPONSE, LAUNCH],
    {
        /// What the stage is called.
        name: String, ANY;
        /// Part of the library the values not given here are taken from.
        model: String, ANY;
        /// Half-wave voltage, V. Needed with `swing_v` and with `bias_offset_v`.
        v_pi_v: f64, POSITIVE_VOLTAGE_V;
        /// Peak-to-peak drive between the outer levels, V.
        swing_v: f64, POSITIVE_VOLTAGE_V;
        /// Outer extinction ratio the drive is set to instead, dB.
        extinction_ratio_db: f64, RATIO_ABOVE_ONE_DB;
        /// Distance of the bias from quadrature, V, positive towards full transmission; 0 where
        /// absent.
        bias_offset_v: f64, VOLTAGE_V;
        /// Static extinction ratio the imbalance of the arms leaves, dB; no imbalance where absent.
        arm_extinction_ratio_db: f64, RATIO_ABOVE_ONE_DB;
        /// Chirp factor at quadrature; 0 (push–pull) where absent.
        alpha_h: f64, ALPHA_H;
        /// Loss at full transmission, dB. Needed where no launch level is given.
        insertion_loss_db: f64, LOSS_DB;
        /// −3 dB bandwidth, GHz; unlimited where absent.
        bandwidth_ghz: f64, FREQUENCY_GHZ;
        /// Shape of that band limitation.
        filter: FilterKind, ANY;
        /// Measured S21 instead: a CSV file of frequency_ghz, magnitude_db and optionally phase_deg.
        response_file: String, ANY;
        /// Outer optical modulation amplitude the output is set to, dBm.
        launch_oma_dbm: f64, LEVEL_DBM;
        /// Average power the output is set to, dBm.
        launch_power_dbm: f64, LEVEL_DBM;
        /// Power that comes back from its output, dB below what arrives; no reflection where absent.
        return_loss_db: f64, RETURN_LOSS_DB;
    }
}

/// Attenuation as a number or curve, or from its causes.
const ATTENUATION: Alternatives = &[
    &["attenuation_db_per_km"],
    &[
        "rayleigh_db_per_km_um4",
        "constant_loss_db_per_km",
        "infrared_loss_db_per_km",
        "infrared_wavelength_um",
        "water_peak_db_per_km",
        "water_peak_width_nm",
    ],
];

table! {
    /// Single-mode fibre: attenuation, chromatic dispersion, delay.
    FiberTable,
    [ATTENUATION, DISPERSION, MODE_DISPERSION],
    {
        /// What the stage is called.
        name: String, ANY;
        /// Part of the library the values not given here are taken from.
        model: String, ANY;
        /// Length, km.
        length_km: f64, Range::between(0.0, 1e5);
        /// Attenuation, dB/km; one number, or against wavelength in nm: [[nm, dB/km], …].
        attenuation_db_per_km: NumberOrPoints, Range::between(0.0, 1e4);
        /// Attenuation from its causes instead, at any wavelength: Rayleigh scattering A of A/λ⁴,
        /// dB/km·µm⁴.
        rayleigh_db_per_km_um4: f64, Range::between(0.0, 100.0);
        /// Loss beside it that does not depend on the wavelength, dB/km; 0 where absent.
        constant_loss_db_per_km: f64, Range::between(0.0, 1e4);
        /// Infrared absorption beside it, the factor A of A·exp(−B/λ), dB/km; none where absent.
        infrared_loss_db_per_km: f64, Range::between(0.0, 1e20);
        /// Wavelength B of that absorption, µm.
        infrared_wavelength_um: f64, Range::above(0.0, 1e3);
        /// Height of the water peak at 1383 nm beside it, dB/km; none where absent.
        water_peak_db_per_km: f64, Range::between(0.0, 1e4);
        /// Full width of that peak at half of its height, nm; 30 where absent.
        water_peak_width_nm: f64, Range::above(0.0, 1e3);
        /// Zero-dispersion wavelength, nm.
        zero_dispersion_wavelength_nm: f64, WAVELENGTH_NM;
        /// Dispersion slope at the zero-dispersion wavelength, ps/(nm²·km).
        zero_dispersion_slope_ps_per_nm2_km: f64, Range::between(-100.0, 100.0);
        /// Dispersion coefficient instead, ps/(nm·km).
        dispersion_ps_per_nm_km: f64, Range::between(-1e4, 1e4);
        /// Dispersion slope beside that coefficient, ps/(nm²·km); 0 where absent.
        dispersion_slope_ps_per_nm2_km: f64, Range::between(-100.0, 100.0);
        /// Wavelength that coefficient holds at, nm; the laser's where absent.
        dispersion_wavelength_nm: f64, WAVELENGTH_NM;
        /// Group index, for the delay; 1.468 where absent.
        group_index: f64, Range::between(1.0, 10.0);
        /// Coefficient of polarisation-mode dispersion, ps/√km; none where absent. In a link of stages a
        /// part's is not taken: the link file switches the effect on.
        pmd_ps_per_sqrt_km: f64, Range::between(0.0, 1e3);
        /// Probability that the differential group delay stays below the one simulated, of the
        /// Maxwellian distribution with that coefficient; 0.999958 (three times the mean) where absent.
        dgd_probability: f64, Range::inside(0.0, 1.0);
        /// Differential group delay instead, ps, whatever the length.
        differential_group_delay_ps: f64, Range::between(0.0, 1e6);
        /// Share of the power in the faster state of polarisation; 0.5, the worst case, where absent.
        power_split: f64, Range::between(0.0, 1.0);
        /// Polarisation-dependent loss, dB, which the light takes beside the attenuation; 0 where
        /// absent.
        polarization_dependent_loss_db: f64, DEPENDENT_LOSS_DB;
        /// Nonlinear index n2, m²/W, with the effective area; no Kerr effect where both are absent. In
        /// a link of stages a part's is not taken: the link file switches the effect on.
        nonlinear_index_m2_per_w: f64, Range::between(0.0, 1e-15);
        /// Effective area of the mode, µm², with the nonlinear index.
        effective_area_um2: f64, Range::above(0.0, 1e6);
    }
}

table! {
    /// A multimode vertical-cavity laser, modulated directly.
    VcselTable, [LASER_RESPONSE, LAUNCH], {
        /// What the stage is called.
        name: String, ANY;
        /// Part of the library the values not given here are taken from.
        model: String, ANY;
        /// Outer optical modulation amplitude, dBm.
        launch_oma_dbm: f64, LEVEL_DBM;
        /// Average power instead, of equally spaced levels, dBm.
        launch_power_dbm: f64, LEVEL_DBM;
        /// Outer extinction ratio, dB.
        extinction_ratio_db: f64, RATIO_ABOVE_ONE_DB;
        /// Vacuum wavelength at the centre of the spectrum, nm.
        wavelength_nm: f64, WAVELENGTH_NM;
        /// Root-mean-square width of the spectrum, nm; 0 where absent.
        spectral_width_nm: f64, Range::between(0.0, 100.0);
        /// Relative intensity noise of the continuous wave, one-sided, dB/Hz; none where absent.
        rin_db_per_hz: f64, Range::between(-300.0, -60.0);
        /// Coefficient k of mode-partition noise, 0 to 1; none where absent.
        mode_partition_k: f64, Range::between(0.0, 1.0);
        /// Resonance frequency of the laser, GHz.
        resonance_ghz: f64, FREQUENCY_GHZ;
        /// K factor of the damping, ns: damping rate = K times the resonance squared + offset. Needed
        /// with `resonance_ghz`.
        k_factor_ns: f64, Range::between(0.0, 1e3);
        /// Offset of the damping rate, 1/ns; 0 where absent.
        damping_offset_per_ns: f64, Range::between(0.0, 1e6);
        /// −3 dB bandwidth instead, GHz; unlimited where there is no resonance either.
        bandwidth_ghz: f64, FREQUENCY_GHZ;
        /// Shape of that band limitation.
        filter: FilterKind, ANY;
        /// Measured S21 instead: a CSV file of frequency_ghz, magnitude_db and optionally phase_deg.
        response_file: String, ANY;
        /// −3 dB bandwidth of the parasitics in front (one pole), GHz; unlimited where absent.
        parasitic_bandwidth_ghz: f64, FREQUENCY_GHZ;
    }
}

table! {
    /// Multimode fibre: attenuation, modal and chromatic dispersion, modal noise, delay.
    MultimodeFiberTable, [DISPERSION], {
        /// What the stage is called.
        name: String, ANY;
        /// Part of the library the values not given here are taken from.
        model: String, ANY;
        /// Length, m.
        length_m: f64, Range::between(0.0, 1e6);
        /// Attenuation, dB/km; one number, or against wavelength in nm: [[nm, dB/km], …].
        attenuation_db_per_km: NumberOrPoints, Range::between(0.0, 1e4);
        /// Effective modal bandwidth (−3 dB optical), MHz·km; one number, or against wavelength in nm:
        /// [[nm, MHz·km], …].
        effective_modal_bandwidth_mhz_km: NumberOrPoints, Range::above(0.0, 1e9);
        /// Zero-dispersion wavelength, nm.
        zero_dispersion_wavelength_nm: f64, WAVELENGTH_NM;
        /// Dispersion slope at the zero-dispersion wavelength, ps/(nm²·km).
        zero_dispersion_slope_ps_per_nm2_km: f64, Range::between(-100.0, 100.0);
        /// Dispersion coefficient instead, ps/(nm·km).
        dispersion_ps_per_nm_km: f64, Range::between(-1e4, 1e4);
        /// Dispersion slope beside that coefficient, ps/(nm²·km); 0 where absent.
        dispersion_slope_ps_per_nm2_km: f64, Range::between(-100.0, 100.0);
        /// Wavelength that coefficient holds at, nm; the laser's where absent.
        dispersion_wavelength_nm: f64, WAVELENGTH_NM;
        /// Penalty allocated to modal noise, dB at a bit error ratio of 1e-12; none where absent.
        modal_noise_penalty_db: f64, Range::between(0.0, 100.0);
        /// Group index, for the delay; 1.482 where absent.
        group_index: f64, Range::between(1.0, 10.0);
    }
}

table! {
    /// Light lost in a lumped element.
    LossTable, [], {
        /// What the stage is called.
        name: String, ANY;
        /// Loss, dB.
        loss_db: f64, LOSS_DB;
        /// Power that comes back, dB below what arrives; no reflection where absent.
        return_loss_db: f64, RETURN_LOSS_DB;
        /// Polarisation-dependent loss, dB, which the light takes beside the loss; 0 where absent.
        polarization_dependent_loss_db: f64, DEPENDENT_LOSS_DB;
    }
}

table! {
    /// Bent single-mode fibre: the largest loss its class allows at the laser's wavelength, 1550 to
    /// 1625 nm.
    MacrobendTable, [], {
        /// What the stage is called.
        name: String, ANY;
        /// Class of the fibre in ITU-T G.657.
        class: BendClassName, ANY;
        /// Radius of the bend, mm; above the largest of the class the loss there is kept.
        radius_mm: f64, Range::above(0.0, 1e3);
        /// Number of turns; 1 where absent.
        turns: f64, Range::between(0.0, 1e6);
    }
}

table! {
    /// PIN photodiode and transimpedance amplifier.
    PhotoreceiverTable, [RESPONSE], {
        /// What the stage is called.
        name: String, ANY;
        /// Part of the library the values not given here are taken from.
        model: String, ANY;
        /// Photocurrent per optical power, A/W; of an avalanche photodiode before it is multiplied.
        responsivity_a_per_w: f64, Range::above(0.0, 10.0);
        /// Dark current that is not multiplied, nA; none where absent.
        dark_current_na: f64, Range::between(0.0, 1e9);
        /// Multiplication of an avalanche photodiode; a PIN photodiode where absent.
        avalanche_gain: f64, Range::between(1.0, 1e4);
        /// Ratio of the ionisation coefficients of an avalanche photodiode, from which its excess noise
        /// follows.
        ionization_ratio: f64, Range::between(0.0, 1.0);
        /// Dark current of an avalanche photodiode that is multiplied, before it is, nA; none where absent.
        primary_dark_current_na: f64, Range::between(0.0, 1e9);
        /// Product of gain and −3 dB bandwidth of the avalanche, GHz; unlimited where absent.
        gain_bandwidth_product_ghz: f64, FREQUENCY_GHZ;
        /// −3 dB bandwidth of the photodiode (one pole), GHz; unlimited where absent.
        photodiode_bandwidth_ghz: f64, FREQUENCY_GHZ;
        /// Input-referred noise of the amplifier, one-sided, pA/√Hz; one number, or against
        /// frequency in GHz: [[GHz, pA/√Hz], …].
        noise_pa_per_sqrt_hz: NumberOrPoints, Range::between(0.0, 1e6);
        /// Frequency at which the noise density (in A²/Hz) has doubled, GHz; white where absent.
        noise_corner_ghz: f64, FREQUENCY_GHZ;
        /// −3 dB bandwidth of the amplifier, GHz.
        bandwidth_ghz: f64, FREQUENCY_GHZ;
        /// Shape of that band limitation.
        filter: FilterKind, ANY;
        /// Measured S21 instead: a CSV file of frequency_ghz, magnitude_db and optionally phase_deg.
        response_file: String, ANY;
        /// Average power at which the receiver is overloaded, dBm; the result warns above it.
        overload_dbm: f64, LEVEL_DBM;
        /// Peak-to-peak input current up to which the amplifier is linear, mA; always where absent.
        linear_range_ma: f64, Range::above(0.0, 1e6);
        /// Transimpedance, Ω: scales the output to volts.
        transimpedance_ohm: f64, Range::above(0.0, 1e9);
        /// Power that comes back from the photodiode, dB below what arrives; no reflection where absent.
        return_loss_db: f64, RETURN_LOSS_DB;
    }
}

table! {
    /// Input of an electrical receiver.
    ElectricalReceiverTable, [RESPONSE], {
        /// What the stage is called.
        name: String, ANY;
        /// Part of the library the values not given here are taken from.
        model: String, ANY;
        /// Input-referred noise, one-sided, V²/GHz.
        noise_v2_per_ghz: f64, Range::between(0.0, 1.0);
        /// −3 dB bandwidth, GHz.
        bandwidth_ghz: f64, FREQUENCY_GHZ;
        /// Shape of that band limitation.
        filter: FilterKind, ANY;
        /// Measured S21 instead: a CSV file of frequency_ghz, magnitude_db and optionally phase_deg.
        response_file: String, ANY;
        /// Resistance of its termination between the legs, Ω, twice R_d; the package's where absent, and
        /// 100 without one.
        differential_termination_ohm: f64, TERMINATION_OHM;
    }
}

table! {
    /// Continuous-time linear equaliser: one zero, two poles, and a low-frequency stage.
    CtleTable, [], {
        /// What the stage is called.
        name: String, ANY;
        /// Part of the library the values not given here are taken from.
        model: String, ANY;
        /// Gain at zero frequency relative to the peak's asymptote, dB.
        dc_gain_db: f64, Range::between(-60.0, 60.0);
        /// Frequency of the zero, GHz.
        zero_ghz: f64, FREQUENCY_GHZ;
        /// Frequency of the first pole, GHz.
        pole_1_ghz: f64, FREQUENCY_GHZ;
        /// Frequency of the second pole, GHz.
        pole_2_ghz: f64, FREQUENCY_GHZ;
        /// Gain of the low-frequency stage at zero frequency, dB; 0 where absent.
        low_frequency_gain_db: f64, Range::between(-60.0, 60.0);
        /// Corner of the low-frequency stage, GHz. Needed with `low_frequency_gain_db`.
        low_frequency_corner_ghz: f64, FREQUENCY_GHZ;
    }
}

table! {
    /// A filter in the electrical path.
    FilterTable, [RESPONSE], {
        /// What the stage is called.
        name: String, ANY;
        /// −3 dB bandwidth, GHz.
        bandwidth_ghz: f64, FREQUENCY_GHZ;
        /// Shape of the filter.
        filter: FilterKind, ANY;
        /// Measured S21 instead: a CSV file of frequency_ghz, magnitude_db and optionally phase_deg.
        response_file: String, ANY;
    }
}

table! {
    /// A coupling capacitor: a high-pass of first order.
    AcCouplingTable, [], {
        /// What the stage is called.
        name: String, ANY;
        /// −3 dB corner frequency, MHz.
        corner_mhz: f64, Range::between(1e-9, 1e8);
    }
}

/// Declares the kinds of stage from their tables.
macro_rules! stages {
    ($( $(#[$meta:meta])* $variant:ident = $kind:tt : $table:ty; )*) => {
        /// One stage of a link.
        #[allow(
            clippy::large_enum_variant,
            reason = "a link file has a few of them, read once"
        )]
        #[derive(Debug, Clone, schemars::JsonSchema)]
        pub enum StageTable {
            $( $(#[$meta])* #[schemars(rename = $kind)] $variant($table), )*
        }

        impl StageTable {
            /// The kinds of stage, as they are written.
            pub const KINDS: &'static [&'static str] = &[$( $kind ),*];

            /// The kind of this stage, as it is written.
            pub fn kind(&self) -> &'static str {
                match self { $( Self::$variant(_) => $kind, )* }
            }

            /// The keys a kind of stage has.
            pub fn keys(kind: &str) -> Option<Vec<&'static str>> {
                use super::table::Table;
                match kind { $( $kind => Some(<$table>::key_names()), )* _ => None }
            }

            /// The stage's own name.
            pub fn name(&self) -> Option<&Value<String>> {
                match self { $( Self::$variant(table) => table.name.as_ref(), )* }
            }

            /// Reads the table of a stage of this kind; nothing where there is no such kind.
            pub(crate) fn read(
                kind: &str,
                reader: &mut super::read::Reader,
                elsewhere: impl Fn(&str) -> Option<String>,
            ) -> Option<Self> {
                use super::table::Table;
                match kind {
                    $( $kind => Some(Self::$variant(<$table>::read(reader, elsewhere))), )*
                    _ => None,
                }
            }

            /// Fills up with the values of a part of the same kind; one of another is left out.
            pub(crate) fn merge(&mut self, part: Self) {
                use super::table::Table;
                match (self, part) {
                    $( (Self::$variant(table), Self::$variant(part)) => table.merge(part), )*
                    _ => {}
                }
            }

            /// Where the value of a key stands, where it is given.
            pub fn given(&self, key: &str) -> Option<&super::source::Location> {
                use super::table::Table;
                match self { $( Self::$variant(table) => table.given(key), )* }
            }

            /// Ranges of the keys by the name of their table in the JSON schema.
            pub(crate) fn ranges() -> Vec<(&'static str, &'static [(&'static str, Range)])> {
                use super::table::Table;
                vec![$( (stringify!($table), <$table>::KEYS) ),*]
            }
        }
    };
}

stages! {
    /// Electrical source.
    Driver = "driver": DriverTable;
    /// Light source of the modulator that follows.
    Laser = "laser": LaserTable;
    /// Electro-absorption modulator.
    ElectroAbsorptionModulator = "electro_absorption_modulator": ElectroAbsorptionModulatorTable;
    /// Mach–Zehnder modulator.
    MachZehnderModulator = "mach_zehnder_modulator": MachZehnderModulatorTable;
    /// Multimode laser that is modulated directly.
    Vcsel = "vcsel": VcselTable;
    /// Single-mode fibre.
    Fiber = "fiber": FiberTable;
    /// Multimode fibre.
    MultimodeFiber = "multimode_fiber": MultimodeFiberTable;
    /// A mated pair of optical connectors.
    Connector = "connector": LossTable;
    /// An optical splice.
    Splice = "splice": LossTable;
    /// An optical attenuator, or loss allocated without saying where.
    Attenuator = "attenuator": LossTable;
    /// Bent single-mode fibre.
    Macrobend = "macrobend": MacrobendTable;
    /// Optical band-pass or port of a multiplexer.
    OpticalFilter = "optical_filter": OpticalFilterTable;
    /// Optical amplifier.
    Amplifier = "amplifier": OpticalAmplifierTable;
    /// Photodiode and transimpedance amplifier.
    Photoreceiver = "photoreceiver": PhotoreceiverTable;
    /// Differential copper cable.
    Twinax = "twinax": TwinaxTable;
    /// A measured or simulated channel from a Touchstone file.
    Network = "network": NetworkTable;
    /// Die loads and package, behind the driver or in front of the receiver.
    Package = "package": PackageTable;
    /// Trace pair of a board.
    Board = "board": BoardTable;
    /// Connector of boards and cables by few numbers.
    ElectricalConnector = "electrical_connector": ElectricalConnectorTable;
    /// Crosstalk from transmitters beside the driver into the stage in front.
    FarEndCrosstalk = "far_end_crosstalk": CrosstalkTable;
    /// Crosstalk from transmitters beside the receiver into the stage in front.
    NearEndCrosstalk = "near_end_crosstalk": CrosstalkTable;
    /// Input of an electrical receiver.
    ElectricalReceiver = "electrical_receiver": ElectricalReceiverTable;
    /// Continuous-time linear equaliser.
    Ctle = "ctle": CtleTable;
    /// A filter in the electrical path.
    Filter = "filter": FilterTable;
    /// A coupling capacitor.
    AcCoupling = "ac_coupling": AcCouplingTable;
    /// Analogue-to-digital converter of a receiver with a digital equaliser.
    Converter = "adc": ConverterTable;
    /// Amplifier with peaking that takes no decision.
    Redriver = "redriver": RedriverTable;
    /// Decision, and the decided symbols sent again: the end of a segment.
    Retimer = "retimer": RetimerTable;
}

impl StageTable {
    /// The part of the library the stage takes values from.
    pub fn model(&self) -> Option<&Value<String>> {
        match self {
            Self::Driver(table) => table.model.as_ref(),
            Self::Laser(table) => table.model.as_ref(),
            Self::ElectroAbsorptionModulator(table) => table.model.as_ref(),
            Self::MachZehnderModulator(table) => table.model.as_ref(),
            Self::Vcsel(table) => table.model.as_ref(),
            Self::Fiber(table) => table.model.as_ref(),
            Self::MultimodeFiber(table) => table.model.as_ref(),
            Self::Photoreceiver(table) => table.model.as_ref(),
            Self::Twinax(table) => table.model.as_ref(),
            Self::Package(table) => table.model.as_ref(),
            Self::Board(table) => table.model.as_ref(),
            Self::ElectricalConnector(table) => table.model.as_ref(),
            Self::ElectricalReceiver(table) => table.model.as_ref(),
            Self::Ctle(table) => table.model.as_ref(),
            Self::Redriver(table) => table.model.as_ref(),
            Self::Retimer(table) => table.model.as_ref(),
            Self::Connector(_)
            | Self::Splice(_)
            | Self::Attenuator(_)
            | Self::Macrobend(_)
            | Self::OpticalFilter(_)
            | Self::Amplifier(_)
            | Self::Network(_)
            | Self::FarEndCrosstalk(_)
            | Self::NearEndCrosstalk(_)
            | Self::Filter(_)
            | Self::AcCoupling(_)
            | Self::Converter(_) => None,
        }
    }
}
