"""Cases of rows, matrix products and convolutions."""

import torch
import torch.nn.functional as F

from op_goldens import case, int32, integers, normal

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
