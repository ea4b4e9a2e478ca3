"""Opening of noise-free NRZ and PAM4 eyes near the accumulated dispersion that closes them.

A bound from the literature: a signal of N levels without chirp and without equaliser is lost where

    |β2|·B²·L reaches 0.318 (two levels), 0.212 (four levels).

Source: I. Granot, M. Katz, Appl. Sci. 11(6), 2542, 2021, DOI 10.3390/app11062542.

The bound is an upper one; where an eye really closes depends on the filters.  Here: levels equally
spaced in power, the lowest dark, a Gaussian filter with |H|² = ½ at 1.5 of the symbol rate acting on
the power, field √P, fibre exp(−jβ2ω²L/2) at 1550 nm, |E|², a fourth-order Bessel–Thomson receiver,
−3 dB at 1.5 of the symbol rate.  The opening is the smallest distance of neighbouring levels at the
best phase over their nominal distance; the symbols are PRBS11.  (Near closure the
opening hangs on the rarest histories, so that another pattern gives another number.)

Second route: half the samples a symbol.
"""

import sys

sys.dont_write_bytecode = True

import numpy as np

from table import Table, dispersion_to_beta2

WAVELENGTH = 1550e-9
FILTER = 1.5


def prbs11(levels):
    """PRBS11 (x¹¹ + x⁹ + 1, ITU-T O.150): one period of bits, or two periods of pairs of bits in Gray
    code for four levels."""
    bits = [1] * 11
    while len(bits) < 2047:
        bits.append(bits[-11] ^ bits[-9])
    if levels == 2:
        return np.array(bits)
    pairs = np.array(bits + bits).reshape(-1, 2)
    return 2 * pairs[:, 0] + (pairs[:, 0] ^ pairs[:, 1])


def opening(levels, symbol_rate, accumulated, samples):
    """Smallest opening over the nominal distance of the levels; accumulated dispersion in ps/nm."""
    symbols = prbs11(levels)
    drive = np.repeat(symbols / (levels - 1), samples).astype(float)
    frequency = np.fft.fftfreq(drive.size, 1 / (symbol_rate * samples))
    edge = FILTER * symbol_rate
    power = np.fft.ifft(np.fft.fft(drive) * np.exp(-0.5 * np.log(2) * (frequency / edge) ** 2)).real
    beta2_length = dispersion_to_beta2(accumulated * 1e-3, WAVELENGTH)
    fibre = np.exp(-0.5j * beta2_length * (2 * np.pi * frequency) ** 2)
    field = np.fft.ifft(np.fft.fft(np.sqrt(np.maximum(power, 0.0))) * fibre)
    y = 2.114j * frequency / edge
    receiver = 105 / (105 + 105 * y + 45 * y**2 + 10 * y**3 + y**4)
    received = np.fft.ifft(np.fft.fft(np.abs(field) ** 2) * receiver).real
    best = -np.inf
    for delay in range(-samples, 3 * samples):
        values = np.roll(received, -delay)[::samples]
        gaps = [values[symbols == k + 1].min() - values[symbols == k].max() for k in range(levels - 1)]
        best = max(best, min(gaps) * (levels - 1))
    return best


def main():
    table = Table(__doc__)
    for levels, symbol_rate, dispersions in (
        (2, 25.78125e9, (300.0, 340.0)),
        (4, 26.5625e9, (200.0, 235.0)),
    ):
        for accumulated in dispersions:
            value = opening(levels, symbol_rate, accumulated, 128)
            check = opening(levels, symbol_rate, accumulated, 64)
            case = f"{levels} levels, {symbol_rate / 1e9:g} GBd, {accumulated:g} ps/nm"
            table.add(case, "opening", value, "", check, 0.02, digits=4)
        limit = {2: 0.318, 4: 0.212}[levels] / symbol_rate**2
        bound = limit / abs(dispersion_to_beta2(1e-3, WAVELENGTH))
        table.add(f"{levels} levels, {symbol_rate / 1e9:g} GBd", "upper bound", bound, "ps/nm", digits=4)
    table.finish()


if __name__ == "__main__":
    main()
