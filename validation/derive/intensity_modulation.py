"""Whole intensity-modulated links in NumPy.

1. Four levels at 40 GBd, -3 dBm, modulator driven with +-0.2 V_pi about quadrature, fibre of
   16 ps/(nm km) and 0.2 dB/km, preamplifier that makes up for its loss (noise figure 4.5 dB, one polarisation), photodiode
   of 1 A/W, 5 nA, 50 ohm, 25 degrees Celsius, ideal low-pass at the symbol rate. Signal-to-noise ratio at the middle of the
   symbols, both of power one. The numbers are those of the example basic_IMDD_PAM_transmission of OptiCommPy.
2. Four levels at 112 GBd, root-raised cosine of roll-off 0.2 (unit passband gain on zeros between symbols of +-1, +-3), bias
   2.25, field of power one, 1270 nm, -5 ps/(nm km), 4 km, square law, white noise at three samples a symbol, the same filter,
   seven taps and a constant of least mean-square error, thresholds midway between the means of the levels. The link is that
   of E. Arnold et al., arXiv 2302.14726.

Two seeds of the first: what they differ by is the error of so many symbols. The second counts 2^21 symbols.
"""

import numpy as np

C, H, K, Q = 299792458.0, 6.62607015e-34, 1.380649e-23, 1.602176634e-19


def fibre(field, rate, km, dispersion, loss, wavelength):
    """dispersion in ps/(nm km), loss in dB/km; exp(+j beta2/2 w^2 L) with the transform exp(+jwt) of the envelope."""
    beta2 = -dispersion * 1e-6 * wavelength**2 / (2 * np.pi * C)
    w = 2 * np.pi * np.fft.fftfreq(field.size, 1 / rate)
    return np.fft.ifft(np.fft.fft(field) * np.exp(-0.5j * beta2 * w**2 * km * 1e3)) * 10 ** (-loss * km / 20)


def cyclic(x, taps):
    padded = np.zeros(x.size)
    padded[: taps.size] = taps
    padded = np.roll(padded, -((taps.size - 1) // 2))
    return np.fft.ifft(np.fft.fft(x) * np.fft.fft(padded))


def ratio_db(km, symbol_rate, count, seed):
    rng, over, carrier = np.random.default_rng(seed), 16, 193.1e12
    rate = over * symbol_rate
    a = rng.integers(0, 4, count) * 2 / 3 - 1
    up = np.zeros(count * over)
    up[::over] = a
    pulse = np.convolve(np.ones(over), np.exp(-np.linspace(-2, 2, over) ** 2))
    drive = cyclic(up, pulse).real
    drive *= 0.2 / np.abs(drive).max()
    field = np.cos(0.5 * np.pi * (drive - 0.5)).astype(complex)
    field *= np.sqrt(10**-3.3 / np.mean(np.abs(field) ** 2))
    field = fibre(field, rate, km, 16.0, 0.2, C / carrier)
    if km > 0:
        gain = 10 ** (0.02 * km)
        power = 0.5 * (gain * 10**0.45 - 1) * H * carrier * rate
        noise = rng.standard_normal(field.size) + 1j * rng.standard_normal(field.size)
        field = field * np.sqrt(gain) + np.sqrt(power / 2) * noise
    current = np.abs(field) ** 2
    density = 2 * Q * (current + 5e-9) + 4 * K * 298.15 / 50
    current = current + np.sqrt(density * rate / 2) * rng.standard_normal(field.size)
    n = np.arange(255) - 127
    h = np.sinc(2 * n / over)
    y = cyclic(current, h / h.sum()).real[::over]
    y = (y - y.mean()) / y.std()
    a = a / np.sqrt(np.mean(a**2))
    return -10 * np.log10(np.mean((y - a) ** 2))


def task(noise_db, count, seed):
    rng, over, rate = np.random.default_rng(seed), 3, 3 * 112e9
    s = rng.integers(0, 4, count)
    up = np.zeros(count * over)
    up[::over] = 2 * s - 3
    f = np.abs(np.fft.fftfreq(up.size, 1 / rate)) / 56e9
    shape = np.where(f < 0.8, 1, np.where(f < 1.2, np.cos(np.pi / 4 * (f - 0.8) / 0.2), 0))
    field = np.fft.ifft(np.fft.fft(up) * shape).real + 2.25
    field = field / np.sqrt(np.mean(field**2))
    field = fibre(field.astype(complex), rate, 4.0, -5.0, 0.0, 1270e-9)
    y = np.abs(field) ** 2 + 10 ** (noise_db / 20) * rng.standard_normal(field.size)
    y = np.fft.ifft(np.fft.fft(y) * shape).real[::over]
    columns = np.stack([np.roll(y, k) for k in range(-3, 4)] + [np.ones(count)], axis=1)
    z = columns @ np.linalg.lstsq(columns, 2.0 * s - 3, rcond=None)[0]
    means = np.array([z[s == k].mean() for k in range(4)])
    found = np.searchsorted(0.5 * (means[1:] + means[:-1]), z)
    gray = np.array([0, 1, 3, 2])
    wrong = gray[found] ^ gray[s]
    return np.mean((wrong & 1) + (wrong >> 1)) / 2


if __name__ == "__main__":
    for km in [0, 2, 4, 6, 8, 10, 12]:
        print("40 GBd", km, [round(ratio_db(km, 40e9, 1 << 16, seed), 2) for seed in (1, 2)])
    for noise_db in [-16, -18, -20]:
        print("task", noise_db, task(noise_db, 1 << 21, 1))
