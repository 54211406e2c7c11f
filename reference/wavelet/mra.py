"""Golden data of the multiresolution analyses, PyWavelets 1.9: packages/wavelet/test/golden/mra.f64.

Run: python reference/wavelet/mra.py
"""

import warnings

import pywt
from common import raw, records, signal
from stationary import FEW, bands

warnings.simplefilter("ignore")  # biorthogonal wavelets, and levels deeper than useful

rows = []
for name in FEW:
    rows += records(*bands(pywt.mra(signal(24, 1), name)))
    rows += records(*bands(pywt.mra(signal(48, 2).reshape(3, 16), name, 2)))
    rows += records(*bands(pywt.mra(signal(48, 2).reshape(16, 3), name, 2, axis=0)))
    for mode in pywt.Modes.modes:
        rows += records(*bands(pywt.mra(signal(31, 3), name, 2, transform="dwt", mode=mode)))
    rows += records(*bands(pywt.mra2(signal(96, 4).reshape(8, 12), name)))
    rows += records(*bands(pywt.mra2(signal(210, 5).reshape(5, 6, 7), name, 2, (2, 0), "dwt2", ("reflect", "periodization"))))
    rows += records(*bands(pywt.mran(signal(96, 6).reshape(4, 3, 8), (name, "db3"), 1, (-1, 0))))
    rows += records(*bands(pywt.mran(signal(90, 7).reshape(5, 3, 6), name, None, None, "dwtn", "symmetric")))
raw("mra.f64", rows)
