"""Reading a four-port Touchstone file and making mixed modes: this library and scikit-rf in turn.

    cargo bench --no-run --bench touchstone
    python3 benches/peers/touchstone.py --python /tmp/peers/bin/python FILE.s4p

The interpreter needs scikit-rf. Each round runs `touchstone --once FILE` (the library's benchmark) and
then the same in scikit-rf: Network(FILE), ports renumbered so that 1 and 3 are a pair, se2gmm(2). Times
are thread CPU time, one thread each, the best of `--repeat` within a round, so that neither side pays
for its first use of anything; the ratio is the median of the rounds' own. That both read the same
numbers is the business of the validation case networks/touchstone-collection.
"""

import argparse
import statistics
import sys

import turns

PEER = """
import json, sys, time, warnings
warnings.simplefilter("ignore")
import skrf
times = []
for _ in range(int(sys.argv[2])):
    begin = time.thread_time()
    network = skrf.Network(sys.argv[1])
    network.renumber([0, 1, 2, 3], [0, 2, 1, 3])
    network.se2gmm(2)
    times.append(time.thread_time() - begin)
print(json.dumps({"thread_seconds": times, "version": skrf.__version__}))
"""


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("file")
    parser.add_argument("--python", default=sys.executable, help="interpreter that has scikit-rf")
    parser.add_argument("--binary", help="a benchmark already built")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--repeat", type=int, default=5)
    options = parser.parse_args()
    binary = options.binary or turns.benchmark("touchstone")
    repeat = str(options.repeat)
    ours, theirs, version = [], [], ""
    for _ in range(max(options.rounds, 1)):
        ours.append(min(turns.run([binary, "--once", options.file, "--repeat", repeat])["thread_seconds"]))
        peer = turns.run([options.python, "-c", PEER, options.file, repeat])
        theirs.append(min(peer["thread_seconds"]))
        version = peer["version"]
    ratios = [a / b for a, b in zip(ours, theirs)]
    print(f"this library   {1e3 * statistics.median(ours):8.2f} ms")
    print(f"scikit-rf {version} {1e3 * statistics.median(theirs):8.2f} ms")
    print(f"ratio {statistics.median(ratios):.4f}, rounds {min(ratios):.4f} to {max(ratios):.4f}")


if __name__ == "__main__":
    main()
