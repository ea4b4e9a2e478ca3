"""Decision feedback of IEEE Std 802.3, Annex 93A, on a pulse in closed form: sampling instant, taps, figure
of merit, and the interference exceeded with the detector error ratio.

The through pulse and the aggressor's are A (exp(-(t/T)^2) + 0.3 exp(-((t - 1.9 T)/(1.5 T))^2)) with t in
symbols. The sampling instant is the root of 93A-25 before the peak, rounded to one of M samples a symbol. The distribution of interference and noise
comes from its characteristic function, a product of means of cosines and a Gaussian, by the inversion of
Gil-Pelaez (Biometrika 38, 481, 1951): no bins.

Prints what validation/margin.rs compares with.
"""

import numpy as np
from scipy.optimize import brentq

M, L, R_LM = 32, 4, 0.95
LIMITS = [0.4, 0.05, 0.1]
SNR_TX, SIGMA_RJ, A_DD, DER = 30.0, 0.01, 0.02, 1e-5
SIGMA_N = 0.4e-3
N = np.arange(-8, 40)


def shape(peak, width):
    def pulse(t):
        x = np.asarray(t, float) / width
        return peak * (np.exp(-(x**2)) + 0.3 * np.exp(-(((x - 1.9) / 1.5) ** 2)))

    return pulse


p, q = shape(0.1, 0.8), shape(0.006, 0.6)


def b1(t):
    return np.clip(p(t + 1) / p(t), -LIMITS[0], LIMITS[0])


# 93A-25, with b1 at its limit.
root = brentq(lambda t: p(t - 1) - p(t + 1) + b1(t) * p(t), -0.6, 0.0)
t_s = round(root * M) / M
h = p(t_s + N)
zero = -N[0]
h0 = h[zero]
taps = [float(np.clip(h[zero + k + 1] / h0, -lim, lim)) for k, lim in enumerate(LIMITS)]
isi = h.copy()
isi[zero] = 0
for k, b in enumerate(taps):
    isi[zero + k + 1] -= b * h0

A_s = R_LM * h0 / (L - 1)
var_x = (L**2 - 1) / (3 * (L - 1) ** 2)
slopes = (p(t_s + N + 1 / M) - p(t_s + N - 1 / M)) / (2 / M)
phases = [q(m / M + N) for m in range(M)]
crosstalk = max(phases, key=lambda x: float(np.sum(x**2)))
var_tx = h0**2 * 10 ** (-SNR_TX / 10)
var_j = (SIGMA_RJ**2 + A_DD**2) * var_x * np.sum(slopes**2)
total = var_tx + var_x * np.sum(isi**2) + var_j + var_x * np.sum(crosstalk**2) + SIGMA_N**2
fom = 10 * np.log10(A_s**2 / total)

var_g = var_tx + SIGMA_RJ**2 * var_x * np.sum(slopes**2) + SIGMA_N**2
levels = 2 * np.arange(L) / (L - 1) - 1
samples = np.concatenate([isi, A_DD * slopes, crosstalk])
w = np.linspace(1e-6, 9 / np.sqrt(var_g), 400001)
phi = np.exp(-0.5 * var_g * w**2)
for s in samples[np.abs(samples) > 0]:
    phi *= np.mean(np.cos(np.outer(levels[L // 2 :], w * s)), axis=0)


def below(a):
    return 0.5 - np.trapezoid(phi * np.sin(w * a) / w, w) / np.pi - w[0] * a / np.pi


A_ni = brentq(lambda a: below(a) - DER, 1e-3, 0.1, xtol=1e-12)
peak = max(range(-M, M), key=lambda k: float(p(k / M)))
print("samples behind the peak", round(t_s * M) - peak, "instant in samples", root * M)
print("taps", taps)
print("A_s", A_s, "FOM", fom, "A_ni", A_ni, "COM", 20 * np.log10(A_s / A_ni))
print("rms ISI, crosstalk", np.sqrt(var_x * np.sum(isi**2)), np.sqrt(var_x * np.sum(crosstalk**2)))
