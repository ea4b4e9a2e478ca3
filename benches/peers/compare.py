"""Monte Carlo against the NumPy chain, in turn: the median of the ratios of each round.

    cargo build --release --bench monte_carlo   (or `cargo bench --no-run --bench monte_carlo`)
    python3 benches/peers/compare.py --python /tmp/peers/bin/python

Each round runs this library's benchmark (`monte_carlo --once`, the peer's own link) and then each
variant of imdd_chain.py, one thread each, and divides symbols per second of thread CPU time.  Two
variants: the default, with NumPy's own normal draws, and Box-Muller in array operations, the
strongest in double precision.  The bit error ratios are printed first: they must agree.
"""

import argparse
import pathlib
import statistics
import sys

import turns

HERE = pathlib.Path(__file__).resolve().parent
VARIANTS = {"default (ziggurat, f64)": [], "strongest (Box-Muller, f64)": ["--normal", "box-muller"]}


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    add("--python", default=sys.executable, help="interpreter that has NumPy and SciPy")
    add("--binary", help="a benchmark already built")
    add("--rounds", type=int, default=5)
    add("--symbols", type=int, default=2_000_000, help="symbols of a round, of each side")
    add("--samples-per-symbol", type=int, choices=(8, 16), default=8)
    add("--noises", type=int, choices=(1, 3), default=3)
    add("--pattern", choices=("random", "prbs31"), default="random")
    options = parser.parse_args()
    binary = options.binary or turns.benchmark("monte_carlo")
    settings = [
        "--symbols", str(options.symbols), "--noises", str(options.noises),
        "--samples-per-symbol", str(options.samples_per_symbol), "--pattern", options.pattern,
    ]
    ours, theirs, ratios = [], {n: [] for n in VARIANTS}, {n: [] for n in VARIANTS}
    errors = {"this library": [0, 0]} | {n: [0, 0] for n in VARIANTS}

    def note(name, result):
        errors[name][0] += result["bit_errors"]
        errors[name][1] += 2 * result["symbols"]
        return result["symbols_per_second_of_thread_time"]

    for turn in range(max(options.rounds, 1)):
        seed = ["--seed", str(turn + 1)]
        ours.append(note("this library", turns.run([binary, "--once", *settings, *seed])))
        for name, extra in VARIANTS.items():
            chain = [options.python, str(HERE / "imdd_chain.py"), "--rounds", "1"]
            theirs[name].append(note(name, turns.run(chain + settings + extra + seed)))
            ratios[name].append(ours[-1] / theirs[name][-1])
    for name, (wrong, bits) in errors.items():
        print(f"{name:30} bit error ratio {wrong / bits:.3e} ({wrong:.0f} errors)")
    wrong, bits = errors["this library"]
    for name in VARIANTS:
        theirs_wrong, theirs_bits = errors[name]
        # Poisson counts on both sides.
        deviation = (wrong / bits**2 + theirs_wrong / theirs_bits**2) ** 0.5
        apart = abs(wrong / bits - theirs_wrong / theirs_bits) / max(deviation, 1e-30)
        if apart > 3:
            print(f"NOT LIKE FOR LIKE: {name} differs by {apart:.1f} standard deviations")
    print(f"{'this library':30} {statistics.median(ours) / 1e6:.2f} million symbols/s")
    for name in VARIANTS:
        print(
            f"{name:30} {statistics.median(theirs[name]) / 1e6:.2f} million symbols/s, "
            f"ratio {statistics.median(ratios[name]):.2f} "
            f"({min(ratios[name]):.2f} to {max(ratios[name]):.2f})"
        )


if __name__ == "__main__":
    main()
