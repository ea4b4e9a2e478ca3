//! Points as their numbers arrive: a frequency and a matrix.

use super::{MatrixFormat, NumberFormat};
use num_complex::Complex64;

/// How the numbers of a point are laid out.
#[derive(Debug, Clone, Copy)]
pub(super) struct Layout {
    pub ports: usize,
    pub matrix: MatrixFormat,
    /// N11 N21 N12 N22, the order of two-port files.
    pub transposed: bool,
    pub format: NumberFormat,
}

/// The points read so far and the one that is being read.
pub(super) struct PointStore {
    layout: Layout,
    /// Bytes of data from here to the end of the file, for the size of the arrays.
    bytes_left: usize,
    /// Numbers of a point, with its frequency.
    size: usize,
    pending: Vec<f64>,
    started: (usize, usize),
    frequency: Vec<f64>,
    s: Vec<Complex64>,
}

/// Line, column and text.
type Fault = (usize, usize, String);

impl PointStore {
    pub fn new(layout: Layout, bytes_left: usize) -> Self {
        let n = layout.ports;
        let entries = match layout.matrix {
            MatrixFormat::Full => n * n,
            MatrixFormat::Lower | MatrixFormat::Upper => n * (n + 1) / 2,
        };
        Self {
            layout,
            bytes_left,
            size: 1 + 2 * entries,
            pending: Vec::new(),
            started: (0, 0),
            frequency: Vec::new(),
            s: Vec::new(),
        }
    }

    pub fn ports(&self) -> usize {
        self.layout.ports
    }

    pub fn points(&self) -> usize {
        self.frequency.len()
    }

    pub fn last_frequency(&self) -> f64 {
        self.frequency.last().copied().unwrap_or(f64::NEG_INFINITY)
    }

    /// Whether the next number begins a point.
    pub fn at_boundary(&self) -> bool {
        self.pending.is_empty()
    }

    pub fn started_at(&self) -> usize {
        self.started.0
    }

    /// Numbers that the last point lacks, and those it has.
    pub fn incomplete(&self) -> Option<(usize, usize)> {
        (!self.pending.is_empty()).then(|| (self.size - self.pending.len(), self.pending.len()))
    }

    #[inline]
    pub fn push(&mut self, value: f64, line: usize, column: usize) -> Result<(), Fault> {
        if self.pending.is_empty() {
            self.begin(value, line, column)?;
        }
        self.pending.push(value);
        if self.pending.len() == self.size {
            self.complete();
        }
        Ok(())
    }

    fn begin(&mut self, frequency: f64, line: usize, column: usize) -> Result<(), Fault> {
        self.started = (line, column);
        if frequency < 0.0 {
            return Err((
                line,
                column,
                format!("the frequency {frequency} is negative"),
            ));
        }
        if let Some(&last) = self.frequency.last()
            && frequency <= last
        {
            return Err((
                line,
                column,
                format!(
                    "a point begins here, at the frequency {frequency}, which does not lie above the \
                     one before, {last}: the frequencies must rise, and each point of {} ports has {} \
                     numbers",
                    self.layout.ports, self.size
                ),
            ));
        }
        if self.points() == 1 {
            self.reserve();
        }
        Ok(())
    }

    /// Space for all points of numbers of eight bytes or more, so that the arrays need not grow.
    fn reserve(&mut self) {
        let points = self.bytes_left / (self.size.saturating_mul(8)).max(1);
        self.frequency.reserve(points.saturating_sub(1));
        let entries = self.layout.ports * self.layout.ports;
        self.s
            .reserve(points.saturating_sub(1).saturating_mul(entries));
    }

    fn complete(&mut self) {
        let n = self.layout.ports;
        let values = self.pending.get(1..).unwrap_or_default();
        let entries = values.chunks_exact(2);
        let base = self.s.len();
        match (self.layout.matrix, self.layout.format) {
            (MatrixFormat::Full, NumberFormat::RealImaginary) => {
                self.s.extend(entries.map(|p| Complex64::new(p[0], p[1])));
            }
            (MatrixFormat::Full, format) => {
                self.s.extend(entries.map(|p| complex(format, p[0], p[1])));
            }
            (part, format) => {
                self.s.resize(base + n * n, Complex64::ZERO);
                let matrix = &mut self.s[base..];
                let places = (0..n).flat_map(|i| {
                    let columns = if part == MatrixFormat::Lower {
                        0..i + 1
                    } else {
                        i..n
                    };
                    columns.map(move |j| (i, j))
                });
                for ((i, j), p) in places.zip(entries) {
                    let value = complex(format, p[0], p[1]);
                    matrix[i * n + j] = value;
                    matrix[j * n + i] = value;
                }
            }
        }
        if self.layout.transposed && n == 2 {
            self.s.swap(base + 1, base + 2);
        }
        self.frequency
            .push(self.pending.first().copied().unwrap_or(0.0));
        self.pending.clear();
    }

    /// Frequencies in Hz and matrices.
    pub fn into_parts(mut self, unit: f64) -> (Vec<f64>, Vec<Complex64>) {
        for f in &mut self.frequency {
            *f *= unit;
        }
        self.frequency.shrink_to_fit();
        self.s.shrink_to_fit();
        (self.frequency, self.s)
    }
}

/// The complex number that two numbers of a file mean.
#[inline]
fn complex(format: NumberFormat, first: f64, second: f64) -> Complex64 {
    let polar = |magnitude: f64| {
        let (sin, cos) = (second * (std::f64::consts::PI / 180.0)).sin_cos();
        Complex64::new(magnitude * cos, magnitude * sin)
    };
    match format {
        NumberFormat::RealImaginary => Complex64::new(first, second),
        NumberFormat::MagnitudeAngle => polar(first),
        NumberFormat::DecibelAngle => polar(10_f64.powf(first / 20.0)),
    }
}
