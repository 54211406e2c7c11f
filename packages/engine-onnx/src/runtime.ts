import type * as OnnxRuntime from "onnxruntime-node";
import { OnnxEngineError } from "./errors";

/** What we use of onnxruntime-node, onnxruntime-web or onnxruntime-common: pass any of them as `runtime`. */
export type Runtime = Pick<typeof OnnxRuntime, "InferenceSession" | "Tensor"> & {
  /** onnxruntime-node only: the providers of its binary. */
  readonly listSupportedBackends?: () => { readonly name: string; readonly bundled: boolean }[];
};

const reason = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).split("\n")[0]!;

const importers = {
  node: async (): Promise<unknown> => import("onnxruntime-node"),
  // `as string` keeps the type checker from needing the optional package; bundlers still see its name, and
  // let an import be missing that is caught.
  web: (): Promise<unknown> =>
    import("onnxruntime-web" as string).catch((error: unknown) => {
      throw error;
    }),
} as const;

const packages = { node: "onnxruntime-node", web: "onnxruntime-web" } as const;

const loaded = new Map<keyof typeof importers, Promise<Runtime>>();

/** Where the code runs decides for providers that both packages have. */
export const isNode = typeof process !== "undefined" && process.versions?.node !== undefined;

/** Loads ONNX Runtime once; an error says which package to install. */
export const loadRuntime = (kind: keyof typeof importers): Promise<Runtime> => {
  const found = loaded.get(kind);
  if (found !== undefined) return found;
  const runtime = importers[kind]()
    .then(namesOf)
    .catch((error: unknown) => {
      loaded.delete(kind);
      throw new OnnxEngineError(
        `onnx: ${packages[kind]} cannot be loaded (${reason(error)}); install ${packages[kind]}${kind === "node" ? ", which ships binaries for Linux x64 and arm64, macOS arm64 and Windows" : ""}, or use a gpu: device`,
        { cause: error },
      );
    });
  loaded.set(kind, runtime);
  return runtime;
};

/** CommonJS through import(): the names may sit on `default` only. Bundlers may replace the package by nothing. */
const namesOf = (module: unknown): Runtime => {
  const names = module as Partial<Runtime> & { default?: Partial<Runtime> };
  const runtime = names.InferenceSession === undefined ? names.default : names;
  if (runtime?.InferenceSession === undefined) throw new Error("it has no InferenceSession here");
  return runtime as Runtime;
};
