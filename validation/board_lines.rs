//! Lines of boards: by constants, microstrip, stripline and pairs, roughness, stubs, causality.

use super::checks::{Case, CaseError, Check, Checks, Reason, Tolerance};
use eyespan::copper::line::{
    Line, MetallicLine, Microstrip, PerUnitLengthLine, Stripline, StriplinePair,
};
use eyespan::copper::{Roughness, WidebandDebye, skin_depth};
use num_complex::Complex64;
use rustfft::FftPlanner;
use std::f64::consts::PI;

const AREA: &str = "board lines";
const CHAIN: &str = "scikit-rf media/tests/qucs_prj/distributedCircuit,line1mm.s2p (Qucs; BSD-3-Clause), \
     again by derive/board_lines.py";
const DESIGN_SYSTEM: &str = "scikit-rf media/tests/ads/mlin,djordjevicsvensson,kirschning.s2p \
     (ADS; BSD-3-Clause); its own test allows 0.1 dB and 1 degree";
const COHN: &str = "S. B. Cohn, IRE Trans. Microw. Theory Tech. 3, 119 (1955), as in Pozar, Microwave \
     Engineering, 4th ed., eq. 3.181";
const LAPLACE: &str = "derive/board_lines.py: Laplace equation by finite differences";
const METALLIC: &str =
    "derive/board_lines.py; Johnson & Graham, High-Speed Signal Propagation (2003)";
const SURFACE: &str = "Hammerstad & Jensen 1980, DOI 10.1109/MWSYM.1980.1124303; Huray et al., \
     DesignCon 2010; closed forms";
const POZAR: &str = "Pozar, Microwave Engineering, 4th ed., chapters 2 and 4";
const CAUSAL: &str = "no response before its front: bound of -60 dB";

fn constants() -> Result<Vec<Check>, CaseError> {
    let line = PerUnitLengthLine {
        resistance: 1e5,
        inductance: 1e-6,
        conductance: 1.0,
        capacitance: 8e-12,
        ..PerUnitLengthLine::default()
    };
    let mut checks = Checks::from(CHAIN);
    for (frequency, reflection, transmission) in [
        (
            75e9,
            (0.878_939_439_457_919_4, 0.052_594_471_818_334_786),
            (0.026_908_573_021_852_275, -0.248_177_954_463_535_16),
        ),
        (
            92e9,
            (0.884_040_483_796_791_6, -0.010_362_868_990_264_479),
            (-0.013_014_368_261_973_16, -0.243_911_534_677_567_52),
        ),
        (
            110e9,
            (0.866_593_693_443_786_6, -0.076_449_809_446_134_73),
            (-0.058_525_069_185_710_54, -0.249_714_670_857_019_3),
        ),
    ] {
        let network = line.network(1e-3, &[frequency], 50.0)?;
        for (name, column, (re, im)) in [("S11", 0, reflection), ("S21", 1, transmission)] {
            let found = network.curve(column, 0)?[0];
            let near = Tolerance::Absolute(1e-12, Reason::RoundOff);
            let at = frequency / 1e9;
            checks.add(format!("Re {name} at {at} GHz"), "", found.re, re, near);
            checks.add(format!("Im {name} at {at} GHz"), "", found.im, im, near);
        }
    }
    checks.done()
}

fn board_strip(roughness: Roughness) -> Result<Microstrip, CaseError> {
    let strip = Microstrip {
        width: 3e-3,
        height: 1.55e-3,
        thickness: 35e-6,
        dielectric: WidebandDebye::new(4.413, 0.0182, 1e9, 1e3, 1e12)?,
        resistivity: 1.7e-8,
        roughness,
    };
    strip.validate()?;
    Ok(strip)
}

fn microstrip() -> Result<Vec<Check>, CaseError> {
    let strip = board_strip(Roughness::Hammerstad {
        root_mean_square: 0.15e-6,
    })?;
    let mut checks = Checks::from(DESIGN_SYSTEM);
    for (frequency, decibels, degrees) in [
        (1e9, -0.075_251_4, -54.848_175),
        (5e9, -0.367_767_2, 83.680_522),
        (10e9, -0.760_120_7, 156.466_16),
        (15e9, -1.194_679_6, -140.567_56),
        (20e9, -1.687_526_3, -83.892_039),
    ] {
        let found = strip.network(25e-3, &[frequency], 50.0)?.curve(1, 0)?[0];
        let at = frequency / 1e9;
        checks.add(
            format!("|S21| at {at} GHz"),
            "dB",
            20.0 * found.norm().log10(),
            decibels,
            Tolerance::Absolute(0.02, Reason::StatedBySource),
        );
        checks.add(
            format!("phase of S21 at {at} GHz"),
            "°",
            found.arg().to_degrees(),
            degrees,
            Tolerance::Absolute(1.0, Reason::StatedBySource),
        );
    }
    checks.done()
}

/// Dimensions over the distance of the planes, which is 1 mm; vacuum.
fn strip(width: f64, thickness: f64) -> Result<Stripline, CaseError> {
    Ok(Stripline {
        width: width * 1e-3,
        spacing: 1e-3,
        thickness: thickness * 1e-3,
        dielectric: WidebandDebye::flat(1.0, 0.0, 1e9)?,
        // Too little to matter: the field inside the metal adds nothing.
        resistivity: 1e-20,
        roughness: Roughness::Smooth,
    })
}

fn striplines() -> Result<Vec<Check>, CaseError> {
    let mut checks = Checks::from(LAPLACE);
    // What is left of the grid after extrapolation.
    let near = Tolerance::Relative(1e-4, Reason::Grid);
    for (width, thickness, expected) in [
        (0.5, 0.05, 90.275),
        (0.5, 0.1, 83.066),
        (1.0, 0.05, 59.923),
        (0.35, 0.1, 97.681),
    ] {
        checks.add(
            format!("one strip, w/b {width}, t/b {thickness}"),
            "Ω",
            strip(width, thickness)?
                .line()?
                .characteristic_impedance(1e9)
                .re,
            expected,
            near,
        );
    }
    for (width, gap, thickness, even, odd) in [
        (0.5, 0.5, 0.1, 89.879, 75.467),
        (0.5, 1.0, 0.05, 91.746, 88.776),
        (1.0, 0.5, 0.05, 62.905, 56.473),
        (0.35, 0.35, 0.05, 121.886, 90.017),
    ] {
        let pair = StriplinePair {
            strip: strip(width, thickness)?,
            gap: gap * 1e-3,
        };
        for (line, expected, name) in [
            (pair.even_mode()?, even, "even"),
            (pair.odd_mode()?, odd, "odd"),
        ] {
            checks.add(
                format!("{name} mode, w/b {width}, s/b {gap}, t/b {thickness}"),
                "Ω",
                line.characteristic_impedance(1e9).re,
                expected,
                near,
            );
        }
    }
    checks.done()
}

/// Loss of the conductors of a stripline in a dielectric without loss.
fn conductor_loss() -> Result<Vec<Check>, CaseError> {
    let mut checks = Checks::from(COHN);
    let (frequency, resistivity, permittivity) = (26.5625e9, 1.724e-8, 3.4f64);
    for (width, thickness) in [
        (0.35, 0.05),
        (0.5, 0.05),
        (0.5, 0.1),
        (1.0, 0.05),
        (2.0, 0.05),
    ] {
        let line = Stripline {
            dielectric: WidebandDebye::flat(permittivity, 0.0, 1e10)?,
            resistivity,
            ..strip(width, thickness)?
        };
        let (w, b, t) = (line.width, line.spacing, line.thickness);
        let line = line.line()?;
        let surface = resistivity / skin_depth(resistivity, frequency);
        let impedance = line.characteristic_impedance(1e12).re;
        let expected = if permittivity.sqrt() * impedance < 120.0 {
            let a = 1.0 + 2.0 * w / (b - t) + (b + t) / (b - t) / PI * ((2.0 * b - t) / t).ln();
            2.7e-3 * surface * permittivity * impedance / (30.0 * PI * (b - t)) * a
        } else {
            let b_factor = 1.0
                + b / (0.5 * w + 0.7 * t)
                    * (0.5 + 0.414 * t / w + (4.0 * PI * w / t).ln() / (2.0 * PI));
            0.16 * surface / (impedance * b) * b_factor
        };
        checks.add(
            format!("loss of the conductors, w/b {width}, t/b {thickness}"),
            "Np/m",
            line.propagation_constant(frequency).re,
            expected,
            // Its impedances are good to about this much.
            Tolerance::Relative(2e-2, Reason::StatedBySource),
        );
    }
    checks.done()
}

fn metallic_line() -> MetallicLine {
    MetallicLine {
        direct_current_resistance: 0.1876,
        skin_resistance: 1.452,
        reference_frequency: 1e7 / (2.0 * PI),
        impedance: 100.0,
        velocity: 0.67 * 3e8,
        loss_angle: 0.02,
    }
}

fn metallic() -> Result<Vec<Check>, CaseError> {
    let line = metallic_line();
    let mut checks = Checks::from(METALLIC);
    let printed = Tolerance::Relative(1e-6, Reason::PrintedDigit);
    for (frequency, loss) in [
        (1e9, 4.129_486),
        (5e9, 16.279_810),
        (10e9, 30.447_116),
        (12.890_625e9, 38.454_667),
    ] {
        let alpha = line.propagation_constant(frequency).re;
        checks.add(
            format!("loss at {} GHz", frequency / 1e9),
            "dB/m",
            20.0 / std::f64::consts::LN_10 * alpha,
            loss,
            printed,
        );
    }
    let impedance = line.characteristic_impedance(10e9);
    checks.add(
        "impedance at 10 GHz",
        "Ω",
        impedance.re,
        105.916_83,
        printed,
    );
    checks.add("its reactance", "Ω", impedance.im, 0.864_915_67, printed);
    checks.done()
}

fn surfaces() -> Result<Vec<Check>, CaseError> {
    let mut checks = Checks::from(SURFACE);
    let printed = Tolerance::Absolute(6e-7, Reason::PrintedDigit);
    let hammerstad = Roughness::Hammerstad {
        root_mean_square: 0.4e-6,
    };
    let huray = Roughness::Huray {
        radius: 0.5e-6,
        spheres: 14.0,
        area: 9.4e-12,
    };
    for (frequency, first, second) in [
        (1e9, 1.032_624, 1.504_409),
        (13.281_25e9, 1.380_697, 3.502_533),
        (26.5625e9, 1.596_904, 4.279_964),
        (53.125e9, 1.776_077, 5.038_574),
    ] {
        let depth = skin_depth(1.0 / 5.8e7, frequency);
        let at = frequency / 1e9;
        checks.add(
            format!("Hammerstad, 0.4 µm, at {at} GHz"),
            "",
            hammerstad.factor(depth),
            first,
            printed,
        );
        checks.add(
            format!("Huray, 14 spheres of 0.5 µm on 9.4 µm², at {at} GHz"),
            "",
            huray.factor(depth),
            second,
            printed,
        );
    }
    checks.done()
}

fn quarter_wave() -> Result<Vec<Check>, CaseError> {
    // 75 Ω in vacuum, a quarter of a wave at 1 GHz.
    let velocity = 299_792_458.0;
    let line = PerUnitLengthLine {
        inductance: 75.0 / velocity,
        capacitance: 1.0 / (75.0 * velocity),
        ..PerUnitLengthLine::default()
    };
    let length = 0.25 * velocity / 1e9;
    let network = line.network(length, &[1e9], 50.0)?;
    let mut checks = Checks::from(POZAR);
    let near = Tolerance::Absolute(1e-9, Reason::RoundOff);
    let reflection = network.curve(0, 0)?[0];
    checks.add("|S11|", "", reflection.norm(), 62.5 / 162.5, near);
    checks.add("phase of S11", "rad", reflection.arg(), 0.0, near);
    checks.add(
        "|S21|",
        "dB",
        20.0 * network.curve(1, 0)?[0].norm().log10(),
        10.0 * (1.0 - (62.5f64 / 162.5).powi(2)).log10(),
        near,
    );
    // The same length as a stub: a short at 1 GHz; at half of it jY = j/75.
    let stub = line.stub_network(length, &[0.5e9, 1e9], 50.0)?;
    let through = stub.curve(1, 0)?;
    let shunt = Complex64::new(0.0, 50.0 / 75.0);
    checks.add(
        "stub of an eighth of a wave, |S21|",
        "",
        through[0].norm(),
        (2.0 / (2.0 + shunt)).norm(),
        near,
    );
    checks.add(
        "stub of a quarter wave, |S21|",
        "",
        through[1].norm(),
        1e-9,
        Tolerance::AtMost,
    );
    checks.done()
}

/// Energy ahead of the front over all energy, dB: `front` in s.
fn early_energy(front: f64, points: usize, rate: f64, response: impl Fn(f64) -> Complex64) -> f64 {
    let mut spectrum = vec![Complex64::ZERO; points];
    for k in 0..=points / 2 {
        let f = k as f64 * rate / points as f64;
        let value = response(f) * Complex64::cis(2.0 * PI * f * front);
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
    10.0 * (energy(&spectrum[points / 2..]) / energy(&spectrum)).log10()
}

fn causality() -> Result<Vec<Check>, CaseError> {
    let mut checks = Checks::from(CAUSAL);
    let dielectric = WidebandDebye::flat(3.4, 0.004, 10e9)?;
    let copper = 1.724e-8;
    let (length, light) = (0.3, 299_792_458.0);
    let limit = dielectric.infinite_permittivity().sqrt();
    let smooth = Stripline {
        width: 120e-6,
        spacing: 300e-6,
        thickness: 17e-6,
        dielectric,
        resistivity: copper,
        roughness: Roughness::Smooth,
    };
    let rough = Stripline {
        roughness: Roughness::Hammerstad {
            root_mean_square: 0.4e-6,
        },
        ..smooth
    };
    let spheres = Stripline {
        roughness: Roughness::Huray {
            radius: 0.5e-6,
            spheres: 14.0,
            area: 9.4e-12,
        },
        ..smooth
    };
    let odd = StriplinePair {
        strip: smooth,
        gap: 180e-6,
    }
    .odd_mode()?;
    let (smooth, rough, spheres) = (smooth.line()?, rough.line()?, spheres.line()?);
    let constants = PerUnitLengthLine {
        resistance: 5.0,
        skin_resistance: 5e-3,
        inductance: 350e-9,
        conductance: 0.0,
        capacitance: 130e-12,
        loss_tangent: 0.0,
    };
    let metallic = metallic_line();
    let microstrip = board_strip(Roughness::Smooth)?;
    let inside = length * limit / light;
    // The front of a pulse: light in ε∞. The metallic model has no such limit, only less and less
    // dielectric: nothing is seen at a fifth more than its velocity. Part of a microstrip's field is in
    // the air, and its front comes long before anything else, so that its bound is lower.
    let lines: [(&str, &dyn Line, f64, f64); 7] = [
        ("stripline", &smooth, inside, -60.0),
        ("rough after Hammerstad", &rough, inside, -60.0),
        ("rough after Huray", &spheres, inside, -60.0),
        ("odd mode of a pair", &odd, inside, -60.0),
        (
            "line by constants with skin effect",
            &constants,
            length * (350e-9f64 * 130e-12).sqrt(),
            -60.0,
        ),
        (
            "metallic transmission model",
            &metallic,
            length / (1.2 * metallic.velocity),
            -60.0,
        ),
        ("microstrip", &microstrip, length / light, -80.0),
    ];
    let (points, rate) = (1 << 19, 2e12);
    for (name, line, front, bound) in lines {
        let transfer = |f: f64| line.per_metre(f).scattering(length, 50.0).transmission;
        checks.add(
            format!("energy ahead of its front, {name}"),
            "dB",
            early_energy(front, points, rate, transfer),
            bound,
            Tolerance::AtMost,
        );
        // The same resistance without the reactance that belongs to it is what this must catch.
        let inductance = line.per_metre(1e12).series_impedance.im / (2.0 * PI * 1e12);
        let wrong = |f: f64| {
            let mut line = line.per_metre(f);
            line.series_impedance.im = 2.0 * PI * f * inductance;
            line.scattering(length, 50.0).transmission
        };
        checks.add(
            format!("the same without the reactance of the skin effect, {name}"),
            "dB",
            early_energy(front, points, rate, wrong),
            bound,
            Tolerance::AtLeast,
        );
    }
    // And a constant loss tangent without its dispersion.
    let wrong = PerUnitLengthLine {
        loss_tangent: 0.02,
        ..constants
    };
    checks.add(
        "energy ahead of its front, constant loss tangent alone",
        "dB",
        early_energy(length * (350e-9f64 * 130e-12).sqrt(), points, rate, |f| {
            wrong.per_metre(f).scattering(length, 50.0).transmission
        }),
        -40.0,
        Tolerance::AtLeast,
    );
    checks.done()
}

/// Cases of this area.
pub fn cases() -> Vec<Case> {
    vec![
        Case::new(AREA, "board-lines/line-by-its-constants", constants),
        Case::new(
            AREA,
            "board-lines/microstrip-of-a-design-system",
            microstrip,
        ),
        Case::new(AREA, "board-lines/stripline-impedances", striplines),
        Case::new(AREA, "board-lines/stripline-conductor-loss", conductor_loss),
        Case::new(AREA, "board-lines/metallic-transmission-model", metallic),
        Case::new(AREA, "board-lines/rough-surfaces", surfaces),
        Case::new(AREA, "board-lines/quarter-wave-and-stub", quarter_wave),
        Case::new(AREA, "board-lines/causality", causality),
    ]
}
