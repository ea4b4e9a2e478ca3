//! Circuits whose parameters are closed forms or come from nodal equations.

use super::super::checks::{Case, CaseError, Check, Checks, Reason, Tolerance};
use super::AREA;
use eyespan::network::{
    HighFrequency, Network, Pair, ParameterKind, Reference, TimeOptions, WaveDefinition,
};
use num_complex::Complex64;
use std::f64::consts::PI;

const CIRCUIT: &str = "derive/networks.py; Kurokawa 1965, DOI 10.1109/TMTT.1965.1125964; Frickey 1994, \
     DOI 10.1109/22.275_248; Bockelman & Eisenstadt 1995, DOI 10.1109/22.392_911";

const LINES: &str = "closed forms of transmission-line theory (Pozar, Microwave Engineering, 4th ed., \
     chapters 2 and 4)";

/// Frequency and what the derivation gives there for the coupled lines.
struct Derived {
    frequency: f64,
    s: [(usize, usize, f64, f64); 4],
    odd: [(usize, usize, f64, f64); 3],
    /// SDD21, SCC21, SDD11.
    modes: [(f64, f64); 3],
    /// One line between 50 Ω and 75 Ω: S11, S21; h11, h21.
    line: [(f64, f64); 4],
    /// Two of them in a row: S11, S21.
    two: [(f64, f64); 2],
}

const DERIVED: [Derived; 3] = [
    Derived {
        frequency: 1e9,
        s: [
            (0, 0, 0.011_143_018_729_322_5, 0.010_712_206_089_868_19),
            (1, 0, 0.941_774_715_898_994_5, -0.130_954_826_187_503_6),
            (2, 0, 0.001_767_985_533_662_907, 0.014_863_852_866_903_02),
            (3, 0, 0.001_922_350_564_795_282, 0.014_983_685_746_179_01),
        ],
        odd: [
            (0, 0, 0.190_244_857_578_864_3, 0.035_304_334_368_098_09),
            (1, 0, 0.917_123_202_597_885_8, -0.174_787_606_788_738_1),
            (3, 2, 0.813_302_230_183_220_6, -0.270_449_230_032_793_3),
        ],
        modes: [
            (0.939_852_365_334_199_7, -0.145_938_511_933_683_3),
            (0.943_697_066_463_79, -0.115_971_140_441_325),
            (0.009_375_033_195_659_617, -0.004_151_646_777_035_316),
        ],
        line: [
            (0.189_008_580_107_486_2, -0.017_410_815_402_036_3),
            (0.927_584_125_193_166_1, -0.109_165_144_662_919_2),
            (3.062_300_789_143_5, 7.566_617_550_213_507),
            (-1.005_906_448_716_825, 0.005_912_797_518_762_039),
        ],
        two: [
            (0.175_610_153_030_297_3, -0.030_477_856_950_275_79),
            (0.866_152_809_371_454_2, -0.207_197_341_182_363_4),
        ],
    },
    Derived {
        frequency: 12.890_625e9,
        s: [
            (0, 0, 0.493_985_990_314_172_8, -0.289_735_099_410_310_8),
            (1, 0, -0.276_426_551_184_661_8, -0.631_449_911_374_623),
            (2, 0, 0.049_526_341_409_968_78, 0.186_461_273_474_281_4),
            (3, 0, 0.180_335_299_040_628_4, -0.127_281_347_699_548_6),
        ],
        odd: [
            (0, 0, 0.550_567_716_118_88, -0.175_311_465_619_682_8),
            (1, 0, -0.303_890_981_968_668_2, -0.609_341_184_043_84),
            (3, 2, -0.368_066_890_692_972_4, -0.573_251_978_055_693_4),
        ],
        modes: [
            (-0.456_761_850_225_289_8, -0.504_168_563_675_074_3),
            (-0.096_091_252_144_033_54, -0.758_731_259_074_171_6),
            (0.444_459_648_904_203_9, -0.476_196_372_884_592_3),
        ],
        line: [
            (0.417_233_895_906_526_8, -0.067_627_787_514_010_8),
            (-0.124_893_748_825_803_9, -0.831_172_639_465_335_7),
            (178.790_666_600_365_3, -466.151_522_798_050_5),
            (4.734_850_709_949_631, 1.985_690_056_017_139),
        ],
        two: [
            (0.269_115_245_722_347_5, 0.051_883_203_547_588_12),
            (-0.762_019_974_297_217_2, 0.301_806_739_345_604_5),
        ],
    },
    Derived {
        frequency: 26.5625e9,
        s: [
            (0, 0, -0.249_357_860_633_285_9, -0.887_456_112_230_428_1),
            (1, 0, -0.170_276_413_783_841_5, 0.020_496_327_404_150_76),
            (2, 0, 0.274_037_012_527_093_8, -0.056_592_660_869_242_9),
            (3, 0, -0.071_961_275_128_539_17, -0.036_647_691_791_394_56),
        ],
        odd: [
            (0, 0, -0.296_943_908_585_286_1, -0.855_495_910_018_176_7),
            (1, 0, -0.175_198_531_210_074_9, 0.023_922_357_249_123_72),
            (3, 2, -0.193_870_635_247_629_5, 0.080_666_199_223_299_55),
        ],
        modes: [
            (-0.098_315_138_655_302_35, 0.057_144_019_195_545_33),
            (-0.242_237_688_912_380_7, -0.016_151_364_387_243_82),
            (-0.523_394_873_160_379_5, -0.830_863_451_361_185_2),
        ],
        line: [
            (0.036_300_756_010_843_36, -0.944_681_179_097_253_9),
            (-0.233_144_378_054_447, 0.028_334_747_760_846_94),
            (1.181_238_678_422_967, -49.865_768_894_736_09),
            (0.248_840_400_860_552_5, 0.009_625_490_640_192_313),
        ],
        two: [
            (0.028_821_829_841_447_16, -0.973_209_622_599_083_5),
            (0.030_031_262_320_463_26, -0.002_552_952_563_310_603),
        ],
    },
];

/// Admittance matrix of the coupled lines of the derivation.
fn coupled_lines(frequency: f64) -> Vec<Complex64> {
    let w = 2.0 * PI * frequency;
    let series = Complex64::new(3.0, w * 1.2e-9).inv();
    let shunt = Complex64::new(4e-4, w * 0.15e-12);
    let mutual = Complex64::new(0.0, w * 0.05e-12);
    let mut y = vec![Complex64::ZERO; 16];
    for i in 0..4 {
        y[5 * i] = series + mutual + shunt;
    }
    for (a, b, value) in [
        (0, 1, series),
        (2, 3, series),
        (0, 2, mutual),
        (1, 3, mutual),
    ] {
        y[4 * a + b] = -value;
        y[4 * b + a] = -value;
    }
    y
}

/// Chain matrix of one of them alone.
fn one_line(frequency: f64) -> Vec<Complex64> {
    let w = 2.0 * PI * frequency;
    let (z, y) = (
        Complex64::new(3.0, w * 1.2e-9),
        Complex64::new(4e-4, w * 0.15e-12),
    );
    vec![z * y + 1.0, z, y * (z * y + 2.0), z * y + 1.0]
}

fn complex(
    checks: &mut Checks,
    what: &str,
    unit: &'static str,
    found: Complex64,
    expected: (f64, f64),
) {
    // The derivation's two routes agree to 1e-11 of the value.
    let scale = expected.0.hypot(expected.1).max(1.0);
    let within = Tolerance::Absolute(1e-12 * scale, Reason::RoundOff);
    checks.add(format!("{what}, real"), unit, found.re, expected.0, within);
    checks.add(
        format!("{what}, imaginary"),
        unit,
        found.im,
        expected.1,
        within,
    );
}

fn conversions() -> Result<Vec<Check>, CaseError> {
    let mut checks = Checks::from(CIRCUIT);
    for d in &DERIVED {
        let f = d.frequency;
        let ghz = f / 1e9;
        let network = Network::from_parameters(
            ParameterKind::Admittance,
            vec![f],
            4,
            &coupled_lines(f),
            Reference::uniform(4, 50.0),
        )?;
        for &(i, j, re, im) in &d.s {
            let name = format!("S{}{} at {ghz} GHz", i + 1, j + 1);
            complex(&mut checks, &name, "", network.curve(i, j)?[0], (re, im));
        }
        let odd = [(40.0, 10.0), (60.0, -5.0), (75.0, 0.0), (30.0, 20.0)];
        let odd = Reference::PerPort(odd.map(|(r, x)| Complex64::new(r, x)).to_vec());
        let other = network.renormalized(odd, WaveDefinition::Power)?;
        for &(i, j, re, im) in &d.odd {
            let name = format!("S{}{} at odd impedances, {ghz} GHz", i + 1, j + 1);
            complex(&mut checks, &name, "", other.curve(i, j)?[0], (re, im));
        }
        let mixed = network.mixed_mode(&[Pair::new(0, 2), Pair::new(1, 3)])?;
        let places = [("SDD21", 1, 0), ("SCC21", 3, 2), ("SDD11", 0, 0)];
        for ((name, i, j), expected) in places.into_iter().zip(d.modes) {
            complex(
                &mut checks,
                &format!("{name} at {ghz} GHz"),
                "",
                mixed.curve(i, j)?[0],
                expected,
            );
        }
        let between =
            || Reference::PerPort(vec![Complex64::new(50.0, 0.0), Complex64::new(75.0, 0.0)]);
        let line =
            Network::from_parameters(ParameterKind::Chain, vec![f], 2, &one_line(f), between())?;
        let hybrid = line.parameters(ParameterKind::Hybrid)?;
        let found = [line.s()[0], line.s()[2], hybrid[0], hybrid[2]];
        let names = [("S11", ""), ("S21", ""), ("h11", "Ω"), ("h21", "")];
        for (((name, unit), found), expected) in names.into_iter().zip(found).zip(d.line) {
            complex(
                &mut checks,
                &format!("line, {name} at {ghz} GHz"),
                unit,
                found,
                expected,
            );
        }
        // The second line begins at another impedance than the first one ends at.
        let two = line.cascaded(&line)?;
        for ((name, found), expected) in [("S11", two.s()[0]), ("S21", two.s()[2])]
            .into_iter()
            .zip(d.two)
        {
            complex(
                &mut checks,
                &format!("two lines, {name} at {ghz} GHz"),
                "",
                found,
                expected,
            );
        }
    }
    checks.done()
}

/// A line of impedance `z` and delay `delay`, without loss, in 50 Ω.
fn line(z: f64, delay: f64, frequencies: Vec<f64>) -> Result<Network, CaseError> {
    let chain: Vec<Complex64> = frequencies
        .iter()
        .flat_map(|f| {
            let (sin, cos) = (2.0 * PI * f * delay).sin_cos();
            [
                Complex64::new(cos, 0.0),
                Complex64::new(0.0, z * sin),
                Complex64::new(0.0, sin / z),
                Complex64::new(cos, 0.0),
            ]
        })
        .collect();
    Ok(Network::from_parameters(
        ParameterKind::Chain,
        frequencies,
        2,
        &chain,
        Reference::uniform(2, 50.0),
    )?)
}

fn quarter_wave() -> Result<Vec<Check>, CaseError> {
    let mut checks = Checks::from(LINES);
    let network = line(75.0, 0.25e-9, vec![1e9])?;
    // Z_in = 75²/50 = 112.5 Ω.
    let reflection = 62.5 / 162.5;
    let within = Tolerance::Absolute(1e-12, Reason::RoundOff);
    checks.add(
        "S11 of 75 Ω, λ/4",
        "",
        network.s()[0].re,
        reflection,
        within,
    );
    checks.add(
        "transmission of 75 Ω, λ/4",
        "dB",
        20.0 * network.s()[2].norm().log10(),
        10.0 * (1.0 - reflection * reflection).log10(),
        within,
    );
    // Along the line: 75 Ω from the first edge to the echo of the second one.
    let frequencies = (0..=4000).map(|k| f64::from(k) * 10e6).collect();
    let network = line(75.0, 2e-9, frequencies)?;
    let loss = pad(3.0, network.frequencies())?;
    let seen = network.cascaded(&loss)?;
    let mut options = TimeOptions::new(10e-12);
    options.high_frequency = HighFrequency::Gaussian { rise_time: 40e-12 };
    let profile = seen.impedance_profile(0, &options)?;
    let middle = profile
        .iter()
        .find(|p| p.time >= 2e-9)
        .ok_or("no profile")?;
    checks.add(
        "impedance seen along 75 Ω",
        "Ω",
        middle.impedance,
        75.0,
        // The edge of 40 ps against 40 GHz leaves exp(−½(2π·40 GHz·15.6 ps)²) = 4e-4 of ringing.
        Tolerance::Absolute(0.02, Reason::Grid),
    );
    checks.done()
}

/// A matched attenuator.
fn pad(loss_db: f64, frequencies: &[f64]) -> Result<Network, CaseError> {
    let t = Complex64::new(10_f64.powf(-loss_db / 20.0), 0.0);
    let s = [Complex64::ZERO, t, t, Complex64::ZERO].repeat(frequencies.len());
    Ok(Network::new(
        frequencies.to_vec(),
        2,
        s,
        Reference::uniform(2, 50.0),
    )?)
}

fn ideal_modes() -> Result<Vec<Check>, CaseError> {
    let mut checks = Checks::from(CIRCUIT);
    let one = Complex64::ONE;
    let mut s = vec![Complex64::ZERO; 16];
    for (a, b) in [(0, 1), (1, 0), (2, 3), (3, 2)] {
        s[4 * a + b] = one;
    }
    let network = Network::new(vec![1e9], 4, s, Reference::uniform(4, 50.0))?;
    let mixed = network.mixed_mode(&[Pair::new(0, 2), Pair::new(1, 3)])?;
    let exact = Tolerance::Absolute(4.0 * f64::EPSILON, Reason::RoundOff);
    for i in 0..4 {
        for j in 0..4 {
            let expected = f64::from(u8::from(i != j && i / 2 == j / 2));
            checks.add(
                format!("ideal pair, mode {} from {}", i + 1, j + 1),
                "",
                mixed.curve(i, j)?[0].re,
                expected,
                exact,
            );
        }
    }
    for (z, expected) in mixed.reference_at(0).iter().zip([100.0, 100.0, 25.0, 25.0]) {
        checks.add("reference impedance of a mode", "Ω", z.re, expected, exact);
    }
    checks.done()
}

/// A driver of 50 Ω into a capacitor: a step 1 − exp(−t/τ), through the port's waves.
fn charged_capacitor() -> Result<Vec<Check>, CaseError> {
    let mut checks = Checks::from("closed form: V(t) of a capacitor charged through a resistor");
    let (capacitance, z) = (2e-12, 50.0);
    // A shunt capacitor between two ports: τ = C·z/2, S21(0) = 1.
    let tau = capacitance * z / 2.0;
    let frequencies: Vec<f64> = (0..=20_000).map(|k| f64::from(k) * 10e6).collect();
    let s = frequencies
        .iter()
        .flat_map(|f| {
            let x = Complex64::new(0.0, 2.0 * PI * f * tau);
            let (through, back) = ((1.0 + x).inv(), -x / (1.0 + x));
            [back, through, through, back]
        })
        .collect();
    let network = Network::new(frequencies, 2, s, Reference::uniform(2, z))?;
    let mut options = TimeOptions::new(1e-12);
    options.high_frequency = HighFrequency::Continued;
    let step = network.step_response(1, 0, &options)?;
    let pulse = network.pulse_response(1, 0, 100e-12, &options)?;
    for at in [20e-12, 50e-12, 90e-12, 150e-12, 300e-12] {
        let find = |response: &eyespan::network::TimeResponse| {
            response
                .times()
                .zip(response.samples.clone())
                .find(|(t, _)| *t >= at - 0.1e-12)
                .map(|(_, v)| v)
                .ok_or("no sample")
        };
        // The band ends at 200 GHz with |S21| = 0.016 and goes on to 800 GHz.
        let within = Tolerance::Absolute(1e-3, Reason::Grid);
        let up = 1.0 - (-at / tau).exp();
        checks.add(
            format!("step after {} ps", at * 1e12),
            "V",
            find(&step)?,
            up,
            within,
        );
        let down = 1.0 - (-(at - 100e-12).max(0.0) / tau).exp();
        checks.add(
            format!("pulse of 100 ps after {} ps", at * 1e12),
            "V",
            find(&pulse)?,
            up - down,
            within,
        );
    }
    checks.done()
}

pub fn cases() -> Vec<Case> {
    vec![
        Case::new(AREA, "networks/conversions", conversions),
        Case::new(AREA, "networks/ideal-modes", ideal_modes),
        Case::new(AREA, "networks/quarter-wave-line", quarter_wave),
        Case::new(AREA, "networks/charged-capacitor", charged_capacitor),
    ]
}
