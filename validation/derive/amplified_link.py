"""Two-level links with a semiconductor amplifier whose gain follows the light, or with a narrow optical
filter behind an amplifier.

1. Waveform.  PRBS11 at 25.78125 GBd with Gaussian edges as in kerr_link.py, extinction ratio 10 dB, into an
   amplifier of G0 = 20 dB, τ = 200 ps, E_sat = 2 pJ and α = 5:

       dh/dt = (h0 − h)/τ − (e^h − 1)·P(t)/E_sat,    A_out = A·exp(½(1 + jα)h)

   (G. P. Agrawal, N. A. Olsson, IEEE J. Quantum Electron. 25, 2297, 1989, conjugated for e^{+jωt}), then a
   lossless fibre of accumulated dispersion D, square-law detection and a Gaussian filter.  Printed: opening
   of the eye, greatest sample and deviation of the current over its mean.  Fourth-order Runge–Kutta on the
   power interpolated by its spectrum, 16 points a sample of the pattern; the second pass is periodic.
2. Recovery in the dark, h0 − h ∝ exp(−t/τ), and the steady gain ln G = ln G0 − (G − 1)P/P_sat.
3. Q of two levels that settle, through an amplifier whose gain follows each: powers P_iG_i, emission of the
   density S_i = (FG_i − 1)hν/2 per polarisation, beat 4R²P_iG_iS_i, shot noise 2qRP_iG_i, behind a Gaussian
   receiver of noise bandwidth f3·√(π/ln2)/2.  What emission beats with itself has the average gain.
4. Q of two levels behind an optical filter |H_o|² = exp(−ln2·|2(f − f0)/B|^(2n)) of the field and a Gaussian
   receiver |H_e|² = exp(−ln2·(f/f3)²).  For a constant field of power P the current gets
   2R√(P)·|H_o(0)|·Re(n e^{−jφ}), n filtered: the one-sided density is
   2R²P|H_o(0)|²S·(|H_o(f)|² + |H_o(−f)|²) (N. A. Olsson, J. Lightwave Technol. 7, 1071, 1989, with
   the filter's shape).  Emission with itself, 4R²S²∫|H_o|⁴dν, is flat over the receiver; here it is below
   1e-3 of the variance.

Second routes: LSODA on a cubic spline through the power (1); the equation integrated (2, 3); a noisy field
filtered, squared and filtered again (4).
"""

import sys

sys.dont_write_bytecode = True

import numpy as np
from scipy.integrate import quad, solve_ivp
from scipy.interpolate import CubicSpline
from scipy.optimize import brentq
from scipy.special import lambertw

import kerr_link
from kerr_link import RATE, SAMPLES, WAVELENGTH, launched, measures, prbs11
from table import ELEMENTARY_CHARGE, SPEED_OF_LIGHT, Table, dispersion_to_beta2

PLANCK = 6.626_070_15e-34
GAIN, LIFETIME, ENERGY, ALPHA = 100.0, 200e-12, 2e-12, 5.0
FINE = 16  # points a sample of the pattern


def interpolated(power):
    """The periodic power FINE times as dense, by its spectrum."""
    spectrum = np.fft.rfft(power)
    return np.fft.irfft(spectrum, FINE * power.size) * FINE


def integrated_gain(power):
    """ln G at every sample by the fourth-order Runge–Kutta method, two points a step."""
    dense = interpolated(power)
    dense = np.append(dense, dense[0])
    h0, dt = np.log(GAIN), 2 / (RATE * SAMPLES * FINE)
    h, found = h0, None
    for _ in range(2):
        found = np.empty(power.size)
        for k in range(power.size):
            found[k] = h
            for i in range(k * FINE, (k + 1) * FINE, 2):
                rate = lambda x, p: (h0 - x) / LIFETIME - np.expm1(x) * p / ENERGY
                k1 = rate(h, dense[i])
                k2 = rate(h + dt / 2 * k1, dense[i + 1])
                k3 = rate(h + dt / 2 * k2, dense[i + 1])
                k4 = rate(h + dt * k3, dense[i + 2])
                h += dt / 6 * (k1 + 2 * k2 + 2 * k3 + k4)
    return found


def by_lsoda(power, begin):
    """ln G at every sample by LSODA on a spline."""
    dense = interpolated(power)
    times = np.arange(dense.size + 1) / (RATE * SAMPLES * FINE) * 1e12
    spline = CubicSpline(times, np.append(dense, dense[0]), bc_type="periodic")
    tau, energy = LIFETIME * 1e12, ENERGY * 1e12
    solved = solve_ivp(
        lambda t, h: (np.log(GAIN) - h) / tau - np.expm1(h) * spline(t) / energy,
        (0, times[-1]), [begin], method="LSODA", rtol=1e-10, atol=1e-11, max_step=5.0,
        t_eval=times[:-1:FINE])
    return solved.y[0]


def through(field, gain, dispersion):
    """Field behind the amplifier and a fibre of accumulated dispersion (s/m)."""
    field = field * np.exp(0.5 * (1 + 1j * ALPHA) * gain)
    beta2 = dispersion_to_beta2(dispersion, WAVELENGTH)
    return np.fft.ifft(np.fft.fft(field) * np.exp(-0.5j * beta2 * kerr_link.omega(field.size) ** 2))


def waveforms(table):
    bits = prbs11()
    for power_dbm in (-20.0, -10.0):
        field = launched(bits) * np.sqrt(1e-3 * 10 ** (power_dbm / 10) / kerr_link.POWER)
        power = np.abs(field) ** 2
        gain = integrated_gain(power)
        second = by_lsoda(power, gain[0])
        for accumulated in (0.0, 100.0, -100.0):
            routes = [measures(through(field, h, accumulated * 1e-3), bits) for h in (gain, second)]
            for name, value, check in zip(("opening", "greatest", "deviation"), *routes):
                table.add(f"{power_dbm} dBm in, {accumulated:+.0f} ps/nm behind", name, value, "",
                          check, 1e-7, digits=9)


def steady(gain, load):
    """Lambert's function: G = W(load·G0·e^load)/load."""
    return lambertw(load * gain * np.exp(load)).real / load


def gains(table):
    for power in (0.2e-3, 1e-3):
        load = power * 100e-12 / ENERGY
        root = brentq(lambda h: h - np.log(GAIN) + np.expm1(h) * load, 0, np.log(GAIN), xtol=1e-15)
        table.add(f"{1e3 * power} mW for long, 20 dB, P_sat 20 mW", "gain", steady(GAIN, load), "",
                  np.exp(root), 1e-9, digits=9)


def followed(power_dbm, figure_db, extinction_db, receiver, optical):
    """Q of levels that settle in the amplifier of E_sat 0.2 pJ and τ 10 ps."""
    mean, extinction = 1e-3 * 10 ** (power_dbm / 10), 10 ** (extinction_db / 10)
    levels = mean * np.array([2, 2 * extinction]) / (extinction + 1)
    load = 10e-12 / 0.2e-12
    gain = np.array([steady(GAIN, p * load) for p in levels])
    solved = [np.exp(solve_ivp(lambda t, h, p=p: (np.log(GAIN) - h) / 10e-12 - np.expm1(h) * p / 0.2e-12,
                               (0, 1e-9), [np.log(GAIN)], rtol=1e-10, atol=1e-12,
                              max_step=1e-12).y[0, -1]) for p in levels]
    photon, figure = PLANCK * SPEED_OF_LIGHT / 1550e-9, 10 ** (figure_db / 10)
    # Emission with itself, at the gain of the average power.
    flat = (0.5 * (figure * steady(GAIN, mean * load) - 1) * photon) ** 2 * optical
    electrical = receiver * np.sqrt(np.pi / np.log(2)) / 2

    def quality(gain):
        density = 0.5 * (figure * gain - 1) * photon
        out = levels * gain
        variance = (4 * out * density + 4 * flat + 2 * ELEMENTARY_CHARGE * out) * electrical
        return (out[1] - out[0]) / np.sqrt(variance).sum()

    return quality(gain), quality(np.array(solved))


def filtered_quality(power_dbm, width, order, offset, receiver, extinction_db=10.0):
    """(Q, levels in front of the filter, density, deviations) behind 20 dB and a noise figure of 6 dB."""
    gain, figure, extinction = 100.0, 10**0.6, 10 ** (extinction_db / 10)
    density = 0.5 * (figure * gain - 1) * PLANCK * SPEED_OF_LIGHT / 1550e-9
    levels = 1e-3 * 10 ** (power_dbm / 10) * gain * np.array([2, 2 * extinction]) / (extinction + 1)
    passed = lambda f: np.exp(-np.log(2) * np.abs(2 * (f - offset) / width) ** (2 * order))
    low = lambda f: np.exp(-np.log(2) * (f / receiver) ** 2)
    beat = quad(lambda f: (passed(f) + passed(-f)) * low(f), 0, 6 * receiver, epsabs=1.0, limit=400)[0]
    electrical = receiver * np.sqrt(np.pi / np.log(2)) / 2
    own = 4 * density**2 * quad(lambda f: passed(f) ** 2, -2 * width, 2 * width, epsabs=1.0)[0] * electrical
    kept = levels * passed(0.0)
    shot = 2 * ELEMENTARY_CHARGE * kept * electrical
    deviations = np.sqrt(2 * kept * density * beat + own + shot)
    return (kept[1] - kept[0]) / deviations.sum(), levels, density, deviations, kept


def simulated(levels, density, width, order, offset, receiver):
    """Deviations, without shot noise, of constant fields with noise, filtered, squared, filtered."""
    random = np.random.default_rng(3)
    rate, count = 1e12, 1 << 23
    f = np.fft.fftfreq(count, 1 / rate)
    shape = np.exp(-0.5 * np.log(2) * np.abs(2 * (f - offset) / width) ** (2 * order))
    low = np.exp(-0.5 * np.log(2) * (f / receiver) ** 2)
    at_carrier = np.exp(-0.5 * np.log(2) * abs(2 * offset / width) ** (2 * order))
    found = []
    for level in levels:
        current = np.zeros(count)
        for amplitude in (np.sqrt(level), 0.0):
            draws = random.normal(size=(2, count)) * np.sqrt(density * rate / 2)
            noise = np.fft.ifft(np.fft.fft(draws[0] + 1j * draws[1]) * shape)
            current += np.abs(amplitude * at_carrier + noise) ** 2
        found.append(np.fft.ifft(np.fft.fft(current) * low).real.std())
    return np.array(found)


def main():
    table = Table(__doc__)
    waveforms(table)
    gains(table)
    for power_dbm in (-22.0, -14.0):
        found, check = followed(power_dbm, 7.0, 10.0, 15e9, 100e9)
        table.add(f"{power_dbm} dBm into 20 dB that follows each level", "Q", found, "", check, 1e-6, digits=8)
    for width, order, offset in [(60e9, 1, 0.0), (30e9, 1, 0.0), (24e9, 3, 0.0), (40e9, 2, 8e9)]:
        found, levels, density, deviations, kept = filtered_quality(-20.0, width, order, offset, 15e9)
        electrical = 15e9 * np.sqrt(np.pi / np.log(2)) / 2
        route = np.sqrt(simulated(levels, density, width, order, offset, 15e9) ** 2
                        + 2 * ELEMENTARY_CHARGE * kept * electrical)
        table.add(f"filter of {width / 1e9:.0f} GHz, order {order}, {offset / 1e9:.0f} GHz off", "Q", found, "",
                  (kept[1] - kept[0]) / route.sum(), 0.005 * found, digits=8)
    table.finish()


if __name__ == "__main__":
    main()
