"""Losses of the device models of IEEE P802.3dj draft 3.3 and of the host boards of IEEE Std 802.3.

Chain (ABCD) matrices of the differential circuit at the differential reference impedance 2 R0. Elements as
tabulated: capacitance and inductance of one leg, differential characteristic impedance. The second route
solves Kirchhoff's nodal equations of the whole circuit at once, each line as its admittance matrix.

Tables 178-14, 179-21 to 179-23 and 176D-6 of draft 3.3 as transcribed in PyChOpMarg 3.4.0
(pychopmarg/config/ieee_8023dj_d3p3.py, BSD-3-Clause); Table 92-12 as in the defaults of the COM reference
code (board_tl_gamma0_a1_a2, board_tl_tau, board_Z_c).

    python com_devices.py [--json]
"""

import json
import sys

import numpy as np

FREQUENCIES = (13.28125, 26.5625, 53.125)  # GHz


def chain(*matrices):
    out = np.eye(2, dtype=complex)
    for m in matrices:
        out = out @ m
    return out


def capacitor(f, c):  # c in nF of one leg: half of it between the legs
    return np.array([[1, 0], [2j * np.pi * f * c / 2, 1]])


def inductor(f, l):  # l in nH of one leg: twice it in series
    return np.array([[1, 2j * np.pi * f * 2 * l], [0, 1]])


def line(f, zc, length, g0, a1, a2, tau):
    g = g0 + a1 * (1 + 1j) * np.sqrt(f) + (a2 * (1 - 2j / np.pi * np.log(f)) + 2j * np.pi * tau) * f
    g = g * length
    return np.array([[np.cosh(g), zc * np.sinh(g)], [np.sinh(g) / zc, np.cosh(g)]])


def loss(m, r0):
    z = 2 * r0
    return 20 * np.log10(abs(m[0, 0] + m[0, 1] / z + m[1, 0] * z + m[1, 1]) / 2)


A = dict(g0=5e-4, a1=8.9e-4, a2=2e-4, tau=6.141e-3)
B = dict(g0=5e-4, a1=6.5e-4, a2=2.93e-4, tau=6.141e-3)
HOST = dict(g0=0.0, a1=5.95e-4, a2=2.6e-5, tau=5.79e-3)
BOARD_92 = dict(g0=0.0, a1=4.114e-4, a2=2.547e-4, tau=6.191e-3)


def die(f):
    steps = []
    for c, l in zip((40e-6, 90e-6, 110e-6), (0.13, 0.15, 0.14)):
        steps += [capacitor(f, c), inductor(f, l)]
    return chain(*steps, capacitor(f, 30e-6))


def package(f, kind, first):
    if kind == "A":
        lines = [(87.5, first), (92.5, 1.8)]
        p = A
    else:
        lines = [(87.5, first), (95.0, 2.0), (100.0, 1.3), (78.0, 1.5)]
        p = B
    return chain(die(f), *[line(f, z, d, **p) for z, d in lines], capacitor(f, 40e-6))


def host(f, kind, first, board):
    return chain(package(f, kind, first), line(f, 92.5, board, **HOST))


CASES = {
    "class A, 33 mm": lambda f: loss(package(f, "A", 33), 46.25),
    "class A, 12 mm": lambda f: loss(package(f, "A", 12), 46.25),
    "class B, 45 mm": lambda f: loss(package(f, "B", 45), 46.25),
    "class B, 30 mm": lambda f: loss(package(f, "B", 30), 46.25),
    "host HL": lambda f: loss(host(f, "A", 8, 22), 46.25),
    "host HN": lambda f: loss(host(f, "B", 15, 83), 46.25),
    "host HH": lambda f: loss(host(f, "B", 45, 74), 46.25),
    "chip-to-module host": lambda f: loss(host(f, "B", 45, 280), 46.25),
    "Table 92-12 board, 151 mm": lambda f: loss(line(f, 109.8, 151, **BOARD_92), 50.0),
}



def nodal(elements, r0):
    """Loss in dB of elements in a row between matched ends, from the nodal equations."""
    z = 2 * r0
    nodes = 1 + sum(kind != "shunt" for kind, _ in elements)
    y = np.zeros((nodes, nodes), dtype=complex)
    at = 0
    for kind, m in elements:
        if kind == "shunt":
            y[at, at] += m[1, 0]
        else:
            a, b, c, d = m[0, 0], m[0, 1], m[1, 0], m[1, 1]
            y[at : at + 2, at : at + 2] += np.array([[d / b, (b * c - a * d) / b], [-1 / b, a / b]])
            at += 1
    y[0, 0] += 1 / z
    y[-1, -1] += 1 / z
    drive = np.zeros(nodes, dtype=complex)
    drive[0] = 1 / z  # a source of 1 V behind z
    return -20 * np.log10(2 * abs(np.linalg.solve(y, drive)[-1]))


def elements(f, kind, first, board=None):
    out = []
    for c, l in zip((40e-6, 90e-6, 110e-6), (0.13, 0.15, 0.14)):
        out += [("shunt", capacitor(f, c)), ("series", inductor(f, l))]
    out.append(("shunt", capacitor(f, 30e-6)))
    p = A if kind == "A" else B
    rest = [(92.5, 1.8)] if kind == "A" else [(95.0, 2.0), (100.0, 1.3), (78.0, 1.5)]
    out += [("line", line(f, z, d, **p)) for z, d in [(87.5, first)] + rest]
    out.append(("shunt", capacitor(f, 40e-6)))
    if board:
        out.append(("line", line(f, 92.5, board, **HOST)))
    return out


SECOND = {
    "class A, 33 mm": ("A", 33),
    "class A, 12 mm": ("A", 12),
    "class B, 45 mm": ("B", 45),
    "class B, 30 mm": ("B", 30),
    "host HL": ("A", 8, 22),
    "host HN": ("B", 15, 83),
    "host HH": ("B", 45, 74),
    "chip-to-module host": ("B", 45, 280),
}

table = {name: [float(of(f)) for f in FREQUENCIES] for name, of in CASES.items()}
worst = max(
    abs(nodal(elements(f, *what), 46.25) - value)
    for name, what in SECOND.items()
    for f, value in zip(FREQUENCIES, table[name])
)
if "--json" in sys.argv:
    print(json.dumps(table, indent=1))
else:
    print("loss in dB at", *FREQUENCIES, "GHz")
    for name, values in table.items():
        print(f"{name:28}", *[f"{v:.9f}" for v in values])
    print(f"largest difference of the two routes: {worst:.1e} dB, allowed 1e-9")
sys.exit(1 if worst > 1e-9 else 0)
