import { describe, expect } from "vitest";
import type { Clock } from "../../src/ports/clock.ts";
import type { Files } from "../../src/ports/files.ts";
import type { Prices } from "../../src/ports/prices.ts";
import { promise, type Skip } from "./contract.ts";

/** What every Clock promises. */
export function clockContract(options: {
  readonly name: string;
  readonly make: () => Promise<Clock>;
  readonly skip?: readonly Skip[];
}): void {
  describe(`clock: ${options.name}`, () => {
    promise(options.skip ?? [], "waiting moves time by at least that much; looking does not move it", async () => {
      const clock = await options.make();
      const before = clock.nowMs();
      await clock.sleep(20);
      // Two readings in whole milliseconds may be one short.
      expect(clock.nowMs()).toBeGreaterThanOrEqual(before + 19);
    });

    promise(options.skip ?? [], "an abort ends the wait with its reason", async () => {
      const clock = await options.make();
      const abort = new AbortController();
      abort.abort(new Error("enough"));
      await expect(clock.sleep(60_000, abort.signal)).rejects.toThrow("enough");
    });
  });
}

/** What every Files promises. `folder` is empty and may be written. */
export function filesContract(options: {
  readonly name: string;
  readonly make: () => Promise<{ readonly files: Files; readonly folder: string }>;
  readonly skip?: readonly Skip[];
}): void {
  describe(`files: ${options.name}`, () => {
    promise(options.skip ?? [], "what is written is read, listed in order, and absent before", async () => {
      const { files, folder } = await options.make();
      expect(await files.stat(`${folder}/deep/b.txt`)).toBeUndefined();
      await files.write(`${folder}/deep/b.txt`, "zwei — ✓");
      await files.write(`${folder}/a.txt`, "eins");
      expect(new TextDecoder().decode(await files.read(`${folder}/deep/b.txt`))).toBe("zwei — ✓");
      expect(await files.stat(`${folder}/deep/b.txt`)).toMatchObject({ kind: "file" });
      expect(await files.stat(`${folder}/deep`)).toMatchObject({ kind: "folder" });
      expect(await files.list(folder)).toEqual([`${folder}/a.txt`, `${folder}/deep/b.txt`]);
    });

    promise(options.skip ?? [], "a file that is not there is named", async () => {
      const { files, folder } = await options.make();
      await expect(files.read(`${folder}/nothing`)).rejects.toMatchObject({
        code: "file.missing",
        message: expect.stringContaining("nothing"),
      });
    });
  });
}

/** What every Prices promises. */
export function pricesContract(options: {
  readonly name: string;
  readonly make: () => Promise<Prices>;
  readonly skip?: readonly Skip[];
}): void {
  describe(`prices: ${options.name}`, () => {
    promise(options.skip ?? [], "knows the common types, names its sources, and leaves the unknown out", async () => {
      const book = await (await options.make()).read("us-east-1");
      expect(book.region).toBe("us-east-1");
      expect(book.onDemandUsdPerHour.get("m5.large")).toBeCloseTo(0.096);
      expect(book.onDemandUsdPerHour.has("z9.gigantic")).toBe(false);
      expect(book.sources.length).toBeGreaterThan(0);
      expect(book.sources.every((source) => source.name !== "" && source.date !== "")).toBe(true);
    });
  });
}
