"""Golden draws of torch.randperm for packages/sparse/test/golden/randperm.json.

Run: python reference/sparse/generate.py   (torch 2.13; needs 5 GB of memory for the longest permutation)
"""

import json
from pathlib import Path

import torch

OUT = Path(__file__).resolve().parents[2] / "packages/sparse/test/golden/randperm.json"
SEEDS = [0, 777, 42, -1, -777, -(2**63), 2**32, 2**32 + 777, 2**53 + 2, 2**64 - 1]
TAIL = 214748364  # floor((2**32 - 1) / 20): from here on torch draws 64 bits a place


def prefix(total, n, seed):
    draws = torch.randperm(total, generator=torch.Generator().manual_seed(seed))[:n].tolist()
    return {"total": total, "n": n, "seed": str(seed), "prefix": draws}


cases = [prefix(total, min(total, 24), seed) for total in (1, 2, 7, 100, 1048576) for seed in SEEDS]
cases += [prefix(1024 * 1024, 512, 777), prefix(512 * 1024, 64, 777), prefix(50272 * 512, 64, 42)]
cases += [prefix(1000, 1000, 42), prefix(625, 625, 43)]
cases += [prefix(TAIL - 1, 64, 777), prefix(TAIL, 64, 777), prefix(TAIL + 123457, 200, 2**33 + 5)]


OUT.parent.mkdir(parents=True, exist_ok=True)
OUT.write_text(
    json.dumps(
        {
            "about": f"torch {torch.__version__} randperm prefixes, exact; made by reference/sparse/generate.py",
            "cases": cases,
        },
        separators=(",", ":"),
    ).replace('},{"total"', '},\n{"total"')
    + "\n"
)
