"""Golden selections, products, layouts and budgets from torch and PEFT for packages/sparse/test/golden.

Writes torch.json, and coo.safetensors with one sparse COO tensor as torch holds it.
Run: python reference/sparse/make_torch.py   (torch 2.13, peft 0.21, safetensors 0.8)
Numbers are random and read as float32; products and scores are computed in float64.
"""

import json
from pathlib import Path

import torch
from peft.utils.other import get_pattern_key
from safetensors.torch import save_file
from torch.nn.utils import prune

OUT = Path(__file__).resolve().parents[2] / "packages/sparse/test/golden"
generator = torch.Generator().manual_seed(7)


def normal(*shape):
    return (torch.randn(shape, generator=generator) * 1000).round() / 1000


def numbers(tensor):
    flat = tensor.detach().flatten()
    if flat.dtype == torch.float32:
        return [float(str(x)) for x in flat.numpy()]  # the shortest digits that give it again
    return [float(f"{x:.12g}") for x in flat.tolist()]


def selection(scores, count, largest):
    """Row-major places of the best scores; the scores are distinct where it matters, so torch has no choice."""
    ordered = scores.flatten().sort(descending=largest).values
    assert count == len(ordered) or ordered[count - 1] != ordered[count]
    return sorted(scores.flatten().topk(count, largest=largest).indices.tolist())


def selections():
    for shape, count in [((1, 9), 4), ((9, 1), 4), ((6, 7), 42), ((6, 7), 1), ((13, 17), 60)]:
        weight, gradient = torch.randn(2, *shape, generator=generator)
        w, g = weight.double(), gradient.double()
        scores = {"magnitude": w.abs(), "gradient": g.abs(), "snip": (w * g).abs(), "fisher": g**2, "movement": -w * g}
        yield {
            "shape": shape,
            "count": count,
            "weight": numbers(weight),
            "gradient": numbers(gradient),
            "largest": {name: selection(score, count, True) for name, score in scores.items()},
            "smallest": {name: selection(score, count, False) for name, score in scores.items()},
        }


def products():
    for (rows, columns), count, k in [((5, 7), 12, 3), ((1, 6), 3, 5), ((6, 1), 4, 1), ((16, 9), 70, 8)]:
        places = torch.randperm(rows * columns, generator=generator)[:count]
        indices = torch.stack([places // columns, places % columns])
        values, x, y = normal(count), normal(k, columns), normal(k, rows)
        sparse = torch.sparse_coo_tensor(indices, values.double(), (rows, columns))
        xd, yd = x.double(), y.double()
        csr = sparse.coalesce().to_sparse_csr()
        zeros = torch.sparse_csr_tensor(csr.crow_indices(), csr.col_indices(), torch.zeros(count).double(), (rows, columns))
        yield {
            "shape": [rows, columns],
            "k": k,
            "rows": indices[0].tolist(),
            "columns": indices[1].tolist(),
            "values": numbers(values),
            "x": numbers(x),
            "y": numbers(y),
            "rowPointers": csr.crow_indices().tolist(),
            "csrColumns": csr.col_indices().tolist(),
            "csrValues": numbers(csr.values()),
            # S·xᵀ and Sᵀ·yᵀ, rows × k and columns × k; x·Sᵀ and y·S are their transposes.
            "forward": numbers(torch.sparse.mm(sparse, xd.T.contiguous())),
            "backward": numbers(torch.sparse.mm(sparse.t(), yd.T.contiguous())),
            # yᵀ·x at the places, in the order of compressed rows.
            "sampled": numbers(torch.sparse.sampled_addmm(zeros, yd.T.contiguous(), xd, beta=0.0).values()),
        }


def blocks():
    dense = normal(6, 8)
    bsr = dense.to_sparse_bsr((2, 4))
    down = torch.repeat_interleave(torch.arange(3), bsr.crow_indices().diff())
    return {
        "shape": [6, 8],
        "block": [2, 4],
        "dense": numbers(dense),
        "down": down.tolist(),
        "across": bsr.col_indices().tolist(),
        "values": numbers(bsr.values()),
    }


def global_pruning():
    layers = [torch.nn.Linear(columns, rows, bias=False) for rows, columns in [(4, 5), (10, 3), (2, 20)]]
    with torch.no_grad():
        for scale, layer in zip([1, 3, 0.5], layers):
            layer.weight.copy_(normal(*layer.weight.shape) * scale)
    weights = [numbers(layer.weight) for layer in layers]
    kept = 33
    prune.global_unstructured(
        [(layer, "weight") for layer in layers], prune.L1Unstructured, amount=sum(map(len, weights)) - kept
    )
    masks = [layer.weight_mask.flatten().int().tolist() for layer in layers]
    return {"shapes": [list(layer.weight.shape) for layer in layers], "weights": weights, "total": kept, "masks": masks}


def patterns():
    names = ["q_proj", "model.layers.0.q_proj", "model.layers.10.q_proj", "model.layers.0.xq_proj", "head", "a.head.b"]
    tables = [
        {"q_proj": 3},
        {"layers.0.q_proj": 4, "q_proj": 5},
        {"q_proj": 5, "layers.0.q_proj": 4},
        {r"layers\.\d+\..*": 2, "head": 6},
        {"q_proj|head": 7},
        {"proj": 8, "^head": 9},
        {"model.*": 2, "a": 3},
    ]
    for table in tables:
        found = [get_pattern_key(table.keys(), name) for name in names]
        yield {"patterns": list(table.items()), "names": names, "counts": [table.get(key, 1) for key in found]}


golden = {
    "about": f"torch {torch.__version__}; made by reference/sparse/make_torch.py",
    "selections": list(selections()),
    "products": list(products()),
    "blocks": blocks(),
    "global": global_pruning(),
    "patterns": list(patterns()),
}
text = ",\n".join(f"{json.dumps(key)}:{json.dumps(value, separators=(',', ':'))}" for key, value in golden.items())
(OUT / "torch.json").write_text(f"{{{text}}}\n".replace('},{"', '},\n{"'))

coo = torch.sparse_coo_tensor([[2, 0, 1], [1, 3, 0]], [0.5, -1.25, 3.0], (3, 4)).coalesce()
save_file(
    {"w": coo.values(), "w.indices": coo.indices(), "w.shape": torch.tensor(coo.shape)},
    OUT / "coo.safetensors",
)
