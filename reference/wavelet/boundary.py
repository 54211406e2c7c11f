"""Golden numbers of the boundary transforms: packages/wavelet/test/golden/boundary.f64.

PyWavelets gives the filters only. The matrices are made densely by LAPACK: of the truncated rows of an end, the split
into low- and high-pass with the largest determinant, orthonormalised by a QR factorisation with column pivoting.
Needs SciPy beside NumPy.
"""

import numpy as np
import pywt
from scipy.linalg import qr

from common import raw, records, signal

CASES = [(name, n) for name in ["haar", "db2", "db3", "db7", "db20", "sym5", "sym8", "coif2", "coif5"] for n in [40, 64]]
LEVELS = [("db2", 64), ("sym4", 80), ("coif1", 61)]


def orthonormal(rows):
    """Gram-Schmidt, largest remaining row first, each row at the place that it had."""
    if rows.size == 0:
        return rows, 0.0
    q, r, order = qr(rows.T, mode="economic", pivoting=True)
    out = np.empty_like(rows)
    out[order] = (q * np.sign(np.diag(r))).T
    return out, 2 * np.log(np.abs(np.diag(r))).sum()


def matrix(name, n):
    """The approximation's n / 2 rows, then the detail's."""
    bank = pywt.Wavelet(name)
    lo, hi = np.array(bank.dec_lo)[::-1], np.array(bank.dec_hi)[::-1]
    taps = len(lo)
    cut = taps // 2 - 1
    line = np.zeros((2, n // 2 + cut, n + 4 * cut))
    for k in range(n // 2 + cut):
        line[0, k, 2 * k : 2 * k + taps] = lo
        line[1, k, 2 * k : 2 * k + taps] = hi
    rows = line[:, :, 2 * cut : 2 * cut + n]
    rank = round((rows[:, :cut] ** 2).sum())
    best = None
    for low in range(max(0, rank - cut), min(rank, cut) + 1):
        high = rank - low
        left, size = orthonormal(np.vstack([rows[0, cut - low : cut], rows[1, cut - high : cut]]))
        from_lo, from_hi = n // 2 + cut - low, n // 2 + cut - high
        right, more = orthonormal(np.vstack([rows[0, n // 2 : from_lo], rows[1, n // 2 : from_hi]]))
        if best is None or size + more > best[0] + 1e-6:
            inside = rows[:, cut : n // 2]
            upper = [left[:low], inside[0], right[: cut - low]]
            best = (size + more, np.vstack([*upper, left[low:], inside[1], right[cut - low :]]))
    assert np.abs(best[1] @ best[1].T - np.eye(n)).max() < 1e-10
    return best[1]


def transform(x, name):
    x = np.append(x, x[-1:]) if x.size % 2 else x
    return np.split(matrix(name, x.size) @ x, 2)


rows = []
for name, n in CASES:
    rows += records(*transform(signal(n, n), name))
for name, n in LEVELS:
    coeffs = [signal(n, n)]
    for _ in range(3):
        coeffs = [*transform(coeffs[0], name), *coeffs[1:]]
    rows += records(*coeffs)
raw("boundary.f64", rows)
