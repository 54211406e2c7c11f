"""Values, gradients and second derivatives of every op, for packages/autograd/test/golden/ops.json.

Usage: python make_ops.py <output file>        (torch 2.13, seed 20; tests compare at 1e-5 of the largest number)

A case is named by the function it is for, and what is special about it; test/op-cases.ts has the same call in ours.
"""

import sys
from math import inf, nan

import torch
import torch.nn.functional as F

from golden import Goldens

goldens = Goldens(20)
case, normal, positive = goldens.case, goldens.normal, goldens.positive
integers, booleans = goldens.integers, goldens.booleans


def int32(*values):
    return torch.tensor(values, dtype=torch.int32)


def floats(*values):
    return torch.tensor(values, dtype=torch.float32)


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

case("customGradient", lambda x: 3 * x - 2 * x.detach(), normal(2, 2))
case("after", lambda x, y: x * 1, normal(2, 2), normal(3), gradients=False)

# more of one argument
for name in ("floor", "ceil", "round", "sign", "square", "reciprocal", "expm1", "exp2", "tan", "atan", "sinh", "cosh", "asinh"):
    case(name, getattr(torch, name), normal(3, 5) * 1.7)
for name in ("rsqrt", "log1p", "log2", "log10"):
    case(name, getattr(torch, name), positive(3, 5))
for name in ("asin", "acos", "atanh"):
    case(name, getattr(torch, name), normal(3, 5).clamp(-3, 3) * 0.3)
case("acosh", torch.acosh, positive(3, 5) + 1)
case("round of halves", torch.round, floats(-2.5, -1.5, -0.5, 0.5, 1.5, 2.5, 0.49999997, 8388609), gradients=False)
for name in ("expm1", "log1p", "sinh", "asinh", "atanh", "atan", "asin", "tan"):
    case(f"{name} of small numbers", getattr(torch, name), floats(1e-6, -2e-6), second="smaller than differences see")
for name in ("expm1", "sinh", "cosh"):
    case(f"{name} of large numbers", getattr(torch, name), floats(-20, -9, -2, 3, 15))
case("cosh near the largest number", torch.cosh, floats(-89, 89), gradients=False)
case("log1p near -1", torch.log1p, floats(-0.999, -0.9, -0.5, -0.39, 0.39, 0.41))
for name in ("asinh", "acosh"):
    case(f"{name} of large numbers", getattr(torch, name), floats(1e3, 1e10, 1e30), second="smaller than differences see")
case("asinh of negative large numbers", torch.asinh, floats(-1e3, -1e10, -1e30), second="smaller than differences see")
case("acosh near 1", torch.acosh, floats(1.0001, 1.001, 1.5), second="a pole close by")
case("acos near 1", torch.acos, floats(0.9999, 0.99, -0.9999), second="a pole close by")
case("atanh near 1", torch.atanh, floats(-0.999, -0.9, 0.99), second="a pole close by")
case("asin at the ends", torch.asin, floats(-1, 1, 0.5, 1.5), second="infinite slopes")
case("acos at the ends", torch.acos, floats(-1, 1, 0.5, 1.5), second="infinite slopes")
case("atanh at the ends", torch.atanh, floats(-1, 1, 0.5, 1.5), second="infinite slopes")
case("abs at 0", torch.abs, floats(-1, 0, 2), second="a kink at 0")
case("relu at 0", torch.relu, floats(-1, 0, 2), second="a kink at 0")
case("sqrt at 0", torch.sqrt, floats(0, 1, 4), second="an infinite slope")
case("log at 0", torch.log, floats(0, 1, 4), second="an infinite slope")
case("abs of integers", torch.abs, integers(50, 2, 3, low=-50))
case("neg of integers", torch.neg, integers(50, 2, 3, low=-50))
case("sign of integers", torch.sign, integers(3, 3, 4, low=-2))
case("neg of zeros, their signs told by division", lambda x: 1 / -x, floats(0.0, -0.0, 2), gradients=False)
case("mul of zeros, their signs told by division", lambda x, y: 1 / (x * y), floats(0.0, -0.0, 2)[:, None], floats(3, -1), gradients=False)
case("floor of zeros, their signs told by division", lambda x: 1 / x.floor(), floats(0.0, -0.0, 2), gradients=False)

# more of two and three arguments
case("pow at base 0", torch.pow, floats(0, 0, 0, 0, 2, 1), floats(0, 1, 2, -1, 0, 3), second="infinite slopes")
case("pow of a number", lambda x: x**3, normal(2, 4))
case("pow of a number to x", lambda x: 2**x, normal(2, 4))
case("div by 0", torch.div, floats(1, -2, 0), floats(0, 0, 0), second="a pole")
case("mul of integers", torch.mul, integers(50, 2, 3, low=-50), integers(50, 3))
case("sub of integers", torch.sub, integers(50, 2, 1), integers(50, 3))
case("maximum of integers", torch.maximum, integers(9, 2, 3, low=-9), integers(9, 3))
case("minimum of integers", torch.minimum, integers(9, 2, 3, low=-9), integers(9, 3))
case("maximum of a column and a row", torch.maximum, normal(3, 1), normal(1, 4))
case("minimum of a column and a row", torch.minimum, normal(3, 1), normal(1, 4))
case("pow of a column and a row", torch.pow, positive(3, 1), normal(4))
case("atan2", torch.atan2, normal(3, 4), normal(3, 4))
case("atan2 of a column and a row", torch.atan2, normal(3, 1), normal(4))
case("atan2 of zeros", torch.atan2, floats(0.0, -0.0, 1, -1, 0)[:, None], floats(0.0, -0.0, 1, -1), second="not smooth at the origin")
signed = torch.arange(-7, 8, dtype=torch.int32)[:, None]
divisors = int32(-5, -3, -2, -1, 1, 2, 3, 5)
floor_divide = lambda a, b: torch.div(a, b, rounding_mode="floor")
case("floorDivide", floor_divide, signed, divisors)
case("floorDivide of large integers", floor_divide, int32(16777215, -16777215, 16777213, 12345678)[:, None], int32(1, 3, 7, -1000, 4099, 16777214))
case("floorDivide by zero", lambda a, b: torch.zeros(3, dtype=torch.int32), int32(5, -5, 0), int32(0, 0, 0))
case("floorDivide of floats", floor_divide, normal(3, 4) * 10, floats(0.7, -1.3, 2.5, 3), gradients=False)
case("remainder", torch.remainder, signed, divisors)
case("remainder of large integers", torch.remainder, int32(16777215, -16777215, 12345678)[:, None], int32(3, 7, -1000, 4099))
case("remainder by zero", lambda a, b: a, int32(5, -5, 0), int32(0, 0, 0))
case("remainder of floats", torch.remainder, normal(3, 4) * 5, floats(0.7, -1.3, 2.5, 3))
case("clamp", lambda x: x.clamp(-0.5, 0.8), normal(3, 5))
case("clamp from below", lambda x: x.clamp(min=0.1), normal(3, 5))
case("clamp from above", lambda x: x.clamp(max=0.1), normal(3, 5))
case("clamp at the bounds", lambda x: x.clamp(0, 1), floats(-1, 0, 0.5, 1, 2), second="kinks at the bounds")
case("clamp between tensors", torch.clamp, normal(3, 4), normal(4) - 1, normal(3, 1) + 1)
case("clamp of crossed bounds", lambda x: x.clamp(1, -1), normal(5), gradients=False)
case("clamp of integers", lambda x: x.clamp(-2, 3), integers(9, 3, 4, low=-9))
case("equal of floats", torch.eq, floats(1, 2, 3)[:, None], floats(1, 2.5, 3), gradients=False)
case("equal of booleans", torch.eq, booleans(3, 4), booleans(4))
case("notEqual", torch.ne, integers(3, 4, 5), integers(3, 5))
case("notEqual of booleans", torch.ne, booleans(3, 4), booleans(4))
case("less of integers", torch.lt, integers(4, 4, 5), integers(4, 5))
case("greater", torch.gt, normal(4, 5), normal(4, 1), gradients=False)
case("greaterEqual", torch.ge, integers(4, 4, 5), integers(4, 5))
case("lessEqual", torch.le, integers(4, 4, 5), integers(4, 5))
case("lessEqual of floats", torch.le, floats(1, 2, 3)[:, None], floats(1, 2.5, 3), gradients=False)
case("logicalXor", torch.logical_xor, booleans(3, 4), booleans(3, 1))
case("where of integers", torch.where, booleans(3, 4), integers(9, 3, 1), integers(9, 4))
case("where of booleans", torch.where, booleans(3, 4), booleans(3, 4), booleans(4))
case("where of nothing", torch.where, booleans(0, 3), normal(3), normal(0, 3))
case("where beside a NaN that is not taken", torch.where, torch.tensor([True, False, True]), floats(1, nan, 2), floats(nan, 3, inf), second="not finite")
case("where beside a pole that is not taken", lambda x: torch.where(x > 0, torch.where(x > 0, x, 1.0).log(), 0.0), floats(-1, 0, 2), second="a jump at 0")
case("cast of booleans to int32", lambda x: x.to(torch.int32), booleans(4))
case("cast of integers to bool", lambda x: x != 0, int32(-2, 0, 5))

# more reductions
case("mean", lambda x: x.mean(), normal(3, 4))
case("mean over the middle", lambda x: x.mean(1, keepdim=True), normal(2, 5, 3))
case("mean over outer axes", lambda x: x.mean((0, 2)), normal(3, 4, 5))
case("mean of a long row", lambda x: x.mean(-1), normal(2, 1050))
case("mean over an axis of 1", lambda x: x.mean(1), normal(3, 1))
case("min", lambda x: x.amin(), floats(-2, 3, -2, 1), second="a kink at ties")
case("min over outer axes", lambda x: x.amin((0, 2)), normal(3, 4, 5))
case("min of integers", lambda x: x.amin(1, keepdim=True), integers(9, 3, 5, low=-9))
case("max of integers", lambda x: x.amax(1, keepdim=True), integers(9, 3, 5, low=-9))
case("max of masked rows", lambda x: x.amax(-1), floats(-1e9, -1e9, 2, -1e9).reshape(2, 2), second="a kink at ties")
case("max over an axis of 1", lambda x: x.amax(1), normal(3, 1))
case("sum over every axis, kept", lambda x: x.sum((0, 1), keepdim=True), normal(3, 4))
case("sum over no axis", lambda x: x * 1, normal(3, 4))
case("sum of masked rows", lambda x: x.sum(-1), floats(-1e9, -1e9, 2, -1e9).reshape(2, 2))
case("prod", lambda x: x.prod(), normal(7))
case("prod over rows", lambda x: x.prod(0), normal(5, 3))
case("prod over outer axes", lambda x: x.prod(2, keepdim=True).prod(0, keepdim=True), normal(3, 2, 4))
case("prod with zeros", lambda x: x.prod(1), floats(0, 2, 3, 1, 0, 2, 0, 5, 0, 0, 0, 1).reshape(3, 4))
case("prod of integers", lambda x: x.prod(1, dtype=torch.int32), integers(5, 3, 4, low=-4))
case("prod of nothing", lambda x: x.prod(0), normal(0, 3))
case("variance", lambda x: x.var(), normal(3, 4))
case("variance over rows", lambda x: x.var(0, correction=0, keepdim=True), normal(5, 3))
case("variance far from zero", lambda x: x.var(1), normal(3, 6) + 100, tolerance={"value": 2e-4, "gradients": 2e-4, "second": 2e-4, "because": "float32 has 5 digits behind 100's point"})
case("std", lambda x: x.std(), normal(3, 4))
case("std over outer axes", lambda x: x.std((0, 2), correction=0), normal(3, 2, 4))
case("std of equal numbers", lambda x: x.std(1), floats(2, 2, 2, 1, 2, 3).reshape(2, 3), second="a kink where all are equal")
case("norm", lambda x: x.norm(), normal(3, 4))
case("norm over rows", lambda x: torch.linalg.vector_norm(x, dim=0, keepdim=True), normal(5, 3))
case("norm of zeros", lambda x: torch.linalg.vector_norm(x, dim=1), floats(0, 0, 3, 4).reshape(2, 2), second="a kink at 0")
case("any", lambda x: x.any(), booleans(3, 4))
case("any over rows", lambda x: x.any(0, keepdim=True), booleans(3, 6) & booleans(3, 6))
case("any of nothing", lambda x: x.any(0), booleans(0, 3))
case("any of floats", lambda x: (x != 0).any(1), floats(0, -0.0, 0, -0.5).reshape(2, 2), gradients=False)
case("all", lambda x: x.all(), booleans(3, 4))
case("all over rows", lambda x: x.all(0, keepdim=True), booleans(3, 6) | booleans(3, 6))
case("all of nothing", lambda x: x.all(0), booleans(0, 3))
case("all of integers", lambda x: (x != 0).all(1), int32(0, 1, 2, 3).reshape(2, 2))
case("argmax, kept", lambda x: x.argmax(0, keepdim=True), normal(4, 3), gradients=False)
case("argmax of integers", lambda x: x.argmax(-1), int32(3, 7, 7, -1, -5, -1).reshape(2, 3))
case("argmin", lambda x: x.argmin(-1), normal(4, 7), gradients=False)
case("argmin over the middle, kept", lambda x: x.argmin(1, keepdim=True), normal(2, 5, 3), gradients=False)
case("argmin of ties", lambda x: x.argmin(-1), floats(1, 1, 2, 0, 0, 0).reshape(2, 3), gradients=False)
case("argmin of integers", lambda x: x.argmin(-1), int32(3, -7, -7, -1, -1, 5).reshape(2, 3))
case("logSumExp", lambda x: x.logsumexp((0, 1)), normal(3, 4))
case("logSumExp over rows", lambda x: x.logsumexp(0), normal(4, 5))
case("logSumExp over outer axes", lambda x: x.logsumexp((0, 2), keepdim=True), normal(3, 2, 4))
case("logSumExp of masked rows", lambda x: x.logsumexp(-1), floats(-1e9, -1e9, 2, -1e9).reshape(2, 2))
case("logSumExp of large numbers", lambda x: x.logsumexp(-1), floats(900, 899, -900, -899.5).reshape(2, 2))
case("logSumExp of an axis of 1", lambda x: x.logsumexp(1), normal(3, 1))
case("logSumExp of nothing", lambda x: x.logsumexp(1), normal(2, 0), second="minus infinity")
case("cumsum", lambda x: x.cumsum(0), normal(4, 3))
case("cumsum along the middle", lambda x: x.cumsum(1), normal(2, 5, 3))
case("cumsum along a long axis", lambda x: x.cumsum(1), normal(2, 1003))
case("cumsum along a long first axis", lambda x: x.cumsum(0), normal(50, 3))
exclusive = lambda x, axis: x.cumsum(axis) - x
case("cumsum, exclusive", lambda x: exclusive(x, 1), normal(2, 6))
case("cumsum, exclusive, along a long axis", lambda x: exclusive(x, 1), normal(2, 50))
case("cumsum, reverse", lambda x: x.flip(1).cumsum(1).flip(1), normal(2, 6))
case("cumsum, reverse, along a long axis", lambda x: x.flip(1).cumsum(1).flip(1), normal(2, 50))
case("cumsum, reverse and exclusive", lambda x: exclusive(x.flip(1), 1).flip(1), normal(2, 6))
case("cumsum, reverse and exclusive, along a long axis", lambda x: exclusive(x.flip(0), 0).flip(0), normal(37, 2))
case("cumsum of integers", lambda x: x.cumsum(-1, dtype=torch.int32), integers(9, 3, 40, low=-9))
case("cumsum of one element", lambda x: x.cumsum(0), normal(1))
case("cumsum of nothing", lambda x: x.cumsum(1), normal(3, 0))

# more places
case("flip", lambda x: x.flip((0, 1, 2)), normal(2, 3, 4))
case("flip along the middle", lambda x: x.flip(1), normal(2, 3, 4))
case("flip along outer axes", lambda x: x.flip((0, 2)), normal(2, 3, 4))
case("flip of integers", lambda x: x.flip(0), integers(9, 5))
case("flip of booleans", lambda x: x.flip(0), booleans(5))
case("flip of nothing", lambda x: x.flip(0), normal(0, 2))
case("flip of a scalar", lambda x: x * 1, normal())
case("gather at negative indices", lambda x, i: x[i.long()], normal(4, 2), int32(-1, 0, -4, 3, -1))
case("gather at no indices", lambda x, i: x[i.long()], normal(4, 2), torch.zeros(0, dtype=torch.int32))
case("gather of integers", lambda x, i: x[i.long()], integers(9, 4, 2), integers(4, 3))
case("gather along the last axis", lambda x, i: x[..., i.long()], normal(2, 2, 4), integers(4, 3))
case("scatterAdd at negative indices", lambda u, i: torch.zeros(4, 2, dtype=u.dtype).index_add(0, i.long() % 4, u), normal(5, 2), int32(-1, 0, -4, 3, -1))
case("scatterAdd of nothing", lambda u, i: torch.zeros(4, 2, dtype=u.dtype).index_add(0, i.long(), u), normal(0, 2), torch.zeros(0, dtype=torch.int32))
take = lambda axis: lambda x, i: torch.gather(x, axis, i.long() % x.shape[axis])
case("takeAlongAxis", take(1), normal(3, 5), integers(5, 3, 2))
case("takeAlongAxis, axis 0", take(0), normal(3, 5), integers(3, 4, 5))
case("takeAlongAxis along the middle", take(1), normal(2, 3, 2), integers(3, 2, 5, 2))
case("takeAlongAxis at negative indices", take(1), normal(2, 4), int32(-1, 0, -4, 3, -1, -2).reshape(2, 3))
case("takeAlongAxis of integers", take(0), integers(9, 4), integers(4, 3))
case("takeAlongAxis at no indices", take(1), normal(2, 3), torch.zeros(2, 0, dtype=torch.int32))


def put(axis, size):
    def function(u, i):
        shape = list(u.shape)
        shape[axis] = size
        return torch.zeros(shape, dtype=u.dtype).scatter_add(axis, i.long() % size, u)

    return function


case("scatterAddAlongAxis", put(1, 4), normal(3, 6), integers(4, 3, 6))
case("scatterAddAlongAxis, axis 0", put(0, 5), normal(3, 4), integers(5, 3, 4))
case("scatterAddAlongAxis along the middle", put(1, 3), normal(2, 4, 2), integers(3, 2, 4, 2))
case("scatterAddAlongAxis at negative indices", put(0, 3), normal(4), int32(-1, 0, -3, 2))
case("oneHot in int32", lambda i: F.one_hot(i.long(), 4).int(), integers(4, 2, 3))
case("oneHot in bool", lambda i: F.one_hot(i.long(), 4).bool(), integers(4, 5))
case("oneHot of places outside", lambda i: (i[:, None] == torch.arange(3)).float(), int32(-1, 0, 2, 3), gradients=False)
case("oneHot of a scalar", lambda i: F.one_hot(i.long(), 4).float(), torch.tensor(2, dtype=torch.int32), gradients=False)
case("slice from the end", lambda x: x[-3:-1, 1:-1], normal(5, 4))
case("slice of integers", lambda x: x[1:, ::2], integers(9, 3, 5))
case("slice of booleans", lambda x: x[1:], booleans(5))
case("concat along the last axis", lambda a, b: torch.cat([a, b], -1), normal(2, 2), normal(2, 3))
case("concat of integers", lambda a, b: torch.cat([a, b]), integers(9, 2), integers(9, 3))
case("concat of booleans", lambda a, b: torch.cat([a, b]), booleans(2), booleans(3))
case("concat of many", lambda *x: torch.cat(x, 1), *(normal(2, n) for n in (1, 3, 0, 2, 1, 4)))
case("pad of integers", lambda x: F.pad(x, (1, 2)), integers(9, 2, 3))
case("pad of nothing", lambda x: F.pad(x, (1, 2)), normal(2, 0))
case("reshape to a scalar", lambda x: x.reshape(()), normal(1, 1))
case("reshape of nothing", lambda x: x.reshape(4, 0), normal(2, 0, 3))
case("transpose of nothing", lambda x: x.mT, normal(2, 0))
case("transpose of integers", lambda x: x.mT, integers(9, 2, 3))
case("broadcastTo from a scalar", lambda x: x.expand(2, 3), normal())
case("broadcastTo nothing", lambda x: x.expand(0, 3), normal(3))
case("broadcastTo of booleans", lambda x: x.expand(2, 3), booleans(3))
case("split", lambda x: torch.cat(x.split([1, 3, 2], 1)[::-1], 1), normal(2, 6))
case("split in equal parts", lambda x: torch.cat(x.chunk(3)[::-1]), normal(6, 2))
case("stack", lambda a, b: torch.stack([a, b]), normal(2, 3), normal(2, 3))
case("stack along the last axis", lambda a, b, c: torch.stack([a, b, c], -1), normal(2), normal(2), normal(2))
case("squeeze", lambda x: x.squeeze(), normal(1, 2, 1, 3))
case("squeeze of one axis", lambda x: x.squeeze(-2), normal(1, 2, 1, 3))
case("unsqueeze", lambda x: x[:, None], normal(2, 3))
case("unsqueeze of two axes", lambda x: x[None, ..., None], normal(2, 3))
case("flatten", lambda x: x.flatten(), normal(2, 3, 2))
case("flatten of the last axes", lambda x: x.flatten(1), normal(2, 3, 2))
case("flatten of a scalar", lambda x: x.flatten(), normal())
case("swapAxes", lambda x: x.swapaxes(0, 2), normal(2, 3, 4))
case("moveAxis", lambda x: x.movedim(0, -1), normal(2, 3, 4))
case("moveAxis of two axes", lambda x: x.movedim((0, 1), (2, 0)), normal(2, 3, 4))
case("tile", lambda x: x.tile(2, 3), normal(2, 2))
case("tile of a vector to rank 2", lambda x: x.tile(2, 3), normal(2))
case("tile of the last axis", lambda x: x.tile(2), normal(2, 2))
case("repeat", lambda x: x.repeat_interleave(3, 1), normal(2, 2))
case("roll", lambda x: x.roll(2), normal(2, 3))
case("roll backwards along axis 0", lambda x: x.roll(-1, 0), normal(3, 2))
case("roll along two axes", lambda x: x.roll((1, 5), (0, 1)), normal(3, 4))
case("tril", lambda x: x.tril(), normal(3, 4))
case("tril below the diagonal", lambda x: x.tril(-1), normal(2, 3, 3))
case("tril beside infinities", lambda x: x.tril(), torch.full((2, 2), inf), second="not finite")
case("triu", lambda x: x.triu(), normal(4, 3))
case("triu above the diagonal", lambda x: x.triu(1), normal(2, 3, 3))
case("triu of integers", lambda x: x.triu(), integers(9, 3, 3))
case("full", lambda: torch.full((2, 3), 1.5))
case("full of integers", lambda: torch.full((2,), 7, dtype=torch.int32))
case("full of booleans", lambda: torch.full((2,), True))
case("zeros", lambda: torch.zeros(2, 3))
case("ones", lambda: torch.ones(2, 0))
case("zerosLike", lambda x: torch.zeros_like(x), integers(9, 2, 2))
case("onesLike", lambda x: torch.ones_like(x).detach(), normal(3), gradients=False)
case("eye", lambda: torch.eye(3))
case("eye off the diagonal", lambda: torch.diag(torch.ones(3, dtype=torch.int32), 1)[:3])
case("arange", lambda: torch.arange(2, 11, 3, dtype=torch.int32))
case("arange of floats, downwards", lambda: torch.arange(1, -1, -0.25))
case("arange of many", lambda: torch.arange(-5, 7000, 3, dtype=torch.int32))
case("arange of many floats", lambda: torch.arange(2500).float() * 0.5 + 1)
case("arange of nothing", lambda: torch.arange(0, dtype=torch.int32))

# numbers that are none, and numbers without end
special = floats(nan, inf, -inf, 0.0, -0.0, 1, -1, 0.5)
of_special = "of NaN and infinity"
for name in (
    "abs neg exp sin cos tanh erf sigmoid relu log sqrt floor ceil round sign square reciprocal rsqrt expm1 exp2 "
    "log1p log2 log10 tan atan asin acos sinh cosh asinh acosh atanh"
).split():
    case(f"{name} {of_special}", getattr(torch, name), special, gradients=False)
case("isNaN", torch.isnan, special, gradients=False)
case("isFinite", torch.isfinite, special, gradients=False)
for name, function in {
    "add": torch.add, "sub": torch.sub, "mul": torch.mul, "div": torch.div, "maximum": torch.maximum,
    "minimum": torch.minimum, "equal": torch.eq, "notEqual": torch.ne, "less": torch.lt, "greater": torch.gt,
    "lessEqual": torch.le, "greaterEqual": torch.ge, "atan2": torch.atan2,
}.items():  # fmt: skip
    case(f"{name} {of_special}", function, special[:, None], special, gradients=False)
case(f"pow {of_special}", torch.pow, floats(nan, inf, -inf, 0, 2)[:, None], floats(nan, inf, -inf, 0, 2), gradients=False)
case(f"maximum {of_special}, with gradients", torch.maximum, floats(nan, 1, inf, -inf), floats(1, nan, inf, 2), second="not finite")
case(f"minimum {of_special}, with gradients", torch.minimum, floats(nan, 1, inf, -inf), floats(1, nan, inf, 2), second="not finite")
case(f"where {of_special}", torch.where, torch.tensor([True, False]), special[:, None], -special[:, None], gradients=False)
case(f"clamp {of_special}", lambda x: x.clamp(-0.7, 0.7), special, gradients=False)
rows = floats(nan, 1, inf, 2, inf, 3, -inf, inf, 1, -inf, -inf, -inf).reshape(4, 3)
for name, function in {
    "sum": lambda x: x.sum(1), "mean": lambda x: x.mean(1), "max": lambda x: x.amax(1), "min": lambda x: x.amin(1),
    "prod": lambda x: x.prod(1), "cumsum": lambda x: x.cumsum(1), "logSumExp": lambda x: x.logsumexp(1),
    "variance": lambda x: x.var(1), "norm": lambda x: torch.linalg.vector_norm(x, dim=1),
    "argmax": lambda x: x.argmax(1), "argmin": lambda x: x.argmin(1),
}.items():  # fmt: skip
    case(f"{name} {of_special}", function, rows, gradients=False)
case(f"logSumExp {of_special}, with gradients", lambda x: x.logsumexp(1), rows, second="not finite")
last = floats(1, nan, nan, 2, nan, inf, 0, nan, -inf).reshape(3, 3)
case(f"max {of_special} behind numbers", lambda x: x.amax(1), last, gradients=False)
case(f"argmax {of_special} behind numbers", lambda x: x.argmax(1), last, gradients=False)
case(f"argmin {of_special} behind numbers", lambda x: x.argmin(1), last, gradients=False)
case(f"gather {of_special}", lambda x, i: x[i.long()], special, int32(0, 1, 2, 4))
case(f"takeAlongAxis {of_special}", lambda x, i: x[i.long()], special, int32(0, 1, 2, 4))
case(f"scatterAdd {of_special}", lambda u, i: torch.zeros(3, dtype=u.dtype).index_add(0, i.long(), u), floats(nan, inf, 1), int32(0, 1, 2), second="not finite")
case("mean of nothing", lambda x: x.mean(1), normal(2, 0), second="not finite")
case("variance of one number", lambda x: x.var(1), normal(2, 1), gradients=False)

goldens.write(sys.argv[1])
