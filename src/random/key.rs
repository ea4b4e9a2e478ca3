//! The name of a random stream.

use super::stream::Stream;

/// What a random stream stands for. Different sources never share draws.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Source {
    /// Transmitted data symbols.
    Symbols,
    /// Random timing of the transmitted edges.
    TransmitterJitter,
    /// Random timing of the receiver's sampling instants.
    SamplerJitter,
    /// Relative intensity noise of a laser.
    RelativeIntensityNoise,
    /// Phase noise of a laser.
    PhaseNoise,
    /// Shot noise of a photodiode.
    ShotNoise,
    /// Thermal noise of an electrical circuit.
    ThermalNoise,
    /// Amplified spontaneous emission of an optical amplifier.
    AmplifiedSpontaneousEmission,
    /// Mode-partition noise of a laser with several modes.
    ModePartitionNoise,
    /// Modal noise of a multimode fibre.
    ModalNoise,
    /// Light that beats with the signal: echoes and crosstalk.
    Interference,
    /// Symbols of crosstalk's aggressors.
    Crosstalk,
    /// Noise of an electrical driver.
    DriverNoise,
    /// Noise of an analogue-to-digital converter.
    ConverterNoise,
    /// Anything else, told apart by the caller's own number.
    Other(u32),
}

impl Source {
    /// A number that no other source has. It is part of the addressing of draws: changing it
    /// changes every simulated waveform.
    fn code(self) -> u64 {
        match self {
            Self::Symbols => 1,
            Self::TransmitterJitter => 2,
            Self::SamplerJitter => 3,
            Self::RelativeIntensityNoise => 4,
            Self::PhaseNoise => 5,
            Self::ShotNoise => 6,
            Self::ThermalNoise => 7,
            Self::AmplifiedSpontaneousEmission => 8,
            Self::ModePartitionNoise => 9,
            Self::ModalNoise => 10,
            Self::Interference => 11,
            Self::Crosstalk => 20,
            Self::DriverNoise => 21,
            Self::ConverterNoise => 23,
            Self::Other(number) => (1 << 32) | u64::from(number),
        }
    }
}

/// The full name of a random stream: change any field and the draws are independent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct StreamKey {
    /// Seed of the run.
    pub seed: u64,
    /// What the random quantity is.
    pub source: Source,
    /// Lane, from 0.
    pub lane: u32,
    /// Polarisation (or quadrature, where a source needs several per lane), from 0.
    pub polarization: u32,
    /// Fibre span or position along the link, from 0.
    pub span: u32,
}

impl StreamKey {
    /// The stream of draws with this name.
    ///
    /// The fields are absorbed one after the other into two 64-bit words with the output
    /// function of SplitMix64 (G. L. Steele, D. Lea and C. H. Flood, OOPSLA'14,
    /// DOI 10.1145/2660193.2660195), a bijection in which a change of one input bit flips each
    /// output bit with a probability close to one half. The two words, 128 bits, are Philox's key
    /// and the upper half of its counter; two of n names collide with probability n²/2¹²⁹.
    pub fn stream(&self) -> Stream {
        let fields = [
            self.seed,
            self.source.code(),
            u64::from(self.lane),
            u64::from(self.polarization),
            u64::from(self.span),
        ];
        // Fractional parts of √2 and √3: any two different constants start the two words apart.
        let mut words = [0x6A09_E667_F3BC_C908_u64, 0xBB67_AE85_84CA_A73B];
        for word in &mut words {
            for field in fields {
                *word = mix(word.wrapping_add(GOLDEN_GAMMA) ^ field);
            }
        }
        Stream::from_words(words[0], words[1])
    }
}

/// Increment of SplitMix64: 2⁶⁴ divided by the golden ratio.
const GOLDEN_GAMMA: u64 = 0x9E37_79B9_7F4A_7C15;

/// Output function of SplitMix64.
fn mix(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    const KEY: StreamKey = StreamKey {
        seed: 1,
        source: Source::ThermalNoise,
        lane: 0,
        polarization: 0,
        span: 0,
    };

    #[test]
    fn splitmix64_gives_its_published_sequence_for_seed_1234567() {
        // First outputs published with the reference generator (S. Vigna, splitmix64.c).
        let mut state = 1_234_567_u64;
        let mut next = || {
            state = state.wrapping_add(GOLDEN_GAMMA);
            mix(state)
        };
        assert_eq!(next(), 6_457_827_717_110_365_317);
        assert_eq!(next(), 3_203_168_211_198_807_973);
        assert_eq!(next(), 9_817_491_932_198_370_423);
    }

    #[test]
    fn every_field_and_every_source_makes_its_own_stream() {
        let sources = [
            Source::Symbols,
            Source::TransmitterJitter,
            Source::SamplerJitter,
            Source::RelativeIntensityNoise,
            Source::PhaseNoise,
            Source::ShotNoise,
            Source::ThermalNoise,
            Source::AmplifiedSpontaneousEmission,
            Source::Other(0),
            Source::Other(1),
            Source::Other(7),
        ];
        let mut seen = HashSet::new();
        let mut expected = 0;
        for source in sources {
            for seed in [0, 1, 2, u64::MAX] {
                for lane in 0..3 {
                    for polarization in 0..2 {
                        for span in 0..3 {
                            seen.insert(
                                StreamKey {
                                    seed,
                                    source,
                                    lane,
                                    polarization,
                                    span,
                                }
                                .stream(),
                            );
                            expected += 1;
                        }
                    }
                }
            }
        }
        assert_eq!(seen.len(), expected);
    }

    #[test]
    fn flipping_one_bit_of_the_name_flips_about_half_of_the_key() {
        let base = KEY.stream().words();
        let mut variants = Vec::new();
        for bit in 0..64 {
            variants.push(StreamKey {
                seed: KEY.seed ^ (1 << bit),
                ..KEY
            });
        }
        for bit in 0..32 {
            let flip = 1_u32 << bit;
            variants.push(StreamKey { lane: flip, ..KEY });
            variants.push(StreamKey {
                polarization: flip,
                ..KEY
            });
            variants.push(StreamKey { span: flip, ..KEY });
        }
        for key in variants {
            let words = key.stream().words();
            let flipped = (words[0] ^ base[0]).count_ones() + (words[1] ^ base[1]).count_ones();
            // Mean 64, standard deviation √32 = 5.7: 32 is more than five deviations away.
            assert!((32..=96).contains(&flipped), "{key:?}: {flipped}");
        }
    }
}
