"""What packages/wavelet/test/migration.test.ts holds docs/coming-from-pywavelets.md to.

Run: python reference/wavelet/names.py

names.json has every public name of PyWavelets 1.9, and for each pair of examples on the page (their `python` blocks, in
order) the variable that its last line sets and a record of that. The page's `ts` blocks must set the same.
"""

import ast
import json
import re
from pathlib import Path

import numpy as np
import pywt
import pywt.data
from common import OUT, records, signal

PAGE = Path(__file__).resolve().parents[2] / "packages/wavelet/docs/coming-from-pywavelets.md"


def public(thing):
    """Names of an object, also those that every instance has of its own."""
    return sorted({name for name in (*dir(thing), *getattr(thing, "__dict__", {})) if name[0] != "_"})


x = signal(16, 1)
image = x.reshape(4, 4)
members = {
    "Modes": pywt.Modes,
    "Wavelet": pywt.Wavelet("db2"),
    "ContinuousWavelet": pywt.ContinuousWavelet("morl"),
    "WaveletPacket": pywt.WaveletPacket(x, "haar"),
    "WaveletPacket2D": pywt.WaveletPacket2D(image, "haar"),
    "WaveletPacketND": pywt.WaveletPacketND(image, "haar"),
    "FswavedecnResult": pywt.fswavedecn(image, "haar"),
}


def example(block):
    """The variable that the last statement of a block sets, and a record of it."""
    scope = {"np": np, "pywt": pywt, "x": signal(203, 2), "image": signal(64 * 48, 3).reshape(64, 48)}
    exec(block, scope)
    name = ast.parse(block).body[-1].targets[0].id
    value = np.asarray(scope[name])
    parts = [value.real, value.imag] if np.iscomplexobj(value) else [value]
    return {"name": name, "size": value.size, "records": records(*parts)}


names = {
    "all": sorted(pywt.__all__),
    "data": public(pywt.data),
    "members": {name: public(thing) for name, thing in members.items()},
    "examples": [example(block) for block in re.findall(r"^```python\n(.*?)^```$", PAGE.read_text(), re.M | re.S)],
}
(OUT / "names.json").write_text(json.dumps(names) + "\n")
