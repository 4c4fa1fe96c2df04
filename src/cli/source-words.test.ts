import { expect, test } from "vitest";
import { sourceWords } from "./source-words.ts";

test("repeats how the source was given, ready for a shell", () => {
  expect(sourceWords({ from: "my dumps/prod", cluster: "prod" })).toBe("--cluster prod --from 'my dumps/prod'");
  expect(sourceWords({})).toBe("");
});
