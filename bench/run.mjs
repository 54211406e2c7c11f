// pnpm bench <name> [options]: one measurement beside its real peer, in one run. Run `pnpm build` first.
const benches = {
  autograd: "./autograd.mjs",
  peft: "./peft.mjs",
  wavelet: "./wavelet.mjs",
};

const [name] = process.argv.splice(2, 1);
if (name === undefined || !Object.hasOwn(benches, name)) {
  const given = name === undefined ? "give the name of a bench" : `bench: no bench "${name}"`;
  console.error(`error: ${given}; there are ${Object.keys(benches).join(", ")}`);
  process.exit(2);
}
await import(benches[name]);
