"""Adaptive equalisers: this library and OptiCommPy's `ffe`, `dfe` and `volterra` in turn, on the same samples.

    cargo bench --no-run --bench adaptive
    python3 benches/peers/adaptive.py --python /tmp/peers/bin/python

The interpreter needs OptiCommPy, whose loops are compiled by Numba before the clock starts. Each round runs
`adaptive --once` (the library's benchmark) and then OptiCommPy on the same 2^16 symbols, two samples each, the first half
of them known: 70 taps, 70 and 15 of feedback, 70 and products of 20 and of 10 samples, double precision. Times are thread
CPU time, one thread each, the best of `--repeat` within a round; the ratio is the median of the rounds' own. Both print
the mean-square error of the second half.
"""

import argparse
import statistics
import sys

import turns

PEER = """
import json, sys, time
import numpy as np
from optic.dsp.equalization import dfe, ffe, volterra
from optic.utils import parameters
kind, count = sys.argv[2], 1 << 16
state = 1
def draws(n):
    global state
    out = np.empty(n)
    for i in range(n):
        state = (state * 1664525 + 1013904223) & 0xFFFFFFFF
        out[i] = (state >> 8) / (1 << 24)
    return out
levels = (2.0 * np.arange(4) / 3.0 - 1.0) / np.sqrt(5 / 9)
symbols = levels[(draws(count) * 4).astype(int)]
held = np.concatenate([symbols[:1], np.repeat(symbols, 2), symbols[-1:]])
received = 0.3 * held[2:] + held[1:-1] + 0.4 * held[:-2] + 0.2 * (draws(2 * count) - 0.5)
param = parameters()
param.SpS, param.M, param.prec, param.trainingMode = 2, 4, np.float64, "fulltime"
param.nTaps = param.nTapsFF = param.n1Taps = 70
param.nTapsFB, param.n2Taps, param.n3Taps, param.order = 15, 20, 10, 3
run, param.mu = {"taps": (ffe, 1e-3), "feedback": (dfe, 1e-3), "products": (volterra, 1e-4)}[kind]
def once(n):
    param.nTrain = n // 2
    return run(received[: 2 * n], symbols[:n], param)
once(200)
times = []
for _ in range(int(sys.argv[1])):
    begin = time.thread_time()
    out = once(count)
    times.append(time.thread_time() - begin)
error = float(np.mean(out[-1][count // 2 : count - 100]))
print(json.dumps({"thread_seconds": times, "mean_square_error": error}))
"""


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--python", default=sys.executable, help="interpreter that has OptiCommPy")
    parser.add_argument("--binary", help="a benchmark already built")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--repeat", type=int, default=3)
    options = parser.parse_args()
    binary = options.binary or turns.benchmark("adaptive")
    repeat = str(options.repeat)
    for kind in ("taps", "feedback", "products"):
        ours, theirs, ratios = [], [], []
        for _ in range(max(options.rounds, 1)):
            own = turns.run([binary, "--once", "--repeat", repeat, "--kind", kind])
            peer = turns.run([options.python, "-c", PEER, "1", kind])
            ours.append(min(own["thread_seconds"]))
            theirs.append(min(peer["thread_seconds"]))
            ratios.append(theirs[-1] / ours[-1])
        rate = [own["symbols"] / statistics.median(times) / 1e6 for times in (ours, theirs)]
        print(
            f"{kind:<9} {rate[0]:8.3f} and {rate[1]:8.3f} million symbols/s, {statistics.median(ratios):.1f} ×, "
            f"rounds {min(ratios):.1f} to {max(ratios):.1f}; mean-square error "
            f"{own['mean_square_error']:.5f} and {peer['mean_square_error']:.5f}"
        )


if __name__ == "__main__":
    main()
