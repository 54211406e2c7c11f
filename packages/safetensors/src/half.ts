/**
 * Conversions between float32 and the two half formats, bit for bit as IEEE 754 rounds (to nearest, ties to even).
 * They work on bits, since a float that passes through a JavaScript number may lose a NaN's payload.
 */
import { type Dtype, dtypes, type TensorArray } from "./dtype";

const bitsOf = (values: Float32Array) => new Uint32Array(values.buffer, values.byteOffset, values.length);

/** float32 bits of one float16. */
function widenFloat16(half: number): number {
  const sign = (half & 0x8000) << 16;
  const exponent = (half >>> 10) & 0x1f;
  const mantissa = half & 0x3ff;
  if (exponent === 0x1f) return sign | 0x7f800000 | (mantissa << 13);
  if (exponent !== 0) return sign | ((exponent + 112) << 23) | (mantissa << 13);
  if (mantissa === 0) return sign;
  // Subnormal: mantissa · 2⁻²⁴; shift until the leading one is the implicit bit.
  const shift = Math.clz32(mantissa) - 21;
  return sign | ((113 - shift) << 23) | (((mantissa << shift) & 0x3ff) << 13);
}

let float16Table: Uint32Array | undefined;

function buildFloat16Table(): Uint32Array {
  const table = new Uint32Array(65536);
  for (let half = 0; half < 65536; half++) table[half] = widenFloat16(half);
  return table;
}

/** float16 bits of one float32's bits. */
function narrowToFloat16(bits: number): number {
  const sign = (bits >>> 16) & 0x8000;
  const magnitude = bits & 0x7fffffff;
  if (magnitude >= 0x38800000) {
    if (magnitude < 0x477ff000) {
      return sign | ((magnitude - 0x38000000 + 0xfff + ((magnitude >>> 13) & 1)) >>> 13);
    }
    if (magnitude <= 0x7f800000) return sign | 0x7c00;
    // NaN: keep the payload's high bits, and stay a NaN when they are all zero.
    return sign | 0x7c00 | ((magnitude >>> 13) & 0x3ff || 0x200);
  }
  // Up to 2⁻²⁵, half of the smallest subnormal: the tie goes to zero.
  if (magnitude <= 0x33000000) return sign;
  const shift = 126 - (magnitude >>> 23);
  const mantissa = (magnitude & 0x7fffff) | 0x800000;
  const quotient = mantissa >>> shift;
  const rest = mantissa & ((1 << shift) - 1);
  const tie = 1 << (shift - 1);
  return sign | (quotient + (rest > tie || (rest === tie && (quotient & 1) === 1) ? 1 : 0));
}

/** float16 bits to float32, exactly. Writes into `out` when given (same length). */
export function float16ToFloat32(
  halves: Uint16Array,
  out: Float32Array = new Float32Array(halves.length),
): Float32Array {
  float16Table ??= buildFloat16Table();
  const bits = bitsOf(out);
  for (let i = 0; i < halves.length; i++) bits[i] = float16Table[halves[i]!]!;
  return out;
}

/** float32 to float16 bits, rounded to nearest even; overflow gives infinity. */
export function float32ToFloat16(
  values: Float32Array,
  out: Uint16Array = new Uint16Array(values.length),
): Uint16Array {
  const bits = bitsOf(values);
  for (let i = 0; i < bits.length; i++) out[i] = narrowToFloat16(bits[i]!);
  return out;
}

/** bfloat16 bits to float32, exactly. */
export function bfloat16ToFloat32(
  halves: Uint16Array,
  out: Float32Array = new Float32Array(halves.length),
): Float32Array {
  const bits = bitsOf(out);
  for (let i = 0; i < halves.length; i++) bits[i] = halves[i]! << 16;
  return out;
}

/** float32 to bfloat16 bits, rounded to nearest even; overflow gives infinity. */
export function float32ToBfloat16(
  values: Float32Array,
  out: Uint16Array = new Uint16Array(values.length),
): Uint16Array {
  const bits = bitsOf(values);
  for (let i = 0; i < bits.length; i++) {
    const b = bits[i]!;
    const high = b >>> 16;
    // A NaN must not round up into infinity or out of the format.
    if ((b & 0x7fffffff) > 0x7f800000) out[i] = (high & 0x7f) === 0 ? high | 0x40 : high;
    else out[i] = (b + 0x7fff + (high & 1)) >>> 16;
  }
  return out;
}

/** The values of any tensor as float32 (rounded once where the dtype is wider); float32 data is returned as it is. */
export function toFloat32(tensor: { readonly dtype: Dtype; readonly data: TensorArray }): Float32Array {
  const { dtype, data } = tensor;
  if (data instanceof Float32Array) return data;
  if (dtype === "F16") return float16ToFloat32(data as Uint16Array);
  if (dtype === "BF16") return bfloat16ToFloat32(data as Uint16Array);
  if (dtypes[dtype].bytes === 8 && !(data instanceof Float64Array)) {
    return Float32Array.from(data as BigInt64Array, Number);
  }
  return Float32Array.from(data as Float64Array);
}
