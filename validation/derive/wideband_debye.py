"""Permittivity of the wideband Debye model of a dielectric, from relaxations one by one.

A continuum of Debye relaxations, spread evenly over the logarithm of their frequency between two
corners, adds up to

    ε(f) = ε∞ + m·ln((f2 + jf)/(f1 + jf))        (time factor e^{+jωt}, ε = ε′ − jε″)

m and ε∞ follow from ε′ and tan δ = ε″/ε′ at one frequency.

Source: A. R. Djordjević, R. M. Biljić, V. D. Likar-Smiljanić, T. K. Sarkar, "Wideband
frequency-domain characterization of FR-4 and time-domain causality", IEEE Trans. Electromagn.
Compat. 43(4), 662–667, 2001, DOI 10.1109/15.974647.

Second route: the sum over the relaxations itself, ∫ m/(1 + jf/f0) d(ln f0) from f1 to f2, by
quadrature.
"""

import sys

sys.dont_write_bytecode = True

from mpmath import exp, log, mp, mpc, mpf, quad

from table import Table

mp.dps = 30


def logarithm(frequency, low, high):
    return log(mpc(high, frequency) / mpc(low, frequency))


def model(permittivity, loss_tangent, reference, low, high):
    """(slope m, ε∞)."""
    there = logarithm(reference, low, high)
    slope = -loss_tangent * permittivity / there.imag
    return slope, permittivity - slope * there.real


def summed(slope, limit, frequency, low, high):
    """ε by quadrature over the relaxations, in pieces of a decade."""
    pieces = [log(low)]
    while pieces[-1] < log(high):
        pieces.append(min(pieces[-1] + log(mpf(10)), log(high)))
    return limit + quad(lambda x: slope / (1 + mpc(0, frequency) / exp(x)), pieces)


def main():
    table = Table(__doc__)
    low, high = mpf("1e4"), mpf("1e12")
    slope, limit = model(mpf("4.2"), mpf("0.02"), mpf("1e9"), low, high)
    for text in ("1e6", "1e8", "1e9", "1e10", "1e11"):
        frequency = mpf(text)
        value = limit + slope * logarithm(frequency, low, high)
        check = summed(slope, limit, frequency, low, high)
        case = f"er 4.2, tan d 0.02 at 1 GHz, corners 1e4 and 1e12 Hz, {text} Hz"
        table.add(case, "real part", value.real, "", check.real, 1e-12, digits=11)
        tangent = -value.imag / value.real
        table.add(case, "loss tangent", tangent, "", -check.imag / check.real, 1e-12, digits=9)
    table.finish()


if __name__ == "__main__":
    main()
