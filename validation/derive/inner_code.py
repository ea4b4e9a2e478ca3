"""The inner code (128, 120) of 200 Gb/s lanes, IEEE P802.3dj 177.5, simulated apart from the library.

120 bits go out as 60 Gray-labelled PAM4 symbols; the exclusive or of each pair, which is the parity
of the level, is encoded by the shortened cyclic code (68, 60) of x^8 + x^7 + x^5 + x^4 + x + 1, whose 8
check bits are the labels of 4 more symbols. The decoder inverts all patterns of the least
reliable of the 68 bits, corrects one more by the syndrome, and keeps the cheapest (Chase 1972); a message
symbol then becomes the nearest level of the parity found.

Second routes: the first test vector of draft 0.1 as reproduced in O. S. Sella, "Reference implementation
of coding methods for IEEE 802.3" (2024), and the union bound of maximum likelihood: a codeword of weight 4
has 4 symbols one level off, squared distance 4 d^2, and as many neighbours as the product of its
bits' (3/2 for a message symbol, 1/2 and 1 for the first and second bit of a check symbol).
"""

import itertools
import sys

import numpy as np
from scipy.special import ndtr, ndtri

GENERATOR = 0b110110011
TEST_VECTOR = "010110001100110011010110101010110110110110101110101110110011011110101010111110110110100101110101100000101101010010110000"
GRAY = np.array([0b00, 0b01, 0b11, 0b10])


def columns():
    powers = [1]
    while len(powers) < 68:
        x = powers[-1] << 1
        powers.append(x ^ GENERATOR if x & 256 else x)
    return np.array(powers[::-1])


COLUMNS = columns()
PLACE = np.full(256, -1)
PLACE[COLUMNS] = np.arange(68)


def syndrome(bits):
    return np.bitwise_xor.reduce(np.where(bits, COLUMNS, 0), axis=-1)


def encode(message):
    """Levels of messages, an array of words by 120 bits."""
    pairs = message.reshape(len(message), 60, 2)
    label = 2 * pairs[..., 0] + pairs[..., 1]
    level = np.argsort(GRAY)[label]
    checks = syndrome(np.pad(level & 1, ((0, 0), (0, 8))))
    bits = checks[:, None] >> np.arange(7, -1, -1) & 1
    label = 2 * bits[:, ::2] + bits[:, 1::2]
    return np.hstack([level, np.argsort(GRAY)[label]])


def soft(samples, mask):
    levels = np.arange(4) * 2 / 3 - 1
    squares = (samples[..., None] - levels) ** 2
    return squares[..., ~mask].min(-1) - squares[..., mask].min(-1)


def decode(samples, tried):
    odd = soft(samples[:, :60], np.array([0, 1, 0, 1], bool))
    first = soft(samples[:, 60:], np.array([0, 0, 1, 1], bool))
    second = soft(samples[:, 60:], np.array([0, 1, 1, 0], bool))
    checks = np.stack([first, second], -1).reshape(len(samples), 8)
    value = np.hstack([odd, checks])
    word = value > 0
    trust = abs(value)
    rows = np.arange(len(samples))
    least = np.argsort(trust, axis=1)[:, :tried]
    start = syndrome(word)
    best_cost = np.full(len(samples), np.inf)
    best = word.copy()
    for pattern in itertools.product([False, True], repeat=tried):
        trial = word.copy()
        for k, invert in enumerate(pattern):
            if invert:
                trial[rows, least[:, k]] ^= True
        s = syndrome(trial)
        place = PLACE[s]
        fix = (s != 0) & (place >= 0)
        trial[rows[fix], place[fix]] ^= True
        cost = np.where(trial != word, trust, 0).sum(1)
        cost[(s != 0) & (place < 0)] = np.inf
        better = cost < best_cost
        best[better] = trial[better]
        best_cost[better] = cost[better]
    levels = np.arange(4) * 2 / 3 - 1
    far = (np.arange(4) & 1)[None, None, :] != best[:, :60, None]
    level = np.where(far, np.inf, (samples[:, :60, None] - levels) ** 2).argmin(-1)
    label = GRAY[level]
    return np.stack([label >> 1, label & 1], -1).reshape(len(samples), 120)


def simulate(before, tried, words, rng):
    deviation = (1 / 3) / -ndtri(before / 0.75)
    failed, wrong, symbols, squares, done = 0, 0, 0, 0, 0
    while done < words:
        message = rng.integers(0, 2, (20_000, 120))
        level = encode(message)
        samples = level * 2 / 3 - 1 + deviation * rng.standard_normal(level.shape)
        bad = decode(samples, tried) != message
        count = bad.sum(1)
        failed += (count > 0).sum()
        wrong += count.sum()
        squares += (count**2).sum()
        symbols += bad.reshape(-1, 12, 10).any(-1).sum()
        done += len(message)
    # Standard error of the bit error ratio: words are independent, bits of a word are not.
    error = np.sqrt(squares / done - (wrong / done) ** 2) / np.sqrt(done) / 120
    return wrong / done / 120, error, failed / done, symbols / done / 12


def union_bound(before):
    """Word error ratio by the codewords of weight 4."""
    many = np.where(np.arange(68) < 60, 1.5, np.where(np.arange(68) % 2 == 0, 0.5, 1.0))
    total = 0.0
    pairs = {}
    for i, j in itertools.combinations(range(68), 2):
        pairs.setdefault(COLUMNS[i] ^ COLUMNS[j], []).append((i, j))
    for same in pairs.values():
        for (i, j), (k, l) in itertools.combinations(same, 2):
            # Each set of four is found as three pairs of pairs.
            total += many[i] * many[j] * many[k] * many[l] / 3
    return total * ndtr(2 * ndtri(before / 0.75))


if __name__ == "__main__":
    message = np.array([[int(c) for c in TEST_VECTOR]])
    checks = GRAY[encode(message)[0, 60:]]
    text = "".join(f"{c:02b}" for c in checks)
    print("check bits of the test vector", text)
    if text != "01010001":
        sys.exit(1)
    rng = np.random.default_rng(5)
    words = 400_000
    for before, tried in ((4.8e-3, 0), (4.8e-3, 2), (4.8e-3, 4), (4.8e-3, 6), (2e-3, 2), (2e-3, 6)):
        ber, error, word, symbol = simulate(before, tried, words, rng)
        print(f"({before:.1e}, {tried}): bits {ber:.4e} ± {error:.1e}, words {word:.4e}, symbols {symbol:.4e}")
    for before in (1e-3, 2e-3, 4.8e-3):
        print(f"union bound at {before:.1e}: {union_bound(before):.6e}")
