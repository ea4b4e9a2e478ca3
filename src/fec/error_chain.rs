//! Errors of decided symbols as a Markov chain.

use super::FecError;

/// States of chains with a memory of 0 to 3 errors.
const STATES: [usize; 4] = [1, 3, 9, 27];

/// Errors of the symbols of a line, each of one level too high or too low, as a Markov chain whose state
/// is the errors of the last symbols.
///
/// A decision feedback equaliser makes such errors: a wrong decision shifts the next samples by the
/// feedback taps (D. L. Duttweiler, J. E. Mazo & D. G. Messerschmitt, IEEE Trans. Inf. Theory 20, 490,
/// 1974, DOI 10.1109/TIT.1974.1055250).
///
/// Leaves out: errors of more than one level, that a symbol at the end of the range errs to one side
/// only, and correlation of the noise from symbol to symbol, which can make errors follow each other
/// more or less often.
#[derive(Debug, Clone, PartialEq)]
pub struct ErrorChain {
    memory: usize,
    transitions: Vec<[f64; 2]>,
}

impl ErrorChain {
    /// A chain from the probabilities of deciding too high and too low in every state. Digit j of a
    /// state's number to the base 3 is the error j + 1 symbols ago: 0 none, 1 too high, 2 too low.
    ///
    /// # Errors
    /// [`FecError::Chain`] unless there are 1, 3, 9 or 27 states, and probabilities that sum to at
    /// most 1.
    pub fn new(transitions: Vec<[f64; 2]>) -> Result<Self, FecError> {
        let memory = STATES.iter().position(|s| *s == transitions.len());
        let possible = |[high, low]: &[f64; 2]| *high >= 0.0 && *low >= 0.0 && high + low <= 1.0;
        match memory {
            Some(memory) if transitions.iter().all(possible) => Ok(Self {
                memory,
                transitions,
            }),
            _ => Err(FecError::Chain {
                states: transitions.len(),
            }),
        }
    }

    /// Errors that know nothing of each other, at the ratio `symbol_error_ratio`.
    ///
    /// # Errors
    /// [`FecError::Chain`] unless the ratio is from 0 to 1.
    pub fn independent(symbol_error_ratio: f64) -> Result<Self, FecError> {
        Self::new(vec![[0.5 * symbol_error_ratio; 2]])
    }

    /// Runs of errors of alternating sign, as one feedback tap makes them: a symbol behind a right one is
    /// wrong with the probability `start`, one behind a wrong one with `continuation`, so that a run
    /// has 1/(1 − `continuation`) errors in the mean.
    ///
    /// # Errors
    /// [`FecError::Chain`] unless both are from 0 to 1.
    pub fn bursts(start: f64, continuation: f64) -> Result<Self, FecError> {
        Self::new(vec![
            [0.5 * start; 2],
            [0.0, continuation],
            [continuation, 0.0],
        ])
    }

    /// The chain of [`bursts`](Self::bursts) whose symbol error ratio is `symbol_error_ratio`:
    /// start = p(1 − a)/(1 − p).
    ///
    /// # Errors
    /// As [`bursts`](Self::bursts).
    pub fn bursts_at(symbol_error_ratio: f64, continuation: f64) -> Result<Self, FecError> {
        let start = symbol_error_ratio * (1.0 - continuation) / (1.0 - symbol_error_ratio);
        Self::bursts(start, continuation)
    }

    /// States.
    pub fn states(&self) -> usize {
        self.transitions.len()
    }

    /// Probabilities of deciding too high and too low in a state.
    pub(super) fn errors(&self, state: usize) -> [f64; 2] {
        self.transitions[state]
    }

    /// The state after `error`: 0 none, 1 too high, 2 too low.
    pub(super) fn next(&self, state: usize, error: usize) -> usize {
        if self.memory == 0 {
            return 0;
        }
        state % (self.states() / 3) * 3 + error
    }

    /// The same chain, with the last error in its state.
    pub(super) fn with_memory(&self) -> Self {
        if self.memory > 0 {
            return self.clone();
        }
        Self {
            memory: 1,
            transitions: vec![self.transitions[0]; 3],
        }
    }

    /// Probability of every state, long after the beginning.
    pub fn stationary(&self) -> Vec<f64> {
        let mut occupied = vec![0.0; self.states()];
        occupied[0] = 1.0;
        // Runs end at a rate that no chain of a working link has below 1e-3; a chain that never leaves
        // its errors is found to stay in them.
        for _ in 0..100_000 {
            let mut next = vec![0.0; occupied.len()];
            for (state, p) in occupied.iter().enumerate() {
                let [high, low] = self.errors(state);
                for (error, q) in [1.0 - high - low, high, low].into_iter().enumerate() {
                    next[self.next(state, error)] += p * q;
                }
            }
            let change: f64 = next.iter().zip(&occupied).map(|(a, b)| (a - b).abs()).sum();
            let wrong = 1.0 - occupied[0];
            occupied = next;
            if change <= 1e-15 * wrong {
                break;
            }
        }
        occupied
    }

    /// Probability that the symbol behind a wrong one is wrong too; 0 where none is ever wrong.
    pub fn continuation(&self) -> f64 {
        let chain = self.with_memory();
        let (mut behind, mut both) = (0.0, 0.0);
        for (state, p) in chain.stationary().iter().enumerate() {
            if state % 3 != 0 {
                behind += p;
                both += p * chain.errors(state).iter().sum::<f64>();
            }
        }
        if behind > 0.0 { both / behind } else { 0.0 }
    }

    /// Symbols that are decided wrongly, in front of a precoder's decoder.
    pub fn symbol_error_ratio(&self) -> f64 {
        self.stationary()
            .iter()
            .zip(&self.transitions)
            .map(|(p, [high, low])| p * (high + low))
            .sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_error_ratio_of_runs_is_that_of_two_states() {
        for (start, a) in [(1e-3, 0.5), (1e-9, 0.75), (0.02, 0.0), (0.3, 0.9)] {
            let chain = ErrorChain::bursts(start, a).unwrap();
            let expected = start / (1.0 + start - a);
            assert!(
                (chain.symbol_error_ratio() / expected - 1.0).abs() < 1e-9,
                "{start} {a}"
            );
            let same = ErrorChain::bursts_at(expected, a).unwrap();
            assert!((same.symbol_error_ratio() / expected - 1.0).abs() < 1e-9);
            assert!((same.continuation() - a).abs() < 1e-12);
        }
        let independent = ErrorChain::independent(1e-4).unwrap();
        assert!((independent.symbol_error_ratio() - 1e-4).abs() < 1e-18);
        assert!((independent.continuation() - 1e-4).abs() < 1e-16);
        let wider = independent.with_memory();
        assert!((wider.symbol_error_ratio() - 1e-4).abs() < 1e-16);
    }

    #[test]
    fn impossible_chains_are_refused() {
        assert!(ErrorChain::new(vec![]).is_err());
        assert!(ErrorChain::new(vec![[0.1, 0.1]; 2]).is_err());
        assert!(ErrorChain::new(vec![[0.1, 0.1]; 81]).is_err());
        assert!(ErrorChain::independent(-0.1).is_err());
        assert!(ErrorChain::independent(f64::NAN).is_err());
        assert!(ErrorChain::bursts(0.5, 1.1).is_err());
        assert!(ErrorChain::bursts_at(1.0, 0.5).is_err());
    }
}
