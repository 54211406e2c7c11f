"""PyWavelets' side of `pnpm bench wavelet`: one JSON request a line on stdin, one JSON answer a line on stdout.

{"op", "shape", "dtype", "wavelet", "level"} prepares a call and answers {"check": [count, sum, sum of squares]} of
its result; {"calls": n} makes the call n times and answers {"seconds": ...} of that loop alone.
"""
import json
import sys
import time
from importlib.metadata import version


def answer(value):
    sys.stdout.write(json.dumps(value) + "\n")
    sys.stdout.flush()


try:
    import numpy as np
    import pywt
except ImportError as error:
    answer({"error": str(error)})
    sys.exit(0)


def signal(shape, dtype):
    """The rule of bench/wavelet.mjs: numbers in [-1, 1), exact in float32."""
    i = np.arange(int(np.prod(shape)), dtype=np.int64)
    return ((((i + 1) * (i + 10) * 7919 + 104729) % 16381 - 8192) / 8192).reshape(shape).astype(dtype)


def arrays(result):
    if isinstance(result, np.ndarray):
        yield result
    else:
        for part in result:
            yield from arrays(part)


def check(result):
    parts = [part.astype(np.float64).ravel() for part in arrays(result)]
    return [sum(p.size for p in parts), sum(float(p.sum()) for p in parts), sum(float(p @ p) for p in parts)]


def prepare(op, shape, dtype, wavelet, level=None):
    x = signal(shape, dtype)
    w = pywt.Wavelet(wavelet)  # built once: a name would be looked up in every call
    if op == "idwt":
        a, d = pywt.dwt(x, w)
        return lambda: pywt.idwt(a, d, w)
    if op == "waverec":
        coeffs = pywt.wavedec(x, w)
        return lambda: pywt.waverec(coeffs, w)
    if op == "swt":
        return lambda: pywt.swt(x, w, level=level)
    function = getattr(pywt, op)
    return lambda: function(x, w)


answer({"versions": {"Python": sys.version.split()[0], "NumPy": version("numpy"), "PyWavelets": version("PyWavelets")}})
call = None
for line in sys.stdin:
    request = json.loads(line)
    if "calls" in request:
        times = range(request["calls"])
        start = time.perf_counter()
        for _ in times:
            call()
        answer({"seconds": time.perf_counter() - start})
    else:
        call = prepare(**request)
        answer({"check": check(call())})
