import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { main } from "./main.ts";

describe("dovetail", () => {
  let out = "";
  let err = "";
  beforeEach(() => {
    out = "";
    err = "";
    vi.spyOn(process.stdout, "write").mockImplementation((text) => Boolean((out += String(text))));
    vi.spyOn(process.stderr, "write").mockImplementation((text) => Boolean((err += String(text))));
  });
  afterEach(() => vi.restoreAllMocks());

  test("prints its version and nothing else", async () => {
    expect(await main(["--version"])).toBe(0);
    expect(out).toMatch(/^\d+\.\d+\.\d+\S*\n$/);
    expect(err).toBe("");
  });

  test("without a command shows help and counts as wrong usage", async () => {
    expect(await main([])).toBe(2);
    expect(out).toContain("Usage: dovetail");
  });

  test("an unknown flag is a usage error that says where to look", async () => {
    expect(await main(["--versoin"])).toBe(2);
    expect(err).toBe("error: unknown option '--versoin'\n  fix: did you mean --version? see `dovetail --help`\n");
  });

  test("an unknown command is a usage error", async () => {
    expect(await main(["migrat"])).toBe(2);
    expect(err).toContain("error: unknown command 'migrat'");
    expect(err).not.toContain("    at ");
  });
});
