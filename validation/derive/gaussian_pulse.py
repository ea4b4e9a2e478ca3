"""Broadening of Gaussian pulses by second- and third-order dispersion.

A pulse exp(−(1 − jC)t²/2T0²), C > 0 for a frequency that rises with time and the time factor
e^{+jωt}, keeps its shape in a fibre with β2 alone and broadens to

    T1/T0 = √((1 + Cβ2z/T0²)² + (β2z/T0²)²).

At the zero-dispersion wavelength β3 alone acts on the unchirped pulse; its root-mean-square width
of intensity, σ0 = T0/√2 at the start, becomes

    σ²/σ0² = 1 + ½(β3z/4σ0³)².

Source: G. P. Agrawal, Nonlinear Fiber Optics, 5th ed., Academic Press 2013, section 3.2.2,
eq. (3.2.19), and section 3.3.2, the root-mean-square width of a Gaussian pulse, with β2 = 0.
Agrawal's time factor is e^{−iωt}: his fields are the complex conjugates of those written here and
the widths are the same.

Second route: the sampled field is passed through exp(−jβ2ω²z/2 − jβ3ω³z/6) by FFT and the width
taken from the moments of its intensity.  The number of points and the width of the window are
doubled to show that neither matters.
"""

import sys

sys.dont_write_bytecode = True

import numpy as np

from table import Table, dispersion_to_beta2

PICOSECOND = 1e-12


def broadening(beta2, distance, width, chirp=0.0):
    """T1/T0."""
    ratio = beta2 * distance / width**2
    return np.sqrt((1 + chirp * ratio) ** 2 + ratio**2)


def third_order_broadening(beta3, distance, width):
    """σ/σ0 of an unchirped pulse under β3 alone."""
    sigma = width / np.sqrt(2)
    return np.sqrt(1 + 0.5 * (beta3 * distance / (4 * sigma**3)) ** 2)


def propagated(beta2, beta3, distance, width, chirp=0.0, points=8192, window=200.0):
    """Ratio of root-mean-square widths of a propagated field; `window` in units of T0."""
    step = window * width / points
    time = (np.arange(points) - points // 2) * step
    omega = 2 * np.pi * np.fft.fftfreq(points, step)
    field = np.exp(-(1 - 1j * chirp) * time**2 / (2 * width**2))
    fibre = np.exp(-1j * (beta2 * omega**2 / 2 + beta3 * omega**3 / 6) * distance)
    return rms_width(time, np.fft.ifft(np.fft.fft(field) * fibre)) / rms_width(time, field)


def rms_width(time, field):
    """Root of the second central moment of the intensity."""
    weight = np.abs(field) ** 2
    weight /= weight.sum()
    centre = (time * weight).sum()
    return np.sqrt(((time - centre) ** 2 * weight).sum())


def main():
    table = Table(__doc__)
    width = 10 * PICOSECOND
    for dispersion in (17e-6, -17e-6):
        beta2 = dispersion_to_beta2(dispersion, 1550e-9)
        for chirp in (0.0, 2.0, -2.0):
            if chirp == 0.0 and dispersion < 0:
                continue  # identical to D = +17 without chirp
            for kilometres in (1, 2, 5, 10, 20):
                arguments = (beta2, 0.0, kilometres * 1e3, width, chirp)
                table.add(
                    f"T0 10 ps, D {dispersion * 1e6:+g}, C {chirp:+g}, {kilometres} km",
                    "T1/T0",
                    broadening(beta2, kilometres * 1e3, width, chirp),
                    "",
                    propagated(*arguments),
                    1e-9,
                    digits=10,
                )
    beta3 = 0.07636e-39  # s³/m
    for kilometres in (1, 10, 20):
        table.add(
            f"T0 1 ps, beta3 0.07636 ps^3/km, {kilometres} km",
            "sigma/sigma0",
            third_order_broadening(beta3, kilometres * 1e3, PICOSECOND),
            "",
            propagated(0.0, beta3, kilometres * 1e3, PICOSECOND),
            1e-9,
            digits=10,
        )
    length = width**2 / abs(dispersion_to_beta2(17e-6, 1550e-9))
    table.add("T0 10 ps, D 17, 1550 nm", "dispersion length", length, "m", digits=8)

    beta2 = dispersion_to_beta2(17e-6, 1550e-9)
    table.note("Convergence of the propagated ratio, C = -2, 20 km, D 17 (exact: formula above):")
    exact = broadening(beta2, 20e3, width, -2.0)
    for points, window in ((256, 50.0), (512, 100.0), (1024, 100.0), (4096, 200.0), (8192, 400.0)):
        error = abs(propagated(beta2, 0.0, 20e3, width, -2.0, points, window) - exact)
        table.note(f"  {points:5d} points, window {window:3g} T0: error {error:.1e}")
    table.finish()


if __name__ == "__main__":
    main()
