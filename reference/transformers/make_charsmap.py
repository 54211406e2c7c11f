"""A small table of normalisations in SentencePiece's format: writes packages/transformers/test/golden/tokenizers/charsmap.txt
(base 64 of the trie's size, its units and the replacements)."""

import base64
import struct
from pathlib import Path

OUT = Path("packages/transformers/test/golden/tokenizers/charsmap.txt")
TABLE = {
    "ﬁ": "fi", "①": "1", "\u3000": " ", "é": "e", "A": "", "日本": "JP", "日": "nichi", "²": "2", "\u00ad": "", "\ufeff": "",
    "ﷺ": "صلى", "각": "가ㄱ", "👩": "w",
}  # fmt: skip

replacements, trie = b"", {}
for key, value in TABLE.items():
    node = trie
    for byte in key.encode():
        node = node.setdefault(byte, {})
    node["value"] = len(replacements)
    replacements += value.encode() + b"\0"

units, used = {}, {0}


def place(node, at, label):
    """Puts a node's children where all their places (base ^ byte) are free."""
    children = [byte for byte in node if byte != "value"]
    leaf = "value" in node
    base = 1
    while True:
        places = [base ^ byte for byte in children] + [base] * leaf
        if used.isdisjoint(places):
            break
        base += 1
    used.update(places)
    units[at] = label | (leaf << 8) | ((at ^ base) << 10)
    if leaf:
        units[base] = node["value"] | 1 << 31
    for byte in children:
        place(node[byte], base ^ byte, byte)


place(trie, 0, 0)
size = (max(units) + 256) // 256 * 256
array = struct.pack(f"<{size}I", *(units.get(i, 0) for i in range(size)))
OUT.write_text(base64.b64encode(struct.pack("<I", len(array)) + array + replacements).decode() + "\n")
