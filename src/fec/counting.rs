//! Codewords sent over a line with errors and decoded: the counted side of what [`Line`] computes.

use super::line::Hit;
use super::{Decoding, ErrorChain, FecError, Line, ReedSolomon, ReedSolomonCodec};
use crate::random::{Source, Stream, StreamKey};
use rayon::prelude::*;

/// Line symbols in front of a block in which the chain of errors comes to its stationary state.
const WARM_UP: usize = 256;
/// Number of this use of random streams.
const STREAM: u32 = 0x4645_4300;

/// What was counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct CodewordCounts {
    /// Blocks of interleaved codewords.
    pub blocks: u64,
    /// Blocks of which a codeword was not corrected.
    pub failed_blocks: u64,
    /// Codewords.
    pub codewords: u64,
    /// Codewords that were not corrected.
    pub failed: u64,
    /// Of these, those that the decoder took for another codeword.
    pub miscorrected: u64,
    /// First codewords of their block that were not corrected: as many trials as there are blocks, and
    /// independent of each other.
    pub first_failed: u64,
    /// Symbols of the code that were wrong in front of the decoder.
    pub symbol_errors: u64,
    /// Bits that were wrong in front of the decoder.
    pub bit_errors: u64,
    /// Bits that are wrong behind it.
    pub bit_errors_left: u64,
    /// Bits of all codewords.
    pub bits: u64,
}

impl CodewordCounts {
    /// Sums two counts.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self {
            blocks: self.blocks + other.blocks,
            failed_blocks: self.failed_blocks + other.failed_blocks,
            codewords: self.codewords + other.codewords,
            failed: self.failed + other.failed,
            miscorrected: self.miscorrected + other.miscorrected,
            first_failed: self.first_failed + other.first_failed,
            symbol_errors: self.symbol_errors + other.symbol_errors,
            bit_errors: self.bit_errors + other.bit_errors,
            bit_errors_left: self.bit_errors_left + other.bit_errors_left,
            bits: self.bits + other.bits,
        }
    }

    /// Counts a block of codewords as they were sent and as they were received.
    ///
    /// # Errors
    /// [`FecError::Word`] where they do not belong to the code.
    pub fn of_block(
        codec: &ReedSolomonCodec,
        sent: &[Vec<u16>],
        received: &mut [Vec<u16>],
        bits_per_symbol: u32,
    ) -> Result<Self, FecError> {
        let wrong = |a: &[u16], b: &[u16]| -> (u64, u64) {
            a.iter().zip(b).fold((0, 0), |(symbols, bits), (x, y)| {
                let bad = u64::from((x ^ y).count_ones());
                (symbols + u64::from(bad > 0), bits + bad)
            })
        };
        let mut counts = Self {
            blocks: 1,
            ..Self::default()
        };
        for (k, (sent, received)) in sent.iter().zip(received).enumerate() {
            let (symbols, bits) = wrong(sent, received);
            counts.symbol_errors += symbols;
            counts.bit_errors += bits;
            let decoding = codec.decode(received)?;
            let (_, left) = wrong(sent, received);
            counts.bit_errors_left += left;
            let failed = u64::from(left > 0);
            counts.failed += failed;
            counts.failed_blocks = counts.failed_blocks.max(failed);
            if k == 0 {
                counts.first_failed += failed;
            }
            if left > 0 && decoding != Decoding::Uncorrectable {
                counts.miscorrected += 1;
            }
            counts.codewords += 1;
            counts.bits += sent.len() as u64 * u64::from(bits_per_symbol);
        }
        Ok(counts)
    }
}

/// One of the random streams of a block of codewords.
pub(super) fn block_stream(number: u32, seed: u64, block: u32, which: u32) -> Stream {
    StreamKey {
        seed,
        source: Source::Other(number),
        lane: 0,
        polarization: which,
        span: block,
    }
    .stream()
}

/// Codewords of random messages of symbols of so many bits, one from each stream.
pub(super) fn random_codewords(
    codec: &ReedSolomonCodec,
    bits_per_symbol: u32,
    streams: impl Iterator<Item = Stream>,
) -> Result<Vec<Vec<u16>>, FecError> {
    let shift = 32 - bits_per_symbol;
    streams
        .map(|stream| {
            let mut draws = vec![0u32; codec.message_symbols()];
            stream.fill_uniform_u32(0, &mut draws);
            #[allow(clippy::cast_possible_truncation)] // at most 16 bits are left
            let message: Vec<u16> = draws.iter().map(|draw| (draw >> shift) as u16).collect();
            codec.encode(&message)
        })
        .collect()
}

impl Line {
    /// Sends blocks of random codewords over the line and decodes them, on all threads; the counts are
    /// the same for any number of them. Probabilities are those of the chain rounded to 2⁻³².
    ///
    /// # Errors
    /// Where there is no such code, or its symbols cannot be sent like that.
    pub fn count(
        &self,
        code: &ReedSolomon,
        blocks: u32,
        seed: u64,
    ) -> Result<CodewordCounts, FecError> {
        let codec = ReedSolomonCodec::new(code)?;
        let length = self.symbols_of_a_turn(code)?;
        let chain = self.errors.with_memory();
        (0..blocks)
            .into_par_iter()
            .map(|block| {
                let stream = |which| block_stream(STREAM, seed, block, which);
                let messages = (0..self.interleaving.codewords).map(|k| stream(16 + k));
                let sent = random_codewords(&codec, code.bits_per_symbol, messages)?;
                let mut received = sent.clone();
                let turns = code.codeword_symbols as usize / self.interleaving.multiplexed as usize
                    * self.interleaving.codewords as usize;
                let mut draws = vec![0u32; WARM_UP + turns * length];
                stream(0).fill_uniform_u32(0, &mut draws);
                self.disturb(&chain, length, &draws, &stream(1), &mut received);
                CodewordCounts::of_block(&codec, &sent, &mut received, code.bits_per_symbol)
            })
            .try_reduce(CodewordCounts::default, |a, b| Ok(a.and(b)))
    }

    /// Lets the chain run through the draws and flips the bits it hits.
    fn disturb(
        &self,
        chain: &ErrorChain,
        length: usize,
        draws: &[u32],
        which: &Stream,
        received: &mut [Vec<u16>],
    ) {
        const SCALE: f64 = 4_294_967_296.0;
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // probabilities
        let limits: Vec<[u64; 2]> = (0..chain.states())
            .map(|state| {
                let [high, low] = chain.errors(state);
                [
                    (high * SCALE).round() as u64,
                    ((high + low) * SCALE).round() as u64,
                ]
            })
            .collect();
        let multiplexed = self.interleaving.multiplexed as usize;
        let first_share = self.first_bit_share();
        let (warm_up, draws) = draws.split_at(WARM_UP.min(draws.len()));
        let mut state = 0;
        let step = |state: usize, draw: u32| {
            let ([high, either], draw) = (limits[state], u64::from(draw));
            if draw < high {
                1
            } else if draw < either {
                2
            } else {
                0
            }
        };
        for draw in warm_up {
            state = chain.next(state, step(state, *draw));
        }
        let mut flip = |line_symbol: usize, bit: usize| {
            let turn = line_symbol / length;
            let place = line_symbol % length * self.bits_per_symbol as usize + bit;
            let codeword = (place % multiplexed + turn) % received.len();
            // Symbols of this codeword in earlier turns, and at earlier places of this one.
            let round = turn / received.len();
            let before = (round * received.len()..turn)
                .map(|t| self.own_places(codeword, t, received.len()).count())
                .sum::<usize>();
            let here = self
                .own_places(codeword, turn, received.len())
                .take_while(|p| *p < place % multiplexed)
                .count();
            received[codeword][round * multiplexed + before + here] ^= 1 << (place / multiplexed);
        };
        for (k, draw) in draws.iter().enumerate() {
            if state == 0 && u64::from(*draw) >= limits[0][1] {
                continue;
            }
            let error = step(state, *draw);
            match self.hit(state % 3, error) {
                Hit::None => {}
                Hit::One => {
                    let mut draw = [0];
                    #[allow(clippy::cast_possible_wrap)] // a place in a block
                    which.fill_uniform_u32(k as i64, &mut draw);
                    let first = f64::from(draw[0]) / SCALE < first_share;
                    let last = self.bits_per_symbol as usize - 1;
                    flip(k, if first { 0 } else { last });
                }
                Hit::Both => {
                    flip(k, 0);
                    flip(k, 1);
                }
            }
            state = chain.next(state, error);
        }
    }

    /// Places of a turn that hold symbols of a codeword.
    fn own_places(
        &self,
        codeword: usize,
        turn: usize,
        codewords: usize,
    ) -> impl Iterator<Item = usize> {
        (0..self.interleaving.multiplexed as usize)
            .filter(move |place| (place + turn) % codewords == codeword)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fec::Interleaving;

    #[test]
    fn every_bit_of_every_codeword_is_reached_once() {
        let code = ReedSolomon::new("RS(12,8)", 12, 8, 4).unwrap();
        for (codewords, multiplexed, bits_per_symbol) in [
            (1, 1, 1),
            (2, 1, 2),
            (2, 4, 2),
            (4, 2, 2),
            (3, 4, 1),
            (4, 4, 2),
        ] {
            // All symbols wrong, both bits hit: what a chain that always errs to the same side does
            // behind a precoder's decoder.
            let line = Line {
                errors: ErrorChain::new(vec![[1.0, 0.0]; 3]).unwrap(),
                bits_per_symbol,
                precoded: bits_per_symbol == 2,
                interleaving: Interleaving {
                    codewords,
                    multiplexed,
                },
            };
            let length = line.symbols_of_a_turn(&code).unwrap();
            let turns = (12 / multiplexed * codewords) as usize;
            let mut received = vec![vec![0u16; 12]; codewords as usize];
            let draws = vec![7; WARM_UP + turns * length];
            let which = block_stream(STREAM, 1, 0, 1);
            line.disturb(&line.errors, length, &draws, &which, &mut received);
            assert!(
                received.iter().flatten().all(|s| *s == 15),
                "{codewords} {multiplexed}: {received:?}"
            );
        }
    }

    #[test]
    fn counts_do_not_depend_on_the_threads() {
        let line = Line {
            errors: ErrorChain::bursts_at(4e-3, 0.5).unwrap(),
            bits_per_symbol: 2,
            precoded: false,
            interleaving: Interleaving::symbols(2),
        };
        let code = ReedSolomon::kr4();
        let count = |threads| {
            rayon::ThreadPoolBuilder::new()
                .num_threads(threads)
                .build()
                .unwrap()
                .install(|| line.count(&code, 200, 5).unwrap())
        };
        let one = count(1);
        assert_eq!(one, count(3));
        assert!(one.failed > 0 && one.codewords == 400 && one.bits == 400 * 5280);
        assert_ne!(one, line.count(&code, 200, 6).unwrap());
    }
}
