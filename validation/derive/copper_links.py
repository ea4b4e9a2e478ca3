"""A copper path from die to die with all its reflections, and noise that crosstalk and a driver leave behind it.

Chain (ABCD) matrices of the differential circuit between the resistances of its ends; the second route solves
Kirchhoff's nodal equations of the whole circuit at once. The noise is the integral of the power density of random
symbols over frequency; its second route sums the squares of the sampled response to one symbol, the mean over
64 phases.

Elements as the standards tabulate them: capacitance and inductance of one leg, differential impedance (IEEE P802.3dj
draft 3.3, Tables 179-21 to 179-23, as transcribed in PyChOpMarg 3.4.0, config/ieee_8023dj_d3p3.py, BSD-3-Clause;
IEEE Std 802.3, Tables 93-8, 93A-3 and 92-12).

    python copper_links.py [--json]
"""

import json
import sys

import numpy as np

GHZ = 1e9


def capacitor(f, c):  # F of one leg
    return ("shunt", 2j * np.pi * f * c / 2)


def inductor(f, l):  # H of one leg
    return ("series", 2j * np.pi * f * 2 * l)


def line(f, zc, mm, g0, a1, a2, tau):
    x = f / GHZ
    g = g0 + a1 * (1 + 1j) * np.sqrt(x) + (a2 * (1 - 2j / np.pi * np.log(x)) + 2j * np.pi * tau) * x
    return ("line", zc, g * mm)


def package(f, ladder, bump, lines, ball):
    out = []
    for c, l in ladder:
        out.append(capacitor(f, c))
        if l:
            out.append(inductor(f, l))
    if bump:
        out.append(capacitor(f, bump))
    out += lines
    out.append(capacitor(f, ball))
    return out


def connector(f, c, l, db, at, delay, zc):
    g = db / (20 * np.log10(np.e)) * np.sqrt(f / at) * (1 + 1j) + 2j * np.pi * f * delay
    half = [capacitor(f, c / 2), inductor(f, l / 2)]
    return half + [("line", zc, g)] + half[::-1]


def coupling(f, db, at):  # in 100 ohm, matched: s12 = s21 = jf/f0 k
    return ("coupling", 1j * 10 ** (-db / 20) * f / at)


def matrix(e):
    if e[0] == "shunt":
        return np.array([[1, 0], [e[1], 1]])
    if e[0] == "series":
        return np.array([[1, e[1]], [0, 1]])
    if e[0] == "line":
        _, zc, g = e
        return np.array([[np.cosh(g), zc * np.sinh(g)], [np.sinh(g) / zc, np.cosh(g)]])
    s, z = e[1], 100.0
    return np.array([[1 + s * s, z * (1 - s * s)], [(1 - s * s) / z, 1 + s * s]]) / (2 * s)


def admittance(e):
    """Of a two-port that is not a shunt."""
    if e[0] == "series":
        y = 1 / e[1]
        return np.array([[y, -y], [-y, y]])
    if e[0] == "line":
        _, zc, g = e
        return np.array([[1 / np.tanh(g), -1 / np.sinh(g)], [-1 / np.sinh(g), 1 / np.tanh(g)]]) / zc
    s = e[1]
    return np.array([[1 + s * s, -2 * s], [-2 * s, 1 + s * s]]) / (100.0 * (1 - s * s))


def by_chain(elements, source, load):
    m = np.eye(2, dtype=complex)
    for e in elements:
        m = m @ matrix(e)
    a, b, c, d = m.ravel()
    # E = 2: what the source makes in its own resistance is one.
    return 2 / (a + b / load + c * source + d * source / load)


def by_nodes(elements, source, load):
    n = 1 + sum(e[0] != "shunt" for e in elements)
    y = np.zeros((n, n), dtype=complex)
    y[0, 0] += 1 / source
    at = 0
    for e in elements:
        if e[0] == "shunt":
            y[at, at] += e[1]
        else:
            y[at : at + 2, at : at + 2] += admittance(e)
            at += 1
    y[at, at] += 1 / load
    current = np.zeros(n, dtype=complex)
    current[0] = 2 / source
    return np.linalg.solve(y, current)[at]


DJ_LADDER = [(40e-15, 130e-12), (90e-15, 150e-12), (110e-15, 140e-12)]


def host_package(f):
    k = dict(g0=5e-4, a1=6.5e-4, a2=2.93e-4, tau=6.141e-3)
    lines = [line(f, z, mm, **k) for z, mm in ((87.5, 15.0), (95.0, 2.0), (100.0, 1.3), (78.0, 1.5))]
    return package(f, DJ_LADDER, 30e-15, lines, 40e-15)


def host_board(f, mm):
    return [line(f, 92.5, mm, 0.0, 5.95e-4, 2.6e-5, 5.79e-3)]


def old_board(f, mm):
    return [line(f, 109.8, mm, 0.0, 4.114e-4, 2.547e-4, 6.191e-3)]


def old_package(f):
    return package(f, [(250e-15, 0)], 0, [line(f, 78.2, 30.0, 0.0, 1.734e-3, 1.455e-4, 6.141e-3)], 180e-15)


def cable_end(f):
    return connector(f, 60e-15, 120e-12, 1.5, 26.5625e9, 150e-12, 95.0)


def path(f):
    return host_package(f) + host_board(f, 83.0) + cable_end(f) + old_board(f, 72.0) + old_package(f)[::-1]


RATE = 106.25e9


def through(f):
    return host_board(f, 83.0) + cable_end(f) + host_board(f, 50.0)


def far(f):
    return host_board(f, 83.0) + cable_end(f) + [coupling(f, 40.0, 53.125e9)] + host_board(f, 50.0)


def near(f):
    return host_board(f, 50.0) + [coupling(f, 40.0, 53.125e9)] + host_board(f, 50.0)


def filters(f):
    edge = np.exp(-2 * (np.pi * f * 4e-12 / 1.6832) ** 2)
    x = 1j * f / 58.4375e9
    return edge / np.polyval([1, 2.613126, 3.414214, 2.613126, 1], x)


def noise(elements, amplitude, variance, taps, source, load, solve):
    step = 20e6
    f = (np.arange(int(6 * RATE / step)) + 0.5) * step
    h = np.array([solve(elements(x), source, load) for x in f]) * filters(f) * amplitude
    h *= sum(c * np.exp(-2j * np.pi * f / RATE * i) for i, c in enumerate(taps))
    h *= np.sinc(f / RATE)
    return 2 * variance / RATE * np.sum(abs(h) ** 2) * step


def noise_in_time(elements, amplitude, variance, taps, source, load):
    samples, symbols = 64, 512
    n = samples * symbols
    f = np.arange(n // 2 + 1) * RATE / symbols
    f[0] = 1e3
    h = np.zeros(len(f), dtype=complex)
    near_zero = f < 6 * RATE
    h[near_zero] = [by_chain(elements(x), source, load) for x in f[near_zero]]
    h *= filters(f) * amplitude * np.sinc(f / RATE)
    h *= sum(c * np.exp(-2j * np.pi * f / RATE * i) for i, c in enumerate(taps))
    pulse = np.fft.irfft(h) * samples
    return variance * np.sum(pulse**2) / samples


def main():
    out = {}
    for f in (0.1, 1.0, 13.28125, 26.5625, 53.125):
        a = by_chain(path(f * GHZ), 92.5, 110.0)
        b = by_nodes(path(f * GHZ), 92.5, 110.0)
        out[f"die to die at {f} GHz"] = [a.real, a.imag], [b.real, b.imag]
    four = np.array([-1, -1 / 3, 1 / 3, 1])
    variance = np.mean(four**2)
    for name, elements, amplitude, v, taps, ends in (
        ("far-end crosstalk", far, 0.385, variance, [-0.1, 0.9], (92.5, 110.0)),
        ("near-end crosstalk", near, 0.481, variance, [1.0], (110.0, 110.0)),
        ("driver noise of 33.5 dB", through, 0.385 * 10 ** (-33.5 / 20), 1.0, [1.0], (92.5, 110.0)),
    ):
        a = noise(elements, amplitude, v, taps, *ends, by_chain)
        b = noise_in_time(elements, amplitude, v, taps, *ends)
        out[name + " at the receiver, V rms"] = np.sqrt(a), np.sqrt(b)
    if "--json" in sys.argv:
        print(json.dumps(out, indent=1))
        return
    for name, (a, b) in out.items():
        print(f"{name:45} {a!s:50} {b!s}")


main()
