"""Four-wave mixing and the strength of the Kerr effect in closed form.

    γ  = 2πn2/(λA_eff)
    η  = α²/(α² + Δβ²)·[1 + 4e^(−αL)·sin²(ΔβL/2)/(1 − e^(−αL))²]
    P  = η·d²γ²·P_iP_jP_k·L_eff²·e^(−αL),  d = 2 for three different waves

with the phase mismatch either in terms of D and its slope S (in s/m³) at equal spacings Δf,
    |Δβ| = (2πλ²/c)·Δf²·(D + Δf·(λ²/c)·S)
or in terms of β2 and β3 at f_k, Δβ = Ω_iΩ_j·(β2 + β3(Ω_i + Ω_j)/2), Ω = ω − ω_k.

Sources: N. Shibata, R. P. Braun and R. G. Waarts, IEEE J. Quantum Electron. 23, 1205 (1987);
G. P. Agrawal, Fiber-Optic Communication Systems, section 2.6.

Second routes: η as the integral of e^(−αz + jΔβz) by quadrature; the mismatch from the propagation
constant of D(λ) = D + S(λ − λ_k), integrated twice; the product's power from its differential
equation.
"""

import sys

sys.dont_write_bytecode = True

import numpy as np
from mpmath import mp, mpf, pi, quad
from scipy.integrate import quad as scipy_quad
from scipy.integrate import solve_ivp

from table import SPEED_OF_LIGHT, Table

mp.dps = 30
C = SPEED_OF_LIGHT


def neper(decibel_per_km):
    return decibel_per_km * np.log(10) / 10 / 1e3


def efficiency(alpha, mismatch, length):
    loss = alpha * length
    rest = 1 - np.exp(-loss)
    bracket = 1 + 4 * np.exp(-loss) * np.sin(mismatch * length / 2) ** 2 / rest**2
    return alpha**2 / (alpha**2 + mismatch**2) * bracket


def by_quadrature(alpha, mismatch, length):
    cells = np.linspace(0, length, 801)
    total = 0j
    for low, high in zip(cells[:-1], cells[1:]):
        real = scipy_quad(lambda z: np.exp(-alpha * z) * np.cos(mismatch * z), low, high)[0]
        imaginary = scipy_quad(lambda z: np.exp(-alpha * z) * np.sin(mismatch * z), low, high)[0]
        total += real + 1j * imaginary
    effective = (1 - np.exp(-alpha * length)) / alpha
    return abs(total) ** 2 / effective**2


def mismatch_of_dispersion(spacing, dispersion, slope, wavelength):
    k = wavelength**2 / C
    return 2 * np.pi * k * spacing**2 * (dispersion + spacing * k * slope)


def mismatch_exact(spacing, dispersion, slope, wavelength):
    """β(2ω_i − ω_k) + β(ω_k) − 2β(ω_i), ω_i below ω_k by the spacing, of D + S(λ − λ_k)."""
    omega_k = 2 * pi * mpf(C) / mpf(wavelength)

    def delay(omega):
        d = 2 * pi * mpf(C) / omega - mpf(wavelength)
        return dispersion * d + slope * d**2 / 2

    step = 2 * pi * mpf(spacing)
    # ∫∫ of the group delay: β(ω) with β(ω_k) = 0.
    beta = lambda n: quad(delay, [omega_k, omega_k - n * step])
    return float(beta(2) - 2 * beta(1))


def main():
    table = Table(__doc__)
    for area in (80, 83):
        gamma = 2 * np.pi * 2.6e-20 / (1550e-9 * area * 1e-12)
        table.add(f"n2 2.6e-20, {area} um^2, 1550 nm", "gamma", gamma * 1e3, "1/(W km)", digits=6)
    alpha, length, wavelength = neper(0.2), 80e3, 1550e-9
    slope = 0.06e3
    for dispersion in (17e-6, 3.5e-6, 0.0):
        for spacing in (50e9, 100e9, 200e9):
            case = f"D {dispersion * 1e6:g}, S 0.06, {spacing / 1e9:g} GHz, 80 km, 0.2 dB/km"
            mismatch = mismatch_of_dispersion(spacing, dispersion, slope, wavelength)
            eta = efficiency(alpha, mismatch, length)
            table.add(
                case, "efficiency", eta, "", by_quadrature(alpha, mismatch, length), 1e-7 * eta + 1e-12, 9
            )
            # With β3 = (λ²/2πc)²·(S + 2D/λ), exact to third order.
            k = wavelength**2 / (2 * np.pi * C)
            beta2, beta3 = -dispersion * k, k * k * (slope + 2 * dispersion / wavelength)
            step = -2 * np.pi * spacing
            taylor = step * step * (beta2 + beta3 * step)
            exact = mismatch_exact(spacing, dispersion, slope, wavelength)
            # What the third order leaves out is of relative order Δf/f.
            bound = 4 * spacing * wavelength / C * abs(exact)
            table.add(
                case, "mismatch, third order", taylor * 1e3, "1/km", exact * 1e3, bound * 1e3, 9
            )
            table.add(case, "efficiency, third order", efficiency(alpha, taylor, length), "", digits=9)
    alpha, length, gamma = neper(0.35), 10e3, 1.5e-3
    power, spacing, wavelength = 1e-3 * 10**0.3, 800e9, 1310e-9
    effective = (1 - np.exp(-alpha * length)) / alpha
    for name, dispersion in (("matched", 0.0), ("D 0.5", 0.5e-6)):
        mismatch = mismatch_of_dispersion(spacing, dispersion, 0.0, wavelength)
        eta = efficiency(alpha, mismatch, length) if mismatch else 1.0
        product = eta * (2 * gamma * effective) ** 2 * power**3 * np.exp(-alpha * length)

        def field(z, a):
            source = 2 * gamma * power**1.5 * np.exp(-1.5 * alpha * z) * np.exp(1j * mismatch * z)
            value = -alpha / 2 * (a[0] + 1j * a[1]) - 1j * source
            return [value.real, value.imag]

        end = solve_ivp(field, (0, length), [0, 0], rtol=1e-11, atol=1e-16, max_step=50).y[:, -1]
        dbm = 10 * np.log10(product / 1e-3)
        check = 10 * np.log10((end[0] ** 2 + end[1] ** 2) / 1e-3)
        table.add(f"1310 nm, 3 x 3 dBm, 10 km, 800 GHz, {name}", "product", dbm, "dBm", check, 1e-4, 7)
        table.add(f"1310 nm, 3 x 3 dBm, 10 km, 800 GHz, {name}", "efficiency", eta, "", digits=6)
    table.finish()


if __name__ == "__main__":
    main()
