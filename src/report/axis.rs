//! Axes: ranges, ticks and the texts at the ticks.

use super::ReportError;

/// How values are spread along an axis.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Scale {
    /// Equal distances are equal differences.
    #[default]
    Linear,
    /// Equal distances are equal ratios; values that are not positive cannot be shown.
    Logarithmic,
}

/// An axis of a plot.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Axis {
    /// Quantity and unit, e.g. `"Length (km)"`.
    pub label: String,
    /// Linear or logarithmic.
    pub scale: Scale,
    /// Start and end; from the data when `None`.
    pub range: Option<(f64, f64)>,
}

impl Axis {
    /// A linear axis ranging over the data.
    pub fn linear(label: impl Into<String>) -> Self {
        Self {
            label: label.into(),
            ..Self::default()
        }
    }

    /// A logarithmic axis ranging over the data.
    pub fn logarithmic(label: impl Into<String>) -> Self {
        Self {
            label: label.into(),
            scale: Scale::Logarithmic,
            range: None,
        }
    }

    /// The same axis over a given range.
    #[must_use]
    pub fn over(mut self, start: f64, end: f64) -> Self {
        self.range = Some((start, end));
        self
    }
}

/// A mark on an axis.
#[derive(Debug, Clone, PartialEq)]
pub struct Tick {
    /// Where it stands.
    pub value: f64,
    /// What is written there; nothing at a minor tick.
    pub label: Option<String>,
}

/// An axis with its range settled: maps values to 0..1 along the axis.
#[derive(Debug, Clone, PartialEq)]
pub struct Fitted {
    /// Linear or logarithmic.
    pub scale: Scale,
    /// First value of the axis.
    pub start: f64,
    /// Last value of the axis.
    pub end: f64,
}

impl Fitted {
    /// Settles the range of an axis that is to show `values`; `None` when it has no range of its
    /// own and no value fits it. `snug` keeps the ends of the data instead of rounding outwards.
    ///
    /// # Errors
    /// [`ReportError::Invalid`] for a range that is empty, not finite, or not positive on a
    /// logarithmic axis.
    pub fn new(
        axis: &Axis,
        values: impl IntoIterator<Item = f64>,
        snug: bool,
    ) -> Result<Option<Self>, ReportError> {
        let logarithmic = axis.scale == Scale::Logarithmic;
        if let Some((start, end)) = axis.range {
            let width = end - start;
            for value in [start, end] {
                if !value.is_finite() || (logarithmic && value <= 0.0) || width == 0.0 {
                    return Err(ReportError::Invalid {
                        what: format!("the end of the axis “{}”", axis.label),
                        value,
                    });
                }
            }
            return Ok(Some(Self {
                scale: axis.scale,
                start,
                end,
            }));
        }
        let (low, high) = values
            .into_iter()
            .filter(|value| value.is_finite() && (!logarithmic || *value > 0.0))
            .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| {
                (low.min(value), high.max(value))
            });
        if low > high {
            return Ok(None);
        }
        let (start, end) = if logarithmic {
            decades_around(low, high)
        } else {
            linear_around(low, high, snug)
        };
        Ok(Some(Self {
            scale: axis.scale,
            start,
            end,
        }))
    }

    /// Moves both ends outwards by a share of the axis.
    pub fn widen(&mut self, share: f64) {
        let (start, end) = match self.scale {
            Scale::Linear => {
                let room = share * (self.end - self.start);
                (self.start - room, self.end + room)
            }
            Scale::Logarithmic => {
                let room = (self.end / self.start).powf(share);
                (self.start / room, self.end * room)
            }
        };
        if start.is_finite() && end.is_finite() && (self.scale == Scale::Linear || start > 0.0) {
            (self.start, self.end) = (start, end);
        }
    }

    /// Place of a value along the axis, 0 at its start and 1 at its end; NaN where there is none.
    pub fn place(&self, value: f64) -> f64 {
        match self.scale {
            // Halves keep the difference of two huge values finite.
            Scale::Linear => (value / 2.0 - self.start / 2.0) / (self.end / 2.0 - self.start / 2.0),
            Scale::Logarithmic if value > 0.0 => {
                (value / self.start).ln() / (self.end / self.start).ln()
            }
            Scale::Logarithmic => f64::NAN,
        }
    }

    /// Ticks within the range, about `most` of them labelled at the most.
    pub fn ticks(&self, most: usize) -> Vec<Tick> {
        let (low, high) = (self.start.min(self.end), self.start.max(self.end));
        match self.scale {
            Scale::Linear => linear_ticks(low, high, most.max(2)),
            Scale::Logarithmic => logarithmic_ticks(low, high, most.max(2)),
        }
    }
}

/// Powers of ten around positive values; a factor of ten about a single one.
fn decades_around(low: f64, high: f64) -> (f64, f64) {
    let (mut first, mut last) = (low.log10().floor(), high.log10().ceil());
    if first >= last {
        (first, last) = (first - 1.0, last + 1.0);
    }
    (10f64.powf(first.max(-307.0)), 10f64.powf(last.min(308.0)))
}

fn linear_around(low: f64, high: f64, snug: bool) -> (f64, f64) {
    if low >= high {
        let room = if low == 0.0 { 1.0 } else { 0.1 * low.abs() };
        return ((low - room).max(f64::MIN), (high + room).min(f64::MAX));
    }
    if snug {
        return (low, high);
    }
    let step = nice_step(high / 8.0 - low / 8.0);
    let (start, end) = ((low / step).floor() * step, (high / step).ceil() * step);
    if start.is_finite() && end.is_finite() && start < end {
        (start, end)
    } else {
        (low, high)
    }
}

/// The least of 1, 2 and 5 times a power of ten that is not below `step`.
fn nice_step(step: f64) -> f64 {
    let power = 10f64.powf(step.log10().floor());
    let factor = step / power;
    let nice = [1.0, 2.0, 5.0]
        .into_iter()
        .find(|nice| factor <= nice * (1.0 + 1e-9))
        .unwrap_or(10.0);
    nice * power
}

fn linear_ticks(low: f64, high: f64, most: usize) -> Vec<Tick> {
    let step = nice_step(high / most as f64 - low / most as f64);
    if !(step > 0.0 && step.is_finite()) || low + step <= low {
        return Vec::new();
    }
    let edge = 1e-9 * step;
    let first = ((low - edge) / step).ceil();
    let values: Vec<f64> = (0..=most + 1)
        .map(|index| (first + index as f64) * step)
        .take_while(|value| *value <= high + edge)
        .collect();
    let largest = low.abs().max(high.abs());
    // Minor ticks divide a step of 2 in four and others in five.
    let parts = if (step / 10f64.powf(step.log10().floor()) - 2.0).abs() < 0.1 {
        4
    } else {
        5
    };
    let fine = step / f64::from(parts);
    let start = ((low - edge) / fine).ceil();
    let minor = (0..=(most + 2) * 5)
        .map(|index| (start + index as f64) * fine)
        .take_while(|value| *value <= high + edge)
        .filter(|value| ((value / step).round() - value / step).abs() > 1e-6)
        .map(|value| Tick { value, label: None });
    let major = values.iter().map(|&value| {
        let value = if value.abs() < 1e-9 * step {
            0.0
        } else {
            value
        };
        Tick {
            value,
            label: Some(linear_label(value, step, largest)),
        }
    });
    major.chain(minor).collect()
}

/// A number with as many decimals as the step needs, with a real minus sign.
fn linear_label(value: f64, step: f64, largest: f64) -> String {
    if value == 0.0 {
        return "0".to_owned();
    }
    let exponent = step.log10().floor();
    if !(-4.0..6.0).contains(&exponent) || largest >= 1e6 {
        let power = largest.log10().floor();
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        let decimals = (power - exponent).clamp(0.0, 6.0) as usize;
        let mantissa = minus(&format!("{:.decimals$}", value / 10f64.powf(power)));
        #[allow(clippy::cast_possible_truncation)]
        return format!("{mantissa}×{}", power_of_ten(power as i32));
    }
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    let decimals = (-exponent + 1e-9).max(0.0) as usize;
    minus(&format!("{value:.decimals$}"))
}

fn logarithmic_ticks(low: f64, high: f64, most: usize) -> Vec<Tick> {
    #[allow(clippy::cast_possible_truncation)]
    let (first, last) = (low.log10().floor() as i32, high.log10().ceil() as i32);
    let inside = |value: f64| value >= low * (1.0 - 1e-9) && value <= high * (1.0 + 1e-9);
    let power = |exponent: i32| 10f64.powi(exponent);
    let decades = (first..=last)
        .filter(|&exponent| inside(power(exponent)))
        .count();
    let every = i32::try_from(decades.div_ceil(most)).unwrap_or(1).max(1);
    let mut ticks = Vec::new();
    for exponent in first..=last {
        if inside(power(exponent)) {
            let label = (exponent.rem_euclid(every) == 0).then(|| power_of_ten(exponent));
            ticks.push(Tick {
                value: power(exponent),
                label,
            });
        }
        for digit in 2..10 {
            let value = f64::from(digit) * power(exponent);
            if !inside(value) || every > 1 {
                continue;
            }
            let label = (decades < 2 && matches!(digit, 2 | 5))
                .then(|| format!("{digit}×{}", power_of_ten(exponent)));
            ticks.push(Tick { value, label });
        }
    }
    ticks
}

/// `text` with a real minus sign for a hyphen.
pub fn minus(text: &str) -> String {
    text.replace('-', "−")
}

/// A power of ten with a superscript exponent: 10⁻⁴.
pub fn power_of_ten(exponent: i32) -> String {
    if exponent == 0 {
        return "1".to_owned();
    }
    let digits = exponent.to_string();
    let superscript = digits.chars().map(|digit| match digit {
        '-' => '⁻',
        '1' => '¹',
        '2' => '²',
        '3' => '³',
        '4' => '⁴',
        '5' => '⁵',
        '6' => '⁶',
        '7' => '⁷',
        '8' => '⁸',
        '9' => '⁹',
        _ => '⁰',
    });
    "10".chars().chain(superscript).collect()
}

/// A number with three significant digits, as plain decimals where that is short and with a power
/// of ten otherwise: 0.123, 12.3, 2.40×10⁻⁴.
pub fn three_digits(value: f64) -> String {
    if value == 0.0 {
        return "0".to_owned();
    }
    if !value.is_finite() {
        return minus(&value.to_string());
    }
    let rounded: f64 = format!("{value:.2e}").parse().unwrap_or(value);
    #[allow(clippy::cast_possible_truncation)]
    let exponent = rounded.abs().log10().floor() as i32;
    if (-3..4).contains(&exponent) {
        let decimals = usize::try_from(2 - exponent).unwrap_or(0);
        return minus(&format!("{rounded:.decimals$}"));
    }
    let text = format!("{value:.2e}");
    let mantissa = text.split('e').next().unwrap_or_default();
    format!("{}×{}", minus(mantissa), power_of_ten(exponent))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(axis: &Axis, most: usize) -> Vec<String> {
        let fitted = Fitted::new(axis, [], false).unwrap().unwrap();
        fitted
            .ticks(most)
            .into_iter()
            .filter_map(|tick| tick.label)
            .collect()
    }

    #[test]
    fn linear_ticks_are_round_and_equally_written() {
        let axis = Axis::linear("x").over(-1.0, 1.0);
        assert_eq!(labels(&axis, 5), ["−1.0", "−0.5", "0", "0.5", "1.0"]);
        let axis = Axis::linear("x").over(0.0, 42.0);
        assert_eq!(labels(&axis, 5), ["0", "10", "20", "30", "40"]);
        let axis = Axis::linear("x").over(0.0, 3e9);
        assert_eq!(labels(&axis, 4), ["0", "1×10⁹", "2×10⁹", "3×10⁹"]);
    }

    #[test]
    fn logarithmic_ticks_are_powers_of_ten() {
        let axis = Axis::logarithmic("BER").over(1e-4, 1.0);
        assert_eq!(labels(&axis, 8), ["10⁻⁴", "10⁻³", "10⁻²", "10⁻¹", "1"]);
        let axis = Axis::logarithmic("BER").over(1e-12, 1.0);
        assert_eq!(labels(&axis, 5), ["10⁻¹²", "10⁻⁹", "10⁻⁶", "10⁻³", "1"]);
        let axis = Axis::logarithmic("BER").over(1.5e-3, 8e-3);
        assert_eq!(labels(&axis, 5), ["2×10⁻³", "5×10⁻³"]);
    }

    #[test]
    fn axes_survive_odd_values() {
        let fit = |axis: &Axis, values: &[f64]| Fitted::new(axis, values.iter().copied(), false);
        let linear = Axis::linear("x");
        assert_eq!(fit(&linear, &[f64::NAN, f64::INFINITY]).unwrap(), None);
        for values in [
            [5.0, 5.0],
            [0.0, 0.0],
            [-1e308, 1e308],
            [1e-320, 2e-320],
            [1.0, 1.0 + 1e-16],
        ] {
            let axis = fit(&linear, &values).unwrap().unwrap();
            assert!(axis.ticks(6).len() < 100);
            assert!(axis.place(values[0]).is_finite(), "{values:?}");
        }
        let logarithmic = Axis::logarithmic("x");
        assert_eq!(fit(&logarithmic, &[0.0, -1.0]).unwrap(), None);
        for values in [[1e-3, 1e-3], [1e-300, 1e300], [5e-324, 1.0]] {
            let axis = fit(&logarithmic, &values).unwrap().unwrap();
            assert!(axis.ticks(6).len() < 2000);
        }
        for range in [(0.0, 1.0), (f64::NAN, 1.0), (2.0, 2.0)] {
            assert!(fit(&logarithmic.clone().over(range.0, range.1), &[]).is_err());
        }
    }

    #[test]
    fn numbers_are_rounded_to_three_digits() {
        let cases = [
            (0.1234, "0.123"),
            (12.34, "12.3"),
            (2.4e-4, "2.40×10⁻⁴"),
            (-3.0, "−3.00"),
            (9.999, "10.0"),
        ];
        for (value, text) in cases {
            assert_eq!(three_digits(value), text);
        }
    }
}
