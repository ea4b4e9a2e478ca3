"""Dispersion penalty of NRZ, with and without transient chirp, against the accumulated dispersion.

The link: PRBS11 (x¹¹ + x⁹ + 1, 2047 bits, cyclic) as rectangular pulses of *power*, ones at 1 and
zeros at 0 (infinite extinction); a Gaussian filter acting on that power, |H|² = ½ at 0.75 of the
bit rate; the field E = √P·exp(+j(α/2)·ln P); the fibre exp(−jβ2ω²L/2) at 1550 nm, lossless;
|E|²; a fourth-order Bessel–Thomson receiver, −3 dB at 0.75 of the bit rate; no equaliser.

White Gaussian noise of deviation σ is added at the decision.  σ is the one at which the error
ratio averaged over the pattern is 1e-12 at the best sampling phase and the best threshold, and

    penalty = 10·lg[(σ_b2b/σ)·(P̄/P̄_b2b)]

with P̄ the mean power at the receiver, which a lossless fibre leaves as it is.  A penalty is
negative where the chirp and the fibre together compress the pulses.

Zero power.  ln P has no limit at P = 0, but the field has: |E| = √P goes to zero whatever its
phase.  A filter whose impulse response is Gaussian never returns exactly to zero; here P is formed
from error functions without cancellation, so that it is positive and right in its relative
accuracy down to the underflow at 1e-308, and the phase of the field follows ln P all the way.  The
table shows that a floor on P of −80 dB of the ones moves no penalty by more than 1e-3 dB; floors
of −30 and −20 dB (a finite extinction, in effect) are shown for scale.

Sources: the definition is this file's own and complete above; there is no closed form and no
published table to compare with, and the numbers stand on convergence.  The chirp is that of F.
Koyama, K. Iga, J. Lightwave Technol. 6(1), 87–93, 1988; the receiver filter is that of IEEE Std
802.3-2022, 52.9.7; PRBS11 is that of Recommendation ITU-T O.150.

Second routes: half the samples per bit; the mean power before and after the fibre.
"""

import sys

sys.dont_write_bytecode = True

import numpy as np
from scipy.optimize import brentq, minimize_scalar
from scipy.special import erfc

from table import Table, dispersion_to_beta2

WAVELENGTH = 1550e-9
TARGET = 1e-12
FILTER = 0.75  # −3 dB of both filters over the bit rate
SECONDS_PER_METRE = 1e-3  # of accumulated dispersion, in 1 ps/nm


def prbs11():
    """One period of x¹¹ + x⁹ + 1 from the register of all ones."""
    register, bits = [1] * 11, []
    for _ in range(2047):
        bits.append(register[10])
        register = [register[10] ^ register[8], *register[:-1]]
    return np.array(bits)


def transmitted_power(bits, samples):
    """Power over time: every one adds a rectangle convolved with the Gaussian.

    A filter with |H|² = ½ at f3 has the impulse response of deviation √(ln 2)/(2πf3).  The
    response to a rectangle of one bit is a difference of two tails, taken on the side where both
    are small.  Beyond ten bits it is below the smallest number of double precision.
    """
    scale = np.sqrt(np.log(2)) / (2 * np.pi * FILTER) * np.sqrt(2)
    reach = 10
    time = np.arange(-reach * samples, (reach + 1) * samples) / samples
    early = erfc(-time / scale) - erfc((1 - time) / scale)
    late = erfc((time - 1) / scale) - erfc(time / scale)
    pulse = 0.5 * np.where(time < 0.5, early, late)
    power = np.zeros(len(bits) * samples)
    offsets = np.arange(-reach * samples, (reach + 1) * samples)
    for start in np.flatnonzero(bits) * samples:
        power[(start + offsets) % power.size] += pulse
    return power


def bessel_thomson(frequency, edge):
    y = 2.114j * frequency / edge
    return 105 / (105 + 105 * y + 45 * y**2 + 10 * y**3 + y**4)


def received(power, alpha, symbol_rate, accumulated, samples):
    """(filtered photocurrent, mean power at the receiver); accumulated dispersion in ps/nm."""
    field = np.sqrt(power) * np.exp(0.5j * alpha * np.log(power))
    frequency = np.fft.fftfreq(power.size, 1 / (symbol_rate * samples))
    beta2_length = dispersion_to_beta2(accumulated * SECONDS_PER_METRE, WAVELENGTH)
    fibre = np.exp(-0.5j * beta2_length * (2 * np.pi * frequency) ** 2)
    current = np.abs(np.fft.ifft(np.fft.fft(field) * fibre)) ** 2
    filtered = np.fft.ifft(np.fft.fft(current) * bessel_thomson(frequency, FILTER * symbol_rate))
    return filtered.real, current.mean()


def tolerable_noise(waveform, bits, samples):
    """σ of an error ratio of 1e-12, the best over the sampling phase.

    The waveform is turned to the delay of greatest correlation with the bits; the phase is then
    searched on a grid of 32 a bit and halved down to one sample.
    """
    pattern = np.repeat(bits - 0.5, samples)
    spectrum = np.fft.rfft(waveform) * np.conj(np.fft.rfft(pattern))
    waveform = np.roll(waveform, -int(np.argmax(np.fft.irfft(spectrum, pattern.size))))
    traces = waveform.reshape(len(bits), samples)
    ones, zeros = traces[bits == 1], traces[bits == 0]
    opening = ones.min(0) - zeros.max(0)
    if opening.max() <= 0:
        raise ValueError("the eye is closed")

    found = {}

    def at(phase):
        if phase not in found:
            found[phase] = noise_at_phase(ones[:, phase], zeros[:, phase])
        return found[phase]

    step = max(1, samples // 32)
    candidates = [p for p in range(0, samples, step) if opening[p] > 0.8 * opening.max()]
    best = max(candidates, key=at)
    while step > 1:
        step //= 2
        nearby = [p for p in (best - step, best, best + step) if 0 <= p < samples]
        best = max((p for p in nearby if opening[p] > 0), key=at)
    return found[best]


def noise_at_phase(ones, zeros):
    """σ of an error ratio of 1e-12 at the best threshold."""
    lower, upper = zeros.max(), ones.min()
    count = ones.size + zeros.size

    def errors(threshold, sigma):
        wrong = erfc((ones - threshold) / (sigma * np.sqrt(2))).sum()
        wrong += erfc((threshold - zeros) / (sigma * np.sqrt(2))).sum()
        return wrong / (2 * count)

    def excess(log_sigma):
        sigma = np.exp(log_sigma)
        best = minimize_scalar(
            lambda threshold: np.log(errors(threshold, sigma) + 1e-300),
            bounds=(lower, upper),
            method="bounded",
            options={"xatol": 1e-9},
        )
        return best.fun - np.log(TARGET)

    half = (upper - lower) / 2
    # The nearest of 2047 samples alone would stand at 5.9 σ, all at one distance at 7.0 σ.
    return np.exp(brentq(excess, np.log(half / 12), np.log(half / 4), xtol=1e-10))


def penalties(symbol_rate, alpha, dispersions, samples, floor=0.0):
    """Penalty in dB at each accumulated dispersion in ps/nm."""
    bits = prbs11()
    power = np.maximum(transmitted_power(bits, samples), max(floor, 1e-308))
    reference, reference_power = None, None
    out = []
    for accumulated in (0.0, *dispersions):
        waveform, mean = received(power, alpha, symbol_rate, accumulated, samples)
        sigma = tolerable_noise(waveform, bits, samples)
        if reference is None:
            reference, reference_power = sigma, mean
            continue
        if abs(mean / reference_power - 1) > 1e-9:
            raise ValueError("the fibre changed the mean power")
        out.append(10 * np.log10(reference / sigma * mean / reference_power))
    return out


CASES = (
    (10.3125e9, 0.0, (400.0, 800.0, 1000.0, 1200.0, 1400.0, 1600.0)),
    (25.78125e9, 1.0, (32.0, 64.0, 96.0, 128.0)),
    (25.78125e9, -0.7, (64.0, 128.0, 192.0, 256.0)),
)


def main():
    table = Table(__doc__)
    for symbol_rate, alpha, dispersions in CASES:
        fine = penalties(symbol_rate, alpha, dispersions, 256)
        half = penalties(symbol_rate, alpha, dispersions, 128)
        for accumulated, value, check in zip(dispersions, fine, half):
            case = f"{symbol_rate / 1e9:.7g} GBd, alpha {alpha:+g}, {accumulated:g} ps/nm"
            table.add(case, "penalty", value, "dB", check, 3e-3, digits=4)
    for target in (1.0, 2.0):
        reach = brentq(
            lambda d: penalties(10.3125e9, 0.0, (d,), 64)[0] - target, 1100.0, 1600.0, xtol=0.5
        )
        case = f"10.3125 GBd, alpha +0, penalty {target:g} dB"
        table.add(case, "dispersion", reach, "ps/nm", digits=4)

    table.note("Convergence in samples per bit, and a floor on P relative to the ones; dB:")
    for symbol_rate, alpha, dispersions in CASES:
        table.note(f"  {symbol_rate / 1e9:.7g} GBd, alpha {alpha:+g}, ps/nm {dispersions}")
        for samples in (16, 32, 64, 128, 256):
            row = penalties(symbol_rate, alpha, dispersions, samples)
            table.note(f"    {samples:3d} samples      " + "".join(f"{v:9.4f}" for v in row))
        for decibels in (-80, -50, -30, -20):
            row = penalties(symbol_rate, alpha, dispersions, 64, 10 ** (decibels / 10))
            table.note(f"    floor {decibels} dB    " + "".join(f"{v:9.4f}" for v in row))
    table.finish()


if __name__ == "__main__":
    main()
