"""Power fading of intensity modulation and direct detection over a dispersive fibre.

The two sidebands of an intensity tone of frequency f are turned against the carrier by
θ = πλ²DLf²/c, so that the photocurrent carries the tone multiplied by

    H(f) = cos θ − α sin θ

where α is the transient chirp parameter of E = √P·exp(+j(α/2)·ln P) and the time factor is
e^{+jωt}.  The nulls are at

    f_u² L = c/(2Dλ²)·(1 + 2u − (2/π)·atan α),   u = 0, 1, 2 …

which without chirp is f_k = √((2k+1)c/(2DLλ²)).

Source: F. Devaux, Y. Sorel, J. F. Kerdiles, "Simple measurement of fiber dispersion and of chirp
parameter of intensity modulated light emitter", J. Lightwave Technol. 11(12), 1937–1940, 1993,
DOI 10.1109/50.257953.

Second route: the field of a source modulated by a depth m is formed sample by sample, passed
through the fibre exp(−jβ2ω²L/2) by FFT, squared, and the tone read from the spectrum.  Nothing in
it is linearised; the depth is reduced until the answer stands still.
"""

import sys

sys.dont_write_bytecode = True

import numpy as np
from scipy.optimize import brentq

from table import SPEED_OF_LIGHT, Table, dispersion_to_beta2

NANOMETRE = 1e-9
PS_PER_NM_KM = 1e-6  # s/m²


def null(order, dispersion, length, wavelength, alpha=0.0):
    """Frequency in Hz of one null, from the formula of Devaux.

    For D < 0 the bracket that stays positive is the one with the sign of the chirp reversed.
    """
    chirp = np.arctan(alpha) * np.sign(dispersion)
    bracket = 1 + 2 * order - 2 / np.pi * chirp
    return np.sqrt(SPEED_OF_LIGHT / (2 * abs(dispersion) * wavelength**2) * bracket / length)


def response(frequency, dispersion, length, wavelength, alpha=0.0):
    """cos θ − α sin θ, with its sign."""
    theta = np.pi * wavelength**2 * dispersion * length * frequency**2 / SPEED_OF_LIGHT
    return np.cos(theta) - alpha * np.sin(theta)


def propagated(frequency, dispersion, length, wavelength, alpha=0.0, depth=1e-4, samples=64):
    """The same from a propagated field: one period of the tone on `samples` points."""
    omega = 2 * np.pi * frequency * np.fft.fftfreq(samples, 1 / samples)
    power = 1 + depth * np.cos(2 * np.pi * np.arange(samples) / samples)
    field = np.sqrt(power) * np.exp(0.5j * alpha * np.log(power))
    beta2 = dispersion_to_beta2(dispersion, wavelength)
    fibre = np.exp(-0.5j * beta2 * length * omega**2)
    received = np.abs(np.fft.ifft(np.fft.fft(field) * fibre)) ** 2
    return (np.fft.fft(received)[1] / np.fft.fft(power)[1]).real


def main():
    table = Table(__doc__)
    fibre17 = (17 * PS_PER_NM_KM, 1550 * NANOMETRE)

    def add_nulls(case, dispersion, length, wavelength, alpha, orders):
        for order in orders:
            expected = null(order, dispersion, length, wavelength, alpha)
            found = brentq(
                lambda f: propagated(f, dispersion, length, wavelength, alpha),
                0.97 * expected,
                1.03 * expected,
                xtol=1.0,
            )
            table.add(case, f"null {order}", expected / 1e9, "GHz", found / 1e9, 1e-4, digits=8)

    for kilometres in (2, 10, 20, 40, 80):
        dispersion, wavelength = fibre17
        case = f"1550 nm, D 17, {kilometres} km"
        add_nulls(case, dispersion, kilometres * 1e3, wavelength, 0.0, range(3))
    for alpha in (-1.0, -0.7, 0.5, 1.0, 3.0):
        dispersion, wavelength = fibre17
        case = f"1550 nm, D 17, 20 km, alpha {alpha:+}"
        add_nulls(case, dispersion, 20e3, wavelength, alpha, range(3))
    add_nulls("193.1 THz, D 16, 6 km", 16e-6, 6e3, SPEED_OF_LIGHT / 193.1e12, 0.0, [0])
    add_nulls("1264.5 nm, D -5.5, 10 km", -5.5e-6, 10e3, 1264.5e-9, 0.0, [0])
    for alpha in (0.0, 1.0, -1.0):
        inputs = (10e9, 17e-6, 20e3, 1550e-9, alpha)
        table.add(
            f"1550 nm, D 17, 20 km, alpha {alpha:+}",
            "|H(10 GHz)|",
            abs(response(*inputs)),
            "",
            abs(propagated(*inputs)),
            1e-6,
        )

    grid = np.linspace(0.5e9, 40e9, 400)
    for depth in (1e-1, 1e-2, 1e-3):
        worst = 0.0
        for alpha in (-1.0, 0.0, 1.0):
            for frequency in grid:
                inputs = (frequency, 17e-6, 20e3, 1550e-9, alpha)
                worst = max(worst, abs(propagated(*inputs, depth) - response(*inputs)))
        # Products of third order in the depth are what the formula leaves out.
        table.add(
            f"20 km, 0.5-40 GHz, depth {depth:g}",
            "largest error of H",
            worst,
            "",
            0.0,
            depth**2,
            digits=3,
        )
    fine = propagated(10e9, 17e-6, 20e3, 1550e-9, 1.0, 1e-4, 256)
    coarse = propagated(10e9, 17e-6, 20e3, 1550e-9, 1.0, 1e-4, 64)
    table.note(f"64 against 256 samples a period: H(10 GHz) moves by {abs(fine - coarse):.1e}.")
    table.note("The error of the formula falls as the square of the modulation depth.")
    table.finish()


if __name__ == "__main__":
    main()
