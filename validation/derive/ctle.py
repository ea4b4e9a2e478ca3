"""Gain and phase of the continuous-time linear equaliser of IEEE Std 802.3.

    H(f) = (10^{g/20} + jf/fz)/((1 + jf/fp1)(1 + jf/fp2))
         · (10^{g2/20} + jf/fLF)/(1 + jf/fLF)            the last factor where there is such a stage

Source: IEEE Std 802.3, Annex 93A, eq. 93A-22; the low-frequency stage is that of the later
annexes and clauses that refer to it.

Second route: magnitude and phase of each factor on its own, added up in decibels and degrees.
"""

import sys

sys.dont_write_bytecode = True

from mpmath import arg, atan2, degrees, log, mp, mpc, mpf

from table import Table

mp.dps = 30


def amplitude(decibels):
    return mpf(10) ** (mpf(decibels) / 20)


def transfer(f, gain, zero, pole_1, pole_2, low):
    value = mpc(amplitude(gain), f / zero) / (mpc(1, f / pole_1) * mpc(1, f / pole_2))
    if low is not None:
        value *= mpc(amplitude(low[0]), f / low[1]) / mpc(1, f / low[1])
    return value


def in_parts(f, gain, zero, pole_1, pole_2, low):
    """(dB, degrees) as a sum over the factors."""
    factors = [(amplitude(gain), f / zero, 1), (1, f / pole_1, -1), (1, f / pole_2, -1)]
    if low is not None:
        factors += [(amplitude(low[0]), f / low[1], 1), (1, f / low[1], -1)]
    decibels = sum(10 * sign * log(a**2 + b**2, 10) for a, b, sign in factors)
    return decibels, sum(sign * degrees(atan2(b, a)) for a, b, sign in factors)


def main():
    table = Table(__doc__)
    nyquist, rate = mpf("26.5625e9"), mpf("53.125e9")
    plain = (nyquist / 2, nyquist / 2, 2 * nyquist)
    staged = (rate / mpf("2.5"), rate / mpf("2.5"), rate)
    rows = [(f"g {g}", g, plain, None) for g in ("-3", "-9")]
    rows += [(f"g {g}, g2 {g2}", g, staged, (g2, rate / 80)) for g, g2 in (("-6", "-2"), ("-12", "-4"))]
    for name, gain, corners, low in rows:
        for frequency in (mpf("1e8"), mpf("1e9"), nyquist / 2, nyquist):
            value = transfer(frequency, gain, *corners, low)
            decibels, angle = in_parts(frequency, gain, *corners, low)
            case = f"{name}, {float(frequency) / 1e9:g} GHz"
            table.add(case, "gain", 20 * log(abs(value), 10), "dB", decibels, 1e-12, digits=9)
            table.add(case, "phase", degrees(arg(value)), "deg", angle, 1e-12, digits=10)
    table.finish()


if __name__ == "__main__":
    main()
