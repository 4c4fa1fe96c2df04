import { afterEach, describe, expect, test } from "vitest";
import { atOnce, makeHost } from "./host.ts";

afterEach(() => void process.removeAllListeners("SIGINT"));

describe("work that is done at once", () => {
  test("leaves Ctrl-C to end the process, and the listeners as they were", async () => {
    const host = makeHost({ quiet: true });
    const before = process.rawListeners("SIGINT");
    const during = await atOnce(host, () => process.listenerCount("SIGINT"));
    expect([during, process.rawListeners("SIGINT")]).toEqual([0, before]);
  });

  test("is not begun after Ctrl-C", async () => {
    const host = makeHost({ quiet: true });
    process.emit("SIGINT");
    await expect(atOnce(host, () => 1)).rejects.toMatchObject({ code: "interrupted" });
  });

  test("puts the listeners back when it fails", async () => {
    const host = makeHost({ quiet: true });
    const fail = (): never => {
      throw new Error("broken");
    };
    await expect(atOnce(host, fail)).rejects.toThrow("broken");
    expect(process.listenerCount("SIGINT")).toBe(1);
  });
});
