import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { fileSource, openSafetensors, type TensorData, writeSafetensors } from "@waveft/safetensors";
import { afterAll, beforeAll, expect, it } from "vitest";
import { magnitudeCoordinates, randomCoordinates, SparseParameter, SparseStore, toDense } from "../src";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "sparse-"));
});
afterAll(() => rm(folder, { recursive: true }));

const read = async (path: string): Promise<Map<string, TensorData>> => {
  const file = await openSafetensors(await fileSource(path));
  try {
    const state = new Map<string, TensorData>();
    for (const name of file.tensors.keys()) state.set(name, await file.read(name));
    return state;
  } finally {
    await file.close();
  }
};

it("files go round: values at seeded places", async () => {
  const build = (start: number) => {
    const store = new SparseStore();
    const coordinates = randomCoordinates([8, 6], 5, 777);
    for (const name of ["a", "b.c"]) {
      store.add(
        name,
        new SparseParameter(
          coordinates,
          Float32Array.from({ length: 5 }, (_, i) => start / (i + 1)),
        ),
      );
    }
    return store;
  };
  const path = join(folder, "seeded.safetensors");
  const store = build(3);
  await writeSafetensors(path, store.state(), { seed: "777" });
  const loaded = build(0);
  loaded.loadState(await read(path));
  expect(Array.from(loaded, ([, { values }]) => values)).toEqual(
    Array.from(store, ([, { values }]) => values),
  );
});

it("files go round: values with their places", async () => {
  const dense = Float32Array.from({ length: 48 }, (_, i) => ((i * 29) % 17) - 8);
  const store = new SparseStore();
  const coordinates = magnitudeCoordinates(dense, [6, 8], 9);
  store.add(
    "pruned",
    new SparseParameter(
      coordinates,
      Float32Array.from({ length: 9 }, (_, i) => Math.sqrt(i)),
    ),
  );
  const path = join(folder, "pruned.safetensors");
  await writeSafetensors(path, store.state({ coordinates: true }));
  const state = await read(path);
  expect([...SparseStore.fromState(state)]).toEqual([...store]);
  store.get("pruned").set(new Float32Array(9));
  store.loadState(state);
  expect(store.get("pruned").values[4]).toBe(2);
});

it("opens a sparse COO tensor that torch saved", async () => {
  const state = await read(fileURLToPath(new URL("golden/coo.safetensors", import.meta.url)));
  expect(state.get("w.indices")!.dtype).toBe("I64");
  const parameter = SparseStore.fromState(state).get("w");
  expect(parameter.coordinates.shape).toEqual([3, 4]);
  expect([...toDense(parameter)]).toEqual([0, 0, 0, -1.25, 3, 0, 0, 0, 0, 0.5, 0, 0]);
});
