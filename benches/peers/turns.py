"""What the comparisons share: the newest build of a benchmark, and a program run on one thread."""

import json
import os
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
THREADS = ("RAYON_NUM_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMBA_NUM_THREADS")


def benchmark(name):
    """Path of the newest build of a benchmark."""
    report = subprocess.run(
        ["cargo", "bench", "--no-run", "--bench", name, "--message-format=json"],
        cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True,
    ).stdout
    for line in report.splitlines():
        message = json.loads(line)
        if message.get("executable") and message["target"]["name"] == name:
            return message["executable"]
    sys.exit("cargo did not say where the benchmark is")


def run(command):
    """What a command, on one thread, prints as JSON in its last line."""
    one = {name: "1" for name in THREADS}
    out = subprocess.run(
        command, check=True, stdout=subprocess.PIPE, text=True, env={**os.environ, **one}
    ).stdout
    return json.loads(out.splitlines()[-1])
