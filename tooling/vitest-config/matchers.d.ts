import "vitest";

declare module "vitest" {
  interface Matchers<T> {
    /** max|a − b| / max|b| ≤ tolerance (default 1e-5), lengths equal. */
    toBeAllclose(expected: ArrayLike<number>, tolerance?: number): T;
  }
}
