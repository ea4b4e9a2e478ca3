//! measure

pub mod density;
