"""Error ratio of a pre-amplified direct-detection receiver, in time instead of frequency.

y = integral of h_r(t0 - t) (|s(t) + n(t)|^2 + |n2(t)|^2) dt with s and n behind the optical filter. Sampled in
time, n is a vector of correlated complex Gaussians with the filter's covariance R, and y a quadratic form
with the weights D = h_r dt: eigenvalues of D^(1/2) R D^(1/2). Its tail is the integral of Gil-Pelaez and Imhof
(J. P. Imhof, Biometrika 48, 419, 1961) along the imaginary axis by adaptive quadrature, exact to about
1e-14, so that only ratios far above that are asked for. Neither Fourier coefficients of the noise nor a
saddle point are used.

Gaussian filters: optical of 50 GHz (-3 dB full width), electrical of 7.5 GHz (-3 dB), both real. Field at
the input: sqrt(P) (0.62 + 0.38 cos(2 pi 5 GHz t)), P = 0.1 mW; density 4e-17 W/Hz a polarisation.

Second route: half the time step; and for the closed form, chi-square with 2 M degrees of freedom (P. A.
Humblet & M. Azizoglu, J. Lightwave Technol. 9, 1576, 1991, DOI 10.1109/50.97649) from scipy.
"""

import sys

import numpy as np
from scipy.integrate import quad
from scipy.stats import chi2, ncx2

OPTICAL, ELECTRICAL = 50e9, 7.5e9
POWER, TONE = 1e-4, 5e9
LN2 = np.log(2)


def field(t):
    return np.sqrt(POWER) * (0.62 + 0.38 * np.cos(2 * np.pi * TONE * t) * gain(TONE))


def gain(f):
    """Optical filter's amplitude."""
    return np.exp(-0.5 * LN2 * (2 * f / OPTICAL) ** 2)


def covariance(t, density):
    """Inverse transform of density * |H_o|^2."""
    # |H|^2 = exp(-ln2 (2f/B)^2) = exp(-a f^2)
    a = LN2 * (2 / OPTICAL) ** 2
    return density * np.sqrt(np.pi / a) * np.exp(-((np.pi * t) ** 2) / a)


def response(t):
    """Of the electrical filter: |H| = exp(-ln2/2 (f/B)^2), -3 dB at B."""
    a = 0.5 * LN2 / ELECTRICAL**2
    return np.sqrt(np.pi / a) * np.exp(-((np.pi * t) ** 2) / a)


def form(time, density, points):
    half = 0.19e-9
    t = np.linspace(-half, half, points)
    dt = t[1] - t[0]
    weight = response(t) * dt
    root = np.sqrt(weight)
    r = covariance(t[:, None] - t[None, :], density)
    eigen, vectors = np.linalg.eigh(root[:, None] * r * root[None, :])
    s = field(time - t)
    signal = (weight * s**2).sum()
    # y = |x|^2 summed, x = D^(1/2)(s + n): along each eigenvector a constant plus noise.
    constant = vectors.T @ (root * s)
    keep = eigen > 1e-12 * eigen.max()
    rest = signal - (constant[keep] ** 2).sum()
    return eigen[keep], constant[keep] ** 2, rest


def tail(threshold, eigen, square, rest, polarizations=2):
    """P(y > threshold) by Gil-Pelaez."""
    scale = eigen.max()

    def ln_characteristic(w):
        z = 1j * w
        d = 1 - z * eigen
        return (z * square / d - polarizations * np.log(d)).sum() + z * (rest - threshold)

    def integrand(w):
        return np.imag(np.exp(ln_characteristic(w / scale))) / w

    total = 0.0
    edges = [1e-18] + list(np.linspace(0, 40, 161)[1:])
    for a, b in zip(edges[:-1], edges[1:]):
        total += quad(integrand, a, b, epsabs=1e-15, epsrel=1e-12, limit=200)[0]
    return 0.5 + total / np.pi


def gaussian(threshold, eigen, square, rest, polarizations=2):
    mean = rest + square.sum() + polarizations * eigen.sum()
    variance = (polarizations * eigen**2 + 2 * eigen * square).sum()
    return mean, variance


if __name__ == "__main__":
    worst = 0.0
    density = 4e-17
    for time, thresholds in ((0.0, (8e-5, 6e-5)), (1e-10, (2.5e-5, 3.5e-5)), (0.5e-10, (3e-5, 7e-5))):
        a = form(time, density, 301)
        b = form(time, density, 201)
        mean, variance = gaussian(0, *a)
        print(f"time {time:.2e}: mean {mean:.9e}, variance {variance:.9e}, largest {a[0].max():.9e}")
        for threshold in thresholds:
            pa, pb = tail(threshold, *a), tail(threshold, *b)
            small = min(pa, 1 - pa)
            worst = max(worst, abs(pa - pb) / small)
            print(f"  above {threshold:.2e}: {pa:.9e} (below {1 - pa:.9e}), differs by {abs(pa - pb):.1e}")
    print(f"worst relative difference of half the step {worst:.1e}")
    # Rectangular filter, integrate and dump: M modes in two polarisations, energies over N0.
    for modes, energy, threshold in ((1, 40.0, 12.0), (5, 60.0, 30.0), (11, 80.0, 50.0)):
        zero = chi2.sf(2 * threshold, 4 * modes)
        one = ncx2.cdf(2 * threshold, 4 * modes, 2 * energy)
        print(f"modes {modes}, energy {energy}, threshold {threshold}: zero {zero:.9e}, one {one:.9e}")
    if worst > 1e-5:
        sys.exit(1)
