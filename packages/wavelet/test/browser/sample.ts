import ndarray from "ndarray";
import {
  arrayToCoeffs,
  boundaryWavedec,
  boundaryWaverec,
  coeffsToArray,
  cwt,
  downcoef,
  dwt,
  dwt2,
  dwtn,
  fswavedecn,
  fswaverecn,
  idwt,
  idwt2,
  idwtn,
  imra,
  iswt,
  iswt2,
  iswtn,
  modes,
  mra,
  pad,
  ravelCoeffs,
  swt,
  swt2,
  swtn,
  threshold,
  upcoef,
  WaveletPacket,
  WaveletPacket2D,
  wavedec,
  wavedec2,
  wavedecn,
  wavelet as waveletOf,
  waverec,
  waverec2,
  waverecn,
} from "../../src/index";
import { analysisKernels } from "../../src/kernels/analysis";
import { useKernels } from "../../src/kernels/kernels";
import { synthesisKernels } from "../../src/kernels/synthesis";

/** Whether the WebAssembly kernels work here. */
export function simd(): boolean {
  useKernels("simd");
  try {
    for (const kernels of [analysisKernels, synthesisKernels]) kernels(new Float64Array(1));
    return true;
  } catch {
    return false;
  } finally {
    useKernels(undefined);
  }
}

const wavelets = ["haar", "db4", "db20", "bior4.4", "rbio3.1"];
const shapes = [[40], [41], [9], [3, 50], [17, 20]];
const kinds = ["float32", "float64", "complex"] as const;
type Kind = (typeof kinds)[number];

/** Results over a broad choice of arguments, as bytes: what Node and a browser must agree on. */
export function sample(): Record<string, string> {
  const found: Record<string, string> = {};
  const record = (name: string, result: unknown) => {
    found[name] = hex(result);
  };
  for (const wavelet of wavelets) {
    for (const mode of modes) {
      for (const kind of kinds) {
        for (const shape of shapes) {
          const x = signal(shape, kind, 1);
          const name = `${kind} [${shape}] ${wavelet} ${mode}`;
          const { cA, cD } = dwt(x, wavelet, { mode });
          record(`dwt ${name}`, { cA, cD });
          record(`idwt ${name}`, idwt(cA, cD, wavelet, { mode }));
          record(`idwt ${name}, cD only`, idwt(null, cD, wavelet, { mode }));
          const levels = wavedec(x, wavelet, { mode });
          record(`wavedec ${name}`, levels);
          record(`waverec ${name}`, waverec(levels, wavelet, { mode }));
          if (shape.length === 1) continue;
          const bands = dwt2(x, wavelet, { mode });
          record(`dwt2 ${name}`, bands);
          record(`idwt2 ${name}`, idwt2(bands, wavelet, { mode }));
          record(`dwt ${name}, axis 0`, dwt(x, wavelet, { mode, axis: 0 }));
          const levels2 = wavedec2(x, wavelet, { mode });
          record(`wavedec2 ${name}`, levels2);
          record(`waverec2 ${name}`, waverec2(levels2, wavelet, { mode }));
        }
      }
    }
    for (const kind of kinds) {
      for (const shape of [[40], [8, 24]]) {
        const x = signal(shape, kind, 1);
        const name = `${kind} [${shape}] ${wavelet}`;
        const levels = swt(x, wavelet, { level: 3 });
        record(`swt ${name}`, levels);
        record(`iswt ${name}`, iswt(levels, wavelet));
        if (shape.length === 1) continue;
        const levels2 = swt2(x, wavelet, { level: 2 });
        record(`swt2 ${name}`, levels2);
        record(`iswt2 ${name}`, iswt2(levels2, wavelet));
      }
    }
    for (const kind of kinds) more(wavelet, kind, record);
  }
  return found;
}

/** The other functions, once each. */
function more(wavelet: string, kind: Kind, record: (name: string, result: unknown) => void): void {
  const line = signal([40], kind, 2);
  const cube = signal([6, 8, 5], kind, 3);
  const named = (name: string) => `${name} ${kind} ${wavelet}`;
  const bands = dwtn(cube, wavelet);
  record(named("dwtn"), bands);
  record(named("idwtn"), idwtn(bands, wavelet));
  const levels = wavedecn(cube, wavelet, { level: 2, mode: "periodization" });
  record(named("wavedecn"), levels);
  record(named("waverecn"), waverecn(levels, wavelet, { mode: "periodization" }));
  record(named("coeffsToArray"), coeffsToArray(levels));
  const { coeffArr, coeffSlices } = coeffsToArray(levels);
  record(named("arrayToCoeffs"), arrayToCoeffs(coeffArr, coeffSlices));
  record(named("ravelCoeffs"), ravelCoeffs(levels));
  const separable = fswavedecn(cube, wavelet, { levels: 1 });
  record(named("fswavedecn"), separable.coeffs);
  record(named("fswaverecn"), fswaverecn(separable));
  const still = swtn(signal([8, 4], kind, 4), wavelet, { level: 2 });
  record(named("swtn"), still);
  record(named("iswtn"), iswtn(still, wavelet));
  const components = mra(line, wavelet, { level: 2 });
  record(named("mra"), components);
  record(named("imra"), imra(components));
  record(named("downcoef"), downcoef("d", line, wavelet, { level: 2 }));
  record(named("upcoef"), upcoef("a", line, wavelet, { level: 2, take: 30 }));
  record(named("pad"), pad(line, [7, 5], "smooth"));
  if (kind !== "complex") record(named("threshold"), threshold(line, 0.3, { mode: "garrote" }));
  record(named("packet"), new WaveletPacket(line, wavelet, { maxlevel: 3 }).get("dad").data);
  record(
    named("packet 2-D"),
    new WaveletPacket2D(signal([9, 12], kind, 5), wavelet, { maxlevel: 2 }).get("hv").data,
  );
  const exact = boundaryWavedec(signal([200], kind, 6), wavelet);
  record(named("boundaryWavedec"), exact);
  record(named("boundaryWaverec"), boundaryWaverec(exact, wavelet));
  record(named("wavefun"), waveletOf(wavelet).wavefun({ level: 4 }));
}

/** What goes through `Math.exp` and its like, whose last digit is every engine's own. */
export function nearSample(): Record<string, number[]> {
  const found: Record<string, number[]> = {};
  for (const wavelet of ["gaus3", "mexh", "morl", "cgau2", "shan1.5-1.0", "fbsp2-1.5-1.0", "cmor1.5-1.0"]) {
    for (const method of ["conv", "fft"] as const) {
      const { coefs, freqs } = cwt(signal([100], "float64", 1), [1, 2, 7.5], wavelet, { method });
      const parts = "re" in coefs ? [coefs.re, coefs.im] : [coefs];
      found[`${wavelet} ${method}`] = [...freqs, ...parts.flatMap(({ data }) => Array.from(data))];
    }
  }
  return found;
}

/** Of the integers' rule of `golden.ts`, which needs no function of `Math`. */
function signal(shape: number[], kind: Kind, seed: number) {
  const part = (from: number) => {
    const data = new (kind === "float32" ? Float32Array : Float64Array)(shape.reduce((a, b) => a * b));
    for (let i = 0; i < data.length; i++)
      data[i] = ((((i + from) * (i + 7 * from + 3) * 7919 + 104729 * from) % 16381) - 8192) / 8192;
    return shape.length === 1 ? data : ndarray(data, shape);
  };
  return kind === "complex" ? { re: part(seed), im: part(seed + 1) } : part(seed);
}

const digits = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));

/** Every array in a result, with its type, one after the other. */
function hex(result: unknown): string {
  if (ArrayBuffer.isView(result)) {
    const bytes = new Uint8Array(result.buffer, result.byteOffset, result.byteLength);
    return `${result.constructor.name} ${Array.from(bytes, (byte) => digits[byte]).join("")}`;
  }
  if (typeof result !== "object" || result === null) return String(result);
  if ("stride" in result && "data" in result && "shape" in result)
    return `[${result.shape}] ${hex(result.data)}`;
  return Object.entries(result)
    .map(([key, value]) => `${key}: ${hex(value)}`)
    .join("; ");
}
