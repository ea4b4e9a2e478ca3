"""Gain, noise and nonlinear interference of amplified lines.

Noise of an amplifier, both polarisations, in a bandwidth B:
    P = (F·G − 1)·hν·B     F counts shot noise as well, F = 2n_sp(G − 1)/G + 1/G
    P = F·G·hν·B           F counts signal-spontaneous beat noise only, F = 2n_sp(G − 1)/G

Gain under load:
    G = G0·exp(−(G − 1)·P_in/P_s),  P_s = P_3dB·(G0 − 2)/(G0·ln 2)
Second route: Lambert's function, G = W(p·G0·e^p)/p with p = P_in/P_s.

Semiconductor amplifier, dh/dt = (h0 − h)/τ − (e^h − 1)·P/E_sat:
    steady state, and pulses far shorter than τ (L. M. Frantz and J. S. Nodvik, J. Appl. Phys. 34,
    2346 (1963)): G(t) = 1/[1 − (1 − 1/G0)·exp(−U(t)/E_sat)], U the energy that came before t.
Second route: the differential equation, integrated by SciPy to a relative 1e-12.

Line of one span, inputs of the example network shipped with GNPy
(github.com/Telecominfraproject/oopt-gnpy, gnpy/example-data/edfa_example_network.json and
eqpt_config.json): 80 km at 0.2 dB/km, connectors 0.5 + 0.5 dB, noise figure 6.62 dB in the second
definition, transmitters of 40 dB.

Sources: E. Desurvire, Erbium-Doped Fiber Amplifiers (1994); A. A. M. Saleh et al., IEEE Photonics
Technol. Lett. 2(10), 714 (1990); G. P. Agrawal and N. A. Olsson, IEEE J. Quantum Electron. 25, 2297
(1989).
"""

import sys

sys.dont_write_bytecode = True

import numpy as np
from scipy.integrate import solve_ivp
from scipy.optimize import brentq
from scipy.special import lambertw

from table import Table

PLANCK = 6.626_070_15e-34


def db(ratio):
    return 10 * np.log10(ratio)


def ratio(decibel):
    return 10 ** (decibel / 10)


def loaded_gain(unloaded, load):
    return brentq(lambda g: np.log(g / unloaded) + (g - 1) * load, 1, unloaded, xtol=1e-13, rtol=1e-15)


def lambert_gain(unloaded, load):
    return float(lambertw(load * unloaded * np.exp(load)).real) / load


def noise(table):
    gain, figure = ratio(16), ratio(5)
    photon = PLANCK * 193.1e12
    for name, photons in (("with shot noise", figure * gain - 1), ("beat noise only", figure * gain)):
        power = photons * photon * 12.5e9
        spontaneous = photons / (2 * (gain - 1))
        check = 2 * spontaneous * (gain - 1) * photon * 12.5e9
        table.add(f"16 dB, 5 dB {name}", "power in 12.5 GHz", power, "W", check, 1e-20)
        table.add(f"16 dB, 5 dB {name}", "OSNR at 0 dBm", db(1e-3 / power), "dB", digits=7)
    photon = PLANCK * 193.55e12
    for name, photons in (
        ("with shot noise", ratio(6) * 2 - 1),
        ("beat noise only", ratio(6) * 2),
    ):
        table.add(f"gain 2, 6 dB {name}", "power at 1 ps per sample", photons * photon / 1e-12, "W")


def saturation(table):
    unloaded = 100.0
    saturation_power = ratio(17) * 1e-3 * (unloaded - 2) / (unloaded * np.log(2))
    for dbm in (-40, -20, -10, 0, 10):
        load = ratio(dbm) * 1e-3 / saturation_power
        gain = loaded_gain(unloaded, load)
        table.add(
            f"20 dB, 17 dBm, input {dbm} dBm",
            "output",
            dbm + db(gain),
            "dBm",
            dbm + db(lambert_gain(unloaded, load)),
            1e-9,
            9,
        )


def semiconductor(table):
    unloaded, lifetime, energy = ratio(25), 300e-12, 5e-12
    for milliwatt in (0.01, 0.1, 1.0, 10.0):
        load = milliwatt * 1e-3 * lifetime / energy
        gain = loaded_gain(unloaded, load)
        table.add(
            f"SOA 25 dB, 300 ps, 5 pJ, input {milliwatt} mW",
            "steady gain",
            db(gain),
            "dB",
            db(lambert_gain(unloaded, load)),
            1e-9,
            9,
        )
    # A Gaussian pulse of 10 ps (full width at half maximum), 0.5 pJ, into a lifetime of 1 ms.
    width, pulse_energy, slow = 10e-12, 0.5e-12, 1e-3
    sigma = width / np.sqrt(8 * np.log(2))

    def power(t):
        return pulse_energy / (sigma * np.sqrt(2 * np.pi)) * np.exp(-((t / sigma) ** 2) / 2)

    from scipy.special import ndtr

    def frantz_nodvik(t):
        return 1 / (1 - (1 - 1 / unloaded) * np.exp(-pulse_energy * ndtr(t / sigma) / energy))

    times = np.array([-5e-12, 0.0, 5e-12, 30e-12])
    h0 = np.log(unloaded)

    def solved(life, at):
        return np.exp(
            solve_ivp(
                lambda t, h: (h0 - h) / life - np.expm1(h) * power(t) / energy,
                (-40e-12, at[-1]),
                [h0],
                method="DOP853",
                t_eval=at,
                rtol=1e-12,
                atol=1e-12,
                max_step=1e-12,
            ).y[0]
        )

    numerical = solved(slow, times)
    for t, check in zip(times, numerical):
        table.add(
            f"SOA, 10 ps pulse of 0.5 pJ, t = {t * 1e12:g} ps",
            "gain",
            frantz_nodvik(t),
            "",
            check,
            1e-5,
            9,
        )
    # The same pulse with the gain recovering meanwhile: the differential equation alone.
    at = np.array([0.0, 30e-12, 150e-12, 600e-12])
    fine = solved(300e-12, at)
    for t, gain in zip(at, fine):
        table.add(f"SOA, the same, 300 ps lifetime, t = {t * 1e12:g} ps", "gain", gain, "", digits=9)


def line(table):
    photon = PLANCK * 193.4e12
    power = 1e-3 * ratio(-17)
    amplifier = power / (ratio(6.62) * photon * 12.5e9)
    total = 1 / (1 / amplifier + 1 / ratio(40))
    table.add("80 km, NF 6.62 dB, transmitters 40 dB", "OSNR in 12.5 GHz", db(total), "dB", digits=6)
    c = 299_792_458.0
    beta2 = -16.7e-6 * 1550e-9**2 / (2 * np.pi * c)
    table.add("D 16.7 at 1550 nm", "beta2", beta2 * 1e27, "ps^2/km", digits=8)
    table.add("1 mW at 193.4 THz", "P - NF + constant", db(1e-3 / (photon * 12.5e9)), "dB", digits=8)


def main():
    table = Table(__doc__)
    noise(table)
    saturation(table)
    semiconductor(table)
    line(table)
    table.finish()


if __name__ == "__main__":
    main()
