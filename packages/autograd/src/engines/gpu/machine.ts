/** A kernel made ready: called with flat arrays, it gives a flat array; inside a pipeline's build, handles. */
export type Kernel = (...arrays: readonly unknown[]) => unknown;

/** An array in the memory of a device: `size` float32 numbers. */
export interface Place {
  readonly size: number;
}

/** A kernel with the arrays that it reads and the one that it writes. */
export interface PlacedStep<P extends Place> {
  readonly kernel: Kernel;
  readonly args: readonly P[];
  /** Integers that the kernel wants as further arguments, all 0. */
  readonly registers: number;
  readonly target: P;
}

/** What follows the steps of a run. */
export interface Ending<P extends Place> {
  /** Arrays that the host gets. */
  readonly reads: readonly P[];
  /** Arrays that are copied on the device, once all steps are done. */
  readonly moves: readonly { readonly from: P; readonly to: P }[];
}

/** Steps made ready. */
export interface Program {
  /** The arrays that are read. If it fails, nothing was moved. Not to be called again before it is done. */
  run(): Promise<Float32Array[]>;
  destroy(): void;
}

/** A device with a memory of its own, on which kernels run where their arrays are. */
export interface Machine<P extends Place = Place> {
  allocate(size: number): P;
  free(place: P): void;
  /** `values` fill the array. */
  write(place: P, values: Float32Array): void;
  /** A copy. */
  read(place: P): Promise<Float32Array>;
  prepare(steps: readonly PlacedStep<P>[], ending: Ending<P>, threads: boolean): Promise<Program>;
  destroy(): void;
}
