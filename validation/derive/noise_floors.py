"""Noise of a receiver and a laser, the sensitivity they allow, and the identities of optical power.

All spectral densities are one-sided and all bandwidths noise bandwidths, B_n = ∫|H|²df from zero
to infinity, unless called −3 dB ones.

    shot noise               i_n = √(2eI)
    thermal noise            i_n = √(4k_BT/R_L)
    thermal-limited OMA      2(M−1)·q·i_n·√B_n/ρ, ρ the responsivity: each of the M−1 eyes needs
                             q standard deviations to either side
    relative intensity noise σ = P·√(RIN·B_n) on each level's own power P; with zero power in the
                             lowest level of PAM4 the top eye has q = (1/6)/√(RIN·B_n), and
                             continuous light has the signal-to-noise ratio 1/(RIN·B_n)
    OMA over mean power      2(r−1)/(r+1), r the extinction ratio, levels equally spaced
    Mach–Zehnder, quadrature P = cos²(π/4 ∓ πV/4Vπ) of the peak, V the peak-to-peak drive

Sources: G. P. Agrawal, Fiber-Optic Communication Systems, 4th ed., Wiley 2010, sections 4.4 (shot
and thermal noise) and 4.6 (extinction ratio, intensity noise).  The fourth-order Bessel–Thomson
filter H = 105/(105 + 105y + 45y² + 10y³ + y⁴), y = 2.114·jf/f_3dB, is that of the reference
receiver in IEEE Std 802.3-2022, 52.9.7.

Second routes: noise bandwidths by numerical integration against the closed forms of Butterworth,
Gaussian and RC filters, and for Bessel–Thomson by integration on two different intervals;
modulator identities from the powers themselves; densities by another grouping of the constants.
"""

import sys

sys.dont_write_bytecode = True

from mpmath import cos, erfc, exp, findroot, inf, log, mp, mpf, pi, quad, sin, sqrt

from table import BOLTZMANN, ELEMENTARY_CHARGE, Table

mp.dps = 30
CHARGE = mpf(ELEMENTARY_CHARGE)
BOLTZMANN_MP = mpf(BOLTZMANN)


def decibel(ratio):
    return 10 * log(ratio, 10)


def linear(decibels):
    return mpf(10) ** (mpf(decibels) / 10)


def tail_inverse(probability):
    """x with ½ erfc(x/√2) = probability."""
    start = sqrt(-2 * log(probability)) * mpf("0.93")
    return findroot(lambda x: log(erfc(x / sqrt(2)) / 2) - log(probability), start)


def shot_deviation(current, bandwidth):
    return sqrt(2 * CHARGE * current * bandwidth)


def thermal_deviation(temperature, resistance, bandwidth):
    return sqrt(4 * BOLTZMANN_MP * temperature / resistance * bandwidth)


def thermal_limited_oma(levels, q, density, bandwidth, responsivity):
    return 2 * (levels - 1) * q * density * sqrt(bandwidth) / responsivity


def bessel_thomson_power(x):
    """|H|² at x = f/f_3dB.  With y = jv the even powers are real, the odd ones imaginary."""
    v = mpf("2.114") * x
    real = 105 - 45 * v**2 + v**4
    imaginary = 105 * v - 10 * v**3
    return mpf(105) ** 2 / (real**2 + imaginary**2)


def integrate(power_response, pieces):
    """∫|H|²dx over consecutive pieces, the last one to infinity."""
    return quad(power_response, [*pieces, inf])


def add_receiver(table):
    table.add("1 mA", "shot noise", sqrt(2 * CHARGE * mpf("1e-3")) * 1e12, "pA/rtHz")
    density = thermal_deviation(300, 50, 1) * 1e12
    table.add("50 ohm, 300 K", "thermal noise", density, "pA/rtHz")

    bandwidth = mpf("30e9")
    for power in (-10, -5, 0):
        current = linear(power) * mpf("1e-3") + mpf("5e-9")
        case = f"1 A/W, 30 GHz, dark 5 nA, {power} dBm"
        table.add(case, "shot deviation", shot_deviation(current, bandwidth) * 1e6, "uA")
    thermal = thermal_deviation(mpf("298.15"), 50, bandwidth) * 1e6
    table.add("50 ohm, 298.15 K, 30 GHz", "thermal deviation", thermal, "uA")

    cases = (
        (4, "2.4e-4", "0.8", 15, "26.5625"),
        (2, "1e-12", "0.8", 15, "26.5625"),
        (4, "4.8e-3", "0.9", 20, "56.25"),
    )
    for levels, ber, responsivity, density, gigahertz in cases:
        weight = mpf(1) if levels == 2 else mpf("0.75")
        q = tail_inverse(mpf(ber) / weight)
        inputs = (mpf(density) * mpf("1e-12"), mpf(gigahertz) * mpf("1e9"), mpf(responsivity))
        oma = thermal_limited_oma(levels, q, *inputs)
        # Back from the OMA to the error ratio, through the half opening of one eye.
        half_opening = inputs[2] * oma / (levels - 1) / 2
        back = weight * erfc(half_opening / (inputs[0] * sqrt(inputs[1])) / sqrt(2)) / 2
        case = f"PAM{levels}, BER {ber}, {responsivity} A/W, {density} pA/rtHz, {gigahertz} GHz"
        table.add(case, "OMA", decibel(oma / mpf("1e-3")), "dBm", digits=8)
        table.add(case, "BER at this OMA", mpf(ber), "", back, 1e-20)


def add_intensity_noise(table):
    bandwidth = mpf("26.5625e9")
    for rin in (-140, -136):
        q = 1 / (6 * sqrt(linear(rin) * bandwidth))
        table.add(f"PAM4, RIN {rin} dB/Hz, 26.5625 GHz", "q of top eye", q)
    noise_bandwidth = mpf(7) * sqrt(pi / log(2)) / 2
    for rin in (-155, -145, -135):
        snr = -decibel(linear(rin) * noise_bandwidth * mpf("1e9"))
        table.add(f"RIN {rin} dB/Hz, Gaussian low-pass 7 GHz", "SNR", snr, "dB", digits=8)


def add_powers(table):
    for er in ("3.5", "4", "5", "10"):
        r = linear(er)
        ratio = 2 * (r - 1) / (r + 1)
        high, low = r, mpf(1)
        table.add(
            f"extinction ratio {er} dB",
            "OMA/mean power",
            decibel(ratio),
            "dB",
            decibel((high - low) / ((high + low) / 2)),
            1e-12,
            digits=8,
        )
    for drive in ("0.25", "0.5", "0.75"):
        high = cos(pi / 4 - pi * mpf(drive) / 4) ** 2
        low = cos(pi / 4 + pi * mpf(drive) / 4) ** 2
        case = f"Mach-Zehnder at quadrature, Vpp/Vpi {drive}"
        closed = sin(pi * mpf(drive) / 2)
        er = decibel((1 + closed) / (1 - closed))
        table.add(case, "extinction ratio", decibel(high / low), "dB", er, 1e-12, digits=8)
        table.add(case, "OMA/peak power", high - low, "", closed, 1e-12, digits=8)


def add_noise_bandwidths(table):
    ln2 = log(2)
    filters = (
        ("Butterworth 4", lambda x: 1 / (1 + x**8), (pi / 8) / sin(pi / 8)),
        ("Gaussian", lambda x: exp(-ln2 * x**2), sqrt(pi / ln2) / 2),
        ("RC", lambda x: 1 / (1 + x**2), pi / 2),
    )
    for name, power_response, closed in filters:
        numerical = integrate(power_response, [0, 1, 4])
        table.add(name, "noise/-3 dB bandwidth", closed, "", numerical, 1e-12, digits=10)
    value = integrate(bessel_thomson_power, [0, 1, 4])
    other = integrate(bessel_thomson_power, [0, mpf("0.3"), mpf("0.7"), 2, 10, 50])
    table.add("Bessel-Thomson 4", "noise/-3 dB bandwidth", value, "", other, 1e-12, digits=10)
    at_edge = decibel(bessel_thomson_power(1))
    table.add("Bessel-Thomson 4", "|H(f_3dB)|^2", at_edge, "dB", digits=8)
    edge = findroot(lambda x: bessel_thomson_power(x) - mpf(1) / 2, 1)
    table.add("Bessel-Thomson 4", "half power at f/f_3dB", edge, digits=10)
    table.note("The rounded 2.114 of the standards puts half power at the last line, not at one.")


def main():
    table = Table(__doc__)
    add_receiver(table)
    add_intensity_noise(table)
    add_powers(table)
    add_noise_bandwidths(table)
    table.finish()


if __name__ == "__main__":
    main()
