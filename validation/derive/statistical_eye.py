"""Numbers that statistical eyes are held against.

The density of Σ a_k·h_k for 200 cursors of PAM4 (levels −1, −1/3, 1/3, 1), on a grid of bins of width 1.
A level at distance x from the middle, n ≤ x < n + 1, is put on the grid points n and n + 1 with the
probabilities that keep its mean square: the upper one gets (x² − n²)/(2n + 1). Cursors are multiples of
3/16 of a bin, so that both distances are exact in binary and nothing but the sums is rounded. Here the
sums are taken in rational numbers scaled to integers, exactly; second route mpmath with 60 digits.

A channel of one pole, two levels ±1, of which e^(−UI/τ) = ½ is left after a unit interval: the
interference is uniform in ±½ and BER(σ) = Q(1/σ) + σ/√(2π)·(1 − exp(−1/(2σ²))); second route
quadrature of Q(u/σ) over the density.  Peak distortion leaves 1 − 2·e^(−UI/τ) of it; second route the sum
over the cursors.

Total jitter of the dual-Dirac model, TJ = DJ + 2·Q⁻¹(BER)·RJ (MJSQ, INCITS TR-35-2004); x and
signal-to-noise ratio of PAM4 with Gray labels, BER = ¾·Q(x), SNR = 5x².
"""

import sys

sys.dont_write_bytecode = True

from fractions import Fraction
from math import lcm

from mpmath import erfc, erfinv, exp, findroot, log10, mp, mpf, pi, quad, sqrt

from table import Table

mp.dps = 60


def cursors():
    """Sixteenths of a third of a bin: integers."""
    value, found = 700, []
    for k in range(200):
        found.append(max(value, 1) + k * k % 7)
        value = value * 93 // 100
    return found


def pairs(m):
    """Shifts of one cursor and their probabilities, of one side."""
    found = {}
    for x in (Fraction(3 * m, 16), Fraction(m, 16)):
        n = x.numerator // x.denominator
        upper = (x * x - n * n) / (2 * n + 1)
        for shift, p in ((n, 1 - upper), (n + 1, upper)):
            if p:
                found[shift] = found.get(shift, 0) + p / 4
    return found


def density_exact(list_of_cursors):
    """Integers and what they are over: the denominators are multiplied out cursor by cursor."""
    mass, scale = {0: 1}, 1
    for m in list_of_cursors:
        shifts = pairs(m)
        common = lcm(*(p.denominator for p in shifts.values()))
        whole = {s: p.numerator * (common // p.denominator) for s, p in shifts.items()}
        scale *= common
        out = {}
        for place, value in mass.items():
            for shift, weight in whole.items():
                for at in (place - shift, place + shift):
                    out[at] = out.get(at, 0) + value * weight
        mass = out
    return mass, scale


def density_digits(list_of_cursors):
    reach = sum(max(pairs(m)) for m in list_of_cursors)
    mass = [mpf(0)] * (2 * reach + 1)
    mass[reach] = mpf(1)
    extent = 0
    for m in list_of_cursors:
        out = [mpf(0)] * len(mass)
        shifts = [(s, mpf(p.numerator) / p.denominator) for s, p in pairs(m).items()]
        for place in range(reach - extent, reach + extent + 1):
            if mass[place]:
                for shift, weight in shifts:
                    out[place - shift] += mass[place] * weight
                    out[place + shift] += mass[place] * weight
        extent += max(pairs(m))
        mass = out
    return {i - reach: value for i, value in enumerate(mass)}


def q(x):
    return erfc(x / sqrt(mpf(2))) / 2


def q_inverse(p):
    return sqrt(mpf(2)) * erfinv(1 - 2 * mpf(p))


def main():
    table = Table(__doc__)

    def row(case, quantity, value, check=None, allowed=None):
        table.add(case, quantity, value, "", check, allowed, digits=17)

    found = cursors()
    # The exact way for the 40 largest, whose integers stay short; the digits for all.
    few, scale = density_exact(found[:40])
    digits = density_digits(found[:40])
    worst = max(abs(digits[i] * scale / value - 1) for i, value in few.items())
    row("40 cursors", "60 digits against integers", worst, 0, 1e-50)
    everything = density_digits(found)
    reach = max(everything)
    row("200 cursors", "bins", 2 * reach + 1)
    row("200 cursors", "sum of all", sum(everything.values()), 1, 1e-50)
    for at in (0, 1, 100, 300, 500, 700, 900, 1100, 1300, 1500, 1700, 1750, 1800, 1850, 1900, reach - 1, reach):
        row("200 cursors", f"probability of bin {at}", everything[at])
    for sigma in ("0.02", "0.05", "0.1", "0.2"):
        s = mpf(sigma)
        closed = q(1 / s) + s / sqrt(2 * pi) * (1 - exp(-1 / (2 * s * s)))
        points = sorted({min(p, mpf(1)) for p in (mpf(0), s, 2 * s, 5 * s, mpf(1))})
        row("one pole", f"BER at {sigma}", closed, quad(lambda u: q(u / s), points), mpf(10) ** -20)
    for left in ("0.1", "0.25", "0.5"):
        x = mpf(left)
        summed = (1 - x) - sum((1 - x) * x**k for k in range(1, 400))
        row("one pole", f"eye with {left} left", 1 - 2 * x, summed, 1e-40)
    for ber in ("1e-12", "1e-15"):
        x = q_inverse(ber)
        row("total jitter", f"{ber}, RJ = 1, DJ = 0", 2 * x, 2 * findroot(lambda v: q(v) / mpf(ber) - 1, x * 1.001), 1e-30)
    for ber in ("2.4e-4", "1e-6"):
        x = q_inverse(mpf(ber) / mpf("0.75"))
        row("PAM4", f"x at {ber}", x, findroot(lambda v: mpf("0.75") * q(v) - mpf(ber), x * 1.001), 1e-30)
        row("PAM4", f"signal-to-noise ratio at {ber}, dB", 10 * log10(5 * x * x))
    table.finish()


if __name__ == "__main__":
    main()
