// Compiles assembly/*.ts to WebAssembly with SIMD and writes each as base64 into src/kernels/*.generated.ts.
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import asc from "assemblyscript/asc";

const root = fileURLToPath(new URL("../", import.meta.url));
const pages = 16; // memoryBytes of src/kernels/kernels.ts, in units of 64 KiB

for (const name of ["analysis", "synthesis"]) {
  const written = new Map();
  const memory = ["--initialMemory", String(pages), "--maximumMemory", String(pages)];
  const options = [
    "-O3",
    "--noAssert",
    "--runtime",
    "stub",
    "--enable",
    "simd",
    "--baseDir",
    root,
    ...memory,
  ];
  const { error, stderr } = await asc.main([`assembly/${name}.ts`, "--outFile", `${name}.wasm`, ...options], {
    writeFile: (file, contents) => written.set(file, contents),
  });
  if (error) {
    console.error(String(stderr));
    throw error;
  }
  const base64 = Buffer.from(written.get(`${name}.wasm`)).toString("base64");
  writeFileSync(
    `${root}src/kernels/${name}.generated.ts`,
    `// Made by scripts/build-kernels.mjs from assembly/${name}.ts.\nexport const ${name} =\n  "${base64}";\n`,
  );
}
