//! Tables of the copper stages: cables, networks, packages, boards, connectors, crosstalk.

use super::choices::PortOrderName;
use super::range::Range;
use super::read::Count;
use super::stage_tables::{FREQUENCY_GHZ, POSITIVE_VOLTAGE_V};
use super::table::{Alternatives, table};

/// Resistances of terminations between the legs, Ω.
pub(super) const TERMINATION_OHM: Range = Range::between(2.0, 2e4);
/// Differential impedances, Ω.
const IMPEDANCE_OHM: Range = Range::between(1.0, 1e4);
/// Capacitances of one leg, fF.
const CAPACITANCE_FF: Range = Range::between(0.0, 1e6);
/// Inductances of one leg, pH.
const INDUCTANCE_PH: Range = Range::between(0.0, 1e6);
/// Constants of a line in units of 1/mm, √ns/mm or ns/mm.
const LINE: Range = Range::between(0.0, 1.0);
/// Dimensions of traces, µm.
const TRACE_UM: Range = Range::above(0.0, 1e5);
/// Keys without a number.
const ANY: Range = Range::FINITE;

/// A board by the constants of its line or by its cross-section.
const BOARD: Alternatives = &[
    &[
        "gamma0_per_mm",
        "a1_sqrt_ns_per_mm",
        "a2_ns_per_mm",
        "delay_ns_per_mm",
        "differential_impedance_ohm",
    ],
    &[
        "trace_width_um",
        "trace_gap_um",
        "trace_thickness_um",
        "plane_distance_um",
        "relative_permittivity",
        "loss_tangent",
        "loss_tangent_frequency_ghz",
        "roughness_um",
    ],
];
/// What crosstalk is told by.
const CROSSTALK: Alternatives = &[
    &["file", "ports"],
    &["coupling_db", "coupling_frequency_ghz"],
];

table! {
    /// Differential copper cable.
    TwinaxTable, [&[&["awg"], &["conductor_diameter_mm"]]], {
        /// What the stage is called.
        name: String, ANY;
        /// Part of the library the values not given here are taken from.
        model: String, ANY;
        /// Length, m.
        length_m: f64, Range::between(0.0, 1e4);
        /// American wire gauge of a conductor.
        awg: Count, Range::between(0.0, 56.0);
        /// Diameter of a conductor instead, mm.
        conductor_diameter_mm: f64, Range::above(0.0, 100.0);
        /// Relative permittivity of the dielectric.
        relative_permittivity: f64, Range::between(1.0, 20.0);
        /// Loss tangent of the dielectric.
        loss_tangent: f64, Range::between(0.0, 1.0);
        /// Frequency the permittivity and the loss tangent hold at, GHz.
        loss_tangent_frequency_ghz: f64, FREQUENCY_GHZ;
        /// Ratio of the conductors' loss to that of two smooth round wires.
        excess_loss_factor: f64, Range::above(0.0, 100.0);
        /// Differential impedance, Ω.
        differential_impedance_ohm: f64, Range::above(0.0, 1e4);
        /// Temperature, °C.
        temperature_c: f64, Range::between(-100.0, 300.0);
        /// Relative change of the loss tangent with temperature from 20 °C on, 1/K; none where absent.
        loss_tangent_temperature_coefficient_per_k: f64, Range::between(-0.1, 0.1);
        /// Relative change of the permittivity with temperature from 20 °C on, 1/K; none where absent.
        permittivity_temperature_coefficient_per_k: f64, Range::between(-0.01, 0.01);
        /// Difference of the delays of both legs, ps/m; none where absent.
        intra_pair_skew_ps_per_m: f64, Range::between(0.0, 1000.0);
        /// Depth of a periodic variation of the impedance along the pair, % of its mean; none where absent.
        periodic_impedance_depth_percent: f64, Range::between(0.0, 90.0);
        /// Period of that variation, mm.
        periodic_impedance_period_mm: f64, Range::above(0.1, 1e6);
        /// By how much the impedance of a produced cable may deviate from the nominal one to either side, %;
        /// `run` and `reach` take the worst. None where absent.
        impedance_tolerance_percent: f64, Range::between(0.0, 50.0);
    }
}

table! {
    /// A measured or simulated channel from a Touchstone file: SDD21 between matched ends, or all four differential
    /// parameters where packages, boards, connectors or terminations stand around it.
    NetworkTable, [], {
        /// What the stage is called.
        name: String, ANY;
        /// Touchstone file (.s4p or .s2p, or compressed by gzip) relative to the folder of this file. Four
        /// single-ended ports, or two ports that are taken as differential, in the direction of the signal.
        file: String, ANY;
        /// Which ports are the two ends of a line; found in the data where absent, or refused.
        ports: PortOrderName, ANY;
    }
}

table! {
    /// Die and package: termination, ladder of capacitors and inductors on the die, bump, lines, ball (IEEE
    /// 802.3, 93A.1.2; P802.3dj, 178A.1.4). Capacitances and inductances are those of one leg. Its die is at
    /// the driver directly behind it, and at the receiver directly in front of it.
    PackageTable, [], {
        /// What the stage is called.
        name: String, ANY;
        /// Part of the library the values not given here are taken from.
        model: String, ANY;
        /// Resistance of the termination on the die between the legs, Ω, twice R_d; 100 where absent.
        differential_termination_ohm: f64, TERMINATION_OHM;
        /// C_d of each step of the ladder, from the die outwards, fF; no ladder where absent.
        die_capacitance_ff: Vec<f64>, CAPACITANCE_FF;
        /// L_s of each step of the ladder, pH; zero where absent.
        die_inductance_ph: Vec<f64>, INDUCTANCE_PH;
        /// C_b of the bump, fF; zero where absent.
        bump_capacitance_ff: f64, CAPACITANCE_FF;
        /// C_p of the ball, fF; zero where absent.
        ball_capacitance_ff: f64, CAPACITANCE_FF;
        /// γ₀ of the lines, 1/mm.
        gamma0_per_mm: f64, LINE;
        /// a₁ of the lines, √ns/mm.
        a1_sqrt_ns_per_mm: f64, LINE;
        /// a₂ of the lines, ns/mm.
        a2_ns_per_mm: f64, LINE;
        /// Delay of the lines, ns/mm.
        delay_ns_per_mm: f64, LINE;
        /// Z_c of each line, from the die outwards, Ω.
        line_impedance_ohm: Vec<f64>, IMPEDANCE_OHM;
        /// z_p of each line, from the die outwards, mm.
        line_length_mm: Vec<f64>, Range::between(0.0, 1e4);
    }
}

table! {
    /// Trace pair of a board: a line by the constants of IEEE 802.3, equations 93A-9 to 93A-14, or a stripline
    /// pair by its cross-section.
    BoardTable, [BOARD], {
        /// What the stage is called.
        name: String, ANY;
        /// Part of the library the values not given here are taken from.
        model: String, ANY;
        /// Length, m.
        length_m: f64, Range::between(0.0, 10.0);
        /// γ₀, 1/mm; zero where absent.
        gamma0_per_mm: f64, LINE;
        /// a₁, √ns/mm.
        a1_sqrt_ns_per_mm: f64, LINE;
        /// a₂, ns/mm.
        a2_ns_per_mm: f64, LINE;
        /// Delay, ns/mm.
        delay_ns_per_mm: f64, LINE;
        /// Differential impedance, Ω.
        differential_impedance_ohm: f64, IMPEDANCE_OHM;
        /// Width of each trace instead, µm.
        trace_width_um: f64, TRACE_UM;
        /// Gap between the traces, µm.
        trace_gap_um: f64, TRACE_UM;
        /// Thickness of the traces, µm.
        trace_thickness_um: f64, TRACE_UM;
        /// Distance of the two planes, half way between which the traces lie, µm.
        plane_distance_um: f64, TRACE_UM;
        /// Relative permittivity of the dielectric.
        relative_permittivity: f64, Range::between(1.0, 20.0);
        /// Loss tangent of the dielectric.
        loss_tangent: f64, Range::between(0.0, 1.0);
        /// Frequency the permittivity and the loss tangent hold at, GHz.
        loss_tangent_frequency_ghz: f64, FREQUENCY_GHZ;
        /// Root mean square height of the roughness of the copper (Hammerstad's), µm; smooth where absent.
        roughness_um: f64, Range::between(0.0, 100.0);
    }
}

table! {
    /// Connector of boards and cables, or another transition, by few numbers. Where one was measured, write a
    /// network in its place.
    ElectricalConnectorTable, [], {
        /// What the stage is called.
        name: String, ANY;
        /// Part of the library the values not given here are taken from.
        model: String, ANY;
        /// Loss that grows with the root of frequency, dB/√GHz; zero where absent.
        loss_root_db_per_sqrt_ghz: f64, Range::between(0.0, 100.0);
        /// Loss that grows with frequency, dB/GHz; zero where absent.
        loss_linear_db_per_ghz: f64, Range::between(0.0, 100.0);
        /// Delay, ps; zero where absent.
        delay_ps: f64, Range::between(0.0, 1e5);
        /// Capacitance of one leg at each end, fF; zero where absent.
        capacitance_ff: f64, CAPACITANCE_FF;
        /// Inductance in each leg, half at each end, pH; zero where absent.
        inductance_ph: f64, INDUCTANCE_PH;
        /// Differential impedance of its line, Ω; 100 where absent.
        differential_impedance_ohm: f64, IMPEDANCE_OHM;
    }
}

table! {
    /// Crosstalk into the copper stage in front: from the file of a network that stands in that stage's place,
    /// or from a weak coupling that grows with frequency. Aggressors carry independent symbols of the link's
    /// format, edges and rate, of another clock. Those at the far end stand beside the driver, behind the same
    /// stages as it; those at the near end beside the receiver, behind the same stages as it.
    CrosstalkTable, [CROSSTALK], {
        /// What the stage is called.
        name: String, ANY;
        /// Touchstone file (.s4p or .s2p, or compressed by gzip) relative to the folder of this file, from the
        /// aggressor to the receiver.
        file: String, ANY;
        /// Which ports of the file belong together.
        ports: PortOrderName, ANY;
        /// How far below the wave of the aggressor that is which comes over, dB.
        coupling_db: f64, Range::between(0.0, 300.0);
        /// Frequency at which it is that far below, GHz; half the symbol rate where absent.
        coupling_frequency_ghz: f64, FREQUENCY_GHZ;
        /// Aggressors that are alike and independent; 1 where absent.
        aggressors: Count, Range::between(1.0, 64.0);
        /// Peak differential voltage of the aggressors' outer levels into a matched load, V; the driver's where
        /// absent.
        amplitude_v: f64, POSITIVE_VOLTAGE_V;
        /// Feed-forward taps of the aggressors, earliest first; the driver's where absent.
        taps: Vec<f64>, Range::between(-100.0, 100.0);
    }
}
