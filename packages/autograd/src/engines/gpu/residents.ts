import type { EngineMemory, Traffic } from "../../engine";
import type { StoredParameter } from "../../node";
import { sizeOf } from "../../shape";
import { fromFloat32, toFloat32 } from "./convert";
import type { Machine, Place } from "./machine";

/** The parameters that an engine holds, one array for each, shared by its plans. */
export interface Residents extends EngineMemory {
  /** The array of a parameter. Give it back with `release`. */
  take(parameter: StoredParameter): Place;
  /** Takes what was taken once back: an array that no plan names goes, unless it alone has the newest values. */
  release(parameter: StoredParameter): void;
  /** Sends what has changed on the host since. The bytes that it sent. */
  update(parameters: Iterable<StoredParameter>): number;
  /** Tells parameters that their arrays here have new values. */
  settle(parameters: Iterable<StoredParameter>): void;
  /** Counts what a run moved. */
  count(moved: Traffic): void;
  /** Gives the host what it alone has. */
  bringHome(): Promise<void>;
}

interface Entry {
  readonly place: Place;
  /** Of the values in the array. */
  version: number | null;
  users: number;
  /** Weak, for a parameter that is forgotten leaves. */
  readonly parameter: WeakRef<StoredParameter>;
}

/** @param inTurn waits for the runs of the engine */
export const makeResidents = (
  name: string,
  machine: Machine,
  inTurn: <T>(work: () => Promise<T>) => Promise<T>,
): Residents => {
  const entries = new Map<number, Entry>();
  const traffic = { bytesIn: 0, bytesOut: 0 };
  let bytes = 0;
  const forgotten = new FinalizationRegistry<number>((id) => {
    const entry = entries.get(id);
    if (entry !== undefined) drop(id, entry);
  });

  const drop = (id: number, { place }: Entry): void => {
    machine.free(place);
    bytes -= 4 * place.size;
    entries.delete(id);
  };

  /** Of the arrays that no plan names, those stay that have the newest values. */
  const sweep = (): void => {
    for (const [id, entry] of entries)
      if (entry.users === 0 && entry.parameter.deref()?.home !== residents) drop(id, entry);
  };

  const residents: Residents = {
    name,
    take: (parameter) => {
      const found = entries.get(parameter.id);
      const place = found?.place ?? machine.allocate(Math.max(1, sizeOf(parameter.shape)));
      const entry = found ?? { place, version: null, users: 0, parameter: new WeakRef(parameter) };
      if (found === undefined) {
        bytes += 4 * place.size;
        entries.set(parameter.id, entry);
        forgotten.register(parameter, parameter.id);
      }
      entry.users++;
      return place;
    },
    release: (parameter) => {
      entries.get(parameter.id)!.users--;
      sweep();
    },
    update: (parameters) => {
      sweep();
      let sent = 0;
      for (const parameter of parameters) {
        const entry = entries.get(parameter.id)!;
        const { version } = parameter;
        if (entry.version === version) continue;
        machine.write(entry.place, toFloat32(parameter.dtype, parameter.read()));
        entry.version = version;
        sent += 4 * entry.place.size;
      }
      return sent;
    },
    settle: (parameters) => {
      for (const parameter of parameters) {
        parameter.settle(residents);
        entries.get(parameter.id)!.version = parameter.version;
      }
    },
    fetch: (parameter) =>
      inTurn(async () => {
        const { place } = entries.get(parameter.id)!;
        const values = await machine.read(place);
        traffic.bytesOut += 4 * place.size;
        return fromFloat32(parameter, values).data;
      }),
    count: ({ bytesIn, bytesOut }) => {
      traffic.bytesIn += bytesIn;
      traffic.bytesOut += bytesOut;
    },
    bringHome: async () => {
      for (const { parameter } of [...entries.values()]) {
        const held = parameter.deref();
        if (held?.home === residents) await held.bringHome();
      }
    },
    get residentBytes() {
      return bytes;
    },
    traffic,
  };
  return residents;
};
