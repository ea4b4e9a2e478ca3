"""Error ratio after forward error correction: the Reed–Solomon codes of Ethernet, and Hamming.

Reed–Solomon (n, k) over symbols of m bits corrects t = (n−k)/2 of them.  With independent bit
errors of ratio b a symbol is wrong with p = 1 − (1−b)^m, and with P_i = C(n,i)·pⁱ(1−p)^(n−i)

    codeword error ratio   CER = Σ P_i, i > t
    bit error ratio        BER = (b/p)·Σ (i/n)·P_i, i > t

The last formula leaves every wrong symbol of an uncorrectable codeword as it arrived, and takes
from b/p the share of bits that are wrong in a wrong symbol.  Miscorrection is left out; it is of
the order of 1/t! of the uncorrectable codewords.

    KP4 = RS(544, 514), t = 15, m = 10      IEEE Std 802.3-2022, clause 91.5.3 and clause 119.2.4
    KR4 = RS(528, 514), t = 7, m = 10       the same clause 91.5.3

Hamming (128, 120), decided hard: the code extended by an overall parity bit has distance 4.  An
odd number of errors always points at one bit, which is flipped; an even number is detected or,
where it is a codeword, not noticed, and left alone.  With A_w codewords of weight w,

    i even:  i bits remain wrong
    i odd:   [(i+1)²·A_(i+1) + (i−1)(n−i+1)·A_(i−1)]/C(n, i) on average

since each pattern of weight i lies one flip away from exactly one codeword, of weight i+1 or i−1.

Source of the formulas: S. Lin, D. J. Costello, Error Control Coding, 2nd ed., Prentice Hall 2004,
chapters 3 (weight enumerator of extended Hamming codes), 4 and 7.

Second routes: the tails of the binomial distribution as regularised incomplete beta functions,
CER = I_p(t+1, n−t) and BER = b·I_p(t, n−t); for Hamming a simulation with a decoder by syndrome,
against four standard deviations of it.
"""

import sys

sys.dont_write_bytecode = True

import numpy as np
from mpmath import betainc, binomial, findroot, log, mp, mpf, sqrt

from table import Table

mp.dps = 40
CODES = (("KP4 RS(544,514)", 544, 15), ("KR4 RS(528,514)", 528, 7))
BITS_PER_SYMBOL = 10


def symbol_error(ber):
    return 1 - (1 - ber) ** BITS_PER_SYMBOL


def reed_solomon(ber, length, correctable):
    """(codeword error ratio, bit error ratio) by direct summation."""
    p = symbol_error(ber)
    codeword, bits = mpf(0), mpf(0)
    for wrong in range(correctable + 1, length + 1):
        probability = binomial(length, wrong) * p**wrong * (1 - p) ** (length - wrong)
        codeword += probability
        bits += probability * wrong / length
    return codeword, bits * ber / p


def reed_solomon_by_beta(ber, length, correctable):
    """The same by incomplete beta functions."""
    p = symbol_error(ber)
    codeword = betainc(correctable + 1, length - correctable, 0, p, regularized=True)
    return codeword, ber * betainc(correctable, length - correctable, 0, p, regularized=True)


def input_for(target, length, correctable, start):
    """Bit error ratio before decoding that leaves `target` after it."""

    def distance(exponent):
        return log(reed_solomon(mpf(10) ** exponent, length, correctable)[1] / target)

    return mpf(10) ** findroot(distance, (log(start, 10), log(start, 10) + mpf("0.05")))


def extended_hamming_weights(length):
    """A_w of the extended Hamming code: MacWilliams transform of its dual, the first-order
    Reed–Muller code with weights 0, n/2 and n."""
    half = length // 2
    middle = [0] * (length + 1)  # (1 − x²)^(n/2), the part of weight n/2
    for k in range(half + 1):
        middle[2 * k] = (-1) ** k * int(binomial(half, k))
    weights = []
    for w in range(length + 1):
        both = int(binomial(length, w)) * (1 + (-1) ** w)
        weights.append((both + (2 * length - 2) * middle[w]) // (2 * length))
    return weights


def hamming(ber, length=128):
    """Bit error ratio after hard decision, exactly."""
    weights = extended_hamming_weights(length)
    total = mpf(0)
    for wrong in range(2, length + 1):
        patterns = binomial(length, wrong)
        if wrong % 2 == 0:
            left = mpf(wrong)
        else:
            above = weights[wrong + 1] * (wrong + 1) ** 2
            below = weights[wrong - 1] * (wrong - 1) * (length - wrong + 1)
            left = (above + below) / patterns
        total += patterns * ber**wrong * (1 - ber) ** (length - wrong) * left
    return total / length


def hamming_simulated(ber, words, length=128):
    """(mean, standard error) of the bit error ratio of decoded random words.

    The column of bit j is j with a one above it, so that the syndrome of the errors is their
    number's parity and the exclusive or of their positions.
    """
    generator = np.random.default_rng(2024)
    errors = generator.random((words, length)) < ber
    count = errors.sum(1)
    position = np.bitwise_xor.reduce(np.where(errors, np.arange(length), 0), axis=1)
    flip = count % 2 == 1
    rows = np.flatnonzero(flip)
    errors[rows, position[rows]] ^= True
    left = errors.sum(1)
    return left.mean() / length, left.std() / length / np.sqrt(words)


def main():
    table = Table(__doc__)
    inputs = {
        "KP4 RS(544,514)": ("1e-4", "2e-4", "2.2e-4", "2.4e-4", "1e-3"),
        "KR4 RS(528,514)": ("2.1e-5", "5e-5", "1e-4"),
    }
    for name, length, correctable in CODES:
        for ber in inputs[name]:
            codeword, bits = reed_solomon(mpf(ber), length, correctable)
            codeword_beta, bits_beta = reed_solomon_by_beta(mpf(ber), length, correctable)
            bound = mpf("1e-15")
            case = f"{name}, input {ber}"
            table.add(case, "codeword error ratio", codeword, "", codeword_beta, bound * codeword)
            table.add(case, "bit error ratio", bits, "", bits_beta, bound * bits)
        for target, start in (("1e-12", "1e-4"), ("1e-15", "5e-5")):
            found = input_for(mpf(target), length, correctable, mpf(start))
            back = reed_solomon_by_beta(found, length, correctable)[1]
            table.add(f"{name}, output {target}", "input bit error ratio", found)
            table.add(f"{name}, output {target}", "output there", mpf(target), "", back, 1e-24)
    for ber in ("1e-3", "2e-3", "4.8e-3"):
        mean, deviation = hamming_simulated(float(ber), 400_000)
        exact = hamming(mpf(ber))
        case = f"Hamming (128,120) hard, input {ber}"
        table.add(case, "bit error ratio", exact, "", mean, 4 * deviation)
    target = mpf("2.4e-4")
    worst = findroot(lambda x: hamming(x) - target, mpf("1.4e-3"))
    table.add("Hamming (128,120) hard, output 2.4e-4", "input bit error ratio", worst)
    weights = extended_hamming_weights(128)
    if sum(weights) != 2**120 or weights[2] != 0 or weights[4] != 128 * 127 * 126 // 24:
        raise SystemExit("the weight enumerator of the Hamming code is wrong")
    table.finish()


if __name__ == "__main__":
    main()
