"""Cases of functions that move numbers, and of constants."""

from math import inf, nan

import torch
import torch.nn.functional as F

from op_goldens import booleans, case, floats, int32, integers, normal, of_special, special

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
case(f"gather {of_special}", lambda x, i: x[i.long()], special, int32(0, 1, 2, 4))
case(f"takeAlongAxis {of_special}", lambda x, i: x[i.long()], special, int32(0, 1, 2, 4))
case(f"scatterAdd {of_special}", lambda u, i: torch.zeros(3, dtype=u.dtype).index_add(0, i.long(), u), floats(nan, inf, 1), int32(0, 1, 2), second="not finite")
