"""Values, gradients and second derivatives of the neural functions, for packages/autograd/test/golden/nn.json.

Usage: python make_nn.py <output file>        (torch 2.13, transformers, seed 21; tests compare at 1e-5 of the largest)

A case is named by the function it is for, and what is special about it; test/nn-cases.ts has the same call in ours.
"""

import math
import sys

import torch
import torch.nn.functional as F
from transformers import LlamaConfig
from transformers.modeling_rope_utils import ROPE_INIT_FUNCTIONS
from transformers.models.llama.modeling_llama import LlamaRotaryEmbedding, apply_rotary_pos_emb

from golden import Goldens

goldens = Goldens(21)
case, normal, positive = goldens.case, goldens.normal, goldens.positive
integers, booleans = goldens.integers, goldens.booleans
INF = math.inf
MASKED = -1e9


def int32(values):
    return torch.tensor(values, dtype=torch.int32)


# lines
for name, function in (("softmax", torch.softmax), ("logSoftmax", torch.log_softmax)):
    case(f"{name} along axis 0", lambda x: function(x, 0), normal(4, 3) * 3)
    case(f"{name} along axis 1 of 4", lambda x: function(x, 1), normal(2, 5, 2, 3) * 3)
    case(f"{name} along a long axis 0", lambda x: function(x, 0), normal(1060, 2))
    case(f"{name} of rows with −∞", lambda x: function(x, -1), torch.tensor([[0.5, -INF, 2.0], [-INF, -1.5, -INF]]))
    case(f"{name} of a row of −∞", lambda x: function(x, -1), torch.tensor([[-INF, -INF], [1.0, 2.0]]), gradients=False)
    case(f"{name} with NaN", lambda x: function(x, -1), torch.tensor([[math.nan, 1], [1.0, 2.0]]), gradients=False)
    case(f"{name} of nothing", lambda x: function(x, -1), normal(0, 3))
    case(f"{name} along an axis of 1", lambda x: function(x, 1), normal(2, 1, 3))
    case(f"{name} of large and close numbers", lambda x: function(x, -1), torch.tensor([[1e4, 1e4 - 1, 1e4 - 2.5]]))
case("logSoftmax", lambda x: x.log_softmax(-1), normal(2, 3, 7) * 3)
case("logSoftmax of a long row", lambda x: x.log_softmax(-1), normal(2, 1100) * 2)
case("logSoftmax of masked rows", lambda x: x.log_softmax(-1), torch.tensor([[0.5, MASKED, 2.0], [MASKED, MASKED, MASKED]]))
case("softmax of a masked long row", lambda x: x.softmax(-1), torch.where(torch.arange(1500) % 3 == 1, MASKED, normal(1, 1500)))


def layer_norm(x, w=None, b=None, epsilon=1e-5):
    return F.layer_norm(x, x.shape[-1:], w, b, epsilon)


def rms_norm(x, w=None, epsilon=1e-6):
    return F.rms_norm(x, x.shape[-1:], w, epsilon)


case("layerNorm without weight and bias", layer_norm, normal(2, 3, 6))
case("layerNorm without bias", layer_norm, normal(4, 6), normal(6))
case("layerNorm without weight", lambda x, b: layer_norm(x, None, b), normal(4, 6), normal(6))
case("layerNorm of one row", layer_norm, normal(9), normal(9), normal(9))
case("layerNorm of width 1", lambda x, w, b: layer_norm(x, w, b, 0.5), normal(3, 1), normal(1), normal(1), gradients=False)
case("layerNorm of no rows", layer_norm, normal(0, 4), normal(4), normal(4))
case("rmsNorm", rms_norm, normal(2, 3, 8), normal(8))
case("rmsNorm without weight", rms_norm, normal(4, 7))
case("rmsNorm of a long row", rms_norm, normal(2, 1030), normal(1030))
case("rmsNorm of small numbers", lambda x, w: rms_norm(x, w, 0.01), normal(3, 5) / 100, normal(5))
case("rmsNorm of one row", rms_norm, normal(9), normal(9))
case("rmsNorm of no rows", rms_norm, normal(0, 4), normal(4))

# activations
far = torch.tensor([-100.0, -30, -18.5, -6, -3, -1e-3, 1e-3, 3, 6.5, 30, 100])
activations = {
    "gelu": F.gelu,
    "geluTanh": lambda x: F.gelu(x, approximate="tanh"),
    "silu": F.silu,
    "softplus": lambda x: torch.logaddexp(x, torch.zeros_like(x)),
    "mish": F.mish,
    "elu": F.elu,
    "leakyRelu": F.leaky_relu,
    "relu6": F.relu6,
    "hardSigmoid": F.hardsigmoid,
    "hardSwish": F.hardswish,
}
kinked = {"relu6", "hardSigmoid", "hardSwish"}
for name, function in activations.items():
    case(name, function, normal(4, 7) * 3)
    # −3 and 3 are kinks of some
    points = torch.cat([far[:4], far[5:7], far[8:]]) if name in kinked else far
    case(f"{name} far out", function, points)
    # where the slope is not continuous, torch's choice
    kinks = torch.tensor([-3.0, 0, 3, 6])
    case(f"{name} at special points", function, kinks, second="a kink" if name in kinked | {"elu", "leakyRelu"} else True)
case("softplus of small values", lambda x: torch.logaddexp(x, torch.zeros_like(x)), torch.tensor([-12.0, -20, -40]))
case("elu with alpha", lambda x: F.elu(x, 0.3), normal(3, 5) * 2)
case("leakyRelu with slope", lambda x: F.leaky_relu(x, 0.2), normal(3, 5))

# losses
case("crossEntropy of large logits", lambda x, y: F.cross_entropy(x, y.long(), reduction="none"), torch.tensor([[1e4, 1e4 - 1, 1e4 - 2.5], [-1e4, 1e4, 0]]), int32([1, 1]))
case("crossEntropy of a masked row", lambda x, y: F.cross_entropy(x, y.long(), reduction="none"), torch.tensor([[0.5, MASKED, 2.0], [MASKED, MASKED, MASKED]]), int32([2, 0]))
case("crossEntropy with another ignored index", lambda x, y: F.cross_entropy(x, y.long(), reduction="none", ignore_index=2), normal(4, 5), int32([2, 1, 0, 2]))
case("crossEntropy, all ignored", lambda x, y: F.cross_entropy(x, y.long(), reduction="none"), normal(2, 5), int32([-100, -100]))
case("crossEntropy of no rows", lambda x, y: F.cross_entropy(x, y.long(), reduction="none"), normal(0, 5), int32([]))
case("crossEntropyLoss", lambda x, y: F.cross_entropy(x, y.long()), normal(5, 4), int32([0, 3, -100, 1, 1]))
case("crossEntropyLoss of sequences", lambda x, y: F.cross_entropy(x.flatten(0, 1), y.long().flatten()), normal(2, 3, 4), int32([[0, 3, -100], [-100, 1, 1]]))
case("crossEntropyLoss, summed", lambda x, y: F.cross_entropy(x, y.long(), reduction="sum", ignore_index=0), normal(5, 4), integers(4, 5))
case("crossEntropyLoss, each", lambda x, y: F.cross_entropy(x.flatten(0, 1), y.long().flatten(), reduction="none").view(2, 3), normal(2, 3, 4), integers(4, 2, 3))
case("crossEntropyLoss, all ignored", lambda x, y: F.cross_entropy(x, y.long()), normal(2, 3), int32([-100, -100]), second="NaN / 0")
losses = {
    "mseLoss": F.mse_loss,
    "l1Loss": F.l1_loss,
    "smoothL1Loss": F.smooth_l1_loss,
    "binaryCrossEntropyWithLogits": F.binary_cross_entropy_with_logits,
}
for name, function in losses.items():
    case(name, function, normal(3, 4) * 2, normal(3, 4))
    case(f"{name}, summed", lambda x, y: function(x, y, reduction="sum"), normal(3, 4) * 2, normal(3, 4))
    case(f"{name}, each", lambda x, y: function(x, y, reduction="none"), normal(2, 3) * 2, normal(2, 3))
case("smoothL1Loss with beta", lambda x, y: F.smooth_l1_loss(x, y, beta=0.3), normal(4, 5), normal(4, 5))
case("binaryCrossEntropyWithLogits far out", lambda x, y: F.binary_cross_entropy_with_logits(x, y, reduction="none"), torch.tensor([-100.0, -9, 0, 9, 100]), torch.tensor([0.0, 0, 0.25, 1, 1]))

# embedding
case("embedding", lambda t, i: F.embedding(i.long(), t), normal(5, 3), int32([[4, 0], [4, 1]]))


# convolutions
def conv(low=0, high=0, **options):
    return lambda x, k, b=None: F.conv1d(F.pad(x, (low, high)), k, b, **options)


def conv_transpose(width, stride=1, dilation=1, low=0, groups=1):
    def function(y, kernel):
        full = F.conv_transpose1d(y, kernel, stride=stride, dilation=dilation, groups=groups)
        return F.pad(full, (-low, max(0, low + width - full.shape[2])))[:, :, :width]

    return function


case("conv1d in groups", conv(groups=2, low=1, high=1), normal(2, 4, 7), normal(6, 2, 3))
case("conv1d of each channel", conv(groups=3, stride=2, low=2, high=1), normal(2, 3, 8), normal(3, 1, 4))
case("conv1d, two filters a channel", conv(groups=2, stride=2), normal(1, 2, 9), normal(4, 1, 3))
case("conv1d with bias", conv(low=1), normal(2, 3, 5), normal(4, 3, 2), normal(4))
case("conv1d in groups with bias, dilated", conv(groups=2, dilation=3, stride=2, low=4, high=3), normal(1, 4, 6), normal(2, 2, 3), normal(2))
case("conv1d of width 1", conv(), normal(2, 3, 1), normal(2, 3, 1))
case("conv1d of padding only at the ends", conv(low=5, high=5, stride=4), normal(1, 1, 2), normal(1, 1, 3))
case("convTranspose1d in groups", conv_transpose(9, stride=2, low=1, groups=2), normal(2, 4, 4), normal(4, 3, 4))
case("convTranspose1d of each channel", conv_transpose(8, stride=2, groups=3), normal(1, 3, 3), normal(3, 1, 4))
case("convTranspose1d of width 1", conv_transpose(1, low=1), normal(1, 2, 2), normal(2, 2, 2))
case("convTranspose1d in groups, dilated and longer", conv_transpose(20, stride=3, dilation=2, low=2, groups=2), normal(1, 2, 4), normal(2, 2, 3))


# rotary embedding
def half_split(x, cos, sin):
    """transformers' own, with the tables doubled as it wants them; channels beyond the tables stay."""
    r = 2 * cos.shape[-1]
    turned, _ = apply_rotary_pos_emb(x[..., :r], x[..., :r], torch.cat([cos, cos], -1), torch.cat([sin, sin], -1))
    return torch.cat([turned, x[..., r:]], -1)


def interleaved(x, cos, sin):
    """Pairs as complex numbers."""
    r = 2 * cos.shape[-1]
    pairs = torch.view_as_complex(x[..., :r].unflatten(-1, (-1, 2)).contiguous())
    turned = torch.view_as_real(pairs * torch.complex(cos, sin)).flatten(-2)
    return torch.cat([turned, x[..., r:]], -1)


def tables(*shape):
    angles = normal(*shape)
    return angles.cos(), angles.sin()


case("rotaryEmbedding", lambda x, c, s: half_split(x, c[None], s[None]), normal(2, 2, 3, 6), *tables(3, 3))
case("rotaryEmbedding of some channels", lambda x, c, s: half_split(x, c[None], s[None]), normal(1, 2, 3, 7), *tables(3, 2))
case("rotaryEmbedding by row", half_split, normal(2, 3, 2, 4), *tables(2, 2, 2))
case("rotaryEmbedding, interleaved", lambda x, c, s: interleaved(x, c, s), normal(2, 2, 3, 6), *tables(3, 3))
case("rotaryEmbedding of some channels, interleaved", lambda x, c, s: interleaved(x, c, s), normal(1, 2, 3, 6), *tables(3, 2))
case(
    "rotaryEmbedding at positions",
    lambda x, c, s, p: half_split(x, c[p.long()], s[p.long()]),
    normal(2, 2, 4, 4),
    *tables(5, 2),
    int32([[0, 1, 0, 1], [4, 0, 1, 2]]),
)


def llama_angles(**options):
    config = LlamaConfig(hidden_size=16, num_attention_heads=1, **options)
    kind = config.rope_parameters["rope_type"]
    if kind == "default":
        frequencies, _ = LlamaRotaryEmbedding.compute_default_rope_parameters(config)
    else:
        frequencies, _ = ROPE_INIT_FUNCTIONS[kind](config, torch.device("cpu"))
    # Its frequencies are float32: few positions, so that their rounding stays small.
    return torch.arange(40, dtype=torch.float64)[:, None] * frequencies.double()


ropes = {
    "": {"rope_parameters": {"rope_type": "default", "rope_theta": 10000.0}},
    ", linear": {"rope_parameters": {"rope_type": "linear", "rope_theta": 10000.0, "factor": 4.0}},
    ", llama3": {
        "max_position_embeddings": 512,
        "rope_parameters": {
            "rope_type": "llama3",
            "rope_theta": 5000.0,
            "factor": 8.0,
            "low_freq_factor": 1.0,
            "high_freq_factor": 4.0,
            "original_max_position_embeddings": 64,
        },
    },
}
for name, options in ropes.items():
    angles = llama_angles(**options)
    case(f"rotaryTables{name}", lambda: torch.stack([angles.cos(), angles.sin()]), gradients=False)


# attention
def sdpa(mask=None, scale=None):
    """`mask(keys' and queries' places, further inputs)` is added to the scores."""

    def function(q, k, v, *rest):
        places = torch.arange(k.shape[2])
        added = None if mask is None else mask(places[-q.shape[2] :][:, None], places[None], *rest).double()
        return F.scaled_dot_product_attention(q, k, v, attn_mask=added, scale=scale, enable_gqa=True)

    return function


def forbid(forbidden):
    return torch.where(forbidden, MASKED, 0.0)


def qkv(rows, heads, length, width, kv_heads=None, keys=None, value_width=None):
    kv_heads, keys = kv_heads or heads, keys or length
    return (
        normal(rows, heads, length, width),
        normal(rows, kv_heads, keys, width),
        normal(rows, kv_heads, keys, value_width or width),
    )


def segmented(q, k, s, t=None):
    return s[:, None, :, None] != (s if t is None else t)[:, None, None, :]


segments = int32([[1, 1, 1, 2, 2], [1, 2, 2, 2, 3]])
case("attention", sdpa(), *qkv(2, 2, 4, 3))
case("attention with scale", sdpa(scale=0.3), *qkv(1, 2, 3, 4))
case("attention of other widths and more keys", sdpa(), *qkv(1, 2, 2, 3, keys=5, value_width=4))
case("attention, causal", sdpa(lambda q, k: forbid(k > q)), *qkv(2, 2, 5, 3))
case("attention, causal, of the last queries", sdpa(lambda q, k: forbid(k > q)), *qkv(1, 2, 2, 3, keys=6))
case("attention, causal, of one query", sdpa(lambda q, k: forbid(k > q)), *qkv(1, 2, 1, 3, keys=4))
case("attention of segments", sdpa(lambda q, k, s: forbid(segmented(q, k, s))), *qkv(2, 2, 5, 3), segments)
case("attention, causal in segments", sdpa(lambda q, k, s: forbid((k > q) | segmented(q, k, s))), *qkv(2, 2, 5, 3), segments)
case(
    "attention, causal in segments, of the last queries",
    sdpa(lambda q, k, s, t: forbid((k > q) | segmented(q, k, s, t))),
    *qkv(2, 1, 2, 3, keys=5),
    segments[:, 3:].contiguous(),
    segments,
)
case("attention in a window", sdpa(lambda q, k: forbid((k > q) | (k <= q - 3))), *qkv(1, 2, 7, 3))
case("attention in a window of 1", sdpa(lambda q, k: forbid(k != q)), *qkv(1, 1, 3, 2))
case("attention in a window, of the last queries", sdpa(lambda q, k: forbid((k > q) | (k <= q - 2))), *qkv(1, 2, 3, 3, keys=6))
case("attention in a window, not causal", sdpa(lambda q, k: forbid(k <= q - 2)), *qkv(1, 2, 4, 3))
case("attention in a window in segments", sdpa(lambda q, k, s: forbid((k > q) | (k <= q - 2) | segmented(q, k, s))), *qkv(2, 2, 5, 3), segments)
case("attention with bias", sdpa(lambda q, k, b: b), *qkv(2, 2, 3, 4), normal(2, 3, 3))
case("attention with a bias of keys, causal", sdpa(lambda q, k, b: b + forbid(k > q)), *qkv(2, 2, 3, 4), normal(2, 1, 1, 3))
case("attention with a mask", sdpa(lambda q, k, m: forbid(~m)), *qkv(2, 2, 3, 4), torch.tensor([[[[True, False, True]]], [[[False, True, True]]]]))
case("attention with a mask of numbers", sdpa(lambda q, k, m: m), *qkv(1, 2, 2, 4, keys=3), torch.tensor([[0.5, MASKED, -1], [-INF, 0, 1.5]]))
case("attention of grouped heads", sdpa(), *qkv(2, 4, 3, 2, kv_heads=2))
case("attention of one head of keys", sdpa(lambda q, k: forbid(k > q)), *qkv(2, 3, 4, 2, kv_heads=1))
case("attention of grouped heads in segments with bias", sdpa(lambda q, k, s, b: b + forbid((k > q) | segmented(q, k, s))), *qkv(2, 4, 5, 2, kv_heads=2), segments, normal(4, 5, 5))
case("attention of no rows", sdpa(), *(torch.zeros(0, 2, 3, 4) for _ in range(3)))
case("attention of large scores", sdpa(scale=100.0), *qkv(1, 1, 3, 4), gradients=False)

goldens.write(sys.argv[1])
