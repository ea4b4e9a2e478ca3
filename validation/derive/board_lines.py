"""Striplines and their pairs by finite differences of the Laplace equation, and a line's scattering
parameters by its chain matrix: routes that share nothing with the library's closed forms.

    python3 validation/derive/board_lines.py

A quarter of the cross-section of a pair is solved on a uniform grid, the impedance in vacuum taken from
the field's energy, and two grids extrapolated to none: the field at a right-angled edge grows as
r^(-1/3), so that the energy's error falls as the grid to the power 4/3 (the three grids printed show it).
"""

import numpy as np
from scipy.sparse import coo_matrix
from scipy.sparse.linalg import spsolve

C = 299_792_458.0
MU = 1.25663706212e-6
ETA = MU * C


def capacitance(width, gap, spacing, thickness, odd, cells):
    """C/ε₀ of one strip of a pair, in the half plane right of the symmetry plane, by finite
    differences with `cells` cells over the distance of the planes. The symmetry of top and bottom
    halves the height."""
    h = spacing / cells
    reach = gap / 2 + width + 3.0 * spacing
    nx, ny = round(reach / h) + 1, cells // 2 + 1
    x0, x1 = round(gap / 2 / h), round((gap / 2 + width) / h)
    y1 = round(thickness / 2 / h)
    index = np.arange(nx * ny).reshape(nx, ny)  # y = 0 is the plane of the strip
    potential = np.full((nx, ny), np.nan)
    potential[:, -1] = 0.0
    potential[-1, :] = 0.0
    if odd:
        potential[0, :] = 0.0
    potential[x0 : x1 + 1, : y1 + 1] = 1.0
    free = np.isnan(potential)
    rows, cols, values = [], [], []
    # Energy of a bond between neighbours: its conductance is halved along a symmetry plane.
    for axis, shape in ((0, (nx - 1, ny)), (1, (nx, ny - 1))):
        weight = np.ones(shape)
        if axis == 0:
            weight[:, 0] *= 0.5
            weight[:, -1] *= 0.5
            a, b = index[:-1, :], index[1:, :]
        else:
            weight[0, :] *= 0.5
            weight[-1, :] *= 0.5
            a, b = index[:, :-1], index[:, 1:]
        for p, q in ((a, b), (b, a)):
            rows += [p.ravel(), p.ravel()]
            cols += [p.ravel(), q.ravel()]
            values += [weight.ravel(), -weight.ravel()]
    matrix = coo_matrix(
        (np.concatenate(values), (np.concatenate(rows), np.concatenate(cols)))
    ).tocsr()
    known = ~free.ravel()
    fixed = np.nan_to_num(potential.ravel())
    right = -(matrix @ fixed)
    unknown = np.flatnonzero(~known)
    solution = fixed.copy()
    solution[unknown] = spsolve(matrix[unknown][:, unknown].tocsc(), right[unknown])
    energy = solution @ (matrix @ solution)
    return 2.0 * energy  # both halves of the height


def impedance(*dimensions):
    """In vacuum, Ω, and what each grid gives."""
    grids = [80, 160, 320]
    values = [ETA / capacitance(*dimensions, cells) for cells in grids]
    return values[-1] + (values[-1] - values[-2]) / (2 ** (4 / 3) - 1), values


def scattering(z, y, length, r):
    gamma, impedance_ = np.sqrt(z * y), np.sqrt(z / y)
    a = np.cosh(gamma * length)
    b, c = impedance_ * np.sinh(gamma * length), np.sinh(gamma * length) / impedance_
    d = a + b / r + c * r + a
    return (b / r - c * r) / d, 2.0 / d


if __name__ == "__main__":
    print("impedance in vacuum, ohm: width, gap, thickness over the distance of the planes; mode")
    for width, gap, thickness in [
        (0.5, 0.5, 0.1),
        (0.5, 1.0, 0.05),
        (1.0, 0.5, 0.05),
        (0.35, 0.35, 0.05),
    ]:
        for odd in (False, True):
            z, grids = impedance(width, gap, 1.0, thickness, odd)
            print(width, gap, thickness, "odd" if odd else "even", f"{z:.3f}", [f"{g:.3f}" for g in grids])
    print("one strip")
    for width, thickness in [(0.5, 0.05), (0.5, 0.1), (1.0, 0.05), (0.35, 0.1)]:
        z, grids = impedance(width, 8.0, 1.0, thickness, False)
        print(width, thickness, f"{z:.3f}", [f"{g:.3f}" for g in grids])
    print("line by its constants, 1 mm: S11, S21")
    for f in (75e9, 92e9, 110e9):
        w = 2 * np.pi * f
        print(f, *scattering(1e5 + 1j * w * 1e-6, 1 + 1j * w * 8e-12, 1e-3, 50.0))
    print("metallic transmission model: dB/m, impedance at 10 GHz")
    for f in (1e9, 5e9, 10e9, 12.890625e9):
        w, w0, theta = 2 * np.pi * f, 1e7, 0.02
        v = 0.67 * 3e8
        z = 1j * w * 100 / v + np.sqrt(0.1876**2 + 1.452**2 * 2j * w / w0)
        y = 1j * w * (1j * w / w0) ** (-2 * theta / np.pi) / (100 * v)
        print(f, 20 / np.log(10) * np.sqrt(z * y).real, np.sqrt(z / y))
