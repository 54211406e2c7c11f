import {
  type ByteSource,
  type Dtype,
  dtypes,
  type TensorArray,
  type TensorData,
  viewAs,
  whatElse,
} from "@waveft/safetensors";
import { TransformersError } from "../errors";
import { EndOfBytes } from "./pickle";
import { readLegacy } from "./torch-legacy";
import { TorchTensor, unpickleTorch } from "./torch-pickle";
import type { Checkpoint, CheckpointTensorInfo } from "./types";
import { crc32, openZip, type Stored, type ZipMember } from "./zip";

/** Views that repeat elements may be larger than their storage, up to this many elements. */
const maxExpanded = 1 << 24;

const advice = "save it again with a current torch, or convert it to safetensors";

interface Placed extends CheckpointTensorInfo {
  readonly tensor: TorchTensor;
  readonly member: Stored;
}

type Fail = (sentence: string) => never;

/**
 * Opens a file of `torch.save`, the zip format of torch 1.6 and later, or the one before. The pickles inside are read by
 * a restricted unpickler that knows how tensors are rebuilt and nothing else; tensors are fetched one by one.
 * Rejects with a `TransformersError`.
 */
export async function openTorchCheckpoint(source: ByteSource): Promise<Checkpoint> {
  const file = source.name ?? "pytorch_model.bin";
  const fail: Fail = (sentence) => {
    throw new TransformersError(`${file} ${sentence}`);
  };
  const { root, storageOf } = (await isZip(source, fail))
    ? await readArchive(source, fail)
    : await readOld(source, fail);
  const tensors = new Map<string, Placed>();
  for (const [name, tensor] of findTensors(root, fail)) {
    const { key } = tensor.storage;
    const member = storageOf(key);
    if (!member) return fail(`lacks the storage ${JSON.stringify(key)} of tensor ${JSON.stringify(name)}`);
    checkExtent(name, tensor, member, fail);
    tensors.set(name, { dtype: tensor.dtype, shape: tensor.shape, tensor, member });
  }
  const get = (name: string): Placed =>
    tensors.get(name) ?? fail(`has no tensor ${JSON.stringify(name)}; it has ${tensors.size} others`);
  return {
    names: () => [...tensors.keys()],
    has: (name) => tensors.has(name),
    info: (name) => {
      const { dtype, shape } = get(name);
      return { dtype, shape };
    },
    read: async (name) => readTensor(get(name)),
    close: async () => {
      await source.close?.();
    },
  };
}

interface Opened {
  readonly root: unknown;
  storageOf(key: string): Stored | undefined;
}

/** False for what begins as a pickle; anything else is refused. */
async function isZip(source: ByteSource, fail: Fail): Promise<boolean> {
  if (source.size === 0) fail("is empty");
  const start = await source.read(0, Math.min(source.size, 512));
  if (start[0] === 0x50 && start[1] === 0x4b) return true;
  if (start[0] === 0x80) return false;
  const text = new TextDecoder("latin1").decode(start);
  if (text.slice(257, 262) === "ustar")
    fail(`is in torch's format from before version 0.1.10, which is not supported; ${advice}`);
  return fail(`is not a torch checkpoint: ${whatElse(text) ?? "it is no zip archive"}`);
}

async function readArchive(source: ByteSource, fail: Fail): Promise<Opened> {
  const members = await openZip(source, fail);
  const pickleName = [...members.keys()].find((name) => name === "data.pkl" || name.endsWith("/data.pkl"));
  if (pickleName === undefined) return fail("is a zip archive without data.pkl, so not from torch.save");
  const folder = pickleName.slice(0, -"data.pkl".length);
  await checkByteOrder(members.get(`${folder}byteorder`), fail);
  const pickle = members.get(pickleName)!;
  const bytes = await pickle.read(0, pickle.size);
  if (crc32(bytes) !== pickle.crc32) fail("is damaged: the checksum of its data.pkl does not match");
  try {
    return {
      root: unpickleTorch(bytes, fail).value,
      storageOf: (key) => members.get(`${folder}data/${key}`),
    };
  } catch (error) {
    return error instanceof EndOfBytes ? fail("ends in the middle of its pickle") : Promise.reject(error);
  }
}

async function readOld(source: ByteSource, fail: Fail): Promise<Opened> {
  const found = await readLegacy(source, fail);
  if (found === null) return fail("is a pickle, but not one of torch.save");
  return { root: found.root, storageOf: (key) => found.storages.get(key) };
}

async function checkByteOrder(member: ZipMember | undefined, fail: Fail): Promise<void> {
  if (!member || member.size > 16) return;
  const order = new TextDecoder("latin1").decode(await member.read(0, member.size));
  if (order !== "little") fail(`was written in ${order}-endian byte order; ${advice}`);
}

/** The state dictionary: the pickled object itself, or what it holds under a customary key. */
function findTensors(root: unknown, fail: Fail): [string, TorchTensor][] {
  if (!(root instanceof Map)) return fail("does not hold a dictionary of tensors");
  const tensorsOf = (value: unknown): [string, TorchTensor][] =>
    value instanceof Map
      ? [...value].filter(
          (entry): entry is [string, TorchTensor] =>
            typeof entry[0] === "string" && entry[1] instanceof TorchTensor,
        )
      : [];
  for (const value of [root, root.get("state_dict"), root.get("model_state_dict"), root.get("model")]) {
    const found = tensorsOf(value);
    if (found.length > 0) return found;
  }
  return root.size === 0 ? [] : fail("does not hold a dictionary of tensors");
}

const sizeOf = (shape: readonly number[]) =>
  shape.includes(0) ? 0 : shape.reduce((product, n) => product * n, 1);

/** Index of a tensor's last element, counted from its first. */
const lastIndex = ({ shape, strides }: TorchTensor) =>
  shape.reduce((sum, n, i) => sum + (n - 1) * strides[i]!, 0);

function checkExtent(name: string, tensor: TorchTensor, member: Stored, fail: Fail): void {
  const size = sizeOf(tensor.shape);
  if (size === 0) return;
  const available = Math.floor(member.size / dtypes[tensor.dtype].bytes);
  if (tensor.offset + lastIndex(tensor) >= available) {
    fail(`is cut short or broken: tensor ${JSON.stringify(name)} reaches beyond its storage`);
  }
  if (size > Math.max(available, maxExpanded)) {
    fail(`is broken: tensor ${JSON.stringify(name)} repeats its storage into ${size} elements`);
  }
}

async function readTensor({ tensor, member, dtype, shape }: Placed): Promise<TensorData> {
  const width = dtypes[dtype].bytes;
  const size = sizeOf(shape);
  const span = size === 0 ? 0 : lastIndex(tensor) + 1;
  const bytes = await member.read(tensor.offset * width, span * width);
  const stored: TensorArray = viewAs(dtype, bytes);
  const data = isContiguous(tensor) ? stored : gather(stored, tensor, dtype, size);
  return { dtype, shape, data } as TensorData;
}

/** Whether the elements lie in row-major order without gaps. Axes of size 1 may have any stride. */
function isContiguous({ shape, strides }: TorchTensor): boolean {
  let expected = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    if (shape[axis] !== 1 && strides[axis] !== expected) return shape.includes(0);
    expected *= shape[axis]!;
  }
  return true;
}

/** The elements in row-major order. */
function gather(
  stored: TensorArray,
  { shape, strides }: TorchTensor,
  dtype: Dtype,
  size: number,
): TensorArray {
  const out = new dtypes[dtype].array(size) as TensorArray;
  const counter = new Array<number>(shape.length).fill(0);
  const inner = shape.at(-1)!;
  const step = strides.at(-1)!;
  let from = 0;
  for (let to = 0; to < size; ) {
    for (let i = 0; i < inner; i++) out[to++] = stored[from + i * step]!;
    for (let axis = shape.length - 2; axis >= 0; axis--) {
      from += strides[axis]!;
      if (++counter[axis]! < shape[axis]!) break;
      from -= shape[axis]! * strides[axis]!;
      counter[axis] = 0;
    }
  }
  return out;
}
