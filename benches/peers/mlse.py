"""Detection of sequences: this library and OptiCommPy's `mlse` in turn, on the same samples.

    cargo bench --no-run --bench mlse
    python3 benches/peers/mlse.py --python /tmp/peers/bin/python

The interpreter needs OptiCommPy, whose `mlse` is compiled by Numba before the clock starts. Each round runs
`mlse --once` (the library's benchmark) and then OptiCommPy on the same 2^18 symbols. Times are thread CPU
time, one thread each, the best of `--repeat` within a round; the ratio is the median of the rounds' own. Both
print how many symbols were wrong.
"""

import argparse
import statistics
import sys

import turns

PEER = """
import json, sys, time
import numpy as np
from optic.comm.modulation import mlse
memory, count = int(sys.argv[2]), 1 << 18
h = np.array([1.0, 0.6, -0.2, 0.1, 0.05])[: memory + 1]
state = 1
def draws(n):
    global state
    out = np.empty(n)
    for i in range(n):
        state = (state * 1664525 + 1013904223) & 0xFFFFFFFF
        out[i] = (state >> 8) / (1 << 24)
    return out
symbols = (draws(count) * 4).astype(int)
levels = 2.0 * np.arange(4) / 3.0 - 1.0
received = np.convolve(levels[symbols], h)[:count] + 0.9 * (draws(count) - 0.5)
mlse(received[:100], h, levels)
times = []
for _ in range(int(sys.argv[1])):
    begin = time.thread_time()
    found = mlse(received, h, levels)
    times.append(time.thread_time() - begin)
wrong = int(np.sum(np.abs(np.real(found) - levels[symbols]) > 1e-6))
print(json.dumps({"thread_seconds": times, "wrong": wrong}))
"""


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--python", default=sys.executable, help="interpreter that has OptiCommPy")
    parser.add_argument("--binary", help="a benchmark already built")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--memory", type=int, default=3)
    options = parser.parse_args()
    binary = options.binary or turns.benchmark("mlse")
    repeat, memory = str(options.repeat), str(options.memory)
    ours, theirs, ratios = [], [], []
    for _ in range(max(options.rounds, 1)):
        own = turns.run([binary, "--once", "--repeat", repeat, "--memory", memory])
        peer = turns.run([options.python, "-c", PEER, "1", memory])
        ours.append(min(own["thread_seconds"]))
        theirs.append(min(peer["thread_seconds"]))
        ratios.append(theirs[-1] / ours[-1])
    print(f"this library {own['symbols'] / statistics.median(ours) / 1e6:8.2f} million symbols/s")
    print(f"OptiCommPy   {own['symbols'] / statistics.median(theirs) / 1e6:8.2f} million symbols/s")
    print(f"ratio {statistics.median(ratios):.1f} ×, rounds {min(ratios):.1f} to {max(ratios):.1f}")
    print(f"wrong symbols: this library {own['wrong']}, OptiCommPy {peer['wrong']}")


if __name__ == "__main__":
    main()
