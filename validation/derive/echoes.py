"""The beat of an echo with the signal behind a receiver, from the linewidth of the laser and the delay.

The phase of the laser is a random walk, E[(φ(t) − φ(t'))²] = 2πΔν|t − t'|.  An echo of the power ratio ε and
the delay τ makes of a constant power the relative noise 2√ε·cos(φ0 + φ(t) − φ(t − τ)).  One-sided density:

    in quadrature, φ0 = π/2:  (4ε/π)·Δν/(f² + Δν²)·[1 + e^{−4πΔντ} − 2e^{−2πΔντ}·cos 2πfτ]
    (J. L. Gimlett, N. K. Cheung, J. Lightwave Technol. 7, 888, 1989);
    φ0 drifting: 8∫_0^∞ ε·(e^{−a·min(T, τ)} − e^{−aτ})·cos 2πfT dT, a = 2πΔν, and 2ε·e^{−aτ} at zero frequency.

Printed: variance behind a Gaussian receiver |H|² = exp(−ln2·(f/f3)²), over the 2ε of a slow drift.  Limits:
1 for a coherent echo that drifts, 4πΔντ in quadrature; the Lorentzian of independent light for long delays.

Second route: the random walk simulated, the cosine filtered, its mean square taken.
"""

import sys

sys.dont_write_bytecode = True

import numpy as np
from scipy.integrate import quad

from table import SPEED_OF_LIGHT, Table

RECEIVER = 4e9


def receiver(f):
    return np.exp(-np.log(2) * (f / RECEIVER) ** 2)


def quadrature(linewidth, delay):
    kept = np.exp(-2 * np.pi * linewidth * delay)
    density = lambda f: 2 / np.pi * linewidth / (f**2 + linewidth**2) * (
        1 + kept**2 - 2 * kept * np.cos(2 * np.pi * f * delay))
    # Pieces of a period of the cosine; beyond some of them its mean is enough.
    edges = np.arange(0, min(4000, 6 * RECEIVER * delay) + 1) / delay
    total = sum(quad(lambda f: density(f) * receiver(f), a, b)[0] for a, b in zip(edges, edges[1:]))
    mean = lambda f: 2 / np.pi * linewidth / (f**2 + linewidth**2) * (1 + kept**2) * receiver(f)
    return total + quad(mean, edges[-1], max(6 * RECEIVER, edges[-1]), limit=400)[0]


def drifting(linewidth, delay):
    a = 2 * np.pi * linewidth
    kept = np.exp(-a * delay)

    def density(f):
        w = 2 * np.pi * f
        sine = delay if f == 0 else np.sin(w * delay) / w
        return 4 * ((a + kept * (w * np.sin(w * delay) - a * np.cos(w * delay))) / (a**2 + w**2) - kept * sine)

    edges = np.append(np.arange(0, min(4000, 6 * RECEIVER * delay)) / delay, 6 * RECEIVER)
    return kept + sum(quad(lambda f: density(f) * receiver(f), x, y)[0] for x, y in zip(edges, edges[1:]))


def simulated(linewidth, delay, in_quadrature, rate=1e11, count=1 << 21, runs=6):
    random = np.random.default_rng(5)
    f = np.fft.fftfreq(count, 1 / rate)
    late = int(round(delay * rate))
    squares = []
    for _ in range(runs):
        steps = random.normal(size=count + late) * np.sqrt(2 * np.pi * linewidth / rate)
        phase = np.cumsum(steps)
        turn = phase[late:] - phase[:count]
        beats = [np.sin(turn)] if in_quadrature else [np.sin(turn), np.cos(turn)]
        # Over all φ0: half of the mean squares of sine and cosine.
        for beat in beats:
            seen = np.fft.ifft(np.fft.fft(beat) * np.sqrt(receiver(f))).real
            squares.append(2 * np.mean(seen**2))
    return np.mean(squares)


def main():
    table = Table(__doc__)
    glass = 2 * 1.4676 / SPEED_OF_LIGHT
    for linewidth, length in [(3e9, 10.0), (3e8, 0.1), (5e6, 0.05)]:
        for name, closed in (("in quadrature", quadrature), ("drifting", drifting)):
            value = closed(linewidth, length * glass)
            check = simulated(linewidth, length * glass, closed is quadrature)
            table.add(f"{linewidth / 1e6:.0f} MHz, {length} m, {name}", "variance", value, "", check,
                      0.02 * value, digits=9)
    table.note(f"coherent limit 4 pi linewidth delay of the last: {4 * np.pi * 5e6 * 0.05 * glass:.6f}")
    table.finish()


if __name__ == "__main__":
    main()
