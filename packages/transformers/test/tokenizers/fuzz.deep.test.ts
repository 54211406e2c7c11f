import { test } from "vitest";
import { fuzz } from "../support/tokenizer-fuzz";

test("100,000 broken tokenizer files", { timeout: 3_600_000 }, () =>
  fuzz(Number(process.env.RUNS ?? 100_000)),
);
