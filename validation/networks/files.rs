//! Measured networks of other projects.

use super::super::checks::{Case, CaseError, Check, Checks, Reason, Tolerance};
use super::{AREA, EXAMPLE};
use eyespan::network::{
    Application, Network, PortMode, PortOrder, TimeOptions, Touchstone, fourier_series,
};
use num_complex::Complex64;
use std::path::Path;

const COLLECTION: &str = "scikit-rf 2.0.0, what Network reads from the files of its repository \
     (derive/touchstone_collection.py)";

const METAS: &str = "METAS VNA Tools, files of scikit-rf skrf/tests/metas_tdr (BSD-3-Clause)";

const CASCADE: &str = "scikit-rf skrf/tests/ntwk1.s2p, ntwk2.s2p, ntwk3.s2p (BSD-3-Clause)";

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

const QUALITY: &str = "scikit-rf calibration/tests/test_deembedding.py (BSD-3-Clause), from MATLAB \
     R2024a with the code of IEEE 370";

pub fn cases() -> Vec<Case> {
    vec![
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
