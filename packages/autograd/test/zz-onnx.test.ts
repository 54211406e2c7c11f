import { expect, test, describe } from "vitest";
import { onnxEngine } from "../../engine-onnx/src";
import { gpuEngine } from "../src/engines/gpu";
import { constant } from "../src";
import * as ops from "../src/ops";
import { randomUniformHost } from "../src/random";
import { opCases, runCase, runOnce } from "./op-cases";
const e = await onnxEngine("cpu");
test("rand", async () => {
  for (const [seed,salt,shape] of [[0,0,[5]],[8388607,2**40,[3,2000]],[77,1,[]],[5,5,[0,2]],[9,9,[1448]],[3,3,[1200,1024]]] as const) {
    const t=performance.now();
    const [d] = await runOnce(e, [], () => [ops.randomUniform(constant([seed], [], "int32"), shape, salt)]);
    console.log(shape, performance.now()-t);
    expect(d!.data).toEqual(randomUniformHost(seed, salt, d!.data.length));
  }
  const {makeGraph}=await import("../src");
  const ex=await e.compile(makeGraph([],[ops.sum(ops.randomUniform(constant([3],[],"int32"),[1024,1024],1))]));
  for(let i=0;i<4;i++){const t=performance.now();await ex.run([]);console.log("1M onnx",performance.now()-t);}
  for (const m of ["cpu","webasm"] as const){const g=await gpuEngine(m);const ex=await g.compile(makeGraph([],[ops.sum(ops.randomUniform(constant([3],[],"int32"),[1024,1024],1))]));
  for(let i=0;i<3;i++){const t=performance.now();await ex.run([]);console.log("1M",m,performance.now()-t);}}
});
describe("onnx", () => { test.each(opCases.map((r)=>[r.name,r] as const))("%s", async (_, row) => {
  const { value, gradients } = await runCase(e, row);
  expect(value.shape).toEqual(row.output.shape); expect(value.dtype).toBe(row.output.dtype);
  expect(value.data).toBeAllclose(row.output.data, 1e-5);
  row.backward?.gradients.forEach((x, i) => { if (x !== null) expect(gradients[i]!.data).toBeAllclose(x, 1e-5); });
}); });
test("webgpu", async()=>{ console.log(await gpuEngine("webgpu").then(x=>x.name,e=>String(e))); });
