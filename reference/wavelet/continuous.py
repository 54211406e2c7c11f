"""Golden data of wavelet functions and the continuous transform, PyWavelets 1.9: packages/wavelet/test/golden/
continuous.json, continuous.f64, wavefun.f64, cwt-float64.f64 and cwt-float32.f64.

Run: python reference/wavelet/continuous.py

A complex array is two bands of one record. The float32 records of cwt come from float32 data, whose grid differs.
"""

import json
import warnings

import numpy as np
import pywt
from common import OUT, raw, records, signal

warnings.simplefilter("ignore")  # shan, fbsp and cmor without parameters
PARAMETRIC = ["shan1.5-1.0", "shan0.1-3", "fbsp1-1.5-1.0", "fbsp3-0.7-2.2", "cmor1.5-1.0", "cmor0.3-2.7"]
CONTINUOUS = pywt.wavelist(kind="continuous") + PARAMETRIC
FIELDS = ["family_name", "short_family_name", "lower_bound", "upper_bound", "center_frequency",
          "bandwidth_frequency", "fbsp_order", "complex_cwt", "symmetry", "orthogonal", "biorthogonal"]
CUSTOM = [[1, 2, -3], [4, -5, 6], [0.5, 0, 2], [1, 1, 3]]


def parts(array):
    return [array.real, array.imag] if np.iscomplexobj(array) else [array]


def fields(name):
    wavelet = pywt.ContinuousWavelet(name)
    return [getattr(wavelet, field) for field in FIELDS]


def custom(orthogonal, biorthogonal):
    wavelet = pywt.Wavelet("Mine", CUSTOM)
    wavelet.orthogonal, wavelet.biorthogonal = orthogonal, biorthogonal
    return wavelet


def main():
    (OUT / "continuous.json").write_text(json.dumps({
        "wavelist": {kind: pywt.wavelist(kind=kind) for kind in ("all", "discrete", "continuous")},
        "families": [pywt.families(), pywt.families(short=False)],
        "fields": {name: fields(name) for name in CONTINUOUS},
        "centralFrequency": {name: [pywt.central_frequency(name, p) for p in (3, 8)]
                             for name in pywt.wavelist() + PARAMETRIC},
        "filterBank": custom(False, False).filter_bank,
        "inverseFilterBank": custom(False, False).inverse_filter_bank,
    }, separators=(",", ":")) + "\n")

    rows = []
    for name in CONTINUOUS:
        wavelet = pywt.ContinuousWavelet(name)
        psi, x = wavelet.wavefun(6)
        rows += records(*parts(psi)) + records(x)
        rows += records(*parts(pywt.integrate_wavelet(name, 5)[0]))
        wavelet.lower_bound, wavelet.upper_bound = -3.3, 7.1
        psi, x = wavelet.wavefun(length=27)
        rows += records(*parts(psi)) + records(x)
    raw("continuous.f64", rows)

    rows = []
    for name in pywt.wavelist(kind="discrete"):
        for band in pywt.Wavelet(name).wavefun(2):
            rows += records(band)
        for band in pywt.integrate_wavelet(name, 1):
            rows += records(band)
    for orthogonal, biorthogonal in ((True, False), (False, False), (False, True)):
        for band in custom(orthogonal, biorthogonal).wavefun(3):
            rows += records(band)
    raw("wavefun.f64", rows)

    for dtype in ("float64", "float32"):
        rows = []
        for name in CONTINUOUS:
            for seed, n in ((1, 40), (2, 75)):
                x = signal(n, seed).astype(dtype)
                for method in ("conv", "fft"):
                    for data in (x, x + 1j * x[::-1]):
                        rows += records(*parts(pywt.cwt(data, [0.7, 3, 8.5], name, method=method)[0]))
        x = signal(60, 3).reshape(3, 5, 4).astype(dtype)
        for name in ("mexh", "cmor1.5-1.0"):
            for axis in (0, 1, 2):
                coefs, freqs = pywt.cwt(x, [1, 2], name, 0.25, axis=axis, precision=9)
                rows += records(*parts(coefs)) + records(freqs)
        raw(f"cwt-{dtype}.f64", rows)


if __name__ == "__main__":
    main()
