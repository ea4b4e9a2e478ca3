"""Symbol error ratio of maximum-likelihood sequence detection by the union bound, every error event up to a
length looked at one by one (Forney, IEEE Trans. Inf. Theory 18(3) 363, 1972, DOI 10.1109/TIT.1972.1054829).

    SER <= sum over events e of  2 * prod((L - |e_k|)/L) * (wrong symbols) * Q(|h * e| step / (2 sigma))

with e_0 > 0 (the factor 2 is for the opposite signs), no run of m zeros inside, m the memory of h. For 1 + D
the sum over the alternating events of +-1 alone is 2 q/(1-q)^2 Q(sqrt(2) step/(2 sigma)), q = (L-1)/L.
"""

from math import erfc, sqrt

import numpy as np


def q_function(x):
    return 0.5 * erfc(x / sqrt(2))


def bound(h, levels, sigma, longest, reach):
    """`reach`: events whose squared distance exceeds that of the nearest by more are dropped on the way."""
    memory, step = len(h) - 1, 2.0 / (levels - 1)

    def output(e, n):
        return sum(h[k] * e[n - k] for k in range(len(h)) if 0 <= n - k < len(e))

    total, stack = 0.0, [([d], (h[0] * d) ** 2) for d in range(1, levels)]
    while stack:
        e, partial = stack.pop()
        if partial > reach:
            continue
        if e[-1] != 0:
            square = partial + sum(output(e, n) ** 2 for n in range(len(e), len(e) + memory))
            weight = 2.0
            for d in e:
                weight *= (levels - abs(d)) / levels
            wrong = sum(d != 0 for d in e)
            total += weight * wrong * q_function(sqrt(square) * step / (2 * sigma))
        if len(e) < longest:
            zeros = 0
            for d in reversed(e):
                if d != 0:
                    break
                zeros += 1
            for d in range(1 - levels, levels):
                if d == 0 and zeros + 1 >= memory:
                    continue
                new = e + [d]
                stack.append((new, partial + output(new, len(e)) ** 2))
    return total


def counted_1_plus_d(levels, sigma, lanes, symbols, warm, seed):
    """Symbol error ratio of the algorithm of Viterbi behind 1 + D, counted in `lanes` independent streams, without
    `warm` symbols at either end, and one standard deviation of it, from how the lanes differ."""
    rng = np.random.default_rng(seed)
    value = np.linspace(-1, 1, levels)
    sent = rng.integers(0, levels, (symbols + 1, lanes))
    metric = np.zeros((levels, lanes))
    survivors = np.empty((symbols, levels, lanes), np.uint8)
    for n in range(symbols):
        z = value[sent[n + 1]] + value[sent[n]] + sigma * rng.standard_normal(lanes)
        new = np.empty_like(metric)
        for state in range(levels):
            ways = metric + (z - value[state] - value[:, None]) ** 2
            survivors[n, state] = ways.argmin(0)
            new[state] = ways.min(0)
        metric = new - new.min(0)
    state, wrong = metric.argmin(0), np.zeros(lanes)
    for n in range(symbols - 1, -1, -1):
        if warm <= n < symbols - warm:
            wrong += state != sent[n + 1]
        state = survivors[n, state, np.arange(lanes)]
    ratio = wrong / (symbols - 2 * warm)
    return ratio.mean(), ratio.std() / sqrt(lanes)


if __name__ == "__main__":
    print("1+D counted", 4, 0.115, counted_1_plus_d(4, 0.115, 65536, 2200, 100, 1))
    for levels, sigma in [(2, 0.36), (4, 0.115)]:
        q = (levels - 1) / levels
        step = 2.0 / (levels - 1)
        print("1+D", levels, sigma, 2 * q / (1 - q) ** 2 * q_function(sqrt(2) * step / (2 * sigma)))
    print("1+D with all events", 4, 0.115, bound([1.0, 1.0], 4, 0.115, 50, 3.1))
    print("0.5", bound([1.0, 0.5], 4, 0.08, 16, 4.0), bound([1.0, 0.5], 4, 0.08, 14, 3.5))
    print("mem2", bound([1.0, 0.7, -0.2], 4, 0.1, 60, 3.8), bound([1.0, 0.7, -0.2], 4, 0.1, 60, 3.5))
    print("mem2nrz", bound([1.0, 0.7, -0.2], 2, 0.3, 20, 5.0), bound([1.0, 0.7, -0.2], 2, 0.3, 16, 4.0))
