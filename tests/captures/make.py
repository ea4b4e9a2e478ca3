"""Makes the files of this folder with NumPy and SciPy: `python3 make.py`, in this folder."""

import numpy
from scipy.io import savemat

SAMPLES = numpy.array([0.25, -1.5, 3.0, 7.125, -0.5, 2.0])
TIMES = 2e-12 * numpy.arange(6)

for name, packed in (("plain", False), ("packed", True)):
    savemat(f"vector-and-interval-{name}.mat", {"power": SAMPLES, "dt": 2e-12}, do_compression=packed)
    savemat(f"matrix-{name}.mat", {"m": numpy.column_stack([TIMES, SAMPLES])}, do_compression=packed)
    savemat(
        f"among-others-{name}.mat",
        {
            "scope": {"model": "x", "range": 1.0},
            "words": "a capture",
            "cells": numpy.array([1.0, "two"], dtype=object),
            "nothing": numpy.zeros((0, 0)),
            "a_name_longer_than_one_word": SAMPLES.astype("f4"),
            "fs": 5e11,
        },
        do_compression=packed,
    )
savemat("integers.mat", {"v": numpy.array([3, -4, 500], dtype="i2")})
savemat("complex.mat", {"v": SAMPLES + 1j})

numpy.save("f8.npy", SAMPLES)
numpy.save("f4-big-endian.npy", SAMPLES.astype(">f4"))
numpy.save("i2.npy", numpy.array([3, -4, 500], dtype="<i2"))
numpy.save("rows.npy", numpy.vstack([TIMES, SAMPLES]))
numpy.save("columns.npy", numpy.column_stack([TIMES, SAMPLES]))
numpy.save("columns-by-column.npy", numpy.asfortranarray(numpy.column_stack([TIMES, SAMPLES])))
with open("version-2.npy", "wb") as file:
    numpy.lib.format.write_array(file, SAMPLES, version=(2, 0))
with open("version-3.npy", "wb") as file:
    numpy.lib.format.write_array(file, SAMPLES, version=(3, 0))
numpy.save("complex.npy", SAMPLES + 1j)
