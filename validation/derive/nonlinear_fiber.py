"""Pulses and tones in fibre with the Kerr effect.

    ∂A/∂z = −(α/2)A − j(β2ω²/2 + β3ω³/6)A − jγ|A|²A,   time factor e^{+jωt},

the complex conjugate of G. P. Agrawal, Nonlinear Fiber Optics, 5th ed., eq. (2.3.46).  Closed forms:

    soliton, N = 1     A = √P·sech(t/T0)·exp(−jz/2L_D),  γP·L_D = 1, L_D = T0²/|β2|  (eq. 5.2.16)
    soliton, N = 2     J. Satsuma and N. Yajima, Prog. Theor. Phys. Suppl. 55, 284 (1974); Agrawal
                       eq. (5.2.24): |A(0)|²/P at the middle of the period 16; period (π/2)L_D
    self-phase modulation of a Gaussian pulse: rms spectral width √(1 + 4φ²/(3√3))  (eq. 4.1.17)
    four-wave mixing   P = d²γ²P_iP_jP_k·L_eff²·η·e^{−αL}, d = 2 for three different waves,
                       η = α²/(α² + Δβ²)·(1 + 4e^{−αL}·sin²(ΔβL/2)/(1 − e^{−αL})²),
                       Δβ = −β2(ω_i − ω_k)(ω_j − ω_k)
                       (N. Shibata, R. P. Braun, R. G. Waarts, IEEE J. Quantum Electron. 23, 1205,
                       1987, DOI 10.1109/JQE.1987.1073489)

Second routes: the same field by the symmetric split step below, extrapolated, or by a Runge–Kutta
solver (SciPy's DOP853 in the interaction picture).  The pulse of "normal dispersion" is the test
case of Sionna's fibre (test_ssfm_reference); its numbers are worked out here.
"""

import sys

sys.dont_write_bytecode = True

import numpy as np
from scipy.integrate import solve_ivp

from table import Table

PS, KM = 1e-12, 1e3


def grid(points, window):
    time = (np.arange(points) - points // 2) * (window / points)
    return time, 2 * np.pi * np.fft.fftfreq(points, window / points)


def split_step(field, omega, length, steps, beta2=0.0, beta3=0.0, gamma=0.0, alpha=0.0):
    """Plain symmetric steps D/2–N–D/2, the Kerr phase over the effective length of the step."""
    step = length / steps
    linear = -alpha / 2 - 1j * (beta2 / 2 * omega**2 + beta3 / 6 * omega**3)
    half, x = np.exp(linear * step / 2), alpha * step / 2
    effective = step * (np.sinh(x) / x if x else 1.0)
    spectrum = np.fft.fft(field)
    for _ in range(steps):
        a = np.fft.ifft(spectrum * half)
        a = a * np.exp(-1j * gamma * effective * np.abs(a) ** 2)
        spectrum = np.fft.fft(a) * half
    return np.fft.ifft(spectrum)


def extrapolated(field, omega, length, steps, **fibre):
    coarse = split_step(field, omega, length, steps, **fibre)
    fine = split_step(field, omega, length, 2 * steps, **fibre)
    finest = split_step(field, omega, length, 4 * steps, **fibre)
    a, b = (4 * fine - coarse) / 3, (4 * finest - fine) / 3
    return (16 * b - a) / 15


def runge_kutta(field, omega, length, beta2=0.0, beta3=0.0, gamma=0.0, alpha=0.0):
    linear = -alpha / 2 - 1j * (beta2 / 2 * omega**2 + beta3 / 6 * omega**3)

    def slope(z, state):
        a = np.fft.ifft(state * np.exp(linear * z))
        return -1j * gamma * np.exp(-linear * z) * np.fft.fft(np.abs(a) ** 2 * a)

    start = np.fft.fft(field)
    size = np.linalg.norm(start) / len(field) ** 0.5
    found = solve_ivp(slope, (0, length), start, "DOP853", rtol=1e-11, atol=1e-12 * size)
    return np.fft.ifft(found.y[:, -1] * np.exp(linear * length))


def error(a, b):
    return np.linalg.norm(a - b) / np.linalg.norm(b)


def rms(axis, weight):
    weight = weight / weight.sum()
    mean = (axis * weight).sum()
    return np.sqrt(((axis - mean) ** 2 * weight).sum())


def solitons(table):
    beta2, gamma, width = -20.473697e-27, 1.3e-3, 10 * PS
    time, omega = grid(4096, 400 * PS)
    reach = width**2 / abs(beta2)
    peak = 1 / (gamma * reach)
    table.add("soliton", "power N = 1", peak, "W", 0.157489976, 1e-9, digits=10)
    start = np.sqrt(peak) / np.cosh(time / width) + 0j
    exact = start * np.exp(-5j)
    plain = {}
    for steps in (200, 400, 800):
        out = split_step(start, omega, 10 * reach, steps, beta2=beta2, gamma=gamma)
        plain[steps] = error(out, exact)
        table.add("soliton", f"error of {steps} plain steps over 10 L_D", plain[steps], digits=5)
    order = np.log2(plain[400] / plain[800])
    table.add("soliton", "order of the plain steps", order, "", 2.0, 3e-3)
    # N = 2 by the closed form, at a quarter and a half of its period.
    for part in (0.25, 0.5, 1.0):
        xi = part * np.pi / 2
        x = time / width
        closed = (
            4 * (np.cosh(3 * x) + 3 * np.exp(-4j * xi) * np.cosh(x)) * np.exp(-0.5j * xi)
            / (np.cosh(4 * x) + 4 * np.cosh(2 * x) + 3 * np.cos(4 * xi))
        ) * np.sqrt(peak)
        out = extrapolated(2 * start, omega, xi * reach, 800, beta2=beta2, gamma=gamma)
        middle = abs(closed[2048]) ** 2 / peak
        table.add(f"soliton N = 2, {part:g} period", "power at the middle / P", middle, "",
                  abs(out[2048]) ** 2 / peak, 1e-6, digits=10)
        table.add(f"soliton N = 2, {part:g} period", "error of the numerical field", error(out, closed),
                  "", 0.0, 1e-7)


def self_phase_modulation(table):
    time, omega = grid(8192, 400 * PS)
    width = 10 * PS
    start = np.exp(-time**2 / (2 * width**2)) + 0j
    for phase in (1.0, 10.0):
        out = start * np.exp(-1j * phase * np.abs(start) ** 2)
        found = rms(omega, np.abs(np.fft.fft(out)) ** 2) / rms(omega, np.abs(np.fft.fft(start)) ** 2)
        closed = np.sqrt(1 + 4 * phase**2 / (3 * np.sqrt(3)))
        table.add(f"SPM, {phase:g} rad", "rms spectral width", closed, "", found, 1e-9, digits=13)
    # Then dispersion: the second moment of time grows with the spectrum's and with its correlation,
    # σ² = σ0² + 2·z·β2·⟨(t)(δω)⟩ + (β2·z·σ_ω)², with ⟨tδω⟩ = −Σ t·φ'·P and φ = −φ0·exp(−t²/T0²):
    # δω = dφ/dt = 2φ0t/T0²·e^{−t²/T0²} and ⟨tδω⟩ = φ0/(2√2)... all of Gaussian integrals.
    for phase in (1.0, -3.0):
        for sign in (1, -1):
            ratio = 0.8 * sign  # β2z/T0²
            omega2 = 0.5 * (1 + 4 * phase**2 / (3 * np.sqrt(3)))
            moment = phase / (2 * np.sqrt(2))
            closed = np.sqrt((0.5 + 2 * ratio * moment + ratio**2 * omega2) / 0.5)
            out = start * np.exp(-1j * phase * np.abs(start) ** 2)
            h = np.exp(-0.5j * ratio * (width * omega) ** 2)
            out = np.fft.ifft(np.fft.fft(out) * h)
            table.add(f"SPM {phase:+g} rad, then β2z/T0² {ratio:+g}", "rms width / before", closed, "",
                      rms(time, np.abs(out) ** 2) / rms(time, np.abs(start) ** 2), 1e-9, digits=13)


def normal_dispersion(table):
    points, window = 4096, 100 * PS
    time, omega = grid(points, window)
    start = np.exp(-time**2 / (2 * PS**2)) + 0j
    fibre = dict(beta2=1e-27, gamma=1e-3)
    limit = extrapolated(start, omega, 5 * KM, 1000, **fibre)
    plain = split_step(start, omega, 5 * KM, 2000, **fibre)
    second = runge_kutta(start, omega, 5 * KM, **fibre)
    for name, out, route in (("limit", limit, second), ("2000 plain steps", plain, None)):
        peak, width = np.abs(out).max(), rms(time, np.abs(out) ** 2) / PS
        check = {} if route is None else {"check": np.abs(route).max(), "allowed": 1e-8}
        table.add("normal dispersion", f"peak |A|, {name}", peak, "√W", digits=10, **check)
        check = {} if route is None else {"check": rms(time, np.abs(route) ** 2) / PS, "allowed": 1e-7}
        table.add("normal dispersion", f"rms width, {name}", width, "ps", digits=10, **check)
    # Every sign, with loss and third order, on a pulse that is not symmetric.
    time, omega = grid(1024, 400 * PS)
    a, b = time / (10 * PS), (time - 25 * PS) / (14 * PS)
    start = np.sqrt(0.2) * (np.exp(-a**2 / 2) + 0.6 * np.exp(0.4j * b**2 + 1j - b**2 / 2))
    for signs in ((1, 1, 1), (-1, 1, 1), (1, -1, 1), (1, 1, -1)):
        fibre = dict(beta2=20e-27 * signs[0], beta3=0.4e-39 * signs[1], gamma=1.3e-3 * signs[2], alpha=4.6e-5)
        out = extrapolated(start, omega, 10 * KM, 200, **fibre)
        route = runge_kutta(start, omega, 10 * KM, **fibre)
        name = "signs of β2, β3, γ: " + "".join("+" if s > 0 else "−" for s in signs)
        for at in (480, 560):
            for part in ("real", "imag"):
                table.add(name, f"{part} part at sample {at}", getattr(out[at], part), "√W",
                          getattr(route[at], part), 2e-9, digits=10)


def four_wave_mixing(table):
    length, alpha, gamma, power = 10 * KM, 0.35 / 4.342944819032518 / KM, 1.5e-3, 1e-3 * 10**0.3
    effective = (1 - np.exp(-alpha * length)) / alpha
    for name, beta2 in (("phase-matched", 0.0), ("D = 0.5", -0.5e-6 * 1310e-9**2 / (2 * np.pi * 299792458.0))):
        gap = 2 * np.pi * 800e9
        # Waves i, j at ±2 gaps from k's neighbours: product at i + j − k with both offsets one gap.
        mismatch = -beta2 * gap * gap
        if mismatch == 0:
            efficiency = 1.0
        else:
            efficiency = alpha**2 / (alpha**2 + mismatch**2) * (
                1 + 4 * np.exp(-alpha * length) * np.sin(mismatch * length / 2) ** 2
                / (1 - np.exp(-alpha * length)) ** 2
            )
        product = 4 * gamma**2 * power**3 * effective**2 * efficiency * np.exp(-alpha * length)
        table.add(f"FWM, {name}", "efficiency", efficiency, digits=6)
        table.add(f"FWM, {name}", "power of the product", 10 * np.log10(product / 1e-3), "dBm", digits=6)


def main():
    table = Table(__doc__)
    solitons(table)
    self_phase_modulation(table)
    normal_dispersion(table)
    four_wave_mixing(table)
    table.finish()


if __name__ == "__main__":
    main()
