//! The best setting of analogue equaliser and transmitter: by looking at all, or by going uphill.
//!
//! The figure of merit over the settings is smooth with one broad hill and a few small ones beside it
//! where a tap meets its limit. Going uphill along each setting in turn, in steps of four, two and one,
//! then along pairs of settings, from two starts, finds its top with some hundred evaluations; the sets of
//! draft 3.3 have 10⁸ settings.

use super::equalized::{Equalized, PhaseSearch, equalize};
use super::error::ComError;
use super::front::Front;
use super::sampled::Filtered;
use super::settings::{EqualizerSetting, Settings};
use std::collections::HashMap;

/// Settings of the analogue equaliser kept in memory.
const KEPT: usize = 32;

/// What a search found.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    /// The best setting.
    pub equalized: Equalized,
    /// How many settings were looked at.
    pub evaluated: usize,
}

/// A channel with its settings numbered: gain, low-frequency gain, transmit taps.
struct Hill<'a> {
    front: &'a Front,
    settings: &'a Settings,
    sizes: Vec<usize>,
    filtered: HashMap<(usize, usize), Filtered>,
    known: HashMap<Vec<usize>, Option<(f64, i64)>>,
    evaluated: usize,
}

impl<'a> Hill<'a> {
    fn new(front: &'a Front, settings: &'a Settings) -> Self {
        let mut sizes = vec![
            settings.ctle.gains_db.len(),
            settings.ctle.low_frequency_gains_db.len(),
        ];
        sizes.extend(settings.transmit_taps.iter().map(|tap| tap.values.len()));
        Self {
            front,
            settings,
            sizes,
            filtered: HashMap::new(),
            known: HashMap::new(),
            evaluated: 0,
        }
    }

    fn setting(&self, at: &[usize]) -> EqualizerSetting {
        EqualizerSetting {
            gain_db: self.settings.ctle.gains_db[at[0]],
            low_frequency_gain_db: self.settings.ctle.low_frequency_gains_db[at[1]],
            transmit: self
                .settings
                .transmit_taps
                .iter()
                .zip(&at[2..])
                .map(|(tap, &k)| tap.values[k])
                .collect(),
        }
    }

    /// The setting equalised; none where the main tap is too small.
    fn look(&mut self, at: &[usize], search: PhaseSearch) -> Result<Option<Equalized>, ComError> {
        let setting = self.setting(at);
        // Half a unit of the last place that steps of 0.01 can add up to.
        if self.settings.main_tap(&setting.transmit) < self.settings.least_main_tap - 1e-9 {
            return Ok(None);
        }
        let key = (at[0], at[1]);
        if !self.filtered.contains_key(&key) {
            if self.filtered.len() >= KEPT {
                self.filtered.clear();
            }
            let filtered = Filtered::new(
                self.front,
                self.settings,
                setting.gain_db,
                setting.low_frequency_gain_db,
            )?;
            self.filtered.insert(key, filtered);
        }
        self.evaluated += 1;
        match &self.filtered.get(&key) {
            Some(filtered) => equalize(filtered, self.settings, &setting, search).map(Some),
            None => Ok(None),
        }
    }

    /// Figure of merit and distance of its phase from the peak, looked up where it is known.
    fn height(&mut self, at: &[usize], near: i64) -> Result<Option<(f64, i64)>, ComError> {
        if let Some(known) = self.known.get(at) {
            return Ok(*known);
        }
        let height = self
            .look(at, PhaseSearch::Near(near))?
            .map(|e| (e.merit_db, e.offset));
        self.known.insert(at.to_vec(), height);
        Ok(height)
    }

    /// Moves `at` to a neighbour that is higher, by these steps; whether there is one.
    fn step(
        &mut self,
        at: &mut Vec<usize>,
        top: &mut (f64, i64),
        steps: &[(usize, i64)],
    ) -> Result<bool, ComError> {
        let mut to = at.clone();
        for &(axis, by) in steps {
            let moved = i64::try_from(to[axis]).unwrap_or(0) + by;
            match usize::try_from(moved) {
                Ok(moved) if moved < self.sizes[axis] => to[axis] = moved,
                _ => return Ok(false),
            }
        }
        match self.height(&to, top.1)? {
            Some(height) if height.0 > top.0 => {
                *at = to;
                *top = height;
                Ok(true)
            }
            _ => Ok(false),
        }
    }

    fn climb(&mut self, start: Vec<usize>) -> Result<Option<(f64, Vec<usize>)>, ComError> {
        let mut at = start;
        let Some(mut top) = self.height(&at, 0)? else {
            return Ok(None);
        };
        let axes = self.sizes.len();
        loop {
            let mut moved = false;
            for size in [4, 2, 1] {
                for axis in 0..axes {
                    for by in [size, -size] {
                        while self.step(&mut at, &mut top, &[(axis, by)])? {
                            moved = true;
                        }
                    }
                }
            }
            if moved {
                continue;
            }
            for first in 0..axes {
                for second in first + 1..axes {
                    for (a, b) in [(1, 1), (1, -1), (-1, 1), (-1, -1)] {
                        while self.step(&mut at, &mut top, &[(first, a), (second, b)])? {
                            moved = true;
                        }
                    }
                }
            }
            if !moved {
                return Ok(Some((top.0, at)));
            }
        }
    }

    /// Number of the value of each tap nearest to zero, and gains this share of their lists.
    fn start(&self, share: f64) -> Vec<usize> {
        let part = |length: usize| {
            #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
            let k = (share * length.saturating_sub(1) as f64).round() as usize;
            k
        };
        let mut at = vec![part(self.sizes[0]), part(self.sizes[1])];
        at.extend(self.settings.transmit_taps.iter().map(|tap| {
            tap.values
                .iter()
                .enumerate()
                .min_by(|a, b| a.1.abs().total_cmp(&b.1.abs()))
                .map_or(0, |(k, _)| k)
        }));
        at
    }
}

/// The best setting by going uphill.
///
/// # Errors
/// [`ComError::Setting`] where no setting leaves the main tap large enough; as
/// [`equalize`] otherwise.
pub fn local_search(front: &Front, settings: &Settings) -> Result<Found, ComError> {
    let mut hill = Hill::new(front, settings);
    let mut best: Option<(f64, Vec<usize>)> = None;
    for share in [0.25, 0.75] {
        let start = hill.start(share);
        if let Some(top) = hill.climb(start)?
            && best.as_ref().is_none_or(|b| top.0 > b.0)
        {
            best = Some(top);
        }
    }
    let (_, at) = best.ok_or_else(no_setting)?;
    finish(&mut hill, &at)
}

/// The best setting by looking at all.
///
/// # Errors
/// As [`local_search`].
pub fn exhaustive_search(front: &Front, settings: &Settings) -> Result<Found, ComError> {
    let mut hill = Hill::new(front, settings);
    let mut best: Option<(f64, Vec<usize>)> = None;
    let mut at = vec![0; hill.sizes.len()];
    if hill.sizes.contains(&0) {
        return Err(no_setting());
    }
    loop {
        if let Some(one) = hill.look(&at, PhaseSearch::All)?
            && best.as_ref().is_none_or(|(top, _)| one.merit_db > *top)
        {
            best = Some((one.merit_db, at.clone()));
        }
        // Count up, the transmit taps fastest.
        let mut axis = at.len();
        loop {
            if axis == 0 {
                let (_, at) = best.ok_or_else(no_setting)?;
                return finish(&mut hill, &at);
            }
            axis -= 1;
            at[axis] += 1;
            if at[axis] < hill.sizes[axis] {
                break;
            }
            at[axis] = 0;
        }
    }
}

fn finish(hill: &mut Hill, at: &[usize]) -> Result<Found, ComError> {
    let equalized = hill.look(at, PhaseSearch::All)?.ok_or_else(no_setting)?;
    Ok(Found {
        equalized,
        evaluated: hill.evaluated,
    })
}

fn no_setting() -> ComError {
    ComError::Setting(
        "no setting of the transmitter leaves its main tap as large as c(0) has to be".to_owned(),
    )
}
