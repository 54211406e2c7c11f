import { test } from "vitest";
import * as A from "@waveft/autograd";
import { onnxEngine } from "../src";
import { runOn } from "./run";
test("s", async () => {
  const e = await onnxEngine();
  const x = A.hostTensor(Float32Array.from({length: 4001}, (_, i) => (i - 2000) / 80), [4001]);
  const [s, t, f, ex, sm] = await runOn(e, [x], (x) => [A.sigmoid(x!), A.tanh(x!), A.erf(x!), A.exp(x!), A.div(1, A.add(1, A.exp(A.neg(x!))))]);
  const worst = (name: string, d: any, g: (x: number) => number, rel = false) => { let m = 0, at = 0; for (let i = 0; i < 4001; i++) { const w = g(x.data[i]!); const q = Math.abs(d[i] - w) / (rel ? Math.abs(w) : 1); if (q > m) { m = q; at = x.data[i]!; } } console.log(name, m, "at", at); };
  const sg = (x: number) => 1 / (1 + Math.exp(-x));
  worst("sigmoid abs", s!.data, sg); worst("sigmoid rel", s!.data, sg, true);
  worst("sigmoid composed", sm!.data, sg); worst("sigmoid composed rel", sm!.data, sg, true);
  worst("tanh", t!.data, Math.tanh); worst("exp rel", ex!.data, Math.exp, true);
  for (const v of [-20, 0, 3, 8]) console.log(v, s!.data[v * 80 + 2000], sg(v));
});
