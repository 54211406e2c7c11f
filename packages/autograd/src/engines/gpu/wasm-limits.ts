/** Reads an unsigned LEB128 number: its value, and where it ends. */
const readNumber = (bytes: Uint8Array, from: number): [value: number, end: number] => {
  let [value, scale, at] = [0, 1, from];
  for (;;) {
    const byte = bytes[at++]!;
    value += (byte & 0x7f) * scale;
    if (byte < 0x80) return [value, at];
    scale *= 128;
  }
};

const numberBytes = (value: number): number[] => {
  const out: number[] = [];
  let rest = value;
  for (; rest >= 128; rest = Math.floor(rest / 128)) out.push((rest % 128) + 128);
  return [...out, rest];
};

const importSection = 2;
const memoryImport = 2;
const header = 8;

/**
 * The module with other limits of its imported memory, which gpu.js 2.24 makes the module's first import, with a
 * maximum: from one page to so many, so that modules of all sizes share a memory that grows.
 */
export const withMemoryPages = (module: Uint8Array, pages: number): Uint8Array<ArrayBuffer> => {
  let at = header;
  while (at < module.length) {
    const [size, start] = readNumber(module, at + 1);
    if (module[at] !== importSection) {
      at = start + size;
      continue;
    }
    const [, first] = readNumber(module, start);
    let kind = first;
    for (let name = 0; name < 2; name++) {
      const [length, text] = readNumber(module, kind);
      kind = text + length;
    }
    if (module[kind] !== memoryImport) break;
    const [, least] = readNumber(module, kind + 2);
    const [, end] = readNumber(module, least);
    const section = [
      ...module.subarray(start, kind + 2),
      ...numberBytes(1),
      ...numberBytes(pages),
      ...module.subarray(end, start + size),
    ];
    return Uint8Array.from([
      ...module.subarray(0, at + 1),
      ...numberBytes(section.length),
      ...section,
      ...module.subarray(start + size),
    ]);
  }
  throw new Error("gpu.js: a module of WebAssembly does not import its memory first");
};
