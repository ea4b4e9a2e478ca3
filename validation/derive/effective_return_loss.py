"""Effective return loss of an echo and of a mismatched line, IEEE Std 802.3, 93A.5.

The reflection of a pulse is the Fourier integral itself, summed term by term over the frequencies (no
transform of a grid); its distribution comes from the characteristic function of the symbols,
phi(u) = prod_n mean_l cos(u h_n x_l), by the inversion of Gil-Pelaez.

Spectrum: sinc(f/f_b) (93A-23 over the symbol), Gaussian edges (93A-46), Butterworth filter of fourth order
(93A-20), raised cosine from f_r to f_b as in the COM reference code (function Tukey_Window).

    python effective_return_loss.py [--json]
"""

import json
import sys

import numpy as np
from scipy.optimize import brentq

FB = 53.125e9
FR = 0.75 * FB
TR = 10e-12
M = 32
L = 4
DER = 1e-4
RHO = 0.618


def spectrum(f):
    x = f / FR
    butterworth = 1 / (1 - 3.414214 * x**2 + x**4 + 2.613126j * (x - x**3))
    edge = np.exp(-2 * (np.pi * f * TR / 1.6832) ** 2)
    window = np.where(f < FR, 1.0, np.where(f > FB, 0.0, 0.5 + 0.5 * np.cos(np.pi * (f - FR) / (FB - FR))))
    # A symbol that begins at 0 and ends at 1/f_b, in units of the symbol.
    pulse = np.sinc(f / FB) * np.exp(-1j * np.pi * f / FB)
    return butterworth * edge * window * pulse / FB


def reflection(s11, times, df=2e6):
    f = np.arange(0, FB + df, df)
    h = spectrum(f) * s11(f)
    h[0] = h[0].real / 2
    out = np.empty(len(times))
    for i in range(0, len(times), 64):
        t = times[i : i + 64]
        out[i : i + 64] = 2 * df * np.real(np.exp(2j * np.pi * np.outer(t, f)) @ h)
    return out


def gate(x, nbx, beta):
    edge = nbx + 1.0
    inside = RHO * (1 + RHO) * np.exp(-(((x - edge) / edge) ** 2)) * 10 ** (beta * (x - edge) / FB / 20)
    return np.where(x < 0, 0.0, np.where(x < edge, inside, 1.0))


def quantile(h, der):
    """What the sum of symbols of L levels exceeds with the probability der, by Gil-Pelaez."""
    levels = 2 * np.arange(L) / (L - 1) - 1
    h = h[np.abs(h) > 1e-12 * np.abs(h).max()]
    top = np.abs(h).sum()

    # The distribution is discrete: a little Gaussian noise makes the integral converge.
    sigma = 4e-4 * top
    u = np.linspace(0, 8 / sigma, 1000001)[1:]
    phi = np.ones_like(u)
    for v in h:
        phi *= np.mean(np.cos(np.outer(u, v * levels)), axis=1)
    phi *= np.exp(-0.5 * (sigma * u) ** 2)
    du = u[1] - u[0]

    def exceeded(y):
        # P(X > y) = 1/2 - (1/pi) integral phi(u) sin(u y)/u du; the point u = 0 counts y/2.
        return 0.5 - (np.sum(phi * np.sin(u * y) / u) + 0.5 * y) * du / np.pi

    return brentq(lambda y: exceeded(y) - der, 0.0, 1.05 * top)


def erl(s11, symbols, nbx=0, beta=0.0, fixture=0.0):
    times = fixture + np.arange(symbols * M) / M / FB
    pulse = reflection(s11, times) * gate((times - fixture) * FB, nbx, beta)
    phases = pulse.reshape(symbols, M)
    best = phases[:, np.argmax((phases**2).sum(axis=0))]
    return -20 * np.log10(quantile(best, DER))


def echo(share, delay):
    return lambda f: share * np.exp(-2j * np.pi * f * delay)


def line(impedance, delay, nepers):
    """A length of line between resistances of 100 ohm, with a loss that does not depend on frequency."""
    rho = (impedance - 100) / (impedance + 100)

    def s11(f):
        twice = np.exp(-2 * (nepers + 2j * np.pi * f * delay))
        return rho * (1 - twice) / (1 - rho**2 * twice)

    return s11


def results():
    return {
        "echo_0.1": erl(echo(0.1, 1e-9), 120),
        "line_85_ohm": erl(line(85.0, 0.4e-9, 0.05), 120),
        "line_85_ohm_gated": erl(line(85.0, 0.4e-9, 0.05), 120, nbx=21, beta=1e9),
        "line_85_ohm_fixture": erl(line(85.0, 0.4e-9, 0.05), 120, fixture=0.1e-9),
    }


if __name__ == "__main__":
    found = results()
    # The second route: the peak of the echo's pulse by fine sampling is the one sample that counts.
    t = np.linspace(0.9e-9, 1.1e-9, 4001)
    peak = np.abs(reflection(echo(0.1, 1e-9), t)).max()
    print("echo's peak alone", -20 * np.log10(peak), file=sys.stderr)
    if "--json" in sys.argv:
        print(json.dumps(found, indent=1))
    else:
        for name, value in found.items():
            print(f"{name:24} {value:.4f} dB")
