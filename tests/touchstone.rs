//! Touchstone files of every kind that exporters write, and damaged ones.
//!
//! The files in `tests/touchstone` hold the same networks over and over in different dress: entry
//! (i, j) of point k is what [`entry`] says.

use eyespan::network::touchstone::{FrequencyUnit, NumberFormat, Parameter, Version, WriteOptions};
use eyespan::network::{Network, NetworkError, PortMode, Reference, Touchstone, WaveDefinition};
use num_complex::Complex64;
use std::path::{Path, PathBuf};

/// Scattering parameter of the networks in the files; those of more than two ports are reciprocal.
fn entry(point: usize, i: usize, j: usize, ports: usize) -> Complex64 {
    let (i, j) = if ports > 2 {
        (i.min(j), i.max(j))
    } else {
        (i, j)
    };
    let part = |seed: usize, below: usize| {
        let middle = (below - 1) / 2;
        (f64::from(u32::try_from(seed % below).unwrap())
            - f64::from(u32::try_from(middle).unwrap()))
            / 32.0
    };
    Complex64::new(
        part(point * 37 + i * 17 + j * 11, 41),
        part(point * 23 + i * 13 + j * 29, 43),
    )
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/touchstone")
}

fn read(name: &str) -> Touchstone {
    Touchstone::read(folder().join(name)).unwrap_or_else(|error| panic!("{error}"))
}

#[track_caller]
fn holds_the_network(name: &str, network: &Network, within: f64) {
    let n = network.ports();
    assert_eq!(network.points(), 2, "{name}");
    for (f, expected) in network.frequencies().iter().zip([1e9, 2.5e9]) {
        assert!((f - expected).abs() < 1e-6, "{name}: {f}");
    }
    for point in 0..2 {
        for i in 0..n {
            for j in 0..n {
                let found = network.matrix(point).unwrap()[i * n + j];
                let expected = entry(point, i, j, n);
                assert!(
                    (found - expected).norm() <= within,
                    "{name}: S({},{}) of point {point} is {found}, not {expected}",
                    i + 1,
                    j + 1
                );
            }
        }
    }
}

fn ohms(network: &Network) -> Vec<Complex64> {
    network.reference_at(0).to_vec()
}

fn real(values: &[f64]) -> Vec<Complex64> {
    values.iter().map(|&v| Complex64::new(v, 0.0)).collect()
}

#[test]
fn one_network_in_every_dress() {
    let mut seen = 0;
    for item in std::fs::read_dir(folder()).unwrap() {
        let name = item.unwrap().file_name().into_string().unwrap();
        let file = read(&name);
        // Angles, decibels and conversions round.
        let exact = file.parameter == Parameter::S && file.format == NumberFormat::RealImaginary;
        let network = if name.starts_with("mixed") {
            file.network.single_ended().unwrap()
        } else {
            file.network
        };
        let within = if exact && !name.starts_with("mixed") {
            0.0
        } else {
            1e-12
        };
        holds_the_network(&name, &network, within);
        let odd = name.starts_with("reference") || name.starts_with("hfss");
        if !odd {
            assert!(
                ohms(&network)
                    .iter()
                    .all(|z| *z == Complex64::new(50.0, 0.0)),
                "{name}"
            );
        }
        let ports = match &name {
            n if n.contains("three") => 3,
            n if n.contains("nine") => 9,
            n if n.contains("upper") || n.contains("lower") || n.contains("full") => 4,
            n if n.contains("mixed") => 4,
            n => match n.split_once(".s").map(|(_, e)| e.as_bytes()[0]) {
                Some(digit @ b'1'..=b'9') => usize::from(digit - b'0'),
                _ => 2,
            },
        };
        assert_eq!(network.ports(), ports, "{name}");
        seen += 1;
    }
    assert!(seen > 45, "only {seen} files");
}

#[test]
fn reference_impedances_are_those_of_the_file() {
    for (name, expected) in [
        ("reference-without-value.s2p", real(&[50.0, 50.0])),
        ("reference-each.s2p", real(&[50.0, 75.0])),
        ("reference-lines.ts", real(&[50.0, 75.0])),
        ("reference-complex.s2p", vec![Complex64::new(50.0, 10.0); 2]),
        (
            "hfss-modal.s2p",
            vec![Complex64::new(50.0, 2.0), Complex64::new(75.5, -0.1)],
        ),
    ] {
        assert_eq!(ohms(&read(name).network), expected, "{name}");
    }
}

#[test]
fn comments_of_hfss_are_read() {
    let file = read("hfss-modal.s2p");
    assert_eq!(file.network.definition(), WaveDefinition::Traveling);
    assert_eq!(file.port_names, ["in:1", "out:1"]);
    assert_eq!(file.propagation.len(), 4);
    assert_eq!(file.propagation[1], Complex64::new(0.2, 21.5));
    assert_eq!(
        read("hfss-power.s2p").network.definition(),
        WaveDefinition::Power
    );
}

#[test]
fn noise_is_kept_apart() {
    for (name, resistance) in [("noise.s2p", 19.0), ("noise.ts", 19.0)] {
        let noise = read(name).noise;
        assert_eq!(noise.len(), 2, "{name}");
        assert!((noise[0].frequency - 0.5e9).abs() < 1e-6);
        assert!((noise[0].minimum_noise_figure_db - 0.7).abs() < 1e-15);
        assert!((noise[0].optimum_reflection - Complex64::new(0.0, 0.5)).norm() < 1e-15);
        assert!(
            (noise[0].effective_noise_resistance - resistance).abs() < 1e-12,
            "{name}"
        );
    }
}

#[test]
fn modes_and_information_are_kept() {
    let file = read("mixed-modes.ts");
    assert_eq!(
        file.network.modes()[..2],
        [
            PortMode::Common {
                positive: 0,
                negative: 2
            },
            PortMode::Differential {
                positive: 0,
                negative: 2
            }
        ]
    );
    assert_eq!(ohms(&file.network), real(&[25.0, 100.0, 25.0, 100.0]));
    assert_eq!(read("keywords-odd.ts").information.len(), 2);
    assert_eq!(read("order-12-21.ts").version, Version::V2_1);
}

#[test]
fn what_is_odd_is_noted() {
    for (name, part) in [
        ("no-option-line.s2p", "no option line"),
        ("second-option-line.s2p", "ignored"),
        ("commas.s2p", "commas"),
        ("reference-without-value.s2p", "R without a value"),
        ("order-21-12.ts", "follows [End]"),
    ] {
        let notes = read(name).notes;
        assert!(
            notes.iter().any(|note| note.text.contains(part)),
            "{name}: {notes:?}"
        );
    }
    assert!(read("plain.s2p").notes.is_empty());
}

/// The message of a file that is wrong.
#[track_caller]
fn refusal(name: &str, text: &str) -> String {
    match Touchstone::parse(text.as_bytes(), name) {
        Err(error) => error.to_string(),
        Ok(file) => panic!("{name} was read: {file:?}"),
    }
}

#[test]
fn mistakes_have_a_place_and_say_what_is_allowed() {
    for (name, text, place, part) in [
        (
            "a.s1p",
            "# GHz S RI R 50\n1 0 0\n2 0 x0\n",
            "a.s1p:3:5: ",
            "`x0` is not a finite number",
        ),
        (
            "a.s1p",
            "# GHz S RI R 50\n1 0 nan\n",
            "a.s1p:2:5: ",
            "`nan`",
        ),
        (
            "a.s1p",
            "# GHz S RI R 50\n1 0 1e999\n",
            "a.s1p:2:5: ",
            "`1e999`",
        ),
        (
            "a.s1p",
            "# GHz S RI R 50\n2 0 0\n1 0 0\n",
            "a.s1p:3:1: ",
            "does not lie above",
        ),
        (
            "a.s1p",
            "# GHz S RI R 50\n-1 0 0\n",
            "a.s1p:2:1: ",
            "negative",
        ),
        (
            "a.s2p",
            "# GHz S RI R 50\n1 0 0 0\n",
            "a.s2p:2:1: ",
            "of 2 ports has 9",
        ),
        (
            "a.s1p",
            "# GHz S XY R 50\n1 0 0\n",
            "a.s1p:1:9: ",
            "MA, DB, RI",
        ),
        (
            "a.s1p",
            "# GHz S RI R 50\n1 1,5 2\n",
            "a.s1p:2:3: ",
            "decimal comma",
        ),
        (
            "a.s1p",
            "# GHz S RI R 0\n1 0 0\n",
            "a.s1p: ",
            "port 1 is zero",
        ),
        ("a.s1p", "hello\n", "a.s1p:1:1: ", "`hello`"),
        (
            "a.txt",
            "# GHz S RI R 50\n1 0 0 0 0\n2 0 0 0 0\n",
            "a.txt:2: ",
            "1 + 2N²",
        ),
        ("a.s1p", "", "a.s1p: ", "not a Touchstone file"),
        (
            "a.s3p",
            "# GHz H RI R 50\n1 0 0\n",
            "a.s3p:2: ",
            "two ports",
        ),
        ("a.ts", "[Version] 3.0\n", "a.ts:1:1: ", "1.0 to 2.1"),
        (
            "a.ts",
            "[Version] 2.0\n#\n[Number of Ports] 0\n",
            "a.ts:3:1: ",
            "1 to 4096",
        ),
        (
            "a.ts",
            "[Version] 2.0\n#\n[Nomber] 1\n",
            "a.ts:3:1: ",
            "[Number of Ports]",
        ),
        (
            "a.ts",
            "[Version] 2.0\n#\n[Number of Ports] 1\n[Number of Frequencies] 2\n[Network Data]\n1 0 0\n",
            "a.ts: ",
            "is 2, and there are 1",
        ),
        (
            "a.ts",
            "[Version] 2.0\n#\n[Number of Ports] 2\n[Reference] 50\n[Network Data]\n1 0 0\n",
            "a.ts",
            "[Reference]",
        ),
        (
            "a.ts",
            "[Version] 2.0\n#\n[Number of Ports] 2\n[Mixed-Mode Order] D1,2 C1,3\n[Network Data]\n1 0 0 0 0 0 0 0 0\n",
            "a.ts: ",
            "no port 3",
        ),
        (
            "a.ts",
            "[Version] 2.0\n#\n[Number of Ports] 2\n[Begin Information]\n",
            "a.ts:4:1: ",
            "without [End Information]",
        ),
    ] {
        let message = refusal(name, text);
        assert!(
            message.starts_with(place),
            "{message} does not start with {place}"
        );
        assert!(message.contains(part), "{message} does not hold {part}");
    }
    let wide = [0xff, 0xfe, b'#', 0];
    assert!(
        Touchstone::parse(&wide, "a.s1p")
            .unwrap_err()
            .to_string()
            .contains("UTF-16")
    );
    let absent = Touchstone::read("no-such-folder/a.s2p").unwrap_err();
    assert!(absent.to_string().starts_with("no-such-folder/a.s2p: "));
}

#[test]
fn what_is_written_is_read_again_to_the_last_bit() {
    let third = 1.0 / 3.0;
    let frequency = vec![0.0, third * 1e9, 26.562_5e9];
    for ports in [1, 2, 3, 4, 5] {
        let s: Vec<Complex64> = (0..3 * ports * ports)
            .map(|k| {
                let x = f64::from(u32::try_from(k).unwrap());
                Complex64::new((x * 1.7).sin() * third, 1e-9 * (x * 0.3).cos())
            })
            .collect();
        let each = |seed: f64| -> Vec<f64> {
            (0..ports)
                .map(|p| 50.0 + seed * f64::from(u32::try_from(p).unwrap()) / 7.0)
                .collect()
        };
        let complex: Vec<Complex64> = (0..3 * ports)
            .map(|k| Complex64::new(50.0, third * f64::from(u32::try_from(k).unwrap())))
            .collect();
        for reference in [
            Reference::uniform(ports, 50.0),
            Reference::PerPort(real(&each(1.0))),
            Reference::PerFrequency(complex),
        ] {
            let network = Network::new(frequency.clone(), ports, s.clone(), reference).unwrap();
            for version in [Version::V1, Version::V2_0, Version::V2_1] {
                let options = WriteOptions {
                    version,
                    ..WriteOptions::default()
                };
                let text = Touchstone::text(&network, &["made here"], options).unwrap();
                let name = format!("a.s{ports}p");
                let back = Touchstone::parse(text.as_bytes(), &name)
                    .unwrap_or_else(|error| panic!("{error}\n{text}"));
                assert_eq!(back.network, network, "{text}");
            }
        }
    }
}

#[test]
fn modes_are_written_in_version_2_only() {
    let network = read("mixed-modes.ts").network;
    let mut options = WriteOptions::default();
    assert!(matches!(
        Touchstone::text(&network, &[], options),
        Err(NetworkError::Write(_))
    ));
    options.version = Version::V2_0;
    let text = Touchstone::text(&network, &[], options).unwrap();
    assert_eq!(
        Touchstone::parse(text.as_bytes(), "a.ts").unwrap().network,
        network
    );
}

#[test]
fn other_units_and_formats_round_and_no_more() {
    let network = read("plain.s4p").network;
    for (unit, format) in [
        (FrequencyUnit::Gigahertz, NumberFormat::MagnitudeAngle),
        (FrequencyUnit::Megahertz, NumberFormat::DecibelAngle),
        (FrequencyUnit::Kilohertz, NumberFormat::RealImaginary),
    ] {
        let options = WriteOptions {
            version: Version::V1,
            unit,
            format,
        };
        // A zero has no decibels.
        let text = Touchstone::text(&network, &[], options);
        if format == NumberFormat::DecibelAngle && network.s().contains(&Complex64::ZERO) {
            assert!(text.is_err());
            continue;
        }
        let back = Touchstone::parse(text.unwrap().as_bytes(), "a.s4p").unwrap();
        holds_the_network("rewritten", &back.network, 1e-14);
    }
}

#[test]
fn a_version_1_file_is_named_after_its_ports() {
    let network = read("plain.s2p").network;
    let folder = tempfile::tempdir().unwrap();
    let options = WriteOptions::default();
    let wrong = folder.path().join("a.s4p");
    assert!(Touchstone::write(&wrong, &network, &[], options).is_err());
    let right = folder.path().join("a.s2p");
    Touchstone::write(&right, &network, &[], options).unwrap();
    assert_eq!(Touchstone::read(&right).unwrap().network, network);
}

/// A file with a few places of it broken.
fn damaged(bytes: &[u8], other: &[u8], random: &mut impl FnMut(usize) -> usize) -> Vec<u8> {
    const SNIPPETS: &[&[u8]] = &[
        b"1e308",
        b"-1e308",
        b"1e-308",
        b"nan",
        b"-inf",
        b"0",
        b"-0.0",
        b"99999999999999999999",
        b"1D5",
        b"1.5-103",
        b",",
        b"1,5",
        b";",
        b"!",
        b"#",
        b"# Hz Y DB R 0\n",
        b"# R (1+j)\n",
        b"[",
        b"]",
        b"[Version] 2.0\n",
        b"[Version] 2.1\n",
        b"[Number of Ports] 4\n",
        b"[Number of Ports] 4096\n",
        b"[Number of Ports] 4097\n",
        b"[Number of Ports] 18446744073709551615\n",
        b"[Reference]\n",
        b"[Reference] 50 0 -1\n",
        b"[Matrix Format] Lower\n",
        b"[Mixed-Mode Order] D1,2 C1,2\n",
        b"[Mixed-Mode Order] S9\n",
        b"[Mixed-Mode Order] D0,0\n",
        b"[Network Data]\n",
        b"[Noise Data]\n",
        b"[End]\n",
        b"[Begin Information]\n",
        b"[End Information]\n",
        b"! Gamma 1",
        b"! Port Impedance 50 0",
        b"! Port[99999999999999999999] = x\n",
        b"\n",
        b"\r",
        b"\0",
        b"\x1a",
        b"\xff\xfe",
        b"\xef\xbb\xbf",
        b"&\n",
        b"\t",
        b"(50+50j)",
        b"THz",
        b"[Two-Port Data Order] 12_21\n",
        b"[Number of Frequencies] 1\n",
    ];
    const NUMBERS: &[&[u8]] = &[
        b"0",
        b"-0.0",
        b"1",
        b"0.5",
        b"1e-300",
        b"1e300",
        b"-1e30",
        b"3",
        b"1e9",
        b"1e-9",
        b"0.999999",
        b"2.5d-1",
        b"180",
    ];
    let mut bytes = bytes.to_vec();
    for _ in 0..=random(3) {
        let at = random(bytes.len().max(1)).min(bytes.len());
        let end = (at + 1 + random(60)).min(bytes.len());
        match random(12) {
            0 => {
                if let Some(byte) = bytes.get_mut(at) {
                    *byte ^= 1 << random(8);
                }
            }
            1 => {
                bytes.drain(at..end);
            }
            2 => {
                let copy = bytes[at..end].to_vec();
                let to = random(bytes.len() + 1);
                bytes.splice(to..to, copy);
            }
            3 => bytes.truncate(at),
            4 => {
                let from = random(other.len() + 1);
                let to = (from + random(200)).min(other.len());
                bytes.splice(at..at, other[from..to].iter().copied());
            }
            5 => {
                if let Some(byte) = bytes.get_mut(at) {
                    *byte = u8::try_from(random(256)).unwrap();
                }
            }
            6..9 => {
                // One word for a number, so that the file often stays whole.
                let is_blank = |b: &u8| b.is_ascii_whitespace();
                let word_end = bytes[at..].iter().position(is_blank).unwrap_or(0) + at;
                let start = bytes[..at].iter().rposition(is_blank).map_or(0, |p| p + 1);
                let number = NUMBERS[random(NUMBERS.len())];
                bytes.splice(start..word_end.max(start), number.iter().copied());
            }
            _ => {
                let snippet = SNIPPETS[random(SNIPPETS.len())];
                let end = if random(2) == 0 { at } else { end };
                bytes.splice(at..end, snippet.iter().copied());
            }
        }
    }
    bytes
}

/// However a file is damaged it is read or refused, with a place that exists; what is read can be
/// used. The environment variable `EYESPAN_FUZZ_SECONDS` makes the test longer.
#[test]
fn damaged_files_never_panic() {
    let seconds: u64 = std::env::var("EYESPAN_FUZZ_SECONDS")
        .ok()
        .and_then(|seconds| seconds.parse().ok())
        .unwrap_or(0);
    let start = std::time::Instant::now();
    let files: Vec<(String, Vec<u8>)> = std::fs::read_dir(folder())
        .unwrap()
        .map(|item| item.unwrap().path())
        .filter(|path| path.extension().is_some_and(|end| end != "gz"))
        .map(|path| {
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            (name, std::fs::read(path).unwrap())
        })
        .collect();
    // Knuth's 64-bit linear congruential generator (MMIX) is enough to pick places.
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut random = move |below: usize| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(state >> 33).unwrap_or(0) % below.max(1)
    };
    let (mut read, mut refused) = (0_u64, 0_u64);
    while read + refused < 4000 || start.elapsed().as_secs() < seconds {
        let (name, bytes) = &files[random(files.len())];
        let bytes = damaged(bytes, &files[random(files.len())].1, &mut random);
        match Touchstone::parse(&bytes, name) {
            Ok(file) => {
                read += 1;
                let network = &file.network;
                assert!(network.s().iter().all(|v| v.is_finite()));
                assert!(network.frequencies().windows(2).all(|f| f[0] < f[1]));
                // Whatever was read can be written, or not, and asked for more, or not.
                if let Ok(text) = Touchstone::text(network, &[], WriteOptions::default()) {
                    let name = format!("a.s{}p", network.ports());
                    let again = Touchstone::parse_ports(text.as_bytes(), &name, network.ports());
                    let again = again
                        .unwrap_or_else(|error| panic!("{error}\n{text}"))
                        .network;
                    assert_eq!(again.s(), network.s(), "{text}");
                    assert_eq!(again.frequencies(), network.frequencies(), "{text}");
                    for point in 0..network.points() {
                        assert_eq!(
                            again.reference_at(point),
                            network.reference_at(point),
                            "{text}"
                        );
                    }
                }
                if network.ports() <= 9 {
                    use_it(network, read.is_multiple_of(16));
                }
            }
            Err(NetworkError::File(error)) => {
                refused += 1;
                let lines = bytes.iter().filter(|b| matches!(b, b'\n' | b'\r')).count() + 1;
                assert!(error.line <= lines, "{error}");
                assert!(error.column <= bytes.len() + 2, "{error}");
                assert!(!error.message.is_empty());
            }
            Err(error) => {
                refused += 1;
                assert!(!error.to_string().is_empty());
            }
        }
    }
    println!("{read} read, {refused} refused");
    assert!(
        read > 200 && refused > 1000,
        "{read} read, {refused} refused"
    );
}

/// Calls whose answer is not of interest: they must not panic.
fn use_it(network: &Network, in_time: bool) {
    use eyespan::network::{Application, Pair, ParameterKind, TimeOptions};
    let _ = network.parameters(ParameterKind::Impedance);
    let _ = network.renormalized(
        Reference::uniform(network.ports(), 75.0),
        WaveDefinition::Power,
    );
    let _ = network.quality();
    let _ = network.port_order();
    let _ = network.differential(None);
    let _ = network.mixed_mode(&[Pair::new(0, 1)]);
    let _ = network.single_ended();
    let _ = network.cascaded(network);
    let _ = network.inverse();
    let _ = network.passive();
    let _ = network.extended_to_dc();
    let _ = network.interpolated(&[1.7e9]);
    if !in_time {
        return;
    }
    let _ = network.application_quality(&Application {
        symbol_rate: 2e9,
        samples_per_symbol: 16,
        rise_time_ui: 0.3,
    });
    let _ = network.step_response(0, 0, &TimeOptions::new(10e-12));
    let _ = network.impedance_profile(0, &TimeOptions::new(10e-12));
}
