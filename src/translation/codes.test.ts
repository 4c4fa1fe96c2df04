import { describe, expect, test } from "vitest";
import {
  conversionCases,
  conversionFindings,
  findingsOf,
  plain,
  translationCases,
} from "../../test/support/translation-cases.ts";
import { translationFindings } from "../findings/translation.ts";

describe("findings of a translation", () => {
  test("a plain node group has none", () => {
    expect(findingsOf(["", [plain]])).toEqual([]);
  });

  test.each(translationCases.map((one) => [one[0], one] as const))("%s is found where it is the case", (code, one) => {
    expect(findingsOf(one).map((finding) => finding.code)).toContain(code);
  });

  test.each(conversionCases)("%s is found in a conversion", (code, spec, others) => {
    expect(conversionFindings(spec, others).map((finding) => finding.code)).toContain(code);
  });

  test("every code has a case", () => {
    const fired = [...translationCases.map(([code]) => code), ...conversionCases.map(([code]) => code)].sort();
    expect(fired).toEqual(Object.keys(translationFindings).sort());
  });
});
