"""The density of 200 cursors of PAM4 on 4096 bins at 64 phases: this library and PyChOpMarg in turn.

    cargo bench --no-run --bench statistical_eye
    python3 benches/peers/statistical_eye.py --python /tmp/peers/bin/python

The interpreter needs PyChOpMarg. Each round runs `statistical_eye --once` (the library's benchmark) and
then PyChOpMarg's `delta_pmf` on the same cursors and a grid of the same bins, in the order they come in
and sorted from the smallest on, which suits it better. Times are thread CPU time, one thread each, the
best of `--repeat` within a round; the ratio is the median of the rounds' own. PyChOpMarg takes the nearest
bins and drops small cursors where it is not given a grid, this library keeps every cursor's variance on
two bins: twice the sums. The variances of both are printed beside the exact one.
"""

import argparse
import statistics
import sys

import turns

PEER = """
import json, sys, time, importlib.metadata
import numpy as np
from pychopmarg.utility.probability import delta_pmf
k = np.arange(200)
phases = []
for phase in range(64):
    raw = np.exp(-k / 30.0) * np.cos(0.9 * k + 0.1 * phase)
    h = raw * 1840.0 / np.sum(np.abs(raw))
    if sys.argv[2] == "sorted":
        h = h[np.argsort(np.abs(h))]
    phases.append(h)
y = np.linspace(-2048.0, 2048.0, 4097)
times = []
for _ in range(int(sys.argv[1])):
    begin = time.thread_time()
    for h in phases:
        delta_pmf(h, L=4, y=y)
    times.append(time.thread_time() - begin)
v, p = delta_pmf(phases[0], L=4, y=y)
print(json.dumps({
    "thread_seconds": times, "version": importlib.metadata.version("pychopmarg"),
    "variance": float(np.sum(p * v * v) - np.sum(p * v) ** 2),
    "exact": float(5 / 9 * np.sum(phases[0] ** 2)),
}))
"""


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--python", default=sys.executable, help="interpreter that has PyChOpMarg")
    parser.add_argument("--binary", help="a benchmark already built")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--repeat", type=int, default=5)
    options = parser.parse_args()
    binary = options.binary or turns.benchmark("statistical_eye")
    ours = {"mean and variance kept": [], "nearest bins": []}
    theirs = {"as they come": [], "sorted": []}
    for _ in range(max(options.rounds, 1)):
        own = turns.run([binary, "--once", "--repeat", str(options.repeat)])
        ours["mean and variance kept"].append(min(own["thread_seconds"]))
        ours["nearest bins"].append(min(own["nearest_thread_seconds"]))
        for order, times in theirs.items():
            peer = turns.run([options.python, "-c", PEER, str(max(options.repeat // 2, 1)), order])
            times.append(min(peer["thread_seconds"]))
    for binning, own_times in ours.items():
        print(f"this library, {binning:22} {1e3 * statistics.median(own_times):8.2f} ms")
    for order, times in theirs.items():
        print(f"PyChOpMarg {peer['version']}, {order:19} {1e3 * statistics.median(times):8.2f} ms")
        for binning, own_times in ours.items():
            ratios = [b / a for a, b in zip(own_times, times)]
            print(
                f"    over this library's, {binning:22} {statistics.median(ratios):6.1f} ×, "
                f"rounds {min(ratios):.1f} to {max(ratios):.1f}"
            )
    print(
        f"variance of the first phase: exact {peer['exact']:.3f}, this library "
        f"{own['variance']:.3f}, PyChOpMarg {peer['variance']:.3f}"
    )


if __name__ == "__main__":
    main()
