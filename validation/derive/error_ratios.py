"""Error ratios of two- and four-level signals in Gaussian noise, to thirty digits.

With Q(x) = ½ erfc(x/√2) and q the distance from a level to its threshold over the standard
deviation of the noise, equal at all levels:

    NRZ                     BER = Q(q)
    PAM-M, symbols          SER = 2(M−1)/M·Q(q)          PAM4: 1.5·Q(q)
    PAM-M, Gray coded       BER ≈ SER/log2 M             PAM4: 0.75·Q(q)
    PAM4, Gray, exact       BER = (3Q(q) + 2Q(3q) − Q(5q))/4
    PAM4 in real noise      q = √(SNR/5), SNR the variance of the levels over that of the noise
    PAM-M per bit           q = √(6·log2 M/(M²−1)·Eb/N0)

The approximate Gray formula counts nearest neighbours only.  The exact line counts the wrong bits
in all twelve transitions; from an SNR of 14 dB up the two agree to nine digits.

Source: J. G. Proakis, M. Salehi, Digital Communications, 5th ed., McGraw-Hill 2008, section
4.3-1; K. Cho, D. Yoon, "On the general BER expression of one- and two-dimensional amplitude
modulations", IEEE Trans. Commun. 50(7), 1074–1080, 2002, DOI 10.1109/TCOMM.2002.800818, for the
exact one.

Second route: the tails are integrated numerically from the density, level by level, and the bits
that differ are counted.
"""

import sys

sys.dont_write_bytecode = True

from mpmath import erfc, exp, findroot, inf, log, mp, mpf, pi, quad, sqrt

from table import Table

mp.dps = 30


def tail(argument):
    """Q(x), the upper tail of the standard normal."""
    return erfc(argument / sqrt(2)) / 2


def tail_inverse(probability):
    """x with Q(x) = probability, by a root on the logarithm."""
    probability = mpf(probability)
    start = sqrt(-2 * log(probability)) * mpf("0.93")
    return findroot(lambda x: log(tail(x)) - log(probability), start)


def mass(lower, upper):
    """∫ of the standard normal density, by Gauss–Legendre quadrature over pieces of width 1.

    Forty standard deviations stand for infinity: the density there is 1e-349.
    """
    lower, upper = max(lower, mpf(-40)), min(upper, mpf(40))
    pieces = [lower]
    while pieces[-1] + 1 < upper:
        pieces.append(pieces[-1] + 1)
    return quad(lambda x: exp(-x * x / 2) / sqrt(2 * pi), [*pieces, upper])


def counted_pam4(ratio):
    """SER and BER of Gray PAM4 by integration over every decision region."""
    levels, code = (-3, -1, 1, 3), (0b00, 0b01, 0b11, 0b10)
    edges = (-inf, -2, 0, 2, inf)
    symbols, bits = mpf(0), mpf(0)
    for sent, level in enumerate(levels):
        for decided in range(4):
            if decided == sent:
                continue
            probability = mass((edges[decided] - level) * ratio, (edges[decided + 1] - level) * ratio)
            symbols += probability / 4
            bits += probability * bin(code[sent] ^ code[decided]).count("1") / 8
    return symbols, bits


def main():
    table = Table(__doc__)

    def relative(value):
        return abs(value) * mpf("1e-15")

    for ber in ("1e-3", "2.4e-4", "5e-5", "1e-9", "1e-12", "1e-15"):
        ratio = tail_inverse(ber)
        recovered = tail_inverse(mass(ratio, inf))
        table.add(f"NRZ, BER {ber}", "Q", ratio, "", recovered, 1e-12, digits=10)
    for ratio in ("6", "7", "7.037", "8"):
        value = tail(mpf(ratio))
        table.add(f"NRZ, Q {ratio}", "BER", value, "", mass(mpf(ratio), inf), relative(value), 10)

    for ser in ("4.8e-4", "9.6e-3", "2e-2", "4e-2"):
        ratio = tail_inverse(mpf(ser) / mpf("1.5"))
        table.add(f"PAM4, SER {ser}", "q", ratio, digits=10)
        counted = counted_pam4(ratio)[0]
        table.add(f"PAM4, SER {ser}", "SER at this q", mpf(ser), "", counted, relative(counted))
    for ber in ("1e-3", "2.4e-4", "4.8e-3"):
        ratio = tail_inverse(mpf(ber) / mpf("0.75"))
        table.add(f"PAM4, BER {ber}, nearest neighbours", "q", ratio, digits=10)

    for decibels in (14, 16, 18, 20):
        ratio = sqrt(mpf(10) ** (mpf(decibels) / 10) / 5)
        symbols, bits = counted_pam4(ratio)
        ser = mpf("1.5") * tail(ratio)
        exact = (3 * tail(ratio) + 2 * tail(3 * ratio) - tail(5 * ratio)) / 4
        case = f"PAM4, SNR {decibels} dB"
        table.add(case, "SER", ser, "", symbols, relative(ser), digits=10)
        table.add(case, "BER, nearest neighbours", ser / 2, digits=10)
        table.add(case, "BER, exact", exact, "", bits, relative(exact), digits=10)

    for order, bits in ((2, 1), (4, 2), (8, 3)):
        weight = mpf(2 * (order - 1)) / (order * bits)
        ratio = tail_inverse(mpf("1e-3") / weight)
        energy = ratio**2 * (order**2 - 1) / (6 * bits)
        case = f"PAM{order}, BER 1e-3, nearest neighbours"
        table.add(case, "Eb/N0", 10 * log(energy, 10), "dB", digits=10)
    table.finish()


if __name__ == "__main__":
    main()
