"""Dispersion coefficients of single-mode fibre and the limits optical Ethernet takes from them.

    D(λ)  = S0/4·(λ − λ0⁴/λ³)
    β2    = −Dλ²/2πc
    β3    = (λ²/2πc)²·(S + 2D/λ)

The least accumulated dispersion of a link comes from the longest zero-dispersion wavelength of
standard fibre, 1324 nm, at the link's shortest wavelength, the most from the shortest one,
1300 nm, at the longest; both with a slope of 0.093 ps/(nm²·km), as in the compliance channel of
IEEE Std 802.3, clause 88, whose 0.2325·λ·[1 − (1324/λ)⁴] for 10 km is S0/4·λ·[1 − (λ0/λ)⁴]·L.

Source: Recommendation ITU-T G.652 (2016), appendix I, for D(λ); G. P. Agrawal, Fiber-Optic
Communication Systems, section 2.3, for β2 and β3.

Second route: β2 and β3 as derivatives of the propagation constant.  The group delay per length is
the integral of D over wavelength; it is differentiated numerically with respect to the angular
frequency, in thirty digits.
"""

import sys

sys.dont_write_bytecode = True

from mpmath import diff, mp, mpf, pi

from table import SPEED_OF_LIGHT, Table

mp.dps = 30
C = mpf(SPEED_OF_LIGHT)


def dispersion(wavelength, zero, slope):
    """D in s/m² from SI quantities."""
    return slope / 4 * (wavelength - zero**4 / wavelength**3)


def betas(coefficient, slope, wavelength):
    """(β2, β3) from D and S at a wavelength."""
    k = wavelength**2 / (2 * pi * C)
    return -coefficient * k, k**2 * (slope + 2 * coefficient / wavelength)


def differentiated(coefficient, slope, wavelength):
    """The same from the group delay τ(λ) = D·(λ − λ_c) + S·(λ − λ_c)²/2, by d/dω."""

    def group_delay(omega):
        distance = 2 * pi * C / omega - wavelength
        return coefficient * distance + slope * distance**2 / 2

    omega = 2 * pi * C / wavelength
    return diff(group_delay, omega, 1), diff(group_delay, omega, 2)


def main():
    table = Table(__doc__)
    nm, ps_nm_km, ps_nm2_km = mpf("1e-9"), mpf("1e-6"), mpf("1e3")

    def add_betas(case, coefficient, slope, wavelength):
        closed = betas(coefficient, slope, wavelength)
        checked = differentiated(coefficient, slope, wavelength)
        table.add(case, "beta2", closed[0] * mpf("1e27"), "ps^2/km", checked[0] * mpf("1e27"), 1e-9, 12)
        table.add(case, "beta3", closed[1] * mpf("1e39"), "ps^3/km", checked[1] * mpf("1e39"), 1e-9, 12)

    add_betas("D 17, S 0.08, 1550 nm", 17 * ps_nm_km, mpf("0.08") * ps_nm2_km, 1550 * nm)
    add_betas("D 16, S 0, 193.1 THz", 16 * ps_nm_km, mpf(0), C / mpf("193.1e12"))
    add_betas("D 5, S 0.025, 1550 nm", 5 * ps_nm_km, mpf("0.025") * ps_nm2_km, 1550 * nm)
    add_betas("lambda0 1310 nm, S0 0.092", mpf(0), mpf("0.092") * ps_nm2_km, 1310 * nm)

    for wavelength in ("1264.5", "1271", "1311", "1337.5", "1550"):
        value = dispersion(mpf(wavelength) * nm, 1310 * nm, mpf("0.092") * ps_nm2_km)
        table.add(f"lambda0 1310, S0 0.092, {wavelength} nm", "D", value / ps_nm_km, "ps/(nm km)", digits=9)

    links = (
        ("0.5", "1304.5", "1317.5"),
        ("2", "1304.5", "1317.5"),
        ("10", "1304.5", "1317.5"),
        ("2", "1264.5", "1337.5"),
        ("6", "1264.5", "1337.5"),
        ("10", "1264.5", "1337.5"),
        ("10", "1294.53", "1310.19"),
        ("10", "1272.55", "1310.19"),
    )
    for length, shortest, longest in links:
        case = f"{length} km, {shortest}-{longest} nm"
        slope = mpf("0.093") * ps_nm2_km
        for name, zero, wavelength in (("least", 1324, shortest), ("most", 1300, longest)):
            value = dispersion(mpf(wavelength) * nm, zero * nm, slope) / ps_nm_km * mpf(length)
            table.add(case, f"{name} dispersion", value, "ps/nm", digits=6)
    table.finish()


if __name__ == "__main__":
    main()
