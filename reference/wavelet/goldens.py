"""Golden data of PyWavelets 1.9 for packages/wavelet/test/golden.

Run: python reference/wavelet/goldens.py

The scale of a record is max|b| of all bands of one transform: the detail of a two-sample signal extended by a
straight line is nothing but rounding, other in float32 than in float64.
"""

import json
from importlib.metadata import version

import numpy as np
import pywt
from common import OUT, raw, records, signal

MODES = list(pywt.Modes.modes)
NAMES = pywt.wavelist(kind="discrete")
SHAPES = [[7, 10], [3, 5], [16, 2], [2, 6, 5]]


def lengths(taps):
    """Shorter than the filter, odd, even."""
    return [max(2, taps // 3), taps + 5, taps + 14]


rows = []
for name in NAMES:
    for mode in MODES:
        for n in lengths(pywt.Wavelet(name).dec_len):
            rows += records(*pywt.dwt(signal(n, 1), name, mode))
raw("dwt.f64", rows)

rows = []
for name in NAMES:
    taps = pywt.Wavelet(name).dec_len
    for mode in ("symmetric", "periodization"):
        for n in (taps // 2, taps + 3, taps + 8):
            a, d = signal(n, 2), signal(n, 3)
            rows += records(pywt.idwt(a, d, name, mode), pywt.idwt(None, d, name, mode))
raw("idwt.f64", rows)

rows = []
for name in ("haar", "db2", "db7", "sym5", "coif1", "bior2.2", "bior4.4", "rbio3.1"):
    for mode in MODES:
        for shape in SHAPES:
            a, (h, v, d) = pywt.dwt2(signal(np.prod(shape), 4).reshape(shape), name, mode)
            rows += records(a, h, v, d)
            rows += records(pywt.idwt2((d, (v, h, a)), name, mode))
    axis = signal(210, 5).reshape(5, 6, 7)
    for k in (0, 1, 2):
        rows += records(*pywt.dwt(axis, name, "smooth", axis=k))
        rows += records(pywt.idwt(axis, -axis, name, "periodization", axis=k))
mixed = pywt.dwt2(signal(210, 5).reshape(5, 6, 7), ("db3", "bior3.3"), ("reflect", "periodization"), axes=(2, 0))
rows += records(mixed[0], *mixed[1])
raw("dwt2.f64", rows)

rows = []  # whole bands, compared to the last bit: the detail of so few samples may be nothing but rounding
for name in ("db2", "db5", "sym5", "coif1", "bior2.6", "rbio3.3"):
    for mode in MODES:
        for n in (2, 3):
            rows += [band for band in pywt.dwt(signal(n, 6), name, mode)]
        a, (h, v, d) = pywt.dwt2(signal(6, 6).reshape(2, 3), name, mode)
        rows += [np.ravel(band) for band in (a, h, v, d)]
raw("bits.f64", np.concatenate(rows))

a, (h, v, d) = pywt.dwt2(np.arange(12.0).reshape(3, 4) ** 2, "db2", "symmetric")
properties = {}
for name in NAMES:
    w = pywt.Wavelet(name)
    properties[name] = [w.dec_len, w.family_name, w.short_family_name, w.orthogonal, w.biorthogonal, w.symmetry,
                        w.vanishing_moments_psi, w.vanishing_moments_phi]
maximum = [[n, f, pywt.dwt_max_level(n, f)] for n in (0, 1, 2, 3, 4, 7, 8, 100, 1023, 1024, 99999) for f in (2, 3, 4, 20, 102)]
coefficients = [[n, f, m, pywt.dwt_coeff_len(n, f, m)] for n in (1, 2, 7, 100) for f in (2, 3, 20) for m in MODES]
(OUT / "facts.json").write_text(json.dumps({
    "about": f"PyWavelets {version('PyWavelets')}, numpy {np.__version__}; made by reference/wavelet/goldens.py",
    "modes": MODES,
    "wavelist": NAMES,
    "families": [pywt.families()[:7], pywt.families(short=False)[:7]],
    "properties": properties,
    "dwtMaxLevel": maximum,
    "dwtCoeffLen": coefficients,
    "example": {"dwt": [list(map(float, band)) for band in pywt.dwt([1, 2, 3, 4, 5], "db2")],
                "dwt2": {"cA": a.tolist(), "cH": h.tolist(), "cV": v.tolist(), "cD": d.tolist()},
                "filters": {name: pywt.Wavelet(name).filter_bank for name in ("haar", "db2", "bior2.2", "rbio1.3")}},
}, separators=(",", ":")) + "\n")
