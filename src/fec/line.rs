//! What a Reed–Solomon code makes of errors in bursts, with and without precoding and interleaving.

use super::{ErrorChain, FecError, ReedSolomon};

/// Octets between two Ethernet frames with the preamble: 8 and 12 (IEEE Std 802.3, 3.1.1 and 4.4.2).
const FRAME_OVERHEAD_OCTETS: u32 = 20;

/// How the symbols of codewords are sent one after the other.
///
/// Symbols of the codewords are taken in turn; so many of them are sent together, bit by bit in turn.
/// The next ones begin with the next codeword, as the lanes of IEEE Std 802.3, 119.2.4.8 do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Interleaving {
    /// Codewords that are sent together: 1 for none, 2 for 200GBASE-R and 400GBASE-R, 4 for 800GBASE-R.
    pub codewords: u32,
    /// Symbols whose bits take turns, as the lanes of a physical coding sublayer do where they are
    /// multiplexed bit by bit; 1 where symbols stay whole.
    pub multiplexed: u32,
}

impl Interleaving {
    /// One codeword after the other.
    pub const NONE: Self = Self {
        codewords: 1,
        multiplexed: 1,
    };

    /// Symbols of so many codewords in turn.
    pub fn symbols(codewords: u32) -> Self {
        Self {
            codewords,
            multiplexed: 1,
        }
    }
}

/// A line with its errors, and what surrounds it on the way from the code and back.
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    /// Errors of decided symbols.
    pub errors: ErrorChain,
    /// Bits of a line symbol: 1 for two levels, 2 for four with Gray labels.
    pub bits_per_symbol: u32,
    /// Whether symbols are precoded by 1/(1 + D) modulo the number of levels (IEEE Std 802.3, 135.5.7.2).
    pub precoded: bool,
    /// Order in which codewords are sent.
    pub interleaving: Interleaving,
}

/// What is behind the decoder.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Corrected {
    /// Bit error ratio in front of the decoder, behind a precoder's.
    pub pre_fec_ber: f64,
    /// Symbols of the code that are wrong in front of the decoder.
    pub symbol_error_ratio: f64,
    /// Codewords that cannot be corrected.
    pub codeword_error_ratio: f64,
    /// Bit error ratio behind the decoder.
    pub post_fec_ber: f64,
    /// Ethernet frames of 64 octets that are lost.
    pub frame_loss_ratio: f64,
}

/// What an error does to the bits of its symbol.
#[derive(Clone, Copy)]
pub(super) enum Hit {
    None,
    /// One bit; which of two says [`Line::first_bit_share`].
    One,
    Both,
}

impl Line {
    /// A line of independent errors.
    ///
    /// # Errors
    /// [`FecError::Chain`] unless the ratio is from 0 to 1.
    pub fn independent(symbol_error_ratio: f64, bits_per_symbol: u32) -> Result<Self, FecError> {
        Ok(Self {
            errors: ErrorChain::independent(symbol_error_ratio)?,
            bits_per_symbol,
            precoded: false,
            interleaving: Interleaving::NONE,
        })
    }

    /// What an error (0 none, 1 too high, 2 too low) behind the error `before` does.
    pub(super) fn hit(&self, before: usize, error: usize) -> Hit {
        match (before, error) {
            (_, 0) if !self.precoded => Hit::None,
            (0, 0) => Hit::None,
            (_, _) if !self.precoded => Hit::One,
            // The decoder adds two decisions: one error shifts the level by one, two of the same sign
            // by two, and two of opposite signs not at all; modulo two, any two cancel.
            (0, _) | (_, 0) => Hit::One,
            (a, b) if a == b && self.bits_per_symbol == 2 => Hit::Both,
            _ => Hit::None,
        }
    }

    /// Part of the single wrong bits that are the first of a symbol: of the three thresholds of Gray
    /// labels one, of the four steps of levels modulo four two.
    pub(super) fn first_bit_share(&self) -> f64 {
        match (self.bits_per_symbol, self.precoded) {
            (2, false) => 1.0 / 3.0,
            (2, true) => 0.5,
            _ => 1.0,
        }
    }

    /// Line symbols in which the bits of one turn of symbols are sent.
    pub(super) fn symbols_of_a_turn(&self, code: &ReedSolomon) -> Result<usize, FecError> {
        let Interleaving {
            codewords,
            multiplexed,
        } = self.interleaving;
        let bits = u64::from(multiplexed) * u64::from(code.bits_per_symbol);
        let possible = matches!(self.bits_per_symbol, 1 | 2)
            && bits.is_multiple_of(u64::from(self.bits_per_symbol))
            && (1..=16).contains(&codewords)
            && (1..=8).contains(&multiplexed)
            && code.codeword_symbols.is_multiple_of(multiplexed);
        if possible {
            Ok(usize::try_from(bits).unwrap_or(usize::MAX) / self.bits_per_symbol as usize)
        } else {
            Err(FecError::Interleaving {
                codewords,
                multiplexed,
                bits_per_symbol: self.bits_per_symbol,
            })
        }
    }

    /// Bit error ratio in front of the decoder, behind a precoder's.
    pub fn pre_fec_ber(&self) -> f64 {
        let chain = self.errors.with_memory();
        let mut bits = 0.0;
        for (state, p) in chain.stationary().iter().enumerate() {
            let [high, low] = chain.errors(state);
            for (error, q) in [1.0 - high - low, high, low].into_iter().enumerate() {
                bits += p
                    * q
                    * match self.hit(state % 3, error) {
                        Hit::None => 0.0,
                        Hit::One => 1.0,
                        Hit::Both => 2.0,
                    };
            }
        }
        bits / f64::from(self.bits_per_symbol)
    }

    /// Probability of every number of wrong symbols in a codeword, 0 to n, exactly for the chain: the
    /// sum over all ways through its states, turn by turn.
    ///
    /// # Errors
    /// Where there is no such code, or its symbols cannot be sent like that.
    pub fn symbol_error_distribution(&self, code: &ReedSolomon) -> Result<Vec<f64>, FecError> {
        code.check()?;
        let length = self.symbols_of_a_turn(code)?;
        let chain = self.errors.with_memory();
        let codewords = self.interleaving.codewords as usize;
        let turns: Vec<Turn> = (0..codewords)
            .map(|turn| self.turn(&chain, turn, length))
            .collect();
        let count = code.codeword_symbols as usize;
        let rounds = count / self.interleaving.multiplexed as usize;
        let states = chain.states();
        let mut occupied: Vec<Vec<f64>> = chain.stationary().into_iter().map(|p| vec![p]).collect();
        for _ in 0..rounds {
            for turn in &turns {
                let own = turn.own;
                let longest = occupied[0].len() + own;
                let mut next = vec![vec![0.0; longest]; states];
                for (state, counts) in occupied.iter().enumerate() {
                    for (to, target) in next.iter_mut().enumerate() {
                        for (wrong, q) in turn.between(state, to).iter().enumerate() {
                            if *q == 0.0 {
                                continue;
                            }
                            for (sum, p) in target[wrong..].iter_mut().zip(counts) {
                                *sum += p * q;
                            }
                        }
                    }
                }
                occupied = next;
            }
        }
        Ok((0..=count)
            .map(|k| occupied.iter().map(|counts| counts[k]).sum())
            .collect())
    }

    /// The turn with this number: the symbols of the first codeword in it, and how many of them go
    /// wrong on the way from every state to every other.
    fn turn(&self, chain: &ErrorChain, turn: usize, length: usize) -> Turn {
        let codewords = self.interleaving.codewords as usize;
        let multiplexed = self.interleaving.multiplexed as usize;
        // Number among the first codeword's symbols in this turn, by place.
        let mut own = 0;
        let numbers: Vec<Option<usize>> = (0..multiplexed)
            .map(|place| {
                (place + turn).is_multiple_of(codewords).then(|| {
                    own += 1;
                    own - 1
                })
            })
            .collect();
        let states = chain.states();
        let flags = 1usize << own;
        let first_share = self.first_bit_share();
        let mut found = Turn {
            own,
            states,
            probabilities: vec![0.0; states * states * (own + 1)],
        };
        for start in 0..states {
            let mut occupied = vec![0.0; states * flags];
            occupied[start * flags] = 1.0;
            for k in 0..length {
                let bit = |b: usize| {
                    numbers[(k * self.bits_per_symbol as usize + b) % multiplexed]
                        .map_or(0, |number| 1usize << number)
                };
                let (first, second) = (bit(0), bit(self.bits_per_symbol as usize - 1));
                let mut next = vec![0.0; states * flags];
                for (place, p) in occupied.iter().enumerate() {
                    if *p == 0.0 {
                        continue;
                    }
                    let (state, set) = (place / flags, place % flags);
                    let [high, low] = chain.errors(state);
                    for (error, q) in [1.0 - high - low, high, low].into_iter().enumerate() {
                        let to = chain.next(state, error) * flags;
                        match self.hit(state % 3, error) {
                            Hit::None => next[to + set] += p * q,
                            Hit::One => {
                                next[to + (set | first)] += p * q * first_share;
                                next[to + (set | second)] += p * q * (1.0 - first_share);
                            }
                            Hit::Both => next[to + (set | first | second)] += p * q,
                        }
                    }
                }
                occupied = next;
            }
            for (place, p) in occupied.iter().enumerate() {
                let wrong = (place % flags).count_ones() as usize;
                let at = found.at(start, place / flags) + wrong;
                found.probabilities[at] += p;
            }
        }
        found
    }

    /// What a code leaves of the errors.
    ///
    /// A bit error ratio behind the decoder takes the wrong bits of a wrong symbol as their mean. Frames
    /// are lost with every block of interleaved codewords they lie in of which one cannot be corrected
    /// (P. Anslow, "FEC performance on multi-part links", IEEE P802.3bs, July 2014), and codewords of a
    /// block are taken to fail independently of each other; that they do so together makes it fewer.
    ///
    /// # Errors
    /// Where there is no such code, or its symbols cannot be sent like that.
    pub fn corrected(&self, code: &ReedSolomon) -> Result<Corrected, FecError> {
        let distribution = self.symbol_error_distribution(code)?;
        let pre_fec_ber = self.pre_fec_ber();
        let n = f64::from(code.codeword_symbols);
        let weighted = |from: u32| -> f64 {
            (0u32..)
                .zip(&distribution)
                .skip(from as usize)
                .map(|(k, p)| f64::from(k) / n * p)
                .sum()
        };
        let t = code.correctable_symbols();
        let symbol_error_ratio = weighted(0);
        // A sum of probabilities that round-off may carry past one.
        let codeword_error_ratio = distribution
            .iter()
            .skip(t as usize + 1)
            .sum::<f64>()
            .min(1.0);
        let post_fec_ber = if symbol_error_ratio > 0.0 {
            weighted(t + 1) * pre_fec_ber / symbol_error_ratio
        } else {
            0.0
        };
        Ok(Corrected {
            pre_fec_ber,
            symbol_error_ratio,
            codeword_error_ratio,
            post_fec_ber,
            frame_loss_ratio: code
                .frame_loss_ratio(codeword_error_ratio, self.interleaving.codewords),
        })
    }
}

/// One turn of symbols, seen from the first codeword.
struct Turn {
    /// Symbols of the codeword.
    own: usize,
    states: usize,
    /// By the state before, the state behind and the number of wrong symbols.
    probabilities: Vec<f64>,
}

impl Turn {
    fn at(&self, from: usize, to: usize) -> usize {
        (from * self.states + to) * (self.own + 1)
    }

    fn between(&self, from: usize, to: usize) -> &[f64] {
        let at = self.at(from, to);
        &self.probabilities[at..=at + self.own]
    }
}

impl ReedSolomon {
    /// Part of the Ethernet frames of 64 octets that is lost where `codewords` of them are interleaved
    /// and each fails with `codeword_error_ratio`, independently.
    ///
    /// A block of so many codewords holds F frames with what stands between them, F = 7.62 for each
    /// codeword of 514 symbols of 10 bits (257 bits carry 256, IEEE Std 802.3, 119.2.4.2), and a
    /// frame lies in 1 + 1/F blocks in the mean: B(1 + (1 − B)/F), B = 1 − (1 − P)ᶜ.
    pub fn frame_loss_ratio(&self, codeword_error_ratio: f64, codewords: u32) -> f64 {
        let block = -(f64::from(codewords) * (-codeword_error_ratio).ln_1p()).exp_m1();
        let bits = f64::from(codewords)
            * f64::from(self.message_symbols)
            * f64::from(self.bits_per_symbol)
            * (256.0 / 257.0);
        let frames = bits / f64::from(8 * (64 + FRAME_OVERHEAD_OCTETS));
        block * (1.0 + (1.0 - block) / frames).min(1.0 / block.max(f64::MIN_POSITIVE))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn assert_close(value: f64, expected: f64, tolerance: f64) {
        assert!(
            (value / expected - 1.0).abs() < tolerance,
            "{value:e} against {expected:e}"
        );
    }

    fn bursts(p: f64, a: f64, precoded: bool, interleaving: Interleaving) -> Line {
        Line {
            errors: ErrorChain::bursts_at(p, a).unwrap(),
            bits_per_symbol: 2,
            precoded,
            interleaving,
        }
    }

    #[test]
    fn independent_errors_give_the_binomial_formula_however_they_are_interleaved() {
        let code = ReedSolomon::kp4();
        for bits_per_symbol in [1, 2] {
            for interleaving in [Interleaving::NONE, Interleaving::symbols(4)] {
                for ber in [2.4e-4, 1e-3] {
                    let p = ber * f64::from(bits_per_symbol);
                    let mut line = Line::independent(p, bits_per_symbol).unwrap();
                    line.interleaving = interleaving;
                    let found = line.corrected(&code).unwrap();
                    // Five errors of a symbol of four levels each hit one bit of two: 1 − (1 − 2b)⁵.
                    let symbol = 1.0 - (1.0 - p).powi(10 / bits_per_symbol.cast_signed());
                    let equivalent = 1.0 - (1.0 - symbol).powf(0.1);
                    assert_close(found.pre_fec_ber, ber, 1e-9);
                    assert_close(found.symbol_error_ratio, symbol, 1e-9);
                    let expected = code.codeword_error_ratio(equivalent);
                    assert_close(found.codeword_error_ratio, expected, 1e-8);
                }
            }
        }
    }

    #[test]
    fn the_distribution_is_one_in_all_and_precoding_makes_two_errors_of_a_run() {
        let code = ReedSolomon::kr4();
        for precoded in [false, true] {
            for interleaving in [
                Interleaving::NONE,
                Interleaving::symbols(2),
                Interleaving {
                    codewords: 2,
                    multiplexed: 4,
                },
            ] {
                let line = bursts(1e-3, 0.75, precoded, interleaving);
                let sum: f64 = line.symbol_error_distribution(&code).unwrap().iter().sum();
                assert!((sum - 1.0).abs() < 1e-12, "{sum}");
            }
        }
        // Runs are 1/(1 − a) long; behind the precoder's decoder each has two errors, so that the ratio
        // is 2(1 − a) of that without it, and a run that begins anew right behind one makes it a little more.
        let plain = bursts(1e-5, 0.75, false, Interleaving::NONE).pre_fec_ber();
        let precoded = bursts(1e-5, 0.75, true, Interleaving::NONE).pre_fec_ber();
        assert_close(plain, 0.5e-5, 1e-9);
        assert_close(precoded / plain, 0.5, 1e-4);
        let single = bursts(1e-5, 1e-5, true, Interleaving::NONE).pre_fec_ber();
        assert_close(single / plain, 2.0, 1e-4);
    }

    #[test]
    fn bursts_cost_and_interleaving_helps() {
        let code = ReedSolomon::kp4();
        let failing = |a, interleaving| {
            bursts(4.8e-4, a, false, interleaving)
                .corrected(&code)
                .unwrap()
                .codeword_error_ratio
        };
        let random = failing(4.8e-4, Interleaving::NONE);
        let alone = failing(0.75, Interleaving::NONE);
        let two = failing(0.75, Interleaving::symbols(2));
        let four = failing(0.75, Interleaving::symbols(4));
        assert!(
            alone > 2.0 * two && two > four,
            "{alone:e} {two:e} {four:e}"
        );
        // The same number of errors in fewer symbols: runs within a symbol of the code cost nothing.
        assert!(random > 0.0);
    }

    #[test]
    fn frames_are_lost_as_the_400_gigabit_task_force_has_it() {
        // IEEE Std 802.3, 124.1.1: 2.4e-4 in front of the decoder leaves 1.7e-12 of the frames of
        // 64 octets lost, with two interleaved codewords.
        let code = ReedSolomon::kp4();
        let lost = code.frame_loss_ratio(code.codeword_error_ratio(2.4e-4), 2);
        assert!((lost - 1.7e-12).abs() < 0.05e-12, "{lost:e}");
        assert!((code.frame_loss_ratio(1.0, 2) - 1.0).abs() < 1e-12);
        assert!(code.frame_loss_ratio(0.0, 2).abs() < f64::MIN_POSITIVE);
    }

    #[test]
    fn hopeless_lines_lose_everything() {
        let found = bursts(0.3, 0.2, false, Interleaving::symbols(2))
            .corrected(&ReedSolomon::kp4())
            .unwrap();
        assert!((found.codeword_error_ratio - 1.0).abs() < 1e-9);
        assert!((found.frame_loss_ratio - 1.0).abs() < 1e-9);
        assert_close(found.post_fec_ber, 0.15, 1e-6);
        let never = Line::independent(1.0, 2).unwrap();
        let found = never.corrected(&ReedSolomon::kr4()).unwrap();
        assert!((found.frame_loss_ratio - 1.0).abs() < 1e-12, "{found:?}");
    }

    #[test]
    fn what_cannot_be_sent_is_refused() {
        let code = ReedSolomon::kp4();
        let mut line = Line::independent(1e-3, 3).unwrap();
        assert!(line.corrected(&code).is_err());
        line.bits_per_symbol = 2;
        for (codewords, multiplexed) in [(0, 1), (1, 0), (17, 1), (2, 3)] {
            line.interleaving = Interleaving {
                codewords,
                multiplexed,
            };
            assert!(line.corrected(&code).is_err(), "{codewords} {multiplexed}");
        }
        line.interleaving = Interleaving::NONE;
        let odd = ReedSolomon::new("odd", 7, 3, 3).unwrap();
        assert!(line.corrected(&odd).is_err());
        assert!(
            Line::independent(0.0, 2)
                .unwrap()
                .corrected(&code)
                .unwrap()
                .post_fec_ber
                == 0.0
        );
    }
}
