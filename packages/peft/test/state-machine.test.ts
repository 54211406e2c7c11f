import { rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { scratch } from "./golden-models";
import { type Call, type PeftState, type Sequence, Session } from "./session";
import { differences } from "./state-differences";
import { golden, readJson } from "./support";

const work = scratch();
afterAll(() => rmSync(work, { recursive: true }));

const { sequences, inputs, places, tolerance } = readJson<{
  readonly sequences: readonly Sequence[];
  readonly inputs: Readonly<Record<string, readonly (readonly number[])[]>>;
  readonly places: Readonly<Record<string, readonly number[]>>;
  readonly tolerance: number;
}>(golden("api/state-machine.json"));

let count = 0;
const open = (base: string): Promise<Session> =>
  Session.open(base, join(work, `${count++}`), inputs[base]![0]!);

/** Logits of a new model after some calls. */
const logitsAfter = async (base: string, calls: readonly Call[]): Promise<readonly number[]> => {
  const session = await open(base);
  for (const call of calls) expect(await session.play(call)).toBeNull();
  return (await session.state(null)).logits!;
};

/** What the file tells of logits. */
const summary = (base: string, logits: readonly number[] | null): PeftState["logits"] =>
  logits && {
    sum: logits.reduce((total, value) => total + value, 0),
    norm: Math.hypot(...logits),
    entries: places[base]!.map((place) => logits[place]!),
  };

const isClose = (ours: PeftState["logits"], peft: PeftState["logits"]): boolean => {
  if (ours === null || peft === null) return ours === peft;
  const numbers = ({ sum, norm, entries }: NonNullable<PeftState["logits"]>) => [sum, norm, ...entries];
  return numbers(ours).every((value, i) => Math.abs(value - numbers(peft)[i]!) <= tolerance * peft.norm);
};

/** Ends of names, the same ones of several layers once. */
const shortNames = (names: readonly string[]): string[] =>
  [...new Set(names.map((name) => name.split(".").slice(-3).join(".")))].sort();

const fields = ["active", "merged", "enabled", "present"] as const;

describe.each(sequences.map((sequence) => [sequence.name, sequence] as const))("%s", (name, sequence) => {
  const { base, setup, steps, fault } = sequence;
  const { why, at = {} } = differences[name] ?? {};

  test(why === undefined ? "is PEFT's" : `is PEFT's, but: ${why}`, async () => {
    if (fault !== null) expect(why, fault).toBeDefined();
    const session = await open(base);
    for (const call of setup) expect(await session.play(call)).toBeNull();
    for (const [i, peft] of steps.entries()) {
      const ours = await session.state(await session.play(peft));
      const own = at[i] ?? {};
      const step = `step ${i}, ${peft.call}`;
      expect(ours.raised === null || ours.raised === "PeftError", `${step}: ${ours.raised}`).toBe(true);
      expect(ours.raised !== null, step).toBe(own.raises ?? peft.raised !== null);
      if (own.raises !== undefined) expect(peft.raised !== null, step).toBe(!own.raises);
      for (const field of fields) {
        expect(ours[field], `${step}, ${field}`).toEqual(field in own ? own[field] : peft[field]);
        if (field in own) expect(own[field], `${step}, ${field} of PEFT`).not.toEqual(peft[field]);
      }
      if (own.trainable === undefined) expect([...ours.trainable], step).toEqual(peft.trainable);
      else {
        expect(shortNames(ours.trainable), step).toEqual(own.trainable);
        expect(own.trainable, step).not.toEqual(shortNames(peft.trainable));
      }
      if (ours.active !== null && peft.raised !== "TypeError")
        expect(ours.training, `${step}, training`).toBe(peft.training);
      if (own.logitsAfter === undefined)
        expect(
          isClose(summary(base, ours.logits), peft.logits),
          `${step}: ${ours.logits} are not PEFT's`,
        ).toBe(true);
      else {
        const wanted = await logitsAfter(base, own.logitsAfter);
        expect(ours.logits!, step).toBeAllclose(wanted, tolerance);
        expect(isClose(summary(base, ours.logits), peft.logits), `${step}: PEFT's logits`).toBe(false);
      }
    }
    await session.close();
  });
});

test("every difference is one of a sequence", () => {
  const names = new Set(sequences.map(({ name }) => name));
  expect(Object.keys(differences).filter((name) => !names.has(name))).toEqual([]);
});
