//! copper
