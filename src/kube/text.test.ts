import fc from "fast-check";
import { expect, test } from "vitest";
import { after, before, fitsGlob, trimmedEnd, trimmedOf } from "./text.ts";

test.each([
  ["a*c", "abbc", true],
  ["a*c", "abbd", false],
  ["*", "", true],
  ["", "", true],
  ["", "a", false],
  ["a**", "a", true],
  ["*.large", "m5.large", true],
  ["m5.*", "m5", false],
  ["a?c", "abc", false],
])("%s fits %s: %s", (pattern, text, fits) => {
  expect(fitsGlob(pattern, text)).toBe(fits);
});

test("a question mark stands for one character where it is asked for", () => {
  expect(fitsGlob("a?c", "abc", { question: true })).toBe(true);
  expect(fitsGlob("a?c", "ac", { question: true })).toBe(false);
});

test("globs say what the expression of the same meaning says", () => {
  const letters = fc.stringMatching(/^[ab*]{0,8}$/);
  fc.assert(
    fc.property(letters, fc.stringMatching(/^[ab]{0,10}$/), (pattern, text) => {
      expect(fitsGlob(pattern, text)).toBe(new RegExp(`^${pattern.replaceAll("*", ".*")}$`).test(text));
    }),
  );
});

test("trimming and cutting keep the rest as it is", () => {
  expect(trimmedOf("--a-b--", "-")).toBe("a-b");
  expect(trimmedEnd("1.500", "0")).toBe("1.5");
  expect(trimmedEnd("000", "0")).toBe("");
  expect(before("image@sha256:1@2", "@")).toBe("image");
  expect(before("image", "@")).toBe("image");
  expect(after("a=b=c", "=")).toBe("b=c");
  expect(after("a", "=")).toBeUndefined();
});
