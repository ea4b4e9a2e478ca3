//! What an eye closure is measured with.

/// Reference receiver, reference equaliser, histograms and target of an eye closure.
///
/// [`tdecq`](Self::tdecq) is the one of PAM4 at 26 and 53 GBd, and serves for TECQ and SECQ too:
/// they are the same figure of another signal (without fibre; of a stressed receiver's input).
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// −3 dB bandwidth of the fourth-order Bessel–Thomson receiver, as a share of the symbol rate;
    /// nothing where the waveform has gone through it already.
    pub receiver_bandwidth: Option<f64>,
    /// The receiver's bandwidth that shapes the noise in C_eq, as a share of the symbol rate; that of
    /// `receiver_bandwidth` where there is one.
    pub noise_bandwidth: f64,
    /// Taps of the reference equaliser, a symbol apart; 1 is none.
    pub taps: usize,
    /// Positions that the main, largest tap may have, from 0: how many taps come before it.
    pub main_positions: Vec<usize>,
    /// Distance of the histograms' middles from the middle of the eye, in symbols.
    pub histogram_offset: f64,
    /// Width of the histograms, in symbols.
    pub histogram_width: f64,
    /// Error ratio of symbols that the added noise leads to.
    pub symbol_error_ratio: f64,
    /// Quantile of that error ratio, Q_t.
    pub quantile: f64,
    /// How far each threshold may be moved from its nominal place, as a share of OMA.
    pub threshold_freedom: f64,
    /// Root mean square of the noise of scope and receiver, σ_S, in the waveform's unit.
    pub scope_noise: f64,
}

impl Settings {
    /// TDECQ of PAM4 (IEEE Std 802.3, 121.8.5.3 and 140.7.5): receiver of half the symbol rate, five
    /// taps whose largest is one of the first three, windows 0.04 UI wide at 0.45 and 0.55 UI,
    /// 4.8·10⁻⁴, thresholds within ±1 % of OMA.
    pub fn tdecq() -> Self {
        Self {
            receiver_bandwidth: Some(0.5),
            noise_bandwidth: 0.5,
            taps: 5,
            main_positions: vec![0, 1, 2],
            histogram_offset: 0.05,
            histogram_width: 0.04,
            symbol_error_ratio: 4.8e-4,
            quantile: 3.414,
            threshold_freedom: 0.01,
            scope_noise: 0.0,
        }
    }

    /// TDECQ of 200 Gb/s per lane as drafted by IEEE P802.3dj: fifteen taps. That up to five of them
    /// may come before the main one is assumed, no published text was at hand; the rest is as in
    /// [`tdecq`](Self::tdecq).
    pub fn tdecq_200g_per_lane() -> Self {
        Self {
            taps: 15,
            main_positions: (2..=5).collect(),
            ..Self::tdecq()
        }
    }

    /// TDEC of two levels (IEEE Std 802.3, 95.8.5): no equaliser, windows at 0.4 and 0.6 UI, 5·10⁻⁵,
    /// thresholds fixed. The receiver of 25.78 GBd has 12.6 GHz. The correction for modal noise
    /// (M1, M2) is left out.
    pub fn tdec() -> Self {
        Self {
            receiver_bandwidth: Some(12.6 / 25.78125),
            noise_bandwidth: 12.6 / 25.78125,
            taps: 1,
            main_positions: vec![0],
            histogram_offset: 0.1,
            symbol_error_ratio: 5e-5,
            quantile: 3.8906,
            threshold_freedom: 0.0,
            ..Self::tdecq()
        }
    }

    /// What is wrong with them, in words.
    pub(super) fn fault(&self) -> Option<&'static str> {
        let positive = |x: f64| x.is_finite() && x > 0.0;
        let faults = [
            (
                !self.receiver_bandwidth.is_none_or(positive) || !positive(self.noise_bandwidth),
                "a receiver's bandwidth has to be positive",
            ),
            (
                self.taps == 0 || self.taps > 64,
                "an equaliser has 1 to 64 taps",
            ),
            (
                self.main_positions.is_empty()
                    || self.main_positions.iter().any(|&p| p >= self.taps),
                "the main tap has to be one of the taps",
            ),
            (
                !(self.histogram_width > 0.0 && self.histogram_width < 0.5),
                "a histogram is wider than 0 and narrower than 0.5 symbols",
            ),
            (
                !(self.histogram_offset >= 0.0 && self.histogram_offset < 0.5),
                "a histogram lies within half a symbol of the middle",
            ),
            (
                !(self.symbol_error_ratio > 0.0 && self.symbol_error_ratio < 0.5),
                "the target of symbol errors lies between 0 and 0.5",
            ),
            (!positive(self.quantile), "the quantile has to be positive"),
            (
                !(self.threshold_freedom >= 0.0 && self.threshold_freedom < 0.1),
                "thresholds may be moved by 0 to 0.1 of OMA",
            ),
            (
                !(self.scope_noise.is_finite() && self.scope_noise >= 0.0),
                "the noise of the scope cannot be negative",
            ),
        ];
        faults
            .into_iter()
            .find_map(|(wrong, words)| wrong.then_some(words))
    }
}
