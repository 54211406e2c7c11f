import { evaluate, exp, resolveDevice } from "@waveft/autograd";
import { expect, test, vi } from "vitest";

test("a new device is found by its name and runs", async () => {
  const printed = vi.spyOn(console, "log").mockImplementation(() => {});
  expect((await resolveDevice("print:cpu")).name).toBe("print:cpu");
  const [result] = await evaluate([exp(0)], { device: "print:cpu" });
  expect(result!.data[0]).toBe(1);
  expect(printed.mock.calls.flat().join("\n")).toContain("exp");
  printed.mockRestore();
  await expect(resolveDevice("print:gpu")).rejects.toThrow("print:cpu");
});
