//! Tests of the twinaxial cable.

use super::*;
use rustfft::FftPlanner;

const LOWER_BOUND: f64 = 1.0;

fn pair(awg: i32, length: f64, excess: f64) -> TwinaxCable {
    TwinaxCable {
        excess_loss_factor: excess,
        ..TwinaxCable::copper(awg, length).unwrap()
    }
}

#[test]
fn attenuation_agrees_with_thirty_digit_line_constants() {
    // validation/derive/twinax_lower_bound.py, which holds εr and tanδ constant; the wideband
    // Debye dielectric differs from that by up to 0.1 % of the dielectric part.
    let frequencies = [12.890_625e9, 13.28125e9, 26.5625e9, 53.125e9];
    for (awg, excess, expected, loop_resistance) in [
        (24, 1.0, [2.09047, 2.12929, 3.30368, 5.25735], 0.168_417),
        (26, 1.0, [2.50975, 2.55487, 3.90528, 6.10789], 0.267_793),
        (28, 1.0, [3.03865, 3.09171, 4.66409, 7.18060], 0.425_808),
        (30, 1.0, [3.70590, 3.76898, 5.62125, 8.53359], 0.677_061),
        (32, 1.0, [4.54781, 4.62351, 6.82871, 10.24018], 1.076_568),
        (26, 1.35, [3.38364, 3.44456, 5.26767, 8.24127], 0.267_793),
        (32, 1.35, [6.12109, 6.22329, 9.20043, 13.80607], 1.076_568),
    ] {
        let cable = pair(awg, 1.0, excess);
        for (f, want) in frequencies.into_iter().zip(expected) {
            let got = cable.attenuation_db_per_m(f);
            assert!(
                (got - want).abs() < 2e-3,
                "{awg} AWG, {f} Hz: {got} for {want}"
            );
        }
        assert!((cable.dc_loop_resistance() - loop_resistance).abs() < 5e-7);
    }
}

#[test]
fn attenuation_is_that_of_surface_resistance_to_leading_order() {
    // R_s/(πd) per wire and πf√εr·tanδ/c, without the curvature of the wire: printed to two
    // digits. The curvature adds at most R_dc,loop/4, 0.012 dB/m at 32 AWG.
    let frequencies = [12.890_625e9, 13.28125e9, 26.5625e9, 53.125e9];
    for (awg, printed) in [
        (24, [2.09, 2.13, 3.30, 5.26]),
        (26, [2.51, 2.55, 3.90, 6.11]),
        (28, [3.04, 3.09, 4.66, 7.18]),
        (30, [3.70, 3.76, 5.62, 8.53]),
        (32, [4.54, 4.62, 6.82, 10.23]),
    ] {
        let cable = pair(awg, 1.0, LOWER_BOUND);
        let curvature = cable.dc_loop_resistance() / 4.0 / (2.0 * 100.0) / NEPER_PER_DB;
        for (f, want) in frequencies.into_iter().zip(printed) {
            let excess = cable.attenuation_db_per_m(f) - want;
            assert!(
                excess > -0.006 && excess < 0.006 + curvature,
                "{awg} AWG, {f} Hz: {excess} above {want}"
            );
        }
    }
}

#[test]
fn direct_current_sees_the_loop_resistance_between_the_terminations() {
    for (awg, length) in [(26, 1.0), (30, 5.0), (32, 1e-6), (24, 1e4)] {
        let cable = pair(awg, length, 1.35);
        let want = 200.0 / (200.0 + cable.dc_loop_resistance() * length);
        let direct = cable.transfer(0.0);
        assert!((direct.re - want).abs() < 1e-15 && direct.im == 0.0);
        let slow = cable.transfer(1e-3);
        assert!((slow - direct).norm() < 1e-5, "{slow} for {direct}");
    }
}

#[test]
fn matched_cable_is_an_exponential_at_high_frequency() {
    let cable = pair(28, 1.5, 1.35);
    for f in [1e9, 1e10, 5e10] {
        let mismatch = (cable.characteristic_impedance(f) / 100.0 - 1.0).norm();
        let error = (cable.transfer(f) / cable.matched_transfer(f) - 1.0).norm();
        // Reflections are of second order in the mismatch.
        assert!(
            error < mismatch * mismatch,
            "{error:e}, mismatch {mismatch:e}"
        );
    }
}

#[test]
fn mismatched_lossless_quarter_wave_reflects_as_the_closed_form() {
    // 75 Ω, a quarter wave between 50 Ω: |S21| = −0.695242 dB.
    let dielectric = WidebandDebye::flat(2.25, 0.0, 1e10).unwrap();
    let f = 1e9;
    let mut cable = TwinaxCable {
        termination_resistance: 50.0,
        ..TwinaxCable::new(1.0, Conductor::copper(0).unwrap(), dielectric, 75.0, 0.0).unwrap()
    };
    cable.conductor.resistivity_at_20_celsius = 1e-20;
    cable.length = SPEED_OF_LIGHT / (4.0 * f * 1.5);
    let db = 20.0 * cable.transfer(f).norm().log10();
    assert!((db + 0.695_242).abs() < 1e-6, "{db}");
}

#[test]
fn cascade_of_two_halves_is_the_whole_between_matched_ends() {
    let (half, whole) = (pair(26, 0.75, 1.35), pair(26, 1.5, 1.35));
    for f in [1e7, 1e9, 3e10, 9e10] {
        let product = half.matched_transfer(f) * half.matched_transfer(f);
        assert!((product / whole.matched_transfer(f) - 1.0).norm() < 1e-12);
    }
}

#[test]
fn both_forms_of_the_two_port_meet() {
    // A length on either side of |γl| = 0.01, where the series takes over.
    let f = 1e9;
    let gamma = pair(26, 1.0, 1.35).propagation_constant(f).norm();
    let at = |factor: f64| pair(26, factor * 0.01 / gamma, 1.35).transfer(f);
    let (below, above) = (at(1.0 - 1e-12), at(1.0 + 1e-12));
    assert!((below - above).norm() < 1e-13, "{below} and {above}");
}

#[test]
fn zero_length_passes_everything() {
    let cable = pair(26, 0.0, 1.35);
    for f in [0.0, 1.0, 1e9, 1e11, -1e10] {
        assert_eq!(cable.transfer(f), Complex64::new(1.0, 0.0));
    }
}

#[test]
fn cable_never_amplifies() {
    for (awg, impedance, excess) in [
        (24, 100.0, 0.0),
        (26, 85.0, 1.0),
        (30, 100.0, 1.35),
        (32, 120.0, 5.0),
    ] {
        for length in [0.0, 1e-4, 0.01, 1.0, 7.0] {
            let cable = TwinaxCable {
                differential_impedance: impedance,
                ..pair(awg, length, excess)
            };
            for step in 0..600 {
                let f = 10f64.powf(f64::from(step) / 50.0);
                let gain = cable.transfer(f).norm();
                assert!(gain <= 1.0 + 1e-12, "{gain} at {f} Hz, {length} m");
            }
        }
    }
}

#[test]
fn negative_frequencies_are_conjugate() {
    let cable = pair(26, 2.0, 1.35);
    for f in [1.0, 1e6, 2e10] {
        assert_eq!(cable.transfer(-f), cable.transfer(f).conj());
        assert_eq!(
            cable.characteristic_impedance(-f),
            cable.characteristic_impedance(f).conj()
        );
    }
}

/// Energy before time zero relative to the whole, of the spectrum `response` given on the
/// frequencies 0 … N/2 in steps of `step` Hz.
fn energy_before_zero(points: usize, step: f64, response: impl Fn(f64) -> Complex64) -> f64 {
    let mut spectrum = vec![Complex64::ZERO; points];
    for k in 0..=points / 2 {
        let value = response(k as f64 * step);
        spectrum[k] = value;
        if k > 0 && k < points / 2 {
            spectrum[points - k] = value.conj();
        }
    }
    spectrum[points / 2].im = 0.0;
    FftPlanner::new()
        .plan_fft_inverse(points)
        .process(&mut spectrum);
    let energy = |part: &[Complex64]| part.iter().map(|h| h.re * h.re).sum::<f64>();
    energy(&spectrum[points / 2..]) / energy(&spectrum)
}

#[test]
fn nothing_arrives_before_light_in_the_dielectric() {
    // 2 THz of samples, 131 ns: the tail of the skin effect has died, and at 1 THz so has the cable.
    let (points, rate) = (1usize << 18, 2e12);
    let step = rate / points as f64;
    for (awg, length, excess) in [(26, 2.0, 1.0), (26, 2.0, 1.35), (30, 1.0, 1.5)] {
        let cable = pair(awg, length, excess);
        let delay = cable.propagation_delay();
        let advanced =
            |f: f64| cable.transfer(f) * Complex64::from_polar(1.0, 2.0 * PI * f * delay);
        let early = 10.0 * energy_before_zero(points, step, advanced).log10();
        assert!(early < -60.0, "{awg} AWG: {early} dB before the front");
        // The same loss without its Hilbert partner is what the test must catch.
        let symmetric = energy_before_zero(points, step, |f| Complex64::from(advanced(f).norm()));
        assert!(10.0 * symmetric.log10() > -6.0);
        // Neither may a spectrum with this loss and the dispersion of less loss pass.
        let less = pair(awg, length, 0.7 * excess);
        let mixed = |f: f64| {
            let phase = less.transfer(f).arg() + 2.0 * PI * f * less.propagation_delay();
            Complex64::from_polar(cable.transfer(f).norm(), phase)
        };
        let mixed = 10.0 * energy_before_zero(points, step, mixed).log10();
        assert!(
            mixed > -60.0,
            "{awg} AWG: {mixed} dB without its own dispersion"
        );
    }
}

#[test]
fn conductor_and_dielectric_parts_add_up() {
    let cable = pair(30, 1.0, 1.35);
    for f in [1e3, 1e6, 1e9, 26.5625e9, 1e11] {
        let (conductor, dielectric) = (
            cable.conductor_attenuation_db_per_m(f),
            cable.dielectric_attenuation_db_per_m(f),
        );
        let total = cable.attenuation_db_per_m(f);
        assert!((conductor + dielectric - total).abs() < 1e-10 * total);
        assert!(conductor > 0.0 && dielectric > 0.0);
    }
    // πf√εr·tanδ/c, times the factor.
    let want = PI * 26.5625e9 * 1.9f64.sqrt() * 3e-4 / SPEED_OF_LIGHT / NEPER_PER_DB * 1.35;
    assert!((cable.dielectric_attenuation_db_per_m(26.5625e9) / want - 1.0).abs() < 5e-3);
}

#[test]
fn excess_factor_scales_loss_and_dispersion_together() {
    let (bare, real) = (pair(26, 1.0, 1.0), pair(26, 1.0, 1.4));
    let lossless = pair(26, 1.0, 0.0);
    for f in [1e10, 26.5625e9, 5e10] {
        let ratio = real.attenuation_db_per_m(f) / bare.attenuation_db_per_m(f);
        assert!((ratio - 1.4).abs() < 0.01, "{ratio}");
        let beta = |cable: &TwinaxCable| cable.propagation_constant(f).im;
        let ratio = (beta(&real) - beta(&lossless)) / (beta(&bare) - beta(&lossless));
        assert!((ratio - 1.4).abs() < 0.01, "{ratio}");
    }
}

#[test]
fn delay_is_that_of_the_dielectric() {
    let cable = pair(26, 1.0, 1.0);
    let nominal = 1.9f64.sqrt() / SPEED_OF_LIGHT;
    // The front precedes the nominal delay by the dispersion up to the corner of the dielectric.
    let front = cable.propagation_delay();
    assert!(front < nominal && front > 0.997 * nominal);
    let group = cable.group_delay(26.5625e9);
    assert!(group > front && (group / nominal - 1.0).abs() < 2e-3);
}

#[test]
fn impedance_from_spacing_is_that_of_the_cable_at_high_frequency() {
    let wire = Conductor::copper(26).unwrap();
    let foam = WidebandDebye::flat(1.9, 3e-4, 26.5625e9).unwrap();
    let geometry = PairGeometry::Shielded {
        shield_diameter: 6.0 * wire.diameter,
    };
    let spacing = geometry.spacing(wire.diameter, 100.0, 1.9).unwrap();
    let cable = TwinaxCable::with_spacing(1.0, wire, foam, geometry, spacing, 1.0).unwrap();
    assert!((cable.differential_impedance - 100.0).abs() < 1e-9);
    let impedance = cable.characteristic_impedance(5e10);
    assert!((impedance - 100.0).norm() < 0.1, "{impedance}");
}

#[test]
fn low_frequency_line_is_resistance_and_capacitance() {
    // γ = √(jωRC) where ωL ≪ R: α = β = √(ωRC/2).
    let cable = pair(30, 1.0, 1.0);
    let f = 10.0;
    let capacitance =
        cable.dielectric.permittivity(0.0).re / (1.9f64.sqrt() * SPEED_OF_LIGHT * 100.0);
    let want = (PI * f * cable.dc_loop_resistance() * capacitance).sqrt();
    let gamma = cable.propagation_constant(f);
    assert!((gamma.re / want - 1.0).abs() < 1e-3 && (gamma.im / want - 1.0).abs() < 1e-3);
    assert!(cable.characteristic_impedance(0.0).re.is_infinite());
    assert!(cable.attenuation_db_per_m(0.0) == 0.0);
}

#[test]
fn extremes_stay_finite() {
    for (length, f) in [(1e5, 1e11), (1e-9, 1e12), (2.0, 1e-12), (100.0, 1e15)] {
        let h = pair(36, length, 10.0).transfer(f);
        assert!(h.is_finite() && h.norm() <= 1.0, "{h}");
    }
}

#[test]
fn impossible_cables_are_refused() {
    let good = pair(26, 1.0, 1.35);
    assert!(good.validate().is_ok());
    for bad in [-1.0, f64::NAN, f64::INFINITY] {
        for cable in [
            TwinaxCable {
                length: bad,
                ..good
            },
            TwinaxCable {
                differential_impedance: bad,
                ..good
            },
            TwinaxCable {
                termination_resistance: bad,
                ..good
            },
            TwinaxCable {
                excess_loss_factor: bad,
                ..good
            },
        ] {
            assert!(cable.validate().is_err());
        }
        assert!(TwinaxCable::copper(26, bad).is_err());
    }
    assert!(
        TwinaxCable {
            differential_impedance: 0.0,
            ..good
        }
        .validate()
        .is_err()
    );
    assert!(
        TwinaxCable {
            termination_resistance: 0.0,
            ..good
        }
        .validate()
        .is_err()
    );
    assert!(TwinaxCable::copper(99, 1.0).is_err());
    match TwinaxCable::copper(26, -2.0) {
        Err(CopperError::InvalidParameter { value, .. }) => assert!((value + 2.0).abs() < 1e-15),
        other => panic!("{other:?}"),
    }
    // Excess loss of a lossy, low-permittivity foam that would outrun light.
    let foam = WidebandDebye::flat(1.1, 4e-3, 1e10).unwrap();
    assert!(TwinaxCable::new(1.0, good.conductor, foam, 100.0, 1.0).is_ok());
    assert!(TwinaxCable::new(1.0, good.conductor, foam, 100.0, 10.0).is_err());
}
