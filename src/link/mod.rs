//! A link: stages from bits to decision, and the engines that run it.

pub mod description;

pub use description::*;
