"""Signal-to-noise ratio of a rounded sine of full scale, and errors of two levels sampled with a jittering aperture.

Rounding. N bits over +-1 have the step D = 2/2^N and the levels (m + 1/2) D; the error of a sine of amplitude 1 has
the mean square (1/2pi) int (Q(sin x) - sin x)^2 dx, near D^2/12 (Bennett, Bell Syst. Tech. J. 27(3) 446, 1948), so
that the ratio is near 6.02 N + 1.76 dB.

Aperture. The waveform of systematic_jitter.py at rest, v(t) = a_-K + sum_k (a_k - a_k-1) Phi((t + 1/2 - k)/s),
sampled at a Gaussian time of deviation j (in symbols): the error ratio is the mean over the symbols around a one of
int phi(u) Q(v(j u)/sigma) du.

Second route: the sine by the sum over the intervals between its crossings of the steps, in closed form, and by ten
million equidistant phases; the aperture by Gauss-Hermite quadrature and by equidistant points.

Prints what validation/converters.rs compares with.
"""

import itertools
import math
import sys

import numpy as np
from scipy.special import ndtr

worst = 0.0
for bits in (3, 6, 8, 10):
    step = 2.0 / 2**bits
    # Between the crossings of m D the output is constant, over a quarter of the sine.
    edges = np.arcsin(np.minimum(np.arange(0, 2 ** (bits - 1) + 1) * step, 1.0))
    c = (np.arange(0, 2 ** (bits - 1)) + 0.5) * step
    primitive = lambda x, c: (c * c + 0.5) * x + 2 * c * np.cos(x) - 0.25 * np.sin(2 * x)
    exact = np.sum(primitive(edges[1:], c) - primitive(edges[:-1], c)) / (math.pi / 2)
    x = (np.arange(10_000_000) + 0.5) * (math.pi / 2 / 10_000_000)
    y = np.sin(x)
    grid = np.mean(((np.floor(y / step) + 0.5) * step - y) ** 2)
    worst = max(worst, abs(grid / exact - 1))
    ratio = 10 * math.log10(0.5 / exact)
    print(f"{bits:2d} bits: {ratio:.6f} dB, 6.02 N + 1.76 dB = {20 * bits * math.log10(2) + 10 * math.log10(1.5):.6f}")

RATE = 25.78125e9
T_R, B, S, AMPLITUDE = 16e-12, 0.6 * RATE, 1.35e-13, 0.2
s = math.sqrt((T_R * RATE / 1.6832) ** 2 + math.log(2) / (2 * math.pi * B / RATE) ** 2)
sigma = math.sqrt(S * B * math.sqrt(math.pi / math.log(2)) / 2) / AMPLITUDE


def errors(jitter, points):
    """Mean over nine symbols and the aperture's Gaussian moments: (displacement in deviations, weight)."""
    total, reach = 0.0, 4
    places = [k for k in range(-reach, reach + 1) if k]
    u, w = points
    for others in itertools.product((-1.0, 1.0), repeat=len(places)):
        a = dict(zip(places, others))
        a[0] = 1.0
        v = a[-reach] + sum((a[k] - a[k - 1]) * ndtr((jitter * u + 0.5 - k) / s) for k in range(1 - reach, reach + 1))
        total += np.sum(w * ndtr(-v / sigma))
    return total / 2 ** len(places)


nodes, weights = np.polynomial.hermite_e.hermegauss(40)
hermite = (nodes, weights / np.sum(weights))
line = np.linspace(-9, 9, 2001)
even = (line, np.exp(-0.5 * line**2) / np.sum(np.exp(-0.5 * line**2)))
for jitter_fs in (500, 1500, 2500):
    j = jitter_fs * 1e-15 * RATE
    one, other = errors(j, hermite), errors(j, even)
    worst = max(worst, abs(other / one - 1))
    print(f"aperture jitter {jitter_fs} fs ({j:.4f} symbols): {one:.8e}")
print(f"largest difference of two routes {worst:.1e}, allowed 1e-6")
sys.exit(worst > 1e-6)
