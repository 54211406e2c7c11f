import { getPeftModel, WaveFTConfig } from "../../src";
import { Pair } from "../pair";

/** An adapter whose values all are its scaling: what is loaded tells whether its files belong together. */
const adapterOf = (scaling: number) => {
  const config = new WaveFTConfig({ nFrequency: 6, scaling, targetModules: ["first", "second"] });
  const model = getPeftModel(new Pair(), config, { onWarning: () => {} });
  for (const parameter of model.parameters())
    if (parameter.requiresGrad) parameter.data = new Float32Array(parameter.tensor.size).fill(scaling);
  return model;
};

// Saves one adapter over the other until it is killed.
const [folder, ...scalings] = process.argv.slice(2) as [string, ...string[]];
const models = scalings.map((scaling) => adapterOf(Number(scaling)));
for (let turn = 0; ; turn++) {
  await models[turn % models.length]!.savePretrained(folder);
  if (turn === 0) process.stdout.write("ready");
}
