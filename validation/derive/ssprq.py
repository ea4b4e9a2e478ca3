"""Counts of SSPRQ, the short stress pattern of IEEE Std 802.3, 120.5.11.2.3.

IEEE publishes the 65 535 symbols as a file, https://www.ieee802.org/3/publication/bs/SSPRQ_sequence.csv
(one symbol a line). With its path as the argument the counts come from that file; without it, from the
same sequence built here.

Second route: the sequence built from three stretches of inverted PRBS31 (x^31 + x^28 + 1) with the
starts and lengths that the file shows when its bits are searched for stretches that obey the
recurrence. The file and the built sequence have to agree in every symbol, and the SHA-256 of the
symbols, one a byte, is that of the file.
"""

import hashlib
import sys

from table import Table

FILE_SHA256 = "f17f5effb8e68863e5355258186456e1c3b3c48b5519c1a0c46dac855fae3582"
STRETCHES = ((0x7FFFFFED, 10924), (0x6BF73FB1, 10922), (0x15555555, 10922))
LEVEL = {"00": 0, "01": 1, "11": 2, "10": 3}


def stretch(first, length):
    bits = [int(c) for c in f"{first:031b}"]
    while len(bits) < length:
        bits.append(1 ^ bits[-28] ^ bits[-31])
    return bits


def pairs(bits):
    text = "".join(map(str, bits))
    return [LEVEL[text[k : k + 2]] for k in range(0, len(text) - 1, 2)]


def built():
    a = [bit for first, length in STRETCHES for bit in stretch(first, length)]
    one = pairs(a)
    two = pairs(a[1:] + a[:-1])
    half = len(two) // 2
    return one + [3 - s for s in one] + two[:half] + [3 - s for s in two[half:]]


def longest_run(symbols, level):
    text = "".join("x" if s == level else " " for s in symbols + symbols)
    return max(map(len, text.split()))


file = sys.argv.pop() if len(sys.argv) > 1 and not sys.argv[-1].startswith("-") else None
table = Table(__doc__)
constructed = built()
symbols = [int(word) for word in open(file).read().split()] if file else constructed
same = hashlib.sha256(bytes(constructed)).hexdigest() == FILE_SHA256
table.add("ssprq", "built sequence has the digest of the file", 1, check=same, allowed=0)
table.add("ssprq", "symbols", len(symbols), check=sum(a == b for a, b in zip(symbols, constructed)), allowed=0)
for level in range(4):
    table.add("ssprq", f"symbols at level {level}", symbols.count(level))
    table.add("ssprq", f"longest run of level {level}", longest_run(symbols, level))
following = symbols[1:] + symbols[:1]
for a in range(4):
    for b in range(4):
        count = sum(x == a and y == b for x, y in zip(symbols, following))
        table.add("ssprq", f"level {b} behind level {a}", count)
number = 0
for s in symbols:
    number = (number * 31 + s) % 1_000_000_007
table.add("ssprq", "31-adic number modulo 1000000007", number, digits=10)
table.finish()
