import { describe, expect, test } from "vitest";
import type { Files } from "../../ports/files.ts";
import { writeOutput } from "./write.ts";

/** Files in memory. */
function memory(): Files & { readonly all: Map<string, string> } {
  const all = new Map<string, string>();
  return {
    all,
    read: (path) => Promise.resolve(new TextEncoder().encode(all.get(path) ?? "")),
    stat: (path) => Promise.resolve(all.has(path) ? { kind: "file" as const, modifiedMs: 0 } : undefined),
    list: () => Promise.resolve([...all.keys()]),
    write: (path, content) => {
      all.set(path, typeof content === "string" ? content : new TextDecoder().decode(content));
      return Promise.resolve();
    },
  };
}

const output = (text: string, isForced = false) => ({ folder: "out", files: [{ name: "a.yaml", text }], isForced });

describe("written files", () => {
  test("are created, left alone when equal, and updated when only we changed them", async () => {
    const files = memory();
    expect(await writeOutput(files, output("one"))).toMatchObject({ created: ["a.yaml"] });
    expect(await writeOutput(files, output("one"))).toMatchObject({ unchanged: ["a.yaml"] });
    expect(await writeOutput(files, output("two"))).toMatchObject({ updated: ["a.yaml"] });
    expect(files.all.get("out/a.yaml")).toBe("two");
  });

  test("that somebody changed are not overwritten unless forced, and nothing else is written either", async () => {
    const files = memory();
    await writeOutput(files, output("one"));
    files.all.set("out/a.yaml", "by hand");
    const both = { folder: "out", files: [{ name: "b.yaml", text: "new" }, ...output("two").files], isForced: false };
    await expect(writeOutput(files, both)).rejects.toMatchObject({ code: "usage.file-changed" });
    expect(files.all.has("out/b.yaml")).toBe(false);
    expect(files.all.get("out/a.yaml")).toBe("by hand");
    expect(await writeOutput(files, output("two", true))).toMatchObject({ updated: ["a.yaml"] });
  });

  test("that we never wrote count as changed", async () => {
    const files = memory();
    files.all.set("out/a.yaml", "not ours");
    await expect(writeOutput(files, output("one"))).rejects.toThrow(/out\/a\.yaml/);
  });
});
