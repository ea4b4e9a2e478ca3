"""Links with reflections, optical filters, polarisation-mode dispersion and optical amplifiers.

1. Differential group delay τ: a photodiode adds the powers of the two principal states,
   I(t) = γ·P(t + τ/2) + (1 − γ)·P(t − τ/2), γ the share of the faster one (C. D. Poole, R. E. Wagner,
   Electron. Lett. 22, 1029, 1986; first order).
2. An optical filter of order n and full width B at half power, |H|² = exp(−ln2·|2(f − f0)/B|^(2n)) on
   the field √P, before |E|².  Insertion loss zero; what the filter takes from the signal is in the
   penalty.
   Both with the transmitter, the receiver and the definition of the penalty of dispersion_penalty.py
   (PRBS11, infinite extinction, Gaussian edges, fourth-order Bessel–Thomson receiver at 0.75 of the
   bit rate, white noise of an error ratio of 1e-12), at equal launched power.
3. Two levels without intersymbol interference, white noise σ and interference of variance 2·ε·P·P̄ at
   the level P: the σ allowed at an error ratio of 1e-12, thresholds at their best, over the one without
   interference, in dB.  Closed form: Q·(σ1 + σ0) = P1 − P0.
4. Spontaneous emission of density S = (FG − 1)hν/2 per polarisation that beats with the signal, one-sided
   4R²PS, and with itself, 4R²S²B_o (N. A. Olsson, J. Lightwave Technol. 7, 1071, 1989), behind a Gaussian
   receiver of noise bandwidth f3·√(π/ln2)/2: Q of two levels.
   Two such amplifiers with a loss T and a filter of noise bandwidth B_f between them: S1 = S·T·G in B_f
   and S2 = S in B_o at the second one's output; signal–spontaneous 4R²P(S1 + S2), spontaneous–spontaneous
   4R²∫S(ν)²dν = 4R²(S1²B_f + 2·S1·S2·B_f + S2²B_o), B_f < B_o.  A Gaussian filter of order n and full
   width B has B_f = B·Γ(1 + 1/2n)/(ln 2)^(1/2n).
5. The differential group delay that is not exceeded with a probability, of the Maxwellian distribution.
6. Crosstalk, two levels as in 3.  Neighbours modulated alike and independent, of the power ratios r_i to
   the signal: the power of each stands half of the time r_i·(P1 − P0)/2 above its mean and half of the
   time below, the variance is Σ r_i²·((P1 − P0)/2)² at both levels.  A Gaussian correlation over a symbol,
   exp(−π(t/T)²), behind a Gaussian receiver of f3 keeps 1/√(1 + ln2/(π·(f3·T)²)) of it.  Light in band of
   the power ratio r: as echoes in 3.

Second routes: half the samples a bit (1, 2); the closed form in Q against the error ratio itself (3, 6); a
noisy field squared and filtered (4); scipy's quantile against a bisection of the tail (5); the kept share
by quadrature of the spectrum, the variance by counting out every symbol of the neighbours (6).
"""

import sys

sys.dont_write_bytecode = True

import numpy as np
from scipy.optimize import brentq, minimize_scalar
from scipy.integrate import quad
from scipy.special import erfc, gamma
from scipy.stats import maxwell

from dispersion_penalty import FILTER, bessel_thomson, prbs11, tolerable_noise, transmitted_power
from table import SPEED_OF_LIGHT, Table

TARGET = 1e-12
PLANCK = 6.626_070_15e-34
SAMPLES = 64


def noise(transform, samples):
    """Tolerable noise behind `transform`, which makes a current of the power and the frequencies
    (in units of the bit rate)."""
    bits = prbs11()
    power = transmitted_power(bits, samples)
    frequency = np.fft.fftfreq(power.size, 1 / samples)
    current = transform(power, frequency)
    filtered = np.fft.ifft(np.fft.fft(current) * bessel_thomson(frequency, FILTER)).real
    return tolerable_noise(filtered, bits, samples)


def delayed(delay, split):
    def transform(power, frequency):
        turn = np.exp(1j * np.pi * frequency * delay)
        return np.fft.ifft(np.fft.fft(power) * (split * turn + (1 - split) / turn)).real

    return transform


def filtered(width, order, offset):
    def transform(power, frequency):
        square = np.abs(2 * (frequency - offset) / width) ** (2 * order)
        field = np.fft.ifft(np.fft.fft(np.sqrt(power)) * np.exp(-0.5 * np.log(2) * square))
        return np.abs(field) ** 2

    return transform


def error_ratio(levels, deviations):
    """Least error ratio over the threshold."""
    def at(threshold):
        upper = (levels[1] - threshold) / deviations[1]
        lower = (threshold - levels[0]) / deviations[0]
        return 0.25 * (erfc(upper / np.sqrt(2)) + erfc(lower / np.sqrt(2)))

    found = minimize_scalar(
        lambda x: np.log(at(x)), bounds=levels, method="bounded", options={"xatol": 1e-10}
    )
    return at(found.x)


def two_levels(extinction_db):
    """(space, mark) of the mean 1."""
    extinction = 10 ** (extinction_db / 10)
    return 2 / (extinction + 1), 2 * extinction / (extinction + 1)


def interference_penalty(ratio_db, extinction_db):
    """(exact penalty, the one by Q) in dB for echoes ratio_db below the signal."""
    p0, p1 = two_levels(extinction_db)
    return penalty_of_variance(2 * 10 ** (ratio_db / 10) * np.array([p0, p1]), p0, p1)


def neighbour_penalty(ratios_db, extinction_db, receiver):
    """(exact penalty, the one by Q and counted variance) in dB; the receiver in symbol rates."""
    p0, p1 = two_levels(extinction_db)
    ratios = 10 ** (np.array(ratios_db) / 10)
    swing = (p1 - p0) / 2
    kept = 1 / np.sqrt(1 + np.log(2) / (np.pi * receiver**2))
    exact, _ = penalty_of_variance(kept * np.sum(ratios**2) * swing**2 * np.ones(2), p0, p1)
    # Every combination of symbols, and the spectrum of the correlation exp(−πt²), which is exp(−πf²).
    sums = [sum(r * (p1 if symbols >> i & 1 else p0) for i, r in enumerate(ratios))
            for symbols in range(1 << len(ratios))]
    behind = lambda f: np.exp(-np.pi * f**2 - np.log(2) * (f / receiver) ** 2)
    counted = np.var(sums) * quad(behind, -6, 6, epsabs=1e-12)[0]
    return exact, penalty_of_variance(counted * np.ones(2), p0, p1)[1]


def penalty_of_variance(variance, p0, p1):
    """(exact penalty, the one by Q) in dB of noise of these variances at both levels."""
    quality = brentq(lambda q: 0.5 * erfc(q / np.sqrt(2)) / TARGET - 1, 5, 9)
    without = (p1 - p0) / (2 * quality)

    def exact(sigma):
        deviations = np.sqrt(sigma**2 + variance)
        return np.log(error_ratio((p0, p1), deviations) / TARGET)

    def by_quality(sigma):
        return quality * np.sqrt(sigma**2 + variance).sum() - (p1 - p0)

    sigmas = [brentq(f, 1e-6 * without, without) for f in (exact, by_quality)]
    return [10 * np.log10(without / sigma) for sigma in sigmas]


def noise_bandwidth(width, order):
    """Of |H|² = exp(−ln2·|2f/B|^(2n))."""
    return width * gamma(1 + 0.5 / order) / np.log(2) ** (0.5 / order)


def amplified_twice(power_dbm, loss_db, filter_width, order, optical_bandwidth, receiver):
    """(Q, levels, densities) of two amplifiers of 20 dB and a noise figure of 6 dB; extinction 10 dB."""
    gain, loss = 100.0, 10 ** (-loss_db / 10)
    density = 0.5 * (10**0.6 * gain - 1) * PLANCK * SPEED_OF_LIGHT / 1550e-9
    levels = 1e-3 * 10 ** (power_dbm / 10) * gain**2 * loss * np.array(two_levels(10.0))
    first, second = density * loss * gain, density
    inside = noise_bandwidth(filter_width, order)
    squared = (first + second) ** 2 * inside + second**2 * (optical_bandwidth - inside)
    electrical = receiver * np.sqrt(np.pi / np.log(2)) / 2
    deviations = np.sqrt(4 * (levels * (first + second) + squared) * electrical)
    return (levels[1] - levels[0]) / deviations.sum(), levels, (first, second)


def simulated_twice(levels, densities, filter_width, order, optical_bandwidth, receiver):
    """Deviations as `simulated`, one noise behind the filter's own shape, the other in its band."""
    random = np.random.default_rng(2)
    rate, count = 4e12, 1 << 22
    frequency = np.fft.fftfreq(count, 1 / rate)
    shapes = (np.exp(-0.5 * np.log(2) * np.abs(2 * frequency / filter_width) ** (2 * order)),
              np.abs(frequency) < optical_bandwidth / 2)
    low = np.exp(-0.5 * np.log(2) * (frequency / receiver) ** 2)
    deviations = []
    for level in levels:
        current = np.zeros(count)
        for offset in (np.sqrt(level), 0.0):
            spectrum = np.zeros(count, complex)
            for density, shape in zip(densities, shapes):
                draws = random.normal(size=(2, count)) * np.sqrt(density * rate / 2)
                spectrum += np.fft.fft(draws[0] + 1j * draws[1]) * shape
            current += np.abs(np.fft.ifft(spectrum) + offset) ** 2
        deviations.append(np.fft.ifft(np.fft.fft(current) * low).real.std())
    return np.array(deviations)


def amplified(power_dbm, gain_db, figure_db, optical_bandwidth, extinction_db, receiver):
    """(Q, deviations) by the closed forms, powers at the amplifier's output and R = 1 A/W."""
    gain, figure = 10 ** (gain_db / 10), 10 ** (figure_db / 10)
    density = 0.5 * (figure * gain - 1) * PLANCK * SPEED_OF_LIGHT / 1550e-9
    mean = 1e-3 * 10 ** (power_dbm / 10) * gain
    extinction = 10 ** (extinction_db / 10)
    levels = mean * np.array([2 / (extinction + 1), 2 * extinction / (extinction + 1)])
    electrical = receiver * np.sqrt(np.pi / np.log(2)) / 2
    variance = 4 * levels * density * electrical
    variance = variance + 4 * density**2 * optical_bandwidth * electrical
    deviations = np.sqrt(variance)
    return (levels[1] - levels[0]) / deviations.sum(), levels, deviations, density


def simulated(levels, density, optical_bandwidth, receiver):
    """Deviations of a constant field with noise in two polarisations, squared and filtered."""
    random = np.random.default_rng(1)
    rate, count = 4e12, 1 << 22
    frequency = np.fft.fftfreq(count, 1 / rate)
    inside = np.abs(frequency) < optical_bandwidth / 2
    low = np.exp(-0.5 * np.log(2) * (frequency / receiver) ** 2)
    deviations = []
    for level in levels:
        current = np.zeros(count)
        for offset in (np.sqrt(level), 0.0):
            draws = random.normal(size=(2, count)) * np.sqrt(density * rate / 2)
            field = np.fft.ifft(np.fft.fft(draws[0] + 1j * draws[1]) * inside) + offset
            current += np.abs(field) ** 2
        deviations.append(np.fft.ifft(np.fft.fft(current) * low).real.std())
    return np.array(deviations)


def main():
    table = Table(__doc__)
    straight = {n: noise(lambda p, _: p, n) for n in (SAMPLES, SAMPLES // 2)}
    cases = [(f"delay {d} T, split {s}", delayed(d, s)) for d, s in
             [(0.3, 0.5), (0.5, 0.5), (0.7, 0.5), (0.5, 0.3)]]
    cases += [(f"filter {b} B, order {n}, offset {o} B", filtered(b, n, o)) for b, n, o in
              [(2.0, 1, 0.0), (1.2, 1, 0.0), (1.2, 3, 0.0), (1.6, 3, 0.3)]]
    for name, transform in cases:
        fine, coarse = (
            10 * np.log10(straight[n] / noise(transform, n)) for n in (SAMPLES, SAMPLES // 2)
        )
        table.add(name, "penalty", fine, "dB", coarse, 0.01)
    for ratio, extinction in [(-32.0, 6.0), (-28.0, 6.0), (-28.0, 10.0)]:
        exact, by_quality = interference_penalty(ratio, extinction)
        table.add(f"echoes {ratio} dB, extinction ratio {extinction} dB", "penalty", exact, "dB",
                  by_quality, 5e-3)
    for power, bandwidth in [(-28.0, 100e9), (-32.0, 400e9)]:
        quality, levels, deviations, density = amplified(power, 20.0, 6.0, bandwidth, 10.0, 15e9)
        case = f"{power} dBm in, B_o {bandwidth / 1e9:.0f} GHz"
        route = simulated(levels, density, bandwidth, 15e9)
        table.add(case, "Q", quality, "", (levels[1] - levels[0]) / route.sum(), 0.01 * quality)
        for name, value, check in zip(("space", "mark"), deviations, route):
            table.add(case, f"deviation of the {name}", value * 1e6, "µW", check * 1e6,
                      0.015 * value * 1e6)
    for power, loss, width, order, bandwidth in [(-31.0, 20.0, 150e9, 4, 1500e9),
                                                 (-29.0, 24.0, 100e9, 4, 3000e9)]:
        quality, levels, densities = amplified_twice(power, loss, width, order, bandwidth, 15e9)
        route = simulated_twice(levels, densities, width, order, bandwidth, 15e9)
        case = f"{power} dBm in, {loss} dB and {width / 1e9:.0f} GHz between two, B_o {bandwidth / 1e9:.0f} GHz"
        table.add(case, "Q", quality, "", (levels[1] - levels[0]) / route.sum(), 0.01 * quality)
    for ratios, extinction in [((-12.0,), 6.0), ((-12.0, -12.0), 6.0), ((-12.0, -15.0), 10.0)]:
        exact, counted = neighbour_penalty(ratios, extinction, 3.0)
        table.add(f"neighbours {ratios} dB, extinction ratio {extinction} dB", "penalty", exact, "dB",
                  counted, 5e-3)
    for ratio, extinction in [(-30.0, 6.0), (-26.0, 10.0)]:
        exact, by_quality = interference_penalty(ratio, extinction)
        table.add(f"in band {ratio} dB, extinction ratio {extinction} dB", "penalty", exact, "dB",
                  by_quality, 5e-3)
    # 0.5 ps/√km over 16 km: a mean of 2 ps.  scipy's scale is that of one component of the vector.
    for probability in (0.9, 0.999, 1 - 4.2e-5):
        scale = 2.0 / (2 * np.sqrt(2 / np.pi))
        tail = lambda x: maxwell.sf(x, scale=scale) / (1 - probability) - 1
        table.add(f"probability {probability:.6f}", "delay", maxwell.ppf(probability, scale=scale),
                  "ps", brentq(tail, 0.1, 20.0, xtol=1e-14), 1e-9, digits=9)
    table.finish()


if __name__ == "__main__":
    main()
