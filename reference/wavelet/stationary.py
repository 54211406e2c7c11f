"""Golden data of the stationary transforms, PyWavelets 1.9: packages/wavelet/test/golden/stationary.f64.

Run: python reference/wavelet/stationary.py

Every wavelet has one level and two more above it; a few go as deep as their length allows, over several axes.
"""

import warnings

import numpy as np
import pywt
from common import raw, records, signal

warnings.simplefilter("ignore")  # norm with a biorthogonal wavelet
FEW = ("haar", "db2", "db7", "sym5", "coif1", "bior2.2", "bior4.4", "rbio3.1")


def bands(levels):
    """Every array of a list of levels, the details of a level in the order of their keys or names."""
    for level in levels:
        if isinstance(level, np.ndarray):
            yield level
        else:
            yield from bands(level.values() if isinstance(level, dict) else level)


def main():
    rows = []
    for name in pywt.wavelist(kind="discrete"):
        x = signal(24, 1)
        for start, level in ((0, 1), (1, 2)):
            rows += records(*bands(pywt.swt(x, name, level, start)))
        given = [signal(24, 2), signal(24, 3), signal(24, 4)]
        rows += records(pywt.iswt(given, name), pywt.iswt(given, name, norm=True))
        rows += records(pywt.iswt([(given[0], given[1]), (given[1], given[2])], name))
    for name in FEW:
        rows += records(*bands(pywt.swt(signal(32, 5), name, trim_approx=True, norm=True)))
        for axis in (0, 1, 2):
            x = signal(8 * 4 * 12, 6).reshape(8, 4, 12)
            levels = pywt.swt(x, name, 2, axis=axis)
            rows += records(*bands(levels), pywt.iswt(levels[::-1], name, axis=axis))
        x = signal(96, 7).reshape(8, 12)
        for trim, norm in ((False, False), (True, True)):
            levels = pywt.swt2(x, name, 2, trim_approx=trim, norm=norm)
            rows += records(*bands(levels), pywt.iswt2(levels, name, norm=norm))
        levels = pywt.swtn(signal(192, 8).reshape(4, 12, 4), (name, "db3"), 1, 1, axes=(-1, 0))
        rows += records(*bands(levels), pywt.iswtn(levels, (name, "db3"), axes=(-1, 0)))
    levels = pywt.swtn(signal(128, 9).reshape(4, 4, 8), ("db2", "haar", "bior1.3"), 2, trim_approx=True)
    rows += records(*bands(levels), pywt.iswtn(levels, "sym4"))
    raw("stationary.f64", rows)


if __name__ == "__main__":
    main()
