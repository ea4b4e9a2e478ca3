"""Detection of sequences: this library and OptiCommPy's `mlse` in turn, on the same samples.

    cargo bench --no-run --bench mlse
    python3 benches/peers/mlse.py --python /tmp/peers/bin/python

The interpreter needs OptiCommPy, whose `mlse` is compiled by Numba before the clock starts. Each round runs
`mlse --once` (the library's benchmark) and then OptiCommPy on the same 2^18 symbols. Times are thread CPU
time, one thread each, the best of `--repeat` within a round; the ratio is the median of the rounds' own. Both
print how many symbols were wrong.
"""

import argparse
import json
import os
import pathlib
import statistics
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
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


def benchmark():
    """Path of the newest build of the benchmark."""
    report = subprocess.run(
        ["cargo", "bench", "--no-run", "--bench", "mlse", "--message-format=json"],
        cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True,
    ).stdout
    for line in report.splitlines():
        message = json.loads(line)
        if message.get("executable") and message["target"]["name"] == "mlse":
            return message["executable"]
    sys.exit("cargo did not say where the benchmark is")


def run(command):
    one = {name: "1" for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMBA_NUM_THREADS")}
    out = subprocess.run(
        command, check=True, stdout=subprocess.PIPE, text=True, env={**os.environ, **one}
    ).stdout
    return json.loads(out.splitlines()[-1])


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
    binary = options.binary or benchmark()
    repeat, memory = str(options.repeat), str(options.memory)
    ours, theirs, ratios = [], [], []
    for _ in range(max(options.rounds, 1)):
        own = run([binary, "--once", "--repeat", repeat, "--memory", memory])
        peer = run([options.python, "-c", PEER, "1", memory])
        ours.append(min(own["thread_seconds"]))
        theirs.append(min(peer["thread_seconds"]))
        ratios.append(theirs[-1] / ours[-1])
    print(f"this library {own['symbols'] / statistics.median(ours) / 1e6:8.2f} million symbols/s")
    print(f"OptiCommPy   {own['symbols'] / statistics.median(theirs) / 1e6:8.2f} million symbols/s")
    print(f"ratio {statistics.median(ratios):.1f} ×, rounds {min(ratios):.1f} to {max(ratios):.1f}")
    print(f"wrong symbols: this library {own['wrong']}, OptiCommPy {peer['wrong']}")


if __name__ == "__main__":
    main()
