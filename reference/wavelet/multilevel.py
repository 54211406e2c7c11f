"""Golden data of PyWavelets 1.9 for the transforms of several levels: multilevel.f64 and fswavedecn.f64.

Run: python reference/wavelet/multilevel.py

Levels deeper than the useful ones are meant: PyWavelets warns of them. Of the 127 wavelets a few of each kind are
enough, since dwt.f64 has them all.
"""

import warnings

import numpy as np
import pywt
from common import raw, records, signal

warnings.simplefilter("ignore")
NAMES = ("haar", "db3", "sym5", "coif2", "bior2.4", "rbio3.3")
MODES = list(pywt.Modes.modes)


def array(shape, seed):
    return signal(int(np.prod(shape)), seed).reshape(shape)


def bands(coeffs):
    """All arrays of a list of coefficients, keys in order."""
    for level in coeffs:
        if isinstance(level, dict):
            yield from (level[key] for key in sorted(level))
        elif isinstance(level, tuple):
            yield from level
        else:
            yield level


rows = []
for name in NAMES:
    for mode in MODES:
        for n in (9, 32, 45):
            a, *details = pywt.wavedec(signal(n, 11), name, mode, level=3)
            rows += records(a, *details)
            details[-1] = None
            rows += records(pywt.waverec([a, *details], name, mode))
    rows += records(*pywt.wavedec(signal(300, 12), name))

for name in ("haar", "db2", "bior4.4"):
    for mode in MODES:
        for shape, axes in (((7, 10), (-2, -1)), ((6, 2, 9), (2, 0))):
            a, *details = pywt.wavedec2(array(shape, 13), name, mode, level=2, axes=axes)
            rows += records(*bands([a, *details]))
            h, _, d = details[1]
            rows += records(pywt.waverec2([a, details[0], (h, None, d)], name, mode, axes=axes))

for axes, names, modes in ((None, "db2", "symmetric"), ((2, 0), ("db3", "bior3.3"), ("reflect", "periodization"))):
    cube = array((5, 6, 7), 14)
    level = pywt.dwtn(cube, names, modes, axes)
    rows += records(*bands([level]))
    level["d" * len(next(iter(level)))] = None
    rows += records(pywt.idwtn(level, names, modes, axes))
    a, *details = pywt.wavedecn(cube, names, modes, level=2, axes=axes)
    rows += records(*bands([a, *details]))
    del details[-1]["a" * (len(next(iter(level))) - 1) + "d"]
    rows += records(pywt.waverecn([a, *details], names, modes, axes))

for name in NAMES:
    for level in (1, 2, 3):
        for part in "ad":
            rows += records(pywt.downcoef(part, signal(45, 15), name, "smooth", level))
            for take in (0, 11, 12):
                rows += records(pywt.upcoef(part, signal(7, 16), name, level, take))
raw("multilevel.f64", rows)

rows = []
for name in ("haar", "db2", "rbio3.3"):
    for mode in MODES:
        found = pywt.fswavedecn(array((9, 14), 17), name, mode, levels=(1, 3))
        rows += records(found.coeffs)
        found[(1, 2)] = -found[(1, 2)]
        rows += records(pywt.fswaverecn(found))
found = pywt.fswavedecn(array((5, 12, 16), 18), ("db2", "bior2.2"), ("zero", "antisymmetric"), axes=(2, 1))
rows += records(found.coeffs, pywt.fswaverecn(found))
raw("fswavedecn.f64", rows)
