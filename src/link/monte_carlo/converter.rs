//! Samples that an analogue-to-digital converter takes in a block of counted errors.

use super::{HALF_WIDTH, MonteCarlo, Workspace};
use crate::receiver::Conversion;
use crate::signal::{Interpolator, kernels};

impl MonteCarlo {
    /// Converts the samples that the decisions of `take` symbols from `symbol` on draw on, into
    /// `workspace.extra`: the earliest first, as many more as there are taps beyond one. The decision sample of
    /// `symbol` stands at sample `base` of the block.
    pub(super) fn convert(
        &self,
        conversion: &Conversion,
        symbol: i64,
        base: isize,
        take: usize,
        workspace: &mut Workspace,
    ) {
        let sps = self.plan.samples_per_symbol;
        let taps = &self.rule.taps;
        let reach = taps.feed_forward.len().max(1) - 1;
        let ahead = (reach - taps.precursor.min(reach)).cast_signed();
        let Workspace {
            real,
            extra,
            noise,
            decimated,
            ..
        } = workspace;
        extra.resize(take + reach, 0.0);
        noise.resize(take + reach, 0.0);
        let first = symbol - ahead as i64;
        if self.decimation.is_some() {
            let from = (base.div_euclid(sps.cast_signed()) - ahead)
                .max(0)
                .cast_unsigned();
            extra.copy_from_slice(&decimated[from..][..take + reach]);
        } else {
            let aperture = conversion.aperture_jitter * self.plan.sampling_rate();
            self.sampler_gaussian.fill_gaussian(first, noise);
            let last = real.len() - HALF_WIDTH - 1;
            let begin = base - ahead * sps.cast_signed();
            for (k, (sample, moved)) in extra.iter_mut().zip(noise.iter()).enumerate() {
                let time = self.rule.fraction + aperture * moved;
                let floor = time.floor();
                #[allow(clippy::cast_possible_truncation)]
                let at = begin + (k * sps).cast_signed() + floor as isize;
                let at = at.max(HALF_WIDTH.cast_signed()).cast_unsigned().min(last);
                *sample = Interpolator::new(time - floor).at(&real[at + 1 - HALF_WIDTH..]);
            }
        }
        let deviation = conversion.noise_variance().sqrt();
        if deviation > 0.0 {
            self.converter_noise.fill_gaussian(first, noise);
            kernels::add_scaled(extra, noise, deviation);
        }
        for sample in extra.iter_mut() {
            *sample = conversion.convert(*sample);
        }
    }
}
