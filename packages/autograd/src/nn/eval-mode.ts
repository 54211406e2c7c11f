import { shared } from "../shared-state";

const running = shared("evaluating", () => ({ depth: 0 }));

/** Whether all layers are in eval mode just now, whatever mode they are set to. */
export const isEvaluating = (): boolean => running.depth > 0;

/** Does something at once as if all layers were in eval mode: what is traced meanwhile computes as in that mode. */
export const inEvalMode = <T>(work: () => T): T => {
  running.depth++;
  try {
    return work();
  } finally {
    running.depth--;
  }
};
