"""Patterns of Python's `re`: writes packages/transformers/test/golden/python-re.json, rows of pattern, text and what
re.search finds (positions in UTF-16 units), or "refused"."""

import json
import re
from pathlib import Path

OUT = Path("packages/transformers/test/golden/python-re.json")
NAME = "model.decoder.layers.11.self_attn.q_proj"
PATTERNS = [
    r"\A(?:.*\.(q|v)_proj)\Z", r"\A(?:(?!.*encoder).*\.q_proj)\Z", r"layers\.(?P<n>\d+)\.", r"(?i)MODEL\.decoder", r"(?P<a>l)a(?P=a)?yers",
    r"(?:layers|h)\.(?:1[01]|[5-9])\.", r"self_attn\.(?:[qkv]|o(?:ut)?)_proj$", r"\bself\w+", r"(\w)\1", "(?x) layers \\. # comment\n \\d+", r"[^.]+$", r"[\w.]+", r"[]._]", r"[^]a]", r"\d{,2}$", r"l{,1}a", r"a{", r"}", r"]", r"x|y|", r"(?:a++)t", r"(?>\w+)\.", r"(?>\w+)d",
    r"q?+_", r"\x6d\u006f\U00000064", r"\155", r"\.\-\_", r"(?#c)de", r"(?-i:D)ec", r"(?i:D)ec", r"(?s:.)+", r"(?<=\.)q", r"(?<!\.)q", r"\Bq",
    r"(", r")", r"[", r"*", r"a**", r"\q", r"(?(1)a|b)", r"\2", r"(?P<1>a)", "a\\", r"{2}", r"[b-a]", r"\w+?_", r".*?\.[^.]*\.(\d+)\.",
    r"\S+", r"\D+", r"\W", r"[\d_]+", r"[\D]+", r"[\S]+", r"\s", "$", "^", r"(?m)^d", r"(a|b)*?d", r"(?:)+m",
]  # fmt: skip
TEXTS = [NAME, "model.encoder.h.3.q_proj", "a\ndec\n", "é日𝟙٣ x\u00a0y", ""]


def units(text, at):
    return len(text[:at].encode("utf-16-le")) // 2


def row(pattern, text):
    try:
        match = re.search(pattern, text)
    except re.error:
        return "refused"
    if match is None:
        return None
    groups = {name: value for name, value in match.groupdict().items() if value is not None}
    return [units(text, match.start()), units(text, match.end()), groups]


rows = [[pattern, text, row(pattern, text)] for pattern in PATTERNS for text in TEXTS]
OUT.write_text(json.dumps([r for i, r in enumerate(rows) if r[2] != "refused" or i % len(TEXTS) == 0], ensure_ascii=False) + "\n")
