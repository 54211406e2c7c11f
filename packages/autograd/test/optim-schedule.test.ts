import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  clipGradNorm,
  clipGradValue,
  exponentialSchedule,
  globalNorm,
  hostTensor,
  linearSchedule,
  type OneCycleOptions,
  oneCycleSchedule,
  type Schedule,
  type ScheduleOptions,
  schedules,
  stepSchedule,
} from "../src";

interface ScheduleCase {
  readonly schedule: string;
  readonly options: ScheduleOptions &
    OneCycleOptions & { readonly stepSize?: number; readonly gamma?: number };
  readonly warmupSteps: number;
  readonly totalSteps: number;
  readonly factors: readonly number[];
}

interface ClipCase {
  readonly gradients: readonly (readonly (number | string)[])[];
  readonly maxNorm: number;
  readonly norm: number | string;
  readonly clipped: ClipCase["gradients"];
}

const golden = JSON.parse(readFileSync(new URL("golden/optim.json", import.meta.url), "utf8")) as {
  readonly schedules: readonly ScheduleCase[];
  readonly clips: readonly ClipCase[];
};

const isName = (name: string): name is keyof typeof schedules => Object.hasOwn(schedules, name);

const make = ({ schedule, options, warmupSteps, totalSteps }: ScheduleCase): Schedule => {
  if (isName(schedule)) return schedules[schedule](warmupSteps, totalSteps, options);
  if (schedule === "step") return stepSchedule(options.stepSize!, options.gamma);
  if (schedule === "exponential") return exponentialSchedule(options.gamma!);
  return oneCycleSchedule(totalSteps, options);
};

describe("schedules", () => {
  test.each(
    golden.schedules.map((row) => {
      const { schedule, warmupSteps = 0, options } = row;
      return [`${schedule}, warm-up ${warmupSteps}, ${JSON.stringify(options)}`, row] as const;
    }),
  )("%s is torch's and transformers'", (_, row) => {
    const factor = make(row);
    row.factors.forEach((expected, step) => {
      expect(factor(step)).toBeCloseTo(expected, 9);
    });
  });

  test("there is a golden for every name", () => {
    expect(new Set(golden.schedules.map(({ schedule }) => schedule).filter(isName))).toEqual(
      new Set(Object.keys(schedules)),
    );
  });

  test.each(Object.keys(schedules).filter(isName))(
    "%s stays in [0, 1], rises in a line, and holds its end",
    (name) => {
      const sizes = fc.tuple(fc.integer({ min: 0, max: 12 }), fc.integer({ min: 0, max: 30 }));
      fc.assert(
        fc.property(sizes, ([warmupSteps, totalSteps]) => {
          const factor = schedules[name](warmupSteps, totalSteps);
          const end = Math.max(warmupSteps, totalSteps);
          for (let step = 0; step <= end + 5; step++) {
            expect(factor(step)).toBeGreaterThanOrEqual(0);
            expect(factor(step)).toBeLessThanOrEqual(1);
            if (step < warmupSteps && name !== "constant") expect(factor(step)).toBe(step / warmupSteps);
          }
          if (name !== "inverse_sqrt") expect(factor(end + 5)).toBe(factor(end + 1));
        }),
        { examples: [[[12, 11]], [[12, 12]], [[3, 0]]] },
      );
    },
  );

  test("the linear schedule rises from 0 and ends at 0", () => {
    const schedule = linearSchedule(2, 6);
    expect([0, 1, 2, 4, 6, 9].map(schedule)).toEqual([0, 0.5, 1, 0.5, 0, 0]);
  });

  test("one cycle holds its end", () => {
    const schedule = oneCycleSchedule(10, { divFactor: 2, finalDivFactor: 4 });
    expect([9, 10, 50].map(schedule)).toEqual([0.125, 0.125, 0.125]);
    expect(schedule(2)).toBe(1);
  });
});

describe("clipping", () => {
  const eighths = fc.integer({ min: -800, max: 800 }).map((value) => value / 8);
  const lists = fc.array(fc.array(eighths, { maxLength: 9 }), { maxLength: 4 });

  test("bounds the global norm and keeps the direction", () => {
    fc.assert(
      fc.property(lists, fc.double({ min: 1e-3, max: 200, noNaN: true }), (values, maxNorm) => {
        const before = values.map((list) => Float32Array.from(list));
        const after = before.map((list) => list.slice());
        const norm = clipGradNorm(after, maxNorm);
        const flat = before.flatMap((list) => [...list]);
        expect(norm).toBeCloseTo(Math.hypot(...flat), 3);
        expect(globalNorm(after)).toBeLessThanOrEqual(maxNorm * 1.00001);
        const scale = Math.min(1, maxNorm / (norm + 1e-6));
        expect(after.flatMap((list) => [...list])).toBeAllclose(
          flat.map((value) => value * scale),
          1e-6,
        );
      }),
    );
  });

  test.each(golden.clips.map((row) => [JSON.stringify([row.gradients, row.maxNorm]), row] as const))(
    "%s as torch",
    (_, { gradients, maxNorm, norm, clipped }) => {
      const read = (rows: ClipCase["gradients"]) => rows.map((row) => Float32Array.from(row, spelt));
      const given = read(gradients);
      const tensors = given.map((data) => hostTensor(data, [data.length]));
      expect([clipGradNorm(tensors, maxNorm)]).toBeAllclose([spelt(norm)], 1e-6);
      read(clipped).forEach((expected, i) => {
        expect(Array.from(given[i]!, Number.isNaN)).toEqual(Array.from(expected, Number.isNaN));
        expect(given[i]!).toBeAllclose(expected, 1e-6);
      });
    },
  );

  test("by value keeps every element within its bounds, and NaN", () => {
    const gradient = Float32Array.of(-3, 0.5, 2, Number.POSITIVE_INFINITY, Number.NaN);
    clipGradValue([{ data: gradient }, new Float32Array(0)], 2);
    expect([...gradient]).toEqual([-2, 0.5, 2, 2, Number.NaN]);
  });

  test("no gradients have norm 0", () => {
    expect(globalNorm([])).toBe(0);
    expect(clipGradNorm([new Float32Array(0)], 1)).toBe(0);
  });

  test("refuses bounds and gradients that mean nothing", () => {
    const gradient = Float32Array.of(1);
    expect(() => clipGradNorm([gradient], -1)).toThrow("clipGradNorm: maxNorm is -1; give 0 or more");
    expect(() => clipGradNorm([gradient], Number.NaN)).toThrow("clipGradNorm: maxNorm is NaN");
    expect(() => clipGradValue([gradient], -1)).toThrow("clipGradValue: maxValue is -1; give 0 or more");
    expect(() => globalNorm([{ data: Int32Array.of(1) }])).toThrow(
      "globalNorm: gradient 0 is Int32Array; give a Float32Array or a float32 tensor",
    );
    expect([...gradient]).toEqual([1]);
  });
});

/** JSON has no NaN and no infinities. */
const spelt = (value: number | string): number =>
  typeof value === "number" ? value : Number(value.replace("inf", "Infinity"));
