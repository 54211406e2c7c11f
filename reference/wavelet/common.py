"""What the golden generators of this folder share: inputs by an integer rule, and compact records of outputs.

Inputs are exact in float32 and made by `signal`; packages/wavelet/test/golden.ts has the same rule. Of each output
array a `.f64` file keeps a scale and three projections on weights made by the same rule, little-endian float64, in
the order in which the generator's loops run; the test walks the same loops (`records` of golden.ts). Tolerances:
1e-12 (float64) and 1e-5 (float32) of the scale.
"""

from pathlib import Path

import numpy as np

OUT = Path(__file__).resolve().parents[2] / "packages/wavelet/test/golden"
OUT.mkdir(parents=True, exist_ok=True)


def signal(n, seed):
    """n numbers in [-1, 1), multiples of 2^-13."""
    i = np.arange(n, dtype=np.int64)
    return ((((i + seed) * (i + 7 * seed + 3) * 7919 + 104729 * seed) % 16381) - 8192) / 8192.0


def records(*bands):
    """Rows [scale, p0, p1, p2], one per band; the scale is max|b| over all bands given."""
    scale = max(np.abs(band).max() for band in bands)
    flats = [np.ravel(band) for band in bands]
    return [[scale, *(float(signal(flat.size, 1000 + p) @ flat) for p in range(3))] for flat in flats]


def raw(file, values):
    """Float64, little-endian; rows of `records` or any numbers."""
    (OUT / file).write_bytes(np.asarray(values, dtype="<f8").tobytes())
