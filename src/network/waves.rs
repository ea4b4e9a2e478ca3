//! Waves of a port against its voltage and current.

use super::{NetworkError, WaveDefinition};
use num_complex::Complex64;

/// V = va·a + vb·b, I = ia·a + ib·b; a = av·V + ai·I, b = bv·V + bi·I of one port.
#[derive(Debug, Clone, Copy)]
pub(super) struct PortWaves {
    pub va: Complex64,
    pub vb: Complex64,
    pub ia: Complex64,
    pub ib: Complex64,
    pub av: Complex64,
    pub ai: Complex64,
    pub bv: Complex64,
    pub bi: Complex64,
}

impl PortWaves {
    /// Of port `port` (from 0) with reference impedance `z`.
    pub fn new(
        definition: WaveDefinition,
        z: Complex64,
        port: usize,
    ) -> Result<Self, NetworkError> {
        let undefined = || NetworkError::Reference {
            port: port + 1,
            impedance: z,
            definition: definition.name(),
        };
        if !z.is_finite() || z == Complex64::ZERO {
            return Err(undefined());
        }
        // b = k·(V − zb·I) with zb = z* for power waves and z for the others.
        let (k, zb) = match definition {
            WaveDefinition::Power if z.re > 0.0 => {
                (Complex64::new(0.5 / z.re.sqrt(), 0.0), z.conj())
            }
            WaveDefinition::Pseudo if z.re > 0.0 => {
                (Complex64::new(0.5 * z.re.sqrt() / z.norm(), 0.0), z)
            }
            WaveDefinition::Traveling => (0.5 / z.sqrt(), z),
            _ => return Err(undefined()),
        };
        // a = k(V + zI), b = k(V − zb·I): V = (zb·a + z·b)/(k(z + zb)), I = (a − b)/(k(z + zb)).
        let per = (k * (z + zb)).inv();
        Ok(Self {
            va: zb * per,
            vb: z * per,
            ia: per,
            ib: -per,
            av: k,
            ai: k * z,
            bv: k,
            bi: -k * zb,
        })
    }

    /// Of every port of one point.
    pub fn of(definition: WaveDefinition, z: &[Complex64]) -> Result<Vec<Self>, NetworkError> {
        z.iter()
            .enumerate()
            .map(|(port, &z)| Self::new(definition, z, port))
            .collect()
    }
}
