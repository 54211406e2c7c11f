"""Golden data of packing, thresholds, padding, filters and demo signals for packages/wavelet/test/golden.

Run: python reference/wavelet/tools.py

Arrays are whole (`raw`), but for the demo signals, of which there are `records`. Where coefficients are packed, each
band is `signal` with a seed that counts the bands from 1.
"""

import json

import numpy as np
import pywt
from common import OUT, raw, records, signal

MODES = list(pywt.Modes.modes)

# Packing: shape, wavelet, mode, level, axes
PACKED = [
    ((16,), "haar", "periodization", 3, (0,)),
    ((21,), "db3", "symmetric", 2, (0,)),
    ((8, 8), "db2", "periodization", 2, (0, 1)),
    ((9, 14), "bior2.2", "reflect", 2, (0, 1)),
    ((9, 3, 7), "db2", "zero", 1, (2, 0)),
    ((5, 6, 4), "haar", "smooth", 1, (0, 1, 2)),
    ((4, 10), "sym4", "antireflect", 2, (-1,)),
    ((3, 4), "db1", "zero", 0, (0, 1)),
]


def listed(entries, of):
    return [of(entries[0])] + [{key: of(entry) for key, entry in level.items()} for level in entries[1:]]


facts, arrays = [], []
for shape, name, mode, level, axes in PACKED:
    shapes = pywt.wavedecn_shapes(shape, name, mode, level, axes)
    bands = iter(range(1, 100))
    coeffs = listed(shapes, lambda of: signal(np.prod(of), next(bands)).reshape(of))
    packed, slices = pywt.coeffs_to_array(coeffs, padding=-2, axes=axes)
    vector, parts, _ = pywt.ravel_coeffs(coeffs, axes=axes)
    arrays += [packed.ravel(), vector]
    facts.append({
        "shape": shape, "wavelet": name, "mode": mode, "level": level, "axes": axes, "packed": packed.shape,
        "shapes": listed(shapes, list), "size": int(pywt.wavedecn_size(shapes)),
        "slices": listed(slices, lambda block: [each.indices(n)[:2] for each, n in zip(block, packed.shape)]),
        "parts": listed(parts, lambda part: part.indices(vector.size)[:2]),
    })
raw("packing.f64", np.concatenate(arrays))
(OUT / "packing.json").write_text(json.dumps(facts, separators=(",", ":")) + "\n")

# Thresholds: special numbers, then signals, real and complex
ODD = np.array([0, -0.0, np.nan, np.inf, -np.inf, 1, -1, 0.5, -0.5, 0.25, 3, 1e-200, 1e200])
DATA = np.concatenate([ODD, signal(20, 1) * 3])
COMPLEX = np.concatenate([(ODD + 0j) * 1.0, (signal(20, 2) + 1j * signal(20, 3)) * 3])
rows = []
np.seterr(all="ignore")
for value in (0, 0.5, 1, 2.5):
    for substitute in (0, -7.5):
        for mode in ("soft", "hard", "garrote", "greater", "less"):
            rows.append(pywt.threshold(DATA, value, mode, substitute))
        for mode in ("soft", "hard", "garrote"):
            done = pywt.threshold(COMPLEX, value, mode, substitute)
            rows += [done.real, done.imag]
rows += [pywt.threshold(DATA, np.abs(signal(33, 4)), mode) for mode in ("soft", "hard", "garrote", "greater", "less")]
for low, high in ((0, 0), (0, 1), (0.5, 1), (1, 1), (0.5, np.inf)):
    done = pywt.threshold_firm(COMPLEX, low, high)
    rows += [pywt.threshold_firm(DATA, low, high), done.real, done.imag]
raw("threshold.f64", np.concatenate(rows))

# Padding
rows = []
for mode in MODES:
    for n in (2, 5, 6):
        rows += [pywt.pad(signal(n, n), widths, mode) for widths in (3, [1, 17], [[14, 2]])]
    block = signal(24, 9).reshape(2, 3, 4)
    rows += [pywt.pad(block, widths, mode).ravel() for widths in (1, [2, 1], [[0, 1], [2, 3], [1, 5]])]
raw("pad.f64", np.concatenate(rows))

# Filters
rows = [pywt.qmf(signal(n, n)) for n in (1, 2, 5, 8)]
for n in (2, 6, 20):
    rows += pywt.orthogonal_filter_bank(signal(n, n) + 2)
raw("filters.f64", np.concatenate(rows))

# Demo signals
rows = []
for name in pywt.data.demo_signal("list"):
    if name == "Gabor":
        both = pywt.data.demo_signal(name)
        rows += records(both.real, both.imag)
    elif name == "sineoneoverx":
        rows += records(pywt.data.demo_signal(name))
    else:
        # Of other lengths PyWavelets has no value for some signals.
        for n in (16, 64, 128, 1024, 2048) if name not in ("Riemann",) else (16, 20, 64, 1024):
            rows += records(pywt.data.demo_signal(name, n))
raw("demo-signal.f64", rows)
(OUT / "demo-signal.json").write_text(json.dumps({
    "names": pywt.data.demo_signal("list"),
    # Samples themselves: where jumps fall is a matter of rounding.
    "Blocks": pywt.data.demo_signal("Blocks", 100).tolist(),
    "Piece-Regular": pywt.data.demo_signal("Piece-Regular", 61).tolist(),
    "Piece-Polynomial": pywt.data.demo_signal("Piece-Polynomial", 61).tolist(),
}, separators=(",", ":")) + "\n")
