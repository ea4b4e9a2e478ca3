"""Error ratio of two levels with Gaussian edges under duty-cycle distortion and sinusoidal jitter, closed form.

Symbols last T = 1; the edge in front of symbol k stands at k - 1/2 + d_k. An edge of a driver with the 20-80 % rise
time T_r behind H = exp(-2 (pi f T_r/1.6832)^2) (IEEE 802.3, 93A-46) and of a receiver with the Gaussian response of
-3 dB bandwidth B is an error function of deviation

    s^2 = (T_r/1.6832)^2 + ln 2/(2 pi B)^2,

so the decision at the middle of symbol 0 sees v = a_-K + sum_k (a_k - a_k-1) Phi((1/2 - k - d_k)/s). White noise of
the one-sided density S has behind the receiver the variance S B sqrt(pi/ln 2)/2. The error ratio is the mean of
Q(v/sigma) over the symbols around a one, over the two parities (d_k = +-D/2 in turn) and over the phase of the sine
(d_k = A/2 sin(theta), the same for all k; A peak to peak). What a clock recovery of first order leaves of the sine is
A f/sqrt(f^2 + B_c^2).

Second route: the phase by adaptive quadrature and by 400 equidistant points; the mean over symbols by a sum over
nine of them and by one over seven.

Prints what validation/systematic_jitter.rs compares with.
"""

import itertools
import math
import sys

import numpy as np
from scipy.integrate import quad
from scipy.special import ndtr

RATE = 25.78125e9
T_R, B, S, AMPLITUDE = 16e-12, 0.6 * RATE, 1.35e-13, 0.2

s = math.sqrt((T_R * RATE / 1.6832) ** 2 + math.log(2) / (2 * math.pi * B / RATE) ** 2)
sigma = math.sqrt(S * B * math.sqrt(math.pi / math.log(2)) / 2) / AMPLITUDE


def ratio(reach, delay):
    """Mean over the symbols around a one; delay(k) of the edge in front of symbol k."""
    total = 0.0
    places = [k for k in range(-reach, reach + 1) if k]
    for others in itertools.product((-1.0, 1.0), repeat=len(places)):
        a = dict(zip(places, others))
        a[0] = 1.0
        v = a[-reach] + sum((a[k] - a[k - 1]) * ndtr((0.5 - k - delay(k)) / s) for k in range(1 - reach, reach + 1))
        total += ndtr(-v / sigma)
    return total / 2 ** len(places)


def errors(distortion, sine, reach=4):
    def at(theta):
        return 0.5 * sum(
            ratio(reach, lambda k: (0.5 * distortion if (k + p) % 2 == 0 else -0.5 * distortion) + 0.5 * sine * math.sin(theta))
            for p in (0, 1)
        )

    if sine == 0:
        return at(0.0), at(0.0)
    exact = quad(at, -math.pi / 2, math.pi / 2, epsabs=0, epsrel=1e-10, limit=200)[0] / math.pi
    grid = np.mean([at(t) for t in (np.arange(400) + 0.5) * math.pi / 400 - math.pi / 2])
    return exact, grid


print(f"s = {s:.12f} UI, sigma = {sigma:.12f}")
worst = 0.0
left = 0.4 * 2e6 / math.hypot(2e6, 4e6)
for name, distortion, sine in [
    ("at rest", 0, 0),
    ("duty cycle 0.2", 0.2, 0),
    ("sine 0.3", 0, 0.3),
    ("sine of 0.4 at 2 MHz, 4 MHz clock recovery", 0, left),
    ("duty cycle 0.15, sine 0.2", 0.15, 0.2),
]:
    exact, grid = errors(distortion, sine)
    fewer, _ = errors(distortion, sine, reach=3)
    worst = max(worst, abs(grid / exact - 1), abs(fewer / exact - 1))
    print(f"{name:45s} {exact:.10e}  other routes {grid / exact - 1:+.1e} {fewer / exact - 1:+.1e}")
print(f"largest difference {worst:.1e}, allowed 1e-7")
sys.exit(worst > 1e-7)
