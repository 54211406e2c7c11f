import { test } from "vitest";
import { fuzz } from "../support/tokenizer-fuzz";

test("broken tokenizer files are one sentence, quickly", () => fuzz(Number(process.env.RUNS ?? 300)));
