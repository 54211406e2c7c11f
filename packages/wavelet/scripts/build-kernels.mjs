// Compiles assembly/ to WebAssembly with SIMD and writes it as base64 into src/kernels/assembly.generated.ts.
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import asc from "assemblyscript/asc";

const root = fileURLToPath(new URL("../", import.meta.url));
const pages = 16; // memoryBytes of src/kernels/kernels.ts, in units of 64 KiB

let binary;
const { error, stderr } = await asc.main(
  [
    "assembly/index.ts",
    "--outFile",
    "kernels.wasm",
    "-O3",
    "--noAssert",
    "--runtime",
    "stub",
    "--enable",
    "simd",
    "--initialMemory",
    String(pages),
    "--maximumMemory",
    String(pages),
    "--baseDir",
    root,
  ],
  {
    writeFile: (name, contents) => {
      if (name === "kernels.wasm") binary = contents;
    },
  },
);
if (error) {
  console.error(String(stderr));
  throw error;
}
const base64 = Buffer.from(binary).toString("base64");
writeFileSync(
  `${root}src/kernels/assembly.generated.ts`,
  `// Made by scripts/build-kernels.mjs from assembly/.\nexport const assembly =\n  "${base64}";\n`,
);
