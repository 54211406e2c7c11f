import { expect, test } from "vitest";
import { gpuEngine } from "/work/main/packages/autograd/src/engines/gpu";
import { constant, makeGraph, Parameter } from "/work/main/packages/autograd/src";
import * as ops from "/work/main/packages/autograd/src/ops";
test("q", async () => {
  for (const mode of ["cpu", "webasm"] as const) {
    const e = await gpuEngine(mode);
    const x = constant([1, 2, 3, 4, 5, 6], [2, 3]);
    const p = new Parameter({ data: Float32Array.from([1, 0, 1, 2, 2, 2]), shape: [2, 3], dtype: "float32" });
    const outs = [ops.add(x, 1), ops.softmax(x), ops.linear(x, p.tensor, constant([10, 20], [2])), ops.sum(x, { axes: 0 }), ops.max(x), ops.erf(x), ops.pow(ops.neg(x), 3), ops.tanh(ops.mul(x, 100)), ops.layerNorm(x, constant([1, 1, 1], [3]), constant([0, 0, 0], [3])), ops.transpose(x), ops.concat([x, x, x], 1), ops.matmul(x, x, { transposeB: true }), p.tensor,
     ops.sum(ops.broadcastTo(constant([1],[]), [5000])), ops.sum(constant([], [0, 3]), {axes: 0}), ops.matmul(constant([], [2,0]), constant([], [0,2])), ops.gather(x, constant([1,0,1],[3],"int32")), ops.scatterAdd(x, constant([1,1],[2],"int32"), 3), ops.argmax(x), ops.oneHot(constant([1,5],[2],"int32"),2), ops.cast(constant([-1.5,1.5,0],[3]),"int32"), ops.cast(constant([-1.5,1.5,0],[3]),"bool"),
     ops.pad(x,[1,0],[0,1],{interior:[0,1]}), ops.slice(x,[0,1],[2,3]), ops.conv1d(constant([1,2,3,4,5],[1,1,5]), constant([1,10],[1,1,2]),{stride:2, low:1}), ops.convTranspose1d(constant([1,2,3],[1,1,3]), constant([1,10],[1,1,2]),5,{stride:2, low:1}), ops.crossEntropy(x, constant([0,-100],[2],"int32")),
    ];
    const ex = await e.compile(makeGraph([], outs));
    const t0 = performance.now();
    const r = await ex.run([]);
    console.log(mode, performance.now() - t0);
    if (mode=="cpu") r.forEach((o, i) => console.log(outs[i]!.op, o.shape, [...o.data].slice(0,18).join(" ")));
    else r.forEach((o,i)=>console.log(outs[i]!.op, [...o.data].slice(0,18).join(" ")));
    const t1 = performance.now(); await ex.run([]); console.log("again", performance.now() - t1);
    await ex.dispose(); await e.dispose!();
  }
}, 60000);
