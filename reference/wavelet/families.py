"""Prints the filter taps of PyWavelets 1.9 (MIT licence) as the family files of packages/wavelet/src/families.

Run: python reference/wavelet/families.py && npx biome check --write packages/wavelet/src/families
Only what cannot be derived is stored: recLo, and decLo too for the biorthogonal family. That the other filters
follow exactly from these is asserted here.
"""

import base64
from pathlib import Path

import numpy as np
import pywt

OUT = Path(__file__).resolve().parents[2] / "packages/wavelet/src/families"

for name in pywt.wavelist(kind="discrete"):
    dec_lo, dec_hi, rec_lo, rec_hi = (np.array(taps) for taps in pywt.Wavelet(name).filter_bank)
    sign = (-1.0) ** np.arange(len(rec_lo))
    assert np.array_equal(rec_hi, sign * dec_lo) and np.array_equal(dec_hi, -sign * rec_lo), name
    if name[:4] not in ("bior", "rbio"):
        assert np.array_equal(dec_lo, rec_lo[::-1]), name
    if name.startswith("rbio"):
        bior = pywt.Wavelet("bior" + name[4:])
        assert bior.dec_lo[::-1] == list(rec_lo) and bior.rec_lo[::-1] == list(dec_lo), name


def table(names, attribute):
    rows = (f'"{name}": {[float(v) for v in getattr(pywt.Wavelet(name), attribute)]},' for name in names)
    rows = (row.replace("0.7071067811865476", "Math.SQRT1_2") for row in rows)  # the same double, by the linter's wish
    return "{\n" + "\n".join(rows) + "\n}"


def packed(names, length):
    """As `packed` of families/packed.ts reads them: byte planes, the lowest first."""
    taps = np.concatenate([np.array(pywt.Wavelet(name).rec_lo) for name in names]).astype("<f8")
    planes = np.frombuffer(taps.tobytes(), np.uint8).reshape(-1, 8).T.tobytes()
    prefix = names[0].rstrip("0123456789")
    first, last = (int(name[len(prefix):]) for name in (names[0], names[-1]))
    text = base64.b64encode(planes).decode()
    return f'/* @__PURE__ */ packed(/* @__PURE__ */ numbered("{prefix}", {first}, {last}), (n) => {length} * n, "{text}")'


def write(file, text):
    helpers = [name for name in ("numbered", "numberOf", "packed") if name + "(" in text]
    imported = f'import {{ {", ".join(helpers)} }} from "./packed";\n' if helpers else ""
    (OUT / file).write_text('import type { Family } from "./family";\n' + imported + "\n" + text)


write("daubechies.ts", f"""/** Daubechies' extremal-phase wavelets; dbN has N vanishing moments and 2N taps. Taps from PyWavelets (MIT). */
export const daubechies = {{
  name: "Daubechies",
  shortName: "db",
  symmetry: "asymmetric",
  orthogonal: true,
  vanishingMoments: (name) => ({{ psi: numberOf(name), phi: 0 }}),
  recLo: {packed(pywt.wavelist("db"), 2)},
}} satisfies Family;
""")
write("symlets.ts", f"""/** Daubechies' least asymmetric wavelets; symN has N vanishing moments and 2N taps. Taps from PyWavelets (MIT). */
export const symlets = {{
  name: "Symlets",
  shortName: "sym",
  symmetry: "near symmetric",
  orthogonal: true,
  vanishingMoments: (name) => ({{ psi: numberOf(name), phi: 0 }}),
  recLo: {packed(pywt.wavelist("sym"), 2)},
}} satisfies Family;
""")
write("coiflets.ts", f"""/** Coiflets; coifN has 2N vanishing moments, its scaling function 2N − 1, and 6N taps. Taps from PyWavelets (MIT). */
export const coiflets = {{
  name: "Coiflets",
  shortName: "coif",
  symmetry: "near symmetric",
  orthogonal: true,
  vanishingMoments: (name) => ({{ psi: 2 * numberOf(name), phi: 2 * numberOf(name) - 1 }}),
  recLo: {packed(pywt.wavelist("coif"), 6)},
  // PyWavelets keeps them divided by √2 and multiplies them in the precision of the data.
  toSingle: (tap) => Math.fround(Math.fround(tap / Math.SQRT2) * Math.fround(Math.SQRT2)),
}} satisfies Family;
""")
write("biorthogonal.ts", f"""/**
 * The spline biorthogonal wavelets of Cohen, Daubechies and Feauveau; biorR.D by the orders of reconstruction and
 * decomposition, zero-padded to one even length. Taps from PyWavelets (MIT).
 */
export const biorthogonal = {{
  name: "Biorthogonal",
  shortName: "bior",
  symmetry: "symmetric",
  orthogonal: false,
  vanishingMoments: (name) => ({{ psi: Number(name[4]), phi: Number(name[6]) }}),
  recLo: {table(pywt.wavelist("bior"), "rec_lo")},
  decLo: {table(pywt.wavelist("bior"), "dec_lo")},
}} satisfies Family;
""")
write("discrete-meyer.ts", f"""/** The finite approximation of Meyer's wavelet: orthogonal to about 1e-7 only. Taps from PyWavelets (MIT). */
export const discreteMeyer = {{
  name: "Discrete Meyer (FIR Approximation)",
  shortName: "dmey",
  symmetry: "symmetric",
  orthogonal: true,
  vanishingMoments: () => undefined,
  recLo: {table(["dmey"], "rec_lo")},
}} satisfies Family;
""")
