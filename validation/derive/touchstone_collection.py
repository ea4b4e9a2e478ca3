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
    (target / "manifest.txt").write_text("\n".join(lines) + "\n")
    print(skrf.__version__, len(lines), "files,", sum("\tread\t" in x for x in lines), "read")


if __name__ == "__main__":
    main()
