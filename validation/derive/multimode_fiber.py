"""Multimode fibre: bandwidths, mode groups of a graded-index core, and the laser in front of it.

    Gaussian response      |H| = 1/2 at BW (-3 dB optical): deviation sqrt(ln2/2)/(pi BW)
    chromatic dispersion   deviation L dl sqrt(D1^2 + D2^2), D1 = S0 l/4 (1 - (l0/l)^4),
                           D2 = S dl/sqrt 2, S = S0/4 (1 + 3 (l0/l)^4) the slope at l
    mode-partition noise   k/sqrt 2 (1 - exp(-(pi B D1 L dl)^2)) of half the modulation amplitude
    modal noise            sqrt(1 - 10^(-penalty/5))/Q of half the modulation amplitude, Q = 7.037
    mode groups            M = n1 k a sqrt(alpha D/(alpha + 2)), x = m/M,
                           tau = N1/c D y [c1 + c2 D y], y = x^(2 alpha/(alpha + 2)),
                           c1 = (alpha - 2 - e)/(alpha + 2), c2 = (3 alpha - 2 - 2e)/(2 alpha + 4)
    launch                 overfilled: p_m = m; Gaussian near field exp(-r^2/w^2):
                           p_m = m u^(2 - alpha) exp(-u^2), u = a x^(2/alpha)/w
    laser                  H = fr^2/(fr^2 - f^2 + j f G/2 pi), G = K fr^2 + G0; limit 2 pi sqrt 2/K
    eye                    rectangular bits through fibre and a fourth-order Bessel-Thomson filter of
                           0.75 B: 2 p_0 - sum |p_k| over its largest value, at the best instant

Sources: R. Olshansky and D. B. Keck, Appl. Opt. 15, 483 (1976), DOI 10.1364/AO.15.000483 (delays,
and the rms delay of equally excited modes in closed form); IEEE 802.3ae link model
10GEPBud3_1_16a.xls (bandwidths); K. Ogawa, IEEE J. Quantum Electron. 18, 849 (1982); L. A. Coldren,
S. W. Corzine, M. L. Masanovic, Diode Lasers and Photonic Integrated Circuits, 2nd ed., section 5.3.

Second routes: the variance of a delay under a Gaussian spectrum by quadrature; the closed form of
the rms delay against the sum over some 2000 groups of a core a hundred times wider; bandwidths on a
time axis; eyes with half the samples.
"""

import sys

sys.dont_write_bytecode = True

import numpy as np
from scipy.integrate import quad
from scipy.optimize import brentq

from table import SPEED_OF_LIGHT, Table

PS_NM_KM = 1e-6
GAUSSIAN = np.sqrt(np.log(2) / 2) / np.pi


def dispersion(wavelength, zero, slope):
    """D in s/m^2 and its slope in s/m^3."""
    r = (zero / wavelength) ** 4
    return slope / 4 * wavelength * (1 - r), slope / 4 * (1 + 3 * r)


def chromatic_deviation(length, width, d, s):
    return length * width * np.hypot(d, s * width / np.sqrt(2))


def deviation_by_quadrature(length, width, d, s):
    weight = lambda x: np.exp(-x * x / 2) / np.sqrt(2 * np.pi)
    delay = lambda x: length * (d * width * x + s * (width * x) ** 2 / 2)
    mean = quad(lambda x: weight(x) * delay(x) * 1e12, -12, 12, limit=400)[0] / 1e12
    square = quad(lambda x: weight(x) * ((delay(x) - mean) * 1e12) ** 2, -12, 12, limit=400)[0]
    return np.sqrt(square) / 1e12


class Profile:
    """A graded-index core."""

    def __init__(self, alpha, radius=25e-6, n1=1.467, group=1.483, delta=0.01, epsilon=0.0):
        self.alpha, self.radius, self.n1, self.group = alpha, radius, n1, group
        self.delta, self.epsilon = delta, epsilon
        self.c1 = (alpha - 2 - epsilon) / (alpha + 2)
        self.c2 = (3 * alpha - 2 - 2 * epsilon) / (2 * (alpha + 2))

    def groups(self, wavelength, launch=None):
        """Delays per metre about their mean, and powers."""
        a = self.alpha
        count = (
            self.n1 * 2 * np.pi / wavelength * self.radius * np.sqrt(a * self.delta / (a + 2))
        )
        m = np.arange(1, int(count) + 1)
        x = m / count
        y = x ** (2 * a / (a + 2))
        delay = self.group / SPEED_OF_LIGHT * self.delta * y * (self.c1 + self.c2 * self.delta * y)
        power = m.astype(float)
        if launch:
            u = self.radius * x ** (2 / a) / launch
            power *= u ** (2 - a) * np.exp(-u * u)
        power /= power.sum()
        return delay - (delay * power).sum(), power

    def closed_deviation(self):
        """Olshansky and Keck, all modes with the same power."""
        a, d, c1, c2 = self.alpha, self.delta, self.c1, self.c2
        bracket = (
            c1**2
            + 4 * c1 * c2 * d * (a + 1) / (2 * a + 1)
            + 16 * d**2 * c2**2 * (a + 1) ** 2 / ((5 * a + 2) * (3 * a + 2))
        )
        scale = self.group * d / (2 * SPEED_OF_LIGHT) * a / (a + 1)
        return scale * np.sqrt((a + 2) / (3 * a + 2) * bracket)


def deviation(groups):
    delay, power = groups
    return np.sqrt((power * delay**2).sum())


def transfer(groups, product):
    delay, power = groups
    return (power * np.exp(-2j * np.pi * np.multiply.outer(product, delay))).sum(-1)


def bandwidth(groups):
    """First product of frequency and length with |H| = 1/2."""
    step = 0.02 / np.abs(groups[0]).max()
    grid = step * np.arange(1, 3000)
    below = np.nonzero(np.abs(transfer(groups, grid)) < 0.5)[0][0]
    return brentq(
        lambda p: abs(transfer(groups, p)) - 0.5, grid[below] - step, grid[below], xtol=1.0, rtol=1e-14
    )


def opening(fiber, rate, samples=128, symbols=64):
    """Opening of the eye of two levels behind fibre(f) and the receiver's filter."""
    n = samples * symbols
    f = np.fft.fftfreq(n, 1 / (rate * samples))
    y = 2.113917674904216j * f / (0.75 * rate)
    filtered = 105 / (105 + 105 * y + 45 * y**2 + 10 * y**3 + y**4)
    sinc = np.sinc(f / rate)
    pulse = np.fft.ifft(filtered * sinc * fiber(f)).real * samples
    cursors = pulse.reshape(symbols, samples)
    largest = np.abs(cursors).max(0)
    return (2 * largest - np.abs(cursors).sum(0)).max()


def main():
    t = Table(__doc__)
    t.add("Gaussian", "deviation times bandwidth", GAUSSIAN, "", digits=12)
    t.add("OM4 100 m, EMB 4700", "modal deviation", 1e12 * GAUSSIAN / 47e9, "ps", digits=8)
    d, s = dispersion(840e-9, 1320e-9, 110.0)
    t.add("840 nm, l0 1320, S0 0.11", "D", d / PS_NM_KM, "ps/(nm km)", digits=10)
    for width in (0.29e-9, 0.6e-9):
        sigma = chromatic_deviation(100, width, d, s)
        check = deviation_by_quadrature(100, width, d, s)
        t.add(
            f"the same, {width * 1e9} nm, 100 m", "chromatic bandwidth", GAUSSIAN / sigma / 1e9,
            "GHz", check=GAUSSIAN / check / 1e9, allowed=1e-6, digits=9,
        )  # fmt: skip
    s0 = dispersion(1320e-9, 1320e-9, 110.0)[1]
    sigma = chromatic_deviation(2000, 2e-9, 0.0, s0)
    t.add(
        "1320 nm, l0 1320, S0 0.11, 2 nm, 2 km", "chromatic deviation", sigma * 1e12, "ps",
        check=deviation_by_quadrature(2000, 2e-9, 0.0, s0) * 1e12, allowed=1e-9, digits=9,
    )  # fmt: skip
    for zero, slope in ((1310e-9, 105.0), (1340e-9, 0.375 * (1590 - 1340))):
        d850, _ = dispersion(850e-9, zero, slope)
        name = f"OM4 worst, l0 {zero * 1e9:.0f} nm"
        t.add(name, "D at 850 nm", d850 / PS_NM_KM, "ps/(nm km)", digits=8)
    for length, rate, width in ((300, 10.3125e9, 0.29e-9), (100, 53.125e9, 0.6e-9)):
        beta = np.pi * rate * d * length * width
        sigma = 0.3 / np.sqrt(2) * (1 - np.exp(-(beta**2)))
        t.add(f"k 0.3, {length} m, {rate / 1e9} GBd", "mode-partition deviation", sigma, digits=9)

    modal = np.sqrt(1 - 10 ** (-0.3 / 5)) / 7.037
    t.add("modal noise of 0.3 dB", "deviation", modal, digits=9)

    resonance, damping = 20e9, 0.25e-9 * 400e18 + 10e9
    laser = lambda f: resonance**2 / (resonance**2 - f**2 + 1j * f * damping / (2 * np.pi))
    half = brentq(lambda f: abs(laser(f)) - np.sqrt(0.5), 15e9, 60e9, xtol=1e-3)
    a = resonance**2 - (damping / (2 * np.pi)) ** 2 / 2
    closed = np.sqrt(a + np.sqrt(a * a + resonance**4))
    t.add("laser 20 GHz, K 0.25 ns, 10/ns", "damping", damping, "1/s")
    t.add(
        "laser 20 GHz, K 0.25 ns, 10/ns", "bandwidth", half / 1e9, "GHz", check=closed / 1e9,
        allowed=1e-9, digits=9,
    )  # fmt: skip
    t.add("laser without damping", "bandwidth over resonance", np.sqrt(1 + np.sqrt(2)), digits=8)
    for k in (0.2, 0.3):
        t.add(f"K {k} ns", "damping limit", 2 * np.pi * np.sqrt(2) / k, "GHz", digits=8)

    for alpha in (1.9, 1.976, 2.1):
        wide = Profile(alpha, radius=2.5e-3)
        t.add(
            f"core 100 times wider, alpha {alpha}", "rms delay, equal powers",
            deviation(wide.groups(850e-9)) * 1e12, "ps/m", check=wide.closed_deviation() * 1e12,
            allowed=1e-3 * wide.closed_deviation() * 1e12, digits=9,
        )  # fmt: skip
        t.add(
            f"core 100 times wider, alpha {alpha}", "rms delay, closed form",
            wide.closed_deviation() * 1e12, "ps/m", digits=9,
        )  # fmt: skip
    cases = (
        ("alpha 2.05, overfilled", Profile(2.05), None),
        ("alpha 2.05, 9 um", Profile(2.05), 9e-6),
        ("alpha 2.01, 9 um", Profile(2.01), 9e-6),
        ("alpha 1.93, 9 um", Profile(1.93), 9e-6),
        ("alpha 1.93, 15 um", Profile(1.93), 15e-6),
    )
    rate = 10.3125e9
    for name, profile, launch in cases:
        groups = profile.groups(850e-9, launch)
        emb = bandwidth(groups)
        t.add(name, "rms delay", deviation(groups) * 1e12, "ps/m", digits=9)
        t.add(name, "EMB", emb / 1e9, "MHz km", digits=9)
        t.add(name, "deviation times bandwidth", deviation(groups) * emb, "", digits=6)
        for fraction in (0.5, 0.75, 1.0):
            length = emb / (fraction * rate)
            modes = lambda f: transfer(groups, f * length)
            gauss = lambda f: np.exp(-np.log(2) * (f * length / emb) ** 2)
            both = [
                (opening(h, rate), opening(h, rate, samples=64)) for h in (modes, gauss)
            ]
            for kind, (fine, coarse) in zip(("mode groups", "Gaussian"), both):
                t.add(
                    f"{name}, bandwidth {fraction} B", f"opening, {kind}", fine, "", check=coarse,
                    allowed=2e-3, digits=6,
                )  # fmt: skip
    t.finish()


if __name__ == "__main__":
    main()
