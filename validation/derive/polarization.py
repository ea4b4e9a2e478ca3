"""Statistics of polarisation-mode dispersion.

The differential group delay of a long fibre is Maxwellian: with x the delay over its mean, the
density is (32/π²)·x²·exp(−4x²/π), and P(x > r) = erfc(u) + (2/√π)·u·exp(−u²), u = 2r/√π.  The mean
square over the squared mean is 3π/8.

Source: G. J. Foschini and C. D. Poole, J. Lightwave Technol. 9, 1439 (1991).

Second routes: the tail as an integral of the density in thirty digits; the ratio from the moments.
A finite number of plates with independent, isotropic axes is a random flight in Stokes space: its
tail is simulated with NumPy, as the length of a sum of random unit vectors.
"""

import sys

sys.dont_write_bytecode = True

import numpy as np
from mpmath import erfc, exp, inf, mp, mpf, pi, quad, sqrt

from table import Table

mp.dps = 30


def density(x):
    return 32 / pi**2 * x**2 * exp(-4 * x**2 / pi)


def tail(r):
    u = 2 * r / sqrt(pi)
    return erfc(u) + 2 / sqrt(pi) * u * exp(-(u**2))


def flights(plates, count, seed):
    """Lengths of sums of `plates` random unit vectors, over the Maxwellian mean of that number."""
    rng = np.random.default_rng(seed)
    total = np.zeros((count, 3))
    for _ in range(plates):
        v = rng.standard_normal((count, 3))
        total += v / np.linalg.norm(v, axis=1, keepdims=True)
    return np.linalg.norm(total, axis=1) / np.sqrt(plates * 8 / (3 * np.pi))


def main():
    table = Table(__doc__)
    for ratio in ("1", "1.5", "2", "3", "3.5", "3.775", "4"):
        r = mpf(ratio)
        integral = quad(density, [r, r + 1, r + 3, inf])
        table.add("Maxwellian", f"P(delay > {ratio} mean)", tail(r), "", integral, float(tail(r)) * 1e-9, 8)
    square = quad(lambda x: x * x * density(x), [0, 1, 3, inf])
    table.add("Maxwellian", "mean square over squared mean", 3 * pi / 8, "", square, 1e-12, 12)
    for plates in (100, 400):
        count = 60_000
        x = flights(plates, count, plates)
        for r in (1.5, 2.0):
            counted = float(np.mean(x > r))
            bound = 5 * np.sqrt(float(tail(r)) / count) + 0.02 * float(tail(r))
            table.add(f"{plates} plates", f"P(delay > {r} mean)", tail(r), "", counted, bound, 6)
    table.finish()


if __name__ == "__main__":
    main()
