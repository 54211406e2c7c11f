"""Values, gradients and second derivatives of every op, for packages/autograd/test/golden/ops.json.

Usage: python make_ops.py <output file>        (torch 2.13, seed 20; tests compare at 1e-5 of the largest number)

A case is named by the function it is for, and what is special about it; test/op-cases.ts has the same call in ours.
"""

import sys

import torch
import torch.nn.functional as F

from golden import Goldens

goldens = Goldens(20)
case, normal, positive = goldens.case, goldens.normal, goldens.positive
integers, booleans = goldens.integers, goldens.booleans


# elementwise, one argument
for name in ("abs", "neg", "exp", "sin", "cos", "tanh", "erf", "sigmoid", "relu"):
    case(name, getattr(torch, name), normal(3, 5) * 2)
for name in ("log", "sqrt"):
    case(name, getattr(torch, name), positive(3, 5))
case("tanh far out", torch.tanh, torch.tensor([-100.0, -20, -5, -1e-3, 0, 1e-3, 5, 20, 100]),
    tolerance={"second": 1e-4, "because": "1 − tanh² has few digits where tanh is near 1"})
case("erf far out", torch.erf, torch.tensor([-30.0, -4, -2, -1, -0.5, -1e-3, 0, 1e-3, 0.5, 1, 2, 4, 30]))
case("sigmoid far out", torch.sigmoid, torch.tensor([-100.0, -20, 0, 3, 8]))
case("exp of a scalar", torch.exp, normal())
case("exp of nothing", torch.exp, normal(0, 3))

# elementwise, two arguments
for name in ("add", "sub", "mul"):
    case(name, getattr(torch, name), normal(3, 4), normal(3, 4))
case("div", torch.div, normal(3, 4), positive(3, 4))
case("pow", torch.pow, positive(3, 4), normal(3, 4))
case("pow of negative bases", torch.pow, normal(2, 4) - 2, torch.tensor([2.0, 3, -1, -2]), gradients=False)
case("maximum", torch.maximum, torch.tensor([1.0, 2, 3, -1]), torch.tensor([2.0, 2, -3, -1]), second="a kink at ties")
case("minimum", torch.minimum, torch.tensor([1.0, 2, 3, -1]), torch.tensor([2.0, 2, -3, -1]), second="a kink at ties")
case("add of a row", torch.add, normal(2, 3, 4), normal(4))
case("add of a column and a row", torch.add, normal(3, 1), normal(1, 4))
case("mul by a scalar", torch.mul, normal(2, 3), normal())
case("mul across ranks", torch.mul, normal(2, 1, 3), normal(4, 1))
case("div of middle axes", torch.div, normal(2, 1, 3, 1, 2), positive(4, 3, 5, 2))
case("sub of one element", torch.sub, normal(1, 1), normal(1))
case("add of nothing", torch.add, normal(2, 0), normal(1))
case("add of integers", torch.add, integers(100, 2, 3), integers(100, 3))
case("equal", torch.eq, integers(3, 4, 5), integers(3, 5))
case("less", torch.lt, normal(4, 5), normal(4, 1), gradients=False)
case("logicalAnd", torch.logical_and, booleans(3, 4), booleans(4))
case("logicalOr", torch.logical_or, booleans(3, 4), booleans(3, 1))
case("logicalNot", torch.logical_not, booleans(3, 4))
case("where", torch.where, booleans(3, 1), normal(3, 4), normal(4))
case("where of a mask", torch.where, booleans(2, 1, 4), normal(2, 3, 4), torch.tensor(-1e9))
case("cast to int32", lambda x: x.to(torch.int32), torch.tensor([-2.7, -1.0, -0.5, 0, 0.5, 1.9, 1e6]), gradients=False)
case("cast to bool", lambda x: x != 0, torch.tensor([-2.7, 0, -0.0, 1e-3]), gradients=False)
case("cast to float32", lambda x: x.float(), integers(9, 2, 2), gradients=False)

# reductions
case("sum", lambda x: x.sum(), normal(3, 4))
case("sum over rows", lambda x: x.sum(0), normal(5, 4))
case("sum over the middle", lambda x: x.sum(1, keepdim=True), normal(2, 5, 3))
case("sum over outer axes", lambda x: x.sum((0, 2)), normal(3, 4, 5))
case("sum over every other axis", lambda x: x.sum((0, 2, 4), keepdim=True), normal(2, 3, 2, 3, 2))
case("sum of a long row", lambda x: x.sum(1), normal(1, 1100))
case("sum of a long column", lambda x: x.sum(0), normal(1037, 2))
case("sum of a scalar", lambda x: x.sum(), normal())
case("sum of nothing", lambda x: x.sum(0), normal(0, 3))
case("sum of integers", lambda x: x.sum(1, dtype=torch.int32), integers(50, 3, 6))
case("max", lambda x: x.amax(), torch.tensor([[1.0, 3], [3, -2]]), second="a kink at ties")
case("max over rows", lambda x: x.amax(0, keepdim=True), normal(4, 5))
case("max over outer axes", lambda x: x.amax((0, 2)), normal(3, 4, 5))
case("max of a long row", lambda x: x.amax(-1), normal(2, 1051))
case("argmax", lambda x: x.argmax(-1), normal(4, 7), gradients=False)
case("argmax over the middle", lambda x: x.argmax(1), normal(2, 5, 3), gradients=False)
case("argmax of ties", lambda x: x.argmax(-1), torch.tensor([[1.0, 2, 2], [0, 0, 0]]), gradients=False)

# rows
case("softmax", lambda x: x.softmax(-1), normal(2, 3, 7) * 3)
case("softmax of a masked row", lambda x: x.softmax(-1), torch.tensor([[0.5, -1e9, 2.0], [-1e9, -1e9, -1e9]]))
case("softmax of large numbers", lambda x: x.softmax(-1), torch.tensor([[1e4, 1e4 - 1, -1e4]]))
case("softmax of one element", lambda x: x.softmax(-1), normal(3, 1))
case("softmax of a long row", lambda x: x.softmax(-1), normal(1, 1100))
case("layerNorm", lambda x, w, b: F.layer_norm(x, x.shape[-1:], w, b), normal(2, 3, 8), normal(8), normal(8))
case("layerNorm of a long row", lambda x, w, b: F.layer_norm(x, x.shape[-1:], w, b), normal(1, 1030), normal(1030), normal(1030))
case("layerNorm far from zero", lambda x, w, b: F.layer_norm(x, x.shape[-1:], w, b, 0.1), normal(2, 6) + 10, normal(6), normal(6))
case("crossEntropy", lambda x, y: F.cross_entropy(x, y.long(), reduction="none"), normal(3, 5), integers(5, 3))
case(
    "crossEntropy with ignored rows",
    lambda x, y: F.cross_entropy(x, y.long(), reduction="none"),
    normal(4, 6) * 5,
    torch.tensor([1, -100, 5, -100], dtype=torch.int32),
)
case(
    "crossEntropy of many classes",
    lambda x, y: F.cross_entropy(x, y.long(), reduction="none"),
    normal(1, 1033),
    torch.tensor([1000], dtype=torch.int32),
)

# products
case("matmul", torch.matmul, normal(3, 4), normal(4, 5))
case("matmul of odd sizes", torch.matmul, normal(5, 11), normal(11, 3))
case("matmul, first transposed", lambda a, b: a.mT @ b, normal(9, 2), normal(9, 3))
case("matmul, second transposed", lambda a, b: a @ b.mT, normal(2, 9), normal(3, 9))
case("matmul, both transposed", lambda a, b: a.mT @ b.mT, normal(9, 2), normal(3, 9))
case("matmul of batches", torch.matmul, normal(2, 3, 4, 5), normal(2, 3, 5, 2))
case("matmul of broadcast batches", lambda a, b: a @ b.mT, normal(2, 1, 3, 4), normal(3, 2, 4))
case("matmul of batches by a matrix", lambda a, b: a.mT @ b, normal(2, 4, 3), normal(4, 2))
case("matmul over no columns", torch.matmul, normal(2, 0), normal(0, 3))
case("matmul of no rows", torch.matmul, normal(0, 2), normal(2, 3))
case("matmul of one element", torch.matmul, normal(1, 1), normal(1, 1))
case("linear", F.linear, normal(3, 4), normal(5, 4), normal(5))
case("linear of rank 3", F.linear, normal(2, 3, 10), normal(4, 10), normal(4))
case("linear without bias", F.linear, normal(3, 17), normal(2, 17))
case("linear of a vector", F.linear, normal(4), normal(3, 4), normal(3))
case("conv1d", F.conv1d, normal(2, 3, 9), normal(4, 3, 3))
case("conv1d, strided and padded", lambda x, k: F.conv1d(F.pad(x, (2, 1)), k, stride=2), normal(2, 2, 8), normal(3, 2, 4))
case("conv1d, dilated", lambda x, k: F.conv1d(F.pad(x, (1, 3)), k, dilation=2, stride=3), normal(1, 2, 9), normal(2, 2, 3))


def conv_transpose(stride, dilation, low, width):
    def function(y, kernel):
        full = F.conv_transpose1d(y, kernel, stride=stride, dilation=dilation)
        return F.pad(full, (-low, max(0, low + width - full.shape[2])))[:, :, :width]

    return function


case("convTranspose1d", conv_transpose(1, 1, 0, 8), normal(2, 3, 6), normal(3, 2, 3))
case("convTranspose1d, strided and cut", conv_transpose(2, 1, 1, 9), normal(2, 2, 5), normal(2, 3, 4))
case("convTranspose1d, dilated and longer", conv_transpose(3, 2, 1, 16), normal(1, 2, 4), normal(2, 2, 3))

# places
case("gather", lambda x, i: F.embedding(i.long(), x), normal(5, 3), torch.tensor([4, 0, 4], dtype=torch.int32))
case("gather of a table of indices", lambda x, i: F.embedding(i.long(), x), normal(5, 3), integers(5, 2, 4))
case("gather along axis 1", lambda x, i: x[:, i.long()], normal(2, 4, 3), torch.tensor([[3, 1], [1, 1]], dtype=torch.int32))
case("gather at a scalar", lambda x, i: x[i.long()], normal(4, 2), torch.tensor(2, dtype=torch.int32))
case(
    "scatterAdd",
    lambda u, i: torch.zeros(4, 3, dtype=u.dtype).index_add(0, i.long(), u),
    normal(5, 3),
    torch.tensor([1, 1, 0, 3, 1], dtype=torch.int32),
)
case(
    "scatterAdd along axis 1",
    lambda u, i: torch.zeros(2, 4, 3, dtype=u.dtype).index_add(1, i.long().flatten(), u.flatten(1, 2)),
    normal(2, 2, 2, 3),
    torch.tensor([[3, 1], [1, 0]], dtype=torch.int32),
)
case("oneHot", lambda i: F.one_hot(i.long(), 4).float(), integers(4, 2, 3), gradients=False)
case("transpose", lambda x: x.mT, normal(2, 3, 4))
case("transpose of 4 axes", lambda x: x.permute(2, 0, 3, 1), normal(2, 3, 4, 5))
case("reshape", lambda x: x.reshape(4, 3), normal(2, 6))
case("broadcastTo", lambda x: x.expand(3, 2, 4), normal(2, 1))
case("concat", lambda a, b: torch.cat([a, b]), normal(2, 3), normal(1, 3))
case("concat along axis 1", lambda a, b, c: torch.cat([a, b, c], 1), normal(2, 3, 2), normal(2, 1, 2), normal(2, 2, 2))
case("concat with nothing", lambda a, b: torch.cat([a, b], -1), normal(2, 0), normal(2, 3))
case("slice", lambda x: x[1:3, :, 2:4], normal(3, 2, 5))
case("slice with steps", lambda x: x[0:5:2, 1:7:3], normal(5, 8))
case("slice of nothing", lambda x: x[1:1], normal(3, 2))
case("pad", lambda x: F.pad(x, (0, 2, 1, 0)), normal(2, 3))


def pad_between(x):
    y = torch.zeros(8, 7, dtype=x.dtype)
    return y.index_put((torch.arange(1, 8, 3)[:, None], torch.arange(2, 6, 1)[None]), x)


case("pad between elements", pad_between, normal(3, 4))
case("stopGradient", lambda x: x.detach() * 1, normal(2, 2), gradients=False)

goldens.write(sys.argv[1])
