import type { HostTensor, Shape } from "../src";
import { hostTensor, sizeOf } from "../src";
import { stridesOf } from "../src/shape";

/** Tensors by their definition: a number for each place. The slow truth that engines are compared with. */
export const tabulate = (shape: Shape, valueAt: (place: readonly number[]) => number): HostTensor => {
  const strides = stridesOf(shape);
  const places = Array.from({ length: sizeOf(shape) }, (_, i) =>
    shape.map((size, axis) => Math.floor(i / strides[axis]!) % size),
  );
  return hostTensor(
    Float32Array.from(places, (place) => valueAt(place)),
    shape,
  );
};

/** The number at a place; of a tensor that is broadcast to the place's rank. */
export const at = ({ data, shape }: HostTensor, place: readonly number[]): number => {
  const strides = stridesOf(shape);
  const lead = place.length - shape.length;
  return data[shape.reduce((sum, size, i) => sum + (size === 1 ? 0 : place[i + lead]! * strides[i]!), 0)]!;
};

/** Every place of a shape. */
export const placesOf = (shape: Shape): number[][] =>
  shape.reduce<number[][]>(
    (places, size) => places.flatMap((place) => Array.from({ length: size }, (_, i) => [...place, i])),
    [[]],
  );
