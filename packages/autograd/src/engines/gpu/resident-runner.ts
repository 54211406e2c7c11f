import type { Traffic } from "../../engine";
import type { StoredParameter } from "../../node";
import type { Residents } from "../../residents";
import { sizeOf } from "../../shape";
import { toFloat32 } from "./convert";
import type { Kernel, Machine, Place } from "./machine";
import type { Plan, Source } from "./plan";
import { lastReads } from "./plan";
import type { Runner } from "./runners";
import { wantedSteps } from "./runners";

/** Below this many multiply-adds a step, waiting for each other costs threads more than they win. */
const workForThreads = 150_000;

/**
 * A plan on a device with a memory of its own: parameters are where all plans of the engine read them, inputs are
 * sent and results read at each run, and what is assigned is copied to its parameter when all steps are done.
 */
export const residentRunner = async (
  machine: Machine,
  plan: Plan,
  kernels: readonly Kernel[],
  residents: Residents<Place>,
  inTurn: <T>(work: () => Promise<T>) => Promise<T>,
): Promise<Runner> => {
  const places = new Places(machine, residents);
  try {
    const arrays = places.forSteps(plan);
    const placeOf = (source: Source): Place =>
      source.kind === "step" ? arrays[source.step]! : places.of(source);
    const steps = plan.steps.map(({ args, scalar }, i) => ({
      kernel: kernels[i]!,
      args: args.map(placeOf),
      registers: scalar?.registers.length ?? 0,
      target: arrays[i]!,
    }));
    const wanted = wantedSteps(plan);
    const assigned = plan.assignments.map(({ parameter }) => parameter);
    const moves = plan.assignments.map(({ parameter, step }) => ({
      from: arrays[step]!,
      to: places.of({ kind: "parameter", parameter }),
    }));
    const reads = wanted.map((step) => arrays[step]!);
    const threads = plan.work > workForThreads * plan.steps.length;
    const program = await machine.prepare(steps, { reads, moves }, threads);
    places.writeConstants();
    const read = [...places.parameters].filter((parameter) =>
      plan.steps.some(({ args }) =>
        args.some((arg) => arg.kind === "parameter" && arg.parameter === parameter),
      ),
    );
    let traffic: Traffic = { bytesIn: 0, bytesOut: 0 };
    const bytesOut = 4 * reads.reduce((total, { size }) => total + size, 0);

    const run = async (inputs: readonly Float32Array[]) => {
      let bytesIn = 0;
      residents.sweep();
      for (const parameter of read.filter((one) => residents.isStale(one))) {
        const [place, { version }] = [residents.placeOf(parameter)!, parameter];
        machine.write(place, toFloat32(parameter.dtype, parameter.read()));
        residents.sent(parameter, version);
        bytesIn += 4 * place.size;
      }
      for (const [index, place] of places.inputs) {
        machine.write(place, inputs[index]!);
        bytesIn += 4 * place.size;
      }
      const results = await program.run();
      for (const parameter of assigned) residents.settle(parameter);
      traffic = { bytesIn, bytesOut };
      residents.count(traffic);
      return new Map(wanted.map((step, i) => [step, results[i]!]));
    };
    return {
      run: (inputs) => inTurn(() => run(inputs)),
      get traffic() {
        return traffic;
      },
      bytes: places.bytes,
      destroy: () =>
        inTurn(async () => {
          program.destroy();
          places.free();
        }),
    };
  } catch (error) {
    places.free();
    throw error;
  }
};

/** The arrays of one plan. */
class Places {
  readonly inputs = new Map<number, Place>();
  readonly parameters = new Set<StoredParameter>();
  readonly #machine: Machine;
  readonly #residents: Residents<Place>;
  readonly #constants = new Map<Float32Array, Place>();
  readonly #own: Place[] = [];

  constructor(machine: Machine, residents: Residents<Place>) {
    this.#machine = machine;
    this.#residents = residents;
  }

  get bytes(): number {
    return 4 * this.#own.reduce((total, { size }) => total + size, 0);
  }

  of(source: Exclude<Source, { kind: "step" }>): Place {
    if (source.kind === "parameter") {
      const { parameter } = source;
      if (!this.parameters.has(parameter)) {
        this.#residents.take(parameter);
        this.parameters.add(parameter);
        if (this.#residents.placeOf(parameter) === null)
          this.#residents.put(parameter, this.#machine.allocate(Math.max(1, sizeOf(parameter.shape))));
      }
      return this.#residents.placeOf(parameter)!;
    }
    if (source.kind === "constant") {
      const place = this.#constants.get(source.values) ?? this.#allocate(source.values.length);
      this.#constants.set(source.values, place);
      return place;
    }
    const place = this.inputs.get(source.index) ?? this.#allocate(source.size);
    this.inputs.set(source.index, place);
    return place;
  }

  /** An array for each step; of one size, steps share it when nobody reads the earlier one any more. */
  forSteps(plan: Plan): readonly Place[] {
    const dying = lastReads(plan);
    const idle = new Map<number, Place[]>();
    const places: Place[] = [];
    plan.steps.forEach(({ size }, i) => {
      places.push(idle.get(size)?.pop() ?? this.#allocate(size));
      for (const step of dying[i]!) {
        const place = places[step]!;
        idle.set(place.size, [...(idle.get(place.size) ?? []), place]);
      }
    });
    return places;
  }

  writeConstants(): void {
    for (const [values, place] of this.#constants) this.#machine.write(place, values);
  }

  free(): void {
    for (const place of this.#own.splice(0)) this.#machine.free(place);
    for (const parameter of this.parameters) this.#residents.release(parameter);
    this.parameters.clear();
  }

  #allocate(size: number): Place {
    const place = this.#machine.allocate(size);
    this.#own.push(place);
    return place;
  }
}
