"""Numbers for validation/repeaters.rs: decisions in a row, and an electrical, optical and electrical path
without a decision. Own physics in NumPy; nothing of the library.

    python3 repeaters.py
"""

import math

import numpy as np


def q(x):
    return 0.5 * math.erfc(x / math.sqrt(2))


def pam4_matrix(sigma):
    """P(decided | sent) of four equally spaced levels from -1 to 1 and thresholds half way between."""
    levels = [-1.0, -1 / 3, 1 / 3, 1.0]
    thresholds = [-math.inf, -2 / 3, 0.0, 2 / 3, math.inf]
    def below(t, level):
        return q((level - t) / sigma)
    return np.array(
        [[below(thresholds[d + 1], s) - below(thresholds[d], s) for d in range(4)] for s in levels]
    )


def gray_bit_error_ratio(matrix):
    label = [0, 1, 3, 2]
    wrong = [[bin(label[s] ^ label[d]).count("1") for d in range(4)] for s in range(4)]
    return float((matrix * np.array(wrong)).sum()) / 4 / 2


def decisions():
    a, b = pam4_matrix(0.16), pam4_matrix(0.2)
    print("pam4: first, second, both", *(f"{gray_bit_error_ratio(m):.15e}" for m in (a, b, a @ b)))
    print("pam4: P(2|0) of both", f"{(a @ b)[0, 2]:.15e}")


# An electrical, optical and electrical path. exp(+j w t); fibre H = exp(-j b2 w^2 L/2).
RATE, SPS = 25e9, 16
C = 299792458.0


def prbs7():
    # x^7 + x^6 + 1; only its bits in some order matter to nobody: printed with the numbers.
    state, bits = 0x7F, []
    for _ in range(127):
        new = ((state >> 6) ^ (state >> 5)) & 1
        bits.append((state >> 6) & 1)
        state = ((state << 1) | new) & 0x7F
    return bits


def path(bits):
    n = len(bits) * SPS
    fs = RATE * SPS
    f = np.fft.fftfreq(n, 1 / fs)
    gauss = lambda b: np.exp(-0.5 * math.log(2) * (f / b) ** 2)
    pole = lambda b: 1 / (1 + 1j * f / b)
    x = np.zeros(n)
    x[::SPS] = np.where(np.array(bits) == 1, 1.0, -1.0)
    # A rectangle of one symbol about each, from its spectrum; the driver; copper as one pole.
    spectrum = np.fft.fft(x) * SPS * np.sinc(f / RATE) * gauss(20e9)
    volts = 0.4 * np.fft.ifft(spectrum).real

    def forward(noise):
        y = np.fft.ifft(np.fft.fft(volts) * pole(18e9)).real
        # The redriver: noise at its input, gain, output stage.
        y = 2.5 * (y + noise)
        y = y / (1 + (2 * y / 2.4) ** 6) ** (1 / 6)
        # The modulator: volts over half its swing, its own pole, field of cos(theta/2).
        d = np.fft.ifft(np.fft.fft(y / 1.0) * pole(30e9)).real
        field_of = lambda v: np.cos(0.5 * (math.pi / 2 - math.pi * (1.0 * v) / 5.0))
        top, bottom = field_of(1.0) ** 2, field_of(-1.0) ** 2
        field = field_of(d) * math.sqrt(1e-3 / (0.5 * (top + bottom)))
        # 6 km of 17 ps/(nm km) at 1550 nm, and 2 dB.
        wavelength = 1550e-9
        b2 = -17e-6 * wavelength**2 / (2 * math.pi * C)
        # A coefficient that does not change with the wavelength has a third order of its own.
        b3 = (wavelength**2 / (2 * math.pi * C)) ** 2 * 2 * 17e-6 / wavelength
        w = 2 * math.pi * f
        phase = b2 * w**2 / 2 + b3 * w**3 / 6
        field = np.fft.ifft(np.fft.fft(field) * np.exp(-1j * phase * 6e3)) * 10 ** (-0.1)
        current = 0.8 * np.abs(field) ** 2
        # Amplifier, volts, copper as one pole, receiver.
        h = 1200.0 * pole(24e9) * pole(20e9) * gauss(22e9)
        return np.fft.ifft(np.fft.fft(current) * h).real

    return volts, forward


def mixed_path():
    bits = prbs7()
    volts, forward = path(bits)
    quiet = forward(np.zeros_like(volts))
    print("bits", "".join(map(str, bits)))
    print("received (V) at samples", *(f"{k}: {quiet[k]:.9e}," for k in range(5, 127 * SPS, 211)))
    # What one sample of the redriver's noise does to every later value: derivative by differences.
    density, step = 2e-17, 1e-5
    variance = np.zeros_like(quiet)
    for j in range(len(quiet)):
        impulse = np.zeros_like(quiet)
        impulse[j] = step
        variance += ((forward(impulse) - forward(-impulse)) / (2 * step)) ** 2
    variance *= 0.5 * density * RATE * SPS
    decisions = variance[6::SPS]
    print("noise (V^2) at sample 6 of symbols 0, 10, ...", *(f"{v:.6e}," for v in decisions[::10]))
    print("its mean over the pattern", f"{decisions.mean():.6e}")


decisions()
mixed_path()
