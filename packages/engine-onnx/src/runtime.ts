import type * as OnnxRuntime from "onnxruntime-node";
import { OnnxEngineError } from "./errors";

/** What we use of onnxruntime-node, onnxruntime-web or onnxruntime-common: pass any of them as `runtime`. */
export type Runtime = Pick<typeof OnnxRuntime, "InferenceSession" | "Tensor"> & {
  /** onnxruntime-node only: the providers of its binary. */
  readonly listSupportedBackends?: () => { readonly name: string; readonly bundled: boolean }[];
};

const reason = (error: unknown): string => (error instanceof Error ? error.message : String(error)).split("\n")[0]!;

const importers = {
  node: async (): Promise<unknown> => import("onnxruntime-node"),
  // `as string` keeps the type checker from needing the optional package; bundlers still see its name.
  web: async (): Promise<unknown> => import("onnxruntime-web" as string),
} as const;

const packages = { node: "onnxruntime-node", web: "onnxruntime-web" } as const;

const loaded = new Map<keyof typeof importers, Promise<Runtime>>();

/** Loads ONNX Runtime once; an error says which package to install. */
export const loadRuntime = (kind: keyof typeof importers): Promise<Runtime> => {
  const found = loaded.get(kind);
  if (found !== undefined) return found;
  const runtime = importers[kind]().then(
    (module) => {
      // CommonJS through import(): the names may sit on `default` only.
      const names = module as Runtime & { default?: Runtime };
      return names.InferenceSession === undefined && names.default !== undefined ? names.default : names;
    },
    (error: unknown) => {
      loaded.delete(kind);
      throw new OnnxEngineError(
        `onnx: ${packages[kind]} cannot be loaded (${reason(error)}); install ${packages[kind]}${kind === "node" ? ", which ships binaries for Linux x64 and arm64, macOS arm64 and Windows" : ""}, or use a gpu: device`,
      );
    },
  );
  loaded.set(kind, runtime);
  return runtime;
};
