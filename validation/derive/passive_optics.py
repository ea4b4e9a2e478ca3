"""Multipath interference, filters, crosstalk, delays.

An echo of power ratio ε and delay τ of a continuous wave with Lorentzian linewidth Δν, averaged over
the optical phase between the two, makes relative intensity noise of the one-sided density

    S(f) = 2·∫_{−τ}^{τ} 2ε·(e^(−a|T|) − e^(−aτ))·cos(2πfT) dT,   a = 2πΔν,

and for long delays (4ε/π)·Δν/(f² + Δν²).

Source: J. L. Gimlett and N. K. Cheung, J. Lightwave Technol. 7(6), 888 (1989).

Second route: a laser's phase as a random walk, the beat with its delayed self, and the averaged
periodogram (NumPy), to a few per cent.

Noise bandwidth of a Gaussian filter of order n: B·Γ(1 + 1/2n)/(ln 2)^(1/2n); second route quadrature.
The worst eye with aligned crosstalk of the fields s√P_max: second route a search over phases.
"""

import sys

sys.dont_write_bytecode = True

import numpy as np
from mpmath import cos, exp, gamma, inf, log, mp, mpf, pi, quad

from table import SPEED_OF_LIGHT, Table

mp.dps = 25


def density(ratio, delay, linewidth, frequency):
    a, tau, f = 2 * pi * mpf(linewidth), mpf(delay), mpf(frequency)
    value = quad(
        lambda t: (exp(-a * t) - exp(-a * tau)) * cos(2 * pi * f * t), mp.linspace(0, tau, 41)
    )
    return 8 * mpf(ratio) * value


def periodogram(ratio, delay, linewidth, frequencies, seed):
    """Averaged over runs and optical phases; bins of 1/(run length)."""
    rng = np.random.default_rng(seed)
    rate, samples, runs = 400e6, 1 << 14, 1500
    shift = round(delay * rate)
    total = np.zeros(samples // 2 + 1)
    for _ in range(runs):
        steps = rng.standard_normal(samples + shift) * np.sqrt(2 * np.pi * linewidth / rate)
        phase = np.cumsum(steps)
        turn = phase[shift:] - phase[:-shift] + rng.uniform(0, 2 * np.pi)
        beat = 2 * np.sqrt(ratio) * np.cos(turn)
        total += np.abs(np.fft.rfft(beat)) ** 2
    power = 2 * total / runs / samples / rate
    return [
        np.mean(power[int(f * samples / rate) - 8 : int(f * samples / rate) + 9]) for f in frequencies
    ]


def multipath(table):
    ratio = 1e-5
    for delay, linewidth in ((1e-6, 1e6), (50e-9, 1e6), (50e-9, 20e6)):
        frequencies = (2e6, 10e6, 37e6)
        counted = periodogram(ratio, delay, linewidth, frequencies, 3)
        for f, check in zip(frequencies, counted):
            value = density(ratio, delay, linewidth, f)
            # 17 bins of 1500 runs, and the leakage of the zero frequency into them.
            table.add(
                f"echo of -50 dB, {delay * 1e9:g} ns, {linewidth / 1e6:g} MHz",
                f"RIN at {f / 1e6:g} MHz",
                value * mpf(10) ** 12,
                "1e-12/Hz",
                check * 1e12,
                0.05 * float(value) * 1e12 + 2e-4,
                8,
            )
    ratio, linewidth = mpf("1e-5"), mpf("1e6")
    long = 4 * ratio / pi * linewidth / (mpf("1e14") + linewidth**2)
    table.add("long delay, 1 MHz", "RIN at 10 MHz", long * mpf(10) ** 12, "1e-12/Hz", digits=8)


def filters(table):
    for order in (1, 2, 3, 4):
        closed = gamma(1 + mpf(1) / (2 * order)) / log(2) ** (mpf(1) / (2 * order))
        numerical = quad(lambda x: exp(-log(2) * (2 * x) ** (2 * order)), [0, 0.5, 1, 2, inf]) * 2
        table.add(f"Gaussian of order {order}", "noise bandwidth over width", closed, "", numerical, 1e-12, 12)
    # Two neighbours 50 GHz away behind a port of 40 GHz and order 2, spectra 32 GHz wide.
    def passed(centre, width):
        edges = mp.linspace(centre - width / 2, centre + width / 2, 9)
        return quad(lambda f: exp(-log(2) * (2 * f / 40) ** 4), edges) / width

    ratio = 2 * passed(mpf(50), mpf(32)) / passed(mpf(0), mpf(32))
    case = "port of 40 GHz, order 2, neighbours at 50 GHz, 32 GHz wide"
    table.add(case, "crosstalk", 10 * log(ratio, 10), "dB", digits=9)


def crosstalk(table):
    low = 10**-0.6
    formats = (
        ("NRZ, infinite extinction", [0, 1]),
        ("PAM4, infinite extinction", [0, 1 / 3, 2 / 3, 1]),
        ("PAM4, 6 dB", [low + (1 - low) * k / 3 for k in range(4)]),
    )
    phases = np.exp(1j * np.linspace(0, 2 * np.pi, 721))
    for name, levels in formats:
        eyes = list(zip(levels[:-1], levels[1:]))
        for decibel in (-45, -40, -35):
            s = 10 ** (decibel / 20)
            opening = min(
                ((np.sqrt(u) - s) ** 2 - (np.sqrt(l) + s) ** 2) / (u - l) for l, u in eyes
            )
            # Every phase and every level of the interferer.
            fields = np.concatenate([np.sqrt(p) * s * phases for p in levels])
            worst = min(
                (
                    np.min(np.abs(np.sqrt(u) + fields) ** 2)
                    - np.max(np.abs(np.sqrt(l) + fields) ** 2)
                )
                / (u - l)
                for l, u in eyes
            )
            case = f"{name}, one echo of {decibel} dB"
            check = -10 * np.log10(worst)
            table.add(case, "penalty", -10 * np.log10(opening), "dB", check, 1e-9, 8)
            # With the thresholds kept in the middle of the undisturbed eyes.
            opening = min(
                1 - 2 * max(u - (np.sqrt(u) - s) ** 2, (np.sqrt(l) + s) ** 2 - l) / (u - l)
                for l, u in eyes
            )
            worst = min(
                2
                * min(
                    np.min(np.abs(np.sqrt(u) + fields) ** 2) - (u + l) / 2,
                    (u + l) / 2 - np.max(np.abs(np.sqrt(l) + fields) ** 2),
                )
                / (u - l)
                for l, u in eyes
            )
            check = -10 * np.log10(worst)
            table.add(
                case, "penalty, fixed thresholds", -10 * np.log10(opening), "dB", check, 1e-9, 8
            )


def delays(table):
    for index in ("1.4676", "1.4682", "1.483", "1.0003"):
        table.add(f"group index {index}", "delay", mpf(index) / SPEED_OF_LIGHT * mpf(10) ** 9, "ns/m", digits=7)
    table.add("1.0003 over 1.4676", "difference", (mpf("1.0003") / mpf("1.4676") - 1) * 100, "%", digits=6)


def main():
    table = Table(__doc__)
    multipath(table)
    filters(table)
    crosstalk(table)
    delays(table)
    table.finish()


if __name__ == "__main__":
    main()
