import { expect, test } from "vitest";
import { completed, sourceWords } from "./source-words.ts";

test("repeats how the source was given, ready for a shell", () => {
  expect(sourceWords({ from: "my dumps/prod", cluster: "prod" })).toBe("--cluster prod --from 'my dumps/prod'");
  expect(sourceWords({})).toBe("");
});

test("completes the commands that a fix names, so that they work when pasted", () => {
  const given = { sandbox: "clean", state: "my state" };
  expect(completed("run `dovetail setup --identity irsa` first", given)).toBe(
    "run `dovetail setup --identity irsa --sandbox clean --state 'my state'` first",
  );
  expect(completed("see `dovetail explain DV1007` and `dovetail setup --help`", given)).toBe(
    "see `dovetail explain DV1007` and `dovetail setup --help`",
  );
});

test("leaves what would not work on a file, and what needs no more", () => {
  const file = { from: "dump.yaml" };
  expect(completed("run `dovetail setup`, then `dovetail assess`", file)).toBe(
    "run `dovetail setup`, then `dovetail assess --from dump.yaml`",
  );
  expect(completed("run `dovetail setup`", {})).toBe("run `dovetail setup`");
});
