//! The `eyespan` program.
fn main() {}
