/** What a graph may need that not every device has. */
export const features = {
  nan: "telling NaN from numbers, and operations that answer NaN (0/0, the logarithm of −1)",
  infinity: "operations that answer an infinity (1/0, the logarithm of 0, an exponential that overflows)",
  subnormals: "float32 numbers nearer to 0 than 1.18e-38",
  wideAngles: "sine and cosine of numbers beyond ±100,000",
  wideIntegers: "int32 values beyond ±16,777,216 (2²⁴)",
  largeArrays: "arrays of more than 16,777,216 (2²⁴) elements",
} as const;

export type Feature = keyof typeof features;

/**
 * `yes`: tested. `driver`: the tests, on a GPU in software, find it right, but the device's standard promises it of no
 * driver, or it is slow; `auto` does not rely on it. `no`: the tests find it wrong.
 */
export type Ability = "yes" | "driver" | "no";
