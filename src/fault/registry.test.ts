import { expect, test } from "vitest";
import { Fault, usage, withOutcome } from "./fault.ts";
import { allFaultCodes, exitOfBlame, faultChapters, findFaultKind } from "./registry.ts";

test("a code stands in one chapter only", () => {
  const codes = faultChapters.flatMap((chapter) => Object.keys(chapter.kinds));
  expect(codes.toSorted()).toEqual([...allFaultCodes()]);
});

test("what, why and fix are sentences as the style asks: lower case, no full stop, no pleading", () => {
  const odd = faultChapters.flatMap((chapter) =>
    Object.entries(chapter.kinds).flatMap(([code, kind]) =>
      [kind.title, kind.why, kind.fix]
        .filter((text) => text === "" || text.endsWith(".") || /\b(please|oops|simply|successfully)\b|!/i.test(text))
        .map((text) => `${code}: ${text}`),
    ),
  );
  expect(odd).toEqual([]);
});

test("the exit code follows from the code alone", () => {
  expect(exitOfBlame(usage("seed", "--seed x is no whole number").blame)).toBe(2);
  expect(exitOfBlame(new Fault("journal.held", "the journal is in use").blame)).toBe(3);
  expect(exitOfBlame(new Fault("aws.SomethingNew", "AWS has a new word").blame)).toBe(3);
  expect(exitOfBlame(new Fault("declined", "the migration was declined").blame)).toBe(4);
  expect(exitOfBlame(new Fault("interrupted", "stopped as asked").blame)).toBe(130);
});

test("AWS may answer with codes that nobody listed, and nobody else may", () => {
  expect(findFaultKind("aws.InvalidParameterValue")?.blame).toBe("world");
  expect(findFaultKind("aws.")).toBe(undefined);
  expect(findFaultKind("kube.Nonsense")).toBe(undefined);
  // @ts-expect-error: a code that is not in the registry does not compile.
  expect(new Fault("kube.Nonsense", "no such code").code).toBe("kube.Nonsense");
});

test("an outcome is added without losing anything else", () => {
  const cause = new Error("below");
  const fault = new Fault("kube.Conflict", "it moved", { why: "w", hint: "h", retry: "now", cause });
  const told = withOutcome(fault, "nothing was changed");
  expect(told).toMatchObject({
    code: "kube.Conflict",
    message: "it moved",
    why: "w",
    hint: "h",
    retry: "now",
    outcome: "nothing was changed",
    cause,
  });
});
