#!/usr/bin/env python3
"""Loss of a pair of solid round copper wires in a uniform dielectric, from first principles.

Written apart from the Rust code, as its oracle: exact Bessel functions (mpmath, 30 digits) for the
internal impedance of a round wire, and the exact propagation constant of the R, L, G, C line.
This is a lower bound of the loss of a real twinaxial cable: no shield, no proximity effect, no
stranding, no surface roughness, no connectors.

Sources
  wire diameter        ASTM B258: d = 0.127 mm * 92^((36 - n)/39)
  internal impedance   Schelkunoff, Bell Syst. Tech. J. 13, 532 (1934); Ramo, Whinnery, Van Duzer,
                       Fields and Waves in Communication Electronics, 3rd ed., section 4.5
  resistivity          copper, International Annealed Copper Standard, 1.724e-8 ohm m at 20 degC
  dielectric           er 1.9, tan d 3e-4, held constant over frequency here (assumed: expanded
                       polyethylene); the Rust model is a wideband Debye with the same values at
                       26.5625 GHz

    python3 twinax_lower_bound.py            # needs mpmath
"""
from mpmath import mp, mpc, mpf, besseli, pi, sqrt, log

mp.dps = 30
C0 = mpf(299792458)
MU0 = mpf("1.25663706212e-6")
RHO = mpf("1.724e-8")
ER, TAND, Z0 = mpf("1.9"), mpf("3e-4"), mpf(100)
NP_TO_DB = 20 / log(10)


def diameter(awg):
    return mpf("0.127e-3") * mpf(92) ** (mpf(36 - awg) / 39)


def internal_impedance(f, d, rho=RHO):
    """Ohm per metre of one round wire."""
    a = d / 2
    if f == 0:
        return rho / (pi * a * a)
    k = sqrt(mpc(0, 2 * pi * f * MU0 / rho))
    return k * rho / (2 * pi * a) * besseli(0, k * a) / besseli(1, k * a)


def gamma(f, awg, excess=mpf(1)):
    """Propagation constant, 1/m, of the pair; excess scales the loss beyond DC resistance."""
    d = diameter(awg)
    rdc = internal_impedance(0, d)
    omega = 2 * pi * f
    l_ext, cap = Z0 * sqrt(ER) / C0, sqrt(ER) / (C0 * Z0)
    z = mpc(0, omega * l_ext) + 2 * (rdc + excess * (internal_impedance(f, d) - rdc))
    y = mpc(omega * cap * TAND * excess, omega * cap)
    return sqrt(z * y)


def main():
    freqs = [mpf("12.890625e9"), mpf("13.28125e9"), mpf("26.5625e9"), mpf("53.125e9")]
    print("dB/m, 100 ohm differential, er 1.9, tan d 3e-4, 20 degC")
    for excess in (mpf(1), mpf("1.35")):
        print(f"\nexcess loss factor {float(excess)}")
        print("AWG   d/mm    " + "".join(f"{float(f)/1e9:>10.4f}" for f in freqs) + "   R_dc loop ohm/m")
        for awg in (24, 26, 28, 30, 32, 34):
            row = [float(gamma(f, awg, excess).real * NP_TO_DB) for f in freqs]
            rdc = float(2 * internal_impedance(0, diameter(awg)))
            print(f"{awg:3d}  {float(diameter(awg))*1e3:.4f}  " + "".join(f"{a:10.5f}" for a in row)
                  + f"   {rdc:.6f}")
    print("\nhigh-frequency split used by textbooks, R = R_s/(pi d) per wire, alpha = R/(2 Z0) + pi f sqrt(er) tan d / c0")
    for awg in (24, 26, 28, 30, 32, 34):
        row = []
        for f in freqs:
            rs = sqrt(pi * f * MU0 * RHO)
            row.append(float((2 * rs / (pi * diameter(awg)) / (2 * Z0)
                              + pi * f * sqrt(ER) * TAND / C0) * NP_TO_DB))
        print(f"{awg:3d}          " + "".join(f"{a:10.5f}" for a in row))

    print("\ninternal impedance of one 26 AWG wire, ohm/m (real, imaginary)")
    for f in ("0", "1e3", "1e5", "1e6", "5e6", "2e7", "4.7e7", "1e8", "1e9", "2.65625e10", "1e11"):
        z = mpc(internal_impedance(mpf(f), diameter(26)))
        print(f"{f:>12s}  {mp.nstr(z.real, 16)}  {mp.nstr(z.imag, 16)}")

    print("\nI0(z)/I1(z), z = r exp(j pi/4)")
    for r in ("0.001", "0.5", "2", "8", "20", "29.9", "30.1", "60", "1000"):
        z = mpf(r) * mp.expj(pi / 4)
        q = besseli(0, z) / besseli(1, z)
        print(f"{r:>8s}  {mp.nstr(q.real, 17)}  {mp.nstr(q.imag, 17)}")


if __name__ == "__main__":
    main()
