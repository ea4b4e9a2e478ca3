"""Channel operating margin at a fixed setting: PyChOpMarg against `com --once`, in turn.

    pip install PyChOpMarg
    python com.py FOLDER [--rounds 5]

FOLDER holds PyChOpMarg's chnl_data/example2_*.s4p (or .s4p.gz) and its workbook
config_com_ieee8023dj_PyChOpMarg_vs_MATLAB.xls: 106.25 GBd, two far-end and three near-end aggressors, no
equalisation but a receive filter of 16 taps and one feedback tap. Reading files is not counted on either
side. PyChOpMarg (BSD-3-Clause) computes with 32 samples a symbol and the frequency step of its workbook.
"""

import argparse
import gzip
import json
import shutil
import statistics
import subprocess
import tempfile
import time
import warnings
from pathlib import Path

warnings.filterwarnings("ignore")

NAMES = ("THRU", "FEXT1", "FEXT2", "NEXT1", "NEXT2", "NEXT3")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()

    import skrf
    from pychopmarg.com import COM
    from pychopmarg.excel import get_com_params
    from pychopmarg.utility import sdd_21

    workbook = arguments.folder / "config_com_ieee8023dj_PyChOpMarg_vs_MATLAB.xls"
    parameters = get_com_params(workbook)
    networks = {}
    with tempfile.TemporaryDirectory() as scratch:
        for name in NAMES:
            path = arguments.folder / f"example2_{name}.s4p"
            if not path.exists():
                unpacked = Path(scratch) / path.name
                with gzip.open(f"{path}.gz") as packed, open(unpacked, "wb") as out:
                    shutil.copyfileobj(packed, out)
                path = unpacked
            networks[name] = sdd_21(skrf.Network(str(path)))
    channels = {kind: [networks[n] for n in NAMES if n.startswith(kind)] for kind in ("THRU", "FEXT", "NEXT")}

    here = Path(__file__).resolve().parents[2]
    ours = ["cargo", "bench", "--quiet", "--bench", "com", "--", "--once", str(arguments.folder.resolve())]
    ratios, theirs, mine = [], [], []
    for _ in range(arguments.rounds):
        begin = time.thread_time()
        margin = COM(parameters, channels)()
        peer = time.thread_time() - begin
        out = subprocess.run(ours + ["--repeat", "3"], cwd=here, check=True, capture_output=True, text=True).stdout
        result = json.loads(out.strip().splitlines()[-1])
        own = statistics.median(result["thread_seconds"])
        ratios.append(peer / own)
        theirs.append(peer)
        mine.append(own)
        print(f"PyChOpMarg {peer:.3f} s ({margin:.3f} dB), eyespan {own:.4f} s ({result['com_db']:.3f} dB)")
    print(f"median ratio {statistics.median(ratios):.1f} "
          f"(PyChOpMarg {statistics.median(theirs):.3f} s, eyespan {statistics.median(mine):.4f} s)")


if __name__ == "__main__":
    main()
