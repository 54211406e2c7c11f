"""Golden data of PyWavelets 1.9 for packages/wavelet/test/packets.test.ts.

Run: python reference/wavelet/packets.py

Of each tree: its nodes of level 2 by frequency, one after the other, and what it gives after a node is deleted.
WaveletPacketND of 1.9 cannot reconstruct odd lengths, so that its shapes are even; odd ones are held to the 2-D trees.
"""

import numpy as np
import pywt
from common import raw, records, signal

MODES = list(pywt.Modes.modes)
NAMES = ["haar", "db2", "db7", "sym5", "coif1", "bior2.2", "bior4.4", "rbio3.1"]

rows = []


def keep(nodes, tree, deleted):
    """One tree; of complex data the real parts, then the imaginary ones."""
    bands = np.concatenate([np.ravel(node.data) for node in nodes])
    del tree[deleted]
    rebuilt = np.ravel(tree.reconstruct(update=False))
    parts = [np.real, np.imag] if np.iscomplexobj(bands) else [np.real]
    rows.extend(records(*(part(band) for part in parts for band in (bands, rebuilt))))


for name in NAMES:
    for mode in MODES:
        for n in (37, 64):
            tree = pywt.WaveletPacket(signal(n, 11), name, mode, maxlevel=2)
            keep(tree.get_level(2, "freq"), tree, "ad")
        for shape in ([11, 14], [3, 8, 9]):
            x = signal(np.prod(shape), 12).reshape(shape)
            tree = pywt.WaveletPacket2D(x, name, mode, maxlevel=2, axes=(-1, 0))
            keep(sum(tree.get_level(2, "freq"), []), tree, "vh")
        x = signal(480, 13).reshape(6, 10, 8)
        tree = pywt.WaveletPacketND(x, name, mode, maxlevel=1)
        keep(tree.get_level(1), tree, "dad")
    x = signal(105, 14).reshape(5, 21) + 1j * signal(105, 15).reshape(5, 21)
    tree = pywt.WaveletPacket(x, name, "smooth", maxlevel=2, axis=0)
    keep(tree.get_level(2, "freq"), tree, "d")
    tree = pywt.WaveletPacket(signal(50, 16).astype(np.float32), name, "reflect", maxlevel=2)
    keep(tree.get_level(2, "freq"), tree, "da")
raw("packets.f64", rows)
