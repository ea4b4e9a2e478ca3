"""What scikit-rf reads from every Touchstone file of its own repository, for comparison.

Not a derivation: this is another program's reading, so it needs that program (scikit-rf 2.0.0,
BSD-3-Clause) and a checkout of its sources, whose examples and tests hold some three hundred files
of many exporters.

    python touchstone_collection.py <checkout of scikit-rf> <folder>/touchstone-collection

copies every .sNp, .ts and .sp file under its path in the repository and writes beside it what
scikit-rf reads, `<file>.expected`: little-endian u64 points, u64 ports, then as f64 the frequencies
in Hz, the S-parameters [point][row][column] as (real, imaginary) and the reference impedances
[point][port] likewise. `manifest.txt` lists the files, and those scikit-rf itself refuses with the
reason. The validation case "touchstone-collection" looks for the folder in EYESPAN_DATA.

Beside the collection, in `p370-quality/`, it writes the microstrip of scikit-rf's test of the IEEE 370
quality metrics, whole and spoiled in three ways, whose metrics that test lists from MATLAB R2024a.
"""

import re
import shutil
import struct
import sys
import warnings
from pathlib import Path

import numpy as np
import skrf

NAME = re.compile(r"\.(s\d+p|ts|sp)$", re.IGNORECASE)


def spoiled_microstrips(folder):
    """scikit-rf, calibration/tests/test_deembedding.py, test_IEEEP370_check_fd_td_se_quality."""
    folder.mkdir(parents=True, exist_ok=True)
    frequency = skrf.Frequency(10e-3, 10, 1000, "GHz")
    strip = skrf.media.MLine(
        frequency=frequency, z0_port=50, w=3e-3, h=1.55e-3, t=50e-6, ep_r=4.459, mu_r=1,
        rho=1.712e-8, tand=0.0183, rough=0.15e-6, f_low=1e3, f_high=1e12, f_epr_tand=1e9,
        diel="djordjevicsvensson", disp="kirschningjansen",
    )
    thru = strip.line(0.050, "m", z0=52.5)
    beta = 2 * np.pi * frequency.f / skrf.constants.c
    air = skrf.media.DefinedGammaZ0(frequency=frequency, z0_port=50, gamma=1j * beta)
    active, one_way = thru.copy(), thru.copy()
    active.s[:, 1, 0] *= 1.137
    active.s[:, 0, 1] *= 1.137
    one_way.s[:, 1, 0] = 0.945 * one_way.s[:, 0, 1]
    early = air.line(0.0445, "m", z0=52).inv
    earlier = air.line(0.18, "m", z0=52).inv
    for name, network in (
        ("whole", thru),
        ("active", active),
        ("one-way", one_way),
        ("early", early ** thru ** early),
        ("earlier", earlier ** thru ** earlier),
    ):
        with open(folder / f"{name}.s2p", "w") as out:
            out.write("# Hz S RI R 50\n")
            for f, s in zip(network.f, network.s):
                values = (s[0, 0], s[1, 0], s[0, 1], s[1, 1])
                parts = (repr(float(x)) for v in values for x in (v.real, v.imag))
                out.write(f"{float(f)!r} {' '.join(parts)}\n")


def main():
    source, target = Path(sys.argv[1]), Path(sys.argv[2])
    warnings.simplefilter("ignore")
    lines = []
    for path in sorted(p for p in source.rglob("*") if p.is_file() and NAME.search(p.name)):
        relative = path.relative_to(source)
        copy = target / relative
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, copy)
        try:
            network = skrf.Network(str(path))
        except Exception as error:  # noqa: BLE001: whatever it refuses with is the finding
            lines.append(f"{relative}\trefused\t{type(error).__name__}: {error}")
            continue
        points, ports = network.s.shape[0], network.s.shape[1]
        with open(f"{copy}.expected", "wb") as out:
            out.write(struct.pack("<QQ", points, ports))
            out.write(np.asarray(network.f, "<f8").tobytes())
            out.write(np.asarray(network.s, "<c16").tobytes())
            out.write(np.asarray(network.z0, "<c16").tobytes())
        lines.append(f"{relative}\tread\t{points} points, {ports} ports")
    spoiled_microstrips(target.parent / "p370-quality")
    (target / "manifest.txt").write_text("\n".join(lines) + "\n")
    print(skrf.__version__, len(lines), "files,", sum("\tread\t" in x for x in lines), "read")


if __name__ == "__main__":
    main()
