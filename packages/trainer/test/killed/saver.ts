import { writeFileSync } from "node:fs";
import { writeFolderAtomic } from "@waveft/safetensors";

// Writes one checkpoint over the other, each of files that say the same, until it is killed.
const folder = process.argv[2]!;
for (let turn = 0; ; turn++) {
  await writeFolderAtomic(folder, async (aside) => {
    for (let file = 0; file < 8; file++) writeFileSync(`${aside}/${file}`, `${turn}`.repeat(20_000));
  });
  if (turn === 0) process.stdout.write("ready");
}
