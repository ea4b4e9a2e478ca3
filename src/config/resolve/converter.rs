//! Analogue-to-digital converters in SI units.

use super::Resolver;
use crate::config::converter_tables::ConverterTable;
use crate::config::schema::StageEntry;
use crate::link::Stage;
use crate::receiver::{AnalogToDigitalConverter, FullScale};

impl Resolver<'_> {
    pub(super) fn converter(
        &mut self,
        entry: &StageEntry,
        table: &ConverterTable,
    ) -> Option<Stage> {
        let full_scale = match (&table.full_scale_v, &table.full_scale_over_rms) {
            (Some(full), _) => FullScale::Voltage(full.value),
            (None, Some(loading)) => FullScale::Loading(loading.value),
            (None, None) => {
                let what = " (V), or full_scale_over_rms, such as 3";
                self.missing(entry, "full_scale_v", what);
                return None;
            }
        };
        let bits = table.bits.as_ref();
        if bits.is_none() && table.effective_bits.is_none() {
            self.missing(entry, "bits", ", or effective_bits");
            return None;
        }
        if let (Some(bits), Some(effective)) = (bits, &table.effective_bits)
            && effective.value > bits.value.0 as f64
        {
            let message = format!(
                "`effective_bits` cannot be {} in {}: the converter has {} bits",
                effective.value,
                entry.place(),
                bits.value.0
            );
            let help = format!("allowed: above 0 to {}", bits.value.0);
            self.impossible(&effective.at, message, help);
            return None;
        }
        Some(Stage::Converter(AnalogToDigitalConverter {
            bits: bits.and_then(|bits| u32::try_from(bits.value.0).ok()),
            effective_bits: table.effective_bits.as_ref().map(|v| v.value),
            full_scale,
            aperture_jitter: 1e-15 * table.aperture_jitter_fs.as_ref().map_or(0.0, |v| v.value),
        }))
    }
}
