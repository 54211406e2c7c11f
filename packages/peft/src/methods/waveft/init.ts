import { Mt19937 } from "@waveft/sparse";

/** Standard deviation of a random start (PEFT's `init_weights=False`). */
const DEVIATION = 0.01;

/**
 * Normal numbers of standard deviation 0.01 (Box–Muller), the same for the same name: layers start apart,
 * runs alike.
 */
export const smallNormals = (count: number, name: string): Float32Array => {
  const generator = new Mt19937(hash(name));
  const uniform = () => (generator.nextUint32() >>> 8) / 2 ** 24;
  return Float32Array.from(
    { length: count },
    () => DEVIATION * Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform()),
  );
};

/** FNV-1a. */
const hash = (text: string): number => {
  let state = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) state = Math.imul(state ^ text.charCodeAt(i), 0x01000193) >>> 0;
  return state;
};
