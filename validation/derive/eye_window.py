"""Vertical eye opening and closure over a window of time (IEEE Std 802.3ck, 120G.5.2) of a pulse in closed form
behind decision feedback.

The pulse is that of decision_feedback.py with a narrower main part and a weaker echo; the sampling instant, the taps
and the noise are found as there. Around the instant, in steps of a hundredth of a symbol up to 0.05 to
either side, the pulse is straight between its 32 samples a symbol, and the feedback keeps its values. The
distribution of each level at each step is signal, interference, jitter and noise; the steps are mixed with the
weights exp(-(t/0.02)^2/2). All distributions by characteristic functions and the inversion of Gil-Pelaez
(Biometrika 38, 481, 1951): no bins.

Prints what validation/cable_margin.rs compares with.
"""

import numpy as np
from scipy.optimize import brentq

M, L, R_LM = 32, 4, 0.95
LIMITS = [0.4, 0.05, 0.1]
SNR_TX, SIGMA_RJ, A_DD, DER = 34.0, 0.01, 0.02, 1e-5
SIGMA_N = 0.3e-3
HALF, SIGMA_R = 5, 0.02
N = np.arange(-8, 40)


def shape(peak, width):
    def pulse(t):
        x = np.asarray(t, float) / width
        return peak * (np.exp(-(x**2)) + 0.1 * np.exp(-(((x - 1.9) / 1.5) ** 2)))

    return pulse


p, q = shape(0.1, 0.62), shape(0.001, 0.6)


def straight(t):
    """The pulse, straight between its samples."""
    low = np.floor(np.asarray(t) * M + 1e-9)
    share = np.asarray(t) * M - low
    return p(low / M) * (1 - share) + p((low + 1) / M) * share


root = brentq(lambda t: p(t - 1) - p(t + 1) + np.clip(p(t + 1) / p(t), -0.4, 0.4) * p(t), -0.6, 0.3)
t_s = round(root * M) / M
h = p(t_s + N)
zero = -N[0]
h0 = h[zero]
taps = [float(np.clip(h[zero + k + 1] / h0, -lim, lim)) for k, lim in enumerate(LIMITS)]
var_x = (L**2 - 1) / (3 * (L - 1) ** 2)
levels = 2 * np.arange(L) / (L - 1) - 1
crosstalk = max((q(m / M + N) for m in range(M)), key=lambda x: float(np.sum(x**2)))
A_s = R_LM * h0 / (L - 1)

moments = []
for k in range(-HALF, HALF + 1):
    t = t_s + k / 100
    v = straight(t + N)
    slopes = (straight(t + 0.01 + N) - straight(t - 0.01 + N)) / 0.02
    rest = v.copy()
    rest[zero] = 0
    for i, b in enumerate(taps):
        rest[zero + i + 1] -= b * h0
    var = h0**2 * 10 ** (-SNR_TX / 10) + SIGMA_RJ**2 * var_x * np.sum(slopes**2) + SIGMA_N**2
    w = np.linspace(1e-6, 9 / np.sqrt(var), 40001)
    phi = np.exp(-0.5 * var * w**2)
    for s in np.concatenate([rest, A_DD * slopes, crosstalk]):
        phi *= np.mean(np.cos(np.outer(levels[L // 2 :], w * s)), axis=0)
    moments.append((np.exp(-0.5 * (k / 100 / SIGMA_R) ** 2), R_LM * v[zero] / (L - 1), w, phi))


def above(voltage, level):
    """Probability that the mixed distribution of a level exceeds a voltage."""
    total = 0
    for weight, signal, w, phi in moments:
        a = voltage - (2 * level - (L - 1)) * signal
        total += weight * (0.5 - np.trapezoid(phi * np.sin(w * a) / w, w) / np.pi - w[0] * a / np.pi)
    return total / sum(m[0] for m in moments)


openings = []
for level in range(L - 1):
    high = brentq(lambda v: above(v, level) - DER, -0.3, 0.3, xtol=1e-10)
    low = brentq(lambda v: 1 - above(v, level + 1) - DER, -0.3, 0.3, xtol=1e-10)
    openings.append(low - high)
veo = min(openings)
print("t_s", t_s * M, "root", root * M, "taps", taps, "A_s", A_s)
print("openings", openings)
print("VEO", veo, "VEC", 20 * np.log10(2 * A_s / veo))
