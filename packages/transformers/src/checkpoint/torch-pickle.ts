import type { Dtype } from "@waveft/safetensors";
import { unpickle } from "./pickle";

/** A view of a storage, as torch rebuilds it. Offset and strides count elements. */
export class TorchTensor {
  constructor(
    readonly storage: TorchStorage,
    readonly dtype: Dtype,
    readonly offset: number,
    readonly shape: readonly number[],
    readonly strides: readonly number[],
  ) {}
}

/** One record of the file. `dtype` is absent for untyped storages. */
export class TorchStorage {
  constructor(
    readonly key: string,
    readonly dtype: Dtype | undefined,
  ) {}
}

/** More dimensions than a tensor of torch can have. */
const mostDimensions = 64;
/** Wrapped tensors in wrapped tensors. */
const deepestRebuild = 8;

const storageTypes: Readonly<Record<string, Dtype | undefined>> = {
  "torch.DoubleStorage": "F64",
  "torch.FloatStorage": "F32",
  "torch.HalfStorage": "F16",
  "torch.BFloat16Storage": "BF16",
  "torch.LongStorage": "I64",
  "torch.IntStorage": "I32",
  "torch.ShortStorage": "I16",
  "torch.CharStorage": "I8",
  "torch.ByteStorage": "U8",
  "torch.BoolStorage": "BOOL",
  "torch.UntypedStorage": undefined,
  "torch.storage.UntypedStorage": undefined,
};

const dtypeGlobals: Readonly<Record<string, Dtype>> = {
  "torch.float64": "F64",
  "torch.float32": "F32",
  "torch.float16": "F16",
  "torch.bfloat16": "BF16",
  "torch.int64": "I64",
  "torch.int32": "I32",
  "torch.int16": "I16",
  "torch.int8": "I8",
  "torch.uint64": "U64",
  "torch.uint32": "U32",
  "torch.uint16": "U16",
  "torch.uint8": "U8",
  "torch.bool": "BOOL",
};

/** Types a pickle may mention, but not call. */
const mentioned = ["torch.Tensor", "torch.nn.parameter.Parameter"];

const nameOf = (value: unknown): string => {
  const { name } = (value ?? {}) as { name?: unknown };
  return typeof name === "string" ? name : "";
};

/**
 * An object of `torch.save`: dictionaries as `Map`s, tensors as `TorchTensor`s. Only the functions that rebuild tensors
 * are known; any other global ends in `fail`.
 *
 * @returns the object, where the next pickle begins, and the storages by key
 * @throws EndOfBytes
 */
export function unpickleTorch(
  bytes: Uint8Array,
  fail: (sentence: string) => never,
): {
  readonly value: unknown;
  readonly end: number;
  readonly storages: ReadonlyMap<string, TorchStorage>;
} {
  const storages = new Map<string, TorchStorage>();
  // A list in the memo may be given to calls again and again.
  let work = 16 * bytes.length;
  const counts = (list: unknown, most: number): list is number[] =>
    Array.isArray(list) && list.length <= most && list.every((n) => Number.isSafeInteger(n) && n >= 0);
  const tensor = (args: readonly unknown[], dtype?: Dtype): TorchTensor => {
    const [storage, offset, shape, strides] = args;
    const type = dtype ?? (storage instanceof TorchStorage ? storage.dtype : undefined);
    if (!(storage instanceof TorchStorage) || !type)
      return fail("describes a tensor without a typed storage");
    const areFine = counts([offset], 1) && counts(shape, mostDimensions) && counts(strides, mostDimensions);
    if (!areFine || shape.length !== strides.length)
      return fail("describes a tensor with an impossible shape, stride or offset");
    return new TorchTensor(storage, type, offset as number, shape, strides);
  };
  let depth = 0;
  const first = ([value]: readonly unknown[]) => value;
  const functions: Record<string, (args: readonly unknown[]) => unknown> = {
    "collections.OrderedDict": ([items]) => {
      if (items === undefined) return new Map();
      if (Array.isArray(items)) work -= items.length;
      if (work < 0) return fail("makes dictionaries without end");
      const pairs = Array.isArray(items) && items.every((pair) => Array.isArray(pair) && pair.length === 2);
      return pairs ? new Map(items as [unknown, unknown][]) : fail("has a broken dictionary");
    },
    "torch.Size": first,
    "torch.device": () => null,
    "torch._utils._rebuild_tensor": (args) => tensor(args),
    "torch._utils._rebuild_tensor_v2": (args) => tensor(args),
    "torch._utils._rebuild_tensor_v3": (args) =>
      tensor(args, Object.hasOwn(dtypeGlobals, nameOf(args[6])) ? dtypeGlobals[nameOf(args[6])] : undefined),
    "torch._utils._rebuild_parameter": first,
    "torch._utils._rebuild_parameter_with_state": first,
    // (function, type, arguments, state): a tensor that carries Python attributes.
    "torch._tensor._rebuild_from_type_v2": ([inner, , args]) => {
      const known = Object.hasOwn(functions, nameOf(inner));
      if (!known || !Array.isArray(args) || depth === deepestRebuild)
        return fail("rebuilds a tensor in an unknown way; it was refused");
      depth++;
      try {
        return functions[nameOf(inner)]!(args);
      } finally {
        depth--;
      }
    },
  };
  const read = unpickle(bytes, {
    fail,
    global(name) {
      if (Object.hasOwn(functions, name)) return { name, call: functions[name]! };
      const value =
        Object.hasOwn(storageTypes, name) || Object.hasOwn(dtypeGlobals, name) || mentioned.includes(name);
      return value ? { name } : undefined;
    },
    // ("storage", type, key, location, number of elements)
    persistent(id) {
      const [tag, type, key, , , view] = Array.isArray(id) ? id : [];
      const name = nameOf(type);
      if (Array.isArray(view)) return fail("has a storage that is a view of another");
      if (tag !== "storage" || typeof key !== "string" || !Object.hasOwn(storageTypes, name)) {
        return fail(`has a storage of an unknown kind${name ? ` (${name})` : ""}`);
      }
      const storage = new TorchStorage(key, storageTypes[name]);
      storages.set(key, storage);
      return storage;
    },
  });
  return { ...read, storages };
}
