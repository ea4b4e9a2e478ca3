"""Reed-Solomon codes behind errors in bursts, by a generating function, and their miscorrection.

Errors of PAM4 symbols are a Markov chain whose state is the last error (none, high, low). With
z marking every wrong 10-bit symbol of one codeword, the generating function of their number is
a product of 3 x 3 matrices; its coefficients are the inverse DFT of its values on a circle whose
radius is chosen for the coefficients wanted, so that they come with relative precision. Nothing is
propagated count by count. The matrix of one turn is a sum over all error sequences of its line
symbols, by enumeration.

Frame loss: P. Anslow, "FEC performance on multi-part links", IEEE P802.3bs, July 2014.
"""

import itertools
from math import comb

import numpy as np


def chain(p, a):
    """Transition probabilities [state][error] of runs that go on with probability a."""
    s = p * (1 - a) / (1 - p)
    return np.array([[1 - s, s / 2, s / 2], [1 - a, 0, a], [1 - a, a, 0]])


def stationary(t):
    """Left eigenvector of eigenvalue one."""
    w, v = np.linalg.eig(t.T)
    x = np.real(v[:, np.argmin(abs(w - 1))])
    return x / x.sum()


def bits_hit(before, error, precoded):
    """Probabilities of sets of hit bits: {(): p, (0,): p, ...}."""
    value = {0: 0, 1: 1, 2: -1}
    shift = (value[error] + (value[before] if precoded else 0)) % 4
    if shift == 0:
        return {(): 1.0}
    if shift == 2:
        return {(0, 1): 1.0}
    first = 0.5 if precoded else 1 / 3
    return {(0,): first, (1,): 1 - first}


def turn_matrix(t, precoded, codewords, multiplexed, turn, z):
    """Matrix of one turn: sum over error sequences and hit bits of z**(wrong symbols of codeword 0)."""
    own = [(place + turn) % codewords == 0 for place in range(multiplexed)]
    length = 5 * multiplexed
    # A map from (state, set of wrong own places) keeps the enumeration small, in polynomial-free form.
    out = np.zeros((3, 3) + z.shape, complex)
    for start in range(3):
        front = {(start, frozenset()): 1.0}
        for k in range(length):
            new = {}
            for (state, wrong), p in front.items():
                for error in range(3):
                    q = t[state, error]
                    if q == 0:
                        continue
                    for bits, share in bits_hit(state, error, precoded).items():
                        places = {(2 * k + b) % multiplexed for b in bits}
                        now = wrong | frozenset(x for x in places if own[x])
                        key = (error, now)
                        new[key] = new.get(key, 0.0) + p * q * share
            front = new
        for (state, wrong), p in front.items():
            out[start, state] += p * z ** len(wrong)
    return out


def distribution_tail(p, a, precoded, codewords, multiplexed, n, t):
    """P(more than t wrong symbols), sum of k/n over them, and P(symbol wrong)."""
    points = 2048
    trans = chain(p, a)
    pi = stationary(trans)
    # Mean number of wrong symbols, from which the radius that puts the weight near t + 1.
    def coefficients(radius):
        z = radius * np.exp(2j * np.pi * np.arange(points) / points)
        turns = [turn_matrix(trans, precoded, codewords, multiplexed, g, z) for g in range(codewords)]
        rounds = n // multiplexed
        row = np.array([np.full(points, x, complex) for x in pi])
        scale = 0.0
        for _ in range(rounds):
            for m in turns:
                row = np.einsum("ip,ijp->jp", row, m)
            size = np.max(abs(row))
            row /= size
            scale += np.log(size)
        value = row.sum(axis=0)
        return np.fft.fft(value) / points, scale

    c, s = coefficients(1.0)
    mean = sum(k * c[k].real for k in range(n + 1)) * np.exp(s)
    radius = max(1.0, (t + 2) / max(mean, 1e-300))
    if radius == 1.0:
        probs = c[: n + 1].real * np.exp(s)
    else:
        # Runs share a codeword's errors: a smaller radius than that of independent ones does.
        # A run that fills symbols of the codeword whole grows by z times the chance that it goes on.
        radius = radius**0.5 if a > 0.3 else radius
        if codewords == 1 and not precoded:
            radius = min(radius, 0.6 / max(a, 0.1) ** 5)
        c, s = coefficients(radius)
        k = np.arange(n + 1)
        probs = c[: n + 1].real * np.exp(s - k * np.log(radius))
    k = np.arange(n + 1)
    # Far above the saddle the coefficients are round-off.
    keep = (k > t) & (k < t + 60)
    return probs[keep].sum(), (k[keep] / n * probs[keep]).sum(), mean / n


def pre_fec_ber(p, a, precoded):
    trans = chain(p, a)
    pi = stationary(trans)
    return sum(
        pi[s] * trans[s, e] * share * len(bits)
        for s in range(3)
        for e in range(3)
        for bits, share in bits_hit(s, e, precoded).items()
    ) / 2


def frame_loss(cer, codewords, k=514, m=10):
    block = 1 - (1 - cer) ** codewords if cer > 1e-6 else codewords * cer
    frames = codewords * k * m * 256 / 257 / (8 * 84)
    return block * (1 + (1 - block) / frames)


def miscorrection(n, k, m, t):
    """Words within t of a codeword, of all words."""
    q = 2**m
    return sum(comb(n, i) * (q - 1) ** i for i in range(t + 1)) / q ** (n - k)


if __name__ == "__main__":
    for name, n, t in (("KP4", 544, 15), ("KR4", 528, 7)):
        print(f"{name} miscorrection {miscorrection(n, 514, 10, t):.6e}")
    print(f"RS(15,11) miscorrection {miscorrection(15, 11, 4, 2):.6e}")
    rows = [
        # name, n, t, symbol error ratio, continuation, precoded, codewords, multiplexed
        ("KP4", 544, 15, 4.8e-4, 0.5, False, 1, 1),
        ("KP4", 544, 15, 4.8e-4, 0.75, False, 1, 1),
        ("KP4", 544, 15, 4.8e-4, 0.75, True, 1, 1),
        ("KP4", 544, 15, 4.8e-4, 0.75, False, 2, 1),
        ("KP4", 544, 15, 4.8e-4, 0.75, False, 4, 1),
        ("KP4", 544, 15, 4.8e-4, 0.75, True, 4, 1),
        ("KP4", 544, 15, 4.8e-4, 0.75, False, 2, 4),
        ("KP4", 544, 15, 4.8e-4, 0.75, True, 2, 4),
        ("KP4", 544, 15, 4.8e-4, 0.0, True, 2, 2),
        ("KR4", 528, 7, 1e-4, 0.5, False, 1, 1),
        ("KR4", 528, 7, 1e-4, 0.5, True, 1, 1),
    ]
    for name, n, t, p, a, precoded, codewords, multiplexed in rows:
        cer, weight, symbol = distribution_tail(p, a, precoded, codewords, multiplexed, n, t)
        ber = pre_fec_ber(p, a, precoded)
        print(
            f"({name}, {p:.2e}, {a}, {str(precoded).lower()}, {codewords}, {multiplexed}): "
            f"{ber:.6e}, {cer:.6e}, {weight * ber / symbol:.6e}, {frame_loss(cer, codewords):.6e}"
        )
    # One feedback tap as large as the main one, four levels: an error shifts the next sample by one
    # level, and three of four symbols are then certainly wrong; the fourth, and the rest, as without.
    print("PAM4 one tap of unity: continuation 3/4, errors of a run 4")
