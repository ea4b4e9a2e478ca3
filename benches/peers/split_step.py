"""The non-linear fibre against OptiCommPy's `ssfm` and `manakovSSF`, in turn.

    python3 -m venv /tmp/peers && /tmp/peers/bin/pip install OptiCommPy
    OMP_NUM_THREADS=1 taskset -c 1 /tmp/peers/bin/python benches/peers/split_step.py

Per step: the same field, the same number of steps, one thread each, ratio of thread CPU times round
by round, median of the rounds.  OptiCommPy's time factor is e^{-jωt}: its input is the complex
conjugate of ours.  Its Kerr phase is γ|A|²h with the power in the middle of the step, ours has the
effective length of the step, γ|A|²·2sinh(αh/2)/α: it is given γ times the quotient, after which both
do the same arithmetic and must agree to 1e-10 (1e-4 in single precision).

`manakovSSF` is another method (the phase is the mean of the powers at both ends of the step, found by
iteration, and half steps are not merged), so that with fixed steps its field agrees only as both
converge; the difference is printed.  It runs with its fixed step (nlprMethod False), its default
tolerance of the iteration.

At equal tolerance: OptiCommPy's default step of 0.5 km, which has no error estimate, against a
tolerance of 1e-3 with ours; both errors are taken against OptiCommPy with eight times the steps,
extrapolated.
"""

import argparse
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

import numpy as np
import turns
from optic.models.channels import manakovSSF, ssfm
from optic.utils import parameters

SPEED_OF_LIGHT = 299_792_458.0
CARRIER = 193.1e12


def signal(rng, samples, per_symbol, levels, power, complex_valued):
    symbols = rng.integers(0, levels, (2, samples // per_symbol))
    field = 2.0 * symbols[0] - (levels - 1) + 1j * complex_valued * (2.0 * symbols[1] - (levels - 1))
    if not complex_valued:
        field = np.sqrt(0.5 + symbols[0]) + 0j
    field = np.repeat(field, per_symbol)
    frequency = np.fft.fftfreq(samples) * per_symbol
    field = np.fft.ifft(np.fft.fft(field) * np.exp(-0.35 * (frequency / 0.6) ** 4))
    return field * np.sqrt(power / np.mean(np.abs(field) ** 2))


def theirs(kind, field, rate, kilometres, steps, dispersion, loss_db, gamma):
    alpha = loss_db / 4.342944819032518
    x = alpha * kilometres / steps / 2
    p = parameters()
    p.Ltotal = p.Lspan = kilometres
    # A hair less, for it takes floor(Lspan/hz) steps.
    p.hz = kilometres / steps
    while int(np.floor(p.Lspan / p.hz)) < steps:
        p.hz = np.nextafter(p.hz, 0)
    p.alpha, p.D, p.Fc, p.Fs = loss_db, dispersion, CARRIER, rate
    p.gamma = gamma * (np.sinh(x) / x if kind is ssfm and x else 1.0)
    p.amp, p.prgsBar, p.nlprMethod, p.saveSpanN = None, False, False, []
    field = field.conj() if kind is ssfm else field.T.conj().copy()
    begin = time.thread_time()
    out = kind(field, p)
    spent = time.thread_time() - begin
    return (out.conj() if kind is ssfm else out.T.conj()), spent


def ours(binary, folder, field, rate, kilometres, how, dispersion, loss_db, gamma, precision="f64"):
    wavelength = SPEED_OF_LIGHT / CARRIER
    source, target = folder / "in.raw", folder / "out.raw"
    np.ascontiguousarray(field, complex).tofile(source)
    command = [
        binary, "--once", "--input", source, "--output", target, "--precision", precision,
        "--polarizations", str(field.ndim), "--length", repr(kilometres * 1e3),
        "--attenuation", repr(loss_db / 4.342944819032518 / 1e3),
        "--beta2", repr(-dispersion * 1e-6 * wavelength**2 / (2 * np.pi * SPEED_OF_LIGHT)),
        "--gamma", repr(gamma / 1e3), "--sampling-rate", repr(rate), *how,
    ]
    out = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
    return np.fromfile(target, complex).reshape(field.shape), json.loads(out)


def apart(a, b):
    return np.linalg.norm(a - b) / np.linalg.norm(b)


def per_step(binary, folder, rng, rounds, powers):
    fibre = (16.0, 0.2, 1.3)
    for power in powers:
        samples = 1 << power
        steps = max(2, min(40, (1 << 20) // samples))
        kilometres = 0.5 * steps
        field = signal(rng, samples, 16, 4, 2e-3, True)
        two = np.array([field, signal(rng, samples, 16, 4, 2e-3, True)])
        jobs = [(ssfm, field, "f64"), (ssfm, field, "f32"), (manakovSSF, two, "f64")]
        ratios, differences = {i: [] for i in range(3)}, {}
        for turn in range(rounds + 1):
            for i, (kind, a, precision) in enumerate(jobs):
                out, spent = theirs(kind, a, 5.12e11, kilometres, steps, *fibre)
                how = ["--steps", str(steps), "--repetitions", "1"]
                mine, found = ours(binary, folder, a, 5.12e11, kilometres, how, *fibre, precision)
                differences[i] = apart(mine, out)
                if turn:  # the first round warms both
                    ratios[i].append(spent / found["seconds"])
        for i, (kind, _, precision) in enumerate(jobs):
            wrong = kind is ssfm and differences[i] > (1e-10 if precision == "f64" else 1e-4)
            print(
                f"2^{power}, {steps:2} steps, {kind.__name__:10} / ours {precision}: "
                f"{statistics.median(ratios[i]):5.2f} ({min(ratios[i]):.2f} to {max(ratios[i]):.2f}), "
                f"fields differ by {differences[i]:.1e}{'  NOT LIKE FOR LIKE' if wrong else ''}",
                flush=True,
            )


def equal_tolerance(binary, folder, rng, rounds):
    cases = [
        ("16QAM 32 GBd, 80 km, +3 dBm", (32e9, 16, True), 80.0, (17.0, 0.2, 1.3), 10**0.3 * 1e-3, 12),
        ("PAM4 106.25 GBd, 10 km, D = 1, +6 dBm", (106.25e9, 8, False), 10.0, (1.0, 0.35, 1.3), 10**0.6 * 1e-3, 5),
    ]
    for name, (baud, per_symbol, is_complex), kilometres, fibre, power, target in cases:
        field = signal(rng, 1 << 14, per_symbol, 4, power, is_complex)
        rate, steps = baud * per_symbol, round(2 * kilometres)
        fine = theirs(ssfm, field, rate, kilometres, 8 * steps, *fibre)[0]
        finer = theirs(ssfm, field, rate, kilometres, 16 * steps, *fibre)[0]
        reference = (4 * finer - fine) / 3
        ratios = []
        for turn in range(rounds + 1):
            out, spent = theirs(ssfm, field, rate, kilometres, steps, *fibre)
            how = ["--tolerance", "1e-3", "--repetitions", "3"]
            mine, found = ours(binary, folder, field, rate, kilometres, how, *fibre)
            if turn:
                ratios.append(spent / found["seconds"])
        print(
            f"{name}: ssfm, default step / ours at 1e-3: {statistics.median(ratios):.1f} "
            f"({min(ratios):.1f} to {max(ratios):.1f}; target {target}); transforms {2 * steps + 2} and "
            f"{found['transforms']}; errors {apart(out, reference):.1e} and "
            f"{apart(mine, reference):.1e} (estimated {found['estimated_error']:.1e})",
            flush=True,
        )


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--binary", help="a benchmark already built")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--powers", type=int, nargs="*", default=[14, 16, 18, 20])
    options = parser.parse_args()
    if os.environ.get("OMP_NUM_THREADS") != "1":
        print("OMP_NUM_THREADS is not 1: times of one thread need it")
    binary = options.binary or turns.benchmark("split_step")
    rng = np.random.default_rng(1)
    with tempfile.TemporaryDirectory() as folder:
        per_step(binary, pathlib.Path(folder), rng, options.rounds, options.powers)
        equal_tolerance(binary, pathlib.Path(folder), rng, options.rounds)


if __name__ == "__main__":
    main()
