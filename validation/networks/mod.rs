//! Networks: Touchstone files as another program reads them, conversions, mixed modes, cascade,
//! quality metrics, responses in time.

mod circuits;
mod files;

use super::checks::Case;

const AREA: &str = "networks";
pub const EXAMPLE: &str = "PyChOpMarg, chnl_data/example2_THRU.s4p (BSD-3-Clause), values by NumPy from its \
     numbers";

pub fn cases() -> Vec<Case> {
    let mut cases = circuits::cases();
    cases.extend(files::cases());
    cases
}
