"""Network parameters of a lossy coupled circuit, converted by the formulas of the textbooks.

The circuit: two terminals at each end (ports 1→2 and 3→4). Each line is a series branch R + jωL; both
ends of each line have a capacitor C and a conductor G to ground, and the two lines are coupled by Cm at
either end. Its admittance matrix is written down from Kirchhoff's laws; everything else follows.

    S  = F (Z − Z0*)(Z + Z0)^-1 F^-1,  F = diag 1/(2 √Re z0)      (power waves)
    S' = A^-1 (S − Γ*)(1 − Γ S)^-1 A*                             (other reference impedances)
    with Γ = diag (z' − z)/(z' + z*), A = diag (1 − Γ*)/|1 − Γ|·√(1 − |Γ|²)

Sources: K. Kurokawa, IEEE Trans. Microw. Theory Tech. 13, 194 (1965), DOI 10.1109/TMTT.1965.1125964;
D. A. Frickey, IEEE Trans. Microw. Theory Tech. 42, 205 (1994), DOI 10.1109/22.275248 (two-port tables);
D. E. Bockelman, W. R. Eisenstadt, IEEE Trans. Microw. Theory Tech. 43, 1530 (1995), DOI
10.1109/22.392911 (modes).

Second routes: a renormalised matrix against the one computed from Z with the new impedances; modes
against the sum of four single-ended parameters; a chain matrix against the product of those of its
elements; a cascade against the chain matrices' product.
"""

import sys

sys.dont_write_bytecode = True

import numpy as np

from table import Table

R, L, C, G, CM = 3.0, 1.2e-9, 0.15e-12, 4e-4, 0.05e-12
FREQUENCIES = (1e9, 12.890625e9, 26.5625e9)


def admittance(f):
    """4 × 4 admittance matrix of ports 1→2, 3→4."""
    w = 2 * np.pi * f
    series = 1 / (R + 1j * w * L)
    shunt = G + 1j * w * C
    mutual = 1j * w * CM
    y = np.zeros((4, 4), complex)
    for a, b in ((0, 1), (2, 3)):
        y[a, a] += series
        y[b, b] += series
        y[a, b] -= series
        y[b, a] -= series
    for a, b in ((0, 2), (1, 3)):
        y[a, a] += mutual
        y[b, b] += mutual
        y[a, b] -= mutual
        y[b, a] -= mutual
    return y + shunt * np.eye(4)


def scattering(z, z0):
    """Power waves."""
    f = np.diag(1 / (2 * np.sqrt(np.real(z0))))
    z0 = np.diag(z0)
    return f @ (z - z0.conj()) @ np.linalg.inv(z + z0) @ np.linalg.inv(f)


def renormalise(s, old, new):
    """Kurokawa's change of reference, S' = A^-1 (S − Γ*)(1 − ΓS)^-1 A*, Γ = (z' − z)/(z' + z*),
    A_ii = (1 − Γ*)/|1 − Γ| · √(1 − |Γ|²)."""
    gamma = (new - old) / (new + np.conj(old))
    a = (1 - np.conj(gamma)) / np.abs(1 - gamma) * np.sqrt(1 - np.abs(gamma) ** 2)
    g = np.diag(gamma)
    one = np.eye(len(old))
    return np.diag(1 / a) @ (s - g.conj()) @ np.linalg.inv(one - g @ s) @ np.diag(a.conj())


def chain_of_line(f):
    """ABCD of one line without its neighbour: shunt, series, shunt."""
    w = 2 * np.pi * f
    shunt = np.array([[1, 0], [G + 1j * w * C, 1]])
    series = np.array([[1, R + 1j * w * L], [0, 1]])
    return shunt @ series @ shunt


def chain_to_scattering(m, z1, z2):
    """Frickey 1994 for real impedances."""
    a, b, c, d = m.ravel()
    den = a * z2 + b + c * z1 * z2 + d * z1
    det = a * d - b * c
    return np.array(
        [
            [a * z2 + b - c * z1 * z2 - d * z1, 2 * det * np.sqrt(z1 * z2)],
            [2 * np.sqrt(z1 * z2), -a * z2 + b - c * z1 * z2 + d * z1],
        ]
    ) / den


def hybrid(z):
    """H of a two-port from its Z."""
    return np.array(
        [[np.linalg.det(z), z[0, 1]], [-z[1, 0], 1]]
    ) / z[1, 1]


def put(table, case, name, value, check=None, unit=""):
    for part, take in (("re", np.real), ("im", np.imag)):
        second = {} if check is None else {"check": take(check), "allowed": 1e-11 * max(1, abs(value))}
        table.add(case, f"{part} {name}", take(value), unit, digits=16, **second)


def main():
    table = Table(__doc__)
    fifty = np.full(4, 50.0)
    odd = np.array([40 + 10j, 60 - 5j, 75.0, 30 + 20j])
    modes = np.array([[1, 0, -1, 0], [0, 1, 0, -1], [1, 0, 1, 0], [0, 1, 0, 1]]) / np.sqrt(2)
    for f in FREQUENCIES:
        case = f"{f / 1e9:g} GHz"
        z = np.linalg.inv(admittance(f))
        s = scattering(z, fifty)
        for i, j in ((0, 0), (1, 0), (2, 0), (3, 0)):
            put(table, case, f"S{i + 1}{j + 1}", s[i, j])
        other = renormalise(s, fifty, odd)
        direct = scattering(z, odd)
        for i, j in ((0, 0), (1, 0), (3, 2)):
            put(table, case, f"S{i + 1}{j + 1} at odd impedances", other[i, j], direct[i, j])
        mixed = modes @ s @ modes.T
        put(table, case, "SDD21", mixed[1, 0], (s[1, 0] - s[1, 2] - s[3, 0] + s[3, 2]) / 2)
        put(table, case, "SCC21", mixed[3, 2], (s[1, 0] + s[1, 2] + s[3, 0] + s[3, 2]) / 2)
        put(table, case, "SDD11", mixed[0, 0], (s[0, 0] - s[0, 2] - s[2, 0] + s[2, 2]) / 2)
        # One line alone: two-port kinds, and twice in a row between other impedances.
        m = chain_of_line(f)
        two = chain_to_scattering(m, 50.0, 75.0)
        # The same from Z, by its elements.
        zline = np.array([[m[0, 0], np.linalg.det(m)], [1, m[1, 1]]]) / m[1, 0]
        check = scattering(zline, np.array([50.0, 75.0]))
        put(table, case, "line S11", two[0, 0], check[0, 0])
        put(table, case, "line S21", two[1, 0], check[1, 0])
        h = hybrid(zline)
        put(table, case, "line h11", h[0, 0], m[0, 1] / m[1, 1], "ohm")
        put(table, case, "line h21", h[1, 0], -1 / m[1, 1])
        both = chain_to_scattering(m @ m, 50.0, 75.0)
        put(table, case, "two lines S11", both[0, 0])
        put(table, case, "two lines S21", both[1, 0])
    table.finish()


if __name__ == "__main__":
    main()
