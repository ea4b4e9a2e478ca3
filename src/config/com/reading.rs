//! Settings of a channel operating margin in SI units from a part's table.

use super::ComTable;
use crate::com::mmse::{FloatingTaps, MmseSettings};
use crate::com::{
    BeyondData, Board, CtleSettings, Device, EyeWindow, Line, Package, Quantizer, Receiver,
    Settings, Termination, TransmitTap,
};
use crate::config::error::{ConfigError, ConfigErrors, Problem};
use crate::config::read::Count;
use crate::config::source::{Source, Value};
use std::sync::Arc;

const GHZ: f64 = 1e9;

/// Reads a table into settings, noting what is missing.
pub(super) struct Reading<'a> {
    source: &'a Arc<Source>,
    pub(super) name: &'a str,
    pub(super) errors: ConfigErrors,
    /// Missing keys and mistakes that have been told.
    told: Vec<String>,
}

impl<'a> Reading<'a> {
    pub(super) fn new(name: &'a str, source: &'a Arc<Source>) -> Self {
        Self {
            source,
            name,
            errors: ConfigErrors::default(),
            told: Vec::new(),
        }
    }

    /// Tells that a key is missing, once: three devices ask for the same ones.
    fn missing(&mut self, key: &str) {
        if self.told.iter().any(|told| told == key) {
            return;
        }
        self.told.push(key.to_owned());
        self.errors.push(
            ConfigError::spanning(
                Problem::MissingKey,
                self.source,
                0..0,
                &format!("com.{key}"),
                format!("missing key `{key}` in [com] of the part `{}`", self.name),
            )
            .help(format!("write `{key} = …`")),
        );
    }

    pub(super) fn number(&mut self, key: &str, value: Option<&Value<f64>>) -> f64 {
        value.map_or_else(
            || {
                self.missing(key);
                f64::NAN
            },
            |v| v.value,
        )
    }

    pub(super) fn count(&mut self, key: &str, value: Option<&Value<Count>>) -> usize {
        value.map_or_else(
            || {
                self.missing(key);
                0
            },
            |v| usize::try_from(v.value.0).unwrap_or(usize::MAX),
        )
    }

    fn list<'v>(&mut self, key: &str, value: Option<&'v Value<Vec<f64>>>) -> &'v [f64] {
        value.map_or_else(
            || {
                self.missing(key);
                &[][..]
            },
            |v| &v.value,
        )
    }

    /// Tells what is wrong with a value, once.
    fn wrong(&mut self, at: &Value<Vec<f64>>, message: String, help: &str) {
        if self.told.contains(&message) {
            return;
        }
        self.told.push(message.clone());
        self.errors
            .push(ConfigError::at(Problem::OutOfRange, &at.at, message).help(help));
    }

    /// Lowest, highest and step as a list, the highest included.
    fn steps(&mut self, key: &str, value: &Value<Vec<f64>>) -> Vec<f64> {
        if let [low, high, step] = value.value[..]
            && step > 0.0
            && low <= high
            && ((high - low) / step) < 1e4
        {
            let count = ((high - low) / step + 1e-9).floor();
            #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
            return (0..=count as usize)
                .map(|k| {
                    let value = low + step * k as f64;
                    // Zero, where it is meant.
                    if value.abs() < 1e-9 { 0.0 } else { value }
                })
                .collect();
        }
        self.wrong(
            value,
            format!("`{key}` of the part `{}` is no range", self.name),
            "allowed: [lowest, highest, step], such as [-0.2, 0.0, 0.02]",
        );
        Vec::new()
    }

    fn line(&mut self, table: &ComTable, board: bool) -> Line {
        let keys: [(&str, Option<&Value<f64>>); 4] = if board {
            [
                ("board_gamma0_per_mm", table.board_gamma0_per_mm.as_ref()),
                (
                    "board_a1_sqrt_ns_per_mm",
                    table.board_a1_sqrt_ns_per_mm.as_ref(),
                ),
                ("board_a2_ns_per_mm", table.board_a2_ns_per_mm.as_ref()),
                (
                    "board_delay_ns_per_mm",
                    table.board_delay_ns_per_mm.as_ref(),
                ),
            ]
        } else {
            [
                (
                    "package_gamma0_per_mm",
                    table.package_gamma0_per_mm.as_ref(),
                ),
                (
                    "package_a1_sqrt_ns_per_mm",
                    table.package_a1_sqrt_ns_per_mm.as_ref(),
                ),
                ("package_a2_ns_per_mm", table.package_a2_ns_per_mm.as_ref()),
                (
                    "package_delay_ns_per_mm",
                    table.package_delay_ns_per_mm.as_ref(),
                ),
            ]
        };
        let constants = keys.map(|(key, value)| self.number(key, value));
        Line::tabulated(constants, f64::NAN, f64::NAN)
    }

    fn device(
        &mut self,
        table: &ComTable,
        key: &str,
        lengths: Option<&Value<Vec<f64>>>,
        ball: Option<&Value<f64>>,
        board: Option<&Value<f64>>,
    ) -> Device {
        let resistance = self.number(
            "termination_resistance_ohm",
            table.termination_resistance_ohm.as_ref(),
        );
        // Near-end aggressors stand in the receiver's box.
        let own = table
            .receiver_die_capacitance_ff
            .as_ref()
            .filter(|_| key != "transmitter_package_mm");
        let (farads, inductance) = match own {
            Some(own) => (&own.value[..], table.receiver_die_inductance_ph.as_ref()),
            None => (
                self.list("die_capacitance_ff", table.die_capacitance_ff.as_ref()),
                table.die_inductance_ph.as_ref(),
            ),
        };
        let bump = table
            .receiver_bump_capacitance_ff
            .as_ref()
            .filter(|_| key != "transmitter_package_mm")
            .or(table.bump_capacitance_ff.as_ref());
        if let Some(list) = inductance
            && list.value.len() != farads.len()
        {
            self.wrong(
                list,
                format!(
                    "the ladder on the die has {} inductances and {} capacitances",
                    list.value.len(),
                    farads.len()
                ),
                "allowed: one inductance for each capacitance",
            );
        }
        let ladder = farads
            .iter()
            .enumerate()
            .map(|(k, c)| {
                let l = inductance.and_then(|l| l.value.get(k)).copied();
                (c * 1e-15, l.unwrap_or(0.0) * 1e-12)
            })
            .collect();
        let impedance = self.list(
            "package_impedance_ohm",
            table.package_impedance_ohm.as_ref(),
        );
        let given = self.list(key, lengths);
        if let Some(list) = lengths
            && given.len() != impedance.len()
        {
            self.wrong(
                list,
                format!(
                    "`{key}` has {} lines, `package_impedance_ohm` {}",
                    given.len(),
                    impedance.len()
                ),
                "allowed: one length for each impedance",
            );
        }
        let one = self.line(table, false);
        let lines = impedance
            .iter()
            .zip(given)
            .map(|(impedance, length)| Line {
                impedance: *impedance,
                length: length * 1e-3,
                ..one
            })
            .collect();
        let ball = self.number(
            "ball_capacitance_ff",
            ball.or(table.ball_capacitance_ff.as_ref()),
        );
        let capacitance = |value: Option<&Value<f64>>| value.map_or(0.0, |c| c.value) * 1e-15;
        let board = board.map(|length| Board {
            near: capacitance(table.board_package_capacitance_ff.as_ref()),
            line: Line {
                impedance: self.number("board_impedance_ohm", table.board_impedance_ohm.as_ref()),
                length: length.value * 1e-3,
                ..self.line(table, true)
            },
            far: capacitance(table.board_channel_capacitance_ff.as_ref()),
        });
        Device {
            termination: Termination {
                resistance,
                ladder,
                bump: bump.map_or(0.0, |c| c.value) * 1e-15,
            },
            package: Package {
                lines,
                ball: ball * 1e-15,
            },
            board,
        }
    }

    fn receiver(&mut self, table: &ComTable, levels: usize, separation: f64) -> Receiver {
        let lowest = self.list("feedback_lowest", table.feedback_lowest.as_ref());
        let highest = self.list("feedback_highest", table.feedback_highest.as_ref());
        if let Some(list) = table.feedback_highest.as_ref()
            && (lowest.len() != highest.len() || lowest.iter().zip(highest).any(|(l, h)| l > h))
        {
            self.wrong(
                list,
                "`feedback_lowest` and `feedback_highest` do not limit the same taps".to_owned(),
                "allowed: one lowest and one highest value for each tap",
            );
        }
        let limits: Vec<(f64, f64)> = lowest
            .iter()
            .copied()
            .zip(highest.iter().copied())
            .collect();
        let Some(taps) = table.feed_forward_taps.as_ref() else {
            return Receiver::DecisionFeedback(self.feedback(table, limits));
        };
        let count = self.count("feed_forward_taps", Some(taps));
        let limit = self.number("feed_forward_limit", table.feed_forward_limit.as_ref());
        let precursor = self.count(
            "feed_forward_precursor_taps",
            table.feed_forward_precursor_taps.as_ref(),
        );
        if precursor >= count {
            self.errors.push(
                ConfigError::at(
                    Problem::OutOfRange,
                    &taps.at,
                    format!("{count} feed-forward taps have none behind {precursor} precursors"),
                )
                .help("allowed: more taps than precursors"),
            );
        }
        let floating = table.floating_groups.as_ref().map(|groups| FloatingTaps {
            groups: self.count("floating_groups", Some(groups)),
            taps: self.count("floating_group_taps", table.floating_group_taps.as_ref()),
            span: self.count("feed_forward_span", table.feed_forward_span.as_ref()),
            limit: self.number("floating_limit", table.floating_limit.as_ref()),
        });
        if let (Some(floating), Some(span)) = (floating, table.feed_forward_span.as_ref())
            && floating.span < count.saturating_add(floating.groups.saturating_mul(floating.taps))
        {
            self.errors.push(
                ConfigError::at(
                    Problem::OutOfRange,
                    &span.at,
                    format!(
                        "{} places of `feed_forward_span` do not hold {count} fixed taps and {} groups of \
                         {} floating ones",
                        floating.span, floating.groups, floating.taps
                    ),
                )
                .help("allowed: at least as many places as taps"),
            );
        }
        Receiver::MinimumMeanSquareError(MmseSettings {
            levels,
            level_separation: separation,
            precursor,
            feed_forward_limits: vec![limit; count],
            feedback_limits: limits,
            floating,
        })
    }
}

impl ComTable {
    /// The settings in SI units.
    ///
    /// # Errors
    /// With every quantity that is missing or does not fit the others.
    pub fn settings(&self, name: &str, source: &Arc<Source>) -> Result<Settings, ConfigErrors> {
        let mut r = Reading::new(name, source);
        r.without_effect(self);
        let levels = r.count("levels", self.levels.as_ref());
        let separation = r.number(
            "level_separation_mismatch_ratio",
            self.level_separation_mismatch_ratio.as_ref(),
        );
        let transmitter = r.device(
            self,
            "transmitter_package_mm",
            self.transmitter_package_mm.as_ref(),
            self.transmitter_ball_capacitance_ff.as_ref(),
            self.transmitter_board_mm.as_ref(),
        );
        // A near-end aggressor's transmitter stands in the receiver's box.
        let near_end_transmitter = r.device(
            self,
            "near_end_package_mm",
            self.near_end_package_mm
                .as_ref()
                .or(self.receiver_package_mm.as_ref()),
            self.near_end_ball_capacitance_ff
                .as_ref()
                .or(self.receiver_ball_capacitance_ff.as_ref()),
            self.near_end_board_mm
                .as_ref()
                .or(self.receiver_board_mm.as_ref()),
        );
        let receiver_device = r.device(
            self,
            "receiver_package_mm",
            self.receiver_package_mm.as_ref(),
            self.receiver_ball_capacitance_ff.as_ref(),
            self.receiver_board_mm.as_ref(),
        );
        let mut transmit_taps = Vec::new();
        for (place, key, value) in [
            (-3, "transmit_tap_minus_3", &self.transmit_tap_minus_3),
            (-2, "transmit_tap_minus_2", &self.transmit_tap_minus_2),
            (-1, "transmit_tap_minus_1", &self.transmit_tap_minus_1),
            (1, "transmit_tap_plus_1", &self.transmit_tap_plus_1),
        ] {
            if let Some(value) = value {
                transmit_taps.push(TransmitTap {
                    place,
                    values: r.steps(key, value),
                });
            }
        }
        let gains_db = match &self.ctle_gain_db {
            Some(value) => r.steps("ctle_gain_db", value),
            None => {
                r.missing("ctle_gain_db");
                Vec::new()
            }
        };
        let settings = Settings {
            symbol_rate: r.number("symbol_rate_gbd", self.symbol_rate_gbd.as_ref()) * GHZ,
            levels,
            samples_per_symbol: self
                .samples_per_symbol
                .as_ref()
                .map_or(32, |v| usize::try_from(v.value.0).unwrap_or(usize::MAX)),
            detector_error_ratio: r
                .number("detector_error_ratio", self.detector_error_ratio.as_ref()),
            resistance: r.number(
                "reference_resistance_ohm",
                self.reference_resistance_ohm.as_ref(),
            ),
            transmitter,
            near_end_transmitter,
            receiver_device,
            amplitude: r.number("amplitude_v", self.amplitude_v.as_ref()),
            far_end_amplitude: r.number("far_end_amplitude_v", self.far_end_amplitude_v.as_ref()),
            near_end_amplitude: r
                .number("near_end_amplitude_v", self.near_end_amplitude_v.as_ref()),
            level_separation: separation,
            transition_time: r.number("transition_time_ps", self.transition_time_ps.as_ref())
                * 1e-12,
            transmitter_snr_db: r.number("transmitter_snr_db", self.transmitter_snr_db.as_ref()),
            dual_dirac_jitter: r.number("dual_dirac_jitter_ui", self.dual_dirac_jitter_ui.as_ref()),
            random_jitter: r.number("random_jitter_ui", self.random_jitter_ui.as_ref()),
            noise_density: r.number("noise_v2_per_ghz", self.noise_v2_per_ghz.as_ref()) / GHZ,
            receiver_bandwidth: r.number(
                "receiver_bandwidth_ghz",
                self.receiver_bandwidth_ghz.as_ref(),
            ) * GHZ,
            ctle: CtleSettings {
                zero: r.number("ctle_zero_ghz", self.ctle_zero_ghz.as_ref()) * GHZ,
                pole_1: r.number("ctle_pole_1_ghz", self.ctle_pole_1_ghz.as_ref()) * GHZ,
                pole_2: r.number("ctle_pole_2_ghz", self.ctle_pole_2_ghz.as_ref()) * GHZ,
                low_frequency: self.ctle_low_frequency_ghz.as_ref().map(|f| f.value * GHZ),
                gains_db,
                low_frequency_gains_db: match &self.ctle_low_frequency_gain_db {
                    Some(value) => r.steps("ctle_low_frequency_gain_db", value),
                    None => vec![0.0],
                },
            },
            transmit_taps,
            least_main_tap: self.transmit_tap_0_least.as_ref().map_or(0.0, |v| v.value),
            receiver: r.receiver(self, levels, separation),
            quantizer: self.quantizer_bits.as_ref().map(|bits| Quantizer {
                bits: bits.value,
                clipping: r.number("quantizer_clipping", self.quantizer_clipping.as_ref()),
            }),
            sequence_detection: self.sequence_detection_penalty_db.as_ref().map(|v| v.value),
            eye_window: self.eye_window_ui.as_ref().map(|half| EyeWindow {
                half_width: half.value,
                deviation: r.number(
                    "eye_window_deviation_ui",
                    self.eye_window_deviation_ui.as_ref(),
                ),
            }),
            beyond_data: BeyondData::Continued,
        };
        r.errors.or(settings)
    }
}
