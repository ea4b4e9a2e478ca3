//! To come.
use super::checks::Case;
pub fn cases() -> Vec<Case> {
    Vec::new()
}
