//! Physical constants, CODATA 2018 (Tiesinga et al., Rev. Mod. Phys. 93, 025010, 2021,
//! DOI 10.1103/RevModPhys.93.025010). The first four are exact by the definition of the SI.

/// Speed of light in vacuum, m/s (exact).
pub const SPEED_OF_LIGHT: f64 = 299_792_458.0;
/// Planck constant, J·s (exact).
pub const PLANCK: f64 = 6.626_070_15e-34;
/// Elementary charge, C (exact).
pub const ELEMENTARY_CHARGE: f64 = 1.602_176_634e-19;
/// Boltzmann constant, J/K (exact).
pub const BOLTZMANN: f64 = 1.380_649e-23;
/// Vacuum permeability, H/m.
pub const VACUUM_PERMEABILITY: f64 = 1.256_637_062_12e-6;
/// Vacuum permittivity, F/m.
pub const VACUUM_PERMITTIVITY: f64 = 8.854_187_812_8e-12;
