"""Avalanche photodiode: excess noise, deviations of two levels, sensitivity against gain, optimum gain.

Noise: one-sided 2q·M²·F·(R·P + I_d) of the multiplied primary currents and 2q·I_s of what is not
multiplied, F = k·M + (1 − k)(2 − 1/M) (R. J. McIntyre, IEEE Trans. Electron Devices 13, 164, 1966), and
an amplifier's white S; noise bandwidth B.

Sensitivity: two levels, infinite extinction, threshold at its best, an error ratio of 1e-9; the average
power is (Q/R)(q·F·Q·B + √(S·B)/M) by the condition Q = (I1 − I0)/(σ1 + σ0) (G. P. Agrawal,
Fiber-Optic Communication Systems, 4th ed., section 4.6.2).  Best gain of it: k·M² = √(S·B)/(q·Q·B) + k − 1.
Best gain of the ratio of a constant current to its noise: k·M³ + (1 − k)·M = S/(q·I) (section 4.4.3).

Second routes: an avalanche of single carriers simulated (F); the error ratio itself, minimised over the
threshold (sensitivity); numerical minimisation over the gain (optima).
"""

import sys

sys.dont_write_bytecode = True

import numpy as np
from scipy.optimize import brentq, minimize_scalar
from scipy.special import erfc, erfcinv

from table import ELEMENTARY_CHARGE, Table

Q = np.sqrt(2) * erfcinv(2e-9)


def factor(gain, k):
    return k * gain + (1 - k) * (2 - 1 / gain)


def simulated(k, length, events=300_000):
    """(M, F) of electrons that enter a region of so many electron ionisation lengths; holes go back."""
    random = np.random.default_rng(4)
    counts = np.ones(events)
    owners = np.arange(events)
    where, electron = np.zeros(events), np.ones(events, bool)
    while owners.size:
        step = random.exponential(size=owners.size)
        with np.errstate(divide="ignore"):
            at = np.where(electron, where + step, where - step / k)
        inside = (at > 0) & (at < length)
        owners, at, electron = owners[inside], at[inside], electron[inside]
        np.add.at(counts, owners, 1)
        # The ionising carrier goes on; an electron and a hole are new.
        pairs = np.ones(owners.size, bool)
        owners = np.concatenate([owners] * 3)
        where = np.concatenate([at] * 3)
        electron = np.concatenate([electron, pairs, ~pairs])
    return counts.mean(), (counts**2).mean() / counts.mean() ** 2


def levels(power, gain, k, density, bandwidth, responsivity, primary, leakage):
    """(I1, σ1, σ0) of an average power, infinite extinction."""
    current = gain * responsivity * 2 * power
    noise = lambda i: bandwidth * (
        2 * ELEMENTARY_CHARGE * (gain**2 * factor(gain, k) * (i / gain + primary) + leakage) + density)
    return current, np.sqrt(noise(current)), np.sqrt(noise(0.0))


def error_ratio(current, upper, lower):
    at = lambda d: 0.25 * (erfc((current - d) / upper / np.sqrt(2)) + erfc(d / lower / np.sqrt(2)))
    found = minimize_scalar(lambda x: np.log(max(at(x), 1e-300)), bounds=(0, current), method="bounded",
                            options={"xatol": 1e-9 * current})
    return at(found.x)


def sensitivity(gain, k, density, bandwidth, responsivity):
    """Average power in dBm at 1e-9: (exact, closed form in Q)."""
    def excess(dbm):
        power = 1e-3 * 10 ** (dbm / 10)
        return np.log(error_ratio(*levels(power, gain, k, density, bandwidth, responsivity, 0, 0)) / 1e-9 + 1e-290)

    thermal = np.sqrt(density * bandwidth)
    closed = Q / responsivity * (ELEMENTARY_CHARGE * factor(gain, k) * Q * bandwidth + thermal / gain)
    return brentq(excess, -45, -5, xtol=1e-9), 10 * np.log10(closed / 1e-3)


def main():
    table = Table(__doc__)
    for k, length in [(0.2, 1.2), (0.5, 0.9), (0.05, 1.8)]:
        gain, found = simulated(k, length)
        exact = (1 - k) / (np.exp(-(1 - k) * length) - k)
        table.add(f"k {k}, {length} ionisation lengths", "M", exact, "", gain, 0.02 * exact)
        table.add(f"k {k}, {length} ionisation lengths", "F", factor(exact, k), "", found, 0.03 * found)
    for gain, k in [(5.0, 0.2), (12.0, 0.09), (10.0, 0.5)]:
        current, upper, lower = levels(10e-6, gain, k, (15e-12) ** 2, 20e9, 0.7, 20e-9, 50e-9)
        case = f"M {gain}, k {k}, mean 10 µW, 0.7 A/W, dark 20 nA and 50 nA, 15 pA/√Hz, 20 GHz"
        table.add(case, "deviation of the mark", upper * 1e6, "µA", digits=8)
        table.add(case, "current of the mark", current * 1e6, "µA", digits=8)
    density, bandwidth, responsivity, k = (20e-12) ** 2, 20e9, 0.8, 0.2
    for gain in (1.0, 4.0, 8.0, 16.0):
        exact, closed = sensitivity(gain, k, density, bandwidth, responsivity)
        table.add(f"M {gain}, k {k}, 0.8 A/W, 20 pA/√Hz, 20 GHz", "sensitivity", exact, "dBm", closed, 0.02, digits=8)
    best = np.sqrt((np.sqrt(density * bandwidth) / (ELEMENTARY_CHARGE * Q * bandwidth) + k - 1) / k)
    found = minimize_scalar(lambda m: sensitivity(m, k, density, bandwidth, responsivity)[1], bounds=(1, 50),
                            method="bounded", options={"xatol": 1e-9})
    table.add("best gain of the sensitivity in Q", "M", best, "", found.x, 1e-3)
    table.add("best gain of the sensitivity in Q", "sensitivity",
              sensitivity(best, k, density, bandwidth, responsivity)[1], "dBm", found.fun, 1e-8)
    for k, current in [(0.2, 2e-6), (0.5, 0.5e-6), (0.02, 10e-6)]:
        ratio = density / (ELEMENTARY_CHARGE * current)
        root = brentq(lambda m: k * m**3 + (1 - k) * m - ratio, 0, 1e6, xtol=1e-12)
        found = minimize_scalar(
            lambda m: 2 * ELEMENTARY_CHARGE * factor(m, k) * current + density / m**2,
            bounds=(1, 10 * root), method="bounded", options={"xatol": 1e-9})
        table.add(f"k {k}, {current * 1e6} µA, 20 pA/√Hz", "best gain", root, "", found.x, 1e-4 * root, digits=9)
    table.finish()


if __name__ == "__main__":
    main()
