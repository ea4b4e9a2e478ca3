//! Files that other programs wrote, and files that nobody should have written.

use super::file::RawCapture;
use super::{CaptureError, matlab, numpy, text};
use proptest::prelude::*;

const SAMPLES: [f64; 6] = [0.25, -1.5, 3.0, 7.125, -0.5, 2.0];

macro_rules! stored {
    ($name:literal) => {
        (
            $name,
            include_bytes!(concat!("../../tests/captures/", $name)).as_slice(),
        )
    };
}

type Named = (&'static str, &'static [u8]);

/// By SciPy 1.17 and NumPy 2.4 (`tests/captures/make.py`).
const MATLAB: [Named; 8] = [
    stored!("vector-and-interval-plain.mat"),
    stored!("vector-and-interval-packed.mat"),
    stored!("matrix-plain.mat"),
    stored!("matrix-packed.mat"),
    stored!("among-others-plain.mat"),
    stored!("among-others-packed.mat"),
    stored!("integers.mat"),
    stored!("complex.mat"),
];
const NUMPY: [Named; 9] = [
    stored!("f8.npy"),
    stored!("f4-big-endian.npy"),
    stored!("i2.npy"),
    stored!("rows.npy"),
    stored!("columns.npy"),
    stored!("columns-by-column.npy"),
    stored!("version-2.npy"),
    stored!("version-3.npy"),
    stored!("complex.npy"),
];

fn read((name, bytes): Named) -> Result<RawCapture, CaptureError> {
    read_as(name, bytes)
}

fn read_as(name: &str, bytes: &[u8]) -> Result<RawCapture, CaptureError> {
    if name.contains(".mat") {
        matlab::read(bytes)
    } else {
        numpy::read(bytes)
    }
}

#[test]
fn files_of_other_programs_are_read() {
    for (name, bytes) in MATLAB.into_iter().chain(NUMPY) {
        let found = read((name, bytes));
        if name.starts_with("complex") {
            assert!(found.is_err(), "{name}");
            continue;
        }
        let found = found.unwrap_or_else(|error| panic!("{name}: {error}"));
        if name.starts_with('i') {
            assert_eq!(found.samples, [3.0, -4.0, 500.0], "{name}");
            continue;
        }
        assert_eq!(found.samples, SAMPLES, "{name}");
        let timed = [".mat", "rows.npy", "columns.npy", "column.npy"];
        if timed.iter().any(|end| name.ends_with(end)) {
            let rate = found.sampling_rate.expect(name);
            assert!((rate / 5e11 - 1.0).abs() < 1e-12, "{name}: {rate}");
        } else {
            assert_eq!(found.sampling_rate, None, "{name}");
        }
    }
}

/// No part of a file passes for the whole; the padding behind the last variable may be missing.
#[test]
fn a_file_that_is_cut_short_anywhere_is_refused() {
    for (name, bytes) in MATLAB.into_iter().chain(NUMPY) {
        let whole = read((name, bytes));
        for cut in 0..bytes.len() {
            if let Ok(part) = read_as(name, &bytes[..cut]) {
                let whole = whole.as_ref().expect(name);
                let rate_apart = RawCapture {
                    sampling_rate: whole.sampling_rate,
                    ..part.clone()
                };
                // A whole variable less is a whole file too: the interval stands in its own.
                assert_eq!(&rate_apart, whole, "{name} cut at {cut}");
                assert!(part == *whole || part.sampling_rate.is_none());
            }
        }
    }
}

fn numpy_file(version: u8, length: u32, head: &str, data: usize) -> Vec<u8> {
    let mut bytes = b"\x93NUMPY".to_vec();
    bytes.extend([version, 0]);
    let length = length.to_le_bytes();
    bytes.extend(if version == 1 { &length[..2] } else { &length });
    bytes.extend(head.as_bytes());
    bytes.resize(bytes.len() + data, 0);
    bytes
}

#[test]
fn claims_of_a_head_are_not_believed() {
    let shape = |shape: &str| {
        let head = format!("{{'descr': '<f8', 'fortran_order': False, 'shape': ({shape}), }}");
        let length = u32::try_from(head.len()).unwrap();
        numpy::read(&numpy_file(1, length, &head, 64))
    };
    assert_eq!(shape("8,").unwrap().samples, [0.0; 8]);
    for wrong in [
        "9,",
        "",
        "4294967296, 4294967296, 2",
        "9223372036854775808, 2",
        "18446744073709551615,",
        "2, 2, 2",
        "8, -1",
    ] {
        assert!(shape(wrong).is_err(), "{wrong}");
    }
    for descr in ["'<c16'", "'<f2'", "'O'", "[('a', '<f8')]", "''", "'<f8"] {
        let head = format!("{{'descr': {descr}, 'fortran_order': False, 'shape': (1,), }}");
        let length = u32::try_from(head.len()).unwrap();
        assert!(numpy::read(&numpy_file(1, length, &head, 64)).is_err());
    }
    assert!(numpy::read(&numpy_file(2, u32::MAX, "{", 0)).is_err());
    let deep = "(".repeat(60_000);
    assert!(numpy::read(&numpy_file(1, 60_000, &deep, 0)).is_err());
}

/// 2 GiB of zeros as a compressed variable of 2 MB.
#[test]
fn what_unpacks_to_more_than_memory_should_bear_is_refused() {
    use flate2::{Compression, write::ZlibEncoder};
    use std::io::Write;
    let mut packed = ZlibEncoder::new(Vec::new(), Compression::fast());
    let zeros = vec![0_u8; 1 << 20];
    for _ in 0..1100 {
        packed.write_all(&zeros).unwrap();
    }
    let packed = packed.finish().unwrap();
    let mut bytes = MATLAB[0].1[..128].to_vec();
    bytes.extend(15_u32.to_le_bytes());
    bytes.extend(u32::try_from(packed.len()).unwrap().to_le_bytes());
    bytes.extend(packed);
    let error = matlab::read(&bytes).unwrap_err().to_string();
    assert!(error.contains("1 GiB"), "{error}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    /// Changed bytes give an error or numbers, never a panic.
    #[test]
    fn changed_bytes_never_panic(
        which in 0..MATLAB.len() + NUMPY.len(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
        cut in any::<prop::sample::Index>(),
        whole in any::<bool>(),
    ) {
        let (name, bytes) = *MATLAB.iter().chain(&NUMPY).nth(which).unwrap();
        let mut bytes = bytes.to_vec();
        for (place, value) in changes {
            let at = place.index(bytes.len());
            bytes[at] = value;
        }
        if !whole {
            bytes.truncate(cut.index(bytes.len()));
        }
        if let Ok(found) = read_as(name, &bytes) {
            prop_assert!(found.samples.len() <= 8 * bytes.len() || name.contains("packed"));
        }
    }

    /// So does anything at all, by each reader.
    #[test]
    fn any_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let _ = (matlab::read(&bytes), numpy::read(&bytes), text::read(&bytes));
        let mut after_head = MATLAB[0].1[..128].to_vec();
        after_head.extend(&bytes);
        let _ = matlab::read(&after_head);
    }
}
