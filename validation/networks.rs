//! Networks: Touchstone files as another program reads them, conversions, mixed modes, cascade,
//! quality metrics, responses in time.

use super::checks::{Case, CaseError, Check, Checks, Reason, Tolerance};
use eyespan::network::{
    Application, HighFrequency, Network, Pair, ParameterKind, PortMode, PortOrder, Reference,
    TimeOptions, Touchstone, WaveDefinition, fourier_series,
};
use num_complex::Complex64;
use std::f64::consts::PI;
use std::path::Path;

const AREA: &str = "networks";
const CIRCUIT: &str = "derive/networks.py; Kurokawa 1965, DOI 10.1109/TMTT.1965.1125964; Frickey 1994, \
     DOI 10.1109/22.275_248; Bockelman & Eisenstadt 1995, DOI 10.1109/22.392_911";
const LINES: &str = "closed forms of transmission-line theory (Pozar, Microwave Engineering, 4th ed., \
     chapters 2 and 4)";
const COLLECTION: &str = "scikit-rf 2.0.0, what Network reads from the files of its repository \
     (derive/touchstone_collection.py)";
pub const EXAMPLE: &str = "PyChOpMarg, chnl_data/example2_THRU.s4p (BSD-3-Clause), values by NumPy from its \
     numbers";
const METAS: &str = "METAS VNA Tools, files of scikit-rf skrf/tests/metas_tdr (BSD-3-Clause)";
const QUALITY: &str = "scikit-rf calibration/tests/test_deembedding.py (BSD-3-Clause), from MATLAB \
     R2024a with the code of IEEE 370";
const CASCADE: &str = "scikit-rf skrf/tests/ntwk1.s2p, ntwk2.s2p, ntwk3.s2p (BSD-3-Clause)";

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

/// What another program read: points, ports, frequencies, S, reference impedances.
struct Expected {
    ports: usize,
    frequencies: Vec<f64>,
    s: Vec<Complex64>,
    reference: Vec<Complex64>,
}

fn expected(bytes: &[u8]) -> Option<Expected> {
    let words: Vec<[u8; 8]> = bytes
        .chunks_exact(8)
        .map(|c| c.try_into().unwrap_or_default())
        .collect();
    let count = |at: usize| usize::try_from(u64::from_le_bytes(*words.get(at)?)).ok();
    let (points, ports) = (count(0)?, count(1)?);
    let numbers: Vec<f64> = words
        .iter()
        .skip(2)
        .map(|w| f64::from_le_bytes(*w))
        .collect();
    let (frequencies, rest) = numbers.split_at_checked(points)?;
    let pairs: Vec<Complex64> = rest
        .chunks_exact(2)
        .map(|p| Complex64::new(p[0], p[1]))
        .collect();
    let (s, reference) = pairs.split_at_checked(points * ports * ports)?;
    Some(Expected {
        ports,
        frequencies: frequencies.to_vec(),
        s: s.to_vec(),
        reference: reference.to_vec(),
    })
}

/// Largest difference of a scattering parameter, of one or of its magnitude; or what else differs.
fn difference(network: &Network, other: &Expected) -> Result<f64, String> {
    let n = network.ports();
    if n != other.ports || network.frequencies() != other.frequencies {
        return Err("ports or frequencies differ".to_owned());
    }
    // The other program puts a differential mode at the lower terminal, the common one at the higher.
    let place = |mode: &PortMode| match *mode {
        PortMode::SingleEnded(port) => port,
        PortMode::Differential { positive, negative } => positive.min(negative),
        PortMode::Common { positive, negative } => positive.max(negative),
    };
    let places: Vec<usize> = network.modes().iter().map(place).collect();
    let mut worst: f64 = 0.0;
    for point in 0..network.points() {
        let m = network.matrix(point).unwrap_or_default();
        let z = network.reference_at(point);
        for (i, &row) in places.iter().enumerate() {
            let theirs = other.reference[point * n + row];
            if (z[i] - theirs).norm() > 1e-12 * theirs.norm() {
                return Err(format!("reference impedance {} Ω, not {theirs} Ω", z[i]));
            }
            for (j, &column) in places.iter().enumerate() {
                let theirs = other.s[(point * n + row) * n + column];
                worst = worst.max((m[i * n + j] - theirs).norm() / theirs.norm().max(1.0));
            }
        }
    }
    Ok(worst)
}

fn collection(folder: &Path) -> Result<Vec<Check>, CaseError> {
    let mut checks = Checks::from(COLLECTION);
    let manifest = std::fs::read_to_string(folder.join("manifest.txt"))?;
    let (mut files, mut read, mut agree, mut worst) = (0, 0, 0, 0.0_f64);
    let mut faults = Vec::new();
    for line in manifest.lines() {
        let Some((name, outcome)) = line.split_once('\t') else {
            continue;
        };
        if !outcome.starts_with("read") {
            continue;
        }
        files += 1;
        let path = folder.join(name);
        let mut other = path.clone().into_os_string();
        other.push(".expected");
        let other = expected(&std::fs::read(other)?).ok_or("a damaged file of expected numbers")?;
        match Touchstone::read(&path) {
            Err(error) => faults.push(error.to_string()),
            Ok(file) => {
                read += 1;
                match difference(&file.network, &other) {
                    // Sines, cosines and powers of two libraries differ in the last digit.
                    Ok(far) if far < 1e-13 => {
                        agree += 1;
                        worst = worst.max(far);
                    }
                    Ok(far) => faults.push(format!("{name}: differs by {far:.1e}")),
                    Err(what) => faults.push(format!("{name}: {what}")),
                }
            }
        }
    }
    for fault in &faults {
        eprintln!("{fault}");
    }
    checks.exact("files read", read, files);
    checks.exact("files that agree", agree, files);
    checks.add(
        "files in the collection",
        "",
        f64::from(files_as_u32(files)),
        300.0,
        Tolerance::AtLeast,
    );
    checks.add(
        "largest difference",
        "",
        worst,
        0.0,
        Tolerance::Absolute(1e-13, Reason::RoundOff),
    );
    checks.done()
}

fn files_as_u32(files: usize) -> u32 {
    u32::try_from(files).unwrap_or(u32::MAX)
}

fn measured_cascade(folder: &Path) -> Result<Vec<Check>, CaseError> {
    let mut checks = Checks::from(CASCADE);
    let read = |name: &str| Touchstone::read(folder.join(name)).map(|file| file.network);
    let (first, second, both) = (read("ntwk1.s2p")?, read("ntwk2.s2p")?, read("ntwk3.s2p")?);
    let apart = |a: &Network, b: &Network| {
        let pairs = a.s().iter().zip(b.s());
        pairs.map(|(x, y)| (x - y).norm()).fold(0.0, f64::max)
    };
    // The files have nine digits.
    let within = Tolerance::Absolute(5e-9, Reason::PrintedDigit);
    checks.add(
        "cascade",
        "",
        apart(&first.cascaded(&second)?, &both),
        0.0,
        within,
    );
    let found = both.de_embedded(Some(&first), None)?;
    checks.add("first taken off", "", apart(&found, &second), 0.0, within);
    let found = both.de_embedded(None, Some(&second))?;
    checks.add("second taken off", "", apart(&found, &first), 0.0, within);
    checks.done()
}

fn example_channel(path: &Path) -> Result<Vec<Check>, CaseError> {
    let mut checks = Checks::from(EXAMPLE);
    let network = Touchstone::read(path)?.network;
    checks.exact("points", network.points(), 4001);
    checks.exact(
        "found as 1→2, 3→4",
        usize::from(network.port_order()? == PortOrder::Adjacent),
        1,
    );
    let largest = (0..network.points())
        .map(|point| network.largest_singular_value(point))
        .fold(0.0, f64::max);
    let digits = |d: i32| Tolerance::Absolute(0.5 * 10_f64.powi(-d), Reason::PrintedDigit);
    checks.add("largest singular value", "", largest, 0.990_728, digits(6));
    let pair = network.differential(None)?;
    let wrong = network.differential(Some(PortOrder::Halves))?;
    checks.add(
        "gain at 0 Hz in the wrong order",
        "",
        wrong.curve(1, 0)?[0].norm(),
        0.05,
        Tolerance::AtMost,
    );
    checks.add(
        "gain at 0 Hz",
        "",
        pair.curve(1, 0)?[0].re,
        0.974_56,
        digits(5),
    );
    for (ghz, loss) in [
        (2.5, 7.2614),
        (5.156_25, 11.9805),
        (12.890_625, 23.4502),
        (26.5625, 59.6913),
    ] {
        let at = pair.interpolated(&[ghz * 1e9])?;
        let db = -20.0 * at.curve(1, 0)?[0].norm().log10();
        // Interpolated by other means between points of 10 MHz.
        let within = Tolerance::Absolute(1e-3, Reason::StatedBySource);
        checks.add(
            format!("insertion loss at {ghz} GHz"),
            "dB",
            db,
            loss,
            within,
        );
    }
    let at = pair.interpolated(&[12.89e9])?;
    let db = -20.0 * at.curve(0, 0)?[0].norm().log10();
    checks.add("return loss at 12.89 GHz", "dB", db, 32.7701, digits(4));
    for (gbd, peak, around) in [
        (
            25.781_25,
            0.245_55,
            &[(-1, 0.079_11), (1, 0.152_80), (2, 0.092_59)][..],
        ),
        (10.3125, 0.467_92, &[]),
    ] {
        let width = 1.0 / (gbd * 1e9);
        let pulse = pair.pulse_response(1, 0, width, &TimeOptions::new(width / 32.0))?;
        let (at, value) = pulse.peak().ok_or("no samples")?;
        // The peak of samples 1/32 of a symbol apart is known to where a sample falls.
        let within = Tolerance::Absolute(1e-4, Reason::Grid);
        checks.add(format!("pulse at {gbd} GBd"), "V", value, peak, within);
        #[allow(clippy::cast_possible_truncation)]
        let index = ((at - pulse.start) / pulse.step).round() as i64;
        for &(offset, expected) in around {
            let place = usize::try_from(index + 32 * offset)?;
            let value = *pulse.samples.get(place).ok_or("outside the response")?;
            checks.add(
                format!("pulse at {gbd} GBd, {offset} symbols from its peak"),
                "V",
                value,
                expected,
                within,
            );
        }
    }
    checks.done()
}

/// The transform alone: the files' point at 0 Hz has the sign of an open, which no short has, so that
/// the library refuses them as a response that does not end.
fn analyser_transform(folder: &Path) -> Result<Vec<Check>, CaseError> {
    let mut checks = Checks::from(METAS);
    for top in ["40g", "50g"] {
        let name = |what: &str| folder.join(format!("short_10ps_dc_{top}{what}"));
        if !name(".s1p").exists() {
            continue;
        }
        let network = Touchstone::read(name(".s1p"))?.network;
        let table = |what: &str| -> Result<Vec<(f64, f64)>, CaseError> {
            let text = std::fs::read_to_string(name(what))?;
            text.lines()
                .skip(1)
                .map(|line| {
                    let (t, v) = line.split_once(';').ok_or("no semicolon")?;
                    Ok((t.trim().parse::<f64>()?, v.trim().parse::<f64>()?))
                })
                .collect()
        };
        let impulses = table("_low_pass_impulse.csv")?;
        let steps = table("_low_pass_step.csv")?;
        let count = 2 * network.points() - 1;
        let spacing = network.frequencies()[1];
        let step = 1.0 / (spacing * count as f64);
        let start = -((count / 2) as f64) * step;
        let samples = fourier_series(network.s(), spacing, start, step, count);
        checks.exact(
            format!("samples up to {top}"),
            samples.len(),
            impulses.len(),
        );
        let (mut sum, mut last) = (0.0, 0.0);
        for (k, (density, &(t, impulse))) in samples.iter().zip(&impulses).enumerate() {
            let six = Tolerance::Absolute(1e-6, Reason::PrintedDigit);
            let time = (start + k as f64 * step) * 1e12;
            checks.add(format!("time {k}, {top}"), "ps", time, t, six);
            let area = density * step;
            checks.add(format!("impulse at {t} ps, {top}"), "", area, impulse, six);
            // Analysers integrate by the trapezoidal rule.
            if k > 0 {
                sum += 0.5 * (last + area);
            }
            last = area;
            checks.add(format!("step at {t} ps, {top}"), "", sum, steps[k].1, six);
        }
    }
    checks.done()
}

fn quality(folder: &Path) -> Result<Vec<Check>, CaseError> {
    let mut checks = Checks::from(QUALITY);
    let read = |name: &str| -> Result<_, CaseError> {
        Ok(Touchstone::read(folder.join(name))?.network.quality()?)
    };
    let whole = read("whole.s2p")?;
    for (name, value) in [
        ("passivity", whole.passivity_percent),
        ("reciprocity", whole.reciprocity_percent),
        ("causality", whole.causality_percent),
    ] {
        checks.add(
            format!("{name} of the whole line"),
            "%",
            value,
            99.9,
            Tolerance::AtLeast,
        );
    }
    let printed = Tolerance::Absolute(5e-5, Reason::PrintedDigit);
    let active = read("active.s2p")?.passivity_percent;
    checks.add(
        "passivity, S21 and S12 × 1.137",
        "%",
        active,
        49.7701,
        printed,
    );
    let one_way = read("one-way.s2p")?.reciprocity_percent;
    checks.add(
        "reciprocity, S21 = 0.945·S12",
        "%",
        one_way,
        49.6120,
        printed,
    );
    let early = read("early.s2p")?.causality_percent;
    checks.add(
        "causality, 44.5 mm of air taken off",
        "%",
        early,
        48.2637,
        printed,
    );
    let use_of = |name: &str| -> Result<_, CaseError> {
        let application = Application {
            symbol_rate: 1e9,
            samples_per_symbol: 32,
            rise_time_ui: 0.4,
        };
        let network = Touchstone::read(folder.join(name))?.network;
        Ok(network.application_quality(&application)?)
    };
    // Their source rounds twice the number to a tenth.
    let tenth = Tolerance::Absolute(0.025, Reason::PrintedDigit);
    let active = use_of("active.s2p")?.passivity_mv;
    checks.add(
        "passivity in time, S21 and S12 × 1.137",
        "mV",
        active,
        71.35,
        tenth,
    );
    let one_way = use_of("one-way.s2p")?.reciprocity_mv;
    checks.add(
        "reciprocity in time, S21 = 0.945·S12",
        "mV",
        one_way,
        28.45,
        tenth,
    );
    let earlier = use_of("earlier.s2p")?.causality_mv;
    checks.add(
        "causality in time, 180 mm of air taken off",
        "mV",
        earlier,
        10.05,
        tenth,
    );
    checks.done()
}

pub fn cases() -> Vec<Case> {
    vec![
        Case::new(AREA, "networks/conversions", conversions),
        Case::new(AREA, "networks/ideal-modes", ideal_modes),
        Case::new(AREA, "networks/quarter-wave-line", quarter_wave),
        Case::new(AREA, "networks/charged-capacitor", charged_capacitor),
        Case::external(
            AREA,
            "networks/touchstone-collection",
            "touchstone-collection",
            collection,
        ),
        Case::external(
            AREA,
            "networks/measured-cascade",
            "scikit-rf-bsd3",
            measured_cascade,
        ),
        Case::external(
            AREA,
            "networks/backplane-channel",
            "pychopmarg-bsd3/example2_THRU.s4p.gz",
            example_channel,
        ),
        Case::external(
            AREA,
            "networks/analyser-transform",
            "scikit-rf-bsd3",
            analyser_transform,
        ),
        Case::external(AREA, "networks/ieee-370-quality", "p370-quality", quality),
    ]
}
